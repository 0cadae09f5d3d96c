//! Solutions in high dimension: one document, in an archive with its arrays or with all lists
//! inside.
//!
//! No name of an estimate is one that a proved figure has in a solution.

use super::atomic::write_atomically;
use super::error::IoError;
use super::fields::Fields;
use super::header::{check_header, wrong_kind};
use super::json::Context;
use super::npz::{NpzReader, NpzWriter};
use super::read::{ReadLimit, read_file};
use super::solution_json::is_archive;
use crate::latent::{Codes, LatentError, LatentReport, LatentSolution, Source, Validation};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::Path;

const FORMAT: &str = "brenier/latent";

/// The document in an archive.
const DOCUMENT: &str = "latent.json";

/// A source, as files say it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SourceText {
    /// The unit cube.
    Cube,
    /// A box.
    Box {
        /// Its lower corner.
        min: Vec<f64>,
        /// Its upper corner.
        max: Vec<f64>,
    },
    /// A ball.
    Ball {
        /// Its middle.
        center: Vec<f64>,
        /// Its radius.
        radius: f64,
    },
    /// Independent normal coordinates.
    Gaussian {
        /// Their means.
        mean: Vec<f64>,
        /// Their deviation.
        deviation: f64,
    },
    /// The points of a file.
    Points {
        /// Where it was, as it was named.
        path: String,
        /// What it was.
        sha256: String,
    },
    /// A function of another program.
    Sampler,
}

impl SourceText {
    /// The text of a source that needs no file.
    pub fn of(source: &Source) -> SourceText {
        match source {
            Source::Cube(_) => SourceText::Cube,
            Source::Box(min, max) => SourceText::Box { min: min.clone(), max: max.clone() },
            Source::Ball(center, radius) => SourceText::Ball { center: center.clone(), radius: *radius },
            Source::Gaussian(mean, deviation) => SourceText::Gaussian { mean: mean.clone(), deviation: *deviation },
            Source::Rows(_) => SourceText::Points { path: String::new(), sha256: String::new() },
            Source::Sampler(_) => SourceText::Sampler,
        }
    }

    /// The source, for codes of this dimension; `None` where the text only names it.
    ///
    /// # Errors
    /// A source without inside.
    pub fn source(&self, dimension: usize) -> Result<Option<Source>, LatentError> {
        Ok(Some(match self {
            SourceText::Cube => Source::Cube(dimension),
            SourceText::Box { min, max } => Source::cuboid(min.clone(), max.clone())?,
            SourceText::Ball { center, radius } => Source::ball(center.clone(), *radius)?,
            SourceText::Gaussian { mean, deviation } => Source::gaussian(mean.clone(), *deviation)?,
            SourceText::Points { .. } | SourceText::Sampler => return Ok(None),
        }))
    }
}

/// A solution in high dimension as its file tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct LatentFile {
    /// The source.
    pub source: SourceText,
    /// Seed of the run.
    pub seed: u64,
    /// The distinct codes.
    pub codes: Codes,
    /// Which of them stands for each code given.
    pub site_of_input: Option<Vec<u32>>,
    /// Heights of the distinct codes.
    pub heights: Vec<f64>,
    /// What independent points said of them.
    pub validation: Option<Validation>,
    /// What was done.
    pub report: LatentReport,
}

