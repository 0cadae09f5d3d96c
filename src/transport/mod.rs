//! Layer 5: the solved problem and its certificate; what is done with solved problems: warm starts, quantization.

mod certificate;
mod quantize;
mod solution;
mod solve;
mod warm;

pub use certificate::{Certificate, CertifyError, certify};
pub use quantize::{Quantization, QuantizeOptions, QuantizeOutcome, QuantizeProgress, QuantizeStep, quantize};
pub use solution::{Control, Progress, Solution, SolveOptions, SolverState};
pub use solve::solve;
pub use warm::carried_heights;
