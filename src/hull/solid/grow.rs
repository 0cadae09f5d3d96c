//! The triangles of a hull while points are inserted.
//!
//! Every point outside keeps one facet that it lies above (Clarkson and Shor's conflict lists, one
//! entry a point, as in quickhull). When a point `p` is inserted, the facets under it are replaced
//! by a fan over their rim. A point `q` whose facet is gone lies above a facet of the fan, or in
//! the hull: if it lies above facets on both sides of a rim's edge it lies above the fan's facet
//! there, whose plane is between theirs; and if all facets under `q` lie under `p`, only the fan
//! can be left for it. A point in the plane of a facet does not lie above it: that facet stays, and
//! the fan continues its plane.

use crate::exact::Counters;
use crate::exact::predicates::{Pole, PolePlane};

/// No facet, no point.
pub(super) const NONE: u32 = u32::MAX;

/// The triangles.
pub(super) struct Growing<'a> {
    rows: &'a [Pole],
    /// Corners, counter-clockwise as seen from outside; [`NONE`] first where the slot is free.
    pub face: Vec<[u32; 3]>,
    /// The face across each edge; edge `k` goes from corner `k` to the next.
    pub across: Vec<[u32; 3]>,
    plane: Vec<PolePlane>,
    /// First of the points that keep this face, and from each point the next.
    first: Vec<u32>,
    next: Vec<u32>,
    /// The face that each point keeps.
    kept: Vec<u32>,
    free: Vec<u32>,
    /// The insertion that last looked at a face, and whether the point lay above.
    seen: Vec<(u32, bool)>,
    round: u32,
    /// The face of the fan whose rim begins at a point.
    fan_at: Vec<u32>,
    pub counters: Counters,
}

impl<'a> Growing<'a> {
    /// A tetrahedron of four points with a positive determinant, and whom of the others it lies
    /// under.
    pub fn new(rows: &'a [Pole], [a, b, c, d]: [u32; 4]) -> Growing<'a> {
        let n = rows.len();
        let mut hull = Growing {
            rows,
            face: vec![],
            across: vec![],
            plane: vec![],
            first: vec![],
            next: vec![NONE; n],
            kept: vec![NONE; n],
            free: vec![],
            seen: vec![],
            round: 0,
            fan_at: vec![NONE; n],
            counters: Counters::default(),
        };
        for corners in [[a, b, c], [a, d, b], [b, d, c], [c, d, a]] {
            hull.put(corners);
        }
        hull.across = vec![[1, 2, 3], [3, 2, 0], [1, 3, 0], [2, 1, 0]];
        for q in (0..n as u32).filter(|q| ![a, b, c, d].contains(q)) {
            if let Some(f) = (0..4).find(|&f| hull.is_above(q, f)) {
                hull.keep(q, f);
            }
        }
        hull
    }

    fn put(&mut self, corners: [u32; 3]) -> u32 {
        let [a, b, c] = corners.map(|k| &self.rows[k as usize]);
        let plane = PolePlane::through(a, b, c);
        if let Some(f) = self.free.pop() {
            let k = f as usize;
            (self.face[k], self.plane[k], self.first[k], self.seen[k]) = (corners, plane, NONE, (0, false));
            return f;
        }
        self.face.push(corners);
        self.across.push([NONE; 3]);
        self.plane.push(plane);
        self.first.push(NONE);
        self.seen.push((0, false));
        self.face.len() as u32 - 1
    }

    fn is_above(&mut self, q: u32, f: u32) -> bool {
        let rows = self.face[f as usize].map(|k| &self.rows[k as usize]);
        self.plane[f as usize].side(rows, &self.rows[q as usize], &mut self.counters) < 0
    }

    fn keep(&mut self, q: u32, f: u32) {
        self.kept[q as usize] = f;
        self.next[q as usize] = self.first[f as usize];
        self.first[f as usize] = q;
    }

    /// Makes a point a corner, if it is outside.
    pub fn insert(&mut self, p: u32) {
        let start = self.kept[p as usize];
        if start == NONE {
            return;
        }
        self.round += 1;
        self.seen[start as usize] = (self.round, true);
        let mut under = vec![start];
        // Corners of the rim's edge, and the face outside.
        let mut rim: Vec<(u32, u32, u32)> = Vec::new();
        let mut k = 0;
        while k < under.len() {
            let f = under[k] as usize;
            k += 1;
            for e in 0..3 {
                let g = self.across[f][e];
                let is_under = match self.seen[g as usize] {
                    (round, known) if round == self.round => known,
                    _ => {
                        let above = self.is_above(p, g);
                        self.seen[g as usize] = (self.round, above);
                        if above {
                            under.push(g);
                        }
                        above
                    }
                };
                if !is_under {
                    rim.push((self.face[f][e], self.face[f][(e + 1) % 3], g));
                }
            }
        }
        let mut orphans = Vec::new();
        for &f in &under {
            let mut q = std::mem::replace(&mut self.first[f as usize], NONE);
            while q != NONE {
                orphans.push(q);
                q = self.next[q as usize];
            }
            self.face[f as usize][0] = NONE;
        }
        self.free.extend(&under);
        let mut fan = Vec::with_capacity(rim.len());
        for &(u, v, outside) in &rim {
            let f = self.put([u, v, p]);
            self.across[f as usize][0] = outside;
            let face = self.face[outside as usize];
            let back = (0..3).find(|&e| face[e] == v && face[(e + 1) % 3] == u).unwrap_or(0);
            self.across[outside as usize][back] = f;
            self.fan_at[u as usize] = f;
            fan.push(f);
        }
        for (&f, &(_, v, _)) in fan.iter().zip(&rim) {
            let after = self.fan_at[v as usize];
            self.across[f as usize][1] = after;
            self.across[after as usize][2] = f;
        }
        for q in orphans {
            self.kept[q as usize] = NONE;
            if q != p
                && let Some(&f) = fan.iter().find(|&&f| self.is_above(q, f))
            {
                self.keep(q, f);
            }
        }
    }
}
