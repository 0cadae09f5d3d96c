//! Reading solution files, and the arrays they refer to.

use super::canonical::own_sha256;
use super::document::read_document;
use super::error::{IoError, quoted};
use super::header::{check_header, wrong_kind};
use super::json::{Context, Reference, Scalars, Source, reference, set, unknown_field};
use super::ledger;
use super::loader::check_sha256;
use super::npy::NpyArray;
use super::npz::NpzReader;
use super::paths::beside;
use super::problem_file::{FileData, ProblemFile, ProblemId};
use super::problem_json::{ProblemSeed, RawProblem, as_written, heights_of};
use super::read::{ReadLimit, read_file, sha256_hex};
use super::solution_json::{FORMAT, Gradient, ProblemSource, SolutionFile};
use crate::diagram::CellRecord;
use crate::map_kind;
use crate::problem::{Kind, ProblemData, SpaceProblemData, SphereProblemData, SurfaceProblemData};
use crate::transport::Report;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// A solution of a problem of any kind.
pub type AnySolution = Kind<
    SolutionFile,
    SolutionFile<SurfaceProblemData>,
    SolutionFile<SpaceProblemData<3>>,
    SolutionFile<SpaceProblemData<2>>,
    SolutionFile<SphereProblemData>,
>;

/// Reads a solution and the arrays it refers to. Which kind it is, its centroids tell, or the
/// problem inside it.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_any_solution(path: &Path, limit: ReadLimit) -> Result<AnySolution, IoError> {
    parse_any_solution(path, read_document(path, limit)?, limit)
}

/// As [`read_any_solution`] for bytes already in memory; `path` names them in errors, and relative
/// paths inside start from its folder.
///
/// # Errors
/// As [`read_any_solution`].
pub fn parse_any_solution(path: &Path, bytes: Vec<u8>, limit: ReadLimit) -> Result<AnySolution, IoError> {
    let cx = Context::new(path);
    let mut raw = match cx.parse(&bytes, SolutionSeed(&cx)) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, &bytes, FORMAT).unwrap_or(e)),
    };
    if let Some(problem) = raw.problem.as_mut().filter(|p| p.data.is_some() && cx.rounded.get() > 0) {
        problem.text = inner_text(&bytes);
    }
    drop(bytes);
    raw.build(&cx, limit)
}

/// As [`read_any_solution`], of problems in the plane.
///
/// # Errors
/// As [`read_any_solution`]; or that it is the solution of another kind of problem.
pub fn read_solution(path: &Path, limit: ReadLimit) -> Result<SolutionFile, IoError> {
    match read_any_solution(path, limit)? {
        AnySolution::Plane(solution) => Ok(solution),
        AnySolution::Surface(_) => {
            Err(IoError::content(path, "is the solution of a problem on a surface; this needs one in the plane"))
        }
        AnySolution::Space(_) | AnySolution::Torus(_) => Err(IoError::content(
            path,
            "is the solution of a problem in space or on a torus; this needs one in the plane",
        )),
        AnySolution::Sphere(_) => {
            Err(IoError::content(path, "is the solution of a problem on a sphere; this needs one in the plane"))
        }
    }
}

/// The fields as they stand in the file.
#[derive(Default)]
struct RawSolution {
    format: Option<String>,
    version: Option<u64>,
    problem: Option<RawSource>,
    heights: Option<Source<Vec<f64>>>,
    heights_lo: Option<Source<Vec<f64>>>,
    weights: Option<Source<Vec<f64>>>,
    masses: Option<Source<Vec<f64>>>,
    centroids: Option<Source<Vec<Option<Coordinates>>>>,
    cost: Option<f64>,
    hessian: Option<Source<Vec<(u32, u32, f64)>>>,
    gradient_sites: Option<Source<Vec<Option<Coordinates>>>>,
    gradient_masses: Option<Source<Vec<f64>>>,
    hidden: Option<Source<Vec<u32>>>,
    site_of_input: Option<Source<Vec<u32>>>,
    cells: Option<Vec<CellRecord<Coordinates>>>,
    report: Option<Report>,
}

