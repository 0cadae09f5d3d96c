//! Densities of sources on a sphere.

use super::super::{Density, DomainError};
use super::image::SphereImage;
use crate::exact::power::scaled;
use std::sync::Arc;

/// Density of a source on a sphere with respect to area.
#[derive(Clone, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum SphereDensity {
    /// `rho = 1`.
    #[default]
    Constant,
    /// `rho(x) = <g, x> + c`, at least 0 on the sphere.
    Affine {
        /// Gradient.
        g: [f64; 3],
        /// Value at the origin.
        c: f64,
    },
    /// An image by longitudes and latitudes about the sphere's centre.
    Image(Arc<SphereImage>),
}

impl SphereDensity {
    /// Gradient, and value at the origin; `None` for images.
    pub(crate) fn law(&self) -> Option<([f64; 3], f64)> {
        match self {
            SphereDensity::Constant => Some(([0.0; 3], 1.0)),
            SphereDensity::Affine { g, c } => Some((*g, *c)),
            SphereDensity::Image(_) => None,
        }
    }

    /// The density in other units: coordinates times `2^length`, values times `2^density`. The
    /// caller knows that to be exact.
    pub(crate) fn scaled(&self, length: i32, density: i32) -> SphereDensity {
        match self {
            SphereDensity::Constant => SphereDensity::Constant,
            SphereDensity::Affine { g, c } => {
                SphereDensity::Affine { g: g.map(|g| scaled(g, density - length)), c: scaled(*c, density) }
            }
            SphereDensity::Image(image) if density == 0 => SphereDensity::Image(image.clone()),
            SphereDensity::Image(image) => SphereDensity::Image(Arc::new(image.scaled(density))),
        }
    }
}

impl TryFrom<Density> for SphereDensity {
    type Error = DomainError;
    fn try_from(density: Density) -> Result<SphereDensity, DomainError> {
        match density {
            Density::Constant => Ok(SphereDensity::Constant),
            Density::InSpace { g, c } => Ok(SphereDensity::Affine { g, c }),
            Density::Affine { .. } => Err(DomainError::Slopes { found: 2, needed: 3 }),
            Density::Image(image) => Ok(SphereDensity::Image(Arc::new(SphereImage::new(image)?))),
            other => Err(DomainError::Unfit { density: other.kind() }),
        }
    }
}

impl From<&SphereDensity> for Density {
    fn from(density: &SphereDensity) -> Density {
        match density {
            SphereDensity::Constant => Density::Constant,
            SphereDensity::Affine { g, c } => Density::InSpace { g: *g, c: *c },
            SphereDensity::Image(image) => Density::Image(image.image().clone()),
        }
    }
}
