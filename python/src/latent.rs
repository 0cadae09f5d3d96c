//! High dimension: codes in, heights with estimated errors out.

use crate::arrays::{Floats1, Ints1, made, made_indices};
use crate::errors::{NotConverged, in_memory, of_file, unknown, wrong};
use crate::work::{End, Stop, begin, does};
use brenier::io::{LatentFile, ReadLimit, SourceText, latent_bytes, parse_latent, read_latent, write_latent};
use brenier::io::{latent_fingerprint, read_latent_state, write_latent_state};
use brenier::latent::{
    CheckOptions, Codes, Extension, LatentControl, LatentMap, LatentOptions, LatentOutcome, LatentSolution,
    LatentState, Moved, Sampler, Source, Validation, check_latent, solve_latent as solved,
};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A source, as the Python side hands it over.
#[derive(FromPyObject)]
pub struct Given<'py> {
    kind: String,
    rows: Option<PyReadonlyArray2<'py, f64>>,
    number: f64,
    draw: Option<Py<PyAny>>,
    dimension: usize,
}

/// A function of Python that draws points.
struct Callable {
    draw: Py<PyAny>,
    dimension: usize,
}

impl Sampler for Callable {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn draw(&self, seed: u64, block: u64, count: usize) -> Result<Vec<f64>, String> {
        Python::attach(|py| -> PyResult<Vec<f64>> {
            let drawn = self.draw.call1(py, (seed, block, count))?;
            let rows: PyReadonlyArray2<'_, f64> = drawn.extract(py)?;
            Ok(rows.as_slice()?.to_vec())
        })
        .map_err(|e| {
            Python::attach(|py| {
                let (name, what) = (e.get_type(py).name(), e.value(py).to_string());
                match name {
                    // Its own words: what it gave instead.
                    Ok(name) if name != "BrenierError" => format!("raised {name}: {what}"),
                    _ => what,
                }
            })
        })
    }
}

impl Given<'_> {
    fn source(self) -> PyResult<Source> {
        let row = |k: usize| -> PyResult<Vec<f64>> {
            let rows = self.rows.as_ref().ok_or_else(|| wrong("the source has no numbers"))?;
            let d = self.dimension;
            Ok(rows.as_slice()?[k * d..(k + 1) * d].to_vec())
        };
        let d = self.dimension;
        match self.kind.as_str() {
            "cube" => Ok(Source::Cube(d)),
            "box" => Source::cuboid(row(0)?, row(1)?).map_err(wrong),
            "ball" => Source::ball(row(0)?, self.number).map_err(wrong),
            "gaussian" => Source::gaussian(row(0)?, self.number).map_err(wrong),
            "points" => {
                let rows = self.rows.as_ref().ok_or_else(|| wrong("the source has no points"))?;
                Source::rows(d, rows.as_slice()?.to_vec()).map_err(wrong)
            }
            "sampler" => {
                let draw = self.draw.ok_or_else(|| wrong("the source has no function"))?;
                Ok(Source::Sampler(Arc::new(Callable { draw, dimension: d })))
            }
            other => Err(unknown("source", other, "\"gaussian\", \"cube\", \"ball\", points, or a function")),
        }
    }
}

/// Transport in high dimension: heights with estimated errors.
#[pyclass(frozen, module = "brenier._brenier")]
pub struct Latent {
    file: LatentFile,
    source: Arc<Source>,
    strength: Option<f64>,
    map: Arc<OnceLock<Result<LatentMap, String>>>,
}

type Task<R> = Result<R, String>;

fn text(e: impl ToString) -> String {
    e.to_string()
}

fn mapped<'m>(
    map: &'m OnceLock<Result<LatentMap, String>>,
    file: &LatentFile,
    source: &Source,
    strength: Option<f64>,
) -> Result<&'m LatentMap, String> {
    let made = map.get_or_init(|| {
        let made = LatentMap::new(&file.codes, source, &file.heights, file.seed).map_err(text)?;
        match strength {
            Some(s) => made.with_strength(s).map_err(text),
            None => Ok(made),
        }
    });
    made.as_ref().map_err(String::clone)
}

fn shaped<'py>(py: Python<'py>, values: Vec<f64>, columns: usize) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let rows = values.len() / columns;
    let array = PyArray1::from_vec(py, values).reshape([rows, columns])?;
    array.call_method1("setflags", (false,))?;
    Ok(array)
}

