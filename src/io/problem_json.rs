//! Problem files: `{"format": "brenier/problem", ...}`.

use super::canonical::ProblemId;
use super::error::{IoError, quoted};
use super::json::{
    Context, Number, Pairs, Place, Reference, Rows, Scalars, Source, check_header, set, unknown_field, wrong_kind,
};
use super::points::{parse_points, parse_scalars};
use super::read::{ReadLimit, beside, read_file, sha256_hex};
use crate::domain::{ConvexPolygon, Density};
use crate::exact::{Dd, Heights};
use crate::problem::{Duplicates, Problem, ProblemData, ProblemError};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
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

/// Fills what a problem refers to: other files, each read once per mention and remembered by its SHA-256.
struct Loader<'f> {
    file: &'f Path,
    limit: ReadLimit,
    files: Vec<(String, String)>,
    notes: Vec<String>,
}

impl Loader<'_> {
    fn bytes(&self, reference: &Reference) -> Result<(PathBuf, Vec<u8>), IoError> {
        let path = beside(self.file, &reference.path);
        let bytes = read_file(&path, self.limit)?;
        Ok((path, bytes))
    }

    fn remember(&mut self, path: &Path, reference: Reference, sha256: String) -> Result<(), IoError> {
        check_sha256(path, &reference, &sha256, self.file)?;
        self.files.push((reference.path, sha256));
        Ok(())
    }

    fn scalars(&mut self, source: Source<Vec<f64>>, what: &str) -> Result<(Vec<f64>, Option<PathBuf>), IoError> {
        match source {
            Source::Inline(values) => Ok((values, None)),
            Source::Elsewhere(reference) => {
                let (path, bytes) = self.bytes(&reference)?;
                let (values, sha256) = parse_scalars(&path, bytes, reference.array.as_deref(), what)?;
                self.remember(&path, reference, sha256)?;
                Ok((values, Some(path)))
            }
        }
    }

    fn sites(&mut self, source: Source<Rows>) -> Result<(Vec<[f64; 2]>, Option<PathBuf>), IoError> {
        match source {
            Source::Inline(rows) => {
                if let Some((k, found)) = rows.misfit {
                    return Err(IoError::content(
                        self.file,
                        format!("sites[{k}] has {found} coordinates, the domain has 2; give [x, y]"),
                    ));
                }
                Ok((rows.rows, None))
            }
            Source::Elsewhere(reference) => {
                let (path, bytes) = self.bytes(&reference)?;
                let read = parse_points(&path, bytes, reference.array.as_deref())?;
                self.notes.extend(read.notes);
                self.remember(&path, reference, read.sha256)?;
                Ok((read.points, Some(path)))
            }
        }
    }
}

/// Whether the file is the very one that was meant.
pub(super) fn check_sha256(path: &Path, reference: &Reference, found: &str, from: &Path) -> Result<(), IoError> {
    match &reference.sha256 {
        Some(meant) if meant != found => Err(IoError::content(
            path,
            format!(
                "has sha256 {}…, but {} means {}…; restore the file it was written with",
                found.get(..8).unwrap_or(found),
                from.display(),
                meant.chars().take(8).collect::<String>()
            ),
        )),
        _ => Ok(()),
    }
}

