//! What is written of a mesh.

use super::builder::Group;

/// A mesh to be written, with data on it.
#[derive(Clone, Copy, Debug, Default)]
pub struct MeshData<'a> {
    /// Coordinates.
    pub vertices: &'a [[f64; 3]],
    /// Vertices of each triangle, counted from 0.
    pub triangles: &'a [[u32; 3]],
    /// Vertices of faces with any number of corners; they come after the triangles.
    pub polygons: &'a [&'a [u32]],
    /// Numbers on vertices.
    pub vertex_fields: &'a [Field<'a>],
    /// Numbers on faces.
    pub face_fields: &'a [Field<'a>],
    /// Points of a plane for the corners of triangles. Only .obj and .ply hold them.
    pub texture: Option<Texture<'a>>,
    /// Named parts, by their first triangles, ascending. Only .obj holds them.
    pub groups: &'a [Group],
}

impl<'a> MeshData<'a> {
    /// All faces.
    pub(super) fn faces(&self) -> impl Iterator<Item = &'a [u32]> {
        let (triangles, polygons) = (self.triangles, self.polygons);
        triangles.iter().map(|t| &t[..]).chain(polygons.iter().copied())
    }

    /// Number of faces.
    pub(super) fn count(&self) -> usize {
        self.triangles.len() + self.polygons.len()
    }

    /// Number of corners of all faces.
    pub(super) fn corners(&self) -> usize {
        self.faces().map(<[u32]>::len).sum()
    }
}

/// Points of a plane for the corners of triangles: texture coordinates, a parameterization.
#[derive(Clone, Copy, Debug)]
pub struct Texture<'a> {
    /// The points.
    pub points: &'a [[f64; 2]],
    /// For the corners of each triangle the numbers of their points, counted from 0.
    pub corners: &'a [[u32; 3]],
}

/// Numbers on the vertices or on the triangles of a mesh.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name, without blanks.
    pub name: &'a str,
    /// Numbers for each vertex or triangle.
    pub columns: usize,
    /// All numbers, element after element.
    pub values: &'a [f64],
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// As doubles of eight bytes.
    #[default]
    Binary,
    /// As text, with as many digits as tell a double from all others.
    Text,
}

impl Field<'_> {
    /// The numbers of an element.
    pub(super) fn of(&self, element: usize) -> &[f64] {
        &self.values[element * self.columns..(element + 1) * self.columns]
    }
}
