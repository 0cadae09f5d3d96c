//! Meshes of tetrahedra, by their endings.

use super::super::ending::ending;
use super::super::error::IoError;
use super::super::read::{ReadLimit, refuse_utf16};
use super::file::TetFile;
use super::{medit, msh, vtu};
use std::path::Path;

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
    fits(path, file.tets.len() + file.vertices.len(), limit)?;
    Ok(file)
}

/// Whether so many tetrahedra and vertices may be checked.
pub(in super::super) fn fits(path: &Path, count: usize, limit: ReadLimit) -> Result<(), IoError> {
    let needs = EACH.saturating_mul(count as u64);
    if needs > limit.bytes {
        return Err(IoError::TooLarge { file: path.to_path_buf(), needs, limit: limit.bytes });
    }
    Ok(())
}
