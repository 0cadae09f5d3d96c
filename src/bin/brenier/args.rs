//! The flags, as clap reads them: of all commands, and of those that solve or diagram. Those of
//! commands that take solutions: `args_of_solutions.rs`.

use crate::args_of_atlas::AtlasArgs;
pub use crate::args_of_pictures::{PictureArgs, Up};
pub use crate::args_of_solutions::*;
use crate::latent_args::LatentArgs;
use crate::outputs::{Fit, Output, to};
use crate::polytope_args::{CurvatureArgs, LensArgs, MinkowskiArgs};
use crate::values::{
    Counts, MANY, Streams, between, distance, duration, memory, positive, relative, size, streams, view, voxels,
};
use brenier::io::TableColumns;
use brenier::parameterize::{ATLAS_WEIGHT, ParameterizeOptions};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Exact semi-discrete optimal transport: weighted points and a source measure in, the optimal map
/// and its proof out.
#[derive(Parser, Debug)]
#[command(
    name = "brenier",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:\n  brenier solve --domain square --points points.csv -o solution.json --plot cells.svg\n  \
                  brenier check solution.json\n\n\
                  Exit codes: 0 done, 1 not converged, 2 usage, 3 bad input, 4 limit reached, 5 i/o, 70 internal \
                  error, 130 interrupted"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Find the heights whose cells have the given masses
    Solve(SolveArgs),
    /// Place sites where they represent the source best: each in the centroid of its cell
    Quantize(QuantizeArgs),
    /// Lay a mesh into the plane: areas kept, no triangle flipped, one to one
    Parameterize(ParameterizeArgs),
    /// Compute the diagram at given heights or weights, without solving
    Diagram(DiagramArgs),
    /// Write the cells: .geojson, .csv, .svg, .npz, meshes, polyhedra, voxels
    Cells(CellsArgs),
    /// Verify a solution again, independently, in exact arithmetic
    Check(CheckArgs),
    /// Send points where the solved map sends them
    Map(MapArgs),
    /// The source on its way to the sites, at a time between 0 and 1
    Interpolate(InterpolateArgs),
    /// Find the curves across which the solved map jumps
    Singular(SingularArgs),
    /// Write the convex surface whose facets project onto the cells
    Alexandrov(AlexandrovArgs),
    /// Find the convex polytope with given normals and areas of its facets
    Minkowski(MinkowskiArgs),
    /// Find the convex polytope with vertices on given rays and given Gauss curvatures
    Curvature(CurvatureArgs),
    /// Make the mirror or lens of flat facets whose light is a picture
    Lens(LensArgs),
    /// Draw random points of the source, with their cells and images
    Sample(SampleArgs),
    /// Draw a solution, or a problem with heights
    Plot(PlotArgs),
    /// Mesh a surface anew, with the sites of a solution as vertices
    Remesh(RemeshArgs),
    /// High dimension: codes in, heights with estimated errors out
    Latent(LatentArgs),
    /// Solve many problems, each in a process of its own
    Batch(BatchArgs),
}

