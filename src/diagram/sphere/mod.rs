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
mod outline;
mod pieces;
mod portion;
mod reach;
mod rings;
mod shape;
mod sites;
mod snapshot;
mod start;
mod still;
mod validate;
mod walls;
mod weigh;

pub use ground::SphereGround;
pub use laguerre::SphereLaguerre;
pub use shape::SphereArc;
pub use snapshot::SphereDiagram;
