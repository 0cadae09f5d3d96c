//! What a cell holds of an image: the cell cut by meridians and parallels.
//!
//! A block of pixels is an intersection of caps, as a cell is, so their common part is cut like one
//! and decided as exactly. From the whole image downwards a block is halved, and the cell with it,
//! until the block has one value, or the cell has all of the block: no wall bounds what is left.
//! Where the cell certainly lies on one side of a line, nothing is cut.

use super::cell::Cell;
use super::clip::{Clip, Work};
use super::edges::{self, is_edge};
use super::portion::Portion;
use super::shape::Shape;
use super::walls::Walls;
use crate::domain::{Block, SphereImage};
use crate::exact::predicates::CircleRow;

/// Room for pieces.
#[derive(Default)]
pub(super) struct Room {
    /// The cell, and what is left of it one cut after another.
    cells: Vec<Cell>,
}

/// A cell while its pieces are summed up.
pub(super) struct Pieces<'a> {
    pub image: &'a SphereImage,
    pub walls: &'a Walls<'a>,
    pub room: &'a mut Room,
    pub work: &'a mut Work,
    /// A point near the cell, and no point of the cell is farther from it.
    pub near: [f64; 3],
    pub reach: f64,
    /// What is found.
    pub portion: Portion,
    /// Integrals over walls.
    pub found: &'a mut Vec<(u32, f64)>,
    /// The greatest value met.
    pub most: f64,
}

impl Pieces<'_> {
    /// Sums up all that a cell holds.
    pub fn sum(&mut self, cell: &Cell) {
        self.at(0).copy(cell);
        let image = self.image;
        for root in image.roots() {
            let ([west, east], [south, north]) = (root.columns, root.rows);
            let lines = [
                (true, edges::edge(true, west, true)),
                (true, edges::edge(true, east, false)),
                (image.parallel(south) > -1.0, edges::edge(false, south, true)),
                (image.parallel(north) < 1.0, edges::edge(false, north, false)),
            ];
            let kept = lines.iter().filter(|l| l.0).try_fold(0, |level, &(_, line)| self.keep(level, line));
            if let Some(level) = kept {
                self.visit(&root, level);
            }
        }
    }

    /// The cell of a level.
    fn at(&mut self, level: usize) -> &mut Cell {
        if self.room.cells.len() <= level {
            self.room.cells.resize_with(level + 1, Cell::default);
        }
        &mut self.room.cells[level]
    }

    /// What is left of a level in the cap of a line: `None` if nothing is.
    fn keep(&mut self, level: usize, line: u32) -> Option<usize> {
        let (n, d) = edges::row(self.image, line);
        let value = n[0] * self.near[0] + n[1] * self.near[1] + n[2] * self.near[2] + d;
        if value.abs() > self.reach {
            return (value > 0.0).then_some(level);
        }
        self.at(level + 1);
        let (below, above) = self.room.cells.split_at_mut(level + 1);
        above[0].copy(&below[level]);
        match above[0].clip((line, CircleRow::new(n, d, 0.0), 1.0), self.walls, self.work) {
            Clip::Empty => None,
            Clip::Kept => Some(level),
            Clip::Cut => Some(level + 1),
        }
    }

    fn visit(&mut self, block: &Block, level: usize) {
        let sums = self.image.sums(block);
        if !(sums.most > 0.0) {
            return;
        }
        let cell = &self.room.cells[level];
        if cell.sides.iter().all(|side| is_edge(cell.rims[side.rim as usize].j)) {
            self.most = self.most.max(sums.most);
            self.portion = self.portion.with(Portion::of_block(&sums, &self.near));
            return;
        }
        if let Some(value) = sums.value() {
            return self.piece(level, value);
        }
        let (meridian, line) = block.middle();
        for (half, beyond) in self.image.halves(block).iter().zip([false, true]) {
            if let Some(level) = self.keep(level, edges::edge(meridian, line, beyond)) {
                self.visit(half, level);
            }
        }
    }

    /// A piece of one value, with a wall.
    fn piece(&mut self, level: usize, value: f64) {
        let Some(shape) = Shape::bare(&self.room.cells[level], self.walls) else { return };
        self.most = self.most.max(value);
        let law = ([0.0; 3], value);
        self.portion = self.portion.with(shape.portion(&law).about(&shape.near, &self.near));
        self.found.extend(shape.walls(&law).filter(|w| !is_edge(w.0)));
    }
}
