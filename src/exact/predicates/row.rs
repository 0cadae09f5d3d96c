//! Which of two sites wins at a point, in any dimension: predicate V of the dense argmax.

use super::super::big::{Rational, rational, rational_dd};
use super::super::dd::{Dd, two_sum};
use super::super::{Counters, dd};

/// Sign of `<x, y_i - y_j> + h_i - h_j`, exact for all finite doubles: 1 if site `i` wins at `x`, 0 if they tie.
///
/// First in doubles, watching whether anything was rounded: on grids and among coinciding sites nothing is, and the sum is the value.
/// Otherwise by rationals. Meant for the few pairs that a filter leaves open. Cost: O(d), some microseconds a coordinate by rationals.
/// The three lists are equally long.
pub fn row_sign(x: &[f64], (y_i, h_i): (&[f64], Dd), (y_j, h_j): (&[f64], Dd), counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let sign = match unrounded(x, (y_i, h_i), (y_j, h_j)) {
        Some(value) => i32::from(value > 0.0) - i32::from(value < 0.0),
        None => {
            counters.big += 1;
            row_exact(x, (y_i, h_i), (y_j, h_j))
        }
    };
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`row_sign`] by rationals only: its twin for tests, and its last stage.
pub fn row_exact(x: &[f64], (y_i, h_i): (&[f64], Dd), (y_j, h_j): (&[f64], Dd)) -> i32 {
    let mut sum: Rational = rational_dd(h_i) - rational_dd(h_j);
    for k in 0..x.len() {
        if y_i[k] != y_j[k] {
            sum += (rational(y_i[k]) - rational(y_j[k])) * rational(x[k]);
        }
    }
    sum.cmp0() as i32
}

/// The value if no operation rounded.
fn unrounded(x: &[f64], (y_i, h_i): (&[f64], Dd), (y_j, h_j): (&[f64], Dd)) -> Option<f64> {
    let add = |a: f64, b: f64| {
        let (s, e) = two_sum(a, b);
        (e == 0.0 && s.is_finite()).then_some(s)
    };
    let mut sum = add(add(h_i.hi, -h_j.hi)?, add(h_i.lo, -h_j.lo)?)?;
    for k in 0..x.len() {
        let difference = add(y_i[k], -y_j[k])?;
        // The range in which the error of a product is what `two_prod` says.
        let small = |v: f64| v.abs() < 1e150;
        let (p, e) = dd::two_prod(x[k], difference);
        let whole = p.abs() > 1e-250 || x[k] == 0.0 || difference == 0.0;
        if !(small(x[k]) && small(difference) && whole && e == 0.0) {
            return None;
        }
        sum = add(sum, p)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_rounded_is_told_without_rationals_and_the_rest_by_them() {
        let mut counters = Counters::default();
        let h = |v: f64| Dd::from_f64(v);
        // 3 + 8 - 5.5 against 1 + 4 + 0.5: a tie on a grid.
        let tie = row_sign(&[1.0, 2.0], (&[3.0, 4.0], h(-5.5)), (&[1.0, 2.0], h(0.5)), &mut counters);
        assert_eq!((tie, counters.big), (0, 0));
        // The heights differ in their tails only.
        let tail = Dd { hi: 1.0, lo: 2f64.powi(-90) };
        let x = [0.1, 0.3, 1e-200];
        assert_eq!(row_sign(&x, (&x, tail), (&x, h(1.0)), &mut counters), 1);
        assert_eq!(row_sign(&x, (&x, h(1.0)), (&x, tail), &mut counters), -1);
        // 0.1 * 0.3 is no double: the difference to its rounding decides.
        let product = Dd::product(0.1, 0.3);
        let by_tail = row_sign(&[0.1], (&[0.3], h(0.0)), (&[0.0], h(product.hi)), &mut counters);
        assert_eq!(by_tail, if product.lo > 0.0 { 1 } else { -1 });
        assert_eq!(row_sign(&[0.1], (&[0.3], h(0.0)), (&[0.0], product), &mut counters), 0);
        // Products beyond the range of doubles, above and below.
        assert_eq!(row_sign(&[1e300], (&[1e300], h(0.0)), (&[-1e300], h(0.0)), &mut counters), 1);
        assert_eq!(row_sign(&[1e-300], (&[1e-300], h(0.0)), (&[0.0], h(0.0)), &mut counters), 1);
        assert!(counters.big >= 3, "{counters:?}");
    }
}
