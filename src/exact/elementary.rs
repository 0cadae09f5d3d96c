//! Square root and exponential of double-doubles. For quantities only: nothing is decided by them.

use super::Dd;

/// The root of a non-negative number, to a relative error below `2^-100`: one step of Newton's
/// method from the root of the double squares its error of `2^-53`.
pub fn sqrt(x: Dd) -> Dd {
    if x.hi <= 0.0 {
        return Dd::ZERO;
    }
    let root = Dd::from_f64(x.hi.sqrt());
    let rest = x - root * root;
    root + rest.over(root.scale(2.0))
}

/// `ln 2`.
const LN_2: Dd = Dd { hi: std::f64::consts::LN_2, lo: 2.319_046_813_846_299_6e-17 };

/// `e^x`, to a relative error below `2^-90` for `|x| <= 600`.
///
/// `x = k ln 2 + 256 r`: reducing costs `|k| 2^-106`, at most `2^-96`. The series of `e^r - 1`,
/// `|r| < 0.0014`, ends after 11 terms with less than `2^-130`; its relative error of about
/// `2^-103` becomes that of the result times `2^8 r`, below one, by squaring eight times in the
/// form `2 q + q^2`.
pub fn exp(x: Dd) -> Dd {
    let k = (x.hi / LN_2.hi).round();
    let r = (x - LN_2.times(k)).scale(1.0 / 256.0);
    let (mut term, mut q) = (r, r);
    for n in 2..12 {
        term = (term * r).over(Dd::from_f64(f64::from(n)));
        q = q + term;
    }
    for _ in 0..8 {
        q = q.scale(2.0) + q * q;
    }
    let y = q + Dd::from_f64(1.0);
    super::power::scaled_dd(y, k.clamp(-2000.0, 2000.0) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_square_to_what_they_are_of() {
        for x in [2.0, 3.0, 1e-200, 7e150, 0.1] {
            let x = Dd::sum(x, x * 1e-20);
            let root = sqrt(x);
            assert!((root * root - x).abs().hi <= x.hi * 2f64.powi(-98), "{x:?}");
        }
        assert_eq!(sqrt(Dd::ZERO), Dd::ZERO);
    }

    #[test]
    fn exponentials_multiply() {
        // e to 32 digits.
        let e = Dd { hi: std::f64::consts::E, lo: 1.4456468917292502e-16 };
        let one = exp(Dd::from_f64(1.0));
        assert!((one - e).abs().hi < 1e-30, "{one:?}");
        for (a, b) in [(0.3, -0.7), (100.0, 3.25), (-250.0, 1e-9), (0.0, 600.0)] {
            let product = exp(Dd::from_f64(a)) * exp(Dd::from_f64(b));
            let sum = exp(Dd::sum(a, b));
            assert!((product - sum).abs().hi <= sum.hi * 2f64.powi(-88), "{a} {b}");
        }
    }
}
