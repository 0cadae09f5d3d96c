//! Wavefront .obj: the lines `v`, `vt`, `vn` and `f`, and those that stand between faces (`o`, `g`,
//! `usemtl`, `mtllib`, `s`); all others (points, lines, curves) are skipped.

use super::super::error::IoError;
use super::SurfaceFile;
use super::builder::NO_VALUE;
use super::text::{joined_lines, point, shown, words};
use std::path::Path;

/// Reads vertices (a missing third coordinate is 0) and polygons. Corners count vertices from 1, or
/// backwards from the last one above.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let file = scan(path, bytes, usize::MAX)?;
    if file.unknown_vertex().is_some() {
        // Now that their number is known, the line can be told.
        return scan(path, bytes, file.vertices.len());
    }
    Ok(file)
}

/// Reads all lines; corners may name any of `vertices`, also those further below.
fn scan(path: &Path, bytes: &[u8], vertices: usize) -> Result<SurfaceFile, IoError> {
    let mut file = SurfaceFile::default();
    let (mut corners, mut points, mut normals) = (Vec::new(), Vec::new(), Vec::new());
    for (at, line) in joined_lines(bytes) {
        let mut words = words(&line);
        match words.next() {
            Some(b"v") => file.vertices.push(point(path, at, words, 2)?),
            // What is no number here spoils no mesh.
            Some(b"vt") => file.points.values.push(numbers(words)),
            Some(b"vn") => file.normals.values.push(numbers(words)),
            Some(b"f") => {
                [&mut corners, &mut points, &mut normals].into_iter().for_each(Vec::clear);
                for word in words {
                    let Some(v) = corner(word, file.vertices.len(), vertices) else {
                        let what = if word.starts_with(b"-") {
                            let n = file.vertices.len();
                            format!("{} names no vertex; there are {n} above", shown(word))
                        } else {
                            // In the first pass their number is not known yet.
                            let n = if vertices == usize::MAX { count(bytes) } else { vertices };
                            format!("{} names no vertex; there are {n}, counted from 1", shown(word))
                        };
                        return Err(IoError::line(path, at, what));
                    };
                    corners.push(v);
                    points.push(beside(word, 1, file.points.values.len()));
                    normals.push(beside(word, 2, file.normals.values.len()));
                }
                if corners.len() < 3 {
                    return Err(IoError::line(
                        path,
                        at,
                        format!("face with {} corners; give at least 3", corners.len()),
                    ));
                }
                let triangle = file.triangles.len();
                file.push(path, &corners)?;
                file.points.push(triangle, &points);
                file.normals.push(triangle, &normals);
            }
            Some(word @ (b"o" | b"g" | b"usemtl" | b"mtllib" | b"s")) => {
                if word.len() == 1 && word != b"s" {
                    file.begin_group(&line.trim_ascii_start()[1..]);
                }
                file.push_line(word, &line);
            }
            _ => {}
        }
    }
    file.end_groups();
    file.finish_corners();
    Ok(file)
}

/// The line of a vertex.
pub(super) fn line_of(bytes: &[u8], vertex: u32) -> u64 {
    lines_of_vertices(bytes).nth(vertex as usize).unwrap_or(0)
}

/// The line of a face.
pub(super) fn line_of_face(bytes: &[u8], face: u32) -> u64 {
    let faces = joined_lines(bytes).filter(|(_, line)| words(line).next() == Some(b"f"));
    faces.map(|(at, _)| at).nth(face as usize).unwrap_or(0)
}

fn count(bytes: &[u8]) -> usize {
    lines_of_vertices(bytes).count()
}

fn lines_of_vertices(bytes: &[u8]) -> impl Iterator<Item = u64> {
    joined_lines(bytes).filter(|(_, line)| words(line).next() == Some(b"v")).map(|(at, _)| at)
}

/// Numbers of a point or a normal: those that are missing are 0, those that are none are not
/// finite.
fn numbers<'a, const D: usize>(words: impl Iterator<Item = &'a [u8]>) -> [f64; D] {
    let mut list = [0.0; D];
    for (slot, word) in list.iter_mut().zip(words) {
        *slot = std::str::from_utf8(word).ok().and_then(|w| w.parse().ok()).unwrap_or(f64::NAN);
    }
    list
}

/// The second or third number of a corner, counted from 0; it may name what comes further below.
fn beside(word: &[u8], part: usize, above: usize) -> u32 {
    let number = word.split(|&b| b == b'/').nth(part).and_then(|w| std::str::from_utf8(w).ok()?.parse::<i64>().ok());
    let index = number.and_then(|n| if n < 0 { n.checked_add(above as i64) } else { Some(n - 1) });
    index.and_then(|i| u32::try_from(i).ok()).unwrap_or(NO_VALUE)
}

