//! What a diagram says of some heights.

use super::graph::Graph;
use crate::exact::Counters;

/// What a caller needs to know about a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Masses and walls, unless some site is hidden: then only how many are.
    Feasible,
    /// Masses and walls in any case.
    Newton,
}

/// Integrals over the cells, in the numbering of the diagram that made them.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    /// Masses `m_i`; `None` if [`Want::Feasible`] met a hidden site.
    pub mass: Option<Vec<f64>>,
    /// Walls, with `K_ij = int_wall rho / |y_i - y_j|`: `dm_i/dh_j = -K_ij`, and `K = 2 H`.
    pub graph: Graph,
    /// Sites hidden by the others.
    pub hidden: usize,
    /// Wall seconds in the triangulation.
    pub hull_seconds: f64,
    /// Wall seconds in cells and integrals.
    pub cells_seconds: f64,
    /// How the signs were decided, since the beginning.
    pub counters: Counters,
}

impl Measures {
    /// The masses; none if they were not measured.
    pub fn masses(&self) -> &[f64] {
        self.mass.as_deref().unwrap_or_default()
    }
}

/// Why there are no measures.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{why}")]
pub struct MeasureError {
    /// In words, with the cure.
    pub why: String,
}

/// What a diagram integrates beside masses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integrate {
    /// Walls.
    pub walls: bool,
    /// Centroids and spreads.
    pub moments: bool,
}

impl Integrate {
    /// What Newton's method needs.
    pub const WALLS: Integrate = Integrate { walls: true, moments: false };
    /// What a solution tells.
    pub const MOMENTS: Integrate = Integrate { walls: false, moments: true };
    /// Everything.
    pub const ALL: Integrate = Integrate { walls: true, moments: true };
}
