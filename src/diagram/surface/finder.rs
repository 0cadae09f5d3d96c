//! Which sites are highest at a point: queries of the upper envelope `u(x) = max_i <x, y_i> + h_i`
//! in space.
//!
//! The vertices of a cell in a triangle are right if no other site is higher there, so the diagram
//! asks this for every vertex, and needs neither a triangulation in space nor sites in general
//! position. The answers are a filter, not a decision: all sites within a proved margin of the
//! highest are returned, and predicates decide among them.
//!
//! The sites are the leaves of a k-d tree. A node bounds `<x, y> + h` over its sites: heights are
//! fitted by a concave paraboloid, `h = r - sum_k (s_k y_k^2 / 2 + t_k y_k)` with remainders `r`,
//! and of `sum_k (x_k - t_k) y_k - s_k y_k^2 / 2` the maximum over the node's box is known in
//! closed form; the greatest remainder of the node is added. For sites on the surface itself the
//! fit is the paraboloid `|y|^2 / 2` of the Voronoi diagram and the bound is the distance to the
//! box; for sites shrunk, moved or stretched it is that of the diagram in which they are not. The
//! fit decides how much of the tree is visited, never what is found.

use crate::domain::vector::bounds;
use crate::exact::predicates::Lifted3;
use crate::exact::{Dd, Heights};
use nalgebra::{SMatrix, SVector};

/// Most sites of a leaf.
const LEAF: usize = 8;

/// A margin above the rounding of a value: products and sums of a value or bound, at most 16
/// operations, each relative to the greatest terms there are.
const ROUNDING: f64 = 1.0 / (1u64 << 48) as f64;

/// Numbers up to this leave room for the few sums and products that are made of them.
const LARGEST: f64 = 1e300;

/// More than every product of a value or bound may lose by underflow, 2^-1075 each.
const SMALLEST: f64 = 1e-300;

/// The least curvature, as a share of the greatest: the bound divides by it.
const LEAST_CURVATURE: f64 = 1e-6;

/// A node: the sites `start..end`; its right child (the left one follows it), 0 for a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) low: [f64; 3],
    pub(super) high: [f64; 3],
    top: f64,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) right: u32,
}

/// The tree with the heights last set. Sites are numbered by position in the tree.
#[derive(Clone, Debug)]
pub struct Finder {
    pub(super) nodes: Vec<Node>,
    /// Sites less the middle of their box.
    pub(super) site: Vec<[f64; 3]>,
    /// `<origin, y_i> + h_i` less a constant.
    pub(super) height: Vec<f64>,
    pub(super) origin: [f64; 3],
    pub(super) curvature: [f64; 3],
    pub(super) shift: [f64; 3],
    /// Greatest `|x - origin|` in each axis that is asked for, and of the sites from their middle.
    pub(super) reach: [f64; 3],
    extent: [f64; 3],
    pub(super) margin: f64,
    /// Error of `height`: double-doubles are good to `2^-100` of the terms, which a far origin
    /// makes large.
    distant: f64,
    /// Is every number of the tree far enough from the end of the doubles? If not, every site is an
    /// answer to every question.
    pub(super) usable: bool,
}

/// Sites found at a point.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Positions, the highest among them; if that one is higher than the site asked for by more
    /// than the margin, it is alone.
    pub sites: Vec<u32>,
    pub(super) stack: Vec<(u32, f64)>,
}

impl Finder {
    /// A tree over sites, for points in a box; and the site at each position. Heights are still to
    /// be set. Cost: O(n log n).
    pub fn new(sites: &[[f64; 3]], low: [f64; 3], high: [f64; 3]) -> (Finder, Vec<u32>) {
        let mut order: Vec<u32> = (0..sites.len() as u32).collect();
        let mut nodes = Vec::with_capacity(sites.len() / 2 + 1);
        build(sites, &mut order, 0, &mut nodes, true);
        (Finder::with(sites, &order, nodes, low, high), order)
    }

    /// A tree over sites that lie along the curve of another tree; they stay where they are. Cost:
    /// O(n log n).
    pub fn along(sites: &[[f64; 3]], low: [f64; 3], high: [f64; 3]) -> Finder {
        let mut order: Vec<u32> = (0..sites.len() as u32).collect();
        let mut nodes = Vec::with_capacity(sites.len() / 2 + 1);
        build(sites, &mut order, 0, &mut nodes, false);
        Finder::with(sites, &order, nodes, low, high)
    }

