//! Where a run of positions can be cut so that an axis-parallel line separates the two sides
//! strictly.
//!
//! Positions run along a Hilbert curve, whose key is monotone in each coordinate: the first and the
//! second half of the curve's square are such a pair, and so are the two halves of either. But
//! nothing is believed: cuts are found from bounding boxes, so any order of positions is right, and
//! an order without cuts is only slow.

use crate::exact::predicates::Lifted;
use rayon::prelude::*;
use std::ops::Range;

/// Positions to a box.
const BLOCK: usize = 64;

/// A bounding box.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    lo: [f64; 2],
    hi: [f64; 2],
}

impl Bounds {
    const NONE: Bounds = Bounds { lo: [f64::INFINITY; 2], hi: [f64::NEG_INFINITY; 2] };

    fn of(points: &[Lifted]) -> Bounds {
        points.iter().fold(Bounds::NONE, |b, p| b.with(p))
    }

    fn with(self, p: &Lifted) -> Bounds {
        self.and(&Bounds { lo: p.site(), hi: p.site() })
    }

    fn and(self, o: &Bounds) -> Bounds {
        Bounds {
            lo: [self.lo[0].min(o.lo[0]), self.lo[1].min(o.lo[1])],
            hi: [self.hi[0].max(o.hi[0]), self.hi[1].max(o.hi[1])],
        }
    }

    /// The axis along which a line separates the boxes strictly, and whether the second one comes
    /// first along it.
    fn apart(&self, o: &Bounds) -> Option<(usize, bool)> {
        let axes = [0, 1].into_iter();
        let mut ways = axes.flat_map(|k| [(self.hi[k] < o.lo[k], (k, false)), (o.hi[k] < self.lo[k], (k, true))]);
        ways.find(|w| w.0).map(|w| w.1)
    }
}

/// A cut of a run of positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// First position of the second side.
    pub at: usize,
    /// The coordinate that separates.
    pub axis: usize,
    /// Is it less on the second side?
    pub reversed: bool,
}

/// The boxes of all blocks of positions.
#[derive(Debug)]
pub struct Cuts<'a> {
    points: &'a [Lifted],
    boxes: Vec<Bounds>,
}

impl<'a> Cuts<'a> {
    /// Of these points.
    pub fn of(points: &'a [Lifted]) -> Cuts<'a> {
        let boxes = points.par_chunks(BLOCK).with_min_len(64).map(Bounds::of).collect();
        Cuts { points, boxes }
    }

    /// The cut nearest to the middle of a run; both sides have at least one position. Cost: a box
    /// for each block, and a scan of the blocks in which there may be a cut, as a rule one.
    pub fn nearest(&self, run: Range<usize>) -> Option<Cut> {
        let (first, last) = (run.start / BLOCK, run.end.div_ceil(BLOCK));
        let block = |b: usize| (b * BLOCK).max(run.start)..((b + 1) * BLOCK).min(run.end);
        let whole: Vec<Bounds> = (first..last)
            .map(|b| {
                let own = block(b);
                if own.len() == BLOCK { self.boxes[b] } else { Bounds::of(&self.points[own]) }
            })
            .collect();
        let gather = |boxes: &mut dyn Iterator<Item = &Bounds>| -> Vec<Bounds> {
            let mut sum = Bounds::NONE;
            let before = |b: &Bounds| {
                let before = sum;
                sum = sum.and(b);
                before
            };
            boxes.map(before).collect()
        };
        // Of the blocks before each, and of the blocks after each (from the last one on).
        let before = gather(&mut whole.iter());
        let after = gather(&mut whole.iter().rev());
        let middle = run.start + run.len() / 2;
        let mut order: Vec<usize> = (0..whole.len()).collect();
        order.sort_by_key(|&b| (2 * (first + b) * BLOCK + BLOCK).abs_diff(2 * middle));
        order.into_iter().find_map(|b| {
            let sides = [before[b], after[whole.len() - 1 - b]];
            let none = |s: &Bounds| s.lo[0] > s.hi[0];
            let possible = sides.iter().any(none) || sides[0].apart(&sides[1]).is_some();
            possible.then(|| self.inside(block(first + b), sides, middle)).flatten()
        })
    }

    /// The cut nearest to `middle` within a block, its ends included.
    fn inside(&self, block: Range<usize>, [before, after]: [Bounds; 2], middle: usize) -> Option<Cut> {
        let mut tail = vec![after; block.len() + 1];
        for k in (0..block.len()).rev() {
            tail[k] = tail[k + 1].with(&self.points[block.start + k]);
        }
        let mut head = before;
        let mut best: Option<Cut> = None;
        for (k, tail) in tail.iter().enumerate() {
            let at = block.start + k;
            let empty = |s: &Bounds| s.lo[0] > s.hi[0];
            let apart = if empty(&head) || empty(tail) { None } else { head.apart(tail) };
            let nearer = best.is_none_or(|b| at.abs_diff(middle) < b.at.abs_diff(middle));
            if let Some((axis, reversed)) = apart.filter(|_| nearer) {
                best = Some(Cut { at, axis, reversed });
            }
            if k < block.len() {
                head = head.with(&self.points[at]);
            }
        }
        best
    }
}
