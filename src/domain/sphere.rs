//! The sphere as a source.

use super::error::DomainError;
use super::globe::SphereDensity;
use crate::exact::big::{self, Rational};
use crate::exact::power::{is_exact, scaled};
use std::f64::consts::PI;

/// The sphere about a centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sphere {
    center: [f64; 3],
    radius: f64,
}

impl Sphere {
    /// The unit sphere.
    pub const UNIT: Sphere = Sphere { center: [0.0; 3], radius: 1.0 };

    /// The sphere of a radius about a centre.
    ///
    /// # Errors
    /// Numbers that are not finite, or a radius that is not positive or no sound double.
    ///
    /// ```
    /// use brenier::Sphere;
    /// assert_eq!(Sphere::new([1.0, 0.0, 0.0], 2.0).unwrap().bounds().0, [-1.0, -2.0, -2.0]);
    /// assert!(Sphere::new([0.0; 3], -1.0).is_err());
    /// ```
    pub fn new(center: [f64; 3], radius: f64) -> Result<Sphere, DomainError> {
        if let Some((axis, &value)) = center.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(DomainError::NonFiniteVertex { vertex: 0, axis, value });
        }
        let far = center.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        if !(1e-140..=1e140).contains(&radius) {
            return Err(DomainError::Radius { radius });
        }
        if far > 1e140 {
            return Err(DomainError::ExtentOutOfRange { extent: far });
        }
        Ok(Sphere { center: center.map(|x| x + 0.0), radius })
    }

    /// Its centre.
    pub fn center(&self) -> [f64; 3] {
        self.center
    }

    /// Its radius.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// Is it the unit sphere?
    pub fn is_unit(&self) -> bool {
        *self == Sphere::UNIT
    }

    /// The box around it, rounded to doubles.
    pub fn bounds(&self) -> ([f64; 3], [f64; 3]) {
        (self.center.map(|x| x - self.radius), self.center.map(|x| x + self.radius))
    }

    /// The point of the sphere in a direction of length 1.
    pub fn at(&self, u: &[f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|k| self.center[k] + self.radius * u[k])
    }

    /// The sphere in half a line.
    pub fn noun(&self) -> String {
        if self.is_unit() { "the unit sphere".into() } else { format!("a sphere of radius {}", self.radius) }
    }

    /// Checks a density, exactly: `<g, x> + c` is at least `v - r |g|`, `v` its value at the
    /// centre. Images are checked when they are made.
    ///
    /// # Errors
    /// A number that is not finite, a negative or vanishing density.
    pub fn check(&self, density: &SphereDensity) -> Result<(), DomainError> {
        let SphereDensity::Affine { g, c } = density else { return Ok(()) };
        let (g, c) = (*g, *c);
        let names = ["g[0]", "g[1]", "g[2]"];
        for (value, name) in g.iter().zip(names).chain([(&c, "c")]) {
            if !value.is_finite() {
                return Err(DomainError::NonFiniteDensity { name, value: *value });
            }
        }
        let middle = self.middle(&(g, c));
        let square: Rational = g.iter().map(|&g| big::rational(g).square()).sum();
        let reach = square * big::rational(self.radius).square();
        match middle.cmp0() {
            std::cmp::Ordering::Less => Err(DomainError::NegativeOnSphere),
            _ if middle.clone().square() < reach => Err(DomainError::NegativeOnSphere),
            std::cmp::Ordering::Equal => Err(DomainError::ZeroDensity),
            std::cmp::Ordering::Greater => Ok(()),
        }
    }

    /// The value of `<g, x> + c` at the centre, which is its mean on the sphere, exactly.
    pub(crate) fn middle(&self, (g, c): &([f64; 3], f64)) -> Rational {
        let slope: Rational = (0..3).map(|k| big::rational(g[k]) * big::rational(self.center[k])).sum();
        slope + big::rational(*c)
    }

    /// The mass of a density. The area is `4 pi r^2` times its mean; `pi` is rounded once.
    pub(crate) fn measure(&self, density: &SphereDensity) -> f64 {
        let square = big::rational(self.radius).square();
        match (density.law(), density) {
            (Some(law), _) => PI * big::nearest_f64(&(square * 4u32 * self.middle(&law))),
            (None, SphereDensity::Image(image)) => big::nearest_f64(&square) * image.measure(),
            (None, _) => 0.0,
        }
    }

    /// In other units of length, by a power of two; `None` if digits would be lost.
    pub(crate) fn scaled(&self, e: i32) -> Option<Sphere> {
        let exact = is_exact(self.radius, e) && self.center.iter().all(|&x| is_exact(x, e));
        exact.then(|| Sphere { center: self.center.map(|x| scaled(x, e)), radius: scaled(self.radius, e) })
    }
}

