//! Diagrams at given heights, as far as all families have them alike.

use super::ladder::Invalid;
use super::moments::cost;
use super::outlines::Outlines;
use super::record::CellRecord;
use super::wall_moments::WallMoments;
use crate::exact::Counters;

/// Why a diagram cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DiagramError {
    /// The heights are not one per site.
    #[error("heights has {found} entries, sites has {expected}; give one per site")]
    LengthMismatch {
        /// Number of heights.
        found: usize,
        /// Number of sites.
        expected: usize,
    },
    /// The cells of such sources are no areas.
    #[error("the cells of this source are no areas")]
    NoAreas,
    /// A height is NaN or infinite.
    #[error("heights[{site}] is not finite; every height must be finite")]
    NonFiniteHeight {
        /// Index of the site.
        site: usize,
    },
}

/// The cells of a diagram at given heights: all that transport, certificates, files and pictures
/// see of a family. Everything is in the order of the problem's sites.
pub trait Cells<const D: usize>: Sync {
    /// The sites.
    fn sites(&self) -> &[[f64; D]];
    /// Masses of the cells in the normalized source.
    fn masses(&self) -> &[f64];
    /// Bounds of the errors of the masses; none where they are not known.
    fn mass_errors(&self) -> &[f64] {
        &[]
    }
    /// Centroids of the cells; `None` for a cell without mass.
    fn centroids(&self) -> &[Option<[f64; D]>];
    /// What doubles leave out of the centroids.
    fn rests(&self) -> &[[f64; D]];
    /// `int_cell |x - centroid|^2 rho` of each cell.
    fn spreads(&self) -> &[f64];
    /// Sites without a cell, ascending.
    fn hidden(&self) -> Vec<u32>;
    /// The Hessian `(i, j, H_ij)`, `i < j`, sorted.
    fn walls(&self) -> Vec<(u32, u32, f64)>;
    /// Hands on the polygons of cell `i` by their vertices, before anything that is no polygon cuts
    /// them.
    fn each_polygon(&self, i: usize, f: &mut dyn FnMut(&[[f64; D]]));
    /// The cells as areas, united over the pieces of the domain; `whole` false: each of its pieces
    /// by itself. `None` where cells are none.
    fn areas(&self, _whole: bool) -> Option<Outlines<D>> {
        None
    }
    /// The cells as files list them; `None` if they are no polygons.
    fn records(&self) -> Option<Vec<CellRecord<[f64; D]>>>;
    /// The walls with their moments, sorted by their sites: what derivatives are made of. `None`
    /// where cells have other boundaries, too.
    fn wall_moments(&self) -> Option<Vec<WallMoments<D>>> {
        None
    }
    /// How the signs were decided.
    fn counters(&self) -> Counters;
    /// Climbs the validity ladder to a level from 1 to 4.
    ///
    /// # Errors
    /// The first defect found, lowest level first.
    fn validate(&self, level: u8) -> Result<(), Invalid>;
    /// The largest coordinate or extent of the domain, along each axis.
    fn sizes(&self) -> [f64; D];
    /// How far apart two computations of one vertex may lie, and the greatest density there; 0
    /// where all that is written comes from this very diagram.
    fn blur(&self) -> (f64, f64) {
        (0.0, 0.0)
    }
    /// Of how many parts each cell consists, where that is told.
    fn parts(&self) -> Option<Vec<usize>> {
        None
    }
    /// With partial transport: the mass that stays.
    fn rest(&self) -> Option<f64> {
        None
    }
    /// The value of the dual, where it says more than the cost.
    fn dual(&self) -> Option<f64> {
        None
    }
    /// Number of sites.
    fn len(&self) -> usize {
        self.masses().len()
    }
    /// No sites.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// `sum_i int_cell_i |x - y_i|^2`: the cost of the map that sends cell `i` to site `i`, with
    /// what doubles leave out of the centroids.
    fn cost(&self) -> f64 {
        let mut sum = 0.0;
        for (i, &y) in self.sites().iter().enumerate() {
            if let Some(c) = self.centroids()[i] {
                sum += cost(self.masses()[i], self.spreads()[i], (c, self.rests()[i]), y);
            }
        }
        sum
    }
}

/// [`Cells::sizes`] of a box.
pub(super) fn sizes<const D: usize>((low, high): ([f64; D], [f64; D])) -> [f64; D] {
    std::array::from_fn(|k| (high[k] - low[k]).max(low[k].abs()).max(high[k].abs()))
}
