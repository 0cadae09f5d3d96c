//! The neighbours of all sites at once.

use super::cell::GHOST;
use super::net::Net;
use rayon::prelude::*;

/// Sites to a task.
const CHUNK: usize = 1024;

/// Ascending lists of neighbours, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Where each list begins; one entry more than there are sites.
    pub start: Vec<usize>,
    /// The neighbours.
    pub site: Vec<u32>,
}

impl Lists {
    /// The list of a site.
    pub fn of(&self, i: usize) -> &[u32] {
        &self.site[self.start[i]..self.start[i + 1]]
    }

    /// Of lists.
    pub(super) fn joined(lists: impl Iterator<Item = Vec<u32>>) -> Lists {
        let mut all = Lists { start: vec![0], site: Vec::new() };
        for list in lists {
            all.site.extend(list);
            all.start.push(all.site.len());
        }
        all
    }

    /// Of a triangulation; `rank` names positions, `position` is its inverse.
    pub(super) fn of_net(net: &Net, rank: &[u32], position: &[u32]) -> Lists {
        let incidences = Incidences::new(net);
        // Along the curve, where neighbours are near each other in memory.
        let part = |(chunk, names): (usize, &[u32])| {
            let (mut site, mut end) = (Vec::with_capacity(17 * names.len()), Vec::with_capacity(names.len()));
            let mut met = Met::default();
            for k in 0..names.len() {
                let i = (chunk * CHUNK + k) as u32;
                let before = site.len();
                met.clear(3 * incidences.of(i).len());
                for &t in incidences.of(i) {
                    for v in net.v[t as usize] {
                        if v != i && v != GHOST && met.is_new(v) {
                            site.push(rank[v as usize]);
                        }
                    }
                }
                site[before..].sort_unstable();
                end.push(site.len());
            }
            (site, end)
        };
        let parts: Vec<(Vec<u32>, Vec<usize>)> = rank.par_chunks(CHUNK).enumerate().map(part).collect();
        let of = |at: u32| {
            let (chunk, k) = (at as usize / CHUNK, at as usize % CHUNK);
            let (site, end) = &parts[chunk];
            &site[if k == 0 { 0 } else { end[k - 1] }..end[k]]
        };
        let mut all = Lists { start: Vec::with_capacity(position.len() + 1), site: Vec::new() };
        all.site.reserve_exact(parts.iter().map(|p| p.0.len()).sum());
        all.start.push(0);
        for &at in position {
            all.site.extend_from_slice(of(at));
            all.start.push(all.site.len());
        }
        all
    }
}

/// The tetrahedra at each position.
struct Incidences {
    start: Vec<u32>,
    cell: Vec<u32>,
}

impl Incidences {
    fn new(net: &Net) -> Incidences {
        let n = net.home.len();
        let real = |v: &u32| *v != GHOST;
        let mut start = vec![0u32; n + 2];
        net.v.iter().flatten().filter(|v| real(v)).for_each(|&v| start[v as usize + 2] += 1);
        (1..start.len()).for_each(|k| start[k] += start[k - 1]);
        let mut cell = vec![0; start[n + 1] as usize];
        for (t, v) in net.v.iter().enumerate() {
            for &v in v.iter().filter(|v| real(v)) {
                let slot = &mut start[v as usize + 1];
                cell[*slot as usize] = t as u32;
                *slot += 1;
            }
        }
        Incidences { start, cell }
    }

    fn of(&self, i: u32) -> &[u32] {
        &self.cell[self.start[i as usize] as usize..self.start[i as usize + 1] as usize]
    }
}

/// A set of positions: open addressing, emptied at once by a new stamp.
#[derive(Default)]
struct Met {
    slots: Vec<u64>,
    stamp: u32,
}

impl Met {
    /// Empties it, for at most so many.
    fn clear(&mut self, most: usize) {
        let wanted = (2 * most).next_power_of_two().max(64);
        if self.slots.len() < wanted || self.stamp == u32::MAX {
            self.slots = vec![0; wanted.max(self.slots.len())];
            self.stamp = 0;
        }
        self.stamp += 1;
    }

    fn is_new(&mut self, v: u32) -> bool {
        let mask = self.slots.len() - 1;
        let entry = u64::from(self.stamp) << 32 | u64::from(v);
        let mut at = v.wrapping_mul(0x9e37_79b1) as usize >> 8 & mask;
        loop {
            let slot = self.slots[at];
            if slot == entry {
                return false;
            }
            if slot >> 32 != u64::from(self.stamp) {
                self.slots[at] = entry;
                return true;
            }
            at = (at + 1) & mask;
        }
    }
}
