//! Convex polyhedra by labels: which faces meet in which corners, found by clipping.
//!
//! A polyhedron is simple: exactly three faces meet in each corner (the perturbation of
//! [`corner_inside`] sees to it, also where more of them pass through one point). A corner knows
//! its three faces, turned so that their inward normals have a positive determinant, and the three
//! corners at the other ends of its edges. Clipping by a plane asks for each corner on which side
//! it lies; no coordinate decides anything.

use crate::exact::Counters;
use crate::exact::predicates::{Corner, ExactRow, PlaneRow, Yield, corner_inside, corner_near};
use std::sync::OnceLock;

/// A plane that bounds a polyhedron.
#[derive(Clone, Debug)]
pub(crate) struct Face<L> {
    /// What it is called.
    pub label: L,
    /// In doubles.
    pub row: PlaneRow,
    /// How it gives way.
    pub yields: Yield,
    /// In integers, once asked for; elsewhere, since faces are moved often and asked rarely.
    exact: OnceLock<Box<ExactRow>>,
}

impl<L> Face<L> {
    /// A plane.
    pub fn new(label: L, row: PlaneRow, yields: Yield) -> Face<L> {
        Face { label, row, yields, exact: OnceLock::new() }
    }

    /// The plane in integers.
    pub fn exact(&self, make: impl FnOnce(&L) -> ExactRow) -> &ExactRow {
        self.exact.get_or_init(|| Box::new(make(&self.label)))
    }
}

/// A corner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Its faces.
    pub faces: [u32; 3],
    /// The corner at the other end of the edge that leaves face `k`.
    pub next: [u32; 3],
    /// Where they meet.
    pub at: Corner,
}

/// A bounded convex polyhedron; without corners it is empty.
#[derive(Clone, Debug)]
pub(crate) struct Polytope<L> {
    /// Planes, also some that bound it no more.
    pub faces: Vec<Face<L>>,
    /// Corners.
    pub nodes: Vec<Node>,
}

impl<L> Default for Polytope<L> {
    /// Nothing.
    fn default() -> Polytope<L> {
        Polytope { faces: Vec::new(), nodes: Vec::new() }
    }
}

/// What a plane did to a polyhedron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clip {
    /// Nothing.
    Missed,
    /// It bounds it now.
    Cut,
    /// Nothing is left.
    Emptied,
}

/// Room for clipping.
#[derive(Debug, Default)]
pub(crate) struct Work {
    outside: Vec<bool>,
    /// The corners outside, ascending.
    gone: Vec<u32>,
    /// By face: the new corner that this face comes into.
    from: Vec<u32>,
    fresh: Vec<Node>,
    /// Where in the list of a new corner's inner neighbour it stands.
    back: Vec<u8>,
}

/// What a polyhedron asks of its planes.
pub(crate) trait Planes<L> {
    /// A plane in integers.
    fn exact(&self, label: &L) -> ExactRow;
    /// Axes along which the metric may be perturbed.
    fn periodic(&self) -> [bool; 3];
}

const NONE: u32 = u32::MAX;

impl<L: Clone> Polytope<L> {
    /// A box: faces 0 and 1 bound the first axis from below and above, and so on.
    pub fn boxed(faces: [Face<L>; 6]) -> Polytope<L> {
        let mut polytope = Polytope { faces: faces.into(), nodes: Vec::with_capacity(8) };
        polytope.box_up();
        polytope
    }

    /// Becomes the box between its first six planes.
    pub fn box_up(&mut self) {
        self.nodes.clear();
        for corner in 0..8u32 {
            let side = |k: u32| (corner >> k) & 1;
            let face = |k: u32| 2 * k + side(k);
            // Inward normals e or -e: the determinant is positive for an even number of upper
            // sides.
            let turned = (0..3).map(side).sum::<u32>() % 2 == 1;
            let axes = if turned { [1, 0, 2] } else { [0, 1, 2] };
            let (faces, next) = (axes.map(face), axes.map(|k| corner ^ (1 << k)));
            let node = self.node(faces, next);
            self.nodes.push(node);
        }
    }

    /// Of its faces, and of the faces and neighbours of each corner.
    pub fn of(faces: Vec<Face<L>>, joints: impl Iterator<Item = ([u32; 3], [u32; 3])>) -> Polytope<L> {
        let mut polytope = Polytope { faces, nodes: Vec::with_capacity(8) };
        for (faces, next) in joints {
            let node = polytope.node(faces, next);
            polytope.nodes.push(node);
        }
        polytope
    }

    pub(super) fn node(&self, faces: [u32; 3], next: [u32; 3]) -> Node {
        let [a, b, c] = faces;
        let row = |f: u32| &self.faces[f as usize].row;
        Node { faces, next, at: Corner::of(row(a), row(b), row(c)) }
    }

