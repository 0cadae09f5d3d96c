//! From a problem to its solution, for every family.

use super::claim::Claim;
use super::family::{Family, Transport, Visit};
use super::remarks;
use super::report::Report;
use super::solution::{Control, Progress, Solution, SolveOptions, SolverState};
use crate::diagram::{Laguerre, Live};
use crate::domain::space::weights_of;
use crate::exact::{Dd, Heights};
use crate::newton::{self, IterationReport, NewtonOptions, NewtonState, Outcome, Start};
use crate::problem::{Units, WithSites};
use std::time::Instant;

/// Solves a problem: finds heights for which every cell has its site's mass. [`solve_with`] without
/// a callback.
///
/// ```
/// use brenier::{ConvexPolygon, Problem, ProblemData, SolveOptions, solve};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let mut data = ProblemData::new(square.clone(), vec![[0.0, 0.5], [1.0, 0.5]]);
/// data.masses = Some(vec![0.25, 0.75]);
/// let problem = Problem::new(data).unwrap();
/// let solution = solve(&problem, &SolveOptions::default());
/// // The wall is x = 1/4: w_1 - w_0 = |y_1|^2 - |y_0|^2 - 2 * 1/4.
/// assert!((solution.weights[1] - solution.weights[0] - 0.5).abs() < 1e-14);
///
/// // Partial transport: a disc of area 1/10 about the site moves, the rest of the source stays.
/// let mut data = ProblemData::new(square, vec![[0.5, 0.5]]);
/// (data.masses, data.partial) = (Some(vec![0.1]), true);
/// let solution = solve(&Problem::new(data).unwrap(), &SolveOptions::default());
/// assert!((solution.weights[0] - 0.1 / std::f64::consts::PI).abs() < 1e-12);
/// assert!((solution.report.rest.unwrap() - 0.9).abs() < 1e-12);
/// ```
///
/// On a surface:
///
/// ```
/// use brenier::{SolveOptions, Surface, SurfaceProblem, SurfaceProblemData, solve};
/// let v = vec![[0., 0., 0.], [1., 0., 0.], [1., 1., 0.], [0., 1., 0.]];
/// let square = Surface::new(v, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
/// let mut data = SurfaceProblemData::new(square, vec![[0.0, 0.5, 2.0], [1.0, 0.5, 0.0]]);
/// data.masses = Some(vec![0.25, 0.75]);
/// let solution = solve(&SurfaceProblem::new(data).unwrap(), &SolveOptions::default());
/// // The wall is x = 1/4, and the first site is 2 above the plane: w_1 - w_0 = 1/2 - 4.
/// assert!((solution.weights[1] - solution.weights[0] + 3.5).abs() < 1e-13);
/// ```
pub fn solve<const D: usize>(problem: &impl Transport<D>, options: &SolveOptions) -> Solution<D> {
    solve_with(problem, options, &mut |_| Control::Continue)
}

/// Solves a problem, and shows every step to a callback, which may stop the run.
///
/// Starts from the options' state, else from the options' heights, else from the problem's (empty
/// cells raised, if they are few), else from a start in closed form: the quantile start in the
/// plane, balls that touch the source for partial transport, the nearest points of a surface. For
/// sites that have moved since they were solved see [`Heights::moved`]. The result carries the best
/// state also when it did not converge; look at `report.outcome`. About 10 Newton steps of O(n)
/// each for well-spread sites (on surfaces O(polygons), the pairs of a cell and a triangle that
/// meet).
///
/// References: Kitagawa, Mérigot, Thibert, Convergence of a Newton algorithm for semi-discrete
/// optimal transport (2019); Mérigot, Meyron, Thibert, An algorithm for optimal transport between a
/// simplex soup and a point cloud (2018).
pub fn solve_with<const D: usize>(
    problem: &impl Transport<D>,
    options: &SolveOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Solution<D> {
    problem.visit(Solve { options, on_progress })
}

struct Solve<'a> {
    options: &'a SolveOptions,
    on_progress: &'a mut dyn FnMut(&Progress<'_>) -> Control,
}

impl<const D: usize> Visit<D> for Solve<'_> {
    type Output = Solution<D>;

    fn visit<F: Family<D>>(self, family: &F) -> Solution<D> {
        solved(family, self.options, self.on_progress)
    }
}

/// So often the solver goes on with half the tolerance, where the true masses miss it by what the
/// solver's sums are off.
const AGAIN: usize = 4;

/// What a report says of heights to start from.
const WARM: &str = "start: from the heights given";
const COLD: &str = "start: afresh, since the heights given leave too many cells empty";

