//! The union of convex parts, as diagrams see it.

use super::super::polytope::{Face, Planes, Polytope};
use super::boxes::{Bounds, Boxes, around, round_centre, unit_of};
use super::convex::yields;
use super::solid::{Solid, det};
use super::tets::{NONE, TetMesh};
use crate::exact::big::{self, Integer, Rational};
use crate::exact::predicates::{ExactRow, PlaneRow, Yield, plane_exact, plane_near};
use rayon::prelude::*;
use std::ops::Range;

/// Corners of a tetrahedron in the form of a polytope: the three faces other than that opposite,
/// turned so that inward normals have a positive determinant. The edge that leaves face `k` ends
/// opposite to it.
const JOINTS: [[u32; 3]; 4] = [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]];

#[derive(Clone, Debug, PartialEq)]
enum Data {
    Tets(TetMesh),
    Solid(Solid),
}

/// A domain of convex parts that cover no point twice.
///
/// The faces of part `p`, its *sides*, are numbered by [`Parts::sides`], each side of a part for
/// itself.
#[derive(Clone, Debug)]
pub struct Parts {
    data: Data,
    bounds: Bounds,
    frame: Bounds,
    centre: [f64; 3],
    boxes: Boxes,
}

impl PartialEq for Parts {
    fn eq(&self, other: &Parts) -> bool {
        self.data == other.data
    }
}

struct Sides<'s>(&'s Solid);

impl Planes<u32> for Sides<'_> {
    fn exact(&self, side: &u32) -> ExactRow {
        self.0.mesh().exact(self.0.convex.sides[*side as usize])
    }
    fn periodic(&self) -> [bool; 3] {
        [false; 3]
    }
}

/// Terms of a sum that one task makes.
const CHUNK: usize = 4096;

impl From<TetMesh> for Parts {
    fn from(mesh: TetMesh) -> Parts {
        Parts::new(Data::Tets(mesh))
    }
}

impl From<Solid> for Parts {
    fn from(solid: Solid) -> Parts {
        Parts::new(Data::Solid(solid))
    }
}

impl Parts {
    fn new(data: Data) -> Parts {
        let (boxes, bounds, centre) = match &data {
            Data::Tets(mesh) => {
                let whole = |t: &u32| mesh.flat().binary_search(t).is_err();
                let all = (0..mesh.tets.len() as u32).filter(whole).map(|t| (around(&mesh.corners(t)), t));
                let all: Vec<(Bounds, u32)> = all.collect();
                let bounds = around(all.iter().flat_map(|b| [&b.0.0, &b.0.1]));
                (Boxes::new(all.into_iter()), bounds, round_centre(&bounds))
            }
            Data::Solid(solid) => {
                let used = solid.triangles().iter().flatten().map(|&v| &solid.vertices()[v as usize]);
                (Boxes::new(solid.convex.bounds.iter().copied().zip(0..)), around(used), solid.centre)
            }
        };
        // A box that is strictly larger: no part reaches its sides.
        let unit = unit_of((&bounds.0, &bounds.1));
        let below = |x: f64| (((x / unit).floor() - 16.0) * unit).min(x.next_down());
        let above = |x: f64| (((x / unit).ceil() + 16.0) * unit).max(x.next_up());
        let frame = (bounds.0.map(below), bounds.1.map(above));
        Parts { data, bounds, frame, centre, boxes }
    }

    /// The mesh of tetrahedra, if it is one.
    pub fn tets(&self) -> Option<&TetMesh> {
        match &self.data {
            Data::Tets(mesh) => Some(mesh),
            Data::Solid(_) => None,
        }
    }

    /// The solid, if it is one.
    pub fn solid(&self) -> Option<&Solid> {
        match &self.data {
            Data::Tets(_) => None,
            Data::Solid(solid) => Some(solid),
        }
    }

    /// Vertices of the mesh.
    pub fn vertices(&self) -> &[[f64; 3]] {
        match &self.data {
            Data::Tets(mesh) => mesh.vertices(),
            Data::Solid(solid) => solid.vertices(),
        }
    }

    /// The bounding box.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Number of parts.
    pub fn len(&self) -> usize {
        match &self.data {
            Data::Tets(mesh) => mesh.tets.len(),
            Data::Solid(solid) => solid.convex.bounds.len(),
        }
    }