#[derive(Args, Debug)]
pub struct Common {
    /// Number of threads [default: all cores]; results do not depend on it
    #[arg(long, global = true, value_name = "N", value_parser = between::<u16>(1, 1024))]
    pub threads: Option<u16>,
    /// Print nothing but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print the report as JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Refuse work that needs more memory, for example 16GiB
    #[arg(long, global = true, value_name = "SIZE", value_parser = memory)]
    pub max_memory: Option<u64>,
    /// Stop after this time, with the best state if there is one, for example 90s or 5m
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub time_limit: Option<Duration>,
    /// Format of what comes or goes under a name without an ending (- is standard input or output),
    /// as the ending of a file would say it: csv, npy, svg; of input and output csv,npy [default:
    /// json, or what the input looks like]
    #[arg(long, global = true, value_name = "FORMAT", value_parser = streams)]
    pub format: Option<Streams>,
    /// Do not wait until files are on the disk: small runs take half the time. Files are whole all
    /// the same, unless the machine loses its power
    #[arg(long, global = true)]
    pub no_sync: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier solve problem.json -o solution.json --plot cells.svg\n  \
                        brenier solve --domain disk:64 --points sites.npy --masses masses.txt -o solution.json")]
pub struct SolveArgs {
    /// Problem file (JSON)
    #[arg(required_unless_present_any = ["points", "domain"], conflicts_with_all = ["domain", "periodic", "feature", "points", "columns", "masses", "density", "invert", "bilinear", "partial"])]
    pub problem: Option<PathBuf>,
    /// Solution file to write: .json or .npz; - is standard output, here and elsewhere
    #[arg(long, short, value_name = "SOLUTION", value_parser = to(Fit::Solution))]
    pub output: Output,
    /// Domain instead of a problem file: square, disk or disk:N (regular N-gon in the unit circle,
    /// of 256 vertices if N is not given), image (the rectangle of the image that gives the
    /// density, of height 1), cube, torus (the unit square, periodic), torus3, sphere (the unit
    /// sphere), solid:MESH (the inside of a closed mesh), or a file: the vertices of a polygon in
    /// order, a mesh (.obj with faces), tetrahedra (.msh, .mesh, .vtu), polygons of a .geojson,
    /// shapes of an .svg, or a domain as in problem files (.json)
    #[arg(long, value_name = "DOMAIN", requires = "points")]
    pub domain: Option<String>,
    /// Axes of a box that are periodic, such as xy or xyz: its opposite sides are glued
    #[arg(long, value_name = "AXES", requires = "domain")]
    pub periodic: Option<String>,
    /// Only this feature of a .geojson (its name, its id, or KEY=VALUE of a property) or shape of
    /// an .svg (its id); again for more than one [default: all]
    #[arg(long, value_name = "NAME", requires = "domain")]
    pub feature: Vec<String>,
    /// Sites instead of a problem file: .csv, .txt, .npy, .npz, .xyz or .obj
    #[arg(long, value_name = "FILE", requires = "domain")]
    pub points: Option<PathBuf>,
    /// Columns of --points to read, by name or number: lon,lat or 2,3 or x=lon,y=lat,mass=m
    /// [default: those named x, y (z), mass]
    #[arg(long, value_name = "COLUMNS", requires = "points")]
    pub columns: Option<TableColumns>,
    /// Masses of the sites: .csv, .txt, .npy or .npz [default: the column mass of --points, else
    /// equal, total 1]
    #[arg(long, value_name = "FILE", requires = "points")]
    pub masses: Option<PathBuf>,
    /// Density of the source: constant, affine:GX,GY,C for GX x + GY y + C (in space
    /// affine:GX,GY,GZ,C), or image:FILE (.png, .jpg or .npy over the box of the domain; over all
    /// longitudes and latitudes of a sphere)
    #[arg(long, value_name = "DENSITY", requires = "points")]
    pub density: Option<String>,
    #[command(flatten)]
    pub image: ImageArgs,
    /// Partial transport: the masses may sum to less than the source's measure, and the rest of the
    /// source stays; in a problem file: "partial": true
    #[arg(long, requires = "points")]
    pub partial: bool,
    /// Stop when every cell's mass is right to this relative error
    #[arg(long, value_name = "TOL", default_value = "1e-10", value_parser = relative, allow_negative_numbers = true)]
    pub tol: f64,
    /// Largest number of Newton steps
    #[arg(long, value_name = "N", default_value = "100", allow_negative_numbers = true, value_parser = between::<usize>(0, MANY))]
    pub max_iterations: usize,
    /// Draw the cells: .svg, .pdf, .png or .html (a page to look around in)
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
    #[command(flatten)]
    pub picture: PictureArgs,
    /// Keep the state of the solver in this file while it runs
    #[arg(long, value_name = "FILE", value_parser = to(Fit::State))]
    pub checkpoint: Option<Output>,
    /// Go on from a checkpoint
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Start from an old solution of a problem much like this one: sites may have moved, masses may
    /// have changed
    #[arg(long, value_name = "OLD", conflicts_with = "resume")]
    pub start: Option<PathBuf>,
    /// Write the cells for other programs: .vtu, .tess, .npz .. as of brenier cells
    #[arg(long, value_name = "CELLS", value_parser = to(Fit::Cells))]
    pub cells: Option<Output>,
    /// Refuse sites that coincide instead of merging them
    #[arg(long)]
    pub strict: bool,
    /// Write the facet integrals (the Hessian of the dual functional) too
    #[arg(long)]
    pub hessian: bool,
    /// Write the derivatives of W2^2 too, by the sites and by the masses (of fixed total)
    #[arg(long)]
    pub gradients: bool,
}

/// How an image gives a density.
#[derive(Args, Debug)]
pub struct ImageArgs {
    /// Dark pixels of the image are the dense ones
    #[arg(long, requires = "density")]
    pub invert: bool,
    /// The density is bilinear between the centres of the pixels, not constant on each
    #[arg(long, requires = "density")]
    pub bilinear: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier quantize --domain disk:200 -n 500 -o solution.json --plot cells.svg\n  \
                        brenier quantize --domain square --density affine:2,0,0 --points sites.csv --masses masses.csv \
                        --steps 20 -o moved.csv\n  \
                        brenier quantize --domain image --density image:photo.png --invert -n 20000 --steps 30 -o dots.csv\n  \
                        brenier quantize --domain bunny.obj -n 20000 --steps 30 -o samples.xyz\n\n\
                        Moves every site to the centroid of its cell, solves again, and so on until the sites are there. \
                        With --steps and without --tol, having done the steps is success (exit 0).")]
pub struct QuantizeArgs {
    /// Domain: square, disk or disk:N (regular N-gon in the unit circle, of 256 vertices if N is
    /// not given), image (the rectangle of the image that gives the density, of height 1), cube,
    /// torus (the unit square, periodic), torus3, sphere (the unit sphere), solid:MESH (the inside
    /// of a closed mesh), or a file: the vertices of a polygon in order, a mesh (.obj with faces),
    /// tetrahedra (.msh, .mesh, .vtu), polygons of a .geojson, shapes of an .svg, or a domain as in
    /// problem files (.json)
    #[arg(long, value_name = "DOMAIN")]
    pub domain: String,
    /// Axes of a box that are periodic, such as xy or xyz: its opposite sides are glued
    #[arg(long, value_name = "AXES")]
    pub periodic: Option<String>,
    /// Only this feature of a .geojson (its name, its id, or KEY=VALUE of a property) or shape of
    /// an .svg (its id); again for more than one [default: all]
    #[arg(long, value_name = "NAME")]
    pub feature: Vec<String>,
    /// Density of the source: constant, affine:GX,GY,C for GX x + GY y + C (in space
    /// affine:GX,GY,GZ,C), or image:FILE (.png, .jpg or .npy over the box of the domain; over all
    /// longitudes and latitudes of a sphere)
    #[arg(long, value_name = "DENSITY")]
    pub density: Option<String>,
    #[command(flatten)]
    pub image: ImageArgs,
    /// Number of sites, spread over the source to begin with
    #[arg(long, short = 'n', value_name = "N", required_unless_present_any = ["points", "fit"], conflicts_with = "points",
          value_parser = between::<u32>(1, 500_000_000))]
    pub sites: Option<u32>,
    /// Sites to begin with: .csv, .txt, .npy, .npz, .xyz or .obj
    #[arg(long, value_name = "FILE")]
    pub points: Option<PathBuf>,
    /// Columns of --points to read, by name or number: lon,lat or 2,3 or x=lon,y=lat,mass=m
    /// [default: those named x, y (z), mass]
    #[arg(long, value_name = "COLUMNS", requires = "points")]
    pub columns: Option<TableColumns>,
    /// Masses of the sites: .csv, .txt, .npy or .npz [default: the column mass of --points, else
    /// equal, total 1]
    #[arg(long, value_name = "FILE")]
    pub masses: Option<PathBuf>,
    /// Solution file to write; only points if it ends in .csv, .txt or .npy, on a surface also .xyz
    /// or .obj
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Sites))]
    pub output: Output,
    /// Move sites so that the centroids of their cells are these, one a site in their order (a map
    /// of grains: volumes and centroids are known): .csv, .txt, .npy, .npz, .xyz or .obj, with
    /// masses as --points has them. Sites begin there, or at --points
    #[arg(long, value_name = "CENTROIDS", conflicts_with_all = ["sites", "centroids"])]
    pub fit: Option<PathBuf>,
    /// Largest number of times the sites move [default: 1000; of --fit 300]
    #[arg(long, value_name = "K", value_parser = between::<usize>(0, MANY))]
    pub steps: Option<usize>,
    /// Stop when the sites are off their centroids by this share of the distance that the source
    /// travels to them (roots of the mean squares) [default: 5e-3]; of --fit: when centroids are
    /// off by this share of the size of the cells [default: 1e-4]
    #[arg(long, value_name = "TOL", value_parser = positive)]
    pub tol: Option<f64>,
    /// Another seed spreads the sites of -n elsewhere
    #[arg(long, value_name = "S", default_value = "0", conflicts_with = "points", value_parser = between::<u64>(0, MANY))]
    pub seed: u64,
    /// On a surface: write the centroids themselves to a file of points, which lie off the surface
    /// where it is curved; without this every point is put at the nearest point of its cell, on the
    /// surface
    #[arg(long)]
    pub centroids: bool,
    /// Draw the cells: .svg, .pdf, .png or .html (a page to look around in)
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
    #[command(flatten)]
    pub picture: PictureArgs,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  brenier parameterize head.obj -o head_uv.obj --report head.json --html head.html --plot head.png\n  \
                        brenier parameterize bunny.ply -o bunny_uv.ply --boundary free --area-weight 10\n  \
                        brenier parameterize house.glb -o house_uv.glb --max-stretch 1.2 --padding 4 --texture 2048\n  \
                        brenier parameterize cow.obj -o cow_sphere.obj --sphere --plot cow.png\n\n\
                        Closed surfaces are cut open, boundary loops are joined by cuts but for small holes, components are packed into the unit square. \
                        By default the boundary is free and the area weight 1e3; --area-weight 1e7 keeps areas as far as they go, at more stretch. \
                        A time limit or Ctrl-C ends with the best layout there is by then (exit code 4 or 130). \
                        Exit code 0 says that the map is one to one, decided exactly on the numbers as written; 1 that it is not."
)]
pub struct ParameterizeArgs {
    /// Mesh: .obj, .ply, .off, .stl, .glb or .gltf
    pub mesh: PathBuf,
    /// Mesh to write, with a point of the unit square for each corner: .obj (vt), .ply (texcoord),
    /// .glb or .gltf (TEXCOORD_0, in single precision, with normals and a checker). An .obj keeps
    /// the polygons, parts, materials and normals of an .obj. With --sphere other endings
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Layout))]
    pub output: Output,
    /// Lay a closed surface of genus 0 onto the unit sphere instead; OUT (.obj, .ply, .off or .stl)
    /// has the same triangles with vertices on the sphere
    #[arg(long, conflicts_with_all = [
        "boundary", "seams", "landmarks", "landmark_weight", "certify", "remesh", "fill_holes", "max_stretch", "charts",
        "padding", "texture",
    ])]
    pub sphere: bool,
    /// Shape of each chart: free, which stretches least, disk, square, or a file with the corners
    /// of a convex polygon
    #[arg(long, value_name = "SHAPE", default_value = "free")]
    pub boundary: String,
    /// How much more areas count than angles: 1 about alike, 1e3 areas to about a per cent, 1e7
    /// areas as far as they go [default: 1e3; 100 for an atlas, 1e7 on a sphere]
    #[arg(long, value_name = "W", value_parser = positive, allow_negative_numbers = true)]
    pub area_weight: Option<f64>,
    #[command(flatten)]
    pub atlas: AtlasArgs,
    /// Density of the points wanted, one number for each vertex or for each triangle: .csv, .txt,
    /// .npy or .npz
    #[arg(long, value_name = "FILE")]
    pub density: Option<PathBuf>,
    /// Holes of at most N edges stay holes, without a cut to each; 0: cut to all of them [default:
    /// small ones stay, which as circles would have less than 0.5 % of the area]
    #[arg(long, value_name = "N", value_parser = between::<usize>(0, MANY), conflicts_with = "remesh")]
    pub fill_holes: Option<usize>,
    /// Edges to cut along: rows of two vertices, counted from 0; or `input`: where the points that
    /// the mesh has already (vt, texcoord, TEXCOORD_0) are cut
    #[arg(long, value_name = "FILE|input")]
    pub seams: Option<PathBuf>,
    /// Vertices that are drawn to places: rows of a vertex, counted from 0, and two coordinates
    #[arg(long, value_name = "FILE")]
    pub landmarks: Option<PathBuf>,
    /// How strongly
    #[arg(long, value_name = "W", default_value = "100", value_parser = positive, requires = "landmarks")]
    pub landmark_weight: f64,
    /// Make vertices at the same place one (done anyway if most triangles stand alone); with a
    /// distance also those so close, in the units of the mesh: --merge 1e-7. Triangles that this
    /// closes up are left out
    #[arg(long, value_name = "DISTANCE", num_args = 0..=1, default_missing_value = "0", value_parser = distance)]
    pub merge: Option<f64>,
    /// Prove the masses of the cells of transport, too, in rational numbers (about 1 ms a vertex)
    #[arg(long)]
    pub certify: bool,
    /// Write other triangles between the same vertices: those dual to the cells of transport, where
    /// three cells meet
    #[arg(long)]
    pub remesh: bool,
    /// Report to write
    #[arg(long, value_name = "R.json", value_parser = to(Fit::Report))]
    pub report: Option<Output>,
    /// Page to write: the surface and its layout to look around in, with the report
    #[arg(long, value_name = "R.html", value_parser = to(Fit::Page))]
    pub html: Option<Output>,
    /// Draw the surface and its layout with a checker pattern: .svg, .pdf or .png
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::FlatPicture))]
    pub plot: Option<Output>,
    /// From where the surface is seen: angle around the upward axis and above the horizon, in
    /// degrees [default: where most is to be seen]
    #[arg(long, value_name = "AZIMUTH,ELEVATION", value_parser = view, allow_hyphen_values = true)]
    pub view: Option<[f64; 2]>,
    /// The upward axis of the picture and the page [default: y]
    #[arg(long, value_enum, value_name = "AXIS")]
    pub up: Option<Up>,
    /// Pixels of a .png picture [default: 1600x800]
    #[arg(long, value_name = "WxH", value_parser = size, requires = "plot")]
    pub size: Option<(u32, u32)>,
}

