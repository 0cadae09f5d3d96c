//! Layer 5: the solved problem and its certificate.

mod solution;
mod solve;

pub use solution::{Control, Progress, Solution, SolveOptions, SolverState};
pub use solve::solve;
