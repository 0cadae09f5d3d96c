//! Partial transport: the masses sum to less than the source's, and the rest of the source stays where it is.

use super::claim::Claim;
use super::drive::{Way, drive};
use super::solution::{Control, Progress, Solution, SolveOptions};
use crate::diagram::{Laguerre, PartialDiagram, PartialLaguerre, PlaneLaguerre, Want};
use crate::exact::{Dd, Heights};
use crate::newton::{self, NewtonOptions, Start};
use crate::problem::Problem;
use std::time::Instant;

/// Where what stays is at most this share of what moves, the balanced problem is tried as a start at once.
const LITTLE: f64 = 0.25;

/// How well the balanced problem is solved that may give a start.
const LOOSE: f64 = 0.3;

/// Share of what shall stay that every trial must leave.
const LEAST_SHARE: f64 = 1e-6;

/// Most Newton steps of a balanced start: no limit of the run's, so that one that is stopped by that limit goes on with the same bits.
const START_STEPS: usize = 100;

/// Solves a partial problem ([`crate::problem::ProblemData::partial`]): finds weights such that each cell, clipped by its ball
/// `|x - y_i|^2 <= w_i`, has its site's mass. This is the cheapest way to bring the masses out of the source; what is in no ball stays.
///
/// The weights are absolute: no constant may be added. Without a rest (equal totals) this is the balanced [`super::solve`]. The result's report
/// tells in `rest` what stays. [`super::solve`] calls this for such problems. Cost: as [`super::solve`], and some diagrams for the start.
/// Reference and proof of convergence: docs/theory/partial.md.
///
/// ```
/// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}, transport::{Control, SolveOptions, solve_partial}};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let mut data = ProblemData::new(square, vec![[0.5, 0.5]]);
/// (data.masses, data.partial) = (Some(vec![0.1]), true);
/// let problem = Problem::new(data).unwrap();
/// let solution = solve_partial(&problem, &SolveOptions::default(), &mut |_| Control::Continue);
/// assert!((solution.weights[0] - 0.1 / std::f64::consts::PI).abs() < 1e-12); // a disc of area 1/10
/// assert!((solution.report.rest.unwrap() - 0.9).abs() < 1e-12);
/// ```
pub fn solve_partial(
    problem: &Problem,
    options: &SolveOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Solution {
    let units = problem.units(options.resume.as_ref().map(|state| &state.heights));
    let inner = &*problem.in_units(&units);
    let Some(wanted) = inner.rest() else {
        return super::solve(problem, options, on_progress);
    };
    let clock = Instant::now();
    let mut diagram = PartialLaguerre::new(inner);
    let order = diagram.order();
    let mut target: Vec<f64> = order.iter().map(|&i| inner.masses()[i as usize]).collect();
    target.push(wanted + diagram.offset());
    let way = Way {
        sites: problem.sites(),
        bounds: problem.frame().bounds(),
        masses: problem.masses(),
        units: &units,
        target: &target,
        enter: &|heights| with_rest(&units.heights_in(heights).permuted(&order)),
        leave: &|heights| units.heights(&absolute(heights, &order)).into_owned(),
        balanced: false,
        fresh: &|diagram: &mut PartialLaguerre<'_>, options| {
            fresh_start(inner, diagram, &order, &target, (clock, options))
        },
        prepare: &|diagram, heights, kept| {
            let floor = kept.unwrap_or_else(|| floor_of_rest(diagram, heights, wanted));
            diagram.keep_at_least(floor);
            floor
        },
        claim: &|diagram: &mut PartialLaguerre<'_>, heights| {
            let asked =
                diagram.measures(&with_rest(&units.heights_in(heights).permuted(&order)), Want::Moments).counters;
            let mut claim = claimed(problem, heights, options.tolerance);
            claim.predicates += asked;
            claim
        },
        // Areas bounded by arcs are no rationals.
        exact: &|_, _| Vec::new(),
        // In the plane masses do not jump.
        jump: &|_, _| (newton::BEYOND.to_string(), Vec::new()),
        source_factor: problem.source_factor(),
    };
    let mut solution = drive(&mut diagram, &way, options, on_progress);
    solution.report.seconds = clock.elapsed().as_secs_f64();
    solution
}

