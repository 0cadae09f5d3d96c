//! Cells in space for other programs.

mod appended;
mod file;
mod lists;
mod mesh;
mod tess;
mod tess_domain;
mod voxels;
mod vtu;

pub use file::{Polyhedra, write_polyhedra, writes_polyhedra};
pub use voxels::{Voxels, write_voxels, writes_voxels};
