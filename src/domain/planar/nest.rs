//! Loops without roles, as drawings have them: which are outer rings, which are holes, and of
//! which.

use super::arrangement::{Arrangement, Run, Visitor};
use super::error::RingError;
use super::rings::{Polygon, Ring, rings_of};

/// What lies inside some loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillRule {
    /// Where the loops wind around, their senses counted.
    NonZero,
    /// Where an odd number of loops winds around.
    EvenOdd,
}

/// The parts of a drawing whose loops do not cross: outer rings with their holes. A loop inside a
/// filled place that changes nothing there is left out.
///
/// # Errors
/// [`RingError`] naming edges that cross; a loop counts as a part.
///
/// ```
/// use brenier::domain::planar::{FillRule, parts_of_loops};
/// let square = |r: f64| vec![[-r, -r], [r, -r], [r, r], [-r, r]];
/// let loops = [square(1.0), square(3.0), square(2.0)];
/// let parts = parts_of_loops(&loops, FillRule::EvenOdd).unwrap();
/// assert_eq!((parts.len(), parts[0].holes.len(), parts[1].holes.len()), (2, 0, 1));
/// assert_eq!(parts_of_loops(&loops, FillRule::NonZero).unwrap().len(), 1);
/// ```
pub fn parts_of_loops(loops: &[Vec<[f64; 2]>], rule: FillRule) -> Result<Vec<Polygon>, RingError> {
    let alone: Vec<Polygon> = loops.iter().map(|l| Polygon { outer: l.clone(), holes: Vec::new() }).collect();
    let names = |k: usize| Some(format!("loop {k}"));
    let (rings, _) = rings_of(&alone, &names)?;
    let all = Arrangement::new(&rings, &names)?;
    let mut look = Look {
        rule,
        winding: vec![0; rings.len()],
        active: Vec::new(),
        role: vec![None; rings.len()],
        changed: vec![],
    };
    all.walk(&mut look)?;
    let mut parts = Vec::new();
    let mut part_of = vec![usize::MAX; rings.len()];
    for (k, ring) in rings.iter().enumerate() {
        if look.role[k] == Some(Role::Outer) {
            part_of[k] = parts.len();
            parts.push(Polygon { outer: places(ring), holes: Vec::new() });
        }
    }
    for (k, ring) in rings.iter().enumerate() {
        if let Some(Role::HoleOf(outer)) = look.role[k]
            && let Some(part) = parts.get_mut(part_of[outer])
        {
            part.holes.push(places(ring));
        }
    }
    Ok(parts)
}

fn places(ring: &Ring) -> Vec<[f64; 2]> {
    ring.places.clone()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Outer,
    HoleOf(usize),
    Idle,
}

struct Look {
    rule: FillRule,
    winding: Vec<i32>,
    /// Loops that wind around this place, in the order in which the walk met them.
    active: Vec<usize>,
    role: Vec<Option<Role>>,
    changed: Vec<usize>,
}

impl Look {
    fn fills(&self, sum: i32) -> bool {
        match self.rule {
            FillRule::NonZero => sum != 0,
            FillRule::EvenOdd => sum % 2 != 0,
        }
    }
}

impl Visitor for Look {
    fn change(&mut self, run: Run, by: i32) {
        let ring = run.ring as usize;
        let before = self.winding[ring];
        self.winding[ring] += by;
        if before == 0 && self.winding[ring] != 0 {
            self.active.push(ring);
        } else if before != 0 && self.winding[ring] == 0 {
            self.active.retain(|&r| r != ring);
        }
        self.changed.push(ring);
    }

    fn arrive(&mut self, _: u32) -> Result<(), RingError> {
        let changed = std::mem::take(&mut self.changed);
        // The walk meets what is outside first; those met at once in their own order.
        for ring in changed {
            if self.winding[ring] == 0 || self.role[ring].is_some() {
                continue;
            }
            let around = self.active.iter().filter(|&&r| r != ring && self.role[r].is_some());
            let without: i32 = around.clone().map(|&r| self.winding[r]).sum();
            let with = without + self.winding[ring];
            self.role[ring] = Some(match (self.fills(without), self.fills(with)) {
                (false, true) => Role::Outer,
                (true, false) => {
                    // The innermost outer ring around it has the most loops around itself, so the
                    // walk met it last.
                    let outer = around.rev().find(|&&r| self.role[r] == Some(Role::Outer));
                    outer.map_or(Role::Idle, |&r| Role::HoleOf(r))
                }
                _ => Role::Idle,
            });
        }
        Ok(())
    }

    fn back(&mut self) {
        self.changed.clear();
    }
}