/// What is to be said of heights: what the diagram says that a check makes.
fn claimed(problem: &Problem, heights: &Heights, tolerance: f64) -> Claim<2> {
    // Heights that are not finite have no diagram; then nothing has a cell.
    let Ok(found) = PartialDiagram::new(problem, heights) else { return Claim::nothing(problem.len()) };
    Claim {
        masses: found.masses().to_vec(),
        centroids: found.centroids().to_vec(),
        cost: found.cost(),
        hidden: found.hidden(),
        walls: found.walls().to_vec(),
        rest: Some(found.rest()),
        notes: super::components::partial_remarks(&found, tolerance),
        ..Claim::default()
    }
}

/// Absolute heights in the diagram's order, with that of the rest, which is 0.
fn with_rest(heights: &Heights) -> Heights {
    Heights::new(heights.as_slice().iter().copied().chain([Dd::ZERO]))
}

/// Heights against that of the rest, in the order of the problem's sites.
fn absolute(heights: &Heights, order: &[u32]) -> Heights {
    let rest = heights.get(order.len());
    let mut back = Heights::zeros(order.len());
    order.iter().enumerate().for_each(|(k, &i)| back.set(i as usize, heights.get(k) - rest));
    back
}

/// Least mass that must stay in every trial: a small share of what shall, or half of what stays now if that is less. (Newton's direction
/// raises a rest below its target, so the proof of convergence needs no more.)
fn floor_of_rest(diagram: &mut PartialLaguerre<'_>, heights: &Heights, wanted: f64) -> f64 {
    let offset = diagram.offset();
    let measures = diagram.measures(heights, Want::Newton);
    let stays = measures.mass.last().map_or(0.0, |m| m - offset);
    (0.5 * stays).min(LEAST_SHARE * wanted).max(0.0)
}

/// The problem's own heights if no cell is empty there; else the best of several shifted starts.
fn fresh_start(
    problem: &Problem,
    diagram: &mut PartialLaguerre<'_>,
    order: &[u32],
    target: &[f64],
    (clock, options): (Instant, &SolveOptions),
) -> Heights {
    if let Some(given) = problem.heights() {
        let heights = with_rest(&given.permuted(order));
        let measures = diagram.measures(&heights, Want::Feasible);
        if !measures.mass.is_empty() && measures.mass.iter().all(|&m| m > 0.0) {
            return heights;
        }
    }
    let n = order.len();
    let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
    let (offset, rest, frame) = (diagram.offset(), problem.rest().unwrap_or(0.0), problem.frame());
    let balanced = || balanced_start(problem, order, &target[..n], (offset + rest) / offset, (clock, options));
    let touching = diagram.touching_heights();
    let little = rest <= LITTLE * offset;
    let better = little.then(balanced);
    let mut found = newton::partial_start(diagram, frame, &sites, &touching, (target, offset), better);
    if found.is_none() && !little {
        found = newton::shifted_start(diagram, frame, &sites, (target, offset), balanced());
    }
    // Without a start the solver says which cell is empty.
    let Some(found) = found else { return with_rest(&newton::quantile_start(frame, &sites, &target[..n])) };
    let rest = found.get(n);
    Heights::new(found.as_slice().iter().map(|&h| h - rest))
}

/// Heights of the balanced problem with all masses scaled up by `factor` to the whole source, about solved: near where little stays, and on a
/// source with gaps what leaves no cell empty.
fn balanced_start(
    problem: &Problem,
    order: &[u32],
    target: &[f64],
    factor: f64,
    (clock, options): (Instant, &SolveOptions),
) -> Heights {
    let mut diagram = PlaneLaguerre::new(problem);
    let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
    let start = newton::quantile_start(&problem.around(), &sites, target);
    let target: Vec<f64> = target.iter().map(|m| m * factor).collect();
    let newton = NewtonOptions {
        tolerance: LOOSE,
        max_iterations: START_STEPS,
        time_limit: options.time_limit.map(|limit| limit.saturating_sub(clock.elapsed())),
    };
    newton::maximize(&mut diagram, &target, Start::Fresh(start), &newton, &mut |_| true).state.heights
}
