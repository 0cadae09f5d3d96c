//! Point clouds and lists of masses: .csv, .txt, .xyz, .obj, .npy, .npz.
//!
//! TableColumns with names are found by them (`columns.rs`). Without names, where points in the
//! plane are wanted, points in space give their first two coordinates, with a note. Text is read
//! line by line (`table.rs`); every error names the line.

use super::atomic::write_atomically;
use super::columns::{MASSES, PLACES, TableColumns, Wanted, choose, list};
use super::ending::ending;
use super::error::{IoError, quoted};
use super::npy::{NpyArray, parse_npy, write_npy};
use super::npz::NpzReader;
use super::read::{ReadLimit, read_file, refuse_utf16, sha256_hex};
use super::table::{Table, Text, parse_csv, parse_text};
use std::io::Write;
use std::path::Path;

/// Endings that are read.
const READ: &str = ".csv, .txt, .xyz, .obj, .npy or .npz";

/// Rows of numbers read from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointFile<const D: usize = 2> {
    /// One point per row.
    pub points: Vec<[f64; D]>,
    /// The column of masses, where one was looked for and found.
    pub masses: Option<Vec<f64>>,
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

/// Reads points in the plane (`D = 2`) or in space (`D = 3`) from the columns asked for; `masses`:
/// and masses from the column of that name.
///
/// # Errors
/// As [`read_points`]; also if there are no such columns.
pub fn read_columns<const D: usize>(
    path: &Path,
    limit: ReadLimit,
    columns: &TableColumns,
    masses: bool,
) -> Result<PointFile<D>, IoError> {
    let wanted = Wanted { axes: &["x", "y", "z"][..D], families: PLACES, mass: masses, columns };
    parse_wanted(path, read_file(path, limit)?, None, wanted)
}

/// Reads rows of `D` numbers that are called `axes`, or like one of the `families`, in a table with
/// names.
///
/// # Errors
/// As [`read_points`].
pub fn read_rows<const D: usize>(
    path: &Path,
    limit: ReadLimit,
    axes: [&str; D],
    families: &[&[&str]],
) -> Result<PointFile<D>, IoError> {
    parse_rows(path, read_file(path, limit)?, axes, families)
}

/// As [`read_rows`] for bytes already in memory.
pub(super) fn parse_rows<const D: usize>(
    path: &Path,
    bytes: Vec<u8>,
    axes: [&str; D],
    families: &[&[&str]],
) -> Result<PointFile<D>, IoError> {
    let wanted = Wanted { axes: &axes, families, mass: false, columns: &TableColumns::default() };
    parse_wanted(path, bytes, None, wanted)
}

/// Points in the plane or in space.
pub(super) fn parse_points_in<const D: usize>(
    path: &Path,
    bytes: Vec<u8>,
    array: Option<&str>,
) -> Result<PointFile<D>, IoError> {
    let columns = TableColumns::default();
    let wanted = Wanted { axes: &["x", "y", "z"][..D], families: PLACES, mass: false, columns: &columns };
    parse_wanted(path, bytes, array, wanted)
}

fn parse_wanted<const D: usize>(
    path: &Path,
    bytes: Vec<u8>,
    array: Option<&str>,
    wanted: Wanted<'_>,
) -> Result<PointFile<D>, IoError> {
    let sha256 = sha256_hex(&bytes);
    let table = parse_table(path, bytes, array, "sites", wanted)?;
    let (n, columns) = (table.array.rows, table.array.columns);
    let axes = wanted.axes_text();
    if columns < D && n > 0 {
        let numbers = if columns == 1 { "number" } else { "numbers" };
        return Err(IoError::content(path, format!("has {columns} {numbers} per point; give {axes}")));
    }
    let mut notes = table.notes;
    let told = ending(path) == "obj" || ending(path) == "xyz";
    if columns > D && n > 0 {
        if columns > 3 && !told {
            return Err(IoError::content(
                path,
                format!("has {columns} numbers per point; give {axes}{}", wanted.flag()),
            ));
        }
        if !told && counts_rows(&table.array) {
            let what = format!("has {columns} numbers per point, the first of which only counts the rows");
            return Err(IoError::content(path, format!("{what}; give {axes}{}", wanted.flag())));
        }
        notes.push(format!("{} has {columns} numbers per point; {axes} are used", path.display()));
    }
    let row = |row: &[f64]| std::array::from_fn(|k| row.get(k).copied().unwrap_or(0.0));
    let points = table.array.values.chunks_exact(columns.max(1)).map(row).collect();
    Ok(PointFile { points, masses: table.masses, notes, sha256 })
}

