//! Problems.

use crate::arrays::{Floats1, Floats2, Ints1, made_indices, made_rows, numbers, shown};
use crate::errors::{in_memory, of_file, unknown, wrong};
use crate::faces::Face;
use crate::sources::{DensityArg, Domain, copied, density};
use crate::work::does;
use brenier::exact::{Dd, Heights};
use brenier::io::{
    FileData, Given, IoError, Loaded, ProblemFile, ProblemSource, ReadLimit, own_bytes, parse_any_problem,
    problem_of_arrays, read_any_problem, standing_alone, write_atomically,
};
use brenier::problem::{Duplicates, Kind, ProblemData, SpaceProblemData, SphereProblemData, SurfaceProblemData};
use brenier::{map_kind, visit};
use numpy::{PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// What a problem without a file is called.
pub const NAME: &str = "problem in memory";

/// A sound problem, shared by all plans of it.
pub struct Of<T: FileData> {
    pub loaded: Loaded<T>,
    /// What its file said, for those who cannot read that file.
    raw: Option<ProblemFile<T>>,
    sha256: OnceLock<String>,
}

pub type AnyOf = Kind<
    Arc<Of<ProblemData>>,
    Arc<Of<SurfaceProblemData>>,
    Arc<Of<SpaceProblemData<3>>>,
    Arc<Of<SpaceProblemData<2>>>,
    Arc<Of<SphereProblemData>>,
>;

impl<T: FileData> Of<T> {
    pub fn new(loaded: Loaded<T>, raw: Option<ProblemFile<T>>) -> Arc<Of<T>> {
        Arc::new(Of { loaded, raw, sha256: OnceLock::new() })
    }

    /// Its identity, found when it is first asked for.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| self.loaded.sha256().unwrap_or_else(|| self.loaded.fingerprint()))
    }

    /// How a solution names it: its file, or itself.
    pub fn source(&self) -> ProblemSource<T> {
        let mut source = self.loaded.source();
        if let ProblemSource::Embedded(file) = &mut source
            && file.id.sha256.is_empty()
        {
            file.id.sha256 = self.sha256().to_string();
        }
        source
    }

    /// The same for those who cannot read its file.
    pub fn enclosed(&self) -> ProblemSource<T> {
        match (self.source(), &self.raw) {
            (ProblemSource::File { .. }, Some(file)) => ProblemSource::Embedded(Box::new(standing_alone(file.clone()))),
            (source, _) => source,
        }
    }

    /// A problem file that stands alone.
    fn bytes(&self) -> PyResult<Vec<u8>> {
        match self.enclosed() {
            ProblemSource::Embedded(file) => own_bytes(&file).map_err(wrong),
            ProblemSource::File { .. } => Err(wrong("this problem is known by its file only; read that")),
        }
    }
}

/// A problem of any kind.
#[pyclass(frozen, module = "brenier._brenier")]
pub struct Problem {
    pub of: AnyOf,
}

fn duplicates_of(name: &str) -> PyResult<Duplicates> {
    match name {
        "merge" => Ok(Duplicates::Merge),
        "refuse" => Ok(Duplicates::Refuse),
        "keep" => Ok(Duplicates::Keep),
        _ => Err(unknown("duplicates", name, "\"merge\", \"refuse\" or \"keep\"")),
    }
}

/// Spreads points over a source.
fn spread<T: Face<D>, const D: usize>(
    source: T::Source,
    density: &brenier::Density,
    n: usize,
    seed: u64,
) -> Result<Vec<[f64; D]>, String> {
    let points = T::spread(&source, density, n, seed).map_err(|e| e.to_string())?;
    let all = points.len() == n;
    all.then_some(points).ok_or("the density is beyond doubles on part of the source; divide it by a constant".into())
}

