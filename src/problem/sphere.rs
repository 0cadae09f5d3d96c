//! Problems whose source is a sphere, with sites in space.

use super::targets::Targets;
use super::{Duplicates, ProblemError};
use crate::domain::{Sphere, SphereDensity};
use crate::exact::Heights;
use crate::setters::setters;

/// Raw data of a problem on a sphere.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SphereProblemData {
    /// Where the source lives.
    pub sphere: Sphere,
    /// Its density with respect to area.
    pub density: SphereDensity,
    /// Sites `y_i`, anywhere in space.
    pub sites: Vec<[f64; 3]>,
    /// Masses `nu_i`; `None`: equal, total 1.
    pub masses: Option<Vec<f64>>,
    /// Heights to start from (or, for a diagram, to use).
    pub heights: Option<Heights>,
    /// Rescale the source to the masses' total (otherwise a mismatch is an error).
    pub normalize: bool,
    /// Treatment of duplicate sites.
    pub duplicates: Duplicates,
}

setters!(SphereProblemData {
    density: value SphereDensity,
    masses: option Vec<f64>,
    heights: option Heights,
    normalize: value bool,
    duplicates: value Duplicates,
});

impl SphereProblemData {
    /// Data with the default treatment: constant density, equal masses, normalized, duplicates
    /// merged.
    pub fn new(sphere: Sphere, sites: Vec<[f64; 3]>) -> SphereProblemData {
        SphereProblemData {
            sphere,
            density: SphereDensity::Constant,
            sites,
            masses: None,
            heights: None,
            normalize: true,
            duplicates: Duplicates::Merge,
        }
    }
}

/// A sound problem on a sphere: a source with mass, distinct sites (unless kept), positive masses.
#[derive(Clone, Debug)]
pub struct SphereProblem {
    pub(super) sphere: Sphere,
    pub(super) density: SphereDensity,
    pub(super) target: Targets<3>,
    pub(super) source_factor: f64,
}

impl SphereProblem {
    /// Validates data. Cost: O(n log n).
    ///
    /// # Errors
    /// The first defect found, in the order density, sites, masses, heights, totals.
    ///
    /// ```
    /// use brenier::{Sphere, SphereProblem, SphereProblemData};
    /// let sites = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    /// let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites)).unwrap();
    /// assert_eq!(problem.masses(), [0.5, 0.5]);
    /// ```
    pub fn new(data: SphereProblemData) -> Result<SphereProblem, ProblemError> {
        let SphereProblemData { sphere, density, sites, masses, heights, normalize, duplicates } = data;
        sphere.check(&density)?;
        let target = Targets::new(sites, masses, heights, duplicates)?;
        let total = target.total().to_f64();
        if !(1e-200..=1e200).contains(&total) {
            return Err(ProblemError::TotalOutOfRange { total });
        }
        let measure = sphere.measure(&density);
        let factor = total / measure;
        let sound = |v: f64| (1e-280..=1e280).contains(&v);
        if !sound(measure) || !sound(factor) {
            return Err(ProblemError::MeasureOutOfRange { measure, total });
        }
        let (low, high) = sphere.bounds();
        let far = low.iter().chain(&high).fold(0.0, |m: f64, v| m.max(v.abs()));
        target.check_sizes(2.0 * sphere.radius(), far)?;
        let gap = (total - measure).abs() / measure;
        if !normalize && gap > 4.0 * f64::EPSILON * (target.sites.len() as f64).max(4.0) {
            return Err(ProblemError::MassMismatch { total, measure, gap });
        }
        Ok(SphereProblem { sphere, density, target, source_factor: factor })
    }

    /// Where the source lives.
    pub fn sphere(&self) -> &Sphere {
        &self.sphere
    }

    /// Density before normalization.
    pub fn density(&self) -> &SphereDensity {
        &self.density
    }

    /// The normalized source is `source_factor() * density`. It is rounded: the area of a sphere is
    /// irrational.
    pub fn source_factor(&self) -> f64 {
        self.source_factor
    }
}
