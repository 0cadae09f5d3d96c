//! A surface as a source.

use super::integrate::Facet;
use crate::domain::Facets;

/// A surface as a source: its facets, and what is worth knowing of them once.
pub struct SurfaceGround {
    /// The facets.
    pub facets: Facets,
    /// Along a curve, so that neighbours come together.
    pub order: Vec<u32>,
    /// Area of each facet.
    area: Vec<f64>,
    /// Factor of the density.
    factor: f64,
}

impl SurfaceGround {
    /// Cost: a sort of the facets.
    pub fn new(facets: &Facets, factor: f64) -> SurfaceGround {
        let n = facets.len() as u32;
        let area = (0..n).map(|k| facets.area(k)).collect();
        SurfaceGround { facets: facets.clone(), order: facets.along_curve(), area, factor }
    }

    /// A facet with its density.
    pub fn facet(&self, k: u32) -> Facet {
        let rho = self.facets.rho(k).map(|r| r * self.factor);
        Facet { corners: self.facets.corners(k), area: self.area[k as usize], rho }
    }
}
