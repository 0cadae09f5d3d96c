//! Solution files: `{"format": "brenier/solution", ...}`, with large arrays in a sibling .npz: what
//! they say, and writing them.

use super::arrays::{Arrays, previous_arrays, remove, write_arrays};
use super::atomic::write_atomically;
use super::canonical::write_canonical;
use super::document::DOCUMENT;
use super::ending::has_ending;
use super::error::IoError;
use super::fields::Fields;
use super::ledger;
use super::lists::List;
use super::lists::Point;
use super::npz::NpzWriter;
use super::paths::beside;
use super::problem_file::ProblemFile;
use super::problem_file::{FileData, ProblemId};
use crate::diagram::CellRecord;
use crate::exact::Heights;
use crate::problem::ProblemData;
use crate::transport::Claims;
use crate::transport::Report;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) const FORMAT: &str = "brenier/solution";

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

/// Derivatives of the cost by sites and masses.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient<P> {
    /// By the sites, `2 nu_i (y_i - c_i)`; `None` for an empty cell.
    pub sites: Vec<Option<P>>,
    /// By the masses, whose total is fixed: the weights, moved to sum 0 (as they are with partial
    /// transport).
    pub masses: Vec<f64>,
}

/// Everything a solution file says. Lists are in the order of the problem's sites after merging
/// duplicates.
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
    /// Derivatives of the cost.
    pub gradient: Option<Gradient<T::Point>>,
    /// Sites without a cell.
    pub hidden: Vec<u32>,
    /// For every site of the problem file its index in the lists, if sites were merged.
    pub site_of_input: Option<Vec<u32>>,
    /// The cells themselves.
    pub cells: Option<Vec<CellRecord<T::Point>>>,
    /// How it was found.
    pub report: Report,
}

impl<T: FileData<Point = [f64; D]>, const D: usize> SolutionFile<T> {
    /// What is to be verified of it.
    pub fn claims(&self) -> Claims<'_, D> {
        Claims {
            heights: &self.heights,
            weights: &self.weights,
            masses: &self.masses,
            centroids: &self.centroids,
            cost: self.cost,
            hessian: self.hessian.as_deref(),
            gradient: self.gradient.as_ref().map(|g| (g.sites.as_slice(), g.masses.as_slice())),
            hidden: &self.hidden,
            site_of_input: self.site_of_input.as_deref(),
            cells: self.cells.as_deref(),
            report: &self.report,
        }
    }
}

impl<P: Copy + Serialize + AsRef<[f64]>> Point for P {}

/// Where the lists go.
enum Place {
    Inline,
    /// File name and SHA-256 of the .npz.
    Beside(String, String),
    /// In the archive that has the document, too.
    Within,
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
            #[serde(skip_serializing_if = "Option::is_none")]
            sha256: Option<&'a str>,
        }
        match self {
            Place::Inline => list.write_inline(fields, key),
            Place::Beside(path, sha256) => fields.value(key, &Text { path, array, sha256: Some(sha256) }),
            Place::Within => fields.value(key, &Text { path: "", array, sha256: None }),
        }
    }
}

/// Writes a solution, atomically. From [`INLINE_LIMIT`] sites on the arrays go to
/// `STEM-XXXXXXXXXXXX.npz` beside it, named by their content: until the solution itself is
/// replaced, the old solution and its old arrays stay valid. Where the solution cannot be written,
/// its arrays are removed again.
///
/// A name that ends in .npz gets all of it in one archive, however few sites there are: the arrays,
/// and the document as `solution.json`. Readers of solutions take both.
///
/// # Errors
/// The system's; the solution that was there before is then still whole.
pub fn write_solution<T: FileData>(path: &Path, solution: &SolutionFile<T>) -> Result<(), IoError> {
    write_solution_of(path, &solution.problem, solution)
}

