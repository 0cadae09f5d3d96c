//! Polygon files (.ply), ASCII and binary in either byte order: elements `vertex` (x, y, z), `face`
//! (a list of vertices) and `tristrips`; all other elements and properties are skipped, whatever
//! their types and order.

use super::super::error::{IoError, bytes_text};
use super::SurfaceFile;
use super::ply_values::{Scalar, Values};
use super::text::shown;
use std::path::Path;

/// Kinds of elements that are read; names are compared one by one.
const MOST_ELEMENTS: usize = 1000;

/// What a file consists of, in its order.
struct Header {
    encoding: Encoding,
    elements: Vec<Element>,
    /// Bytes and lines of the header.
    bytes: usize,
    lines: u64,
    /// The first line that is no declaration, and how many there are.
    remarks: (u64, usize),
}

#[derive(Clone, Copy, PartialEq)]
enum Encoding {
    Ascii,
    Little,
    Big,
}

/// A table of a file.
struct Element {
    name: Vec<u8>,
    count: u64,
    properties: Vec<Property>,
    /// Where the header declares it.
    line: u64,
}

struct Property {
    name: Vec<u8>,
    /// The type of the length, if it is a list.
    length: Option<Scalar>,
    kind: Scalar,
}

/// Reads vertices and faces.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let header = Header::parse(path, bytes)?;
    header.believe(path, bytes.len())?;
    let body = &bytes[header.bytes..];
    let mut values = match header.encoding {
        Encoding::Ascii => {
            let rows = header.elements.iter().filter(|e| !e.properties.is_empty()).map(|e| e.count);
            Values::text(path, body, header.lines + 1, Some(rows.fold(0, u64::saturating_add)))
        }
        Encoding::Little => Values::binary(path, body, false),
        Encoding::Big => Values::binary(path, body, true),
    };
    let mut file = match read_body(path, &header, &mut values) {
        // A text with as many lines as rows may be broken elsewhere.
        Err(first) if header.encoding == Encoding::Ascii => {
            read_body(path, &header, &mut Values::text(path, body, header.lines + 1, None)).map_err(|_| first)?
        }
        other => other?,
    };
    if let (line, n @ 1..) = header.remarks {
        let more = if n > 1 { format!(" and {} more", n - 1) } else { String::new() };
        let what = format!("{}: line {line}{more} of the header declares nothing and was skipped", path.display());
        file.notes.insert(0, what);
    }
    if let Some((face, vertex)) = file.unknown_vertex() {
        let polygon = file.polygon(face as u32);
        let n = file.vertices.len();
        let what = format!("face {polygon} names vertex {vertex}, but there are {n}; count from 0");
        return Err(IoError::content(path, what));
    }
    Ok(file)
}

/// Reads all elements.
fn read_body(path: &Path, header: &Header, values: &mut Values) -> Result<SurfaceFile, IoError> {
    let mut file = SurfaceFile::default();
    for element in &header.elements {
        match &element.name[..] {
            b"vertex" => read_vertices(path, element, values, &mut file)?,
            b"face" => read_faces(path, element, values, &mut file)?,
            b"tristrips" => read_strips(path, element, values, &mut file)?,
            // What has no properties takes no room, however often it is there.
            _ if element.properties.is_empty() => {}
            _ => {
                for k in 0..element.count {
                    for p in &element.properties {
                        p.read(values, element, k, |_, _| Ok(()))?;
                    }
                    values.end_row();
                }
            }
        }
    }
    if let (line, n @ 1..) = values.skipped() {
        let more = if n > 1 { format!(" and {} more", n - 1) } else { String::new() };
        let what = "with more numbers than the header declares; those at the end were skipped";
        file.notes.push(format!("{}: line {line}{more} {what}", path.display()));
    }
    let rest = values.rest();
    if rest > 0 {
        let what =
            format!("has {} after its last element; the counts in its header are wrong", bytes_text(rest as u64));
        return Err(IoError::content(path, what));
    }
    Ok(file)
}

