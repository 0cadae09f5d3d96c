//! Layer 1: where the source lives. Convex polygons, triangulated domains of any shape, and
//! densities on them.

mod chains;
mod cut;
mod density;
mod distance;
mod error;
mod facets;
mod fits;
mod image;
mod law;
mod mesh;
mod outline;
mod overlap;
mod patches;
mod pixels;
pub mod planar;
mod polygon;
mod polygons;
mod shape;
pub mod space;
mod sphere;
mod spread;
pub mod surface;
pub(crate) mod vector;

pub use chains::Chains;
pub use density::Density;
pub use distance::{Touching, touching};
pub use error::DomainError;
pub use facets::Facets;
pub use image::{Between, Image};
pub use law::{ExactLaw, Law};
pub use mesh::PlanarMesh;
pub use outline::{Corner, Outline};
pub(crate) use overlap::{overlap, rounding};
pub use patches::{Patch, Patches};
pub use polygon::ConvexPolygon;
pub(crate) use polygons::polygon_of;
pub use shape::Domain;
pub use space::{Body, BodyData, Parts, Solid, SpaceDensity, SpaceDomain, TetMesh, spread_in_space};
pub use sphere::{Sphere, direction, spread_on_sphere};
pub(crate) use spread::spread_over;
pub use spread::{spread, spread_on};
pub use surface::{Surface, SurfaceDensity};
