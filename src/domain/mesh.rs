//! Triangulated domains in the plane: of any shape, with holes, in several pieces.

use super::overlap::{Seam, overlap};
use super::planar::Polygon;
use super::{ConvexPolygon, DomainError};
use crate::exact::power::scaled;
use crate::exact::predicates::orient2d_sign;
use petgraph::unionfind::UnionFind;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::HashMap;
use std::sync::Arc;

/// A planar domain as a union of triangles that overlap nowhere, checked exactly, but for rounding
/// errors at T-junctions ([`PlanarMesh::doubled`]).
///
/// Triangles may be given in either orientation, may meet in T-junctions, and need not share
/// vertices where they touch. Those of zero area carry no mass and are left out;
/// [`PlanarMesh::flat`] tells which.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanarMesh {
    vertices: Vec<[f64; 2]>,
    triangles: Vec<[u32; 3]>,
    flat: Vec<u32>,
    faces: Vec<u32>,
    doubled: (usize, f64),
    bounding_box: ConvexPolygon,
    polygons: Option<Arc<[Polygon]>>,
}

/// An entry of the search tree: the bounding box of a triangle, and which.
type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

impl PlanarMesh {
    /// Checks a triangulation. Every decision is exact. Cost: O(t log t) for `t` triangles.
    ///
    /// # Errors
    /// [`DomainError`] naming the vertex that is not finite, the corner that names no vertex, the
    /// edge with more than two triangles, or two triangles that overlap.
    ///
    /// ```
    /// use brenier::domain::PlanarMesh;
    /// // An L of three unit squares, cut along diagonals.
    /// let v = [[0., 0.], [1., 0.], [2., 0.], [0., 1.], [1., 1.], [2., 1.], [0., 2.], [1., 2.]];
    /// let t = [[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [3, 4, 7], [3, 7, 6]];
    /// let mesh = PlanarMesh::new(v.to_vec(), t.to_vec()).unwrap();
    /// assert_eq!((mesh.triangles().len(), mesh.bounding_box().area()), (6, 4.0));
    /// let folded = PlanarMesh::new(v.to_vec(), vec![[0, 1, 4], [0, 1, 3]]).unwrap_err();
    /// assert_eq!(folded.to_string(), "faces 0 and 1 overlap; a planar domain covers every point once");
    /// ```
    pub fn new(mut vertices: Vec<[f64; 2]>, triangles: Vec<[u32; 3]>) -> Result<PlanarMesh, DomainError> {
        for (vertex, v) in vertices.iter_mut().enumerate() {
            if let Some(axis) = v.iter().position(|c| !c.is_finite()) {
                return Err(DomainError::NonFiniteVertex { vertex, axis, value: v[axis] });
            }
            // -0.0 and 0.0 are the same place.
            *v = [v[0] + 0.0, v[1] + 0.0];
        }
        if triangles.is_empty() {
            return Err(DomainError::NoFaces);
        }
        for (face, t) in triangles.iter().enumerate() {
            if let Some(corner) = t.iter().position(|&v| v as usize >= vertices.len()) {
                let (vertex, vertices) = (t[corner], vertices.len());
                return Err(DomainError::UnknownVertex { face, corner, vertex, vertices });
            }
        }
        let at = |v: u32| vertices[v as usize];
        let turn = |t: &[u32; 3]| orient2d_sign(at(t[0]), at(t[1]), at(t[2]));
        let flat: Vec<u32> = (0..triangles.len() as u32).filter(|&f| turn(&triangles[f as usize]) == 0).collect();
        if flat.len() == triangles.len() {
            return Err(DomainError::ZeroArea);
        }
        let solid = || (0..triangles.len() as u32).filter(|f| flat.binary_search(f).is_err());
        let corners = |f: u32| {
            let t = &triangles[f as usize];
            let v = t.map(at);
            if turn(t) > 0 { v } else { [v[0], v[2], v[1]] }
        };
        let mut edges: HashMap<(u32, u32), u32> = HashMap::with_capacity(2 * triangles.len());
        for f in solid() {
            let t = &triangles[f as usize];
            for k in 0..3 {
                let (a, b) = (t[k], t[(k + 1) % 3]);
                let faces = edges.entry((a.min(b), a.max(b))).or_insert(0);
                *faces += 1;
                if *faces == 3 {
                    return Err(DomainError::CrowdedEdge { edge: (a.min(b), a.max(b)) });
                }
            }
        }
        drop(edges);
        let entries: Vec<Entry> = solid().map(|f| Entry::new(bounds(&corners(f)), f)).collect();
        let tree = RTree::bulk_load(entries);
        let seam = Seam::of(&vertices);
        let mut doubled = (0, 0.0);
        for f in solid() {
            let own = corners(f);
            let near = tree.locate_in_envelope_intersecting(envelope(&own));
            // In ascending order: which the tree finds first is its own affair.
            let overlapping = |e: &&Entry| e.data > f && overlap(&own, &corners(e.data));
            let mut others: Vec<u32> = near.filter(overlapping).map(|e| e.data).collect();
            others.sort_unstable();
            for second in others {
                match seam.rounded(&own, &corners(second)) {
                    Some(area) => doubled = (doubled.0 + 1, doubled.1 + area),
                    None => return Err(DomainError::Overlap { first: f, second }),
                }
            }
        }
        let all: Vec<[f64; 2]> = solid().flat_map(corners).collect();
        let box_of = envelope(&all);
        let bounding_box = ConvexPolygon::rectangle(box_of.lower(), box_of.upper())?;
        let (faces, polygons) = (Vec::new(), None);
        Ok(PlanarMesh { vertices, triangles, flat, faces, doubled, bounding_box, polygons })
    }

