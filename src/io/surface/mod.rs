//! Triangle meshes in space: .obj, .ply, .off and .stl in, .obj, .ply and .vtk out.
//!
//! Readers keep vertices and polygons in their order and give coordinates as the file has them. Written by hand: `docs/dependencies.md`
//! says which crates were tried, and what made them unfit for hostile files.

mod builder;
mod obj;
mod text;

pub use builder::{Group, SurfaceFile};

use super::error::{IoError, quoted};
use super::read::{ReadLimit, read_file};
use crate::domain::surface::{Surface, SurfaceError};
use std::path::Path;

/// Extensions that are read.
const READ: &str = ".obj";

/// Whether [`parse_surface`] reads files of this name.
pub fn reads_surface(path: &Path) -> bool {
    Format::of(path).is_some()
}

/// Reads a mesh in space; the format is told by the extension.
///
/// # Errors
/// As [`parse_surface`], and the system's.
pub fn read_surface(path: &Path, limit: ReadLimit) -> Result<SurfaceFile, IoError> {
    parse_surface(path, &read_file(path, limit)?)
}

/// As [`read_surface`] for bytes already in memory. Cost: O(bytes); memory a small multiple of them, whatever they declare.
///
/// # Errors
/// [`IoError`] naming the line (for binary files the element) that is not understood, names no vertex, or has a coordinate that is not
/// finite though a face uses it.
pub fn parse_surface(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let Some(format) = Format::of(path) else {
        let found = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
        return Err(IoError::content(path, format!("meshes ending in {} are not read; use {READ}", quoted(&found))));
    };
    let file = match format {
        Format::Obj => obj::parse(path, bytes)?,
    };
    match first_non_finite(&file) {
        Some((vertex, axis, value)) => Err(non_finite(path, bytes, format, vertex, axis, value)),
        None => Ok(file),
    }
}

impl SurfaceFile {
    /// The mesh as a surface for transport. `path` is named in errors.
    ///
    /// # Errors
    /// [`IoError::Surface`], as [`Surface::new`] has it.
    pub fn into_surface(self, path: &Path) -> Result<Surface, IoError> {
        Surface::new(self.vertices, self.triangles)
            .map_err(|source| IoError::Surface { file: path.to_path_buf(), source })
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Obj,
}

impl Format {
    fn of(path: &Path) -> Option<Format> {
        match path.extension()?.to_ascii_lowercase().to_str()? {
            "obj" => Some(Format::Obj),
            _ => None,
        }
    }
}

/// The first face's first corner that is not finite: vertex, coordinate, value.
fn first_non_finite(file: &SurfaceFile) -> Option<(u32, usize, f64)> {
    file.triangles.iter().flatten().find_map(|&vertex| {
        let v = file.vertices[vertex as usize];
        v.iter().position(|c| !c.is_finite()).map(|axis| (vertex, axis, v[axis]))
    })
}

/// Says where the file has the coordinate: the way to it is looked for only now.
fn non_finite(path: &Path, bytes: &[u8], format: Format, vertex: u32, axis: usize, value: f64) -> IoError {
    match format {
        Format::Obj => {
            let what = format!("v {} is {value}; every coordinate must be finite", u64::from(vertex) + 1);
            IoError::line(path, obj::line_of(bytes, vertex), what)
        }
        #[allow(unreachable_patterns)]
        _ => IoError::Surface { file: path.to_path_buf(), source: SurfaceError::NonFinite { vertex, axis, value } },
    }
}
