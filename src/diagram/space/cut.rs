//! One cell: cut out of the domain by every site that may cut it.

use super::ground::SpaceGround;
use super::planes::CellPlanes;
use super::reach::Reach;
use super::sites::Sites;
use super::tree::Tree;
use super::wall::{Shift, Wall};
use crate::domain::space::{Clip, Face, Knot, Polytope, Work};
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

/// What is known of a cell before it is cut.
#[derive(Clone, Copy, Default)]
pub(super) struct Warm<'a> {
    /// Walls that it may have.
    pub walls: &'a [Wall],
    /// The corners that it had between all of these, in their order; none if that is not known.
    pub knots: &'a [Knot],
}

/// Room for cutting one cell after another.
#[derive(Default)]
pub(super) struct Room {
    pub work: Work,
    stack: Vec<(u32, Shift)>,
    reach: Reach,
    order: Vec<(f64, u32)>,
    /// A cell that is needed no more.
    spare: Polytope<Wall>,
    /// Parts of the domain.
    pub found: Vec<u32>,
    pub counters: Counters,
}

impl Room {
    /// Takes a cell back.
    pub fn spare(&mut self, cell: Polytope<Wall>) {
        self.spare = cell;
    }
}

impl Cutter<'_> {
    /// The cell of a site, begun with what it was the last time; empty if it has none.
    pub fn cell(&self, i: u32, warm: Warm<'_>, room: &mut Room) -> Polytope<Wall> {
        let Sites { y, rank, w, .. } = self.sites;
        let site = &y[i as usize];
        let origin = self.ground.origin(site);
        let to_site = [0, 1, 2].map(|k| site[k] - origin[k]);
        let mut cell = std::mem::take(&mut room.spare);
        let Room { work, stack, reach, order, counters, .. } = room;
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
        let plane = |j: u32, shift: Shift| {
            let row = self.sites.row(self.ground, (i, j), shift, &origin);
            Face::new(Wall::Site(j, shift), row, Yield::Ranks(rank[i as usize], rank[j as usize]))
        };
        let mut meet = |cell: &mut Polytope<Wall>, face: Face<Wall>| cell.clip(face, &planes, work, counters);
        let has = |cell: &Polytope<Wall>, wall: Wall| cell.faces.iter().any(|f| f.label == wall);
        self.ground.begin(i, rank[i as usize], &mut cell);
        if self.again(warm, &mut cell, plane) {
            reach.set(&cell, &planes, &to_site);
            // Walls of the domain that were out of reach.
            let first = self.ground.base_faces(i, rank[i as usize]);
            for face in first {
                if !has(&cell, face.label)
                    && !face.row.is_beyond(&to_site, reach.radius)
                    && meet(&mut cell, face) != Clip::Missed
                {
                    reach.set(&cell, &planes, &to_site);
                }
            }
            if cell.is_empty() {
                return cell;
            }
        } else {
            self.in_order(i, warm, order);
            for &(_, k) in order.iter() {
                // Walls to own images are there from the beginning, whichever these are.
                if let Wall::Site(j, shift) = warm.walls[k as usize]
                    && !(j == i && has(&cell, Wall::Site(j, shift)))
                    && meet(&mut cell, plane(j, shift)) == Clip::Emptied
                {
                    return cell;
                }
            }
            reach.set(&cell, &planes, &to_site);
        }
        let weight = w[i as usize].hi;
        let all = self.tree.branches.first();
        let sides = all.iter().flat_map(|b| b.low.iter().chain(&b.high));
        let far = site.iter().chain(sides).fold(self.ground.far(), |m: f64, x| m.max(x.abs()));
        // Of sums of three terms that are at most twice as large as this.
        let slack = 8.0 * f64::EPSILON * far;
        stack.clear();
        stack.extend(self.shifts.iter().rev().map(|&s| (0, s)));
        while let Some((at, shift)) = stack.pop() {
            let branch = &self.tree.branches[at as usize];
            let periods = shift.periods();
            let moved = [0, 1, 2].map(|k| f64::from(periods[k]) * self.ground.period[k].hi - site[k]);
            if reach.misses(branch, &moved, weight, slack) {
                continue;
            }
            if branch.second == 0 {
                for j in branch.begin..branch.end {
                    let (own, d) = (w[j as usize].hi, [0, 1, 2].map(|k| y[j as usize][k] + moved[k]));
                    if reach.misses_site(&d, own - weight, own.abs() + weight.abs(), slack)
                        || (j == i && shift == Shift::NONE)
                        || has(&cell, Wall::Site(j, shift))
                    {
                        continue;
                    }
                    match meet(&mut cell, plane(j, shift)) {
                        Clip::Missed => {}
                        Clip::Cut => reach.set(&cell, &planes, &to_site),
                        Clip::Emptied => return cell,
                    }
                }
                continue;
            }
            // The nearer one first: it makes the cell small.
            let apart = |b: u32| {
                let b = &self.tree.branches[b as usize];
                let gap = |k: usize| (b.low[k] + moved[k]).max(-(b.high[k] + moved[k])).max(0.0);
                gap(0) * gap(0) + gap(1) * gap(1) + gap(2) * gap(2)
            };
            let (first, second) = (at + 1, branch.second);
            let swapped = apart(second) < apart(first);
            let (near, other) = if swapped { (second, first) } else { (first, second) };
            stack.push((other, shift));
            stack.push((near, shift));
        }
        cell
    }

    /// Tries the corners that the cell had. False, with the cell that all begin with, if they are
    /// not those that it has between these walls.
    fn again(&self, warm: Warm<'_>, cell: &mut Polytope<Wall>, plane: impl Fn(u32, Shift) -> Face<Wall>) -> bool {
        if warm.knots.is_empty() {
            return false;
        }
        let own = cell.faces.len();
        for &wall in warm.walls {
            let known = cell.faces[..own].iter().find(|f| f.label == wall).map(|f| Face::new(wall, f.row, f.yields));
            let face = match (known, wall) {
                (Some(face), _) => face,
                (None, Wall::Site(j, shift)) => plane(j, shift),
                (None, Wall::Domain(_)) => break,
            };
            cell.faces.push(face);
        }
        let complete = cell.faces.len() == own + warm.walls.len();
        let nodes = std::mem::take(&mut cell.nodes);
        cell.faces.rotate_left(own);
        let first = cell.faces.split_off(cell.faces.len() - own);
        if complete && cell.again(warm.knots) {
            return true;
        }
        (cell.faces, cell.nodes) = (first, nodes);
        false
    }

    /// Walls in an order in which those of the last time make a cell small soon: by the distance of
    /// the wall from the site.
    fn in_order(&self, i: u32, warm: Warm<'_>, order: &mut Vec<(f64, u32)>) {
        order.clear();
        let Sites { y, w, .. } = self.sites;
        let key = |wall: &Wall| match *wall {
            Wall::Site(j, shift) if !warm.knots.is_empty() => {
                let z = self.ground.moved(&y[j as usize], shift.periods());
                let square: f64 = (0..3).map(|k| (z[k] - y[i as usize][k]) * (z[k] - y[i as usize][k])).sum();
                (square + w[i as usize].hi - w[j as usize].hi) / square.sqrt()
            }
            _ => 0.0,
        };
        order.extend(warm.walls.iter().map(key).zip(0..));
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
}
