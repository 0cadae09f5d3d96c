//! Double-double numbers: an unevaluated sum `hi + lo` of two doubles with `|lo| <= ulp(hi)/2`,
//! about 106 bits.
//!
//! Why heights need them: one f64 per height makes the Newton residual floor at
//! `ulp(h_i) H_ii / nu_i`; with 1e5 sites in a unit square 1.7e-9 was seen. All operations use only
//! IEEE `+ - * /` (no fused multiply-add), so results are the same on every platform. References:
//! Dekker (1971); Knuth TAOCP 2, 4.2.2; Joldes, Muller, Popescu, "Tight and rigorous error bounds
//! for basic building blocks of double-word arithmetic" (2017), whose algorithm numbers are named.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg, Sub};

/// A double-double number, `hi + lo`. Relative error of one operation is below `2^-100` away from
/// over- and underflow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Dd {
    /// The double nearest to the value.
    pub hi: f64,
    /// The remainder, at most half an ulp of `hi`.
    pub lo: f64,
}

/// `a + b = s + e` exactly (Knuth), for any finite `a`, `b` whose sum does not overflow.
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let bb = s - a;
    (s, (a - (s - bb)) + (b - bb))
}

/// `a + b = s + e` exactly if `|a| >= |b|` or `a = 0` (Dekker).
#[inline(always)]
pub fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

/// `a b = p + e` exactly unless something over- or underflows (Veltkamp split, Dekker product).
///
/// Exact when `|a|, |b| < 2^996` and `|a b|` is 0 or at least `2^-968`.
#[inline(always)]
pub fn two_prod(a: f64, b: f64) -> (f64, f64) {
    const SPLITTER: f64 = 134_217_729.0; // 2^27 + 1
    let p = a * b;
    let t = SPLITTER * a;
    let ah = t - (t - a);
    let al = a - ah;
    let t = SPLITTER * b;
    let bh = t - (t - b);
    let bl = b - bh;
    (p, ((ah * bh - p) + ah * bl + al * bh) + al * bl)
}

impl Dd {
    /// Zero.
    pub const ZERO: Dd = Dd { hi: 0.0, lo: 0.0 };

    /// The double `x` itself.
    #[inline(always)]
    pub const fn from_f64(x: f64) -> Dd {
        Dd { hi: x, lo: 0.0 }
    }

    /// The sum of two doubles, exact.
    #[inline(always)]
    pub fn sum(a: f64, b: f64) -> Dd {
        let (hi, lo) = two_sum(a, b);
        Dd { hi, lo }
    }

    /// The difference of two doubles, exact.
    #[inline(always)]
    pub fn difference(a: f64, b: f64) -> Dd {
        Dd::sum(a, -b)
    }

    /// The product of two doubles, exact in [`two_prod`]'s range.
    #[inline(always)]
    pub fn product(a: f64, b: f64) -> Dd {
        let (hi, lo) = two_prod(a, b);
        Dd { hi, lo }
    }

    /// The nearest double.
    #[inline(always)]
    pub fn to_f64(self) -> f64 {
        self.hi + self.lo
    }

    /// Both parts finite.
    pub fn is_finite(self) -> bool {
        self.hi.is_finite() && self.lo.is_finite()
    }

    /// Absolute value.
    #[inline(always)]
    pub fn abs(self) -> Dd {
        if self.hi < 0.0 || (self.hi == 0.0 && self.lo < 0.0) { -self } else { self }
    }

    /// Product with a double.
    #[inline(always)]
    pub fn times(self, b: f64) -> Dd {
        let (p, e) = two_prod(self.hi, b);
        let (hi, lo) = quick_two_sum(p, e + self.lo * b);
        Dd { hi, lo }
    }

    /// Product with a power of two, exact unless it over- or underflows.
    #[inline(always)]
    pub fn scale(self, power_of_two: f64) -> Dd {
        Dd { hi: self.hi * power_of_two, lo: self.lo * power_of_two }
    }

    /// Quotient, relative error below `2^-104`: the last of three steps leaves nothing to speak of,
    /// and the sum is rounded once, by `3 2^-106`.
    #[inline(always)]
    pub fn over(self, b: Dd) -> Dd {
        let q = self.hi / b.hi;
        let r = self - b.times(q);
        let q2 = r.hi / b.hi;
        let r = r - b.times(q2);
        let q3 = r.hi / b.hi;
        let (hi, lo) = quick_two_sum(q, q2);
        Dd { hi, lo } + Dd::from_f64(q3)
    }
}

impl Add for Dd {
    type Output = Dd;
    /// AccurateDWPlusDW, relative error below `3 2^-106`.
    #[inline(always)]
    fn add(self, b: Dd) -> Dd {
        let (s, e) = two_sum(self.hi, b.hi);
        let (t, f) = two_sum(self.lo, b.lo);
        let (s, e) = quick_two_sum(s, e + t);
        let (hi, lo) = quick_two_sum(s, e + f);
        Dd { hi, lo }
    }
}

impl Sub for Dd {
    type Output = Dd;
    #[inline(always)]
    fn sub(self, b: Dd) -> Dd {
        self + (-b)
    }
}

impl Neg for Dd {
    type Output = Dd;
    #[inline(always)]
    fn neg(self) -> Dd {
        Dd { hi: -self.hi, lo: -self.lo }
    }
}

impl Mul for Dd {
    type Output = Dd;
    /// DWTimesDW, relative error below `7 2^-106`.
    #[inline(always)]
    fn mul(self, b: Dd) -> Dd {
        let (p, e) = two_prod(self.hi, b.hi);
        let (hi, lo) = quick_two_sum(p, e + (self.hi * b.lo + self.lo * b.hi));
        Dd { hi, lo }
    }
}

impl PartialOrd for Dd {
    #[inline(always)]
    fn partial_cmp(&self, b: &Dd) -> Option<Ordering> {
        match self.hi.partial_cmp(&b.hi) {
            Some(Ordering::Equal) => self.lo.partial_cmp(&b.lo),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_free_transformations_are_exact() {
        assert_eq!(two_sum(1.0, 2f64.powi(-60)), (1.0, 2f64.powi(-60)));
        let x = 1.0 + f64::EPSILON;
        let (p, e) = two_prod(x, x);
        assert_eq!((p, e), (1.0 + 2.0 * f64::EPSILON, f64::EPSILON * f64::EPSILON));
    }

    #[test]
    fn quotient_inverts_product() {
        let a = Dd::sum(3.0, 1e-20);
        let b = Dd::sum(-7.0, 3e-18);
        let back = (a * b).over(b) - a;
        assert!(back.abs().hi < 1e-30);
    }

    #[test]
    fn quotients_are_as_near_as_said() {
        use crate::exact::big::rational_dd;
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for _ in 0..60_000 {
            let [a, b] = [(); 2].map(|_| Dd::sum(1.0 + draw(), (draw() - 0.5) * f64::EPSILON));
            let exact = rational_dd(a) / rational_dd(b);
            let off = (rational_dd(a.over(b)) - &exact).abs() << 104u32;
            assert!(off <= exact, "{a:?} / {b:?}");
        }
    }
}
