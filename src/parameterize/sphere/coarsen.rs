//! From a triangulated sphere down to a tetrahedron, level by level.
//!
//! Each level takes vertices away, no two of them neighbours. The hole is closed with a fan of
//! triangles from one of the vertices around it. So on the way back there is always room: where the
//! fan's triangles are positive, all places near its middle see the whole outline of the hole.
//! Triangles of a fan share the wanted area of those that they replace.

use crate::domain::vector::{Vector3, normal, side};
use rayon::prelude::*;
use std::collections::HashSet;

/// A level has at least this share fewer vertices than the one before, as far as it can.
const SHARE: f64 = 0.2;
/// Neighbours of vertices that are taken away; more only where there are no others.
const FEW: usize = 8;
/// A fan's triangles get wanted area in proportion to their area in space and this share of the
/// mean of it.
const EVEN: f64 = 0.1;

/// A vertex that is not in the next level.
#[derive(Clone, Debug)]
pub(super) struct Removed {
    pub vertex: u32,
    /// Its neighbours, counter-clockwise. All of them are in the next level.
    pub ring: Vec<u32>,
}

/// A closed surface with some of the vertices.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub triangles: Vec<[u32; 3]>,
    /// Wanted share of each triangle.
    pub share: Vec<f64>,
    pub removed: Vec<Removed>,
}

/// All levels, from the mesh itself to a tetrahedron. `None` if the triangles are no sphere. Cost:
/// O(n log n).
pub(super) fn levels(points: &[[f64; 3]], triangles: &[[u32; 3]], share: &[f64]) -> Option<Vec<Level>> {
    let mut list = Vec::new();
    let mut here = Level { triangles: triangles.to_vec(), share: share.to_vec(), removed: Vec::new() };
    while here.triangles.len() > 4 {
        let stars = Stars::new(points, &here);
        let next = [FEW, usize::MAX].into_iter().find_map(|most| stars.coarser(&here, most));
        let (removed, next) = next?;
        here.removed = removed;
        list.push(std::mem::replace(&mut here, next));
    }
    (here.triangles.len() == 4).then(|| {
        list.push(here);
        list
    })
}

/// Triangles around each vertex.
struct Stars<'a> {
    points: &'a [[f64; 3]],
    triangles: &'a [[u32; 3]],
    share: &'a [f64],
    first: Vec<u32>,
    around: Vec<u32>,
}

/// How a vertex could go: what it costs, the vertex, its ring, the middle of the fan.
type Offer = (f64, u32, Vec<u32>);

