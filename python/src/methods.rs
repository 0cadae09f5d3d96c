//! What is asked of a plan: its proof, its map, points, cells, derivatives.

use crate::arrays::{Floats1, Floats2, filled, made, made_indices, made_rows, rows, vector};
use crate::errors::{unknown, wrong};
use crate::faces::Face;
use crate::plan::{AnyHeld, Held, Plan};
use crate::results::{Cells, Certificate, graph};
use crate::work::does;
use brenier::diagram::{Cells as _, DiagramError};
use brenier::exact::Heights;
use brenier::io::{check_text, problem_line};
use brenier::plot::{Color, Scene};
use brenier::problem::{Kind, ProblemData, WithSites};
use brenier::sample::{Method, Sampled};
use brenier::transport::{
    BrenierMap, Family, GradientError, Pulled, SingularOptions, Transport, Visit, free_mass_gradient, mass_gradient,
    site_gradient,
};
use brenier::{map_kind, visit};
use numpy::{PyArray1, PyArray2};
use pyo3::prelude::*;
use std::sync::Arc;

/// Text of a result that cannot be.
type Told<R> = Result<R, String>;

fn text(e: impl ToString) -> String {
    e.to_string()
}

/// The whole map of a plan in the plane.
fn brenier_map(held: &Held<ProblemData, 2>) -> Told<&BrenierMap> {
    match held.located() {
        Ok(Kind::Plane(map)) => Ok(map),
        Ok(_) => Err("there is no map of the plane".into()),
        Err(why) => Err(why.clone()),
    }
}

/// A plan in the plane, for what is made in the plane only.
fn in_plane(plan: &Plan, py: Python<'_>, what: &str) -> PyResult<Arc<Held<ProblemData, 2>>> {
    match plan.held(py)? {
        Kind::Plane(held) => Ok(held.clone()),
        Kind::Surface(_) => Err(wrong(format!("{what} works in the plane in this version, this is a surface"))),
        Kind::Space(_) => Err(wrong(format!("{what} works in the plane in this version, this is in space"))),
        Kind::Torus(_) => Err(wrong(format!("{what} works in the plane in this version, this is a torus"))),
        Kind::Sphere(_) => Err(wrong(format!("{what} works in the plane in this version, this is a sphere"))),
    }
}

/// Finite points.
fn points<const D: usize>(x: &Bound<'_, PyAny>) -> PyResult<Vec<[f64; D]>> {
    let points = rows::<D>(x, "x")?;
    for (i, p) in points.iter().enumerate() {
        if let Some(k) = p.iter().position(|c| !c.is_finite()) {
            return Err(wrong(format!("x[{i}][{k}] is {}; every coordinate must be finite", p[k])));
        }
    }
    Ok(points)
}

/// The sites of points.
fn sites_of<T: Face<D>, const D: usize>(held: &Held<T, D>, x: Vec<[f64; D]>) -> Told<Vec<u32>> {
    let located = held.located().as_ref().map_err(String::clone)?;
    let mut cells = vec![0; x.len()];
    T::cells_of(located, &x, &mut cells);
    Ok(cells)
}

/// A finer map of the plane.
fn finer(
    held: &Held<ProblemData, 2>,
    x: &[[f64; 2]],
    temperature: Option<Option<f64>>,
    tear: bool,
) -> Told<Vec<[f64; 2]>> {
    let map = brenier_map(held)?;
    let mut images = vec![[0.0; 2]; x.len()];
    match temperature {
        Some(given) => {
            let smooth = map.smooth(given.unwrap_or_else(|| map.usual_temperature()));
            smooth.ok_or("temperature: give a positive number such as 1e-3")?.images(x, &mut images);
        }
        None => {
            let torn = if tear { map.singular(&SingularOptions::default()).torn() } else { Vec::new() };
            map.extension(&torn).images(x, &mut images);
        }
    }
    Ok(images)
}

/// Samples, their cells and images.
type Drawn<const D: usize> = (Vec<[f64; D]>, Vec<u32>, Vec<[f64; D]>);

