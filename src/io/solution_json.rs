//! Solution files: `{"format": "brenier/solution", ...}`, with large arrays in a sibling .npz.

use super::atomic::{AtomicFile, write_atomically};
use super::canonical::{FileData, ProblemId, canonical_sha256, write_canonical};
use super::error::{IoError, quoted};
use super::fields::Fields;
use super::json::{Context, Reference, Scalars, Source, check_header, reference, set, unknown_field, wrong_kind};
use super::loader::check_sha256;
use super::npy::NpyArray;
use super::npz::{NpzReader, NpzWriter};
use super::problem_json::{AnyProblem, ProblemFile, ProblemSeed, RawProblem, heights_of};
use super::read::{ReadLimit, beside, hex, read_file, sha256_hex};
use crate::exact::Heights;
use crate::newton::Report;
use crate::problem::{ProblemData, SurfaceProblemData};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

const FORMAT: &str = "brenier/solution";

/// From this many sites on the arrays of a solution stand in an .npz beside it.
pub const INLINE_LIMIT: usize = 100_000;

/// The problem a solution solves.
#[derive(Clone, Debug)]
pub enum ProblemSource<T = ProblemData> {
    /// A file: its path, relative to the solution's folder, and its identity.
    File {
        /// `None` if the path is not text; then `check` must be told it.
        path: Option<String>,
        /// Identity of the problem.
        id: ProblemId,
    },
    /// The problem came from arrays and is kept in the solution itself.
    Embedded(Box<ProblemFile<T>>),
}

impl<T> ProblemSource<T> {
    /// Identity of the problem.
    pub fn id(&self) -> &ProblemId {
        match self {
            ProblemSource::File { id, .. } => id,
            ProblemSource::Embedded(file) => &file.id,
        }
    }
}

/// One cell, for `diagram --cells`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// Index of the site.
    pub site: u32,
    /// In a mesh the triangle in which this part of the cell lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub face: Option<u32>,
    /// Vertices, counter-clockwise.
    pub vertices: Vec<[f64; 2]>,
    /// Entry `k` is across the edge from vertex `k` to vertex `k + 1`: a site `j`, or `-k-1` for domain edge `k`.
    pub neighbors: Vec<i64>,
}

/// Everything a solution file says. Lists are in the order of the problem's sites after merging duplicates.
#[derive(Clone, Debug)]
pub struct SolutionFile<T: FileData = ProblemData> {
    /// The problem it belongs to.
    pub problem: ProblemSource<T>,
    /// Heights, gauge `sum nu_i h_i = 0` for solutions.
    pub heights: Heights,
    /// Weights `|y_i|^2 + 2 h_i`.
    pub weights: Vec<f64>,
    /// Masses of the cells in the normalized source.
    pub masses: Vec<f64>,
    /// Centroids; `None` for an empty cell.
    pub centroids: Vec<Option<T::Point>>,
    /// Transport cost.
    pub cost: f64,
    /// Facet integrals `(i, j, H_ij)`.
    pub hessian: Option<Vec<(u32, u32, f64)>>,
    /// Sites without a cell.
    pub hidden: Vec<u32>,
    /// For every site of the problem file its index in the lists, if sites were merged.
    pub site_of_input: Option<Vec<u32>>,
    /// The cells themselves.
    pub cells: Option<Vec<CellRecord>>,
    /// How it was found.
    pub report: Report,
}

