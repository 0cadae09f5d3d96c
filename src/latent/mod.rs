//! Layer 5: transport in high dimension, by samples. Every figure here is an estimate with a law;
//! nothing is proved of a solution.

mod codes;
mod counts;
mod draw;
mod envelope;
mod error;
mod estimate;
mod fixed;
mod interval;
mod lines;
mod normal;
mod options;
mod soft;
mod solve;
mod source;
mod stage;
mod stars;
mod start;
mod state;
mod units;
mod validate;
mod warm;

pub use codes::Codes;
pub use envelope::{Envelope, Piece};
pub use error::LatentError;
pub use options::{LatentOptions, LatentOutcome, LatentReport};
pub use solve::{LatentControl, LatentProgress, LatentSolution, solve_latent};
pub use source::{Rows, Sampler, Source};
pub use state::LatentState;
pub use units::Units;
pub use validate::Validation;
