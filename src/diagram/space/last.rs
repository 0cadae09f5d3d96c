//! Cells as they were at the last heights, and which of them may be taken for complete without
//! asking the tree of sites.
//!
//! A cell that was cut by some of the sites holds the true cell. Some of them are known to be the
//! true ones: those that have changed, for which the tree is asked. The others have the corners
//! that they had ([`Polytope::again`](crate::domain::space::Polytope::again)). They are right, too,
//! if
//!
//! 1. every corner of a changed cell that is new, or is there no more, is one of changed cells
//!    only: all cells that it is between have been asked for;
//! 2. the masses of all cells sum to that of the domain, not to twice as much.
//!
//! By 1 a wall has the same corners on both sides: those of two changed cells are walls of the
//! true diagram, all others are what they were in the last one. Corners with the same names are the
//! same point, so walls fit. Around an edge three cells fit, around a corner four, as their walls
//! belong to one pencil. So all cells together cover the domain (on a torus: the torus) without
//! folds, and equally often everywhere. By 2 that is once. Cells that hold the true ones and cover
//! nothing twice are the true ones.
//!
//! A cell with more corners than are told (`Naming::knots`) is always a changed one, and any corner
//! of it may be new: all cells beside it are asked for.
//!
//! Cells without a point are changed ones: the walls that they are cut by leave nothing of them,
//! whatever else there is, and one that comes back is asked for like any other.

use super::cut::Warm;
use super::wall::Wall;
use crate::domain::space::Knot;
use std::ops::Range;

/// Of so many cells one may have changed for the next ones to be trusted: of most Newton steps a
/// tenth of what has changed changes again in the next one.
const CALM: usize = 8;

/// What became of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// It has other corners than it had.
    Changed,
    /// It has the corners that it had, and the tree has no more for it.
    Same,
    /// It has the corners that it had.
    Trusted,
}

/// Cells of one task.
pub(super) const CHUNK: usize = 32;

/// The cells of a task.
#[derive(Default)]
pub(super) struct Chunk {
    /// Where the walls of each cell end.
    start: Vec<u32>,
    walls: Vec<Wall>,
    /// Where its corners end.
    begin: Vec<u32>,
    pub knots: Vec<Knot>,
    /// How far each reaches; 0: it has no point, and the walls are those that it had before.
    pub radius: Vec<f64>,
    /// What became of each.
    pub seen: Vec<Seen>,
}

impl Chunk {
    /// What the next cell is; its corners are there already.
    pub fn push(&mut self, walls: &[Wall]) {
        self.walls.extend_from_slice(walls);
        self.start.push(self.walls.len() as u32);
        self.begin.push(self.knots.len() as u32);
    }

    fn of(&self, k: usize) -> Warm<'_> {
        let from = |ends: &[u32]| k.checked_sub(1).map_or(0, |k| ends[k] as usize)..ends[k] as usize;
        Warm { walls: &self.walls[from(&self.start)], knots: &self.knots[from(&self.begin)] }
    }

    /// Has a cell points?
    fn is_there(&self, k: usize) -> bool {
        self.radius.get(k).is_some_and(|r| *r > 0.0)
    }

    /// Lets go of room that is not needed.
    pub fn fit(mut self) -> Chunk {
        self.walls.shrink_to_fit();
        self.knots.shrink_to_fit();
        self
    }
}

/// The cells at the last heights.
#[derive(Default)]
pub(super) struct Last {
    chunks: Vec<Chunk>,
    cells: usize,
    /// So many had changed.
    pub changed: usize,
    /// The sum of all masses.
    total: f64,
}

impl Last {
    /// Of all cells.
    pub fn new(chunks: Vec<Chunk>, changed: usize, total: f64) -> Last {
        let cells = chunks.iter().map(|c| c.radius.len()).sum();
        Last { chunks, cells, changed, total }
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// Will most cells keep their corners?
    pub fn is_calm(&self) -> bool {
        !self.is_empty() && self.changed <= self.cells / CALM
    }

    /// Had a cell points?
    pub fn is_there(&self, i: usize) -> bool {
        self.chunks.get(i / CHUNK).is_some_and(|c| c.is_there(i % CHUNK))
    }

    /// Is that the mass of the domain, and not a multiple of it?
    pub fn holds(&self, total: f64) -> bool {
        (0.75 * self.total..=1.25 * self.total).contains(&total)
    }

    /// How far some cells of a task reach.
    pub fn radii(&self, range: Range<usize>) -> Option<&[f64]> {
        let first = range.start / CHUNK * CHUNK;
        self.chunks.get(range.start / CHUNK)?.radius.get(range.start - first..range.end - first)
    }

    /// What is known of a cell.
    pub fn of(&self, i: usize) -> Warm<'_> {
        self.chunks.get(i / CHUNK).map_or_else(Warm::default, |c| c.of(i % CHUNK))
    }

    /// Of the cells of a task: how many may have changed.
    pub fn changes(&self, chunk: usize, new: &Chunk) -> usize {
        let old = &self.chunks[chunk];
        let of = |&(k, s): &(usize, &Seen)| *s == Seen::Changed && (old.is_there(k) || new.is_there(k));
        new.seen.iter().enumerate().filter(of).count()
    }

    /// Of the cells of a task: how many have changed, and the sites beside what has changed of
    /// them.
    pub fn beside(&self, chunk: usize, new: &Chunk) -> (usize, Vec<u32>) {
        let old = &self.chunks[chunk];
        let (mut changed, mut found) = (0, Vec::new());
        for (k, _) in new.seen.iter().enumerate().filter(|(_, s)| **s == Seen::Changed) {
            let was = corners(old.of(k), old.is_there(k));
            let is = corners(new.of(k), new.is_there(k));
            let before = found.len();
            let is_untold = |warm: Warm<'_>, is_there: bool| is_there && warm.knots.is_empty();
            if is_untold(old.of(k), old.is_there(k)) || is_untold(new.of(k), new.is_there(k)) {
                // All cells beside it: any of its corners may be another one.
                let walls = old.of(k).walls.iter().chain(new.of(k).walls);
                found.extend(walls.filter_map(|w| if let Wall::Site(j, _) = w { Some(*j) } else { None }));
                changed += 1;
                continue;
            }
            let only = |these: &[[Wall; 3]], those: &[[Wall; 3]], found: &mut Vec<u32>| {
                let sites = these.iter().filter(|c| those.binary_search(c).is_err()).flatten();
                found.extend(sites.filter_map(|w| if let Wall::Site(j, _) = w { Some(*j) } else { None }));
            };
            only(&was, &is, &mut found);
            only(&is, &was, &mut found);
            changed += usize::from(found.len() > before);
        }
        found.sort_unstable();
        found.dedup();
        (changed, found)
    }
}

/// The corners of a cell by their walls, ascending; these are told.
fn corners(warm: Warm<'_>, is_there: bool) -> Vec<[Wall; 3]> {
    if !is_there {
        return Vec::new();
    }
    let corner = |knot: &Knot| {
        let mut faces = knot.faces.map(|f| warm.walls[f as usize]);
        faces.sort_unstable();
        faces
    };
    let mut all: Vec<[Wall; 3]> = warm.knots.iter().map(corner).collect();
    all.sort_unstable();
    all
}
