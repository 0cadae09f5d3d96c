//! A polyhedron once more, of planes that have moved: with the corners that it had, if these are
//! still right.
//!
//! Planes that move a little bound a polyhedron of the same shape as before. Whether they do is
//! seen at its corners and edges, without clipping:
//!
//! 1. at every corner the three normals have a positive determinant, as they had;
//! 2. along every edge its ends come in the same order, so that each is inside of the third plane
//!    of the other one;
//! 3. around every face the edges turn once: a component of their directions changes its sign
//!    twice.
//!
//! By 1 and 2 all corners and edges are convex and run inwards. Seen by their normals the corners
//! are triangles that cover the sphere without folds; with 3 they cover it `d` times without
//! branching. The surface is a sphere as before, and nothing but one sheet covers a sphere like
//! that, so `d = 1`: the surface is that of a convex body, and its planes leave nothing else.
//!
//! All by filters: what doubles do not tell counts as a change.

use super::polytope::Polytope;
use super::skeleton::Knot;

/// A direction that nothing is at right angles to as a rule.
const GENERIC: [f64; 3] = [0.543_689_012_692_076_3, 0.707_106_781_186_547_5, 0.451_582_705_289_454_8];

impl<L: Clone> Polytope<L> {
    /// Gives the planes that are there these corners. False, and without corners, if doubles do not
    /// prove that they are those of what the planes leave.
    pub fn again(&mut self, knots: &[Knot]) -> bool {
        self.nodes.clear();
        for Knot { faces, next } in knots {
            let wide = |x: &[u8; 3]| [u32::from(x[0]), u32::from(x[1]), u32::from(x[2])];
            let node = self.node(wide(faces), wide(next));
            if !node.at.is_turned() {
                self.nodes.clear();
                return false;
            }
            self.nodes.push(node);
        }
        let holds = !self.nodes.is_empty() && self.edges_hold() && self.faces_turn_once();
        if !holds {
            self.nodes.clear();
        }
        holds
    }

    fn edges_hold(&self) -> bool {
        let edge = |t: usize, k: usize| {
            let node = &self.nodes[t];
            let u = node.next[k] as usize;
            // Each edge once.
            if u < t {
                return true;
            }
            let (p, q) = (node.faces[(k + 1) % 3], node.faces[(k + 2) % 3]);
            let third = self.nodes[u].faces.iter().find(|&&f| f != p && f != q);
            third.is_some_and(|&r| node.at.is_inside(&self.faces[r as usize].row) == Some(true))
        };
        (0..self.nodes.len()).all(|t| (0..3).all(|k| edge(t, k)))
    }

    /// The edge of the faces with the inward normals `n, m` runs along `n x m` around the first
    /// one.
    fn faces_turn_once(&self) -> bool {
        let mut seen = vec![false; self.faces.len()];
        for t in 0..self.nodes.len() {
            for k in 0..3 {
                let f = self.nodes[t].faces[k];
                if std::mem::replace(&mut seen[f as usize], true) {
                    continue;
                }
                if !self.turns_once(f, t) {
                    return false;
                }
            }
        }
        true
    }

    fn turns_once(&self, f: u32, begin: usize) -> bool {
        let n = &self.faces[f as usize].row;
        let (mut at, mut first, mut last, mut changes, mut steps) = (begin, 0, 0, 0, 0);
        loop {
            let node = &self.nodes[at];
            let Some(k) = (0..3).find(|&k| node.faces[k] == f) else { return false };
            let way = n.turn(&self.faces[node.faces[(k + 1) % 3] as usize].row, &GENERIC);
            if way == 0 {
                return false;
            }
            if first == 0 {
                first = way;
            } else if way != last {
                changes += 1;
            }
            last = way;
            at = node.next[(k + 2) % 3] as usize;
            steps += 1;
            if at == begin || steps > self.nodes.len() {
                break;
            }
        }
        changes += u32::from(first != last);
        at == begin && changes == 2
    }
}