fn drawn<T: Face<D>, const D: usize>(
    held: &Held<T, D>,
    n: usize,
    (method, cell, seed, offset): (Method, Option<usize>, u64, u64),
) -> Told<Drawn<D>> {
    let problem = held.problem();
    if problem.stays().is_some() {
        return Err("part of the source stays; sample needs cells that fill the source in this version".into());
    }
    let end = offset.checked_add(n as u64).ok_or_else(|| format!("offset is {offset}; too large"))?;
    let (mut x, mut cells) = (Vec::new(), Vec::new());
    let room = x.try_reserve_exact(n).and_then(|()| cells.try_reserve_exact(n));
    room.map_err(|_| format!("{n} samples need more memory than there is; draw them in parts, with offset"))?;
    x.resize(n, [0.0; D]);
    cells.resize(n, 0u32);
    let fill = problem.with_sampler(&held.file.heights, |sampler| {
        sampler(method, cell, seed, end).map(|draw| draw.fill(offset, &mut x, &mut cells))
    });
    fill.map_err(text)?.map_err(text)?;
    let images = cells.iter().map(|&i| problem.sites()[i as usize]).collect();
    Ok((x, cells, images))
}

/// The polygons of all cells, of any family.
struct Polygons<'h> {
    heights: &'h Heights,
}

impl<const D: usize> Visit<D> for Polygons<'_> {
    type Output = Result<Cells, DiagramError>;

    fn visit<F: Family<D>>(self, family: &F) -> Self::Output {
        let still = family.still(self.heights)?;
        let mut cells = Cells::new(D, still.len());
        for i in 0..still.len() {
            still.each_polygon(i, &mut |polygon| cells.add(i as u32, polygon.as_flattened(), &[]));
        }
        Ok(cells)
    }
}

/// Derivatives, told backwards.
#[derive(Clone, Copy)]
enum By {
    Heights,
    Weights,
    Masses,
}

type Pair<'py> = (Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>);

fn pair<const D: usize>(py: Python<'_>, pulled: Result<Pulled<D>, GradientError>) -> PyResult<Pair<'_>> {
    let Pulled { sites, numbers, .. } = pulled.map_err(wrong)?;
    Ok((made_rows(py, sites)?, made(py, numbers)?))
}

fn pulled<'py>(plan: &Plan, loss: &Bound<'py, PyAny>, by: By) -> PyResult<Pair<'py>> {
    let (py, loss) = (loss.py(), vector(loss, "cotangent")?);
    visit!(plan.held(py)?, h => {
        let h = h.clone();
        let work = move || {
            let all = h.gradients()?;
            match by {
                By::Heights => all.of_heights(&loss),
                By::Weights => all.of_weights(&loss),
                By::Masses => all.of_masses(&loss),
            }
        };
        pair(py, does(py, None, work)?)
    })
}

fn checked<T: Face<D>, const D: usize>(held: &Held<T, D>, level: u8) -> Told<Certificate> {
    let (file, loaded) = (&held.file, &held.of.loaded);
    let mut verdict = loaded.verified(&file.claims(), level).map_err(text)?;
    // Its identity may not have been told yet.
    verdict.lines[0] = problem_line(&loaded.name, held.of.source().id());
    let partial = held.problem().stays().is_some();
    let note = if partial { " (partial transport: masses and cost not proved)" } else { "" };
    let name = held.path.as_ref().map_or_else(|| loaded.name.display().to_string(), |p| p.display().to_string());
    let text = check_text(&verdict, &name, note, file.report.converged);
    Ok(Certificate(verdict, text, level))
}

fn plan_of(plan: &Plan, py: Python<'_>) -> PyResult<AnyHeld> {
    Ok(map_kind!(plan.held(py)?, h => h.clone()))
}

#[pymethods]
impl Plan {
    /// Verifies the plan independently of the solver, in exact arithmetic.
    ///
    /// Parameters
    /// ----------
    /// level : int
    ///     1 to 4 climb the ladder of the diagram's combinatorics; 5 proves masses and value, too.
    ///
    /// Returns
    /// -------
    /// Certificate
    ///     Its text is that of the command `brenier check`.
    ///
    /// .. versionadded:: 0.1.0
    #[pyo3(signature = (level = 5, threads = None))]
    fn check(&self, py: Python<'_>, level: i64, threads: Option<usize>) -> PyResult<Py<PyAny>> {
        let known = u8::try_from(level).ok().filter(|level| (1..=5).contains(level));
        let level = known.ok_or_else(|| wrong(format!("level is {level}; give 1 to 5")))?;
        let held = plan_of(self, py)?;
        does(py, threads, move || visit!(held, h => checked(&*h, level)))?.map_err(wrong)?.told(py)
    }

