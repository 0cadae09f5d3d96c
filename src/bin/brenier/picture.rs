//! `brenier plot`, and the pictures of the other commands.

use crate::args::{self, Common, PlotArgs};
use crate::console::{say, table};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::read_limit;
use brenier::diagram::{Diagram, PartialDiagram};
use brenier::exact::Heights;
use brenier::io::{document_format, read_solution, write_atomically};
use brenier::plot::Scene;
use brenier::problem::{Duplicates, Problem};
use std::io::Write;
use std::path::Path;

pub use brenier::plot::Color;

pub fn run(args: &PlotArgs, common: &Common) -> Result<u8, Failure> {
    check_name(&args.output)?;
    input::keep_apart(&[Some(&args.file)], &[Some(&args.output)])?;
    let color = match args.color {
        args::Color::Mass => Color::Mass,
        args::Color::Area => Color::Area,
        args::Color::Sites => Color::Sites,
    };
    let limit = read_limit(common);
    let is_problem = document_format(&args.file, limit)?.as_deref() == Some("brenier/problem");
    let (loaded, heights) = if is_problem {
        let loaded: input::Loaded = input::load(&args.file, &args.output, Duplicates::Keep, common)?;
        let heights = heights_or_fail(loaded.problem.heights(), &loaded.name)?.clone();
        (loaded, heights)
    } else {
        let solution = read_solution(&args.file, limit)?;
        let loaded = input::of_solution(&args.file, &solution, args.problem.as_deref(), common)?;
        (loaded, solution.heights)
    };
    draw(&loaded.problem, &heights, &args.output, color)?;
    if common.json {
        let path = serde_json::Value::from(args.output.display().to_string());
        say(&format!("{{\"command\":\"plot\",\"output\":{path}}}\n"))?;
    } else if !common.quiet {
        say(&table(&[("written", args.output.display().to_string())]))?;
    }
    Ok(code::DONE)
}

/// Refuses names of pictures that cannot be drawn, before anything is computed.
pub fn check_name(path: &Path) -> Result<(), Failure> {
    let extension = path.extension().map(|e| e.to_ascii_lowercase());
    if extension.as_deref().is_some_and(|e| e == "svg") {
        return Ok(());
    }
    Err(Failure::new(code::USAGE, format!("{}: pictures are drawn as .svg in this version", path.display())))
}

/// What to say where a surface would have to be drawn.
pub fn no_surface(path: &Path) -> Failure {
    Failure::new(code::USAGE, format!("{}: surfaces are not drawn in this version; leave out --plot", path.display()))
}

/// The heights a problem file gives, if it does.
pub fn heights_or_fail<'p>(heights: Option<&'p Heights>, name: &Path) -> Result<&'p Heights, Failure> {
    heights.ok_or_else(|| {
        Failure::new(
            code::INPUT,
            format!("{}: neither \"heights\" nor \"weights\" is given; give one number per site", name.display()),
        )
    })
}

/// The diagram at some heights.
pub fn diagram_of(problem: &Problem, heights: &Heights) -> Result<Diagram, Failure> {
    Diagram::new(problem, heights).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))
}

/// The diagram of a partial problem at some heights.
pub fn partial_of(problem: &Problem, heights: &Heights) -> Result<PartialDiagram, Failure> {
    PartialDiagram::new(problem, heights).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))
}

pub fn draw(problem: &Problem, heights: &Heights, path: &Path, color: Color) -> Result<(), Failure> {
    if problem.rest().is_some() {
        return draw_partial(problem, &partial_of(problem, heights)?, path, color);
    }
    draw_diagram(problem, &diagram_of(problem, heights)?, path, color)
}

/// Cells in their balls; what stays is left blank.
pub fn draw_partial(problem: &Problem, diagram: &PartialDiagram, path: &Path, color: Color) -> Result<(), Failure> {
    // Arcs of small cells need few corners.
    let corners = if diagram.len() > 5000 { 24.0 } else { 96.0 };
    let outline = |i: usize| diagram.outline(i, std::f64::consts::TAU / corners);
    let outlines: Vec<Vec<[f64; 2]>> = (0..diagram.len()).map(outline).collect();
    let scene = Scene::of_outlines(problem, &outlines, diagram.masses(), diagram.centroids());
    write_atomically(path, |w| w.write_all(scene.svg(color).as_bytes()))?;
    Ok(())
}

pub fn draw_diagram(problem: &Problem, diagram: &Diagram, path: &Path, color: Color) -> Result<(), Failure> {
    let scene = Scene::new(problem, diagram);
    write_atomically(path, |w| w.write_all(scene.svg(color).as_bytes()))?;
    Ok(())
}
