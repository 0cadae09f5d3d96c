//! The proof that a parameterization is one to one.
//!
//! A chart is a triangulated disk, maybe with holes, whose loops pass every boundary vertex once.
//! If every triangle is counter-clockwise in the plane, and the loops' images are simple polygons
//! apart from each other of which one runs counter-clockwise, the piecewise linear map is a
//! bijection onto what is between them (`docs/theory/parameterization.md`). All of that is decided
//! exactly, on the doubles as they are written.

use super::chart::{Chart, NONE, boundary_loops, opposites};
use crate::exact::predicates::orient2d_sign;

/// What is known of one chart, exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Triangles that are clockwise.
    pub flipped: usize,
    /// Triangles whose corners are on one line.
    pub flat: usize,
    /// Pairs of boundary edges that meet where they should not.
    pub crossings: usize,
    /// Whether triangles form a disk, or one with holes: boundary loops that pass every vertex
    /// once, one of them around all in the plane, Euler's characteristic 2 less their number.
    /// (Beside that there may be pieces of surface that sum to 0. They cannot be laid flat without
    /// a flip or a crossing.)
    pub disk: bool,
}

impl Proof {
    /// Whether the chart is mapped one to one.
    pub fn bijective(&self) -> bool {
        self.disk && self.flipped == 0 && self.flat == 0 && self.crossings == 0
    }
}

/// Decides all of it. Cost: O(n log n) for the usual outlines.
pub(super) fn prove(chart: &Chart, uv: &[[f64; 2]]) -> Proof {
    let mut proof = Proof::default();
    for f in 0..chart.triangles.len() {
        let [a, b, c] = chart.corners(uv, f);
        match orient2d_sign(a, b, c) {
            1 => {}
            0 => proof.flat += 1,
            _ => proof.flipped += 1,
        }
    }
    let opposite = opposites(&chart.triangles);
    let loops = boundary_loops(&chart.triangles, &opposite);
    let around: Vec<Vec<[f64; 2]>> = loops.iter().map(|l| l.iter().map(|&v| uv[v as usize]).collect()).collect();
    let outer = around.iter().filter(|l| is_counter_clockwise(l)).count();
    proof.disk = outer == 1 && is_disk(&chart.triangles, &opposite, &loops);
    proof.crossings = crossings(&around);
    proof
}

/// Whether triangles form a disk with a loop around it and one around each hole. Some edges of the
/// rim are on no loop where one touches itself.
fn is_disk(triangles: &[[u32; 3]], opposite: &[u32], loops: &[Vec<u32>]) -> bool {
    let mut used: Vec<u32> = triangles.iter().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let rim = opposite.iter().filter(|&&o| o == NONE).count();
    let edges = (opposite.len() + rim) / 2;
    used.len() + triangles.len() + loops.len() == edges + 2 && loops.iter().map(Vec::len).sum::<usize>() == rim
}

/// Whether a simple polygon runs counter-clockwise: its corner that comes first along both axes
/// says so, exactly. It is convex there.
fn is_counter_clockwise(p: &[[f64; 2]]) -> bool {
    let n = p.len();
    let low = |&i: &usize, &j: &usize| p[i][0].total_cmp(&p[j][0]).then(p[i][1].total_cmp(&p[j][1]));
    let first = (0..n).min_by(low);
    first.is_some_and(|k| orient2d_sign(p[(k + n - 1) % n], p[k], p[(k + 1) % n]) > 0)
}

/// Sides of closed polygons, one polygon after the other.
struct Sides<'a> {
    at: Vec<[&'a [f64; 2]; 2]>,
    /// The side that follows each one.
    next: Vec<usize>,
}

/// Pairs of sides of closed polygons that have a point in common, other than the common end of
/// neighbours. Exact. Sides are compared where their bounding boxes meet: O(n log n) plus the
/// number of such pairs that meet along the first axis.
pub(super) fn crossings(polygons: &[Vec<[f64; 2]>]) -> usize {
    let mut sides = Sides { at: Vec::new(), next: Vec::new() };
    for p in polygons {
        let (n, first) = (p.len(), sides.at.len());
        sides.at.extend((0..n).map(|i| [&p[i], &p[(i + 1) % n]]));
        sides.next.extend((0..n).map(|i| first + (i + 1) % n));
    }
    let n = sides.at.len();
    // Along the longer axis fewer sides overlap.
    let extent = |c: usize| {
        let ends = sides.at.iter().map(|s| s[0][c]);
        let (lo, hi) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
        hi - lo
    };
    let x = usize::from(extent(1) > extent(0));
    let y = 1 - x;
    let low = |i: usize, c: usize| sides.at[i][0][c].min(sides.at[i][1][c]);
    let high = |i: usize, c: usize| sides.at[i][0][c].max(sides.at[i][1][c]);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| low(i, x).total_cmp(&low(j, x)).then(i.cmp(&j)));
    let mut active: Vec<usize> = Vec::new();
    let mut count = 0;
    for &i in &order {
        let start = low(i, x);
        active.retain(|&j| high(j, x) >= start);
        for &j in &active {
            if low(j, y) <= high(i, y) && low(i, y) <= high(j, y) && sides.meet(i, j) {
                count += 1;
            }
        }
        active.push(i);
    }
    count
}

impl Sides<'_> {
    /// Whether two sides meet in more than the common end that neighbours have.
    fn meet(&self, i: usize, j: usize) -> bool {
        let ([a, b], [c, d]) = (self.at[i].map(|p| *p), self.at[j].map(|p| *p));
        let inside =
            |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (0..2).all(|k| p[k].min(q[k]) <= r[k] && r[k] <= p[k].max(q[k]));
        if self.next[i] == j || self.next[j] == i {
            // Neighbours overlap if the far ends lie on the same side of the common one, on one
            // line, or one of them is no longer than a point.
            let (far, common, other) = if self.next[i] == j { (a, b, d) } else { (c, d, b) };
            let line = orient2d_sign(far, common, other) == 0;
            return line && (inside(common, far, other) || inside(common, other, far));
        }
        let (o1, o2) = (orient2d_sign(a, b, c), orient2d_sign(a, b, d));
        let (o3, o4) = (orient2d_sign(c, d, a), orient2d_sign(c, d, b));
        if o1 * o2 < 0 && o3 * o4 < 0 {
            return true;
        }
        (o1 == 0 && inside(a, b, c))
            || (o2 == 0 && inside(a, b, d))
            || (o3 == 0 && inside(c, d, a))
            || (o4 == 0 && inside(c, d, b))
    }
}

#[cfg(test)]
mod tests;
