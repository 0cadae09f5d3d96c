//! Densities of sources in space.

use super::domain::SpaceDomain;
use super::integrals::ExactAffine;
use crate::domain::{Density, DomainError};
use crate::exact::power::scaled;

/// Density of a source in space with respect to volume (on a torus of the plane: area).
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum SpaceDensity {
    /// `rho = 1`.
    #[default]
    Constant,
    /// `rho(x) = <g, x> + c`, at least 0 on the domain; `g` is 0 along periodic axes.
    Affine {
        /// Gradient; the third entry is 0 in the plane.
        g: [f64; 3],
        /// Value at the origin.
        c: f64,
    },
}

impl SpaceDensity {
    /// Checks a density on its domain, exactly.
    ///
    /// # Errors
    /// A number that is not finite, a slope along a periodic axis, a negative or vanishing density.
    pub fn validate<const D: usize>(&self, domain: &SpaceDomain<D>) -> Result<(), DomainError> {
        let SpaceDensity::Affine { g, c } = *self else { return Ok(()) };
        let names = ["g[0]", "g[1]", "g[2]"];
        for (value, name) in g.iter().zip(names).chain([(&c, "c")]) {
            if !value.is_finite() {
                return Err(DomainError::NonFiniteDensity { name, value: *value });
            }
        }
        if let Some(axis) = (0..D).find(|&k| domain.periodic()[k] && g[k] != 0.0) {
            return Err(DomainError::TiltedTorus { axis, value: g[axis] });
        }
        let exact = self.exact();
        let mut any = false;
        for (vertex, x) in domain.corners().iter().enumerate() {
            match exact.value(x).cmp0() {
                std::cmp::Ordering::Less => return Err(DomainError::NegativeDensity { vertex }),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => any = true,
            }
        }
        if any { Ok(()) } else { Err(DomainError::ZeroDensity) }
    }

    /// Gradient and value at the origin.
    pub fn law(&self) -> ([f64; 3], f64) {
        match *self {
            SpaceDensity::Constant => ([0.0; 3], 1.0),
            SpaceDensity::Affine { g, c } => (g, c),
        }
    }

    /// The same, exactly.
    pub(crate) fn exact(&self) -> ExactAffine {
        let (g, c) = self.law();
        ExactAffine::new(g, c)
    }

    /// In other units: coordinates times `2^length`, values times `2^density`. The caller knows
    /// that to be exact.
    pub(crate) fn scaled(&self, length: i32, density: i32) -> SpaceDensity {
        match *self {
            SpaceDensity::Constant => SpaceDensity::Constant,
            SpaceDensity::Affine { g, c } => {
                SpaceDensity::Affine { g: g.map(|g| scaled(g, density - length)), c: scaled(c, density) }
            }
        }
    }
}

impl TryFrom<Density> for SpaceDensity {
    type Error = DomainError;
    fn try_from(density: Density) -> Result<SpaceDensity, DomainError> {
        match density {
            Density::Constant => Ok(SpaceDensity::Constant),
            Density::Affine { g, c } => Ok(SpaceDensity::Affine { g: [g[0], g[1], 0.0], c }),
            Density::InSpace { g, c } => Ok(SpaceDensity::Affine { g, c }),
            Density::Image(_) => Err(DomainError::Unfit { density: "image", domain: "box\" in the plane, \"polygon" }),
            other => Err(DomainError::Unfit { density: other.kind(), domain: "mesh" }),
        }
    }
}
