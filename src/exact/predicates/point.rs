//! Which of two sites is higher at a point, in any dimension: the question that locating a point
//! and a dense search for the highest site ask.

use super::super::dd::{two_prod, two_sum};
use super::super::{Counters, Dd, big};
use super::{U, UNDERFLOW, height_difference};

/// Most coordinates of a site for which [`higher_at`] has its filter; the bound on underflow counts
/// the products.
const FILTERED: usize = 1000;

/// Sign of `<y_i - y_j, x> + h_i - h_j`: 1 if site `i` is higher at `x`, -1 if `j` is, 0 for a tie.
/// Exact for all finite doubles; the three slices have one length.
///
/// Filter: `fl((y_i - y_j) x)` has relative error `2u + u^2` and one underflow, the height
/// difference `(2u + 4u^2) g`, and the `d` additions add at most `d u` of the sum of magnitudes: in
/// total below `(d + 2) u + O(d^2 u^2)` of `sum |p_k| + g`; `d + 8` leaves slack for the rounding
/// of the bound. What it leaves open is added up once more, watching whether anything is rounded:
/// on grids and among sites that tie nothing is, and the sum is the value. Otherwise by rationals
/// (counted as `big`).
///
/// ```
/// use brenier::exact::{Counters, Dd, predicates::higher_at};
/// let h = [Dd::from_f64(0.0), Dd::sum(-0.5, 1e-40)];
/// let mut counters = Counters::default();
/// assert_eq!(higher_at((&[0.0, 0.0], h[0]), (&[1.0, 0.0], h[1]), &[0.5, 7.0], &mut counters), -1);
/// ```
pub fn higher_at(i: (&[f64], Dd), j: (&[f64], Dd), x: &[f64], counters: &mut Counters) -> i32 {
    let d = x.len();
    let (mut value, mut size) = (0.0, 0.0);
    for ((a, b), x) in i.0.iter().zip(j.0).zip(x) {
        let p = (a - b) * x;
        value += p;
        size += p.abs();
    }
    let (h, g) = height_difference(i.1, j.1);
    value += h;
    let bound = (d as f64 + 8.0) * U * (size + g) + UNDERFLOW;
    if d <= FILTERED && value > bound {
        return 1;
    }
    if d <= FILTERED && -value > bound {
        return -1;
    }
    if let Some(value) = unrounded(i, j, x) {
        return i32::from(value > 0.0) - i32::from(value < 0.0);
    }
    counters.big += 1;
    higher_at_exact(i, j, x)
}

/// The value if no operation rounds.
fn unrounded(i: (&[f64], Dd), j: (&[f64], Dd), x: &[f64]) -> Option<f64> {
    let add = |a: f64, b: f64| {
        let (s, e) = two_sum(a, b);
        (e == 0.0 && s.is_finite()).then_some(s)
    };
    let mut sum = add(add(i.1.hi, -j.1.hi)?, add(i.1.lo, -j.1.lo)?)?;
    for ((&a, &b), &x) in i.0.iter().zip(j.0).zip(x) {
        let difference = add(a, -b)?;
        // The range in which the error of a product is what `two_prod` says; where something
        // overflows on the way it is infinite or no number.
        let (p, e) = two_prod(x, difference);
        let whole = p.abs() > 1e-250 || x == 0.0 || difference == 0.0;
        if !(whole && e == 0.0) {
            return None;
        }
        sum = add(sum, p)?;
    }
    Some(sum)
}

