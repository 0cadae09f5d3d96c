//! Angles enclosed: fixed-point numbers with stated errors, from rational cosines and sines.

use super::big::{Integer, Rational};
use std::cmp::Ordering;

/// Places after the point in the work below.
const WORK: u32 = 224;

/// An angle `a` is known as an integer `k` with `|a - k 2^-PLACES| <= ERROR 2^-PLACES`.
pub const PLACES: u32 = WORK;

/// See [`PLACES`]. A square root and a quotient are off by one unit each and their argument by two,
/// so that halving, which does this three times, leaves less than 16; the series adds 2 for each of
/// its fewer than 64 terms. Doubling back three times and adding or subtracting `pi / 2` or `pi`,
/// known to 2^8, stay below 2^12 in all.
pub const ERROR: u32 = 1 << 12;

/// `pi` in units of `2^-WORK`, by Machin's formula `16 atan(1/5) - 4 atan(1/239)`; each term of its
/// series is off by one unit, fewer than 2^8 in all with their factors made up for by 16 more
/// places.
pub fn pi() -> Integer {
    const MORE: u32 = 16;
    let atan_of_inverse = |q: u32| {
        let mut power = (Integer::from(1) << (WORK + MORE)) / q;
        let (mut sum, mut n, mut sign) = (power.clone(), 1u32, -1);
        while power > 0 {
            power /= q * q;
            n += 2;
            sum += Integer::from(&power / n) * sign;
            sign = -sign;
        }
        sum
    };
    (atan_of_inverse(5) * 16 - atan_of_inverse(239) * 4) >> MORE
}

/// The angle between 0 and `pi` of two vectors with the inner product `dot` and the square `cross`
/// of their outer product, in units of `2^-PLACES` and off by at most [`ERROR`] of them. `None` if
/// both are zero.
pub fn angle(dot: &Rational, cross: &Rational, pi: &Integer) -> Option<Integer> {
    let half = || Integer::from(pi >> 1);
    let square = match dot.cmp0() {
        Ordering::Equal if cross.cmp0() == Ordering::Equal => return None,
        Ordering::Equal => return Some(half()),
        _ => cross / Rational::from(dot * dot),
    };
    // The square of the tangent's size.
    let inverted = square > 1;
    let small = if inverted { square.recip() } else { square };
    let scaled = (Integer::from(small.numer() << (2 * WORK))) / small.denom();
    let mut angle = arctangent(scaled.sqrt());
    if inverted {
        angle = half() - angle;
    }
    Some(if dot.cmp0() == Ordering::Less { Integer::from(pi - &angle) } else { angle })
}

/// `atan x` for `0 <= x <= 1`.
fn arctangent(mut x: Integer) -> Integer {
    let one = Integer::from(1) << WORK;
    // atan x = 2 atan (x / (1 + sqrt(1 + x^2))).
    for _ in 0..3 {
        let root = ((Integer::from(&one * &one)) + Integer::from(&x * &x)).sqrt();
        x = (x << WORK) / (root + &one);
    }
    let square = Integer::from(&x * &x) >> WORK;
    let (mut power, mut sum, mut n, mut sign) = (x.clone(), x, 1u32, -1);
    while power > 0 {
        power = (power * &square) >> WORK;
        n += 2;
        sum += Integer::from(&power / n) * sign;
        sign = -sign;
    }
    sum << 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &Integer, b: &Integer) -> bool {
        Integer::from(a - b).abs() <= 2 * ERROR
    }

    #[test]
    fn known_angles() {
        let pi = pi();
        // 50 digits of pi.
        let digits: Integer = "314159265358979323846264338327950288419716939937510".parse().unwrap();
        let ten: Integer = Integer::from(Integer::u_pow_u(10, 50));
        let gap = Integer::from(&pi * &ten) - (digits << WORK);
        assert!(gap.abs() < (Integer::from(1) << WORK), "within a unit of the last digit");
        let at = |d: i32, c: i32| angle(&Rational::from(d), &Rational::from(c), &pi).unwrap();
        let share = |k: u32, of: u32| Integer::from(&pi * k) / of;
        assert_eq!(at(0, 5), share(1, 2));
        assert!(close(&at(1, 1), &share(1, 4)));
        assert!(close(&at(-1, 1), &share(3, 4)));
        assert!(close(&at(1, 3), &share(1, 3)));
        assert!(close(&at(3, 3), &share(1, 6)));
        assert!(close(&at(-1, 3), &share(2, 3)));
        assert_eq!(at(2, 0), 0);
        assert!(close(&at(-7, 0), &pi));
        assert!(angle(&Rational::new(), &Rational::new(), &pi).is_none());
        // atan(1/5) and atan(1/239) again, by the other series.
        let sum = at(5, 1) * 16 - at(239, 1) * 4;
        assert!(Integer::from(&sum - &pi).abs() < 20 * ERROR);
    }
}
