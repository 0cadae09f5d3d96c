//! Layer 1: the highest of many sites in any dimension, and random words by their number. Below
//! everything that samples.

mod highest;
mod reflected;
mod simd;
mod sites;
mod stages;
mod words;

pub(crate) use reflected::{LEAST_DIMENSION, Reflected};
pub use simd::{Instructions, multiply_add};
pub(crate) use simd::{REFLECTIONS, Task, fetch, widely};
pub use sites::{Dense, DenseError, MAX_DIMENSION};
pub use words::random_words;
pub(crate) use words::{LANES, Stream, WORDS, halves, unit};
