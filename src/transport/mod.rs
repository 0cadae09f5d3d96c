//! Layer 5: the solved problem and its certificate.

mod solution;

pub use solution::{Control, Progress, Solution, SolveOptions, SolverState};
