//! From pieces to areas.

use super::super::outlines::{Circle, Outlines};
use super::glue::Glued;
use super::nodes::Nodes;
use super::pieces::{Line, Pieces};
use super::refine::{Exact, Refinement};
use super::rings::{Walked, rings};
use super::straight::needless;
use std::collections::HashMap;

/// The areas of `sites` cells, their pieces united, and for each vertex a side of a piece that
/// begins there. `circles` has the discs of the sites if there are arcs. Cost: sorts of the sides;
/// no coordinate decides anything but which ring of a part is the outermost, that of the greatest
/// area.
pub fn united<const D: usize>(
    pieces: &Pieces<D>,
    sites: usize,
    circles: Vec<Circle>,
    exact: Exact<'_, D>,
) -> (Outlines<D>, Vec<u32>) {
    let nodes = Nodes::of(pieces);
    let mut glued = Glued::of(pieces, &nodes, &Refinement::of(pieces, &nodes, exact));
    let rings = rings(&glued, nodes.places.len());
    let needless = if D == 2 { needless(&rings, &glued, pieces, nodes.places.len()) } else { Vec::new() };
    assemble(pieces, &nodes, &mut glued, &rings, &needless, sites, circles)
}

/// The same with every piece a part of its own: convex, but for arcs, and without holes.
pub fn apart<const D: usize>(
    pieces: &Pieces<D>,
    sites: usize,
    circles: Vec<Circle>,
    exact: Exact<'_, D>,
) -> (Outlines<D>, Vec<u32>) {
    let nodes = Nodes::of(pieces);
    let mut glued = Glued::of(pieces, &nodes, &Refinement::of(pieces, &nodes, exact));
    glued.apart();
    let rings: Vec<Vec<Walked>> =
        (0..glued.owner.len()).map(|p| glued.around(p as u32).map(|k| (k as u32, true)).collect()).collect();
    assemble(pieces, &nodes, &mut glued, &rings, &[], sites, circles)
}

fn assemble<const D: usize>(
    pieces: &Pieces<D>,
    nodes: &Nodes<D>,
    glued: &mut Glued,
    rings: &[Vec<Walked>],
    needless: &[bool],
    sites: usize,
    circles: Vec<Circle>,
) -> (Outlines<D>, Vec<u32>) {
    // Parts by their lowest piece; pieces come by cell.
    let (mut number, mut part_of, mut cell_of) = (HashMap::new(), Vec::new(), Vec::new());
    for (p, &owner) in glued.owner.iter().enumerate() {
        let part = *number.entry(glued.sets.find_mut(p as u32)).or_insert_with(|| {
            cell_of.push(owner);
            cell_of.len() as u32 - 1
        });
        part_of.push(part);
    }
    let part = |ring: usize| part_of[glued.stretches[rings[ring][0].0 as usize].piece as usize];
    let mut order: Vec<(u32, u32)> = (0..rings.len()).map(|r| (part(r), r as u32)).collect();
    order.sort_unstable();
    let mut all =
        Outlines { cells: vec![0; sites + 1], parts: vec![0], rings: vec![0], circles, ..Outlines::default() };
    let arcs = !all.circles.is_empty();
    let (mut named, mut witness) = (vec![u32::MAX; nodes.places.len()], Vec::new());
    let mut next = order.iter().peekable();
    for (part, &cell) in cell_of.iter().enumerate() {
        all.cells[cell as usize + 1] += 1;
        while let Some(&&(_, ring)) = next.peek().filter(|r| r.0 as usize == part) {
            next.next();
            for (v, beyond, angle) in corners(pieces, glued, &rings[ring as usize], needless) {
                let slot = &mut named[v as usize];
                if *slot == u32::MAX {
                    *slot = all.vertices.len() as u32;
                    all.vertices.push(nodes.places[v as usize]);
                    witness.push(nodes.witness[v as usize]);
                }
                all.corners.push(*slot);
                all.beyond.push(beyond);
                if arcs {
                    all.angles.push(angle);
                }
            }
            all.rings.push(all.corners.len());
        }
        all.parts.push(all.rings.len() - 1);
    }
    (0..sites).for_each(|i| all.cells[i + 1] += all.cells[i]);
    all.areas = if D == 2 { outermost_first(&mut all) } else { areas_of_pieces(pieces, sites) };
    (all, witness)
}

