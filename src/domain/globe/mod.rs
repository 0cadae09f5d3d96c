//! Images on the sphere: pixels between meridians and parallels.

mod bands;
mod blocks;
mod degrees;
mod density;
mod image;
mod pixels;
mod sums;

pub use blocks::Block;
pub use density::SphereDensity;
pub use image::SphereImage;
pub use sums::Sums;
