//! Problems whose source lives on a triangulated surface, with sites in space.

use super::targets::Targets;
use super::{Duplicates, ProblemError};
use crate::domain::{DomainError, Facets, Surface, SurfaceDensity};
use crate::exact::{Dd, Heights};
use crate::setters::setters;
use std::sync::Arc;

/// Raw data of a problem on a surface.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SurfaceProblemData {
    /// Where the source lives.
    pub surface: Arc<Surface>,
    /// Its density with respect to area: constant, per vertex, face or corner.
    pub density: SurfaceDensity,
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

setters!(SurfaceProblemData {
    density: value SurfaceDensity,
    masses: option Vec<f64>,
    heights: option Heights,
    normalize: value bool,
    duplicates: value Duplicates,
});

impl SurfaceProblemData {
    /// Data with the default treatment: constant density, equal masses, normalized, duplicates
    /// merged.
    pub fn new(surface: impl Into<Arc<Surface>>, sites: Vec<[f64; 3]>) -> SurfaceProblemData {
        SurfaceProblemData {
            surface: surface.into(),
            density: SurfaceDensity::Constant,
            sites,
            masses: None,
            heights: None,
            normalize: true,
            duplicates: Duplicates::Merge,
        }
    }
}

/// A sound problem on a surface: a source with mass, distinct sites (unless kept), positive masses.
#[derive(Clone, Debug)]
pub struct SurfaceProblem {
    pub(super) facets: Facets,
    pub(super) density: SurfaceDensity,
    pub(super) target: Targets<3>,
    pub(super) source_factor: f64,
}

impl SurfaceProblem {
    /// Validates data. Cost: O(triangles + n log n).
    ///
    /// # Errors
    /// The first defect found, in the order density, sites, masses, heights, totals.
    ///
    /// ```
    /// use brenier::{domain::Surface, problem::{SurfaceProblem, SurfaceProblemData}};
    /// let v = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
    /// let tetrahedron = Surface::new(v.clone(), vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]).unwrap();
    /// let problem = SurfaceProblem::new(SurfaceProblemData::new(tetrahedron, v)).unwrap();
    /// assert_eq!(problem.masses(), [0.25; 4]);
    /// ```
    pub fn new(data: SurfaceProblemData) -> Result<SurfaceProblem, ProblemError> {
        let SurfaceProblemData { surface, density, sites, masses, heights, normalize, duplicates } = data;
        density.validate(&surface)?;
        let facets = Facets::of(&surface, &density);
        if facets.is_empty() {
            return Err(DomainError::ZeroDensity.into());
        }
        let target = Targets::new(sites, masses, heights, duplicates)?;
        let total = target.total().to_f64();
        if !(1e-200..=1e200).contains(&total) {
            return Err(ProblemError::TotalOutOfRange { total });
        }
        // Areas are irrational; their sum is good to about 2^-48.
        let mut problem = SurfaceProblem { facets, density, target, source_factor: 1.0 };
        let measure = problem.measure();
        let factor = total / measure;
        // A square of side 1e140 or 1e-140 is allowed, though its area rounds to a little beyond.
        let sound = |v: f64| (1e-280 * (1.0 - 1e-9)..=1e280 * (1.0 + 1e-9)).contains(&v);
        if !sound(measure) || !sound(factor) {
            return Err(ProblemError::MeasureOutOfRange { measure, total });
        }
        let (low, high) = surface.bounds();
        let far = low.iter().chain(&high).fold(0.0, |m: f64, v| m.max(v.abs()));
        problem.target.check_sizes((0..3).map(|k| high[k] - low[k]).fold(0.0, f64::max), far)?;
        let gap = (total - measure).abs() / measure;
        if !normalize && gap > 4.0 * f64::EPSILON * ((problem.len() + problem.facets.len()) as f64).max(4.0) {
            return Err(ProblemError::MassMismatch { total, measure, gap });
        }
        problem.source_factor = factor;
        Ok(problem)
    }

    /// The measure of the source, summed in units in which no product under- or overflows.
    fn measure(&self) -> f64 {
        let units = self.units(None);
        let inner = self.in_units(&units);
        let mass = |k| Dd::from_f64(inner.facets.mass(k));
        let sum = (0..inner.facets.len() as u32).fold(Dd::ZERO, |s, k| s + mass(k));
        units.measure(sum.to_f64())
    }

    /// The triangles that carry mass.
    pub fn facets(&self) -> &Facets {
        &self.facets
    }

    /// The surface.
    pub fn surface(&self) -> &Arc<Surface> {
        self.facets.surface()
    }

    /// Density before normalization.
    pub fn density(&self) -> &SurfaceDensity {
        &self.density
    }

    /// The normalized source is `source_factor() * density`. Of a surface it is always near the
    /// quotient of the totals: areas are irrational.
    pub fn source_factor(&self) -> f64 {
        self.source_factor
    }
}
