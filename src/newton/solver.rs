//! Damped Newton on the heights.
//!
//! The unknown `h` maximises `D(h) = 2 (sum h_i nu_i - int max_i(<x,y_i> + h_i) dmu) + const`, with gradient `2 (nu - m)` and
//! `dm_i/dh_j = -K_ij`. The proved method (Kitagawa, Mérigot, Thibert, J. Eur. Math. Soc. 2019) solves `L(K) d = nu - m` and goes
//! to `h + t d`, where `t` is the first of `1, 1/2, 1/4, ...` with
//!
//! ```text
//! min_i m_i >= floor     and     |m - nu| <= (1 - t/2) |m_before - nu|
//! ```
//!
//! for a `floor` below half the smallest mass of the start and of the target: globally linear, locally quadratic convergence.
//! Any factor below one may stand for the half. On surfaces, where a step too long loses cells, it is [`SHORTER`], and only the
//! lost cells and their neighbours are looked at until these live ([`Laguerre::would_live`]); then the whole diagram decides.
//!
//! Instead of a norm serves any convex Lipschitz function `f` with `f(0) = 0`: `f((1-t) r + o(t)) <= (1-t) f(r) + o(t)`. Here it is
//! `(sum max(|r_i| - tolerance nu_i / 2, 0)^2 / nu_i)^(1/2)`: errors that are good enough already do not count. Otherwise the heavy cells, which
//! may well get worse within the tolerance when the linear solver is content, would veto the last steps of the light ones.
//!
//! Far from the solution it wastes steps: a few cells about to vanish hold everybody back, and cells that must shrink or grow by
//! orders of magnitude halve their width in each step. So while some relative error exceeds 1/2 the steps are *bold*: Newton on
//! the square roots of the masses ([`by_width`]); cells that a step loses step more gently or are raised again ([`super::revive`]); a
//! step counts as progress if it reduces the Hellinger distance. At most [`BOLD_STEPS`] steps are bold, then only the
//! proved method is used, from a state without empty cells: so convergence stays proved.

use super::background::{BRIDGE, bridged, descend};
use super::dual::{Climbed, Jump, climb};
use super::layers::{COARSEST, COARSEST_WITH_GAPS, FAR_OFF, layered};
use super::linear::{self, Laplacian, LinearOptions};
use super::report::{IterationReport, Outcome};
use super::revive::{PASSES, fill_empty, gentle_steps, gently, has_empty, matched};
use crate::diagram::{Laguerre, Measures, Want};
use crate::exact::{Dd, Heights};
use rayon::prelude::*;
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
    /// Share of the background that the next step without progress is tried with (`background::bridged`).
    pub bridge: f64,
}

impl NewtonState {
    /// Before the start.
    pub fn new(heights: Heights) -> NewtonState {
        NewtonState { heights, mass_floor: 0.0, iterations: Vec::new(), bridge: BRIDGE }
    }
}

/// What a run ended with.
pub struct NewtonResult {
    /// The best state: the last accepted one.
    pub state: NewtonState,
    /// Why it ended.
    pub outcome: Outcome,
    /// Why no heights attain the masses, if that is proved.
    pub jump: Option<Jump>,
}

/// Steps shorter than this make no progress in double-double.
const SHORTEST_STEP: f64 = 1.0 / (1u64 << 40) as f64;

/// Bold steps may leave no cell with less than this share of its target.
const LEAST_RATIO: f64 = 1e-9;

/// After so many steps only the proved method is used.
const BOLD_STEPS: usize = 60;

/// Bold steps are measured by the Hellinger distance alone down to this length: with two measures of progress in turn the
/// steps could go in circles (found by the fuzz target newton).
const SHORTEST_BOLD_STEP: f64 = 1.0 / 1024.0;

/// So many steps in a row below [`SHORT`] of Newton's lead nowhere: a kink lies across the way, or a cell too light to be seen through.
const SHORT_STEPS: usize = 10;

/// See [`SHORT_STEPS`].
const SHORT: f64 = 1.0 / 16384.0;

/// Far from the solution: some relative mass error above this.
const FAR: f64 = 0.5;

