//! Densities of the source measure on a polygon.

use super::{ConvexPolygon, DomainError};
use crate::exact::big;

/// Density of the source with respect to area.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
#[non_exhaustive]
pub enum Density {
    /// `rho = 1`.
    #[default]
    Constant,
    /// `rho(x) = <g, x> + c`, at least 0 on the domain.
    Affine {
        /// Gradient.
        g: [f64; 2],
        /// Value at the origin.
        c: f64,
    },
}

impl Density {
    /// Checks, exactly, that the density is finite, non-negative on `domain` and not zero everywhere.
    ///
    /// # Errors
    /// [`DomainError`] naming the coefficient or the domain vertex.
    pub fn validate(&self, domain: &ConvexPolygon) -> Result<(), DomainError> {
        let Density::Affine { g, c } = *self else {
            return Ok(());
        };
        for (name, value) in [("g[0]", g[0]), ("g[1]", g[1]), ("c", c)] {
            if !value.is_finite() {
                return Err(DomainError::NonFiniteDensity { name, value });
            }
        }
        let mut positive = false;
        for (vertex, &v) in domain.vertices().iter().enumerate() {
            match self.value_exact(&[big::rational(v[0]), big::rational(v[1])]).cmp0() {
                std::cmp::Ordering::Less => return Err(DomainError::NegativeDensity { vertex }),
                std::cmp::Ordering::Greater => positive = true,
                std::cmp::Ordering::Equal => {}
            }
        }
        if positive { Ok(()) } else { Err(DomainError::ZeroDensity) }
    }

    /// Value at a point, rounded.
    #[inline(always)]
    pub fn value(&self, x: [f64; 2]) -> f64 {
        match *self {
            Density::Constant => 1.0,
            Density::Affine { g, c } => g[0] * x[0] + g[1] * x[1] + c,
        }
    }

    /// Gradient.
    #[inline(always)]
    pub fn gradient(&self) -> [f64; 2] {
        match *self {
            Density::Constant => [0.0; 2],
            Density::Affine { g, .. } => g,
        }
    }

    /// Value at an exact point, exact.
    pub fn value_exact(&self, x: &[big::Rational; 2]) -> big::Rational {
        match *self {
            Density::Constant => big::Rational::from(1),
            Density::Affine { g, c } => big::rational(g[0]) * &x[0] + big::rational(g[1]) * &x[1] + big::rational(c),
        }
    }
}
