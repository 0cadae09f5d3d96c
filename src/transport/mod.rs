//! Layer 5: the solved problem and its certificate.

mod certificate;
mod solution;
mod solve;

pub use certificate::{Certificate, CertifyError, certify};
pub use solution::{Control, Progress, Solution, SolveOptions, SolverState};
pub use solve::solve;
