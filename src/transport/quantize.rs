//! Optimal quantization: sites that stand in the centroids of their cells.
//!
//! With `F(Y) = W2^2(mu, sum nu_i delta_{y_i})`, the cells' centroids `c_i` give
//! `grad_i F = 2 nu_i (y_i - c_i)`. Lloyd's method with prescribed masses solves the transport,
//! moves every site to its centroid, and solves again. The same plan carries the source onto the
//! moved sites at a cost lower by `sum nu_i |y_i - c_i|^2` (parallel axes), and the optimal one
//! costs no more.
//!
//! Solves are not exact: cell `i` has mass `m_i`, not `nu_i`. But its map is optimal for the masses
//! it has, whatever the tolerance, and transport costs are comparable by duality: with the weights
//! `w` of the new solution as a dual candidate for the masses of the old one,
//!
//! ```text
//! cost' <= cost - sum m_i |y_i - c_i|^2 + sum w_i' (m_i' - m_i)
//! ```
//!
//! without any slack but rounding. Each [`QuantizeStep`] reports the three terms. Sites may go
//! beyond their centroids ([`super::relax`]) as long as this holds all the same. Derivation:
//! docs/theory/quantization.md. References: Mérigot, Mirebeau, "Minimal geodesics along
//! volume-preserving maps" (2016); de Goes et al., "Blue noise through optimal transport" (2012);
//! Mérigot, Santambrogio, Sarrazin, "Non-asymptotic convergence bounds for Wasserstein
//! approximation" (2021).

use super::family::Transport;
use super::relax::Relaxation;
use super::solution::{Control, Progress, Solution, SolveOptions};
use super::solve::solve_with;
use crate::exact::{Dd, Heights};
use crate::newton::Outcome;
use crate::problem::{
    Duplicates, Problem, ProblemError, SpaceProblem, SpaceProblemData, SphereProblem, SphereProblemData,
    SurfaceProblem, SurfaceProblemData,
};
use crate::setters::setters;
use std::time::{Duration, Instant};

/// Options of a quantization.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct QuantizeOptions {
    /// Stop when `sum m_i |y_i - c_i|^2 <= tolerance^2 cost`: when the sites are off their
    /// centroids by this share of the distance that the source travels, both in the root of the
    /// mean square. Default 5e-3; 0 asks for a fixed point to the bit.
    pub tolerance: f64,
    /// Largest number of moves. Default 1000.
    pub max_steps: usize,
    /// Largest relative mass error of the first solves, as long as moves save more than twice what
    /// such errors may cost ([`QuantizeStep::slack`]). Default 1e-3; at most `mass_tolerance` asks
    /// for that from the beginning.
    pub early_mass_tolerance: f64,
    /// Largest relative mass error of the solves on the way, once moves are small. Default 1e-6.
    pub mass_tolerance: f64,
    /// Largest relative mass error of the last solve. Default 1e-10.
    pub final_mass_tolerance: f64,
    /// Sites go at most so many times as far as their centroids, below 2: once two moves tell how
    /// far is good. A position is only kept if its cost is as low as Lloyd's inequality asks
    /// ([`QuantizeStep::slack`]). Default 1, Lloyd's method; 1.8 saves moves.
    pub longest_move: f64,
    /// Most Newton steps of each solve. Default 100.
    pub max_iterations: usize,
    /// Stop with the best state after this wall time.
    pub time_limit: Option<Duration>,
}

setters!(QuantizeOptions {
    tolerance: value f64,
    max_steps: value usize,
    early_mass_tolerance: value f64,
    mass_tolerance: value f64,
    final_mass_tolerance: value f64,
    longest_move: value f64,
    max_iterations: value usize,
    time_limit: option Duration,
});

impl Default for QuantizeOptions {
    fn default() -> QuantizeOptions {
        QuantizeOptions {
            tolerance: 5e-3,
            max_steps: 1000,
            early_mass_tolerance: 1e-3,
            mass_tolerance: 1e-6,
            final_mass_tolerance: 1e-10,
            longest_move: 1.0,
            max_iterations: 100,
            time_limit: None,
        }
    }
}

