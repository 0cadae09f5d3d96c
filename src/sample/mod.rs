//! Layer 5: random points of the source with their cells; the highest of many sites in any dimension.

mod alias;
mod batch;
mod dense;
mod draw;
mod method;
mod philox;
mod pieces;
mod sampler;
mod simd;
mod surface;
mod triangle;

pub use dense::{Dense, DenseError, MAX_DIMENSION};
pub use draw::Draw;
pub use method::{Method, SampleError};
pub use philox::random_words;
pub use sampler::Sampler;
pub use simd::{Instructions, multiply_add};
pub use surface::SurfaceSampler;
