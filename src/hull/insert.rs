//! Incremental insertion: walk to the site, dig out the triangles below it, fan the hole from it
//! (Bowyer, Watson).

use super::mesh::{GHOST, Triangle, join, next, previous, split};
use super::part::{Face, Part};

/// What became of an inserted site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It lies below the hull.
    Hidden,
    /// It is a vertex, and so are all the others.
    Vertex,
    /// It is a vertex and hides these.
    Hiding(Vec<u32>),
}

impl Part<'_> {
    /// Starts from the triangle `abc`, which must turn counter-clockwise.
    pub fn start(&mut self, [a, b, c]: [u32; 3]) {
        let v = [[a, b, c], [c, b, GHOST], [a, c, GHOST], [b, a, GHOST]];
        let slot = v.map(|_| self.slot() as usize);
        v.iter().zip(slot).for_each(|(&v, t)| self.mesh.put(t, Triangle { v, ..Triangle::DEAD }));
        for k in 0..3 {
            self.mesh.glue(join(slot[0], k), join(slot[k + 1], 2));
            // Ghost k+1 is opposite corner k; going around, its edge 0 meets edge 1 of the next
            // one.
            self.mesh.glue(join(slot[k + 1], 0), join(slot[previous(k) + 1], 1));
        }
        self.work.hint = slot[0];
    }

    /// Next stamp for a search; marks `stamp` and `stamp + 1` are both unused by older searches.
    #[inline(always)]
    fn next_stamp(&mut self) -> u32 {
        if self.work.stamp >= u32::MAX - 3 {
            self.mesh.faces.iter_mut().for_each(|f| f.mark = 0);
            self.work.stamp = 0;
        }
        self.work.stamp += 2;
        self.work.stamp
    }

    #[inline(always)]
    fn face(&mut self, t: usize) -> &mut Face {
        &mut self.mesh.faces[t - self.mesh.base]
    }

    /// Inserts vertex `p`, walking from the hint. The stretch must have faces.
    pub fn insert(&mut self, p: u32) -> Inserted {
        let site = self.mesh.sites.at(p).site();
        let t = self.mesh.locate(self.work.hint, site, &mut self.work.counters);
        self.work.hint = t;
        if !self.conflict(t, p) {
            return Inserted::Hidden;
        }
        self.dig(t, p)
    }

    /// Replaces the triangles below `p`, of which `first` is one, by a fan from `p`.
    ///
    /// The search runs depth first and counter-clockwise, so it meets the edges of the rim in
    /// cyclic order. Hidden vertices inside the hole leave slits, which are passed on both sides
    /// without being recorded; the order stays right.
    fn dig(&mut self, first: usize, p: u32) -> Inserted {
        let inside = self.next_stamp();
        let outside = inside + 1;
        self.work.rim.clear();
        self.work.dug.clear();
        self.work.stack.clear();
        self.face(first).mark = inside;
        self.work.dug.push(first as u32);
        self.work.stack.extend([join(first, 2), join(first, 1), join(first, 0)]);
        while let Some(code) = self.work.stack.pop() {
            let (t, k) = split(code);
            let twin = self.mesh.triangle(t).n[k];
            let (s, j) = split(twin);
            let mark = self.face(s).mark;
            if mark == inside {
                continue;
            }
            if mark != outside && self.conflict(s, p) {
                self.face(s).mark = inside;
                self.work.dug.push(s as u32);
                self.work.stack.extend([join(s, previous(j)), join(s, next(j))]);
            } else {
                self.face(s).mark = outside;
                let v = self.mesh.triangle(t).v;
                self.work.rim.push((v[next(k)], v[previous(k)], twin));
            }
        }
        let hiding = self.work.dug.len() + 2 != self.work.rim.len();
        let covered = if hiding { self.covered() } else { Vec::new() };
        self.fill(p);
        if hiding { Inserted::Hiding(covered) } else { Inserted::Vertex }
    }

    /// Vertices of dug triangles that are not on the rim. (Euler: `rim = dug + 2 - 2 covered`.)
    fn covered(&self) -> Vec<u32> {
        let mut on_rim: Vec<u32> = self.work.rim.iter().map(|r| r.0).collect();
        on_rim.sort_unstable();
        let dug = self.work.dug.iter();
        let mut covered: Vec<u32> =
            dug.flat_map(|&t| self.mesh.triangle(t as usize).v).filter(|v| on_rim.binary_search(v).is_err()).collect();
        covered.sort_unstable();
        covered.dedup();
        covered
    }

    fn fill(&mut self, p: u32) {
        self.work.fresh.clear();
        let (count, dug) = (self.work.rim.len(), self.work.dug.len());
        for k in 0..count {
            let slot = if k < dug { self.work.dug[k] } else { self.slot() };
            self.work.fresh.push(slot);
        }
        for k in count..dug {
            self.drop_triangle(self.work.dug[k] as usize);
        }
        let mut before = self.work.fresh[count - 1];
        for k in 0..count {
            let (a, b, twin) = self.work.rim[k];
            let t = self.work.fresh[k];
            let after = self.work.fresh[if k + 1 == count { 0 } else { k + 1 }];
            self.mesh.put(t as usize, Triangle { v: [p, a, b], n: [twin, after << 2 | 2, before << 2 | 1] });
            let (s, j) = split(twin);
            self.mesh.triangles[s - self.mesh.base].n[j] = t << 2;
            before = t;
        }
        self.work.hint = self.work.fresh[0] as usize;
    }
}
