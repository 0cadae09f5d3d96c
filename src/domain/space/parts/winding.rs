//! How often a closed surface winds around a point.
//!
//! A ray along the first axis crosses so many triangles from inside to outside, less those it
//! crosses the other way. The point is moved by infinitesimals along the two other axes, the second
//! one infinitely less, so that the ray meets no edge.

use super::boxes::{Boxes, around};
use crate::exact::predicates::{orient2d_sign, orient3d_sign};

/// A surface prepared for such questions.
pub(super) struct Winding<'s> {
    vertices: &'s [[f64; 3]],
    triangles: &'s [[u32; 3]],
    boxes: Boxes,
    far: f64,
}

/// On which side of the line from `a` to `b` the moved point lies, seen along the axis; 0: the line
/// is seen as a point.
fn side(a: [f64; 2], b: [f64; 2], p: [f64; 2]) -> i32 {
    let sign = |x: f64, y: f64| i32::from(x > y) - i32::from(x < y);
    match orient2d_sign(a, b, p) {
        // det [b - a; p - a] grows by (a_1 - b_1) along the first and (b_0 - a_0) along the second.
        0 => match sign(a[1], b[1]) {
            0 => sign(b[0], a[0]),
            s => s,
        },
        s => s,
    }
}

impl<'s> Winding<'s> {
    /// Cost: O(n log n).
    pub fn new(vertices: &'s [[f64; 3]], triangles: &'s [[u32; 3]]) -> Winding<'s> {
        let corners = |t: &[u32; 3]| t.map(|v| vertices[v as usize]);
        let boxes = Boxes::new(triangles.iter().map(|t| around(&corners(t))).zip(0..));
        let far = vertices.iter().fold(f64::NEG_INFINITY, |m, v| m.max(v[0]));
        Winding { vertices, triangles, boxes, far }
    }

    /// The boxes of the triangles.
    pub fn boxes(&self) -> &Boxes {
        &self.boxes
    }

    /// How often the triangles that `counts` says wind around a point that lies on none of them.
    pub fn around(&self, x: &[f64; 3], counts: impl Fn(u32) -> bool) -> i32 {
        if x[0] > self.far {
            return 0;
        }
        let mut found = Vec::new();
        self.boxes.meeting((*x, [self.far, x[1], x[2]]), &mut found);
        let flat = |v: &[f64; 3]| [v[1], v[2]];
        let crossing = |t: u32| {
            let [a, b, c] = self.triangles[t as usize].map(|v| self.vertices[v as usize]);
            let sides = [(&a, &b), (&b, &c), (&c, &a)].map(|(p, q)| side(flat(p), flat(q), flat(x)));
            let turn = sides[0];
            if turn == 0 || sides != [turn; 3] {
                return 0;
            }
            // The normal points along the ray if the triangle turns counter-clockwise; the point is
            // before it then if it is on its inner side.
            if orient3d_sign(a, b, c, *x) == -turn { turn } else { 0 }
        };
        found.into_iter().filter(|&t| counts(t)).map(crossing).sum()
    }
}
