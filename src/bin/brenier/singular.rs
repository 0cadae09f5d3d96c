//! `brenier singular`: where the map jumps.

use crate::args::{Common, SingularArgs};
use crate::console::count;
use crate::failure::Failure;
use crate::mapped::{self, report, values};
use crate::picture;
use brenier::io::write_singular;
use brenier::plot::{Model, Scene};
use brenier::transport::{SingularOptions, SingularSet, StrandEnd};
use std::path::Path;

pub fn run(args: &SingularArgs, common: &Common) -> Result<u8, Failure> {
    crate::style::check(&args.picture, args.plot.as_deref(), brenier::plot::Color::Mass)?;
    let solved = mapped::load("singular", &args.solution, args.problem.as_deref(), common)?;
    let options = SingularOptions::default().deviations(args.deviations).factor(args.factor).ratio(args.ratio);
    let set = solved.map.singular(&options);
    write_singular(&args.output, &solved.loaded.fingerprint(), &set)?;
    let mut files: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.plot {
        let style = picture::of_map(&solved.map, &args.picture, &args.solution, common)?;
        let curves: Vec<&[[f64; 2]]> = set.strands.iter().map(|s| s.points.as_slice()).collect();
        let (problem, diagram) = (&solved.loaded.problem, solved.map.diagram());
        if picture::is_drawn(path) {
            let scene = Scene::new(problem, diagram).with(style.look);
            picture::write_svg(path, &scene.svg_with(style.color, &curves, &ends(&set)))?;
        } else {
            let model = Model::of_plane(problem, diagram).with_curves(&curves);
            picture::write_model(model, &args.solution, path, &style)?;
        }
        files.push(path);
    }
    let threshold = &set.threshold;
    let singular =
        format!("{} of {} above the ratio {:.3e}", set.walls.len(), count(set.looked_at, "wall"), threshold.ratio);
    let mut rows = vec![
        (
            "ratios",
            format!("median {:.3e}, robust deviation of the logarithms {:.3}", threshold.median, threshold.deviation),
        ),
        ("singular", singular),
        ("curves", format!("{} in {}", count(set.strands.len(), "strand"), count(set.components, "component"))),
    ];
    let name = |e: StrandEnd| match e {
        StrandEnd::Boundary => "the boundary",
        StrandEnd::Inside => "inside",
        StrandEnd::Junction => "a junction",
        StrandEnd::Closed => "itself",
    };
    for s in set.strands.iter().take(SHOWN) {
        let [a, b] = s.ends;
        rows.push(("", format!("length {:.4}, jump up to {:.4}, from {} to {}", s.length, s.jump, name(a), name(b))));
    }
    if set.strands.len() > SHOWN {
        rows.push(("", format!("... and {} more", set.strands.len() - SHOWN)));
    }
    let more = values([
        ("looked_at", set.looked_at.into()),
        ("walls", set.walls.len().into()),
        ("strands", set.strands.len().into()),
        ("components", set.components.into()),
        ("ratio", threshold.ratio.into()),
        ("median", threshold.median.into()),
    ]);
    report(common, "singular", &solved, rows, more, &files)
}

/// Strands told one by one.
const SHOWN: usize = 6;

/// Points where strands end inside or meet.
fn ends(set: &SingularSet) -> Vec<[f64; 2]> {
    let mut all = Vec::new();
    for s in &set.strands {
        let points = [s.points.first(), s.points.last()];
        let marked =
            points.into_iter().zip(s.ends).filter(|(_, e)| matches!(e, StrandEnd::Inside | StrandEnd::Junction));
        all.extend(marked.filter_map(|(p, _)| p.copied()));
    }
    all
}
