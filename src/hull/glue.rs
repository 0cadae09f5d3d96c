//! Two triangulations side by side become one: the gap between their outlines is filled with
//! triangles.
//!
//! A strict line lies between the two sets of sites, so the outlines, two convex polygons, are
//! disjoint. Seen along the direction from `A` to `B`, the *right tangent* is an edge `ab` that has
//! both polygons on its left, the *left tangent* has them on its right. Between them lies the gap:
//! a polygon whose vertices are the left ends, a stretch of `A`'s outline, and the right ends, a
//! stretch of `B`'s.
//!
//! **Tangents.** From the vertices nearest to the separating line, one end moves on as long as the
//! next vertex is strictly on the outer side of the edge. The vertex just left stays strictly on
//! the inner side, since later moves turn the edge away from it; so in the end both neighbours of
//! each end are on the inner side or on the edge's line, and a convex polygon with this property at
//! one vertex is on that side as a whole. Moves are strict, so of several vertices on the tangent's
//! line it touches the nearest ones: the others remain vertices of the common outline, as all sites
//! of a triangulation that lie on its outline do.
//!
//! Both tangents may end at one vertex. Then that polygon lies between two lines through the
//! vertex, on the same side of it as the other polygon: the vertex is the farthest one, and the gap
//! goes around the whole outline.
//!
//! **Zipper.** Let `ab` be an edge across the gap, `a'` and `b'` the next vertices. In any
//! triangulation of the rest of the gap the triangle on `ab` has `a'` or `b'` as its third vertex:
//! with a farther one, `v` of `A` say, the part of the gap between `av` and the outline would be a
//! polygon with convex angles at no more than two vertices, since the gap has angles of at least a
//! straight one at all vertices of `A` between. So `aba'` or `abb'` is right, and the other one
//! need not be asked about. `aba'` is right iff it turns left and `ba'` does not cross `B`: turning
//! from `ba` across the gap, the first edge of `B` one meets is `bb'`; it must not come before
//! `ba'`, nor be the same direction (then `b'` would lie on `ba'`). Where both are right, the one
//! that is locally regular is taken: less to flip.
//!
//! Every triangle that is put in takes the slot of the ghost on its edge of an outline; the two
//! tangents need one more ghost each.

use super::flip::Stuck;
use super::mesh::{GHOST, NONE, Triangle, join, next, previous, split};
use super::part::Part;

/// A vertex of an outline, and the ghost triangle on the edge to the next one.
#[derive(Clone, Copy, Debug)]
struct Post {
    vertex: u32,
    ghost: u32,
}

/// An outline, counter-clockwise.
struct Outline(Vec<Post>);

impl Outline {
    fn after(&self, k: usize) -> usize {
        if k + 1 == self.0.len() { 0 } else { k + 1 }
    }

    fn before(&self, k: usize) -> usize {
        if k == 0 { self.0.len() - 1 } else { k - 1 }
    }

    /// Edges from one vertex to another; once around if they are the same.
    fn steps(&self, from: usize, to: usize) -> usize {
        if from < to { to - from } else { to + self.0.len() - from }
    }

    fn vertex(&self, k: usize) -> u32 {
        self.0[k].vertex
    }

    fn ghost(&self, k: usize) -> usize {
        self.0[k].ghost as usize
    }
}

/// One of the two triangulations: a slot to start walking from, and a site of the other one.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Slot of a triangle of this one.
    pub start: usize,
    /// Position of a site on the other side of the line.
    pub beyond: u32,
}

