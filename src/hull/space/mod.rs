//! The lifted hull of sites in space, four-dimensional: their regular triangulation.
//!
//! Site `i` is lifted to `(y_i, h_i)`; the upper hull projects to tetrahedra, dual to the Laguerre
//! cells of space. Built by insertion, every sign exact, ties by rank: the tetrahedra are a
//! function of sites, heights and ranks alone.

mod build;
mod cell;
mod dig;
mod face;
mod grow;
mod lifted;
mod lists;
mod net;
mod order;
mod sites;
#[cfg(test)]
mod tests;
mod validate;
mod walk;

pub use lifted::SpaceHull;
pub use lists::Lists;
pub use validate::Fault;
