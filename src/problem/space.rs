//! Problems whose source fills a part of space, or is a torus of the plane.

use super::targets::Targets;
use super::{Duplicates, ProblemError};
use crate::domain::space::{heights_of, moved, weights_of};
use crate::domain::{SpaceDensity, SpaceDomain};
use crate::exact::{Heights, big};

/// Raw data of a problem in space (`D = 3`), or on a torus of the plane (`D = 2`).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpaceProblemData<const D: usize = 3> {
    /// Where the source lives.
    pub domain: SpaceDomain<D>,
    /// Its density with respect to volume.
    pub density: SpaceDensity,
    /// Sites `y_i`; on a torus inside its box.
    pub sites: Vec<[f64; D]>,
    /// Masses `nu_i`; `None`: equal, total 1.
    pub masses: Option<Vec<f64>>,
    /// Heights to start from (or, for a diagram, to use).
    pub heights: Option<Heights>,
    /// Rescale the source to the masses' total (otherwise a mismatch is an error).
    pub normalize: bool,
    /// Treatment of duplicate sites.
    pub duplicates: Duplicates,
    /// The sites as they were given, where some were wrapped.
    given: Option<Vec<[f64; D]>>,
}

impl<const D: usize> SpaceProblemData<D> {
    /// Data with the default treatment: constant density, equal masses, normalized, duplicates
    /// merged. Sites outside of the box of a torus are wrapped into it.
    pub fn new(domain: SpaceDomain<D>, sites: Vec<[f64; D]>) -> SpaceProblemData<D> {
        let mut data = SpaceProblemData {
            domain,
            density: SpaceDensity::Constant,
            sites,
            masses: None,
            heights: None,
            normalize: true,
            duplicates: Duplicates::Merge,
            given: None,
        };
        let wrapped: Vec<[f64; D]> = data.sites.iter().map(|&y| data.domain.wrapped(y)).collect();
        let same = |(a, b): (&[f64; D], &[f64; D])| a.iter().zip(b).all(|(a, b)| a == b || b.is_nan());
        if !wrapped.iter().zip(&data.sites).all(same) {
            data.given = Some(std::mem::replace(&mut data.sites, wrapped));
        }
        data
    }

    /// Sets the heights that go with the sites as they were given: those of the same weights at the
    /// wrapped ones.
    #[must_use]
    pub fn heights(mut self, heights: impl Into<Option<Heights>>) -> Self {
        self.set_given_heights(heights.into());
        self
    }

    pub(crate) fn set_given_heights(&mut self, heights: Option<Heights>) {
        self.heights = heights.map(|h| match &self.given {
            Some(given) if given.len() == h.len() => moved(&h, given, &self.sites, self.domain.metric()),
            _ => h,
        });
    }

    /// The sites as they were given, before any was wrapped.
    pub(crate) fn given_sites(&self) -> &[[f64; D]] {
        self.given.as_deref().unwrap_or(&self.sites)
    }

    /// Sets `masses`.
    #[must_use]
    pub fn masses(mut self, masses: impl Into<Option<Vec<f64>>>) -> Self {
        self.masses = masses.into();
        self
    }

    /// Sets `density`.
    #[must_use]
    pub fn density(mut self, density: SpaceDensity) -> Self {
        self.density = density;
        self
    }

    /// Sets `normalize`.
    #[must_use]
    pub fn normalize(mut self, normalize: bool) -> Self {
        self.normalize = normalize;
        self
    }

    /// Sets `duplicates`.
    #[must_use]
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }
}

/// A sound problem in space or on a torus of the plane: a source with mass, distinct sites (unless
/// kept), positive masses.
#[derive(Clone, Debug)]
pub struct SpaceProblem<const D: usize = 3> {
    pub(super) domain: SpaceDomain<D>,
    pub(super) density: SpaceDensity,
    pub(super) target: Targets<D>,
    pub(super) source_factor: f64,
    pub(super) wrapped: usize,
}

impl<const D: usize> SpaceProblem<D> {
    /// Validates data. Cost: O(n log n).
    ///
    /// # Errors
    /// The first defect found, in the order density, sites, masses, heights, totals.
    ///
    /// ```
    /// use brenier::{SpaceDomain, SpaceProblem, SpaceProblemData};
    /// let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    /// let problem = SpaceProblem::new(SpaceProblemData::new(cube, vec![[0.25; 3], [0.75; 3]])).unwrap();
    /// assert_eq!(problem.masses(), [0.5, 0.5]);
    /// ```
    pub fn new(data: SpaceProblemData<D>) -> Result<SpaceProblem<D>, ProblemError> {
        let SpaceProblemData { domain, density, sites, masses, heights, normalize, duplicates, given } = data;
        density.validate(&domain)?;
        let wrapped = given.map_or(0, |given| given.iter().zip(&sites).filter(|(a, b)| a != b).count());
        let target = Targets::new(sites, masses, heights, duplicates)?;
        let t = target.total();
        if !(1e-200..=1e200).contains(&t.to_f64()) {
            return Err(ProblemError::TotalOutOfRange { total: t.to_f64() });
        }
        let total = big::rational_dd(t);
        let mut problem = SpaceProblem { domain, density, target, source_factor: 1.0, wrapped };
        let measure = problem.exact_measure();
        let (t, m) = (big::nearest_f64(&total), big::nearest_f64(&measure));
        let sound = |v: f64| (1e-280..=1e280).contains(&v);
        if !sound(m) {
            return Err(ProblemError::MeasureOutOfRange { measure: m, total: t });
        }
        let factor = big::nearest_f64(&big::Rational::from(&total / &measure));
        if !sound(factor) {
            return Err(ProblemError::MeasureOutOfRange { measure: m, total: t });
        }
        let (low, high) = problem.domain.bounds();
        let far = low.iter().chain(&high).fold(0.0, |m: f64, v| m.max(v.abs()));
        problem.target.check_sizes(problem.domain.extent(), far)?;
        let gap = big::nearest_f64(&(big::Rational::from(&total - &measure).abs() / &measure));
        if !normalize && gap > 4.0 * f64::EPSILON * (problem.len() as f64).max(4.0) {
            return Err(ProblemError::MassMismatch { total: t, measure: m, gap });
        }
        problem.source_factor = factor;
        Ok(problem)
    }

    /// The exact measure of the source before normalization.
    pub(crate) fn exact_measure(&self) -> big::Rational {
        self.exact_volume_and_measure().1
    }

    /// The exact volume of the domain, and the exact integral of the density over it.
    pub(crate) fn exact_volume_and_measure(&self) -> (big::Rational, big::Rational) {
        crate::domain::space::whole(&self.domain, &self.density)
    }

    /// Where the source lives.
    pub fn domain(&self) -> &SpaceDomain<D> {
        &self.domain
    }

    /// Density before normalization.
    pub fn density(&self) -> &SpaceDensity {
        &self.density
    }

    /// The weights of heights, `|y|^2 + 2 h`, in a metric `y' M y + 2 h`.
    pub fn weights_of(&self, heights: &Heights) -> Vec<f64> {
        weights_of(heights, self.sites(), self.domain.metric())
    }

    /// The heights of weights.
    pub fn heights_of(&self, weights: &[f64]) -> Heights {
        heights_of(self.sites(), weights, self.domain.metric()).0
    }

    /// The normalized source is `source_factor() * density`.
    pub fn source_factor(&self) -> f64 {
        self.source_factor
    }

    /// Number of sites that were wrapped into the box of a torus.
    pub fn wrapped(&self) -> usize {
        self.wrapped
    }
}
