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
    /// By corner: is it outside? Nothing is, between two clips.
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

/// With so many corners a walk is cheaper than asking all of them.
const MANY: usize = 64;

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
        let mut first = vec![NONE; self.faces.len()];
        for (t, node) in self.nodes.iter().enumerate().rev() {
            node.faces.iter().for_each(|&f| first[f as usize] = t as u32);
        }
        let ring = |face: usize| {
            let place = |at: u32| self.nodes.get(at as usize)?.faces.iter().position(|f| *f as usize == face);
            let mut ring = Vec::new();
            let mut at = Some(first[face]);
            while let Some((node, k)) = at.and_then(|a| Some((a, place(a)?))) {
                ring.push(node);
                let next = self.nodes[node as usize].next[(k + 2) % 3];
                at = (next != first[face] && ring.len() < self.nodes.len()).then_some(next);
            }
            ring
        };
        (0..self.faces.len()).map(ring).filter(|ring| !ring.is_empty()).collect()
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

    /// Cuts off what lies outside of a plane. Cost: linear in the corners where they are few; of
    /// many, those that go, and a walk to one of them.
    pub fn clip(&mut self, m: Face<L>, planes: &impl Planes<L>, work: &mut Work, counters: &mut Counters) -> Clip {
        self.sort_out(&m, planes, work, counters);
        let found = if work.gone.is_empty() {
            return Clip::Missed;
        } else if work.gone.len() == self.nodes.len() {
            self.nodes.clear();
            Clip::Emptied
        } else {
            self.cut(m, work);
            Clip::Cut
        };
        for &t in &work.gone {
            work.outside[t as usize] = false;
        }
        found
    }

    /// Finds the corners outside of a plane.
    ///
    /// Of a convex polyhedron those are connected by edges, so they are reached from any of them;
    /// there is one if and only if the lowest corner, seen along the plane's normal, is outside.
    fn sort_out(&self, m: &Face<L>, planes: &impl Planes<L>, work: &mut Work, counters: &mut Counters) {
        let Work { outside, gone, .. } = work;
        gone.clear();
        if outside.len() < self.nodes.len() {
            outside.resize(self.nodes.len(), false);
        }
        let mut is_out = |t: u32| !self.inside(&self.nodes[t as usize], m, planes, counters);
        let (lowest, sure) = if self.nodes.len() < MANY { (0, false) } else { self.lowest(&m.row) };
        if self.nodes.len() < MANY || !is_out(lowest) {
            if !sure {
                gone.extend((0..self.nodes.len() as u32).filter(|&t| is_out(t)));
                gone.iter().for_each(|&t| outside[t as usize] = true);
            }
            return;
        }
        outside[lowest as usize] = true;
        gone.push(lowest);
        let mut seen = 0;
        while let Some(&t) = gone.get(seen) {
            seen += 1;
            for u in self.nodes[t as usize].next {
                if !outside[u as usize] && is_out(u) {
                    outside[u as usize] = true;
                    gone.push(u);
                }
            }
        }
        gone.sort_unstable();
    }

    /// The corner where a plane's form is lowest, and `true`; where doubles do not tell how some
    /// edge runs, the corner where they ceased to, and `false`.
    ///
    /// Each step goes down an edge, certainly, so the walk ends; where all three edges certainly
    /// rise no corner is lower, since the polyhedron lies in the cone of these edges. Edges run as
    /// the normals of their faces say, so that perturbed constants do not matter. The walk begins
    /// at the lowest of about `n^(1/3)` corners, from which it takes about as many steps.
    fn lowest(&self, m: &PlaneRow) -> (u32, bool) {
        let height = |t: &u32| self.nodes[*t as usize].at.height(m);
        let lower = |a: &u32, b: &u32| height(a).total_cmp(&height(b));
        let stride = (self.nodes.len() as f64).powf(2.0 / 3.0) as usize;
        let samples = (0..self.nodes.len() as u32).step_by(stride.max(1));
        let mut at = samples.min_by(lower).unwrap_or(0);
        loop {
            let Node { faces, next, .. } = self.nodes[at as usize];
            let row = |k: usize| &self.faces[faces[k % 3] as usize].row;
            // The edge that leaves face k inwards runs along the others' normals' product.
            let slopes = [0, 1, 2].map(|k| row(k + 1).turn_to(row(k + 2), m));
            let down = (0..3).filter(|&k| slopes[k] < 0).map(|k| next[k]).min_by(lower);
            match down {
                Some(below) => at = below,
                None => return (at, slopes == [1; 3]),
            }
        }
    }

    /// Puts a plane in the place of the corners outside of it, of which there are some, not all.
    fn cut(&mut self, m: Face<L>, work: &mut Work) {
        let name = self.faces.len() as u32;
        self.faces.push(m);
        // Only faces of new corners are asked, and told before.
        if work.from.len() < self.faces.len() {
            work.from.resize(self.faces.len(), NONE);
        }
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::big::Integer;

    /// Labels are the planes.
    struct Whole;

    impl Planes<[i64; 4]> for Whole {
        fn exact(&self, label: &[i64; 4]) -> ExactRow {
            ExactRow::new(label.map(Integer::from))
        }
        fn periodic(&self) -> [bool; 3] {
            [false; 3]
        }
    }

    fn face(v: [i64; 4], number: u32) -> Face<[i64; 4]> {
        let [x, y, z, d] = v.map(|x| x as f64);
        Face::new(v, PlaneRow::new([x, y, z], d, 0.0), Yield::Face(number))
    }

    fn boxed(half: i64) -> Polytope<[i64; 4]> {
        let rows = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]];
        let mut number = 0..;
        Polytope::boxed(rows.map(|[x, y, z]| face([x, y, z, half], number.next().unwrap_or(0))))
    }

    /// About even on a sphere: normals on a spiral (Vogel), whole numbers.
    fn normal(k: usize, n: usize, size: f64) -> [i64; 3] {
        let (z, turn) = (1.0 - (2 * k + 1) as f64 / n as f64, k as f64 * 2.399963);
        let r = (1.0 - z * z).sqrt();
        [r * turn.cos(), r * turn.sin(), z].map(|x| (size * x).round() as i64)
    }

    /// Corners that are walked to are those that are outside, where doubles tell and where not.
    #[test]
    fn walks_find_what_is_outside() {
        let (mut work, mut counters) = (Work::default(), Counters::default());
        // Normals of a few whole numbers: planes through corners, parallel to edges, and to faces.
        for size in [4.0, 9.0, 1e6] {
            let n = 400;
            let mut p = boxed(3 * size as i64);
            let (mut walked, mut missed) = (0, 0);
            for k in 0..n {
                let [x, y, z] = normal(k * 167 % n, n, size);
                if [x, y, z] == [0; 3] {
                    continue;
                }
                let square = ((x * x + y * y + z * z) as f64).sqrt() * size;
                let m = face([x, y, z, (square * (1.0 + (k % 7) as f64 / 20.0)) as i64], 6 + k as u32);
                let out = |t: &u32| !p.inside(&p.nodes[*t as usize], &m, &Whole, &mut Counters::default());
                let outside: Vec<u32> = (0..p.nodes.len() as u32).filter(out).collect();
                p.sort_out(&m, &Whole, &mut work, &mut counters);
                assert_eq!(work.gone, outside);
                walked += usize::from(p.nodes.len() >= MANY && !outside.is_empty());
                missed += usize::from(p.nodes.len() >= MANY && outside.is_empty());
                outside.iter().for_each(|&t| work.outside[t as usize] = false);
                p.clip(m, &Whole, &mut work, &mut counters);
                assert!(!work.outside.contains(&true));
            }
            assert!(walked > 20 && missed > 10, "{size}: {walked} {missed}");
            let rings = p.rings();
            assert_eq!(rings.iter().map(Vec::len).sum::<usize>(), 3 * p.nodes.len());
            assert_eq!(p.nodes.len() + 4, 2 * rings.len());
        }
    }

    /// A cell of `n` faces asks about as many corners, not about their square.
    #[test]
    fn many_faces_cost_about_their_number() {
        let (mut work, mut counters) = (Work::default(), Counters::default());
        let (n, size) = (20_000, 1e9);
        let mut p = boxed(2_000_000_000);
        for k in 0..n {
            let [x, y, z] = normal(k * 7_919 % n, n, size);
            assert_eq!(p.clip(face([x, y, z, 1 << 30], 6 + k as u32), &Whole, &mut work, &mut counters), Clip::Cut);
        }
        assert_eq!(p.nodes.len(), 2 * n - 4);
        assert!(counters.calls < 30 * n as u64, "{}", counters.calls);
    }
}
