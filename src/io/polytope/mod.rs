//! Problems of Minkowski and of Alexandrov, and their solutions.

mod read;
mod solution;

pub use read::{PolytopeFile, PolytopeKind, parse_polytope, read_polytope};
pub use solution::{polytope_solution_kind, read_polytope_solution, write_polytope_solution};
