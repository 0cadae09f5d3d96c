//! The proof that a parameterization is one to one.
//!
//! A chart is a triangulated disk whose outline passes every boundary vertex once. If every
//! triangle is counter-clockwise in the plane and the outline's image is a simple polygon, the
//! piecewise linear map is a bijection onto the polygon's inside
//! (`docs/theory/parameterization.md`). Both are decided exactly, on the doubles as they are
//! written.

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
    /// Whether triangles form a disk: one boundary loop that passes every vertex once and is the
    /// outline, Euler's characteristic 1. (Beside a disk there may be closed pieces of surface that
    /// sum to 0. They cannot be laid flat without a flip.)
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
    let mut proof = Proof { disk: is_disk(&chart.triangles, &chart.outline), ..Proof::default() };
    for f in 0..chart.triangles.len() {
        let [a, b, c] = chart.corners(uv, f);
        match orient2d_sign(a, b, c) {
            1 => {}
            0 => proof.flat += 1,
            _ => proof.flipped += 1,
        }
    }
    let outline: Vec<[f64; 2]> = chart.outline.iter().map(|&v| uv[v as usize]).collect();
    proof.crossings = crossings(&outline);
    proof
}

fn is_disk(triangles: &[[u32; 3]], outline: &[u32]) -> bool {
    let opposite = opposites(triangles);
    let mut used: Vec<u32> = triangles.iter().flatten().copied().collect();
    used.sort_unstable();
    used.dedup();
    let rim = opposite.iter().filter(|&&o| o == NONE).count();
    let edges = (opposite.len() + rim) / 2;
    let loops = boundary_loops(triangles, &opposite);
    used.len() + triangles.len() == edges + 1 && loops.first().is_some_and(|first| is_whole(first, rim, outline))
}

/// Does a loop have every edge of the rim (some are missing where there are two loops, or one that
/// touches itself), and is it the outline, wherever that starts?
fn is_whole(around: &[u32], rim: usize, outline: &[u32]) -> bool {
    let start = outline.iter().position(|v| *v == around[0]).unwrap_or(0);
    let turned = outline[start..].iter().chain(&outline[..start]);
    around.len() == rim && around.iter().eq(turned)
}

/// Pairs of sides of a closed polygon that have a point in common, other than the common end of
/// neighbours. Exact. Sides are compared where their bounding boxes meet: O(n log n) plus the
/// number of such pairs that meet along the first axis.
pub(super) fn crossings(p: &[[f64; 2]]) -> usize {
    let n = p.len();
    let side = |i: usize| (p[i], p[(i + 1) % n]);
    // Along the longer axis fewer sides overlap.
    let extent = |c: usize| {
        let (lo, hi) = p.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), q| (l.min(q[c]), h.max(q[c])));
        hi - lo
    };
    let x = usize::from(extent(1) > extent(0));
    let y = 1 - x;
    let low = |i: usize, c: usize| side(i).0[c].min(side(i).1[c]);
    let high = |i: usize, c: usize| side(i).0[c].max(side(i).1[c]);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| low(i, x).total_cmp(&low(j, x)).then(i.cmp(&j)));
    let mut active: Vec<usize> = Vec::new();
    let mut count = 0;
    for &i in &order {
        let start = low(i, x);
        active.retain(|&j| high(j, x) >= start);
        for &j in &active {
            if low(j, y) <= high(i, y) && low(i, y) <= high(j, y) && meet(p, i, j) {
                count += 1;
            }
        }
        active.push(i);
    }
    count
}

/// Whether the sides from `i` and `j` meet in more than the common end that neighbours have.
fn meet(p: &[[f64; 2]], i: usize, j: usize) -> bool {
    let n = p.len();
    let (a, b) = (p[i], p[(i + 1) % n]);
    let (c, d) = (p[j], p[(j + 1) % n]);
    let inside =
        |p: [f64; 2], q: [f64; 2], r: [f64; 2]| (0..2).all(|k| p[k].min(q[k]) <= r[k] && r[k] <= p[k].max(q[k]));
    if (i + 1) % n == j || (j + 1) % n == i {
        // Neighbours overlap if the far ends lie on the same side of the common one, on one line,
        // or one of them is no longer than a point.
        let (far, common, other) = if (i + 1) % n == j { (a, b, d) } else { (c, d, b) };
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

#[cfg(test)]
mod tests;
