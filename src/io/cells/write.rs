//! One file of cells, in the format that its name says.

use super::super::atomic::write_atomically;
use super::super::ending::ending;
use super::super::error::IoError;
use super::super::surface::writes_surface;
use super::file::CellFile;
use super::{arrays, geojson, mesh, wkt};
use std::path::Path;

/// Whether [`write_cells`] writes files of this name.
pub fn writes_cells(path: &Path) -> bool {
    matches!(ending(path).as_str(), "geojson" | "csv" | "npz") || writes_surface(path)
}

/// Whether such a file holds the convex pieces of cells, not their outlines.
pub fn writes_cell_pieces(path: &Path) -> bool {
    writes_surface(path)
}

/// Writes cells, atomically: .geojson (a feature a cell), .csv (a row a cell, the last column as
/// WKT), .npz (vertices and offsets), or a mesh of polygons in the order of the sites (.ply, .vtp,
/// .vtk, .obj with a group a cell). Cost: O(corners).
///
/// # Errors
/// [`IoError::Content`] for other endings; the system's.
pub fn write_cells<const D: usize>(path: &Path, file: &CellFile<'_, D>) -> Result<(), IoError> {
    match ending(path).as_str() {
        "geojson" => write_atomically(path, |w| geojson::write(w, file)),
        "csv" => write_atomically(path, |w| wkt::write(w, file)),
        "npz" => write_atomically(path, |w| arrays::write(w, file)),
        _ if writes_surface(path) => mesh::write(path, file),
        _ => Err(IoError::content(path, "cells are written as .geojson, .csv, .npz, .ply, .vtp, .vtk or .obj")),
    }
}
