//! The flags of commands that take solutions.

use crate::args_of_pictures::PictureArgs;
use crate::outputs::{Fit, Output, to};
use crate::values::{MANY, between, positive};
use brenier::io::TableColumns;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  brenier check solution.json --problem problem.json\n  brenier check solution.json --exact"
)]
pub struct CheckArgs {
    /// Solution file to verify
    pub solution: PathBuf,
    /// The problem it solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
    /// 1 numbers, 2 adjacency, 3 simple diagram, 4 exact geometry, 5 optimality
    #[arg(long, value_name = "LEVEL", default_value = "5", value_parser = between::<u8>(1, 5))]
    pub level: u8,
    /// Print factor, masses, areas and residuals of these heights as rational numbers, too, in the
    /// plane
    #[arg(long)]
    pub exact: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier map solution.json --points x.csv -o cells.csv --kind cell\n  \
                        brenier map solution.json --points x.npy -o y.npy --kind extension --tear\n\n\
                        Every finite point has an exact cell, also outside the domain; ties go to the lower index.")]
pub struct MapArgs {
    /// Solution file
    pub solution: PathBuf,
    /// Points to send: .csv, .txt, .npy, .npz, .xyz or .obj
    #[arg(long, value_name = "IN")]
    pub points: PathBuf,
    /// Columns of --points to read, by name or number: lon,lat or 2,3 or x=lon,y=lat [default:
    /// those named x, y (z)]
    #[arg(long, value_name = "COLUMNS")]
    pub columns: Option<TableColumns>,
    /// File to write: .csv, .txt or .npy, a row for each point
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Points))]
    pub output: Output,
    /// What is written for each point
    #[arg(long, value_enum, default_value_t = MapKind::Image)]
    pub kind: MapKind,
    /// Leave triangles across singular walls out of the extension
    #[arg(long)]
    pub tear: bool,
    /// Temperature of the smooth map [default: layers about as wide as a cell]
    #[arg(long, value_name = "S", value_parser = positive)]
    pub temperature: Option<f64>,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapKind {
    /// Index of the site whose cell contains the point
    Cell,
    /// That site
    Image,
    /// Continuous: centroids go to their sites, affine on the triangles between them
    Extension,
    /// Gradient of a smooth convex function near the potential
    Smooth,
    /// The potential u(x) = max of <x, y_i> + h_i
    Potential,
    /// Its gradient: the site, as for image
    Gradient,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier interpolate solution.json --t 0.5 -o half.json --plot half.svg\n  \
                        brenier interpolate solution.json --frames 25 --plot way.svg    way-00.svg to way-24.svg, at t = 0, 1/24, .., 1")]
pub struct InterpolateArgs {
    /// Solution file
    pub solution: PathBuf,
    /// Time: 0 is the source, 1 would be the sites
    #[arg(long = "t", value_name = "T", allow_negative_numbers = true, required_unless_present = "frames")]
    pub t: Option<f64>,
    /// File to write: the shrunken cells with their densities (.json); in space as polyhedra (.vtu,
    /// .npz, .stl, .obj, .ply)
    #[arg(long, short, value_name = "OUT", required_unless_present = "frames", value_parser = to(Fit::Between))]
    pub output: Option<Output>,
    /// Draw them
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
    #[command(flatten)]
    pub picture: PictureArgs,
    /// Draw K pictures instead, at even times from 0 to 1; their numbers are put behind the name
    /// given with --plot
    #[arg(long, value_name = "K", requires = "plot", conflicts_with_all = ["t", "output"], value_parser = between::<u32>(2, 10_000))]
    pub frames: Option<u32>,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  brenier singular solution.json -o singular.json --plot singular.svg\n\n\
                        A wall is singular if |y_i - y_j| / |c_i - c_j| (sites, centroids) exceeds the median over all walls by --deviations \
                        robust standard deviations of the logarithm, and by the factor --factor.")]
pub struct SingularArgs {
    /// Solution file
    pub solution: PathBuf,
    /// File to write (JSON): singular walls, and the curves they form
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Report))]
    pub output: Output,
    /// Draw the curves over the cells
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
    #[command(flatten)]
    pub picture: PictureArgs,
    /// Robust standard deviations above the median
    #[arg(long, value_name = "K", default_value = "5", value_parser = positive)]
    pub deviations: f64,
    /// Least multiple of the median
    #[arg(long, value_name = "F", default_value = "3", value_parser = positive)]
    pub factor: f64,
    /// Walls above this ratio are singular, whatever the others are
    #[arg(long, value_name = "R", value_parser = positive)]
    pub ratio: Option<f64>,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  brenier alexandrov solution.json -o polytope.obj")]