/// Runs Newton's method until the claim holds, and says how that ended.
fn solved<F: Family<D>, const D: usize>(
    family: &F,
    options: &SolveOptions,
    on_progress: &mut dyn FnMut(&Progress<'_>) -> Control,
) -> Solution<D> {
    if let Some(refused) = Solution::refused(family.sites(), options) {
        return refused;
    }
    let clock = Instant::now();
    let units = family.problem().units(options.resume.as_ref().map(|state| &state.heights).or(options.start.as_ref()));
    let inner = family.in_units(&units);
    let mut diagram = inner.live();
    let order = diagram.order();
    let mut target: Vec<f64> = order.iter().map(|&i| inner.masses()[i as usize]).collect();
    target.extend(inner.further_target(&diagram));
    let fixed = diagram.fixed();
    let leave = |heights: &Heights| units.heights(&left_behind(heights, &order, fixed)).into_owned();
    let left = || options.time_limit.map(|limit| limit.saturating_sub(clock.elapsed()));
    // Stopped while the start was sought: it is sought again.
    let resumed = options.resume.as_ref().filter(|state| !state.iterations.is_empty());
    let mut told = None;
    let mut start = match resumed {
        Some(state) => Start::Resume(NewtonState {
            heights: entered(&units.heights_in(&state.heights), &order, diagram.fixed()),
            mass_floor: units.mass_in(state.mass_floor),
            iterations: state.iterations.clone(),
            bridge: state.bridge,
            climb: state.climb,
        }),
        None => {
            let given = options.start.as_ref().map(|given| units.heights_in(given));
            let mut warm = given.as_ref().and_then(|given| inner.warm(&mut diagram, given, &target));
            told = given.map(|_| if warm.is_some() { WARM } else { COLD });
            if warm.is_none() {
                warm = inner.problem().heights().and_then(|own| inner.warm(&mut diagram, own, &target));
            }
            Start::Fresh(warm.unwrap_or_else(|| inner.start(&mut diagram, &target, left())))
        }
    };
    let begin = match &start {
        Start::Fresh(heights) => heights,
        Start::Resume(state) => &state.heights,
    };
    let kept = resumed.map(|state| units.mass_in(state.least_rest));
    let least_rest = units.mass(inner.prepare(&mut diagram, begin, kept));
    let mut keep_going = |state: &NewtonState| {
        let copy = || SolverState {
            heights: leave(&state.heights),
            mass_floor: units.mass(state.mass_floor),
            iterations: state.iterations.clone(),
            bridge: state.bridge,
            climb: state.climb,
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
        let result = newton::maximize(&mut diagram, &target, start, &newton, &mut keep_going);
        let mut heights = leave(&result.state.heights);
        if diagram.fixed().is_none() {
            // In the diagram's units, in which no product leaves the doubles.
            let mut inner = units.heights_in(&heights).into_owned();
            let masses: Vec<f64> = family.masses().iter().map(|&m| units.mass_in(m)).collect();
            inner.gauge(&masses);
            heights = units.heights(&inner).into_owned();
        }
        let mut claim = claimed(family, &mut diagram, &heights, (&units, options));
        let holds = claim.holds(family.masses(), options.tolerance, |some| family.sure(&heights, some));
        let walls = std::mem::take(&mut claim.walls);
        let far = || {
            let alone = diagram.fixed().is_some();
            let far = remarks::too_far(family.sites(), family.problem().bounds(), options.tolerance, alone);
            far.or_else(|| remarks::coarse(&heights, &walls, family.masses(), options.tolerance))
        };
        let outcome = match result.outcome {
            Outcome::Interrupted => Outcome::Interrupted,
            _ if holds => Outcome::Converged,
            Outcome::Converged if again < AGAIN => {
                (again, aim) = (again + 1, 0.5 * aim);
                let mut state = result.state;
                if again == AGAIN {
                    // Sites may be tied on a whole face, which the gauge gives to another: climb
                    // ([`newton::maximize`]).
                    (state.mass_floor, state.climb) = (0.0, 0);
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
                let tell = |jump| inner.unattainable(family, &units, &order, jump, &units.heights_in(&heights));
                let told = result.jump.as_ref().map(tell);
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
        source_factor: family.problem().source_factor(),
        ..Report::default()
    };
    report.notes.extend(told.map(str::to_string));
    if let Some(start) = report.iterations.first().filter(|start| start.layers > 0) {
        let (layers, steps, trials) = (start.layers, start.coarse_steps, start.trials);
        let layers = if layers == 1 { "1 coarser problem".to_string() } else { format!("{layers} coarser problems") };
        report.notes.push(format!("start: {layers}, {steps} Newton steps there ({trials} trials)"));
    }
    claim.report(family.masses(), &mut report);
    report.seconds = clock.elapsed().as_secs_f64();
    Solution {
        weights: weights_of(&heights, family.sites(), family.metric()),
        heights,
        masses: claim.masses,
        centroids: claim.centroids,
        cost: claim.cost,
        hessian: options.hessian.then_some(claim.walls),
        hidden: claim.hidden,
        report,
    }
}

/// What is to be said of heights: what the live diagram says, if that is as good; else what the
/// diagram says that a check makes.
fn claimed<F: Family<D>, const D: usize>(
    family: &F,
    live: &mut F::Live<'_>,
    heights: &Heights,
    (units, options): (&Units, &SolveOptions),
) -> Claim<D> {
    let walls = options.hessian || family.remarks_on_walls();
    let own = entered(&units.heights_in(heights), &live.order(), live.fixed());
    let mut still = None;
    let mut claim = match family.measured(units, live, &own, walls) {
        Some(claim) => claim,
        None => match family.still(heights) {
            Ok(diagram) => Claim::of(still.insert(diagram), walls),
            // Heights that are not finite have no diagram; then nothing has a cell.
            Err(_) => Claim::nothing(family.sites().len()),
        },
    };
    claim.predicates += live.counters();
    claim.notes = family.remarks(&claim.walls, still.as_ref(), options.tolerance);
    claim
}

/// Heights in the order of a diagram, with 0 for the further site that it may have.
fn entered(heights: &Heights, order: &[u32], fixed: Option<usize>) -> Heights {
    let own = heights.permuted(order);
    match fixed {
        Some(_) => Heights::new(own.as_slice().iter().copied().chain([Dd::ZERO])),
        None => own,
    }
}

/// Heights of a diagram in the order of the problem's sites, against that of the further site that
/// it may have.
fn left_behind(heights: &Heights, order: &[u32], fixed: Option<usize>) -> Heights {
    let mut back = Heights::zeros(order.len());
    let against = fixed.map(|k| heights.get(k));
    for (k, &i) in order.iter().enumerate() {
        back.set(i as usize, against.map_or(heights.get(k), |rest| heights.get(k) - rest));
    }
    back
}
