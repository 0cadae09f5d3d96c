//! The target of a problem: distinct sites with positive masses, in the plane or in space.

use super::error::{MAX_SITES, ProblemError};
use crate::exact::{Dd, Heights, big};
use rayon::prelude::*;

/// A group of input sites at one position, merged into one.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// Input indices, ascending; the first one gives the merged site its tie-breaking rank.
    pub inputs: Vec<u32>,
    /// Sum of their masses.
    pub mass: f64,
}

/// Sites with masses, and heights to start from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Targets<const D: usize> {
    pub(crate) sites: Vec<[f64; D]>,
    pub(crate) masses: Vec<f64>,
    pub(crate) heights: Option<Heights>,
    pub(crate) site_of_input: Option<Vec<u32>>,
    pub(crate) merges: Vec<Merge>,
}

impl<const D: usize> Targets<D> {
    /// Checks them, and merges or refuses duplicates. Cost: O(n log n).
    pub(crate) fn new(
        mut sites: Vec<[f64; D]>,
        masses: Option<Vec<f64>>,
        heights: Option<Heights>,
        duplicates: Duplicates,
    ) -> Result<Targets<D>, ProblemError> {
        check_sites(&mut sites)?;
        let n = sites.len();
        let masses = masses.unwrap_or_else(|| vec![1.0 / n as f64; n]);
        check_masses(&masses, n)?;
        if let Some(h) = &heights {
            if h.len() != n {
                return Err(ProblemError::LengthMismatch { what: "heights", found: h.len(), expected: n });
            }
            if let Some(site) = h.first_non_finite() {
                return Err(ProblemError::NonFiniteHeight { site });
            }
            if let Some(site) = h.as_slice().iter().position(|h| h.hi.abs() > 1e300) {
                return Err(ProblemError::HeightOutOfRange { site, value: h.get(site).hi });
            }
        }
        let mut targets = Targets { sites, masses, heights, site_of_input: None, merges: Vec::new() };
        if duplicates != Duplicates::Keep {
            targets.merge_duplicates(duplicates)?;
        }
        Ok(targets)
    }

    /// The sum of the masses, to about 100 bits.
    pub(crate) fn total(&self) -> Dd {
        self.masses.iter().fold(Dd::ZERO, |s, &m| s + Dd::from_f64(m))
    }

    /// Are costs and walls doubles, on a domain of this extent with coordinates up to `far`?
    ///
    /// Costs are at most the mass times `(far + |y|)^2 2 D`, walls about the mass over the square
    /// of the extent.
    pub(crate) fn check_sizes(&self, extent: f64, far: f64) -> Result<(), ProblemError> {
        let total = self.total().to_f64();
        let reach = self.sites.as_flattened().iter().fold(far, |m: f64, y| m.max(y.abs()));
        let decades = |length: f64, power: f64| total.log10() + power * length.log10();
        let sound = |d: f64| d.abs() <= 300.0;
        if !(sound(decades(extent, 2.0)) && sound(decades(extent, -2.0))) {
            return Err(ProblemError::CostOutOfRange { total, extent });
        }
        if !(decades(reach, 2.0) <= 300.0) {
            return Err(ProblemError::CostOutOfRange { total, extent: reach });
        }
        Ok(())
    }

    fn merge_duplicates(&mut self, duplicates: Duplicates) -> Result<(), ProblemError> {
        let n = self.sites.len();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let key = |i: u32| self.sites[i as usize];
        order.par_sort_unstable_by(|&a, &b| {
            let (p, q) = (key(a), key(b));
            let by_axis = (0..D).map(|k| p[k].total_cmp(&q[k])).find(|o| o.is_ne());
            by_axis.unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(&b))
        });
        if order.windows(2).all(|w| key(w[0]) != key(w[1])) {
            return Ok(());
        }
        let mut groups: Vec<&[u32]> = order.chunk_by(|&a, &b| key(a) == key(b)).collect();
        groups.sort_unstable_by_key(|g| g[0]);
        if duplicates == Duplicates::Refuse
            && let Some(g) = groups.iter().find(|g| g.len() > 1)
        {
            return Err(ProblemError::DuplicateSites { first: g[0] as usize, second: g[1] as usize });
        }
        let mut site_of_input = vec![0u32; n];
        let (mut sites, mut masses, mut merges) = (Vec::new(), Vec::new(), Vec::new());
        let mut kept = Vec::new();
        for g in &groups {
            let mass = if g.len() == 1 {
                self.masses[g[0] as usize]
            } else {
                big::nearest_f64(&g.iter().map(|&i| big::rational(self.masses[i as usize])).sum())
            };
            g.iter().for_each(|&i| site_of_input[i as usize] = sites.len() as u32);
            if g.len() > 1 {
                merges.push(Merge { inputs: g.to_vec(), mass });
            }
            sites.push(self.sites[g[0] as usize]);
            masses.push(mass);
            // The highest of the given heights is the one that shows.
            kept.push(*g.iter().max_by(|&&a, &&b| self.compare_heights(a, b)).unwrap_or(&g[0]));
        }
        self.heights = self.heights.take().map(|h| h.permuted(&kept));
        (self.sites, self.masses, self.merges) = (sites, masses, merges);
        self.site_of_input = Some(site_of_input);
        Ok(())
    }

    fn compare_heights(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let height = |i: u32| self.heights.as_ref().map(|h| h.get(i as usize));
        height(a).partial_cmp(&height(b)).unwrap_or(std::cmp::Ordering::Equal).then(b.cmp(&a))
    }
}

fn check_sites<const D: usize>(sites: &mut [[f64; D]]) -> Result<(), ProblemError> {
    if sites.is_empty() {
        return Err(ProblemError::NoSites);
    }
    if sites.len() > MAX_SITES {
        return Err(ProblemError::TooManySites { found: sites.len() });
    }
    for (site, y) in sites.iter_mut().enumerate() {
        for (axis, coordinate) in y.iter_mut().enumerate() {
            let value = *coordinate;
            if !value.is_finite() {
                return Err(ProblemError::NonFiniteSite { site, axis, value });
            }
            if value.abs() > 1e140 {
                return Err(ProblemError::SiteOutOfRange { site, axis, value });
            }
            *coordinate = value + 0.0; // -0.0 and 0.0 are the same place
        }
    }
    Ok(())
}

fn check_masses(masses: &[f64], n: usize) -> Result<(), ProblemError> {
    if masses.len() != n {
        return Err(ProblemError::LengthMismatch { what: "masses", found: masses.len(), expected: n });
    }
    for (site, &value) in masses.iter().enumerate() {
        if !value.is_finite() {
            return Err(ProblemError::NonFiniteMass { site, value });
        }
        if value <= 0.0 {
            return Err(ProblemError::NonPositiveMass { site, value });
        }
        if value < f64::MIN_POSITIVE {
            return Err(ProblemError::MassTooSmall { site, value });
        }
    }
    let total: f64 = masses.iter().sum();
    match masses.iter().position(|&m| m < 1e-290 * total) {
        Some(site) if total.is_finite() => Err(ProblemError::MassRatio { site, value: masses[site], total }),
        _ => Ok(()),
    }
}

/// What to do with sites at the same position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    /// Add their masses and keep the first (for solving: no power diagram separates them).
    #[default]
    Merge,
    /// Refuse.
    Refuse,
    /// Keep them all (for diagrams at given heights: the larger height, then the lower index, owns
    /// the cell).
    Keep,
}
