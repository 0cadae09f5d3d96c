//! Proofs, in exact arithmetic: what is true of given heights, whoever found them.

mod plan;
mod plane;
mod proved;
mod space;
mod sphere;
mod surface;

pub use plane::{prove_in_plane, sure_in_plane};
pub use proved::{Certificate, CertifyError, Flaw};
pub use space::{prove_in_space, sure_in_space};
pub use sphere::{prove_on_sphere, sure_on_sphere};
pub use surface::{polygon_masses, prove_on_surface, sure_on_surface};