/// `n` points in proportion to a density, by an even sequence: equal steps of the height between
/// the poles are equal areas. Points where the density is low are left out by a third even number;
/// of an image, equal steps of the mass along its blocks are taken. Cost: O(n), for images
/// O(n log pixels).
pub fn spread_on_sphere(sphere: &Sphere, density: &SphereDensity, n: usize, seed: u64) -> Vec<[f64; 3]> {
    // Steps of Roberts' additive recurrences in two and three dimensions.
    const TWO: [f64; 3] = [0.754_877_666_246_692_7, 0.569_840_290_998_053_2, 0.0];
    const THREE: [f64; 3] = [0.819_172_513_396_164_4, 0.671_043_606_703_789_2, 0.549_700_477_901_970_2];
    let shift: Vec<f64> = (0..3u64).map(|k| super::spread::unit(seed.wrapping_mul(4).wrapping_add(k))).collect();
    if let SphereDensity::Image(image) = density {
        let point = |k: usize| {
            let within = [0, 1].map(|axis| (shift[axis] + k as f64 * TWO[axis]).fract());
            sphere.at(&image.at((k as f64 + shift[2]) / n as f64, within))
        };
        return (0..n).map(point).collect();
    }
    let (g, c) = density.law().unwrap_or(([0.0; 3], 1.0));
    let constant = g == [0.0; 3];
    let step = if constant { TWO } else { THREE };
    let rho = |x: &[f64; 3]| c + (0..3).map(|k| g[k] * x[k]).sum::<f64>();
    let steep = g.iter().map(|g| g * g).sum::<f64>().sqrt();
    let most = rho(&sphere.center) + sphere.radius * steep;
    let mut points = Vec::with_capacity(n);
    // An affine density is at least half its greatest value on half of the sphere.
    for k in 1..=(8 * n as u64 + 1000) {
        if points.len() == n {
            break;
        }
        let at = |axis: usize| (shift[axis] + k as f64 * step[axis]).fract();
        let x = sphere.at(&direction(at(0), at(1)));
        if constant || at(2) * most < rho(&x) {
            points.push(x);
        }
    }
    points
}

/// The direction of two numbers from 0 to 1; areas are kept (Archimedes).
pub fn direction(u: f64, v: f64) -> [f64; 3] {
    let z = 1.0 - 2.0 * u;
    let r = (4.0 * u * (1.0 - u)).max(0.0).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * v).sin_cos();
    [r * cos, r * sin, z]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_are_checked_exactly() {
        let affine = |g: [f64; 3], c: f64| SphereDensity::Affine { g, c };
        let unit = Sphere::UNIT;
        // |(3, 4, 0)| = 5: zero in one point is allowed, a hair below is not.
        assert!(unit.check(&affine([3.0, 4.0, 0.0], 5.0)).is_ok());
        assert_eq!(unit.check(&affine([3.0, 4.0, 1e-12], 5.0)), Err(DomainError::NegativeOnSphere));
        assert_eq!(unit.check(&affine([0.0; 3], 0.0)), Err(DomainError::ZeroDensity));
        let far = Sphere::new([10.0, 0.0, 0.0], 2.0).unwrap();
        assert!(far.check(&affine([1.0, 0.0, 0.0], -8.0)).is_ok());
        assert!(far.check(&affine([1.0, 0.0, 0.0], -8.5)).is_err());
        assert_eq!(far.middle(&([1.0, 0.0, 0.0], -8.0)), 2);
    }

    #[test]
    fn points_are_spread_by_density() {
        let points = spread_on_sphere(&Sphere::UNIT, &SphereDensity::Affine { g: [0.0, 0.0, 1.0], c: 1.0 }, 4000, 3);
        assert_eq!(points.len(), 4000);
        let north = points.iter().filter(|x| x[2] > 0.0).count();
        // Three quarters: int_0^1 (1 + z) dz / 2.
        assert!((2950..3050).contains(&north), "{north}");
        assert!(points.iter().all(|x| (x.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-15 * 8.0));
    }
}
