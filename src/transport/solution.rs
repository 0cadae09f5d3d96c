//! What goes into and comes out of a solve.

use super::report::Report;
use crate::exact::Heights;
use crate::newton::{IterationReport, Outcome};
use crate::setters::setters;
use std::time::Duration;

/// Options of a solve.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SolveOptions {
    /// Stop when `max_i |m_i - nu_i| / nu_i` is at most this. Default 1e-10.
    pub tolerance: f64,
    /// Largest number of Newton steps. Default 100.
    pub max_iterations: usize,
    /// Stop with the best state after this wall time.
    pub time_limit: Option<Duration>,
    /// Keep the Hessian in the solution.
    pub hessian: bool,
    /// Heights to start from, instead of those of the problem: what solved another one much like
    /// it. A note of the report says whether they were used. For sites that have moved since see
    /// [`Heights::moved`].
    pub start: Option<Heights>,
    /// Continue from this state instead of starting afresh. A state that does not belong to a
    /// problem of so many sites is refused: the outcome says so, and nothing is solved.
    pub resume: Option<SolverState>,
}

setters!(SolveOptions {
    tolerance: value f64,
    max_iterations: value usize,
    time_limit: option Duration,
    hessian: value bool,
    start: option Heights,
    resume: option SolverState,
});

impl SolveOptions {
    /// Why no problem of `n` sites can be solved so, in words.
    pub fn unfit(&self, n: usize) -> Option<String> {
        if let Some(start) = &self.start {
            if start.len() != n {
                let found = start.len();
                return Some(format!("there are {found} heights to start from and {n} sites; give one for each"));
            }
            if let Some(site) = start.first_non_finite() {
                return Some(format!("the height of site {site} to start from is not finite; start afresh"));
            }
        }
        let heights = &self.resume.as_ref()?.heights;
        if heights.len() != n {
            let found = heights.len();
            return Some(format!("the state to resume has {found} heights, the problem has {n} sites; resume its own"));
        }
        let site = heights.first_non_finite()?;
        Some(format!("the height of site {site} in the state to resume is not finite; start afresh"))
    }
}

impl Default for SolveOptions {
    fn default() -> SolveOptions {
        SolveOptions {
            tolerance: 1e-10,
            max_iterations: 100,
            time_limit: None,
            hessian: false,
            start: None,
            resume: None,
        }
    }
}

/// Everything the next Newton step depends on; continuing from it gives the same bits as never
/// having stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct SolverState {
    /// Heights in the order of the problem's sites.
    pub heights: Heights,
    /// Least mass a cell may have (Kitagawa, Mérigot, Thibert's epsilon_0).
    pub mass_floor: f64,
    /// Start and steps so far; none while the start is sought. From such a state the start is
    /// sought afresh.
    pub iterations: Vec<IterationReport>,
    /// On a source with gaps: share of the background that the next step without progress is tried
    /// with.
    pub bridge: f64,
    /// Where damped steps ended and the concave dual is climbed: how many of `iterations` were
    /// there before; else 0.
    pub climb: usize,
    /// With partial transport: least mass that every trial must leave where it is, else 0.
    pub least_rest: f64,
}

/// What the callback wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Go on.
    Continue,
    /// Stop with the state as it is.
    Stop,
}

/// Handed to the callback after the start and after each accepted step; also now and then while a
/// start is sought, with an infinite residual and a state without iterations.
#[non_exhaustive]
pub struct Progress<'a> {
    /// Newton steps done.
    pub iteration: usize,
    /// The last step.
    pub last: &'a IterationReport,
    /// Makes a copy of the state, for a checkpoint.
    pub state: &'a dyn Fn() -> SolverState,
}

/// A solved (or best found) problem. All lists are in the order of the problem's sites; measures
/// are in the normalized source, whose total equals the masses' total.
///
/// `D` is the dimension of the space of the sites: 2 in the plane, 3 for surfaces.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Solution<const D: usize = 2> {
    /// Heights, gauge `sum nu_i h_i = 0`.
    pub heights: Heights,
    /// Weights `|y_i|^2 + 2 h_i`, rounded to doubles.
    pub weights: Vec<f64>,
    /// Masses of the cells.
    pub masses: Vec<f64>,
    /// Centroids of the cells; `None` for an empty cell.
    pub centroids: Vec<Option<[f64; D]>>,
    /// Transport cost of the map x -> y_i on cell i: `sum_i int_cell_i |x - y_i|^2`; equals `W2^2`
    /// when converged.
    pub cost: f64,
    /// `(i, j, H_ij)` with `i < j`, `H_ij = int_facet rho / (2 |y_i - y_j|)`, for facets of
    /// positive length.
    pub hessian: Option<Vec<(u32, u32, f64)>>,
    /// Sites without a cell.
    pub hidden: Vec<u32>,
    /// The run's report.
    pub report: Report,
}

impl<const D: usize> Solution<D> {
    /// Instead of a solve: what the options cannot mean, if so.
    pub(super) fn refused(sites: &[[f64; D]], options: &SolveOptions) -> Option<Solution<D>> {
        let (n, why) = (sites.len(), options.unfit(sites.len())?);
        let report = Report {
            outcome: Some(Outcome::NotConverged { why }),
            tolerance: options.tolerance,
            max_relative_error: 1.0,
            threads: rayon::current_num_threads(),
            ..Report::default()
        };
        let heights = Heights::zeros(n);
        Some(Solution {
            weights: heights.to_weights(sites),
            heights,
            masses: vec![0.0; n],
            centroids: vec![None; n],
            hidden: (0..n as u32).collect(),
            report,
            ..Solution::default()
        })
    }
}