impl RawProblem {
    pub(super) fn build(self, cx: &Context<'_>, sha256: String, limit: ReadLimit) -> Result<ProblemFile, IoError> {
        let file = cx.file;
        check_header(file, (self.format, self.version), FORMAT)?;
        let missing = |what: &str| IoError::content(file, format!("\"{what}\" is missing"));
        let domain = self.domain.ok_or_else(|| missing("domain"))?.build(file)?;
        let density = match self.density {
            None => Density::Constant,
            Some(d) => d.build(file)?,
        };
        let mut loader = Loader { file, limit, files: Vec::new(), notes: Vec::new() };
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

/// The domain as it stands in the file.
#[derive(Default)]
struct RawDomain {
    kind: Option<String>,
    min: Option<Vec<f64>>,
    max: Option<Vec<f64>>,
    vertices: Option<Rows>,
    /// Fields of kinds of domain this version does not read.
    others: Vec<String>,
}

struct DomainSeed<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for DomainSeed<'_> {
    type Value = RawDomain;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawDomain, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DomainSeed<'_> {
    type Value = RawDomain;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a domain such as {\"type\": \"box\", \"min\": [0, 0], \"max\": [1, 1]}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawDomain, A::Error> {
        let cx = self.0;
        let mut raw = RawDomain::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => set(&mut raw.kind, &key, map.next_value()?)?,
                "min" | "max" => {
                    let (slot, list) =
                        if key == "min" { (&mut raw.min, "domain.min") } else { (&mut raw.max, "domain.max") };
                    let list = Scalars { cx, list };
                    let corner = inline(map.next_value_seed(list)?, &key)?;
                    set(slot, &key, corner)?;
                }
                "vertices" => {
                    let pairs = Pairs { cx, list: "domain.vertices", gaps: false };
                    let vertices = inline(map.next_value_seed(pairs)?, &key)?;
                    set(&mut raw.vertices, &key, vertices)?;
                }
                "halfspaces" | "triangles" | "tets" | "path" => {
                    map.next_value::<IgnoredAny>()?;
                    raw.others.push(key);
                }
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// Lists of a domain stand in the file itself.
fn inline<T, E: Error>(source: Source<T>, key: &str) -> Result<T, E> {
    match source {
        Source::Inline(value) => Ok(value),
        Source::Elsewhere(_) => Err(E::custom(format!("domain.{key} must be a list in this file"))),
    }
}

impl RawDomain {
    fn build(self, file: &Path) -> Result<ConvexPolygon, IoError> {
        let fail = |what: String| IoError::content(file, format!("domain: {what}"));
        let kind = self.kind.ok_or_else(|| fail("\"type\" is missing; use \"box\" or \"polygon\"".into()))?;
        match kind.as_str() {
            "box" | "polygon" => {}
            "polyhedron" | "mesh" | "tetmesh" | "sphere" => {
                return Err(fail(format!(
                    "type \"{kind}\" is not supported by this version; use \"box\" or \"polygon\""
                )));
            }
            _ => {
                let name = quoted(&kind);
                return Err(fail(format!("unknown type {name}; use \"box\" or \"polygon\"")));
            }
        }
        let given = [("min", self.min.is_some()), ("max", self.max.is_some()), ("vertices", self.vertices.is_some())];
        let foreign = given
            .iter()
            .filter(|(name, given)| *given && (*name == "vertices") != (kind == "polygon"))
            .map(|g| g.0)
            .chain(self.others.iter().map(String::as_str))
            .next();
        if let Some(name) = foreign {
            return Err(fail(format!("a {kind} has no field \"{name}\"; drop it")));
        }
        let problem = |e: crate::domain::DomainError| IoError::Problem { file: file.to_path_buf(), source: e.into() };
        if kind == "polygon" {
            let rows = self.vertices.ok_or_else(|| fail("a polygon needs \"vertices\": [[x, y], ...]".into()))?;
            if let Some((k, found)) = rows.misfit {
                return Err(fail(format!("vertices[{k}] has {found} coordinates; give [x, y]")));
            }
            return ConvexPolygon::new(rows.rows).map_err(problem);
        }
        let (Some(min), Some(max)) = (self.min, self.max) else {
            return Err(fail("a box needs \"min\": [x, y] and \"max\": [x, y]".into()));
        };
        match (&min[..], &max[..]) {
            (&[a, b], &[c, d]) => ConvexPolygon::rectangle([a, b], [c, d]).map_err(problem),
            ([_, _, _], [_, _, _]) => Err(fail(
                "type \"box\" in 3 dimensions is not supported by this version; use a box in the plane".into(),
            )),
            _ => Err(fail(format!("min has {} coordinates and max has {}; give [x, y]", min.len(), max.len()))),
        }
    }
}

/// The density as it stands in the file.
#[derive(Default)]
struct RawDensity {
    kind: Option<String>,
    g: Option<Vec<f64>>,
    c: Option<f64>,
    others: Vec<String>,
}

struct DensitySeed<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for DensitySeed<'_> {
    type Value = RawDensity;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawDensity, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DensitySeed<'_> {
    type Value = RawDensity;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a density such as {\"type\": \"constant\"}")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawDensity, A::Error> {
        let cx = self.0;
        let mut raw = RawDensity::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => set(&mut raw.kind, &key, map.next_value()?)?,
                "g" => {
                    let list = Scalars { cx, list: "density.g" };
                    match map.next_value_seed(list)? {
                        Source::Inline(g) => set(&mut raw.g, &key, g)?,
                        Source::Elsewhere(_) => {
                            return Err(A::Error::custom("density.g must be [gx, gy]"));
                        }
                    }
                }
                "c" => {
                    cx.at(Some(Place::of("density.c")));
                    set(&mut raw.c, &key, map.next_value_seed(Number(cx))?)?;
                    cx.at(None);
                }
                "values" | "path" | "min" | "max" => {
                    map.next_value::<IgnoredAny>()?;
                    raw.others.push(key);
                }
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

impl RawDensity {
    fn build(self, file: &Path) -> Result<Density, IoError> {
        let fail = |what: String| IoError::content(file, format!("density: {what}"));
        let kind = self.kind.ok_or_else(|| fail("\"type\" is missing; use \"constant\" or \"affine\"".into()))?;
        match kind.as_str() {
            "constant" | "affine" => {}
            "vertex" | "face" | "corner" | "image" => {
                return Err(fail(format!(
                    "type \"{kind}\" is not supported by this version; use \"constant\" or \"affine\""
                )));
            }
            _ => {
                let name = quoted(&kind);
                return Err(fail(format!("unknown type {name}; use \"constant\" or \"affine\"")));
            }
        }
        let foreign = match kind.as_str() {
            "constant" if self.g.is_some() => Some("g"),
            "constant" if self.c.is_some() => Some("c"),
            _ => self.others.first().map(String::as_str),
        };
        if let Some(name) = foreign {
            return Err(fail(format!("type \"{kind}\" has no field \"{name}\"; drop it")));
        }
        if kind == "constant" {
            return Ok(Density::Constant);
        }
        match (self.g.as_deref(), self.c) {
            (Some(&[a, b]), c) => Ok(Density::Affine { g: [a, b], c: c.unwrap_or(0.0) }),
            (Some(g), _) => Err(fail(format!("g has {} coordinates, the domain has 2; give [gx, gy]", g.len()))),
            (None, _) => Err(fail("an affine density needs \"g\": [gx, gy]".into())),
        }
    }
}

/// Reads a domain: from .json an object such as `{"type": "polygon", ...}`, from any format of points the vertices of a
/// convex polygon in order.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_domain(path: &Path, limit: ReadLimit) -> Result<ConvexPolygon, IoError> {
    let is_json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    if is_json {
        let bytes = read_file(path, limit)?;
        let cx = Context::new(path);
        return cx.parse(&bytes, DomainSeed(&cx))?.build(path);
    }
    let vertices = super::points::read_points(path, limit)?.points;
    ConvexPolygon::new(vertices).map_err(|e| IoError::Problem { file: path.to_path_buf(), source: e.into() })
}
