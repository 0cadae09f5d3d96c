//! A density as the pieces of cells in balls need it.

use super::super::plane::integrate::LocalDensity;
use crate::domain::Law;

/// Density as the pieces need it.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    local: LocalDensity,
    /// Gradient at `o`, and the mixed derivative.
    gradient: [f64; 2],
    mixed: f64,
    o: [f64; 2],
}

impl Source {
    /// The density times `factor`.
    pub fn new(law: Law, factor: f64) -> Source {
        let (gradient, mixed) = (law.g.map(|g| g * factor), law.d * factor);
        Source { local: LocalDensity::new(law, factor), gradient, mixed, o: law.o }
    }

    /// Gradient at a point.
    pub(super) fn gradient(&self, at: [f64; 2]) -> [f64; 2] {
        if self.mixed == 0.0 {
            return self.gradient;
        }
        let [g, h] = self.gradient;
        [g + self.mixed * (at[1] - self.o[1]), h + self.mixed * (at[0] - self.o[0])]
    }

    /// The mixed derivative.
    pub(super) fn mixed(&self) -> f64 {
        self.mixed
    }

    /// The density for polygons.
    pub fn local(&self) -> &LocalDensity {
        &self.local
    }
}