pub struct AlexandrovArgs {
    /// Solution file
    pub solution: PathBuf,
    /// Surface to write: .obj, .ply or .vtk (these two with the site of each triangle)
    #[arg(long, short, value_name = "OUT.obj", value_parser = to(Fit::Mesh))]
    pub output: Output,
    /// Draw the surface: .svg, .pdf, .png or .html (a page to turn it in)
    #[arg(long, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub plot: Option<Output>,
    #[command(flatten)]
    pub picture: PictureArgs,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier plot solution.json -o cells.svg --color area\n  \
                        brenier plot solution.json -o cells.html\n  \
                        brenier plot solution.json -o cells.png --color cells --view 30,20 --size 1600x1200\n  \
                        brenier plot solution.json -o print.svg --width 80mm --palette greys --legend none --color area\n  \
                        brenier plot dots.json -o dots.svg --color sites --radius mass:1.5\n\n\
                        Diagrams on surfaces are shaded. A page (.html) has everything in it: turn, zoom, point at a cell to read its mass.")]
pub struct PlotArgs {
    /// Solution, or problem with "heights" or "weights"
    pub file: PathBuf,
    /// Picture to write: .svg, .pdf, .png or .html
    #[arg(long, short, value_name = "PICTURE", value_parser = to(Fit::Picture))]
    pub output: Output,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
    #[command(flatten)]
    pub picture: PictureArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  brenier quantize --domain bunny.obj -n 2000 --steps 30 -o solution.json\n  \
                        brenier remesh solution.json -o remeshed.ply\n\n\
                        Where three cells meet there is a triangle between their sites: the restricted regular triangulation. The report says \
                        whether the mesh has the topology of the surface, which small cells keep, and names the cells that are in the way.")]
pub struct RemeshArgs {
    /// Solution or diagram on a surface
    pub solution: PathBuf,
    /// Mesh to write: .obj, .ply, .vtk or .vtp
    #[arg(long, short, value_name = "MESH", value_parser = to(Fit::Mesh))]
    pub output: Output,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
    /// Where vertices are
    #[arg(long, value_enum, default_value_t = Positions::Surface)]
    pub positions: Positions,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Positions {
    /// At the point of each cell nearest to its centroid, on the surface
    Surface,
    /// At the centroids of the cells
    Centroids,
    /// At the sites
    Sites,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  brenier sample solution.json -n 1000000 -o samples.npz --seed 7\n  \
                        brenier sample solution.json -n 1e9 --method stratified -o points.npy\n  \
                        brenier sample solution.json -n 500 --cell 3 -o cell3.csv\n\n\
                        Sample k depends on the seed and k alone: -n 500 --offset 500 gives the second half of -n 1000. \
                        Stratified samples depend on the length of the run too: give it with --total.")]
pub struct SampleArgs {
    /// Solution file
    pub solution: PathBuf,
    /// Number of samples
    #[arg(long, short = 'n', value_name = "N", value_parser = between::<u64>(1, MANY))]
    pub samples: u64,
    /// File to write: .npz with the arrays points, cells, images; .csv or .parquet (if built in);
    /// or .npy with one of them
    #[arg(long, short, value_name = "OUT", value_parser = to(Fit::Samples))]
    pub output: Output,
    /// Another seed gives other samples
    #[arg(long, value_name = "S", default_value = "0", value_parser = between::<u64>(0, MANY))]
    pub seed: u64,
    /// How to draw
    #[arg(long, value_enum, default_value_t = Method::Iid)]
    pub method: Method,
    /// Only from the cell of this site, by its index in the solution
    #[arg(long, value_name = "I", value_parser = between::<usize>(0, MANY))]
    pub cell: Option<usize>,
    /// What to write of each sample [default: all; points in a .npy file]
    #[arg(long, value_enum)]
    pub what: Option<What>,
    /// Number of the first sample, to go on from where another run ended
    #[arg(long, value_name = "K", default_value = "0", value_parser = between::<u64>(0, MANY))]
    pub offset: u64,
    /// Stratified: length of the whole run of which these are a part [default: its end]
    #[arg(long, value_name = "M", value_parser = between::<u64>(1, MANY))]
    pub total: Option<u64>,
    /// The problem the solution solves [default: the one it names or contains]
    #[arg(long, value_name = "P")]
    pub problem: Option<PathBuf>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Independent points of the source
    Iid,
    /// A site by its mass, then a point of its cell
    Alias,
    /// In the order of the cells, the right number in each
    Stratified,
    /// Evenly spread (Roberts' sequence R2), not independent
    R2,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The points
    Points,
    /// The indices of their cells
    Ids,
    /// The sites they are sent to
    Images,
    /// All three
    All,
}
