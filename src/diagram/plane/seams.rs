//! Edges that lie along each other without having both ends in common: where meshes do not match
//! (T-junctions).

use crate::exact::big::{Rational, rational};
use petgraph::unionfind::UnionFind;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::BTreeMap;

/// Exact coordinates of a vertex.
pub type Exact<'e> = &'e dyn Fn(u32) -> [Rational; 2];

/// Two vertices, by number.
pub type Edge = (u32, u32);

/// How far a vertex that was computed to lie on an edge may lie beside it, in units of `2^-53` of
/// the largest coordinate, or of `2^-24` where all fit single precision: what a mesh in the plane
/// may have (`domain/overlap.rs`).
const UNITS: f64 = 8.0;

/// Groups of edges, each group on one line and hanging together, of those that have a vertex of
/// another one within. `alone` are the edges with a patch on one side only. Groups and their edges
/// are ascending.
///
/// A vertex is on an edge if it is so but for the rounding that meshes are allowed; between the
/// ends is decided exactly. Cost: a search tree, and rationals for vertices near edges.
pub fn seams(places: &[[f64; 2]], exact: Exact<'_>, alone: &[Edge]) -> Vec<Vec<Edge>> {
    let mut ends: Vec<u32> = alone.iter().flat_map(|e| [e.0, e.1]).collect();
    ends.sort_unstable();
    ends.dedup();
    let single = ends.iter().flat_map(|&v| places[v as usize]).all(|c| f64::from(c as f32) == c);
    let unit = UNITS * if single { 2f64.powi(-24) } else { 2f64.powi(-53) };
    let tree = RTree::bulk_load(ends.iter().map(|&v| GeomWithData::new(places[v as usize], v)).collect());
    let mut at: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (k, e) in alone.iter().enumerate() {
        at.entry(e.0).or_default().push(k as u32);
        at.entry(e.1).or_default().push(k as u32);
    }
    let mut sets = UnionFind::<u32>::new(alone.len());
    let mut divided = vec![false; alone.len()];
    for (k, &(a, b)) in alone.iter().enumerate() {
        let (u, v) = (places[a as usize], places[b as usize]);
        let most = u.iter().chain(&v).fold(0.0, |m: f64, c| m.max(c.abs()));
        let reach = unit * most;
        let low = [0, 1].map(|c| u[c].min(v[c]) - reach);
        let high = [0, 1].map(|c| u[c].max(v[c]) + reach);
        let near = tree.locate_in_envelope(AABB::from_corners(low, high)).map(|p| p.data);
        let ends = [exact(a), exact(b)];
        let mut within: Vec<u32> = near.filter(|&m| m != a && m != b && is_within(&ends, &exact(m), reach)).collect();
        within.sort_unstable();
        for &m in &within {
            divided[k] = true;
            // The other edges at this vertex that go on along this one.
            for &other in &at[&m] {
                let e = alone[other as usize];
                let far = if e.0 == m { e.1 } else { e.0 };
                let on = [exact(m), exact(far)];
                let goes_on = |k: usize, x: u32| is_within(&on, &ends[k], reach) && x != m && x != far;
                if far == a || far == b || within.contains(&far) || goes_on(0, a) || goes_on(1, b) {
                    divided[other as usize] = true;
                    sets.union(k as u32, other);
                }
            }
        }
    }
    let mut groups: BTreeMap<u32, Vec<Edge>> = BTreeMap::new();
    for (k, &e) in alone.iter().enumerate().filter(|(k, _)| divided[*k]) {
        groups.entry(sets.find(k as u32)).or_default().push(e);
    }
    groups.into_values().filter(|g| g.len() > 1).collect()
}

/// Does a point lie on the segment from `u` to `v`, not at its ends, but for `reach`?
fn is_within([u, v]: &[[Rational; 2]; 2], p: &[Rational; 2], reach: f64) -> bool {
    let d = |a: &[Rational; 2], b: &[Rational; 2]| [0, 1].map(|k| Rational::from(&a[k] - &b[k]));
    let (e, q) = (d(v, u), d(p, u));
    let dot = |a: &[Rational; 2], b: &[Rational; 2]| Rational::from(&a[0] * &b[0]) + Rational::from(&a[1] * &b[1]);
    let (along, length) = (dot(&e, &q), dot(&e, &e));
    let beside = Rational::from(&e[0] * &q[1]) - Rational::from(&e[1] * &q[0]);
    let reach = rational(reach);
    along.cmp0().is_gt() && along < length && beside.clone() * beside <= reach.clone() * reach * length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_along_each_other_are_found() {
        let places = [[0.0, 0.0], [2.0, 0.0], [1.0, 0.0], [0.5, 0.0], [3.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.5, 1e-17]];
        // A long edge, its halves, one half of those divided again, an edge that goes on beyond it,
        // others at its vertices.
        let exact = |v: u32| places[v as usize].map(rational);
        let seams = |alone: &[Edge]| seams(&places, &exact, alone);
        let alone = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 5), (2, 3), (2, 5), (0, 6)];
        assert_eq!(seams(&alone), [vec![(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)]]);
        // Staggered: each has an end within the other one.
        assert_eq!(seams(&[(0, 1), (2, 4)]), [vec![(0, 1), (2, 4)]]);
        // Beside by a rounding error.
        assert_eq!(seams(&[(0, 1), (0, 7), (1, 7)]), [vec![(0, 1), (0, 7), (1, 7)]]);
        assert!(seams(&[(0, 1), (1, 5), (0, 6)]).is_empty());
    }
}
