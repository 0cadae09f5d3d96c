//! Plans: what a solution file says, as attributes.

use crate::arrays::{Floats1, Floats2, Ints1, filled, made, made_indices, shown};
use crate::errors::{in_memory, of_file, wrong};
use crate::faces::{Face, Located};
use crate::problem::{NAME, Of, Problem};
use crate::work::does;
use brenier::exact::Heights;
use brenier::io::{
    AnySolution, FileData, IoError, Loaded, ProblemSource, ReadLimit, SolutionFile, folder_of, parse_any_solution,
    problem_of_solution, read_any_solution, relative_path, solution_bytes, write_solution_of,
};
use brenier::newton::Outcome;
use brenier::problem::{Kind, ProblemData, SpaceProblemData, SphereProblemData, SurfaceProblemData, WithSites};
use brenier::transport::{GradientError, Gradients, Report, Solution, carried};
use brenier::{map_kind, visit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A solution with its problem, and what follows from it, each found when it is first asked for.
pub struct Held<T: FileData<Point = [f64; D]>, const D: usize> {
    pub of: Arc<Of<T>>,
    /// Without the sites and masses of its problem, which that has.
    pub file: SolutionFile<T>,
    /// The file it was read from.
    pub path: Option<PathBuf>,
    hi: OnceLock<Vec<f64>>,
    lo: OnceLock<Vec<f64>>,
    centroids: OnceLock<Vec<[f64; D]>>,
    located: OnceLock<Result<Located, String>>,
    gradients: OnceLock<Result<Gradients<D>, GradientError>>,
}

pub type AnyHeld = Kind<
    Arc<Held<ProblemData, 2>>,
    Arc<Held<SurfaceProblemData, 3>>,
    Arc<Held<SpaceProblemData<3>, 3>>,
    Arc<Held<SpaceProblemData<2>, 2>>,
    Arc<Held<SphereProblemData, 3>>,
>;

impl<T: Face<D>, const D: usize> Held<T, D> {
    /// Of a problem and what was found for it.
    pub fn new(of: &Arc<Of<T>>, solution: Solution<D>) -> Arc<Held<T, D>> {
        Held::of_file(of.clone(), of.loaded.solution_file(solution), None)
    }

    pub fn of_file(of: Arc<Of<T>>, mut file: SolutionFile<T>, path: Option<PathBuf>) -> Arc<Held<T, D>> {
        if let ProblemSource::Embedded(problem) = &mut file.problem {
            *problem.data.sites_mut() = Vec::new();
            problem.data.set_masses(None);
        }
        Arc::new(Held {
            of,
            file,
            path,
            hi: OnceLock::new(),
            lo: OnceLock::new(),
            centroids: OnceLock::new(),
            located: OnceLock::new(),
            gradients: OnceLock::new(),
        })
    }

    /// A solution that was read.
    fn read(solution: SolutionFile<T>, path: &Path, problem: Option<&Path>) -> Result<Arc<Held<T, D>>, IoError> {
        let (file, name) = problem_of_solution(path, &solution, problem, ReadLimit::default())?;
        let raw = matches!(solution.problem, ProblemSource::File { .. }).then(|| file.clone());
        let loaded = Loaded::of_solution(file, &name, &solution, path)?;
        Ok(Held::of_file(Of::new(loaded, raw), solution, Some(path.to_path_buf())))
    }

    pub fn problem(&self) -> &T::Problem {
        &self.of.loaded.problem
    }

    pub fn located(&self) -> &Result<Located, String> {
        self.located.get_or_init(|| T::located(self.problem(), &self.file.heights))
    }

    pub fn gradients(&self) -> Result<&Gradients<D>, GradientError> {
        let found = self.gradients.get_or_init(|| Gradients::new(self.problem(), &self.file.heights));
        found.as_ref().map_err(GradientError::clone)
    }

    /// How a file at `path` names the problem.
    fn source(&self, path: &Path) -> ProblemSource<T> {
        let mut source = self.of.source();
        if let ProblemSource::File { path: name, .. } = &mut source {
            // In the folder that it was read from it is named as it was.
            if self
                .path
                .as_ref()
                .is_none_or(|own| folder_of(own).canonicalize().ok() != folder_of(path).canonicalize().ok())
            {
                *name = relative_path(path, &self.of.loaded.name);
            }
        }
        source
    }

    fn save(&self, path: &Path) -> Result<(), IoError> {
        write_solution_of(path, &self.source(path), &self.file)
    }
}

/// A state that nobody has looked at yet: of a solve that was interrupted.
pub type Pending<T> = (Arc<Of<T>>, Heights, Report);
pub type AnyPending = Kind<
    Pending<ProblemData>,
    Pending<SurfaceProblemData>,
    Pending<SpaceProblemData<3>>,
    Pending<SpaceProblemData<2>>,
    Pending<SphereProblemData>,
>;

/// A solved, or best found, problem: what `solve`, `diagram` and `load` return.
///
/// Arrays are read-only, show the library's own memory, and stand in the order of `sites`.
/// Everything but the heights follows from them; `check` proves it.
///
/// .. versionadded:: 0.1.0
#[pyclass(frozen, module = "brenier._brenier")]
pub struct Plan {
    held: OnceLock<AnyHeld>,
    pending: Option<AnyPending>,
}

fn described<T: Face<D>, const D: usize>((of, heights, report): &Pending<T>) -> Result<Arc<Held<T, D>>, String> {
    let found = of.loaded.described(heights, false, false).map_err(|e| e.to_string())?;
    let mut solution = found.solution;
    let (error, factor) = (solution.report.max_relative_error, solution.report.source_factor);
    solution.report = report.clone();
    (solution.report.max_relative_error, solution.report.source_factor) = (error, factor);
    Ok(Held::new(of, solution))
}

impl Plan {
    pub fn of(held: AnyHeld) -> Plan {
        Plan { held: OnceLock::from(held), pending: None }
    }

    pub fn pending(pending: AnyPending) -> Plan {
        Plan { held: OnceLock::new(), pending: Some(pending) }
    }

    /// What it holds; of a state that nobody has looked at yet the cells are made now.
    pub fn held(&self, py: Python<'_>) -> PyResult<&AnyHeld> {
        if let (None, Some(pending)) = (self.held.get(), &self.pending) {
            let pending = map_kind!(pending, p => p.clone());
            let make = move || -> Result<AnyHeld, String> { Ok(map_kind!(pending, p => described(&p)?)) };
            let held = does(py, None, make)?.map_err(wrong)?;
            let _ = self.held.set(held);
        }
        self.held.get().ok_or_else(|| wrong("this plan is empty"))
    }

    /// Heights for another problem to start from.
    pub fn start_for(&self, py: Python<'_>, problem: &Problem) -> PyResult<Heights> {
        match (self.held(py)?, &problem.of) {
            (Kind::Plane(held), Kind::Plane(of)) => started(held, of),
            (Kind::Surface(held), Kind::Surface(of)) => started(held, of),
            (Kind::Space(held), Kind::Space(of)) => started(held, of),
            (Kind::Torus(held), Kind::Torus(of)) => started(held, of),
            (Kind::Sphere(held), Kind::Sphere(of)) => started(held, of),
            _ => Err(wrong("warm is a plan in another dimension; give one of the same kind of source")),
        }
    }

    pub fn report_of(&self, py: Python<'_>) -> PyResult<&Report> {
        Ok(visit!(self.held(py)?, h => &h.file.report))
    }
}

/// Heights for sites that have moved, if there are as many ([`carried`]).
fn started<T: Face<D>, const D: usize>(held: &Held<T, D>, of: &Of<T>) -> PyResult<Heights> {
    let (before, after) = (held.problem().sites(), of.loaded.problem.sites());
    if before.len() != after.len() {
        let (had, has) = (before.len(), after.len());
        return Err(wrong(format!("warm has {had} sites, the problem {has}; give a plan for as many")));
    }
    let problem = &of.loaded.problem;
    let periods = std::array::from_fn(|k| problem.period(k));
    Ok(carried(&held.file.heights, &held.file.centroids, before, after, problem.masses(), periods))
}

/// How a run ended, in a word.
pub fn status(report: &Report) -> &'static str {
    match report.outcome {
        None => "diagram",
        Some(Outcome::Converged) => "converged",
        Some(Outcome::Interrupted) => "interrupted",
        Some(Outcome::TimeLimit) => "time limit",
        Some(_) => "not converged",
    }
}

