//! Triangle meshes in space: .obj, .ply, .off, .stl and glTF in, .obj, .ply, .vtk and glTF out.
//!
//! Readers keep vertices and polygons in their order and give coordinates as the file has them.
//! Written by hand: `docs/dependencies.md` says which crates were tried, and what made them unfit
//! for hostile files.

mod builder;
mod checker;
mod data;
mod gltf;
mod gltf_read;
mod obj;
mod off;
mod ply;
mod ply_values;
mod polygon;
mod read;
mod solids;
mod stl;
mod text;
mod vtp;
mod wavefront;
mod write;

pub use self::gltf::{SingleMesh, write_gltf, writes_gltf};
pub use builder::{CornerList, Group, NO_VALUE, SurfaceFile};
pub use data::{Encoding, Field, MeshData, Texture};
pub use read::{parse_surface, read_surface, reads_surface};
pub use wavefront::write_obj_like;
pub use write::{write_surface, writes_surface};
