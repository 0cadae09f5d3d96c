//! `brenier interpolate`: the source on its way to the sites.

use crate::args::{Common, InterpolateArgs};
use crate::console::count;
use crate::failure::{Failure, code};
use crate::mapped::{self, report, values};
use crate::{input, picture};
use brenier::io::{write_atomically, write_interpolation};
use brenier::plot::{Color, Scene};
use brenier::transport::ShrunkenCell;
use std::io::Write;
use std::path::Path;

pub fn run(args: &InterpolateArgs, common: &Common) -> Result<u8, Failure> {
    if let Some(path) = &args.plot {
        picture::check_name(path)?;
    }
    let written = [Some(args.output.as_path()), args.plot.as_deref()];
    input::keep_apart(&[Some(&args.solution), args.problem.as_deref()], &written)?;
    let solved = mapped::load("interpolate", &args.solution, args.problem.as_deref(), common)?;
    input::keep_files(&solved.loaded, &written)?;
    let Some(cells) = solved.map.interpolate(args.t) else {
        return Err(Failure::new(
            code::USAGE,
            "--t: give a number from 0 to less than 1; at 1 there are only the sites",
        ));
    };
    write_interpolation(&args.output, &solved.loaded.fingerprint(), args.t, &cells)?;
    let mut files = vec![args.output.as_path()];
    if let Some(path) = &args.plot {
        draw(&solved.map, &cells, args.t, path)?;
        files.push(path);
    }
    let cost = solved.map.cost();
    let rows = vec![
        (
            "time",
            format!(
                "t = {:?}: W2^2 to the source {:?}, to the sites {:?}",
                args.t,
                args.t * args.t * cost,
                (1.0 - args.t).powi(2) * cost
            ),
        ),
        ("cells", count(cells.len(), "polygon")),
    ];
    let more = values([("t", args.t.into()), ("polygons", cells.len().into()), ("cost", cost.into())]);
    report(common, "interpolate", &solved, rows, more, &files)
}

/// The shrunken cells, in the domain as it was.
fn draw(map: &brenier::transport::BrenierMap, cells: &[ShrunkenCell], t: f64, path: &Path) -> Result<(), Failure> {
    let problem = map.problem();
    // Each site takes its cell with it; of a source in triangles or pixels the cell of the box is drawn.
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
    let scene = Scene::of_outlines(problem, &outlines, map.diagram().masses(), map.diagram().centroids());
    write_atomically(path, |w| w.write_all(scene.svg(Color::Mass).as_bytes()))?;
    Ok(())
}
