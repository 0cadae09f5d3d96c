//! Triangulated domains in the plane: of any shape, with holes, in several pieces.

use super::{ConvexPolygon, DomainError};
use crate::exact::predicates::orient2d_sign;
use petgraph::unionfind::UnionFind;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::HashMap;

/// A planar domain as a union of triangles that overlap nowhere, checked exactly.
///
/// Triangles may be given in either orientation, may meet in T-junctions, and need not share vertices where they touch. Those of zero
/// area carry no mass and are left out; [`PlanarMesh::flat`] tells which.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanarMesh {
    vertices: Vec<[f64; 2]>,
    triangles: Vec<[u32; 3]>,
    flat: Vec<u32>,
    bounding_box: ConvexPolygon,
}

/// An entry of the search tree: the bounding box of a triangle, and which.
type Entry = GeomWithData<Rectangle<[f64; 2]>, u32>;

impl PlanarMesh {
    /// Checks a triangulation. Every decision is exact. Cost: O(t log t) for `t` triangles.
    ///
    /// # Errors
    /// [`DomainError`] naming the vertex that is not finite, the corner that names no vertex, the edge with more than two triangles, or two
    /// triangles that overlap.
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
        for f in solid() {
            let own = corners(f);
            let near = tree.locate_in_envelope_intersecting(envelope(&own));
            // The lowest one: which the tree finds first is its own affair.
            let overlapping = |e: &&Entry| e.data > f && overlap(&own, &corners(e.data));
            if let Some(second) = near.filter(overlapping).map(|e| e.data).min() {
                return Err(DomainError::Overlap { first: f, second });
            }
        }
        let all: Vec<[f64; 2]> = solid().flat_map(corners).collect();
        let box_of = envelope(&all);
        let bounding_box = ConvexPolygon::rectangle(box_of.lower(), box_of.upper())?;
        Ok(PlanarMesh { vertices, triangles, flat, bounding_box })
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

    /// Edges with a triangle on one side only (by position), in no particular direction: the boundary, and T-junctions.
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

    /// For every triangle the number of its component: triangles that share an edge (by position, of two vertices each) belong
    /// together. `faces` alone are looked at, those that there are; the others have `u32::MAX`. Components are numbered by their lowest
    /// triangle.
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

/// Do the interiors of two counter-clockwise triangles meet? They do not if and only if the line of an edge of one of them has the other
/// one on its outer side (separating axes of convex polygons).
fn overlap(a: &[[f64; 2]; 3], b: &[[f64; 2]; 3]) -> bool {
    let separates = |p: &[[f64; 2]; 3], q: &[[f64; 2]; 3]| {
        (0..3).any(|k| q.iter().all(|&v| orient2d_sign(p[k], p[(k + 1) % 3], v) <= 0))
    };
    !separates(a, b) && !separates(b, a)
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
        let next = 0.5f64.next_down();
        for over in [unit(0.0, 0.0), unit(0.1, 0.1), [[0.5, next], [2.0, 1.0], [1.0, 2.0]]] {
            assert_eq!(mesh(unit(0.0, 0.0), over), Err(DomainError::Overlap { first: 0, second: 1 }));
        }
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
