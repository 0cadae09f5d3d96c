//! The flags of `minkowski` and `curvature`.

use crate::outputs::{Fit, Output, to};
use crate::values::relative;
use clap::Args;
use std::path::PathBuf;

/// What both problems have in common.
#[derive(Args, Debug)]
pub struct PolytopeArgs {
    /// File to write: the polytope as .obj, .ply, .off, .stl, .vtk or .vtp, or the solution as
    /// .json
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Solid))]
    pub output: Output,
    /// Write the solution, too: what check reads (.json)
    #[arg(long, value_name = "S.json", value_parser = to(Fit::Report))]
    pub solution: Option<Output>,
    /// Stop when every value is right to this relative error
    #[arg(long, value_name = "TOL", default_value = "1e-12", value_parser = relative, allow_negative_numbers = true)]
    pub tol: f64,
    /// Largest number of Newton steps
    #[arg(long, value_name = "N", default_value_t = 200, allow_negative_numbers = true)]
    pub max_iterations: usize,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier minkowski crystal.csv -o crystal.obj\n  \
                        brenier minkowski asteroid.txt --adjust -o asteroid.stl --solution asteroid.json\n  \
                        brenier check asteroid.json\n\n\
                        There is exactly one, up to translations, if the normals span space and the sum of area times unit \
                        normal is 0. Its centroid is put at the origin.")]
pub struct MinkowskiArgs {
    /// Normals (of any lengths) and areas: a problem (.json), a table with columns nx, ny, nz, area
    /// (.csv, .txt, .npy), or text with the number of facets and for each its area and its normal
    pub problem: PathBuf,
    #[command(flatten)]
    pub common: PolytopeArgs,
    /// Change areas that do not close to the nearest that do
    #[arg(long)]
    pub adjust: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier curvature rays.csv -o polytope.obj\n  \
                        brenier curvature rays.csv --adjust -o polytope.ply --solution polytope.json\n\n\
                        There is exactly one, up to its size, if the curvatures sum to 4 pi and no cone of rays wants more of \
                        them than it can have; a cone that does is named. The product of the radii is 1.")]
pub struct CurvatureArgs {
    /// Rays (vectors of any lengths) and curvatures: a problem (.json), or a table with columns x,
    /// y, z, curvature (.csv, .txt, .npy)
    pub problem: PathBuf,
    #[command(flatten)]
    pub common: PolytopeArgs,
    /// Scale curvatures whose sum is not 4 pi
    #[arg(long)]
    pub adjust: bool,
}
