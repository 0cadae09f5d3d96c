//! One cell of the sphere while it is cut: the arcs that bound it, by labels.
//!
//! A cell is the open set where its site beats all others strictly, `<n_j, x> + d_j > 0` for all
//! `j`: an intersection of caps. On the circle of `j` it has the arcs on which all the others hold.
//! A *node* is an ordered pair of circles, the point where the first leaves the cap of the second,
//! so that an arc of the first ends there and one of the second begins; which is a name. No
//! coordinate decides anything, and nothing is perturbed: the arcs are those of the cell as it is.
//! Where more than two circles pass through a point, an arc's end may have any of their names.
//!
//! Circles without arcs are kept: they may be all that says that a whole component of the others'
//! cell is none of this one's.

use crate::exact::Dd;
use crate::exact::big::Integer;
use crate::exact::predicates::{CircleRow, Crossing, ExactCrossing, Meeting};

/// No node: the arc is a whole circle.
pub(super) const NONE: u32 = u32::MAX;

/// Another site with the circle between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rim {
    /// The site.
    pub j: u32,
    pub row: CircleRow,
    /// Length of the wall's normal, not in the row's units.
    pub length: f64,
    /// The same circle has come once more, of a farther site: this one counts no more.
    pub void: bool,
}

/// The point where the circle of one rim leaves the cap of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub from: u32,
    pub to: u32,
    pub at: Crossing,
}

/// An arc of a rim, with the cell on its left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub rim: u32,
    pub from: u32,
    pub to: u32,
    /// No point of it is farther than this from its chord; infinite if it is more than half of the
    /// circle, or that is not certain.
    pub bulge: f64,
}

/// A cell as it is being cut.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub rims: Vec<Rim>,
    pub nodes: Vec<Node>,
    pub sides: Vec<Side>,
    /// Nothing is left.
    pub empty: bool,
}

/// The rows of a cell in integers.
pub(super) trait Exact {
    /// The cell's own site.
    fn own(&self) -> u32;
    /// The lower one wins where sites in one place are equal.
    fn rank(&self, j: u32) -> u32;
    /// Normal and constant in double-doubles.
    fn precise(&self, j: u32) -> ([Dd; 3], Dd);
    /// Of the wall to a site.
    fn row(&self, j: u32) -> [Integer; 4];
}

impl Cell {
    /// Begins anew, with the whole sphere.
    pub fn clear(&mut self) {
        self.rims.clear();
        self.nodes.clear();
        self.sides.clear();
        self.empty = false;
    }

    /// Becomes a copy, in the room that it has.
    pub fn copy(&mut self, other: &Cell) {
        self.clear();
        self.rims.extend_from_slice(&other.rims);
        self.nodes.extend_from_slice(&other.nodes);
        self.sides.extend_from_slice(&other.sides);
        self.empty = other.empty;
    }

    /// The exact row of a rim.
    pub fn exact(&self, rim: u32, exact: &dyn Exact) -> [Integer; 4] {
        exact.row(self.rims[rim as usize].j)
    }

    /// The exact point of a node. There is one: nodes are made of circles that cross.
    pub fn exact_node(&self, node: u32, exact: &dyn Exact) -> Option<ExactCrossing> {
        let Node { from, to, .. } = self.nodes[node as usize];
        ExactCrossing::of(&self.exact(from, exact), &self.exact(to, exact))
    }

    /// The node of two rims whose circles cross.
    pub fn node(&mut self, from: u32, to: u32, exact: &dyn Exact) -> u32 {
        self.node_at(from, to, None, exact)
    }

    /// The same, if it is known where it is.
    pub fn node_at(&mut self, from: u32, to: u32, known: Option<Crossing>, exact: &dyn Exact) -> u32 {
        if let Some(k) = self.nodes.iter().rposition(|n| (n.from, n.to) == (from, to)) {
            return k as u32;
        }
        let computed = || match self.rims[from as usize].row.leaves(&self.rims[to as usize].row) {
            Meeting::Cross(at) => at,
            _ => {
                let found = ExactCrossing::of(&self.exact(from, exact), &self.exact(to, exact));
                found.map_or(Crossing { x: [0.0; 3], off: f64::INFINITY }, |x| x.near())
            }
        };
        let at = known.unwrap_or_else(computed);
        self.nodes.push(Node { from, to, at });
        self.nodes.len() as u32 - 1
    }

    /// An arc with its bulge.
    pub fn side(&self, rim: u32, from: u32, to: u32) -> Side {
        Side { rim, from, to, bulge: self.bulge(rim, from, to) }
    }

    /// A half chord `m` of a circle of radius `p` lies at most `p - sqrt(p^2 - m^2) = m^2 / (p +
    /// sqrt(p^2 - m^2))` below its arc, if that is less than half of the circle.
    fn bulge(&self, rim: u32, from: u32, to: u32) -> f64 {
        if from == NONE {
            return f64::INFINITY;
        }
        let row = &self.rims[rim as usize].row;
        let (a, b) = (&self.nodes[from as usize].at, &self.nodes[to as usize].at);
        let n = row.normal();
        let square = n[0] * n[0] + n[1] * n[1] + n[2] * n[2];
        let radius = (1.0 - row.v[3] * row.v[3] / square).max(0.0).sqrt();
        let turn = n[0] * (a.x[1] * b.x[2] - a.x[2] * b.x[1])
            + n[1] * (a.x[2] * b.x[0] - a.x[0] * b.x[2])
            + n[2] * (a.x[0] * b.x[1] - a.x[1] * b.x[0]);
        let slack = row.size * (2.0 * (a.off + b.off) + 16.0 * f64::EPSILON) + 4.0 * row.off;
        if !(turn > slack) {
            return f64::INFINITY;
        }
        let off = a.off + b.off + 8.0 * f64::EPSILON;
        let chord = [0, 1, 2].map(|k| b.x[k] - a.x[k]).iter().map(|d| d * d).sum::<f64>().sqrt() + off;
        let half = (0.5 * chord).min(radius);
        let below = (radius * radius - half * half).max(0.0).sqrt();
        1.01 * half * half / (radius + below).max(f64::MIN_POSITIVE) + off
    }
}
