//! Closed surfaces of genus 0 onto the unit sphere, areas kept, no triangle turned over.
//!
//! The mesh is made coarser to a tetrahedron (`coarsen`), which is laid onto the sphere; vertices
//! go back level by level, each into the part of its hole that sees all of the outline (`place`),
//! and steps of Newton's method that never flip a triangle spread areas (`refine`). That the result
//! is one to one is decided exactly, on the doubles as they are written (`check`). See
//! `docs/theory/sphere-maps.md`.

mod check;
mod climb;
mod coarsen;
mod energy;
mod map;
mod options;
mod place;
mod refine;
mod run;
#[cfg(test)]
mod shapes;

pub use check::SphereProof;
pub use map::{SphereMap, SphereMiss, SphereReport};
pub use options::SphereOptions;
pub use run::parameterize_sphere;
