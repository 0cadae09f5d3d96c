//! One file of cells, in the format that its name says.

use super::super::atomic::write_atomically;
use super::super::error::IoError;
use super::super::surface::writes_surface;
use super::columns::CellColumn;
use super::{arrays, geojson, mesh, wkt};
use crate::diagram::Outlines;
use crate::transport::CellTable;
use std::path::Path;

/// What is written of cells. Arcs are chords by now ([`Outlines::flattened`]).
#[derive(Clone, Copy, Debug)]
pub struct CellFile<'a, const D: usize> {
    /// The cells.
    pub table: &'a CellTable<D>,
    /// Their convex pieces; only meshes have them ([`writes_cell_pieces`]).
    pub pieces: Option<&'a Outlines<D>>,
    /// What else is told of each.
    pub columns: &'a [CellColumn],
}

/// Names that cells have anyway: a column called so becomes `values_NAME`.
pub(super) const OWN: [&str; 12] = [
    "site",
    "mass",
    "area",
    "centroid",
    "centroid_x",
    "centroid_y",
    "centroid_z",
    "neighbors",
    "wkt",
    "vertices",
    "hidden",
    "id",
];

impl<const D: usize> CellFile<'_, D> {
    /// The columns with the names that they get.
    pub(super) fn named(&self) -> Vec<(String, &CellColumn)> {
        let name = |c: &CellColumn| match OWN.contains(&c.name.as_str()) {
            true => format!("values_{}", c.name),
            false => c.name.clone(),
        };
        self.columns.iter().map(|c| (name(c), c)).collect()
    }

    /// The rings of each part of a cell as polygons; parts without any are left out, and so are
    /// holes that doubles cannot tell from a point.
    pub(super) fn polygons(&self, cell: usize) -> Vec<Vec<Vec<[f64; D]>>> {
        let all = &self.table.outlines;
        let part = |p: usize| {
            let mut rings = all.rings_of(p).map(|r| all.polygon(r));
            let outline = rings.next().filter(|o| !o.is_empty())?;
            Some(std::iter::once(outline).chain(rings.filter(|r| !r.is_empty())).collect())
        };
        all.parts_of(cell).filter_map(part).collect()
    }
}

fn ending(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

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
