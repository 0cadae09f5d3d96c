//! Layer 4: the dual functional, its start, damping and linear algebra.

mod background;
mod dual;
#[cfg(test)]
mod floor;
mod layers;
pub mod linear;
mod partial_start;
mod report;
mod revive;
mod solver;
mod start;

pub use dual::{BEYOND, Jump};
pub use partial_start::{partial_start, shifted_start};
pub use report::{CellParts, IterationReport, Outcome, Report};
pub use revive::revived;
pub use solver::{NewtonOptions, NewtonResult, NewtonState, Start, maximize, maximize_alone};
pub use start::quantile_start;
