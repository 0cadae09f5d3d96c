//! Laguerre cells in the plane: of a density on one convex polygon, and restricted to the patches
//! of a mesh or an image.

mod across;
mod areas;
pub(super) mod cells;
mod clip;
pub(super) mod even;
mod fit;
pub(super) mod ground;
pub(super) mod integrate;
mod islands;
pub(super) mod laguerre;
mod parts;
pub(super) mod patched;
mod pieces;
mod pixels;
pub(super) mod point;
mod prolong;
mod proof;
pub(super) mod raise;
pub(super) mod restrict;
mod runs;
mod scan;
mod seams;
pub(super) mod snapshot;
pub(super) mod source;
pub(super) mod start;
mod still;
mod validate;
mod walls;

pub use laguerre::PlaneLaguerre;
pub use pieces::Piece;
pub use proof::{ExactMoments, Integrals};
pub use snapshot::Diagram;
pub use start::quantile_start;
pub use walls::{Wall, Walls};
