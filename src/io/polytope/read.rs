//! Vectors with a number each: `{"format": "brenier/minkowski", ...}`, `{"format":
//! "brenier/curvature", ...}`, or a table.

use super::super::error::IoError;
use super::super::header::{check_header, wrong_kind};
use super::super::json::{Context, Pairs, Rows, Scalars, Source, set, unknown_field};
use super::super::loader::Loader;
use super::super::points::parse_rows;
use super::super::read::{ReadLimit, read_file};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::path::Path;

/// Which of the two problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolytopeKind {
    /// Normals and areas.
    Minkowski,
    /// Rays and curvatures.
    Curvature,
}

impl PolytopeKind {
    /// What problem files say.
    pub(super) fn format(self) -> &'static str {
        match self {
            PolytopeKind::Minkowski => "brenier/minkowski",
            PolytopeKind::Curvature => "brenier/curvature",
        }
    }

    /// Names of the list of vectors and of that of numbers.
    pub(super) fn lists(self) -> [&'static str; 2] {
        match self {
            PolytopeKind::Minkowski => ["normals", "areas"],
            PolytopeKind::Curvature => ["directions", "curvatures"],
        }
    }

    /// Names of the columns of a table: families of which the first that is complete counts.
    fn columns(self) -> &'static [&'static [&'static str]] {
        match self {
            PolytopeKind::Minkowski => {
                &[&["nx", "ny", "nz", "area"], &["x", "y", "z", "area"], &["normal_x", "normal_y", "normal_z", "area"]]
            }
            PolytopeKind::Curvature => &[&["x", "y", "z", "curvature"], &["ux", "uy", "uz", "curvature"]],
        }
    }
}

/// A problem as it stands in a file.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PolytopeFile {
    /// Normals or rays.
    pub vectors: Vec<[f64; 3]>,
    /// Areas or curvatures.
    pub values: Vec<f64>,
    /// Remarks for the report.
    pub notes: Vec<String>,
}

/// Reads a problem: JSON, or a table of four columns (.csv, .txt, .dat, .npy); plain text may also
/// have the number of facets first and then for each its area before its normal, as programs for
/// light curves write it.
///
/// # Errors
/// [`IoError`] naming the file and the place.
pub fn read_polytope(path: &Path, kind: PolytopeKind, limit: ReadLimit) -> Result<PolytopeFile, IoError> {
    parse_polytope(path, read_file(path, limit)?, kind, limit)
}

/// [`read_polytope`] for bytes already in memory.
///
/// # Errors
/// As [`read_polytope`].
pub fn parse_polytope(
    path: &Path,
    bytes: Vec<u8>,
    kind: PolytopeKind,
    limit: ReadLimit,
) -> Result<PolytopeFile, IoError> {
    let ending = path.extension().map(|e| e.to_ascii_lowercase());
    let is_table = ["csv", "txt", "dat", "npy", "npz", "xyz"].iter().any(|t| ending.as_deref() == Some(t.as_ref()));
    if !is_table {
        return parse_json(path, &bytes, kind, limit);
    }
    if kind == PolytopeKind::Minkowski
        && let Some(found) = counted(&bytes)
    {
        return Ok(found);
    }
    let families = kind.columns();
    let names: [&str; 4] = std::array::from_fn(|k| families[0][k]);
    let table = parse_rows(path, bytes, names, families)?;
    Ok(PolytopeFile {
        vectors: table.points.iter().map(|r| [r[0], r[1], r[2]]).collect(),
        values: table.points.iter().map(|r| r[3]).collect(),
        notes: table.notes,
    })
}

/// A number of facets, alone on its line, and for each its area and then its normal. `None` if the
/// text is not of this form, down to the last number.
fn counted(bytes: &[u8]) -> Option<PolytopeFile> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.lines().filter(|l| !l.trim().is_empty());
    let count: usize = lines.next()?.trim().parse().ok()?;
    let mut file = PolytopeFile::default();
    let mut row = [0.0; 4];
    let mut k = 0;
    for word in lines.flat_map(str::split_whitespace) {
        row[k] = word.parse().ok()?;
        k += 1;
        if k == 4 {
            file.values.push(row[0]);
            file.vectors.push([row[1], row[2], row[3]]);
            k = 0;
        }
    }
    (k == 0 && file.values.len() == count).then_some(file)
}

#[derive(Default)]
struct Raw {
    format: Option<String>,
    version: Option<u64>,
    vectors: Option<Source<Rows>>,
    values: Option<Source<Vec<f64>>>,
}

