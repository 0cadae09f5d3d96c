//! `brenier check`: a solution is what it claims to be, verified independently of the solver in
//! exact arithmetic.
//!
//! What is verified, and how, stands in the library (`transport/verify`); here it is read, called
//! and printed.

use crate::args::{CheckArgs, Common};
use crate::console::Busy;
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::read_limit;
use crate::polytope;
use crate::reports::say;
use brenier::exact::{Heights, Ratio};
use brenier::io::{FileData, SolutionFile, check_text, is_readable_again, polytope_solution_kind, read_any_solution};
use brenier::problem::{Problem, SpaceProblem, SphereProblem, SurfaceProblem, WithSites};
use brenier::transport::{
    ExactCells, Line, Proof, Transport, Verdict, exact_cells, exactly_in_own, heights_of_multiple,
};
use brenier::visit;
use serde::Serialize;
use std::path::Path;

/// The result of `check --json`.
#[derive(Serialize)]
struct JsonCheck<'a> {
    command: &'static str,
    solution: String,
    verified: bool,
    lines: &'a [Line],
    unverified: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    exact: Option<JsonExact>,
    #[serde(flatten)]
    proof: &'a Proof,
}

/// Rational numbers as text.
#[derive(Serialize)]
struct JsonExact {
    source_factor: String,
    max_relative_error: String,
    worst_site: usize,
    masses: Vec<String>,
    areas: Option<Vec<String>>,
    residuals: Vec<String>,
}

fn texts(list: &[Ratio]) -> Vec<String> {
    list.iter().map(Ratio::to_string).collect()
}

impl JsonExact {
    fn of(cells: &ExactCells) -> JsonExact {
        JsonExact {
            source_factor: cells.factor.to_string(),
            max_relative_error: cells.max_relative_error.to_string(),
            worst_site: cells.worst_site,
            masses: texts(&cells.masses),
            areas: cells.areas.as_deref().map(texts),
            residuals: texts(&cells.residuals),
        }
    }
}

/// One line for each site, and one for all.
fn exact_text(cells: &ExactCells) -> String {
    let mut text = format!("EXACT source    multiplied by {}\n", cells.factor);
    for (i, (mass, residual)) in cells.masses.iter().zip(&cells.residuals).enumerate() {
        let area = cells.areas.as_ref().map_or(String::new(), |a| format!(", area {}", a[i]));
        text += &format!("EXACT site {i}    mass {mass}{area}, residual {residual}\n");
    }
    let (most, site) = (&cells.max_relative_error, cells.worst_site);
    text + &format!("EXACT residual  at most {most} of the mass, at site {site}\n")
}

/// A problem whose cells may have rational masses.
trait Exactly {
    /// What heights make of it. `name` is that of the solution.
    fn exactly(&self, heights: &Heights, name: &Path) -> Result<ExactCells, Failure>;
}

impl Exactly for Problem {
    fn exactly(&self, heights: &Heights, name: &Path) -> Result<ExactCells, Failure> {
        let failed = |e| Failure::new(code::INPUT, format!("{}: {e}", name.display()));
        exact_cells(self, heights).map_err(failed)?.ok_or_else(|| {
            let what =
                "--exact: cells of partial transport are bounded by arcs, which have no rational areas; leave it out";
            Failure::new(code::USAGE, format!("{}: {what}", name.display()))
        })
    }
}

impl Exactly for SurfaceProblem {
    fn exactly(&self, _: &Heights, name: &Path) -> Result<ExactCells, Failure> {
        let what = "--exact: areas of triangles in space are roots, not rational numbers; leave it out";
        Err(Failure::new(code::USAGE, format!("{}: {what}", name.display())))
    }
}

impl Exactly for SphereProblem {
    fn exactly(&self, _: &Heights, name: &Path) -> Result<ExactCells, Failure> {
        let what = "--exact: areas on a sphere are no rational numbers; leave it out";
        Err(Failure::new(code::USAGE, format!("{}: {what}", name.display())))
    }
}

impl<const D: usize> Exactly for SpaceProblem<D> {
    fn exactly(&self, _: &Heights, name: &Path) -> Result<ExactCells, Failure> {
        let what = "--exact is for problems in the plane in this version, this is in space or on a torus; leave it out";
        Err(Failure::new(code::USAGE, format!("{}: {what}", name.display())))
    }
}

pub fn run(args: &CheckArgs, common: &Common) -> Result<u8, Failure> {
    // What comes through a pipe is read once, and is no polytope.
    if is_readable_again(&args.solution)
        && let Some(kind) = polytope_solution_kind(&args.solution, read_limit(common))?
    {
        return polytope::check(&args.solution, kind, common);
    }
    let read = || read_any_solution(&args.solution, read_limit(common));
    visit!(documents::read(&args.solution, Want::Solution, read)?, solution => check(&solution, args, common))
}

fn check<T: FileData<Point = [f64; D]>, const D: usize>(
    solution: &SolutionFile<T>,
    args: &CheckArgs,
    common: &Common,
) -> Result<u8, Failure>
where
    T::Problem: Transport<D> + Exactly,
{
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let name = args.solution.display().to_string();
    let failed = |e| Failure::new(code::INPUT, format!("{name}: {e}"));
    let busy = Busy::new(common, "proving");
    let verdict = loaded.verified(&solution.claims(), args.level).map_err(failed)?;
    let exact = match (args.exact, loaded.multiple()) {
        (false, _) => None,
        (true, None) => Some(loaded.problem.exactly(&solution.heights, &args.solution)?),
        (true, Some((multiple, scales))) => {
            let heights = heights_of_multiple(multiple, scales, &solution.heights);
            Some(exactly_in_own(multiple.exactly(&heights, &args.solution)?, scales))
        }
    };
    drop(busy);
    let partial = loaded.problem.stays().is_some();
    let note = if partial { " (partial transport: masses and cost not proved)" } else { "" };
    conclude(common, (&name, note), &verdict, exact.as_ref(), solution.report.converged)
}

/// Prints what was found; the exit code.
fn conclude(
    common: &Common,
    (name, note): (&str, &str),
    verdict: &Verdict,
    exact: Option<&ExactCells>,
    converged: bool,
) -> Result<u8, Failure> {
    let verified = verdict.verified();
    if common.json {
        let report = JsonCheck {
            command: "check",
            solution: name.to_string(),
            verified,
            lines: &verdict.lines,
            unverified: &verdict.unverified,
            exact: exact.map(JsonExact::of),
            proof: &verdict.proof,
        };
        let text = serde_json::to_string(&report).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
        say(&format!("{text}\n"))?;
    } else if !common.quiet {
        say(&exact.map_or(String::new(), exact_text))?;
        let text = check_text(verdict, name, note, converged);
        say(&text)?;
    }
    Ok(if verified { code::DONE } else { code::NOT_CONVERGED })
}