/// The corners of a ring: vertex, who is beyond the side that begins there, and its angle if it is
/// an arc.
fn corners<const D: usize>(
    pieces: &Pieces<D>,
    glued: &Glued,
    ring: &[Walked],
    needless: &[bool],
) -> Vec<(u32, u32, f64)> {
    let leaves_out = |v: u32| needless.get(v as usize).copied().unwrap_or(false);
    let corner = |&(k, forward): &Walked| {
        let side = &pieces.sides[glued.stretches[k as usize].side as usize];
        let angle = if side.line == Line::Arc { side.angle } else { 0.0 };
        (glued.begin(k, forward), glued.beyond[k as usize], angle)
    };
    let all: Vec<(u32, u32, f64)> = ring.iter().map(corner).collect();
    // A circle in several pieces keeps one of its vertices.
    let first = all.iter().position(|c| !leaves_out(c.0)).unwrap_or(0);
    let mut kept: Vec<(u32, u32, f64)> = Vec::with_capacity(all.len());
    for k in 0..all.len() {
        let c = all[(first + k) % all.len()];
        match kept.last_mut() {
            Some(last) if leaves_out(c.0) => last.2 += c.2,
            _ => kept.push(c),
        }
    }
    kept
}

/// Puts the outermost ring of each part first; the areas of the cells.
fn outermost_first<const D: usize>(all: &mut Outlines<D>) -> Vec<f64> {
    let mut areas = vec![0.0; all.len()];
    for (cell, total) in areas.iter_mut().enumerate() {
        for part in all.parts_of(cell) {
            let rings = all.rings_of(part);
            let own: Vec<f64> = rings.clone().map(|r| all.area_of_ring(cell, r)).collect();
            *total += own.iter().sum::<f64>();
            let outermost = (0..own.len()).fold(0, |best, k| if own[k] > own[best] { k } else { best });
            if outermost > 0 {
                bring_to_front(all, rings, outermost);
            }
        }
        *total = f64::max(*total, 0.0);
    }
    areas
}

/// Lets ring `k` of some rings be the first, the others in their order.
fn bring_to_front<const D: usize>(all: &mut Outlines<D>, rings: std::ops::Range<usize>, k: usize) {
    let (begin, first) = (all.rings[rings.start], all.corners_of(rings.start + k));
    let lengths: Vec<usize> = rings.clone().map(|r| all.corners_of(r).len()).collect();
    all.corners[begin..first.end].rotate_right(first.len());
    all.beyond[begin..first.end].rotate_right(first.len());
    if !all.angles.is_empty() {
        all.angles[begin..first.end].rotate_right(first.len());
    }
    let others = (0..lengths.len()).filter(|&r| r != k);
    let mut at = begin;
    for (slot, r) in rings.zip(std::iter::once(k).chain(others)) {
        all.rings[slot] = at;
        at += lengths[r];
    }
}

/// Areas of cells in space, from the fans of their pieces.
fn areas_of_pieces<const D: usize>(pieces: &Pieces<D>, sites: usize) -> Vec<f64> {
    let mut areas = vec![0.0; sites];
    for p in (0..pieces.len()).filter(|&p| !pieces.thin[p]) {
        let corners = &pieces.sides[pieces.sides_of(p)];
        let minus = |a: &[f64; D], b: &[f64; D]| -> [f64; D] { std::array::from_fn(|k| a[k] - b[k]) };
        let dot = |a: &[f64; D], b: &[f64; D]| (0..D).map(|k| a[k] * b[k]).sum::<f64>();
        for pair in corners.get(1..).unwrap_or_default().windows(2) {
            let (u, v) = (minus(&pair[0].at, &corners[0].at), minus(&pair[1].at, &corners[0].at));
            // Lagrange's identity, from the part of one side that is normal to the other: less
            // cancels.
            let along = dot(&u, &v) / dot(&u, &u);
            let normal: [f64; D] = std::array::from_fn(|k| v[k] - along * u[k]);
            let area = 0.5 * (dot(&u, &u) * dot(&normal, &normal)).sqrt();
            areas[pieces.owner[p] as usize] += if area.is_finite() { area } else { 0.0 };
        }
    }
    areas
}

#[cfg(test)]
mod tests {
    use super::super::super::outlines::NOBODY;
    use super::super::pieces::Side;
    use super::*;
    use crate::exact::big::{Rational, rational};

    /// Convex pieces given by numbered points on a grid; their sides lie on edges.
    fn pieces(points: &[[f64; 2]], all: &[(u32, &[u32])]) -> Pieces<2> {
        let mut pieces = Pieces::new();
        for &(owner, ring) in all {
            for &v in ring {
                let at = points[v as usize];
                pieces.sides.push(Side { name: [0, v, 0, 0, 0], at, line: Line::Edge(v), short: false, angle: 0.0 });
            }
            pieces.end(owner, false);
        }
        pieces
    }

