//! `brenier map`: where the solved map sends points.

use crate::args::{Common, MapArgs, MapKind};
use crate::console::count;
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::limits::read_limit;
use crate::mapped::{self, Solved, print, report, values};
use crate::{input, output};
use brenier::diagram::space::SpaceFinder;
use brenier::domain::{Chains, ConvexPolygon};
use brenier::exact::Dd;
use brenier::exact::predicates::orient2d_sign;
use brenier::io::{
    AnySolution, FileData, Loaded, PointFile, SolutionFile, read_any_solution, read_columns, write_indices,
    write_points,
};
use brenier::problem::{SpaceProblem, SpaceProblemData, WithSites};
use brenier::transport::{SingularOptions, SpaceLocator};
use rayon::prelude::*;
use serde_json::{Map, Value};
use std::path::Path;

pub fn run(args: &MapArgs, common: &Common) -> Result<u8, Failure> {
    let problem = args.problem.as_deref();
    if args.kind != MapKind::Smooth && args.temperature.is_some() {
        return Err(Failure::new(code::USAGE, "--temperature is for --kind smooth"));
    }
    if args.kind != MapKind::Extension && args.tear {
        return Err(Failure::new(code::USAGE, "--tear is for --kind extension"));
    }
    match documents::read(&args.solution, Want::Solution, || read_any_solution(&args.solution, read_limit(common)))? {
        AnySolution::Plane(solution) => {
            let solved = mapped::of_plane(&args.solution, &solution, problem, common)?;
            plane(args, common, solved)
        }
        AnySolution::Surface(solution) => among_sites(args, common, &solution, "a surface"),
        AnySolution::Space(solution) => in_space(args, common, &solution),
        AnySolution::Torus(solution) => in_space(args, common, &solution),
        AnySolution::Sphere(solution) => among_sites(args, common, &solution, "a sphere"),
    }
}

/// The points to send; masses beside them play no part.
fn points<const D: usize>(args: &MapArgs, common: &Common) -> Result<PointFile<D>, Failure> {
    Ok(read_columns(&args.points, read_limit(common), &args.columns.clone().unwrap_or_default(), false)?)
}

fn plane(args: &MapArgs, common: &Common, mut solved: Solved) -> Result<u8, Failure> {
    let file: PointFile<2> = points(args, common)?;
    finite(&args.points, &file.points)?;
    solved.notes.extend(file.notes);
    let (points, map) = (&file.points, &solved.map);
    let frame = map.problem().frame();
    let (chains, (low, high)) = (Chains::of(frame.outline()), frame.bounds());
    let beside = |x: &[f64; 2]| !(low[0]..=high[0]).contains(&x[0]) || !between(frame, &chains, *x);
    let outside = points.iter().filter(|x| beside(x)).count();
    let mut rows = vec![("points", told(points.len(), outside))];
    let mut more = values([
        ("kind", Value::from(name(args.kind))),
        ("points", points.len().into()),
        ("outside_domain", outside.into()),
    ]);
    let mut images = vec![[0.0; 2]; points.len()];
    match args.kind {
        MapKind::Potential => {
            let values: Vec<[f64; 1]> = points.par_iter().map(|x| [map.potential(*x)]).collect();
            write_points(&args.output, &values)?;
        }
        MapKind::Cell | MapKind::Image | MapKind::Gradient => {
            let mut cells = vec![0; points.len()];
            map.locator().cells_of(points, &mut cells);
            hits(&cells, map.diagram().len(), &mut rows, &mut more);
            if args.kind == MapKind::Cell {
                write_indices(&args.output, &cells)?;
            } else {
                let sites = map.problem().sites();
                images.iter_mut().zip(&cells).for_each(|(y, &i)| *y = sites[i as usize]);
                write_points(&args.output, &images)?;
            }
        }
        MapKind::Extension => {
            let torn = if args.tear { map.singular(&SingularOptions::default()).torn() } else { Vec::new() };
            let extension = map.extension(&torn);
            let beyond = extension.images(points, &mut images);
            let (used, flipped) = (extension.triangles().len(), extension.flipped().len());
            rows.push((
                "triangles",
                format!("{used} used, {flipped} flipped and {} torn left out", extension.dropped()),
            ));
            rows.push(("beyond", format!("{} in no triangle: the value at the nearest one", count(beyond, "point"))));
            more.extend(values([
                ("triangles", used.into()),
                ("flipped", flipped.into()),
                ("torn", extension.dropped().into()),
                ("in_no_triangle", beyond.into()),
            ]));
            write_points(&args.output, &images)?;
        }
        MapKind::Smooth => {
            let temperature = args.temperature.unwrap_or_else(|| map.usual_temperature());
            let Some(smooth) = map.smooth(temperature) else {
                return Err(Failure::new(code::USAGE, "--temperature: give a positive number such as 1e-3"));
            };
            smooth.images(points, &mut images);
            rows.push(("smooth", format!("temperature {temperature:e}")));
            more.insert("temperature".into(), temperature.into());
            write_points(&args.output, &images)?;
        }
    }
    report(common, "map", &solved, rows, more, &[&args.output])
}

