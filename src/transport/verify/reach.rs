//! Where a cell lies: what its rounding depends on.

use crate::diagram::Cells;

/// The bounding box of a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<const D: usize> {
    pub low: [f64; D],
    pub high: [f64; D],
}

impl<const D: usize> Reach<D> {
    /// Of a cell; not used of sites without one.
    pub fn of(still: &dyn Cells<D>, i: usize) -> Reach<D> {
        let mut reach = Reach { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D] };
        still.each_polygon(i, &mut |ring| reach.add(ring));
        reach
    }

    fn add(&mut self, ring: &[[f64; D]]) {
        for v in ring {
            self.low = std::array::from_fn(|c| self.low[c].min(v[c]));
            self.high = std::array::from_fn(|c| self.high[c].max(v[c]));
        }
    }

    /// Its side along an axis.
    pub fn side(&self, k: usize) -> f64 {
        self.high[k] - self.low[k]
    }

    /// Its largest coordinate along an axis.
    pub fn far(&self, k: usize) -> f64 {
        self.low[k].abs().max(self.high[k].abs())
    }
}
