//! Solver for the linear systems of Newton's method: weighted graph Laplacians of adjacent cells.
//!
//! The graph is first shortened exactly (`eliminate`), what remains is solved directly if small
//! (`direct`) and otherwise by conjugate gradients (`pcg`) preconditioned by aggregation multigrid
//! (`amg`). See `docs/theory/linear-solver.md`.

mod aggregate;
mod amg;
mod components;
mod direct;
mod eliminate;
mod hub;
mod laplacian;
mod operator;
mod options;
mod order;
mod pcg;
mod quality;
mod rows;
mod system;
#[cfg(test)]
mod tests;
mod vector;

pub use laplacian::Laplacian;
pub use options::{LinearOptions, LinearReport};
pub use system::solve;
