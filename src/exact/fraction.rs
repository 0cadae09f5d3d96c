//! Fractions that are never reduced.
//!
//! Masses of cells have denominators of some hundred bits, and their greatest common divisors cost
//! more than everything else that is done with them: a canonical [`Rational`] is for numbers that
//! live on, a [`Fraction`] for those that are rounded, enclosed or compared at once.

use super::big::{self, Integer, Rational};
use super::dd::Dd;
use std::cmp::Ordering;

/// `num / den` with `den > 0`, not necessarily in lowest terms.
#[derive(Clone, Debug)]
pub struct Fraction {
    num: Integer,
    den: Integer,
}

impl Default for Fraction {
    fn default() -> Fraction {
        Fraction { num: Integer::new(), den: Integer::from(1) }
    }
}

impl From<Rational> for Fraction {
    fn from(r: Rational) -> Fraction {
        let (num, den) = r.into_numer_denom();
        Fraction { num, den }
    }
}

impl Fraction {
    /// `num / den`; zero if `den` is.
    pub fn new(num: Integer, den: Integer) -> Fraction {
        match den.cmp0() {
            Ordering::Greater => Fraction { num, den },
            Ordering::Less => Fraction { num: -num, den: -den },
            Ordering::Equal => Fraction::default(),
        }
    }

    /// Numerator.
    pub fn numer(&self) -> &Integer {
        &self.num
    }

    /// Denominator, positive.
    pub fn denom(&self) -> &Integer {
        &self.den
    }

    /// The sign.
    pub fn cmp0(&self) -> Ordering {
        self.num.cmp0()
    }

    /// `self r`.
    pub fn times(&self, r: &Rational) -> Fraction {
        Fraction { num: Integer::from(&self.num * r.numer()), den: Integer::from(&self.den * r.denom()) }
    }

    /// `self - r`.
    pub fn minus(&self, r: &Rational) -> Fraction {
        let num = Integer::from(&self.num * r.denom()) - Integer::from(&self.den * r.numer());
        Fraction { num, den: Integer::from(&self.den * r.denom()) }
    }

    /// `self / other`; zero if `other` is.
    pub fn over(&self, other: &Fraction) -> Fraction {
        Fraction::new(Integer::from(&self.num * &other.den), Integer::from(&self.den * &other.num))
    }

    /// The absolute value.
    pub fn abs(&self) -> Fraction {
        Fraction { num: Integer::from(self.num.abs_ref()), den: self.den.clone() }
    }

    /// In lowest terms.
    pub fn reduced(&self) -> Rational {
        Rational::from((self.num.clone(), self.den.clone()))
    }

    /// `floor(self 2^shift)`, and whether that is all of it.
    pub fn floor_shifted(&self, shift: u32) -> (Integer, bool) {
        let (q, rest) = Integer::from(&self.num << shift).div_rem_floor(self.den.clone());
        (q, rest.cmp0().is_eq())
    }

    /// A multiple of a power of two at or below this number, with at least `bits` bits, how far
    /// apart these multiples are, and whether it is the number itself.
    fn leading(&self, bits: u32) -> (Rational, Rational, bool) {
        let wanted = i64::from(self.den.significant_bits()) - i64::from(self.num.significant_bits()) + i64::from(bits);
        let shift = wanted.clamp(0, i64::from(u32::MAX)) as u32;
        let (q, exact) = self.floor_shifted(shift);
        (Rational::from(q) >> shift, Rational::from(1) >> shift, exact)
    }

    /// The nearest double: [`big::nearest_f64`].
    ///
    /// With 70 leading bits doubles and the points halfway between them are multiples of the unit,
    /// so a number strictly between two multiples is on the same side of all of them as the middle
    /// of the two.
    pub fn nearest_f64(&self) -> f64 {
        let (below, unit, exact) = self.leading(70);
        big::nearest_f64(&if exact { below } else { below + unit / 2u32 })
    }

    /// As a double-double, off by at most `2^-104` of itself (and `2^-1074`, where it is tiny).
    pub fn near_dd(&self) -> Dd {
        big::nearest_dd(&self.leading(140).0).0
    }

    /// The largest double `<= self` and the smallest double `>= self`: [`big::enclose`].
    pub fn enclose(&self) -> (f64, f64) {
        // Doubles are multiples of the unit: none lies strictly between this number and the
        // multiples beside it.
        let (below, unit, exact) = self.leading(70);
        let low = big::enclose(&below).0;
        (low, if exact { big::enclose(&below).1 } else { big::enclose(&(below + unit)).1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounding agrees with that of reduced fractions, halfway points, tiny and huge numbers and
    /// both signs included.
    #[test]
    fn unreduced_fractions_are_rounded_like_reduced_ones() {
        let mut state = 5u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state >> 11
        };
        let mut tried: Vec<Rational> = Vec::new();
        for k in 0..300u32 {
            let (p, q) = (
                Integer::from(next()) * next() - Integer::from(next()) * next(),
                Integer::from(next() | 1) * (next() | 1),
            );
            let r = Rational::from((p, q));
            let scale = (k * 37) % 1100;
            tried.push(if k % 2 == 0 { r.clone() << scale } else { r.clone() >> scale });
            let x = r.to_f64();
            let gap = big::rational(f64::from_bits(x.to_bits() + 1)) - big::rational(x);
            tried.push(big::rational(x) + Rational::from(&gap / 2u32));
            tried.push(big::rational(x) + gap / 2u32 + (Rational::from(1) >> 900u32));
            tried.push(big::rational(x));
        }
        tried.push(Rational::new());
        tried.push(Rational::from(3) >> 1075u32);
        tried.push(Rational::from(1) << 1100u32);
        for r in tried {
            let factor = Integer::from(next() | 1) * 840u32;
            let f = Fraction::new(Integer::from(r.numer() * &factor), Integer::from(r.denom() * &factor));
            assert_eq!(f.nearest_f64().to_bits(), big::nearest_f64(&r).to_bits(), "{r}");
            assert_eq!(f.enclose(), big::enclose(&r), "{r}");
            assert_eq!(f.reduced(), r);
            assert_eq!(f.cmp0(), r.cmp0());
            let dd = f.near_dd();
            if dd.is_finite() {
                let off = (big::rational_dd(dd) - &r).abs();
                assert!(off <= (Rational::from(r.abs_ref()) >> 104u32) + (Rational::from(1) >> 1074u32), "{r}");
            }
        }
    }

    /// Sign conventions and zero denominators.
    #[test]
    fn denominators_are_positive() {
        let f = Fraction::new(Integer::from(3), Integer::from(-6));
        assert_eq!((f.cmp0(), f.reduced()), (Ordering::Less, Rational::from((-1, 2))));
        assert_eq!(Fraction::new(Integer::from(3), Integer::new()).reduced(), Rational::new());
        let half = Fraction::from(Rational::from((1, 2)));
        assert_eq!(half.over(&f).reduced(), Rational::from(-1));
        assert_eq!(half.minus(&Rational::from((1, 3))).reduced(), Rational::from((1, 6)));
        assert_eq!(f.abs().times(&Rational::from(4)).reduced(), Rational::from(2));
    }
}
