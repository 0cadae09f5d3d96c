//! The sphere with its density, as cells see it: the unit sphere about the origin.
//!
//! With `x = c + r u` an affine density `<g, x> + c'` is `<r g, u> + (<g, c> + c')`, and areas are
//! `r^2` times those of `u`.

use crate::domain::{SpaceDensity, Sphere};
use crate::exact::big;

/// A sphere with its density.
#[derive(Clone, Debug, PartialEq)]
pub struct SphereGround {
    pub(super) sphere: Sphere,
    /// Gradient and constant of the normalized density on the unit sphere, area included.
    pub(super) law: ([f64; 3], f64),
}

impl SphereGround {
    /// Of a sphere and its density times a factor.
    pub fn new(sphere: &Sphere, density: &SpaceDensity, factor: f64) -> SphereGround {
        let r = sphere.radius();
        let g = density.law(None, 0, 1.0).g;
        let area = factor * r * r;
        let middle = big::nearest_f64(&sphere.middle(density));
        SphereGround { sphere: *sphere, law: (g.map(|g| g * r * area), middle * area) }
    }

    /// The sphere.
    pub fn sphere(&self) -> &Sphere {
        &self.sphere
    }

    /// Is the density constant?
    pub fn is_even(&self) -> bool {
        self.law.0 == [0.0; 3]
    }

    /// The density, with respect to areas of the unit sphere, in a direction.
    pub fn rho(&self, u: &[f64; 3]) -> f64 {
        let (g, c) = &self.law;
        c + g[0] * u[0] + g[1] * u[1] + g[2] * u[2]
    }

    /// A bound of it above.
    pub fn most(&self) -> f64 {
        let (g, c) = &self.law;
        c + (g[0] * g[0] + g[1] * g[1] + g[2] * g[2]).sqrt()
    }
}
