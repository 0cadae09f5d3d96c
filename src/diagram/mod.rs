//! Layer 3: Laguerre cells clipped to the domain, their integrals and their validity.

pub(crate) mod cells;
mod clip;
pub(crate) mod integrate;
pub(crate) mod point;

mod laguerre;

pub use clip::Label;
pub use laguerre::{Laguerre, Measures, PlaneLaguerre, Want};