/// One solved position of the sites.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct QuantizeStep {
    /// Transport cost `sum_i int_cell_i |x - y_i|^2`.
    pub cost: f64,
    /// `sum m_i |y_i - c_i|^2`, in the metric of the cost: what moving the sites to the centroids
    /// of these cells saves for certain.
    pub off: f64,
    /// `sum w_i (m_i - m_i')` with the masses `m'` of the step before:
    /// `cost <= cost' - off' + slack` up to rounding. 0 for the first.
    pub slack: f64,
    /// Newton steps of the solve, coarser problems and a second solve from afresh included.
    pub newton_steps: usize,
    /// Wall seconds.
    pub seconds: f64,
}

impl QuantizeStep {
    /// `(off / cost)^(1/2)`, what the tolerance is compared with. For each cell `int |x - y_i|^2`
    /// is at least `m_i |y_i - c_i|^2`, so it lies between 0 and 1.
    pub fn movement(&self) -> f64 {
        (self.off / self.cost).sqrt()
    }
}

/// How a quantization ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum QuantizeOutcome {
    /// The sites are in their centroids to the tolerance.
    Stationary,
    /// The largest number of moves was done.
    StepsDone,
    /// The callback asked to stop.
    Interrupted,
    /// The time limit was reached.
    TimeLimit,
    /// A solve did not converge.
    NotSolved {
        /// Why, in words.
        why: String,
    },
}

/// Handed to the callback within solves and after each of them.
#[non_exhaustive]
pub struct QuantizeProgress<'a> {
    /// Positions solved so far.
    pub steps: &'a [QuantizeStep],
    /// Where the solve of the next one is; `None` between solves.
    pub solving: Option<&'a Progress<'a>>,
}

/// A problem whose sites can move: what [`quantize`] needs to know of it.
pub trait Quantizable<const D: usize>: Transport<D> + Clone {
    /// The same source and masses with these sites, and heights to start from.
    ///
    /// # Errors
    /// Sites that coincide, or heights that are not finite.
    fn with_sites(&self, sites: Vec<[f64; D]>, heights: Option<Heights>) -> Result<Self, ProblemError>;
    /// The shortest way between two points.
    fn between(&self, from: &[f64; D], to: &[f64; D]) -> [f64; D] {
        std::array::from_fn(|k| to[k] - from[k])
    }
}

impl Quantizable<2> for Problem {
    fn with_sites(&self, sites: Vec<[f64; 2]>, heights: Option<Heights>) -> Result<Problem, ProblemError> {
        self.moved(sites, heights)
    }
}

impl<const D: usize> Quantizable<D> for SpaceProblem<D> {
    /// Sites that leave the box of a torus are wrapped, and keep their weights.
    fn with_sites(&self, sites: Vec<[f64; D]>, heights: Option<Heights>) -> Result<SpaceProblem<D>, ProblemError> {
        SpaceProblem::new(
            SpaceProblemData::new(self.domain().clone(), sites)
                .density(self.density().clone())
                .masses(self.masses().to_vec())
                .heights(heights)
                .duplicates(Duplicates::Refuse),
        )
    }

    /// On a torus to the nearest image.
    fn between(&self, from: &[f64; D], to: &[f64; D]) -> [f64; D] {
        let ((low, high), periodic) = (self.domain().bounds(), self.domain().periodic());
        std::array::from_fn(|k| {
            let (way, period) = (to[k] - from[k], high[k] - low[k]);
            if periodic[k] { way - period * (way / period).round() } else { way }
        })
    }
}

impl Quantizable<3> for SphereProblem {
    fn with_sites(&self, sites: Vec<[f64; 3]>, heights: Option<Heights>) -> Result<SphereProblem, ProblemError> {
        SphereProblem::new(SphereProblemData {
            density: self.density().clone(),
            masses: Some(self.masses().to_vec()),
            heights,
            duplicates: Duplicates::Refuse,
            ..SphereProblemData::new(*self.sphere(), sites)
        })
    }
}

