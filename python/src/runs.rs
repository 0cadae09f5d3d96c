//! Runs that take their time: they tell where they are, and can be stopped.

use crate::arrays::{index_rows, numbers};
use crate::errors::{NotConverged, unknown, wrong};
use crate::faces::Face;
use crate::plan::{Held, Plan, message, status};
use crate::problem::{Of, Problem};
use crate::results::{parameterization, progress, quantization};
use crate::work::{End, Stop, begin, does};
use brenier::newton::{IterationReport, Outcome};
use brenier::parameterize::{Boundary, ParameterizeOptions, Target, parameterize_with as laid};
use brenier::problem::WithSites;
use brenier::transport::{
    Control, QuantizeOptions, QuantizeStep, Report, Solution, SolveOptions, SolverState, describe, quantize_with,
    solve_with,
};
use brenier::{map_kind, visit};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Copying the state may take this share of the time: one of so many parts.
const SELDOM: u32 = 64;

/// What a run and the one who asked for it share.
#[derive(Clone, Default)]
struct Shared {
    /// The last state that was copied.
    state: Arc<Mutex<Option<SolverState>>>,
    /// What the callback raised.
    trouble: Arc<Mutex<Option<PyErr>>>,
}

fn taken<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Asks the callback; whatever it raises stops the run.
fn asked(
    callback: Option<&Py<PyAny>>,
    shared: &Shared,
    stop: &Stop,
    (iteration, last): (usize, &IterationReport),
    moves: &[QuantizeStep],
) -> Control {
    // The interpreter may be gone, where nobody waits any more.
    if stop.is_asked() {
        return Control::Stop;
    }
    let Some(callback) = callback else { return Control::Continue };
    let answer = Python::attach(|py| {
        let seen = progress(py, iteration, last, moves)?;
        callback.call1(py, (seen,))?.bind(py).is_truthy()
    });
    match answer {
        Ok(false) => Control::Continue,
        Ok(true) => Control::Stop,
        Err(e) => {
            *shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
            Control::Stop
        }
    }
}

fn time(limit: Option<f64>) -> PyResult<Option<Duration>> {
    let unfit = |s: f64| wrong(format!("time_limit is {s}; give seconds, at least 0"));
    limit.map(|s| Duration::try_from_secs_f64(s).map_err(|_| unfit(s))).transpose()
}

fn tolerance(tol: f64) -> PyResult<f64> {
    match tol > 0.0 && tol.is_finite() {
        true => Ok(tol),
        false => Err(wrong(format!("tol is {tol}; give a positive number such as 1e-10"))),
    }
}

/// An exception with the plan that there is.
fn with_plan(py: Python<'_>, e: PyErr, plan: Option<Plan>) -> PyErr {
    // Exceptions of classes with slots go without.
    let _ = e.value(py).setattr("plan", plan);
    e
}

