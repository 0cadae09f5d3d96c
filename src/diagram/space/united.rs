//! A cell of a domain in parts as the bodies that it consists of, without the faces between its
//! pieces.
//!
//! Pieces meet along sides of the parts, but not face to face: a side of one may be covered by
//! several others, and may be part of the domain's boundary besides. So from the faces of pieces in
//! one plane those that look the other way are taken, in rationals, from labels; what is left
//! bounds the cell ([`super::facets`]). Pieces that have an area in common are one body: where they
//! have only an edge or a corner in common the cell falls into several.

use super::facets::{Corners, Facet, Point, sides};
use super::pieces::Piece;
use super::planes::CellPlanes;
use super::snapshot::{SpaceDiagram, SpaceFace};
use super::wall::{Shift, Wall};
use crate::domain::space::Planes;
use crate::exact::big::Integer;
use petgraph::unionfind::UnionFind;
use std::collections::BTreeMap;

/// A body: a cell, or what of it hangs together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpaceBody {
    /// Its vertices.
    pub vertices: Vec<[f64; 3]>,
    /// Its faces; those on the domain's boundary lie on the first side that is there.
    pub faces: Vec<SpaceFace>,
    /// Its volume.
    pub volume: f64,
}

/// What faces lie on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Plane {
    Site(u32, Shift),
    /// A plane in least integers, of which the first that is not 0 is positive.
    Domain(Vec<Integer>),
}

/// Which way faces look along the plane's normal.
type Group = (Plane, bool);

impl SpaceDiagram<3> {
    /// The bodies of a cell; none of a hidden site. Of a domain that is not in parts it is the cell
    /// as it is, with faces and edges of no size. Cost: about `n log n` for `n` faces of pieces, in
    /// rationals.
    pub fn bodies(&self, i: usize) -> Vec<SpaceBody> {
        let pieces = self.of_cell(i);
        if pieces.is_empty() {
            return Vec::new();
        }
        match pieces.len() {
            1 => None,
            _ => self.united(i, pieces),
        }
        .unwrap_or_else(|| {
            let (volume, ..) = self.body_moments(i).unwrap_or_default();
            vec![SpaceBody { vertices: self.vertices(i), faces: self.faces(i).collect(), volume }]
        })
    }

    /// `None` if labels are not those of polyhedra.
    fn united(&self, i: usize, pieces: &[Piece]) -> Option<Vec<SpaceBody>> {
        let position = self.place[i];
        let planes = CellPlanes { ground: &self.ground, sites: &self.inner, cell: position };
        let mut corners = Corners::default();
        let mut names: Vec<(Group, Wall, usize, [f64; 3])> = Vec::new();
        let mut groups: BTreeMap<Group, Vec<Facet>> = BTreeMap::new();
        for (at, Piece { shape, .. }) in pieces.iter().enumerate() {
            let points: Vec<Point> = self.exact_corners(i, shape)?;
            let numbers: Vec<u32> = points.into_iter().map(|p| corners.number(p)).collect();
            for (face, label) in shape.skeleton.labels.iter().enumerate() {
                let ring = shape.skeleton.ring(face).iter().map(|&k| numbers[k as usize]);
                let Some(ring) = corners.ring(ring) else { continue };
                let group = match *label {
                    Wall::Site(j, shift) => (Plane::Site(j, shift), true),
                    Wall::Domain(_) => plane(planes.exact(label).v),
                };
                let of = names.len() as u32;
                names.push((group.clone(), self.named(*label), at, shape.normal(face)));
                groups.entry(group).or_default().push(Facet { ring, of });
            }
        }
        let mut bodies = UnionFind::<usize>::new(pieces.len());
        let mut left: Vec<Facet> = Vec::new();
        let mut meet = |a: u32, b: u32| {
            bodies.union(names[a as usize].2, names[b as usize].2);
        };
        while let Some(((plane, up), facets)) = groups.pop_first() {
            let others = groups.remove(&(plane, !up)).unwrap_or_default();
            left.extend(corners.uncovered(&facets, &others, &mut meet));
        }
        // Bodies by their first pieces.
        let mut all: BTreeMap<usize, BTreeMap<Group, Vec<Facet>>> = BTreeMap::new();
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        for piece in 0..pieces.len() {
            first.entry(bodies.find(piece)).or_insert(piece);
        }
        corners.divide(&mut left);
        for facet in left {
            let (group, _, piece, _) = &names[facet.of as usize];
            let body = first[&bodies.find(*piece)];
            all.entry(body).or_default().entry(group.clone()).or_default().push(facet);
        }
        let body = |groups: BTreeMap<Group, Vec<Facet>>| {
            let mut facets: Vec<Facet> = groups.into_values().flat_map(|facets| corners.joined(facets)).collect();
            corners.straighten(&mut facets);
            let face = |f: &Facet| (f.ring.clone(), names[f.of as usize].1, names[f.of as usize].3);
            told(&corners, facets.iter().map(face).collect())
        };
        Some(all.into_values().map(body).collect())
    }
}

/// A plane and whether its inward normal is that of the form.
fn plane(mut v: [Integer; 4]) -> Group {
    let common = v.iter().fold(Integer::new(), |g, x| g.gcd(x));
    if common > 1 {
        v.iter_mut().for_each(|x| x.div_exact_mut(&common));
    }
    let up = v.iter().find(|x| !x.cmp0().is_eq()).is_some_and(|x| x.cmp0().is_gt());
    if !up {
        v.iter_mut().for_each(|x| *x = -std::mem::take(x));
    }
    (Plane::Domain(v.into()), up)
}

/// A body in doubles, with vertices of its own.
fn told(corners: &Corners, facets: Vec<(Vec<u32>, Wall, [f64; 3])>) -> SpaceBody {
    let mut body = SpaceBody::default();
    let mut place: BTreeMap<u32, u32> = BTreeMap::new();
    for (ring, wall, normal) in facets {
        let mut number = |k: u32| {
            *place.entry(k).or_insert_with(|| {
                body.vertices.push(corners.double(k));
                body.vertices.len() as u32 - 1
            })
        };
        let vertices: Vec<u32> = ring.iter().map(|&k| number(k)).collect();
        body.faces.push(SpaceFace { wall, vertices, normal, area: 0.0 });
    }
    // About its middle, so that little cancels.
    let share = 1.0 / body.vertices.len().max(1) as f64;
    let middle = [0, 1, 2].map(|k| body.vertices.iter().map(|x| x[k] * share).sum::<f64>());
    for face in &mut body.faces {
        let at = |k: u32| [0, 1, 2].map(|l| body.vertices[k as usize][l] - middle[l]);
        let origin = at(face.vertices[0]);
        let mut sum = [0.0; 3];
        for (a, b) in sides(&face.vertices) {
            let [u, v] = [a, b].map(|k| {
                let x = at(k);
                [x[0] - origin[0], x[1] - origin[1], x[2] - origin[2]]
            });
            let cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
            (0..3).for_each(|k| sum[k] += 0.5 * cross[k]);
        }
        face.area = (sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]).sqrt();
        body.volume += (origin[0] * sum[0] + origin[1] * sum[1] + origin[2] * sum[2]) / 3.0;
    }
    body
}
