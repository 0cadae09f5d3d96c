//! Triangulated surfaces in space: what transport needs of them, what is known of their topology,
//! and their repair.

mod density;
mod edges;
mod error;
mod flatten;
mod log;
mod mesh;
mod nearest;
mod places;
pub mod repair;
mod topology;
mod weld;
mod work;

pub use density::SurfaceDensity;
pub(crate) use error::MOST_FACES;
pub use error::SurfaceError;
pub use mesh::Surface;
use mesh::{check, components, is_flat};
pub use nearest::{Nearest, nearest_in_triangle};
pub use places::Places;
pub use topology::{Component, SharedEdge, Topology};
pub use weld::{OpenSeams, open_seams, weld};
