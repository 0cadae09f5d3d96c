//! Layer 5: area-preserving parameterization of triangle meshes, without flips.
//!
//! A surface is repaired, cut into disks, and each disk is laid into the plane by an embedding of positive weights (`embed`), moved
//! by semi-discrete optimal transport from the even measure to the vertices' areas (`transport`), and refined by Newton steps that never flip a
//! triangle (`refine`). That the result is one to one is decided exactly, on the doubles as they are written (`check`). See
//! `docs/theory/parameterization.md`.

// Indices of small matrices and of parallel lists say more than iterators over one of them.
#![allow(clippy::needless_range_loop)]

mod build;
mod chart;
mod check;
mod cut;
mod distort;
mod embed;
mod energy;
mod layout;
mod measure;
mod morph;
mod options;
mod pack;
mod pipeline;
mod refine;
mod remesh;
mod report;
mod rim;
mod scale;
mod stages;
mod system;
mod transport;
mod tries;

pub use check::Proof;
pub use distort::{BINS, Distortion, FaceError, Histogram, Worst};
pub use layout::LayoutProof;
pub use options::{Boundary, Landmark, Merge, ParameterizeError, ParameterizeOptions, Target};
pub use remesh::RemeshReport;
pub use report::{CellProof, ChartReport, Miss};

use crate::domain::surface::repair::RepairLog;

/// A mesh with a point of the plane for each corner of its triangles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameterization {
    /// Triangles by the input's vertices: those of the input in their order, unless the repair left some out, turned, or divided them; with
    /// [`ParameterizeOptions::remesh`] as many others, the ones dual to transport's cells.
    pub triangles: Vec<[u32; 3]>,
    /// For each triangle the one of the input that it is, or is a part of; of a triangle that remeshing made, one whose place it took.
    pub face_of: Vec<u32>,
    /// Points in the unit square.
    pub points: Vec<[f64; 2]>,
    /// For each triangle the points of its corners. Those of vertices on a cut differ from triangle to triangle.
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
}

/// Parameterizes a mesh. Cost: about 60 factorizations of a sparse matrix of `2 n` rows for `n` vertices, O(n^1.5) each; deterministic,
/// whatever the number of threads.
///
/// The result is proved to be one to one, or says that it is not ([`Parameterization::bijective`]).
///
/// # Errors
/// [`ParameterizeError`] naming the element that is no part of an oriented manifold, or the option that does not suit.
///
/// ```
/// use brenier::parameterize::{ParameterizeOptions, parameterize};
/// // A tetrahedron: closed, so it is cut open.
/// let v = [[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
/// let t = [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]];
/// let found = parameterize(&v, &t, &ParameterizeOptions::default()).unwrap();
/// assert!(found.bijective);
/// assert_eq!(found.charts.len(), 1);
/// ```
pub fn parameterize(
    vertices: &[[f64; 3]],
    triangles: &[[u32; 3]],
    options: &ParameterizeOptions,
) -> Result<Parameterization, ParameterizeError> {
    pipeline::run(vertices, triangles, options)
}
