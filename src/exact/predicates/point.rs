//! Which of two sites is higher at a point, in any dimension: the question that locating a point and a dense search for the highest site ask.

use super::super::{Dd, big};
use super::{U, UNDERFLOW, height_difference};

/// Most coordinates of a site for which [`higher_at`] has its filter; the bound on underflow counts the products.
const FILTERED: usize = 1000;

/// Sign of `<y_i - y_j, x> + h_i - h_j`: 1 if site `i` is higher at `x`, -1 if `j` is, 0 for a tie. Exact for all finite doubles; the three
/// slices have one length.
///
/// Filter: `fl((y_i - y_j) x)` has relative error `2u + u^2` and one underflow, the height difference `(2u + 4u^2) g`, and the `d` additions
/// add at most `d u` of the sum of magnitudes: in total below `(d + 2) u + O(d^2 u^2)` of `sum |p_k| + g`; `d + 8` leaves slack for the rounding of
/// the bound.
///
/// ```
/// use brenier::exact::{Dd, predicates::higher_at};
/// let h = [Dd::from_f64(0.0), Dd::sum(-0.5, 1e-40)];
/// assert_eq!(higher_at((&[0.0, 0.0], h[0]), (&[1.0, 0.0], h[1]), &[0.5, 7.0]), -1);
/// ```
pub fn higher_at(i: (&[f64], Dd), j: (&[f64], Dd), x: &[f64]) -> i32 {
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
    higher_at_exact(i, j, x)
}

/// [`higher_at`] by rationals only.
pub fn higher_at_exact(i: (&[f64], Dd), j: (&[f64], Dd), x: &[f64]) -> i32 {
    let mut sum = big::rational_dd(i.1) - big::rational_dd(j.1);
    for ((&a, &b), &x) in i.0.iter().zip(j.0).zip(x) {
        sum += (big::rational(a) - big::rational(b)) * big::rational(x);
    }
    sum.cmp0() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sites whose filter must decline, and points of any size: the filter never contradicts the rationals.
    #[test]
    fn the_filter_agrees_with_rationals() {
        let mut state = 9u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut ties = 0;
        for round in 0..4000 {
            let d = 1 + round % 7;
            let scale = [1.0, 1e-160, 1e150, 1e300][round / 7 % 4];
            let a: Vec<f64> = (0..d).map(|_| (8.0 * draw()).round()).collect();
            let b: Vec<f64> = (0..d).map(|_| (8.0 * draw()).round()).collect();
            let x: Vec<f64> = (0..d).map(|_| (8.0 * draw()).round() * scale).collect();
            let h = Dd::sum((4.0 * draw()).round() * scale, if round % 3 == 0 { 1e-30 * scale * draw() } else { 0.0 });
            let sign = higher_at((&a, h), (&b, Dd::ZERO), &x);
            assert_eq!(sign, higher_at_exact((&a, h), (&b, Dd::ZERO), &x));
            assert_eq!(sign, -higher_at((&b, Dd::ZERO), (&a, h), &x));
            ties += usize::from(sign == 0);
        }
        assert!(ties > 50, "{ties}");
    }
}