/// Whether the first column is 0, 1, 2, ... or 1, 2, 3, ..., as an index is.
fn counts_rows(array: &NpyArray) -> bool {
    let first = |k: usize| array.values[k * array.columns];
    let start = if array.rows > 1 { first(0) } else { return false };
    (start == 0.0 || start == 1.0) && (0..array.rows).all(|k| first(k) == start + k as f64)
}

/// Reads a matrix of any width: .npy, .npz (its only array, or the one called `what`), or text with
/// the same number of numbers on every line, with names above them or without. Columns whose names
/// say that they count or name rows are left out. Returns what to tell, too.
///
/// # Errors
/// As [`read_points`].
pub fn read_matrix(path: &Path, limit: ReadLimit, what: &str) -> Result<(NpyArray, Vec<String>), IoError> {
    let columns = TableColumns::default();
    let wanted = Wanted { axes: &[], families: &[], mass: false, columns: &columns };
    let Table { array, mut notes, .. } = parse_table(path, read_file(path, limit)?, None, what, wanted)?;
    if array.columns > 1 && array.rows > 2 && counts_rows(&array) {
        let told = "the first column only counts the rows; it is taken for a coordinate, leave it out if it is none";
        notes.push(format!("{}: {told}", path.display()));
    }
    Ok((array, notes))
}

/// Reads one number per line (or an array of shape n or n x 1): masses. Returns them with the
/// file's SHA-256.
///
/// # Errors
/// As [`read_points`].
pub fn read_masses(path: &Path, limit: ReadLimit) -> Result<(Vec<f64>, String), IoError> {
    parse_scalars(path, read_file(path, limit)?, None, "masses")
}

/// As [`read_masses`], of densities.
///
/// # Errors
/// As [`read_points`].
pub fn read_densities(path: &Path, limit: ReadLimit) -> Result<Vec<f64>, IoError> {
    Ok(parse_scalars(path, read_file(path, limit)?, None, "density")?.0)
}

/// As [`read_masses`] for bytes already in memory.
pub(super) fn parse_scalars(
    path: &Path,
    bytes: Vec<u8>,
    array: Option<&str>,
    what: &str,
) -> Result<(Vec<f64>, String), IoError> {
    let sha256 = sha256_hex(&bytes);
    let own: &[&[&str]] = match what {
        "masses" => MASSES,
        "density" => &[&["density"], &["densities"], &["rho"]],
        "heights" => &[&["heights"], &["height"], &["h"]],
        "heights_lo" => &[&["heights_lo"], &["height_lo"]],
        "weights" => &[&["weights"], &["weight"], &["w"]],
        _ => &[&["values"], &["value"]],
    };
    let columns = TableColumns::default();
    let wanted = Wanted { axes: &[what], families: own, mass: false, columns: &columns };
    let table = parse_table(path, bytes, array, what, wanted)?;
    // A single row is as good a list as a single column.
    if table.array.columns > 1 && table.array.rows > 1 {
        let found = table.array.columns;
        return Err(IoError::content(path, format!("has {found} numbers per row; give one of the {what} per row")));
    }
    Ok((table.array.values, sha256))
}

/// Whether [`write_points`] writes files of this name.
pub fn writes_points<const D: usize>(path: &Path) -> bool {
    let kinds = ["csv", "txt", "npy", "xyz", "obj"];
    kinds[..if D == 3 { 5 } else { 3 }].contains(&ending(path).as_str())
}

