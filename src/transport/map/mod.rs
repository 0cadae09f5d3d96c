//! The solved map: the potential `u(x) = max_i <x, y_i> + h_i`, its gradient, and what follows from
//! them (theory/map.md).

mod alexandrov;
mod brenier;
mod extension;
mod interpolate;
mod singular;
mod smooth;

pub use alexandrov::ConvexGraph;
use brenier::CHUNK;
pub use brenier::{BrenierMap, MapError, Monotonicity};
pub use extension::{Extension, Place};
pub use interpolate::ShrunkenCell;
pub use singular::{SingularOptions, SingularSet, SingularWall, Strand, StrandEnd, Threshold};
pub use smooth::SmoothMap;
