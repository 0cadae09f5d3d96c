//! What solves on every kind of source have in common: from a diagram and a start to heights and a report.

use super::claim::{Claim, Sure};
use super::solution::{Control, Progress, Solution, SolveOptions, SolverState};
use crate::diagram::{Laguerre, Measures};
use crate::exact::Heights;
use crate::newton::{self, IterationReport, Jump, NewtonOptions, NewtonState, Outcome, Report, Start};
use crate::problem::Units;
use std::time::Instant;

/// Why masses cannot be attained, and notes.
pub(super) type Told = (String, Vec<String>);

/// One kind of source, as far as a solve cares. Heights of a problem are in its sites' order, those of a diagram in its own.
pub(super) struct Way<'a, L, const D: usize> {
    /// The problem's sites.
    pub sites: &'a [[f64; D]],
    /// The box around the source.
    pub bounds: ([f64; D], [f64; D]),
    /// Their masses.
    pub masses: &'a [f64],
    /// Units of the diagram; all else here is in the problem's own.
    pub units: &'a Units,
    /// Masses of the diagram's sites, in its units.
    pub target: &'a [f64],
    /// From a problem's heights to a diagram's in its units, and back.
    pub enter: &'a dyn Fn(&Heights) -> Heights,
    pub leave: &'a dyn Fn(&Heights) -> Heights,
    /// Has the diagram coarser problems, and may a constant be added to all heights?
    pub balanced: bool,
    /// A start in the diagram's order.
    pub fresh: &'a dyn Fn(&mut L, &SolveOptions) -> Heights,
    /// Told where the run starts, and what a checkpoint kept of it: see [`SolverState::least_rest`].
    pub prepare: &'a dyn Fn(&mut L, &Heights, Option<f64>) -> f64,
    /// What is to be said of heights.
    pub claim: &'a dyn Fn(&mut L, &Heights) -> Claim<D>,
    /// True masses of some sites.
    pub exact: &'a dyn Fn(&Heights, &[u32]) -> Vec<Sure>,
    /// What is to be said where no heights attain the masses: why, and notes.
    pub jump: &'a dyn Fn(&Heights, &Jump) -> Told,
    /// The factor of the source.
    pub source_factor: f64,
}

/// So often the solver goes on with half the tolerance, where the true masses miss it by what the solver's sums are off.
const AGAIN: usize = 4;

