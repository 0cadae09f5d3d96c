//! Layer 4: the dual functional, maximized.

mod continuation;
mod damped;
mod dual;
#[cfg(test)]
mod floor;
pub mod linear;
mod maximize;
mod report;
mod residual;
mod revive;
mod state;
mod step;

pub use dual::{BEYOND, Jump};
pub use maximize::maximize;
pub use report::{CellParts, IterationReport, Outcome, Report};
pub use revive::revived;
pub use state::{NewtonOptions, NewtonResult, NewtonState, Start};
