//! Layer 5: random points of the source, their cells and images; the highest of many sites in any dimension.

mod dense;
mod simd;

pub use dense::{Dense, DenseError, MAX_DIMENSION};
pub use simd::{Instructions, multiply_add};