#[pymethods]
impl Problem {
    #[new]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        domain: PyRef<'_, Domain>,
        density: Option<DensityArg<'_>>,
        values: Option<PyReadonlyArray1<'_, f64>>,
        sites: PyReadonlyArray2<'_, f64>,
        masses: Option<PyReadonlyArray1<'_, f64>>,
        heights: Option<PyReadonlyArray1<'_, f64>>,
        heights_lo: Option<PyReadonlyArray1<'_, f64>>,
        weights: Option<PyReadonlyArray1<'_, f64>>,
        partial: bool,
        normalize: bool,
        duplicates: &str,
    ) -> PyResult<Problem> {
        let density = self::density(&domain, density, values)?;
        let lo = heights_lo.as_ref().map(numbers).transpose()?;
        let given = Given {
            columns: sites.shape()[1],
            sites: sites.as_slice()?.to_vec(),
            masses: masses.as_ref().map(numbers).transpose()?,
            heights: heights.as_ref().map(numbers).transpose()?.map(|hi| (hi, lo)),
            weights: weights.as_ref().map(numbers).transpose()?,
            partial,
            normalize,
        };
        let (source, notes, duplicates) = (copied(&domain.domain), domain.notes.clone(), duplicates_of(duplicates)?);
        let make = move || -> Result<AnyOf, IoError> {
            let any = problem_of_arrays(source, density, given)?;
            Ok(map_kind!(any, mut file => {
                file.notes.splice(0..0, notes);
                Of::new(Loaded::of_arrays(file, Path::new(NAME), duplicates)?, None)
            }))
        };
        Ok(Problem { of: does(py, None, make)?.map_err(in_memory)? })
    }

    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, duplicates: &str) -> PyResult<Problem> {
        let duplicates = duplicates_of(duplicates)?;
        let make = move || -> Result<AnyOf, IoError> {
            let any = read_any_problem(&path, ReadLimit::default())?;
            Ok(map_kind!(any, file => {
                let raw = file.clone();
                Of::new(Loaded::of_file(file, &path, &path, duplicates)?, Some(raw))
            }))
        };
        Ok(Problem { of: does(py, None, make)?.map_err(of_file)? })
    }

    #[staticmethod]
    #[pyo3(signature = (data, duplicates = "merge", heights = None))]
    fn from_bytes(
        py: Python<'_>,
        data: &[u8],
        duplicates: &str,
        heights: Option<(PyReadonlyArray1<'_, f64>, PyReadonlyArray1<'_, f64>)>,
    ) -> PyResult<Problem> {
        let duplicates = duplicates_of(duplicates)?;
        let data = data.to_vec();
        let heights = heights.map(|(hi, lo)| PyResult::Ok((numbers(&hi)?, numbers(&lo)?))).transpose()?;
        let make = move || -> Result<AnyOf, IoError> {
            let name = Path::new(NAME);
            let any = parse_any_problem(name, &data, ReadLimit::default())?;
            let pairs =
                |(hi, lo): (Vec<f64>, Vec<f64>)| Heights::new(hi.iter().zip(&lo).map(|(&hi, &lo)| Dd { hi, lo }));
            Ok(map_kind!(any, mut file => {
                file.data.set_heights(heights.map(pairs));
                Of::new(Loaded::of_arrays(file, name, duplicates)?, None)
            }))
        };
        Ok(Problem { of: does(py, None, make)?.map_err(in_memory)? })
    }

    #[staticmethod]
    fn spread<'py>(
        py: Python<'py>,
        domain: PyRef<'_, Domain>,
        density: Option<DensityArg<'_>>,
        values: Option<PyReadonlyArray1<'_, f64>>,
        n: usize,
        seed: u64,
    ) -> PyResult<Floats2<'py>> {
        let density = self::density(&domain, density, values)?;
        match copied(&domain.domain) {
            Kind::Plane(d) => {
                made_rows(py, does(py, None, move || spread::<ProblemData, 2>(d, &density, n, seed))?.map_err(wrong)?)
            }
            Kind::Surface(s) => made_rows(
                py,
                does(py, None, move || spread::<SurfaceProblemData, 3>(s, &density, n, seed))?.map_err(wrong)?,
            ),
            Kind::Space(s) => made_rows(
                py,
                does(py, None, move || spread::<SpaceProblemData<3>, 3>(s, &density, n, seed))?.map_err(wrong)?,
            ),
            Kind::Torus(s) => made_rows(
                py,
                does(py, None, move || spread::<SpaceProblemData<2>, 2>(s, &density, n, seed))?.map_err(wrong)?,
            ),
            Kind::Sphere(s) => made_rows(
                py,
                does(py, None, move || spread::<SphereProblemData, 3>(s, &density, n, seed))?.map_err(wrong)?,
            ),
        }
    }

    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let bytes = visit!(&self.of, of => of.bytes())?;
        py.detach(|| write_atomically(&path, |w| w.write_all(&bytes))).map_err(of_file)
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &visit!(&self.of, of => of.bytes())?))
    }

    /// Heights to start from, with their trailing parts.
    #[getter]
    fn heights<'py>(&self, py: Python<'py>) -> PyResult<Option<(Floats1<'py>, Floats1<'py>)>> {
        let Some(h) = visit!(&self.of, of => of.loaded.problem.heights()) else { return Ok(None) };
        Ok(Some((crate::arrays::made(py, h.hi())?, crate::arrays::made(py, h.lo())?)))
    }

    #[getter]
    fn dimension(&self) -> usize {
        match &self.of {
            Kind::Plane(_) | Kind::Torus(_) => 2,
            Kind::Surface(_) | Kind::Space(_) | Kind::Sphere(_) => 3,
        }
    }

    #[getter]
    fn sites<'py>(slf: &Bound<'py, Problem>) -> PyResult<Floats2<'py>> {
        let this = slf.get();
        let sites = visit!(&this.of, of => of.loaded.problem.sites().as_flattened());
        shown(slf.as_any(), [this.__len__(), this.dimension()], sites)
    }

    #[getter]
    fn masses<'py>(slf: &Bound<'py, Problem>) -> PyResult<Floats1<'py>> {
        let masses = visit!(&slf.get().of, of => of.loaded.problem.masses());
        shown(slf.as_any(), masses.len(), masses)
    }

    #[getter]
    fn site_of_input<'py>(&self, py: Python<'py>) -> PyResult<Option<Ints1<'py>>> {
        let map = visit!(&self.of, of => of.loaded.problem.site_of_input());
        map.map(|map| made_indices(py, map.iter().copied())).transpose()
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        visit!(&self.of, of => of.loaded.notes.clone())
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        let nameless = |w: &String| w.strip_prefix(NAME).and_then(|w| w.strip_prefix(": ")).unwrap_or(w).to_string();
        visit!(&self.of, of => of.loaded.warnings.iter().map(nameless).collect())
    }

    #[getter]
    fn sha256(&self) -> String {
        visit!(&self.of, of => of.sha256().to_string())
    }

    fn __len__(&self) -> usize {
        visit!(&self.of, of => of.loaded.problem.masses().len())
    }
}
