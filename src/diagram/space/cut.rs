//! One cell: cut out of the domain by every site that may cut it.

use super::cutter::{Cutter, has};
use super::group::Group;
use super::planes::CellPlanes;
use super::reach::Reach;
use super::shape::Shaping;
use super::sites::Sites;
use super::wall::{Shift, Wall};
use crate::domain::space::{Clip, Face, Knot, Polytope, Work};
use crate::exact::Counters;

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
    stack: Vec<u32>,
    pub reach: Reach,
    order: Vec<(f64, u32)>,
    /// Planes of the walls that a cell may have.
    walls: Vec<Face<Wall>>,
    /// A cell that is needed no more.
    spare: Polytope<Wall>,
    /// For finished cells.
    pub shaping: Shaping,
    /// What is near the sites whose cells are cut.
    pub group: Group,
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
        let Sites { y, rank, .. } = self.sites;
        let (site, own) = (&y[i as usize], rank[i as usize]);
        let origin = self.ground.origin(site);
        let to_site = [site[0] - origin[0], site[1] - origin[1], site[2] - origin[2]];
        let mut cell = std::mem::take(&mut room.spare);
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
        self.ground.begin(i, own, &mut cell);
        self.planes(i, &origin, warm, &cell, &mut room.walls);
        let Room { work, reach, walls, order, counters, .. } = room;
        if again(warm, &mut cell, walls) {
            reach.set(&cell, &planes, &to_site, self.ground);
            // Walls of the domain that were out of reach.
            for face in self.ground.base_faces(i, own) {
                if !has(&cell, face.label)
                    && !face.row.is_beyond(&to_site, reach.ball)
                    && cell.clip(face, &planes, work, counters) != Clip::Missed
                {
                    reach.set(&cell, &planes, &to_site, self.ground);
                }
            }
        } else {
            in_order(warm, walls, &to_site, order);
            for &(_, k) in order.iter() {
                // Walls to own images are there from the beginning, whichever these are.
                let face = &walls[k as usize];
                let sites = matches!(face.label, Wall::Site(j, _) if j != i || !has(&cell, face.label));
                if sites && cell.clip(face.clone(), &planes, work, counters) == Clip::Emptied {
                    return cell;
                }
            }
            reach.set(&cell, &planes, &to_site, self.ground);
        }
        let at = (&origin, &to_site);
        if !cell.is_empty() && !swept(self, i, at, &mut cell, room) {
            self.search(i, &origin, &to_site, &mut cell, room);
        }
        cell
    }

    /// The planes of the walls that it may have; those of the domain are there already.
    fn planes(&self, i: u32, origin: &[f64; 3], warm: Warm<'_>, cell: &Polytope<Wall>, out: &mut Vec<Face<Wall>>) {
        out.clear();
        for &wall in warm.walls {
            let known = cell.faces.iter().find(|f| f.label == wall);
            match (known, wall) {
                (Some(face), _) => out.push(Face::new(wall, face.row, face.yields)),
                (None, Wall::Site(j, shift)) => out.push(self.plane(i, j, shift, origin)),
                (None, Wall::Domain(_)) => {}
            }
        }
    }

    /// Cuts a cell by whatever the tree of sites does not exclude.
    fn search(&self, i: u32, origin: &[f64; 3], to_site: &[f64; 3], cell: &mut Polytope<Wall>, room: &mut Room) {
        let Sites { seen, w, .. } = self.sites;
        let Room { work, stack, reach, counters, .. } = room;
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
        let (site, weight) = (&seen[i as usize], w[i as usize].hi);
        let slack = self.slack(site);
        for &shift in self.shifts {
            let moved = self.ground.seen_from(site, shift);
            stack.clear();
            stack.push(0);
            while let Some(at) = stack.pop() {
                let branch = &self.tree.branches[at as usize];
                if reach.misses(branch, &moved, weight, slack) {
                    continue;
                }
                if branch.second != 0 {
                    // The nearer one first: it makes the cell small.
                    let (first, second) = (at + 1, branch.second);
                    let apart = |b: u32| self.tree.branches[b as usize].apart(&moved);
                    let (near, other) = if apart(second) < apart(first) { (second, first) } else { (first, second) };
                    stack.push(other);
                    stack.push(near);
                    continue;
                }
                for j in branch.begin..branch.end {
                    let (z, other) = (&seen[j as usize], w[j as usize].hi);
                    let d = [z[0] + moved[0], z[1] + moved[1], z[2] + moved[2]];
                    if reach.misses_site(&d, other - weight, other.abs() + weight.abs(), slack)
                        || (j == i && shift == Shift::NONE)
                        || has(cell, Wall::Site(j, shift))
                    {
                        continue;
                    }
                    match cell.clip(self.plane(i, j, shift, origin), &planes, work, counters) {
                        Clip::Missed => {}
                        Clip::Cut => reach.set(cell, &planes, to_site, self.ground),
                        Clip::Emptied => return,
                    }
                }
            }
        }
    }
}

/// Was the cell cut by all that its group's list has, and is that all?
fn swept(cutter: &Cutter<'_>, i: u32, at: (&[f64; 3], &[f64; 3]), cell: &mut Polytope<Wall>, room: &mut Room) -> bool {
    let Room { work, reach, counters, group, .. } = room;
    group.serves(i) && cutter.sweep(i, at, cell, group, (work, reach, counters))
}

/// Tries the corners that the cell had. False, with the cell that all begin with, if they are not
/// those that it has between these walls.
fn again(warm: Warm<'_>, cell: &mut Polytope<Wall>, walls: &mut Vec<Face<Wall>>) -> bool {
    if warm.knots.is_empty() || walls.len() != warm.walls.len() {
        return false;
    }
    let nodes = std::mem::take(&mut cell.nodes);
    std::mem::swap(&mut cell.faces, walls);
    if cell.again(warm.knots) {
        return true;
    }
    std::mem::swap(&mut cell.faces, walls);
    cell.nodes = nodes;
    false
}

/// Walls in an order in which those of the last time make a cell small soon: by the distance of the
/// wall from the site.
fn in_order(warm: Warm<'_>, walls: &[Face<Wall>], to_site: &[f64; 3], order: &mut Vec<(f64, u32)>) {
    order.clear();
    let key = |face: &Face<Wall>| {
        if warm.knots.is_empty() { 0.0 } else { face.row.distance(to_site) }
    };
    order.extend(walls.iter().map(key).zip(0..));
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
}
