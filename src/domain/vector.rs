//! Vectors and triangles in doubles, with the types of `nalgebra`.
//!
//! Points are arrays where they are kept, read, written or given to exact predicates; a computation
//! makes vectors of them where it begins. What it finds goes into files, so the order of its
//! operations matters: `a.dot(&b)` is `a_1 b_1 + a_2 b_2 + a_3 b_3` from the left, `a.norm()` the
//! root of that, `a.perp(&b)` is `a_1 b_2 - a_2 b_1`, and entries of cross products are like it.
//! A test below holds the crate to that, bit by bit. Where `hypot` is, it stays: its squares do not
//! vanish, and it rounds otherwise than `norm`. Double-doubles and rationals have products of their
//! own.

use nalgebra::SVector;
pub use nalgebra::{Matrix2, Vector2, Vector3};

/// From one point to another.
#[inline]
pub fn side<const D: usize>(from: [f64; D], to: [f64; D]) -> SVector<f64, D> {
    SVector::from(to) - SVector::from(from)
}

/// The normal of a triangle in space, twice as long as its area is large.
#[inline]
pub fn normal([a, b, c]: [[f64; 3]; 3]) -> Vector3<f64> {
    side(a, b).cross(&side(a, c))
}

/// Area of a triangle in space.
#[inline]
pub fn area_in_space(corners: [[f64; 3]; 3]) -> f64 {
    normal(corners).norm() / 2.0
}

/// Twice the signed area of a triangle in the plane, rounded.
#[inline]
pub fn twice_area([a, b, c]: [[f64; 2]; 3]) -> f64 {
    side(a, b).perp(&side(a, c))
}

/// Length of a vector, also where squares leave the range of doubles.
#[inline]
pub fn length(v: &Vector3<f64>) -> f64 {
    let square = v.norm_squared();
    if (1e-200..1e200).contains(&square) { square.sqrt() } else { v.x.hypot(v.y).hypot(v.z) }
}

/// The vector of length one in the same direction, or zero.
#[inline]
pub fn unit(v: &Vector3<f64>) -> Vector3<f64> {
    let l = length(v);
    if l > 0.0 && l.is_finite() { v / l } else { Vector3::zeros() }
}

/// Lowest and highest coordinates; infinite and the wrong way round where there are no points.
#[inline]
pub fn bounds<const D: usize>(points: impl Iterator<Item = [f64; D]>) -> ([f64; D], [f64; D]) {
    let start = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
    points.fold(start, |(mut low, mut high), p| {
        for k in 0..D {
            (low[k], high[k]) = (low[k].min(p[k]), high[k].max(p[k]));
        }
        (low, high)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounding tells orders apart: in some of a thousand cases another order has another result.
    #[test]
    fn the_order_of_operations_is_as_promised() {
        let mut state = 7u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut backwards = 0;
        for _ in 0..1000 {
            let [a, b, c] = [0; 3].map(|_| [0; 3].map(|_| draw()));
            let (u, v) = (side(a, b), side(a, c));
            let (d, e) = ([0, 1, 2].map(|k| b[k] - a[k]), [0, 1, 2].map(|k| c[k] - a[k]));
            assert_eq!((<[f64; 3]>::from(u), <[f64; 3]>::from(v)), (d, e));
            assert_eq!(u.dot(&v), d[0] * e[0] + d[1] * e[1] + d[2] * e[2]);
            backwards += usize::from(u.dot(&v) != d[2] * e[2] + d[1] * e[1] + d[0] * e[0]);
            let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            assert_eq!((u.norm_squared(), u.norm(), length(&u)), (square, square.sqrt(), square.sqrt()));
            let n = [d[1] * e[2] - d[2] * e[1], d[2] * e[0] - d[0] * e[2], d[0] * e[1] - d[1] * e[0]];
            assert_eq!(<[f64; 3]>::from(u.cross(&v)), n);
            assert_eq!(<[f64; 3]>::from(u / d[0] + v * e[0]), [0, 1, 2].map(|k| d[k] / d[0] + e[k] * e[0]));
            let flat = [a, b, c].map(|p| [p[0], p[1]]);
            assert_eq!(twice_area(flat), d[0] * e[1] - d[1] * e[0]);
            assert_eq!(side(flat[0], flat[1]).dot(&side(flat[0], flat[2])), d[0] * e[0] + d[1] * e[1]);
            let (m, w) = (Matrix2::new(d[0], d[1], e[0], e[1]), Matrix2::new(a[0], a[1], b[0], b[1]));
            let entry = |r: usize, k: usize| m[(r, 0)] * w[(0, k)] + m[(r, 1)] * w[(1, k)];
            assert_eq!(m * w, Matrix2::new(entry(0, 0), entry(0, 1), entry(1, 0), entry(1, 1)));
            assert_eq!(m.determinant(), d[0] * e[1] - d[1] * e[0]);
        }
        assert!(backwards > 100, "{backwards}");
    }

    #[test]
    fn lengths_of_any_size() {
        for size in [1e-300, 1e-120, 1.0, 1e120, 1e300] {
            let v = Vector3::new(2.0 * size, -3.0 * size, 6.0 * size);
            assert!((length(&v) / size - 7.0).abs() < 1e-14, "{size}");
            assert!((unit(&v) - Vector3::new(2.0, -3.0, 6.0) / 7.0).norm() < 1e-15);
        }
        assert_eq!(unit(&Vector3::zeros()), Vector3::zeros());
        assert_eq!(unit(&Vector3::new(f64::INFINITY, 0.0, 0.0)), Vector3::zeros());
    }
}
