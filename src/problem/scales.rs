//! Multiples of a problem: what is written in rationals becomes doubles.
//!
//! Numbers such as 1/3 and 0.1 are no doubles, but three and five times as much (up to powers of
//! two) are. With all lengths times `s` (sites and source alike), all masses times `t` and the
//! density times a constant, a problem stays the same: heights are times `s^2`, the cells are those
//! of the problem as written, enlarged, and `W2^2` is `t s^2` times its own. So what is proved of
//! the multiple is proved of the problem as written; [`Units`](super::Units) do the same with
//! powers of two.
//!
//! One `s` serves all axes. The cells alone would allow one for each axis: with `D` diagonal,
//! `<D x, D^-1 y> = <x, y>`, so the source may be stretched by `D` if the sites are shrunk by it.
//! But then it is `sum |x|^2 + |y|^2 - 2 <x, y>` with the first two terms in other units than the
//! third: the bracket of `W2^2` would need second moments of their own. Denominators that need it,
//! such as 3^20 along one axis and 7^18 along the other, are rare.

use crate::exact::big::{self, Rational};
use crate::exact::{Dd, Heights, Ratio};
use std::cmp::Ordering;

/// Bits to which heights of the multiple follow from heights of the problem itself: fewer than a
/// double-double's, so that heights of few bits come back as they were.
const BITS: i64 = 96;

/// Factors by which a problem becomes one of doubles. Results of the multiple are divided by them,
/// once rounded.
#[derive(Clone, Debug, PartialEq)]
pub struct Scales {
    length: Rational,
    mass: Rational,
    density: Rational,
    square: Rational,
    cost: Rational,
}

/// The double nearest to a finite number times a rational; the number itself if it is not finite.
fn times(x: f64, by: &Rational) -> f64 {
    if x.is_finite() { big::nearest_f64(&(big::rational(x) * by)) } else { x }
}

/// The same of a quotient.
fn over(x: f64, by: &Rational) -> f64 {
    if x.is_finite() { big::nearest_f64(&(big::rational(x) / by)) } else { x }
}

impl Scales {
    /// Of lengths, masses, and values of the density at the same places; all positive.
    pub fn new(length: Ratio, mass: Ratio, density: Ratio) -> Scales {
        let [length, mass, density] = [length, mass, density].map(Ratio::into_rational);
        let square = Rational::from(&length * &length);
        let cost = Rational::from(&square * &mass);
        Scales { length, mass, density, square, cost }
    }

    /// What lengths are multiplied by.
    pub fn of_lengths(&self) -> Ratio {
        self.length.clone().into()
    }

    /// What masses are multiplied by.
    pub fn of_masses(&self) -> Ratio {
        self.mass.clone().into()
    }

    /// A mass of the problem itself.
    pub fn mass(&self, m: f64) -> f64 {
        over(m, &self.mass)
    }

    /// A mass of the multiple.
    pub fn mass_in(&self, m: f64) -> f64 {
        times(m, &self.mass)
    }

    /// A point of the problem itself.
    pub fn point<const D: usize>(&self, x: [f64; D]) -> [f64; D] {
        x.map(|x| over(x, &self.length))
    }

    /// A point of the multiple.
    pub fn point_in<const D: usize>(&self, x: [f64; D]) -> [f64; D] {
        x.map(|x| times(x, &self.length))
    }

    /// A weight of the problem itself.
    pub fn weight(&self, w: f64) -> f64 {
        over(w, &self.square)
    }

    /// A weight of the multiple.
    pub fn weight_in(&self, w: f64) -> f64 {
        times(w, &self.square)
    }

    /// A cost of the problem itself.
    pub fn cost(&self, c: f64) -> f64 {
        over(c, &self.cost)
    }

    /// A cost of the multiple.
    pub fn cost_in(&self, c: f64) -> f64 {
        times(c, &self.cost)
    }

    /// Bounds of a cost of the problem itself, rounded outwards.
    pub fn costs_between(&self, [low, high]: [f64; 2]) -> [f64; 2] {
        let bound = |c: f64| c.is_finite().then(|| big::enclose(&(big::rational(c) / &self.cost)));
        [bound(low).map_or(low, |b| b.0), bound(high).map_or(high, |b| b.1)]
    }