/// [`write_solution`] that names its problem otherwise: its path as seen from another folder, or
/// with the sites that [`super::Loaded`] keeps once only.
///
/// # Errors
/// As [`write_solution`].
pub fn write_solution_of<T: FileData>(
    path: &Path,
    problem: &ProblemSource<T>,
    solution: &SolutionFile<T>,
) -> Result<(), IoError> {
    let (hi, lo) = (solution.heights.hi(), solution.heights.lo());
    let lists = lists_of(solution, &hi, &lo);
    // Before anything is written: arrays go first.
    let sound = lists.iter().try_for_each(|(key, list)| list.check(key));
    sound.map_err(|e| IoError::system(path, "write", e))?;
    let (sites, masses);
    let mut arrays: Vec<(&str, &List<T::Point>)> = lists.iter().map(|(k, l)| (*k, l)).collect();
    if let ProblemSource::Embedded(p) = problem
        && p.text().is_none()
    {
        sites = List::Points(p.data.sites());
        arrays.push(("problem_sites", &sites));
        if let Some(m) = p.data.masses() {
            masses = List::Numbers(m);
            arrays.push(("problem_masses", &masses));
        }
    }
    if is_archive(path) {
        let mut document = Vec::new();
        write_document(&mut document, problem, solution, &lists, &Place::Within)
            .map_err(|e| IoError::system(path, "write", e))?;
        return write_atomically(path, |w| {
            let mut npz = NpzWriter::new(w);
            arrays.iter().try_for_each(|(name, list)| {
                let (columns, values) = list.array();
                npz.add(name, columns, &values)
            })?;
            npz.entry(DOCUMENT, &document)?;
            npz.finish().map(drop)
        });
    }
    // A stream or a device has nothing beside it.
    let large = solution.heights.len() >= INLINE_LIMIT && ledger::is_file(path);
    let stale = previous_arrays(path);
    let (place, arrays) = if large {
        let Arrays { name, sha256, unfinished } = write_arrays(path, &arrays)?;
        (Place::Beside(name, sha256), unfinished)
    } else {
        (Place::Inline, None)
    };
    write_atomically(path, |w| write_document(w, problem, solution, &lists, &place))?;
    if let Some(arrays) = arrays {
        arrays.keep();
    }
    let current = if let Place::Beside(name, _) = &place { Some(name.as_str()) } else { None };
    remove(path, stale, current, &referred(path, problem));
    Ok(())
}

/// Whether a solution of this name is one archive.
pub(super) fn is_archive(path: &Path) -> bool {
    has_ending(path, "npz")
}

/// The lists of a solution, in the order of its file.
fn lists_of<'s, T: FileData>(
    solution: &'s SolutionFile<T>,
    hi: &'s [f64],
    lo: &'s [f64],
) -> Vec<(&'static str, List<'s, T::Point>)> {
    let mut lists = vec![
        ("heights", List::Numbers(hi)),
        ("heights_lo", List::Numbers(lo)),
        ("weights", List::Numbers(&solution.weights)),
        ("masses", List::Numbers(&solution.masses)),
        ("centroids", List::Centroids(&solution.centroids)),
    ];
    if let Some(h) = &solution.hessian {
        lists.push(("hessian", List::Hessian(h)));
    }
    if let Some(g) = &solution.gradient {
        lists.push(("gradient_sites", List::Centroids(&g.sites)));
        lists.push(("gradient_masses", List::Numbers(&g.masses)));
    }
    lists.push(("hidden", List::Indices(&solution.hidden)));
    if let Some(map) = &solution.site_of_input {
        lists.push(("site_of_input", List::Indices(map)));
    }
    lists
}

/// The document alone.
fn write_document<W: Write, T: FileData>(
    w: &mut W,
    problem: &ProblemSource<T>,
    solution: &SolutionFile<T>,
    lists: &[(&str, List<'_, T::Point>)],
    place: &Place,
) -> io::Result<()> {
    let mut fields = Fields::begin(w, FORMAT)?;
    fields.nested("problem", |w| write_problem(w, problem, place))?;
    for (key, list) in lists {
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
}

/// A solution as one document, all lists inside: for other processes, whatever its size.
///
/// # Errors
/// A number that is not finite, which no file holds.
pub fn solution_bytes<T: FileData>(problem: &ProblemSource<T>, solution: &SolutionFile<T>) -> io::Result<Vec<u8>> {
    let (hi, lo) = (solution.heights.hi(), solution.heights.lo());
    let lists = lists_of(solution, &hi, &lo);
    lists.iter().try_for_each(|(key, list)| list.check(key))?;
    let mut bytes = Vec::new();
    write_document(&mut bytes, problem, solution, &lists, &Place::Inline)?;
    Ok(bytes)
}

/// Files that the problem of a solution at `path` refers to.
fn referred<T>(path: &Path, problem: &ProblemSource<T>) -> Vec<PathBuf> {
    let ProblemSource::File { path: Some(name), id } = problem else { return Vec::new() };
    let problem = beside(path, name);
    id.files.iter().map(|(file, _)| beside(&problem, file)).chain([problem.clone()]).collect()
}

fn write_problem<W: Write, T: FileData>(w: &mut W, problem: &ProblemSource<T>, place: &Place) -> io::Result<()> {
    #[derive(Serialize)]
    struct Text<'a> {
        sha256: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<&'a str>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        files: BTreeMap<&'a str, &'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<&'a str>,
    }
    match problem {
        ProblemSource::File { path, id } => {
            let files = id.files.iter().map(|(p, s)| (p.as_str(), s.as_str()));
            let text = Text { sha256: &id.sha256, path: path.as_deref(), files: files.collect(), kind: T::TAG };
            serde_json::to_writer(w, &text).map_err(io::Error::from)
        }
        ProblemSource::Embedded(p) => {
            write!(w, "{{\"sha256\": \"{}\", \"data\": ", p.id.sha256)?;
            match place {
                _ if let Some(text) = p.text() => w.write_all(text.as_bytes())?,
                Place::Inline => write_canonical(&mut *w, &p.data)?,
                Place::Beside(..) | Place::Within => {
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