/// [`higher_at`] by rationals only.
pub fn higher_at_exact(i: (&[f64], Dd), j: (&[f64], Dd), x: &[f64]) -> i32 {
    let mut sum = big::rational_dd(i.1) - big::rational_dd(j.1);
    for ((&a, &b), &x) in i.0.iter().zip(j.0).zip(x) {
        if a != b {
            sum += (big::rational(a) - big::rational(b)) * big::rational(x);
        }
    }
    sum.cmp0() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sites whose filter must decline, and points of any size: the filter never contradicts the
    /// rationals.
    #[test]
    fn the_filter_agrees_with_rationals() {
        let mut state = 9u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let (mut ties, mut counters) = (0, Counters::default());
        for round in 0..4000 {
            let d = 1 + round % 7;
            let scale = [1.0, 1e-160, 1e150, 1e300][round / 7 % 4];
            let a: Vec<f64> = (0..d).map(|_| (8.0 * draw()).round()).collect();
            let b: Vec<f64> = (0..d).map(|_| (8.0 * draw()).round()).collect();
            let x: Vec<f64> = (0..d).map(|_| (8.0 * draw()).round() * scale).collect();
            let h = Dd::sum((4.0 * draw()).round() * scale, if round % 3 == 0 { 1e-30 * scale * draw() } else { 0.0 });
            let sign = higher_at((&a, h), (&b, Dd::ZERO), &x, &mut counters);
            assert_eq!(sign, higher_at_exact((&a, h), (&b, Dd::ZERO), &x));
            assert_eq!(sign, -higher_at((&b, Dd::ZERO), (&a, h), &x, &mut counters));
            ties += usize::from(sign == 0);
        }
        assert!(ties > 50, "{ties}");
    }

    /// Products whose errors underflow, or that overflow on the way, are not taken for exact ones.
    #[test]
    fn products_at_the_ends_of_the_doubles_are_no_exact_ones() {
        let mut counters = Counters::default();
        let h = |v: f64| Dd::from_f64(v);
        for (a, x) in [(1.0 + f64::EPSILON, 1.0 + f64::EPSILON), (1.5 + f64::EPSILON, 1.0 + f64::EPSILON)] {
            for (low, high) in [(-500, -540), (-530, -530), (-537, -536), (-480, -500), (-1000, -40)] {
                let (a, x) = (a * 2f64.powi(low), x * 2f64.powi(high));
                // The height is the rounded product: its error alone decides.
                let rounded = h(a * x);
                let exact = higher_at_exact((&[a], h(0.0)), (&[0.0], rounded), &[x]);
                assert_ne!(exact, 0);
                assert_eq!(higher_at((&[a], h(0.0)), (&[0.0], rounded), &[x], &mut counters), exact, "{a:e} {x:e}");
            }
        }
        for (a, x) in [(1e308, 1.0), (1e308, 0.5), (1.7e308, 1.0 - f64::EPSILON), (3e153, 3e154), (1e200, 1e200)] {
            let exact = higher_at_exact((&[a], h(-1e308)), (&[0.0], h(0.0)), &[x]);
            assert_eq!(higher_at((&[a], h(-1e308)), (&[0.0], h(0.0)), &[x], &mut counters), exact, "{a:e} {x:e}");
        }
    }

    #[test]
    fn what_is_not_rounded_is_told_without_rationals_and_the_rest_by_them() {
        let mut counters = Counters::default();
        let h = |v: f64| Dd::from_f64(v);
        // 3 + 8 - 5.5 against 1 + 4 + 0.5: a tie on a grid.
        let tie = higher_at((&[3.0, 4.0], h(-5.5)), (&[1.0, 2.0], h(0.5)), &[1.0, 2.0], &mut counters);
        assert_eq!((tie, counters.big), (0, 0));
        // The heights differ in their tails only.
        let tail = Dd { hi: 1.0, lo: 2f64.powi(-90) };
        let x = [0.1, 0.3, 1e-200];
        assert_eq!(higher_at((&x, tail), (&x, h(1.0)), &x, &mut counters), 1);
        assert_eq!(higher_at((&x, h(1.0)), (&x, tail), &x, &mut counters), -1);
        // 0.1 * 0.3 is no double: the difference to its rounding decides.
        let product = Dd::product(0.1, 0.3);
        let by_tail = higher_at((&[0.3], h(0.0)), (&[0.0], h(product.hi)), &[0.1], &mut counters);
        assert_eq!(by_tail, if product.lo > 0.0 { 1 } else { -1 });
        assert_eq!(higher_at((&[0.3], h(0.0)), (&[0.0], product), &[0.1], &mut counters), 0);
        // Products beyond the range of doubles, above and below.
        assert_eq!(higher_at((&[1e300], h(0.0)), (&[-1e300], h(0.0)), &[1e300], &mut counters), 1);
        assert_eq!(higher_at((&[1e-300], h(0.0)), (&[0.0], h(0.0)), &[1e-300], &mut counters), 1);
        assert!(counters.big >= 3, "{counters:?}");
    }
}
