//! Polyhedra in a form that does not depend on how they were found.

use super::polytope::Polytope;

const NONE: u32 = u32::MAX;

/// A corner of the shape that a polyhedron had: its faces and the ends of its edges, by their
/// numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Knot {
    pub faces: [u8; 3],
    pub next: [u8; 3],
}

/// A polyhedron in a form that does not depend on how it was found: faces by label, corners by
/// faces, and the corners around each face.
#[derive(Clone, Debug, PartialEq)]
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

impl<L> Default for Skeleton<L> {
    /// Nothing.
    fn default() -> Skeleton<L> {
        let [start, ring, across] = [(); 3].map(|()| Vec::new());
        Skeleton { labels: Vec::new(), corners: Vec::new(), start, ring, across }
    }
}

/// Room for bringing polyhedra into that form.
#[derive(Debug, Default)]
pub(crate) struct Naming {
    /// The faces that bound it, in the order of labels.
    pub used: Vec<u32>,
    /// By face of the polyhedron: its place there.
    name: Vec<u32>,
    /// Corners in their order: three names, and which node it is ([`Naming::node`]).
    order: Vec<u128>,
    /// By node: its place.
    place: Vec<u32>,
    first: Vec<u32>,
}

impl Naming {
    /// The node that a corner of the skeleton is.
    pub fn node(&self, corner: usize) -> usize {
        self.order[corner] as u32 as usize
    }

    /// The corners of the polyhedron last named, for [`Polytope::again`]; nothing if there are too
    /// many.
    pub fn knots<L>(&self, polytope: &Polytope<L>, out: &mut Vec<Knot>) {
        if self.order.len() > usize::from(u8::MAX) || self.used.len() > usize::from(u8::MAX) {
            return;
        }
        out.extend(self.order.iter().map(|&key| {
            let node = &polytope.nodes[(key as u32) as usize];
            let f = node.faces.map(|f| self.name[f as usize] as u8);
            let next = node.next.map(|u| self.place[u as usize] as u8);
            let k = least(&f);
            let at = |x: [u8; 3]| [x[k], x[(k + 1) % 3], x[(k + 2) % 3]];
            Knot { faces: at(f), next: at(next) }
        }));
    }
}

/// Where the least of three is.
#[inline]
fn least<T: PartialOrd>(f: &[T; 3]) -> usize {
    if f[0] < f[1] {
        if f[0] < f[2] { 0 } else { 2 }
    } else if f[1] < f[2] {
        1
    } else {
        2
    }
}

impl<L: Clone + Ord> Skeleton<L> {
    /// Of a polyhedron, with the index of each face there.
    pub fn of(polytope: &Polytope<L>) -> (Skeleton<L>, Vec<u32>) {
        let (mut skeleton, mut naming) = (Skeleton::default(), Naming::default());
        skeleton.fill(polytope, &mut naming);
        (skeleton, naming.used)
    }

    /// Becomes that of a polyhedron.
    pub fn fill(&mut self, polytope: &Polytope<L>, naming: &mut Naming) {
        let Naming { used, name, order, place, first } = naming;
        let count = polytope.nodes.len();
        name.clear();
        name.resize(polytope.faces.len(), NONE);
        used.clear();
        for node in &polytope.nodes {
            for &f in &node.faces {
                if name[f as usize] == NONE {
                    name[f as usize] = 0;
                    used.push(f);
                }
            }
        }
        let label = |f: u32| &polytope.faces[f as usize].label;
        used.sort_unstable_by(|&a, &b| label(a).cmp(label(b)).then(a.cmp(&b)));
        (0..).zip(used.iter()).for_each(|(k, &f)| name[f as usize] = k);
        order.clear();
        for (k, node) in (0u32..).zip(&polytope.nodes) {
            let [a, b, c] = node.faces;
            let f = [name[a as usize], name[b as usize], name[c as usize]];
            let l = least(&f);
            let (a, b, c) = (f[l], f[(l + 1) % 3], f[(l + 2) % 3]);
            order.push(
                u128::from(u64::from(a) << 32 | u64::from(b)) << 64 | u128::from(u64::from(c) << 32 | u64::from(k)),
            );
        }
        order.sort_unstable();
        place.clear();
        place.resize(count, 0);
        first.clear();
        first.resize(used.len(), NONE);
        self.corners.clear();
        for (k, &key) in (0u32..).zip(order.iter()) {
            place[(key as u32) as usize] = k;
            let faces = [(key >> 96) as u32, (key >> 64) as u32, (key >> 32) as u32];
            self.corners.push(faces);
            for f in faces {
                let first = &mut first[f as usize];
                *first = k.min(*first);
            }
        }
        self.labels.clear();
        self.labels.extend(used.iter().map(|&f| label(f).clone()));
        self.start.clear();
        self.start.push(0);
        self.ring.clear();
        self.across.clear();
        for (face, &begin) in (0..).zip(first.iter()) {
            let mut at = begin;
            loop {
                let node = &polytope.nodes[(order[at as usize] as u32) as usize];
                let k = if name[node.faces[0] as usize] == face {
                    0
                } else {
                    1 + usize::from(name[node.faces[1] as usize] != face)
                };
                self.ring.push(at);
                // Leaving the face after the next along the edge with the next one: clockwise about
                // the inward normal.
                self.across.push(name[node.faces[(k + 1) % 3] as usize]);
                at = place[node.next[(k + 2) % 3] as usize];
                if at == begin || self.ring.len() > 3 * count {
                    break;
                }
            }
            self.start.push(self.ring.len() as u32);
        }
    }
}

impl<L> Skeleton<L> {
    /// Corners around face `k`, counter-clockwise seen from outside.
    pub fn ring(&self, k: usize) -> &[u32] {
        &self.ring[self.start[k] as usize..self.start[k + 1] as usize]
    }
}
