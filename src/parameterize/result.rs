//! A mesh laid flat.

use super::{ChartReport, Distortion, ParameterizeOutcome};
use crate::domain::surface::repair::RepairLog;

/// A mesh with a point of the plane for each corner of its triangles.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Parameterization {
    /// Triangles by the input's vertices: those of the input in their order, unless the repair left
    /// some out, turned, or divided them; with
    /// [`ParameterizeOptions::remesh`](super::ParameterizeOptions::remesh) as many others, the ones
    /// dual to transport's cells.
    pub triangles: Vec<[u32; 3]>,
    /// For each triangle the one of the input that it is, or is a part of; of a triangle that
    /// remeshing made, one whose place it took.
    pub face_of: Vec<u32>,
    /// Points in the unit square.
    pub points: Vec<[f64; 2]>,
    /// For each triangle the points of its corners. Those of vertices on a cut differ from triangle
    /// to triangle.
    pub corners: Vec<[u32; 3]>,
    /// What was done to each component, by its first triangle.
    pub charts: Vec<ChartReport>,
    /// For each triangle its chart.
    pub chart_of: Vec<u32>,
    /// Errors of areas and angles.
    pub distortion: Distortion,
    /// What the repair did.
    pub log: RepairLog,
    /// Whether charts are one to one and disjoint, proved on the points as they are.
    pub bijective: bool,
    /// Whether all was done, or somebody asked to stop.
    pub outcome: ParameterizeOutcome,
}
