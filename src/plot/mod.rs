//! Layer 6: pictures.
//!
//! [`Scene`] draws plane diagrams as SVG. [`Model`] holds a diagram as polygons in space, of the plane or of a surface, for pages
//! ([`Model::html`]) and pixels ([`Model::pixels`]).

mod colors;
mod html;
mod image;
mod light;
mod model;
mod normals;
mod page;
mod painter;
mod raster;
mod scene;
mod surface;
mod svg;
mod uv;
mod view;

pub use image::Pixels;
pub use model::Model;
pub use painter::TooMany;
pub use scene::{Color, Scene};
pub use uv::{UvPicture, uv_svg};
pub use view::{Up, View};
