//! One step of Newton's method, damped or bold.

use super::linear::{self, Laplacian, LinearOptions};
use super::report::{IterationReport, Outcome};
use super::residual::{Residual, Width, balanced, by_width, distance_of_widths, residual, smallest};
use super::revive::{PASSES, fill_empty, gentle_steps, gently, has_empty};
use super::state::{NewtonOptions, NewtonState};
use crate::diagram::{Laguerre, Measures, Want};
use rayon::prelude::*;
use std::time::Instant;

/// Steps shorter than this make no progress in double-double.
const SHORTEST_STEP: f64 = 1.0 / (1u64 << 40) as f64;

/// Bold steps may leave no cell with less than this share of its target.
const LEAST_RATIO: f64 = 1e-9;

/// After so many steps only the proved method is used.
const BOLD_STEPS: usize = 60;

/// Bold steps are measured by the Hellinger distance alone down to this length: with two measures
/// of progress in turn the steps could go in circles (found by the fuzz target newton).
const SHORTEST_BOLD_STEP: f64 = 1.0 / 1024.0;

/// So many steps in a row below [`SHORT`] of Newton's lead nowhere: a kink lies across the way, or
/// a cell too light to be seen through.
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

/// Are there places in the frame without source?
pub(super) fn has_gaps(diagram: &mut dyn Laguerre) -> bool {
    diagram.background().is_some_and(|background| background.has_gaps())
}

/// Shifts a direction by the constant that holds one height, where one is held. (Elsewhere
/// constants change nothing.)
pub(super) fn hold(direction: &mut [f64], fixed: Option<usize>) {
    if let Some(still) = fixed.and_then(|k| direction.get(k).copied()) {
        direction.iter_mut().for_each(|d| *d -= still);
    }
}

/// Takes a step.
///
/// # Errors
/// The outcome, if none makes progress.
pub(super) fn step(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    state: &mut NewtonState,
    measures: &mut Measures,
    now: &Residual,
    options: &NewtonOptions,
) -> Result<Residual, Outcome> {
    let clock = Instant::now();
    let (width, fixed) = (Width { exponent: diagram.width_exponent() }, diagram.fixed());
    // Where there are gaps a state close by is sought first ([`super::continuation::bridged`]),
    // which may well take such steps.
    let short = state.iterations.iter().rev().take_while(|i| i.step > 0.0 && i.step < SHORT).count();
    if short >= SHORT_STEPS && !has_gaps(diagram) {
        let why = format!("{SHORT_STEPS} steps in a row are shorter than {SHORT:.0e} of Newton's");
        return Err(Outcome::NotConverged { why });
    }
    let bold = now.relative > FAR && state.iterations.len() <= BOLD_STEPS;
    let right = if bold {
        by_width(measures.masses(), target, width)
    } else {
        balanced(measures.masses().par_iter().zip(target).map(|(m, nu)| nu - m).collect(), target)
    };
    let graph = std::mem::take(&mut measures.graph);
    let laplacian = Laplacian { row_ptr: graph.row, col: graph.column, weight: graph.weight };
    let linear_clock = Instant::now();
    let (mut direction, linear) = linear::solve(
        &laplacian,
        right,
        &LinearOptions { centred: fixed.is_none(), ..accuracy(now.relative, target, bold, options) },
    );
    hold(&mut direction, fixed);
    let raises = diagram.revive().is_some_and(|revive| revive.raises_well());
    let gentle =
        if bold && raises { gentle_steps(&laplacian, &direction, measures.masses(), target) } else { Vec::new() };
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
    let before = distance_of_widths(measures.masses(), target, width);
    // Where lost cells are not raised, a step much longer than the last would lose them again.
    let last = state.iterations.last().map_or(0.0, |i| i.step);
    let mut t = if bold && !raises && last > 0.0 { (LENGTHENED * last).min(1.0) } else { 1.0 };
    let at = |t: f64| state.heights.stepped(t, &direction);
    let mut lost: Vec<u32> = Vec::new();
    loop {
        let mut moved = at(t);
        let mut trial = diagram.measures(&moved, Want::Feasible)?;
        if bold && raises && has_empty(&trial) {
            (moved, trial) = gently(diagram, &state.heights, &gentle, t, moved, trial)?;
            (moved, trial) = fill_empty(diagram, target, moved, trial, PASSES)?;
        }
        report.trials += 1;
        report.hull += trial.hull_seconds;
        report.cells += trial.cells_seconds;
        if let Some(mass) = &trial.mass {
            let next = residual(mass, target, options.tolerance);
            let floor = next.min_mass >= state.mass_floor;
            let proved = floor && next.weighted <= (1.0 - 0.5 * t) * now.weighted;
            let widths = || distance_of_widths(mass, target, width) <= (1.0 - 0.1 * t) * before;
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
            lost.extend((0..).zip(trial.masses()).filter(|(_, m)| **m <= 0.0).map(|(i, _)| i));
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

/// Newton's next residual is about the square of this one, whatever the linear solver does: it need
/// not be much better than that, nor than the tolerance (Dembo, Eisenstat, Steihaug 1982). Near the
/// solution that is asked of every cell: the norm could not tell a tiny one. Far from it only the
/// norm counts.
fn accuracy<'a>(now: f64, target: &'a [f64], bold: bool, options: &NewtonOptions) -> LinearOptions<'a> {
    let max_iterations = MOST_LINEAR_ITERATIONS;
    if bold {
        return LinearOptions { relative_tolerance: 1e-2, enough: None, max_iterations, centred: true };
    }
    let each = (0.1 * now * now).max(0.3 * options.tolerance);
    LinearOptions { relative_tolerance: 1e-13, enough: Some((each, target)), max_iterations, centred: true }
}
