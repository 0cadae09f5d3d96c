//! The flags of `minkowski`, `curvature` and `lens`.

use crate::outputs::{Fit, Output, to};
use crate::values::{positive, relative};
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
    /// Draw the polytope: .svg, .pdf, .png or .html (a page to look around in)
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
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

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  brenier lens lens.json -o lens.stl --preview light.png\n\n\
                        {\"format\": \"brenier/lens\", \"version\": 1, \"kind\": \"lens\", \"index\": 1.49, \"aperture\": {\"type\": \"box\", \
                        \"min\": [0, 0], \"max\": [50, 50]}, \"picture\": \"cat.png\", \"angle\": [0.2, 0.2]}\n\n\
                        Lengths are millimetres. Light falls on a mirror from above and enters a lens through its flat foot, \
                        upright; the picture is seen in the direction of the light.")]
pub struct LensArgs {
    /// What is wanted (JSON): mirror or lens, aperture, picture, angle or screen
    pub problem: PathBuf,
    /// Solid to write, with a flat foot: .stl, .obj, .ply or .off
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Plate))]
    pub output: Output,
    /// Draw the light, traced through the solid: .png, a pixel of the picture each
    #[arg(long, value_name = "P.png", value_parser = to(Fit::Photo))]
    pub preview: Option<Output>,
    /// About so many facets at most; a picture of more pixels is made coarser
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(2..=10_000_000))]
    pub facets: u32,
    /// Write a smooth surface instead of facets, for milling: a mesh with about this distance
    /// between its nodes (a sixth of a facet's width unless said)
    #[arg(long, value_name = "MM", num_args = 0..=1, value_parser = positive, allow_negative_numbers = true)]
    pub smooth: Option<Option<f64>>,
    /// Thickness of the plate where it is thinnest
    #[arg(long, value_name = "MM", default_value = "2", value_parser = positive, allow_negative_numbers = true)]
    pub thickness: f64,
    /// Stop when every facet's energy is right to this relative error
    #[arg(long, value_name = "TOL", default_value = "1e-8", value_parser = relative, allow_negative_numbers = true)]
    pub tol: f64,
}
