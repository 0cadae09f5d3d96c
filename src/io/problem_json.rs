//! Problem files: `{"format": "brenier/problem", ...}`.

use super::canonical::ProblemId;
use super::error::IoError;
use super::json::{Context, Pairs, Rows, Scalars, Source, check_header, set, unknown_field, wrong_kind};
use super::loader::Loader;
use super::read::{ReadLimit, read_file, sha256_hex};
use super::source_json::{DensitySeed, DomainSeed, RawDensity, RawDomain};
use crate::domain::Density;
use crate::exact::{Dd, Heights};
use crate::problem::{Duplicates, Problem, ProblemData, ProblemError};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use std::fmt;
use std::path::{Path, PathBuf};

pub(super) const FORMAT: &str = "brenier/problem";

/// A problem as read from a file, before it is known to be sound.
#[derive(Clone, Debug)]
pub struct ProblemFile {
    /// The file it was read from.
    pub path: PathBuf,
    /// What it says.
    pub data: ProblemData,
    /// Its identity.
    pub id: ProblemId,
    /// Remarks for the report: rounded numbers, unused coordinates.
    pub notes: Vec<String>,
    /// The file of the sites, if it is another one.
    pub sites_file: Option<PathBuf>,
    /// The file of the masses, if it is another one.
    pub masses_file: Option<PathBuf>,
}

impl ProblemFile {
    /// The sound problem.
    ///
    /// # Errors
    /// [`IoError::Problem`] naming the file that holds what is wrong.
    pub fn problem(self) -> Result<Problem, IoError> {
        let (path, sites, masses) = (self.path, self.sites_file, self.masses_file);
        Problem::new(self.data).map_err(|source| {
            use ProblemError as E;
            let file = match &source {
                E::NoSites
                | E::TooManySites { .. }
                | E::NonFiniteSite { .. }
                | E::SiteOutOfRange { .. }
                | E::DuplicateSites { .. } => sites,
                E::NonFiniteMass { .. }
                | E::NonPositiveMass { .. }
                | E::TotalOutOfRange { .. }
                | E::LengthMismatch { what: "masses", .. } => masses,
                _ => None,
            };
            IoError::Problem { file: file.unwrap_or(path), source }
        })
    }
}

/// Reads a problem file and the files it refers to.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_problem(path: &Path, limit: ReadLimit) -> Result<ProblemFile, IoError> {
    parse_problem(path, &read_file(path, limit)?, limit)
}

/// Reads a problem from bytes; `path` names it in errors, and relative paths inside start from its folder.
///
/// # Errors
/// As [`read_problem`].
pub fn parse_problem(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<ProblemFile, IoError> {
    let cx = Context::new(path);
    let raw = match cx.parse(bytes, ProblemSeed(&cx)) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, bytes, FORMAT).unwrap_or(e)),
    };
    raw.build(&cx, sha256_hex(bytes), limit)
}

/// The fields as they stand in the file.
#[derive(Default)]
pub(super) struct RawProblem {
    format: Option<String>,
    version: Option<u64>,
    domain: Option<RawDomain>,
    density: Option<RawDensity>,
    sites: Option<Source<Rows>>,
    masses: Option<Source<Vec<f64>>>,
    heights: Option<Source<Vec<f64>>>,
    heights_lo: Option<Source<Vec<f64>>>,
    weights: Option<Source<Vec<f64>>>,
    normalize: Option<bool>,
    partial: Option<bool>,
}

/// Reads the object of a problem.
pub(super) struct ProblemSeed<'c>(pub(super) &'c Context<'c>);

