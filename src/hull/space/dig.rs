//! Incremental insertion: dig out the tetrahedra below the new site, fill the hole with a cone from
//! it (Bowyer, Watson).
//!
//! What is seen of the lifted hull from a point above it is a ball, and its rim a sphere of
//! triangles: each edge of that lies on two of them, and the new tetrahedra on these are
//! neighbours. The new site is never in the plane of a triangle of the rim: over that plane the
//! tetrahedra on both sides agree whether they are below it (`sites.rs`), so both would be dug, or
//! none.

use super::cell::{DEAD, FACET, GHOST, NONE, join, split};
use super::face::{Bound, Face, Seen};
use super::grow::{Cell, Grow, Rim, SMALL, State};
use crate::exact::predicates::Lifted3;

impl Grow<'_> {
    /// Inserts the site at position `p`; `false`: it is hidden.
    pub fn insert(&mut self, p: u32) -> bool {
        let q = *self.sites.at(p);
        let Some(first) = self.below(p, &q) else { return false };
        self.dig(first, p, &q);
        self.fill(&q);
        true
    }

    /// Finds the tetrahedra below `p`, of which `first` is one, and the rim around them.
    fn dig(&mut self, first: usize, p: u32, q: &Lifted3) {
        self.rim.clear();
        self.dug.clear();
        self.dug.push(first as u32);
        self.states[first].mark(true);
        let mut next = 0;
        while let Some(&t) = self.dug.get(next) {
            next += 1;
            let Cell { v, n, .. } = self.cells[t as usize];
            for k in 0..4 {
                let s = split(n[k]).0;
                let state = self.states[s];
                if state.is_inside() {
                    continue;
                }
                if !state.is_outside() {
                    let inside = self.conflict(s, p, q);
                    self.states[s].mark(inside);
                    if inside {
                        self.dug.push(s as u32);
                        continue;
                    }
                }
                let mut corners = v;
                corners[k] = p;
                self.rim.push(Rim { v: corners, at: [0; 3], beyond: n[k], apex: k as u8 });
            }
        }
    }

    /// Fills the hole.
    fn fill(&mut self, q: &Lifted3) {
        self.number_rim(q);
        let count = self.rim.len();
        self.fresh.clear();
        let reused = count.min(self.dug.len());
        self.fresh.extend_from_slice(&self.dug[..reused]);
        for _ in reused..count {
            let slot = self.slot();
            self.fresh.push(slot);
        }
        for k in reused..self.dug.len() {
            let t = self.dug[k];
            self.cells[t as usize].v = DEAD;
            self.states[t as usize] = State::of(Bound::NONE);
            self.spare.push(t);
        }
        let small = self.seen.len() <= SMALL;
        if small {
            self.match_edges()
        } else {
            self.sort_edges()
        }
        let mut hint = self.fresh[0];
        for (r, &slot) in self.rim.iter().zip(&self.fresh) {
            let apex = usize::from(r.apex & 3);
            let facet = &FACET[apex];
            let [a, b, c] = r.at;
            // Neighbours run through the edges the other way.
            let mut n = [NONE; 4];
            n[apex] = r.beyond;
            if small {
                n[facet[0]] = self.table[place(c, b)];
                n[facet[1]] = self.table[place(a, c)];
                n[facet[2]] = self.table[place(b, a)];
            } else {
                n[facet[0]] = self.found(c, b);
                n[facet[1]] = self.found(a, c);
                n[facet[2]] = self.found(b, a);
            }
            let (face, bound) = if r.v.contains(&GHOST) {
                (Face::default(), Bound::NONE)
            } else {
                hint = slot;
                let (a, b, c) = (&self.seen[a as usize], &self.seen[b as usize], &self.seen[c as usize]);
                Face::through(q, a, b, c, &self.extent)
            };
            self.cells[slot as usize] = Cell { face, v: r.v, n };
            self.states[slot as usize] = State::of(bound);
            let (s, j) = split(r.beyond);
            self.cells[s].n[j] = join(slot, apex);
            self.states[s].clear();
        }
        self.hint = hint;
    }

    /// Numbers the vertices of the rim.
    fn number_rim(&mut self, q: &Lifted3) {
        // Numbers of one hole are at most as many as there are positions, and one.
        let most = self.number.len() as u32 + 1;
        if self.base > u32::MAX - 2 * most {
            self.number.fill(0);
            self.base = 1;
        }
        self.seen.clear();
        let mut ghost = NONE;
        for r in &mut self.rim {
            let facet = &FACET[usize::from(r.apex & 3)];
            for i in 0..3 {
                let v = r.v[facet[i]];
                let next = self.seen.len() as u32;
                if v == GHOST {
                    if ghost == NONE {
                        ghost = next;
                        self.seen.push(Seen::default());
                    }
                    r.at[i] = ghost;
                    continue;
                }
                let number = &mut self.number[v as usize];
                let mut at = number.wrapping_sub(self.base);
                if at >= next {
                    at = next;
                    *number = self.base + next;
                    self.seen.push(Seen::from(q, &self.sites.points[v as usize]));
                }
                r.at[i] = at;
            }
        }
        self.base += self.seen.len() as u32;
    }

    /// Writes each new side down by the edge of the rim that it is on.
    fn match_edges(&mut self) {
        for (r, &slot) in self.rim.iter().zip(&self.fresh) {
            let ([a, b, c], facet) = (r.at, &FACET[usize::from(r.apex & 3)]);
            self.table[place(b, c)] = join(slot, facet[0]);
            self.table[place(c, a)] = join(slot, facet[1]);
            self.table[place(a, b)] = join(slot, facet[2]);
        }
    }

    /// The same, to be searched.
    fn sort_edges(&mut self) {
        self.edges.clear();
        for (r, &slot) in self.rim.iter().zip(&self.fresh) {
            let ([a, b, c], facet) = (r.at, &FACET[usize::from(r.apex & 3)]);
            self.edges.push((key(b, c), join(slot, facet[0])));
            self.edges.push((key(c, a), join(slot, facet[1])));
            self.edges.push((key(a, b), join(slot, facet[2])));
        }
        self.edges.sort_unstable_by_key(|e| e.0);
    }

    /// The new side on an edge, of those sorted.
    fn found(&self, x: u32, y: u32) -> u32 {
        let at = self.edges.partition_point(|e| e.0 < key(x, y));
        self.edges.get(at).map_or(NONE, |e| e.1)
    }
}

/// The place of an edge in the table.
#[inline(always)]
fn place(x: u32, y: u32) -> usize {
    (x as usize * SMALL + y as usize) % (SMALL * SMALL)
}

/// An edge with its direction.
fn key(x: u32, y: u32) -> u64 {
    u64::from(x) << 32 | u64::from(y)
}
