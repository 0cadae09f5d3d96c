//! Laguerre diagrams on the sphere: cells bounded by arcs of circles, cut one by one
//! (docs/theory/sphere.md).

mod arcs;
mod cell;
mod clip;
mod cut;
mod edges;
mod enclose;
mod ground;
mod laguerre;
mod nearest;
mod outline;
mod pieces;
mod portion;
mod raise;
mod reach;
mod ring;
mod rings;
mod shape;
mod sites;
mod snapshot;
mod start;
mod still;
mod validate;
mod walls;
mod weigh;

pub(crate) use enclose::PAIRS;
pub use ground::SphereGround;
pub use laguerre::SphereLaguerre;
pub use shape::SphereArc;
pub use snapshot::SphereDiagram;
