//! `brenier quantize --fit`: sites whose cells have given masses and centroids.

use crate::args::{Common, QuantizeArgs};
use crate::console::count;
use crate::failure::{Failure, code};
use crate::limits::read_limit;
use crate::mapped::{self, values};
use crate::output::problem_line;
use crate::picture::{self, Drawn};
use crate::{deadline, interrupt, solve};
use brenier::io::{FileData, Loaded, TableColumns, read_columns, write_points, write_solution, writes_points};
use brenier::plot::Color;
use brenier::problem::WithSites;
use brenier::transport::{Control, Fit, FitOptions, FitOutcome, Quantizable, fit};
use std::path::Path;
use std::time::Instant;

/// From centroids to the files.
pub fn fitted<T, const D: usize>(
    args: &QuantizeArgs,
    path: &Path,
    common: &Common,
    start: Instant,
    loaded: Loaded<T>,
) -> Result<u8, Failure>
where
    T: FileData<Point = [f64; D]>,
    T::Problem: Quantizable<D> + Drawn,
{
    let centroids = read_columns::<D>(path, read_limit(common), &TableColumns::default(), false)?.points;
    let (wanted, sites) = (centroids.len(), loaded.problem.sites().len());
    if wanted != sites || loaded.problem.site_of_input().is_some() {
        let what = format!(
            "{}: {} for {}; give one for each site, and no site twice",
            path.display(),
            count(wanted, "centroid"),
            count(sites, "site")
        );
        return Err(Failure::new(code::INPUT, what));
    }
    let default = FitOptions::default();
    let (tolerance, steps) = (args.tol.unwrap_or(default.tolerance), args.steps.unwrap_or(default.max_steps));
    let time_limit = common.time_limit.map(|t| t.saturating_sub(start.elapsed()));
    let options = default.tolerance(tolerance).max_steps(steps).time_limit(time_limit);
    interrupt::be_polite();
    let ask = &mut |_: &[_]| if interrupt::requested() { Control::Stop } else { Control::Continue };
    let found = fit(&loaded.problem, &centroids, &options, ask);
    if found.steps.is_empty() {
        let (code, why) = match found.outcome {
            FitOutcome::Interrupted => (code::INTERRUPTED, "interrupted during the first solve".to_string()),
            FitOutcome::TimeLimit => (code::LIMIT, "time limit reached during the first solve".to_string()),
            FitOutcome::NotSolved { why } => (code::NOT_CONVERGED, why),
            other => (code::NOT_CONVERGED, format!("{other:?}")),
        };
        return Err(Failure::new(code, format!("{why}; nothing was written")));
    }
    written(args, common, start, (loaded, found), tolerance)
}

fn words(outcome: &FitOutcome) -> String {
    match outcome {
        FitOutcome::Fitted => "fitted".into(),
        FitOutcome::Stalled => "stalled: no better sites for many steps; such cells need not exist".into(),
        FitOutcome::StepsDone => "steps done".into(),
        FitOutcome::Interrupted => "interrupted".into(),
        FitOutcome::TimeLimit => "time limit reached".into(),
        FitOutcome::NotSolved { why } => format!("not solved ({why})"),
        other => format!("{other:?}"),
    }
}

fn written<T, const D: usize>(
    args: &QuantizeArgs,
    common: &Common,
    start: Instant,
    (loaded, mut found): (Loaded<T>, Fit<T::Problem, D>),
    tolerance: f64,
) -> Result<u8, Failure>
where
    T: FileData<Point = [f64; D]>,
    T::Problem: Quantizable<D> + Drawn,
{
    let (best, first, moves) = (found.steps[found.best], found.steps[0], found.steps.len() - 1);
    let outcome = words(&found.outcome);
    let result = format!(
        "{outcome} after {}, centroids off by {:.2e} of the size of cells (tolerance {tolerance:e})",
        count(moves, "step"),
        best.off
    );
    found.solution.report.notes.push(format!("fit: {result}"));
    let loaded = loaded.with_sites_of(found.problem);
    let mut file = solve::solution_file(&loaded, found.solution, start);
    file.site_of_input = None;
    deadline::be_written();
    match writes_points::<D>(&args.output) {
        true => write_points(&args.output, loaded.problem.sites())?,
        false => write_solution(&args.output, &file)?,
    }
    let mut files: Vec<&Path> = vec![&args.output];
    if let Some(path) = &args.plot {
        picture::beside(&loaded.problem, &file.heights, (&loaded.name, path), (&args.picture, Color::Cells), common)?;
        files.push(path);
    }
    let rows = vec![
        ("result", result),
        ("centroids", format!("off by at most {:.3e}, at first {:.3e}", best.largest, first.largest)),
        ("masses", format!("max relative mass error {:.2e}", file.report.max_relative_error)),
    ];
    let more = values([
        ("outcome", outcome.into()),
        ("fitted", (found.outcome == FitOutcome::Fitted).into()),
        ("steps", moves.into()),
        ("off", best.off.into()),
        ("first_off", first.off.into()),
        ("largest", best.largest.into()),
        ("max_relative_error", file.report.max_relative_error.into()),
    ]);
    mapped::print(common, "quantize", problem_line(&loaded), &[], rows, more, &files)?;
    let enough = args.steps.is_some() && args.tol.is_none();
    Ok(match found.outcome {
        FitOutcome::Fitted => code::DONE,
        FitOutcome::StepsDone if enough => code::DONE,
        FitOutcome::TimeLimit => code::LIMIT,
        FitOutcome::Interrupted => code::INTERRUPTED,
        _ => code::NOT_CONVERGED,
    })
}