    /// Never true: something has volume.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A box that no part reaches the sides of.
    pub(crate) fn frame(&self) -> Bounds {
        self.frame
    }

    /// The origin of [`Parts::exact`] and [`Parts::polytope`].
    pub(crate) fn centre(&self) -> [f64; 3] {
        self.centre
    }

    /// The sides of a part.
    pub fn sides(&self, part: u32) -> Range<u32> {
        match &self.data {
            Data::Tets(_) => 4 * part..4 * part + 4,
            Data::Solid(solid) => {
                let start = &solid.convex.start;
                start[part as usize]..start[part as usize + 1]
            }
        }
    }

    /// The part that lies behind a side, all along; only tetrahedra say so.
    pub fn beyond(&self, side: u32) -> Option<u32> {
        self.tets().map(|mesh| mesh.beyond[side as usize]).filter(|part| *part != NONE)
    }

    /// Vertices of a tetrahedron; `None` of other parts.
    pub(crate) fn tet(&self, part: u32) -> Option<[u32; 4]> {
        self.tets().map(|mesh| mesh.tets[part as usize])
    }

    /// The box around a part, rounded outwards.
    pub(crate) fn bounds_of(&self, part: u32) -> Bounds {
        match &self.data {
            Data::Tets(mesh) => around(&mesh.corners(part)),
            Data::Solid(solid) => solid.convex.bounds[part as usize],
        }
    }

    /// The parts whose boxes meet a box, ascending.
    pub(crate) fn meeting(&self, bounds: Bounds, found: &mut Vec<u32>) {
        self.boxes.meeting(bounds, found);
    }

    /// A side about any point, inward.
    pub(crate) fn near(&self, side: u32, about: &[f64; 3]) -> PlaneRow {
        match &self.data {
            Data::Tets(mesh) => plane_near(mesh.facet(side), about),
            Data::Solid(solid) => solid.mesh().near(solid.convex.sides[side as usize], about),
        }
    }

    /// A side about the centre, in integers.
    pub(crate) fn exact(&self, side: u32) -> ExactRow {
        match &self.data {
            Data::Tets(mesh) => plane_exact(mesh.facet(side), &self.centre),
            Data::Solid(solid) => solid.mesh().exact(solid.convex.sides[side as usize]),
        }
    }

    /// A part about the centre. No tie among the sides of a tetrahedron and walls is left by the
    /// heights; among more planes of a solid's part, sides give way as those of a polyhedron do.
    pub(crate) fn polytope<L: Clone>(&self, part: u32, label: impl Fn(u32) -> L) -> Polytope<L> {
        let face = |side: u32| {
            let yields = match &self.data {
                Data::Tets(_) => Yield::Never,
                Data::Solid(solid) => yields(solid.convex.sides[side as usize], side),
            };
            Face::new(label(side), self.near(side, &self.centre), yields)
        };
        let faces = self.sides(part).map(face).collect();
        match &self.data {
            Data::Tets(_) => Polytope::of(faces, JOINTS.iter().map(|j| (*j, *j))),
            Data::Solid(solid) => {
                let start = &solid.convex.joint_start;
                let own = start[part as usize] as usize..start[part as usize + 1] as usize;
                Polytope::of(faces, solid.convex.joints[own].iter().copied())
            }
        }
    }

    /// Hands on tetrahedra that a part is made of.
    pub(crate) fn each_simplex(&self, part: u32, f: &mut dyn FnMut([[f64; 3]; 4])) {
        let Data::Solid(solid) = &self.data else {
            if let Some(t) = self.tet(part) {
                f(t.map(|v| self.vertices()[v as usize]));
            }
            return;
        };
        let polytope = self.polytope(part, |side| side);
        let point = |k: u32| {
            let (z, _) = polytope.place(&polytope.nodes[k as usize], &Sides(solid));
            [0, 1, 2].map(|k| z[k] + self.centre[k])
        };
        for ring in polytope.rings().iter().filter(|ring| !ring.contains(&0)) {
            for pair in ring[1..].windows(2) {
                f([0, ring[0], pair[0], pair[1]].map(point));
            }
        }
    }

