//! Coordinates in double-doubles: corners of polars, vectors between them.

use crate::exact::Dd;
use crate::exact::predicates::{Pole, pole_plane_dd};

/// A vector in double-doubles.
pub(super) type Vector = [Dd; 3];

/// A corner, and how far off it may be.
pub(super) struct Corner {
    pub at: Vector,
    /// No coordinate is off by more.
    pub off: f64,
    /// The vector of length one in its direction is off by no more.
    pub turn: f64,
}

/// The point `x` with `<n, x> = s` for three poles: the corner of three facets of the polar, and
/// the vector with `<x, p> = 1` on the plane of the points `n / s`.
///
/// With `x = N / D` both are sums of six products of three entries, two of which may be `s`; those
/// in double-doubles are off by less than `2^-98` of the sum of sizes (`exact/predicates/pole.rs`).
/// `D` drops out of the direction. Where planes are parallel the bounds are infinite, or none.
pub(super) fn corner(rows: [&Pole; 3]) -> Corner {
    let [x, y, z, d] = pole_plane_dd(rows);
    let at = [x, y, z].map(|v| -v.over(d));
    let [a, b, c] = rows.map(|r| r.n.iter().fold(0.0, |m: f64, x| m.max(x.abs())));
    let [s, t, u] = rows.map(|r| r.s.hi.abs());
    let (above, below) = (2.0 * (s * b * c + a * t * c + a * b * u), 6.0 * a * b * c);
    let (far, d) = (at.iter().fold(0.0, |m: f64, x| m.max(x.hi.abs())), d.hi.abs());
    let unit = 1.01 * 2f64.powi(-98);
    // A vector's length is at least its largest coordinate, and two roundings follow.
    Corner { at, off: unit * (above + far * below + far * d) / d, turn: 2.0 * unit * (above / (far * d) + 1.0) }
}

/// No size of a face or vertex that is told may be off by more, relatively, or it is told from its
/// proof: a tenth of what a check allows for.
pub(super) const SURE: f64 = 1e-14;

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
