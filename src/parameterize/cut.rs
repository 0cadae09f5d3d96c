//! Surfaces are cut until they are disks.
//!
//! A cut is a set of edges. Boundary loops count as one node each; then a tree of shortest paths
//! over all nodes and a tree of faces that crosses none of its edges leave `2 g` edges over, `g`
//! being the number of handles (Eppstein 2003; Erickson, Whittlesey 2005). These and the first tree
//! without its dead ends cut the surface into one disk, and join its boundary loops. A closed
//! surface is also cut to points that are far away, so that limbs open.
//!
//! Loops around holes that stay holes (`holes.rs`) are nodes, too, but ones that may be left alone.
//! A cut that comes upon one goes on from anywhere around it: from then on the hole belongs to the
//! boundary.

use super::chart::{NONE, ends};
use crate::domain::vector::{area_in_space, side};
use petgraph::unionfind::UnionFind;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Most points that a closed surface is cut to.
const TIPS: usize = 10;
/// No more points are cut to when all is nearer to the cut than this times the root of the area.
pub(super) const NEAR: f64 = 0.45;

/// A connected oriented manifold to be cut, with its vertices numbered compactly.
pub(super) struct Whole<'a> {
    pub points: &'a [[f64; 3]],
    pub triangles: &'a [[u32; 3]],
    pub opposite: &'a [u32],
    pub loops: &'a [Vec<u32>],
    /// For each loop whether it may be left alone.
    pub holes: &'a [bool],
}

/// Shortest ways along edges.
struct Ways {
    distance: Vec<f64>,
    /// The half-edge by which each vertex is reached; [`NONE`] for sources, and for what is reached
    /// around a loop.
    by: Vec<u32>,
    /// The vertex by which each loop is reached.
    entry: Vec<u32>,
}

/// Edges at each vertex: neighbour and half-edge, ascending by half-edge.
struct Star {
    first: Vec<u32>,
    link: Vec<(u32, u32)>,
}

