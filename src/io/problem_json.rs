//! Problem files: `{"format": "brenier/problem", ...}`.

use super::density_json::{DensitySeed, RawDensity};
use super::domain_json::{DomainSeed, RawDomain};
use super::domain_shapes::AnyDomain;
use super::error::IoError;
use super::header::{check_header, wrong_kind};
use super::json::{Context, Pairs, Place, Rows, Scalars, Source, set, unknown_field};
use super::loader::Loader;
use super::problem_file::AnyProblem;
use super::problem_file::{FileData, ProblemId};
use super::problem_file::{Origins, ProblemFile};
use super::rationals::{Pass, Tally};
use super::read::{ReadLimit, read_file, sha256_hex};
use super::written::{Rounding, Written};
use crate::domain::space::Metric;
use crate::domain::{self, Density, DomainError};
use crate::exact::{Dd, Heights};
use crate::map_kind;
use crate::problem::{Kind, ProblemError, Scales};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::path::{Path, PathBuf};

pub(super) const FORMAT: &str = "brenier/problem";

/// Reads a problem file and the files it refers to.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_any_problem(path: &Path, limit: ReadLimit) -> Result<AnyProblem, IoError> {
    parse_any_problem(path, &read_file(path, limit)?, limit)
}

/// Reads a problem from bytes; `path` names it in errors, and relative paths inside start from its
/// folder.
///
/// # Errors
/// As [`read_any_problem`].
pub fn parse_any_problem(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<AnyProblem, IoError> {
    let cx = Context::new(path);
    let raw = match cx.parse(bytes, ProblemSeed(&cx)) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, bytes, FORMAT).unwrap_or(e)),
    };
    let found = raw.build(&cx, sha256_hex(bytes), limit)?;
    Ok(as_written(found, cx.rounded.get(), bytes, limit))
}

/// A problem that was read, with what its text says in rationals that are no doubles; so many they
/// are.
pub(super) fn as_written(found: AnyProblem, count: u64, bytes: &[u8], limit: ReadLimit) -> AnyProblem {
    if count == 0 {
        return found;
    }
    map_kind!(found, file => {
        let text = serde_json::from_slice::<serde_json::Value>(unmarked(bytes)).ok();
        let text = text.filter(|_| file.id.files.is_empty()).map(|t| t.to_string());
        let found = rationals(&file, bytes, limit);
        let written = found.map(|(multiple, rounding)| Box::new(Written { text, count, multiple, rounding }));
        ProblemFile { written, ..file }
    })
}

/// What is to be made of the rationals of a problem; nothing if only heights to start from are
/// some.
fn rationals<T: FileData>(
    file: &ProblemFile<T>,
    bytes: &[u8],
    limit: ReadLimit,
) -> Option<(Option<(T, Scales)>, Rounding)> {
    let pass = |pass: Pass| {
        let cx = Context::passing(&file.path, pass);
        let raw = cx.parse(bytes, ProblemSeed(&cx)).ok()?;
        Some((cx, raw))
    };
    let (cx, _) = pass(Pass::Tally(Tally::default()))?;
    let Some(Pass::Tally(tally)) = cx.pass.take() else { return None };
    let equal = file.data.masses().is_none().then(|| file.data.sites().len());
    let mut off = tally.off.clone();
    if equal.is_some() {
        off.masses = 0.5 * f64::EPSILON;
    }
    let mut rounding = Rounding { why: String::new(), off, rim: file.data.rim() };
    for with_heights in [true, false] {
        let Some(times) = tally.times(with_heights, equal) else {
            rounding.why = "no multiple of 53 bits has doubles only".into();
            continue;
        };
        if !with_heights && times.are_one() {
            return None;
        }
        let (cx, raw) = pass(Pass::Times(Box::new(times)))?;
        let (turned, degrees) = (raw.turns_values(), raw.has_degrees());
        let data = raw.build(&cx, String::new(), limit).ok().and_then(|any| T::of(any).ok());
        let Some(Pass::Times(times)) = cx.pass.take() else { return None };
        match (&times.failed, data) {
            (Some(at), _) => {
                rounding.why = format!("no multiple of 53 bits has doubles only: {at} would need more");
            }
            _ if times.lost && with_heights => {}
            _ if !file.id.files.is_empty() && !times.are_of_masses() => {
                rounding.why = "others stand in other files".into();
            }
            _ if degrees && !times.are_of_masses() => rounding.why = "pixels of a sphere lie between degrees".into(),
            _ if turned && times.change_values() => rounding.why = "\"invert\" is for values as they are".into(),
            (_, Some(mut found)) => {
                if equal.is_some() {
                    found.data.set_masses(Some(vec![1.0; found.data.sites().len()]));
                }
                if times.lost {
                    found.data.set_heights(None);
                }
                found.data.set_normalize(true);
                let [length, mass, density] = times.scales();
                return Some((Some((found.data, Scales::new(length, mass, density))), rounding));
            }
            (_, None) => rounding.why = "a multiple of it is no problem".into(),
        }
    }
    Some((None, rounding))
}

