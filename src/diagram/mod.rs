//! Layer 3: Laguerre cells clipped to the domain, their integrals and their validity.

mod cells;
mod clip;
mod integrate;
mod laguerre;
mod point;
mod proof;
mod raise;
mod snapshot;
mod validate;

pub use clip::Label;
pub use integrate::Moments;
pub use laguerre::{Laguerre, Measures, PlaneLaguerre, Want};
pub use proof::ExactMoments;
pub use snapshot::{Diagram, DiagramError};
pub use validate::Invalid;
