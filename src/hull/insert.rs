//! Incremental insertion: walk to the site, dig out the triangles below it, fan the hole from it (Bowyer, Watson).

use super::mesh::{GHOST, Mesh, Triangle, join, next, previous, split};
use super::plane::{Extent, Plane};
use crate::exact::Counters;
use crate::exact::predicates::{Lifted, above, above_line, orient2d};

/// A triangulation under construction, with the scratch space of the search.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    /// The triangles.
    pub mesh: Mesh,
    /// What the search asks of the triangles, by slot. Kept only while triangles are made and tested: it is more than half
    /// of the memory, and void as soon as the heights change.
    pub faces: Vec<Face>,
    /// Search stamp; grows by 2 a search.
    stamp: u32,
    /// How the signs were decided.
    pub counters: Counters,
    /// Bounds for the planes' errors.
    pub extent: Extent,
    /// Where the next walk starts.
    pub hint: usize,
    /// Triangles made by the last insertion.
    pub fresh: Vec<u32>,
    stack: Vec<u32>,
    rim: Vec<(u32, u32, u32)>,
    dug: Vec<u32>,
}

/// A triangle of the lifted surface.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    plane: Plane,
    /// Stamp of the last search that visited it.
    mark: u32,
}

impl Face {
    const UNKNOWN: Face = Face { plane: Plane::UNKNOWN, mark: 0 };

    /// Of a triangle that no search has visited.
    #[inline(always)]
    pub fn of(v: [u32; 3], points: &[Lifted], extent: &Extent) -> Face {
        Face { plane: Plane::of(v, points, extent), mark: 0 }
    }
}

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

impl Builder {
    /// Starts from the triangle `abc`, which must turn counter-clockwise.
    pub fn new(points: &[Lifted], [a, b, c]: [u32; 3]) -> Builder {
        let mut builder = Builder::default();
        let v = [[a, b, c], [c, b, GHOST], [a, c, GHOST], [b, a, GHOST]];
        let mesh = &mut builder.mesh;
        mesh.triangles = v.iter().map(|&v| Triangle { v, ..Triangle::DEAD }).collect();
        for k in 0..3 {
            mesh.glue(join(0, k), join(k + 1, 2));
            // Ghost k+1 is opposite corner k; going around, its edge 0 meets edge 1 of the next one.
            mesh.glue(join(k + 1, 0), join(previous(k) + 1, 1));
        }
        builder.fit(points);
        builder
    }

    /// Bounds and planes for the present heights, before anything is tested.
    pub fn fit(&mut self, points: &[Lifted]) {
        self.fit_within(points, Extent::of(points));
    }

    /// The same for bounds that will hold for heights to come, too.
    pub fn fit_within(&mut self, points: &[Lifted], extent: Extent) {
        self.faces = self.mesh.triangles.iter().map(|t| Face::of(t.v, points, &extent)).collect();
        self.extent = extent;
    }

    /// Next stamp for a search; marks `stamp` and `stamp + 1` are both unused by older searches.
    #[inline(always)]
    fn next_stamp(&mut self) -> u32 {
        if self.stamp >= u32::MAX - 3 {
            self.faces.iter_mut().for_each(|f| f.mark = 0);
            self.stamp = 0;
        }
        self.stamp += 2;
        self.stamp
    }

    /// Is triangle `t` below the lifted site `p` (after the perturbation)?
    ///
    /// A ghost triangle on edge `ab` is the vertical plane through it: below everything strictly outside; over its own line
    /// the hull is one dimension lower, and the site is compared with the lifted line `ab`, also beyond its ends.
    #[inline(always)]
    pub fn conflict(&mut self, points: &[Lifted], rank: &[u32], t: usize, p: u32) -> bool {
        if let Some(above) = self.faces[t].plane.above(&points[p as usize]) {
            self.counters.calls += 1;
            return above;
        }
        self.conflict_exact(points, rank, t, p)
    }

    #[inline(never)]
    fn conflict_exact(&mut self, points: &[Lifted], rank: &[u32], t: usize, p: u32) -> bool {
        let v = self.mesh.triangles[t].v;
        let at = |i: u32| &points[i as usize];
        let k = match self.mesh.triangles[t].ghost() {
            None => {
                let ranks = || [v[0], v[1], v[2], p].map(|i| rank[i as usize]);
                return above([at(v[0]), at(v[1]), at(v[2]), at(p)], ranks, &mut self.counters);
            }
            Some(k) => k,
        };
        let (a, b) = (v[next(k)], v[previous(k)]);
        match orient2d(at(a).site(), at(b).site(), at(p).site(), &mut self.counters) {
            0 => above_line([at(a), at(b), at(p)], [a, b, p].map(|i| rank[i as usize]), &mut self.counters),
            o => o > 0,
        }
    }

