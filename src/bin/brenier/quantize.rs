//! `brenier quantize`: sites that represent the source best.

use crate::args::{Common, QuantizeArgs};
use crate::console::{self, Bar, count, table};
use crate::failure::{Failure, code};
use crate::fit;
use crate::limits::peak_bytes;
use crate::picture::{self, Drawn, unmade};
use crate::reports::say;
use crate::{deadline, input, interrupt, output, solve};
use brenier::diagram::SurfaceDiagram;
use brenier::exact::Heights;
use brenier::io::{FileData, Loaded, write_points, write_solution, writes_points};
use brenier::plot::Color;
use brenier::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem, WithSites};
use brenier::transport::{CellParts, Report};
use brenier::transport::{Control, Quantizable, Quantization, QuantizeOptions, QuantizeOutcome, quantize_with};
use brenier::visit;
use nalgebra::Vector3;
use serde::Serialize;
use std::path::Path;
use std::time::Instant;

pub fn run(args: &QuantizeArgs, common: &Common) -> Result<u8, Failure> {
    let start = Instant::now();
    crate::style::check(&args.picture, args.plot.as_deref(), Color::Cells)?;
    visit!(input::of_quantize(args, common)?, loaded => moved(args, common, start, loaded))
}

/// Points put where people want them, and how far that is from the sites.
type Placed<const D: usize> = Option<(Vec<[f64; D]>, f64)>;

/// A problem whose sites are moved, as far as kinds of sources differ.
trait Moved<const D: usize>: Quantizable<D> + Drawn {
    /// Refuses flags that do not fit.
    fn check(args: &QuantizeArgs) -> Result<(), Failure>;
    /// Where the sites are wanted; `None`: where they are.
    fn placed(&self, args: &QuantizeArgs, heights: &Heights) -> Result<Placed<D>, Failure>;
}

impl Moved<2> for Problem {
    fn check(args: &QuantizeArgs) -> Result<(), Failure> {
        if writes_points::<3>(&args.output) && !writes_points::<2>(&args.output) {
            let what = "points in the plane are written as .csv, .txt or .npy; choose one of these";
            return Err(Failure::new(code::USAGE, format!("{}: {what}", args.output.display())));
        }
        if args.centroids {
            let what = format!("--centroids is for surfaces; in the plane of {} sites are centroids", args.domain);
            return Err(Failure::new(code::USAGE, what));
        }
        Ok(())
    }

    fn placed(&self, _: &QuantizeArgs, _: &Heights) -> Result<Placed<2>, Failure> {
        Ok(None)
    }
}

impl<const D: usize> Moved<D> for SpaceProblem<D> {
    fn check(args: &QuantizeArgs) -> Result<(), Failure> {
        if D == 2 && writes_points::<3>(&args.output) && !writes_points::<2>(&args.output) {
            let what = "points in the plane are written as .csv, .txt or .npy; choose one of these";
            return Err(Failure::new(code::USAGE, format!("{}: {what}", args.output.display())));
        }
        if args.centroids {
            let what = format!("--centroids is for surfaces; of {} sites are centroids", args.domain);
            return Err(Failure::new(code::USAGE, what));
        }
        Ok(())
    }

    fn placed(&self, _: &QuantizeArgs, _: &Heights) -> Result<Placed<D>, Failure> {
        Ok(None)
    }
}

impl Moved<3> for SphereProblem {
    fn check(args: &QuantizeArgs) -> Result<(), Failure> {
        if args.centroids {
            let what = format!("--centroids is for surfaces; of {} sites are centroids", args.domain);
            return Err(Failure::new(code::USAGE, what));
        }
        Ok(())
    }

    fn placed(&self, _: &QuantizeArgs, _: &Heights) -> Result<Placed<3>, Failure> {
        Ok(None)
    }
}