impl Quantizable<3> for SurfaceProblem {
    fn with_sites(&self, sites: Vec<[f64; 3]>, heights: Option<Heights>) -> Result<SurfaceProblem, ProblemError> {
        SurfaceProblem::new(SurfaceProblemData {
            density: self.density().clone(),
            masses: Some(self.masses().to_vec()),
            heights,
            duplicates: Duplicates::Refuse,
            ..SurfaceProblemData::new(self.surface().clone(), sites)
        })
    }
}

type Callback<'a> = dyn FnMut(&QuantizeProgress<'_>) -> Control + 'a;

/// What a quantization found: the last position that was solved.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Quantization<P = Problem, const D: usize = 2> {
    /// The problem with the sites and masses that were found, in the order of the problem given.
    pub problem: P,
    /// Its solution. Not converged only if the very first solve was not.
    pub solution: Solution<D>,
    /// The positions solved, the first of them as given: one more than moves. The last one
    /// describes `solution`. Empty if the first solve did not converge.
    pub steps: Vec<QuantizeStep>,
    /// Why it ended.
    pub outcome: QuantizeOutcome,
    /// Wall time in seconds.
    pub seconds: f64,
}

/// Moves the sites of a problem to the centroids of their cells, again and again, until they are
/// there; masses stay. Each solve starts from the weights of the one before
/// ([`Heights::moved`](crate::exact::Heights::moved)), and afresh if that fails.
///
/// On a surface sites are points in space: centroids lie off it where it is curved, and the same
/// inequalities hold ([`crate::diagram::SurfaceDiagram::nearest_in_cells`] puts points on it).
///
/// Sites may go beyond their centroids to save moves ([`QuantizeOptions::longest_move`]).
///
/// The cost falls in every step by at least [`QuantizeStep::off`], less [`QuantizeStep::slack`],
/// which is at most half of it. First solves are rough: whether they are good enough is decided by
/// this very inequality, and where they are not the solve goes on. A fixed point is a critical
/// point of the cost, not in general a least one. Cost per step: a solve, about three Newton steps.
///
/// ```
/// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}};
/// use brenier::transport::{QuantizeOptions, QuantizeOutcome, quantize};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square, vec![[0.3, 0.5], [0.4, 0.5]])).unwrap();
/// let found = quantize(&problem, &QuantizeOptions::default());
/// assert_eq!(found.outcome, QuantizeOutcome::Stationary);
/// let y = found.problem.sites();
/// assert!((y[0][0] - 0.25).abs() < 1e-9 && (y[1][0] - 0.75).abs() < 1e-9);
/// ```
pub fn quantize<P: Quantizable<D>, const D: usize>(problem: &P, options: &QuantizeOptions) -> Quantization<P, D> {
    quantize_with(problem, options, &mut |_| Control::Continue)
}

