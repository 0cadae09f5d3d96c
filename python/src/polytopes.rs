//! Polytopes with given areas or curvatures, and lenses.

use crate::arrays::{made, made_index_rows, made_indices, made_rows, numbers};
use crate::errors::{unknown, wrong};
use crate::results::record;
use crate::sources::Domain;
use crate::work::does;
use brenier::lens::{LensData, LensOptions, LensTarget, Light, Optic, Shape, design_lens, plate, relief, trace};
use brenier::polytope::{
    CurvatureOptions, CurvatureProblem, MinkowskiOptions, MinkowskiProblem, Polyhedron, PolytopeClaims,
    curvature as bent, minkowski as bounded,
};
use brenier::problem::Kind;
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

fn told(
    py: Python<'_>,
    claims: PolytopeClaims,
    solid: Polyhedron,
    status: String,
    steps: usize,
) -> PyResult<Py<PyAny>> {
    let n = claims.vectors.len() as u32;
    let mut offsets = vec![0i64];
    let mut corners = Vec::new();
    for face in &solid.faces {
        corners.extend_from_slice(face);
        offsets.push(corners.len() as i64);
    }
    let fields = (
        made(py, claims.sizes)?,
        made(py, claims.values)?,
        claims.volume,
        claims.converged,
        status,
        claims.max_relative_error,
        steps,
        made_rows(py, solid.vertices)?,
        made_indices(py, corners)?,
        PyArray1::from_vec(py, offsets),
        made_indices(py, solid.of)?,
        made_indices(py, claims.of_input.unwrap_or_else(|| (0..n).collect()))?,
    );
    record(py, "Polytope", fields)
}

#[pyfunction]
pub fn minkowski(
    py: Python<'_>,
    normals: PyReadonlyArray2<'_, f64>,
    areas: PyReadonlyArray1<'_, f64>,
    adjust: bool,
    tol: f64,
    max_iterations: usize,
    threads: Option<usize>,
) -> PyResult<Py<PyAny>> {
    let normals = normals.as_slice()?.as_chunks::<3>().0.to_vec();
    let areas = numbers(&areas)?;
    let options = MinkowskiOptions::default().tolerance(tol).max_iterations(max_iterations);
    let (claims, found) = does(py, threads, move || {
        let problem = MinkowskiProblem::new(&normals, &areas, adjust)?;
        let found = bounded(&problem, &options, &mut |_| true);
        Ok((found.claims(&problem, &normals, options.tolerance), found))
    })?
    .map_err(|e: brenier::polytope::MinkowskiError| wrong(e))?;
    told(py, claims, found.solid, found.outcome.text(), found.iterations.len().saturating_sub(1))
}

#[pyfunction]
pub fn curvature(
    py: Python<'_>,
    rays: PyReadonlyArray2<'_, f64>,
    curvatures: PyReadonlyArray1<'_, f64>,
    adjust: bool,
    tol: f64,
    max_iterations: usize,
    threads: Option<usize>,
) -> PyResult<Py<PyAny>> {
    let rays = rays.as_slice()?.as_chunks::<3>().0.to_vec();
    let curvatures = numbers(&curvatures)?;
    let options = CurvatureOptions::default().tolerance(tol).max_iterations(max_iterations);
    let (claims, found) = does(py, threads, move || {
        let problem = CurvatureProblem::new(&rays, &curvatures, adjust)?;
        let found = bent(&problem, &options, &mut |_| true)?;
        Ok((found.claims(&problem, &rays, options.tolerance), found))
    })?
    .map_err(|e: brenier::polytope::CurvatureError| wrong(e))?;
    told(py, claims, found.solid, found.outcome.text(), found.iterations.len().saturating_sub(1))
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn lens(
    py: Python<'_>,
    picture: PyReadonlyArray2<'_, f64>,
    aperture: &Domain,
    index: Option<f64>,
    shape: Option<&str>,
    angle: Option<(f64, f64)>,
    screen: Option<(f64, f64)>,
    facets: usize,
    smooth: Option<f64>,
    thickness: f64,
    tol: f64,
    threads: Option<usize>,
) -> PyResult<Py<PyAny>> {
    let Kind::Plane(domain) = &aperture.domain else {
        return Err(wrong("the aperture is a surface in space; give a domain in the plane"));
    };
    let values = picture.as_slice()?;
    if values.is_empty() || values.iter().any(|v| !(*v >= 0.0 && v.is_finite())) {
        return Err(wrong("the picture has pixels that are negative or not finite, or none; energies are at least 0"));
    }
    if !(thickness > 0.0 && thickness.is_finite()) {
        return Err(wrong(format!("thickness is {thickness}; give a positive length")));
    }
    let optic = index.map_or(Optic::Mirror, |index| Optic::Lens { index });
    let shape = match shape {
        None if index.is_none() => Shape::Bowl,
        None => Shape::Dome,
        Some("bowl") => Shape::Bowl,
        Some("dome") => Shape::Dome,
        Some(other) => return Err(unknown("shape", other, "\"dome\" or \"bowl\"")),
    };
    let target = match (angle, screen) {
        (Some((w, h)), None) => LensTarget::Angle([w, h]),
        (None, Some((distance, width))) => LensTarget::Screen { distance, width },
        _ => return Err(wrong("give either angle=(width, height) or screen=(distance, width)")),
    };
    let picture = Light { width: picture.shape()[1], values: values.to_vec() };
    let data = LensData { optic, shape, aperture: domain.clone(), picture, target };
    let options = LensOptions::default().facets(facets).tolerance(tol);
    let (design, solid, traced) = does(py, threads, move || {
        let design = design_lens(&data, &options)?;
        // Zero stands for the usual pitch.
        let smooth = smooth.map(|pitch| relief(&design, &data, (pitch != 0.0).then_some(pitch))).transpose()?;
        let solid = plate(smooth.as_ref().unwrap_or(&design.surface), thickness);
        // Heights are counted from the lowest point of the surface, which the plate lifts.
        let target = match target {
            LensTarget::Screen { distance, width } => LensTarget::Screen { distance: distance + thickness, width },
            angle => angle,
        };
        let size = [design.picture.width, design.picture.height()];
        let traced = trace(&solid, optic, target, design.half, size);
        Ok((design, solid, traced))
    })?
    .map_err(|e: brenier::lens::LensError| wrong(e))?;
    let correlation = traced.light.correlation(&design.picture);
    let grid = |light: Light| {
        let (width, rows) = (light.width, light.height());
        let array = made(py, light.values)?;
        array.call_method1("reshape", (rows, width))
    };
    let wanted = grid(design.picture.clone())?;
    let landed = traced.light.values.iter().sum::<f64>() / traced.beam;
    let fields = (
        made_rows(py, solid.vertices)?,
        made_index_rows(py, &solid.triangles)?,
        grid(traced.light)?,
        wanted,
        design.converged,
        design.max_relative_error,
        correlation,
        landed,
        design.misses,
    );
    record(py, "Lens", fields)
}
