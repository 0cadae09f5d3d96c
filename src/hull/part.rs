//! A stretch of slots under work, and what the work needs: the unit in which threads share a
//! triangulation.
//!
//! Half-edges are coded by the slots of the whole triangulation, so a stretch that was worked on
//! alone is a piece of the whole as it stands: nothing is copied and nothing renumbered when
//! stretches are put together.

use super::mesh::{GHOST, NONE, Spare, Triangle, join, next, previous, split};
use super::plane::{Extent, Plane};
use crate::exact::Counters;
use crate::exact::predicates::{Lifted, above, above_line, orient2d};

/// All lifted sites and their ranks, by position.
#[derive(Clone, Copy, Debug)]
pub struct Sites<'a> {
    /// The lifted sites.
    pub points: &'a [Lifted],
    /// What breaks ties.
    pub rank: &'a [u32],
}

impl<'a> Sites<'a> {
    /// The lifted site at a position.
    #[inline(always)]
    pub fn at(&self, i: u32) -> &'a Lifted {
        &self.points[i as usize]
    }

    /// Orientation of three sites.
    #[inline(always)]
    pub fn orient(&self, a: u32, b: u32, c: u32, counters: &mut Counters) -> i32 {
        orient2d(self.at(a).site(), self.at(b).site(), self.at(c).site(), counters)
    }
}

/// What the search of an insertion asks of a triangle of the lifted surface.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    plane: Plane,
    /// Stamp of the last search that visited it.
    pub mark: u32,
}

impl Face {
    /// Of a slot without a triangle.
    pub const UNKNOWN: Face = Face { plane: Plane::UNKNOWN, mark: 0 };

    /// Of a triangle that no search has visited.
    #[inline(always)]
    pub fn of(v: [u32; 3], points: &[Lifted], extent: &Extent) -> Face {
        Face { plane: Plane::of(v, points, extent), mark: 0 }
    }
}

/// The slots `base ..` of a triangulation.
#[derive(Debug)]
pub struct Stretch<'a> {
    /// The sites of the whole triangulation.
    pub sites: Sites<'a>,
    /// Triangles of these slots.
    pub triangles: &'a mut [Triangle],
    /// Their faces; or none at all, where few questions are asked of each triangle: then all go to
    /// the predicates.
    pub faces: &'a mut [Face],
    /// The first slot.
    pub base: usize,
    /// Bounds for the planes' errors.
    pub extent: Extent,
}

