//! What may cut the cells of a few sites side by side, looked for once for all of them.
//!
//! From one measure to the next cells hardly grow. So with the greatest radius that those of a
//! group had, and a little more, the tree is asked once what is near the box of their sites. For a
//! cell that turns out to lie within that radius the list is complete; any other one asks the tree
//! itself.

use super::cutter::Cutter;
use super::planes::CellPlanes;
use super::reach::{Reach, TINY, greater, is_beyond};
use super::tree::Branch;
use super::wall::{Shift, Wall};
use crate::domain::space::{Clip, Polytope, Work};
use crate::exact::Counters;
use std::ops::Range;

/// Sites of a group.
pub(super) const GROUP: usize = 8;

/// By so much cells may have grown.
const GROWN: f64 = 1.05;

/// Near sites of a group of them, as bounds see them.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The group, and no cell of a greater radius may use the list; 0: there is none.
    range: Range<usize>,
    radius: f64,
    /// The list is made when a cell asks for it.
    made: bool,
    /// Coordinates, axis by axis, and weights.
    at: [Vec<f64>; 3],
    weight: Vec<f64>,
    names: Vec<(u32, Shift)>,
    /// No site of the list is farther from one of the group, and no weight is greater in size.
    far: f64,
    size: f64,
    stack: Vec<u32>,
    hits: Vec<u32>,
    /// Walls that the cell has, ascending.
    known: Vec<u64>,
}

/// Entries that are looked at side by side.
const LANES: usize = 8;

impl Group {
    /// Takes a group, whose cells had these radii.
    pub fn begin(&mut self, range: Range<usize>, radii: &[f64]) {
        self.range = range;
        self.radius = GROWN * radii.iter().fold(0.0, |m: f64, r| m.max(*r));
        self.made = false;
    }

    /// Is there a list for this site?
    pub fn serves(&self, i: u32) -> bool {
        self.radius > 0.0 && self.range.contains(&(i as usize))
    }

    /// Entries that may cut a cell with its corners `u` in a ball and in a box; not those with
    /// `|d|^2 + w - w' > 2 R |d|` by more than all roundings, nor than twice the greatest `<u, d>`
    /// in the box.
    ///
    /// With `t = |d|^2 + w - w' - margin` the first is `t > 0` and `t^2 > 4 R^2 |d|^2`; a share of
    /// 1e-12 is for the roundings of these squares. What overflows or underflows stays in.
    fn find(&mut self, site: &[f64; 3], weight: f64, reach: &Reach, (off, rounding): (f64, f64)) {
        let radius = reach.radius;
        let (far, size) = (self.far, self.size + weight.abs());
        let margin = rounding * (far * far + radius * radius + size) + off * (far + radius) + TINY;
        let (base, steep) = (weight - margin, 4.0 * radius * radius * (1.0 + 1e-12));
        let (low, high) = (&reach.low, &reach.high);
        self.hits.clear();
        let [x, y, z] = &self.at;
        let lanes = x.chunks_exact(LANES).zip(y.chunks_exact(LANES));
        let lanes = lanes.zip(z.chunks_exact(LANES).zip(self.weight.chunks_exact(LANES)));
        for (first, ((x, y), (z, w))) in (0u32..).step_by(LANES).zip(lanes) {
            let mut beyond = [false; LANES];
            for k in 0..LANES {
                let d = [x[k] - site[0], y[k] - site[1], z[k] - site[2]];
                let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
                let t = square + (base - w[k]);
                let along = |a: usize| greater(low[a] * d[a], high[a] * d[a]);
                beyond[k] = (t > 0.0) & ((t * t > steep * square) | (t > 2.0 * (along(0) + along(1) + along(2))));
            }
            self.hits.extend((first..).zip(beyond).filter(|(_, beyond)| !beyond).map(|(k, _)| k));
        }
        // What fills the last lanes is no entry.
        while self.hits.last().is_some_and(|&k| k as usize >= self.names.len()) {
            self.hits.pop();
        }
    }
}

