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
use std::cmp::Ordering;

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
    order: Vec<(f64, f64, u32)>,
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
    /// Cost: O(lines times the logarithm of those between the ends).
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

    /// Adds the vertices of the upper hull behind `left`, up to `right`: the points between them by
    /// their slopes, each time without those before that are no vertices now (Andrew's chain).
    fn hull(&mut self, a: &[f64], b: &[f64], left: usize, right: usize) {
        let between = |m: &u32| {
            let slope = b[*m as usize];
            slope > b[left] && slope < b[right] && {
                let (value, bound) = above(a, b, left, right, *m as usize);
                value >= -bound
            }
        };
        self.order.clear();
        self.order.extend((0..a.len() as u32).filter(between).map(|m| (b[m as usize], a[m as usize], m)));
        // Of equal slopes the highest one, of equal lines the first. All numbers are finite.
        let less = |p: &(f64, f64, u32), q: &(f64, f64, u32)| (p.0, q.1, p.2).partial_cmp(&(q.0, p.1, q.2));
        self.order.sort_unstable_by(|p, q| less(p, q).unwrap_or(Ordering::Equal));
        let mut slope = b[left];
        for k in 0..=self.order.len() {
            let v = self.order.get(k).map_or(right, |e| e.2 as usize);
            if b[v] == slope {
                continue;
            }
            slope = b[v];
            while let [.., p, q] = self.chain[..] {
                if sign(a, b, p as usize, v, q as usize) > 0 {
                    break;
                }
                self.chain.pop();
            }
            self.chain.push(v as u32);
        }
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
