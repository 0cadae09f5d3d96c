//! What a cell or a piece of it holds, as seen from a point of the sphere near it.

use super::super::moments::Moments;
use super::arcs::{dot, minus};
use crate::domain::{Sphere, Sums};
use crate::exact::Dd;

/// Mass and moments about a point `z` of the unit sphere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Portion {
    pub mass: f64,
    /// A bound of the error of the mass.
    pub off: f64,
    /// `int (x - z) rho`.
    pub moved: [f64; 3],
    /// `int |x - z|^2 rho / 2`, which is that of `1 - <x, z>`.
    pub apart: f64,
}

impl Portion {
    /// The same about another point: with `d` from that to this one `x - to = (x - from) + d`, and
    /// no digits are lost.
    pub fn about(self, from: &[f64; 3], to: &[f64; 3]) -> Portion {
        let d = minus(from, to);
        let moved = [0, 1, 2].map(|k| self.moved[k] + self.mass * d[k]);
        let apart = self.apart + dot(&self.moved, &d) + 0.5 * self.mass * dot(&d, &d);
        Portion { moved, apart, ..self }
    }

    /// A block of an image, about a point.
    pub fn of_block(sums: &Sums, z: &[f64; 3]) -> Portion {
        let d = minus(&sums.mean, z);
        let apart = 0.5 * (sums.spread + sums.mass * dot(&d, &d));
        Portion { mass: sums.mass, off: 16.0 * f64::EPSILON * sums.mass, moved: d.map(|d| sums.mass * d), apart }
    }

    /// With values times a factor.
    pub fn times(self, factor: f64) -> Portion {
        Portion {
            mass: self.mass * factor,
            off: self.off * factor,
            moved: self.moved.map(|m| m * factor),
            apart: self.apart * factor,
        }
    }

    /// Both, about one point.
    pub fn with(self, other: Portion) -> Portion {
        Portion {
            mass: self.mass + other.mass,
            off: self.off + other.off,
            moved: [0, 1, 2].map(|k| self.moved[k] + other.moved[k]),
            apart: self.apart + other.apart,
        }
    }

    /// Mass, centroid and spread in space.
    pub fn moments(&self, z: &[f64; 3], sphere: &Sphere) -> Moments<3> {
        let off = self.off + 4.0 * f64::EPSILON * self.mass.abs();
        if !(self.mass > 0.0) {
            return Moments { off, ..Moments::default() };
        }
        let shift = self.moved.map(|m| m / self.mass);
        let (center, radius) = (sphere.center(), sphere.radius());
        let spread = (2.0 * self.apart - dot(&self.moved, &shift)).max(0.0) * radius * radius;
        let centre =
            [0, 1, 2].map(|k| Dd::from_f64(center[k]) + Dd::product(radius, z[k]) + Dd::from_f64(radius * shift[k]));
        Moments { mass: self.mass, spread, off, ..Moments::default() }.centred(centre)
    }
}