    fn exact(p: &Pieces<2>) -> impl Fn(usize) -> [Rational; 2] + '_ {
        |s| p.sides[s].at.map(rational)
    }

    /// A frame of eight squares about a hole, in which the hole touches the outline if a corner
    /// square is missing.
    #[test]
    fn holes_are_holes() {
        let points: Vec<[f64; 2]> = (0..16).map(|k| [f64::from(k % 4), f64::from(k / 4)]).collect();
        let square = |k: u32| [k, k + 1, k + 5, k + 4];
        let places = [0, 1, 2, 4, 6, 8, 9, 10];
        let rings: Vec<[u32; 4]> = places.map(square).to_vec();
        let whole: Vec<(u32, &[u32])> = rings.iter().map(|r| (0, &r[..])).collect();
        let p = pieces(&points, &whole);
        let (all, _) = united(&p, 2, Vec::new(), &exact(&p));
        assert_eq!((&all.cells[..], &all.parts[..], &all.areas[..]), (&[0, 1, 1][..], &[0, 2][..], &[8.0, 0.0][..]));
        assert_eq!([0, 1].map(|r| all.area_of_ring(0, r)), [9.0, -1.0]);
        // Without the square at the lower left the hole touches the outline in one point, and stays
        // a hole.
        let p = pieces(&points, &whole[1..]);
        let (all, _) = united(&p, 1, Vec::new(), &exact(&p));
        assert_eq!((all.parts.len(), [0, 1].map(|r| all.area_of_ring(0, r))), (2, [8.0, -1.0]));
        // Two squares that touch in a point are two parts.
        let p = pieces(&points, &[whole[0], whole[7]]);
        let (all, _) = united(&p, 1, Vec::new(), &exact(&p));
        assert_eq!((all.parts, all.areas), (vec![0, 1, 2], vec![2.0]));
    }

    /// A wall that two cells see as one line, through the edge between two pieces of each.
    #[test]
    fn what_does_not_turn_is_left_out() {
        let points: Vec<[f64; 2]> = (0..9).map(|k| [f64::from(k % 3), f64::from(k / 3)]).collect();
        let p = pieces(&points, &[(0, &[0, 1, 4, 3]), (0, &[3, 4, 7, 6]), (1, &[1, 2, 5, 4]), (1, &[4, 5, 8, 7])]);
        let (all, witness) = united(&p, 2, Vec::new(), &exact(&p));
        assert_eq!(all.rings, [0, 5, 10]);
        assert_eq!(all.beyond.iter().filter(|&&j| j != NOBODY).count(), 2);
        assert_eq!((all.vertices.len(), witness.len()), (8, 8), "the middle is gone, vertices of the outline are not");
        let (single, _) = apart(&p, 2, Vec::new(), &exact(&p));
        assert_eq!((single.parts.len(), single.vertices.len(), &single.areas[..]), (5, 9, &[2.0, 2.0][..]));
    }

    /// An edge that does not match: its neighbour has a vertex within.
    #[test]
    fn vertices_within_edges_divide_them() {
        let points = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0], [1.0, 1.0], [2.0, 2.0], [0.0, 2.0], [1.0, 2.0]];
        // The same line under the edge from 2 to 3, and under its halves.
        let on_one_line = |all: &[(u32, &[u32])]| {
            let mut p = pieces(&points, all);
            for (side, begin) in [(2, 2), (4, 4), (8, 3)] {
                assert_eq!(p.sides[side].name[1], begin);
                p.sides[side].line = Line::Edge(99);
            }
            p.seams = vec![99];
            p
        };
        let three: [(u32, &[u32]); 3] = [(0, &[0, 1, 2, 3]), (1, &[4, 2, 5, 7]), (2, &[3, 4, 7, 6])];
        let p = pieces(&points, &three);
        assert_eq!(united(&p, 3, Vec::new(), &exact(&p)).0.neighbors().1, [2, 1], "by their ends alone");
        let p = on_one_line(&three);
        let all = united(&p, 3, Vec::new(), &exact(&p)).0;
        assert_eq!((&all.areas[..], all.vertices.len()), (&[2.0, 1.0, 1.0][..], 8));
        assert_eq!((all.neighbors().1, all.corners.len()), (vec![1, 2, 0, 2, 0, 1], 13));
        let one = three.map(|(_, ring)| (0, ring));
        let p = on_one_line(&one);
        let all = united(&p, 1, Vec::new(), &exact(&p)).0;
        assert_eq!((&all.parts[..], &all.rings[..], &all.areas[..]), (&[0, 1][..], &[0, 7][..], &[4.0][..]));
    }
}
