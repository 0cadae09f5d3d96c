//! One cell: cut out of the domain by every site that may cut it.

use super::ground::SpaceGround;
use super::planes::CellPlanes;
use super::sites::Sites;
use super::tree::{Branch, Tree};
use super::wall::{Shift, Wall};
use crate::domain::space::{Clip, Face, Polytope, Work};
use crate::exact::Counters;
use crate::exact::predicates::Yield;

/// All that cells are cut with.
#[derive(Clone, Copy)]
pub(super) struct Cutter<'a> {
    pub ground: &'a SpaceGround,
    pub sites: &'a Sites,
    pub tree: &'a Tree,
    pub shifts: &'a [Shift],
}

/// Room for cutting one cell after another.
#[derive(Default)]
pub(super) struct Room {
    pub work: Work,
    stack: Vec<(u32, Shift)>,
    reach: Reach,
    /// Parts of the domain.
    pub found: Vec<u32>,
    pub counters: Counters,
}

/// How far a cell reaches: bounds, rounded outwards.
#[derive(Default)]
struct Reach {
    low: [f64; 3],
    high: [f64; 3],
    /// Of each corner: a box around it, and a bound above of its power to the cell's site.
    corners: Vec<([f64; 3], f64, f64)>,
    /// The greatest of these powers.
    most: f64,
}

/// Relative rounding of a power and of a distance: sums of less than 16 terms.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

impl Reach {
    fn set(&mut self, cell: &Polytope<Wall>, to_site: &[f64; 3], weight: f64) {
        *self = Reach {
            low: [f64::INFINITY; 3],
            high: [f64::NEG_INFINITY; 3],
            most: f64::NEG_INFINITY,
            corners: std::mem::take(&mut self.corners),
        };
        self.corners.clear();
        for node in &cell.nodes {
            let (z, e) = (node.point, node.error);
            let (mut far, mut apart) = (0.0, 0.0);
            for k in 0..3 {
                self.low[k] = self.low[k].min(z[k] - e);
                self.high[k] = self.high[k].max(z[k] + e);
                let (r, d) = (z[k].abs() + e, (z[k] - to_site[k]).abs() + e);
                (far, apart) = (far + r * r, apart + d * d);
            }
            let size: f64 = to_site.iter().map(|t| t * t).sum::<f64>() + far;
            let power = apart - weight + ROUNDING * (apart + size + weight.abs());
            self.corners.push((z, e, power));
            self.most = self.most.max(power);
        }
    }

    /// Certainly no site of the branch, moved by this much, cuts the cell.
    fn misses(&self, branch: &Branch, moved: &[f64; 3], slack: f64) -> bool {
        let low = [0, 1, 2].map(|k| branch.low[k] + moved[k] - slack);
        let high = [0, 1, 2].map(|k| branch.high[k] + moved[k] + slack);
        let farther = |square: f64, power: f64| {
            let margin = ROUNDING * (square + branch.most.abs() + power.abs());
            square - branch.most - power > margin
        };
        let gap = |k: usize| (low[k] - self.high[k]).max(self.low[k] - high[k]).max(0.0);
        let (x, y, z) = (gap(0), gap(1), gap(2));
        if farther(x * x + y * y + z * z, self.most) {
            return true;
        }
        self.corners.iter().all(|(v, e, power)| {
            let gap = |k: usize| (low[k] - v[k] - e).max(v[k] - e - high[k]).max(0.0);
            let (x, y, z) = (gap(0), gap(1), gap(2));
            farther(x * x + y * y + z * z, *power)
        })
    }
}

impl Cutter<'_> {
    /// The cell of a site, begun with those of the last time; empty if it has none.
    pub fn cell(&self, i: u32, warm: &[Wall], room: &mut Room) -> Polytope<Wall> {
        let site = &self.sites.y[i as usize];
        let origin = self.ground.origin(site);
        let mut cell = self.ground.base(i, self.sites.rank[i as usize]);
        let to_site = [0, 1, 2].map(|k| site[k] - origin[k]);
        let weight = self.sites.w[i as usize].hi;
        room.reach.set(&cell, &to_site, weight);
        let mut meet = |cell: &mut Polytope<Wall>, reach: &mut Reach, j: u32, shift: Shift| {
            let label = Wall::Site(j, shift);
            if cell.faces.iter().any(|f| f.label == label) {
                return;
            }
            let row = self.sites.row(self.ground, (i, j), shift, &origin);
            if row.is_beyond(&reach.low, &reach.high) {
                return;
            }
            let rank = |i: u32| self.sites.rank[i as usize];
            let face = Face::new(label, row, Yield::Ranks(rank(i), rank(j)));
            let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
            if cell.clip(face, &planes, &mut room.work, &mut room.counters) == Clip::Cut {
                reach.set(cell, &to_site, weight);
            }
        };
        let reach = &mut room.reach;
        for wall in warm {
            if let Wall::Site(j, shift) = *wall {
                meet(&mut cell, reach, j, shift);
                if cell.is_empty() {
                    return cell;
                }
            }
        }
        let far = self.ground.far() + origin.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
        room.stack.clear();
        room.stack.extend(self.shifts.iter().rev().map(|&s| (0, s)));
        while let Some((at, shift)) = room.stack.pop() {
            let branch = &self.tree.branches[at as usize];
            let periods = shift.periods();
            let moved = [0, 1, 2].map(|k| f64::from(periods[k]) * self.ground.period[k].hi - origin[k]);
            let most = branch.low.iter().chain(&branch.high).fold(far, |m: f64, x| m.max(x.abs()));
            if reach.misses(branch, &moved, 8.0 * f64::EPSILON * most) {
                continue;
            }
            if branch.second == 0 {
                for j in branch.begin..branch.end {
                    if j == i && shift == Shift::NONE {
                        continue;
                    }
                    meet(&mut cell, reach, j, shift);
                    if cell.is_empty() {
                        return cell;
                    }
                }
                continue;
            }
            // The nearer one first: it makes the cell small.
            let apart = |b: u32| {
                let b = &self.tree.branches[b as usize];
                let gap = |k: usize| {
                    let at = moved[k] - to_site[k];
                    (b.low[k] + at).max(-(b.high[k] + at)).max(0.0)
                };
                gap(0) * gap(0) + gap(1) * gap(1) + gap(2) * gap(2)
            };
            let (first, second) = (at + 1, branch.second);
            let swapped = apart(second) < apart(first);
            let (near, other) = if swapped { (second, first) } else { (first, second) };
            room.stack.push((other, shift));
            room.stack.push((near, shift));
        }
        cell
    }
}
