//! `brenier diagram`: the cells at given heights, without solving.

use crate::args::{Common, DiagramArgs};
use crate::cells::{self, Painted};
use crate::failure::{Failure, code};
use crate::heights::{self, At};
use crate::output;
use crate::picture::{self, Drawn, unmade};
use crate::solve::solution_file;
use brenier::diagram::SurfaceDiagram;
use brenier::exact::Heights;
use brenier::io::{Encoding, Field, FileData, MeshData, has_ending, write_solution, write_surface};
use brenier::plot::Color;
use brenier::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem, WithSites};
use brenier::transport::Transport;
use brenier::visit;
use std::path::Path;
use std::time::Instant;

pub fn run(args: &DiagramArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    crate::style::check(&args.picture, args.plot.as_deref(), Color::Mass)?;
    visit!(heights::of_file(&args.file, None, &args.output, common)?, at => described(args, common, &at, start))
}

/// From a problem to the files.
fn described<T: FileData<Point = [f64; D]>, const D: usize>(
    args: &DiagramArgs,
    common: &Common,
    at: &At<T>,
    start: Instant,
) -> Result<u8, Failure>
where
    T::Problem: Transport<D> + Drawn + Meshed + Painted<D>,
{
    let (loaded, heights) = (&at.loaded, &at.heights);
    let problem = &loaded.problem;
    if args.plot.is_some() {
        picture::fits(problem, &args.picture, &loaded.name)?;
    }
    if let Some(path) = args.mesh.as_ref().filter(|_| problem.is_flat()) {
        let what = format!("{}: --mesh is for surfaces, this domain lies in the plane", path.display());
        return Err(Failure::new(code::USAGE, what));
    }
    let polygons = matches!(args.cells, Some(None));
    if polygons && problem.stays().is_some() {
        let what = "--cells: the cells of a partial problem are bounded by arcs, not polygons; name a file, --cells cells.csv, or draw them with --plot";
        return Err(Failure::new(code::USAGE, what));
    }
    if let Some(shape) = problem.shape().filter(|_| polygons) {
        let what = format!("--cells: the cells of {shape}");
        return Err(Failure::new(code::USAGE, what));
    }
    let found = loaded.described(heights, args.hessian, polygons).map_err(unmade)?;
    let mut file = solution_file(loaded, found.solution, start);
    file.cells = found.cells;
    // The same heights, found the same way.
    if let Some(report) = &at.report {
        file.report = report.clone();
    }
    write_solution(&args.output, &file)?;
    let mut written: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.mesh {
        problem.write_mesh(heights, path)?;
        written.push(path);
    }
    if let Some(Some(path)) = &args.cells {
        cells::beside(loaded, heights, path, common)?;
        written.push(path);
    }
    if let Some(path) = &args.plot {
        picture::beside(&loaded.problem, heights, (&loaded.name, path), (&args.picture, Color::Mass), common)?;
        written.push(path);
    }
    output::report(common, "diagram", loaded, &file, &written)?;
    Ok(code::DONE)
}

/// A problem whose cells may be a mesh.
trait Meshed {
    /// Whose cells are what, where they are no polygons, and what to do.
    fn shape(&self) -> Option<&'static str> {
        None
    }
    /// The cells as a mesh of polygons, each with its site and that site's mass.
    fn write_mesh(&self, heights: &Heights, path: &Path) -> Result<(), Failure>;
}

/// Cells of the plane are told by `--cells`.
impl Meshed for Problem {
    fn write_mesh(&self, _: &Heights, _: &Path) -> Result<(), Failure> {
        Ok(())
    }
}

/// Cells in space are written by `brenier cells`.
impl<const D: usize> Meshed for SpaceProblem<D> {
    fn shape(&self) -> Option<&'static str> {
        (D == 3).then_some("a problem in space are polyhedra, not polygons; give a file: --cells cells.vtu")
    }
    fn write_mesh(&self, _: &Heights, path: &Path) -> Result<(), Failure> {
        let what = format!("{}: --mesh is for surfaces; brenier cells writes cells in space", path.display());
        Err(Failure::new(code::USAGE, what))
    }
}

/// Cells on a sphere are written by `brenier cells`.
impl Meshed for SphereProblem {
    fn shape(&self) -> Option<&'static str> {
        Some("a problem on a sphere are bounded by arcs, not polygons; brenier cells writes them")
    }
    fn write_mesh(&self, _: &Heights, path: &Path) -> Result<(), Failure> {
        let what = format!("{}: --mesh is for surfaces; brenier cells writes cells of a sphere", path.display());
        Err(Failure::new(code::USAGE, what))
    }
}

impl Meshed for SurfaceProblem {
    fn write_mesh(&self, heights: &Heights, path: &Path) -> Result<(), Failure> {
        let diagram = SurfaceDiagram::new(self, heights).map_err(unmade)?;
        let mesh = diagram.mesh();
        let polygons: Vec<&[u32]> = (0..mesh.len()).map(|k| mesh.polygon(k)).collect();
        let site: Vec<f64> = mesh.site.iter().map(|&i| f64::from(i)).collect();
        let mass: Vec<f64> = mesh.site.iter().map(|&i| diagram.masses()[i as usize]).collect();
        let fields =
            [Field { name: "site", columns: 1, values: &site }, Field { name: "mass", columns: 1, values: &mass }];
        // An .obj holds no numbers on faces.
        let plain = has_ending(path, "obj");
        let data = MeshData {
            vertices: &mesh.vertices,
            polygons: &polygons,
            face_fields: if plain { &[] } else { &fields },
            ..MeshData::default()
        };
        Ok(write_surface(path, &data, Encoding::Binary)?)
    }
}
