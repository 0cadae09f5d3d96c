//! Convex polygons, checked exactly.

use super::{DomainError, Outline};
use crate::exact::power::scaled;
use crate::exact::predicates::orient2d_sign;

/// A convex polygon with positive area, vertices counter-clockwise.
///
/// Edge `k` runs from vertex `k` to vertex `k + 1` (cyclically). Collinear vertices are kept. If
/// the vertices were given clockwise they are stored reversed: then stored vertex `k` is given
/// vertex `n - 1 - k`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvexPolygon {
    vertices: Vec<[f64; 2]>,
    reversed: bool,
}

impl ConvexPolygon {
    /// Checks and orients a polygon given by its vertices in either orientation. Consecutive
    /// repeated vertices are dropped, collinear ones kept. Every decision is exact. Cost: O(n).
    ///
    /// # Errors
    /// [`DomainError`] naming the vertex that is not finite, reflex or where the boundary folds.
    ///
    /// ```
    /// use brenier::domain::ConvexPolygon;
    /// let triangle = ConvexPolygon::new(vec![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]).unwrap(); // clockwise
    /// assert_eq!(triangle.vertices()[0], [1.0, 0.0]);
    /// assert_eq!(triangle.area(), 0.5);
    /// assert!(ConvexPolygon::new(vec![[0.0, 0.0], [2.0, 0.0], [0.5, 0.5], [0.0, 2.0]]).is_err());
    /// ```
    pub fn new(given: Vec<[f64; 2]>) -> Result<ConvexPolygon, DomainError> {
        for (vertex, v) in given.iter().enumerate() {
            if let Some(axis) = v.iter().position(|c| !c.is_finite()) {
                return Err(DomainError::NonFiniteVertex { vertex, axis, value: v[axis] });
            }
        }
        // -0.0 and 0.0 are the same place; store one of them.
        let mut kept: Vec<(usize, [f64; 2])> = Vec::with_capacity(given.len());
        for (k, v) in given.iter().enumerate() {
            let v = [v[0] + 0.0, v[1] + 0.0];
            if kept.last().is_none_or(|last| last.1 != v) {
                kept.push((k, v));
            }
        }
        while kept.len() > 1 && kept[0].1 == kept[kept.len() - 1].1 {
            kept.pop();
        }
        let n = kept.len();
        if n < 3 {
            return Err(DomainError::TooFewVertices { found: n });
        }
        let turn = |k: usize| orient2d_sign(kept[(k + n - 1) % n].1, kept[k].1, kept[(k + 1) % n].1);
        let turns: Vec<i32> = (0..n).map(turn).collect();
        let left = turns.iter().filter(|&&t| t > 0).count();
        let right = turns.iter().filter(|&&t| t < 0).count();
        if left == 0 && right == 0 {
            return Err(DomainError::ZeroArea);
        }
        if left > 0 && right > 0 {
            // The lexicographically lowest vertex that turns at all is convex: it tells the
            // orientation.
            let sign = orientation_of(&kept, &turns);
            let k = turns.iter().position(|&t| t == -sign).unwrap_or(0);
            return Err(DomainError::Reflex { vertex: kept[k].0 });
        }
        // Locally convex. Simple iff the edge directions go around once: the lexicographic sign of
        // the direction changes exactly twice, and never at a straight angle (that would be a
        // spike).
        let ascending = |k: usize| {
            let (a, b) = (kept[k].1, kept[(k + 1) % n].1);
            (b[0], b[1]) > (a[0], a[1])
        };
        let mut changes = 0;
        for k in 0..n {
            if ascending((k + n - 1) % n) != ascending(k) {
                changes += 1;
                if turns[k] == 0 || changes > 2 {
                    return Err(DomainError::NotSimple { vertex: kept[k].0 });
                }
            }
        }
        let mut vertices: Vec<[f64; 2]> = kept.into_iter().map(|(_, v)| v).collect();
        let reversed = right > 0;
        if reversed {
            vertices.reverse();
        }
        let polygon = ConvexPolygon { vertices, reversed };
        let extent = polygon.extent();
        let (lo, hi) = polygon.bounds();
        let largest = lo.iter().chain(&hi).fold(0.0f64, |m, v| m.max(v.abs()));
        if !(1e-140..=1e140).contains(&extent) || largest > 1e140 {
            return Err(DomainError::ExtentOutOfRange { extent: extent.max(largest) });
        }
        Ok(polygon)
    }

    /// The axis-parallel box `[min, max]`.
    pub fn rectangle(min: [f64; 2], max: [f64; 2]) -> Result<ConvexPolygon, DomainError> {
        for axis in 0..2 {
            for (vertex, value) in [(0, min[axis]), (2, max[axis])] {
                if !value.is_finite() {
                    return Err(DomainError::NonFiniteVertex { vertex, axis, value });
                }
            }
            if min[axis] >= max[axis] {
                return Err(DomainError::EmptyBox { axis, min: min[axis], max: max[axis] });
            }
        }
        ConvexPolygon::new(vec![min, [max[0], min[1]], max, [min[0], max[1]]])
    }

