//! `brenier interpolate`: the source on its way to the sites.

use crate::args::{Common, InterpolateArgs};
use crate::console::count as count_of;
use crate::failure::{Failure, code};
use crate::mapped::{self, Solved, report, values};
use crate::output::problem_line;
use crate::style::Style;
use crate::{heights, interrupt, outputs, picture};
use brenier::diagram::{Cells, SpaceDiagram};
use brenier::io::{Placed, Polyhedra, Role, ending, write_interpolation, write_polyhedra, writes_polyhedra};
use brenier::plot::{Model, Scene};
use brenier::problem::Kind;
use brenier::transport::ShrunkenCell;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub fn run(args: &InterpolateArgs, common: &Common) -> Result<u8, Failure> {
    crate::style::check(&args.picture, args.plot.as_deref(), brenier::plot::Color::Mass)?;
    let frames: Vec<PathBuf> = match (args.frames, &args.plot) {
        (Some(count), Some(path)) => (0..count).map(|k| numbered(path, k, count)).collect(),
        _ => Vec::new(),
    };
    outputs::also(&frames, Role::Data)?;
    if let Some(path) = args.output.as_ref().filter(|path| writes_polyhedra(path)) {
        return in_space(args, path, common);
    }
    let solved = mapped::load("interpolate", &args.solution, args.problem.as_deref(), common)?;
    let style = picture::of_map(&solved.map, &args.picture, &args.solution, common)?;
    if let Some(count) = args.frames {
        return film(common, &solved, &style, count, &frames);
    }
    // Both are there: without frames they are required.
    let t = args.t.unwrap_or_default();
    let Some(cells) = solved.map.interpolate(t) else {
        return Err(Failure::new(
            code::USAGE,
            "--t: give a number from 0 to less than 1; at 1 there are only the sites",
        ));
    };
    let mut files: Vec<&Path> = Vec::new();
    if let Some(path) = &args.output {
        write_interpolation(path, &solved.loaded.fingerprint(), t, &cells)?;
        files.push(path);
    }
    if let Some(path) = &args.plot {
        draw(&solved.map, &cells, t, (path, &style))?;
        files.push(path);
    }
    let cost = solved.map.cost();
    let rows = vec![
        (
            "time",
            format!("t = {t:?}: W2^2 to the source {:?}, to the sites {:?}", t * t * cost, (1.0 - t).powi(2) * cost),
        ),
        ("cells", count_of(cells.len(), "polygon")),
    ];
    let more = values([("t", t.into()), ("polygons", cells.len().into()), ("cost", cost.into())]);
    report(common, "interpolate", &solved, rows, more, &files)
}

/// Cells in space on their way, as polyhedra.
fn in_space(args: &InterpolateArgs, path: &Path, common: &Common) -> Result<u8, Failure> {
    let (t, name) = (args.t.unwrap_or_default(), path.display());
    let usage = |what: String| Err(Failure::new(code::USAGE, what));
    if !(0.0..1.0).contains(&t) {
        return usage("--t: give a number from 0 to less than 1; at 1 there are only the sites".into());
    }
    let Kind::Space(at) = heights::of_file(&args.solution, args.problem.as_deref(), path, common)? else {
        return usage(format!("{name}: polyhedra are of cells in space; write the others as .json"));
    };
    if args.plot.is_some() {
        return usage("--plot draws cells of the plane on their way; leave it out".into());
    }
    let problem = &at.loaded.problem;
    let diagram = SpaceDiagram::new(problem, &at.heights).map_err(picture::unmade)?;
    let weights = problem.weights_of(&at.heights);
    let (domain, masses, placed) = (problem.domain(), problem.masses(), Placed::OnTheWay(t));
    write_polyhedra(path, &Polyhedra { diagram: &diagram, domain, masses, weights: &weights, placed })?;
    let cells = problem.sites().len() - diagram.hidden().len();
    let cost = Cells::cost(&diagram);
    let far = format!("W2^2 to the source {:?}, to the sites {:?}", t * t * cost, (1.0 - t).powi(2) * cost);
    let rows = vec![("time", format!("t = {t:?}: {far}")), ("cells", format!("{cells} polyhedra"))];
    let more = values([("t", t.into()), ("polyhedra", cells.into()), ("cost", cost.into())]);
    mapped::print(common, "interpolate", problem_line(&at.loaded), &[], rows, more, &[path])
}

/// Pictures at equal steps of time.
fn film(common: &Common, solved: &Solved, style: &Style, count: u32, frames: &[PathBuf]) -> Result<u8, Failure> {
    interrupt::be_polite();
    let start = Instant::now();
    let mut polygons = 0;
    for (k, path) in frames.iter().enumerate() {
        if common.time_limit.is_some_and(|t| start.elapsed() >= t) {
            return Err(Failure::new(code::LIMIT, format!("time limit reached after {k} of {count} pictures")));
        }
        if interrupt::requested() {
            return Err(Failure::new(code::INTERRUPTED, format!("interrupted after {k} of {count} pictures")));
        }
        // The last one is that of the sites.
        let t = k as f64 / f64::from(count - 1);
        let cells = solved.map.interpolate(t).unwrap_or_default();
        polygons = polygons.max(cells.len());
        draw(&solved.map, &cells, t, (path, style))?;
    }
    let cost = solved.map.cost();
    let rows = vec![
        ("time", format!("t = 0 to 1, {}", count_of(frames.len(), "picture"))),
        ("cells", count_of(polygons, "polygon")),
    ];
    let mut more = values([("frames", count.into()), ("polygons", polygons.into()), ("cost", cost.into())]);
    let names: Vec<String> = frames.iter().map(|p| p.display().to_string()).collect();
    more.insert("pictures".into(), names.into());
    let written: Vec<&Path> = match frames {
        [first, .., last] => vec![first, last],
        all => all.iter().map(PathBuf::as_path).collect(),
    };
    report(common, "interpolate", solved, rows, more, &written)
}

/// The name of picture `k`: the number behind the stem, with as many digits as the last one has.
fn numbered(path: &Path, k: u32, count: u32) -> PathBuf {
    let digits = (count - 1).to_string().len();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = ending(path);
    path.with_file_name(format!("{stem}-{k:0digits$}.{extension}"))
}

/// The shrunken cells, in the domain as it was.
fn draw(
    map: &brenier::transport::BrenierMap,
    cells: &[ShrunkenCell],
    t: f64,
    (path, style): (&Path, &Style),
) -> Result<(), Failure> {
    let problem = map.problem();
    // Each site takes its cell with it; of a source in triangles or pixels the cell of the box is
    // drawn.
    let shrink = |i: usize| {
        let y = problem.sites()[i];
        map.diagram().vertices(i).iter().map(|v| [0, 1].map(|k| (1.0 - t) * v[k] + t * y[k])).collect::<Vec<_>>()
    };
    let outlines: Vec<Vec<[f64; 2]>> = if problem.patches().is_some() {
        (0..map.diagram().len()).map(shrink).collect()
    } else {
        let mut outlines = vec![Vec::new(); map.diagram().len()];
        cells.iter().for_each(|c| outlines[c.site as usize].clone_from(&c.vertices));
        outlines
    };
    let (masses, centroids) = (map.diagram().masses(), map.diagram().centroids());
    if picture::is_drawn(path) {
        let scene = Scene::of_outlines(problem, &outlines, masses, centroids).with(style.look.clone());
        return picture::write_svg(path, &scene.svg(style.color));
    }
    picture::write_model(Model::of_outlines(problem, &outlines, masses, centroids), path, path, style)
}
