//! The mean density along a wall through the pixels of an image.
//!
//! A wall is gone along from line to line. Both cells beside it go the same way with the same
//! bits. The mean is a sum of positive terms; the share of a pixel is good to a few units in the
//! last place of the whole.
//!
//! A wall along an axis may run exactly along a line between pixels. Then the perturbation decides
//! on which side of the line it lies, as it does for a source in patches (patches.md): predicate V
//! at a point of the line.

use super::point::Point;
use crate::domain::Raster;
use crate::exact::predicates::{Lifted, side_v};
use crate::exact::{Counters, Dd};

/// Lines this near to a wall, as a share of the largest coordinate, are asked about: vertices are
/// good to `2^-60` of it (`point.rs`), and pixels are wider than twice this ([`Raster::new`]).
const NEAR: f64 = 1.0 / (1u64 << 40) as f64;

/// The mean density of a wall from `a` to `b` between two sites of these ranks.
pub fn mean(
    raster: &Raster,
    [a, b]: [&Point; 2],
    (sites, ranks): ([&Lifted; 2], [u32; 2]),
    counters: &mut Counters,
) -> f64 {
    let way = b.minus(a);
    let ends = [[a.x, b.x], [a.y, b.y]];
    let mut at = [0, 1].map(|axis| place(raster, axis, ends[axis][0]));
    let mut to = [0, 1].map(|axis| place(raster, axis, ends[axis][1]));
    let (i, j) = (sites[0].site(), sites[1].site());
    for axis in 0..2 {
        if i[1 - axis] == j[1 - axis] {
            // Across this axis the wall has one coordinate.
            at[axis] = beside(raster, axis, ends[axis][0], at[axis], (sites, ranks), counters);
            to[axis] = at[axis];
        }
    }
    let (mut before, mut sum) = (0.0, 0.0);
    // Where it leaves the pixel along an axis, as a share of the way.
    let leaves = |axis: usize, at: usize, to: usize| {
        if at == to {
            return f64::INFINITY;
        }
        let from = ends[axis][0];
        let line = raster.lines(axis)[if at < to { at + 1 } else { at }];
        ((line - from.hi) - from.lo) / way[axis]
    };
    let mut next = [leaves(0, at[0], to[0]), leaves(1, at[1], to[1])];
    while at != to {
        let axis = if at[1] == to[1] || (at[0] != to[0] && next[0] <= next[1]) { 0 } else { 1 };
        // What is no number is no progress.
        let t = next[axis].max(before).min(1.0);
        sum += raster.row(at[1])[at[0]] * (t - before);
        before = t;
        at[axis] = if at[axis] < to[axis] { at[axis] + 1 } else { at[axis] - 1 };
        next[axis] = leaves(axis, at[axis], to[axis]);
    }
    sum + raster.row(at[1])[at[0]] * (1.0 - before)
}

/// The last column (or row) that begins at or before a coordinate.
fn place(raster: &Raster, axis: usize, x: Dd) -> usize {
    let lines = raster.lines(axis);
    let begins = |k: usize| lines[k] < x.hi || (lines[k] == x.hi && x.lo >= 0.0);
    let mut k = raster.near(axis, x.hi);
    while k > 0 && !begins(k) {
        k -= 1;
    }
    while k + 2 < lines.len() && begins(k + 1) {
        k += 1;
    }
    k
}

/// The column (or row) in which a wall across an axis lies, about at `x` and about in the `k`-th.
///
/// Of its two sites the one with the smaller coordinate has the cell before the wall: where it
/// beats the other, a line lies before the wall.
fn beside(
    raster: &Raster,
    axis: usize,
    x: Dd,
    k: usize,
    (sites, ranks): ([&Lifted; 2], [u32; 2]),
    counters: &mut Counters,
) -> usize {
    let lines = raster.lines(axis);
    for line in [k, k + 1] {
        // The sides of the box are no question: the wall lies inside.
        if line == 0 || line + 1 == lines.len() || (lines[line] - x.hi).abs() > NEAR * raster.reach() {
            continue;
        }
        let [i, j] = if sites[0].site()[axis] < sites[1].site()[axis] { [0, 1] } else { [1, 0] };
        let mut point = [0.0; 2];
        point[axis] = lines[line];
        let is_before = side_v(sites[i], sites[j], point, [ranks[i], ranks[j]], counters);
        return if is_before { line } else { line - 1 };
    }
    k
}
