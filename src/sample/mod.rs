//! Layer 5: random points of the source with their cells; the highest of many sites in any dimension.

mod alias;
mod dense;
mod philox;
mod pieces;
mod sampler;
mod simd;

pub use dense::{Dense, DenseError, MAX_DIMENSION};
pub use sampler::{Draw, Method, SampleError, Sampler};
pub use simd::{Instructions, multiply_add};