impl ParameterizeArgs {
    /// Whether the seams of the points that the mesh has are the cuts.
    pub fn seams_of_input(&self) -> bool {
        self.seams.as_deref().is_some_and(|s| s.as_os_str() == "input")
    }

    /// How much more areas count than angles.
    pub fn weight(&self) -> f64 {
        let usual = if self.atlas.is_wanted() { ATLAS_WEIGHT } else { ParameterizeOptions::default().area_weight };
        self.area_weight.unwrap_or(usual)
    }
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier diagram problem.json -o diagram.json --cells --plot cells.svg\n  \
                        brenier diagram surface.json -o diagram.json --mesh cells.ply")]
pub struct DiagramArgs {
    /// Problem file (JSON) with "heights" or "weights", or a solution: its heights
    pub file: PathBuf,
    /// File to write, in the format of solutions
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Solution))]
    pub output: Output,
    /// Draw the cells: .svg, .pdf, .png or .html (a page to look around in)
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
    #[command(flatten)]
    pub picture: PictureArgs,
    /// Write the cells for other programs, to a file as of brenier cells; without a name the
    /// polygon of every cell into OUT (of a mesh, its polygons in the triangles)
    #[arg(long, value_name = "CELLS", num_args = 0..=1, value_parser = to(Fit::Cells))]
    pub cells: Option<Option<Output>>,
    /// Write the cells on a surface as a mesh of polygons with their sites and masses: .ply, .vtk,
    /// .vtp, or .obj (without numbers)
    #[arg(long, value_name = "MESH", value_parser = to(Fit::Mesh))]
    pub mesh: Option<Output>,
    /// Write the facet integrals too
    #[arg(long)]
    pub hessian: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier cells solution.json -o cells.geojson --values towns.csv\n  \
                        brenier cells solution.json -o cells.svg\n  \
                        brenier cells grains.json -o grains.vti --voxels 128x128x128\n  \
                        brenier cells partial.json -o cells.csv --tolerance 0.001\n\n\
                        A cell is one polygon, or several where it is in parts, united over the triangles or pixels of the source, with holes. Cells that \
                        meet have the same vertices. A site without a cell has no geometry.")]
