//! Point clouds and lists of masses: .csv, .txt, .xyz, .obj, .npy, .npz.
//!
//! Where points in the plane are wanted, points in space give their first two coordinates, with a note. Text is read line by line; every error names the line.

use super::atomic::write_atomically;
use super::error::{IoError, quoted};
use super::json::literal;
use super::npy::{NpyArray, parse_npy, write_npy};
use super::npz::NpzReader;
use super::read::{ReadLimit, read_file, sha256_hex};
use std::io::Write;
use std::path::Path;

/// Rows of numbers read from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointFile<const D: usize = 2> {
    /// One point per row.
    pub points: Vec<[f64; D]>,
    /// Remarks for the report.
    pub notes: Vec<String>,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// Reads points; the format is told by the extension of the file.
///
/// # Errors
/// [`IoError`] naming the file and, for text, the line.
pub fn read_points(path: &Path, limit: ReadLimit) -> Result<PointFile, IoError> {
    parse_points(path, read_file(path, limit)?, None)
}

/// As [`read_points`] for bytes already in memory; `array` names the array in an .npz.
///
/// # Errors
/// As [`read_points`].
pub fn parse_points(path: &Path, bytes: Vec<u8>, array: Option<&str>) -> Result<PointFile, IoError> {
    parse_points_in(path, bytes, array)
}

/// As [`read_points`], of points in space.
///
/// # Errors
/// As [`read_points`].
pub fn read_points_in_space(path: &Path, limit: ReadLimit) -> Result<PointFile<3>, IoError> {
    parse_points_in(path, read_file(path, limit)?, None)
}

/// Points in the plane or in space.
pub(super) fn parse_points_in<const D: usize>(
    path: &Path,
    bytes: Vec<u8>,
    array: Option<&str>,
) -> Result<PointFile<D>, IoError> {
    let sha256 = sha256_hex(&bytes);
    let table = parse_table(path, bytes, array, "sites")?;
    let (n, columns) = (table.rows, table.columns);
    let axes = if D == 2 { "x and y" } else { "x, y and z" };
    if columns < D && n > 0 {
        let numbers = if columns == 1 { "number" } else { "numbers" };
        return Err(IoError::content(path, format!("has {columns} {numbers} per point; give {axes}")));
    }
    let mut notes = Vec::new();
    let told = extension(path) == "obj" || extension(path) == "xyz";
    if columns > D && n > 0 {
        if columns > 3 && !told {
            return Err(IoError::content(path, format!("has {columns} numbers per point; give {axes}")));
        }
        notes.push(format!("{} has {columns} numbers per point; {axes} are used", path.display()));
    }
    let row = |row: &[f64]| std::array::from_fn(|k| row.get(k).copied().unwrap_or(0.0));
    let points = table.values.chunks_exact(columns.max(1)).map(row).collect();
    Ok(PointFile { points, notes, sha256 })
}

/// Reads one number per line (or an array of shape n or n x 1): masses. Returns them with the file's SHA-256.
///
/// # Errors
/// As [`read_points`].
pub fn read_masses(path: &Path, limit: ReadLimit) -> Result<(Vec<f64>, String), IoError> {
    parse_scalars(path, read_file(path, limit)?, None, "masses")
}

/// As [`read_masses`] for bytes already in memory.
pub(super) fn parse_scalars(
    path: &Path,
    bytes: Vec<u8>,
    array: Option<&str>,
    what: &str,
) -> Result<(Vec<f64>, String), IoError> {
    let sha256 = sha256_hex(&bytes);
    let table = parse_table(path, bytes, array, what)?;
    // A single row is as good a list as a single column.
    if table.columns > 1 && table.rows > 1 {
        let found = table.columns;
        return Err(IoError::content(path, format!("has {found} numbers per row; give one of the {what} per row")));
    }
    Ok((table.values, sha256))
}

/// Whether [`write_points`] writes files of this name.
pub fn writes_points<const D: usize>(path: &Path) -> bool {
    let kinds = ["csv", "txt", "npy", "xyz", "obj"];
    kinds[..if D == 3 { 5 } else { 3 }].contains(&extension(path).as_str())
}

/// Writes points, atomically: .csv with a comma, .txt with a blank, each number with as many digits as tell it from all others, or .npy
/// of shape n x D. [`read_points`] and [`read_points_in_space`] give the same doubles. In space also .xyz and .obj (vertices alone).
///
/// # Errors
/// [`IoError::Content`] for other extensions; the system's.
pub fn write_points<const D: usize>(path: &Path, points: &[[f64; D]]) -> Result<(), IoError> {
    let (before, between) = match extension(path).as_str() {
        "csv" => ("", ","),
        "txt" => ("", " "),
        "npy" => return write_atomically(path, |w| write_npy(w, D, points.as_flattened())),
        "xyz" if D == 3 => ("", " "),
        "obj" if D == 3 => ("v ", " "),
        _ if D == 3 => {
            return Err(IoError::content(
                path,
                "points are written as .csv, .txt, .npy, .xyz or .obj; choose one of these",
            ));
        }
        _ => return Err(IoError::content(path, "points are written as .csv, .txt or .npy; choose one of these")),
    };
    write_atomically(path, |w| {
        points.iter().try_for_each(|p| {
            let words = p.map(|c| format!("{c:?}"));
            writeln!(w, "{before}{}", words.join(between))
        })
    })
}