/// A validation as a dictionary.
fn told<'py>(py: Python<'py>, seen: &Validation) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    out.set_item("points", seen.points)?;
    out.set_item("confidence", seen.confidence)?;
    out.set_item("chi_square", seen.chi_square)?;
    out.set_item("rms_error", seen.rms_error)?;
    out.set_item("rms_interval", (seen.rms_interval[0], seen.rms_interval[1]))?;
    out.set_item("largest_error", seen.largest_error)?;
    out.set_item("largest_interval", (seen.largest_interval[0], seen.largest_interval[1]))?;
    out.set_item("largest_at", seen.largest_at)?;
    out.set_item("value", seen.value)?;
    out.set_item("value_interval", (seen.value_interval[0], seen.value_interval[1]))?;
    out.set_item("empty", seen.empty.clone())?;
    out.set_item("unseen", seen.unseen)?;
    Ok(out)
}

impl Latent {
    fn of(file: LatentFile, source: Source) -> Latent {
        Latent { file, source: Arc::new(source), strength: None, map: Arc::default() }
    }

    /// Does a work with the map, without the interpreter's lock.
    fn with<R: Send + 'static>(
        &self,
        py: Python<'_>,
        threads: Option<usize>,
        work: impl FnOnce(&LatentMap) -> Task<R> + Send + 'static,
    ) -> PyResult<R> {
        let (file, source, map) = (self.file.clone(), self.source.clone(), self.map.clone());
        let strength = self.strength;
        does(py, threads, move || work(mapped(&map, &file, &source, strength)?))?.map_err(wrong)
    }

    fn moved<'py>(&self, py: Python<'py>, moved: Moved) -> PyResult<Bound<'py, PyAny>> {
        let d = self.file.codes.dimension();
        let cells = made_indices(py, moved.cells)?;
        let all = (shaped(py, moved.points, d)?, cells, shaped(py, moved.images, d)?);
        Ok(all.into_pyobject(py)?.into_any())
    }
}

fn extension(name: &str) -> PyResult<Extension> {
    Extension::of(name)
        .ok_or_else(|| unknown("extension", name, "\"local\", \"hard\", \"soft\", \"pair\" or \"simplex\""))
}

