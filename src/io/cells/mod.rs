//! Cells out: .geojson, .csv with WKT, .npz, and meshes of polygons.

mod arrays;
mod columns;
mod file;
mod geojson;
mod mesh;
mod values;
mod wkt;
mod write;

pub use columns::{CellColumn, ColumnValues};
pub use file::CellFile;
pub use values::{ValueFile, read_values};
pub use write::{write_cells, writes_cell_pieces, writes_cells};
