//! Layer 0: numbers and signs.
//!
//! Every combinatorial decision of the library is the sign of a polynomial in the input doubles,
//! answered by a ladder: f64 filter with a proved bound, fixed-width integers, big integers,
//! symbolic perturbation.

pub mod angle;
pub mod big;
mod counters;
pub mod dd;
pub mod elementary;
mod fraction;
mod heights;
pub mod power;
pub mod predicates;
mod ratio;
pub mod wide;

pub use counters::Counters;
pub use dd::Dd;
pub use fraction::Fraction;
pub use heights::Heights;
pub use ratio::{NotRational, Ratio};
