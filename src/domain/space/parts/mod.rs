//! Domains made of convex parts: the tetrahedra of a mesh, and what the inside of a closed surface
//! is cut into.

mod boxes;
mod carve;
mod convex;
mod crossing;
mod flat;
mod solid;
mod tets;
mod union;
mod winding;

pub use solid::Solid;
pub use tets::TetMesh;
pub use union::Parts;