/// As [`quantize`], and shows every step to a callback, which may stop the run.
pub fn quantize_with<P: Quantizable<D>, const D: usize>(
    problem: &P,
    options: &QuantizeOptions,
    on_progress: &mut dyn FnMut(&QuantizeProgress<'_>) -> Control,
) -> Quantization<P, D> {
    let clock = Instant::now();
    let mut steps: Vec<QuantizeStep> = Vec::new();
    let left = || options.time_limit.map(|limit| limit.saturating_sub(clock.elapsed()));
    let run = |problem: &P, tolerance: f64, steps: &[QuantizeStep], see: &mut Callback<'_>| {
        let max_iterations = options.max_iterations;
        let options = SolveOptions { tolerance, max_iterations, time_limit: left(), ..SolveOptions::default() };
        solve_with(problem, &options, &mut |p| see(&QuantizeProgress { steps, solving: Some(p) }))
    };
    let (mut problem, mut step_clock) = (problem.clone(), Instant::now());
    let (rough, fine) = (options.early_mass_tolerance.max(options.mass_tolerance), options.mass_tolerance);
    let mut solution = run(&problem, rough, &steps, on_progress);
    let finish = |problem, solution, steps, outcome| {
        let seconds = clock.elapsed().as_secs_f64();
        Quantization { problem, solution, steps, outcome, seconds }
    };
    if let Some(outcome) = failed(&solution) {
        return finish(problem, solution, steps, outcome);
    }
    steps.push(QuantizeStep {
        newton_steps: newton_steps(&solution),
        seconds: step_clock.elapsed().as_secs_f64(),
        ..position(&problem, &solution, None)
    });
    // The masses of the step before the last one.
    let mut earlier: Option<Vec<f64>> = None;
    let mut is_fine = rough <= fine;
    let mut relaxation = Relaxation::new(options.longest_move);
    let still = |step: &QuantizeStep| step.off <= options.tolerance * options.tolerance * step.cost;
    let mut outcome = loop {
        let last = steps[steps.len() - 1];
        if still(&last) {
            // Of cells with rough masses nobody knows that.
            if !is_fine {
                is_fine = true;
                step_clock = Instant::now();
                match finer(&problem, &solution, &mut |same| run(same, fine, &steps, on_progress)) {
                    Err(outcome) => break outcome,
                    Ok((same, found)) => {
                        let better = position(&same, &found, earlier.as_deref());
                        let (newton, seconds) = (newton_steps(&found), step_clock.elapsed().as_secs_f64());
                        let k = steps.len() - 1;
                        steps[k] = QuantizeStep {
                            newton_steps: last.newton_steps + newton,
                            seconds: last.seconds + seconds,
                            ..better
                        };
                        (problem, solution) = (same, found);
                        continue;
                    }
                }
            }
            break QuantizeOutcome::Stationary;
        }
        if steps.len() > options.max_steps {
            break QuantizeOutcome::StepsDone;
        }
        if on_progress(&QuantizeProgress { steps: &steps, solving: None }) == Control::Stop {
            break QuantizeOutcome::Interrupted;
        }
        if left() == Some(Duration::ZERO) {
            break QuantizeOutcome::TimeLimit;
        }
        step_clock = Instant::now();
        let ways = ways(&problem, &solution);
        let mut length = relaxation.length(&solution.masses, &ways);
        let mut attempt = |length: f64| {
            let run = &mut |problem: &P, tolerance: f64| run(problem, tolerance, &steps, on_progress);
            attempted((&problem, &solution, &last), (length, &ways), (rough, fine), &mut is_fine, run)
        };
        let mut made = attempt(length);
        // With sites in their centroids the cost is proved to fall so much; others must show it.
        let kept = match &made {
            Ok(made) => made.at.cost <= last.cost - (1.0 + CLEARLY) * last.off + made.at.slack,
            Err(QuantizeOutcome::NotSolved { .. }) => false,
            Err(_) => true,
        };
        if length > 1.0 && !kept {
            length = 1.0;
            let spent = made.map_or(0, |made| made.at.newton_steps);
            made = attempt(length);
            if let Ok(made) = &mut made {
                made.at.newton_steps += spent;
            }
        }
        let Made { next, found, at } = match made {
            Ok(made) => made,
            Err(outcome) => break outcome,
        };
        relaxation.moved(length, ways);
        let step = QuantizeStep { seconds: step_clock.elapsed().as_secs_f64(), ..at };
        earlier = Some(std::mem::take(&mut solution.masses));
        (problem, solution) = (next, found);
        steps.push(step);
    };
    if matches!(outcome, QuantizeOutcome::Stationary | QuantizeOutcome::StepsDone) {
        // One or two more Newton steps for masses that are right to many digits. Without them the
        // masses are not those that were asked for, wherever the sites are: the outcome says so.
        match problem.with_sites(problem.sites().to_vec(), Some(solution.heights.clone())) {
            Err(e) => outcome = QuantizeOutcome::NotSolved { why: e.to_string() },
            Ok(same) => {
                let polished = run(&same, options.final_mass_tolerance, &steps, on_progress);
                match (failed(&polished), steps.last_mut()) {
                    (None, Some(last)) => {
                        let better = position(&same, &polished, earlier.as_deref());
                        (last.cost, last.off, last.slack) = (better.cost, better.off, better.slack);
                        last.newton_steps += newton_steps(&polished);
                        (problem, solution) = (same, polished);
                    }
                    (Some(ended), _) => outcome = ended,
                    (None, None) => {}
                }
            }
        }
    }
    finish(problem, solution, steps, outcome)
}

