//! One file of cells in space, in the format that its name says.

use super::super::atomic::write_atomically;
use super::super::ending::ending;
use super::super::error::IoError;
use super::cells::Polyhedra;
use super::lists::Lists;
use super::tess;
use std::path::Path;

/// Whether [`write_polyhedra`] writes files of this name.
pub fn writes_polyhedra(path: &Path) -> bool {
    matches!(&*ending(path), "vtu" | "obj" | "ply" | "stl" | "npz" | "tess")
}

/// Writes the cells of a diagram in space, atomically: polyhedra as .vtu; meshes of polygons as
/// .obj (a group a cell), .ply, .stl (a solid a cell); one complex as .tess of Neper; arrays as
/// .npz. Faces without area are left out of meshes. Cost: O(vertices).
///
/// # Errors
/// [`IoError::Content`] for other endings, and for cells that are no complex (.tess); the system's.
pub fn write_polyhedra(path: &Path, cells: &Polyhedra<'_>) -> Result<(), IoError> {
    let lists = || Lists::of(cells);
    match &*ending(path) {
        "vtu" => write_atomically(path, |w| lists().vtu(w, cells)),
        "npz" => write_atomically(path, |w| lists().npz(w, cells)),
        "stl" => write_atomically(path, |w| lists().stl(w, cells)),
        "obj" | "ply" => lists().mesh(path, cells),
        "tess" => tess::write(path, cells),
        _ => Err(IoError::content(path, "cells in space are written as .vtu, .npz, .obj, .ply, .stl or .tess")),
    }
}
