//! The proof that a map to the sphere is one to one.
//!
//! A triangle whose corners and the origin have a positive determinant is seen from the origin
//! under a spherical triangle, counter-clockwise. If all triangles of a closed connected manifold
//! are so, the map is a branched covering of the sphere, and if a ray that meets no edge meets one
//! triangle, it has one sheet: it is one to one (`docs/theory/sphere-maps.md`). Only directions
//! count, so points need not have length one, which doubles do not have.

use super::super::chart::{NONE, opposites};
use crate::exact::predicates::cone_sign;
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;

/// Rays that are tried before the degree is given up: each goes through the middle of another
/// triangle.
const RAYS: usize = 50;

/// What is known of a map to the sphere, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SphereProof {
    /// Triangles that are clockwise as seen from outside, ascending.
    pub flipped: Vec<u32>,
    /// Triangles whose corners lie in a plane with the origin, ascending.
    pub flat: Vec<u32>,
    /// How often the sphere is covered: triangles that a ray from the origin meets, those that are
    /// clockwise counted negative. `None` if no ray was found that meets no edge.
    pub degree: Option<i64>,
    /// Whether triangles form a closed, connected manifold.
    pub closed: bool,
}

impl SphereProof {
    /// Decides all of it, by nothing but these lists. Cost: O(n log n).
    ///
    /// # Panics
    /// If a triangle names a point that there is not.
    pub fn new(triangles: &[[u32; 3]], points: &[[f64; 3]]) -> SphereProof {
        let corners = |f: usize| triangles[f].map(|v| points[v as usize]);
        let signs: Vec<i32> = (0..triangles.len())
            .into_par_iter()
            .map(|f| {
                let [a, b, c] = corners(f);
                cone_sign(a, b, c)
            })
            .collect();
        let with = |sign: i32| (0..signs.len() as u32).filter(|&f| signs[f as usize] == sign).collect();
        let rays = (0..triangles.len()).filter(|&f| signs[f] != 0).take(RAYS);
        let degree = rays.map(|f| middle(corners(f))).find_map(|ray| degree(triangles, points, &signs, ray));
        SphereProof { flipped: with(-1), flat: with(0), degree, closed: is_closed(triangles) }
    }

    /// Whether the triangles cover the sphere, each place once.
    pub fn one_to_one(&self) -> bool {
        self.closed && self.flipped.is_empty() && self.flat.is_empty() && self.degree == Some(1)
    }
}

fn middle(corners: [[f64; 3]; 3]) -> [f64; 3] {
    [0, 1, 2].map(|k| corners[0][k] + corners[1][k] + corners[2][k])
}

/// Signed number of triangles that a ray meets; `None` if it may meet an edge.
fn degree(triangles: &[[u32; 3]], points: &[[f64; 3]], signs: &[i32], ray: [f64; 3]) -> Option<i64> {
    // The ray is a sum of multiples of the corners: of each the determinant with the ray in its
    // place over the triangle's own.
    let one = |f: usize| -> Option<i64> {
        let [a, b, c] = triangles[f].map(|v| points[v as usize]);
        let (first, second) = (cone_sign(ray, b, c), cone_sign(a, ray, c));
        if first * second < 0 {
            return Some(0);
        }
        let all = [first, second, cone_sign(a, b, ray)];
        match (all.contains(&1) && all.contains(&-1), all.contains(&0)) {
            (true, _) => Some(0),
            (false, true) => None,
            (false, false) if first == signs[f] => Some(i64::from(first)),
            _ => Some(0),
        }
    };
    (0..triangles.len()).into_par_iter().map(one).try_reduce(|| 0, |a, b| Some(a + b))
}

