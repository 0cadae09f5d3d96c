//! Laguerre diagrams in space and on tori: cells cut out of boxes, convex polyhedra and unions of
//! convex parts, one by one (docs/architecture.md says why so).

mod complex;
mod cut;
mod cutter;
mod exactly;
mod facets;
mod finder;
mod ground;
mod group;
mod laguerre;
mod last;
mod neighbors;
mod pieces;
mod planes;
mod prepared;
mod reach;
mod shape;
mod sites;
mod snapshot;
mod start;
mod still;
mod united;
mod validate;
mod wall;

use super::tree;

pub use complex::{ComplexCell, ComplexFace, SpaceComplex, Twin};
pub(crate) use exactly::enclosed_of;
pub use finder::SpaceFinder;
pub use ground::SpaceGround;
pub use laguerre::SpaceLaguerre;
pub use snapshot::{SpaceDiagram, SpaceFace};
pub use united::SpaceBody;
pub use wall::{Shift, Wall};