struct Seed<'c> {
    cx: &'c Context<'c>,
    kind: PolytopeKind,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Raw;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Raw;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [vectors, values] = self.kind.lists();
        write!(f, "an object with \"format\", \"version\", \"{vectors}\" and \"{values}\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let (cx, [vectors, values]) = (self.cx, self.kind.lists());
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => set(&mut raw.format, &key, map.next_value()?)?,
                "version" => set(&mut raw.version, &key, map.next_value()?)?,
                k if k == vectors => {
                    let seed = Pairs { cx, list: vectors, gaps: false };
                    set(&mut raw.vectors, &key, map.next_value_seed(seed)?)?
                }
                k if k == values => set(&mut raw.values, &key, map.next_value_seed(Scalars { cx, list: values })?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

fn parse_json(path: &Path, bytes: &[u8], kind: PolytopeKind, limit: ReadLimit) -> Result<PolytopeFile, IoError> {
    let cx = Context::new(path);
    let raw = match cx.parse(bytes, Seed { cx: &cx, kind }) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, bytes, kind.format()).unwrap_or(e)),
    };
    check_header(path, (raw.format, raw.version), kind.format())?;
    let [vectors_name, values_name] = kind.lists();
    let missing = |what: &str| IoError::content(path, format!("\"{what}\" is missing"));
    let mut loader = Loader::new(path, limit);
    let vectors = match raw.vectors.ok_or_else(|| missing(vectors_name))? {
        Source::Inline(rows) => rows.into_space().map_err(|(k, found)| {
            let what = format!("{vectors_name}[{k}] has {found} coordinates; give [x, y, z]");
            IoError::content(path, what)
        })?,
        elsewhere => loader.sites(elsewhere)?.0,
    };
    let values = loader.scalars(raw.values.ok_or_else(|| missing(values_name))?, values_name)?.0;
    let mut notes = loader.notes;
    let rounded = cx.rounded.get();
    if rounded > 0 {
        notes.insert(0, format!("{rounded} numbers written as strings are not doubles; each was rounded once"));
    }
    Ok(PolytopeFile { vectors, values, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str, kind: PolytopeKind) -> Result<PolytopeFile, String> {
        let parsed = parse_polytope(Path::new(name), text.into(), kind, ReadLimit::default());
        parsed.map_err(|e| e.to_string())
    }

    #[test]
    fn every_form_gives_the_same() {
        use PolytopeKind::Minkowski as M;
        let json = r#"{"format": "brenier/minkowski", "version": 1, "normals": [[1, 0, "1/2"], [0, 2, 0]], "areas": [3, 4.5]}"#;
        let expected = read("a.json", json, M).unwrap();
        assert_eq!(
            (expected.vectors.as_slice(), expected.values.as_slice()),
            (&[[1.0, 0.0, 0.5], [0.0, 2.0, 0.0]][..], &[3.0, 4.5][..])
        );
        for (name, text) in [
            ("a.csv", "nx,ny,nz,area\n1,0,0.5,3\n0,2,0,4.5\n"),
            ("a.csv", "area,x,y,z\n3,1,0,0.5\n4.5,0,2,0\n"),
            ("a.txt", "1 0 0.5 3\n0 2 0 4.5\n"),
            ("a.txt", "2\n3\n1 0 0.5\n4.5\n0 2 0\n"),
            ("a.dat", "2\n3 1 0 0.5\n4.5 0 2 0\n"),
        ] {
            let found = read(name, text, M).unwrap();
            assert_eq!((&found.vectors, &found.values), (&expected.vectors, &expected.values), "{name} {text}");
        }
        let curvature = r#"{"format": "brenier/curvature", "version": 1, "curvatures": [3, 4.5], "directions": [[1, 0, 0.5], [0, 2, 0]]}"#;
        assert_eq!(read("a.json", curvature, PolytopeKind::Curvature).unwrap(), expected);
    }

    #[test]
    fn errors_name_the_place() {
        use PolytopeKind::Minkowski as M;
        let head = r#"{"format": "brenier/minkowski", "version": 1, "#;
        let e = |rest: &str| read("a.json", &format!("{head}{rest}}}"), M).unwrap_err();
        assert_eq!(e(r#""areas": [1]"#), "a.json: \"normals\" is missing");
        assert_eq!(
            e(r#""areas": [1], "normals": [[1, 2, 3], [1, 2]]"#),
            "a.json: normals[1] has 2 coordinates; give [x, y, z]"
        );
        assert_eq!(
            e(r#""areas": [1, 1e999], "normals": []"#),
            "a.json: areas[1] is inf; every coordinate must be finite"
        );
        assert!(e(r#""area": []"#).contains("unknown field \"area\""));
        assert!(read("a.json", r#"{"format": "brenier/problem", "version": 1}"#, M).unwrap_err().contains("expected"));
    }
}
