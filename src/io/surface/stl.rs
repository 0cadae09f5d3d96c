//! Stereolithography files (.stl), text and binary: triangles by the coordinates of their corners.
//! Equal corners become one vertex.

use super::super::error::{IoError, bytes_text};
use super::SurfaceFile;
use super::text::{lines, point, shown, words};
use crate::domain::surface::Places;
use std::path::Path;

/// Bytes before the triangles of a binary file: a comment of 80, their number.
const HEAD: usize = 84;
/// Bytes of a triangle: a normal, three corners, two bytes more.
const FACET: usize = 50;

/// Reads the triangles. A file is binary if it is as long as its count says, or does not start with
/// `solid`.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let count = bytes.get(80..HEAD).map_or(0, |c| c.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)));
    let binary = bytes.len() as u64 == HEAD as u64 + FACET as u64 * count;
    if !binary && bytes.trim_ascii_start().get(..5).is_some_and(|w| w.eq_ignore_ascii_case(b"solid")) {
        return parse_text(path, bytes);
    }
    if !binary {
        let size = bytes_text(bytes.len() as u64);
        let what = if bytes.len() < HEAD {
            "not an .stl file (text starts with \"solid\", binary has 84 bytes or more); export it again".to_string()
        } else {
            format!("{count} facets declared, file has {size}; it is cut off or damaged")
        };
        return Err(IoError::content(path, what));
    }
    let (mut file, mut places) = (SurfaceFile::default(), Places::default());
    file.triangles.reserve_exact(count as usize);
    for facet in bytes[HEAD..].chunks_exact(FACET) {
        let mut t = [0; 3];
        for (corner, slot) in facet[12..48].chunks_exact(12).zip(&mut t) {
            let mut p = [0.0; 3];
            for (c, x) in corner.chunks_exact(4).zip(&mut p) {
                *x = f64::from(f32::from_le_bytes([c[0], c[1], c[2], c[3]]));
            }
            *slot = places.number(p);
        }
        file.push(path, &t)?;
    }
    file.vertices = places.into_points();
    Ok(file)
}

/// Where a text is.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Outside,
    Solid,
    Facet,
    Loop,
    /// After the corners of a facet.
    Looped,
}