    /// The triangle whose closure contains `p`, or a ghost triangle whose hull edge separates `p` from the sites.
    ///
    /// Visibility walk. It cannot cycle: in a regular triangulation "in front of" seen from a point is acyclic
    /// (Edelsbrunner 1990), and this one is regular for the perturbed heights.
    pub fn locate(&mut self, points: &[Lifted], start: usize, p: [f64; 2]) -> usize {
        let mut t = start;
        if let Some(k) = self.mesh.triangles[t].ghost() {
            t = split(self.mesh.triangles[t].n[k]).0;
        }
        let mut entered = 3;
        'walk: loop {
            let triangle = self.mesh.triangles[t];
            for k in 0..3 {
                if k == entered {
                    continue;
                }
                let a = points[triangle.v[next(k)] as usize].site();
                let b = points[triangle.v[previous(k)] as usize].site();
                if orient2d(a, b, p, &mut self.counters) < 0 {
                    (t, entered) = split(triangle.n[k]);
                    if self.mesh.triangles[t].ghost().is_some() {
                        return t;
                    }
                    continue 'walk;
                }
            }
            return t;
        }
    }

    /// Inserts vertex `p`, walking from the hint.
    pub fn insert(&mut self, points: &[Lifted], rank: &[u32], p: u32) -> Inserted {
        let t = self.locate(points, self.hint, points[p as usize].site());
        self.hint = t;
        if !self.conflict(points, rank, t, p) {
            return Inserted::Hidden;
        }
        self.dig(points, rank, t, p)
    }

    /// Replaces the triangles below `p`, of which `first` is one, by a fan from `p`.
    ///
    /// The search runs depth first and counter-clockwise, so it meets the edges of the rim in cyclic order. Hidden vertices
    /// inside the hole leave slits, which are passed on both sides without being recorded; the order stays right.
    fn dig(&mut self, points: &[Lifted], rank: &[u32], first: usize, p: u32) -> Inserted {
        let inside = self.next_stamp();
        let outside = inside + 1;
        self.rim.clear();
        self.dug.clear();
        self.stack.clear();
        self.faces[first].mark = inside;
        self.dug.push(first as u32);
        self.stack.extend([join(first, 2), join(first, 1), join(first, 0)]);
        while let Some(code) = self.stack.pop() {
            let (t, k) = split(code);
            let twin = self.mesh.triangles[t].n[k];
            let (s, j) = split(twin);
            let mark = self.faces[s].mark;
            if mark == inside {
                continue;
            }
            if mark != outside && self.conflict(points, rank, s, p) {
                self.faces[s].mark = inside;
                self.dug.push(s as u32);
                self.stack.extend([join(s, previous(j)), join(s, next(j))]);
            } else {
                self.faces[s].mark = outside;
                let v = self.mesh.triangles[t].v;
                self.rim.push((v[next(k)], v[previous(k)], twin));
            }
        }
        let hiding = self.dug.len() + 2 != self.rim.len();
        let covered = if hiding { self.covered() } else { Vec::new() };
        self.fill(points, p);
        if hiding { Inserted::Hiding(covered) } else { Inserted::Vertex }
    }

    /// Vertices of dug triangles that are not on the rim. (Euler: `rim = dug + 2 - 2 covered`.)
    fn covered(&self) -> Vec<u32> {
        let mut on_rim: Vec<u32> = self.rim.iter().map(|r| r.0).collect();
        on_rim.sort_unstable();
        let mut covered: Vec<u32> = self
            .dug
            .iter()
            .flat_map(|&t| self.mesh.triangles[t as usize].v)
            .filter(|v| on_rim.binary_search(v).is_err())
            .collect();
        covered.sort_unstable();
        covered.dedup();
        covered
    }

    fn fill(&mut self, points: &[Lifted], p: u32) {
        let extent = self.extent;
        let mesh = &mut self.mesh;
        self.fresh.clear();
        for k in 0..self.rim.len() {
            let slot = if k < self.dug.len() { self.dug[k] } else { mesh.slot() as u32 };
            self.fresh.push(slot);
        }
        self.faces.resize(mesh.triangles.len(), Face::UNKNOWN);
        for &t in self.dug.iter().skip(self.rim.len()) {
            mesh.triangles[t as usize] = Triangle::DEAD;
            mesh.free.push(t);
        }
        let count = self.rim.len();
        let mut before = self.fresh[count - 1];
        for k in 0..count {
            let (a, b, twin) = self.rim[k];
            let t = self.fresh[k];
            let after = self.fresh[if k + 1 == count { 0 } else { k + 1 }];
            let (v, n) = ([p, a, b], [twin, after << 2 | 2, before << 2 | 1]);
            mesh.triangles[t as usize] = Triangle { v, n };
            self.faces[t as usize] = Face::of(v, points, &extent);
            let (s, j) = split(twin);
            mesh.triangles[s].n[j] = t << 2;
            before = t;
        }
        self.hint = self.fresh[0] as usize;
    }
}
