//! Flips until every edge is locally regular.
//!
//! Why the result is the regular triangulation: when every edge is locally regular the lifted
//! surface is convex, so the triangulation is the regular one of its own vertices (Delaunay's
//! lemma); and vertices are given up only where they are proved to be hidden. Why it ends: each
//! flip raises the lifted surface over the same vertices, and each removal leaves one vertex less.
//!
//! A flip of `bc` to `ad` needs a strictly convex quadrilateral `abdc`. Otherwise one end of the
//! edge, say `b`, lies in the triangle `adc` or on its side `ad`. That `d` is above the plane
//! through `a, b, c` then says that `b` is below the plane through `a, d, c`: below the hull of
//! three other sites, it is hidden whatever happens elsewhere, and is removed (`remove.rs`). So
//! flips never get stuck, as they do when only vertices of degree three are removed (Edelsbrunner
//! and Shah 1996).

use super::corners::Corners;
use super::mesh::{GHOST, NONE, Triangle, join, next, previous, split};
use super::part::Part;
use super::remove::Removed;

/// Flips could not finish; build anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

/// The edges that wait for their turn.
#[derive(Debug, Default)]
pub struct Queue {
    /// Half-edges that may be irregular.
    pub edges: Vec<u32>,
    /// Irregular ones that reach into other stretches.
    pub deferred: Vec<u32>,
}

enum Flip {
    Regular,
    Done,
    Deferred,
    Stuck,
}

impl Part<'_> {
    /// Flips until every edge of the queue, and every edge that changes on the way, is regular or
    /// reaches into another stretch.
    ///
    /// A deferred edge is not lost if one of its triangles changes later: that puts all edges of
    /// the triangle into the queue. Beyond `budget` flips it gives up: then a new triangulation
    /// costs less.
    pub fn relax(&mut self, queue: &mut Queue, corners: &mut Corners<'_>, mut budget: usize) -> Result<(), Stuck> {
        while let Some(edge) = queue.edges.pop() {
            match self.flip(edge, queue, corners) {
                Flip::Regular => {}
                Flip::Done => budget = budget.checked_sub(1).ok_or(Stuck)?,
                Flip::Deferred => queue.deferred.push(edge),
                Flip::Stuck => return Err(Stuck),
            }
        }
        Ok(())
    }

    /// Records corners at the vertices of a triangle.
    #[inline(always)]
    pub fn set_corners(&self, corners: &mut Corners<'_>, t: usize) {
        for (k, &v) in self.mesh.triangle(t).v.iter().enumerate() {
            if v != GHOST {
                corners.set(v, join(t, k));
            }
        }
    }

    fn flip(&mut self, edge: u32, queue: &mut Queue, corners: &mut Corners<'_>) -> Flip {
        let (t, k) = split(edge);
        let triangle = *self.mesh.triangle(t);
        if triangle.is_dead() {
            return Flip::Regular;
        }
        let (s, j) = split(triangle.n[k]);
        if !self.mesh.owns(s) {
            return Flip::Deferred;
        }
        if !self.mesh.irregular(t, k, &mut self.work.counters) {
            return Flip::Regular;
        }
        let other = *self.mesh.triangle(s);
        // t = (a, b, c) at k, s = (d, c, b) at j.
        let (a, b, c, d) = (triangle.v[k], triangle.v[next(k)], triangle.v[previous(k)], other.v[j]);
        // Two ghosts: `b` lies between its neighbours on a straight stretch of the outline, below
        // the line through them.
        if c == GHOST {
            return self.without(join(t, next(k)), b, queue, corners);
        }
        if b == GHOST {
            return self.without(join(t, previous(k)), c, queue, corners);
        }
        if self.orient(a, b, d) <= 0 {
            return self.without(join(t, next(k)), b, queue, corners);
        }
        if self.orient(a, d, c) <= 0 {
            return self.without(join(t, previous(k)), c, queue, corners);
        }
        let (ab, ca) = (triangle.n[previous(k)], triangle.n[next(k)]);
        let (bd, dc) = (other.n[next(j)], other.n[previous(j)]);
        let owned = [ab, ca, bd, dc].iter().all(|&e| self.mesh.owns(split(e).0));
        if !owned || ![a, b, c, d].iter().all(|&v| corners.owns(v)) {
            return Flip::Deferred;
        }
        self.mesh.put(t, Triangle { v: [a, b, d], n: [bd, join(s, 2), ab] });
        self.mesh.put(s, Triangle { v: [a, d, c], n: [dc, ca, join(t, 1)] });
        self.mesh.glue(join(t, 0), bd);
        self.mesh.glue(join(t, 2), ab);
        self.mesh.glue(join(s, 0), dc);
        self.mesh.glue(join(s, 1), ca);
        queue.edges.extend([join(t, 0), join(t, 2), join(s, 0), join(s, 1)]);
        self.set_corners(corners, t);
        self.set_corners(corners, s);
        Flip::Done
    }

    /// Removes a vertex that is proved to be hidden.
    fn without(&mut self, corner: u32, v: u32, queue: &mut Queue, corners: &mut Corners<'_>) -> Flip {
        match self.remove(corner, v, &mut queue.edges, corners) {
            Removed::Done => {
                corners.set(v, NONE);
                Flip::Done
            }
            Removed::Deferred => Flip::Deferred,
            Removed::Failed => Flip::Stuck,
        }
    }
}
