//! From a file to a problem with heights: a solution, or a problem that gives them.

use crate::args::Common;
use crate::documents::{self, Want};
use crate::failure::{Failure, code};
use crate::input;
use crate::limits::read_limit;
use brenier::exact::Heights;
use brenier::io::{FileData, Loaded, document_format, read_any_problem, read_any_solution};
use brenier::map_kind;
use brenier::problem::{Duplicates, Kind, ProblemData, SpaceProblemData, SphereProblemData, SurfaceProblemData};
use brenier::transport::Report;
use std::path::Path;

/// A problem with heights.
pub struct At<T: FileData> {
    /// The problem.
    pub loaded: Loaded<T>,
    /// One for each site.
    pub heights: Heights,
    /// What a solution says of how they were found.
    pub report: Option<Report>,
}

impl<T: FileData> At<T> {
    /// Does a solution say that it has not converged?
    pub fn is_unsolved(&self) -> bool {
        self.report.as_ref().is_some_and(|r| r.outcome.is_some() && !r.converged)
    }
}

/// The same of any kind.
pub type AnyAt = Kind<
    At<ProblemData>,
    At<SurfaceProblemData>,
    At<SpaceProblemData<3>>,
    At<SpaceProblemData<2>>,
    At<SphereProblemData>,
>;

/// Reads a solution, with the problem that it names or contains or `problem`, or a problem with
/// "heights" or "weights". `output` is where what comes of it will stand.
pub fn of_file(path: &Path, problem: Option<&Path>, output: &Path, common: &Common) -> Result<AnyAt, Failure> {
    let limit = read_limit(common);
    if documents::read(path, Want::Solution, || document_format(path, limit))?.as_deref() == Some("brenier/problem") {
        let file = read_any_problem(path, limit)?;
        return Ok(map_kind!(file, file => {
            let loaded = input::from_file(file, path, output, Duplicates::Keep, common)?;
            let heights = loaded.given_heights().ok_or_else(|| none_given(&loaded.name))?;
            At { loaded, heights, report: None }
        }));
    }
    Ok(map_kind!(documents::read(path, Want::Solution, || read_any_solution(path, limit))?, solution => {
        let mut loaded = input::of_solution(path, &solution, problem, common)?;
        loaded.tell_from(output);
        At { loaded, heights: solution.heights, report: Some(solution.report) }
    }))
}

/// That a problem file gives no heights.
fn none_given(name: &Path) -> Failure {
    Failure::new(
        code::INPUT,
        format!(
            "{}: neither \"heights\" nor \"weights\" is given; give one number per site, or solve it first: brenier solve \
             {} -o solution.json",
            name.display(),
            name.display()
        ),
    )
}
