//! The dual climbed as what it is: concave, with kinks in its gradient and jumps.
//!
//! Where Newton's method with its damped steps stops (a wall along an edge, a cell that is empty, a
//! jump), this goes on. Directions are Newton's, from the one-sided derivatives that the diagram
//! tells; progress is that of the dual ([`search`]), not of a residual. Sites that are tied move
//! together ([`place`]); a flow tells whether they should part ([`flow`]), and, at the top, whether
//! any heights attain the masses at all. Everything follows from the heights, so a run may be
//! stopped anywhere. Theory: docs/theory/kinks.md.

mod climb;
mod flow;
mod jump;
mod place;
mod search;

pub(super) use climb::{Climbed, climb};
pub use jump::{BEYOND, Jump};
