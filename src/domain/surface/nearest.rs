//! The points of some triangles that are nearest to given ones.

use rstar::{AABB, PointDistance, RTree, RTreeObject};

/// A triangle in a search tree.
struct Entry {
    name: u32,
    corners: [[f64; 3]; 3],
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f64; 3]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_points(&self.corners)
    }
}

impl PointDistance for Entry {
    fn distance_2(&self, p: &[f64; 3]) -> f64 {
        let q = nearest_in_triangle(&self.corners, p);
        (0..3).map(|k| (q[k] - p[k]) * (q[k] - p[k])).sum()
    }

    fn distance_2_if_less_or_equal(&self, p: &[f64; 3], most: f64) -> Option<f64> {
        if self.envelope().distance_2(p) > most {
            return None;
        }
        Some(self.distance_2(p)).filter(|d| *d <= most)
    }
}

/// Triangles to be asked for their nearest points.
pub struct Nearest(RTree<Entry>);

impl Nearest {
    /// Of triangles with names. Cost: O(n log n).
    pub fn new(triangles: impl Iterator<Item = (u32, [[f64; 3]; 3])>) -> Nearest {
        Nearest(RTree::bulk_load(triangles.map(|(name, corners)| Entry { name, corners }).collect()))
    }

    /// The nearest point, up to rounding, and the name of its triangle; `None` if there are no
    /// triangles. Cost: about O(log n) near a surface.
    pub fn to(&self, p: &[f64; 3]) -> Option<([f64; 3], u32)> {
        self.0.nearest_neighbor(*p).map(|t| (nearest_in_triangle(&t.corners, p), t.name))
    }
}

/// The point of a triangle nearest to `p`, up to rounding. The triangle may be flat.
pub fn nearest_in_triangle(t: &[[f64; 3]; 3], p: &[f64; 3]) -> [f64; 3] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_points_lie_inside_on_edges_and_in_corners() {
        let near = Nearest::new(
            [(7, [[0., 0., 0.], [2., 0., 0.], [0., 2., 0.]]), (9, [[0., 0., 5.], [2., 0., 5.], [0., 2., 5.]])]
                .into_iter(),
        );
        for (p, q, name) in [
            ([0.5, 0.5, 1.0], [0.5, 0.5, 0.0], 7),
            ([0.5, 0.5, 3.0], [0.5, 0.5, 5.0], 9),
            ([1.0, -3.0, 1.0], [1.0, 0.0, 0.0], 7),
            ([2.0, 2.0, 4.0], [1.0, 1.0, 5.0], 9),
            ([-1.0, -1.0, 1.0], [0.0, 0.0, 0.0], 7),
        ] {
            assert_eq!(near.to(&p), Some((q, name)));
        }
        assert_eq!(Nearest::new(std::iter::empty()).to(&[0.0; 3]), None);
    }
}