    fn with(sites: &[[f64; 3]], order: &[u32], mut nodes: Vec<Node>, low: [f64; 3], high: [f64; 3]) -> Finder {
        let origin = [0, 1, 2].map(|k| 0.5 * low[k] + 0.5 * high[k]);
        let reach = [0, 1, 2].map(|k| (high[k] - origin[k]).max(origin[k] - low[k]));
        let root: Node = nodes[0];
        let middle = [0, 1, 2].map(|k| 0.5 * root.low[k] + 0.5 * root.high[k]);
        let extent = [0, 1, 2].map(|k| (root.high[k] - middle[k]).max(middle[k] - root.low[k]));
        for node in &mut nodes {
            node.low.iter_mut().zip(&middle).for_each(|(low, m)| *low -= m);
            node.high.iter_mut().zip(&middle).for_each(|(high, m)| *high -= m);
        }
        let site = order.iter().map(|&i| [0, 1, 2].map(|k| sites[i as usize][k] - middle[k])).collect();
        let height = vec![0.0; sites.len()];
        let zero = [0.0; 3];
        Finder {
            nodes,
            site,
            height,
            origin,
            curvature: zero,
            shift: zero,
            reach,
            extent,
            margin: 0.0,
            distant: 0.0,
            usable: false,
        }
    }

    /// Sets the heights of the sites, given by position. Cost: O(n).
    pub fn set(&mut self, points: &[Lifted3]) {
        let o = self.origin;
        let value = |p: &Lifted3| {
            let terms = [0, 1, 2].map(|k| Dd::product(p.y[k], o[k]));
            ((terms[0] + terms[1]) + terms[2]) + p.h
        };
        let Some(first) = points.first().map(value) else { return };
        let terms = |p: &Lifted3| (p.y[0] * o[0]).abs() + (p.y[1] * o[1]).abs() + (p.y[2] * o[2]).abs() + p.h.hi.abs();
        self.distant = points.iter().map(terms).fold(0.0, f64::max) * 2f64.powi(-96);
        self.height.iter_mut().zip(points).for_each(|(h, p)| *h = (value(p) - first).to_f64());
        self.fit();
        self.tops();
        let greatest = self.height.iter().fold(0.0, |m: f64, h| m.max(h.abs()));
        let mut size = greatest;
        for k in 0..3 {
            let e = self.extent[k];
            size += e * (self.reach[k] + self.shift[k].abs() + self.curvature[k] * e);
        }
        self.margin = ROUNDING * size + self.distant + SMALLEST;
        let numbers =
            self.origin.iter().chain(&self.reach).chain(&self.extent).chain(&self.curvature).chain(&self.shift);
        let tops = self.nodes.iter().map(|node| node.top);
        // NaN is told only by asking for it: it passes through a maximum unseen.
        let sound = |x: f64| x.abs() <= LARGEST;
        self.usable = numbers.chain(&self.height).copied().chain(tops).all(sound) && sound(size) && sound(self.distant);
    }

    /// May the tree answer about this point? Then nothing overflows on the way: every product that
    /// is formed is at most one of these.
    fn answers(&self, x: &[f64; 3], peak: &[f64; 3]) -> bool {
        let terms = (0..3).map(|k| x[k].abs() * self.extent[k] + peak[k].abs());
        self.usable && terms.fold(0.0, |s: f64, t| s + t) <= LARGEST
    }

    /// All sites, the highest among them.
    fn all(&self, found: &mut Found) {
        found.sites.clear();
        found.sites.extend(0..self.site.len() as u32);
    }

    /// The paraboloid of least squares.
    fn fit(&mut self) {
        // Unknowns: three curvatures, three shifts, one constant; coordinates in units of the
        // extent.
        let scale = self.extent.map(|e| if e > 0.0 { 1.0 / e } else { 0.0 });
        let greatest = self.height.iter().fold(0.0, |m: f64, h| m.max(h.abs()));
        let unit = if greatest > 0.0 { 1.0 / greatest } else { 1.0 };
        let mut normal = [[0.0; 8]; 7];
        for (y, h) in self.site.iter().zip(&self.height) {
            let z = [0, 1, 2].map(|k| y[k] * scale[k]);
            let row = [z[0] * z[0], z[1] * z[1], z[2] * z[2], z[0], z[1], z[2], 1.0, h * unit];
            for (a, line) in normal.iter_mut().enumerate() {
                for (b, entry) in line.iter_mut().enumerate().skip(a) {
                    *entry += row[a] * row[b];
                }
            }
        }
        let x = solve(&normal);
        self.curvature = [0, 1, 2].map(|k| -2.0 * x[k] * greatest * scale[k] * scale[k]);
        self.shift = [0, 1, 2].map(|k| -x[3 + k] * greatest * scale[k]);
        let most = self.curvature.iter().fold(0.0, |m: f64, s| if s.is_finite() { m.max(*s) } else { m });
        let size = self.extent.iter().fold(0.0, |m: f64, e| m.max(*e));
        let fallback = if size > 0.0 && greatest > 0.0 { greatest / (size * size) } else { 1.0 };
        let most = if most > 0.0 { most } else { fallback * LEAST_CURVATURE };
        for k in 0..3 {
            let s = self.curvature[k];
            self.curvature[k] = if s > LEAST_CURVATURE * most && s.is_finite() { s } else { LEAST_CURVATURE * most };
            if !self.shift[k].is_finite() {
                self.shift[k] = 0.0;
            }
        }
    }

