//! Meshes of tetrahedra, by their endings.

use super::super::ending::ending;
use super::super::error::IoError;
use super::super::read::{ReadLimit, refuse_utf16};
use super::{medit, msh, vtu};
use crate::domain::{DomainError, TetMesh};
use std::path::Path;

/// A mesh as a file has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TetFile {
    /// Coordinates of the vertices.
    pub vertices: Vec<[f64; 3]>,
    /// Corners of the tetrahedra, counted from 0.
    pub tets: Vec<[u32; 4]>,
    /// Remarks for the report.
    pub notes: Vec<String>,
}

/// Bytes that a mesh takes in memory for each tetrahedron and each vertex while it is checked: its
/// facets by name (4 times 16), what lies beyond (16), its box in a tree (56), itself (16), room
/// for lists to grow; and integers of the coordinates.
const EACH: u64 = 400;

/// Whether [`parse_tets`] reads files of this name.
pub fn reads_tets(path: &Path) -> bool {
    matches!(ending(path).as_str(), "msh" | "mesh" | "vtu")
}

/// Reads a mesh of tetrahedra; the name tells the format. Cost: O(bytes).
///
/// # Errors
/// [`IoError`] naming the line (in binary files the byte) that is not understood, cells that are
/// solids but no tetrahedra, or that there are none.
pub fn parse_tets(path: &Path, bytes: &[u8], limit: ReadLimit) -> Result<TetFile, IoError> {
    refuse_utf16(path, bytes)?;
    let file = match ending(path).as_str() {
        "msh" => msh::parse(path, bytes)?,
        "mesh" => medit::parse(path, bytes)?,
        "vtu" => vtu::parse(path, bytes, limit)?,
        _ => return Err(IoError::format(path, "meshes of tetrahedra", ".msh, .mesh or .vtu")),
    };
    if file.tets.is_empty() {
        let cure = "mesh the volume, and save its elements";
        return Err(IoError::content(path, format!("has no tetrahedra; {cure}")));
    }
    let needs = EACH.saturating_mul((file.tets.len() + file.vertices.len()) as u64);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    Ok(file)
}

impl TetFile {
    /// The mesh, and remarks. `path` is named in errors.
    ///
    /// # Errors
    /// As [`TetMesh::new`] has it.
    pub fn into_mesh(self, path: &Path) -> Result<(TetMesh, Vec<String>), IoError> {
        let TetFile { vertices, tets, mut notes } = self;
        let mesh = TetMesh::new(vertices, tets)
            .map_err(|e: DomainError| IoError::Problem { file: path.to_path_buf(), source: e.into() })?;
        notes.extend(flat_note(&mesh));
        Ok((mesh, notes))
    }
}

/// What to say about tetrahedra that are left out.
pub(in super::super) fn flat_note(mesh: &TetMesh) -> Option<String> {
    match mesh.flat() {
        [] => None,
        [one] => Some(format!("tet {one} has no volume and is left out")),
        [first, rest @ ..] => Some(format!("tet {first} and {} more have no volume and are left out", rest.len())),
    }
}