fn read_vertices(path: &Path, element: &Element, values: &mut Values, file: &mut SurfaceFile) -> Result<(), IoError> {
    let place = |name: &[u8]| element.properties.iter().position(|p| p.name == name && p.length.is_none());
    let (Some(x), Some(y), Some(z)) = (place(b"x"), place(b"y"), place(b"z")) else {
        return Err(IoError::line(path, element.line, "vertices need the properties x, y and z"));
    };
    // The file is long enough for them.
    file.vertices.reserve_exact(element.count as usize);
    for k in 0..element.count {
        let mut v = [0.0; 3];
        for (n, p) in element.properties.iter().enumerate() {
            p.read(values, element, k, |_, value| {
                for (slot, place) in v.iter_mut().zip([x, y, z]) {
                    if place == n {
                        *slot = value;
                    }
                }
                Ok(())
            })?;
        }
        file.vertices.push(v);
        values.end_row();
    }
    Ok(())
}

/// Strips of triangles, as scanners write them: each vertex makes one with the two before it, in
/// turns from the left and from the right; -1 ends a strip. A triangle that names a vertex twice
/// only turns the strip around.
fn read_strips(path: &Path, element: &Element, values: &mut Values, file: &mut SurfaceFile) -> Result<(), IoError> {
    let Some(list) = element.properties.iter().position(Property::is_corners) else {
        return Err(IoError::line(path, element.line, "strips need the list vertex_indices"));
    };
    for k in 0..element.count {
        let mut last = [0; 2];
        let mut length = 0usize;
        for (n, p) in element.properties.iter().enumerate() {
            p.read(values, element, k, |values, value| {
                if n != list {
                    return Ok(());
                }
                if value == -1.0 {
                    length = 0;
                    return Ok(());
                }
                let v = value as u32; // saturates; NaN becomes 0
                if f64::from(v) != value {
                    return Err(values.error(format!("strip {k} names vertex {value}; vertices are counted from 0")));
                }
                let [a, b] = last;
                if length >= 2 && a != b && b != v && v != a {
                    file.push(path, &if length.is_multiple_of(2) { [a, b, v] } else { [b, a, v] })?;
                }
                (last, length) = ([b, v], length + 1);
                Ok(())
            })?;
        }
        values.end_row();
    }
    Ok(())
}

fn read_faces(path: &Path, element: &Element, values: &mut Values, file: &mut SurfaceFile) -> Result<(), IoError> {
    let Some(list) = element.properties.iter().position(Property::is_corners) else {
        return Err(IoError::line(path, element.line, "faces need the list vertex_indices"));
    };
    // A face has a length and three corners, though a hostile one may have less.
    file.triangles.reserve(usize::try_from(element.count).unwrap_or(usize::MAX).min(values.rest() / 4));
    let points = element.properties.iter().position(|p| p.name == b"texcoord" && p.length.is_some());
    let (mut corners, mut numbers, mut named) = (Vec::new(), Vec::new(), Vec::new());
    for k in 0..element.count {
        corners.clear();
        numbers.clear();
        for (n, p) in element.properties.iter().enumerate() {
            p.read(values, element, k, |values, value| {
                if n == list {
                    let v = value as u32; // saturates; NaN becomes 0
                    if f64::from(v) != value {
                        let what = format!("face {k} names vertex {value}; vertices are counted from 0");
                        return Err(values.error(what));
                    }
                    corners.push(v);
                } else if Some(n) == points {
                    numbers.push(value);
                }
                Ok(())
            })?;
        }
        if corners.len() < 3 {
            return Err(values.error(format!("face {k} has {} corners; give at least 3", corners.len())));
        }
        let triangle = file.triangles.len();
        file.push(path, &corners)?;
        if numbers.len() == 2 * corners.len() {
            let first = file.points.values.len() as u32;
            named.clear();
            named.extend((0..corners.len() as u32).map(|c| first + c));
            file.points.values.extend_from_slice(numbers.as_chunks::<2>().0);
            file.points.push(triangle, &named);
        }
        values.end_row();
    }
    file.finish_corners();
    Ok(())
}

