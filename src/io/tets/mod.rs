//! Meshes of tetrahedra in: Gmsh's .msh (2.2 and 4.1, text and bytes), Medit's .mesh, VTK's .vtu.
//!
//! Vertices and tetrahedra keep their order. Points, lines and triangles are passed over; other
//! solids are refused. Written by hand: `docs/dependencies.md` says why.

mod cursor;
mod file;
mod medit;
mod msh;
mod read;
mod vtk_arrays;
mod vtu;

pub use file::TetFile;
pub(super) use file::flat_note;
pub(super) use read::fits;
pub use read::{parse_tets, reads_tets};
