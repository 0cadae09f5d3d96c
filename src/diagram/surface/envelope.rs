//! The highest site at any point of space, exactly.

use super::finder::{Finder, Found, lifted};
use crate::domain::vector::bounds;
use crate::exact::predicates::{Lifted3, higher_at};
use crate::exact::{Counters, Heights};

/// Sites in space with heights, to be asked for the highest at a point.
#[derive(Clone, Debug)]
pub struct Envelope {
    finder: Finder,
    points: Vec<Lifted3>,
    rank: Vec<u32>,
    /// Where each site stands in the order.
    place: Vec<u32>,
}

/// Scratch of [`Envelope::highest`].
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    found: Found,
    /// Where the last question ended.
    last: u32,
    counters: Counters,
}

impl Envelope {
    /// Of finite sites, one or more, with a finite height each. Cost: O(n log n).
    pub fn new(sites: &[[f64; 3]], heights: &Heights) -> Envelope {
        let (low, high) = bounds(sites.iter().copied());
        let (mut finder, order) = Finder::new(sites, low, high);
        let points = lifted(sites, &order, &heights.permuted(&order));
        finder.set(&points);
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(p, &i)| place[i as usize] = p as u32);
        Envelope { finder, points, rank: order, place }
    }

    /// As [`Envelope::highest`], for a point at which site `hint` is highest or nearly so: faster
    /// then.
    pub fn highest_near(&self, x: [f64; 3], hint: u32, scratch: &mut Scratch) -> u32 {
        scratch.last = self.place[hint as usize];
        self.highest(x, scratch)
    }

    /// Index of the site for which `<x, y_i> + h_i` is greatest at a finite point, ties decided as
    /// if heights were `h_i + eps^(i+1)`.
    pub fn highest(&self, x: [f64; 3], scratch: &mut Scratch) -> u32 {
        let mut from = scratch.last.min(self.points.len() as u32 - 1);
        let site = |p: u32| (&self.points[p as usize].y[..], self.points[p as usize].h);
        let best = loop {
            let found = &mut scratch.found;
            self.finder.find_anywhere(&x, from, found);
            let mut best = found.sites.first().copied().unwrap_or(from);
            for &p in found.sites.iter().skip(1) {
                let sign = higher_at(site(p), site(best), &x, &mut scratch.counters);
                if sign > 0 || (sign == 0 && self.rank[p as usize] < self.rank[best as usize]) {
                    best = p;
                }
            }
            // If the answer leaves out the site asked from, it is one that is higher, not all that
            // are nearly as high as the highest: ask from there.
            if found.sites.is_empty() || found.sites.contains(&from) {
                break best;
            }
            from = best;
        };
        scratch.last = best;
        self.rank[best as usize]
    }
}
