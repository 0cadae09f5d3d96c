//! The points of some triangles that are nearest to given ones.

use crate::domain::vector::{Vector3, side};
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
        side(*p, nearest_in_triangle(&self.corners, p)).norm_squared()
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
    let (a, b, d) = (side(t[0], t[1]), side(t[0], t[2]), side(t[0], *p));
    // Inside: the normal equations of l_1 a + l_2 b = d.
    let (aa, ab, bb, ad, bd) = (a.norm_squared(), a.dot(&b), b.norm_squared(), a.dot(&d), b.dot(&d));
    let det = aa * bb - ab * ab;
    let (l, m) = ((bb * ad - ab * bd) / det, (aa * bd - ab * ad) / det);
    if l >= 0.0 && m >= 0.0 && l + m <= 1.0 {
        return (Vector3::from(t[0]) + a * l + b * m).into();
    }
    // Else on an edge.
    let mut best = (f64::INFINITY, t[0]);
    for k in 0..3 {
        let (u, e) = (t[k], side(t[k], t[(k + 1) % 3]));
        let f = (side(u, *p).dot(&e) / e.norm_squared()).clamp(0.0, 1.0);
        let q = Vector3::from(u) + e * if f.is_nan() { 0.0 } else { f };
        let distance = (q - Vector3::from(*p)).norm_squared();
        if distance < best.0 {
            best = (distance, q.into());
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
