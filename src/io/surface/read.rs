//! Meshes in, by their endings.

use super::super::ending::ending;
use super::super::error::IoError;
use super::super::read::{ReadLimit, read_file, refuse_utf16};
use super::SurfaceFile;
use super::{gltf_read, obj, off, ply, stl};
use crate::domain::polygon_of;
use crate::domain::surface::{Surface, SurfaceError};
use std::path::Path;

/// Extensions that are read.
pub(super) const READ: &str = ".obj, .ply, .off, .stl, .glb or .gltf";

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

/// As [`read_surface`] for bytes already in memory. Cost: O(bytes); memory a small multiple of
/// them, whatever they declare.
///
/// # Errors
/// [`IoError`] naming the line (for binary files the element) that is not understood, names no
/// vertex, has a coordinate that is not finite though a face uses it, or a polygon that crosses
/// itself.
pub fn parse_surface(path: &Path, bytes: &[u8]) -> Result<SurfaceFile, IoError> {
    let Some(format) = Format::of(path) else { return Err(IoError::format(path, "meshes", READ)) };
    refuse_utf16(path, bytes)?;
    let mut file = match format {
        Format::Obj => obj::parse(path, bytes)?,
        Format::Ply => ply::parse(path, bytes)?,
        Format::Off => off::parse(path, bytes)?,
        Format::Stl => stl::parse(path, bytes)?,
        Format::Gltf => gltf_read::parse(path, bytes)?,
    };
    file.note_polygons(path);
    if let Some((face, vertex, axis)) = first_non_finite(&file) {
        return Err(non_finite(path, bytes, format, &file, (face, vertex, axis)));
    }
    file.tame_unused(path);
    file.cut_polygons().map_err(|(face, why)| match format {
        Format::Obj => IoError::line(path, obj::line_of_face(bytes, face), why.text(face)),
        _ => IoError::content(path, why.text(face)),
    })?;
    Ok(file)
}

impl SurfaceFile {
    /// The mesh as a surface for transport. `path` is named in errors.
    ///
    /// # Errors
    /// [`IoError::Surface`], as [`Surface::new`] has it.
    pub fn into_surface(self, path: &Path) -> Result<Surface, IoError> {
        let polygons = self.polygons;
        match Surface::new(self.vertices, self.triangles) {
            Ok(surface) => Ok(surface.with_faces(polygons)),
            Err(e) => {
                let source = e.with_faces(|f| polygon_of(&polygons, f));
                Err(IoError::Surface { file: path.to_path_buf(), source })
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Format {
    Obj,
    Ply,
    Off,
    Stl,
    Gltf,
}

impl Format {
    fn of(path: &Path) -> Option<Format> {
        match ending(path).as_str() {
            "obj" => Some(Format::Obj),
            "ply" => Some(Format::Ply),
            "off" => Some(Format::Off),
            "stl" => Some(Format::Stl),
            "glb" | "gltf" => Some(Format::Gltf),
            _ => None,
        }
    }
}

/// The first triangle with a corner that is not finite: triangle, vertex, coordinate.
pub(super) fn first_non_finite(file: &SurfaceFile) -> Option<(usize, u32, usize)> {
    file.triangles.iter().enumerate().find_map(|(face, t)| {
        let bad = |v: u32| file.vertices[v as usize].iter().position(|c| !c.is_finite()).map(|axis| (face, v, axis));
        t.iter().find_map(|&v| bad(v))
    })
}

/// Says where the file has the coordinate: the way to it is looked for only now.
pub(super) fn non_finite(
    path: &Path,
    bytes: &[u8],
    format: Format,
    file: &SurfaceFile,
    (face, vertex, axis): (usize, u32, usize),
) -> IoError {
    let value = file.vertices[vertex as usize][axis];
    match format {
        Format::Obj => {
            let what = format!("v {} is {value}; every coordinate must be finite", u64::from(vertex) + 1);
            IoError::line(path, obj::line_of(bytes, vertex), what)
        }
        // These have no list of vertices that could be counted.
        Format::Stl => {
            IoError::content(path, format!("facet {face} has a corner with {value}; every coordinate must be finite"))
        }
        Format::Ply | Format::Off | Format::Gltf => {
            let source = SurfaceError::NonFinite { vertex, axis, value };
            IoError::Surface { file: path.to_path_buf(), source }
        }
    }
}
