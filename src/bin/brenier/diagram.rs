//! `brenier diagram`: the cells at given heights, without solving.

use crate::args::{Common, DiagramArgs};
use crate::failure::{Failure, code};
use crate::input::{AnyLoaded, Loaded};
use crate::limits::peak_bytes;
use crate::{diagram_surface, input, output, picture};
use brenier::exact::Heights;
use brenier::io::{SolutionFile, write_solution};
use brenier::newton::Report;
use brenier::problem::Duplicates;
use std::path::Path;
use std::time::Instant;

pub fn run(args: &DiagramArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    match input::load_any(&args.problem, &args.output, Duplicates::Keep, common)? {
        AnyLoaded::Plane(loaded) => {
            if let Some(path) = &args.mesh {
                let what = format!("{}: --mesh is for surfaces, this domain lies in the plane", path.display());
                return Err(Failure::new(code::USAGE, what));
            }
            plane(args, common, &loaded, start)
        }
        AnyLoaded::Surface(loaded) => diagram_surface::run(args, common, &loaded, start),
    }
}

fn plane(args: &DiagramArgs, common: &Common, loaded: &Loaded, start: Instant) -> Result<u8, Failure> {
    let problem = &loaded.problem;
    let heights = picture::given_heights(problem.heights(), &loaded.name)?.clone();
    if problem.rest().is_some() {
        return partial(args, common, loaded, heights, start);
    }
    let diagram = picture::diagram_of(problem, &heights)?;
    let report = Report {
        max_relative_error: output::max_relative_error(problem, diagram.masses()),
        predicates: diagram.counters(),
        threads: rayon::current_num_threads(),
        seconds: start.elapsed().as_secs_f64(),
        peak_bytes: peak_bytes(),
        source_factor: problem.source_factor(),
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
    if let Some(path) = &args.plot {
        picture::draw_diagram(problem, &diagram, &loaded.name, path, &picture::Style::default())?;
        written.push(path);
    }
    output::report(common, "diagram", loaded, &file, &written)?;
    Ok(code::DONE)
}

/// The cells of a partial problem, in their balls.
fn partial(
    args: &DiagramArgs,
    common: &Common,
    loaded: &Loaded,
    heights: Heights,
    start: Instant,
) -> Result<u8, Failure> {
    if args.cells {
        let what = "--cells: the cells of a partial problem are bounded by arcs, not polygons; draw them with --plot";
        return Err(Failure::new(code::USAGE, what));
    }
    let problem = &loaded.problem;
    let diagram = picture::partial_of(problem, &heights)?;
    let report = Report {
        max_relative_error: output::max_relative_error(problem, diagram.masses()),
        predicates: diagram.polygons().counters(),
        threads: rayon::current_num_threads(),
        seconds: start.elapsed().as_secs_f64(),
        peak_bytes: peak_bytes(),
        source_factor: problem.source_factor(),
        rest: Some(diagram.rest()),
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
        hessian: args.hessian.then(|| diagram.walls().to_vec()),
        hidden: diagram.hidden(),
        site_of_input: None,
        cells: None,
        report,
    };
    write_solution(&args.output, &file)?;
    let mut written: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.plot {
        picture::draw_partial(problem, &diagram, &loaded.name, path, &picture::Style::default())?;
        written.push(path);
    }
    output::report(common, "diagram", loaded, &file, &written)?;
    Ok(code::DONE)
}
