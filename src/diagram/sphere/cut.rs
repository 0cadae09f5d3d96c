//! One cell: cut out of the sphere by every site that may cut it.

use super::super::tree::Tree;
use super::cell::Cell;
use super::clip::{Clip, Work};
use super::ground::SphereGround;
use super::nearest::{Left, Nearest};
use super::pieces;
use super::reach::Reach;
use super::ring::{Guess, LONGEST};
use super::sites::{Between, Sites};
use super::walls::Walls;

/// All that cells are cut with.
#[derive(Clone, Copy)]
pub(super) struct Cutter<'a> {
    pub ground: &'a SphereGround,
    pub sites: &'a Sites,
    pub tree: &'a Tree,
}

/// Room for cutting one cell after another.
#[derive(Default)]
pub(super) struct Room {
    pub cell: Cell,
    pub work: Work,
    stack: Vec<u32>,
    nearest: Nearest,
    guess: Guess,
    reach: Reach,
    pub pieces: pieces::Room,
    /// Integrals of the density over the walls of the last cell that was weighed.
    pub found: Vec<(u32, f64)>,
}

impl<'a> Cutter<'a> {
    /// The rows of a site.
    pub fn walls(&self, i: u32) -> Walls<'a> {
        Walls { sites: self.sites, i, image: self.ground.picture.as_ref().map(|p| &*p.image) }
    }

    /// The cell of a site, left in the room: cut by its last neighbours first.
    pub fn cell(&self, i: u32, warm: &[u32], room: &mut Room) {
        let Room { cell, work, stack, nearest, guess, reach, .. } = room;
        let sphere = &self.ground.sphere;
        let (site, weight) = (&self.sites.y[i as usize], self.sites.w[i as usize].hi);
        let walls = self.walls(i);
        // Most sites near by are told off by distances alone.
        let is_missed = |reach: &Reach, j: u32| {
            let (y, w) = (&self.sites.y[j as usize], self.sites.w[j as usize].hi);
            reach.misses_site((y, w), site, sphere.radius())
        };
        let mut meet = |cell: &mut Cell, reach: &mut Reach, j: u32| {
            if cell.rims.iter().any(|rim| rim.j == j) {
                return;
            }
            let (row, length) = match self.sites.between(i, j) {
                Between::Wall(row, length) => (row, length),
                Between::Everywhere(true) => return,
                Between::Everywhere(false) => {
                    cell.clear();
                    cell.empty = true;
                    return;
                }
            };
            if reach.is_beyond(&row) {
                return;
            }
            if cell.clip((j, row, length), &walls, work) == Clip::Cut {
                reach.set(cell, sphere, site, weight);
            }
        };
        if !self.is_ring(i, warm, (cell, guess)) {
            cell.clear();
            reach.set(cell, sphere, site, weight);
            for &j in warm {
                meet(cell, reach, j);
                if cell.empty {
                    return;
                }
            }
        } else {
            reach.set(cell, sphere, site, weight);
        }
        stack.clear();
        if reach.is_known() {
            stack.extend((!self.tree.branches.is_empty()).then_some(0));
        } else {
            nearest.begin(self.tree);
            while !reach.is_known() {
                let Some(j) = nearest.next(self.tree, &self.sites.y, site) else { break };
                if j != i {
                    meet(cell, reach, j);
                }
                if cell.empty {
                    return;
                }
            }
            for left in nearest.rest() {
                match left {
                    Left::Site(j) if j == i || is_missed(reach, j) => {}
                    Left::Site(j) => meet(cell, reach, j),
                    Left::Branch(at) => stack.push(at),
                }
                if cell.empty {
                    return;
                }
            }
        }
        while let Some(at) = stack.pop() {
            let branch = &self.tree.branches[at as usize];
            if reach.misses(branch, site, sphere.radius()) {
                continue;
            }
            if branch.second == 0 {
                for j in (branch.begin..branch.end).filter(|&j| j != i) {
                    if is_missed(reach, j) {
                        continue;
                    }
                    meet(cell, reach, j);
                    if cell.empty {
                        return;
                    }
                }
                continue;
            }
            // The nearer one first: it makes the cell small.
            let apart = |b: u32| self.tree.branches[b as usize].apart(&site.map(|x| -x));
            let (first, second) = (at + 1, branch.second);
            let (near, other) = if apart(second) < apart(first) { (second, first) } else { (first, second) };
            stack.push(other);
            stack.push(near);
        }
    }

    /// Begins a cell as the ring of its last neighbours, if it certainly is that.
    fn is_ring(&self, i: u32, warm: &[u32], (cell, guess): (&mut Cell, &mut Guess)) -> bool {
        guess.rows.clear();
        if warm.len() > LONGEST {
            return false;
        }
        for &j in warm {
            let Between::Wall(row, length) = self.sites.between(i, j) else { return false };
            guess.rows.push((j, row, length));
        }
        cell.begin_as_ring(guess)
    }
}
