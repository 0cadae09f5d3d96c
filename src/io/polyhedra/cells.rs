//! What is written of cells in space.

use crate::diagram::SpaceDiagram;
use crate::domain::SpaceDomain;

/// What is written of cells in space.
#[derive(Clone, Copy, Debug)]
pub struct Polyhedra<'a> {
    /// The cells.
    pub diagram: &'a SpaceDiagram,
    /// Where they live.
    pub domain: &'a SpaceDomain,
    /// Masses asked for, one a site.
    pub masses: &'a [f64],
    /// Weights, one a site.
    pub weights: &'a [f64],
    /// Where meshes, polyhedra and arrays are.
    pub placed: Placed,
}

/// Where cells are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Placed {
    /// Where they are.
    Here,
    /// Away from the middle of all by this share of their distance from there.
    Apart(f64),
    /// This share of the way to their sites: `(1 - t) x + t y`.
    OnTheWay(f64),
}