/// Solves; the plan, whatever it says of itself.
fn solved<T: Face<D>, const D: usize>(
    py: Python<'_>,
    of: Arc<Of<T>>,
    options: SolveOptions,
    callback: Option<Py<PyAny>>,
    cancel: Option<&Bound<'_, PyAny>>,
    threads: Option<usize>,
) -> PyResult<Plan> {
    if let Some(why) = options.unfit(of.loaded.problem.sites().len()) {
        return Err(wrong(why));
    }
    let (shared, problem, tolerance) = (Shared::default(), of.clone(), options.tolerance);
    let theirs = shared.clone();
    let work = move |stop: &Stop| -> Solution<D> {
        let (mut last, mut pause) = (Instant::now(), Duration::ZERO);
        let mut on_progress = |now: &brenier::Progress<'_>| {
            if last.elapsed() >= pause && now.last.residual.is_finite() {
                let clock = Instant::now();
                *theirs.state.lock().unwrap_or_else(PoisonError::into_inner) = Some((now.state)());
                (last, pause) = (Instant::now(), clock.elapsed() * SELDOM);
            }
            asked(callback.as_ref(), &theirs, stop, (now.iteration, now.last), &[])
        };
        solve_with(&problem.loaded.problem, &options, &mut on_progress)
    };
    match begin(threads, work)?.wait(py, cancel)? {
        End::Done(solution) => {
            let plan = Plan::of(T::any(Held::new(&of, solution)));
            match taken(&shared.trouble) {
                Some(e) => Err(with_plan(py, e, Some(plan))),
                None => Ok(plan),
            }
        }
        End::Interrupted(e, Some(solution)) => Err(with_plan(py, e, Some(Plan::of(T::any(Held::new(&of, solution)))))),
        End::Interrupted(e, None) => {
            let plan = taken(&shared.state).map(|state| {
                let mut report = Report::default();
                (report.outcome, report.iterations) = (Some(Outcome::Interrupted), state.iterations);
                report.tolerance = tolerance;
                Plan::pending(T::pending((of, state.heights, report)))
            });
            Err(with_plan(py, e, plan))
        }
    }
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn solve(
    py: Python<'_>,
    problem: PyRef<'_, Problem>,
    tol: f64,
    max_iterations: usize,
    time_limit: Option<f64>,
    hessian: bool,
    warm: Option<PyRef<'_, Plan>>,
    callback: Option<Py<PyAny>>,
    cancel: Option<Bound<'_, PyAny>>,
    threads: Option<usize>,
) -> PyResult<Plan> {
    let options = SolveOptions::default()
        .tolerance(tolerance(tol)?)
        .max_iterations(max_iterations)
        .time_limit(time(time_limit)?)
        .hessian(hessian);
    let start = warm.map(|plan| plan.start_for(py, &problem)).transpose()?;
    let options = options.start(start);
    let plan = visit!(&problem.of, of => solved(py, of.clone(), options, callback, cancel.as_ref(), threads))?;
    let report = plan.report_of(py)?;
    if report.converged {
        return Ok(plan);
    }
    let (text, word) = (message(report), status(report));
    Err(NotConverged::new_err((text, Py::new(py, plan)?, word)))
}

#[pyfunction]
pub fn diagram(py: Python<'_>, problem: PyRef<'_, Problem>, hessian: bool, threads: Option<usize>) -> PyResult<Plan> {
    let held = map_kind!(&problem.of, of => {
        let of = of.clone();
        does(py, threads, move || described(&of, hessian))?.map_err(wrong)?
    });
    Ok(Plan::of(held))
}