/// Text without a byte-order mark.
fn unmarked(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// As [`read_any_problem`], of problems whose source is of the kind of `T`.
///
/// # Errors
/// As [`read_any_problem`]; or that the source is of another kind.
pub fn read_problem<T: FileData>(path: &Path, limit: ReadLimit) -> Result<ProblemFile<T>, IoError> {
    T::of(read_any_problem(path, limit)?).map_err(|other| IoError::content(path, T::misfit(&other)))
}

/// As [`read_problem`] for bytes already in memory.
///
/// # Errors
/// As [`read_problem`].
pub fn parse_problem<T: FileData>(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<ProblemFile<T>, IoError> {
    T::of(parse_any_problem(path, bytes, limit)?).map_err(|other| IoError::content(path, T::misfit(&other)))
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
    metric: Option<Vec<f64>>,
}

/// Reads the entries of a metric: doubles, since a factor that makes whole numbers of rationals
/// would be one of costs, not of lengths.
struct Entries<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = Vec<f64>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Vec<f64>, D::Error> {
        self.0.at(Some(Place::of("metric")));
        let cx = self.0;
        let entries = d.deserialize_seq(self)?;
        cx.at(None);
        Ok(entries)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = Vec<f64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of numbers")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<f64>, A::Error> {
        let mut entries = Vec::new();
        loop {
            self.0.at(Some(Place { index: Some(entries.len()), ..Place::of("metric") }));
            match seq.next_element()? {
                Some(entry) => entries.push(entry),
                None => return Ok(entries),
            }
        }
    }
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
                "format" => set(&mut raw.format, &key, cx.plain("format", &mut map)?)?,
                "version" => set(&mut raw.version, &key, cx.plain("version", &mut map)?)?,
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
                "normalize" => set(&mut raw.normalize, &key, cx.plain("normalize", &mut map)?)?,
                "partial" => set(&mut raw.partial, &key, cx.plain("partial", &mut map)?)?,
                "metric" => set(&mut raw.metric, &key, map.next_value_seed(Entries(cx))?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

impl RawProblem {
    /// Are values of the density turned over?
    fn turns_values(&self) -> bool {
        self.density.as_ref().is_some_and(RawDensity::turns_values)
    }

    /// Do pixels lie between meridians and parallels? Their degrees are no lengths.
    fn has_degrees(&self) -> bool {
        let is_sphere = self.domain.as_ref().is_some_and(RawDomain::is_sphere);
        is_sphere && self.density.as_ref().is_some_and(RawDensity::is_image)
    }

    pub(super) fn build(mut self, cx: &Context<'_>, sha256: String, limit: ReadLimit) -> Result<AnyProblem, IoError> {
        let file = cx.file;
        check_header(file, (self.format.take(), self.version), FORMAT)?;
        let missing = |what: &str| IoError::content(file, format!("\"{what}\" is missing"));
        let mut loader = Loader::new(file, limit);
        let mut domain = self.domain.take().ok_or_else(|| missing("domain"))?.build(&mut loader)?;
        if let Some(metric) = &self.metric {
            domain = with_metric(domain, metric, file)?;
        }
        let density = match self.density.take() {
            None => Density::Constant,
            Some(d) => d.build(&domain, &mut loader)?,
        };
        let (normalize, partial) = (self.normalize.unwrap_or(true), self.partial.unwrap_or(false));
        Ok(map_kind!(domain, source => {
            let target = self.target(&mut loader)?;
            let files = target.files.clone();
            let data = given(file, (source, density), target, (normalize, partial))?;
            finish(cx, loader, data, sha256, files)
        }))
    }

    /// Sites, masses and heights.
    fn target<const D: usize>(self, loader: &mut Loader<'_>) -> Result<Target<D>, IoError> {
        let file = loader.file;
        let sites = self.sites.ok_or_else(|| IoError::content(file, "\"sites\" is missing"))?;
        let (sites, sites_file) = loader.sites(sites)?;
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
                let metric = self.metric.as_ref().and_then(|m| Metric::new(m, D).ok().flatten());
                Some(heights_of_weights(loader, &sites, &weights, metric.as_ref())?)
            }
            (None, Some(_), _) => {
                return Err(IoError::content(file, "\"heights_lo\" without \"heights\"; give the leading parts too"));
            }
            (Some(_), _, Some(_)) => {
                return Err(IoError::content(file, "both \"heights\" and \"weights\" are given; drop one"));
            }
        };
        Ok(Target { sites, masses, heights, files: [sites_file, masses_file] })
    }
}

/// What is to be transported to, and the files of sites and masses.
struct Target<const D: usize> {
    sites: Vec<[f64; D]>,
    masses: Option<Vec<f64>>,
    heights: Option<Heights>,
    files: [Option<PathBuf>; 2],
}

/// The data of a problem.
fn given<T: FileData<Point = [f64; D]>, const D: usize>(
    file: &Path,
    (source, density): (T::Source, Density),
    target: Target<D>,
    (normalize, partial): (bool, bool),
) -> Result<T, IoError> {
    let mut data = T::of_sites(source, target.sites);
    let problem = |source| IoError::Problem { file: file.to_path_buf(), source };
    data.set_density(density).map_err(problem)?;
    if partial {
        data.set_partial().map_err(|why| IoError::content(file, format!("\"partial\" {why}; drop it")))?;
    }
    data.set_masses(target.masses);
    data.set_heights(target.heights);
    data.set_normalize(normalize);
    Ok(data)
}

fn finish<T>(
    cx: &Context<'_>,
    mut loader: Loader<'_>,
    data: T,
    sha256: String,
    [sites_file, masses_file]: [Option<PathBuf>; 2],
) -> ProblemFile<T> {
    let notes = loader.notes;
    loader.files.sort_unstable();
    loader.files.dedup();
    let id = ProblemId { sha256, files: loader.files };
    let from = Origins { sites: sites_file, masses: masses_file, ..Origins::default() };
    ProblemFile { path: cx.file.to_path_buf(), data, id, notes, from, written: None }
}

/// A domain with the metric of a cost.
fn with_metric(domain: AnyDomain, numbers: &[f64], file: &Path) -> Result<AnyDomain, IoError> {
    let wrong = |source: DomainError| IoError::Problem { file: file.to_path_buf(), source: source.into() };
    match domain {
        Kind::Space(space) => space.with_metric(numbers).map(Kind::Space).map_err(wrong),
        Kind::Torus(torus) => torus.with_metric(numbers).map(Kind::Torus).map_err(wrong),
        _ => Err(IoError::content(file, "\"metric\" needs a box or a polyhedron in space, or a torus; drop it")),
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
        // Pairs that are already normal are kept to the bit (also the sign of a zero): a resumed
        // run must not differ.
        let h = if hi + lo == hi { Dd { hi, lo } } else { Dd::sum(hi, lo) };
        heights.set(k, h);
    }
    Ok(heights)
}

pub(super) fn heights_of_weights<const D: usize>(
    loader: &mut Loader<'_>,
    sites: &[[f64; D]],
    weights: &[f64],
    metric: Option<&Metric>,
) -> Result<Heights, IoError> {
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
    let (heights, rounded) = domain::space::heights_of(sites, weights, metric);
    if rounded > 0 {
        loader.notes.push(format!(
            "{rounded} of {} weights do not convert to heights exactly; each height was rounded to double-double",
            weights.len()
        ));
    }
    Ok(heights)
}