/// A point in the plane or in space.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Coordinates {
    Plane([f64; 2]),
    Space([f64; 3]),
}

/// A list of any element, here or elsewhere.
struct Lists<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Lists<T> {
    type Value = Source<T>;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Source<T>, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
    type Value = Source<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or {\"path\": ...}")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Source<T>, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(seq)).map(Source::Inline)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source<T>, A::Error> {
        reference("the list", map).map(Source::Elsewhere)
    }
}

struct SolutionSeed<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for SolutionSeed<'_> {
    type Value = RawSolution;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawSolution, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SolutionSeed<'_> {
    type Value = RawSolution;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"format\", \"version\", \"problem\" and \"heights\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawSolution, A::Error> {
        let cx = self.0;
        let mut raw = RawSolution::default();
        while let Some(key) = map.next_key::<String>()? {
            let numbers = |list| Scalars { cx, list };
            match key.as_str() {
                "format" => set(&mut raw.format, &key, cx.plain("format", &mut map)?)?,
                "version" => set(&mut raw.version, &key, cx.plain("version", &mut map)?)?,
                "problem" => set(&mut raw.problem, &key, map.next_value_seed(SourceSeed(cx))?)?,
                "heights" => set(&mut raw.heights, &key, map.next_value_seed(numbers("heights"))?)?,
                "heights_lo" => set(&mut raw.heights_lo, &key, map.next_value_seed(numbers("heights_lo"))?)?,
                "weights" => set(&mut raw.weights, &key, map.next_value_seed(numbers("weights"))?)?,
                "masses" => set(&mut raw.masses, &key, map.next_value_seed(numbers("masses"))?)?,
                "centroids" => set(&mut raw.centroids, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "cost" => set(&mut raw.cost, &key, cx.plain("cost", &mut map)?)?,
                "hessian" => set(&mut raw.hessian, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "gradient_sites" => set(&mut raw.gradient_sites, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "gradient_masses" => {
                    set(&mut raw.gradient_masses, &key, map.next_value_seed(numbers("gradient_masses"))?)?;
                }
                "hidden" => set(&mut raw.hidden, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "site_of_input" => set(&mut raw.site_of_input, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "cells" => set(&mut raw.cells, &key, cx.plain("cells", &mut map)?)?,
                "report" => set(&mut raw.report, &key, cx.plain("report", &mut map)?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// The field "problem" as it stands in the file.
#[derive(Default)]
struct RawSource {
    sha256: Option<String>,
    path: Option<String>,
    files: Option<BTreeMap<String, String>>,
    data: Option<RawProblem>,
    kind: Option<String>,
    /// What is in `data`, where rationals there are no doubles.
    text: Option<String>,
}

/// The text of the problem inside a solution.
fn inner_text(bytes: &[u8]) -> Option<String> {
    let all: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    Some(all.get("problem")?.get("data")?.to_string())
}

struct SourceSeed<'c>(&'c Context<'c>);

impl<'de> DeserializeSeed<'de> for SourceSeed<'_> {
    type Value = RawSource;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<RawSource, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for SourceSeed<'_> {
    type Value = RawSource;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"sha256\"")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawSource, A::Error> {
        let mut raw = RawSource::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "sha256" => set(&mut raw.sha256, &key, self.0.plain("problem.sha256", &mut map)?)?,
                "path" => set(&mut raw.path, &key, self.0.plain("problem.path", &mut map)?)?,
                "files" => set(&mut raw.files, &key, self.0.plain("problem.files", &mut map)?)?,
                "kind" => set(&mut raw.kind, &key, self.0.plain("problem.kind", &mut map)?)?,
                "data" => set(&mut raw.data, &key, map.next_value_seed(ProblemSeed(self.0))?)?,
                _ => return Err(A::Error::custom(unknown_field(&key))),
            }
        }
        Ok(raw)
    }
}

/// Arrays of .npz files, each file read once.
struct Arrays<'f> {
    file: &'f Path,
    limit: ReadLimit,
    open: BTreeMap<PathBuf, (NpzReader, String)>,
}

impl Arrays<'_> {
    fn array(&mut self, reference: &Reference, key: &str) -> Result<(NpyArray, PathBuf), IoError> {
        let path = beside(self.file, &reference.path);
        if !self.open.contains_key(&path) {
            let bytes = read_file(&path, self.limit)?;
            let sha256 = sha256_hex(&bytes);
            let npz = NpzReader::new(bytes).map_err(|what| IoError::content(&path, what))?;
            self.open.insert(path.clone(), (npz, sha256));
        }
        let (npz, sha256) = &self.open[&path];
        check_sha256(&path, reference, sha256, self.file)?;
        let name = reference.array.as_deref().unwrap_or(key);
        let array = npz.array(name).map_err(|what| IoError::content(&path, what))?;
        Ok((array, path))
    }

    /// A list wherever it is: inline as it stands, or rows of `columns` numbers, each made an
    /// element by `element`.
    fn list<T>(
        &mut self,
        key: &str,
        source: Source<Vec<T>>,
        columns: usize,
        element: impl Fn(&[f64]) -> Option<T>,
    ) -> Result<Vec<T>, IoError> {
        let reference = match source {
            Source::Inline(values) => return Ok(values),
            Source::Elsewhere(reference) => reference,
        };
        let (array, path) = self.array(&reference, key)?;
        if array.columns != columns && array.rows > 0 {
            let found = array.columns;
            let what = format!("{key} has {found} columns, not {columns}");
            return Err(IoError::content(&path, what));
        }
        let rows = array.values.chunks_exact(columns);
        let values: Option<Vec<T>> = rows.map(element).collect();
        values.ok_or_else(|| IoError::content(&path, format!("{key} has an entry that is no index")))
    }
}

fn index(v: f64) -> Option<u32> {
    let i = v as u32; // saturates
    (f64::from(i) == v).then_some(i)
}

/// Cells whose vertices must all be points of the same space.
fn cells_of_one_kind<P>(
    file: &Path,
    cells: Vec<CellRecord<Coordinates>>,
    point: impl Fn(Coordinates) -> Option<P>,
) -> Result<Vec<CellRecord<P>>, IoError> {
    let one = |(k, cell): (usize, CellRecord<Coordinates>)| {
        let vertices: Option<Vec<P>> = cell.vertices.into_iter().map(&point).collect();
        let what =
            || format!("cells[{k}] has vertices with not as many coordinates as the centroids; give all the same");
        let vertices = vertices.ok_or_else(|| IoError::content(file, what()))?;
        Ok(CellRecord { site: cell.site, face: cell.face, vertices, neighbors: cell.neighbors })
    };
    cells.into_iter().enumerate().map(one).collect()
}

/// Points, or none, wherever they are: in an array a row of NaN is none.
fn points_or_none(
    arrays: &mut Arrays<'_>,
    key: &str,
    source: Source<Vec<Option<Coordinates>>>,
) -> Result<Vec<Option<Coordinates>>, IoError> {
    let reference = match source {
        Source::Inline(list) => return Ok(list),
        Source::Elsewhere(reference) => reference,
    };
    let (array, path) = arrays.array(&reference, key)?;
    let row = |r: &[f64]| match *r {
        _ if !r.is_empty() && r.iter().all(|x| x.is_nan()) => Some(None),
        _ if r.iter().any(|x| x.is_nan()) => None,
        [x, y] => Some(Some(Coordinates::Plane([x, y]))),
        [x, y, z] => Some(Some(Coordinates::Space([x, y, z]))),
        _ => None,
    };
    let list: Option<Vec<_>> = array.values.chunks_exact(array.columns.max(1)).map(row).collect();
    let what = || match array.columns {
        2 | 3 => format!("{key} has a row that is no point in part; without a cell all of it is NaN"),
        found => format!("{key} has {found} columns, not 2 or 3"),
    };
    list.ok_or_else(|| IoError::content(&path, what()))
}

/// Points that must all be of the same space; `point` takes those that are.
fn of_one_kind<P>(
    file: &Path,
    key: &str,
    centroids: Vec<Option<Coordinates>>,
    point: impl Fn(Coordinates) -> Option<P>,
) -> Result<Vec<Option<P>>, IoError> {
    let one = |(k, centroid): (usize, Option<Coordinates>)| match centroid.map(&point) {
        None => Ok(None),
        Some(Some(p)) => Ok(Some(p)),
        Some(None) => {
            let what = format!("{key}[{k}] has not as many coordinates as the others; give all the same");
            Err(IoError::content(file, what))
        }
    };
    centroids.into_iter().enumerate().map(one).collect()
}

/// Centroids, and gradients if there are any.
type Points<P> = (Vec<Option<P>>, Option<Vec<Option<P>>>);

impl RawSolution {
    fn build(mut self, cx: &Context<'_>, limit: ReadLimit) -> Result<AnySolution, IoError> {
        let file = cx.file;
        check_header(file, (self.format.take(), self.version), FORMAT)?;
        let missing = |what: &str| IoError::content(file, format!("\"{what}\" is missing"));
        let problem = self.problem.take().ok_or_else(|| missing("problem"))?.build(cx, limit)?;
        let mut arrays = Arrays { file, limit, open: BTreeMap::new() };
        let centroids = self.centroids.take().ok_or_else(|| missing("centroids"))?;
        let centroids = points_or_none(&mut arrays, "centroids", centroids)?;
        let pulled = self.gradient_sites.take();
        let pulled = pulled.map(|list| points_or_none(&mut arrays, "gradient_sites", list)).transpose()?;
        let points = (centroids, pulled);
        let named = match &problem {
            Belongs::Inside(Kind::Plane(_)) => Kind::Plane(()),
            Belongs::Inside(Kind::Surface(_)) => Kind::Surface(()),
            Belongs::Inside(Kind::Space(_)) => Kind::Space(()),
            Belongs::Inside(Kind::Torus(_)) => Kind::Torus(()),
            Belongs::Inside(Kind::Sphere(_)) => Kind::Sphere(()),
            Belongs::File(.., Some(kind)) => match kind.as_str() {
                "space" => Kind::Space(()),
                "torus" => Kind::Torus(()),
                "sphere" => Kind::Sphere(()),
                _ => {
                    let known = "this version knows \"space\", \"torus\" and \"sphere\"";
                    let what = format!("problem.kind is {}; {known}", quoted(kind));
                    return Err(IoError::content(file, what));
                }
            },
            Belongs::File(..) => match points.0.iter().flatten().next() {
                Some(Coordinates::Space(_)) => Kind::Surface(()),
                _ => Kind::Plane(()),
            },
        };
        let (two, three) = (
            |c| if let Coordinates::Plane(c) = c { Some(c) } else { None },
            |c| if let Coordinates::Space(c) = c { Some(c) } else { None },
        );
        Ok(match named {
            Kind::Plane(()) => {
                let source = problem.source(|k| if let Kind::Plane(p) = k { Some(p) } else { None }, file)?;
                AnySolution::Plane(self.of_kind::<ProblemData, 2>(file, source, points, two, arrays)?)
            }
            Kind::Surface(()) => {
                let source = problem.source(|k| if let Kind::Surface(p) = k { Some(p) } else { None }, file)?;
                AnySolution::Surface(self.of_kind::<SurfaceProblemData, 3>(file, source, points, three, arrays)?)
            }
            Kind::Space(()) => {
                let source = problem.source(|k| if let Kind::Space(p) = k { Some(p) } else { None }, file)?;
                AnySolution::Space(self.of_kind::<SpaceProblemData<3>, 3>(file, source, points, three, arrays)?)
            }
            Kind::Torus(()) => {
                let source = problem.source(|k| if let Kind::Torus(p) = k { Some(p) } else { None }, file)?;
                AnySolution::Torus(self.of_kind::<SpaceProblemData<2>, 2>(file, source, points, two, arrays)?)
            }
            Kind::Sphere(()) => {
                let source = problem.source(|k| if let Kind::Sphere(p) = k { Some(p) } else { None }, file)?;
                AnySolution::Sphere(self.of_kind::<SphereProblemData, 3>(file, source, points, three, arrays)?)
            }
        })
    }

    /// The solution, if all its points are of one dimension.
    fn of_kind<T: FileData<Point = [f64; D]>, const D: usize>(
        mut self,
        file: &Path,
        problem: ProblemSource<T>,
        (centroids, pulled): Points<Coordinates>,
        point: impl Fn(Coordinates) -> Option<[f64; D]> + Copy,
        arrays: Arrays<'_>,
    ) -> Result<SolutionFile<T>, IoError> {
        if centroids.iter().flatten().next().is_some_and(|c| point(*c).is_none()) {
            let what = if D == 2 {
                "centroids in space, but a problem in the plane"
            } else {
                "centroids in the plane, but a problem in space"
            };
            return Err(IoError::content(file, what));
        }
        let centroids = of_one_kind(file, "centroids", centroids, point)?;
        let pulled = pulled.map(|list| of_one_kind(file, "gradient_sites", list, point)).transpose()?;
        let cells = self.cells.take().map(|c| cells_of_one_kind(file, c, point)).transpose()?;
        self.finish(file, problem, (centroids, pulled), cells, arrays)
    }

    fn finish<T: FileData>(
        self,
        file: &Path,
        problem: ProblemSource<T>,
        (centroids, pulled): Points<T::Point>,
        cells: Option<Vec<CellRecord<T::Point>>>,
        mut arrays: Arrays<'_>,
    ) -> Result<SolutionFile<T>, IoError> {
        let missing = |what: &str| IoError::content(file, format!("\"{what}\" is missing"));
        let mut numbers = |key: &str, source: Option<Source<Vec<f64>>>| {
            let source = source.ok_or_else(|| missing(key))?;
            arrays.list(key, source, 1, |r| Some(r[0]))
        };
        let hi = numbers("heights", self.heights)?;
        let lo = match self.heights_lo {
            Some(lo) => Some(numbers("heights_lo", Some(lo))?),
            None => None,
        };
        let weights = numbers("weights", self.weights)?;
        let masses = numbers("masses", self.masses)?;
        let hessian = self
            .hessian
            .map(|h| arrays.list("hessian", h, 3, |r| Some((index(r[0])?, index(r[1])?, r[2]))))
            .transpose()?;
        let gradient = match (pulled, self.gradient_masses) {
            (None, None) => None,
            (Some(sites), Some(masses)) => {
                let masses = arrays.list("gradient_masses", masses, 1, |r| Some(r[0]))?;
                Some(Gradient { sites, masses })
            }
            (Some(_), None) => return Err(missing("gradient_masses")),
            (None, Some(_)) => return Err(missing("gradient_sites")),
        };
        let hidden = self.hidden.ok_or_else(|| missing("hidden"))?;
        let hidden = arrays.list("hidden", hidden, 1, |r| index(r[0]))?;
        let site_of_input =
            self.site_of_input.map(|m| arrays.list("site_of_input", m, 1, |r| index(r[0]))).transpose()?;
        let heights = heights_of(file, hi, lo)?;
        let n = heights.len();
        let mut lengths = vec![("weights", weights.len()), ("masses", masses.len()), ("centroids", centroids.len())];
        if let Some(g) = &gradient {
            lengths.extend([("gradient_sites", g.sites.len()), ("gradient_masses", g.masses.len())]);
        }
        for (key, found) in lengths {
            if found != n {
                let what = format!("{key} has {found} entries, heights has {n}; one per site");
                return Err(IoError::content(file, what));
            }
        }
        if let Some(k) = heights.first_non_finite() {
            let what = format!("heights[{k}] is not finite; every height must be finite");
            return Err(IoError::content(file, what));
        }
        Ok(SolutionFile {
            problem,
            heights,
            weights,
            masses,
            centroids,
            cost: self.cost.ok_or_else(|| missing("cost"))?,
            hessian,
            gradient,
            hidden,
            site_of_input,
            cells,
            report: self.report.ok_or_else(|| missing("report"))?,
        })
    }
}

/// A problem inside a solution.
type AnyInside = Kind<
    Box<ProblemFile>,
    Box<ProblemFile<SurfaceProblemData>>,
    Box<ProblemFile<SpaceProblemData<3>>>,
    Box<ProblemFile<SpaceProblemData<2>>>,
    Box<ProblemFile<SphereProblemData>>,
>;

/// The problem of a solution whose kind is not yet known.
enum Belongs {
    /// It stands in a file; what kind that is, where the solution says.
    File(Option<String>, ProblemId, Option<String>),
    /// It stands inside.
    Inside(AnyInside),
}

impl Belongs {
    /// How the solution names its problem, which is of this kind.
    fn source<T>(
        self,
        own: impl FnOnce(AnyInside) -> Option<Box<ProblemFile<T>>>,
        file: &Path,
    ) -> Result<ProblemSource<T>, IoError> {
        match self {
            Belongs::File(path, id, _) => Ok(ProblemSource::File { path, id }),
            Belongs::Inside(inside) => own(inside)
                .map(ProblemSource::Embedded)
                .ok_or_else(|| IoError::content(file, "the problem inside is of another kind")),
        }
    }
}

impl RawSource {
    fn build(self, cx: &Context<'_>, limit: ReadLimit) -> Result<Belongs, IoError> {
        let file = cx.file;
        let sha256 = self.sha256.ok_or_else(|| IoError::content(file, "problem has no \"sha256\""))?;
        let Some(data) = self.data else {
            let files: Vec<(String, String)> = self.files.unwrap_or_default().into_iter().collect();
            // Also where another problem is given in its place, what the solution names is to be
            // kept.
            if let Some(path) = &self.path {
                let problem = beside(file, path);
                ledger::naming(&problem)?;
                files.iter().try_for_each(|(name, _)| ledger::naming(&beside(&problem, name)))?;
            }
            return Ok(Belongs::File(self.path, ProblemId { sha256, files }, self.kind));
        };
        if self.path.is_some() || self.files.is_some() {
            let what = "problem has \"data\", and also names a file; a problem stands inside or in its file";
            return Err(IoError::content(file, what));
        }
        let inside = data.build(cx, String::new(), limit)?;
        let inside = match &self.text {
            Some(text) => as_written(inside, cx.rounded.get(), text.as_bytes(), limit),
            None => inside,
        };
        Ok(Belongs::Inside(map_kind!(inside, inside => genuine(file, inside, sha256)?)))
    }
}

/// The problem inside, if it is the one that was solved.
fn genuine<T: FileData>(
    file: &Path,
    mut inside: ProblemFile<T>,
    sha256: String,
) -> Result<Box<ProblemFile<T>>, IoError> {
    let found = own_sha256(&inside);
    if found != sha256 {
        let what =
            format!("the problem inside has sha256 {}…, not {}; the file was changed", &found[..8], quoted(&sha256));
        return Err(IoError::content(file, what));
    }
    inside.id = ProblemId { sha256, files: Vec::new() };
    Ok(Box::new(inside))
}
