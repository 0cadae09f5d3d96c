//! All that cells are cut with, and the planes of their walls.

use super::ground::SpaceGround;
use super::neighbors::Neighbors;
use super::sites::Sites;
use super::tree::Tree;
use super::wall::{Shift, Wall};
use crate::domain::space::{Face, Polytope};
use crate::exact::predicates::Yield;

/// All that cells are cut with.
#[derive(Clone, Copy)]
pub(super) struct Cutter<'a> {
    pub ground: &'a SpaceGround,
    pub sites: &'a Sites,
    pub tree: &'a Tree,
    pub shifts: &'a [Shift],
    /// The neighbours of cells of which nothing else is known.
    pub neighbors: Option<&'a Neighbors>,
}

impl Cutter<'_> {
    /// The plane of a wall.
    pub(super) fn plane(&self, i: u32, j: u32, shift: Shift, origin: &[f64; 3]) -> Face<Wall> {
        let row = self.sites.row(self.ground, (i, j), shift, origin);
        let rank = &self.sites.rank;
        Face::new(Wall::Site(j, shift), row, Yield::Ranks(rank[i as usize], rank[j as usize]))
    }

    /// By how much coordinates from a site may be off, as bounds see them: sums of a few terms that
    /// are at most three times as large as the farthest one.
    pub(super) fn slack(&self, site: &[f64; 3]) -> f64 {
        let all = self.tree.branches.first();
        let sides = all.iter().flat_map(|b| b.low.iter().chain(&b.high));
        let far = site.iter().chain(sides).fold(self.ground.far(), |m: f64, x| m.max(x.abs()));
        32.0 * f64::EPSILON * far
    }
}

/// Does the cell know a wall already?
pub(super) fn has(cell: &Polytope<Wall>, wall: Wall) -> bool {
    cell.faces.iter().any(|f| f.label == wall)
}