    /// Tells of which faces the triangles are parts: `first` has the first triangle of each,
    /// ascending; none where all faces are triangles. Only [`PlanarMesh::face`] depends on it.
    pub fn with_faces(self, first: Vec<u32>) -> PlanarMesh {
        PlanarMesh { faces: first, ..self }
    }

    /// The face, as people who made the mesh count them, that a triangle is part of. Cost: O(log
    /// n).
    pub fn face(&self, triangle: u32) -> u32 {
        super::polygons::polygon_of(&self.faces, triangle)
    }

    /// The mesh that polygons were cut into: triangles with area that overlap nowhere and fill
    /// these, every vertex used.
    pub(in crate::domain) fn of_polygons(
        vertices: Vec<[f64; 2]>,
        triangles: Vec<[u32; 3]>,
        polygons: Arc<[Polygon]>,
    ) -> Result<PlanarMesh, DomainError> {
        let box_of = envelope(&vertices);
        let bounding_box = ConvexPolygon::rectangle(box_of.lower(), box_of.upper())?;
        let (flat, faces, doubled) = (Vec::new(), Vec::new(), (0, 0.0));
        Ok(PlanarMesh { vertices, triangles, flat, faces, doubled, bounding_box, polygons: Some(polygons) })
    }

    /// All coordinates times `2^e`, which the caller knows to be exact.
    pub(crate) fn scaled(&self, e: i32) -> PlanarMesh {
        let vertices = self.vertices.iter().map(|v| v.map(|x| scaled(x, e))).collect();
        let bounding_box = self.bounding_box.scaled(e);
        let doubled = (self.doubled.0, scaled(self.doubled.1, 2 * e));
        let polygons = self.polygons.as_ref().map(|all| all.iter().map(|p| p.scaled(e)).collect());
        let (triangles, flat, faces) = (self.triangles.clone(), self.flat.clone(), self.faces.clone());
        PlanarMesh { vertices, triangles, flat, faces, doubled, bounding_box, polygons }
    }

    /// The polygons that the mesh was made from, if it was: their union is the domain, and the
    /// triangles are ours.
    pub fn polygons(&self) -> Option<&[Polygon]> {
        self.polygons.as_deref()
    }

    /// Vertices as given.
    pub fn vertices(&self) -> &[[f64; 2]] {
        &self.vertices
    }

    /// Triangles as given, flat ones included.
    pub fn triangles(&self) -> &[[u32; 3]] {
        &self.triangles
    }

    /// Triangles of zero area, ascending.
    pub fn flat(&self) -> &[u32] {
        &self.flat
    }

