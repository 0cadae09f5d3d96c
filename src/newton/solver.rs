//! Damped Newton on the heights (Kitagawa, Mérigot, Thibert, J. Eur. Math. Soc. 2019).
//!
//! The unknown `h` maximises `D(h) = 2 (sum h_i nu_i - int max_i(<x,y_i> + h_i) dmu) + const`, with gradient `2 (nu - m)` and
//! `dm_i/dh_j = -K_ij`. A step solves `L(K) d = nu - m` and goes to `h + t d`, where `t` is the first of `1, 1/2, 1/4, ...` with
//!
//! ```text
//! min_i m_i >= floor          and        |m - nu| <= (1 - t/2) |m_before - nu|
//! ```
//!
//! for a `floor` below half the smallest mass of the start and of the target: globally linear, locally quadratic convergence.

use super::linear::{self, Laplacian, LinearOptions};
use super::report::{IterationReport, Outcome};
use crate::diagram::{Laguerre, Measures, Want};
use crate::exact::{Dd, Heights};
use std::time::{Duration, Instant};

/// When to stop.
#[derive(Clone, Debug)]
pub struct NewtonOptions {
    /// Largest relative mass error accepted.
    pub tolerance: f64,
    /// Most steps.
    pub max_iterations: usize,
    /// Most wall time.
    pub time_limit: Option<Duration>,
}

/// Everything a step depends on.
#[derive(Clone, Debug, PartialEq)]
pub struct NewtonState {
    /// Heights.
    pub heights: Heights,
    /// Least mass a cell may have.
    pub mass_floor: f64,
    /// Start and steps so far.
    pub iterations: Vec<IterationReport>,
}

/// What a run ended with.
pub struct NewtonResult {
    /// The best state: the last accepted one.
    pub state: NewtonState,
    /// Its measures.
    pub measures: Measures,
    /// Why it ended.
    pub outcome: Outcome,
}

/// Steps shorter than this make no progress in double-double.
const SHORTEST_STEP: f64 = 1.0 / (1u64 << 40) as f64;

/// Residual of a state in the two senses used.
struct Residual {
    relative: f64,
    euclidean: f64,
    min_mass: f64,
    min_ratio: f64,
    remaining: u64,
}

fn residual(mass: &[f64], target: &[f64], tolerance: f64) -> Residual {
    let mut r =
        Residual { relative: 0.0, euclidean: 0.0, min_mass: f64::INFINITY, min_ratio: f64::INFINITY, remaining: 0 };
    let mut squares = 0.0;
    for (&m, &nu) in mass.iter().zip(target) {
        let d = m - nu;
        let relative = d.abs() / nu;
        r.relative = r.relative.max(relative);
        r.remaining += u64::from(relative > tolerance);
        r.min_mass = r.min_mass.min(m);
        r.min_ratio = r.min_ratio.min(m / nu);
        squares += d * d;
    }
    r.euclidean = squares.sqrt();
    r
}

/// Runs Newton's method from `start`. The callback sees every accepted state and may stop the run.
///
/// Cost per step: one or a few diagrams and one linear solve, each about O(n).
pub fn maximize(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> NewtonResult {
    let clock = Instant::now();
    let (mut state, resumed) = match start {
        Start::Fresh(heights) => (NewtonState { heights, mass_floor: 0.0, iterations: Vec::new() }, false),
        Start::Resume(state) => (state, true),
    };
    let step_clock = Instant::now();
    let mut measures = diagram.measures(&state.heights, Want::Newton);
    if measures.mass.is_empty() {
        measures = diagram.measures(&state.heights, Want::Everything);
    }
    let mut now = residual(&measures.mass, target, options.tolerance);
    if !resumed {
        let smallest = target.iter().copied().fold(f64::INFINITY, f64::min);
        state.mass_floor = 0.5 * now.min_mass.min(smallest);
        state.iterations.push(IterationReport {
            residual: now.relative,
            min_mass_ratio: now.min_ratio,
            seconds: step_clock.elapsed().as_secs_f64(),
            hull: measures.hull_seconds,
            cells: measures.cells_seconds,
            remaining: now.remaining,
            ..IterationReport::default()
        });
    }
    let finish = |state, measures, outcome| NewtonResult { state, measures, outcome };
    if now.min_mass <= 0.0 {
        let why = "the start has an empty cell".to_string();
        return finish(state, measures, Outcome::NotConverged { why });
    }
    loop {
        if now.relative <= options.tolerance {
            return finish(state, measures, Outcome::Converged);
        }
        if !keep_going(&state) {
            return finish(state, measures, Outcome::Interrupted);
        }
        if state.iterations.len() > options.max_iterations {
            let why = format!("{} iterations done", options.max_iterations);
            return finish(state, measures, Outcome::NotConverged { why });
        }
        if options.time_limit.is_some_and(|limit| clock.elapsed() >= limit) {
            return finish(state, measures, Outcome::TimeLimit);
        }
        match step(diagram, target, &mut state, &mut measures, &now, options) {
            Ok(next) => now = next,
            Err(outcome) => return finish(state, measures, outcome),
        }
    }
}

/// Where to start.
pub enum Start {
    /// From heights with no empty cell.
    Fresh(Heights),
    /// From a checkpoint.
    Resume(NewtonState),
}

fn step(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    state: &mut NewtonState,
    measures: &mut Measures,
    now: &Residual,
    options: &NewtonOptions,
) -> Result<Residual, Outcome> {
    let clock = Instant::now();
    let right: Vec<f64> = measures.mass.iter().zip(target).map(|(m, nu)| nu - m).collect();
    let laplacian = Laplacian {
        row_ptr: std::mem::take(&mut measures.row),
        col: std::mem::take(&mut measures.column),
        weight: std::mem::take(&mut measures.conductance),
    };
    let linear_clock = Instant::now();
    let relative_tolerance = (0.1 * now.relative).clamp(1e-9, 1e-2);
    let (direction, linear) =
        linear::solve(&laplacian, &right, &LinearOptions { relative_tolerance, max_iterations: 300 });
    let linear_seconds = linear_clock.elapsed().as_secs_f64();
    let mut report = IterationReport {
        linear: linear_seconds,
        linear_iterations: linear.iterations as u32,
        ..IterationReport::default()
    };
    let mut t = 1.0;
    loop {
        let moved =
            Heights::new(state.heights.as_slice().iter().zip(&direction).map(|(&h, &d)| h + Dd::from_f64(t * d)));
        let trial = diagram.measures(&moved, Want::Newton);
        report.trials += 1;
        report.hull += trial.hull_seconds;
        report.cells += trial.cells_seconds;
        if trial.hidden == 0 {
            let next = residual(&trial.mass, target, options.tolerance);
            if next.min_mass >= state.mass_floor && next.euclidean <= (1.0 - 0.5 * t) * now.euclidean
                || next.relative <= options.tolerance
            {
                report.residual = next.relative;
                report.min_mass_ratio = next.min_ratio;
                report.remaining = next.remaining;
                report.step = t;
                report.seconds = clock.elapsed().as_secs_f64();
                state.heights = moved;
                state.iterations.push(report);
                *measures = trial;
                return Ok(next);
            }
        }
        t *= 0.5;
        if t < SHORTEST_STEP {
            // Give the state its measures back.
            (measures.row, measures.column, measures.conductance) =
                (laplacian.row_ptr, laplacian.col, laplacian.weight);
            let why = format!("no step down to {SHORTEST_STEP:.0e} of Newton's reduces the residual");
            return Err(Outcome::NotConverged { why });
        }
    }
}