impl Property {
    fn is_corners(&self) -> bool {
        (self.name == b"vertex_indices" || self.name == b"vertex_index") && self.length.is_some()
    }

    /// Reads a number or a list; `each` sees the numbers.
    fn read(
        &self,
        values: &mut Values,
        element: &Element,
        k: u64,
        mut each: impl FnMut(&Values, f64) -> Result<(), IoError>,
    ) -> Result<(), IoError> {
        let place = || (String::from_utf8_lossy(&element.name).into_owned(), k);
        let Some(length) = self.length else {
            let value = values.next(self.kind, place)?;
            return each(values, value);
        };
        let n = values.next(length, place)?;
        let room = values.rest() / if values.is_text() { 1 } else { self.kind.size() };
        if !(n >= 0.0 && n.fract() == 0.0 && n <= room as f64) {
            let (element, k) = place();
            let what = format!(
                "{} {k} has a list of {n} numbers, which is more than the file holds",
                shown(element.as_bytes())
            );
            return Err(values.error(format!("{what}; it is cut off or damaged")));
        }
        for _ in 0..n as u64 {
            let value = values.next(self.kind, place)?;
            each(values, value)?;
        }
        Ok(())
    }
}

impl Header {
    fn parse(path: &Path, bytes: &[u8]) -> Result<Header, IoError> {
        let mut header =
            Header { encoding: Encoding::Ascii, elements: Vec::new(), bytes: 0, lines: 0, remarks: (0, 0) };
        let mut encoding = None;
        // Binary data may begin with any byte, so all lines end as the first one does.
        let first = bytes.iter().position(|&b| b == b'\n' || b == b'\r');
        let terminator = match first {
            Some(k) if bytes[k] == b'\r' && bytes.get(k + 1) != Some(&b'\n') => b'\r',
            _ => b'\n',
        };
        loop {
            let rest = &bytes[header.bytes..];
            let at = header.lines + 1;
            let fail = |what: String| Err(IoError::line(path, at, what));
            let end = rest.iter().position(|&b| b == terminator);
            let line = &rest[..end.unwrap_or(rest.len())];
            let words: Vec<&[u8]> = super::text::words(line).take(6).collect();
            if at == 1 && words[..] != [b"ply"] {
                return Err(IoError::content(
                    path,
                    "not a .ply file (it must start with a line \"ply\"); export it again",
                ));
            }
            let Some(end) = end else { return fail("the header has no end; the file is cut off".into()) };
            header.bytes += end + 1;
            header.lines += 1;
            match words[..] {
                [] | [b"ply"] if at == 1 => {}
                [] | [b"comment" | b"obj_info", ..] => {}
                [b"format", name, version] => {
                    if encoding.is_some() || version != b"1.0" {
                        return fail(format!("format {} is unknown; write version 1.0, once", shown(line)));
                    }
                    encoding = Some(match name {
                        b"ascii" => Encoding::Ascii,
                        b"binary_little_endian" => Encoding::Little,
                        b"binary_big_endian" => Encoding::Big,
                        _ => {
                            return fail(format!(
                                "format {} is unknown; use ascii or binary_little_endian",
                                shown(name)
                            ));
                        }
                    });
                }
                [b"element", name, count] => {
                    let Some(n) = std::str::from_utf8(count).ok().and_then(|c| c.parse().ok()) else {
                        return fail(format!("{} is not a count", shown(count)));
                    };
                    if header.elements.len() == MOST_ELEMENTS {
                        return fail(format!("more than {MOST_ELEMENTS} elements; export the mesh alone"));
                    }
                    if header.elements.iter().any(|e| e.name == name) {
                        return fail(format!("element {} is declared twice", shown(name)));
                    }
                    header.elements.push(Element { name: name.to_vec(), count: n, properties: Vec::new(), line: at });
                }
                [b"property", ref declaration @ ..] => {
                    let property = match *declaration {
                        [b"list", length, kind, name] => {
                            Scalar::of(length).zip(Scalar::of(kind)).map(|(l, kind)| (name, Some(l), kind))
                        }
                        [kind, name] => Scalar::of(kind).map(|kind| (name, None, kind)),
                        _ => None,
                    };
                    let Some((name, length, kind)) = property else {
                        let what = format!("{} is not understood", shown(line.trim_ascii()));
                        return fail(format!(
                            "{what}; write \"property TYPE NAME\" or \"property list TYPE TYPE NAME\""
                        ));
                    };
                    let Some(element) = header.elements.last_mut() else {
                        return fail("a property comes before the first element".into());
                    };
                    element.properties.push(Property { name: name.to_vec(), length, kind });
                }
                [b"end_header"] => break,
                _ if is_declaration(&words) => {
                    return fail(format!("{} is not understood in a .ply header", shown(line.trim_ascii())));
                }
                // A remark whose writer forgot the word `comment`.
                _ => {
                    let (first, n) = header.remarks;
                    header.remarks = (if n == 0 { at } else { first }, n + 1);
                }
            }
        }
        let missing = "the header has no line \"format\"; export the mesh again";
        header.encoding = encoding.ok_or_else(|| IoError::content(path, missing))?;
        Ok(header)
    }

