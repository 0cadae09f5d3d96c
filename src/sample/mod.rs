//! Layer 5: random points of the source with their cells.

mod alias;
mod batch;
mod draw;
mod method;
mod pieces;
mod sampled;
mod sampler;
mod space;
mod sphere;
mod surface;
mod triangle;

pub use draw::{Draw, Fill};
pub use method::{Method, SampleError};
pub use sampled::{Draws, Sampled};
pub use sampler::Sampler;
pub use space::{SpaceDraw, SpaceSampler};
pub use sphere::{SphereDraw, SphereSampler};
pub use surface::SurfaceSampler;
