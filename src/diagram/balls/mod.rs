//! Cells of the plane cut by balls: partial transport.

mod areas;
mod ball;
mod disc;
mod enlarge;
mod laguerre;
mod measure;
mod segment;
mod snapshot;
mod source;
mod start;
mod still;

pub use laguerre::PartialLaguerre;
pub use snapshot::PartialDiagram;
pub use start::{partial_start, shifted_start};
