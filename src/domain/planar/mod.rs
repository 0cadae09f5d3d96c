//! Polygons of any shape in the plane: rings with holes, parts that touch or lie apart. They become
//! meshes without new points.

mod arrangement;
mod build;
mod error;
mod inside;
mod nest;
mod rings;

pub use build::planar_domain;
pub use error::{EdgeName, RingError, RingName};
pub use nest::{FillRule, parts_of_loops};
pub use rings::Polygon;
