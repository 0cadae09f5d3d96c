//! What solves on every kind of source have in common: from a diagram and a start to heights and a report.

use super::solution::{Control, Progress, SolveOptions, SolverState};
use crate::diagram::{Laguerre, Measures};
use crate::exact::Heights;
use crate::newton::{self, IterationReport, NewtonOptions, NewtonState, Outcome, Report, Start};

/// What Newton's method ended with.
pub(super) struct Driven {
    /// Heights in the problem's order, gauged.
    pub heights: Heights,
    /// The same in the diagram's order, not gauged.
    pub positions: Heights,
    /// What the run says of itself; its measures are still to be filled in.
    pub report: Report,
}

/// Runs Newton's method; `order` is the problem's index of each position of the diagram, `fresh` makes a start in the diagram's order.
pub(super) fn drive<L: Laguerre>(
    diagram: &mut L,
    order: &[u32],
    masses: &[f64],
    options: &SolveOptions,
    fresh: impl FnOnce(&mut L) -> Heights,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Driven {
    let target: Vec<f64> = order.iter().map(|&i| masses[i as usize]).collect();
    let start = match &options.resume {
        // Stopped while the start was sought: seek again.
        Some(state) if state.iterations.is_empty() => Start::Fresh(state.heights.permuted(order)),
        Some(state) => Start::Resume(NewtonState {
            heights: state.heights.permuted(order),
            mass_floor: state.mass_floor,
            iterations: state.iterations.clone(),
        }),
        None => Start::Fresh(fresh(diagram)),
    };
    let newton = NewtonOptions {
        tolerance: options.tolerance,
        max_iterations: options.max_iterations,
        time_limit: options.time_limit,
    };
    let mut keep_going = |state: &NewtonState| {
        let copy = || SolverState {
            heights: unpermuted(&state.heights, order),
            mass_floor: state.mass_floor,
            iterations: state.iterations.clone(),
        };
        let seeking = IterationReport { residual: f64::INFINITY, ..IterationReport::default() };
        let last = state.iterations.last().unwrap_or(&seeking);
        let progress = Progress { iteration: state.iterations.len().saturating_sub(1), last, state: &copy };
        on_progress(&progress) == Control::Continue
    };
    let result = newton::maximize(diagram, &target, start, &newton, &mut keep_going);
    let positions = result.state.heights;
    let mut heights = unpermuted(&positions, order);
    heights.gauge(masses);
    let mut report = Report {
        converged: result.outcome == Outcome::Converged,
        outcome: Some(result.outcome),
        tolerance: options.tolerance,
        iterations: result.state.iterations,
        threads: rayon::current_num_threads(),
        ..Report::default()
    };
    if let Some(start) = report.iterations.first().filter(|start| start.layers > 0) {
        let (layers, steps, trials) = (start.layers, start.coarse_steps, start.trials);
        let layers = if layers == 1 { "1 coarser problem".to_string() } else { format!("{layers} coarser problems") };
        report.notes.push(format!("start: {layers}, {steps} Newton steps there ({trials} trials)"));
    }
    Driven { heights, positions, report }
}

/// Makes the last step tell of the masses that are written: Newton's method measured them at heights not yet gauged, in an order of its own, and of
/// partial transport together with what stays.
pub(super) fn settle(report: &mut Report, masses: &[f64], targets: &[f64]) {
    let Some(last) = report.iterations.last_mut() else { return };
    last.residual = report.max_relative_error;
    last.min_mass_ratio = masses.iter().zip(targets).map(|(m, nu)| m / nu).fold(f64::INFINITY, f64::min);
    let beyond = |(m, nu): &(&f64, &f64)| !((*m - *nu).abs() / *nu <= report.tolerance);
    last.remaining = masses.iter().zip(targets).filter(beyond).count() as u64;
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

fn unpermuted(heights: &Heights, order: &[u32]) -> Heights {
    let mut back = Heights::zeros(heights.len());
    order.iter().enumerate().for_each(|(k, &i)| back.set(i as usize, heights.get(k)));
    back
}
