//! A problem in the plane.

use super::ProblemError;
use super::error::MAX_SITES;
use super::measure::exact_measure;
use super::targets::Duplicates;
use super::targets::Targets;
use crate::domain::{ConvexPolygon, Density, Domain, ExactLaw, Law, Patches};
use crate::exact::{Dd, Heights, big};
use crate::setters::setters;
use std::sync::Arc;

/// Raw data of a problem, as read from files or arrays.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ProblemData {
    /// Where the source lives.
    pub domain: Domain,
    /// Density of the source.
    pub density: Density,
    /// Sites `y_i`.
    pub sites: Vec<[f64; 2]>,
    /// Masses `nu_i`; `None`: equal, total 1.
    pub masses: Option<Vec<f64>>,
    /// Heights to start from (or, for a diagram, to use).
    pub heights: Option<Heights>,
    /// Rescale the source to the masses' total (otherwise a mismatch is an error).
    pub normalize: bool,
    /// Partial transport: the masses may sum to less than the source's measure, and the rest of the
    /// source stays. The source is then never rescaled.
    pub partial: bool,
    /// Treatment of duplicate sites.
    pub duplicates: Duplicates,
}

setters!(ProblemData {
    density: value Density,
    masses: option Vec<f64>,
    heights: option Heights,
    normalize: value bool,
    partial: value bool,
    duplicates: value Duplicates,
});

impl ProblemData {
    /// Data with the default treatment: constant density, equal masses, normalized, duplicates
    /// merged.
    pub fn new(domain: impl Into<Domain>, sites: Vec<[f64; 2]>) -> ProblemData {
        ProblemData {
            domain: domain.into(),
            density: Density::Constant,
            sites,
            masses: None,
            heights: None,
            normalize: true,
            partial: false,
            duplicates: Duplicates::Merge,
        }
    }
}

/// A sound semi-discrete transport problem: source in the plane, distinct sites (unless kept),
/// positive masses.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(super) domain: Domain,
    pub(super) density: Density,
    pub(super) patches: Option<Arc<Patches>>,
    pub(super) target: Targets<2>,
    pub(super) source_factor: f64,
    pub(super) partial: bool,
    pub(super) rest: Option<f64>,
}

impl Problem {
    /// Largest number of sites (30-bit triangle indices in the hull).
    pub const MAX_SITES: usize = MAX_SITES;

    /// Validates data. Cost: O(n log n) for finding duplicates.
    ///
    /// # Errors
    /// The first defect found, in the order domain, sites, masses, heights.
    ///
    /// ```
    /// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}};
    /// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
    /// let problem = Problem::new(ProblemData::new(square.clone(), vec![[0.25, 0.5], [0.75, 0.5]])).unwrap();
    /// assert_eq!(problem.masses(), [0.5, 0.5]);
    /// let bad = Problem::new(ProblemData::new(square, vec![[0.25, f64::NAN]])).unwrap_err();
    /// assert_eq!(bad.to_string(), "sites[0][1] is NaN; every coordinate must be finite");
    /// ```
    pub fn new(data: ProblemData) -> Result<Problem, ProblemError> {
        let ProblemData { domain, density, sites, masses, heights, normalize, partial, duplicates } = data;
        density.validate(&domain)?;
        let target = Targets::new(sites, masses, heights, duplicates)?;
        let patches = Patches::of(&domain, &density).map(Arc::new);
        let mut problem = Problem { domain, density, patches, target, source_factor: 1.0, partial, rest: None };
        problem.match_totals(normalize)?;
        Ok(problem)
    }

    /// The same source and masses with as many other sites, and heights to start from. Nothing
    /// needs to be known of the source again. Cost: that of the sites.
    ///
    /// # Errors
    /// Sites that are no numbers or coincide, or heights that are not finite.
    pub(crate) fn moved(&self, sites: Vec<[f64; 2]>, heights: Option<Heights>) -> Result<Problem, ProblemError> {
        let target = Targets::new(sites, Some(self.target.masses.clone()), heights, Duplicates::Refuse)?;
        let problem = Problem {
            domain: self.domain.clone(),
            density: self.density.clone(),
            patches: self.patches.clone(),
            target,
            source_factor: self.source_factor,
            partial: self.partial,
            rest: self.rest,
        };
        problem.check_sizes()?;
        Ok(problem)
    }

    fn check_sizes(&self) -> Result<(), ProblemError> {
        let (low, high) = self.frame().bounds();
        let far = low.iter().chain(&high).fold(0.0, |m: f64, v| m.max(v.abs()));
        self.target.check_sizes(self.frame().extent(), far)
    }

