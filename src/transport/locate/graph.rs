//! Cells and their neighbours, as a walk needs them.

use crate::exact::Counters;
use crate::exact::Dd;
use crate::exact::predicates::Lifted;
use crate::exact::predicates::side_v_sign;
use crate::hull::Hull;
use std::collections::HashSet;
use std::sync::Arc;

/// The visible sites with their neighbours, along a curve.
#[derive(Clone, Debug)]
pub(super) struct Graph {
    pub(super) points: Vec<Lifted>,
    /// The caller's index of each position; it breaks ties.
    pub(super) rank: Arc<[u32]>,
    /// Neighbours of position `p`: `column[row[p]..row[p + 1]]`.
    row: Vec<u32>,
    column: Vec<u32>,
    /// A site with a cell.
    pub(super) visible: u32,
}

impl Graph {
    pub(super) fn new(hull: &Hull) -> Graph {
        let (mut row, mut column, mut ring) = (vec![0], Vec::with_capacity(6 * hull.len()), Vec::new());
        for p in 0..hull.len() {
            hull.ring(p, &mut ring);
            column.extend(ring.iter().filter_map(|w| w.to));
            row.push(column.len() as u32);
        }
        let visible = (0..hull.len()).find(|&p| !hull.is_hidden_position(p)).unwrap_or(0) as u32;
        Graph { points: hull.points().to_vec(), rank: hull.order().into(), row, column, visible }
    }

    #[inline(always)]
    pub(super) fn point(&self, p: u32) -> &Lifted {
        &self.points[p as usize]
    }

    #[inline(always)]
    pub(super) fn neighbors(&self, p: u32) -> &[u32] {
        &self.column[self.row[p as usize] as usize..self.row[p as usize + 1] as usize]
    }

    /// Is the site at position `a` higher at `x` than that at `b`, ties decided?
    #[inline(always)]
    fn beats(&self, a: u32, b: u32, x: [f64; 2]) -> bool {
        match side_v_sign(self.point(a), self.point(b), x, &mut Counters::default()) {
            // Ranks are looked up for ties only: they lie elsewhere in memory.
            0 => self.rank[a as usize] < self.rank[b as usize],
            sign => sign > 0,
        }
    }

    /// The highest of some sites at `x`; the first of them to begin with.
    #[inline(always)]
    pub(super) fn highest(&self, first: u32, others: &[u32], x: [f64; 2]) -> u32 {
        others.iter().fold(first, |best, &p| if self.beats(p, best, x) { p } else { best })
    }

    /// The visible sites whose value at `x` is at most `depth` below that of `top`, the highest;
    /// `visit` is told value less that of the highest.
    ///
    /// On the vertices of a convex surface a linear function has connected superlevel sets, so a
    /// search over neighbours finds all.
    pub(super) fn near(&self, top: u32, x: [f64; 2], depth: f64, visit: &mut dyn FnMut(u32, f64)) {
        let highest = self.point(top);
        let below = |p: u32| {
            let y = self.point(p);
            let slope = Dd::difference(y.x, highest.x).times(x[0]) + Dd::difference(y.y, highest.y).times(x[1]);
            (slope + (y.h - highest.h)).to_f64()
        };
        let (mut seen, mut list, mut next) = (HashSet::from([top]), vec![top], 0);
        visit(top, 0.0);
        while let Some(&p) = list.get(next) {
            next += 1;
            for &m in self.neighbors(p) {
                if seen.insert(m) {
                    let value = below(m);
                    if value >= -depth {
                        visit(m, value);
                        list.push(m);
                    }
                }
            }
        }
    }

    /// The highest site at `x`, by a walk from a visible one.
    pub(super) fn climb(&self, from: u32, x: [f64; 2]) -> u32 {
        let mut at = from;
        loop {
            let best = self.highest(at, self.neighbors(at), x);
            if best == at {
                return at;
            }
            at = best;
        }
    }
}
