//! What surrounds each corner of a hull: its neighbours and the facets between them, where
//! triangles of one plane are one facet.

use super::build::SolidHull;
use crate::exact::Counters;
use crate::exact::predicates::{Pole, PolePlane};

/// Corners with their edges and facets. Of the polar: facets with their edges and corners.
#[derive(Clone, Debug, PartialEq)]
pub struct Rings {
    /// Start of each point's entries; one more than there are points.
    pub start: Vec<u32>,
    /// The other ends of a corner's edges, counter-clockwise as seen from outside. A point that is
    /// no corner has none.
    pub neighbor: Vec<u32>,
    /// The facet after each edge, between it and the next.
    pub facet: Vec<u32>,
    /// Three corners of each facet's plane, counter-clockwise.
    pub planes: Vec<[u32; 3]>,
}

const NONE: u32 = u32::MAX;

impl Rings {
    /// Of the hull of some points. Cost: O(n).
    pub fn new(rows: &[Pole], hull: &SolidHull, counters: &mut Counters) -> Rings {
        let flat = flat_edges(rows, hull, counters);
        let (facet, planes) = facets(hull, &flat);
        // A face at each corner.
        let mut at = vec![NONE; rows.len()];
        for (f, face) in hull.faces.iter().enumerate() {
            face.iter().for_each(|&c| at[c as usize] = f as u32);
        }
        let mut rings = Rings { start: vec![0], neighbor: Vec::new(), facet: Vec::new(), planes };
        for (i, &begin) in at.iter().enumerate() {
            let mut f = begin;
            while f != NONE {
                let face = hull.faces[f as usize];
                let k = face.iter().position(|&c| c as usize == i).unwrap_or(0);
                if !flat[f as usize][k] {
                    rings.neighbor.push(face[(k + 1) % 3]);
                    rings.facet.push(facet[f as usize]);
                }
                f = hull.across[f as usize][(k + 2) % 3];
                if f == begin {
                    break;
                }
            }
            rings.start.push(rings.neighbor.len() as u32);
        }
        rings.leave_out_points_on_edges();
        rings
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// No points.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Neighbours of a corner and the facet after each.
    pub fn ring(&self, i: usize) -> impl DoubleEndedIterator<Item = (u32, u32)> + ExactSizeIterator + Clone + '_ {
        let range = self.start[i] as usize..self.start[i + 1] as usize;
        self.neighbor[range.clone()].iter().copied().zip(self.facet[range].iter().copied())
    }

    /// Number of edges at a point; 0 if it is no corner.
    pub fn degree(&self, i: usize) -> usize {
        (self.start[i + 1] - self.start[i]) as usize
    }

    /// A point inside of an edge has two neighbours, and stands between them for each other.
    fn leave_out_points_on_edges(&mut self) {
        let before = self.clone();
        for i in 0..self.len() {
            for e in self.start[i] as usize..self.start[i + 1] as usize {
                let (mut from, mut to) = (i as u32, before.neighbor[e]);
                while before.degree(to as usize) == 2 {
                    let first = before.start[to as usize] as usize;
                    let [a, b] = [before.neighbor[first], before.neighbor[first + 1]];
                    (from, to) = (to, if a == from { b } else { a });
                }
                self.neighbor[e] = to;
            }
        }
        let mut kept =
            Rings { start: vec![0], neighbor: vec![], facet: vec![], planes: std::mem::take(&mut self.planes) };
        for i in 0..self.len() {
            if self.degree(i) > 2 {
                kept.neighbor.extend(self.ring(i).map(|r| r.0));
                kept.facet.extend(self.ring(i).map(|r| r.1));
            }
            kept.start.push(kept.neighbor.len() as u32);
        }
        *self = kept;
    }
}

/// Which edges lie between triangles of one plane.
fn flat_edges(rows: &[Pole], hull: &SolidHull, counters: &mut Counters) -> Vec<[bool; 3]> {
    let mut flat = vec![[false; 3]; hull.faces.len()];
    for f in 0..hull.faces.len() {
        let corners = hull.faces[f].map(|c| &rows[c as usize]);
        let plane = PolePlane::through(corners[0], corners[1], corners[2]);
        for k in 0..3 {
            let g = hull.across[f][k] as usize;
            if g < f {
                continue;
            }
            let (u, v) = (hull.faces[f][k], hull.faces[f][(k + 1) % 3]);
            let back = (0..3).find(|&e| hull.faces[g][e] == v && hull.faces[g][(e + 1) % 3] == u).unwrap_or(0);
            let opposite = &rows[hull.faces[g][(back + 2) % 3] as usize];
            if plane.side(corners, opposite, counters) == 0 {
                (flat[f][k], flat[g][back]) = (true, true);
            }
        }
    }
    flat
}

/// The facet of each triangle, and three corners of each.
fn facets(hull: &SolidHull, flat: &[[bool; 3]]) -> (Vec<u32>, Vec<[u32; 3]>) {
    let mut facet = vec![NONE; hull.faces.len()];
    let mut planes = Vec::new();
    let mut open = Vec::new();
    for f in 0..hull.faces.len() {
        if facet[f] != NONE {
            continue;
        }
        let number = planes.len() as u32;
        planes.push(hull.faces[f]);
        facet[f] = number;
        open.push(f);
        while let Some(f) = open.pop() {
            for k in 0..3 {
                let g = hull.across[f][k] as usize;
                if flat[f][k] && facet[g] == NONE {
                    facet[g] = number;
                    open.push(g);
                }
            }
        }
    }
    (facet, planes)
}
