//! Minkowski's problem: the polytope with given normals and areas of its facets.
//!
//! The unknowns are the support numbers. Areas are a function of them whose derivative is no graph
//! Laplacian (it has one eigenvalue of the other sign, and translations change nothing), so this
//! stands beside the transport of measures, not on it: `docs/theory/polytopes.md`.

mod measure;
mod problem;
mod proof;
mod solve;
mod step;
#[cfg(test)]
mod tests;

pub use measure::measured_areas;
pub use problem::{MinkowskiError, MinkowskiProblem};
pub use proof::{ProvedAreas, prove_areas};
pub use solve::{MinkowskiOptions, MinkowskiSolution, minkowski};
