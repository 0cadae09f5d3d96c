//! Vertices of pieces: where two lines meet in a triangle.

use super::super::label::Label;
use super::integrate::Facet;
use crate::exact::big::Rational;
use crate::exact::predicates::{Lifted3, Line, meet_exact};

/// The lines that meet where side `k` begins.
pub(super) fn meeting<'p>(points: &'p [Lifted3], labels: &[Label], k: usize) -> [Line<'p>; 2] {
    let before = labels[if k == 0 { labels.len() - 1 } else { k - 1 }];
    [before, labels[k]].map(|label| match label {
        Label::Domain(e) => Line::Edge((e as usize + 2) % 3),
        Label::Bisector(j) => Line::Wall(&points[j as usize], 0),
    })
}

/// Barycentric coordinates of the begin of side `k`; `None` if its lines do not meet, which does
/// not happen around a cell.
pub(super) fn exact_vertex(
    own: &Lifted3,
    points: &[Lifted3],
    labels: &[Label],
    k: usize,
    corners: &[[f64; 3]; 3],
) -> Option<[Rational; 3]> {
    meet_exact(own, meeting(points, labels, k), corners)
}

/// The point with these barycentric coordinates.
pub fn in_space(facet: &Facet, l: &[f64; 3]) -> [f64; 3] {
    let (u, seen) = (&facet.corners[0], from_corner(facet, l));
    [0, 1, 2].map(|k| u[k] + seen[k])
}

/// The point with these barycentric coordinates, less the first corner.
pub(super) fn from_corner(facet: &Facet, l: &[f64; 3]) -> [f64; 3] {
    let [u, v, w] = &facet.corners;
    [0, 1, 2].map(|k| l[1] * (v[k] - u[k]) + l[2] * (w[k] - u[k]))
}
