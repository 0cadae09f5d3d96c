//! What is inside a closed surface, as convex parts.
//!
//! The box around the surface is halved until few triangles are left in each part. There the rest
//! is cut by the planes of these triangles, one after the other, as binary space partitions are
//! (Thibault and Naylor, 1987): what a plane leaves without a piece of a triangle in it lies wholly
//! inside or outside, and touches the piece that the plane was taken from, so behind it is inside.
//! Boxes that no triangle meets are asked for the number of times that the surface winds around
//! their middle. Pieces of triangles are kept in rationals; nothing is decided by rounded numbers.
//!
//! The volumes of all parts sum to that which the divergence theorem says of the triangles.

use super::boxes::{Bounds, around};
use super::convex::{Convex, Mesh, Side};
use super::flat::{Plane, Polygon, cut, within};
use super::winding::Winding;
use crate::exact::predicates::{orient2d_sign, plane_near};
use rayon::prelude::*;

/// Boxes with more triangles are halved.
const FEW: usize = 8;

/// So many times in a row a box may be halved without losing any: about a vertex nothing is won.
const VAIN: u32 = 4;

/// Planes that are tried for each cut.
const TRIED: usize = 6;

/// A box with the triangles that may meet it.
struct Leaf {
    bounds: Bounds,
    triangles: Vec<u32>,
}

/// Cuts the inside of a surface. Cost: O(n log n) where triangles are spread.
pub(super) fn carve(mesh: Mesh<'_>, winding: &Winding<'_>) -> Convex {
    let leaves = halved(mesh);
    let parts: Vec<Convex> = leaves.par_iter().map(|leaf| inside(mesh, winding, leaf)).collect();
    let mut all = Convex::default();
    parts.into_iter().for_each(|part| all.append(part));
    all
}

fn corners(mesh: Mesh<'_>, t: u32) -> [[f64; 3]; 3] {
    mesh.triangles[t as usize].map(|v| mesh.vertices[v as usize])
}

/// May a triangle meet the inside of a box? `false` is certain.
fn may_meet(mesh: Mesh<'_>, t: u32, (low, high): &Bounds) -> bool {
    let corners = corners(mesh, t);
    let (least, most) = around(&corners);
    if (0..3).any(|k| !(least[k] < high[k] && most[k] > low[k])) {
        return false;
    }
    let middle = [0, 1, 2].map(|k| low[k] + 0.5 * (high[k] - low[k]));
    let outwards = |k: usize, x: f64| (x - middle[k]) * (1.0 + 2.0 * f64::EPSILON);
    let (below, above) = ([0, 1, 2].map(|k| outwards(k, low[k])), [0, 1, 2].map(|k| outwards(k, high[k])));
    plane_near(corners, &middle).side_of(&below, &above).is_none()
}

fn halved(mesh: Mesh<'_>) -> Vec<Leaf> {
    let whole = around(mesh.triangles.iter().flatten().map(|&v| &mesh.vertices[v as usize]));
    let mut leaves = Vec::new();
    let with_area = |t: &u32| {
        let seen = |axis: usize| corners(mesh, *t).map(|x| [x[(axis + 1) % 3], x[(axis + 2) % 3]]);
        (0..3).map(seen).any(|[a, b, c]| orient2d_sign(a, b, c) != 0)
    };
    let all: Vec<u32> = (0..mesh.triangles.len() as u32).filter(with_area).collect();
    let mut stack = vec![(whole, all, 0)];
    while let Some((bounds, triangles, vain)) = stack.pop() {
        let (low, high) = bounds;
        let side = |k: usize| high[k] - low[k];
        let axis = (0..3).fold(0, |best, k| if side(k) > side(best) { k } else { best });
        let middle = low[axis] + 0.5 * side(axis);
        if triangles.len() <= FEW || vain >= VAIN || !(low[axis] < middle && middle < high[axis]) {
            leaves.push(Leaf { bounds, triangles });
            continue;
        }
        let (mut first, mut second) = (bounds, bounds);
        (first.1[axis], second.0[axis]) = (middle, middle);
        for half in [second, first] {
            let own: Vec<u32> = triangles.iter().copied().filter(|&t| may_meet(mesh, t, &half)).collect();
            let vain = if own.len() == triangles.len() { vain + 1 } else { 0 };
            stack.push((half, own, vain));
        }
    }
    leaves
}

/// Sides of a part that is still to be cut, and the surface in it.
type Open = (Vec<Side>, Vec<(u32, Polygon)>);

/// The parts of a box that lie inside.
fn inside(mesh: Mesh<'_>, winding: &Winding<'_>, leaf: &Leaf) -> Convex {
    let (low, high) = leaf.bounds;
    let walls: Vec<Plane> =
        (0..3).flat_map(|k| [Plane::axis(k, low[k], true), Plane::axis(k, high[k], false)]).collect();
    let piece = |&t: &u32| within(corners(mesh, t), &walls).map(|polygon| (t, polygon));
    let pieces: Vec<(u32, Polygon)> = leaf.triangles.iter().filter_map(piece).collect();
    let mut found = Convex::default();
    if pieces.is_empty() {
        let middle = [0, 1, 2].map(|k| low[k] + 0.5 * (high[k] - low[k]));
        if winding.around(&middle, |_| true) > 0 {
            found.push(mesh, leaf.bounds, &[]);
        }
        return found;
    }
    let mut stack: Vec<Open> = vec![(Vec::new(), pieces)];
    while let Some((sides, pieces)) = stack.pop() {
        let (number, [front, behind]) = best(mesh, &pieces);
        let with = |front: bool| {
            let mut sides = sides.clone();
            sides.push(Side::Triangle { number, front });
            sides
        };
        if behind.is_empty() {
            found.push(mesh, leaf.bounds, &with(false));
        } else {
            stack.push((with(false), behind));
        }
        if !front.is_empty() {
            stack.push((with(true), front));
        }
    }
    found
}

type Halves = [Vec<(u32, Polygon)>; 2];

/// The cut by the plane of one of the first triangles that cuts the fewest of the others.
fn best(mesh: Mesh<'_>, pieces: &[(u32, Polygon)]) -> (u32, Halves) {
    let halves = |number: u32| -> Halves {
        let plane = Plane::through(corners(mesh, number));
        let (mut front, mut behind) = (Vec::new(), Vec::new());
        for (t, polygon) in pieces.iter().filter(|p| p.0 != number) {
            let [above, below] = cut(polygon, &plane);
            front.extend(above.map(|p| (*t, p)));
            behind.extend(below.map(|p| (*t, p)));
        }
        [front, behind]
    };
    let mut best: Option<(usize, u32, Halves)> = None;
    for (number, _) in pieces.iter().take(TRIED) {
        let found = halves(*number);
        let count = found[0].len() + found[1].len();
        if best.as_ref().is_none_or(|b| count < b.0) {
            best = Some((count, *number, found));
        }
        if count < pieces.len() {
            break;
        }
    }
    best.map_or((0, Default::default()), |(_, number, found)| (number, found))
}