/// The vertex that `12`, `12/3`, `12//4` or `-1` names, counted from 0; `above` are those read so
/// far, `all` those there are.
fn corner(word: &[u8], above: usize, all: usize) -> Option<u32> {
    let end = word.iter().position(|&b| b == b'/').unwrap_or(word.len());
    let number: i64 = std::str::from_utf8(&word[..end]).ok()?.parse().ok()?;
    let index = if number < 0 { number.checked_add(above as i64)? } else { number - 1 };
    u32::try_from(index).ok().filter(|&v| (v as usize) < all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn obj(text: &str) -> Result<SurfaceFile, String> {
        super::super::parse_surface(Path::new("a.obj"), text.as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn vertices_and_polygons() {
        let text = "# two\ng one two \nv 0 0\r\nv 1 0 2\nvt 0 0\nv 0 1/2 2 1\nf 1 2/1 3//1\no\nf -3 -1 -2\n";
        let file = obj(text).unwrap();
        assert_eq!(file.vertices, [[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.5, 2.0]]);
        assert_eq!(file.triangles, [[0, 1, 2], [0, 2, 1]]);
        let group = |name: &str, first| super::super::Group { name: name.into(), first };
        assert_eq!(file.groups, [group("one two", 0), group("", 1)]);
        assert_eq!((file.polygon(0), file.polygon(1)), (0, 1));
        // Faces before vertices, a continued line, colours, a pentagon between triangles.
        let file = obj(
            "f 1 2 \\ # here\n 3\nv 0 0 0 9 9 9\nv 1 0 -1E-3\nf 1 2 3 4 5\nf 1 2 3\nv .5 +1. 0\nv -1 2 0\nv -1 1 0",
        );
        let file = file.unwrap();
        assert_eq!(file.vertices[1..3], [[1.0, 0.0, -1e-3], [0.5, 1.0, 0.0]]);
        assert_eq!(file.triangles, [[0, 1, 2], [0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 1, 2]]);
        assert_eq!((0..5).map(|f| file.polygon(f)).collect::<Vec<_>>(), [0, 1, 1, 1, 2]);
        assert_eq!(file.notes, ["a.obj has 1 face of more than three corners; it was cut into triangles"]);
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| obj(text).unwrap_err();
        assert_eq!(error("v 0 0 0\nf 1 2 3\n"), "a.obj: line 2: \"2\" names no vertex; there are 1, counted from 1");
        assert_eq!(error("v 0 0 0\nf 0 1 1\n"), "a.obj: line 2: \"0\" names no vertex; there are 1, counted from 1");
        assert_eq!(error("v 0 0 0\nf -1 -2 1\nv 1 1 1\n"), "a.obj: line 2: \"-2\" names no vertex; there are 1 above");
        assert_eq!(error("f 1 2\n"), "a.obj: line 1: face with 2 corners; give at least 3");
        assert_eq!(error("v 1\n"), "a.obj: line 1: vertex with 1 coordinates; give x y z");
        assert_eq!(error("v 1 z\n"), "a.obj: line 1: \"z\" is not a number; write numbers like 0.5 or 1e-3");
        let spoilt = "v inf 0 0\n\nv 0 \\\n nan\nv 0 0 1\nv 1 0 0\nf 4 3 2\n";
        assert_eq!(error(spoilt), "a.obj: line 3: v 2 is NaN; every coordinate must be finite");
        let unused = obj(&spoilt.replace("f 4 3 2", "f 3 4 3")).unwrap();
        assert_eq!(unused.vertices[..2], [[0.0, 0.0, 1.0]; 2]);
        assert_eq!(
            unused.notes,
            ["a.obj: vertex 0 and 1 more are not finite and have no face; they were put where vertex 2 is"]
        );
        let bow = "v 0 0 0\nv 1 1 0\nv 1 0 0\nv 0 1 0\nv 0.5 0.5 9\nf 1 2 3\n\nf 1 3 5\nf 1 2 \\\n3 4\n";
        assert_eq!(error(bow), "a.obj: line 9: face 2 crosses itself; correct it, or cut it into triangles");
    }

    #[test]
    fn concave_polygons_keep_their_area() {
        let file = obj("f 1 2 3 4 5 6\nv 2 0 2\nv 2 1 2\nv 1 1 1\nv 1 2 1\nv 0 2 0\nv 0 0 0\nf 1 2 3\n").unwrap();
        assert_eq!((file.triangles.len(), file.polygon(3), file.polygon(4)), (5, 0, 1));
        let area = |t: &[u32; 3]| {
            let [a, b, c] = t.map(|v| file.vertices[v as usize]);
            let [u, v] = [b, c].map(|p| [0, 1, 2].map(|k| p[k] - a[k]));
            let n = [0, 1, 2].map(|k| u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3]);
            0.5 * n.iter().map(|c| c * c).sum::<f64>().sqrt()
        };
        assert!((file.triangles[..4].iter().map(area).sum::<f64>() - 3.0 * 2f64.sqrt()).abs() < 1e-15);
    }
}
