//! Sines and cosines of degrees, the same on every machine.

use crate::exact::Dd;

/// `pi / 180` to more than 100 bits.
const DEGREE: Dd = Dd { hi: 0.017_453_292_519_943_295, lo: 2.948_652_270_870_168_7e-19 };

/// Terms of the series: for angles up to `pi / 4`, `(pi/4)^28 / 28! < 2^-100`.
const TERMS: u32 = 14;

/// Cosine and sine of an angle in degrees, correctly rounded but for ties that `2^-100` decides.
///
/// Whole turns and right angles are taken off in doubles without a rounding: a remainder is exact,
/// and so is `a - 90` for `a` from 90 to 360 (Sterbenz up to 180; above, `a` and the difference
/// have one unit) and `90 - a` for `a` from 45 to 90.
pub(super) fn cos_sin(degrees: f64) -> [f64; 2] {
    let (mut rest, mut quarters) = (degrees.abs() % 360.0, 0);
    while rest >= 90.0 {
        rest -= 90.0;
        quarters += 1;
    }
    let [mut c, mut s] = if rest > 45.0 {
        let [c, s] = series(90.0 - rest);
        [s, c]
    } else {
        series(rest)
    };
    for _ in 0..quarters {
        (c, s) = (-s, c);
    }
    if degrees < 0.0 {
        s = -s;
    }
    // No negative zeros.
    [c + 0.0, s + 0.0]
}

/// From 0 to 45 degrees.
fn series(degrees: f64) -> [f64; 2] {
    let x = DEGREE.times(degrees);
    let square = x * x;
    let sum = |first: Dd, odd: u32| {
        let (mut sum, mut term) = (first, first);
        for k in 1..=TERMS {
            let of = f64::from((2 * k - 1 + odd) * (2 * k + odd));
            term = -(term * square).over(Dd::from_f64(of));
            sum = sum + term;
        }
        sum.to_f64()
    };
    [sum(Dd::from_f64(1.0), 0), sum(x, 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sines() {
        let half = 0.5f64;
        for (degrees, c, s) in [
            (0.0, 1.0, 0.0),
            (30.0, 0.75f64.sqrt(), half),
            (45.0, half.sqrt(), half.sqrt()),
            (60.0, half, 0.75f64.sqrt()),
            (90.0, 0.0, 1.0),
            (135.0, -half.sqrt(), half.sqrt()),
            (180.0, -1.0, 0.0),
            (-180.0, -1.0, 0.0),
            (270.0, 0.0, -1.0),
            (360.0, 1.0, 0.0),
            (-30.0, 0.75f64.sqrt(), -half),
        ] {
            assert_eq!(cos_sin(degrees), [c, s], "{degrees}");
        }
        for k in 0..4000 {
            let d = f64::from(k) * 0.173 - 345.0;
            let [c, s] = cos_sin(d);
            let (sin, cos) = d.to_radians().sin_cos();
            assert!((c - cos).abs() < 1e-14 && (s - sin).abs() < 1e-14, "{d}");
            assert!((c * c + s * s - 1.0).abs() < 4e-16);
        }
    }
}
