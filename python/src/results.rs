//! What comes back beside plans: records that are written in Python.

use crate::arrays::{made, made_index_rows, made_indices, made_rows};
use crate::plan::{AnyHeld, Plan};
use brenier::newton::IterationReport;
use brenier::parameterize::Parameterization;
use brenier::transport::{ConvexGraph, QuantizeOutcome, QuantizeStep, Verdict};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;

/// A record of a class, of these fields.
pub fn record<'py>(py: Python<'py>, class: &str, fields: impl PyCallArgs<'py>) -> PyResult<Py<PyAny>> {
    Ok(py.import("brenier._results")?.getattr(class)?.call1(fields)?.unbind())
}

/// What a check found: the verdict, all that the command prints, the level.
pub struct Certificate(pub Verdict, pub String, pub u8);

impl Certificate {
    pub fn told(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let Certificate(verdict, text, level) = self;
        let (ok, failures, proof) = (verdict.verified(), verdict.failures(), &verdict.proof);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.pop();
        let (error, [low, high]) = (proof.max_relative_error[1], proof.w2_squared);
        let text = text.trim_end();
        record(py, "Certificate", (ok, level, lines, failures, verdict.unverified, error, (low, high), text))
    }
}

/// Polygons, in the order of their sites.
pub struct Cells {
    dimension: usize,
    count: usize,
    vertices: Vec<f64>,
    offsets: Vec<i64>,
    site: Vec<u32>,
    density: Vec<f64>,
}

impl Cells {
    pub fn new(dimension: usize, count: usize) -> Cells {
        Cells { dimension, count, vertices: Vec::new(), offsets: vec![0], site: Vec::new(), density: Vec::new() }
    }

    pub fn add(&mut self, site: u32, vertices: &[f64], density: &[f64]) {
        if vertices.is_empty() {
            return;
        }
        self.vertices.extend_from_slice(vertices);
        self.density.extend_from_slice(density);
        self.offsets.push((self.vertices.len() / self.dimension) as i64);
        self.site.push(site);
    }

    pub fn told(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let rows = self.vertices.len() / self.dimension;
        let vertices = PyArray1::from_vec(py, self.vertices).reshape([rows, self.dimension])?;
        let density = (!self.density.is_empty()).then(|| made(py, self.density)).transpose()?;
        let (offsets, site) = (PyArray1::from_vec(py, self.offsets), made_indices(py, self.site)?);
        record(py, "Cells", (self.count, vertices, offsets, site, density))
    }
}

pub fn graph(py: Python<'_>, graph: ConvexGraph) -> PyResult<Py<PyAny>> {
    let triangles = made_index_rows(py, &graph.triangles)?;
    record(py, "Graph", (made_rows(py, graph.vertices)?, triangles, made_indices(py, graph.sites)?))
}

/// Where a run is: its steps, and the moves of a quantization.
pub fn progress(
    py: Python<'_>,
    iteration: usize,
    last: &IterationReport,
    moves: &[QuantizeStep],
) -> PyResult<Py<PyAny>> {
    let costs: Vec<f64> = moves.iter().map(|step| step.cost).collect();
    record(py, "Progress", (iteration, last.residual, last.remaining, last.step, last.seconds, costs))
}

pub fn quantization(
    py: Python<'_>,
    held: AnyHeld,
    steps: &[QuantizeStep],
    outcome: &QuantizeOutcome,
) -> PyResult<Py<PyAny>> {
    let status = match outcome {
        QuantizeOutcome::Stationary => "stationary".into(),
        QuantizeOutcome::StepsDone => "steps done".into(),
        QuantizeOutcome::Interrupted => "interrupted".into(),
        QuantizeOutcome::TimeLimit => "time limit".into(),
        QuantizeOutcome::NotSolved { why } => format!("not solved: {why}"),
        other => format!("{other:?}"),
    };
    let costs = made(py, steps.iter().map(|step| step.cost).collect())?;
    // Where nothing was solved nothing is known: the largest value there is.
    let movement = steps.last().map_or(1.0, QuantizeStep::movement);
    let stationary = *outcome == QuantizeOutcome::Stationary;
    record(py, "Quantization", (Plan::of(held), stationary, status, costs, movement))
}

pub fn parameterization(py: Python<'_>, found: Parameterization) -> PyResult<Py<PyAny>> {
    let mut notes: Vec<String> = found.log.steps.iter().map(ToString::to_string).collect();
    for chart in &found.charts {
        let face = found.face_of[chart.first as usize];
        notes.extend(chart.misses.iter().map(|miss| format!("the chart of triangle {face} {miss}")));
    }
    let fields = (
        made_rows(py, found.points)?,
        made_index_rows(py, &found.corners)?,
        made_index_rows(py, &found.triangles)?,
        made_indices(py, found.face_of)?,
        made_indices(py, found.chart_of)?,
        found.bijective,
        found.distortion.area_error,
        <(f64, f64, f64)>::from(found.distortion.stretch),
        notes,
    );
    record(py, "Parameterization", fields)
}