pub struct CellsArgs {
    /// Solution, or problem with "heights" or "weights"
    pub file: PathBuf,
    /// File to write: .geojson, .csv (areas as WKT), .svg (a path a cell), .npz (arrays with
    /// offsets), or a mesh of polygons in the order of the sites: .ply, .vtp, .vtk, .obj. In space
    /// polyhedra: .vtu, .tess (Neper), .npz, .stl (a solid a cell), .obj, .ply; labels of voxels:
    /// .vti, .npy
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Cells))]
    pub output: Output,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
    #[command(flatten)]
    pub look: CellsLook,
}

/// How cells are written.
#[derive(Args, Debug, Default)]
pub struct CellsLook {
    /// Columns to be told of each cell: .csv or .txt with a row for each site and names in the
    /// first line, .npy or .npz
    #[arg(long, value_name = "FILE")]
    pub values: Option<PathBuf>,
    /// How far chords may be from the arcs of partial transport, in the units of the domain; .svg
    /// has the arcs themselves [default: 1e-5 of the larger side of all cells]
    #[arg(long, value_name = "DISTANCE", value_parser = positive, allow_negative_numbers = true)]
    pub tolerance: Option<f64>,
    /// From where a surface is seen in an .svg, in degrees: the angle around the upward axis and
    /// that above the horizon [default: where most is seen]
    #[arg(long, value_name = "AZIMUTH,ELEVATION", value_parser = view, allow_hyphen_values = true)]
    pub view: Option<[f64; 2]>,
    /// The axis of a surface that points upwards in an .svg [default: y]
    #[arg(long, value_enum, value_name = "AXIS")]
    pub up: Option<Up>,
    /// Voxels of a .vti or .npy with the labels of cells, along each axis, or along the longest one
    /// [default: 64]
    #[arg(long, value_name = "NxMxK", value_parser = voxels)]
    pub voxels: Option<Counts>,
    /// Move cells in space apart, by this share of their distance from the middle of the domain
    #[arg(long, value_name = "SHARE", value_parser = positive)]
    pub explode: Option<f64>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier batch problems/*.json -o solutions --jobs 4\n  \
                        brenier batch many.jsonl -o solutions --resume --report report.json\n\n\
                        One that fails is a line of the report, and the others go on. Exit code 0: all are solved; 1: some are not; \
                        4 or 130: stopped, go on with --resume. --time-limit and --max-memory are for all of them together.")]
pub struct BatchArgs {
    /// Problems (.json), files with one problem a line (.jsonl; - is standard input), and lists of
    /// names of problems (.txt)
    #[arg(required = true, value_name = "PROBLEM")]
    pub problems: Vec<PathBuf>,
    /// Folder for the solutions, called as the problems; those of a .jsonl have the number of the
    /// line behind its name
    #[arg(long, short, value_name = "FOLDER")]
    pub output: PathBuf,
    /// Processes at once [default: one for each core]; more than one have --threads 1 each
    #[arg(long, value_name = "N", value_parser = between::<u16>(1, 1024))]
    pub jobs: Option<u16>,
    /// Leave out what is solved: where the folder has a converged solution of the very same problem
    #[arg(long)]
    pub resume: bool,
    /// Report to write (JSON): how each problem ended
    #[arg(long, value_name = "R.json", value_parser = to(Fit::Report))]
    pub report: Option<Output>,
    /// Stop when every cell's mass is right to this relative error
    #[arg(long, value_name = "TOL", default_value = "1e-10", value_parser = relative)]
    pub tol: f64,
    /// Largest number of Newton steps
    #[arg(long, value_name = "N", default_value = "100", value_parser = between::<usize>(0, MANY))]
    pub max_iterations: usize,
}
