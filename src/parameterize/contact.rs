//! What keeps a free boundary off itself.
//!
//! Banks of a cut want to close again, and strips that unroll run into each other. No triangle
//! tells of that. A step that makes the outline cross itself is not taken, but without a force the
//! next one runs into the same place. So vertices of the outline that come near to a side of it pay
//!
//! ```text
//! -(x - 1)^2 log x,   x = distance / reach < 1
//! ```
//!
//! (Li et al. 2020): two times differentiable where it begins, without bound at contact. The reach
//! is a share of the length that sides are wanted to have, so that what it opens at a cut stays far
//! below a triangle.

use super::chart::{Chart, NONE};
use super::system::Local;
use crate::domain::vector::{Vector2, area_in_space, side};

/// Reach as a share of the wanted length of a side. A cut opens by so much, and angles beside it
/// change by about as many radians.
const REACH: f64 = 0.05;

/// A vertex of the outline and a side of it, which lie near each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// The vertex, and both ends of the side.
    pub corners: [u32; 3],
    pub reach: f64,
}

/// The outline, with what is near on it.
pub(super) struct Contacts<'a> {
    outline: &'a [u32],
    /// Reach of each side, by its first place in the outline.
    side: Vec<f64>,
    /// Reach of each vertex: the smaller one of its two sides.
    vertex: Vec<f64>,
}

impl<'a> Contacts<'a> {
    /// Of a chart that shall fill an area in the plane.
    pub fn new(chart: &'a Chart, total: f64) -> Contacts<'a> {
        let outline = &chart.outline;
        let m = outline.len();
        let mut reach = vec![f64::MIN_POSITIVE; m];
        for (t, share) in chart.triangles.iter().zip(&chart.share) {
            for k in 0..3 {
                let (a, b) = (t[k], t[(k + 1) % 3]);
                let place = chart.place[a as usize];
                if place == NONE || outline[(place as usize + 1) % m] != b {
                    continue;
                }
                let corners = t.map(|v| chart.points[v as usize]);
                let long = side(corners[k], corners[(k + 1) % 3]).norm();
                let scale = share * total / area_in_space(corners).max(f64::MIN_POSITIVE);
                reach[place as usize] = REACH * long * scale.min(1e12).sqrt();
            }
        }
        let vertex = (0..m).map(|k| reach[k].min(reach[(k + m - 1) % m])).collect();
        Contacts { outline, side: reach, vertex }
    }

    /// Pairs of a vertex and a side that are nearer to each other than `times` their reach. Cost:
    /// O(n log n) and the number of pairs that are near along the longer axis.
    pub fn near(&self, uv: &[[f64; 2]], times: f64) -> Vec<Pair> {
        let m = self.outline.len();
        let at = |k: usize| uv[self.outline[k % m] as usize];
        let extent = |c: usize| {
            let (lo, hi) =
                (0..m).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), k| (l.min(at(k)[c]), h.max(at(k)[c])));
            hi - lo
        };
        let x = usize::from(extent(1) > extent(0));
        let y = 1 - x;
        let span = |k: usize, c: usize| {
            let (p, q, more) = (at(k)[c], at(k + 1)[c], times * self.side[k]);
            (p.min(q) - more, p.max(q) + more)
        };
        let mut sides: Vec<usize> = (0..m).collect();
        sides.sort_by(|&i, &j| span(i, x).0.total_cmp(&span(j, x).0).then(i.cmp(&j)));
        let mut vertices: Vec<usize> = (0..m).collect();
        vertices.sort_by(|&i, &j| at(i)[x].total_cmp(&at(j)[x]).then(i.cmp(&j)));
        let (mut active, mut next) = (Vec::new(), 0);
        let mut pairs = Vec::new();
        for &v in &vertices {
            let p = at(v);
            while next < m && span(sides[next], x).0 <= p[x] {
                active.push(sides[next]);
                next += 1;
            }
            active.retain(|&s| span(s, x).1 >= p[x]);
            for &s in &active {
                let (low, high) = span(s, y);
                if s == v || (s + 1) % m == v || p[y] < low || p[y] > high {
                    continue;
                }
                let pair = Pair {
                    corners: [self.outline[v], self.outline[s], self.outline[(s + 1) % m]],
                    reach: self.vertex[v].min(self.side[s]),
                };
                if pair.nearest(uv).1.norm() < times * pair.reach {
                    pairs.push(pair);
                }
            }
        }
        pairs.sort_unstable_by_key(|p| p.corners);
        pairs
    }

    /// What all pairs cost.
    pub fn energy(&self, uv: &[[f64; 2]]) -> f64 {
        self.near(uv, 1.0).iter().map(|p| p.value(uv)).sum()
    }
}

