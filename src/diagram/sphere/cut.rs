//! One cell: cut out of the sphere by every site that may cut it.

use super::super::tree::Tree;
use super::cell::Cell;
use super::clip::{Clip, Work};
use super::ground::SphereGround;
use super::pieces;
use super::reach::Reach;
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
        let Room { cell, work, stack, reach, .. } = room;
        let sphere = &self.ground.sphere;
        let (site, weight) = (&self.sites.y[i as usize], self.sites.w[i as usize].hi);
        let walls = self.walls(i);
        cell.clear();
        reach.set(cell, sphere, site, weight);
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
        for &j in warm {
            meet(cell, reach, j);
            if cell.empty {
                return;
            }
        }
        stack.clear();
        if !self.tree.branches.is_empty() {
            stack.push(0);
        }
        while let Some(at) = stack.pop() {
            let branch = &self.tree.branches[at as usize];
            if reach.misses(branch, site, sphere.radius()) {
                continue;
            }
            if branch.second == 0 {
                for j in (branch.begin..branch.end).filter(|&j| j != i) {
                    // Most sites near by are told off by distances alone.
                    let (y, w) = (&self.sites.y[j as usize], self.sites.w[j as usize].hi);
                    if reach.misses_site((y, w), site, sphere.radius()) {
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
            let apart = |b: u32| {
                let b = &self.tree.branches[b as usize];
                let gap = |k: usize| (b.low[k] - site[k]).max(site[k] - b.high[k]).max(0.0);
                gap(0) * gap(0) + gap(1) * gap(1) + gap(2) * gap(2)
            };
            let (first, second) = (at + 1, branch.second);
            let (near, other) = if apart(second) < apart(first) { (second, first) } else { (first, second) };
            stack.push(other);
            stack.push(near);
        }
    }
}
