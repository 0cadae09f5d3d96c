//! Triangles in the plane that overlap, and those that do so by a rounding error only.
//!
//! A node on an edge of a neighbour (a T-junction) is a rounded number, so it lies beside the edge,
//! half the time inside the neighbour. Such pairs are accepted, and the source is what the
//! triangles are, one by one: every integral is the sum over triangles, exact as ever, and the
//! common part counts twice. It lies in a strip along the edge, whose area bounds what that changes
//! ([`rounded`]).

use crate::exact::big::{Rational, rational};
use crate::exact::predicates::orient2d_sign;

/// Do the interiors of two counter-clockwise triangles meet? They do not if and only if the line of
/// an edge of one of them has the other one on its outer side (separating axes of convex polygons).
pub(crate) fn overlap(a: &[[f64; 2]; 3], b: &[[f64; 2]; 3]) -> bool {
    let separates = |p: &[[f64; 2]; 3], q: &[[f64; 2]; 3]| {
        (0..3).any(|k| q.iter().all(|&v| orient2d_sign(p[k], p[(k + 1) % 3], v) <= 0))
    };
    !separates(a, b) && !separates(b, a)
}

/// How far rounding may put a point computed from these coordinates: 8 units of `2^-53` of the
/// largest, or of `2^-24` if all of them fit single precision.
///
/// A node is `a + t (b - a)`: the difference, the product and the sum each round, by `2 + 2 + 1`
/// such units along an axis at most, `5 sqrt(2) < 8` in the plane.
pub(crate) fn rounding(coordinates: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = coordinates.clone().fold(0.0, |m: f64, c| m.max(c.abs()));
    unit(coordinates) * most
}

fn unit(mut coordinates: impl Iterator<Item = f64>) -> f64 {
    let single = coordinates.all(|c| f64::from(c as f32) == c);
    8.0 * if single { 2f64.powi(-24) } else { 2f64.powi(-53) }
}

/// Least height of both triangles over the edge, in depths of their overlap: what is thinner lies
/// inside the other one.
const THIN: u32 = 1024;

/// Rounding errors of one mesh.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seam {
    unit: f64,
}

impl Seam {
    /// Single precision is that of a mesh all of whose coordinates fit it.
    pub(super) fn of(vertices: &[[f64; 2]]) -> Seam {
        Seam { unit: unit(vertices.iter().flatten().copied()) }
    }

    /// An upper bound of the common area of two overlapping counter-clockwise triangles if it is a
    /// matter of rounding: beyond the line of an edge of one, the other reaches no deeper than
    /// [`rounding`] says, and both extend more than a thousand times as far away from it. Decided
    /// exactly.
    pub(super) fn rounded(self, a: &[[f64; 2]; 3], b: &[[f64; 2]; 3]) -> Option<f64> {
        let most = a.iter().chain(b).flatten().fold(0.0, |m: f64, c| m.max(c.abs()));
        let allowed = rational(self.unit * most);
        [(a, b), (b, a)].into_iter().flat_map(|(p, q)| (0..3).filter_map(move |k| strip(p, q, k))).find_map(|s| {
            // Depth times the length of the edge is the determinant; both are squared to stay
            // rational.
            let shallow = s.deep.clone() * &s.deep <= allowed.clone() * &allowed * &s.squared;
            let thick = [s.own, s.beyond].iter().all(|h| *h >= s.deep.clone() * THIN);
            // Within the triangle no parallel of an edge is longer than it: the determinant bounds
            // the area, too.
            (shallow && thick).then(|| s.deep.to_f64().next_up())
        })
    }
}

/// How two triangles lie about the line of edge `k` of `p`; heights times the length of the edge.
struct Strip {
    squared: Rational,
    own: Rational,
    deep: Rational,
    beyond: Rational,
}

fn strip(p: &[[f64; 2]; 3], q: &[[f64; 2]; 3], k: usize) -> Option<Strip> {
    let (u, v) = (p[k], p[(k + 1) % 3]);
    let d = |s: f64, t: f64| rational(s) - rational(t);
    let (ex, ey) = (d(v[0], u[0]), d(v[1], u[1]));
    let height = |x: [f64; 2]| ex.clone() * d(x[1], u[1]) - ey.clone() * d(x[0], u[0]);
    let deep = q.iter().map(|&x| height(x)).max()?;
    let beyond = -q.iter().map(|&x| height(x)).min()?;
    let own = height(p[(k + 2) % 3]);
    Some(Strip { own, deep, beyond, squared: ex.clone() * &ex + ey.clone() * &ey })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: [[f64; 2]; 3] = [[0.0, 0.0], [0.3, 0.9], [-2.0, 1.0]];

    /// Half of a slanted edge, on its right side, from its start to a node at `t` that is `by`
    /// inside.
    fn beside(t: f64, by: f64) -> [[f64; 2]; 3] {
        [[0.0, 0.0], [2.0, -1.0], [0.3 * t - by, 0.9 * t]]
    }

    #[test]
    fn depth_decides() {
        let seam = Seam { unit: 8.0 * 2f64.powi(-53) };
        let ulp = f64::EPSILON;
        for (by, accepted) in [(ulp, true), (4.0 * ulp, true), (40.0 * ulp, false), (1e-9, false)] {
            let right = beside(0.5, by);
            assert!(overlap(&LEFT, &right));
            let bound = seam.rounded(&LEFT, &right);
            assert_eq!(bound, seam.rounded(&right, &LEFT));
            assert_eq!(bound.is_some(), accepted, "{by}");
            assert!(bound.is_none_or(|a| a > 0.25 * by && a < 4.0 * by));
        }
        assert!(Seam { unit: 8.0 * 2f64.powi(-24) }.rounded(&LEFT, &beside(0.5, 4e-7)).is_some());
    }

    #[test]
    fn what_lies_inside_is_no_rounding_error() {
        let seam = Seam { unit: 8.0 * 2f64.powi(-53) };
        // Far away a whole triangle is as small as a rounding error.
        let tiny = |x: f64| [[1.0 + x, 1.0], [1.0 + x + 2.0 * f64::EPSILON, 1.0], [1.0 + x, 1.0 + 2.0 * f64::EPSILON]];
        assert!(overlap(&tiny(0.0), &tiny(0.0)));
        assert_eq!(seam.rounded(&tiny(0.0), &tiny(0.0)), None);
        assert_eq!(seam.rounded(&LEFT, &[[-0.5, 0.5], [-0.5, 0.5 + 1e-15], [-0.6, 0.5]]), None);
    }

    #[test]
    fn precision_is_that_of_the_file() {
        let double = 8.0 * 2f64.powi(-53);
        assert_eq!(rounding([0.1, -2.0].into_iter()), 2.0 * double);
        assert_eq!(rounding([0.1f32, -2.0].into_iter().map(f64::from)), 16.0 * 2f64.powi(-24));
    }
}
