//! Removal of a hidden vertex: its star becomes a polygon, and ears are cut off that.
//!
//! The link of an inner vertex `v` is a polygon of which `v` sees everything. Three vertices
//! `p, q, r` in a row are an *ear* if they turn left strictly and `v` lies on the left of `pr` or
//! on it: then the ear lies within the angle under which `v` sees `pr`, which is at most a straight
//! one, and no other vertex of the polygon is there. There always is one while more than three
//! vertices are left: any triangulation of the polygon has two triangles with two edges of the
//! polygon each, and `v` is not in the interior of both. After the cut `v` still sees the whole
//! rest; it may lie on an edge of it. In that case the same holds: ears with that edge are refused,
//! and of two triangles with two polygon edges each, one does not have it. (If both had it, they
//! would be the same triangle.)
//!
//! A vertex on a straight stretch of the outline is the case in which `v` lies on the edge between
//! its two neighbours on the outline from the beginning; one ghost triangle over that edge takes
//! the place of two.
//!
//! How the polygon is filled does not matter: flips follow.

use super::corners::Corners;
use super::mesh::{GHOST, NONE, Triangle, join, next, split};
use super::part::Part;

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// The vertex is gone; the edges of the new triangles are in the queue.
    Done,
    /// The star reaches into other stretches; nothing was changed.
    Deferred,
    /// The vertex is not where it was said to be. (Does not happen.)
    Failed,
}

/// A vertex of the polygon, and the half-edge outside of the edge to the next one.
type Side = (u32, u32);

impl Part<'_> {
    /// Removes vertex `v` at the given corner: an inner one, or one between its neighbours on a
    /// straight stretch of the outline.
    pub fn remove(&mut self, corner: u32, v: u32, queue: &mut Vec<u32>, corners: &mut Corners<'_>) -> Removed {
        let Some((mut slots, mut polygon)) = self.star(corner, v, corners) else { return Removed::Deferred };
        // Slots are used from the end; the two left over are given back.
        let ghost = polygon.iter().position(|side| side.0 == GHOST);
        if let Some(k) = ghost {
            polygon.rotate_left(k);
        }
        let inner = &polygon[usize::from(ghost.is_some())..];
        let (first, last) = (inner[0].0, inner[inner.len() - 1].0);
        if inner.len() < 3 || ghost.is_some() && self.orient(last, v, first) != 0 {
            return Removed::Failed;
        }
        if ghost.is_some() {
            // The sides are GHOST -> first, ..., last -> GHOST; the new edge last -> first closes
            // the polygon.
            let t = slots.pop().unwrap_or(NONE) as usize;
            let (after, before) = (polygon[polygon.len() - 1].1, polygon[0].1);
            self.mesh.put(t, Triangle { v: [first, last, GHOST], ..Triangle::DEAD });
            self.mesh.glue(join(t, 0), after);
            self.mesh.glue(join(t, 1), before);
            polygon.remove(0);
            if let Some(side) = polygon.last_mut() {
                side.1 = join(t, 2);
            }
            queue.extend([0, 1, 2].map(|k| join(t, k)));
        }
        // From here on every way out leaves a mesh that is not whole unless it is `Done`: the
        // caller builds anew.
        if !self.cut_ears(&mut polygon, v, &mut slots, queue, corners) {
            return Removed::Failed;
        }
        slots.iter().for_each(|&t| self.drop_triangle(t as usize));
        Removed::Done
    }

    /// The triangles at `v` and its link, counter-clockwise. `None` if some of it is not of this
    /// stretch.
    fn star(&self, corner: u32, v: u32, corners: &Corners<'_>) -> Option<(Vec<u32>, Vec<Side>)> {
        let (mut slots, mut link) = (Vec::new(), Vec::new());
        let mut code = corner;
        loop {
            let (t, k) = split(code);
            let triangle = self.mesh.triangle(t);
            let u = triangle.v[next(k)];
            let outside = split(triangle.n[k]).0;
            if !self.mesh.owns(outside) || !corners.owns(u) || !self.mesh.owns(split(triangle.n[next(k)]).0) {
                return None;
            }
            slots.push(t as u32);
            link.push((u, triangle.n[k]));
            code = self.mesh.turn(code);
            if code == corner {
                return corners.owns(v).then_some((slots, link));
            }
        }
    }

    /// Fills the polygon, which has at least three vertices. Linear as a rule: a pass cuts what it
    /// can, as Graham's scan does.
    fn cut_ears(
        &mut self,
        polygon: &mut Vec<Side>,
        v: u32,
        slots: &mut Vec<u32>,
        queue: &mut Vec<u32>,
        corners: &mut Corners<'_>,
    ) -> bool {
        let mut idle = 0;
        while polygon.len() > 3 && idle < 2 {
            let before = polygon.len();
            let mut left = before;
            let mut top = 0;
            for k in 0..before {
                polygon[top] = polygon[k];
                top += 1;
                while top >= 3 && left > 3 {
                    let (p, q, r) = (polygon[top - 3], polygon[top - 2], polygon[top - 1]);
                    if self.orient(p.0, q.0, r.0) <= 0 || self.orient(p.0, r.0, v) < 0 {
                        break;
                    }
                    let Some(t) = slots.pop() else { return false };
                    self.fill_ear(t as usize, [p, q, (r.0, NONE)], queue, corners);
                    polygon[top - 3].1 = join(t as usize, 1);
                    polygon[top - 2] = r;
                    top -= 1;
                    left -= 1;
                }
            }
            polygon.truncate(top);
            idle = if top == before { idle + 1 } else { 0 };
            // Ears across the end of the list come to its middle.
            polygon.rotate_left(2);
        }
        match (polygon[..].try_into(), slots.pop()) {
            (Ok(sides), Some(t)) => {
                let sides: [Side; 3] = sides;
                self.fill_ear(t as usize, sides, queue, corners);
                true
            }
            _ => false,
        }
    }

    /// A triangle with these sides, a side without an outside being open.
    fn fill_ear(&mut self, t: usize, [p, q, r]: [Side; 3], queue: &mut Vec<u32>, corners: &mut Corners<'_>) {
        self.mesh.put(t, Triangle { v: [p.0, q.0, r.0], n: [NONE; 3] });
        for (k, (_, outside)) in [q, r, p].into_iter().enumerate() {
            if outside != NONE {
                self.mesh.glue(join(t, k), outside);
            }
            queue.push(join(t, k));
        }
        self.set_corners(corners, t);
    }
}
