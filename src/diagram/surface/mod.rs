//! Laguerre diagrams on triangulated surfaces: sites anywhere in space, cells cut out of the
//! triangles (theory/surfaces.md).

#[cfg(test)]
mod adversaries;
mod areas;
mod clip;
mod dual;
mod envelope;
mod fan;
mod finder;
mod ground;
mod integrate;
mod laguerre;
mod live;
mod local;
mod mesh;
mod piece;
mod raise;
mod snapshot;
mod start;
mod still;
mod ties;
mod trace;
mod validate;
mod vertex;

pub use dual::{BallDefects, Dual};
pub use envelope::{Envelope, Scratch};
pub use ground::SurfaceGround;
pub use integrate::Moments3;
pub use laguerre::{SurfaceLaguerre, SurfaceMeasures};
pub use mesh::CellMesh;
pub use snapshot::{SurfaceDiagram, SurfacePiece};
