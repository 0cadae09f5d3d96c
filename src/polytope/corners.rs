//! Coordinates in double-doubles: corners of polars, vectors between them.

use crate::exact::Dd;
use crate::exact::predicates::{Pole, pole_plane_dd};

/// A vector in double-doubles.
pub(super) type Vector = [Dd; 3];

/// The point `x` with `<n, x> = s` for three poles: the corner of three facets of the polar, and
/// the vector with `<x, p> = 1` on the plane of the points `n / s`.
pub(super) fn corner(rows: [&Pole; 3]) -> Vector {
    let [x, y, z, s] = pole_plane_dd(rows);
    [x, y, z].map(|v| -v.over(s))
}

pub(super) fn minus(a: &Vector, b: &Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn dot(a: &Vector, b: &Vector) -> Dd {
    (a[0] * b[0] + a[1] * b[1]) + a[2] * b[2]
}

pub(super) fn cross(a: &Vector, b: &Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// `a x b` of doubles.
pub(super) fn cross_of(a: &[f64; 3], b: &[f64; 3]) -> Vector {
    let pair = |i: usize, j: usize| Dd::product(a[i], b[j]) - Dd::product(a[j], b[i]);
    [pair(1, 2), pair(2, 0), pair(0, 1)]
}

pub(super) fn rounded(v: &Vector) -> [f64; 3] {
    v.map(Dd::to_f64)
}

/// The length of a vector, in doubles.
pub(super) fn size(v: &Vector) -> f64 {
    let [x, y, z] = rounded(v);
    let m = x.abs().max(y.abs()).max(z.abs());
    if m == 0.0 {
        return 0.0;
    }
    let [x, y, z] = [x / m, y / m, z / m];
    m * ((x * x + y * y) + z * z).sqrt()
}
