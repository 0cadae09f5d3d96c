//! A cell in pieces: one for each part of the domain that it meets.
//!
//! A cell is cut out of the box about all parts first, so it is complete whatever the parts are.
//! Those that it may meet are found by their boxes: a domain need not be connected, and neither
//! need a cell be, so a walk from part to part would lose some. Each of them is clipped by the
//! walls of the cell, by labels as ever. Walls are moved by heights, and these decide all ties
//! between walls and the sides of parts in the same way for all cells and parts.

use super::cut::Room;
use super::cutter::Cutter;
use super::planes::CellPlanes;
use super::shape::Shape;
use super::wall::Wall;
use crate::domain::space::{Clip, Polytope};

/// A piece of a cell.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The part of the domain; 0 where there is one only.
    pub part: u32,
    pub shape: Shape,
}

impl Cutter<'_> {
    /// The pieces of a cell, by part.
    pub fn pieces(&self, cell: u32, polytope: &Polytope<Wall>, room: &mut Room) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if polytope.is_empty() {
            return pieces;
        }
        let mut add = |part: u32, polytope: &Polytope<Wall>| {
            pieces.extend(self.finished(cell, part, polytope).map(|shape| Piece { part, shape }));
        };
        let Some(parts) = &self.ground.parts else {
            add(0, polytope);
            return pieces;
        };
        let planes = CellPlanes { ground: self.ground, sites: self.sites, cell };
        let centre = parts.centre();
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for node in &polytope.nodes {
            let (point, error) = polytope.place(node, &planes);
            for k in 0..3 {
                low[k] = low[k].min(point[k] - error);
                high[k] = high[k].max(point[k] + error);
            }
        }
        // A sum and a difference are rounded.
        let outwards = |x: f64, k: usize, sign: f64| x + sign * 4.0 * f64::EPSILON * (x.abs() + centre[k].abs());
        let moved = |at: &[f64; 3], sign: f64| [0, 1, 2].map(|k| outwards(centre[k] + at[k], k, sign));
        parts.meeting((moved(&low, -1.0), moved(&high, 1.0)), &mut room.found);
        let mut walls: Vec<u32> = polytope.nodes.iter().flat_map(|n| n.faces).collect();
        walls.sort_unstable();
        walls.dedup();
        walls.retain(|&f| matches!(polytope.faces[f as usize].label, Wall::Site(..)));
        let mut across: Vec<u32> = Vec::new();
        'parts: for at in 0..room.found.len() {
            let part = room.found[at];
            if !self.ground.counts(part) {
                continue;
            }
            let (below, above) = parts.bounds_of(part);
            let below = [0, 1, 2].map(|k| outwards(below[k] - centre[k], k, -1.0));
            let above = [0, 1, 2].map(|k| outwards(above[k] - centre[k], k, 1.0));
            across.clear();
            for &f in &walls {
                match polytope.faces[f as usize].row.side_of(&below, &above) {
                    Some(true) => {}
                    Some(false) => continue 'parts,
                    None => across.push(f),
                }
            }
            let beyond = |side: u32| parts.near(side, &centre).is_beyond_box(&low, &high);
            if across.len() == walls.len() && parts.sides(part).all(beyond) {
                add(part, polytope);
                continue;
            }
            let mut piece = parts.polytope(part, Wall::Domain);
            for &f in &across {
                let face = polytope.faces[f as usize].clone();
                if piece.clip(face, &planes, &mut room.work, &mut room.counters) == Clip::Emptied {
                    continue 'parts;
                }
            }
            add(part, &piece);
        }
        pieces
    }
}