/// Writes points, atomically: .csv with a comma, .txt with a blank, each number with as many digits
/// as tell it from all others, or .npy of shape n x D. [`read_points`] and [`read_points_in_space`]
/// give the same doubles. In space also .xyz and .obj (vertices alone).
///
/// # Errors
/// [`IoError::Content`] for other extensions; the system's.
pub fn write_points<const D: usize>(path: &Path, points: &[[f64; D]]) -> Result<(), IoError> {
    let (before, between) = match ending(path).as_str() {
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

/// Writes a list of indices, atomically: one per line of a .csv or .txt, or a .npy of shape n (of
/// doubles, like all arrays here).
///
/// # Errors
/// As [`write_points`].
pub fn write_indices(path: &Path, indices: &[u32]) -> Result<(), IoError> {
    match ending(path).as_str() {
        "csv" | "txt" => write_atomically(path, |w| indices.iter().try_for_each(|i| writeln!(w, "{i}"))),
        "npy" => {
            let values: Vec<f64> = indices.iter().map(|&i| f64::from(i)).collect();
            write_atomically(path, |w| write_npy(w, 0, &values))
        }
        _ => Err(IoError::content(path, "indices are written as .csv, .txt or .npy; choose one of these")),
    }
}

fn parse_table(
    path: &Path,
    bytes: Vec<u8>,
    array: Option<&str>,
    what: &str,
    wanted: Wanted<'_>,
) -> Result<Table, IoError> {
    let content = |w: String| IoError::content(path, w);
    let kind = ending(path);
    if !matches!(kind.as_str(), "npy" | "npz") {
        refuse_utf16(path, &bytes)?;
    }
    match kind.as_str() {
        "csv" => super::foreign::decoded(path, || parse_csv(path, &bytes, wanted)),
        "txt" | "dat" => parse_text(path, &bytes, Text::Plain, wanted),
        "xyz" => parse_text(path, &bytes, Text::Xyz, wanted),
        "obj" => parse_text(path, &bytes, Text::Obj, wanted),
        "npy" => of_array(path, parse_npy(&bytes).map_err(content)?, wanted),
        "npz" => {
            let npz = NpzReader::new(bytes).map_err(content)?;
            let only = npz.names().next().unwrap_or(what).to_string();
            let name = match array {
                Some(name) => name,
                None if npz.names().count() == 1 => &only,
                None => what,
            };
            if !npz.names().any(|n| n == name) {
                return Err(content(no_array(&npz, name, array.is_some())));
            }
            of_array(path, npz.array(name).map_err(content)?, wanted)
        }
        _ => Err(IoError::format(path, "files", READ)),
    }
}

/// What to do where the array is missing that is meant: the one `named` in a problem, else the one
/// called as what is read.
fn no_array(npz: &NpzReader, name: &str, named: bool) -> String {
    let names: Vec<String> = npz.names().take(8).map(quoted).collect();
    let has = if names.is_empty() { "none".to_string() } else { list(names.into_iter()) };
    let cure = match named {
        true => "correct the name in the problem",
        false => "save the one that is meant alone, or under that name",
    };
    format!("no array {} in the .npz, it has {has}; {cure}", quoted(name))
}

/// The columns asked for of an array, which has no names.
fn of_array(path: &Path, array: NpyArray, wanted: Wanted<'_>) -> Result<Table, IoError> {
    let table = |array, masses| Table { array, masses, notes: Vec::new() };
    if wanted.columns.is_empty() {
        return Ok(table(array, None));
    }
    let choice = choose(None, array.columns, wanted).map_err(|what| IoError::content(path, what))?;
    let rows = || array.values.chunks_exact(array.columns.max(1));
    let values = rows().flat_map(|r| choice.columns.iter().map(|&k| r[k])).collect();
    let masses = choice.mass.map(|k| rows().map(|r| r[k]).collect());
    Ok(table(NpyArray { rows: array.rows, columns: choice.columns.len(), values }, masses))
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
    fn columns_are_found_by_their_names() {
        let expected = [[0.25, -1.0], [1.5, 2e-3]];
        for (name, text) in [
            ("a.csv", "id,x,y\n0,0.25,-1\n1,1.5,2e-3\n"),
            ("a.csv", ",x,y\r\n0,0.25,-1\r\n1,1.5,2e-3\r\n"),
            ("a.csv", ",0,1\n0,0.25,-1\n1,1.5,2e-3\n"),
            ("a.csv", "mass,y,x\r3,-1,0.25\r5,2e-3,1.5\r"),
            ("a.csv", "\"\",\"x\",\"y\"\n\"a\",0.25,-1\n\"b\",1.5,2e-3\n"),
            ("a.csv", "\"x\" \"y\"\n\"1\" 0.25 -1\n\"2\" 1.5 2e-3\n"),
            ("a.csv", "name\tLAT\tLON\nParis, there\t-1\t0.25\nRome\t2e-3\t1.5\n"),
            ("a.csv", "sep=;\r\nid;x;y\r\n1;0,25;-1,0\r\n2;1,5;2e-3\r\n"),
            ("a.csv", "# y x\n-1,0.25\n2e-3,1.5\n"),
            ("a.csv", "# made in Rome\n0.25,-1\n1.5,2e-3\n"),
            ("a.txt", "//X Y Z R G B\n0.25 -1 7 1 2 3\n1.5 2e-3 8 1 2 3\n"),
            ("a.txt", "x y\n1 0.25 -1\n2 1.5 2e-3\n"),
            ("a.xyz", "2\ny x\n-1 0.25\n2e-3 1.5\n"),
            ("a.csv", "y [m],x [m]\n-1,0.25\n2e-3,1.5\n"),
            ("a.csv", "# y [m],x [m]\n-1,0.25\n2e-3,1.5\n"),
            ("a.txt", "# y (in m) x (in m)\n-1 0.25\n2e-3 1.5\n"),
        ] {
            let found = points(name, text);
            assert_eq!(found.as_ref().map(|f| &f.points[..]), Ok(&expected[..]), "{text}");
        }
        let notes = |text| points("a.csv", text).unwrap().notes;
        assert_eq!(notes("id,x,y\n0,1,2\n"), ["a.csv: columns \"x\" and \"y\" are used as x and y; \"id\" is not"]);
        assert_eq!(notes("X,y\n0,1\n0,2\n"), [""; 0]);
        let told =
            "a.csv: line 1 has whole numbers, unlike all others; it was read as data. If it is a header, delete it";
        assert_eq!(notes("0,1\n0.5,0.25\n1.5,2e-3\n"), [told]);
        assert_eq!(notes("0,1\n0.5,1\n"), [""; 0]);
        let units = "a.csv: columns \"x [m]\" and \"y [m]\" are used as x and y";
        assert_eq!(notes("x [m],y [m]\n0,1\n"), [units]);
        assert_eq!(notes("# x [m],y [m]\n0,1\n"), [units]);
        let empty = "a.csv: 2 rows of empty fields, the first on line 3, left out and not counted";
        assert_eq!(notes("x,y\n0,1\n,\n\n5,6\n , \n"), [empty]);
        let comma = "a.csv: numbers such as that on line 1 were read with decimal commas";
        assert_eq!(notes("0,5;1\n0,25;3\n"), [comma]);
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        let error = |name, text| points(name, text).unwrap_err();
        assert_eq!(
            error("a.csv", "0,0.5,0.25\n1,0.75,0.5\n"),
            "a.csv: has 3 numbers per point, the first of which only counts the rows; give x and y, or say which they are with --columns"
        );
        assert!(error("a.csv", "id,a,b,c\n1,2,3,4\n").contains("say which they are with --columns"));
        // Decimal commas between commas.
        assert_eq!(
            error("a.csv", "x,y\n0,5,1\n"),
            "a.csv: line 2: 3 values under 2 names; give one name for each column (where commas are decimal, separate columns by semicolons)"
        );
        assert_eq!(
            error("a.csv", "x;y\n0,5;1.5\n"),
            "a.csv: line 2: decimal commas and points are mixed (see line 2); write points everywhere"
        );
        assert_eq!(
            error("a.xyz", "1,5 2\n"),
            "a.xyz: line 1: \"1,5\" may be a number with a decimal comma; write points, or commas between all numbers"
        );
        let wide: Vec<u8> = "x,y\n0,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let e = parse_points(Path::new("a.csv"), wide, None).unwrap_err().to_string();
        assert_eq!(e, "a.csv: is text in UTF-16; save it as UTF-8 (or plain text) and try again");
    }

    #[test]
    fn lists_have_names_too() {
        let list =
            |text: &str| parse_scalars(Path::new("m.csv"), text.into(), None, "masses").map_err(|e| e.to_string());
        for text in [
            "1.5\n2\n",
            "mass\n1.5\n2\n",
            "anything\n1.5\n2\n",
            "id,pop\n7,1.5\n8,2\n",
            "x,mass,y\n0,1.5,0\n0,2,0\n",
            "pop\n1,5;\n",
        ] {
            match list(text) {
                Ok((values, _)) => assert_eq!(values, [1.5, 2.0], "{text}"),
                Err(e) => assert!(
                    e.starts_with("m.csv: line 2: 2 values under 1 names; give one name for each column"),
                    "{e}"
                ),
            }
        }
        assert!(list("mass\n0,5\n0,25\n").is_err() && list("a,b\n1,2\n3,4\n").is_err());
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
        let format = "has no ending that tells its format; say it with --format, or save it under a name that ends in .csv, .txt, .xyz, .obj, .npy or .npz";
        assert_eq!(error("/dev/stdin", "0,1\n"), format!("/dev/stdin: {format}"));
        let arrays = |names: &[&str]| {
            let mut npz = crate::io::NpzWriter::new(Vec::new());
            names.iter().for_each(|name| npz.add(name, 2, &[0.5, 1.0]).unwrap());
            parse_points(Path::new("a.npz"), npz.finish().unwrap(), None).map_err(|e| e.to_string())
        };
        assert_eq!(arrays(&["p"]).unwrap().points, [[0.5, 1.0]]);
        assert_eq!(
            arrays(&["p", "q"]).unwrap_err(),
            "a.npz: no array \"sites\" in the .npz, it has \"p\" and \"q\"; save the one that is meant alone, or under that name"
        );
        assert_eq!(error("a.txt", "1\n2\n"), "a.txt: has 1 number per point; give x and y");
    }

    #[test]
    fn numbers_beyond_doubles_are_left_for_the_problem_to_refuse() {
        let p = points("a.csv", "nan,1e999\n").unwrap().points;
        assert!(p[0][0].is_nan() && p[0][1] == f64::INFINITY);
    }
}
