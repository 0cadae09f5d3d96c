//! What may cut the cells of a few sites side by side, looked for once for all of them.
//!
//! From one measure to the next cells hardly grow. So with the greatest radius that those of a
//! group had, and a little more, the tree is asked once what is near the box of their sites. For a
//! cell that turns out to lie within that radius the list is complete; any other one asks the tree
//! itself.

use super::cutter::{Cutter, has};
use super::planes::CellPlanes;
use super::reach::{Reach, TINY, is_beyond};
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
    at: Vec<[f64; 3]>,
    weight: Vec<f64>,
    names: Vec<(u32, Shift)>,
    stack: Vec<u32>,
    hits: Vec<u32>,
}

impl Group {
    /// Is there a list for this site?
    pub fn serves(&self, i: u32) -> bool {
        self.radius > 0.0 && self.range.contains(&(i as usize))
    }
}

impl Cutter<'_> {
    /// Makes the list of a group, whose cells had these radii.
    pub fn gather(&self, range: Range<usize>, radii: &[f64], group: &mut Group) {
        let most = radii.iter().fold(0.0, |m: f64, r| m.max(*r));
        *group = Group {
            radius: GROWN * most,
            range: range.clone(),
            at: std::mem::take(&mut group.at),
            weight: std::mem::take(&mut group.weight),
            names: std::mem::take(&mut group.names),
            stack: std::mem::take(&mut group.stack),
            hits: std::mem::take(&mut group.hits),
        };
        group.at.clear();
        group.weight.clear();
        group.names.clear();
        if !(most > 0.0) || range.is_empty() {
            return;
        }
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
        for &shift in self.shifts {
            let moved = self.ground.seen_from(&[0.0; 3], shift);
            group.stack.clear();
            group.stack.push(0);
            while let Some(at) = group.stack.pop() {
                let branch: &Branch = &self.tree.branches[at as usize];
                let mut square = 0.0;
                for k in 0..3 {
                    let (below, above) = (branch.low[k] + moved[k], branch.high[k] + moved[k]);
                    let gap = ((below - high[k]).max(low[k] - above) - 2.0 * slack).max(0.0);
                    square += gap * gap;
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
                for j in branch.begin..branch.end {
                    let y = &self.sites.seen[j as usize];
                    group.at.push([y[0] + moved[0], y[1] + moved[1], y[2] + moved[2]]);
                    group.weight.push(self.sites.w[j as usize].hi);
                    group.names.push((j, shift));
                }
            }
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
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
        let (site, weight) = (self.sites.seen[i as usize], self.sites.w[i as usize].hi);
        let (slack, rounding) = (self.slack(&site), Reach::rounding(self.ground));
        let (radius, off) = (reach.radius, 16.0 * (reach.error + slack));
        // Beyond the ball of the corners: `|d|^2 + w - w' > 2 R |d|` by more than all roundings.
        let Group { at, weight: weights, hits, names, .. } = group;
        hits.clear();
        for (k, (y, &other)) in (0u32..).zip(at.iter().zip(weights.iter())) {
            let d = [y[0] - site[0], y[1] - site[1], y[2] - site[2]];
            let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
            let (way, size) = (square.sqrt(), other.abs() + weight.abs());
            let margin = rounding * (square + radius * radius + size) + off * (way + radius) + TINY;
            if !(square + (weight - other) - 2.0 * radius * way > margin) {
                hits.push(k);
            }
        }
        for &k in hits.iter() {
            let (y, other, (j, shift)) = (at[k as usize], weights[k as usize], names[k as usize]);
            let d = [y[0] - site[0], y[1] - site[1], y[2] - site[2]];
            if (j == i && shift == Shift::NONE)
                || reach.misses_site(&d, other - weight, other.abs() + weight.abs(), slack)
                || has(cell, Wall::Site(j, shift))
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