/// A move must save more than this times what errors of masses may cost.
const MOST_SLACK: f64 = 0.5;

/// By this share of it more than must be saved by sites that go beyond their centroids: so that it
/// holds, too, once masses are right to more digits.
const CLEARLY: f64 = 0.01;

/// A position that sites were moved to and solved.
struct Made<P, const D: usize> {
    next: P,
    found: Solution<D>,
    at: QuantizeStep,
}

/// Moves sites along these ways and solves again, to the `rough` tolerance if that is still good
/// enough (`is_fine`).
///
/// # Errors
/// Why there is no solution.
fn attempted<P: Quantizable<D>, const D: usize>(
    (problem, solution, last): (&P, &Solution<D>, &QuantizeStep),
    (length, ways): (f64, &[[f64; D]]),
    (rough, fine): (f64, f64),
    is_fine: &mut bool,
    run: &mut dyn FnMut(&P, f64) -> Solution<D>,
) -> Result<Made<P, D>, QuantizeOutcome> {
    let mut next = moved(problem, solution, (length, ways))
        .map_err(|e| QuantizeOutcome::NotSolved { why: format!("the moved sites are no problem: {e}") })?;
    let aim = if *is_fine { fine } else { rough };
    let mut found = run(&next, aim);
    let mut tried = newton_steps(&found);
    if matches!(failed(&found), Some(QuantizeOutcome::NotSolved { .. })) {
        let afresh = next.with_sites(next.sites().to_vec(), None);
        found = run(&afresh.map_err(|e| QuantizeOutcome::NotSolved { why: e.to_string() })?, aim);
        tried += newton_steps(&found);
    }
    if let Some(outcome) = failed(&found) {
        return Err(outcome);
    }
    let mut at = position(&next, &found, Some(&solution.masses));
    if !*is_fine && at.slack > MOST_SLACK * last.off {
        // Masses are too rough for moves as small as these, and so they will be from now on.
        *is_fine = true;
        let (same, better) = finer(&next, &found, &mut |same| run(same, fine))?;
        tried += newton_steps(&better);
        at = position(&same, &better, Some(&solution.masses));
        (next, found) = (same, better);
    }
    Ok(Made { next, found, at: QuantizeStep { newton_steps: tried, ..at } })
}

/// Goes on from a rough solution.
fn finer<P: Quantizable<D>, const D: usize>(
    problem: &P,
    solution: &Solution<D>,
    run: &mut dyn FnMut(&P) -> Solution<D>,
) -> Result<(P, Solution<D>), QuantizeOutcome> {
    let same = problem.with_sites(problem.sites().to_vec(), Some(solution.heights.clone()));
    let same = same.map_err(|e| QuantizeOutcome::NotSolved { why: e.to_string() })?;
    let found = run(&same);
    match failed(&found) {
        Some(outcome) => Err(outcome),
        None => Ok((same, found)),
    }
}

/// Why a solve is of no use, if it is not.
fn failed<const D: usize>(solution: &Solution<D>) -> Option<QuantizeOutcome> {
    match &solution.report.outcome {
        Some(Outcome::Converged) => None,
        Some(Outcome::Interrupted) => Some(QuantizeOutcome::Interrupted),
        Some(Outcome::TimeLimit) => Some(QuantizeOutcome::TimeLimit),
        Some(Outcome::NotConverged { why }) => Some(QuantizeOutcome::NotSolved { why: why.clone() }),
        None => Some(QuantizeOutcome::NotSolved { why: "the solver did not say how it ended".into() }),
    }
}

