//! `brenier diagram` on surfaces.

use crate::args::{Common, DiagramArgs};
use crate::failure::{Failure, code};
use crate::input::Loaded;
use crate::limits::peak_bytes;
use crate::{output, picture};
use brenier::diagram::SurfaceDiagram;
use brenier::io::{Encoding, Field, MeshData, SolutionFile, write_solution, write_surface};
use brenier::newton::{CellParts, Report};
use brenier::problem::SurfaceProblemData;
use std::path::Path;
use std::time::Instant;

pub fn run(
    args: &DiagramArgs,
    common: &Common,
    loaded: &Loaded<SurfaceProblemData>,
    start: Instant,
) -> Result<u8, Failure> {
    let problem = &loaded.problem;
    let heights = picture::given_heights(problem.heights(), &loaded.name)?.clone();
    let diagram = picture::surface_of(problem, &heights)?;
    let report = Report {
        max_relative_error: output::max_relative_error(problem, diagram.masses()),
        predicates: diagram.counters(),
        threads: rayon::current_num_threads(),
        seconds: start.elapsed().as_secs_f64(),
        peak_bytes: peak_bytes(),
        source_factor: problem.source_factor(),
        parts: Some(CellParts::of((0..diagram.len()).map(|i| diagram.parts(i)))),
        notes: loaded.notes.clone(),
        ..Report::default()
    };
    let file = SolutionFile {
        problem: loaded.source(),
        weights: heights.to_weights(problem.sites()),
        heights,
        masses: diagram.masses().to_vec(),
        centroids: diagram.centroids().to_vec(),
        cost: diagram.cost(),
        hessian: args.hessian.then(|| diagram.hessian()),
        hidden: diagram.hidden(),
        site_of_input: None,
        cells: args.cells.then(|| diagram.records()),
        report,
    };
    write_solution(&args.output, &file)?;
    let mut written: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.mesh {
        write_mesh(path, &diagram)?;
        written.push(path);
    }
    if let Some(path) = &args.plot {
        picture::draw_on_surface(problem, &diagram, &loaded.name, path, &picture::Style::default())?;
        written.push(path);
    }
    output::report(common, "diagram", loaded, &file, &written)?;
    Ok(code::DONE)
}

/// The cells as a mesh of polygons, each with its site and that site's mass.
fn write_mesh(path: &Path, diagram: &SurfaceDiagram) -> Result<(), Failure> {
    let mesh = diagram.mesh();
    let polygons: Vec<&[u32]> = (0..mesh.len()).map(|k| mesh.polygon(k)).collect();
    let site: Vec<f64> = mesh.site.iter().map(|&i| f64::from(i)).collect();
    let mass: Vec<f64> = mesh.site.iter().map(|&i| diagram.masses()[i as usize]).collect();
    let fields = [Field { name: "site", columns: 1, values: &site }, Field { name: "mass", columns: 1, values: &mass }];
    // An .obj holds no numbers on faces.
    let plain = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("obj"));
    let data = MeshData {
        vertices: &mesh.vertices,
        polygons: &polygons,
        face_fields: if plain { &[] } else { &fields },
        ..MeshData::default()
    };
    Ok(write_surface(path, &data, Encoding::Binary)?)
}