    /// Triangles beyond which there is nothing of the parts that count: all of these lie on one
    /// side of each.
    pub(crate) fn rim(&self, counts: impl Fn(u32) -> bool) -> Vec<[[f64; 3]; 3]> {
        match &self.data {
            Data::Tets(mesh) => {
                let open = |side: &u32| {
                    let beyond = mesh.beyond[*side as usize];
                    counts(side / 4) && (beyond == NONE || !counts(beyond))
                };
                (0..4 * mesh.tets.len() as u32).filter(open).map(|side| mesh.facet(side)).collect()
            }
            Data::Solid(solid) => solid.triangles().iter().map(|t| t.map(|v| solid.vertices()[v as usize])).collect(),
        }
    }

    /// Vertices that bound the domain.
    pub(crate) fn used(&self) -> Vec<u32> {
        let mut used: Vec<u32> = match &self.data {
            Data::Tets(mesh) => {
                let whole = |t: &(u32, &[u32; 4])| mesh.flat().binary_search(&t.0).is_err();
                (0..).zip(&mesh.tets).filter(whole).flat_map(|t| *t.1).collect()
            }
            Data::Solid(solid) => solid.triangles().iter().flatten().copied().collect(),
        };
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Volume, and the integral of a density that is affine on each tetrahedron, exactly; `values`
    /// of a tetrahedron is the sum of those at its corners, `None` where it does not count. A solid
    /// is the signed sum of the tetrahedra between its triangles and one of its vertices; these are
    /// told by vertices.
    pub(crate) fn integral(&self, values: impl Fn(u32, [u32; 4]) -> Option<Rational> + Sync) -> (Rational, Rational) {
        let (flat, e) = big::integers_and_unit(self.vertices().as_flattened());
        let apex = self.solid().map(|s| s.triangles()[0][0]);
        let count = self.solid().map_or(self.len(), |s| s.triangles().len());
        let corners = |k: usize| match (&self.data, apex) {
            (Data::Solid(solid), Some(o)) => {
                let [a, b, c] = solid.triangles()[k];
                [o, a, b, c]
            }
            _ => self.tet(k as u32).unwrap_or_default(),
        };
        let chunk = |chunk: usize| {
            let (mut volume, mut mass) = (Integer::new(), Rational::new());
            for k in chunk * CHUNK..((chunk + 1) * CHUNK).min(count) {
                let at = corners(k);
                let Some(values) = values(k as u32, at) else { continue };
                let from = |v: u32| {
                    let (v, o) = (3 * v as usize, 3 * at[0] as usize);
                    [0, 1, 2].map(|k| Integer::from(&flat[v + k] - &flat[o + k]))
                };
                let six = det(&[from(at[1]), from(at[2]), from(at[3])]);
                mass += values * &six;
                volume += six;
            }
            (volume, mass)
        };
        let parts: Vec<(Integer, Rational)> = (0..count.div_ceil(CHUNK)).into_par_iter().map(chunk).collect();
        let (mut volume, mut mass) = (Rational::new(), Rational::new());
        for (v, m) in parts {
            volume += v;
            mass += m;
        }
        let unit = |x: Rational| if e >= 0 { x << (3 * e) as u32 } else { x >> (3 * e.unsigned_abs()) };
        (unit(volume) / 6u32, unit(mass) / 24u32)
    }

    /// In other units of length, by a power of two; the caller knows that to be exact for the
    /// bounding box; `None` if digits would be lost.
    pub(crate) fn scaled(&self, e: i32) -> Option<Parts> {
        let exact = self.vertices().as_flattened().iter().all(|&x| crate::exact::power::is_exact(x, e));
        if !exact {
            return None;
        }
        Some(match &self.data {
            Data::Tets(mesh) => mesh.scaled(e).into(),
            Data::Solid(solid) => solid.scaled(e)?.into(),
        })
    }

    /// The parts in half a line.
    pub(crate) fn noun(&self) -> String {
        match &self.data {
            Data::Tets(mesh) => match mesh.tets.len() {
                1 => "a tetrahedron".into(),
                n => format!("a mesh of {n} tetrahedra"),
            },
            Data::Solid(solid) => format!("a solid within {} triangles", solid.triangles().len()),
        }
    }
}