/// And why.
pub fn message(report: &Report) -> String {
    let (error, tolerance) = (report.max_relative_error, report.tolerance);
    let missed = format!("the largest relative mass error is {error:.2e}, the tolerance {tolerance:e}");
    match &report.outcome {
        None => format!("cells at given heights; the largest relative mass error is {error:.2e}"),
        Some(Outcome::NotConverged { why }) => format!("not converged: {why}; {missed}"),
        Some(Outcome::Converged) => format!("converged: {missed}"),
        Some(_) => format!("{}: {missed}", status(report)),
    }
}

#[pymethods]
impl Plan {
    /// The problem it solves.
    #[getter]
    fn problem(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let of = map_kind!(self.held(py)?, h => h.of.clone());
        let class = py.import("brenier.problem")?.getattr("Problem")?;
        Ok(class.call_method1("_of", (Problem { of },))?.unbind())
    }
    /// Coordinates of a site: 2 in the plane, 3 in space.
    #[getter]
    fn dimension(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(match self.held(py)? {
            Kind::Plane(_) | Kind::Torus(_) => 2,
            Kind::Surface(_) | Kind::Space(_) | Kind::Sphere(_) => 3,
        })
    }
    /// Sites `y_i` after merging, (n, d).
    #[getter]
    fn sites<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats2<'py>> {
        let this = slf.get();
        let sites = visit!(this.held(slf.py())?, h => h.problem().sites().as_flattened());
        shown(slf.as_any(), [this.__len__(slf.py())?, this.dimension(slf.py())?], sites)
    }
    /// The masses asked for, `nu_i`, (n,).
    #[getter]
    fn target_masses<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats1<'py>> {
        let masses = visit!(slf.get().held(slf.py())?, h => h.problem().masses());
        shown(slf.as_any(), masses.len(), masses)
    }
    /// The cost of the map, `sum_i int_cell_i |x - y_i|^2`: the squared Wasserstein distance, once
    /// converged.
    #[getter]
    fn value(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(visit!(self.held(py)?, h => h.file.cost))
    }
    /// The same as `value`.
    #[getter]
    fn cost(&self, py: Python<'_>) -> PyResult<f64> {
        self.value(py)
    }
    /// Heights `h_i` (cell i is where `<x, y_i> + h_i` is greatest), leading parts, (n,);
    /// `sum_i nu_i h_i = 0`.
    #[getter]
    fn heights<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats1<'py>> {
        let hi = visit!(slf.get().held(slf.py())?, h => h.hi.get_or_init(|| h.file.heights.hi()));
        shown(slf.as_any(), hi.len(), hi)
    }
    /// Trailing parts of the heights, (n,): `h_i` is the sum of both, good to 30 digits.
    #[getter]
    fn heights_lo<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats1<'py>> {
        let lo = visit!(slf.get().held(slf.py())?, h => h.lo.get_or_init(|| h.file.heights.lo()));
        shown(slf.as_any(), lo.len(), lo)
    }
    /// Weights `w_i = |y_i|^2 + 2 h_i`, (n,): the dual potential of the sites, in units of length
    /// squared.
    #[getter]
    fn weights<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats1<'py>> {
        let weights = visit!(slf.get().held(slf.py())?, h => &h.file.weights);
        shown(slf.as_any(), weights.len(), weights)
    }
    /// Masses of the cells in the source, scaled to the total of the masses asked for, (n,).
    #[getter]
    fn masses<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats1<'py>> {
        let masses = visit!(slf.get().held(slf.py())?, h => &h.file.masses);
        shown(slf.as_any(), masses.len(), masses)
    }
    /// Centroids of the cells, (n, d); NaN for a cell without mass.
    #[getter]
    fn centroids<'py>(slf: &Bound<'py, Plan>) -> PyResult<Floats2<'py>> {
        let (this, py) = (slf.get(), slf.py());
        let all = visit!(this.held(py)?, h => h.centroids.get_or_init(|| filled(&h.file.centroids)).as_flattened());
        shown(slf.as_any(), [this.__len__(py)?, this.dimension(py)?], all)
    }
    /// Sites without a cell, ascending.
    #[getter]
    fn hidden<'py>(&self, py: Python<'py>) -> PyResult<Ints1<'py>> {
        made_indices(py, visit!(self.held(py)?, h => h.file.hidden.iter().copied()))
    }
    /// The Hessian `(i, j, H_ij)`, i < j, `H_ij = int_wall rho / (2 |y_i - y_j|)`; None unless it
    /// was asked for.
    #[getter]
    fn hessian<'py>(&self, py: Python<'py>) -> PyResult<Option<(Ints1<'py>, Ints1<'py>, Floats1<'py>)>> {
        let Some(entries) = visit!(self.held(py)?, h => &h.file.hessian) else { return Ok(None) };
        let rows = made_indices(py, entries.iter().map(|e| e.0))?;
        let columns = made_indices(py, entries.iter().map(|e| e.1))?;
        Ok(Some((rows, columns, made(py, entries.iter().map(|e| e.2).collect())?)))
    }
    /// For every site given its index among the sites; None if none were merged.
    #[getter]
    fn site_of_input<'py>(&self, py: Python<'py>) -> PyResult<Option<Ints1<'py>>> {
        let map = visit!(self.held(py)?, h => &h.file.site_of_input);
        map.as_ref().map(|map| made_indices(py, map.iter().copied())).transpose()
    }
    /// Is every relative mass error at most the tolerance, proved?
    #[getter]
    fn converged(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.report_of(py)?.converged)
    }
    /// The largest relative mass error.
    #[getter]
    fn max_mass_error(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(self.report_of(py)?.max_relative_error)
    }
    /// The same as `max_mass_error`.
    #[getter]
    fn residual(&self, py: Python<'_>) -> PyResult<f64> {
        self.max_mass_error(py)
    }
    /// How it ended: "converged", "not converged", "interrupted", "time limit", or "diagram".
    #[getter]
    fn status(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(status(self.report_of(py)?))
    }
    /// How it ended, in words.
    #[getter]
    fn message(&self, py: Python<'_>) -> PyResult<String> {
        Ok(message(self.report_of(py)?))
    }
    /// Newton steps.
    #[getter]
    fn iterations(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.report_of(py)?.iterations.len().saturating_sub(1))
    }
    /// All that the run says of itself, as it stands in the file (a dict).
    #[getter]
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let text = serde_json::to_string(self.report_of(py)?).map_err(wrong)?;
        Ok(py.import("json")?.call_method1("loads", (text,))?.unbind())
    }
    /// Remarks: merged sites, what the start took, sources in several parts.
    #[getter]
    fn notes(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.report_of(py)?.notes.clone())
    }

    /// Draws the cells with matplotlib; returns the axes. Options: color ("mass", "distance",
    /// "none" or an array), sites, centroids, arrows, cmap, edgecolor, linewidth, alpha.
    #[pyo3(signature = (ax = None, **options))]
    fn plot(slf: &Bound<'_, Plan>, ax: Option<Py<PyAny>>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let plot = slf.py().import("brenier._plot")?.getattr("plot")?;
        Ok(plot.call((slf, ax), options)?.unbind())
    }

    /// Writes a solution file, as the command line reads it; from 100,000 sites on with its arrays
    /// in an .npz beside it.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        if path.extension().is_some_and(|e| !e.eq_ignore_ascii_case("json")) {
            let what = "solutions are written as .json; pictures are made with plot";
            return Err(wrong(format!("{}: {what}", path.display())));
        }
        let held = map_kind!(self.held(py)?, h => h.clone());
        does(py, None, move || visit!(held, h => h.save(&path)))?.map_err(of_file)
    }
    /// The plan with its problem, for other processes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = visit!(self.held(py)?, h => solution_bytes(&h.of.enclosed(), &h.file)).map_err(wrong)?;
        Ok(PyBytes::new(py, &bytes))
    }
    /// The plan that `to_bytes` has told.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Plan> {
        let data = data.to_vec();
        let read = move || -> Result<AnyHeld, IoError> {
            let name = Path::new(NAME);
            let solution: AnySolution = parse_any_solution(name, data, ReadLimit::default())?;
            Ok(map_kind!(solution, s => Held::read(s, name, None)?))
        };
        Ok(Plan::of(does(py, None, read)?.map_err(in_memory)?))
    }
    fn __reduce__<'py>(slf: &Bound<'py, Plan>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let make = slf.get_type().getattr("from_bytes")?;
        let bytes = slf.get().to_bytes(slf.py())?;
        Ok((make, PyTuple::new(slf.py(), [bytes])?))
    }
    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(visit!(self.held(py)?, h => h.file.heights.len()))
    }
    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (n, value) = (self.__len__(py)?, self.value(py)?);
        let report = self.report_of(py)?;
        let sites = if n == 1 { "1 site".into() } else { format!("{n} sites") };
        let error = report.max_relative_error;
        Ok(format!("<brenier.Plan: {sites}, {}, value {value:?}, largest mass error {error:.1e}>", status(report)))
    }
}

/// Reads a solution file.
#[pyfunction]
pub fn load(py: Python<'_>, path: PathBuf, problem: Option<PathBuf>) -> PyResult<Plan> {
    let read = move || -> Result<AnyHeld, IoError> {
        let solution = read_any_solution(&path, ReadLimit::default())?;
        Ok(map_kind!(solution, s => Held::read(s, &path, problem.as_deref())?))
    };
    Ok(Plan::of(does(py, None, read)?.map_err(of_file)?))
}
