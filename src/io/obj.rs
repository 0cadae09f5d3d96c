//! Wavefront .obj meshes: vertices and triangles.

use super::error::{IoError, quoted};
use super::json::literal;
use std::path::Path;

/// Vertices and triangles of an .obj file, counted from 0.
#[derive(Debug, Default)]
pub(super) struct Obj {
    pub(super) vertices: Vec<[f64; 3]>,
    pub(super) triangles: Vec<[u32; 3]>,
}

/// Reads the lines `v` and `f`; a missing third coordinate is 0, all others are skipped. Only triangles.
pub(super) fn parse_obj(path: &Path, bytes: &[u8]) -> Result<Obj, IoError> {
    let mut obj = Obj::default();
    for (k, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let at = k as u64 + 1;
        let line = line.split(|&b| b == b'#').next().unwrap_or_default();
        let mut words = line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty());
        let fail = |what: String| Err(IoError::line(path, at, what));
        match words.next() {
            Some(b"v") => {
                let (mut v, mut count) = ([0.0; 3], 0);
                for word in words.by_ref().take(3) {
                    let text = std::str::from_utf8(word).ok();
                    let value = text.and_then(|t| t.parse().ok().or_else(|| literal(t).map(|l| l.0)));
                    let Some(value) = value else {
                        let word = quoted(&String::from_utf8_lossy(word));
                        return fail(format!("{word} is not a number; write numbers like 0.5 or 1e-3"));
                    };
                    (v[count], count) = (value, count + 1);
                }
                if count < 2 {
                    return fail(format!("vertex with {count} coordinates; give x y z"));
                }
                obj.vertices.push(v);
            }
            Some(b"f") => {
                let corners: Vec<&[u8]> = words.collect();
                let &[a, b, c] = &corners[..] else {
                    return fail(format!("face with {} corners; triangulate the mesh", corners.len()));
                };
                let mut t = [0; 3];
                for (slot, word) in t.iter_mut().zip([a, b, c]) {
                    match vertex(word, obj.vertices.len()) {
                        Some(v) => *slot = v,
                        None => {
                            let (word, n) = (quoted(&String::from_utf8_lossy(word)), obj.vertices.len());
                            return fail(format!("{word} names no vertex; there are {n} above, counted from 1"));
                        }
                    }
                }
                obj.triangles.push(t);
            }
            _ => {}
        }
    }
    Ok(obj)
}

/// The vertex of a corner such as `7`, `7/2/3` or `-1`, if there are so many.
fn vertex(word: &[u8], count: usize) -> Option<u32> {
    let text = std::str::from_utf8(word.split(|&b| b == b'/').next()?).ok()?;
    let number: i64 = text.parse().ok()?;
    let index = if number < 0 { number.checked_add(count as i64)? } else { number - 1 };
    u32::try_from(index).ok().filter(|&v| (v as usize) < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vertices_and_triangles() {
        let text = "# two\nv 0 0\nv 1 0 2\nvt 0 0\nv 0 1/2 2 1\nf 1 2/1 3//1\nf -3 -1 -2\n";
        let obj = parse_obj(Path::new("a.obj"), text.as_bytes()).unwrap();
        assert_eq!(obj.vertices, [[0.0, 0.0, 0.0], [1.0, 0.0, 2.0], [0.0, 0.5, 2.0]]);
        assert_eq!(obj.triangles, [[0, 1, 2], [0, 2, 1]]);
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| parse_obj(Path::new("a.obj"), text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error("v 0 0 0\nf 1 2 3\n"),
            "a.obj: line 2: \"2\" names no vertex; there are 1 above, counted from 1"
        );
        assert_eq!(error("f 1 2 3 4\n"), "a.obj: line 1: face with 4 corners; triangulate the mesh");
        assert_eq!(error("v 1\n"), "a.obj: line 1: vertex with 1 coordinates; give x y z");
        assert_eq!(error("v 1 z\n"), "a.obj: line 1: \"z\" is not a number; write numbers like 0.5 or 1e-3");
    }
}