fn parse_text(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let (mut file, mut places) = (SurfaceFile::default(), Places::default());
    let mut state = State::Outside;
    let mut corners = Vec::new();
    for (at, line) in lines(bytes) {
        let mut words = words(line);
        let Some(word) = words.next() else { continue };
        let mut keyword = word.to_ascii_lowercase();
        if keyword == b"end" {
            // Some programs write `end solid`, `end loop` and `end facet`.
            keyword.extend(words.next().unwrap_or_default().to_ascii_lowercase());
        }
        // A name may follow without a blank, but only where no facet goes on.
        for whole in [&b"endsolid"[..], b"solid"] {
            if matches!(state, State::Outside | State::Solid) && keyword.starts_with(whole) {
                keyword.truncate(whole.len());
            }
        }
        state = match (&keyword[..], state) {
            (b"solid", State::Outside) => {
                file.begin_group(&line.trim_ascii_start()[5..]);
                State::Solid
            }
            (b"facet", State::Solid) => State::Facet,
            (b"outer", State::Facet) if words.next().is_some_and(|w| w.eq_ignore_ascii_case(b"loop")) => {
                corners.clear();
                State::Loop
            }
            (b"vertex", State::Loop) => {
                corners.push(places.number(point(path, at, words, 3)?));
                State::Loop
            }
            (b"endloop", State::Loop) => State::Looped,
            (b"endfacet", State::Looped) => {
                if corners.len() != 3 {
                    let what = format!("facet with {} corners; it must have 3", corners.len());
                    return Err(IoError::line(path, at, what));
                }
                file.push(path, &corners)?;
                State::Solid
            }
            (b"endsolid", State::Solid) => State::Outside,
            _ => {
                let what = format!("{} is out of place in an .stl file; export it again", shown(word));
                return Err(IoError::line(path, at, what));
            }
        };
    }
    if state != State::Outside {
        return Err(IoError::content(path, "the file ends without \"endsolid\"; it is cut off"));
    }
    file.end_groups();
    file.vertices = places.into_points();
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stl(bytes: &[u8]) -> Result<SurfaceFile, String> {
        super::super::parse_surface(Path::new("a.stl"), bytes).map_err(|e| e.to_string())
    }

    fn facet(corners: [[f64; 3]; 3]) -> String {
        let corner = |[x, y, z]: [f64; 3]| format!("   vertex {x:?} {y:?} {z:?}\r\n");
        format!(" facet normal 0 0 1\r\n  OUTER LOOP\n{}  endloop\n endfacet\n", corners.map(corner).concat())
    }

    #[test]
    fn equal_corners_become_one_vertex() {
        let [a, b, c, d] = [[0.0, 0.0, 0.5], [1.0, 0.0, 0.5], [1.0, 1.0, 0.5], [-0.0, 1e-3, 0.5]];
        let text =
            format!("solid my part \\\n{}{}endsolid my part\nsolid\nendsolid\n", facet([a, b, c]), facet([a, c, d]));
        let file = stl(text.as_bytes()).unwrap();
        assert_eq!(file.vertices, [a, b, c, d]);
        assert_eq!(file.triangles, [[0, 1, 2], [0, 2, 3]]);
        assert_eq!(file.groups, [super::super::Group { name: "my part \\".into(), first: 0 }]);
        // Binary, with a comment that pretends to be text.
        let mut bytes = b"solid".to_vec();
        bytes.resize(80, 0);
        bytes.extend(2u32.to_le_bytes());
        for t in [[a, b, c], [a, c, [0.0, 0.0, 0.5]]] {
            bytes.extend([0; 12]);
            t.as_flattened().iter().for_each(|&x| bytes.extend((x as f32).to_le_bytes()));
            bytes.extend([7; 2]);
        }
        let file = stl(&bytes).unwrap();
        assert_eq!(file.vertices, [a, b, c]);
        assert_eq!(file.triangles, [[0, 1, 2], [0, 2, 0]]);
        bytes[83] = 0xff;
        bytes[0] = 0;
        assert_eq!(
            stl(&bytes).unwrap_err(),
            "a.stl: 4278190082 facets declared, file has 184 bytes; it is cut off or damaged"
        );
    }

    #[test]
    fn ends_are_spelled_in_many_ways() {
        let corners = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        for end in ["endsolid", "end solid", "END SOLID part", "endsolidpart", "endsolid part"] {
            let text = format!("solid part\n{}{end}\nsolidother\n{end}\n", facet(corners));
            for text in [text.clone(), text.replace("endloop", "end loop").replace("endfacet", "End Facet")] {
                let file = stl(text.as_bytes()).unwrap();
                assert_eq!((file.vertices.len(), file.triangles.len()), (3, 1), "{text}");
                assert_eq!(
                    stl(text.replace("\r\n", "\n").replace('\n', "\r").as_bytes()).unwrap().triangles,
                    [[0, 1, 2]]
                );
            }
        }
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| stl(text.as_bytes()).unwrap_err();
        assert_eq!(error("solid a\n facet normal 0 0 1\n"), "a.stl: the file ends without \"endsolid\"; it is cut off");
        assert_eq!(
            error("solid\nvertex 0 0 0\n"),
            "a.stl: line 2: \"vertex\" is out of place in an .stl file; export it again"
        );
        assert_eq!(
            error("solid\nfacet\nouter loop\nvertex 0 0\n"),
            "a.stl: line 4: vertex with 2 coordinates; give x y z"
        );
        let short = "solid\nfacet\nouter loop\nvertex 0 0 0\nendloop\nendfacet\nendsolid\n";
        assert_eq!(error(short), "a.stl: line 6: facet with 1 corners; it must have 3");
        assert_eq!(
            error("hello"),
            "a.stl: not an .stl file (text starts with \"solid\", binary has 84 bytes or more); export it again"
        );
        let spoilt =
            format!("solid\n{}{}endsolid\n", facet([[0.0; 3]; 3]), facet([[0.0; 3], [0.0, f64::NAN, 0.0], [0.0; 3]]));
        assert_eq!(error(&spoilt), "a.stl: facet 1 has a corner with NaN; every coordinate must be finite");
    }
}
