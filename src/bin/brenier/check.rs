//! `brenier check`: a solution is what it claims to be, verified independently of the solver in
//! exact arithmetic.
//!
//! What is verified, and how, stands in the library (`transport/verify`); here it is read, called
//! and printed.

use crate::args::{CheckArgs, Common};
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::read_limit;
use crate::polytope;
use crate::reports::say;
use brenier::io::{FileData, SolutionFile, check_text, is_readable_again, polytope_solution_kind, read_any_solution};
use brenier::problem::WithSites;
use brenier::transport::{Line, Proof, Transport, Verdict, verify};
use brenier::visit;
use serde::Serialize;

/// The result of `check --json`.
#[derive(Serialize)]
struct JsonCheck<'a> {
    command: &'static str,
    solution: String,
    verified: bool,
    lines: &'a [Line],
    unverified: &'a [&'static str],
    #[serde(flatten)]
    proof: &'a Proof,
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
    T::Problem: Transport<D>,
{
    let loaded = input::of_solution(&args.solution, solution, args.problem.as_deref(), common)?;
    let name = args.solution.display().to_string();
    let failed = |e| Failure::new(code::INPUT, format!("{name}: {e}"));
    let mut verdict = verify(&loaded.problem, &solution.claims(), args.level).map_err(failed)?;
    verdict.lines.insert(0, loaded.line());
    let partial = loaded.problem.stays().is_some();
    let note = if partial { " (partial transport: masses and cost not proved)" } else { "" };
    conclude(common, &name, note, &verdict, solution.report.converged)
}

/// Prints what was found; the exit code.
fn conclude(common: &Common, name: &str, note: &str, verdict: &Verdict, converged: bool) -> Result<u8, Failure> {
    let verified = verdict.verified();
    if common.json {
        let report = JsonCheck {
            command: "check",
            solution: name.to_string(),
            verified,
            lines: &verdict.lines,
            unverified: &verdict.unverified,
            proof: &verdict.proof,
        };
        let text = serde_json::to_string(&report).map_err(|e| Failure::new(code::INTERNAL, e.to_string()))?;
        say(&format!("{text}\n"))?;
    } else if !common.quiet {
        let text = check_text(verdict, name, note, converged);
        say(&text)?;
    }
    Ok(if verified { code::DONE } else { code::NOT_CONVERGED })
}