    /// The greatest remainder of every node.
    fn tops(&mut self) {
        for at in (0..self.nodes.len()).rev() {
            let node = self.nodes[at];
            self.nodes[at].top = if node.right == 0 {
                let range = node.start as usize..node.end as usize;
                let rest = |i: usize| {
                    let y = &self.site[i];
                    let part = |k: usize| (0.5 * self.curvature[k] * y[k] + self.shift[k]) * y[k];
                    self.height[i] + part(0) + part(1) + part(2)
                };
                range.map(rest).fold(f64::NEG_INFINITY, f64::max)
            } else {
                self.nodes[at + 1].top.max(self.nodes[node.right as usize].top)
            };
        }
    }

    /// Upper bound of the values of a node, up to rounding. `pull` is `x - t` (with `x` less the
    /// origin) and `peak` that over the curvature: where the paraboloid has its maximum.
    #[inline(always)]
    pub(super) fn bound(&self, node: &Node, pull: &[f64; 3], peak: &[f64; 3]) -> f64 {
        let part = |k: usize| {
            let best = peak[k].max(node.low[k]).min(node.high[k]);
            best * (pull[k] - 0.5 * self.curvature[k] * best)
        };
        node.top + (part(0) + part(1) + part(2))
    }

    #[inline(always)]
    pub(super) fn value(&self, i: usize, x: &[f64; 3]) -> f64 {
        let y = &self.site[i];
        (x[0] * y[0] + x[1] * y[1]) + x[2] * y[2] + self.height[i]
    }

    /// The sites that may be higher at a point than the site `from`: all within the margin of it,
    /// or the highest of those beyond. The point may be off by `error` in each axis. Where numbers
    /// are so large that they might overflow, all sites. Cost: about O(log n) where heights are
    /// those of a smooth map.
    pub fn find(&self, point: &[f64; 3], error: f64, from: u32, found: &mut Found) {
        self.search(point, self.slack(error), from, found);
    }

    /// The margin for points that may be off by `error` in each axis.
    pub(super) fn slack(&self, error: f64) -> f64 {
        self.margin + 2.0 * error * (self.extent[0] + self.extent[1] + self.extent[2])
    }

    /// The same with a margin that is this share of the greatest value.
    pub fn find_within(&self, point: &[f64; 3], from: u32, share: f64, found: &mut Found) {
        self.search(point, self.margin * (1.0 + share / ROUNDING), from, found);
    }

    /// As [`Finder::find`] for a point that may lie outside the box: the margin grows with its
    /// distance.
    pub fn find_anywhere(&self, point: &[f64; 3], from: u32, found: &mut Found) {
        let beyond = |k: usize| self.extent[k] * ((point[k] - self.origin[k]).abs() - self.reach[k]).max(0.0);
        let far = (beyond(0) + beyond(1)) + beyond(2);
        self.search(point, self.margin + ROUNDING * far, from, found);
    }

    fn search(&self, point: &[f64; 3], slack: f64, from: u32, found: &mut Found) {
        let x = [0, 1, 2].map(|k| point[k] - self.origin[k]);
        let pull = [0, 1, 2].map(|k| x[k] - self.shift[k]);
        let peak = [0, 1, 2].map(|k| pull[k] / self.curvature[k]);
        if !self.answers(&x, &peak) || !(slack <= LARGEST) {
            return self.all(found);
        }
        let own = self.value(from as usize, &x);
        // Rounding of two values, and of a value and a bound.
        let (low, high) = (own - 4.0 * slack, own + 4.0 * slack);
        let mut least = low;
        found.sites.clear();
        found.stack.clear();
        found.stack.push((0, f64::INFINITY));
        while let Some((at, bound)) = found.stack.pop() {
            if bound < least {
                continue;
            }
            let mut at = at as usize;
            loop {
                let node = &self.nodes[at];
                if node.right == 0 {
                    for i in node.start..node.end {
                        let value = self.value(i as usize, &x);
                        if value < least {
                            continue;
                        }
                        if value > high {
                            found.sites.clear();
                            least = value;
                        }
                        found.sites.push(i);
                    }
                    break;
                }
                let (left, right) = (at + 1, node.right as usize);
                let bound = |at: usize| self.bound(&self.nodes[at], &pull, &peak) + slack;
                let (l, r) = (bound(left), bound(right));
                let (near, far, n, f) = if l >= r { (left, right, l, r) } else { (right, left, r, l) };
                if f >= least {
                    found.stack.push((far as u32, f));
                }
                if n < least {
                    break;
                }
                at = near;
            }
        }
    }