#[pymethods]
impl Latent {
    #[getter]
    fn heights<'py>(&self, py: Python<'py>) -> PyResult<Floats1<'py>> {
        made(py, self.file.heights.clone())
    }

    #[getter]
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        shaped(py, self.file.codes.rows().to_vec(), self.file.codes.dimension())
    }

    #[getter]
    fn target_masses<'py>(&self, py: Python<'py>) -> PyResult<Floats1<'py>> {
        made(py, self.file.codes.masses().to_vec())
    }

    #[getter]
    fn site_of_input<'py>(&self, py: Python<'py>) -> PyResult<Option<Ints1<'py>>> {
        self.file.site_of_input.clone().map(|map| made_indices(py, map)).transpose()
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.file.seed
    }

    #[getter]
    fn validation<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.file.validation.as_ref().map(|seen| told(py, seen)).transpose()
    }

    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (report, out) = (&self.file.report, PyDict::new(py));
        out.set_item("outcome", report.outcome.words())?;
        out.set_item("tol", report.tol)?;
        out.set_item("confidence", report.confidence)?;
        out.set_item("stars", report.stars)?;
        out.set_item("learned", report.learned)?;
        out.set_item("reflections", report.reflections)?;
        out.set_item("validated", report.validated)?;
        out.set_item("looks", report.looks)?;
        out.set_item("newton_steps", report.newton_steps)?;
        out.set_item("needed", report.needed)?;
        out.set_item("rank", report.rank)?;
        out.set_item("seconds", report.seconds)?;
        out.set_item("remarks", report.remarks.clone())?;
        Ok(out)
    }

    #[getter]
    fn converged(&self) -> bool {
        self.file.report.outcome == LatentOutcome::Converged
    }

    fn cells<'py>(
        &self,
        py: Python<'py>,
        x: PyReadonlyArray2<'_, f64>,
        threads: Option<usize>,
    ) -> PyResult<Ints1<'py>> {
        let points = x.as_slice()?.to_vec();
        made_indices(py, self.with(py, threads, move |map| map.cells(&points).map_err(text))?)
    }

    fn transport<'py>(
        &self,
        py: Python<'py>,
        x: PyReadonlyArray2<'_, f64>,
        how: &str,
        threads: Option<usize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (points, how) = (x.as_slice()?.to_vec(), extension(how)?);
        let moved = self.with(py, threads, move |map| map.transport(&points, how).map_err(text))?;
        self.moved(py, moved)
    }

    fn sample<'py>(
        &self,
        py: Python<'py>,
        n: usize,
        seed: u64,
        first: u64,
        how: &str,
        threads: Option<usize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let how = extension(how)?;
        let moved = self.with(py, threads, move |map| map.sample(first, n, seed, how).map_err(text))?;
        self.moved(py, moved)
    }

    fn components<'py>(&self, py: Python<'py>, threads: Option<usize>) -> PyResult<(Ints1<'py>, usize, f64, f64)> {
        let found = self.with(py, threads, |map| map.components().cloned().map_err(text))?;
        Ok((made_indices(py, found.of)?, found.count, found.cut, found.gap))
    }

    fn strength(&self, py: Python<'_>, threads: Option<usize>) -> PyResult<f64> {
        self.with(py, threads, |map| map.strength().map_err(text))
    }

    /// The same plan with this strength of the local map.
    fn with_strength(&self, strength: f64) -> PyResult<Latent> {
        if !(0.0..=1.0).contains(&strength) {
            return Err(wrong(format!("strength is {strength}; give a number from 0 to 1")));
        }
        let (file, source) = (self.file.clone(), self.source.clone());
        Ok(Latent { file, source, strength: Some(strength), map: Arc::default() })
    }

    fn temperature(&self, py: Python<'_>, threads: Option<usize>) -> PyResult<f64> {
        self.with(py, threads, |map| map.temperature().map_err(text))
    }

    fn walls(&self, py: Python<'_>, threads: Option<usize>) -> PyResult<Vec<(u32, u32, f64, bool)>> {
        let walls = self.with(py, threads, |map| map.walls().map_err(text))?;
        Ok(walls.into_iter().map(|w| (w.cells[0], w.cells[1], w.ratio, w.singular)).collect())
    }

    fn curve(
        &self,
        py: Python<'_>,
        start: PyReadonlyArray1<'_, f64>,
        end: PyReadonlyArray1<'_, f64>,
    ) -> PyResult<Vec<(f64, u32, u32, bool)>> {
        let (from, to) = (start.as_slice()?.to_vec(), end.as_slice()?.to_vec());
        let found = self.with(py, None, move |map| map.curve(&from, &to).map_err(text))?;
        Ok(found.into_iter().map(|c| (c.at, c.cells[0], c.cells[1], c.singular)).collect())
    }

    fn check<'py>(
        &self,
        py: Python<'py>,
        points: Option<u64>,
        confidence: f64,
        seed: u64,
        threads: Option<usize>,
    ) -> PyResult<(Bound<'py, PyDict>, bool)> {
        if !(0.5..=1.0 - 1e-9).contains(&confidence) {
            return Err(wrong(format!("confidence is {confidence}; give a probability from 0.5 to below 1")));
        }
        let (file, source) = (self.file.clone(), self.source.clone());
        let options = CheckOptions {
            solved_with: file.seed,
            learned: file.report.stars + file.report.learned,
            validated: file.report.validated,
            tol: file.report.tol,
            confidence,
            seed,
            points,
        };
        let seen = does(py, threads, move || check_latent(&file.codes, &source, &file.heights, &options))?;
        let seen = seen.map_err(wrong)?;
        Ok((told(py, &seen)?, seen.is_within(options.tol)))
    }

    fn save(&self, path: PathBuf) -> PyResult<()> {
        write_latent(&path, &self.file).map_err(of_file)
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &latent_bytes(&self.file).map_err(wrong)?))
    }

    #[staticmethod]
    fn from_bytes(data: Vec<u8>, source: Option<Given<'_>>) -> PyResult<Latent> {
        restored(parse_latent(Path::new("a latent plan"), data).map_err(in_memory)?, source)
    }
}

/// A plan of a file; the source is asked for where the file only names it.
fn restored(file: LatentFile, source: Option<Given<'_>>) -> PyResult<Latent> {
    let known = file.source.source(file.codes.dimension()).map_err(wrong)?;
    let source = match (known, source) {
        (Some(source), _) => source,
        (None, Some(given)) => given.source()?,
        (None, None) => return Err(wrong("the file only names its source; give it again as source=")),
    };
    Ok(Latent::of(file, source))
}

#[pyfunction]
pub fn load_latent(path: PathBuf, source: Option<Given<'_>>) -> PyResult<Latent> {
    restored(read_latent(&path, ReadLimit::default()).map_err(of_file)?, source)
}

