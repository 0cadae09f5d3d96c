//! What a solution says of its heights, and whether it may call itself converged.
//!
//! Everything is said of the heights that are written, gauged and in the problem's order, never of
//! those that the solver happened to measure last. Masses come with bounds of their errors.
//! "Converged" is a statement about the true masses: every `|m_i - nu_i| / nu_i` is at most the
//! tolerance. Where a bound leaves that open the cell is integrated in rationals. So the promise is
//! one that a check in exact arithmetic keeps. (Of cells cut by balls there is no exact mass; there
//! the promise holds up to the error of their integrals, docs/theory/partial.md.)

use super::report::{CellParts, Report};
use crate::diagram::Cells;

/// What is said of heights, by site.
#[derive(Default)]
pub struct Claim<const D: usize> {
    /// Masses of the cells.
    pub masses: Vec<f64>,
    /// Bounds of their errors; empty if there are none.
    pub off: Vec<f64>,
    /// Centroids of the cells that have mass.
    pub centroids: Vec<Option<[f64; D]>>,
    /// Cost of the map of cells to sites.
    pub cost: f64,
    /// Sites without a cell, ascending.
    pub hidden: Vec<u32>,
    /// Walls with their entries of the Hessian, if they were asked for.
    pub walls: Vec<(u32, u32, f64)>,
    /// With partial transport: what stays.
    pub rest: Option<f64>,
    /// On a surface: which cells consist of several parts.
    pub parts: Option<CellParts>,
    /// Remarks.
    pub notes: Vec<String>,
    /// How the signs were decided.
    pub predicates: crate::exact::Counters,
}

/// A mass, and an upper bound of its true relative error.
pub type Sure = (f64, f64);

/// Where a mass is a relative `e` off its target by its rounded value, the quotient itself is
/// rounded twice.
const QUOTIENT: f64 = 1.0 + 4.0 * f64::EPSILON;

impl<const D: usize> Claim<D> {
    /// Nothing has a cell: what is said of heights without a diagram.
    pub(super) fn nothing(n: usize) -> Claim<D> {
        let hidden = (0..n as u32).collect();
        Claim { masses: vec![0.0; n], centroids: vec![None; n], hidden, ..Claim::default() }
    }

    /// What a diagram says; its walls only if they are asked for.
    pub(super) fn of(still: &impl Cells<D>, walls: bool) -> Claim<D> {
        Claim {
            masses: still.masses().to_vec(),
            off: still.mass_errors().to_vec(),
            centroids: still.centroids().to_vec(),
            cost: still.cost(),
            hidden: still.hidden(),
            walls: if walls { still.walls() } else { Vec::new() },
            rest: still.rest(),
            parts: still.parts().map(|parts| CellParts::of(parts.into_iter())),
            predicates: still.counters(),
            notes: Vec::new(),
        }
    }

    /// The largest relative error of the masses as they are told.
    pub(super) fn error(&self, target: &[f64]) -> f64 {
        debug_assert_eq!(self.masses.len(), target.len());
        // Of a mass that is no number the error is infinite.
        let one = |(m, nu): (&f64, &f64)| Some((m - nu).abs() / nu).filter(|e| !e.is_nan()).unwrap_or(f64::INFINITY);
        self.masses.iter().zip(target).map(one).fold(0.0, f64::max)
    }

    /// Is every true mass within the tolerance? `exact` tells of some sites, and what it tells is
    /// taken over.
    pub(super) fn holds(&mut self, target: &[f64], tolerance: f64, exact: impl FnOnce(&[u32]) -> Vec<Sure>) -> bool {
        if self.masses.len() != target.len() {
            return false;
        }
        let mut doubtful: Vec<u32> = Vec::new();
        for (i, (&m, &nu)) in self.masses.iter().zip(target).enumerate() {
            let (error, off) = ((m - nu).abs(), self.off.get(i).copied().unwrap_or(0.0));
            // Not `>`: what is no number is not within the tolerance.
            if !((error - off) / nu <= tolerance * QUOTIENT) {
                return false;
            }
            if off > 0.0 && !((error + off) / nu * QUOTIENT <= tolerance) {
                doubtful.push(i as u32);
            }
        }
        if doubtful.is_empty() {
            return true;
        }
        let sure = exact(&doubtful);
        for (&i, &(mass, _)) in doubtful.iter().zip(&sure) {
            self.masses[i as usize] = mass;
        }
        sure.len() == doubtful.len() && sure.iter().all(|&(_, error)| error <= tolerance)
    }

    /// Puts into a report what it says of masses. The last step tells of them, too: Newton's method
    /// measured others, at heights not yet gauged, in an order of its own, and of partial transport
    /// together with what stays.
    pub(super) fn report(&mut self, target: &[f64], report: &mut Report) {
        report.max_relative_error = self.error(target);
        if let Some(last) = report.iterations.last_mut() {
            let pairs = || self.masses.iter().zip(target);
            last.residual = report.max_relative_error;
            last.min_mass_ratio = pairs().map(|(m, nu)| m / nu).fold(f64::INFINITY, f64::min);
            let beyond = |(m, nu): &(&f64, &f64)| !((*m - *nu).abs() / *nu <= report.tolerance);
            last.remaining = pairs().filter(beyond).count() as u64;
        }
        report.rest = self.rest;
        report.parts = self.parts.take();
        report.notes.append(&mut self.notes);
        report.predicates += self.predicates;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(masses: &[f64], off: &[f64]) -> Claim<2> {
        Claim { masses: masses.to_vec(), off: off.to_vec(), ..Claim::default() }
    }

    #[test]
    fn only_cells_in_doubt_are_asked_about_and_what_is_told_of_them_decides() {
        let target = [1.0, 1.0, 2.0];
        let never = |_: &[u32]| -> Vec<Sure> { panic!("nothing is in doubt") };
        assert!(claim(&[1.0, 1.0 + 5e-11, 2.0], &[1e-12; 3]).holds(&target, 1e-10, never));
        assert!(!claim(&[1.0, 1.0 + 2e-10, 2.0], &[1e-12; 3]).holds(&target, 1e-10, never));
        for (true_error, holds) in [(9.9e-11, true), (1.01e-10, false)] {
            let mut doubtful = claim(&[1.0, 1.0 + 9.95e-11, 2.0], &[1e-12; 3]);
            let exact = |sites: &[u32]| {
                assert_eq!(sites, [1]);
                vec![(1.0 + true_error, true_error)]
            };
            assert_eq!(doubtful.holds(&target, 1e-10, exact), holds);
            assert_eq!(doubtful.masses[1], 1.0 + true_error);
        }
    }

    #[test]
    fn masses_that_are_missing_or_no_numbers_are_not_within_any_tolerance() {
        let never = |_: &[u32]| -> Vec<Sure> { panic!("nothing is in doubt") };
        assert!(!claim(&[], &[]).holds(&[1.0], 1.0, never));
        assert!(!claim(&[f64::NAN], &[0.0]).holds(&[1.0], 1.0, never));
        assert_eq!(claim(&[f64::NAN, 1.0], &[]).error(&[1.0, 1.0]), f64::INFINITY);
    }
}
