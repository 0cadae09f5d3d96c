//! The sphere with its density, as cells see it: the unit sphere about the origin.
//!
//! With `x = c + r u` an affine density `<g, x> + c'` is `<r g, u> + (<g, c> + c')`, and areas are
//! `r^2` times those of `u`. An image is one of directions from the centre.

use crate::domain::{Sphere, SphereDensity, SphereImage};
use crate::exact::big;
use std::f64::consts::PI;
use std::sync::Arc;

/// A sphere with its density.
#[derive(Clone, Debug, PartialEq)]
pub struct SphereGround {
    pub(super) sphere: Sphere,
    /// Gradient and constant of the normalized density on the unit sphere, area included. Beside an
    /// image: an even density of the same mass.
    pub(super) law: ([f64; 3], f64),
    pub(super) picture: Option<Picture>,
}

/// An image with the factor on its values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub image: Arc<SphereImage>,
    pub factor: f64,
    /// This share of the mass is spread evenly instead.
    pub background: f64,
}

impl SphereGround {
    /// Of a sphere and its density times a factor.
    pub fn new(sphere: &Sphere, density: &SphereDensity, factor: f64) -> SphereGround {
        let r = sphere.radius();
        let area = factor * r * r;
        if let SphereDensity::Image(image) = density {
            let picture = Picture { image: image.clone(), factor: area, background: 0.0 };
            let even = image.measure() * area / (4.0 * PI);
            return SphereGround { sphere: *sphere, law: ([0.0; 3], even), picture: Some(picture) };
        }
        let (g, c) = density.law().unwrap_or(([0.0; 3], 1.0));
        let middle = big::nearest_f64(&sphere.middle(&(g, c)));
        SphereGround { sphere: *sphere, law: (g.map(|g| g * r * area), middle * area), picture: None }
    }

    /// With this share of an image's mass spread evenly.
    pub(super) fn with_background(&self, share: f64) -> SphereGround {
        let picture = self.picture.clone().map(|p| Picture { background: share, ..p });
        SphereGround { picture, ..self.clone() }
    }

    /// The sphere.
    pub fn sphere(&self) -> &Sphere {
        &self.sphere
    }

    /// Is the density constant?
    pub fn is_even(&self) -> bool {
        self.law.0 == [0.0; 3] && self.picture.is_none()
    }

    /// Is it an image?
    pub fn is_picture(&self) -> bool {
        self.picture.is_some()
    }

    /// The direction at a share of an image's mass and two shares of its pixel: at uniform ones,
    /// directions come as densely as the image says.
    pub fn at(&self, share: f64, within: [f64; 2]) -> Option<[f64; 3]> {
        self.picture.as_ref().map(|picture| picture.image.at(share, within))
    }

    /// The density, with respect to areas of the unit sphere, in a direction.
    pub fn rho(&self, u: &[f64; 3]) -> f64 {
        let (g, c) = &self.law;
        match &self.picture {
            Some(picture) => picture.factor * picture.image.value(u),
            None => c + g[0] * u[0] + g[1] * u[1] + g[2] * u[2],
        }
    }

    /// A bound of it above.
    pub fn most(&self) -> f64 {
        match &self.picture {
            Some(picture) => picture.factor * picture.image.most(),
            None => most(&self.law),
        }
    }
}

/// A bound above of `<g, u> + c`.
pub(super) fn most((g, c): &([f64; 3], f64)) -> f64 {
    c + (g[0] * g[0] + g[1] * g[1] + g[2] * g[2]).sqrt()
}
