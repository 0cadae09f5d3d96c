//! A mesh of tetrahedra as it is read.

use super::super::error::IoError;
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
