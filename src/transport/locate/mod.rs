//! Point location: which cell of all the plane, or of space, a point lies in. Every finite point
//! gets the exact answer.
//!
//! The cell of `x` is that of the highest site, `<x, y_i> + h_i` maximal, among all sites: also of
//! those whose cells miss the domain, since a point may lie anywhere. Ties are decided as
//! everywhere, as if heights were `h_i + eps^(i+1)`. A finite point has one highest site then, so
//! the answer is a function of sites, heights and point; how it is found does not show in it.
//!
//! In the plane the regular triangulation knows the neighbours of each cell. A site that beats its
//! neighbours at `x` is the highest there: its cell is bounded by the walls to its neighbours. A
//! walk to the best neighbour, again and again, goes up strictly, so it ends, and ends at the
//! highest. To make it short, or to spare it, squares of the plane list the few cells that meet
//! them ([`squares`]). In space a k-d tree gives the few sites that may be the highest ([`space`]).

mod error;
mod graph;
mod plane;
mod space;
mod squares;
#[cfg(test)]
mod tests;

use error::{CHUNK, sound};
pub use error::{LocatorError, NOWHERE};
use graph::Graph;
pub use plane::Locator;
pub use space::SpaceLocator;
