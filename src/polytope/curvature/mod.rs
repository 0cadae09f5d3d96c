//! Alexandrov's problem: the polytope with vertices on given rays and given curvatures.
//!
//! It is optimal transport on the sphere for the cost `-log <x, y>`: the logarithms of the radii
//! are heights, the curvature of a vertex is the area of the normals there, and the normals of the
//! hull's vertices are the cells. So the solver of all other families solves it, too:
//! `docs/theory/polytopes.md`.

mod cells;
mod problem;
mod proof;
mod solve;
#[cfg(test)]
mod tests;
mod witness;

pub use cells::measured_curvatures;
pub use problem::{CurvatureError, CurvatureProblem};
pub use proof::{ProvedCurvatures, prove_curvatures};
pub use solve::{CurvatureOptions, CurvatureSolution, curvature};
pub use witness::Violation;
