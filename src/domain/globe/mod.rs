//! Images on the sphere: pixels between meridians and parallels.

mod bands;
mod blocks;
mod degrees;
mod density;
mod image;

pub use blocks::{Block, Sums};
pub use density::SphereDensity;
pub use image::SphereImage;