    /// A corner's point, and a bound of the error of its coordinates.
    pub fn place(&self, node: &Node, planes: &impl Planes<L>) -> ([f64; 3], f64) {
        let exact = || corner_near(node.faces.map(|f| self.faces[f as usize].exact(|l| planes.exact(l))));
        node.at.point().unwrap_or_else(exact)
    }

    /// Nothing left?
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Corners around each face, counter-clockwise seen from outside.
    pub fn rings(&self) -> Vec<Vec<u32>> {
        let ring = |face: u32| {
            let place = |at: u32| self.nodes[at as usize].faces.iter().position(|f| *f == face);
            let first = (0..self.nodes.len() as u32).find(|&k| place(k).is_some());
            let mut ring = Vec::new();
            let mut at = first;
            while let Some((node, k)) = at.and_then(|a| Some((a, place(a)?))) {
                ring.push(node);
                let next = self.nodes[node as usize].next[(k + 2) % 3];
                at = (Some(next) != first && ring.len() < self.nodes.len()).then_some(next);
            }
            ring
        };
        (0..self.faces.len() as u32).map(ring).filter(|ring| !ring.is_empty()).collect()
    }

    #[inline]
    fn inside(&self, node: &Node, m: &Face<L>, planes: &impl Planes<L>, counters: &mut Counters) -> bool {
        counters.calls += 1;
        if let Some(inside) = node.at.is_inside(&m.row) {
            return inside;
        }
        counters.filter_failures += 1;
        let f = node.faces.map(|f| &self.faces[f as usize]);
        let rows = [f[0], f[1], f[2], m].map(|f| f.exact(|l| planes.exact(l)));
        corner_inside(rows, [f[0].yields, f[1].yields, f[2].yields, m.yields], planes.periodic(), counters)
    }

    /// Cuts off what lies outside of a plane. Cost: linear in the corners.
    pub fn clip(&mut self, m: Face<L>, planes: &impl Planes<L>, work: &mut Work, counters: &mut Counters) -> Clip {
        work.outside.clear();
        work.gone.clear();
        for (t, node) in (0..).zip(&self.nodes) {
            let outside = !self.inside(node, &m, planes, counters);
            work.outside.push(outside);
            if outside {
                work.gone.push(t);
            }
        }
        if work.gone.is_empty() {
            return Clip::Missed;
        }
        if work.gone.len() == self.nodes.len() {
            self.nodes.clear();
            return Clip::Emptied;
        }
        let name = self.faces.len() as u32;
        self.faces.push(m);
        work.from.clear();
        work.from.resize(self.faces.len(), NONE);
        work.fresh.clear();
        work.back.clear();
        // New corners take the places of old ones first.
        let (end, gone) = (self.nodes.len(), &work.gone);
        let slot = |id: u32| gone.get(id as usize).copied().unwrap_or(end as u32 + id - gone.len() as u32);
        for &t in gone {
            let Node { faces, next, .. } = self.nodes[t as usize];
            for k in 0..3 {
                let u = next[k];
                if work.outside[u as usize] {
                    continue;
                }
                // The edge of faces p and q leaves the plane's outside here.
                let (p, q) = (faces[(k + 1) % 3], faces[(k + 2) % 3]);
                work.from[p as usize] = work.fresh.len() as u32;
                let node = self.node([name, p, q], [u, NONE, NONE]);
                work.fresh.push(node);
                let back = &self.nodes[u as usize].next;
                work.back.push(if back[0] == t { 0 } else { 1 + u8::from(back[1] != t) });
            }
        }
        // Around the new face: the corner on faces p, q is followed by that on q, r.
        for id in 0..work.fresh.len() {
            let other = work.from[work.fresh[id].faces[2] as usize];
            work.fresh[id].next[1] = slot(other);
            if let Some(next) = work.fresh.get_mut(other as usize) {
                next.next[2] = slot(id as u32);
            }
        }
        for (id, &back) in (0..).zip(&work.back) {
            let node = work.fresh[id as usize];
            self.nodes[node.next[0] as usize].next[back as usize] = slot(id);
            match self.nodes.get_mut(slot(id) as usize) {
                Some(place) => *place = node,
                None => self.nodes.push(node),
            }
        }
        // Places that are left are filled from the end.
        for &hole in work.gone.iter().skip(work.fresh.len()).rev() {
            let last = self.nodes.len() as u32 - 1;
            self.nodes.swap_remove(hole as usize);
            if hole != last {
                for u in self.nodes[hole as usize].next {
                    self.nodes[u as usize].next.iter_mut().filter(|b| **b == last).for_each(|b| *b = hole);
                }
            }
        }
        Clip::Cut
    }
}
