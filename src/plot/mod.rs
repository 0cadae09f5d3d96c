//! Layer 6: pictures.
//!
//! [`Scene`] draws plane diagrams as SVG. [`Model`] holds a diagram as polygons in space, of the
//! plane, of a surface or of the graph of a potential, for pages ([`Model::html`]) and pixels
//! ([`Model::pixels`]). [`Charts`] are a parameterized surface and its layout, [`SphereCharts`] a
//! closed one and its map to the sphere.

mod cells;
mod cells_in_space;
mod charts;
mod charts_page;
mod charts_picture;
mod colors;
mod dots;
mod furnished;
mod graph;
mod html;
mod image;
mod letters;
mod light;
mod look;
mod model;
mod normals;
mod page;
mod painter;
mod pdf;
mod polyhedron;
mod potential;
mod raster;
mod scene;
mod screen;
mod space;
mod sphere;
mod sphere_map;
mod surface;
mod svg;
mod view;

pub use cells::cells_svg;
pub use charts::Charts;
pub use colors::Ramp;
pub use image::Pixels;
pub use look::{Look, Radius, Values};
pub use model::Model;
pub use painter::TooMany;
pub use pdf::{NoPdf, pdf_of_svg};
pub use potential::level_lines;
pub use scene::{Color, Scene};
pub use sphere::Globe;
pub use sphere_map::SphereCharts;
pub use view::{Up, View};