    /// Whether the file can hold what the header declares: before anything is read or allocated.
    fn believe(&self, path: &Path, length: usize) -> Result<(), IoError> {
        let mut room = (length - self.bytes) as u64;
        if self.encoding == Encoding::Ascii {
            room += 1; // the last number needs no separator
        }
        for e in &self.elements {
            // In text a number takes a digit and a separator.
            let size = |p: &Property| match self.encoding {
                Encoding::Ascii => 2,
                _ => p.length.unwrap_or(p.kind).size() as u64,
            };
            let each: u64 = e.properties.iter().map(size).sum();
            match each.checked_mul(e.count).and_then(|needed| room.checked_sub(needed)) {
                Some(left) => room = left,
                None => {
                    let things = match &e.name[..] {
                        b"vertex" => "vertices".to_string(),
                        b"face" => "faces".to_string(),
                        name => format!("elements {}", shown(name)),
                    };
                    let (n, size) = (e.count, bytes_text(length as u64));
                    let what = format!("{n} {things} declared, file has {size}; it is cut off or damaged");
                    return Err(IoError::line(path, e.line, what));
                }
            }
        }
        Ok(())
    }
}

/// Whether an unknown line may be meant to declare something: it names a type, or ends in a count.
fn is_declaration(words: &[&[u8]]) -> bool {
    let known: [&[u8]; 5] = [b"element", b"property", b"format", b"end_header", b"list"];
    let is_count = |w: &&[u8]| w.iter().all(u8::is_ascii_digit);
    words.iter().any(|w| Scalar::of(w).is_some() || known.iter().any(|k| w.eq_ignore_ascii_case(k)))
        || words.len() == 3 && words.last().is_some_and(is_count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ply(bytes: &[u8]) -> Result<SurfaceFile, String> {
        super::super::parse_surface(Path::new("a.ply"), bytes).map_err(|e| e.to_string())
    }

    const HEAD: &str = "ply\r\nformat ascii 1.0\ncomment by hand\nelement extra 1\nproperty list uchar float values\nproperty int k\n\
        element vertex 4\nproperty double y\nproperty list uint8 short l\nproperty float x\nproperty float z\n\
        element face 2\nproperty uchar red\nproperty list uchar int vertex_index\nelement nothing 99999999999\nend_header\n";

    #[test]
    fn properties_of_any_type_and_order() {
        let text =
            format!("{HEAD}2 0.5 nan -7\n0 0 0 0\n0 1 5 1 0\n1 2 6 7 1 0\n1 0 0.1 1e-3\n255 3 0 1 2\n0 4 0 1 2 3\n");
        let file = ply(text.as_bytes()).unwrap();
        let expected = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.1, 1.0, 1e-3]];
        assert_eq!(file.vertices, expected);
        assert_eq!(file.triangles, [[0, 1, 2], [0, 1, 2], [0, 2, 3]]);
        assert_eq!([0, 1, 2].map(|f| file.polygon(f)), [0, 1, 1]);
        // The same in binary, both byte orders; floats in the file are floats.
        for big in [false, true] {
            let name = if big { "binary_big_endian" } else { "binary_little_endian" };
            let mut bytes = HEAD.replace("ascii", name).into_bytes();
            let mut put = |b: &[u8]| if big { bytes.extend(b.iter().rev()) } else { bytes.extend(b) };
            put(&[1]);
            put(&0.5f32.to_le_bytes());
            put(&7i32.to_le_bytes());
            for v in expected {
                put(&v[1].to_le_bytes());
                put(&[1]);
                put(&(-3i16).to_le_bytes());
                put(&(v[0] as f32).to_le_bytes());
                put(&(v[2] as f32).to_le_bytes());
            }
            for face in [&[0, 1, 2][..], &[0, 1, 2, 3]] {
                put(&[9]);
                put(&[face.len() as u8]);
                face.iter().for_each(|k: &i32| put(&k.to_le_bytes()));
            }
            let binary = ply(&bytes).unwrap();
            assert_eq!(binary.triangles, file.triangles);
            assert_eq!(binary.vertices[..3], expected[..3]);
            assert_eq!(binary.vertices[3], [f64::from(0.1f32), 1.0, f64::from(1e-3f32)]);
            assert_eq!(
                ply(&[&bytes[..], &[0]].concat()).unwrap_err(),
                "a.ply: has 1 bytes after its last element; the counts in its header are wrong"
            );
            assert_eq!(
                ply(&bytes[..bytes.len() - 1]).unwrap_err(),
                "a.ply: \"face\" 1 has a list of 4 numbers, which is more than the file holds; it is cut off or damaged"
            );
        }
    }

    #[test]
    fn oddities_are_read_and_told() {
        let text = "ply\nformat ascii 1.0\nmade by hand\nelement vertex 4\nproperty float x\nproperty float y\n\
            property float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n\
            0 0 0 255 0 0\n\n1 0 0\n1 1 0 7\n0 1 0\n4 0 1 2 3 0.5\n";
        let file = ply(text.as_bytes()).unwrap();
        assert_eq!(file.vertices, [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0]]);
        assert_eq!(file.triangles, [[0, 1, 2], [0, 2, 3]]);
        let notes = [
            "a.ply: line 3 of the header declares nothing and was skipped",
            "a.ply: line 11 and 2 more with more numbers than the header declares; those at the end were skipped",
            "a.ply has 1 face of more than three corners; it was cut into triangles",
        ];
        assert_eq!(file.notes, notes);
        // The same with the line ends of old Macs, and with lines that are broken anywhere.
        assert_eq!(ply(text.replace('\n', "\r").as_bytes()).unwrap().triangles, file.triangles);
        let (head, _) = text.split_once("0 0 0 255").unwrap();
        let broken = format!("{head}0 0 0 1 0\n0 1 1\n0 0\n1 0 4\n0 1 2 3\n\n");
        assert_eq!(ply(broken.as_bytes()).unwrap().vertices, file.vertices);
    }

    #[test]
    fn strips_turn_at_every_vertex() {
        let head = "ply\nformat ascii 1.0\nelement tristrips 1\nproperty list int int vertex_indices\n\
            element vertex 6\nproperty float x\nproperty float y\nproperty float z\nend_header\n";
        let points = "0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 2 0\n1 2 0\n";
        let strip = |list: &str| ply(format!("{head}{list}\n{points}").as_bytes());
        assert_eq!(strip("6 0 1 2 3 4 5").unwrap().triangles, [[0, 1, 2], [2, 1, 3], [2, 3, 4], [4, 3, 5]]);
        assert_eq!(strip("8 0 1 2 -1 2 1 3 -1").unwrap().triangles, [[0, 1, 2], [2, 1, 3]]);
        // A vertex given twice keeps the side.
        assert_eq!(strip("6 0 1 2 2 3 5").unwrap().triangles, [[0, 1, 2], [3, 2, 5]]);
        assert_eq!(
            strip("3 0 1 -2").unwrap_err(),
            "a.ply: line 10: strip 0 names vertex -2; vertices are counted from 0"
        );
        assert_eq!(strip("3 0 1 6").unwrap_err(), "a.ply: face 0 names vertex 6, but there are 6; count from 0");
    }

    #[test]
    fn counts_are_believed_when_the_file_is_long_enough() {
        let error = |text: &str| ply(text.as_bytes()).unwrap_err();
        let head = |n: &str, m: &str| {
            format!(
                "ply\nformat binary_little_endian 1.0\nelement vertex {n}\nproperty float x\nproperty float y\nproperty float z\n\
             element face {m}\nproperty list uchar int vertex_indices\nend_header\n"
            )
        };
        let text = error(&(head("4294967295", "0") + &"x".repeat(900)));
        assert_eq!(text, "a.ply: line 3: 4294967295 vertices declared, file has 1 kB; it is cut off or damaged");
        let text = error(&(head("4", "18446744073709551615") + &"x".repeat(900)));
        assert_eq!(text, "a.ply: line 7: 18446744073709551615 faces declared, file has 1 kB; it is cut off or damaged");
        assert_eq!(error(&head("-1", "0")), "a.ply: line 3: \"-1\" is not a count");
        assert!(error(&head("18446744073709551616", "0")).contains("is not a count"));
        assert_eq!(
            error(&head("0", "0").replace("float z", "float q")),
            "a.ply: line 3: vertices need the properties x, y and z"
        );
        let crowd: String = (0..=MOST_ELEMENTS).map(|k| format!("element e{k} 0\n")).collect();
        assert_eq!(error(&format!("ply\n{crowd}")), "a.ply: line 1002: more than 1000 elements; export the mesh alone");
        assert_eq!(error("plx\n"), "a.ply: not a .ply file (it must start with a line \"ply\"); export it again");
        assert_eq!(error("ply\nformat ascii 1.0\n"), "a.ply: line 3: the header has no end; the file is cut off");
        let body = |b: &str| error(&(head("1", "1").replace("binary_little_endian", "ascii") + b));
        assert_eq!(body("0 0 0\n3 0 0 1\n"), "a.ply: face 0 names vertex 1, but there are 1; count from 0");
        assert_eq!(body("0 0 z\n3 0 0 1\n"), "a.ply: line 10: \"z\" is not a number; write numbers like 0.5 or 1e-3");
        assert_eq!(body("0 0 0\n2 0 0\n"), "a.ply: line 11: face 0 has 2 corners; give at least 3");
        assert_eq!(body("0 0 0\n3 0 0 -1\n"), "a.ply: line 11: face 0 names vertex -1; vertices are counted from 0");
        assert_eq!(body("0 0 inf\n3 0 0 0\n"), "a.ply: vertices[0][2] is inf; every coordinate must be finite");
        assert_eq!(body("0 0 0\n3 0 0\n"), "a.ply: line 12: the file ends in \"face\" 0; it is cut off");
        assert_eq!(
            body("0 0 0\n3 0 0 0 7\n8\n"),
            "a.ply: has 4 bytes after its last element; the counts in its header are wrong"
        );
        // What looks like a declaration is not skipped.
        for line in ["elemnt face 3", "propety float x", "PROPERTY x", "facets list uchar int"] {
            let text = error(&head("1", "1").replace("end_header", &format!("{line}\nend_header")));
            assert_eq!(text, format!("a.ply: line 9: \"{line}\" is not understood in a .ply header"));
        }
    }
}
