//! Sites whose cells have given masses and centroids: what is measured of the grains of a map.
//!
//! With the centroids `b_i` of the cells of masses `nu_i`, and those asked for, `c_i`,
//!
//! ```text
//! F(y) = W2^2(y) / 2 - sum nu_i |y_i - c_i|^2 / 2    has    dF/dy_i = nu_i (c_i - b_i).
//! ```
//!
//! `W2^2 / 2 - sum nu_i |y_i|^2 / 2` is a constant less a maximum of functions linear in `y`, so
//! `F` is concave (on a torus as long as no centroid changes the image of its site that it is
//! near): where centroids are right it is greatest, and all greatest places have the same cells.
//! They are climbed to by steps along `c - b`, as long as the last two gradients say (Barzilai,
//! Borwein, "Two-point step size gradient methods", 1988). Scaling and moving all sites changes no
//! cell, so sites are one choice of many; the climb keeps near the centroids, where it begins.
//!
//! Masses and centroids that no cells have are approached as far as the climb comes; the best sites
//! are kept, and told as such. Derivation: docs/theory/quantization.md. Reference: Bourne, Pearce,
//! Roper, "Inverting Laguerre tessellations" (2024).

use super::quantize::Quantizable;
use super::solution::{Control, Solution, SolveOptions};
use super::solve::solve_with;
use crate::newton::Outcome;
use crate::problem::ProblemError;
use crate::setters::setters;
use std::time::{Duration, Instant};

/// Options of a fit.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FitOptions {
    /// Stop when centroids are off by this share of the size of the cells ([`FitStep::off`]).
    /// Default 1e-4.
    pub tolerance: f64,
    /// Largest number of steps. Default 300.
    pub max_steps: usize,
    /// Largest relative mass error of all solves. Default 1e-10.
    pub mass_tolerance: f64,
    /// Stop with the best state after this wall time.
    pub time_limit: Option<Duration>,
}

setters!(FitOptions {
    tolerance: value f64,
    max_steps: value usize,
    mass_tolerance: value f64,
    time_limit: option Duration,
});

impl Default for FitOptions {
    fn default() -> FitOptions {
        FitOptions { tolerance: 1e-4, max_steps: 300, mass_tolerance: 1e-10, time_limit: None }
    }
}

/// One solved position of the sites.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FitStep {
    /// `(sum nu_i |c_i - b_i|^2 / sum int_cell |x - b_i|^2)^(1/2)`: how far centroids are off, as a
    /// share of the size of the cells.
    pub off: f64,
    /// The largest distance between a centroid and the one asked for.
    pub largest: f64,
    /// The share of `c - b` that sites go next.
    pub step: f64,
}

/// How a fit ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FitOutcome {
    /// Centroids are right to the tolerance.
    Fitted,
    /// The best of many steps was long ago: as a rule no cells have these masses and centroids.
    Stalled,
    /// The largest number of steps was done.
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

/// What a fit found: the best of all positions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fit<P, const D: usize> {
    /// The problem with the sites that were found.
    pub problem: P,
    /// Its solution.
    pub solution: Solution<D>,
    /// How far off all positions were.
    pub steps: Vec<FitStep>,
    /// Which of them this is.
    pub best: usize,
    /// Why it ended.
    pub outcome: FitOutcome,
    /// Wall time in seconds.
    pub seconds: f64,
}

/// So many steps without a better one are enough.
const PATIENCE: usize = 30;

/// Steps beyond these shares of `c - b` are guesses of gradients that differ by rounding.
const STEPS: [f64; 2] = [0.125, 64.0];

/// Moves the sites of a problem until their cells, of the problem's masses, have these centroids,
/// one a site. On a torus any image of a centroid will do. Cost per step: a solve.
///
/// ```
/// use brenier::{SpaceDomain, SpaceProblem, SpaceProblemData};
/// use brenier::transport::{Control, FitOptions, FitOutcome, fit};
/// // Two slabs of a cube: centroids tell that they are cut across x.
/// let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
/// let centroids = [[0.125, 0.5, 0.5], [0.625, 0.5, 0.5]];
/// let data = SpaceProblemData::new(cube, vec![[0.2, 0.3, 0.4], [0.5, 0.6, 0.4]]).masses(vec![0.25, 0.75]);
/// let problem = SpaceProblem::new(data).unwrap();
/// let found = fit(&problem, &centroids, &FitOptions::default(), &mut |_| Control::Continue);
/// assert_eq!(found.outcome, FitOutcome::Fitted);
/// assert!((found.solution.centroids[0].unwrap()[0] - 0.125).abs() < 1e-3);
/// ```
///
/// # Panics
/// If there is not one centroid for each site.
pub fn fit<P: Quantizable<D>, const D: usize>(
    problem: &P,
    centroids: &[[f64; D]],
    options: &FitOptions,
    on_step: &mut dyn FnMut(&[FitStep]) -> Control,
) -> Fit<P, D> {
    assert_eq!(centroids.len(), problem.sites().len(), "one centroid for each site");
    let clock = Instant::now();
    let left = || options.time_limit.map(|limit| limit.saturating_sub(clock.elapsed()));
    let mut steps: Vec<FitStep> = Vec::new();
    let mut now = solved(problem.clone(), options.mass_tolerance, left(), &mut || on_step(&[]));
    let mut best: Option<(usize, P, Solution<D>)> = None;
    // The last gradient.
    let mut last: Option<Vec<[f64; D]>> = None;
    let mut step = 1.0;
    let outcome = loop {
        if let Some(outcome) = failed(&now.1) {
            break outcome;
        }
        let (problem, solution) = (&now.0, &now.1);
        let gradient = differences(problem, solution, centroids);
        if let Some(last) = &last {
            step = next_step(problem.masses(), last, &gradient, step);
        }
        steps.push(FitStep { step, ..position(problem, solution, &gradient) });
        let off = steps[steps.len() - 1].off;
        if best.as_ref().is_none_or(|b| off < steps[b.0].off) {
            best = Some((steps.len() - 1, problem.clone(), solution.clone()));
        }
        if off <= options.tolerance {
            break FitOutcome::Fitted;
        }
        if best.as_ref().is_some_and(|b| steps.len() > b.0 + PATIENCE) {
            break FitOutcome::Stalled;
        }
        if steps.len() > options.max_steps {
            break FitOutcome::StepsDone;
        }
        if on_step(&steps) == Control::Stop {
            break FitOutcome::Interrupted;
        }
        if left() == Some(Duration::ZERO) {
            break FitOutcome::TimeLimit;
        }
        match moved(problem, solution, &gradient, step) {
            Ok(next) => now = solved(next, options.mass_tolerance, left(), &mut || on_step(&steps)),
            Err(e) => break FitOutcome::NotSolved { why: format!("the moved sites are no problem: {e}") },
        }
        last = Some(gradient);
    };
    let (best, problem, solution) = best.unwrap_or((0, now.0, now.1));
    Fit { problem, solution, steps, best, outcome, seconds: clock.elapsed().as_secs_f64() }
}

