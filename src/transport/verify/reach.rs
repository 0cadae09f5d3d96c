//! Where a cell lies, and how long its boundary is: what its rounding depends on.

use crate::diagram::Cells;

/// The bounding box of a cell, and its boundary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<const D: usize> {
    pub low: [f64; D],
    pub high: [f64; D],
    /// Sum of the lengths of the boundaries of its parts.
    pub girth: f64,
    /// Sum of their squares, more than 12 times the area.
    pub square: f64,
}

impl<const D: usize> Reach<D> {
    /// Of a cell; not used of sites without one.
    pub fn of(still: &dyn Cells<D>, i: usize) -> Reach<D> {
        let mut reach = Reach { low: [f64::INFINITY; D], high: [f64::NEG_INFINITY; D], girth: 0.0, square: 0.0 };
        still.each_polygon(i, &mut |ring| reach.add(ring));
        reach
    }

    fn add(&mut self, ring: &[[f64; D]]) {
        let mut girth = 0.0;
        for (k, v) in ring.iter().enumerate() {
            let w = &ring[if k + 1 == ring.len() { 0 } else { k + 1 }];
            girth += (0..D).map(|c| (w[c] - v[c]).abs()).sum::<f64>();
            self.low = std::array::from_fn(|c| self.low[c].min(v[c]));
            self.high = std::array::from_fn(|c| self.high[c].max(v[c]));
        }
        self.girth += girth;
        self.square += girth * girth;
    }

    /// Its longest side.
    pub fn size(&self) -> f64 {
        (0..D).map(|c| self.high[c] - self.low[c]).fold(0.0, f64::max)
    }

    /// Its largest coordinate.
    pub fn far(&self) -> f64 {
        (0..D).map(|c| self.low[c].abs().max(self.high[c].abs())).fold(0.0, f64::max)
    }
}
