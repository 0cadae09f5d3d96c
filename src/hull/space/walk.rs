//! Finding a tetrahedron from which an insertion can dig.

use super::cell::{Cells, ghost, split};
use super::face::Bound;
use super::grow::Grow;
use super::sites::Sites;
use crate::exact::Counters;
use crate::exact::predicates::Lifted3;

/// The tetrahedron whose closure holds `y`, or a ghost whose facet separates `y` from the sites.
///
/// Visibility walk. It cannot cycle: in a regular triangulation "in front of" seen from a point is
/// acyclic (Edelsbrunner 1990), and this one is regular for the perturbed heights.
pub fn locate(cells: &impl Cells, sites: Sites<'_>, start: usize, y: &[f64; 3], counters: &mut Counters) -> usize {
    let mut t = start;
    if let Some(k) = ghost(&cells.corners(t)) {
        t = split(cells.across(t)[k]).0;
    }
    let mut entered = 4;
    'walk: loop {
        let v = cells.corners(t);
        for k in 0..4 {
            if k != entered && sites.side(&v, k, y, counters) < 0 {
                (t, entered) = split(cells.across(t)[k]);
                if ghost(&cells.corners(t)).is_some() {
                    return t;
                }
                continue 'walk;
            }
        }
        return t;
    }
}

impl Grow<'_> {
    /// A tetrahedron that `p`, the lifted `q`, is above; `None`: it is hidden.
    ///
    /// The hull is the least of all hyperplanes, so a walk to neighbours whose hyperplanes are
    /// lower over the site goes to the tetrahedron that holds it. Rounding may mislead it, but not
    /// around in a circle, and any tetrahedron on the way that the site is certainly above will do.
    /// Where it ends without one, orientations tell the way.
    pub(super) fn below(&mut self, p: u32, q: &Lifted3) -> Option<usize> {
        let mut t = self.hint as usize;
        if let Some(k) = ghost(&self.cells[t].v) {
            t = split(self.cells[t].n[k]).0;
        }
        if self.states[t].bound() != Bound::NONE {
            let mut value = self.cells[t].face.at(q);
            let mut entered = 4;
            'walk: loop {
                if q.h.hi - value > self.states[t].bound().value() {
                    self.counters.calls += 1;
                    return Some(t);
                }
                let across = self.cells[t].n;
                for k in 0..4 {
                    if k == entered {
                        continue;
                    }
                    let (s, j) = split(across[k]);
                    if self.states[s].bound() != Bound::NONE {
                        let lower = self.cells[s].face.at(q);
                        if lower < value {
                            (t, value, entered) = (s, lower, j);
                            continue 'walk;
                        }
                    }
                }
                break;
            }
        }
        let mut counters = self.counters;
        let t = locate(self, self.sites, t, &q.y, &mut counters);
        self.counters = counters;
        self.hint = t as u32;
        self.conflict(t, p, q).then_some(t)
    }
}
