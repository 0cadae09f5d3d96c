//! The upper envelope of lines over an interval: which of `a_i + b_i t` is the largest, from where
//! to where.
//!
//! The line `i` is the point `(b_i, a_i)` of a plane, the envelope is the upper hull of these
//! points, and so each decision is the orientation of three of them: exact for the numbers given
//! (`orient2d_sign`), after a filter with the bound of Shewchuk's stage A, `(3 + 16u) u` of the sum
//! of the two products; 4 is more. Only breakpoints are rounded, and no decision rests on them.
//! At the ends of the interval the largest value is sought in doubles: whoever is mistaken for it
//! is as large up to rounding. (`tests/latent.rs` compares with rationals.)

use crate::exact::predicates::orient2d_sign;

/// A stretch of the envelope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Which line.
    pub line: u32,
    /// Where it begins to be the largest.
    pub from: f64,
    /// Where it ends to be.
    pub to: f64,
}

/// Finds envelopes; keeps its memory between them.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    lists: Vec<u32>,
    todo: Vec<(u32, u32, usize, usize)>,
    chain: Vec<u32>,
    pieces: Vec<Piece>,
}

const U: f64 = f64::EPSILON / 2.0;

/// How far point `m` lies above the line from `l` to `r`, times a positive number; and a bound of
/// the error.
#[inline]
fn above(a: &[f64], b: &[f64], l: usize, r: usize, m: usize) -> (f64, f64) {
    let (p, q) = ((a[m] - a[l]) * (b[r] - b[l]), (a[r] - a[l]) * (b[m] - b[l]));
    (p - q, 4.0 * U * (p.abs() + q.abs()))
}

fn sign(a: &[f64], b: &[f64], l: usize, r: usize, m: usize) -> i32 {
    let (value, bound) = above(a, b, l, r, m);
    if value.abs() > bound {
        return if value > 0.0 { 1 } else { -1 };
    }
    orient2d_sign([b[l], a[l]], [b[r], a[r]], [b[m], a[m]])
}

/// The line that is largest at `t`; of those that tie the one that is largest on the side of
/// `side` (1 or -1), of equal ones the first.
fn largest(a: &[f64], b: &[f64], t: f64, side: f64) -> usize {
    let mut best = 0;
    let mut value = a[0] + b[0] * t;
    for i in 1..a.len() {
        let v = a[i] + b[i] * t;
        if v > value || (v == value && side * b[i] > side * b[best]) {
            (best, value) = (i, v);
        }
    }
    best
}

impl Envelope {
    /// The envelope of the lines over `[low, high]`, from left to right. At least one line.
    ///
    /// Expected cost: O(lines times the logarithm of the pieces).
    pub fn of(&mut self, a: &[f64], b: &[f64], low: f64, high: f64) -> &[Piece] {
        let (left, right) = (largest(a, b, low, 1.0), largest(a, b, high, -1.0));
        self.chain.clear();
        self.chain.push(left as u32);
        if b[left] < b[right] {
            self.hull(a, b, left, right);
        }
        self.cut(a, b, low, high);
        &self.pieces
    }

    /// Adds the vertices of the upper hull behind `left`, up to `right`.
    fn hull(&mut self, a: &[f64], b: &[f64], left: usize, right: usize) {
        self.lists.clear();
        self.todo.clear();
        self.list(a, b, left, right, 0..a.len() as u32);
        self.todo.push((left as u32, right as u32, 0, self.lists.len()));
        while let Some((l, r, start, end)) = self.todo.pop() {
            let Some(m) = self.farthest(a, b, (l as usize, r as usize), start, end) else {
                self.chain.push(r);
                continue;
            };
            // The left part is next, so it lies last.
            let begin = self.lists.len();
            self.list_of(a, b, m, r as usize, start, end);
            let middle = self.lists.len();
            self.list_of(a, b, l as usize, m, start, end);
            self.todo.push((m as u32, r, begin, middle));
            self.todo.push((l, m as u32, middle, self.lists.len()));
        }
        // Of points that are no vertices (the farthest one was taken up to rounding) none is left.
        let mut kept = 0;
        for k in 0..self.chain.len() {
            let v = self.chain[k];
            while kept >= 2 {
                let (p, q) = (self.chain[kept - 2] as usize, self.chain[kept - 1] as usize);
                if sign(a, b, p, v as usize, q) > 0 {
                    break;
                }
                kept -= 1;
            }
            self.chain[kept] = v;
            kept += 1;
        }
        self.chain.truncate(kept);
    }

    /// Lists the points between two that are not certainly below the line through them.
    fn list(&mut self, a: &[f64], b: &[f64], l: usize, r: usize, of: impl Iterator<Item = u32>) {
        for m in of {
            let (value, bound) = above(a, b, l, r, m as usize);
            if value >= -bound && b[m as usize] > b[l] && b[m as usize] < b[r] {
                self.lists.push(m);
            }
        }
    }

    fn list_of(&mut self, a: &[f64], b: &[f64], l: usize, r: usize, start: usize, end: usize) {
        for k in start..end {
            let m = self.lists[k];
            self.list(a, b, l, r, std::iter::once(m));
        }
    }

    /// The listed point farthest above the line, up to rounding; certainly above it.
    fn farthest(&self, a: &[f64], b: &[f64], (l, r): (usize, usize), start: usize, end: usize) -> Option<usize> {
        let mut best = None;
        let mut most = 0.0;
        for &m in &self.lists[start..end] {
            let (value, bound) = above(a, b, l, r, m as usize);
            if value > most && (value > bound || sign(a, b, l, r, m as usize) > 0) {
                (best, most) = (Some(m as usize), value);
            }
        }
        let open = || self.lists[start..end].iter().map(|&m| m as usize);
        best.or_else(|| open().find(|&m| sign(a, b, l, r, m) > 0))
    }

    /// Where each vertex of the hull is the largest line.
    fn cut(&mut self, a: &[f64], b: &[f64], low: f64, high: f64) {
        self.pieces.clear();
        let mut from = low;
        for pair in self.chain.windows(2) {
            let (i, j) = (pair[0] as usize, pair[1] as usize);
            let to = ((a[i] - a[j]) / (b[j] - b[i])).clamp(from, high);
            self.pieces.push(Piece { line: pair[0], from, to });
            from = to;
        }
        if let Some(&line) = self.chain.last() {
            self.pieces.push(Piece { line, from, to: high });
        }
    }
}
