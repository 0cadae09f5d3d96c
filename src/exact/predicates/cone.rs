//! How three rays from the origin turn.

use super::super::big;
use super::{U, UNDERFLOW};

/// Sign of `det [a; b; c]`: 1 if the rays through `a, b, c` turn counter-clockwise as seen from
/// outside, -1 if clockwise, 0 if they and the origin lie in one plane. Exact for all finite
/// doubles. Lengths of the vectors do not matter.
///
/// Filter: each of the six products of three factors has a relative error below `2u + u^2`; the
/// difference in a minor, the product with the third entry and two sums add at most four more
/// roundings to each. So the error is below `(6u + O(u^2)) sum |a_i b_j c_k|`; `8u` leaves slack
/// for rounding the sum. An underflow of a minor, at most 2^-1075, is multiplied by an entry.
pub fn cone_sign(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> i32 {
    let (mut det, mut size, mut largest) = (0.0, 0.0, 1.0f64);
    for (i, j, k) in [(0, 1, 2), (1, 2, 0), (2, 0, 1)] {
        let (l, r) = (b[j] * c[k], b[k] * c[j]);
        det += a[i] * (l - r);
        size += a[i].abs() * (l.abs() + r.abs());
        largest = largest.max(a[i].abs());
    }
    let bound = 8.0 * U * size + 8.0 * largest * UNDERFLOW;
    if det > bound {
        1
    } else if -det > bound {
        -1
    } else {
        cone_sign_exact(a, b, c)
    }
}

/// [`cone_sign`] by big integers only: its twin for tests, and its last stage.
pub fn cone_sign_exact(a: [f64; 3], b: [f64; 3], c: [f64; 3]) -> i32 {
    let [a, b, c] = [a, b, c].map(|p| big::common_integers(&p));
    let term = |i: usize, j: usize, k: usize| {
        let minor = big::Integer::from(&b[j] * &c[k]) - big::Integer::from(&b[k] * &c[j]);
        minor * &a[i]
    };
    big::sign(&(term(0, 1, 2) + term(1, 2, 0) + term(2, 0, 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_agrees_with_integers() {
        let mut state = 9u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        let mut zeros = 0;
        for round in 0..3000 {
            let size = [1.0, 1e-9, 1e-160, 1e150][round % 4];
            let (a, b) = ([0; 3].map(|_| draw() * size), [0; 3].map(|_| draw()));
            // In the plane of both, up to rounding, or off it.
            let (s, t, off) = (draw(), draw(), if round % 3 == 0 { 1e-16 * draw() } else { 0.0 });
            let c = [0, 1, 2].map(|k| s * a[k] / size + t * b[k] + off);
            let sign = cone_sign_exact(a, b, c);
            assert_eq!(cone_sign(a, b, c), sign);
            assert_eq!(cone_sign(b, a, c), -sign);
            assert_eq!(cone_sign(a, b, a.map(|x| 2.0 * x)), 0);
            zeros += usize::from(sign == 0);
        }
        assert!(zeros < 1500);
        let e = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert_eq!(cone_sign(e[0], e[1], e[2]), 1);
        assert_eq!(cone_sign([1e-200, 0.0, 0.0], [0.0, 1e-200, 0.0], [0.0, 0.0, 1e-200]), 1);
        assert_eq!(cone_sign([0.0; 3], e[1], e[2]), 0);
    }
}
