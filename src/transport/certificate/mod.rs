//! Proofs, in exact arithmetic: what is true of given heights, whoever found them.

mod plane;
mod proved;
mod surface;

pub use plane::{prove_in_plane, sure_in_plane};
pub use proved::{Certificate, CertifyError, Flaw};
pub use surface::{polygon_masses, prove_on_surface, sure_on_surface};
