//! The cells of a plan as areas, united over the pieces of the source.

use crate::arrays::{made, made_indices, made_rows};
use crate::errors::wrong;
use crate::plan::Plan;
use crate::work::does;
use brenier::transport::{CellTable, cells};
use brenier::visit;
use numpy::PyArray1;
use pyo3::prelude::*;

fn starts(list: &[usize]) -> Vec<i64> {
    list.iter().map(|&k| k as i64).collect()
}

fn told<const D: usize>(py: Python<'_>, table: CellTable<D>) -> PyResult<Py<PyAny>> {
    let o = table.outlines;
    let array = |list: &[usize]| PyArray1::from_vec(py, starts(list));
    let fields = (
        made_rows(py, o.vertices)?,
        made_indices(py, o.corners)?,
        (array(&o.cells), array(&o.parts), array(&o.rings)),
        made(py, o.areas)?,
        array(&table.neighbor_start),
        made_indices(py, table.neighbors)?,
    );
    Ok(py.import("brenier._results")?.getattr("Areas")?.call1(fields)?.unbind())
}

#[pymethods]
impl Plan {
    /// The cells as areas, united over the triangles or pixels of the source by labels: cells that
    /// meet have the same vertices along their border, holes are holes.
    ///
    /// Parameters
    /// ----------
    /// tolerance : float, optional
    ///     Arcs of partial transport become chords that are at most so far away; default: 1e-5 of
    ///     the cells' extent.
    ///
    /// Returns
    /// -------
    /// Areas
    #[pyo3(signature = (tolerance = None))]
    fn areas(&self, py: Python<'_>, tolerance: Option<f64>) -> PyResult<Py<PyAny>> {
        if let Some(t) = tolerance.filter(|t| !(*t > 0.0 && t.is_finite())) {
            return Err(wrong(format!("tolerance is {t}; give a positive length")));
        }
        visit!(self.held(py)?, h => {
            let h = h.clone();
            let found = move || {
                cells(h.problem(), &h.file.heights).map(|mut table| {
                    let fine = tolerance.unwrap_or_else(|| table.outlines.usual_tolerance());
                    table.outlines = std::mem::take(&mut table.outlines).flattened(fine);
                    table
                })
            };
            told(py, does(py, None, found)?.map_err(wrong)?)
        })
    }
}
