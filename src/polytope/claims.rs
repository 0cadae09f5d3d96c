//! What a solution claims.

use crate::exact::Dd;

/// A solution of either problem, as a file tells it. Lists have an entry for each direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolytopeClaims {
    /// Normals or rays as they were given, the first of each direction.
    pub vectors: Vec<[f64; 3]>,
    /// Areas or curvatures asked for.
    pub prescribed: Vec<f64>,
    /// Support numbers or radii.
    pub sizes: Vec<f64>,
    /// Offsets of the normals, or divisors of the rays: what the polytope exactly is.
    pub exact: Vec<Dd>,
    /// Areas or curvatures found.
    pub values: Vec<f64>,
    /// Largest relative error of them.
    pub max_relative_error: f64,
    /// What it was to be at most.
    pub tolerance: f64,
    /// Volume, of Minkowski's.
    pub volume: Option<f64>,
    /// Whether the error is at most the tolerance.
    pub converged: bool,
    /// For each given vector its direction, if some were merged.
    pub of_input: Option<Vec<u32>>,
}