    /// The site whose value at a point is about the highest.
    pub fn highest(&self, point: &[f64; 3], from: u32, found: &mut Found) -> u32 {
        self.find(point, 0.0, from, found);
        let x = [0, 1, 2].map(|k| point[k] - self.origin[k]);
        let best = found
            .sites
            .iter()
            .copied()
            .max_by(|&a, &b| self.value(a as usize, &x).total_cmp(&self.value(b as usize, &x)).then(b.cmp(&a)));
        best.unwrap_or(from)
    }

    /// Magnitude of site coordinates and heights, for heights that shall be below all others.
    pub fn depth(&self) -> f64 {
        let across: f64 = (0..3).map(|k| 2.0 * self.extent[k] * (self.reach[k] + self.origin[k].abs())).sum();
        2.0 * across
    }
}

/// Sorts `order` into a k-d tree, or halves it as it is, and appends the nodes, with boxes of the
/// sites themselves.
fn build(sites: &[[f64; 3]], order: &mut [u32], start: usize, nodes: &mut Vec<Node>, sort: bool) {
    let (low, high) = bounds(order.iter().map(|&i| sites[i as usize]));
    let at = nodes.len();
    let end = (start + order.len()) as u32;
    nodes.push(Node { low, high, top: 0.0, start: start as u32, end, right: 0 });
    if order.len() <= LEAF {
        return;
    }
    let axis = (0..3).max_by(|&a, &b| (high[a] - low[a]).total_cmp(&(high[b] - low[b]))).unwrap_or(0);
    let half = order.len() / 2;
    let key = |i: &u32| sites[*i as usize][axis];
    if sort {
        order.select_nth_unstable_by(half, |a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
    }
    let (left, right) = order.split_at_mut(half);
    build(sites, left, start, nodes, sort);
    nodes[at].right = nodes.len() as u32;
    build(sites, right, start + half, nodes, sort);
}

/// Least squares from the upper triangle of the normal matrix with its right-hand side, by
/// Cholesky's method; a little is added to the diagonal, since sites may lie in a plane or a line.
fn solve(m: &[[f64; 8]; 7]) -> SVector<f64, 7> {
    let greatest = (0..7).fold(0.0, |g: f64, k| g.max(m[k][k]));
    let mut normal = SMatrix::<f64, 7, 7>::from_fn(|a, b| m[a.min(b)][a.max(b)]);
    (0..7).for_each(|k| normal[(k, k)] += 1e-9 * greatest);
    let right = SVector::from_fn(|k, _| m[k][7]);
    normal.cholesky().map_or_else(SVector::zeros, |factor| factor.solve(&right))
}

/// Heights by position.
pub fn lifted(sites: &[[f64; 3]], order: &[u32], heights: &Heights) -> Vec<Lifted3> {
    order.iter().enumerate().map(|(k, &i)| Lifted3 { y: sites[i as usize], h: heights.get(k) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (*state >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn the_highest_site_is_found_whatever_the_heights() {
        let mut state = 5;
        for kind in 0..5 {
            let n = 700;
            let mut sites: Vec<[f64; 3]> = (0..n).map(|_| [0; 3].map(|_| draw(&mut state))).collect();
            if kind == 1 {
                sites.iter_mut().for_each(|y| y[2] = 0.5);
            }
            let (mut finder, order) = Finder::new(&sites, [-1.0; 3], [2.0; 3]);
            let points: Vec<Lifted3> = order
                .iter()
                .map(|&i| {
                    let y = sites[i as usize];
                    let square = y.iter().map(|y| y * y).sum::<f64>();
                    let h = match kind {
                        2 => 0.0,
                        3 => square,
                        4 => draw(&mut state),
                        _ => -0.5 * square,
                    };
                    Lifted3 { y, h: Dd::from_f64(h) }
                })
                .collect();
            finder.set(&points);
            let mut found = Found::default();
            for _ in 0..300 {
                let x = [0; 3].map(|_| 3.0 * draw(&mut state) - 1.0);
                let value = |p: &Lifted3| p.y[0] * x[0] + p.y[1] * x[1] + p.y[2] * x[2] + p.h.hi;
                let best = (0..n).max_by(|&a, &b| value(&points[a]).total_cmp(&value(&points[b]))).unwrap();
                finder.find(&x, 0.0, 17, &mut found);
                assert!(found.sites.contains(&(best as u32)), "kind {kind}");
                assert!(found.sites.len() < 3);
                finder.find(&x, 0.0, best as u32, &mut found);
                assert_eq!(found.sites, [best as u32]);
            }
        }
    }
}