/// A bold step is at most so many times as long as the one before, where lost cells are not raised.
const LENGTHENED: f64 = 4.0;

/// Where cells are lost and not raised, steps are shortened by this factor until these live.
const SHORTER: f64 = 0.75;

/// Most iterations of the linear solver in a step.
const MOST_LINEAR_ITERATIONS: usize = 300;

/// Residual of a state in the two senses used.
struct Residual {
    relative: f64,
    weighted: f64,
    min_mass: f64,
    min_ratio: f64,
    remaining: u64,
}

/// Masses that were not measured (an empty list: [`Want::Feasible`] met a hidden site) are as far off as can be.
fn residual(mass: &[f64], target: &[f64], tolerance: f64) -> Residual {
    if mass.len() != target.len() {
        let (relative, remaining) = (f64::INFINITY, target.len() as u64);
        return Residual { relative, weighted: relative, min_mass: 0.0, min_ratio: 0.0, remaining };
    }
    let part = |(mass, target): (&[f64], &[f64])| {
        let mut r =
            Residual { relative: 0.0, weighted: 0.0, min_mass: f64::INFINITY, min_ratio: f64::INFINITY, remaining: 0 };
        for (&m, &nu) in mass.iter().zip(target) {
            let d = m - nu;
            let relative = d.abs() / nu;
            r.relative = r.relative.max(relative);
            r.remaining += u64::from(relative > tolerance);
            r.min_mass = r.min_mass.min(m);
            r.min_ratio = r.min_ratio.min(m / nu);
            r.weighted += (relative - 0.5 * tolerance).max(0.0).powi(2) * nu;
        }
        r
    };
    let joined = |a: Residual, b: Residual| Residual {
        relative: a.relative.max(b.relative),
        weighted: a.weighted + b.weighted,
        min_mass: a.min_mass.min(b.min_mass),
        min_ratio: a.min_ratio.min(b.min_ratio),
        remaining: a.remaining + b.remaining,
    };
    let r = by_parts(mass, target, part).into_iter().reduce(joined).unwrap_or_else(|| part((&[], &[])));
    Residual { weighted: r.weighted.sqrt(), ..r }
}

