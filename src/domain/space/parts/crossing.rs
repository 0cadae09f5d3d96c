//! Triangles of a surface that meet elsewhere than in common vertices and edges. Decided exactly.

use super::boxes::{Boxes, around};
use crate::exact::predicates::{orient2d_sign, orient3d_sign};
use rayon::prelude::*;

/// The first two that do so. Cost: O(n log n) where few triangles are near each other.
pub(super) fn crossing(vertices: &[[f64; 3]], triangles: &[[u32; 3]], boxes: &Boxes) -> Option<(u32, u32)> {
    let all = (0..triangles.len() as u32).into_par_iter().with_min_len(256);
    all.map_init(Vec::new, |found: &mut Vec<u32>, t| {
        let own = triangles[t as usize];
        boxes.meeting(around(&own.map(|v| vertices[v as usize])), found);
        let after = found.iter().copied().filter(|&other| other > t);
        after.into_iter().find(|&other| meet(vertices, own, triangles[other as usize])).map(|other| (t, other))
    })
    .find_first(|pair| pair.is_some())
    .flatten()
}

/// Do two triangles meet elsewhere than in what they have in common by name?
fn meet(vertices: &[[f64; 3]], a: [u32; 3], b: [u32; 3]) -> bool {
    let at = |v: u32| vertices[v as usize];
    let common = a.iter().filter(|v| b.contains(v)).count();
    let own = |t: [u32; 3], other: [u32; 3]| t.iter().copied().filter(|v| !other.contains(v)).collect::<Vec<u32>>();
    match common {
        0 => {
            let sides = |t: [u32; 3]| (0..3).map(move |k| [t[k], t[(k + 1) % 3]]);
            let any = |from: [u32; 3], to: [u32; 3]| sides(from).any(|[p, q]| touches(at(p), at(q), to.map(at)));
            any(a, b) || any(b, a)
        }
        1 => {
            let any = |from: [u32; 3], to: [u32; 3]| match own(from, to)[..] {
                [p, q] => touches(at(p), at(q), to.map(at)),
                _ => true,
            };
            any(a, b) || any(b, a)
        }
        2 => {
            let (Some(&r), Some(&s)) = (own(a, b).first(), own(b, a).first()) else { return true };
            let edge: Vec<u32> = a.iter().copied().filter(|&v| v != r).collect();
            let [p, q] = [at(edge[0]), at(edge[1])];
            if orient3d_sign(p, q, at(r), at(s)) != 0 {
                return false;
            }
            // In one plane: folded, if both lie on one side of the edge.
            (0..3).any(|axis| {
                let [p, q, r, s] = [p, q, at(r), at(s)].map(|x| seen(x, axis));
                let side = orient2d_sign(p, q, r);
                side != 0 && side == orient2d_sign(p, q, s)
            })
        }
        _ => true,
    }
}

/// A point seen along an axis.
fn seen(x: [f64; 3], axis: usize) -> [f64; 2] {
    [x[(axis + 1) % 3], x[(axis + 2) % 3]]
}

/// Does a segment meet a triangle, ends and rim included?
fn touches(p: [f64; 3], q: [f64; 3], [a, b, c]: [[f64; 3]; 3]) -> bool {
    let (sp, sq) = (orient3d_sign(a, b, c, p), orient3d_sign(a, b, c, q));
    if sp * sq > 0 {
        return false;
    }
    if sp != 0 || sq != 0 {
        let sides = [(a, b), (b, c), (c, a)].map(|(u, v)| orient3d_sign(p, q, u, v));
        return sides.iter().all(|s| *s >= 0) || sides.iter().all(|s| *s <= 0);
    }
    // In the plane of the triangle, seen along an axis that shows it.
    let shown = (0..3).find(|&k| orient2d_sign(seen(a, k), seen(b, k), seen(c, k)) != 0);
    let Some(axis) = shown else { return false };
    let [p, q, a, b, c] = [p, q, a, b, c].map(|x| seen(x, axis));
    let corners = [a, b, c];
    let inside = |x: [f64; 2]| {
        let sides = [0, 1, 2].map(|k| orient2d_sign(corners[k], corners[(k + 1) % 3], x));
        sides.iter().all(|s| *s >= 0) || sides.iter().all(|s| *s <= 0)
    };
    inside(p) || inside(q) || (0..3).any(|k| segments_meet(p, q, corners[k], corners[(k + 1) % 3]))
}

/// Do two segments meet, none of whose ends lies on both?
fn segments_meet(p: [f64; 2], q: [f64; 2], a: [f64; 2], b: [f64; 2]) -> bool {
    let apart = |p, q, a, b| orient2d_sign(p, q, a) * orient2d_sign(p, q, b) > 0;
    if apart(p, q, a, b) || apart(a, b, p, q) {
        return false;
    }
    // On one line: apart if their boxes are.
    (0..2).all(|k| p[k].min(q[k]) <= a[k].max(b[k]) && a[k].min(b[k]) <= p[k].max(q[k]))
}
