//! The convex hull of points `n / s` in space, and so the polytope `{x : <n_i, x> <= s_i}`, which
//! is its polar.
//!
//! Built by insertion, decided by one exact predicate. Facets of more than three corners are kept
//! as they are, not perturbed: four points in one plane are found to be so.

mod build;
mod grow;
mod rings;
#[cfg(test)]
mod tests;

pub use build::{Flat, SolidHull};
pub use rings::Rings;