impl Part<'_> {
    /// Fills the gap; half-edges of all that is new go to `seam`.
    ///
    /// Coordinate `axis` of every site of `a` must be less than that of every site of `b`.
    pub fn glue_gap(&mut self, axis: usize, a: Side, b: Side, seam: &mut Vec<u32>) -> Result<(), Stuck> {
        let (a, b) = (self.outline(a)?, self.outline(b)?);
        let coordinate = |p: &Post| {
            let site = self.mesh.sites.at(p.vertex).site();
            site[axis]
        };
        let nearest_a = (0..a.0.len()).max_by(|&i, &j| coordinate(&a.0[i]).total_cmp(&coordinate(&a.0[j])));
        let nearest_b = (0..b.0.len()).min_by(|&i, &j| coordinate(&b.0[i]).total_cmp(&coordinate(&b.0[j])));
        let from = (nearest_a.unwrap_or(0), nearest_b.unwrap_or(0));
        let right = self.tangent(&a, &b, from, -1)?;
        let left = self.tangent(&a, &b, from, 1)?;
        let steps = (a.steps(right.0, left.0), b.steps(left.1, right.1));
        let (Some(first), Some(last)) = (self.work.spare.take(), self.work.spare.take()) else { return Err(Stuck) };
        let (first, last) = (first as usize, last as usize);
        // Ghosts before and after each of the new ones: of the old outline, unless nothing of that
        // is left.
        let (no_a, no_b) = (steps.0 == a.0.len(), steps.1 == b.0.len());
        let beside_first =
            [if no_a { last } else { a.ghost(a.before(right.0)) }, if no_b { last } else { b.ghost(right.1) }];
        let beside_last =
            [if no_b { first } else { b.ghost(b.before(left.1)) }, if no_a { first } else { a.ghost(left.0) }];
        let ghost = |v: [u32; 2]| Triangle { v: [v[0], v[1], GHOST], ..Triangle::DEAD };
        self.mesh.put(first, ghost([b.vertex(right.1), a.vertex(right.0)]));
        self.mesh.put(last, ghost([a.vertex(left.0), b.vertex(left.1)]));
        self.close(first, beside_first);
        self.close(last, beside_last);
        let open = self.zip((&a, right.0, steps.0), (&b, right.1, steps.1), join(first, 2), seam)?;
        self.mesh.glue(open, join(last, 2));
        seam.extend([first, last].into_iter().flat_map(|t| [0, 1, 2].map(|k| join(t, k))));
        Ok(())
    }

    /// The outline of one side, from the ghost at which a walk to the other side ends.
    fn outline(&mut self, side: Side) -> Result<Outline, Stuck> {
        let beyond = self.mesh.sites.at(side.beyond).site();
        let start = self.mesh.locate(side.start, beyond, &mut self.work.counters);
        let mut posts = Vec::new();
        let mut t = start;
        loop {
            let triangle = self.mesh.triangle(t);
            let k = triangle.ghost().ok_or(Stuck)?;
            // The ghost's own edge runs against the outline, and on from `v[next(k)]` goes the next
            // one.
            posts.push(Post { vertex: triangle.v[previous(k)], ghost: t as u32 });
            t = split(triangle.n[previous(k)]).0;
            if t == start {
                return Ok(Outline(posts));
            }
        }
    }

    /// The tangent on one side of the gap: -1 right, 1 left.
    fn tangent(&mut self, a: &Outline, b: &Outline, from: (usize, usize), side: i32) -> Result<(usize, usize), Stuck> {
        let (mut i, mut j) = from;
        for _ in 0..=a.0.len() + b.0.len() {
            let (on_a, on_b) = if side < 0 { (a.before(i), b.after(j)) } else { (a.after(i), b.before(j)) };
            if self.orient(a.vertex(i), b.vertex(j), a.vertex(on_a)) == side {
                i = on_a;
            } else if self.orient(a.vertex(i), b.vertex(j), b.vertex(on_b)) == side {
                j = on_b;
            } else {
                return Ok((i, j));
            }
        }
        Err(Stuck)
    }

    /// Glues a new ghost to the ghosts before and after it on the outline.
    fn close(&mut self, t: usize, [before, after]: [usize; 2]) {
        let ghost = |t: usize| self.mesh.triangle(t).ghost().unwrap_or(0);
        let (into, out) = (join(before, previous(ghost(before))), join(after, next(ghost(after))));
        self.mesh.glue(join(t, 0), into);
        self.mesh.glue(join(t, 1), out);
    }

    /// Fills the gap from the right tangent on; for each outline the end of the tangent there and
    /// the edges up to the left one. Returns the last half-edge, to which `first` is the one across
    /// the right tangent.
    fn zip(
        &mut self,
        (a, mut i, mut steps_a): (&Outline, usize, usize),
        (b, mut j, mut steps_b): (&Outline, usize, usize),
        first: u32,
        seam: &mut Vec<u32>,
    ) -> Result<u32, Stuck> {
        let mut open = first;
        while steps_a + steps_b > 0 {
            let (on_a, on_b) = (a.after(i), b.before(j));
            let (p, q) = (a.vertex(i), b.vertex(j));
            let (next_a, next_b) = (a.vertex(on_a), b.vertex(on_b));
            let take_a = self.takes_a([p, q], (steps_a > 0).then_some(next_a), (steps_b > 0).then_some(next_b));
            let (t, apex) = if take_a { (a.ghost(i), next_a) } else { (b.ghost(on_b), next_b) };
            if self.orient(p, q, apex) <= 0 || !take_a && steps_b == 0 {
                return Err(Stuck);
            }
            let ghost = self.mesh.triangle(t);
            let outside = ghost.ghost().map_or(NONE, |k| ghost.n[k]);
            self.mesh.put(t, Triangle { v: [p, q, apex], n: [NONE; 3] });
            self.mesh.glue(open, join(t, 2));
            // Edge 0 runs from q to the apex, edge 1 from the apex to p: one is of an outline, the
            // other crosses the gap.
            let (own, across) = if take_a { (1, 0) } else { (0, 1) };
            self.mesh.glue(join(t, own), outside);
            open = join(t, across);
            seam.extend([join(t, own), join(t, 2)]);
            if take_a {
                (i, steps_a) = (on_a, steps_a - 1);
            } else {
                (j, steps_b) = (on_b, steps_b - 1);
            }
        }
        Ok(open)
    }

    /// Does the triangle on `pq` have its third vertex on `A`'s outline?
    fn takes_a(&mut self, [p, q]: [u32; 2], next_a: Option<u32>, next_b: Option<u32>) -> bool {
        let (Some(a), Some(b)) = (next_a, next_b) else { return next_a.is_some() };
        let a_turns = self.orient(p, q, a) > 0;
        let b_turns = self.orient(p, q, b) > 0;
        if !(a_turns && b_turns) {
            return a_turns;
        }
        // Both turn left: is `qa` before `qb`, and is `pb` before `pa`?
        let a_right = self.orient(a, q, b) > 0;
        let b_right = self.orient(p, b, a) > 0;
        if !(a_right && b_right) {
            return a_right;
        }
        let sites = self.mesh.sites;
        let rank = || [p, q, a, b].map(|i| sites.rank[i as usize]);
        !crate::exact::predicates::above([p, q, a, b].map(|i| sites.at(i)), rank, &mut self.work.counters)
    }
}
