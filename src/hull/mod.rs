//! Layer 2: the lifted convex hull of the sites, which is their regular triangulation.
//!
//! Site `i` is lifted to `(y_i, h_i)`; the upper hull projects to the regular (weighted Delaunay)
//! triangulation, whose dual is the Laguerre diagram. A site whose lifted point is no vertex of
//! that hull is *hidden*: its cell is empty. All decisions are exact, ties are broken by rank
//! ([`crate::exact::predicates`]), so the triangulation is a function of sites, heights and ranks
//! alone: independent of insertion order, flips or rebuilds.

mod build;
mod corners;
mod cut;
mod flip;
mod glue;
mod insert;
mod lifted;
mod line;
mod mesh;
mod net;
mod order;
mod part;
mod plane;
mod remove;
mod repair;
pub mod solid;
pub mod space;
#[cfg(test)]
mod tests;

pub use lifted::{Hull, Spot, Update, Wedge};