    /// Sends points through the map.
    ///
    /// Parameters
    /// ----------
    /// x : (m, d) array
    ///     Points, anywhere; the answer is exact for each of them.
    /// kind : {"image", "cell", "extension", "smooth"}
    ///     The site (m, d), its index (m,), a continuous map that is affine between centroids, or
    ///     the gradient of a smooth convex function. The last two are made in the plane.
    /// temperature : float, optional
    ///     Of the smooth map, in units of length squared; absent: layers as wide as a cell.
    /// tear : bool
    ///     Leave the extension open where the map jumps.
    ///
    /// .. versionadded:: 0.1.0
    #[pyo3(signature = (x, kind = "image", *, temperature = None, tear = false, threads = None))]
    fn map<'py>(
        &self,
        x: &Bound<'py, PyAny>,
        kind: &str,
        temperature: Option<f64>,
        tear: bool,
        threads: Option<usize>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = x.py();
        if temperature.is_some() && kind != "smooth" {
            return Err(wrong("temperature is for kind=\"smooth\""));
        }
        match kind {
            "cell" | "image" => visit!(self.held(py)?, h => {
                let (held, x) = (h.clone(), points(x)?);
                let cells = does(py, threads, move || sites_of(&held, x))?.map_err(wrong)?;
                if kind == "cell" {
                    return Ok(made_indices(py, cells)?.into_any());
                }
                let sites = h.problem().sites();
                Ok(made_rows(py, cells.iter().map(|&i| sites[i as usize]).collect())?.into_any())
            }),
            "extension" | "smooth" => {
                let held = in_plane(self, py, &format!("kind={kind:?}"))?;
                let (x, smooth) = (points::<2>(x)?, (kind == "smooth").then_some(temperature));
                let images = does(py, threads, move || finer(&held, &x, smooth, tear))?.map_err(wrong)?;
                Ok(made_rows(py, images)?.into_any())
            }
            _ => Err(unknown("kind", kind, "\"cell\", \"image\", \"extension\" or \"smooth\"")),
        }
    }

    /// The convex potential `u(x) = max_i <x, y_i> + h_i` at points (m, 2), whose gradient is the
    /// map.
    fn potential<'py>(&self, x: &Bound<'py, PyAny>) -> PyResult<Floats1<'py>> {
        let (held, x) = (in_plane(self, x.py(), "potential")?, (x.py(), points::<2>(x)?));
        let (py, x) = x;
        let work = move || brenier_map(&held).map(|map| x.iter().map(|&x| map.potential(x)).collect::<Vec<f64>>());
        made(py, does(py, None, work)?.map_err(wrong)?)
    }

    /// Draws random points of the source.
    ///
    /// Parameters
    /// ----------
    /// n : int
    ///     How many.
    /// seed : int
    ///     The same seed gives the same points, for any number of threads.
    /// method : {"iid", "alias", "stratified", "r2"}
    ///     Independent points; sites by their masses and then points of their cells; in the order
    ///     of the cells; even ones.
    /// cell : int, optional
    ///     From this cell only.
    /// offset : int
    ///     The number of the first one: runs may go on.
    ///
    /// Returns
    /// -------
    /// points, cells, images : (n, d), (n,) and (n, d) arrays
    ///
    /// .. versionadded:: 0.1.0
    #[pyo3(signature = (n, seed = 0, method = "iid", *, cell = None, offset = 0, threads = None))]
    #[allow(clippy::too_many_arguments, clippy::type_complexity)]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        n: usize,
        seed: u64,
        method: &str,
        cell: Option<usize>,
        offset: u64,
        threads: Option<usize>,
    ) -> PyResult<(Floats2<'py>, crate::arrays::Ints1<'py>, Floats2<'py>)> {
        let method = match method {
            "iid" => Method::Independent,
            "alias" => Method::Alias,
            "stratified" => Method::Stratified,
            "r2" => Method::Even,
            _ => return Err(unknown("method", method, "\"iid\", \"alias\", \"stratified\" or \"r2\"")),
        };
        visit!(self.held(py)?, h => {
            let held = h.clone();
            let work = move || drawn(&held, n, (method, cell, seed, offset));
            let (x, cells, images) = does(py, threads, work)?.map_err(wrong)?;
            Ok((made_rows(py, x)?, made_indices(py, cells)?, made_rows(py, images)?))
        })
    }

    /// McCann's interpolation at `0 <= t < 1`: the cells `(1 - t) cell_i + t y_i`, with their
    /// densities.
    fn interpolate(&self, py: Python<'_>, t: f64) -> PyResult<Py<PyAny>> {
        let held = in_plane(self, py, "interpolate")?;
        let work = move || -> Told<Cells> {
            let map = brenier_map(&held)?;
            let pieces =
                map.interpolate(t).ok_or_else(|| format!("t is {t}; give 0 <= t < 1 (at 1 there are only atoms)"))?;
            let mut cells = Cells::new(2, map.diagram().len());
            pieces.iter().for_each(|p| cells.add(p.site, p.vertices.as_flattened(), &p.density));
            Ok(cells)
        };
        does(py, None, work)?.map_err(wrong)?.told(py)
    }

    /// The cells as polygons: one for each site, or for each triangle or pixel of the source that a
    /// cell meets.
    fn cells(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        visit!(self.held(py)?, h => {
            if h.problem().stays().is_some() {
                return Err(wrong("the cells of a partial problem are bounded by arcs, not polygons; draw them with svg()"));
            }
            let h = h.clone();
            does(py, None, move || h.problem().visit(Polygons { heights: &h.file.heights }))?.map_err(wrong)?.told(py)
        })
    }

    /// The convex surface whose facets project onto the cells.
    fn alexandrov(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let held = in_plane(self, py, "alexandrov")?;
        let found = does(py, None, move || brenier_map(&held).map(BrenierMap::alexandrov))?.map_err(wrong)?;
        graph(py, found)
    }

    /// A picture, as the command line draws it.
    #[pyo3(signature = (color = "mass"))]
    fn svg(&self, py: Python<'_>, color: &str) -> PyResult<String> {
        let color = match color {
            "mass" => Color::Mass,
            "area" => Color::Area,
            "distance" => Color::Distance,
            "cells" => Color::Cells,
            "sites" => Color::Sites,
            _ => return Err(unknown("color", color, "\"mass\", \"area\", \"distance\", \"cells\" or \"sites\"")),
        };
        let held = in_plane(self, py, "svg")?;
        let work = move || brenier_map(&held).map(|map| Scene::new(map.problem(), map.diagram()).svg(color));
        does(py, None, work)?.map_err(wrong)
    }

    /// The gradient of the value by the sites, `2 nu_i (y_i - c_i)`, (n, d); NaN for a cell without
    /// mass.
    fn grad_sites<'py>(&self, py: Python<'py>) -> PyResult<Floats2<'py>> {
        visit!(self.held(py)?, h => {
            // Of cells at given heights the plan is that between the masses they have.
            let masses = if h.file.report.outcome.is_some() { h.problem().masses() } else { &h.file.masses };
            made_rows(py, filled(&site_gradient(h.problem().sites(), masses, &h.file.centroids)))
        })
    }

    /// The gradient of the value by the masses, (n,).
    ///
    /// Weights are dual potentials, and right up to a constant, since the total of the masses is
    /// that of the source. With `total="fixed"` it is the representative of sum 0; with "free" the
    /// gradient where the source is scaled along.
    #[pyo3(signature = (total = "fixed"))]
    fn grad_masses<'py>(&self, py: Python<'py>, total: &str) -> PyResult<Floats1<'py>> {
        visit!(self.held(py)?, h => {
            let (weights, file) = (&h.file.weights, &h.file);
            made(py, match total {
                // The weights of partial transport are absolute: what stays may move.
                _ if file.report.rest.is_some() => weights.clone(),
                "fixed" => mass_gradient(weights),
                "free" => free_mass_gradient(weights, h.problem().masses(), file.cost),
                _ => return Err(unknown("total", total, "\"fixed\" or \"free\"")),
            })
        })
    }

    /// Given a loss's gradient by the heights (n,), its gradients by sites (n, d) and masses (n,):
    /// one sparse system.
    fn vjp_heights<'py>(&self, cotangent: &Bound<'py, PyAny>) -> PyResult<Pair<'py>> {
        pulled(self, cotangent, By::Heights)
    }

    /// Given a loss's gradient by the weights (n,), its gradients by sites (n, d) and masses (n,).
    fn vjp_weights<'py>(&self, cotangent: &Bound<'py, PyAny>) -> PyResult<Pair<'py>> {
        pulled(self, cotangent, By::Weights)
    }

    /// Given a loss's gradient by the masses of cells at given weights (n,), its gradients by sites
    /// (n, d) and weights (n,).
    fn vjp_masses<'py>(&self, cotangent: &Bound<'py, PyAny>) -> PyResult<Pair<'py>> {
        pulled(self, cotangent, By::Masses)
    }

    /// Given a loss's gradient by the centroids (n, d), its gradients by sites (n, d) and masses
    /// (n,).
    fn vjp_centroids<'py>(&self, cotangent: &Bound<'py, PyAny>) -> PyResult<Pair<'py>> {
        let py = cotangent.py();
        visit!(self.held(py)?, h => {
            let (h, loss) = (h.clone(), rows(cotangent, "cotangent")?);
            pair(py, does(py, None, move || h.gradients()?.of_centroids(&loss))?)
        })
    }
}