impl Moved<3> for SurfaceProblem {
    fn check(args: &QuantizeArgs) -> Result<(), Failure> {
        if args.centroids && !writes_points::<3>(&args.output) {
            let what = "--centroids is for files of points; the sites of a solution are centroids anyway";
            return Err(Failure::new(code::USAGE, what));
        }
        Ok(())
    }

    /// At the nearest points of their cells.
    fn placed(&self, args: &QuantizeArgs, heights: &Heights) -> Result<Placed<3>, Failure> {
        if args.centroids {
            return Ok(None);
        }
        let points = SurfaceDiagram::new(self, heights).map_err(unmade)?.nearest_in_cells(self.sites());
        let distance = |(p, q): (&[f64; 3], &[f64; 3])| (Vector3::from(*p) - Vector3::from(*q)).norm();
        let most = points.iter().zip(self.sites()).map(distance).fold(0.0, f64::max);
        Ok(Some((points, most)))
    }
}

/// From the sites to begin with to the files.
fn moved<T, const D: usize>(
    args: &QuantizeArgs,
    common: &Common,
    start: Instant,
    loaded: Loaded<T>,
) -> Result<u8, Failure>
where
    T: FileData<Point = [f64; D]>,
    T::Problem: Moved<D>,
{
    T::Problem::check(args)?;
    if args.plot.is_some() {
        picture::fits(&loaded.problem, &args.picture, &loaded.name)?;
    }
    console::warn(common, &loaded.warnings);
    if let Some(path) = &args.fit {
        return fit::fitted(args, path, common, start, loaded);
    }
    let default = QuantizeOptions::default();
    let (tolerance, steps) = (args.tol.unwrap_or(default.tolerance), args.steps.unwrap_or(default.max_steps));
    let time_limit = common.time_limit.map(|t| t.saturating_sub(start.elapsed()));
    let options = default.tolerance(tolerance).max_steps(steps).time_limit(time_limit);
    let mut bar = Bar::new(common, options.tolerance);
    interrupt::be_polite();
    let mut found = quantize_with(&loaded.problem, &options, &mut |progress| {
        bar.show_quantize(progress);
        if interrupt::requested() { Control::Stop } else { Control::Continue }
    });
    bar.finish();
    let moves = found.steps.len().saturating_sub(1);
    let interrupted = found.outcome == QuantizeOutcome::Interrupted;
    if interrupted && found.steps.is_empty() {
        return Err(Failure::new(code::INTERRUPTED, "interrupted during the first solve; nothing was written"));
    }
    let mut summary = summary(&found, &options);
    found.solution.report.notes.push(format!("quantize: {}", summary_text(&summary)));
    let outcome = found.outcome.clone();
    let loaded = loaded.with_sites_of(found.problem);
    let mut file = solve::solution_file(&loaded, found.solution, start);
    // Sites were merged before the first move; those in the file are the merged ones.
    file.site_of_input = None;
    deadline::be_written();
    if writes_points::<D>(&args.output) {
        match loaded.problem.placed(args, &file.heights)? {
            Some((points, distance)) => {
                summary.distance = Some(distance);
                write_points(&args.output, &points)?;
            }
            None => write_points(&args.output, loaded.problem.sites())?,
        }
    } else {
        write_solution(&args.output, &file)?;
    }
    let mut written: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.plot {
        picture::beside(&loaded.problem, &file.heights, (&loaded.name, path), (&args.picture, Color::Cells), common)?;
        written.push(path);
    }
    if interrupted {
        let at = args.output.display();
        let text = format!("interrupted after {}; the best state is in {at}", count(moves, "step"));
        return Err(Failure::new(code::INTERRUPTED, text));
    }
    report(common, &loaded, &summary, &written, &file.report)?;
    let enough = args.steps.is_some() && args.tol.is_none();
    Ok(match outcome {
        QuantizeOutcome::Stationary => code::DONE,
        QuantizeOutcome::StepsDone if enough => code::DONE,
        QuantizeOutcome::TimeLimit => code::LIMIT,
        _ => code::NOT_CONVERGED,
    })
}