    /// Triangles with area, ascending.
    pub fn solid(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.triangles.len()).filter(|&f| self.flat.binary_search(&(f as u32)).is_err())
    }

    /// Pairs of triangles that overlap by a rounding error, and an upper bound of the area that
    /// they count twice.
    ///
    /// A corner that was computed to lie on the edge of a neighbour may lie inside it by 8 units of
    /// `2^-53` of the largest coordinate (of `2^-24` if all coordinates of the mesh fit single
    /// precision). The source is the sum of its triangles, so what two of them share counts twice:
    /// masses differ from those of the union by the density there times this area at most.
    /// Everything else is exact for that sum.
    pub fn doubled(&self) -> (usize, f64) {
        self.doubled
    }

    /// The smallest axis-parallel box around the triangles.
    pub fn bounding_box(&self) -> &ConvexPolygon {
        &self.bounding_box
    }

    /// Corners of a triangle counter-clockwise, and which of its given corners each is.
    pub fn corners(&self, face: usize) -> ([[f64; 2]; 3], [usize; 3]) {
        let v = self.triangles[face].map(|v| self.vertices[v as usize]);
        // Solid triangles only are asked for: nothing but the sign matters, and it is exact.
        if orient2d_sign(v[0], v[1], v[2]) > 0 { (v, [0, 1, 2]) } else { ([v[0], v[2], v[1]], [0, 2, 1]) }
    }

    /// Edges with a triangle on one side only (by position), in no particular direction: the
    /// boundary, and T-junctions.
    pub fn boundary(&self) -> Vec<[[f64; 2]; 2]> {
        let place = |p: [f64; 2]| p.map(f64::to_bits);
        let solid = (0..self.triangles.len()).filter(|&f| self.flat.binary_search(&(f as u32)).is_err());
        let sides = solid.flat_map(|f| {
            let v = self.triangles[f].map(|v| self.vertices[v as usize]);
            [[v[0], v[1]], [v[1], v[2]], [v[2], v[0]]]
        });
        let mut sides: Vec<[[f64; 2]; 2]> =
            sides.map(|[a, b]| if place(a) < place(b) { [a, b] } else { [b, a] }).collect();
        sides.sort_unstable_by_key(|s| s.map(place));
        sides.chunk_by(|a, b| a == b).filter(|g| g.len() == 1).map(|g| g[0]).collect()
    }

    /// For every triangle the number of its component: triangles that share an edge (by position,
    /// of two vertices each) belong together. `faces` alone are looked at, those that there are;
    /// the others have `u32::MAX`. Components are numbered by their lowest triangle.
    pub fn components(&self, faces: impl Iterator<Item = u32> + Clone) -> (Vec<u32>, usize) {
        let place = |v: u32| self.vertices[v as usize].map(f64::to_bits);
        let mut sets = UnionFind::<u32>::new(self.triangles.len());
        let mut edges = HashMap::new();
        let faces = faces.filter(|&f| (f as usize) < self.triangles.len());
        for f in faces.clone() {
            let t = self.triangles[f as usize];
            for k in 0..3 {
                let (a, b) = (place(t[k]), place(t[(k + 1) % 3]));
                if let Some(other) = edges.insert((a.min(b), a.max(b)), f) {
                    sets.union(f, other);
                }
            }
        }
        let mut component = vec![u32::MAX; self.triangles.len()];
        let (mut number, mut count) = (HashMap::new(), 0u32);
        let mut sorted: Vec<u32> = faces.collect();
        sorted.sort_unstable();
        for f in sorted {
            let root = sets.find(f);
            component[f as usize] = *number.entry(root).or_insert_with(|| {
                count += 1;
                count - 1
            });
        }
        (component, count as usize)
    }
}

fn envelope(points: &[[f64; 2]]) -> AABB<[f64; 2]> {
    AABB::from_points(points)
}

