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
    /// Walls that a cell of many has, ascending.
    known: Vec<u64>,
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

/// With so many walls they are looked up, and before the corners, of which there are twice as many.
const MANY: usize = 64;

impl Room {
    /// Takes a cell back.
    pub fn spare(&mut self, cell: Polytope<Wall>) {
        self.spare = cell;
    }
}

impl Cutter<'_> {
    /// The cell of a site, begun with what it was the last time; empty if it has none.
    pub fn cell(&self, i: u32, warm: Warm<'_>, room: &mut Room) -> Polytope<Wall> {
        self.cell_or_same(i, warm, false, room).0
    }

    /// The same, and whether its walls have the corners that they had. With `trust` nothing else is
    /// looked for then: the cell is complete if no other one has changed beside it.
    pub fn cell_or_same(&self, i: u32, warm: Warm<'_>, trust: bool, room: &mut Room) -> (Polytope<Wall>, bool) {
        let Sites { y, rank, .. } = self.sites;
        let (site, own) = (&y[i as usize], (i, rank[i as usize]));
        let origin = self.ground.origin(site);
        let to_site = [site[0] - origin[0], site[1] - origin[1], site[2] - origin[2]];
        let mut cell = std::mem::take(&mut room.spare);
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell: i };
        cell.nodes.clear();
        cell.faces.clear();
        cell.faces.extend(self.ground.base_faces(own, &origin));
        let known = self.neighbors.filter(|_| warm.walls.is_empty());
        room.walls.clear();
        let complete = known.is_some_and(|k| k.is_complete);
        match known.map(|k| k.walls(own.1)) {
            Some(Some(all)) => room.walls.extend(all.filter_map(|w| self.face(i, &origin, w, &cell))),
            Some(None) if complete => return (cell, false),
            Some(None) => {}
            None => room.walls.extend(warm.walls.iter().filter_map(|&w| self.face(i, &origin, w, &cell))),
        }
        let Room { work, reach, walls, order, counters, .. } = room;
        let mut same = again(warm, &mut cell, walls);
        if same {
            reach.set(&cell, &planes, &to_site, self.ground);
            // Walls of the domain that were out of reach; `walls` holds what cells begin with.
            for face in walls.iter() {
                if !has(&cell, face.label)
                    && !face.row.is_beyond(&to_site, reach.ball)
                    && cell.clip(face.clone(), &planes, work, counters) != Clip::Missed
                {
                    same = false;
                    reach.set(&cell, &planes, &to_site, self.ground);
                }
            }
            if same && trust {
                return (cell, true);
            }
        } else {
            self.ground.base_nodes(&mut cell);
            let as_given = warm.knots.is_empty() && known.is_none();
            in_order(walls, if as_given { None } else { Some(&to_site) }, order);
            for &(_, k) in order.iter() {
                // Walls to own images are there from the beginning, whichever these are.
                let face = &walls[k as usize];
                let sites = matches!(face.label, Wall::Site(j, _) if j != i || !has(&cell, face.label));
                if sites && cell.clip(face.clone(), &planes, work, counters) == Clip::Emptied {
                    return (cell, false);
                }
            }
            reach.set(&cell, &planes, &to_site, self.ground);
        }
        let (at, walls) = ((&origin, &to_site), cell.faces.len());
        if !complete && !cell.is_empty() && !swept(self, i, at, &mut cell, room) {
            self.search(i, &origin, &to_site, &mut cell, room);
        }
        // Whatever cuts has its plane among those of the cell.
        let same = same && !cell.is_empty() && cell.faces.len() == walls;
        (cell, same)
    }

    /// The plane of a wall that it may have; those of the domain are there already.
    fn face(&self, i: u32, origin: &[f64; 3], wall: Wall, cell: &Polytope<Wall>) -> Option<Face<Wall>> {
        match (cell.faces.iter().find(|f| f.label == wall), wall) {
            (Some(face), _) => Some(Face::new(wall, face.row, face.yields)),
            (None, Wall::Site(j, shift)) => Some(self.plane(i, j, shift, origin)),
            (None, Wall::Domain(_)) => None,
        }
    }

    /// Cuts a cell by whatever the tree of sites does not exclude.
    fn search(&self, i: u32, origin: &[f64; 3], to_site: &[f64; 3], cell: &mut Polytope<Wall>, room: &mut Room) {
        let Sites { seen, w, .. } = self.sites;
        let Room { work, stack, known, reach, counters, .. } = room;
        known.clear();
        if cell.faces.len() >= MANY {
            // Each name comes once, so walls that are new need not be told.
            known.extend(cell.faces.iter().map(|f| f.label.key()));
            known.sort_unstable();
        }
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
                    let wall = Wall::Site(j, shift);
                    if known.binary_search(&wall.key()).is_ok()
                        || reach.misses_site(&d, other - weight, other.abs() + weight.abs(), slack)
                        || (j == i && shift == Shift::NONE)
                        || (known.is_empty() && has(cell, wall))
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

/// Tries the corners that the cell had between these walls; what it began with is left in `walls`.
/// False, with all as it was, if they are not those that it has.
fn again(warm: Warm<'_>, cell: &mut Polytope<Wall>, walls: &mut Vec<Face<Wall>>) -> bool {
    if warm.knots.is_empty() || walls.len() != warm.walls.len() {
        return false;
    }
    std::mem::swap(&mut cell.faces, walls);
    let same = cell.again(warm.knots);
    if !same {
        std::mem::swap(&mut cell.faces, walls);
    }
    same
}

/// Walls in an order in which they make a cell small soon: by their distance from the site; without
/// one as they are.
fn in_order(walls: &[Face<Wall>], to_site: Option<&[f64; 3]>, order: &mut Vec<(f64, u32)>) {
    order.clear();
    let key = |face: &Face<Wall>| to_site.map_or(0.0, |site| face.row.distance(site));
    order.extend(walls.iter().map(key).zip(0..));
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
}
