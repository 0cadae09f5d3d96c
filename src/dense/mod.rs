//! Layer 1: the highest of many sites in any dimension, and random words by their number. Below
//! everything that samples.

mod highest;
mod simd;
mod words;

pub use highest::{Dense, DenseError, MAX_DIMENSION};
pub use simd::{Instructions, multiply_add};
pub(crate) use simd::{Task, fetch, widely};
pub use words::random_words;
pub(crate) use words::{LANES, Stream, WORDS, halves, unit};
