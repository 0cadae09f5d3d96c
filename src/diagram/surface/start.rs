//! Starting heights on a surface.
//!
//! With `dist` the distance to the surface `S`, `Phi(y) = (|y|^2 - dist(y, S)^2) / 2 = sup_{s in S} <y, s> - |s|^2 / 2` is convex for any closed
//! set, and the points of `S` nearest to `y` are subgradients of it at `y`. So (the lemma of docs/theory/start.md) with
//! `h_i = -Phi(y_i)`, which is the weight `w_i = dist(y_i, S)^2`, every cell holds the points nearest to its site. Its mass is positive
//! unless such a point is as near, in power, to another site: where two sites have the same nearest point, say a corner.

use super::laguerre::SurfaceLaguerre;
use crate::exact::{Dd, Heights};
use rstar::{AABB, PointDistance, RTree, RTreeObject};

/// A triangle in a search tree.
struct Entry([[f64; 3]; 3]);

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 3]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_points(&self.0)
    }
}

impl PointDistance for Entry {
    fn distance_2(&self, p: &[f64; 3]) -> f64 {
        let q = nearest(&self.0, p);
        (0..3).map(|k| (q[k] - p[k]) * (q[k] - p[k])).sum()
    }

    fn distance_2_if_less_or_equal(&self, p: &[f64; 3], most: f64) -> Option<f64> {
        if self.envelope().distance_2(p) > most {
            return None;
        }
        Some(self.distance_2(p)).filter(|d| *d <= most)
    }
}

/// The point of a triangle nearest to `p`.
fn nearest(t: &[[f64; 3]; 3], p: &[f64; 3]) -> [f64; 3] {
    let sub = |a: &[f64; 3], b: &[f64; 3]| [0, 1, 2].map(|k| a[k] - b[k]);
    let dot = |a: &[f64; 3], b: &[f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let (a, b, d) = (sub(&t[1], &t[0]), sub(&t[2], &t[0]), sub(p, &t[0]));
    // Inside: the normal equations of l_1 a + l_2 b = d.
    let (aa, ab, bb, ad, bd) = (dot(&a, &a), dot(&a, &b), dot(&b, &b), dot(&a, &d), dot(&b, &d));
    let det = aa * bb - ab * ab;
    let (l, m) = ((bb * ad - ab * bd) / det, (aa * bd - ab * ad) / det);
    let at = |u: &[f64; 3], e: &[f64; 3], f: f64| [0, 1, 2].map(|k| u[k] + f * e[k]);
    if l >= 0.0 && m >= 0.0 && l + m <= 1.0 {
        return at(&at(&t[0], &a, l), &b, m);
    }
    // Else on an edge.
    let mut best = (f64::INFINITY, t[0]);
    for k in 0..3 {
        let (u, e) = (&t[k], sub(&t[(k + 1) % 3], &t[k]));
        let f = (dot(&sub(p, u), &e) / dot(&e, &e)).clamp(0.0, 1.0);
        let q = at(u, &e, if f.is_nan() { 0.0 } else { f });
        let gap = sub(&q, p);
        let distance = dot(&gap, &gap);
        if distance < best.0 {
            best = (distance, q);
        }
    }
    best.1
}

impl SurfaceLaguerre<'_> {
    /// The start of this file, in the diagram's order. Cost: O((triangles + n) log triangles).
    pub fn projection_start(&self) -> Heights {
        let facets = &self.ground().facets;
        let entry = |k: u32| Entry(facets.corners(k));
        let tree = RTree::bulk_load((0..facets.len() as u32).map(entry).collect());
        let n = self.order().len();
        Heights::new((0..n).map(|i| {
            let y = self.site(i);
            let found = tree.nearest_neighbor(y).map_or(y, |t| nearest(&t.0, &y));
            // h = (dist^2 - |y|^2) / 2 = <s, s - 2 y> / 2
            (0..3)
                .fold(Dd::ZERO, |h, k| h + (Dd::from_f64(found[k]) * (Dd::difference(found[k], 2.0 * y[k]))).scale(0.5))
        }))
    }
}
