//! Cells in space for other programs.

mod appended;
mod cells;
mod file;
mod lists;
mod mesh;
mod tess;
mod tess_domain;
mod voxels;
mod vtu;

pub use cells::{Placed, Polyhedra};
pub use file::{write_polyhedra, writes_polyhedra};
pub use voxels::{Voxels, write_voxels, writes_voxels};
