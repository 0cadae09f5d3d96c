//! Is a solution what it claims to be? One list of claims for all families, behind `brenier check`.
//!
//! Of a solution only the heights are believed. Everything else it says is computed anew from them
//! and compared, claim by claim; each comparison is a [`Line`]. What no recomputation can tell is
//! listed in [`Verdict::unverified`].
//!
//! A family (plane, partial transport, surface) is a [`super::Family`]: its diagram, and what its
//! certificate proves. How far rounding may carry a claim away from that is bounded in one place
//! ([`bounds`]). The lines are made of that in one place, so what is looked at in one family is
//! looked at in all.

mod bounds;
mod claims;
mod line;
mod lists;
mod numbers;
mod reach;
mod report;
mod truth;
mod unverified;
mod verdict;

pub use claims::{Claims, PointsAndNumbers};
pub use line::Line;
pub use lists::records_in_own;
pub use truth::{Proof, VerifyError};
pub(super) use verdict::verify_multiple;
pub use verdict::{Verdict, verify};
