//! Object files (.off): a header with counts, a line for each vertex, a line for each polygon.
//! Normals and colours are skipped.

use super::super::error::{IoError, bytes_text};
use super::SurfaceFile;
use super::text::{lines, point, shown, words};
use std::path::Path;

/// Reads vertices and polygons.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let mut lines = lines(bytes).filter(|(_, line)| words(line).next().is_some());
    let cut = |what: &str| IoError::content(path, format!("the file ends before {what}; it is cut off"));
    let (mut at, mut line) = lines.next().ok_or_else(|| cut("the counts"))?;
    let first = words(line).next().unwrap_or_default();
    // The counts may follow without a blank, as in `OFF9278 6940 0` (thousands of files of
    // ModelNet).
    let keyword = first.windows(3).position(|w| w == b"OFF").map(|k| first.split_at(k + 3));
    if let Some((keyword, _)) = keyword.filter(|(_, rest)| rest.iter().all(u8::is_ascii_digit)) {
        let kind = &keyword[..keyword.len() - 3];
        // Texture coordinates, colours and normals come after the coordinates; more or fewer of
        // these are another matter.
        if !kind.iter().all(|b| b"STCN".contains(b)) {
            return Err(IoError::line(path, at, format!("{} is not read; give three coordinates", shown(first))));
        }
        let rest = line.trim_ascii_start()[keyword.len()..].trim_ascii();
        if rest.starts_with(b"BINARY") {
            return Err(IoError::line(path, at, "binary .off is not read; write it as text, or as .ply"));
        }
        if rest.is_empty() {
            (at, line) = lines.next().ok_or_else(|| cut("the counts"))?;
        } else {
            line = rest;
        }
    }
    let counts: Option<Vec<u64>> = words(line).map(|w| std::str::from_utf8(w).ok()?.parse().ok()).collect();
    let Some(&[vertices, faces, ..]) = counts.as_deref() else {
        let what = format!("{} are not the counts of vertices, faces and edges", shown(line.trim_ascii()));
        return Err(IoError::line(path, at, what));
    };
    // A vertex is at least "0 0 0" and a face "3 0 1 2", each with the end of its line.
    for (n, size, things) in [(vertices, 6, "vertices"), (faces, 8, "faces")] {
        if n > (bytes.len() as u64 + 1) / size {
            let size = bytes_text(bytes.len() as u64);
            let what = format!("{n} {things} declared, file has {size}; it is cut off or damaged");
            return Err(IoError::line(path, at, what));
        }
    }
    let mut file = SurfaceFile::default();
    file.vertices.reserve_exact(vertices as usize);
    for k in 0..vertices {
        let (at, line) = lines.next().ok_or_else(|| cut(&format!("vertex {k}")))?;
        file.vertices.push(point(path, at, words(line), 3)?);
    }
    file.triangles.reserve(faces as usize);
    let mut corners = Vec::new();
    for k in 0..faces {
        let (at, line) = lines.next().ok_or_else(|| cut(&format!("face {k}")))?;
        let fail = |what: String| Err(IoError::line(path, at, what));
        let mut words = words(line);
        let word = words.next().unwrap_or_default();
        let Some(n) = std::str::from_utf8(word).ok().and_then(|w| w.parse::<usize>().ok()) else {
            return fail(format!("{} is not a number of corners", shown(word)));
        };
        corners.clear();
        for word in words.take(n) {
            let index = std::str::from_utf8(word).ok().and_then(|w| w.parse::<u32>().ok());
            let Some(v) = index.filter(|&v| u64::from(v) < vertices) else {
                return fail(format!("{} names no vertex; there are {vertices}, counted from 0", shown(word)));
            };
            corners.push(v);
        }
        if corners.len() < n {
            return fail(format!("face with {n} corners, but {} on the line", corners.len()));
        }
        if n < 3 {
            return fail(format!("face with {n} corners; give at least 3"));
        }
        file.push(path, &corners)?;
    }
    match lines.next() {
        Some((at, _)) => Err(IoError::line(path, at, "more lines than the counts at the beginning say; correct them")),
        None => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(text: &str) -> Result<SurfaceFile, String> {
        super::super::parse_surface(Path::new("a.off"), text.as_bytes()).map_err(|e| e.to_string())
    }

    #[test]
    fn headers_of_all_kinds() {
        let body = "0 0 0 9 9\n1 0 0\r\n\n# here\n1 1e0 0\n0 1 0\n3 0 1 2 0.5 0.5 0.5\n4 0 1 2 3\n";
        let heads = ["OFF\n4 2 0\n", "# c\nOFF 4 2\n", "4 2 5\n", "STCNOFF # x\n\n4 2 0\n", "OFF4 2 0\n", "NOFF4 2\n"];
        for head in heads {
            let file = off(&format!("{head}{body}")).unwrap();
            assert_eq!(file.vertices, [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
            assert_eq!(file.triangles, [[0, 1, 2], [0, 1, 2], [0, 2, 3]]);
            assert_eq!(file.polygon(2), 1);
        }
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| off(text).unwrap_err();
        assert_eq!(error("OFFx 1 0\n"), "a.off: line 1: \"OFFx 1 0\" are not the counts of vertices, faces and edges");
        let lie = format!("OFF\n4294967295 3 0\n{}", "0 0 0\n".repeat(150));
        assert_eq!(
            error(&lie),
            "a.off: line 2: 4294967295 vertices declared, file has 919 bytes; it is cut off or damaged"
        );
        assert_eq!(error("4OFF\n"), "a.off: line 1: \"4OFF\" is not read; give three coordinates");
        assert_eq!(error("OFF BINARY\n"), "a.off: line 1: binary .off is not read; write it as text, or as .ply");
        assert_eq!(error("OFF\n1 x\n"), "a.off: line 2: \"1 x\" are not the counts of vertices, faces and edges");
        assert_eq!(error(""), "a.off: the file ends before the counts; it is cut off");
        assert_eq!(error("2 0 0\n0 0 0\n"), "a.off: the file ends before vertex 1; it is cut off");
        assert_eq!(error("1 1 0\n0 0 0\n3 0 0\n"), "a.off: line 3: face with 3 corners, but 2 on the line");
        assert_eq!(
            error("1 1 0\n0 0 0\n3 0 0 1\n"),
            "a.off: line 3: \"1\" names no vertex; there are 1, counted from 0"
        );
        assert_eq!(error("1 1 0\n0 0 0\n2 0 0\n"), "a.off: line 3: face with 2 corners; give at least 3");
        assert_eq!(error("1 0 0\n0 0\n"), "a.off: line 2: vertex with 2 coordinates; give x y z");
        assert_eq!(
            error("1 0 0\n0 0 0\n7"),
            "a.off: line 3: more lines than the counts at the beginning say; correct them"
        );
        assert_eq!(error("1 1 0\n0 0 nan\n3 0 0 0\n"), "a.off: vertices[0][2] is NaN; every coordinate must be finite");
    }
}
