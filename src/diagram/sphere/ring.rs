//! A cell begun as the ring of arcs that it was before.
//!
//! Most cells keep their neighbours from one set of heights to the next, so a cell is guessed to be
//! one ring of arcs again, each neighbour with one, in their old order, and the guess is proved.
//! Then circles need not be cut by one another in turn. Let arc `k` of the circle `k` run from
//! where the circle before leaves the cap of `k` to where `k` leaves the cap of the next one.
//!
//! * *The arcs are arcs of the cell.* On the circle of `k` the caps of its two neighbours are one
//!   arc each, of which the one begins at the first end and the other ends at the second. So arc
//!   `k` lies in both if each end is in the cap of the other neighbour. It lies in all other caps
//!   if both ends do, by more than it bulges.
//! * *There are no others.* Let `b` be the second end, `p` where `k` leaves the cap of the one
//!   before, `q` where it comes into that of the next one. What the neighbours leave of the circle
//!   beside arc `k` is the arc from `q` to `p`, if these come in this order after `b`. If they do
//!   not, there is nothing. If a cap holds neither `p` nor `q`, nothing is left either: on the
//!   circle it is one arc, with arc `k` in it.
//!
//! So the boundary of the cell of these neighbours is the ring. What doubles do not tell is no
//! ring, and the cell is cut as always.

use super::cell::{Cell, Node, Rim};
use crate::exact::predicates::{CircleRow, Crossing, Meeting};

/// Longer rings are not tried: all ends are tried at all circles.
pub(super) const LONGEST: usize = 32;

/// Room for trying a ring.
#[derive(Default)]
pub(super) struct Guess {
    /// The neighbours, in their order: site, row, length of the wall's normal.
    pub rows: Vec<(u32, CircleRow, f64)>,
    /// Where the circle after each leaves its cap.
    back: Vec<Crossing>,
    /// Lower bounds of a row at the ends of the arcs.
    low: Vec<f64>,
}

impl Cell {
    /// Begins as the ring of these rows, if it certainly is that; else says no, and is to be
    /// cleared.
    pub fn begin_as_ring(&mut self, guess: &mut Guess) -> bool {
        let Guess { rows, back, low } = guess;
        let m = rows.len();
        if !(3..=LONGEST).contains(&m) {
            return false;
        }
        let after = |k: usize| if k + 1 == m { 0 } else { k + 1 };
        let before = |k: usize| if k == 0 { m - 1 } else { k - 1 };
        self.clear();
        back.clear();
        for k in 0..m {
            let (row, next) = (&rows[k].1, &rows[after(k)].1);
            let (Some(true), Meeting::Cross(at)) = (row.is_real(), row.leaves(next)) else { return false };
            self.nodes.push(Node { from: k as u32, to: after(k) as u32, at });
        }
        self.rims.extend(rows.iter().map(|&(j, row, length)| Rim { j, row, length, void: false }));
        for k in 0..m {
            let side = self.side(k as u32, before(k) as u32, k as u32);
            if !side.bulge.is_finite() {
                return false;
            }
            self.sides.push(side);
        }
        for (c, (_, row, _)) in rows.iter().enumerate() {
            low.clear();
            low.extend(self.nodes.iter().map(|node| {
                let (value, bound) = row.at(&node.at);
                value - bound
            }));
            for k in (0..m).filter(|&k| k != c) {
                let (begin, end) = (low[before(k)], low[k]);
                let inside = if k == before(c) {
                    begin > 0.0
                } else if k == after(c) {
                    end > 0.0
                } else {
                    begin.min(end) > row.size * self.sides[k].bulge
                };
                if !inside {
                    return false;
                }
            }
        }
        for k in 0..m {
            let Meeting::Cross(at) = rows[after(k)].1.leaves(&rows[k].1) else { return false };
            back.push(at);
        }
        (0..m).all(|k| {
            let [p, q] = [&back[before(k)], &back[k]];
            let others = || (0..m).filter(|&c| c != k && c != after(k) && c != before(k));
            let outside = |c: usize| {
                [p, q].iter().all(|x| {
                    let (value, bound) = rows[c].1.at(x);
                    value < -bound
                })
            };
            rows[k].1.follows([&self.nodes[k].at, p, q]) == Some(true) || others().any(outside)
        })
    }

    /// The sites around the cell in their order along its boundary, if that is one ring with one
    /// arc of each; hands on none else.
    pub fn as_ring(&self, sites: &mut Vec<u32>) -> bool {
        let m = self.sides.len();
        let begin = sites.len();
        let mut at = 0;
        while (3..=LONGEST).contains(&m) {
            let side = &self.sides[at];
            let site = self.rims[side.rim as usize].j;
            if sites[begin..].contains(&site) {
                break;
            }
            sites.push(site);
            let follows = |k: &usize| self.sides[*k].from == side.to;
            // The one after it, most often.
            let Some(next) = (at + 1..m).chain(0..=at).find(follows) else { break };
            if next == 0 && sites.len() - begin == m {
                return true;
            }
            at = next;
        }
        sites.truncate(begin);
        false
    }
}