impl<'de> DeserializeSeed<'de> for ProblemSeed<'_> {
    type Value = RawProblem;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawProblem, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ProblemSeed<'_> {
    type Value = RawProblem;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"format\", \"version\", \"domain\" and \"sites\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawProblem, A::Error> {
        let cx = self.0;
        let mut raw = RawProblem::default();
        let list = |list| Scalars { cx, list };
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => set(&mut raw.format, &key, map.next_value()?)?,
                "version" => set(&mut raw.version, &key, map.next_value()?)?,
                "domain" => set(&mut raw.domain, &key, map.next_value_seed(DomainSeed(cx))?)?,
                "density" => set(&mut raw.density, &key, map.next_value_seed(DensitySeed(cx))?)?,
                "sites" => {
                    let pairs = Pairs { cx, list: "sites", gaps: false };
                    set(&mut raw.sites, &key, map.next_value_seed(pairs)?)?
                }
                "masses" => set(&mut raw.masses, &key, map.next_value_seed(list("masses"))?)?,
                "heights" => set(&mut raw.heights, &key, map.next_value_seed(list("heights"))?)?,
                "heights_lo" => set(&mut raw.heights_lo, &key, map.next_value_seed(list("heights_lo"))?)?,
                "weights" => set(&mut raw.weights, &key, map.next_value_seed(list("weights"))?)?,
                "normalize" => set(&mut raw.normalize, &key, map.next_value()?)?,
                "partial" => set(&mut raw.partial, &key, map.next_value()?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

impl RawProblem {
    pub(super) fn build(self, cx: &Context<'_>, sha256: String, limit: ReadLimit) -> Result<ProblemFile, IoError> {
        let file = cx.file;
        check_header(file, (self.format, self.version), FORMAT)?;
        let missing = |what: &str| IoError::content(file, format!("\"{what}\" is missing"));
        let mut loader = Loader::new(file, limit);
        let domain = self.domain.ok_or_else(|| missing("domain"))?.build(&mut loader)?;
        let density = match self.density {
            None => Density::Constant,
            Some(d) => d.build(&domain, &mut loader)?,
        };
        let (sites, sites_file) = loader.sites(self.sites.ok_or_else(|| missing("sites"))?)?;
        let (masses, masses_file) = match self.masses {
            None => (None, None),
            Some(source) => {
                let (masses, path) = loader.scalars(source, "masses")?;
                (Some(masses), path)
            }
        };
        let heights = match (self.heights, self.heights_lo, self.weights) {
            (None, None, None) => None,
            (Some(hi), lo, None) => {
                let hi = loader.scalars(hi, "heights")?.0;
                let lo = lo.map(|lo| loader.scalars(lo, "heights_lo")).transpose()?;
                Some(heights_of(file, hi, lo.map(|l| l.0))?)
            }
            (None, None, Some(w)) => {
                let weights = loader.scalars(w, "weights")?.0;
                Some(heights_of_weights(&mut loader, &sites, &weights)?)
            }
            (None, Some(_), _) => {
                return Err(IoError::content(file, "\"heights_lo\" without \"heights\"; give the leading parts too"));
            }
            (Some(_), _, Some(_)) => {
                return Err(IoError::content(file, "both \"heights\" and \"weights\" are given; drop one"));
            }
        };
        let mut notes = loader.notes;
        loader.files.sort_unstable();
        loader.files.dedup();
        let rounded = cx.rounded.get();
        if rounded > 0 {
            notes.insert(0, format!("{rounded} numbers written as strings are not doubles; each was rounded once"));
        }
        Ok(ProblemFile {
            path: file.to_path_buf(),
            data: ProblemData {
                domain,
                density,
                sites,
                masses,
                heights,
                normalize: self.normalize.unwrap_or(true),
                partial: self.partial.unwrap_or(false),
                duplicates: Duplicates::Merge,
            },
            id: ProblemId { sha256, files: loader.files },
            notes,
            sites_file,
            masses_file,
        })
    }
}

/// Heights from their leading and trailing parts.
pub(super) fn heights_of(file: &Path, hi: Vec<f64>, lo: Option<Vec<f64>>) -> Result<Heights, IoError> {
    let Some(lo) = lo else {
        return Ok(Heights::from_f64(&hi));
    };
    if hi.len() != lo.len() {
        return Err(IoError::content(
            file,
            format!("heights_lo has {} entries, heights has {}; give one per site", lo.len(), hi.len()),
        ));
    }
    let mut heights = Heights::zeros(hi.len());
    for (k, (&hi, &lo)) in hi.iter().zip(&lo).enumerate() {
        // Pairs that are already normal are kept to the bit (also the sign of a zero): a resumed run must not differ.
        let h = if hi + lo == hi { Dd { hi, lo } } else { Dd::sum(hi, lo) };
        heights.set(k, h);
    }
    Ok(heights)
}

fn heights_of_weights(loader: &mut Loader<'_>, sites: &[[f64; 2]], weights: &[f64]) -> Result<Heights, IoError> {
    if weights.len() != sites.len() {
        return Err(IoError::Problem {
            file: loader.file.to_path_buf(),
            source: ProblemError::LengthMismatch { what: "weights", found: weights.len(), expected: sites.len() },
        });
    }
    if let Some(k) = weights.iter().position(|w| !w.is_finite()) {
        return Err(IoError::content(
            loader.file,
            format!("weights[{k}] is {}; every weight must be finite", weights[k]),
        ));
    }
    let (heights, rounded) = Heights::from_weights(sites, weights);
    if rounded > 0 {
        loader.notes.push(format!(
            "{rounded} of {} weights do not convert to heights exactly; each height was rounded to double-double",
            weights.len()
        ));
    }
    Ok(heights)
}
