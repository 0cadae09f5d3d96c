//! Layer 6: formats. Problems, points, solutions and checkpoints in; solutions and checkpoints out,
//! atomically.
//!
//! Every reader treats its input as hostile: nothing is allocated before its size is believed (a
//! size is believed when the file is long enough to hold it), no input panics, and errors name the
//! file and the place. The formats are described in `docs/file-format.md`.

mod arrays;
mod as_written;
mod atomic;
mod canonical;
mod cells;
mod check_text;
mod checkpoint;
mod columns;
mod density_json;
mod document;
mod domain_file;
mod domain_geojson;
mod domain_json;
mod domain_shapes;
mod domain_space;
mod domain_svg;
mod ending;
mod error;
mod fields;
mod finite;
mod foreign;
mod header;
mod image;
mod jpeg;
mod json;
mod latent;
mod latent_samples;
mod latent_state;
mod ledger;
mod lens_json;
mod lines;
mod lists;
mod loaded;
mod loader;
mod map_json;
mod memory;
mod npy;
mod npz;
mod paths;
mod place;
mod points;
mod polyhedra;
mod polytope;
mod problem_file;
mod problem_json;
mod rationals;
mod read;
mod rim;
mod sample_blocks;
mod samples;
#[cfg(feature = "parquet")]
mod samples_parquet;
mod solution_json;
mod solution_read;
mod space;
mod sphere;
mod surface;
mod table;
mod temporary;
mod tets;
mod text;
mod written;
mod zip_stream;

pub use crate::diagram::CellRecord;
pub use atomic::{AtomicFile, abandon, sync_files, write_atomically};
pub use canonical::{canonical_bytes, canonical_sha256, own_bytes, standing_alone};
pub use cells::{
    CellColumn, CellFile, ColumnValues, ValueFile, read_values, write_cells, writes_cell_pieces, writes_cells,
};
pub use check_text::check_text;
pub use checkpoint::{read_checkpoint, write_checkpoint};
pub use columns::TableColumns;
pub use density_json::{WHOLE_SPHERE, image_of_pixels, parse_image, read_image};
pub use domain_file::{parse_domain, read_domain, read_solid};
pub use domain_shapes::AnyDomain;
pub use ending::{ending, has_ending, tell_ending};
pub use error::{IoError, bytes_text, system_text};
pub use header::document_format;
pub use image::read_colors;
pub use latent::{LatentFile, SourceText, latent_bytes, parse_latent, read_latent, write_latent};
pub use latent_samples::write_latent_samples;
pub use latent_state::{latent_fingerprint, read_latent_state, write_latent_state};
pub use ledger::{Role, begin, is_file, is_readable_again, is_standard_output, will_be_read, written};
pub use lens_json::{LensFile, read_lens};
pub use loaded::{AnyLoaded, Loaded, problem_line, problem_of_solution};
pub use map_json::{write_interpolation, write_singular};
pub use memory::{Given, parse_density, problem_of_arrays};
pub use npy::{NpyArray, parse_npy, write_npy};
pub use npz::{NpzReader, NpzWriter};
pub use paths::{folder_of, relative_path};
pub use points::{
    PointFile, parse_points, read_columns, read_densities, read_masses, read_matrix, read_points, read_points_in_space,
    read_rows, write_indices, write_points, writes_points,
};
pub use polyhedra::{Placed, Polyhedra, Voxels, write_polyhedra, write_voxels, writes_polyhedra, writes_voxels};
pub use polytope::{
    PolytopeFile, PolytopeKind, parse_polytope, polytope_solution_kind, read_polytope, read_polytope_solution,
    write_polytope_solution,
};
pub use problem_file::{AnyProblem, Origins, ProblemFile};
pub use problem_file::{FileData, ProblemId};
pub use problem_json::{parse_any_problem, parse_problem, read_any_problem, read_problem};
pub use read::{ReadLimit, read_bytes, sha256_hex};
pub use rim::Rim;
pub use sample_blocks::Columns;
pub use samples::{NOT_BUILT, SampleFormat, write_samples};
pub use solution_json::{
    Gradient, INLINE_LIMIT, ProblemSource, SolutionFile, solution_bytes, write_solution, write_solution_of,
};
pub use solution_read::{AnySolution, parse_any_solution, read_any_solution, read_solution};
pub use surface::{
    CornerList, Encoding, Field, Group, MeshData, NO_VALUE, SingleMesh, SurfaceFile, Texture, parse_surface,
    read_surface, reads_surface, write_gltf, write_obj_like, write_surface, writes_gltf, writes_surface,
};
pub use tets::{TetFile, parse_tets, reads_tets};
pub use text::printable;
