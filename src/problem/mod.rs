//! Layer 1: a validated problem. Parse, don't validate: a [`Problem`] that exists is sound.

mod error;
mod kind;
mod measure;
mod plane;
mod scales;
mod space;
mod sphere;
mod surface;
mod targets;
mod units;
mod with_sites;

pub use error::ProblemError;
pub use kind::Kind;
pub use measure::exact_measure;
pub use plane::{Problem, ProblemData};
pub use scales::Scales;
pub use space::{SpaceProblem, SpaceProblemData};
pub use sphere::{SphereProblem, SphereProblemData};
pub use surface::{SurfaceProblem, SurfaceProblemData};
pub use targets::Duplicates;
pub use targets::Merge;
pub use units::Units;
pub use with_sites::WithSites;