impl Whole<'_> {
    fn length(&self, half: u32) -> f64 {
        let (a, b) = ends(self.triangles, half);
        side(self.points[a as usize], self.points[b as usize]).norm()
    }

    /// The lower half-edge of an edge inside.
    fn edges(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.opposite.len() as u32).filter(|&h| {
            let o = self.opposite[h as usize];
            o != NONE && h < o
        })
    }

    /// Edges inside at each vertex.
    fn star(&self) -> Star {
        let n = self.points.len();
        let mut first = vec![0u32; n + 1];
        for h in self.edges() {
            let (a, b) = ends(self.triangles, h);
            first[a as usize + 1] += 1;
            first[b as usize + 1] += 1;
        }
        (0..n).for_each(|v| first[v + 1] += first[v]);
        let mut next = first.clone();
        let mut link = vec![(0, 0); first[n] as usize];
        for h in self.edges() {
            let (a, b) = ends(self.triangles, h);
            for (from, to) in [(a, b), (b, a)] {
                let at = &mut next[from as usize];
                link[*at as usize] = (to, h);
                *at += 1;
            }
        }
        Star { first, link }
    }

    /// The loop of each vertex, [`NONE`] for those on none.
    fn groups(&self) -> Vec<u32> {
        let mut group = vec![NONE; self.points.len()];
        for (g, around) in self.loops.iter().enumerate() {
            around.iter().for_each(|&v| group[v as usize] = g as u32);
        }
        group
    }

    /// Distances along edges from some vertices. Vertices of one loop are reached together, at no
    /// cost.
    fn distances(&self, star: &Star, sources: &[u32], group: &[u32]) -> Ways {
        let n = self.points.len();
        let (mut distance, mut by) = (vec![f64::INFINITY; n], vec![NONE; n]);
        let mut heap = BinaryHeap::new();
        for &s in sources {
            distance[s as usize] = 0.0;
            // Bits of numbers that are not negative are in their order.
            heap.push(Reverse((0u64, s)));
        }
        let mut entry = vec![NONE; self.loops.len()];
        while let Some(Reverse((bits, v))) = heap.pop() {
            let d = f64::from_bits(bits);
            if d > distance[v as usize] {
                continue;
            }
            let g = group[v as usize] as usize;
            if group[v as usize] != NONE && entry[g] == NONE {
                entry[g] = v;
                for &w in &self.loops[g] {
                    if w != v && d <= distance[w as usize] {
                        distance[w as usize] = d;
                        by[w as usize] = NONE;
                        heap.push(Reverse((bits, w)));
                    }
                }
            }
            for &(w, h) in &star.link[star.first[v as usize] as usize..star.first[v as usize + 1] as usize] {
                let there = d + self.length(h);
                let joined = group[w as usize] != NONE && entry[group[w as usize] as usize] != NONE;
                if there < distance[w as usize] && !joined {
                    distance[w as usize] = there;
                    by[w as usize] = h;
                    heap.push(Reverse((there.to_bits(), w)));
                }
            }
        }
        Ways { distance, by, entry }
    }

    /// The edges to cut, marked at both half-edges. Cost: O(n log n), times the number of limbs
    /// opened.
    pub fn cut(&self) -> Vec<bool> {
        let n = self.points.len();
        let mut cut = vec![false; self.opposite.len()];
        let star = self.star();
        let group = self.groups();
        let root = self.loops.first().map_or(0, |l| l[0]);
        let Ways { distance, by, .. } = self.distances(&star, &[root], &group);
        let node = |v: u32| if group[v as usize] == NONE { v } else { self.loops[group[v as usize] as usize][0] };
        let mut in_tree = vec![false; self.opposite.len()];
        by.iter().filter(|&&h| h != NONE).for_each(|&h| in_tree[h as usize] = true);
        // The tree of faces takes the edges whose loop through the root is longest, so that short
        // loops are left.
        let weight = |h: u32| {
            let (a, b) = ends(self.triangles, h);
            distance[a as usize] + distance[b as usize] + self.length(h)
        };
        let mut rest: Vec<(Reverse<u64>, u32)> =
            self.edges().filter(|&h| !in_tree[h as usize]).map(|h| (Reverse(weight(h).to_bits()), h)).collect();
        rest.sort_unstable();
        let mut faces = UnionFind::<u32>::new(self.triangles.len());
        let mut graph: Vec<u32> = self.edges().filter(|&h| in_tree[h as usize]).collect();
        for &(_, h) in &rest {
            if !faces.union(h / 3, self.opposite[h as usize] / 3) {
                graph.push(h);
            }
        }
        // Dead ends go one after the other.
        let mut degree = vec![0u32; n];
        let keep = |v: u32| group[v as usize] != NONE && !self.holes[group[v as usize] as usize];
        let mut at: Vec<Vec<u32>> = vec![Vec::new(); n];
        for &h in &graph {
            let (a, b) = ends(self.triangles, h);
            for v in [node(a), node(b)] {
                degree[v as usize] += 1;
                at[v as usize].push(h);
            }
            cut[h as usize] = true;
        }
        let mut leaves: Vec<u32> = (0..n as u32).filter(|&v| degree[v as usize] == 1 && !keep(v)).collect();
        while let Some(v) = leaves.pop() {
            let Some(&h) = at[v as usize].iter().find(|&&h| cut[h as usize]) else { continue };
            cut[h as usize] = false;
            let (a, b) = ends(self.triangles, h);
            for w in [node(a), node(b)] {
                degree[w as usize] -= 1;
                if w != v && degree[w as usize] == 1 && !keep(w) {
                    leaves.push(w);
                }
            }
        }
        if self.holes.iter().all(|h| *h) {
            self.open_closed(&star, &mut cut);
        }
        self.on_both_sides(&mut cut);
        cut
    }

    fn on_both_sides(&self, cut: &mut [bool]) {
        for h in 0..cut.len() {
            if cut[h] && self.opposite[h] != NONE {
                cut[self.opposite[h] as usize] = true;
            }
        }
    }

    /// Edges to cut, marked at both half-edges, so that a disk opens towards vertices that are far
    /// from its boundary and of which `tip` holds; all others may stay closed. Ends once none of
    /// them is farther than `reach`. What is cut is a forest with its roots on the boundary, so
    /// that the disk stays one.
    pub fn limbs(&self, tip: &[bool], reach: f64) -> Vec<bool> {
        let mut cut = vec![false; self.opposite.len()];
        let rim = self.loops.iter().zip(self.holes).filter(|(_, hole)| !**hole);
        let on = rim.flat_map(|(around, _)| around.iter().copied()).collect();
        self.open_limbs(&self.star(), &mut cut, on, tip, (0, reach));
        self.on_both_sides(&mut cut);
        cut
    }

    /// Opens the limbs of a closed surface that may have been cut at its handles.
    fn open_closed(&self, star: &Star, cut: &mut [bool]) {
        let area: f64 = self.triangles.iter().map(|t| area_in_space(t.map(|v| self.points[v as usize]))).sum();
        let mut on: Vec<u32> = Vec::new();
        for h in (0..cut.len() as u32).filter(|&h| cut[h as usize]) {
            let (a, b) = ends(self.triangles, h);
            on.extend([a, b]);
        }
        let all = vec![true; self.points.len()];
        let mut least = 0;
        if on.is_empty() {
            // Two ends of a long way.
            let ways = self.distances(star, &[0], &self.groups());
            on.extend(farthest(&ways.distance, &all));
            least = 2;
        }
        self.open_limbs(star, cut, on, &all, (least, NEAR * area.sqrt()));
    }

    /// Adds shortest paths from the vertices `on` the cut to the tips that are farthest from it: to
    /// `least` of them, then to those beyond `reach`.
    fn open_limbs(&self, star: &Star, cut: &mut [bool], mut on: Vec<u32>, tip: &[bool], (least, reach): (usize, f64)) {
        let group = self.groups();
        let around = |v: u32| group[v as usize] as usize;
        for done in 0..TIPS {
            let Ways { distance, by, entry } = self.distances(star, &on, &group);
            let Some(far) = farthest(&distance, tip) else { break };
            if done >= least && !(distance[far as usize] > reach) {
                break;
            }
            let mut v = far;
            loop {
                on.push(v);
                let h = by[v as usize];
                if h != NONE {
                    cut[h as usize] = true;
                    let (a, b) = ends(self.triangles, h);
                    v = if a == v { b } else { a };
                } else if group[v as usize] != NONE && entry[around(v)] != v && distance[v as usize] > 0.0 {
                    v = entry[around(v)];
                } else {
                    break;
                }
            }
            // A hole that is met is a part of the boundary.
            let met: Vec<usize> = on.iter().filter(|&&v| group[v as usize] != NONE).map(|&v| around(v)).collect();
            let mut met = met;
            met.sort_unstable();
            met.dedup();
            met.iter().for_each(|&g| on.extend(&self.loops[g]));
            on.sort_unstable();
            on.dedup();
        }
    }
}