/// Writes a list of indices, atomically: one per line of a .csv or .txt, or a .npy of shape n (of doubles, like all arrays here).
///
/// # Errors
/// As [`write_points`].
pub fn write_indices(path: &Path, indices: &[u32]) -> Result<(), IoError> {
    match extension(path).as_str() {
        "csv" | "txt" => write_atomically(path, |w| indices.iter().try_for_each(|i| writeln!(w, "{i}"))),
        "npy" => {
            let values: Vec<f64> = indices.iter().map(|&i| f64::from(i)).collect();
            write_atomically(path, |w| write_npy(w, 0, &values))
        }
        _ => Err(IoError::content(path, "indices are written as .csv, .txt or .npy; choose one of these")),
    }
}

fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

fn parse_table(path: &Path, bytes: Vec<u8>, array: Option<&str>, what: &str) -> Result<NpyArray, IoError> {
    let content = |w: String| IoError::content(path, w);
    match extension(path).as_str() {
        "csv" => super::foreign::decoded(path, || parse_csv(path, &bytes)),
        "txt" | "dat" => parse_text(path, &bytes, Text::Plain),
        "xyz" => parse_text(path, &bytes, Text::Xyz),
        "obj" => parse_text(path, &bytes, Text::Obj),
        "npy" => parse_npy(&bytes).map_err(content),
        "npz" => {
            let npz = NpzReader::new(bytes).map_err(content)?;
            let only = npz.names().next().unwrap_or(what).to_string();
            let name = match array {
                Some(name) => name,
                None if npz.names().count() == 1 => &only,
                None => what,
            };
            npz.array(name).map_err(content)
        }
        other => Err(content(format!(
            "files ending in {} are not read; use .csv, .txt, .xyz, .obj, .npy or .npz",
            quoted(&format!(".{other}"))
        ))),
    }
}

/// Collects rows of one length.
struct Table<'p> {
    path: &'p Path,
    array: NpyArray,
    first_line: u64,
}

impl Table<'_> {
    fn new(path: &Path) -> Table<'_> {
        let array = NpyArray { rows: 0, columns: 0, values: Vec::new() };
        Table { path, array, first_line: 0 }
    }

    /// Adds a row; every row must be as long as the first.
    fn row(&mut self, line: u64, numbers: &[f64]) -> Result<(), IoError> {
        if self.array.rows == 0 {
            self.array.columns = numbers.len();
            self.first_line = line;
        } else if numbers.len() != self.array.columns {
            return Err(IoError::line(
                self.path,
                line,
                format!(
                    "{} numbers, but {} on line {}; give the same on every line",
                    numbers.len(),
                    self.array.columns,
                    self.first_line
                ),
            ));
        }
        self.array.rows += 1;
        self.array.values.extend_from_slice(numbers);
        Ok(())
    }
}

/// A number in text: decimals, and the exact forms of the problem files.
fn number(field: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(field).ok()?;
    text.parse().ok().or_else(|| literal(text).map(|v| v.0))
}

fn not_a_number(path: &Path, line: u64, field: &[u8]) -> IoError {
    let text = String::from_utf8_lossy(&field[..field.len().min(200)]);
    IoError::line(path, line, format!("{} is not a number; write numbers like 0.5 or 1e-3", quoted(&text)))
}

/// Comma-, semicolon- or tab-separated values; `#` starts a comment line; a first line without any number is a header.
fn parse_csv(path: &Path, bytes: &[u8]) -> Result<NpyArray, IoError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.split(|&b| b == b'\n').find(|l| !l.trim_ascii().is_empty() && l[0] != b'#').unwrap_or_default();
    let delimiter = *[b',', b';', b'\t', b' '].iter().find(|d| first.trim_ascii().contains(d)).unwrap_or(&b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let mut table = Table::new(path);
    let mut record = csv::ByteRecord::new();
    let mut numbers = Vec::new();
    let mut header_possible = true;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(table.array),
            Err(e) => return Err(IoError::content(path, e.to_string())),
        }
        let line = record.position().map_or(0, csv::Position::line);
        let fields = || record.iter().filter(|f| delimiter != b' ' || !f.is_empty());
        if fields().all(<[u8]>::is_empty) {
            continue;
        }
        if std::mem::take(&mut header_possible) && fields().all(|f| number(f).is_none()) {
            continue;
        }
        numbers.clear();
        for field in fields() {
            numbers.push(number(field).ok_or_else(|| not_a_number(path, line, field))?);
        }
        table.row(line, &numbers)?;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    /// Numbers separated by white space or commas, `#` starts a comment.
    Plain,
    /// As plain; the first line may be the number of points.
    Xyz,
    /// Wavefront: lines that start with `v`.
    Obj,
}