/// What `--json` prints beside where it came from and went to.
#[derive(Serialize)]
struct Summary {
    sites: usize,
    stationary: bool,
    outcome: String,
    tolerance: f64,
    steps: usize,
    newton_steps: usize,
    first_cost: f64,
    cost: f64,
    movement: f64,
    max_relative_error: f64,
    /// How far points were moved to be on the surface, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
    costs: Vec<f64>,
}

fn summary<P: Quantizable<D>, const D: usize>(found: &Quantization<P, D>, options: &QuantizeOptions) -> Summary {
    let outcome = match &found.outcome {
        QuantizeOutcome::Stationary => "stationary".into(),
        QuantizeOutcome::StepsDone => "steps done".into(),
        QuantizeOutcome::Interrupted => "interrupted".into(),
        QuantizeOutcome::TimeLimit => "time limit reached".into(),
        QuantizeOutcome::NotSolved { why } => format!("not solved ({why})"),
        other => format!("{other:?}"),
    };
    let last = found.steps.last().copied();
    Summary {
        sites: found.problem.sites().len(),
        stationary: found.outcome == QuantizeOutcome::Stationary,
        outcome,
        tolerance: options.tolerance,
        steps: found.steps.len().saturating_sub(1),
        newton_steps: found.steps.iter().map(|s| s.newton_steps).sum(),
        first_cost: found.steps.first().map_or(found.solution.cost, |s| s.cost),
        cost: found.solution.cost,
        // Where nothing was solved nothing is known: the largest value there is.
        movement: last.map_or(1.0, |s| s.movement()),
        max_relative_error: found.solution.report.max_relative_error,
        distance: None,
        costs: found.steps.iter().map(|s| s.cost).collect(),
    }
}

fn summary_text(s: &Summary) -> String {
    let (steps, newton) = (count(s.steps, "step"), count(s.newton_steps, "Newton step"));
    let off = format!("off centroids {:.2e} (tolerance {:e})", s.movement, s.tolerance);
    format!("{} after {steps} ({newton}), {off}", s.outcome)
}

fn report<T: FileData>(
    common: &Common,
    loaded: &Loaded<T>,
    summary: &Summary,
    written: &[&Path],
    run: &Report,
) -> Result<(), Failure> {
    let seconds = run.seconds;
    if common.json {
        #[derive(Serialize)]
        struct Json<'a> {
            command: &'a str,
            output: String,
            #[serde(flatten)]
            summary: &'a Summary,
            #[serde(skip_serializing_if = "Option::is_none")]
            parts: Option<&'a CellParts>,
            threads: usize,
            seconds: f64,
            peak_bytes: u64,
        }
        let text = serde_json::to_string(&Json {
            command: "quantize",
            output: written.first().map_or(String::new(), |p| p.display().to_string()),
            summary,
            parts: run.parts.as_ref(),
            threads: rayon::current_num_threads(),
            seconds,
            peak_bytes: peak_bytes(),
        })
        .map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
        return say(&format!("{text}\n"));
    }
    if common.quiet {
        return Ok(());
    }
    let mut rows = vec![
        ("problem", output::problem_line(loaded)),
        ("result", summary_text(summary)),
        ("cost", format!("W2^2 = {:?}, at first {:?}", summary.cost, summary.first_cost)),
        ("masses", format!("max relative mass error {:.2e}", summary.max_relative_error)),
        ("time", format!("{seconds:.2} s on {}", count(rayon::current_num_threads(), "thread"))),
    ];
    rows.extend(output::parts_row(run));
    let moved = |d| {
        format!("each put at the nearest point of its cell on the surface, at most {d:.3e} from its site, the centroid")
    };
    rows.extend(summary.distance.map(|d| ("points", moved(d))));
    rows.extend(loaded.notes.iter().map(|n| ("note", n.clone())));
    rows.extend(written.iter().map(|p| ("written", p.display().to_string())));
    say(&table(&rows))
}