/// In space and on tori: the sites of points.
fn in_space<const D: usize>(
    args: &MapArgs,
    common: &Common,
    solution: &SolutionFile<SpaceProblemData<D>>,
) -> Result<u8, Failure>
where
    SpaceProblemData<D>: FileData<Point = [f64; D], Problem = SpaceProblem<D>>,
{
    if !matches!(args.kind, MapKind::Cell | MapKind::Image) {
        return Err(only_in_plane(args, "this is in space or on a torus; choose cell or image"));
    }
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let file: PointFile<D> = points(args, common)?;
    finite(&args.points, &file.points)?;
    let finder = SpaceFinder::new(&loaded.problem, &solution.heights);
    let cells: Vec<u32> = file.points.par_iter().map(|x| finder.site_of(x)).collect();
    found(args, common, (&file.points, loaded.problem.sites(), &cells), solution, &loaded, file.notes)
}

/// That a kind of map is made in the plane alone. `this` is what there is, and what to choose.
fn only_in_plane(args: &MapArgs, this: &str) -> Failure {
    let (file, kind) = (args.solution.display(), name(args.kind));
    Failure::new(code::USAGE, format!("{file}: --kind {kind} works in the plane in this version, {this}"))
}

/// Writes what was found of points.
fn found<T: FileData, const D: usize>(
    args: &MapArgs,
    common: &Common,
    (points, sites, cells): (&[[f64; D]], &[[f64; D]], &[u32]),
    solution: &SolutionFile<T>,
    loaded: &Loaded<T>,
    more_notes: Vec<String>,
) -> Result<u8, Failure> {
    let mut rows = vec![("points", count(cells.len(), "point"))];
    let mut more = values([("kind", Value::from(name(args.kind))), ("points", cells.len().into())]);
    hits(cells, sites.len(), &mut rows, &mut more);
    if args.kind == MapKind::Cell {
        write_indices(&args.output, cells)?;
    } else if args.kind == MapKind::Potential {
        let value = |(x, &i): (&[f64; D], &u32)| {
            let products = x.iter().zip(&sites[i as usize]).map(|(x, y)| Dd::product(*x, *y));
            [products.fold(solution.heights.get(i as usize), |sum, p| sum + p).to_f64()]
        };
        let values: Vec<[f64; 1]> = points.iter().zip(cells).map(value).collect();
        write_points(&args.output, &values)?;
    } else {
        let images: Vec<[f64; D]> = cells.iter().map(|&i| sites[i as usize]).collect();
        write_points(&args.output, &images)?;
    }
    let mut notes = mapped::remarks(solution.report.converged, solution.site_of_input.is_some());
    notes.extend(more_notes);
    print(common, "map", output::problem_line(loaded), &notes, rows, more, &[&args.output])
}

/// On a surface or a sphere: the highest sites at points of space.
fn among_sites<T: FileData<Point = [f64; 3]>>(
    args: &MapArgs,
    common: &Common,
    solution: &SolutionFile<T>,
    what: &str,
) -> Result<u8, Failure> {
    if matches!(args.kind, MapKind::Extension | MapKind::Smooth) {
        return Err(only_in_plane(args, &format!("this is {what}; choose cell, image, potential or gradient")));
    }
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let file: PointFile<3> = points(args, common)?;
    finite(&args.points, &file.points)?;
    let sites = loaded.problem.sites();
    let locator = SpaceLocator::new(sites, &solution.heights)
        .map_err(|e| Failure::new(code::INPUT, format!("{}: {e}", args.solution.display())))?;
    let mut cells = vec![0; file.points.len()];
    locator.cells_of(&file.points, &mut cells);
    found(args, common, (&file.points, sites, &cells), solution, &loaded, file.notes)
}

fn name(kind: MapKind) -> &'static str {
    match kind {
        MapKind::Cell => "cell",
        MapKind::Image => "image",
        MapKind::Extension => "extension",
        MapKind::Smooth => "smooth",
        MapKind::Potential => "potential",
        MapKind::Gradient => "gradient",
    }
}

fn told(points: usize, outside: usize) -> String {
    let outside = match outside {
        0 => String::new(),
        n => format!(", {n} outside the domain"),
    };
    format!("{}{outside}", count(points, "point"))
}

fn hits(cells: &[u32], sites: usize, rows: &mut Vec<(&str, String)>, more: &mut Map<String, Value>) {
    let mut hit = vec![false; sites];
    cells.iter().for_each(|&i| hit[i as usize] = true);
    let hit = hit.into_iter().filter(|h| *h).count();
    rows.push(("cells", format!("{hit} of {sites} hit")));
    more.insert("cells_hit".into(), hit.into());
}

fn finite<const D: usize>(path: &Path, points: &[[f64; D]]) -> Result<(), Failure> {
    for (i, p) in points.iter().enumerate() {
        if let Some(k) = p.iter().position(|c| !c.is_finite()) {
            let value = if p[k].is_nan() { "NaN" } else { "infinite" };
            let what = format!("{}: points[{i}][{k}] is {value}; every coordinate must be finite", path.display());
            return Err(Failure::new(code::INPUT, what));
        }
    }
    Ok(())
}

/// Does a point over or under the polygon lie between the edges there, and so in it? Exact. Cost:
/// O(log vertices).
fn between(polygon: &ConvexPolygon, chains: &Chains, x: [f64; 2]) -> bool {
    let inner = |k: usize| orient2d_sign(polygon.vertex(k), polygon.vertex(k + 1), x) >= 0;
    chains.edges_at(polygon.outline(), x[0]).into_iter().all(inner)
}
