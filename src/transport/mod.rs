//! Layer 5: the solved problem, its certificate and its map; quantization, which solves again and again.

mod certificate;
mod claim;
mod components;
mod drive;
mod far;
mod locate;
mod map;
mod partial;
mod quantize;
mod remesh;
mod solution;
mod solve;
mod surface;
mod surface_certificate;
mod unattainable;
mod verify;

pub use certificate::{Certificate, CertifyError, certify};
pub use locate::{Locator, LocatorError, NOWHERE, SpaceLocator};
pub use map::{
    BrenierMap, ConvexGraph, Extension, MapError, Monotonicity, Place, ShrunkenCell, SingularOptions, SingularSet,
    SingularWall, SmoothMap, Strand, StrandEnd, Threshold,
};
pub use partial::solve_partial;
pub use quantize::{
    Quantizable, Quantization, QuantizeOptions, QuantizeOutcome, QuantizeProgress, QuantizeStep, quantize,
};
pub use remesh::{Positions, Remesh, remesh};
pub use solution::{Control, Progress, Solution, SolveOptions, SolverState};
pub use solve::solve;
pub use surface::solve_surface;
pub use surface_certificate::{SurfaceCertificate, certify_surface};
pub use verify::{Claims, Line, Proof, Verdict, Verifiable, VerifyError, verify};