impl Stars<'_> {
    fn new<'a>(points: &'a [[f64; 3]], level: &'a Level) -> Stars<'a> {
        let mut first = vec![0u32; points.len() + 1];
        level.triangles.iter().flatten().for_each(|&v| first[v as usize + 1] += 1);
        (0..points.len()).for_each(|v| first[v + 1] += first[v]);
        let mut next = first.clone();
        let mut around = vec![0; 3 * level.triangles.len()];
        for (f, t) in (0..).zip(&level.triangles) {
            for &v in t {
                around[next[v as usize] as usize] = f;
                next[v as usize] += 1;
            }
        }
        Stars { points, triangles: &level.triangles, share: &level.share, first, around }
    }

    fn star(&self, v: u32) -> &[u32] {
        &self.around[self.first[v as usize] as usize..self.first[v as usize + 1] as usize]
    }

    fn are_neighbours(&self, a: u32, b: u32) -> bool {
        self.star(a).iter().any(|&f| self.triangles[f as usize].contains(&b))
    }

    /// Neighbours in their order, counter-clockwise.
    fn ring(&self, v: u32) -> Option<Vec<u32>> {
        let step = |f: u32| {
            let t = self.triangles[f as usize];
            let k = t.iter().position(|&w| w == v).unwrap_or(0);
            (t[(k + 1) % 3], t[(k + 2) % 3])
        };
        let star = self.star(v);
        let steps: Vec<(u32, u32)> = star.iter().map(|&f| step(f)).collect();
        let start = steps.first()?.0;
        let mut ring = Vec::with_capacity(steps.len());
        let mut at = start;
        while ring.len() < steps.len() {
            ring.push(at);
            at = steps.iter().find(|s| s.0 == at)?.1;
        }
        (at == start && ring.len() > 2).then_some(ring)
    }

    /// The least cost at which a vertex can go, with its ring turned so that the fan's middle comes
    /// first.
    fn offer(&self, v: u32, most: usize) -> Option<Offer> {
        let k = self.star(v).len();
        if k < 3 || k > most {
            return None;
        }
        let ring = self.ring(v)?;
        let at = |w: u32| self.points[w as usize];
        let outwards: Vector3<f64> = (0..k).map(|i| normal([at(v), at(ring[i]), at(ring[(i + 1) % k])])).sum();
        let size: f64 = self.star(v).iter().map(|&f| self.share[f as usize]).sum();
        let mut best: Option<(f64, usize)> = None;
        for j in 0..k {
            let turned = |i: usize| ring[(j + i) % k];
            let middle = turned(0);
            if k > 3 && (2..k - 1).any(|i| self.are_neighbours(middle, turned(i))) {
                continue;
            }
            let mut cost = 0.0;
            for i in 1..k - 1 {
                let corners = [at(middle), at(turned(i)), at(turned(i + 1))];
                let n = normal(corners);
                let squares: f64 = (0..3).map(|i| side(corners[i], corners[(i + 1) % 3]).norm_squared()).sum();
                // 1 for an equilateral triangle, 0 for a flat one.
                let shape = 2.0 * 3f64.sqrt() * n.norm() / squares.max(f64::MIN_POSITIVE);
                let folded = if n.dot(&outwards) < 0.0 { 10.0 } else { 1.0 };
                cost += folded / (shape + 0.05);
            }
            let degree = (self.star(middle).len() + k - 4) as f64;
            cost *= (1.0 + 0.25 * (degree - 8.0).max(0.0).powi(2)) / (k - 2) as f64;
            if best.is_none_or(|b| cost < b.0) {
                best = Some((cost, j));
            }
        }
        let (cost, j) = best?;
        let turned = (0..k).map(|i| ring[(j + i) % k]).collect();
        // Small stars go first, so that triangles become alike in wanted area.
        Some((cost * size, v, turned))
    }

    /// Takes away as many vertices as wanted, cheap ones first, of up to so many neighbours. `None`
    /// if there is none that can go.
    fn coarser(&self, level: &Level, most: usize) -> Option<(Vec<Removed>, Level)> {
        let vertices = self.points.len() as u32;
        let mut offers: Vec<Offer> = (0..vertices).into_par_iter().filter_map(|v| self.offer(v, most)).collect();
        offers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let n = level.triangles.len() / 2 + 2;
        let enough = ((n as f64 * SHARE) as usize).clamp(1, n - 4);
        let mut stays = vec![false; self.points.len()];
        let mut fresh: HashSet<[u32; 2]> = HashSet::new();
        let mut gone = vec![false; level.triangles.len()];
        let mut removed = Vec::new();
        let (mut triangles, mut share) = (Vec::new(), Vec::new());
        for (_, v, ring) in offers {
            if removed.len() == enough {
                break;
            }
            let k = ring.len();
            let edge = |i: usize| [ring[0].min(ring[i]), ring[0].max(ring[i])];
            // Edges must not come twice, here or from another fan. A vertex that stays may have
            // lost edges, but got none that is not among the new ones.
            if stays[v as usize] || (2..k - 1).any(|i| fresh.contains(&edge(i))) {
                continue;
            }
            fresh.extend((2..k - 1).map(edge));
            ring.iter().for_each(|&w| stays[w as usize] = true);
            let star = self.star(v);
            star.iter().for_each(|&f| gone[f as usize] = true);
            let size: f64 = star.iter().map(|&f| self.share[f as usize]).sum();
            let fan: Vec<[u32; 3]> = (1..k - 1).map(|i| [ring[0], ring[i], ring[i + 1]]).collect();
            let area = |t: &[u32; 3]| normal(t.map(|w| self.points[w as usize])).norm();
            let all: f64 = fan.iter().map(area).sum();
            let even = (EVEN * all / fan.len() as f64).max(f64::MIN_POSITIVE);
            let sum = all + even * fan.len() as f64;
            share.extend(fan.iter().map(|t| size * (area(t) + even) / sum));
            triangles.extend(fan);
            removed.push(Removed { vertex: v, ring });
        }
        if removed.is_empty() {
            return None;
        }
        let kept = (0..gone.len()).filter(|&f| !gone[f]);
        let (mut corners, mut shares): (Vec<[u32; 3]>, Vec<f64>) =
            kept.map(|f| (level.triangles[f], level.share[f])).unzip();
        corners.extend(triangles);
        shares.extend(share);
        Some((removed, Level { triangles: corners, share: shares, removed: Vec::new() }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::SphereProof;
    use super::*;

    /// A sphere of rings, and every level of it: closed manifolds of the same wanted area, which
    /// the removed vertices would make the level before again.
    #[test]
    fn levels_are_spheres_down_to_a_tetrahedron() {
        let (points, triangles) = super::super::shapes::globe(12, 9);
        let share = vec![1.0 / triangles.len() as f64; triangles.len()];
        let all = levels(&points, &triangles, &share).unwrap();
        assert!(all.len() > 8 && all.last().unwrap().triangles.len() == 4);
        for pair in all.windows(2) {
            let (fine, coarse) = (&pair[0], &pair[1]);
            assert!(SphereProof::new(&coarse.triangles, &points).closed);
            assert_eq!(coarse.triangles.len() + 2 * fine.removed.len(), fine.triangles.len());
            assert!((coarse.share.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(coarse.share.iter().all(|s| *s > 0.0));
            let left: HashSet<u32> = coarse.triangles.iter().flatten().copied().collect();
            for r in &fine.removed {
                assert!(!left.contains(&r.vertex) && r.ring.iter().all(|v| left.contains(v)));
                for i in 0..r.ring.len() {
                    let wanted = [r.vertex, r.ring[i], r.ring[(i + 1) % r.ring.len()]];
                    let turned = |t: &[u32; 3]| (0..3).any(|k| [t[k], t[(k + 1) % 3], t[(k + 2) % 3]] == wanted);
                    assert!(fine.triangles.iter().any(turned), "{wanted:?}");
                }
            }
        }
    }
}