impl Pair {
    /// Where on the side the nearest point is, as a share of it, and the way from there to the
    /// vertex.
    fn nearest(&self, uv: &[[f64; 2]]) -> (f64, Vector2<f64>) {
        let [p, a, b] = self.corners.map(|v| uv[v as usize]);
        let (d, e) = (side(a, b), side(a, p));
        let s = (e.dot(&d) / d.norm_squared().max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        (s, e - d * s)
    }

    fn value(&self, uv: &[[f64; 2]]) -> f64 {
        let x = self.nearest(uv).1.norm() / self.reach;
        // At contact without bound.
        if x < 1.0 { -(x - 1.0) * (x - 1.0) * x.ln() } else { 0.0 }
    }

    /// Gradient, and the part of the Hessian that is positive: along the way between both.
    pub fn derivatives(&self, uv: &[[f64; 2]]) -> ([f64; 6], Local) {
        let (s, way) = self.nearest(uv);
        let distance = way.norm();
        let x = distance / self.reach;
        if !(x > 0.0 && x < 1.0) {
            return ([0.0; 6], [[0.0; 6]; 6]);
        }
        let slope = (-2.0 * (x - 1.0) * x.ln() - (x - 1.0) * (x - 1.0) / x) / self.reach;
        let bend = -2.0 * x.ln() - 4.0 * (x - 1.0) / x + (x - 1.0) * (x - 1.0) / (x * x);
        let bend = bend / (self.reach * self.reach);
        let n = way / distance;
        let part = [1.0, s - 1.0, -s];
        let along: [f64; 6] = std::array::from_fn(|i| part[i / 2] * n[i % 2]);
        (along.map(|c| slope * c), along.map(|c| along.map(|d| bend * c * d)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A horseshoe whose ends nearly touch.
    #[test]
    fn what_is_near_is_found_and_its_gradient_is_that_of_its_value() {
        let uv = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0], [1.02, 1.02], [2.0, 2.0], [0.0, 2.0]];
        let outline: Vec<u32> = (0..7).collect();
        let contacts = Contacts { outline: &outline, side: vec![0.1; 7], vertex: vec![0.1; 7] };
        let brute = || {
            let mut found = Vec::new();
            for v in 0..7u32 {
                for s in 0..7u32 {
                    let pair = Pair { corners: [v, s, (s + 1) % 7], reach: 0.1 };
                    if v != s && v != (s + 1) % 7 && pair.nearest(&uv).1.norm() < 0.1 {
                        found.push(pair);
                    }
                }
            }
            found.sort_by_key(|p| p.corners);
            found
        };
        let near = contacts.near(&uv, 1.0);
        assert_eq!(near, brute());
        assert!(near.iter().any(|p| p.corners == [4, 2, 3]), "{near:?}");
        let pair = near.iter().find(|p| p.corners == [4, 2, 3]).unwrap();
        let (gradient, hessian) = pair.derivatives(&uv);
        for k in 0..6 {
            let at = |h: f64| {
                let mut moved = uv;
                moved[pair.corners[k / 2] as usize][k % 2] += h;
                pair.value(&moved)
            };
            let slope = (at(1e-7) - at(-1e-7)) / 2e-7;
            assert!((slope - gradient[k]).abs() < 1e-5 * (1.0 + slope.abs()), "{k}: {slope} {}", gradient[k]);
            assert!(hessian[k][k] >= 0.0);
        }
        // Along the way between both the Hessian is the second derivative.
        let at = |h: f64| {
            let mut moved = uv;
            moved[4][1] += h;
            pair.value(&moved)
        };
        let bend = (at(1e-5) - 2.0 * at(0.0) + at(-1e-5)) / 1e-10;
        assert!((bend - hessian[1][1]).abs() < 1e-3 * bend, "{bend} {}", hessian[1][1]);
    }
}