impl Stretch<'_> {
    /// The triangle in a slot.
    #[inline(always)]
    pub fn triangle(&self, t: usize) -> &Triangle {
        &self.triangles[t - self.base]
    }

    /// Is this one of the slots? (Not true of `NONE`.)
    #[inline(always)]
    pub fn owns(&self, t: usize) -> bool {
        t.wrapping_sub(self.base) < self.triangles.len()
    }

    /// Puts a triangle into a slot.
    #[inline(always)]
    pub fn put(&mut self, t: usize, triangle: Triangle) {
        self.triangles[t - self.base] = triangle;
        if let Some(face) = self.faces.get_mut(t - self.base) {
            *face = Face::of(triangle.v, self.sites.points, &self.extent);
        }
    }

    /// Makes `a` and `b` the two sides of one edge.
    #[inline(always)]
    pub fn glue(&mut self, a: u32, b: u32) {
        let ((s, j), (t, k)) = (split(a), split(b));
        self.triangles[s - self.base].n[j] = b;
        self.triangles[t - self.base].n[k] = a;
    }

    /// The corner after `corner`, counter-clockwise around the same vertex; it may belong to
    /// another stretch.
    #[inline(always)]
    pub fn turn(&self, corner: u32) -> u32 {
        let (t, k) = split(corner);
        let (t, k) = split(self.triangle(t).n[next(k)]);
        join(t, next(k))
    }

    /// Is triangle `t` below the lifted site `p` (after the perturbation)?
    ///
    /// A ghost triangle on edge `ab` is the vertical plane through it: below everything strictly
    /// outside; over its own line the hull is one dimension lower, and the site is compared with
    /// the lifted line `ab`, also beyond its ends.
    #[inline(always)]
    pub fn conflict(&self, t: usize, p: u32, counters: &mut Counters) -> bool {
        let face = self.faces.get(t - self.base);
        if let Some(above) = face.and_then(|f| f.plane.above(self.sites.at(p))) {
            counters.calls += 1;
            return above;
        }
        self.conflict_exact(t, p, counters)
    }

    #[inline(never)]
    fn conflict_exact(&self, t: usize, p: u32, counters: &mut Counters) -> bool {
        let triangle = self.triangle(t);
        let v = triangle.v;
        let at = |i: u32| self.sites.at(i);
        let rank = |i: u32| self.sites.rank[i as usize];
        let k = match triangle.ghost() {
            None => return above([at(v[0]), at(v[1]), at(v[2]), at(p)], || [v[0], v[1], v[2], p].map(rank), counters),
            Some(k) => k,
        };
        let (a, b) = (v[next(k)], v[previous(k)]);
        match self.sites.orient(a, b, p, counters) {
            0 => above_line([at(a), at(b), at(p)], [a, b, p].map(rank), counters),
            o => o > 0,
        }
    }

    /// The vertex across edge `k` of triangle `t`, unless it is known to be below. Both triangles
    /// must be of this stretch.
    #[inline(always)]
    fn across(&self, t: usize, k: usize) -> Option<u32> {
        let triangle = self.triangle(t);
        let (s, j) = split(triangle.n[k]);
        let other = self.triangle(s);
        let d = other.v[j];
        // The ghost lies below every plane; and a triangle never rises above the ghost triangle on
        // its own edge.
        let below = d == GHOST || triangle.v.contains(&GHOST) && other.ghost().is_none();
        (!below).then_some(d)
    }

    /// Is the vertex across edge `k` above triangle `t`?
    #[inline(always)]
    pub fn irregular(&self, t: usize, k: usize, counters: &mut Counters) -> bool {
        self.across(t, k).is_some_and(|d| self.conflict(t, d, counters))
    }

    /// The same where several edges of `t` are asked about: with its plane.
    #[inline(always)]
    pub fn irregular_beside(&self, plane: &Plane, t: usize, k: usize, counters: &mut Counters) -> bool {
        let Some(d) = self.across(t, k) else { return false };
        if let Some(above) = plane.above(self.sites.at(d)) {
            counters.calls += 1;
            return above;
        }
        self.conflict_exact(t, d, counters)
    }

    /// The triangle whose closure contains `p`, or a ghost triangle whose hull edge separates `p`
    /// from the sites.
    ///
    /// Visibility walk. It cannot cycle: in a regular triangulation "in front of" seen from a point
    /// is acyclic (Edelsbrunner 1990), and this one is regular for the perturbed heights.
    pub fn locate(&self, start: usize, p: [f64; 2], counters: &mut Counters) -> usize {
        let mut t = start;
        if let Some(k) = self.triangle(t).ghost() {
            t = split(self.triangle(t).n[k]).0;
        }
        let mut entered = 3;
        'walk: loop {
            let triangle = *self.triangle(t);
            for k in 0..3 {
                if k == entered {
                    continue;
                }
                let a = self.sites.at(triangle.v[next(k)]).site();
                let b = self.sites.at(triangle.v[previous(k)]).site();
                if orient2d(a, b, p, counters) < 0 {
                    (t, entered) = split(triangle.n[k]);
                    if self.triangle(t).ghost().is_some() {
                        return t;
                    }
                    continue 'walk;
                }
            }
            return t;
        }
    }
}

/// Tools and records of the work on a stretch.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// Slots to be had.
    pub spare: Spare,
    /// Search stamp; grows by 2 a search.
    pub stamp: u32,
    /// How the signs were decided.
    pub counters: Counters,
    /// Where the next walk starts.
    pub hint: usize,
    /// Triangles made by the last insertion.
    pub fresh: Vec<u32>,
    pub(super) stack: Vec<u32>,
    pub(super) rim: Vec<(u32, u32, u32)>,
    pub(super) dug: Vec<u32>,
}

impl Work {
    /// The tools of two stretches, for work on both.
    pub fn and(mut self, other: Work) -> Work {
        self.spare.append(other.spare);
        self.counters += other.counters;
        self.stamp = self.stamp.max(other.stamp);
        self
    }
}

/// A stretch with the tools to change it.
#[derive(Debug)]
pub struct Part<'a> {
    /// The slots.
    pub mesh: Stretch<'a>,
    /// The tools.
    pub work: Work,
}

impl Part<'_> {
    /// Is triangle `t` below the lifted site `p`? See [`Stretch::conflict`].
    #[inline(always)]
    pub fn conflict(&mut self, t: usize, p: u32) -> bool {
        self.mesh.conflict(t, p, &mut self.work.counters)
    }

    /// Orientation of three sites.
    #[inline(always)]
    pub fn orient(&mut self, a: u32, b: u32, c: u32) -> i32 {
        self.mesh.sites.orient(a, b, c, &mut self.work.counters)
    }

    /// Empties a slot.
    #[inline(always)]
    pub fn drop_triangle(&mut self, t: usize) {
        self.mesh.triangles[t - self.mesh.base] = Triangle::DEAD;
        self.work.spare.give(t as u32);
    }

    /// A slot for a new triangle. `v` vertices have `2 v - 2` triangles, ghosts included (Euler on
    /// the sphere, the ghost being one more vertex), and whoever inserts provides two slots for
    /// each site there is: the slots never run out.
    #[inline(always)]
    pub fn slot(&mut self) -> u32 {
        let slot = self.work.spare.take();
        debug_assert!(slot.is_some(), "two slots a site are enough");
        slot.unwrap_or(NONE)
    }
}
