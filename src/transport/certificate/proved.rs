//! What a certificate says.

use crate::diagram::{DiagramError, Invalid};
use crate::exact::Counters;

/// Why nothing could be certified.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CertifyError {
    /// The heights do not define a diagram.
    #[error(transparent)]
    Diagram(#[from] DiagramError),
    /// Integrals that are computed in doubles, about which level 5 has nothing to say: those of
    /// partial transport, and of densities on a sphere that are not constant.
    #[error("level 5 proves nothing about partial transport or tilted densities on a sphere; ask for level 4")]
    Partial,
    /// The diagram fails its own checks.
    #[error("level {level} of the validity ladder fails: {defect}")]
    Invalid {
        /// The level that failed.
        level: u8,
        /// The defect.
        defect: Invalid,
    },
}

/// What is proved about given heights.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Certificate<const D: usize = 2> {
    /// Level of the validity ladder that was checked.
    pub level: u8,
    /// Number of cells (sites that are not hidden).
    pub cells: usize,
    /// Number of hidden sites.
    pub hidden: usize,
    /// Cells whose mass was computed exactly: all of them at level 5, else 0.
    pub exact_cells: usize,
    /// The exact masses sum to exactly the domain's measure (checked by summing up to
    /// [`Certificate::EXACT_SUM`] sites, beyond that within an enclosure of relative width
    /// `2^-300`).
    pub total_is_domain: bool,
    /// They were summed as rationals, not within an enclosure.
    pub summed_exactly: bool,
    /// Rigorous lower and upper bound of `max_i |m_i - nu_i| / nu_i`; doubles rounded outwards.
    pub max_relative_error: [f64; 2],
    /// Site where that maximum is attained; in the plane.
    pub worst_site: usize,
    /// Rigorous bracket of `W2^2(source, target)`; doubles rounded outwards. `[0, inf]` below level
    /// 5.
    pub w2_squared: [f64; 2],
    /// Rigorous bracket of the cost of the map that sends each cell to its site, which is `W2^2` to
    /// the cells' own masses; doubles rounded outwards. `[0, inf]` below level 5.
    pub map_cost: [f64; 2],
    /// Exact masses in the normalized source, each rounded to the nearest double.
    pub masses: Vec<f64>,
    /// Exact centroids, rounded; `None` for a cell without mass.
    pub centroids: Vec<Option<[f64; D]>>,
    /// Facets of positive length between cells.
    pub adjacencies: usize,
    /// On a surface: polygons in which cells and triangles meet.
    pub polygons: usize,
    /// On a surface: what keeps the polygons from being its cells; `None`: nothing.
    pub flaw: Option<Flaw>,
    /// How the signs were decided.
    pub predicates: Counters,
}

/// Why polygons are not proved to be the cells of a surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// They do not fill a triangle exactly.
    Gap {
        /// The triangle.
        face: u32,
    },
    /// An arc of a cell on a sphere is too small to be measured in fixed point.
    Small {
        /// Its site.
        site: u32,
    },
    /// A polygon is not what its labels say.
    Polygon {
        /// Its triangle.
        face: u32,
        /// Its site.
        site: u32,
    },
}

impl<const D: usize> Certificate<D> {
    /// Most cells whose exact masses are summed as rationals; the common denominator grows with
    /// every term, in space ten times as fast.
    pub const EXACT_SUM: usize = if D == 3 { 200 } else { 2000 };

    /// Are the cells proved to be what they are taken for?
    pub fn sound(&self) -> bool {
        self.flaw.is_none()
    }
}