fn newton_steps<const D: usize>(solution: &Solution<D>) -> usize {
    let steps = &solution.report.iterations;
    steps.len().saturating_sub(1) + steps.first().map_or(0, |start| start.coarse_steps as usize)
}

/// Cost, distance from the centroids, and slack of a solved position.
fn position<const D: usize>(
    problem: &impl Quantizable<D>,
    solution: &Solution<D>,
    masses_before: Option<&[f64]>,
) -> QuantizeStep {
    let mut off = 0.0;
    for ((y, centroid), m) in problem.sites().iter().zip(&solution.centroids).zip(&solution.masses) {
        let c = centroid.unwrap_or(*y);
        let mut way = [0.0; 3];
        way.iter_mut().zip(c).zip(y).for_each(|((d, c), y)| *d = c - y);
        off += match problem.metric() {
            None => m * (0..D).map(|k| way[k] * way[k]).sum::<f64>(),
            Some(metric) => m * metric.length_squared(&way),
        };
    }
    let slack = masses_before.map_or(0.0, |before| slack(problem, solution, before));
    QuantizeStep { cost: solution.cost, off, slack, ..QuantizeStep::default() }
}

/// `sum w_i (m_i - m_i')`, with weights about their mean: both lists of masses have the same total,
/// up to rounding that must not be multiplied by where the origin is.
fn slack<const D: usize>(problem: &impl Quantizable<D>, solution: &Solution<D>, before: &[f64]) -> f64 {
    let origin = problem.sites()[0];
    let weight = |i: usize| {
        let y = problem.sites()[i];
        // |y|^2 + 2 h up to a constant: |y - o|^2 + 2 (h + <o, y - o>), in the metric.
        let (mut inner, mut square) = (solution.heights.get(i), Dd::ZERO);
        let d: [Dd; D] = std::array::from_fn(|k| Dd::difference(y[k], origin[k]));
        let along = |k: usize| match problem.metric() {
            None => d[k],
            Some(metric) => (0..D).fold(Dd::ZERO, |sum, l| sum + d[l].times(metric.rows()[k][l])),
        };
        for (k, (own, o)) in d.iter().zip(&origin).enumerate() {
            let d = along(k);
            (inner, square) = (inner + d.times(*o), square + d * *own);
        }
        square + inner.scale(2.0)
    };
    let (mut mean, mut total) = (Dd::ZERO, Dd::ZERO);
    for (i, &m) in solution.masses.iter().enumerate() {
        mean = mean + weight(i).times(m);
        total = total + Dd::from_f64(m);
    }
    let mean = mean.over(total);
    let mut sum = Dd::ZERO;
    for (i, (&m, &b)) in solution.masses.iter().zip(before).enumerate() {
        sum = sum + (weight(i) - mean) * Dd::difference(m, b);
    }
    sum.to_f64()
}

/// The ways from the sites to the centroids of their cells.
fn ways<P: Quantizable<D>, const D: usize>(problem: &P, solution: &Solution<D>) -> Vec<[f64; D]> {
    let way = |(y, c): (&[f64; D], &Option<[f64; D]>)| {
        let c = c.unwrap_or(*y);
        std::array::from_fn(|k| c[k] - y[k])
    };
    problem.sites().iter().zip(&solution.centroids).map(way).collect()
}

/// The problem with every site in its centroid, or beyond, and the heights that go with it.
fn moved<P: Quantizable<D>, const D: usize>(
    problem: &P,
    solution: &Solution<D>,
    (length, ways): (f64, &[[f64; D]]),
) -> Result<P, ProblemError> {
    let (before, centroids) = (problem.sites(), &solution.centroids);
    let site = |i: usize| {
        let c = centroids[i].unwrap_or(before[i]);
        std::array::from_fn(|k| c[k] + (length - 1.0) * ways[i][k])
    };
    let sites: Vec<[f64; D]> = (0..before.len()).map(site).collect();
    let heights = crate::domain::space::moved(&solution.heights, problem.sites(), &sites, problem.metric());
    let heights = heights.first_non_finite().is_none().then_some(heights);
    problem.with_sites(sites, heights)
}
