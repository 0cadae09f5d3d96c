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
    /// In integers, once asked for.
    exact: OnceLock<ExactRow>,
}

impl<L> Face<L> {
    /// A plane.
    pub fn new(label: L, row: PlaneRow, yields: Yield) -> Face<L> {
        Face { label, row, yields, exact: OnceLock::new() }
    }

    /// The plane in integers.
    pub fn exact(&self, make: impl FnOnce(&L) -> ExactRow) -> &ExactRow {
        self.exact.get_or_init(|| make(&self.label))
    }
}

/// A corner.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Its faces.
    pub faces: [u32; 3],
    /// The corner at the other end of the edge that leaves face `k`.
    pub next: [u32; 3],
    /// For questions.
    pub(super) at: Corner,
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
    from: Vec<u32>,
    fresh: Vec<Node>,
    place: Vec<u32>,
}

/// What a polyhedron asks of its planes.
pub(crate) trait Planes<L> {
    /// A plane in integers.
    fn exact(&self, label: &L) -> ExactRow;
    /// Axes along which the metric may be perturbed.
    fn periodic(&self) -> [bool; 3];
}

const NONE: u32 = u32::MAX;
const FRESH: u32 = 1 << 31;

impl<L: Clone> Polytope<L> {
    /// A box: faces 0 and 1 bound the first axis from below and above, and so on.
    pub fn boxed(faces: [Face<L>; 6]) -> Polytope<L> {
        let mut polytope = Polytope { faces: faces.into(), nodes: Vec::with_capacity(8) };
        for corner in 0..8u32 {
            let side = |k: u32| (corner >> k) & 1;
            let face = |k: u32| 2 * k + side(k);
            // Inward normals e or -e: the determinant is positive for an even number of upper
            // sides.
            let turned = (0..3).map(side).sum::<u32>() % 2 == 1;
            let axes = if turned { [1, 0, 2] } else { [0, 1, 2] };
            let (faces, next) = (axes.map(face), axes.map(|k| corner ^ (1 << k)));
            polytope.nodes.push(polytope.node(faces, next));
        }
        polytope
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
        let f = faces.map(|f| &self.faces[f as usize]);
        Node { faces, next, at: Corner::of(&f[0].row, &f[1].row, &f[2].row) }
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
        let mut count = 0;
        for node in &self.nodes {
            let outside = !self.inside(node, &m, planes, counters);
            count += usize::from(outside);
            work.outside.push(outside);
        }
        if count == 0 {
            return Clip::Missed;
        }
        if count == self.nodes.len() {
            self.nodes.clear();
            return Clip::Emptied;
        }
        let name = self.faces.len() as u32;
        self.faces.push(m);
        work.from.clear();
        work.from.resize(self.faces.len(), NONE);
        work.fresh.clear();
        for t in 0..self.nodes.len() {
            if !work.outside[t] {
                continue;
            }
            let Node { faces, next, .. } = self.nodes[t];
            for k in 0..3 {
                let u = next[k] as usize;
                if work.outside[u] {
                    continue;
                }
                // The edge of faces p and q leaves the plane's outside here.
                let (p, q) = (faces[(k + 1) % 3], faces[(k + 2) % 3]);
                let id = work.fresh.len() as u32;
                work.from[p as usize] = id;
                let node = self.node([name, p, q], [u as u32, NONE, NONE]);
                work.fresh.push(node);
                if let Some(back) = self.nodes[u].next.iter_mut().find(|b| **b == t as u32) {
                    *back = FRESH | id;
                }
            }
        }
        // Around the new face: the corner on faces p, q is followed by that on q, r.
        for id in 0..work.fresh.len() {
            let other = work.from[work.fresh[id].faces[2] as usize];
            work.fresh[id].next[1] = FRESH | other;
            if let Some(next) = work.fresh.get_mut(other as usize) {
                next.next[2] = FRESH | id as u32;
            }
        }
        self.compact(work);
        Clip::Cut
    }

