//! Polytopes of Minkowski and of Alexandrov: those with given normals and areas, and those with
//! given curvatures at vertices on given rays.
//!
//! Both are decided by one hull ([`crate::hull::solid`]), whose points `n / s` are the vertices of
//! the one and, as polars, the facets of the other.

mod claims;
mod corners;
mod curvature;
mod directions;
mod minkowski;
mod report;
mod solid;
mod sparse;
mod verify;

pub use claims::PolytopeClaims;
pub use curvature::{
    CurvatureError, CurvatureOptions, CurvatureProblem, CurvatureSolution, ProvedCurvatures, Violation, curvature,
    measured_curvatures, prove_curvatures,
};
pub use directions::{DirectionError, Directions};
pub use minkowski::{
    MinkowskiError, MinkowskiOptions, MinkowskiProblem, MinkowskiSolution, ProvedAreas, measured_areas, minkowski,
    prove_areas,
};
pub use report::{PolytopeOutcome, PolytopeStep};
pub use solid::Polyhedron;
pub use verify::{verify_curvature, verify_minkowski};