    /// The regular `n`-gon inscribed in the unit circle, first vertex (1, 0); coordinates rounded
    /// to doubles.
    pub fn disk(n: usize) -> Result<ConvexPolygon, DomainError> {
        let step = std::f64::consts::TAU / n.max(1) as f64;
        ConvexPolygon::new((0..n).map(|k| [(k as f64 * step).cos(), (k as f64 * step).sin()]).collect())
    }

    /// All coordinates times `2^e`, which the caller knows to be exact.
    pub(crate) fn scaled(&self, e: i32) -> ConvexPolygon {
        let vertices = self.vertices.iter().map(|v| v.map(|x| scaled(x, e))).collect();
        ConvexPolygon { vertices, reversed: self.reversed }
    }

    /// The polygon as a list of vertices that can be asked cyclically.
    #[inline(always)]
    pub fn outline(&self) -> Outline<'_> {
        Outline::of(&self.vertices)
    }

    /// Is it an axis-parallel box, given by its four corners?
    pub fn is_box(&self) -> bool {
        let (lo, hi) = self.bounds();
        self.len() == 4 && self.vertices.iter().all(|v| (0..2).all(|k| v[k] == lo[k] || v[k] == hi[k]))
    }

    /// Vertices, counter-clockwise.
    pub fn vertices(&self) -> &[[f64; 2]] {
        &self.vertices
    }

    /// Whether the vertices were given clockwise (and are stored reversed).
    pub fn was_clockwise(&self) -> bool {
        self.reversed
    }

    /// Vertex `k`, cyclically.
    #[inline(always)]
    pub fn vertex(&self, k: usize) -> [f64; 2] {
        self.vertices[if k >= self.vertices.len() { k - self.vertices.len() } else { k }]
    }

    /// Number of vertices, which is the number of edges.
    pub fn len(&self) -> usize {
        self.vertices.len()
    }

    /// Never true: a polygon has at least three vertices.
    pub fn is_empty(&self) -> bool {
        self.vertices.is_empty()
    }

    /// Corners of the bounding box.
    pub fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        let mut lo = self.vertices[0];
        let mut hi = lo;
        for v in &self.vertices {
            for k in 0..2 {
                lo[k] = lo[k].min(v[k]);
                hi[k] = hi[k].max(v[k]);
            }
        }
        (lo, hi)
    }

    /// Larger side of the bounding box; between it and `sqrt(2)` times it lies the diameter.
    pub fn extent(&self) -> f64 {
        let (lo, hi) = self.bounds();
        (hi[0] - lo[0]).max(hi[1] - lo[1])
    }

    /// Area, relative error below `n 2^-51` for polygons that are not needles (sum of non-negative
    /// fan triangles).
    pub fn area(&self) -> f64 {
        let o = self.vertices[0];
        let d = |v: [f64; 2]| [v[0] - o[0], v[1] - o[1]];
        let fan = self.vertices.windows(2).map(|w| {
            let (a, b) = (d(w[0]), d(w[1]));
            0.5 * (a[0] * b[1] - a[1] * b[0])
        });
        fan.sum()
    }
}

/// Sign of the orientation of a closed polyline: the turn at its lexicographically lowest turning
/// vertex.
fn orientation_of(kept: &[(usize, [f64; 2])], turns: &[i32]) -> i32 {
    let lowest = (0..kept.len())
        .filter(|&k| turns[k] != 0)
        .min_by(|&a, &b| kept[a].1.partial_cmp(&kept[b].1).unwrap_or(std::cmp::Ordering::Equal));
    lowest.map_or(1, |k| turns[k])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_either_orientation_and_collinear_vertices() {
        let p = ConvexPolygon::new(vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0]]).unwrap();
        assert_eq!((p.len(), p.area()), (5, 2.0));
        let q = ConvexPolygon::new(vec![[0.0, 1.0], [2.0, 1.0], [2.0, 0.0], [1.0, 0.0], [0.0, 0.0]]).unwrap();
        assert_eq!(q.vertices(), p.vertices());
    }

    #[test]
    fn refuses_what_is_not_a_convex_polygon() {
        let new = |v: &[[f64; 2]]| ConvexPolygon::new(v.to_vec()).unwrap_err();
        assert_eq!(new(&[[0.0, 0.0], [1.0, 0.0]]), DomainError::TooFewVertices { found: 2 });
        assert_eq!(new(&[[0.0, 0.0], [1.0, 0.0], [3.0, 0.0]]), DomainError::ZeroArea);
        let dart = [[0.0, 0.0], [4.0, 0.0], [1.0, 1.0], [0.0, 4.0]];
        assert_eq!(new(&dart), DomainError::Reflex { vertex: 2 });
        let pentagram = [0, 2, 4, 1, 3].map(|k| {
            let t = k as f64 * std::f64::consts::TAU / 5.0;
            [t.cos(), t.sin()]
        });
        assert!(matches!(new(&pentagram), DomainError::NotSimple { .. }));
        let spike = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
        assert!(matches!(new(&spike), DomainError::NotSimple { .. } | DomainError::Reflex { .. }));
    }
}
