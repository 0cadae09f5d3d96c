//! Powers of two: scaling that changes no digit.

use super::Dd;

/// The largest power that is taken in one multiplication: its own power of two and its inverse are
/// normal doubles.
const STEP: i32 = 1022;

/// `x 2^e`, exact unless it overflows or leaves the normal doubles below. Any `e` will do: a double
/// reaches over 2098 binary orders, so what is more changes nothing.
#[inline]
pub fn scaled(mut x: f64, e: i32) -> f64 {
    let mut e = e.clamp(-3 * STEP, 3 * STEP);
    while e > STEP {
        x *= 2f64.powi(STEP);
        e -= STEP;
    }
    while e < -STEP {
        x *= 2f64.powi(-STEP);
        e += STEP;
    }
    x * 2f64.powi(e)
}

/// [`scaled`] for a double-double.
#[inline]
pub fn scaled_dd(x: Dd, e: i32) -> Dd {
    Dd { hi: scaled(x.hi, e), lo: scaled(x.lo, e) }
}

/// `floor(log2 |x|)` of a number that is finite and not zero, else 0.
pub fn exponent(x: f64) -> i32 {
    if x == 0.0 || !x.is_finite() {
        return 0;
    }
    let stored = |x: f64| ((x.to_bits() >> 52) & 0x7ff) as i32;
    // A subnormal number is made normal first.
    if stored(x) == 0 { stored(x * 2f64.powi(64)) - 1023 - 64 } else { stored(x) - 1023 }
}

/// Does `x 2^e` hold all digits of `x`?
pub fn is_exact(x: f64, e: i32) -> bool {
    !x.is_finite() || scaled(scaled(x, e), -e) == x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_goes_there_and_back() {
        for x in [1.0, -3.5, 1e300, f64::MAX, f64::MIN_POSITIVE, 5e-324, 7e-310, 0.1] {
            let e = exponent(x);
            assert!((1.0..2.0).contains(&scaled(x.abs(), -e)), "{x:e} {e}");
            assert_eq!(scaled(scaled(x, -e), e), x);
            assert!(is_exact(x, -e));
        }
        assert_eq!((exponent(0.0), exponent(f64::NAN), exponent(5e-324), exponent(0.75)), (0, 0, -1074, -1));
        assert_eq!(scaled(1.0, 5000), f64::INFINITY);
        assert_eq!(scaled(5e-324, 2000), 2f64.powi(926));
        assert_eq!(scaled(1.0, -5000), 0.0);
        assert!(!is_exact(1.5, -1074) && is_exact(1.0, -1074) && !is_exact(1.0, 1024));
    }
}
