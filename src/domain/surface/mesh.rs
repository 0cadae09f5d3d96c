//! Triangle meshes in space.

use super::SurfaceError;
use super::edges::Edges;
use super::error::MOST_FACES;
use crate::domain::vector::{bounds, side};
use crate::exact::power::scaled;
use crate::exact::predicates::orient2d_sign;
use petgraph::unionfind::UnionFind;

/// A triangle soup in R^3, sound for transport: the vertices that triangles name exist and are
/// finite, and at least one triangle has area. Nothing is asked of how triangles meet.
///
/// Vertices and triangles stay as given, in their order; a vertex that no triangle names may be
/// anything. One that is not finite is put where the first corner is: files hold all vertices, and
/// numbers only.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    vertices: Vec<[f64; 3]>,
    triangles: Vec<[u32; 3]>,
    flat: Vec<u32>,
    polygons: Vec<u32>,
    bounds: ([f64; 3], [f64; 3]),
}

impl Surface {
    /// Checks triangles, given by the numbers of their vertices (from 0). Every decision is exact.
    /// Cost: O(n).
    ///
    /// # Errors
    /// [`SurfaceError`] naming the corner without a vertex or the coordinate that is not finite; or
    /// if no triangle has area, or the extent is such that areas are not doubles.
    ///
    /// ```
    /// use brenier::domain::surface::Surface;
    /// let v = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.], [2., 0., 0.]];
    /// let mesh = Surface::new(v.clone(), vec![[0, 1, 2], [0, 1, 4], [0, 1, 3]]).unwrap();
    /// assert_eq!(mesh.flat(), [1]);
    /// let error = Surface::new(v, vec![[0, 1, 7]]).unwrap_err();
    /// assert_eq!(error.to_string(), "triangles[0][2] = 7, but there are 5 vertices; count from 0");
    /// ```
    pub fn new(mut vertices: Vec<[f64; 3]>, triangles: Vec<[u32; 3]>) -> Result<Surface, SurfaceError> {
        check(&vertices, &triangles)?;
        let home = vertices[triangles[0][0] as usize];
        vertices.iter_mut().filter(|v| v.iter().any(|c| !c.is_finite())).for_each(|v| *v = home);
        let flat: Vec<u32> =
            (0..triangles.len() as u32).filter(|&f| is_flat(&vertices, triangles[f as usize])).collect();
        if flat.len() == triangles.len() {
            return Err(SurfaceError::ZeroArea);
        }
        let bounds = bounds(triangles.iter().flatten().map(|&v| vertices[v as usize]));
        let extent = (0..3).map(|k| bounds.1[k] - bounds.0[k]).fold(0.0, f64::max);
        if !(1e-140..=1e140).contains(&extent) {
            return Err(SurfaceError::ExtentOutOfRange { extent });
        }
        Ok(Surface { vertices, triangles, flat, polygons: Vec::new(), bounds })
    }

    /// Tells of which polygons the triangles are parts: `first` has the first triangle of each,
    /// ascending; none where all polygons are triangles. Only [`Surface::face`] depends on it.
    pub fn with_faces(self, first: Vec<u32>) -> Surface {
        Surface { polygons: first, ..self }
    }

    /// The face, as people who made the mesh count them, that a triangle is part of. Cost: O(log
    /// n).
    pub fn face(&self, triangle: u32) -> u32 {
        super::super::polygons::polygon_of(&self.polygons, triangle)
    }

    /// All coordinates times `2^e`, which the caller knows to be exact.
    pub(crate) fn scaled(&self, e: i32) -> Surface {
        let point = |v: &[f64; 3]| v.map(|x| scaled(x, e));
        Surface {
            vertices: self.vertices.iter().map(point).collect(),
            triangles: self.triangles.clone(),
            flat: self.flat.clone(),
            polygons: self.polygons.clone(),
            bounds: (point(&self.bounds.0), point(&self.bounds.1)),
        }
    }

    /// Vertices as given.
    pub fn vertices(&self) -> &[[f64; 3]] {
        &self.vertices
    }

    /// Triangles as given, flat ones included.
    pub fn triangles(&self) -> &[[u32; 3]] {
        &self.triangles
    }

    /// Triangles without area (their corners lie on one line), ascending.
    pub fn flat(&self) -> &[u32] {
        &self.flat
    }

    /// Lowest and highest coordinates of the vertices that triangles name.
    pub fn bounds(&self) -> ([f64; 3], [f64; 3]) {
        self.bounds
    }

    /// Gives vertices and triangles back.
    pub fn into_parts(self) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        (self.vertices, self.triangles)
    }

    /// For every triangle the number of its component, and how many there are: triangles that share
    /// an edge (two vertices, by number) belong together. `faces` alone are looked at; the others
    /// have `u32::MAX`. Components are numbered by their lowest triangle. Cost: O(n).
    pub fn components(&self, faces: impl IntoIterator<Item = u32>) -> (Vec<u32>, usize) {
        let mut chosen = vec![false; self.triangles.len()];
        for f in faces {
            if let Some(c) = chosen.get_mut(f as usize) {
                *c = true;
            }
        }
        components(&self.triangles, &Edges::new(&self.triangles, |f| chosen[f as usize]), |f| chosen[f as usize])
    }
}

