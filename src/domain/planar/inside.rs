//! Which triangles lie inside, and whether the rings say so without contradiction.
//!
//! A ring goes around every place once, in its own sense, or not at all. Of a part every place is
//! inside the outer ring and inside at most one hole only if it is inside the outer ring. Every
//! place is inside at most one part. All this is looked at in each triangle, on one walk that keeps
//! winding numbers up to date, so it costs no more than crossing edges.

use super::arrangement::{Arrangement, Run, Visitor};
use super::error::{EdgeName, RingError};
use super::rings::{Names, Ring};

/// The triangles inside, ascending, and for every ring whether it goes around anything.
pub(super) fn inside(all: &Arrangement, rings: &[Ring], names: Names<'_>) -> Result<(Vec<u32>, Vec<bool>), RingError> {
    let parts = rings.iter().map(|r| r.part + 1).max().unwrap_or(0);
    let mut look = Look {
        rings,
        names,
        winding: vec![0; rings.len()],
        sense: vec![0; rings.len()],
        part: vec![0; parts],
        total: 0,
        changed: Vec::new(),
        found: Vec::new(),
    };
    all.walk(&mut look)?;
    look.found.sort_unstable();
    Ok((look.found, look.sense.iter().map(|s| *s != 0).collect()))
}

struct Look<'r> {
    rings: &'r [Ring],
    names: Names<'r>,
    /// Winding number of each ring here.
    winding: Vec<i32>,
    /// In which sense each ring goes around what it goes around; 0: not yet seen.
    sense: Vec<i32>,
    /// 1 inside the outer ring, less 1 for each hole.
    part: Vec<i32>,
    /// Sum over the parts.
    total: i32,
    /// What has been crossed since the last triangle.
    changed: Vec<Run>,
    found: Vec<u32>,
}

impl Look<'_> {
    fn edge(&self, run: Run) -> Box<EdgeName> {
        Box::new(self.rings[run.ring as usize].edge(run.at as usize, self.names))
    }

    /// Whether a ring goes around this place.
    fn is_in(&self, ring: usize) -> bool {
        self.winding[ring] != 0
    }

    /// What a ring that goes around a place counts.
    fn counts(&self, ring: usize) -> i32 {
        if self.rings[ring].hole.is_none() { 1 } else { -1 }
    }

    /// What is wrong here, if a part or the sum of all parts is.
    fn contradiction(&self, run: Run) -> RingError {
        let (at, name) = (self.edge(run), |r: usize| self.rings[r].name(self.names));
        let here = |part: usize| (0..self.rings.len()).filter(move |&r| self.rings[r].part == part && self.is_in(r));
        let part = self.rings[run.ring as usize].part;
        if !(0..=1).contains(&self.part[part]) {
            let holes: Vec<usize> = here(part).filter(|&r| self.rings[r].hole.is_some()).collect();
            let outer = here(part).any(|r| self.rings[r].hole.is_none());
            return match holes[..] {
                [first, second, ..] if outer => {
                    RingError::HolesOverlap { first: name(first), second: name(second), at }
                }
                [hole, ..] => RingError::HoleOutside { hole: name(hole), at },
                [] => RingError::Failed,
            };
        }
        let outer = |part: usize| self.rings.iter().position(|r| r.part == part);
        let mut solid = (0..self.part.len()).filter(|&p| self.part[p] > 0).filter_map(outer);
        match (solid.next(), solid.next()) {
            (Some(first), Some(second)) => RingError::PartsOverlap { first: name(first), second: name(second), at },
            _ => RingError::Failed,
        }
    }
}

impl Visitor for Look<'_> {
    fn change(&mut self, run: Run, by: i32) {
        let ring = run.ring as usize;
        let before = self.is_in(ring);
        self.winding[ring] += by;
        let grows = i32::from(self.is_in(ring)) - i32::from(before);
        if grows != 0 {
            let counts = grows * self.counts(ring);
            self.part[self.rings[ring].part] += counts;
            self.total += counts;
        }
        self.changed.push(run);
    }

    fn arrive(&mut self, face: u32) -> Result<(), RingError> {
        for k in 0..self.changed.len() {
            let run = self.changed[k];
            let ring = run.ring as usize;
            if self.sense[ring] == 0 {
                self.sense[ring] = self.winding[ring].signum();
            }
            if self.winding[ring] != 0 && self.winding[ring] != self.sense[ring] {
                return Err(RingError::Twisted { ring: self.rings[ring].name(self.names), at: self.edge(run) });
            }
        }
        for &run in &self.changed {
            if !(0..=1).contains(&self.part[self.rings[run.ring as usize].part]) || !(0..=1).contains(&self.total) {
                return Err(self.contradiction(run));
            }
        }
        self.changed.clear();
        if self.total == 1 {
            self.found.push(face);
        }
        Ok(())
    }

    fn back(&mut self) {
        self.changed.clear();
    }
}