fn parse_text(path: &Path, bytes: &[u8], kind: Text) -> Result<NpyArray, IoError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut table = Table::new(path);
    let mut numbers = Vec::new();
    let mut declared = None;
    for (k, line) in bytes.split(|&b| b == b'\n').enumerate() {
        let at = k as u64 + 1;
        let line = line.split(|&b| b == b'#').next().unwrap_or_default();
        let mut words = line
            .split(|b| b.is_ascii_whitespace() || (kind != Text::Obj && b",;".contains(b)))
            .filter(|w| !w.is_empty());
        if kind == Text::Obj && words.next() != Some(b"v") {
            continue;
        }
        numbers.clear();
        for word in words {
            numbers.push(number(word).ok_or_else(|| not_a_number(path, at, word))?);
        }
        if kind == Text::Obj {
            if numbers.len() < 2 {
                let what = format!("vertex with {} coordinates; give x y z", numbers.len());
                return Err(IoError::line(path, at, what));
            }
            numbers.truncate(3); // a weight or colour may follow
        } else if numbers.is_empty() {
            continue;
        }
        if kind == Text::Xyz && numbers.len() == 1 && table.array.rows == 0 && declared.is_none() {
            declared = Some((at, numbers[0]));
            continue;
        }
        table.row(at, &numbers)?;
    }
    if let Some((line, count)) = declared
        && count != table.array.rows as f64
    {
        let found = table.array.rows;
        let what = format!("{count} points declared, file has {found}; it is cut off");
        return Err(IoError::line(path, line, what));
    }
    Ok(table.array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(name: &str, text: &str) -> Result<PointFile, String> {
        parse_points(Path::new(name), text.into(), None).map_err(|e| e.to_string())
    }

    #[test]
    fn every_text_format_gives_the_same_points() {
        let expected = [[0.25, -1.0], [1.0 / 3.0, 2e-3]];
        for (name, text) in [
            ("a.csv", "x,y\n0.25,-1\n1/3,2e-3\n"),
            ("a.csv", "# made by hand\r\n0.25; -1\r\n\r\n1/3;2e-3"),
            ("a.csv", "\u{feff}\"0.25\",\"-1\"\n1/3,\t2e-3"),
            ("a.txt", "0.25 -1 # first\n\n  1/3\t2e-3"),
            ("a.xyz", "0.25 -1 7\n1/3 2e-3 8\n"),
            ("a.xyz", "2\n0.25 -1 7\n1/3 2e-3 8\n"),
            ("a.obj", "# x\nv 0.25 -1 7 1.0\nvn 0 0 1\nv 1/3 2e-3 8 1.0\nf 1 2 2\n"),
        ] {
            assert_eq!(points(name, text).unwrap().points, expected, "{text}");
        }
        assert_eq!(points("a.xyz", "0.25 -1 7\n").unwrap().notes, ["a.xyz has 3 numbers per point; x and y are used"]);
    }

    #[test]
    fn errors_name_the_line() {
        let error = |name, text| points(name, text).unwrap_err();
        assert_eq!(
            error("a.csv", "x,y\n0,0\n1,z\n"),
            "a.csv: line 3: \"z\" is not a number; write numbers like 0.5 or 1e-3"
        );
        assert_eq!(
            error("a.txt", "0 0\n\n1 2 3\n"),
            "a.txt: line 3: 3 numbers, but 2 on line 1; give the same on every line"
        );
        assert_eq!(error("a.xyz", "5\n1 2 3\n"), "a.xyz: line 1: 5 points declared, file has 1; it is cut off");
        assert_eq!(error("a.obj", "v 1 2 3\nv 1\n"), "a.obj: line 2: vertex with 1 coordinates; give x y z");
        assert_eq!(
            error("a.png", ""),
            "a.png: files ending in \".png\" are not read; use .csv, .txt, .xyz, .obj, .npy or .npz"
        );
        assert_eq!(error("a.txt", "1\n2\n"), "a.txt: has 1 number per point; give x and y");
    }

    #[test]
    fn numbers_beyond_doubles_are_left_for_the_problem_to_refuse() {
        let p = points("a.csv", "nan,1e999\n").unwrap().points;
        assert!(p[0][0].is_nan() && p[0][1] == f64::INFINITY);
    }
}