    /// Takes the new corners in, and the outer ones out.
    fn compact(&mut self, work: &mut Work) {
        work.place.clear();
        let mut kept = 0;
        for &outside in &work.outside {
            work.place.push(if outside { NONE } else { kept });
            kept += u32::from(!outside);
        }
        let mut k = 0;
        self.nodes.retain(|_| {
            k += 1;
            !work.outside[k - 1]
        });
        self.nodes.append(&mut work.fresh);
        for node in &mut self.nodes {
            for next in &mut node.next {
                *next = if *next & FRESH != 0 { kept + (*next & !FRESH) } else { work.place[*next as usize] };
            }
        }
    }
}

/// A polyhedron in a form that does not depend on how it was found: faces by label, corners by
/// faces, and the corners around each face.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Skeleton<L> {
    /// Faces, ascending.
    pub labels: Vec<L>,
    /// The faces of each corner, the least first, turned so that inward normals have a positive
    /// determinant; ascending.
    pub corners: Vec<[u32; 3]>,
    /// Where the corners of each face begin in `ring`; one entry more.
    pub start: Vec<u32>,
    /// Corners around the faces, counter-clockwise seen from outside, the least first.
    pub ring: Vec<u32>,
    /// The face across the edge from a corner of `ring` to the one after it.
    pub across: Vec<u32>,
}

impl<L: Clone + Ord> Skeleton<L> {
    /// Of a polyhedron, with the index of each face there.
    pub fn of(polytope: &Polytope<L>) -> (Skeleton<L>, Vec<u32>) {
        let mut name = vec![NONE; polytope.faces.len()];
        let mut used: Vec<u32> = Vec::new();
        for &f in polytope.nodes.iter().flat_map(|n| &n.faces) {
            if std::mem::replace(&mut name[f as usize], 0) == NONE {
                used.push(f);
            }
        }
        used.sort_unstable_by(|a, b| {
            let label = |f: &u32| &polytope.faces[*f as usize].label;
            label(a).cmp(label(b)).then(a.cmp(b))
        });
        (0..).zip(&used).for_each(|(k, &f)| name[f as usize] = k);
        let turned = |faces: [u32; 3]| {
            let f = faces.map(|f| name[f as usize]);
            let least = (0..3).min_by_key(|&k| f[k]).unwrap_or(0);
            [f[least], f[(least + 1) % 3], f[(least + 2) % 3]]
        };
        let mut order: Vec<([u32; 3], u32)> = polytope.nodes.iter().map(|n| turned(n.faces)).zip(0..).collect();
        order.sort_unstable();
        let mut place = vec![0u32; order.len()];
        (0..).zip(&order).for_each(|(k, &(_, node))| place[node as usize] = k);
        let mut first = vec![NONE; used.len()];
        for (k, (faces, _)) in order.iter().enumerate().rev() {
            faces.iter().for_each(|&f| first[f as usize] = k as u32);
        }
        let mut skeleton = Skeleton {
            labels: used.iter().map(|&f| polytope.faces[f as usize].label.clone()).collect(),
            corners: order.iter().map(|o| o.0).collect(),
            start: vec![0],
            ring: Vec::with_capacity(3 * order.len()),
            across: Vec::with_capacity(3 * order.len()),
        };
        for (face, &begin) in (0..).zip(&first) {
            let mut at = begin;
            loop {
                let node = &polytope.nodes[order[at as usize].1 as usize];
                let k = (0..3).find(|&k| name[node.faces[k] as usize] == face).unwrap_or(0);
                skeleton.ring.push(at);
                // Leaving the face after the next along the edge with the next one: clockwise about
                // the inward normal.
                skeleton.across.push(name[node.faces[(k + 1) % 3] as usize]);
                at = place[node.next[(k + 2) % 3] as usize];
                if at == begin || skeleton.ring.len() > 3 * order.len() {
                    break;
                }
            }
            skeleton.start.push(skeleton.ring.len() as u32);
        }
        (skeleton, used)
    }

    /// Corners around face `k`, counter-clockwise seen from outside.
    pub fn ring(&self, k: usize) -> &[u32] {
        &self.ring[self.start[k] as usize..self.start[k + 1] as usize]
    }
}