    fn match_totals(&mut self, normalize: bool) -> Result<(), ProblemError> {
        // Totals to 100 bits: the factor is then right to half an ulp whatever the spread of the
        // masses.
        let t = self.target.total();
        if !(1e-200..=1e200).contains(&t.to_f64()) {
            return Err(ProblemError::TotalOutOfRange { total: t.to_f64() });
        }
        let total = big::rational_dd(t);
        let measure = match &self.patches {
            // Good to 2^-90: what is proved later computes it exactly. In units in which no product
            // under- or overflows.
            Some(_) => {
                let units = self.units(None);
                let inner = self.in_units(&units);
                let sum = |patches: &Arc<Patches>| patches.iter().fold(Dd::ZERO, |s, p| s + p.mass());
                units.exact_measure(big::rational_dd(inner.patches.as_ref().map_or(Dd::ZERO, sum)))
            }
            None => self.exact_law().map_or_else(big::Rational::new, |law| exact_measure(self.domain.frame(), &law)),
        };
        let (t, m) = (big::nearest_f64(&total), big::nearest_f64(&measure));
        // A square of side 1e140 or 1e-140 is allowed, though its area rounds to a little beyond.
        let sound = |v: f64| (1e-280 * (1.0 - 1e-9)..=1e280 * (1.0 + 1e-9)).contains(&v);
        if !sound(m) {
            return Err(ProblemError::MeasureOutOfRange { measure: m, total: t });
        }
        let factor = big::nearest_f64(&big::Rational::from(&total / &measure));
        if !sound(factor) {
            return Err(ProblemError::MeasureOutOfRange { measure: m, total: t });
        }
        self.check_sizes()?;
        let gap = big::nearest_f64(&(big::Rational::from(&total - &measure).abs() / &measure));
        // Without normalization the totals may differ by rounding of the n given masses only.
        let differ = gap > 4.0 * f64::EPSILON * (self.target.masses.len() as f64).max(4.0);
        if self.partial && differ {
            if total > measure {
                return Err(ProblemError::MoreThanSource { total: t, measure: m });
            }
            self.rest = Some(big::nearest_f64(&(measure - total)));
            return Ok(());
        }
        if !normalize && differ {
            return Err(ProblemError::MassMismatch { total: t, measure: m, gap });
        }
        self.source_factor = factor;
        Ok(())
    }

    /// The problem of some sites on some of the patches, whose mass is that of the sites, with the
    /// same frame and factor. Sites are distinct, masses positive.
    pub(crate) fn on_patches(&self, patches: Arc<Patches>, sites: Vec<[f64; 2]>, masses: Vec<f64>) -> Problem {
        let target = Targets { sites, masses, heights: None, site_of_input: None, merges: Vec::new() };
        Problem { target, patches: Some(patches), rest: None, ..self.clone() }
    }

    /// Where the source lives.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The convex polygon that the diagram is clipped to ([`Domain::frame`]).
    pub fn frame(&self) -> &ConvexPolygon {
        self.domain.frame()
    }

    /// A convex polygon around the source: its frame, or the bounding box of its patches where
    /// these leave part of the frame empty.
    pub fn around(&self) -> ConvexPolygon {
        let (low, high) = self.frame().bounds();
        let (l, h) = self.patches().map_or((low, high), |patches| patches.bounds());
        let narrower = l[0] > low[0] || l[1] > low[1] || h[0] < high[0] || h[1] < high[1];
        // A box whose sides are no numbers to speak of is none.
        let box_of_patches = narrower.then(|| ConvexPolygon::rectangle(l, h).ok()).flatten();
        box_of_patches.unwrap_or_else(|| self.frame().clone())
    }

    /// The patches of the source; `None` if it is one density on one convex polygon.
    pub fn patches(&self) -> Option<&Arc<Patches>> {
        self.patches.as_ref()
    }

    /// The density of a source that is one on one convex polygon; `None` if it has patches.
    pub(crate) fn law(&self) -> Option<Law> {
        self.density.law().filter(|_| self.patches.is_none())
    }

    /// [`Problem::law`], exact.
    pub(crate) fn exact_law(&self) -> Option<ExactLaw> {
        self.density.exact_law().filter(|_| self.patches.is_none())
    }

    /// Density before normalization.
    pub fn density(&self) -> &Density {
        &self.density
    }

    /// The normalized source is `source_factor() * density`; 1 when the totals already agree.
    pub fn source_factor(&self) -> f64 {
        self.source_factor
    }

    /// Whether part of the source may stay ([`ProblemData::partial`]).
    pub fn partial(&self) -> bool {
        self.partial
    }

    /// With partial transport the mass of the source that stays, `mu(X) - sum nu_i`; `None` if
    /// there is none: then the problem is balanced.
    pub fn rest(&self) -> Option<f64> {
        self.rest
    }
}