    /// An entry of the Hessian, a mass over a squared length, of the problem itself.
    pub fn wall(&self, h: f64) -> f64 {
        over(times(h, &self.square), &self.mass)
    }

    /// An entry of the Hessian of the multiple.
    pub fn wall_in(&self, h: f64) -> f64 {
        over(times(h, &self.mass), &self.square)
    }

    /// A derivative of the cost by a site, of the multiple.
    pub fn pull_in<const D: usize>(&self, g: [f64; D]) -> [f64; D] {
        g.map(|g| times(times(g, &self.mass), &self.length))
    }

    /// An exact mass of the problem itself.
    pub fn exact_mass(&self, m: Ratio) -> Ratio {
        m / self.of_masses()
    }

    /// An exact area of the problem itself.
    pub fn exact_area(&self, a: Ratio) -> Ratio {
        a / self.square.clone().into()
    }

    /// The exact factor of a source in the plane, of the problem itself.
    pub fn exact_factor(&self, factor: Ratio) -> Ratio {
        factor * Rational::from(&self.square * &self.density).into() / self.of_masses()
    }

    /// Heights of the problem itself, each rounded to a double-double.
    pub fn heights(&self, of_multiple: &Heights) -> Heights {
        Heights::new(of_multiple.as_slice().iter().map(|&h| self.height(h)))
    }

    fn height(&self, h: Dd) -> Dd {
        if h.is_finite() { big::nearest_dd(&(big::rational_dd(h) / &self.square)).0 } else { h }
    }

    /// Heights of the multiple, to 96 bits. Those that `given` are taken where the others are
    /// theirs, rounded: what is written as a rational stays one.
    pub fn heights_in(&self, own: &Heights, given: Option<&Heights>) -> Heights {
        let given = given.map(Heights::as_slice).filter(|g| g.len() == own.len());
        let one = |(i, &h): (usize, &Dd)| match given {
            Some(given) if self.height(given[i]) == h => given[i],
            _ if h.is_finite() => nearest(&(big::rational_dd(h) * &self.square)),
            _ => h,
        };
        Heights::new(own.as_slice().iter().enumerate().map(one))
    }
}

/// A number to [`BITS`] bits.
fn nearest(r: &Rational) -> Dd {
    if r.cmp0() == Ordering::Equal {
        return Dd::ZERO;
    }
    let log = i64::from(r.numer().significant_bits()) - i64::from(r.denom().significant_bits());
    let moved = |r: Rational, by: i64| {
        let bits = by.unsigned_abs() as u32;
        if by >= 0 { r << bits } else { r >> bits }
    };
    big::nearest_dd(&moved(moved(r.clone(), BITS - log).round(), log - BITS)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn heights_of_few_bits_come_back() {
        let scales = Scales::new(ratio("3"), ratio("5"), ratio("1"));
        for h in [1.0, -0.375, 7.0 / 1024.0, 1e15 + 0.5, 0.0] {
            let inner = Heights::from_f64(&[h]);
            assert_eq!(scales.heights_in(&scales.heights(&inner), None), inner, "{h}");
        }
        // Those that were given have more.
        let h = Dd { hi: 1.0, lo: 2f64.powi(-104) };
        let given = Heights::new([h]);
        assert_ne!(scales.heights_in(&scales.heights(&given), None), given);
        assert_eq!(scales.heights_in(&scales.heights(&given), Some(&given)), given);
        // And other heights are not taken for them.
        let other = Heights::from_f64(&[0.25]);
        assert_eq!(scales.heights_in(&scales.heights(&other), Some(&given)), other);
    }

    #[test]
    fn bounds_are_rounded_outwards() {
        let scales = Scales::new(ratio("3"), ratio("7"), ratio("1"));
        let [low, high] = scales.costs_between([1.0, 1.0]);
        let exact = ratio("1/63");
        assert!(Ratio::of(low).unwrap() < exact && exact < Ratio::of(high).unwrap() && low.next_up() == high);
        assert_eq!(scales.costs_between([63.0, f64::INFINITY]), [1.0, f64::INFINITY]);
        assert_eq!(scales.exact_factor(ratio("7/9")), ratio("1"));
    }
}
