//! Sizes are taken out first: everything between the input and the layout is computed near 1.
//!
//! Areas are products of two lengths, the energy has products of two areas. From 1e78 on that is
//! beyond all doubles, under 1e-81 it is 0. A multiplication by a power of two is exact, and so is
//! a product or a root of numbers that were multiplied so. Hence a surface and its copy of another
//! size, by a power of two, have the same layout to the last bit.

use crate::domain::vector::{Vector3, side};

/// Largest exponent of a factor: it and its inverse are normal numbers.
const MOST: i64 = 1000;

/// The power of two that brings a positive number between 1/2 and 1; as near as a factor of
/// `2^1000` comes. 1 for 0 and for what is no number.
pub(super) fn to_one(x: f64) -> f64 {
    if !(x > 0.0 && x.is_finite()) {
        return 1.0;
    }
    // Exponent field: x = m 2^(field - 1022) with 1/2 <= m < 1 for normal numbers. Subnormal ones
    // are below 2^-1022.
    let field = (x.to_bits() >> 52) as i64;
    power(1022 - field)
}

/// `2^exponent`, within bounds.
fn power(exponent: i64) -> f64 {
    f64::from_bits(((exponent.clamp(-MOST, MOST) + 1023) as u64) << 52)
}

/// Two sides of a triangle, from its first corner, both multiplied by the power of two that makes
/// their longest component about 1: what is computed from them neither overflows nor becomes 0
/// before its time, whatever the triangle's size.
pub(super) fn unit_sides(p: [[f64; 3]; 3]) -> (Vector3<f64>, Vector3<f64>) {
    let (d, e) = (side(p[0], p[1]), side(p[0], p[2]));
    let factor = to_one(d.iter().chain(&e).fold(0.0, |m, x| x.abs().max(m)));
    (d * factor, e * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_bring_numbers_to_one() {
        for x in [1.0, 0.5, 0.75, 3.0, 1e-140, 1e140, 1e300, 1e-300] {
            let at = x * to_one(x);
            assert!((0.5..1.0).contains(&at), "{x:e} {at}");
            assert_eq!(at / to_one(x), x);
        }
        assert_eq!([0.0, -1.0, f64::NAN, f64::INFINITY].map(to_one), [1.0; 4]);
        assert!(to_one(f64::MAX) * f64::MAX > 0.0 && to_one(5e-324).is_finite());
    }

    #[test]
    fn sides_of_any_size() {
        let p = [[0.1, 0.2, 0.3], [1.4, 0.3, -0.2], [0.2, 1.1, 0.9]];
        let (d, e) = unit_sides(p);
        for k in [-900, -465, 465, 900] {
            assert_eq!(unit_sides(p.map(|v| v.map(|x| x * 2f64.powi(k)))), (d, e));
        }
    }
}