/// Runs Newton's method until the claim holds, and says how that ended.
pub(super) fn drive<L: Laguerre, const D: usize>(
    diagram: &mut L,
    way: &Way<'_, L, D>,
    options: &SolveOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Solution<D> {
    if let Some(refused) = Solution::refused(way.sites, options) {
        return refused;
    }
    let clock = Instant::now();
    let left = || options.time_limit.map(|limit| limit.saturating_sub(clock.elapsed()));
    // Stopped while the start was sought: it is sought again.
    let resumed = options.resume.as_ref().filter(|state| !state.iterations.is_empty());
    let mut start = match resumed {
        Some(state) => Start::Resume(NewtonState {
            heights: (way.enter)(&state.heights),
            mass_floor: way.units.mass_in(state.mass_floor),
            iterations: state.iterations.clone(),
            bridge: state.bridge,
        }),
        None => Start::Fresh((way.fresh)(diagram, options)),
    };
    let begin = match &start {
        Start::Fresh(heights) => heights,
        Start::Resume(state) => &state.heights,
    };
    let kept = resumed.map(|state| way.units.mass_in(state.least_rest));
    let least_rest = way.units.mass((way.prepare)(diagram, begin, kept));
    let mut keep_going = |state: &NewtonState| {
        let copy = || SolverState {
            heights: (way.leave)(&state.heights),
            mass_floor: way.units.mass(state.mass_floor),
            iterations: state.iterations.clone(),
            bridge: state.bridge,
            least_rest,
        };
        let seeking = IterationReport { residual: f64::INFINITY, ..IterationReport::default() };
        let last = state.iterations.last().unwrap_or(&seeking);
        let progress = Progress { iteration: state.iterations.len().saturating_sub(1), last, state: &copy };
        on_progress(&progress) == Control::Continue
    };
    let mut aim = options.tolerance;
    let mut again = 0;
    let (state, outcome, heights, mut claim) = loop {
        let newton = NewtonOptions { tolerance: aim, max_iterations: options.max_iterations, time_limit: left() };
        let run = if way.balanced { newton::maximize } else { newton::maximize_alone };
        let result = run(diagram, way.target, start, &newton, &mut keep_going);
        let mut heights = (way.leave)(&result.state.heights);
        if way.balanced {
            // In the diagram's units, in which no product leaves the doubles.
            let mut inner = way.units.heights_in(&heights).into_owned();
            let masses: Vec<f64> = way.masses.iter().map(|&m| way.units.mass_in(m)).collect();
            inner.gauge(&masses);
            heights = way.units.heights(&inner).into_owned();
        }
        let mut claim = (way.claim)(diagram, &heights);
        let holds = claim.holds(way.masses, options.tolerance, |some| (way.exact)(&heights, some));
        let walls = std::mem::take(&mut claim.walls);
        let far = || {
            let far = super::far::told(way.sites, way.bounds, options.tolerance, !way.balanced);
            far.or_else(|| super::far::coarse(&heights, &walls, way.masses, options.tolerance))
        };
        let outcome = match result.outcome {
            Outcome::Interrupted => Outcome::Interrupted,
            _ if holds => Outcome::Converged,
            Outcome::Converged if again < AGAIN => {
                (again, aim) = (again + 1, 0.5 * aim);
                let mut state = result.state;
                if again == AGAIN {
                    // Sites may be tied on a whole face, which the gauge gives to another: climb ([`newton::maximize`]).
                    state.mass_floor = 0.0;
                }
                start = Start::Resume(state);
                continue;
            }
            Outcome::Converged => Outcome::NotConverged {
                why: far().unwrap_or_else(|| {
                    "the masses of these heights miss the tolerance by what the solver's sums are off; it is too fine for \
                     these sites and masses"
                        .to_string()
                }),
            },
            Outcome::NotConverged { why } => {
                let told = result.jump.as_ref().map(|jump| (way.jump)(&heights, jump));
                let proved = told.as_ref().is_some_and(|(why, _)| why != newton::BEYOND);
                let (why, notes) = told.unwrap_or((why, Vec::new()));
                claim.notes.extend(notes);
                let why = if proved { why } else { far().unwrap_or(why) };
                Outcome::NotConverged { why }
            }
            other => other,
        };
        claim.walls = walls;
        break (result.state, outcome, heights, claim);
    };
    let mut report = Report {
        converged: outcome == Outcome::Converged,
        outcome: Some(outcome),
        tolerance: options.tolerance,
        iterations: state.iterations,
        threads: rayon::current_num_threads(),
        source_factor: way.source_factor,
        ..Report::default()
    };
    if let Some(start) = report.iterations.first().filter(|start| start.layers > 0) {
        let (layers, steps, trials) = (start.layers, start.coarse_steps, start.trials);
        let layers = if layers == 1 { "1 coarser problem".to_string() } else { format!("{layers} coarser problems") };
        report.notes.push(format!("start: {layers}, {steps} Newton steps there ({trials} trials)"));
    }
    claim.report(way.masses, &mut report);
    Solution {
        weights: heights.to_weights(way.sites),
        heights,
        masses: claim.masses,
        centroids: claim.centroids,
        cost: claim.cost,
        hessian: options.hessian.then_some(claim.walls),
        hidden: claim.hidden,
        report,
    }
}

/// `(i, j, H_ij)` with `i < j`, in the problem's numbering.
pub(super) fn hessian(order: &[u32], measures: &Measures) -> Vec<(u32, u32, f64)> {
    let mut entries = Vec::new();
    for (k, bounds) in measures.row.windows(2).enumerate() {
        for e in bounds[0] as usize..bounds[1] as usize {
            let (i, j) = (order[k], order[measures.column[e] as usize]);
            if i < j {
                entries.push((i, j, 0.5 * measures.conductance[e]));
            }
        }
    }
    entries.sort_unstable_by_key(|e| (e.0, e.1));
    entries
}

/// Heights of a diagram in the order of the problem's sites.
pub(super) fn unpermuted(heights: &Heights, order: &[u32]) -> Heights {
    let mut back = Heights::zeros(order.len());
    order.iter().enumerate().for_each(|(k, &i)| back.set(i as usize, heights.get(k)));
    back
}