fn described<T: Face<D>, const D: usize>(of: &Arc<Of<T>>, hessian: bool) -> Result<Arc<Held<T, D>>, String> {
    let problem = &of.loaded.problem;
    let heights = T::given(problem).ok_or("a diagram needs weights or heights; give one of them")?;
    let found = describe(problem, heights, hessian, false).map_err(|e| e.to_string())?;
    let mut file = of.loaded.solution_file(found.solution);
    // Sites that coincide are kept.
    file.site_of_input = None;
    Ok(Held::of_file(of.clone(), file, None))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn quantize(
    py: Python<'_>,
    problem: PyRef<'_, Problem>,
    tol: Option<f64>,
    steps: Option<usize>,
    time_limit: Option<f64>,
    callback: Option<Py<PyAny>>,
    cancel: Option<Bound<'_, PyAny>>,
    threads: Option<usize>,
) -> PyResult<Py<PyAny>> {
    let default = QuantizeOptions::default();
    let tol = tol.map_or(Ok(default.tolerance), |tol| if tol == 0.0 { Ok(tol) } else { tolerance(tol) })?;
    let steps = steps.unwrap_or(default.max_steps);
    let options = default.tolerance(tol).max_steps(steps).time_limit(time(time_limit)?);
    visit!(&problem.of, of => quantized(py, of.clone(), options, callback, cancel.as_ref(), threads))
}

fn quantized<T: Face<D>, const D: usize>(
    py: Python<'_>,
    of: Arc<Of<T>>,
    options: QuantizeOptions,
    callback: Option<Py<PyAny>>,
    cancel: Option<&Bound<'_, PyAny>>,
    threads: Option<usize>,
) -> PyResult<Py<PyAny>> {
    let shared = Shared::default();
    let theirs = shared.clone();
    let work = move |stop: &Stop| {
        let found = quantize_with(&of.loaded.problem, &options, &mut |progress| {
            let between = IterationReport::default();
            let solving = progress.solving.map_or((0, &between), |solving| (solving.iteration, solving.last));
            asked(callback.as_ref(), &theirs, stop, solving, progress.steps)
        });
        let loaded = of.loaded.clone().with_sites_of(found.problem);
        let mut file = loaded.solution_file(found.solution);
        // Sites were merged before the first move; those that are told are the merged ones.
        file.site_of_input = None;
        (T::any(Held::of_file(Of::new(loaded, None), file, None)), found.steps, found.outcome)
    };
    match begin(threads, work)?.wait(py, cancel)? {
        End::Done((held, steps, outcome)) => match taken(&shared.trouble) {
            Some(e) => Err(with_plan(py, e, Some(Plan::of(held)))),
            None => quantization(py, held, &steps, &outcome),
        },
        End::Interrupted(e, found) => Err(with_plan(py, e, found.map(|(held, ..)| Plan::of(held)))),
    }
}

#[derive(FromPyObject)]
pub enum BoundaryArg<'py> {
    Name(String),
    Polygon(PyReadonlyArray2<'py, f64>),
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn parameterize(
    py: Python<'_>,
    vertices: PyReadonlyArray2<'_, f64>,
    triangles: PyReadonlyArray2<'_, i64>,
    boundary: Option<BoundaryArg<'_>>,
    area_weight: Option<f64>,
    density: Option<PyReadonlyArray1<'_, f64>>,
    density_on: &str,
    seams: Option<PyReadonlyArray2<'_, i64>>,
    certify: bool,
    remesh: bool,
    fill_holes: Option<usize>,
    time_limit: Option<f64>,
    threads: Option<usize>,
) -> PyResult<Py<PyAny>> {
    let default = ParameterizeOptions::default();
    let boundary = match boundary {
        None => default.boundary.clone(),
        Some(BoundaryArg::Name(name)) => match name.as_str() {
            "disk" => Boundary::Disk,
            "square" => Boundary::Square,
            "free" => Boundary::Free,
            _ => return Err(unknown("boundary", &name, "\"disk\", \"square\", \"free\" or the vertices of a polygon")),
        },
        Some(BoundaryArg::Polygon(polygon)) => Boundary::Polygon(polygon.as_slice()?.as_chunks().0.to_vec()),
    };
    let density = density.as_ref().map(numbers).transpose()?;
    let target = match density {
        None => Target::Area,
        Some(values) if density_on == "face" => Target::Face(values),
        Some(values) => Target::Vertex(values),
    };
    let seams = seams.map(|seams| index_rows::<2>(&seams, "seams")).transpose()?.unwrap_or_default();
    let area_weight = area_weight.unwrap_or(default.area_weight);
    let options = default
        .boundary(boundary)
        .area_weight(area_weight)
        .fill_holes(fill_holes)
        .time_limit(time(time_limit)?)
        .target(target)
        .seams(seams)
        .certify(certify)
        .remesh(remesh);
    let vertices = vertices.as_slice()?.as_chunks::<3>().0.to_vec();
    let triangles = index_rows::<3>(&triangles, "triangles")?;
    let work = move |stop: &Stop| {
        laid(&vertices, &triangles, &options, &mut |_| if stop.is_asked() { Control::Stop } else { Control::Continue })
    };
    match begin(threads, work)?.wait(py, None)? {
        End::Done(found) => parameterization(py, found.map_err(wrong)?),
        End::Interrupted(e, _) => Err(e),
    }
}
