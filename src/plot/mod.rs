//! Layer 6: pictures.

mod colors;
mod scene;
mod svg;

pub use scene::{Color, Scene};
