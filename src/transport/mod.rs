//! Layer 5: the solved problem, its certificate and its map; quantization, which solves again and
//! again.

mod areas;
mod carried;
mod certificate;
mod certify;
mod claim;
mod describe;
mod exactly;
mod families;
mod family;
mod fit;
mod gradient;
mod locate;
mod map;
mod multiple;
mod quantize;
mod relax;
mod remarks;
mod remesh;
mod report;
mod solution;
mod solve;
mod verify;

pub use areas::{CellTable, cell_pieces, cells};
pub use carried::carried;
pub use certificate::{Certificate, CertifyError, Flaw};
pub use certify::certify;
pub use describe::{Description, describe};
pub use exactly::{ExactCells, exact_cells};
pub use family::{Family, Transport, Visit};
pub use fit::{Fit, FitOptions, FitOutcome, FitStep, fit};
pub use gradient::{
    GradientError, Gradients, Pulled, free_mass_gradient, mass_gradient, site_gradient, site_gradient_in,
};
pub use locate::{Locator, LocatorError, NOWHERE, SpaceLocator};
pub use map::{
    BrenierMap, ConvexGraph, Extension, MapError, Monotonicity, Place, ShrunkenCell, SingularOptions, SingularSet,
    SingularWall, SmoothMap, Strand, StrandEnd, Threshold,
};
pub use multiple::{exactly_in_own, given_heights, heights_of_multiple, in_own, verify_as_written};
pub use quantize::{
    Quantizable, Quantization, QuantizeOptions, QuantizeOutcome, QuantizeProgress, QuantizeStep, quantize,
    quantize_with,
};
pub use remesh::{Positions, Remesh, remesh};
pub use report::{CellParts, Report};
pub use solution::{Control, Progress, Solution, SolveOptions, SolverState};
pub use solve::{solve, solve_with};
pub use verify::{Claims, Line, PointsAndNumbers, Proof, Verdict, VerifyError, records_in_own, verify};