/// What is told to a callback.
fn progress<'py>(py: Python<'py>, seen: (&'static str, u64, f64, f64)) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    out.set_item("next", seen.0)?;
    out.set_item("samples", seen.1)?;
    out.set_item("needed", seen.2)?;
    out.set_item("expected", seen.3)?;
    Ok(out)
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn solve_latent(
    py: Python<'_>,
    codes: PyReadonlyArray2<'_, f64>,
    source: Given<'_>,
    masses: Option<PyReadonlyArray1<'_, f64>>,
    tol: f64,
    confidence: f64,
    seed: u64,
    time_limit: Option<f64>,
    max_points: Option<u64>,
    checkpoint: Option<PathBuf>,
    callback: Option<Py<PyAny>>,
    cancel: Option<Bound<'_, PyAny>>,
    threads: Option<usize>,
) -> PyResult<Latent> {
    let d = codes.as_array().shape()[1];
    let masses = masses.map(|m| m.as_slice().map(<[f64]>::to_vec)).transpose()?;
    let codes = Codes::new(d, codes.as_slice()?.to_vec(), masses).map_err(wrong)?;
    let source = source.source()?;
    let limit = time_limit
        .map(|s| {
            Duration::try_from_secs_f64(s).map_err(|_| wrong(format!("time_limit is {s}; give seconds, at least 0")))
        })
        .transpose()?;
    let text = SourceText::of(&source);
    let fingerprint = latent_fingerprint(&codes, &text, tol, confidence);
    let resume = match checkpoint.as_ref().filter(|path| path.exists()) {
        Some(path) => Some(read_latent_state(path, &fingerprint, ReadLimit::default()).map_err(of_file)?),
        None => None,
    };
    let options = LatentOptions::default()
        .tol(tol)
        .confidence(confidence)
        .seed(seed)
        .time_limit(limit)
        .max_points(max_points)
        .resume(resume);
    let trouble: Arc<Mutex<Option<PyErr>>> = Arc::default();
    let theirs = trouble.clone();
    let work = move |stop: &Stop| -> Task<(LatentSolution, Source)> {
        let mut written = Instant::now();
        let keep = |state: &LatentState| match &checkpoint {
            Some(path) => write_latent_state(path, &fingerprint, state).map_err(text_of),
            None => Ok(()),
        };
        let mut failed: Option<String> = None;
        let found = solved(&codes, &source, &options, &mut |now| {
            if written.elapsed() >= Duration::from_secs(1) {
                failed = keep(now.state).err();
                written = Instant::now();
            }
            let mut go_on = !stop.is_asked() && failed.is_none();
            if let Some(callback) = callback.as_ref().filter(|_| go_on) {
                let seen = (now.next, now.samples, now.needed, now.expected);
                let answer = Python::attach(|py| callback.call1(py, (progress(py, seen)?,))?.bind(py).is_truthy());
                go_on = matches!(answer, Ok(false));
                if let Err(e) = answer {
                    *theirs.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                }
            }
            if go_on {
                return LatentControl::Continue;
            }
            // What stopped it may be this very file.
            failed = failed.take().or_else(|| keep(now.state).err());
            LatentControl::Stop
        });
        match failed {
            Some(what) => Err(what),
            None => found.map(|found| (found, source)).map_err(|e| e.to_string()),
        }
    };
    let ended = begin(threads, work)?.wait(py, cancel.as_ref())?;
    let latent =
        |(found, source): (LatentSolution, Source)| Latent::of(LatentFile::of(&found, SourceText::of(&source)), source);
    match ended {
        End::Done(found) => {
            let found = latent(found.map_err(wrong)?);
            if let Some(e) = trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
                let _ = e.value(py).setattr("plan", Py::new(py, found)?);
                return Err(e);
            }
            if found.converged() {
                return Ok(found);
            }
            let report = &found.file.report;
            let seen = found.file.validation.as_ref();
            let error = seen.map_or("its error is not known".to_string(), |v| {
                format!("relative mass error {:.3} to {:.3}", v.rms_interval[0], v.rms_interval[1])
            });
            let needed = report.needed.map_or(String::new(), |n| format!(", about {n:.1e} samples are needed"));
            let text = format!("{}: {error}, asked for {}{needed}", report.outcome.words(), report.tol);
            let word = match report.outcome {
                LatentOutcome::TimeLimit => "time limit",
                LatentOutcome::Interrupted => "interrupted",
                _ => "not converged",
            };
            Err(NotConverged::new_err((text, Py::new(py, found)?, word)))
        }
        End::Interrupted(e, found) => {
            let found = found.and_then(Result::ok).map(|found| Py::new(py, latent(found))).transpose()?;
            let _ = e.value(py).setattr("plan", found);
            Err(e)
        }
    }
}

fn text_of(e: brenier::io::IoError) -> String {
    e.to_string()
}