/// Runs Newton's method from `start`. The callback sees every accepted state and may stop the run.
///
/// If the start is far off and the masses are spread widely, coarser problems are solved for a better one; meanwhile the callback
/// sees the old one, with no iterations. From such a state [`Start::Fresh`] does the same again.
///
/// Cost per step: one or a few diagrams and one linear solve, each about O(n).
pub fn maximize(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> NewtonResult {
    on_dual(diagram, target, start, options, keep_going, true)
}

/// [`maximize`] without coarser problems: for diagrams that cannot tell them.
pub fn maximize_alone(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> NewtonResult {
    on_dual(diagram, target, start, options, keep_going, false)
}

/// [`run`], and where that finds no step, the climb on the dual ([`super::dual`]). Such states have no floor.
fn on_dual(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
    may_layer: bool,
) -> NewtonResult {
    let clock = Instant::now();
    let (mut result, climbing) = match start {
        Start::Resume(state) if state.mass_floor == 0.0 => {
            (NewtonResult { state, outcome: Outcome::Interrupted, jump: None }, true)
        }
        start => (run(diagram, target, start, options, keep_going, may_layer), false),
    };
    let limited = result.state.iterations.len() > options.max_iterations;
    if climbing || matches!(result.outcome, Outcome::NotConverged { .. }) && !limited {
        let Climbed { outcome, jump } = climb(diagram, target, &mut result.state, (clock, options), keep_going);
        (result.outcome, result.jump) = (outcome, jump);
    }
    result
}

/// [`maximize`], with or without layers.
pub(super) fn run(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
    may_layer: bool,
) -> NewtonResult {
    let clock = Instant::now();
    let (mut state, resumed) = match start {
        Start::Fresh(heights) => (NewtonState::new(heights), false),
        Start::Resume(state) => (state, true),
    };
    let step_clock = Instant::now();
    let mut measures = diagram.measures(&state.heights, Want::Feasible);
    // A start in closed form leaves cells empty where the source does not fill a convex set: better begin with a few sites there.
    let gaps = !resumed && has_empty(&measures) && diagram.may_have_gaps();
    let closed_form = gaps.then(|| state.heights.clone());
    if gaps {
        match matched(diagram, target) {
            Some(found) => (state.heights, measures) = found,
            None => measures = diagram.measures(&state.heights, Want::Feasible),
        }
    }
    let layers_first = gaps && has_empty(&measures) && may_layer && target.len() > COARSEST_WITH_GAPS;
    if !resumed && !layers_first && has_empty(&measures) {
        (state.heights, measures) = fill_empty(diagram, target, state.heights, measures, PASSES);
    }
    if measures.hidden > 0 {
        measures = diagram.measures(&state.heights, Want::Newton);
    }
    let given = residual(&measures.mass, target, options.tolerance);
    let first = (measures.hull_seconds, measures.cells_seconds);
    let mut cost = IterationReport::default();
    let mut ended = None;
    if may_layer && !resumed && (layers_first || given.relative > FAR_OFF) {
        let coarsest = if layers_first { COARSEST_WITH_GAPS } else { COARSEST };
        match layered(diagram, target, &state.heights, coarsest, (clock, options), &mut || keep_going(&state)) {
            Ok(Some(better)) => {
                (state.heights, measures, cost) = (better.heights, better.measures, better.cost);
            }
            // The diagram has moved on.
            Ok(None) => measures = diagram.measures(&state.heights, Want::Newton),
            Err(outcome) => ended = Some(outcome),
        }
    }
    if layers_first && ended.is_none() && has_empty(&measures) {
        (state.heights, measures) = fill_empty(diagram, target, state.heights, measures, PASSES);
    }
    if let Some(closed_form) = closed_form.filter(|_| ended.is_none() && has_empty(&measures)) {
        let found = descend(diagram, target, &closed_form, (clock, options), may_layer, &mut || keep_going(&state));
        diagram.set_background(0.0);
        match found {
            Ok(Some(better)) => {
                (state.heights, measures, cost) = (better.heights, better.measures, better.cost);
            }
            Ok(None) => measures = diagram.measures(&state.heights, Want::Newton),
            Err(outcome) => ended = Some(outcome),
        }
    }
    if measures.mass.len() != target.len() {
        measures = diagram.measures(&state.heights, Want::Newton);
    }
    // Of these very heights, whichever start led there.
    let mut now = residual(&measures.mass, target, options.tolerance);
    if !resumed {
        state.mass_floor = 0.5 * now.min_mass.min(smallest(target));
        state.iterations.push(IterationReport {
            residual: now.relative,
            min_mass_ratio: now.min_ratio,
            seconds: step_clock.elapsed().as_secs_f64(),
            hull: first.0 + cost.hull,
            cells: first.1 + cost.cells,
            remaining: now.remaining,
            ..cost
        });
    }
    let total: f64 = target.iter().sum();
    let finish = |state, outcome| NewtonResult { state, outcome, jump: None };
    if let Some(outcome) = ended {
        return finish(state, outcome);
    }
    if now.min_mass <= 0.0 {
        let why = "the start has an empty cell".to_string();
        return finish(state, Outcome::NotConverged { why });
    }
    loop {
        if now.relative <= options.tolerance {
            return finish(state, Outcome::Converged);
        }
        if !keep_going(&state) {
            return finish(state, Outcome::Interrupted);
        }
        if state.iterations.len() > options.max_iterations {
            let steps = if options.max_iterations == 1 { "iteration" } else { "iterations" };
            let why = format!("{} {steps} done", options.max_iterations);
            return finish(state, Outcome::NotConverged { why });
        }
        if options.time_limit.is_some_and(|limit| clock.elapsed() >= limit) {
            return finish(state, Outcome::TimeLimit);
        }
        match step(diagram, target, &mut state, &mut measures, &now, options) {
            Ok(next) => now = next,
            Err(outcome) => {
                let mut found = None;
                // The state keeps the share that it began with: a run that goes on from it does all of this again.
                let mut bridge = state.bridge;
                while diagram.may_have_gaps()
                    && bridge > options.tolerance * smallest(target) / total
                    && found.is_none()
                {
                    let ask = &mut || keep_going(&state);
                    match bridged(diagram, target, &state.heights, bridge, (clock, options), ask) {
                        Ok(better) => found = better,
                        Err(outcome) => return finish(state, outcome),
                    }
                    bridge *= BRIDGE;
                }
                let Some(better) = found else { return finish(state, outcome) };
                (state.heights, measures) = better;
                state.bridge = bridge;
                now = residual(&measures.mass, target, options.tolerance);
                state.mass_floor = 0.5 * now.min_mass.min(smallest(target));
            }
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
    // Where there are gaps a state close by is sought first ([`bridged`]), which may well take such steps.
    let short = state.iterations.iter().rev().take_while(|i| i.step > 0.0 && i.step < SHORT).count();
    if short >= SHORT_STEPS && !diagram.may_have_gaps() {
        let why = format!("{SHORT_STEPS} steps in a row are shorter than {SHORT:.0e} of Newton's");
        return Err(Outcome::NotConverged { why });
    }
    let bold = now.relative > FAR && state.iterations.len() <= BOLD_STEPS;
    let right = if bold {
        by_width(&measures.mass, target)
    } else {
        balanced(measures.mass.par_iter().zip(target).map(|(m, nu)| nu - m).collect(), target)
    };
    let laplacian = Laplacian {
        row_ptr: std::mem::take(&mut measures.row),
        col: std::mem::take(&mut measures.column),
        weight: std::mem::take(&mut measures.conductance),
    };
    let linear_clock = Instant::now();
    let (mut direction, linear) = linear::solve(
        &laplacian,
        right,
        &LinearOptions { centred: !diagram.anchors(), ..accuracy(now.relative, target, bold, options) },
    );
    diagram.anchor(&mut direction);
    let raises = diagram.raises_well();
    let gentle = if bold && raises { gentle_steps(&laplacian, &direction, &measures.mass, target) } else { Vec::new() };
    // A sixth of all memory: not kept while the trials are measured.
    drop(laplacian);
    let linear_seconds = linear_clock.elapsed().as_secs_f64();
    if !direction.iter().all(|d| d.is_finite()) {
        let why = "Newton's step is not finite: some sites are too near each other for doubles".to_string();
        return Err(Outcome::NotConverged { why });
    }
    let mut report = IterationReport {
        linear: linear_seconds,
        linear_iterations: linear.iterations as u32,
        ..IterationReport::default()
    };
    let before = distance_of_widths(&measures.mass, target);
    // Where lost cells are not raised, a step much longer than the last would lose them again.
    let last = state.iterations.last().map_or(0.0, |i| i.step);
    let mut t = if bold && !raises && last > 0.0 { (LENGTHENED * last).min(1.0) } else { 1.0 };
    let at = |t: f64| state.heights.stepped(t, &direction);
    let mut lost: Vec<u32> = Vec::new();
    loop {
        let mut moved = at(t);
        let mut trial = diagram.measures(&moved, Want::Feasible);
        if bold && raises && has_empty(&trial) {
            (moved, trial) = gently(diagram, &state.heights, &gentle, t, moved, trial);
            (moved, trial) = fill_empty(diagram, target, moved, trial, PASSES);
        }
        report.trials += 1;
        report.hull += trial.hull_seconds;
        report.cells += trial.cells_seconds;
        if !trial.mass.is_empty() {
            let next = residual(&trial.mass, target, options.tolerance);
            let floor = next.min_mass >= state.mass_floor;
            let proved = floor && next.weighted <= (1.0 - 0.5 * t) * now.weighted;
            let widths = || distance_of_widths(&trial.mass, target) <= (1.0 - 0.1 * t) * before;
            let daring = bold && next.min_ratio > LEAST_RATIO.min(0.5 * now.min_ratio) && widths();
            let proved = proved && (!bold || t < SHORTEST_BOLD_STEP);
            if proved || daring || next.relative <= options.tolerance {
                if bold {
                    state.mass_floor = 0.5 * next.min_mass.min(smallest(target));
                }
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
        if raises || !has_empty(&trial) {
            t *= 0.5;
        } else {
            // Not a whole diagram to learn again that these cells are lost.
            t *= SHORTER;
            lost.extend((0..).zip(&trial.mass).filter(|(_, m)| **m <= 0.0).map(|(i, _)| i));
            while t >= SHORTEST_STEP && !diagram.would_live(&at(t), &lost) {
                t *= SHORTER;
            }
        }
        if t < SHORTEST_STEP {
            let why = format!("no step down to {SHORTEST_STEP:.0e} of Newton's reduces the residual");
            return Err(Outcome::NotConverged { why });
        }
    }
}

/// Newton's next residual is about the square of this one, whatever the linear solver does: it need not be much better than
/// that, nor than the tolerance (Dembo, Eisenstat, Steihaug 1982). Near the solution that is asked of every cell: the norm could
/// not tell a tiny one. Far from it only the norm counts.
fn accuracy<'a>(now: f64, target: &'a [f64], bold: bool, options: &NewtonOptions) -> LinearOptions<'a> {
    let max_iterations = MOST_LINEAR_ITERATIONS;
    if bold {
        return LinearOptions { relative_tolerance: 1e-2, enough: None, max_iterations, centred: true };
    }
    let each = (0.1 * now * now).max(0.3 * options.tolerance);
    LinearOptions { relative_tolerance: 1e-13, enough: Some((each, target)), max_iterations, centred: true }
}

/// Cells that are summed up in one go, by one thread.
const PART: usize = 8192;

/// What `f` makes of each part of two lists of equal length, in order: parts do not depend on the number of threads, so neither do sums of them.
fn by_parts<T: Send>(a: &[f64], b: &[f64], f: impl Fn((&[f64], &[f64])) -> T + Sync + Send) -> Vec<T> {
    a.par_chunks(PART).zip(b.par_chunks(PART)).map(f).collect()
}

/// Hellinger distance `(sum (sqrt m_i - sqrt nu_i)^2)^(1/2)`: a cell counts by the error of its width.
fn distance_of_widths(mass: &[f64], target: &[f64]) -> f64 {
    let part = |(mass, target): (&[f64], &[f64])| -> f64 {
        mass.iter().zip(target).map(|(m, nu)| (m.sqrt() - nu.sqrt()).powi(2)).sum()
    };
    by_parts(mass, target, part).into_iter().sum::<f64>().sqrt()
}

/// Right-hand side of Newton's method for `sqrt(m_i) = sqrt(nu_i)` instead of `m_i = nu_i`.
///
/// A cell that shrinks among fixed neighbours has width proportional to its height above its vanishing point, and mass
/// proportional to the square: Newton on the mass halves the width in each step, and overshoots as soon as it must grow from
/// little; on the width it arrives in one. The derivative of `sqrt(m_i)` is `1/(2 sqrt(m_i))` times that of `m_i`.
fn by_width(mass: &[f64], target: &[f64]) -> Vec<f64> {
    balanced(mass.par_iter().zip(target).map(|(m, nu)| 2.0 * ((m * nu).sqrt() - m)).collect(), target)
}

/// Makes the sum zero by taking the excess from every cell in proportion to its target: relative errors of tiny cells, which
/// a uniform correction would drown, stay what they are. Twice, to be rid of the rounding of the first time.
fn balanced(mut right: Vec<f64>, target: &[f64]) -> Vec<f64> {
    let plus = |s: Dd, r: &f64| s + Dd::from_f64(*r);
    let sum = |v: &[f64]| {
        let parts: Vec<Dd> = v.par_chunks(PART).map(|part| part.iter().fold(Dd::ZERO, plus)).collect();
        parts.into_iter().fold(Dd::ZERO, |s, part| s + part)
    };
    let total = sum(target);
    for _ in 0..2 {
        let excess = sum(&right).over(total).to_f64();
        right.par_iter_mut().zip(target).for_each(|(r, nu)| *r -= excess * nu);
    }
    right
}

fn smallest(target: &[f64]) -> f64 {
    target.iter().copied().fold(f64::INFINITY, f64::min)
}
