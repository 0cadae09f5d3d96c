//! What a run reports, as JSON or as text.

use crate::args::Common;
use crate::console::{count, table};
use crate::failure::{Failure, code};
use crate::reports::say;
use brenier::io::{FileData, Loaded, SolutionFile, bytes_text};
use brenier::newton::Outcome;
use brenier::problem::WithSites;
use brenier::transport::{CellParts, Report};
use serde::Serialize;
use std::path::Path;

/// The report on standard output with `--json`.
#[derive(Serialize)]
struct JsonReport<'a> {
    command: &'a str,
    output: String,
    sites: usize,
    hidden: usize,
    cost: f64,
    /// Sum of the masses.
    total_mass: f64,
    /// Of one unit of it.
    cost_per_mass: f64,
    #[serde(flatten)]
    report: &'a Report,
}

/// Prints the report of `solve` or `diagram` in the form asked for.
pub fn report<T: FileData>(
    common: &Common,
    command: &str,
    loaded: &Loaded<T>,
    solution: &SolutionFile<T>,
    written: &[&Path],
) -> Result<(), Failure> {
    let report = &solution.report;
    if common.json {
        let text = serde_json::to_string(&JsonReport {
            command,
            output: written.first().map_or(String::new(), |p| p.display().to_string()),
            sites: solution.heights.len(),
            hidden: solution.hidden.len(),
            cost: solution.cost,
            total_mass: loaded.total(),
            cost_per_mass: solution.cost / loaded.total(),
            report,
        })
        .map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
        return say(&format!("{text}\n"));
    }
    if common.quiet {
        return Ok(());
    }
    let mut rows = vec![("problem", problem_line(loaded))];
    let error = format!("max relative mass error {:.2e}", report.max_relative_error);
    match &report.outcome {
        Some(outcome) => {
            let steps = report.iterations.len().saturating_sub(1);
            rows.push((
                "result",
                format!(
                    "{} after {}, {error} (tolerance {:e})",
                    outcome_text(outcome),
                    count(steps, "Newton step"),
                    report.tolerance
                ),
            ));
            rows.push(match outcome {
                Outcome::Converged if report.rest.is_some() => ("cost", format!("{:?} for what moves", solution.cost)),
                Outcome::Converged => {
                    ("cost", format!("W2^2 = {:?}{}", solution.cost, per_mass(loaded, solution.cost)))
                }
                _ => ("cost", format!("{:?} at these heights, not W2^2 yet", solution.cost)),
            });
        }
        None => {
            rows.push(("result", error));
            rows.push(("cost", format!("{:?} at these heights", solution.cost)));
        }
    }
    rows.extend(scaled_row(loaded));
    rows.extend(report.rest.map(|rest| ("stays", format!("{rest:?} of the source, in no cell"))));
    let hidden = solution.hidden.len();
    let cells = solution.heights.len() - hidden.min(solution.heights.len());
    let without = match hidden {
        0 => String::new(),
        n => format!(", {} without a cell", count(n, "site")),
    };
    rows.push(("cells", format!("{}{without}", count(cells, "cell"))));
    rows.extend(parts_row(report));
    let memory = match report.peak_bytes {
        0 => String::new(),
        bytes => format!(", {} at peak", bytes_text(bytes)),
    };
    rows.push(("time", format!("{:.2} s on {}{memory}", report.seconds, count(report.threads, "thread"))));
    rows.extend(report.notes.iter().map(|n| ("note", n.clone())));
    rows.extend(written.iter().map(|p| ("written", p.display().to_string())));
    say(&table(&rows))
}

/// The cost of one unit of mass, where there is another amount of it: `W2^2` is of the masses as
/// they are.
fn per_mass<T: FileData>(loaded: &Loaded<T>, cost: f64) -> String {
    match loaded.total() {
        total if is_one(total) => String::new(),
        total => format!(" for the total mass {total:?}, {:?} for mass 1", cost / total),
    }
}

/// What was done to the source, if it was scaled.
fn scaled_row<T: FileData>(loaded: &Loaded<T>) -> Option<(&'static str, String)> {
    let factor = loaded.problem.source_factor();
    (!is_one(factor)).then(|| {
        let total = loaded.total();
        ("source", format!("scaled by {factor:?}, from its measure to the masses' total, {total:?}"))
    })
}

/// Up to the rounding of a sum.
fn is_one(value: f64) -> bool {
    (value - 1.0).abs() <= 1e-12
}

/// The problem in half a line.
pub fn problem_line<T: FileData>(loaded: &Loaded<T>) -> String {
    format!("{}: {} in {}", loaded.name.display(), count(loaded.inputs, "site"), T::noun(&loaded.problem))
}

/// Which cells do not hang together, if there are such.
pub fn parts_row(report: &Report) -> Option<(&'static str, String)> {
    report.parts.as_ref().filter(|p| p.disconnected > 0).map(|p| ("parts", parts_text(p)))
}

/// Cells in several parts, in words.
pub fn parts_text(parts: &CellParts) -> String {
    let most = parts.most.iter().map(|(site, n)| format!("{n} of site {site}"));
    let most = most.collect::<Vec<_>>().join(", ");
    let n = parts.disconnected;
    let (cells, more) = (count(n, "cell"), if n > parts.most.len() { ", ..." } else { "" });
    format!("{cells} in more than one part: {most}{more}")
}

fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Converged => "converged".into(),
        Outcome::NotConverged { why } => format!("not converged ({why})"),
        Outcome::Interrupted => "interrupted".into(),
        Outcome::TimeLimit => "time limit reached".into(),
        other => format!("not converged ({other:?})"),
    }
}

/// The exit code an outcome means.
pub fn exit_code(report: &Report) -> u8 {
    match report.outcome {
        Some(Outcome::Converged) => code::DONE,
        Some(Outcome::Interrupted) => code::INTERRUPTED,
        Some(Outcome::TimeLimit) => code::LIMIT,
        Some(_) => code::NOT_CONVERGED,
        None if report.converged => code::DONE,
        None => code::NOT_CONVERGED,
    }
}
