//! Layer 4: the dual functional, its start, damping and linear algebra.

pub mod linear;
mod report;

pub use report::{IterationReport, Outcome, Report};