fn bounds(points: &[[f64; 2]]) -> Rectangle<[f64; 2]> {
    let b = envelope(points);
    Rectangle::from_corners(b.lower(), b.upper())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triangles_may_touch_but_not_overlap() {
        let unit = |x: f64, y: f64| [[x, y], [x + 1.0, y], [x, y + 1.0]];
        let mesh = |a: [[f64; 2]; 3], b: [[f64; 2]; 3]| {
            PlanarMesh::new([a, b].concat(), vec![[0, 1, 2], [5, 4, 3]]).map(|m| m.triangles().len())
        };
        assert_eq!(
            mesh(unit(0.0, 0.0), [[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]),
            Ok(2),
            "a shared edge, not shared vertices"
        );
        assert_eq!(mesh(unit(0.0, 0.0), [[0.25, 0.0], [0.5, -1.0], [0.75, 0.0]]), Ok(2), "a T-junction");
        assert_eq!(mesh(unit(0.0, 0.0), unit(1.0, 0.0)), Ok(2), "a shared corner");
        let inside = 0.5 - 1e-14;
        for over in [unit(0.0, 0.0), unit(0.1, 0.1), [[0.5, inside], [2.0, 1.0], [1.0, 2.0]]] {
            assert_eq!(mesh(unit(0.0, 0.0), over), Err(DomainError::Overlap { first: 0, second: 1 }));
        }
    }

    #[test]
    fn a_node_may_be_inside_by_a_rounding_error() {
        let next = 0.5f64.next_down();
        let v = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, next], [2.0, 1.0], [1.0, 2.0]];
        let mesh = PlanarMesh::new(v, vec![[0, 1, 2], [3, 4, 5]]).unwrap();
        let (pairs, area) = mesh.doubled();
        assert_eq!(pairs, 1);
        assert!(area >= 2f64.powi(-54) && area < 2f64.powi(-52), "{area:e}");
        assert_eq!(
            PlanarMesh::new(vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], vec![[0, 1, 2]]).unwrap().doubled(),
            (0, 0.0)
        );
    }

    /// Slanted edges divided on one side, in double and in single precision: all are accepted, and
    /// the bound holds.
    #[test]
    fn nodes_of_slanted_edges_are_accepted() {
        use crate::exact::big::{Rational, rational};
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let mut inside = 0;
        for round in 0..400 {
            let size = [1.0, 1e-3, 1e6, 1e100][round % 4];
            let shift = if round % 3 == 0 { 100.0 * size } else { 0.0 };
            let mut p = [[0.0, 0.0], [1.0, 0.2 + next()], [0.1 * next(), 2.0], [0.5 + next(), -1.0]]
                .map(|q| q.map(|c| shift + size * (c + 1e-3)));
            let t = next();
            let single = round % 2 == 0 && size < 1e10;
            let node = if single {
                p = p.map(|q| q.map(|c| f64::from(c as f32)));
                [0, 1].map(|k| f64::from(p[0][k] as f32 + t as f32 * (p[1][k] as f32 - p[0][k] as f32)))
            } else {
                [0, 1].map(|k| p[0][k] + t * (p[1][k] - p[0][k]))
            };
            let v = vec![p[0], p[1], p[2], node, p[3]];
            let mesh = PlanarMesh::new(v, vec![[0, 1, 2], [0, 4, 3], [3, 4, 1]])
                .unwrap_or_else(|e| panic!("round {round}: {e}"));
            let d = |a: [f64; 2], k: usize| rational(a[k]) - rational(p[0][k]);
            let twice = d(p[1], 0) * d(node, 1) - d(p[1], 1) * d(node, 0);
            inside += usize::from(mesh.doubled().0 > 0);
            assert_eq!(mesh.doubled().0 > 0, twice > 0, "round {round}");
            // What both sides share is the triangle of the edge and the node.
            assert!(rational(mesh.doubled().1) * 2u32 >= twice.max(Rational::new()), "round {round}");
        }
        assert!((100..300).contains(&inside), "{inside}");
    }

    #[test]
    fn components_are_joined_by_edges() {
        let v = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 2.0], [1.0, 2.0], [0.0, 3.0]];
        // Two triangles of a square; one that touches it in a corner; a flat one.
        let mesh = PlanarMesh::new(v, vec![[0, 1, 2], [3, 5, 4], [1, 2, 3], [0, 2, 6]]).unwrap();
        assert_eq!(mesh.flat(), [3]);
        let (component, count) = mesh.components([0, 1, 2].into_iter());
        assert_eq!((component, count), (vec![0, 1, 0, u32::MAX], 2));
        assert_eq!(mesh.components([0, 1].into_iter()).1, 2);
    }

    #[test]
    fn refusals_name_the_place() {
        let v = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, -1.0]];
        let text = |t: &[[u32; 3]]| PlanarMesh::new(v.clone(), t.to_vec()).unwrap_err().to_string();
        assert_eq!(text(&[[0, 1, 2], [1, 2, 9]]), "triangles[1][2] = 9, but there are 5 vertices; count from 0");
        assert_eq!(text(&[[0, 1, 2], [0, 1, 3], [1, 0, 4]]), "edge (0, 1) has 3 faces; in the plane it has at most 2");
        assert_eq!(text(&[[0, 1, 1]]), "domain has zero area; its vertices must not all lie on one line");
        assert_eq!(text(&[]), "a mesh needs at least one triangle");
    }
}