/// The vertex of the greatest distance among those allowed; of several the lowest.
fn farthest(distance: &[f64], allowed: &[bool]) -> Option<u32> {
    (0..distance.len() as u32)
        .filter(|&v| allowed[v as usize])
        .max_by(|&a, &b| distance[a as usize].total_cmp(&distance[b as usize]).then(b.cmp(&a)))
}

/// Triangles after a cut: corners that no uncut edge joins are different vertices. Returned with
/// the vertex before the cut for each vertex; a vertex that stays whole keeps its number, and so
/// does the first part of one that is divided.
pub(super) fn opened(
    triangles: &[[u32; 3]],
    opposite: &[u32],
    cut: &[bool],
    vertices: usize,
) -> (Vec<[u32; 3]>, Vec<u32>) {
    let mut fans = UnionFind::<u32>::new(3 * triangles.len());
    for h in 0..opposite.len() as u32 {
        let o = opposite[h as usize];
        if o == NONE || o < h || cut[h as usize] {
            continue;
        }
        let after = |h: u32| if h % 3 == 2 { h - 2 } else { h + 1 };
        // The opposite half-edge begins where this one ends.
        fans.union(h, after(o));
        fans.union(after(h), o);
    }
    let mut taken = vec![false; vertices];
    let mut number = vec![NONE; 3 * triangles.len()];
    let mut vertex_of: Vec<u32> = (0..vertices as u32).collect();
    let mut out = triangles.to_vec();
    for (f, t) in triangles.iter().enumerate() {
        for k in 0..3 {
            let fan = fans.find_mut((3 * f + k) as u32) as usize;
            if number[fan] == NONE {
                let v = t[k];
                number[fan] = if std::mem::replace(&mut taken[v as usize], true) {
                    vertex_of.push(v);
                    vertex_of.len() as u32 - 1
                } else {
                    v
                };
            }
            out[f][k] = number[fan];
        }
    }
    (out, vertex_of)
}
