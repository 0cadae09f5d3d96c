//! Pieces of cells united: what a cell has in several triangles or pixels becomes one area, because
//! labels match.

mod area;
mod glue;
mod nodes;
mod pieces;
mod refine;
mod rings;
mod straight;

pub use area::{apart, united};
pub use pieces::{Line, Name, Pieces, Side};
