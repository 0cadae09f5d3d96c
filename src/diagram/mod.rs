//! Layer 3: Laguerre cells clipped to the domain, their integrals and their validity.

mod ball;
mod balls;
mod cells;
mod clip;
mod enlarge;
mod fit;
mod integrate;
mod laguerre;
mod matched;
mod partial;
mod partial_diagram;
mod parts;
mod patched;
mod point;
mod prolong;
mod proof;
mod raise;
mod restrict;
mod segment;
mod snapshot;
pub mod surface;
mod validate;
mod walls;

pub use clip::Label;
pub use integrate::Moments;
pub use laguerre::{Laguerre, Measures, PlaneLaguerre, Want};
pub use partial::PartialLaguerre;
pub use partial_diagram::PartialDiagram;
pub use parts::Piece;
pub use proof::{ExactMoments, Integrals};
pub use snapshot::{Diagram, DiagramError};
pub use surface::{BallDefects, CellMesh, Dual, SurfaceDiagram, SurfacePiece};
pub use validate::Invalid;
pub use walls::{Wall, Walls};