/// Triangles name vertices that exist and are finite, and are not too many.
pub(super) fn check(vertices: &[[f64; 3]], triangles: &[[u32; 3]]) -> Result<(), SurfaceError> {
    if triangles.is_empty() {
        return Err(SurfaceError::NoFaces);
    }
    if triangles.len() > MOST_FACES {
        return Err(SurfaceError::TooManyFaces { found: triangles.len() });
    }
    for (face, t) in triangles.iter().enumerate() {
        for (corner, &vertex) in t.iter().enumerate() {
            let Some(v) = vertices.get(vertex as usize) else {
                return Err(SurfaceError::UnknownVertex { face, corner, vertex, vertices: vertices.len() });
            };
            if let Some(axis) = v.iter().position(|c| !c.is_finite()) {
                return Err(SurfaceError::NonFinite { vertex, axis, value: v[axis] });
            }
        }
    }
    Ok(())
}

/// Whether the corners lie on one line: exactly if all three projections do. The most promising one
/// first.
pub(super) fn is_flat(vertices: &[[f64; 3]], t: [u32; 3]) -> bool {
    let [a, b, c] = t.map(|v| vertices[v as usize]);
    let area = side(c, a).cross(&side(c, b)).abs();
    let mut planes = [(area.z, 0, 1), (area.x, 1, 2), (area.y, 2, 0)];
    planes.sort_by(|p, q| q.0.total_cmp(&p.0));
    planes.iter().all(|&(_, i, j)| orient2d_sign([a[i], a[j]], [b[i], b[j]], [c[i], c[j]]) == 0)
}

/// Components of the chosen faces, whose edges are given; see [`Surface::components`].
pub(super) fn components(triangles: &[[u32; 3]], edges: &Edges, chosen: impl Fn(u32) -> bool) -> (Vec<u32>, usize) {
    let mut sets = UnionFind::<u32>::new(triangles.len());
    for (_, sides) in edges.groups() {
        for s in &sides[1..] {
            sets.union(sides[0].face(), s.face());
        }
    }
    let mut component = vec![u32::MAX; triangles.len()];
    let mut number = vec![u32::MAX; triangles.len()];
    let mut count = 0;
    for f in (0..triangles.len() as u32).filter(|&f| chosen(f)) {
        let n = &mut number[sets.find_mut(f) as usize];
        if *n == u32::MAX {
            *n = count;
            count += 1;
        }
        component[f as usize] = *n;
    }
    (component, count as usize)
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn flat_triangles_are_told_exactly() {
        let tiny = f64::from_bits(1);
        let v = vec![
            [0.1, 0.1, 0.1],
            [0.2, 0.2, 0.2],
            [0.3, 0.3, 0.3], // the double next to 0.1 + 0.2, on the diagonal all the same
            [0.3, 0.3, 0.3f64.next_up()],
            [tiny, 0.0, 0.0],
            [0.0, tiny, 0.0],
            [-0.0, 0.0, -0.0],
            [1e300, 1e300, 0.0],
            [-1e300, -1e300, 0.0],
            [f64::NAN, 0.0, 0.0],
        ];
        let t = vec![[0, 1, 2], [0, 1, 3], [4, 5, 6], [4, 4, 0], [0, 1, 2]];
        let mesh = Surface::new(v.clone(), t.clone()).unwrap();
        assert_eq!(mesh.flat(), [0, 3, 4]);
        assert_eq!(mesh.triangles(), t);
        assert_eq!(mesh.bounds(), ([0.0; 3], [0.3, 0.3, 0.3f64.next_up()]));
        assert!(is_flat(&v, [7, 8, 6]) && !is_flat(&v, [7, 8, 4]));
    }

    #[test]
    fn components_are_joined_by_edges() {
        let v = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [1., 1., 0.], [2., 2., 0.], [1., 2., 1.], [0., 3., 0.]];
        // Two triangles of a square; one that touches it in a corner; a flat one.
        let mesh = Surface::new(v, vec![[0, 1, 2], [3, 5, 4], [1, 2, 3], [0, 2, 6]]).unwrap();
        assert_eq!(mesh.flat(), [3]);
        assert_eq!(mesh.components([2, 1, 0]), (vec![0, 1, 0, u32::MAX], 2));
        assert_eq!(mesh.components([0, 1, 99]), (vec![0, 1, u32::MAX, u32::MAX], 2));
        assert_eq!(mesh.components([]).1, 0);
    }

    #[test]
    fn refusals_name_the_place() {
        let mut v = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [2., 0., 0.]];
        let text = |v: &[[f64; 3]], t: &[[u32; 3]]| Surface::new(v.to_vec(), t.to_vec()).unwrap_err().to_string();
        assert_eq!(text(&v, &[]), "a surface needs at least one triangle");
        assert_eq!(text(&v, &[[0, 1, 2], [0, 4, 1]]), "triangles[1][1] = 4, but there are 4 vertices; count from 0");
        let zero = "surface has zero area; at least one triangle must have corners that are not on one line";
        assert_eq!(text(&v, &[[0, 1, 3], [1, 1, 2]]), zero);
        v[2][1] = 1e200;
        let far = "surface extends over 1e200, outside 1e-140 to 1e140 where areas are doubles; rescale it";
        assert_eq!(text(&v, &[[0, 1, 2]]), far);
        v[2][1] = f64::NEG_INFINITY;
        assert_eq!(text(&v, &[[0, 1, 2]]), "vertices[2][1] is -inf; every coordinate must be finite");
    }
}
