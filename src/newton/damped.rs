//! Damped Newton on the heights.
//!
//! The unknown `h` maximises `D(h) = 2 (sum h_i nu_i - int max_i(<x,y_i> + h_i) dmu) + const`, with
//! gradient `2 (nu - m)` and `dm_i/dh_j = -K_ij`. The proved method (Kitagawa, Mérigot, Thibert, J.
//! Eur. Math. Soc. 2019) solves `L(K) d = nu - m` and goes to `h + t d`, where `t` is the first of
//! `1, 1/2, 1/4, ...` with
//!
//! ```text
//! min_i m_i >= floor     and     |m - nu| <= (1 - t/2) |m_before - nu|
//! ```
//!
//! for a `floor` below half the smallest mass of the start and of the target: globally linear,
//! locally quadratic convergence. Any factor below one may stand for the half. On surfaces and in
//! space, where a step too long loses cells, it is `SHORTER`, and only the lost cells and what is
//! beside them are looked at until these live ([`crate::diagram::Laguerre::would_live`]); then the
//! whole diagram decides.
//!
//! Instead of a norm serves any convex Lipschitz function `f` with `f(0) = 0`:
//! `f((1-t) r + o(t)) <= (1-t) f(r) + o(t)`. Here it is
//! `(sum max(|r_i| - tolerance nu_i / 2, 0)^2 / nu_i)^(1/2)`: errors that are good enough already
//! do not count. Otherwise the heavy cells, which may well get worse within the tolerance when the
//! linear solver is content, would veto the last steps of the light ones.
//!
//! Far from the solution it wastes steps: a few cells about to vanish hold everybody back, and
//! cells that must shrink or grow by orders of magnitude halve their width in each step. So while
//! some relative error exceeds 1/2 the steps are *bold*: Newton on the square roots of the masses
//! ([`super::residual::by_width`]); cells that a step loses step more gently or are raised again
//! ([`super::revive`]); a step counts as progress if it reduces the distance of the widths. At most
//! `BOLD_STEPS` steps are bold, then only the proved method is used, from a state without empty
//! cells: so convergence stays proved.

use super::continuation::{COARSEST, COARSEST_WITH_GAPS, FAR_OFF, apart, bridged, descend, faded, layered};
use super::report::{IterationReport, Outcome};
use super::residual::{residual, smallest};
use super::revive::{PASSES, fill_empty, has_empty, matched};
use super::state::{BRIDGE, Budget, NewtonOptions, NewtonResult, NewtonState, Start};
use super::step::{has_gaps, step};
use crate::diagram::{Laguerre, Measures, Want};
use std::time::Instant;

/// Runs the method, with coarser problems if `may_layer`.
pub(super) fn run(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: Start,
    options: &NewtonOptions,
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
    may_layer: bool,
) -> NewtonResult {
    let (mut state, resumed) = match start {
        Start::Fresh(heights) => (NewtonState::new(heights), false),
        Start::Resume(state) => (state, true),
    };
    let limits = (Budget::new(options), options);
    let begun = begin(diagram, target, &mut state, limits, keep_going, (resumed, may_layer));
    let outcome = match begun {
        Ok(measures) => steps(diagram, target, &mut state, measures, limits, keep_going).unwrap_or_else(|end| end),
        Err(end) => end,
    };
    NewtonResult { state, outcome, jump: None }
}