/// Every edge has two triangles, that run through it in opposite directions; the triangles at each
/// vertex form one fan; all hang together.
fn is_closed(triangles: &[[u32; 3]]) -> bool {
    let opposite = opposites(triangles);
    let from = |h: u32| triangles[h as usize / 3][h as usize % 3];
    let to = |h: u32| triangles[h as usize / 3][(h as usize + 1) % 3];
    if triangles.is_empty() || opposite.contains(&NONE) {
        return false;
    }
    let mut sets = UnionFind::<u32>::new(triangles.len());
    for (h, &o) in (0..).zip(&opposite) {
        if opposite[o as usize] != h || from(o) != to(h) || to(o) != from(h) {
            return false;
        }
        sets.union(h / 3, o / 3);
    }
    let root = sets.find(0);
    if (0..triangles.len() as u32).any(|f| sets.find(f) != root) {
        return false;
    }
    // Half-edges around each vertex: one turn has to pass all of them.
    let vertices = triangles.iter().flatten().max().map_or(0, |&v| v as usize + 1);
    let (mut count, mut start) = (vec![0u32; vertices], vec![NONE; vertices]);
    for h in 0..opposite.len() as u32 {
        count[from(h) as usize] += 1;
        start[from(h) as usize] = h;
    }
    (0..vertices).filter(|&v| start[v] != NONE).all(|v| {
        let (mut h, mut steps) = (start[v], 0);
        loop {
            // The half-edge into the vertex in the same triangle, and its other side.
            h = opposite[(h - h % 3 + (h + 2) % 3) as usize];
            steps += 1;
            if h == start[v] || steps > count[v] {
                return h == start[v] && steps == count[v];
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octahedron() -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        let v = vec![[1., 0., 0.], [-1., 0., 0.], [0., 1., 0.], [0., -1., 0.], [0., 0., 1.], [0., 0., -1.]];
        let t = vec![[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]];
        (v, t)
    }

    #[test]
    fn an_octahedron_is_one_to_one_and_its_spoiled_copies_are_not() {
        let (v, t) = octahedron();
        let proof = SphereProof::new(&t, &v);
        assert!(proof.one_to_one(), "{proof:?}");
        // Lengths do not matter.
        let longer: Vec<[f64; 3]> = v.iter().enumerate().map(|(k, p)| p.map(|x| x * (k + 1) as f64)).collect();
        assert!(SphereProof::new(&t, &longer).one_to_one());
        // One corner on the other side, and one in the plane of others with the origin.
        let mut moved = v.clone();
        moved[4] = [0.9, 0.9, -0.1];
        let proof = SphereProof::new(&t, &moved);
        assert!(!proof.one_to_one() && !proof.flipped.is_empty(), "{proof:?}");
        assert_eq!(proof.degree, Some(0), "the origin is outside now");
        moved[4] = [0.6, 0.8, 0.0];
        let proof = SphereProof::new(&t, &moved);
        assert_eq!((proof.flat.len(), proof.one_to_one()), (4, false), "{proof:?}");
        // Mirrored.
        let mirrored: Vec<[f64; 3]> = v.iter().map(|p| [-p[0], p[1], p[2]]).collect();
        let proof = SphereProof::new(&t, &mirrored);
        assert_eq!((proof.flipped.len(), proof.degree), (8, Some(-1)));
        // Open, and twice.
        assert!(!SphereProof::new(&t[1..], &v).closed);
        let twice: Vec<[u32; 3]> = t.iter().copied().chain(t.iter().map(|f| f.map(|k| k + 6))).collect();
        let both: Vec<[f64; 3]> = v.iter().chain(&v).copied().collect();
        let proof = SphereProof::new(&twice, &both);
        assert_eq!((proof.closed, proof.degree), (false, Some(2)));
    }

    /// A bipyramid over a polygon that winds twice around the axis: every triangle is positive, and
    /// every place is covered twice.
    #[test]
    fn a_double_cover_is_found_out_by_its_degree() {
        let n = 8;
        let mut v: Vec<[f64; 3]> = (0..n)
            .map(|k| {
                let (s, c) = (4.0 * std::f64::consts::PI * k as f64 / n as f64).sin_cos();
                [c, s, 0.01 * (k as f64 - 3.3)]
            })
            .collect();
        v.extend([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]);
        let mut t = Vec::new();
        for k in 0..n as u32 {
            let next = (k + 1) % n as u32;
            t.extend([[k, next, n as u32], [next, k, n as u32 + 1]]);
        }
        let proof = SphereProof::new(&t, &v);
        assert!(proof.closed && proof.flipped.is_empty() && proof.flat.is_empty(), "{proof:?}");
        assert_eq!((proof.degree, proof.one_to_one()), (Some(2), false));
    }
}
