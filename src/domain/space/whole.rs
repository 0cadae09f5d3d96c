//! Exact volume and mass of a whole domain.

use super::density::SpaceDensity;
use super::domain::SpaceDomain;
use crate::exact::big::{self, Rational};

/// The volume of a domain and the integral of its density. Of a box in closed form: the mean of an
/// affine density is that in the middle. Of parts, those that have mass.
pub(crate) fn whole<const D: usize>(domain: &SpaceDomain<D>, density: &SpaceDensity) -> (Rational, Rational) {
    if let Some(parts) = domain.parts() {
        return parts.integral(|tet, corners| density.sum_over(parts, tet, corners));
    }
    let density = density.exact(None, 0);
    if let Some(body) = domain.body() {
        let all = body.integrals(&density);
        return (all.volume, all.mass);
    }
    let (low, high, _) = domain.in_space();
    let (low, high) = (low.map(big::rational), high.map(big::rational));
    let three = [0, 1, 2];
    let middle = three.map(|k| Rational::from(&low[k] + &high[k]) / 2u32);
    let volume: Rational = three.map(|k| Rational::from(&high[k] - &low[k])).iter().product();
    let mass = density.value(&middle) * &volume;
    (volume, mass)
}