/// The measures where the steps begin, and that state: the start, or what the continuations make of
/// it.
///
/// # Errors
/// The outcome, if the run ends here.
fn begin(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    state: &mut NewtonState,
    (budget, options): (Budget, &NewtonOptions),
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
    (resumed, may_layer): (bool, bool),
) -> Result<Measures, Outcome> {
    let clock = Instant::now();
    let mut measures = diagram.measures(&state.heights, Want::Feasible)?;
    // A start in closed form leaves cells empty where the source does not fill a convex set: better
    // begin with a few sites there.
    let gaps = !resumed && has_empty(&measures) && has_gaps(diagram);
    let may_layer = may_layer && diagram.coarsen().is_some();
    let closed_form = gaps.then(|| state.heights.clone());
    let mut cost = IterationReport::default();
    let mut ended = None;
    if gaps {
        match apart(diagram, target, (budget, run), &mut || keep_going(state)) {
            Ok(Some(found)) => {
                let raw = diagram.measures(&found.heights, Want::Feasible)?;
                let (heights, all) = fill_empty(diagram, target, found.heights, raw, PASSES)?;
                if !has_empty(&all) {
                    (state.heights, measures, cost) = (heights, all, found.cost);
                }
            }
            Ok(None) => {}
            Err(outcome) => ended = Some(outcome),
        }
        if ended.is_none() && has_empty(&measures) {
            match matched(diagram, target)? {
                Some(found) => (state.heights, measures) = found,
                None => measures = diagram.measures(&state.heights, Want::Feasible)?,
            }
        }
    }
    // Cells that are raised side by side hide each other: there, too, better begin with a few.
    let crowded = gaps || diagram.revive().is_some_and(|revive| !revive.raises_well());
    let many = may_layer && target.len() > COARSEST_WITH_GAPS;
    let layers_first = crowded && !resumed && has_empty(&measures) && many;
    if ended.is_none() && !resumed && !layers_first && has_empty(&measures) {
        (state.heights, measures) = fill_empty(diagram, target, state.heights.clone(), measures, PASSES)?;
    }
    if measures.hidden > 0 {
        measures = diagram.measures(&state.heights, Want::Newton)?;
    }
    let given = residual(measures.masses(), target, options.tolerance);
    let first = (measures.hull_seconds, measures.cells_seconds);
    let far_off = given.relative > FAR_OFF.powf(0.5 / diagram.width_exponent());
    if ended.is_none() && may_layer && !resumed && (layers_first || far_off) {
        let coarsest = if layers_first { COARSEST_WITH_GAPS } else { COARSEST };
        match layered(diagram, target, &state.heights, coarsest, (budget, run), &mut || keep_going(state)) {
            Ok(Some(better)) => {
                (state.heights, measures, cost) = (better.heights, better.measures, better.cost);
            }
            // The diagram has moved on.
            Ok(None) => measures = diagram.measures(&state.heights, Want::Newton)?,
            Err(outcome) => ended = Some(outcome),
        }
    }
    if layers_first && ended.is_none() && has_empty(&measures) {
        (state.heights, measures) = fill_empty(diagram, target, state.heights.clone(), measures, PASSES)?;
    }
    if let Some(closed_form) = closed_form.filter(|_| ended.is_none() && has_empty(&measures)) {
        let found = descend(diagram, target, &closed_form, (budget, run), may_layer, &mut || keep_going(state));
        if let Some(background) = diagram.background() {
            background.set_share(0.0);
        }
        match found {
            Ok(Some(better)) => {
                (state.heights, measures, cost) = (better.heights, better.measures, better.cost);
            }
            // What the next problem asks for was too far from what the last one has.
            Ok(None) => match faded(diagram, target, &closed_form, 1.0, (budget, run), &mut || keep_going(state)) {
                Ok(Some(better)) => (state.heights, measures) = better,
                Ok(None) => measures = diagram.measures(&state.heights, Want::Newton)?,
                Err(outcome) => ended = Some(outcome),
            },
            Err(outcome) => ended = Some(outcome),
        }
    }
    if measures.masses().len() != target.len() {
        measures = diagram.measures(&state.heights, Want::Newton)?;
    }
    // Of these very heights, whichever start led there.
    let now = residual(measures.masses(), target, options.tolerance);
    if !resumed {
        state.mass_floor = 0.5 * now.min_mass.min(smallest(target));
        state.iterations.push(IterationReport {
            residual: now.relative,
            min_mass_ratio: now.min_ratio,
            seconds: clock.elapsed().as_secs_f64(),
            hull: first.0 + cost.hull,
            cells: first.1 + cost.cells,
            remaining: now.remaining,
            ..cost
        });
    }
    match ended {
        Some(outcome) => Err(outcome),
        None if now.min_mass <= 0.0 => Err(Outcome::NotConverged { why: "the start has an empty cell".to_string() }),
        None => Ok(measures),
    }
}

/// Step after step.
///
/// # Errors
/// The outcome of what cannot be measured.
fn steps(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    state: &mut NewtonState,
    mut measures: Measures,
    (budget, options): (Budget, &NewtonOptions),
    keep_going: &mut dyn FnMut(&NewtonState) -> bool,
) -> Result<Outcome, Outcome> {
    let total: f64 = target.iter().sum();
    let mut now = residual(measures.masses(), target, options.tolerance);
    loop {
        if now.relative <= options.tolerance {
            return Ok(Outcome::Converged);
        }
        if !keep_going(state) {
            return Ok(Outcome::Interrupted);
        }
        if state.iterations.len() > options.max_iterations {
            let steps = if options.max_iterations == 1 { "iteration" } else { "iterations" };
            return Ok(Outcome::NotConverged { why: format!("{} {steps} done", options.max_iterations) });
        }
        if budget.spent() {
            return Ok(Outcome::TimeLimit);
        }
        match step(diagram, target, state, &mut measures, &now, options) {
            Ok(next) => now = next,
            Err(outcome) => {
                let mut found = None;
                // The state keeps the share that it began with: a run that goes on from it does all
                // of this again.
                let mut bridge = state.bridge;
                while has_gaps(diagram) && bridge > options.tolerance * smallest(target) / total && found.is_none() {
                    let ask = &mut || keep_going(state);
                    if bridge == BRIDGE {
                        found = faded(diagram, target, &state.heights, bridge, (budget, run), ask)?;
                    }
                    if found.is_none() {
                        found = bridged(diagram, target, &state.heights, bridge, (budget, run), ask)?;
                    }
                    bridge *= BRIDGE;
                }
                let Some(better) = found else { return Ok(outcome) };
                (state.heights, measures) = better;
                state.bridge = bridge;
                now = residual(measures.masses(), target, options.tolerance);
                state.mass_floor = 0.5 * now.min_mass.min(smallest(target));
            }
        }
    }
}