impl LatentFile {
    /// The file of a solution.
    pub fn of(solution: &LatentSolution, source: SourceText) -> LatentFile {
        LatentFile {
            source,
            seed: solution.seed,
            site_of_input: solution.codes.site_of_input().map(<[u32]>::to_vec),
            codes: solution.codes.clone(),
            heights: solution.heights.clone(),
            validation: solution.validation.clone(),
            report: solution.report.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: Option<String>,
    version: Option<u64>,
    source: SourceText,
    seed: u64,
    dimension: usize,
    validation: Option<Validation>,
    report: LatentReport,
    codes: Option<Vec<Vec<f64>>>,
    target_masses: Option<Vec<f64>>,
    heights: Option<Vec<f64>>,
    site_of_input: Option<Vec<u32>>,
}

fn document<W: Write>(out: W, file: &LatentFile, inside: bool) -> io::Result<()> {
    let mut fields = Fields::begin(out, FORMAT)?;
    fields.value("source", &file.source)?;
    fields.value("seed", &file.seed)?;
    fields.value("dimension", &file.codes.dimension())?;
    if let Some(validation) = &file.validation {
        // Where no point has spoken an end is infinite; JSON has no such number.
        let mut told = validation.clone();
        for end in told.rms_interval.iter_mut().chain(&mut told.largest_interval) {
            *end = end.min(f64::MAX);
        }
        fields.value("validation", &told)?;
    }
    fields.value("report", &file.report)?;
    if inside {
        let rows: Vec<&[f64]> = file.codes.rows().chunks_exact(file.codes.dimension()).collect();
        fields.value("codes", &rows)?;
        fields.value("target_masses", file.codes.masses())?;
        fields.value("heights", &file.heights)?;
        if let Some(map) = &file.site_of_input {
            fields.value("site_of_input", map)?;
        }
    }
    fields.end()
}

/// A solution as one document with all lists inside.
///
/// # Errors
/// A number that is not finite.
pub fn latent_bytes(file: &LatentFile) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    document(&mut bytes, file, true)?;
    Ok(bytes)
}

/// Writes a solution, atomically: .npz with the arrays `codes`, `target_masses`, `heights` and
/// `site_of_input` (if codes were merged) beside the document, or .json with all inside.
///
/// # Errors
/// The system's; a number that is not finite.
pub fn write_latent(path: &Path, file: &LatentFile) -> Result<(), IoError> {
    if !is_archive(path) {
        return write_atomically(path, |w| document(w, file, true));
    }
    write_atomically(path, |w| {
        let mut npz = NpzWriter::new(w);
        npz.add("codes", file.codes.dimension(), file.codes.rows())?;
        npz.add("target_masses", 0, file.codes.masses())?;
        npz.add("heights", 0, &file.heights)?;
        if let Some(map) = &file.site_of_input {
            let map: Vec<i64> = map.iter().map(|i| i64::from(*i)).collect();
            npz.add_integers("site_of_input", &map)?;
        }
        let mut text = Vec::new();
        document(&mut text, file, false)?;
        npz.entry(DOCUMENT, &text)?;
        npz.finish().map(drop)
    })
}

/// Reads what [`write_latent`] wrote.
///
/// # Errors
/// [`IoError`], with the place.
pub fn read_latent(path: &Path, limit: ReadLimit) -> Result<LatentFile, IoError> {
    parse_latent(path, read_file(path, limit)?)
}

/// As [`read_latent`], of bytes in memory.
///
/// # Errors
/// As [`read_latent`].
pub fn parse_latent(path: &Path, bytes: Vec<u8>) -> Result<LatentFile, IoError> {
    let content = |what: String| IoError::content(path, what);
    if !bytes.starts_with(b"PK") {
        let read = parse(path, &bytes)?;
        let absent = |name: &str| content(format!("has no \"{name}\"; give the file that latent solve wrote"));
        let d = read.dimension;
        let rows = read.codes.as_ref().ok_or_else(|| absent("codes"))?;
        if let Some(k) = rows.iter().position(|row| row.len() != d) {
            return Err(content(format!("codes[{k}] has {} numbers, dimension is {d}", rows[k].len())));
        }
        let rows = rows.concat();
        let masses = read.target_masses.clone().ok_or_else(|| absent("target_masses"))?;
        let heights = read.heights.clone().ok_or_else(|| absent("heights"))?;
        let map = read.site_of_input.clone();
        return sound(path, read, rows, masses, heights, map);
    }
    let npz = NpzReader::new(bytes).map_err(content)?;
    let text = npz.document(DOCUMENT).map_err(|e| content(format!("{e}; give the .npz that latent solve wrote")))?;
    let read = parse(path, text)?;
    let codes = npz.array("codes").map_err(content)?;
    if codes.columns != read.dimension {
        return Err(content(format!("codes have {} columns, dimension is {}", codes.columns, read.dimension)));
    }
    let masses = npz.array("target_masses").map_err(content)?.values;
    let heights = npz.array("heights").map_err(content)?.values;
    let map = match npz.names().any(|n| n == "site_of_input") {
        true => Some(npz.array("site_of_input").map_err(content)?.values.iter().map(|v| *v as u32).collect()),
        false => None,
    };
    sound(path, read, codes.values, masses, heights, map)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Document, IoError> {
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return Err(IoError::content(path, "is no solution of latent solve; give the file that it wrote"));
    }
    let cx = Context::new(path);
    let read: Document = cx.parse(bytes, PhantomData).map_err(|e| wrong_kind(path, bytes, FORMAT).unwrap_or(e))?;
    check_header(path, (read.format.clone(), read.version), FORMAT)?;
    Ok(read)
}

/// Checks that all fits.
fn sound(
    path: &Path,
    read: Document,
    rows: Vec<f64>,
    masses: Vec<f64>,
    heights: Vec<f64>,
    site_of_input: Option<Vec<u32>>,
) -> Result<LatentFile, IoError> {
    let content = |what: String| IoError::content(path, what);
    let codes = Codes::new(read.dimension, rows, Some(masses)).map_err(|e| content(e.to_string()))?;
    let n = codes.len();
    if codes.site_of_input().is_some() {
        return Err(content("has equal codes; give the file that latent solve wrote".into()));
    }
    if heights.len() != n {
        return Err(content(format!("heights has {} entries, there are {n} codes", heights.len())));
    }
    if let Some(k) = heights.iter().position(|h| !(h.abs() <= 1e300)) {
        return Err(content(format!("heights[{k}] is {}; every height must be finite", heights[k])));
    }
    if let Some(k) = site_of_input.iter().flatten().position(|i| *i as usize >= n) {
        return Err(content(format!("site_of_input[{k}] is no number of the {n} codes")));
    }
    let seen = read.validation.as_ref();
    if let Some(i) = seen.and_then(|v| v.empty.iter().chain([&v.largest_at]).find(|i| **i as usize >= n)) {
        return Err(content(format!("validation names code {i}, there are {n}")));
    }
    let (source, seed, validation, report) = (read.source, read.seed, read.validation, read.report);
    Ok(LatentFile { source, seed, codes, site_of_input, heights, validation, report })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latent::{LatentControl, LatentOptions, solve_latent};

    fn solved() -> LatentFile {
        let rows = vec![0.1, 0.2, 0.9, 0.4, 0.5, 0.8, 0.1, 0.2, 0.7, 0.3];
        let codes = Codes::new(2, rows, None).unwrap();
        let options = LatentOptions::default().tol(0.2);
        let found = solve_latent(&codes, &Source::Cube(2), &options, &mut |_| LatentControl::Continue).unwrap();
        LatentFile::of(&found, SourceText::of(&found.source))
    }

    #[test]
    fn what_is_written_is_read() {
        let file = solved();
        assert_eq!(file.site_of_input, Some(vec![0, 1, 2, 0, 3]));
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.json", "a.npz"] {
            let path = folder.path().join(name);
            write_latent(&path, &file).unwrap();
            let back = read_latent(&path, ReadLimit::default()).unwrap();
            let of = |f: &LatentFile| (f.heights.clone(), f.codes.rows().to_vec(), f.codes.masses().to_vec());
            assert_eq!(of(&back), of(&file), "{name}");
            assert_eq!(
                (back.validation, back.report, back.source),
                (file.validation.clone(), file.report.clone(), SourceText::Cube)
            );
            assert_eq!(back.site_of_input, file.site_of_input);
        }
    }

    #[test]
    fn damage_is_told() {
        let text = String::from_utf8(latent_bytes(&solved()).unwrap()).unwrap();
        let error = |text: String| parse_latent(Path::new("a.json"), text.into_bytes()).unwrap_err().to_string();
        assert!(error(text.replace("\"heights\"", "\"h\"")).contains("unknown field"));
        assert!(error(text.replace("\"dimension\": 2", "\"dimension\": 3")).contains("codes[0] has 2 numbers"));
        assert!(error(text.replace("brenier/latent", "brenier/solution")).contains("brenier/solution"));
        assert!(error(text[..text.len() / 2].into()).contains("cut off"));
    }
}
