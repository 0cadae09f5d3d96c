//! Layer 3: Laguerre cells clipped to the domain, their integrals and their validity.

mod balls;
mod graph;
mod jumps;
mod label;
mod ladder;
mod measures;
mod moments;
mod outlines;
mod plane;
mod quantile;
mod record;
mod seam;
pub mod space;
pub mod sphere;
mod still;
mod subset;
pub mod surface;
mod tree;
mod unite;
mod wall_moments;

pub use balls::{PartialDiagram, PartialLaguerre, partial_start, shifted_start};
pub use graph::Graph;
pub use jumps::{Jumps, Region, Tie, Tied};
pub use label::Label;
pub use ladder::Invalid;
pub use measures::{Integrate, MeasureError, Measures, Want};
pub use moments::Moments;
pub use outlines::{Circle, NOBODY, Outlines};
pub use plane::{Diagram, ExactMoments, Integrals, Piece, PlaneLaguerre, Wall, Walls, quantile_start};
pub use record::CellRecord;
pub use seam::{Background, Coarsen, Islands, Laguerre, Live, Revive};
pub use space::{SpaceDiagram, SpaceGround, SpaceLaguerre};
pub use sphere::{SphereArc, SphereDiagram, SphereGround, SphereLaguerre};
pub use still::{Cells, DiagramError};
pub use surface::{BallDefects, CellMesh, Dual, SurfaceDiagram, SurfacePiece};
pub use wall_moments::WallMoments;