/// A list on its way into a solution file.
enum List<'a, P> {
    Numbers(&'a [f64]),
    Centroids(&'a [Option<P>]),
    Points(&'a [P]),
    Hessian(&'a [(u32, u32, f64)]),
    Indices(&'a [u32]),
}

/// A point of any dimension: `[f64; D]`.
trait Point: Copy + Serialize + AsRef<[f64]> {}
impl<P: Copy + Serialize + AsRef<[f64]>> Point for P {}

impl<P: Point> List<'_, P> {
    /// Columns (0: one-dimensional) and numbers of the array in the .npz.
    fn array(&self) -> (usize, Vec<f64>) {
        match self {
            List::Numbers(v) => (0, v.to_vec()),
            List::Centroids(v) => {
                let columns = size_of::<P>() / size_of::<f64>();
                let mut values = Vec::with_capacity(columns * v.len());
                for centroid in v.iter() {
                    match centroid {
                        Some(c) => values.extend_from_slice(c.as_ref()),
                        None => values.resize(values.len() + columns, f64::NAN),
                    }
                }
                (columns, values)
            }
            List::Points(v) => {
                let columns = size_of::<P>() / size_of::<f64>();
                (columns, v.iter().flat_map(|p| p.as_ref()).copied().collect())
            }
            List::Hessian(v) => {
                let rows = v.iter();
                let rows = rows.flat_map(|&(i, j, h)| [f64::from(i), f64::from(j), h]);
                (3, rows.collect())
            }
            List::Indices(v) => (0, v.iter().map(|&i| f64::from(i)).collect()),
        }
    }

    fn write_inline<W: Write>(&self, fields: &mut Fields<W>, key: &str) -> io::Result<()> {
        match self {
            List::Numbers(v) => fields.value(key, v),
            List::Centroids(v) => fields.value(key, v),
            List::Points(v) => fields.value(key, v),
            List::Hessian(v) => fields.value(key, v),
            List::Indices(v) => fields.value(key, v),
        }
    }
}

/// Where the lists go.
enum Place {
    Inline,
    /// File name and SHA-256 of the .npz.
    Beside(String, String),
}

impl Place {
    fn write<W: Write, P: Point>(&self, fields: &mut Fields<W>, key: &str, list: &List<P>) -> io::Result<()> {
        self.write_as(fields, key, key, list)
    }

    fn write_as<W: Write, P: Point>(
        &self,
        fields: &mut Fields<W>,
        key: &str,
        array: &str,
        list: &List<P>,
    ) -> io::Result<()> {
        #[derive(Serialize)]
        struct Text<'a> {
            path: &'a str,
            array: &'a str,
            sha256: &'a str,
        }
        match self {
            Place::Inline => list.write_inline(fields, key),
            Place::Beside(path, sha256) => fields.value(key, &Text { path, array, sha256 }),
        }
    }
}

/// Writes a solution, atomically. From [`INLINE_LIMIT`] sites on the arrays go to `STEM-XXXXXXXXXXXX.npz` beside it,
/// named by their content: until the solution itself is replaced, the old solution and its old arrays stay valid.
///
/// # Errors
/// The system's; the solution that was there before is then still whole.
pub fn write_solution<T: FileData>(path: &Path, solution: &SolutionFile<T>) -> Result<(), IoError> {
    let (hi, lo) = (solution.heights.hi(), solution.heights.lo());
    let mut lists = vec![
        ("heights", List::Numbers(&hi)),
        ("heights_lo", List::Numbers(&lo)),
        ("weights", List::Numbers(&solution.weights)),
        ("masses", List::Numbers(&solution.masses)),
        ("centroids", List::Centroids(&solution.centroids)),
    ];
    if let Some(h) = &solution.hessian {
        lists.push(("hessian", List::Hessian(h)));
    }
    lists.push(("hidden", List::Indices(&solution.hidden)));
    if let Some(map) = &solution.site_of_input {
        lists.push(("site_of_input", List::Indices(map)));
    }
    let large = solution.heights.len() >= INLINE_LIMIT;
    let stale = previous_arrays(path);
    let place = if large {
        let mut arrays: Vec<(&str, &List<T::Point>)> = lists.iter().map(|(k, l)| (*k, l)).collect();
        let (sites, masses);
        if let ProblemSource::Embedded(p) = &solution.problem {
            sites = List::Points(p.data.sites());
            arrays.push(("problem_sites", &sites));
            if let Some(m) = p.data.masses() {
                masses = List::Numbers(m);
                arrays.push(("problem_masses", &masses));
            }
        }
        write_arrays(path, &arrays)?
    } else {
        Place::Inline
    };
    write_atomically(path, |w| {
        let mut fields = Fields::begin(w, FORMAT)?;
        fields.nested("problem", |w| write_problem(w, &solution.problem, &place))?;
        for (key, list) in &lists {
            if *key == "hessian" {
                fields.value("cost", &solution.cost)?;
            }
            place.write(&mut fields, key, list)?;
        }
        if solution.hessian.is_none() {
            fields.value("cost", &solution.cost)?;
        }
        if let Some(cells) = &solution.cells {
            fields.value("cells", cells)?;
        }
        fields.value("report", &solution.report)?;
        fields.end()
    })?;
    for old in stale {
        let current = matches!(&place, Place::Beside(name, _) if *name == old);
        if !current {
            // Arrays nobody refers to any more; not being able to remove them harms nobody.
            let _ = std::fs::remove_file(path.with_file_name(old));
        }
    }
    Ok(())
}

fn write_problem<W: Write, T: FileData>(w: &mut W, problem: &ProblemSource<T>, place: &Place) -> io::Result<()> {
    #[derive(Serialize)]
    struct Text<'a> {
        sha256: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<&'a str>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        files: BTreeMap<&'a str, &'a str>,
    }
    match problem {
        ProblemSource::File { path, id } => {
            let files = id.files.iter().map(|(p, s)| (p.as_str(), s.as_str()));
            let text = Text { sha256: &id.sha256, path: path.as_deref(), files: files.collect() };
            serde_json::to_writer(w, &text).map_err(io::Error::from)
        }
        ProblemSource::Embedded(p) => {
            write!(w, "{{\"sha256\": \"{}\", \"data\": ", p.id.sha256)?;
            match place {
                Place::Inline => write_canonical(&mut *w, &p.data)?,
                Place::Beside(..) => {
                    let mut fields = Fields::begin(&mut *w, super::problem_json::FORMAT)?;
                    p.data.write_source(&mut fields)?;
                    let sites = List::Points(p.data.sites());
                    place.write_as(&mut fields, "sites", "problem_sites", &sites)?;
                    if let Some(m) = p.data.masses() {
                        let masses = List::<T::Point>::Numbers(m);
                        place.write_as(&mut fields, "masses", "problem_masses", &masses)?;
                    }
                    p.data.write_flags(&mut fields)?;
                    fields.end()?;
                }
            }
            w.write_all(b"}")
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Writes the arrays to a file named by its own content.
fn write_arrays<P: Point>(path: &Path, lists: &[(&str, &List<P>)]) -> Result<Place, IoError> {
    struct Hashing<'a>(&'a mut AtomicFile, Sha256);
    impl Write for Hashing<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let n = self.0.write(bytes)?;
            self.1.update(&bytes[..n]);
            Ok(n)
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.flush()
        }
    }
    let mut file = AtomicFile::create(&path.with_file_name(format!("{}.npz", stem(path))))?;
    let mut npz = NpzWriter::new(Hashing(&mut file, Sha256::new()));
    let written = lists.iter().try_for_each(|(name, list)| {
        let (columns, values) = list.array();
        npz.add(name, columns, &values)
    });
    let hash = written.and_then(|()| npz.finish()).map_err(|e| IoError::system(path, "write the arrays of", e))?;
    let sha256 = hex(&hash.1.finalize());
    let name = format!("{}-{}.npz", stem(path), &sha256[..12]);
    file.rename(&name);
    file.commit()?;
    Ok(Place::Beside(name, sha256))
}

/// Names of the arrays the solution now at `path` refers to.
fn previous_arrays(path: &Path) -> Vec<String> {
    let limit = ReadLimit { bytes: 64 << 20 };
    if !path.is_file() {
        return Vec::new();
    }
    let Ok(bytes) = read_file(path, limit) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(&bytes);
    let start = format!("\"{}-", stem(path));
    let mut names: Vec<String> = text
        .match_indices(&start)
        .filter_map(|(at, _)| {
            let name = text[at + 1..].split('"').next()?;
            let hash = name.strip_prefix(&start[1..])?.strip_suffix(".npz")?;
            let ours = hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit());
            ours.then(|| name.to_string())
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A solution of a problem of any kind.
#[derive(Clone, Debug)]
pub enum AnySolution {
    /// The source lives in the plane.
    Plane(SolutionFile),
    /// It lives on a surface.
    Surface(SolutionFile<SurfaceProblemData>),
}

/// Reads a solution and the arrays it refers to. Which kind it is, its centroids tell, or the problem inside it.
///
/// # Errors
/// [`IoError`]; for text the line is named.
pub fn read_any_solution(path: &Path, limit: ReadLimit) -> Result<AnySolution, IoError> {
    let bytes = read_file(path, limit)?;
    let cx = Context::new(path);
    let raw = match cx.parse(&bytes, SolutionSeed(&cx)) {
        Ok(raw) => raw,
        Err(e) => return Err(wrong_kind(path, &bytes, FORMAT).unwrap_or(e)),
    };
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
    hidden: Option<Source<Vec<u32>>>,
    site_of_input: Option<Source<Vec<u32>>>,
    cells: Option<Vec<CellRecord>>,
    report: Option<Report>,
}

/// A point in the plane or in space.
#[derive(Deserialize)]
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
                "format" => set(&mut raw.format, &key, map.next_value()?)?,
                "version" => set(&mut raw.version, &key, map.next_value()?)?,
                "problem" => set(&mut raw.problem, &key, map.next_value_seed(SourceSeed(cx))?)?,
                "heights" => set(&mut raw.heights, &key, map.next_value_seed(numbers("heights"))?)?,
                "heights_lo" => set(&mut raw.heights_lo, &key, map.next_value_seed(numbers("heights_lo"))?)?,
                "weights" => set(&mut raw.weights, &key, map.next_value_seed(numbers("weights"))?)?,
                "masses" => set(&mut raw.masses, &key, map.next_value_seed(numbers("masses"))?)?,
                "centroids" => set(&mut raw.centroids, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "cost" => set(&mut raw.cost, &key, map.next_value()?)?,
                "hessian" => set(&mut raw.hessian, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "hidden" => set(&mut raw.hidden, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "site_of_input" => set(&mut raw.site_of_input, &key, map.next_value_seed(Lists(PhantomData))?)?,
                "cells" => set(&mut raw.cells, &key, map.next_value()?)?,
                "report" => set(&mut raw.report, &key, map.next_value()?)?,
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
                "sha256" => set(&mut raw.sha256, &key, map.next_value()?)?,
                "path" => set(&mut raw.path, &key, map.next_value()?)?,
                "files" => set(&mut raw.files, &key, map.next_value()?)?,
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

    /// A list wherever it is: inline as it stands, or rows of `columns` numbers, each made an element by `element`.
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

impl RawSolution {
    fn build(mut self, cx: &Context<'_>, limit: ReadLimit) -> Result<AnySolution, IoError> {
        let file = cx.file;
        check_header(file, (self.format.take(), self.version), FORMAT)?;
        let missing = |what: &str| IoError::content(file, format!("\"{what}\" is missing"));
        let problem = self.problem.take().ok_or_else(|| missing("problem"))?.build(cx, limit)?;
        let mut arrays = Arrays { file, limit, open: BTreeMap::new() };
        let centroids = match self.centroids.take().ok_or_else(|| missing("centroids"))? {
            Source::Inline(list) => list,
            Source::Elsewhere(reference) => {
                let (array, path) = arrays.array(&reference, "centroids")?;
                let row = |r: &[f64]| match *r {
                    [x, ..] if x.is_nan() => Some(None),
                    [x, y] => Some(Some(Coordinates::Plane([x, y]))),
                    [x, y, z] => Some(Some(Coordinates::Space([x, y, z]))),
                    _ => None,
                };
                let list: Option<Vec<_>> = array.values.chunks_exact(array.columns.max(1)).map(row).collect();
                let what = || format!("centroids has {} columns, not 2 or 3", array.columns);
                list.ok_or_else(|| IoError::content(&path, what()))?
            }
        };
        let space = match (&problem, centroids.iter().flatten().next()) {
            (_, Some(Coordinates::Space(_))) | (AnySource::Surface(_), _) => true,
            (_, Some(Coordinates::Plane(_))) | (AnySource::Plane(_), _) => false,
            (AnySource::File(..), None) => false,
        };
        let mixed =
            |k: usize| IoError::content(file, format!("centroids[{k}] has not as many coordinates as the others"));
        if space {
            let problem = match problem {
                AnySource::File(path, id) => ProblemSource::File { path, id },
                AnySource::Surface(inside) => ProblemSource::Embedded(inside),
                AnySource::Plane(_) => {
                    return Err(IoError::content(file, "centroids in space, but a problem in the plane"));
                }
            };
            let centroid = |(k, c): (usize, Option<Coordinates>)| match c {
                None => Ok(None),
                Some(Coordinates::Space(c)) => Ok(Some(c)),
                Some(Coordinates::Plane(_)) => Err(mixed(k)),
            };
            let centroids = centroids.into_iter().enumerate().map(centroid).collect::<Result<Vec<_>, _>>()?;
            return Ok(AnySolution::Surface(self.finish(file, problem, centroids, arrays)?));
        }
        let problem = match problem {
            AnySource::File(path, id) => ProblemSource::File { path, id },
            AnySource::Plane(inside) => ProblemSource::Embedded(inside),
            AnySource::Surface(_) => {
                return Err(IoError::content(file, "centroids in the plane, but a problem in space"));
            }
        };
        let centroid = |(k, c): (usize, Option<Coordinates>)| match c {
            None => Ok(None),
            Some(Coordinates::Plane(c)) => Ok(Some(c)),
            Some(Coordinates::Space(_)) => Err(mixed(k)),
        };
        let centroids = centroids.into_iter().enumerate().map(centroid).collect::<Result<Vec<_>, _>>()?;
        Ok(AnySolution::Plane(self.finish(file, problem, centroids, arrays)?))
    }

    fn finish<T: FileData>(
        self,
        file: &Path,
        problem: ProblemSource<T>,
        centroids: Vec<Option<T::Point>>,
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
        let hidden = self.hidden.ok_or_else(|| missing("hidden"))?;
        let hidden = arrays.list("hidden", hidden, 1, |r| index(r[0]))?;
        let site_of_input =
            self.site_of_input.map(|m| arrays.list("site_of_input", m, 1, |r| index(r[0]))).transpose()?;
        let heights = heights_of(file, hi, lo)?;
        let n = heights.len();
        for (key, found) in [("weights", weights.len()), ("masses", masses.len()), ("centroids", centroids.len())] {
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
            hidden,
            site_of_input,
            cells: self.cells,
            report: self.report.ok_or_else(|| missing("report"))?,
        })
    }
}

/// The problem of a solution whose kind is not yet known.
enum AnySource {
    File(Option<String>, ProblemId),
    Plane(Box<ProblemFile>),
    Surface(Box<ProblemFile<SurfaceProblemData>>),
}

impl RawSource {
    fn build(self, cx: &Context<'_>, limit: ReadLimit) -> Result<AnySource, IoError> {
        let file = cx.file;
        let sha256 = self.sha256.ok_or_else(|| IoError::content(file, "problem has no \"sha256\""))?;
        let Some(data) = self.data else {
            let files = self.files.unwrap_or_default().into_iter().collect();
            return Ok(AnySource::File(self.path, ProblemId { sha256, files }));
        };
        match data.build(cx, String::new(), limit)? {
            AnyProblem::Plane(inside) => Ok(AnySource::Plane(genuine(file, inside, sha256)?)),
            AnyProblem::Surface(inside) => Ok(AnySource::Surface(genuine(file, inside, sha256)?)),
        }
    }
}

/// The problem inside, if it is the one that was solved.
fn genuine<T: FileData>(
    file: &Path,
    mut inside: ProblemFile<T>,
    sha256: String,
) -> Result<Box<ProblemFile<T>>, IoError> {
    let found = canonical_sha256(&inside.data);
    if found != sha256 {
        let what =
            format!("the problem inside has sha256 {}…, not {}; the file was changed", &found[..8], quoted(&sha256));
        return Err(IoError::content(file, what));
    }
    inside.id = ProblemId { sha256, files: Vec::new() };
    Ok(Box::new(inside))
}
