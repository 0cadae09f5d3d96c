//! Sources in space, and on the torus of the plane: boxes, tori, convex polyhedra, meshes of
//! tetrahedra, solids.

mod again;
mod body;
mod density;
mod domain;
mod enclosed;
mod integrals;
mod metric;
mod parts;
mod polytope;
mod skeleton;
mod spread;
mod whole;

pub use body::{Body, BodyData};
pub use density::{SpaceDensity, SpaceLaw};
pub use domain::SpaceDomain;
pub(crate) use enclosed::{Enclosed, Enclosure, enclosed};
pub(crate) use integrals::{ExactAffine, Homogeneous, Integrals, PAIRS, corners, integrals, joints};
pub use metric::Metric;
pub(crate) use metric::{heights_of, moved, weights_of};
pub use parts::{Parts, Solid, TetMesh};
pub(crate) use polytope::{Clip, Face, Planes, Polytope, Work};
pub(crate) use skeleton::{Knot, Naming, Skeleton};
pub use spread::spread_in_space;
pub(crate) use whole::whole;
