//! Convex parts between planes of triangles and of axes, by which planes meet in which corners.

use super::super::polytope::{Clip, Face, Planes, Polytope, Work};
use super::boxes::Bounds;
use crate::exact::Counters;
use crate::exact::big::{self, Integer, Rational};
use crate::exact::predicates::{ExactRow, PlaneRow, Yield, plane_exact, plane_near};

/// What bounds a part, positive inside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    /// Above a coordinate, or below it.
    Axis { axis: u8, above: bool, value: f64 },
    /// In front of a triangle, or behind it.
    Triangle { number: u32, front: bool },
}

/// Faces of a corner, and the corners at the other ends of its edges, as in [`Polytope`].
pub(super) type Joint = ([u32; 3], [u32; 3]);

/// Parts, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Convex {
    pub sides: Vec<Side>,
    /// Where the sides of each part begin, and their end.
    pub start: Vec<u32>,
    pub joints: Vec<Joint>,
    pub joint_start: Vec<u32>,
    pub bounds: Vec<Bounds>,
}

/// A triangulated surface, and the origin of rows.
#[derive(Clone, Copy)]
pub(super) struct Mesh<'m> {
    pub vertices: &'m [[f64; 3]],
    pub triangles: &'m [[u32; 3]],
    pub centre: &'m [f64; 3],
}

impl Mesh<'_> {
    fn corners(&self, number: u32, front: bool) -> [[f64; 3]; 3] {
        let [a, b, c] = self.triangles[number as usize].map(|v| self.vertices[v as usize]);
        if front { [a, b, c] } else { [a, c, b] }
    }

    /// A side about any point.
    pub fn near(&self, side: Side, about: &[f64; 3]) -> PlaneRow {
        match side {
            Side::Axis { axis, above, value } => {
                let (k, mut n) = (axis as usize, [0.0; 3]);
                n[k] = if above { 1.0 } else { -1.0 };
                let d = if above { about[k] - value } else { value - about[k] };
                PlaneRow::new(n, d, d.abs() * f64::EPSILON)
            }
            Side::Triangle { number, front } => plane_near(self.corners(number, front), about),
        }
    }

    /// A side about the centre, in integers.
    pub fn exact(&self, side: Side) -> ExactRow {
        match side {
            Side::Axis { axis, above, value } => {
                let k = axis as usize;
                let up: Rational = big::rational(self.centre[k]) - big::rational(value);
                let d = if above { up } else { -up };
                let mut v: [Integer; 4] = Default::default();
                v[k] = d.denom().clone() * if above { 1 } else { -1 };
                v[3] = d.numer().clone();
                ExactRow::new(v)
            }
            Side::Triangle { number, front } => plane_exact(self.corners(number, front), self.centre),
        }
    }
}

/// A box meets itself by threes; all else gives way.
pub(super) fn yields(side: Side, number: u32) -> Yield {
    match side {
        Side::Axis { .. } => Yield::Never,
        Side::Triangle { .. } => Yield::Face(number),
    }
}

struct Numbered<'a>(Mesh<'a>, &'a [Side]);

impl Planes<u32> for Numbered<'_> {
    fn exact(&self, label: &u32) -> ExactRow {
        self.0.exact(self.1[*label as usize])
    }
    fn periodic(&self) -> [bool; 3] {
        [false; 3]
    }
}

impl Convex {
    /// Adds what sides leave of a box; nothing if that is nothing.
    pub fn push(&mut self, mesh: Mesh<'_>, (low, high): Bounds, cuts: &[Side]) {
        let walls = (0..6u8).map(|k| {
            let (axis, above) = (k / 2, k % 2 == 0);
            Side::Axis { axis, above, value: if above { low[axis as usize] } else { high[axis as usize] } }
        });
        let sides: Vec<Side> = walls.chain(cuts.iter().copied()).collect();
        let planes = Numbered(mesh, &sides);
        let face = |k: u32| {
            let side = sides[k as usize];
            Face::new(k, mesh.near(side, mesh.centre), yields(side, k))
        };
        let mut polytope = Polytope::boxed([0, 1, 2, 3, 4, 5].map(face));
        let (mut work, mut counters) = (Work::default(), Counters::default());
        for k in 6..sides.len() as u32 {
            if polytope.clip(face(k), &planes, &mut work, &mut counters) == Clip::Emptied {
                return;
            }
        }
        let mut used: Vec<u32> = polytope.nodes.iter().flat_map(|n| n.faces).collect();
        used.sort_unstable();
        used.dedup();
        let label = |f: u32| polytope.faces[f as usize].label;
        let place = |f: u32| used.binary_search(&f).unwrap_or(0) as u32;
        if self.start.is_empty() {
            (self.start, self.joint_start) = (vec![0], vec![0]);
        }
        self.sides.extend(used.iter().map(|&f| sides[label(f) as usize]));
        self.start.push(self.sides.len() as u32);
        self.joints.extend(polytope.nodes.iter().map(|n| (n.faces.map(place), n.next)));
        self.joint_start.push(self.joints.len() as u32);
        // Outwards by what points may be off.
        let (mut least, mut most) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for node in &polytope.nodes {
            let (point, error) = polytope.place(node, &planes);
            for k in 0..3 {
                let x = point[k] + mesh.centre[k];
                let off = error + 4.0 * f64::EPSILON * (x.abs() + mesh.centre[k].abs());
                least[k] = least[k].min(x - off).max(low[k]);
                most[k] = most[k].max(x + off).min(high[k]);
            }
        }
        self.bounds.push((least, most));
    }

    /// Takes the parts of another list.
    pub fn append(&mut self, other: Convex) {
        if other.bounds.is_empty() {
            return;
        }
        if self.start.is_empty() {
            *self = other;
            return;
        }
        let (sides, joints) = (self.sides.len() as u32, self.joints.len() as u32);
        self.sides.extend(other.sides);
        self.joints.extend(other.joints);
        self.start.extend(other.start[1..].iter().map(|s| s + sides));
        self.joint_start.extend(other.joint_start[1..].iter().map(|s| s + joints));
        self.bounds.extend(other.bounds);
    }
}
