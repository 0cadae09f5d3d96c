//! A triangulation at rest.

use super::cell::{Cells, DEAD, GHOST, NONE, ghost, split};
use super::grow::Grow;

/// Tetrahedra, ghosts among them, without gaps.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// Corners.
    pub v: Vec<[u32; 4]>,
    /// Sides opposite the sides.
    pub n: Vec<[u32; 4]>,
    /// By position a tetrahedron at the site, not a ghost; `NONE` if it is hidden.
    pub home: Vec<u32>,
}

impl Cells for Net {
    #[inline(always)]
    fn corners(&self, t: usize) -> [u32; 4] {
        self.v[t]
    }

    #[inline(always)]
    fn across(&self, t: usize) -> [u32; 4] {
        self.n[t]
    }
}

impl Net {
    /// Of what has grown.
    pub fn of(grow: Grow<'_>) -> Net {
        let Grow { sites, cells, states, spare, .. } = grow;
        drop(states);
        let live = cells.len() - spare.len();
        let (mut v, mut n) = (Vec::with_capacity(live), Vec::with_capacity(live));
        let mut home = vec![NONE; sites.points.len()];
        if spare.is_empty() {
            v.extend(cells.iter().map(|c| c.v));
            n.extend(cells.iter().map(|c| c.n));
        } else {
            let mut slot = vec![NONE; cells.len()];
            for (t, cell) in cells.iter().enumerate().filter(|(_, c)| c.v != DEAD) {
                slot[t] = v.len() as u32;
                v.push(cell.v);
            }
            let moved = |side: u32| slot[split(side).0] << 2 | side & 3;
            n.extend(cells.iter().filter(|c| c.v != DEAD).map(|c| c.n.map(moved)));
        }
        for (t, v) in v.iter().enumerate().filter(|(_, v)| ghost(v).is_none()) {
            v.iter().for_each(|&i| home[i as usize] = t as u32);
        }
        Net { v, n, home }
    }

    /// Tetrahedra at a position, ghosts among them, in no particular order; nothing of a hidden
    /// one. Cost: their number.
    pub fn star(&self, i: u32, star: &mut Vec<u32>) {
        star.clear();
        if self.home[i as usize] == NONE {
            return;
        }
        star.push(self.home[i as usize]);
        // What was met is found again by sorting, unless it is little.
        let mut met = std::collections::BTreeSet::new();
        let mut next = 0;
        while let Some(&t) = star.get(next) {
            next += 1;
            let (v, n) = (self.v[t as usize], self.n[t as usize]);
            for k in (0..4).filter(|&k| v[k] != i) {
                let s = split(n[k]).0 as u32;
                let known = if star.len() <= 32 { star.contains(&s) } else { met.contains(&s) };
                if !known {
                    star.push(s);
                    match star.len() {
                        ..=32 => {}
                        33 => met.extend(star.iter().copied()),
                        _ => {
                            met.insert(s);
                        }
                    }
                }
            }
        }
    }

    /// Is there a ghost in a tetrahedron?
    pub fn is_ghost(&self, t: usize) -> bool {
        self.v[t].contains(&GHOST)
    }
}