/// Solves, afresh if that fails from the weights there are.
fn solved<P: Quantizable<D>, const D: usize>(
    problem: P,
    tolerance: f64,
    left: Option<Duration>,
    ask: &mut dyn FnMut() -> Control,
) -> (P, Solution<D>) {
    let options = SolveOptions::default().tolerance(tolerance).time_limit(left);
    let solution = solve_with(&problem, &options, &mut |_| ask());
    if matches!(solution.report.outcome, Some(Outcome::NotConverged { .. }))
        && let Ok(afresh) = problem.with_sites(problem.sites().to_vec(), None)
    {
        let solution = solve_with(&afresh, &options, &mut |_| ask());
        return (afresh, solution);
    }
    (problem, solution)
}

fn failed<const D: usize>(solution: &Solution<D>) -> Option<FitOutcome> {
    match &solution.report.outcome {
        Some(Outcome::Converged) => None,
        Some(Outcome::Interrupted) => Some(FitOutcome::Interrupted),
        Some(Outcome::TimeLimit) => Some(FitOutcome::TimeLimit),
        Some(Outcome::NotConverged { why }) => Some(FitOutcome::NotSolved { why: why.clone() }),
        None => Some(FitOutcome::NotSolved { why: "the solver did not say how it ended".into() }),
    }
}

/// `c - b`.
fn differences<P: Quantizable<D>, const D: usize>(
    problem: &P,
    solution: &Solution<D>,
    centroids: &[[f64; D]],
) -> Vec<[f64; D]> {
    let cells = solution.centroids.iter().zip(problem.sites());
    cells.zip(centroids).map(|((b, y), c)| problem.between(&b.unwrap_or(*y), c)).collect()
}

fn square<const D: usize>(x: &[f64; D]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

fn position<P: Quantizable<D>, const D: usize>(problem: &P, solution: &Solution<D>, gradient: &[[f64; D]]) -> FitStep {
    let (mut off, mut spread, mut largest) = (0.0, solution.cost, 0.0f64);
    for (i, (r, m)) in gradient.iter().zip(&solution.masses).enumerate() {
        let y = problem.sites()[i];
        let b = solution.centroids[i].unwrap_or(y);
        off += m * square(r);
        spread -= m * square::<D>(&std::array::from_fn(|k| b[k] - y[k]));
        largest = largest.max(square(r));
    }
    let off = if spread > 0.0 { (off / spread).sqrt() } else { f64::INFINITY };
    FitStep { off, largest: largest.sqrt(), step: 0.0 }
}

/// `<s, s> / <s, last - now>` with the step `s` that was made, along `last`.
fn next_step<const D: usize>(masses: &[f64], last: &[[f64; D]], now: &[[f64; D]], step: f64) -> f64 {
    let (mut along, mut bent) = (0.0, 0.0);
    for ((a, b), m) in last.iter().zip(now).zip(masses) {
        along += m * square(a);
        bent += m * (0..D).map(|k| a[k] * (a[k] - b[k])).sum::<f64>();
    }
    // Where the gradient does not fall, the longest step that is tried.
    let wanted = if bent > 0.0 { step * along / bent } else { 2.0 * step };
    wanted.clamp(STEPS[0], STEPS[1])
}

fn moved<P: Quantizable<D>, const D: usize>(
    problem: &P,
    solution: &Solution<D>,
    gradient: &[[f64; D]],
    step: f64,
) -> Result<P, ProblemError> {
    let go = |(y, r): (&[f64; D], &[f64; D])| std::array::from_fn(|k| y[k] + step * r[k]);
    let sites: Vec<[f64; D]> = problem.sites().iter().zip(gradient).map(go).collect();
    let heights = crate::domain::space::moved(&solution.heights, problem.sites(), &sites, problem.metric());
    let heights = heights.first_non_finite().is_none().then_some(heights);
    problem.with_sites(sites, heights)
}
