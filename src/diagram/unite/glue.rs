//! Sides that lie on each other: those of one cell are glued and vanish, those of two cells are a
//! wall.

use super::super::outlines::NOBODY;
use super::nodes::Nodes;
use super::pieces::{Line, Pieces};
use super::refine::Refinement;
use petgraph::unionfind::UnionFind;
use rayon::prelude::*;
use std::ops::Range;

/// No side.
pub const NONE: u32 = u32::MAX;

/// One stretch of a side, without vertices within.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
    /// The side.
    pub side: u32,
    /// Its piece among those with area.
    pub piece: u32,
}

/// The stretches of all pieces with area, and what they meet.
pub struct Glued {
    /// Piece after piece, around each.
    pub stretches: Vec<Stretch>,
    /// First stretch of each piece, and the end.
    pub start: Vec<usize>,
    /// The cell of each piece.
    pub owner: Vec<u32>,
    /// The stretch of the same cell on the other side of each, or [`NONE`].
    pub twin: Vec<u32>,
    /// The cell beyond each, or [`NOBODY`].
    pub beyond: Vec<u32>,
    /// Which pieces hang together.
    pub sets: UnionFind<u32>,
}

impl Glued {
    /// Divides sides where the refinement says so and matches them by their ends. In the plane (`D
    /// = 2`) sides are matched that run against each other; on a surface triangles may turn either
    /// way, and where more than two pieces of a cell meet it is bounded. Cost: a sort.
    pub fn of<const D: usize>(pieces: &Pieces<D>, nodes: &Nodes<D>, refinement: &Refinement) -> Glued {
        let mut all = Glued {
            stretches: Vec::new(),
            start: vec![0],
            owner: Vec::new(),
            twin: Vec::new(),
            beyond: Vec::new(),
            sets: UnionFind::new_empty(),
        };
        for p in (0..pieces.len()).filter(|&p| !pieces.thin[p]) {
            let first = all.stretches.len();
            for s in pieces.sides_of(p) {
                let (from, to) = (nodes.of_side[s], nodes.of_side[pieces.next(p, s)]);
                let line = pieces.sides[s].line;
                // A whole circle begins where it ends.
                if from == to && (line != Line::Arc || pieces.sides[s].short) {
                    continue;
                }
                let (mut at, piece) = (from, all.owner.len() as u32);
                let side = s as u32;
                refinement.within(from, to, line, |v| {
                    all.stretches.push(Stretch { from: at, to: v, side, piece });
                    at = v;
                });
                all.stretches.push(Stretch { from: at, to, side, piece });
            }
            if all.stretches.len() > first {
                all.owner.push(pieces.owner[p]);
                all.start.push(all.stretches.len());
            }
        }
        all.sets = UnionFind::new(all.owner.len());
        all.twin = vec![NONE; all.stretches.len()];
        all.beyond = vec![NOBODY; all.stretches.len()];
        all.match_up(pieces);
        all
    }

    fn match_up<const D: usize>(&mut self, pieces: &Pieces<D>) {
        let straight = |k: &u32| {
            let s = &self.stretches[*k as usize];
            s.from != s.to && pieces.sides[s.side as usize].line != Line::Arc
        };
        let key = |k: u32| {
            let s = &self.stretches[k as usize];
            (s.from.min(s.to), s.from.max(s.to), self.owner[s.piece as usize], k)
        };
        let mut order: Vec<(u32, u32, u32, u32)> = (0..self.stretches.len() as u32).filter(straight).map(key).collect();
        order.par_sort_unstable();
        for group in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|g| g.len() > 1) {
            if D == 2 { self.in_the_plane(group) } else { self.on_a_surface(group) }
        }
    }

    /// Glues two stretches.
    fn glue(&mut self, a: u32, b: u32) {
        (self.twin[a as usize], self.twin[b as usize]) = (b, a);
        self.join(a, b);
    }

    fn join(&mut self, a: u32, b: u32) {
        let [a, b] = [a, b].map(|k| self.stretches[k as usize].piece);
        self.sets.union(a, b);
    }

    fn in_the_plane(&mut self, group: &[(u32, u32, u32, u32)]) {
        let mut left: [Vec<(u32, u32)>; 2] = Default::default();
        for own in group.chunk_by(|a, b| a.2 == b.2) {
            let rises = |k: &u32| self.stretches[*k as usize].from < self.stretches[*k as usize].to;
            let (up, down): (Vec<u32>, Vec<u32>) = own.iter().map(|g| g.3).partition(rises);
            up.iter().zip(&down).for_each(|(&a, &b)| self.glue(a, b));
            let pairs = up.len().min(down.len());
            left[0].extend(up[pairs..].iter().map(|&k| (own[0].2, k)));
            left[1].extend(down[pairs..].iter().map(|&k| (own[0].2, k)));
        }
        for (&(i, a), &(j, b)) in left[0].iter().zip(&left[1]) {
            (self.beyond[a as usize], self.beyond[b as usize]) = (j, i);
        }
    }

    fn on_a_surface(&mut self, group: &[(u32, u32, u32, u32)]) {
        let mut left: Vec<(u32, u32)> = Vec::new();
        for own in group.chunk_by(|a, b| a.2 == b.2) {
            match *own {
                [a, b] => self.glue(a.3, b.3),
                _ => {
                    own.windows(2).for_each(|w| self.join(w[0].3, w[1].3));
                    left.extend(own.iter().map(|g| (g.2, g.3)));
                }
            }
        }
        for &(i, k) in &left {
            let other = left.iter().find(|o| o.0 != i);
            self.beyond[k as usize] = other.map_or(NOBODY, |o| o.0);
        }
    }

    /// The stretches around a piece.
    pub fn around(&self, piece: u32) -> Range<usize> {
        self.start[piece as usize]..self.start[piece as usize + 1]
    }

    /// The stretch after another one around its piece, or before it.
    pub fn step(&self, stretch: u32, forward: bool) -> u32 {
        let (k, range) = (stretch as usize, self.around(self.stretches[stretch as usize].piece));
        let next = match forward {
            true if k + 1 == range.end => range.start,
            true => k + 1,
            false if k == range.start => range.end - 1,
            false => k - 1,
        };
        next as u32
    }

    /// Where a stretch begins if it is walked in this direction.
    pub fn begin(&self, stretch: u32, forward: bool) -> u32 {
        let s = &self.stretches[stretch as usize];
        if forward { s.from } else { s.to }
    }

    /// Nothing is glued any more: every piece stands for itself.
    pub fn apart(&mut self) {
        self.twin.fill(NONE);
        self.sets = UnionFind::new(self.owner.len());
    }
}
