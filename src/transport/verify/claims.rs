//! What a solution says.

use super::super::report::Report;
use super::super::solution::Solution;
use super::truth::VerifyError;
use crate::diagram::CellRecord;
use crate::exact::Heights;

/// A point or none for each site, and a number.
pub type PointsAndNumbers<'a, const D: usize> = (&'a [Option<[f64; D]>], &'a [f64]);

/// Everything a solution claims, borrowed from wherever it stands. Lists are in the order of the
/// problem's sites.
#[derive(Clone, Copy, Debug)]
pub struct Claims<'a, const D: usize> {
    /// Heights: what all other claims are about.
    pub heights: &'a Heights,
    /// Weights `|y_i|^2 + 2 h_i`.
    pub weights: &'a [f64],
    /// Masses of the cells.
    pub masses: &'a [f64],
    /// Their centroids.
    pub centroids: &'a [Option<[f64; D]>],
    /// Transport cost.
    pub cost: f64,
    /// Facet integrals.
    pub hessian: Option<&'a [(u32, u32, f64)]>,
    /// Derivatives of the cost by sites and masses.
    pub gradient: Option<PointsAndNumbers<'a, D>>,
    /// Sites without a cell.
    pub hidden: &'a [u32],
    /// For every site given its index in the lists, if sites were merged.
    pub site_of_input: Option<&'a [u32]>,
    /// The cells themselves.
    pub cells: Option<&'a [CellRecord<[f64; D]>]>,
    /// How they were found.
    pub report: &'a Report,
}

impl<'a, const D: usize> Claims<'a, D> {
    /// What a solution claims of a problem without merged sites.
    pub fn of(solution: &'a Solution<D>) -> Claims<'a, D> {
        Claims {
            heights: &solution.heights,
            weights: &solution.weights,
            masses: &solution.masses,
            centroids: &solution.centroids,
            cost: solution.cost,
            hessian: solution.hessian.as_deref(),
            gradient: None,
            hidden: &solution.hidden,
            site_of_input: None,
            cells: None,
            report: &solution.report,
        }
    }

    /// Is there one of each for every site?
    pub(super) fn fit(&self, sites: usize) -> Result<(), VerifyError> {
        let lists = [
            ("heights", self.heights.len()),
            ("weights", self.weights.len()),
            ("masses", self.masses.len()),
            ("centroids", self.centroids.len()),
        ];
        let more = self.gradient.map(|(s, m)| [("gradient_sites", s.len()), ("gradient_masses", m.len())]);
        match lists.into_iter().chain(more.into_iter().flatten()).find(|list| list.1 != sites) {
            Some((what, found)) => Err(VerifyError::Length { what, found, sites }),
            None => Ok(()),
        }
    }
}