impl Cutter<'_> {
    /// Makes the list of a group.
    fn gather(&self, group: &mut Group) {
        let range = group.range.clone();
        group.made = true;
        group.at.iter_mut().for_each(Vec::clear);
        group.weight.clear();
        group.names.clear();
        let seen = &self.sites.seen[range.clone()];
        let (mut low, mut high) = (seen[0], seen[0]);
        for y in seen {
            for k in 0..3 {
                (low[k], high[k]) = (low[k].min(y[k]), high[k].max(y[k]));
            }
        }
        let own = self.sites.w[range].iter().map(|w| w.hi);
        let (least, size) = own.fold((f64::INFINITY, 0.0f64), |(l, s), w| (l.min(w), s.max(w.abs())));
        let (slack, rounding) = (self.slack(&seen[0]), Reach::rounding(self.ground));
        (group.far, group.size) = (0.0, 0.0);
        for &shift in self.shifts {
            let moved = self.ground.seen_from(&[0.0; 3], shift);
            group.stack.clear();
            group.stack.push(0);
            while let Some(at) = group.stack.pop() {
                let branch: &Branch = &self.tree.branches[at as usize];
                let (mut square, mut farthest) = (0.0, 0.0);
                for k in 0..3 {
                    let (below, above) = (branch.low[k] + moved[k], branch.high[k] + moved[k]);
                    let gap = ((below - high[k]).max(low[k] - above) - 2.0 * slack).max(0.0);
                    square += gap * gap;
                    let far = (above - low[k]).max(high[k] - below) + 2.0 * slack;
                    farthest += far * far;
                }
                let distance = square.sqrt() * (1.0 - rounding);
                let (heavier, both) = (branch.most - least, branch.most.abs() + size);
                if is_beyond(distance, group.radius, (heavier, both), rounding) {
                    continue;
                }
                if branch.second != 0 {
                    group.stack.push(branch.second);
                    group.stack.push(at + 1);
                    continue;
                }
                group.far = group.far.max(farthest.sqrt() * (1.0 + rounding));
                for j in branch.begin..branch.end {
                    let (y, w) = (&self.sites.seen[j as usize], self.sites.w[j as usize].hi);
                    for k in 0..3 {
                        group.at[k].push(y[k] + moved[k]);
                    }
                    group.weight.push(w);
                    group.size = group.size.max(w.abs());
                    group.names.push((j, shift));
                }
            }
        }
        while !group.weight.len().is_multiple_of(LANES) {
            group.weight.push(0.0);
            group.at.iter_mut().for_each(|x| x.push(0.0));
        }
    }

    /// Cuts a cell by the sites of its group's list. False if the list may lack some.
    pub(super) fn sweep(
        &self,
        i: u32,
        (origin, to_site): (&[f64; 3], &[f64; 3]),
        cell: &mut Polytope<Wall>,
        group: &mut Group,
        (work, reach, counters): (&mut Work, &mut Reach, &mut Counters),
    ) -> bool {
        if !group.made {
            self.gather(group);
        }
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
        let (site, weight) = (self.sites.seen[i as usize], self.sites.w[i as usize].hi);
        let (slack, rounding) = (self.slack(&site), Reach::rounding(self.ground));
        group.find(&site, weight, reach, (16.0 * (reach.error + slack), rounding));
        let Group { at: [x, y, z], weight: weights, hits, names, known, .. } = group;
        known.clear();
        known.extend(cell.faces.iter().map(|f| f.label.key()));
        known.sort_unstable();
        for &k in hits.iter() {
            let (k, (j, shift)) = (k as usize, names[k as usize]);
            let (other, d) = (weights[k], [x[k] - site[0], y[k] - site[1], z[k] - site[2]]);
            // Each name stands in the list once.
            if (j == i && shift == Shift::NONE)
                || known.binary_search(&Wall::Site(j, shift).key()).is_ok()
                || reach.misses_corners(&d, other - weight, other.abs() + weight.abs(), slack)
            {
                continue;
            }
            match cell.clip(self.plane(i, j, shift, origin), &planes, work, counters) {
                Clip::Missed => {}
                Clip::Cut => reach.set(cell, &planes, to_site, self.ground),
                Clip::Emptied => return true,
            }
        }
        reach.radius <= group.radius
    }
}
