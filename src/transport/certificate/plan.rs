//! The plan of a certificate: where surplus goes, and what all of it is charged.

use crate::exact::big::{Enclosure, Integer, Rational};
use rayon::prelude::*;
use std::cmp::Ordering;

/// From which cell to which site, and how much, in units of `2^-bits`.
pub type Transfer = (u32, u32, Integer);

/// Matches surplus and deficit along an order of the sites in which neighbours are near. `cell`
/// has the sign of what a cell has too much, and how much that is, rounded down.
pub fn transfers<'c>(order: &[u32], cell: impl Fn(u32) -> (Ordering, &'c Integer)) -> Vec<Transfer> {
    let cell = &cell;
    let with = |sign: Ordering| order.iter().copied().filter(move |&i| cell(i).0 == sign);
    let mut found = Vec::new();
    let mut wanted = with(Ordering::Less).map(|j| (j, cell(j).1.clone()));
    let mut open = wanted.next();
    for i in with(Ordering::Greater) {
        let mut left = cell(i).1.clone();
        while left.cmp0().is_gt() {
            let Some((j, need)) = &mut open else { break };
            let moved = if left < *need { left.clone() } else { need.clone() };
            left -= &moved;
            *need -= &moved;
            let (j, done) = (*j, need.cmp0().is_eq());
            found.push((i, j, moved));
            if done {
                open = wanted.next();
            }
        }
    }
    found
}

/// An upper bound of what transfers cost beyond the dual value: the sum of their slacks.
pub fn charged(transfers: &[Transfer], bits: u32, slack: impl Fn(&Transfer) -> Rational + Sync) -> Rational {
    let chunk = |some: &[Transfer]| {
        let mut sum = Enclosure::new(bits);
        some.iter().for_each(|t| sum.add(&slack(t)));
        sum
    };
    let parts: Vec<Enclosure> = transfers.par_chunks(256).map(chunk).collect();
    let mut sum = Enclosure::new(bits);
    parts.iter().for_each(|p| sum.merge(p));
    sum.bounds().1
}
