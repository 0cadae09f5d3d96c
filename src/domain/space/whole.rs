//! Exact integrals over a whole domain.

use super::density::SpaceDensity;
use super::domain::SpaceDomain;
use super::integrals::{ExactAffine, Integrals};
use crate::exact::big::{self, Rational};

/// Integrals of a density over its domain. Of a box in closed form: with its middle `m`, sides `2
/// a` and the density `rho_0` there, `int rho = V rho_0`, `int rho (x - m) = V g a^2 / 3`, and `int
/// rho (x - m)^2 = V rho_0 a^2 / 3` along each axis, since odd terms vanish.
pub(crate) fn whole<const D: usize>(domain: &SpaceDomain<D>, density: &SpaceDensity) -> Integrals {
    let density: ExactAffine = density.exact();
    if let Some(body) = domain.body() {
        return body.integrals(&density);
    }
    let (low, high, _) = domain.in_space();
    let (low, high) = (low.map(big::rational), high.map(big::rational));
    let three = [0, 1, 2];
    let middle = three.map(|k| Rational::from(&low[k] + &high[k]) / 2u32);
    let third = three.map(|k| {
        let half = Rational::from(&high[k] - &low[k]) / 2u32;
        Rational::from(&half * &half) / 3u32
    });
    let volume: Rational = three.map(|k| Rational::from(&high[k] - &low[k])).iter().product();
    let mass = density.value(&middle) * &volume;
    let first = three.map(|k| {
        let own = Rational::from(&mass * &middle[k]);
        match &density.g {
            Some(g) => own + Rational::from(&g[k] * &volume) * &third[k],
            None => own,
        }
    });
    // x^2 = (x - m)^2 + 2 m (x - m) + m^2.
    let second = three.map(|k| {
        let about = &first[k] - Rational::from(&mass * &middle[k]);
        let m = &middle[k];
        Rational::from(&mass * &third[k]) + about * m * 2u32 + Rational::from(m * m) * &mass
    });
    Integrals { volume, mass, first, second }
}
