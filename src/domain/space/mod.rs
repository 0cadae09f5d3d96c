//! Sources in space, and on the torus of the plane: boxes, tori, convex polyhedra, meshes of
//! tetrahedra, solids.

mod again;
mod body;
mod density;
mod domain;
mod integrals;
mod parts;
mod polytope;
mod spread;
mod whole;

pub(crate) use again::Knot;
pub use body::{Body, BodyData};
pub use density::{SpaceDensity, SpaceLaw};
pub use domain::SpaceDomain;
pub(crate) use integrals::{ExactAffine, Integrals, corners, integrals};
pub use parts::{Parts, Solid, TetMesh};
pub(crate) use polytope::{Clip, Face, Planes, Polytope, Skeleton, Work};
pub use spread::spread_in_space;
pub(crate) use whole::whole;
