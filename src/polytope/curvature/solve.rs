//! From the problem to its polytope.

use super::super::claims::PolytopeClaims;
use super::super::corners::SURE;
use super::super::report::{PolytopeOutcome, PolytopeStep};
use super::super::solid::Polyhedron;
use super::cells::{HIGHEST, Measured, SphereCells, divisors};
use super::problem::{CurvatureError, CurvatureProblem};
use super::proof::prove_curvatures;
use super::witness::violation_at;
use crate::exact::elementary::exp;
use crate::exact::{Dd, Heights, power};
use crate::newton::{NewtonOptions, NewtonState, Outcome, Start, maximize};
use crate::setters::setters;

/// When to stop.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CurvatureOptions {
    /// Largest relative error of a curvature.
    pub tolerance: f64,
    /// Most steps.
    pub max_iterations: usize,
}

impl Default for CurvatureOptions {
    /// 1e-12, 100 steps.
    fn default() -> CurvatureOptions {
        CurvatureOptions { tolerance: 1e-12, max_iterations: 100 }
    }
}

setters!(CurvatureOptions {
    tolerance: value f64,
    max_iterations: value usize,
});

/// A polytope with the origin inside, the product of whose radii is 1.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CurvatureSolution {
    /// Distance of the vertex on each direction.
    pub radii: Vec<f64>,
    /// For each direction the divisor `s` of its first given ray `u`, whatever its length: the
    /// vertex is `u / s`. The polytope is exactly what these say.
    pub divisors: Vec<Dd>,
    /// Curvatures at the vertices.
    pub curvatures: Vec<f64>,
    /// Largest relative error of a curvature.
    pub max_relative_error: f64,
    /// How it ended.
    pub outcome: PolytopeOutcome,
    /// The start and the steps.
    pub iterations: Vec<PolytopeStep>,
    /// The polytope; `of` has the direction of each vertex.
    pub solid: Polyhedron,
}

/// A step this short, and the conditions are looked at.
const SHORT: f64 = 0.2;

/// So many steps, and they are looked at again.
const OFTEN: usize = 8;

/// Logarithms of radii further apart than this are looked at, too.
const WIDE: f64 = 20.0;

/// Solves Alexandrov's problem; the callback sees each accepted step and may stop the run. The
/// start has all vertices on a sphere, where each has curvature. Cost per step: a hull and a sparse
/// system, about O(n log n).
///
/// # Errors
/// [`CurvatureError::Violated`], if a run that makes no way shows which condition fails.
pub fn curvature(
    problem: &CurvatureProblem,
    options: &CurvatureOptions,
    keep_going: &mut dyn FnMut(&[PolytopeStep]) -> bool,
) -> Result<CurvatureSolution, CurvatureError> {
    let directions = &problem.directions;
    let mut cells = SphereCells { directions };
    let newton =
        NewtonOptions { tolerance: options.tolerance, max_iterations: options.max_iterations, time_limit: None };
    let start = Start::Fresh(Heights::zeros(directions.len()));
    let mut violation = None;
    // The last state with a shape.
    let (mut last, mut lost) = ((Heights::zeros(directions.len()), Vec::new()), false);
    let mut watch = |state: &NewtonState| {
        let steps = steps_of(state);
        let spread = spread(&state.heights);
        // Nothing has mass there, so a climb from there has no end.
        lost = spread.is_nan() || spread > HIGHEST;
        if lost {
            return false;
        }
        let slow = steps.last().is_some_and(|s| s.step > 0.0 && s.step < SHORT);
        if slow || spread > WIDE || steps.len() % OFTEN == OFTEN - 1 {
            violation = violation_at(directions, &problem.curvatures, &state.heights);
        }
        last = (state.heights.clone(), steps);
        violation.is_none() && keep_going(&last.1)
    };
    let result = maximize(&mut cells, &problem.curvatures, start, &newton, &mut watch);
    let outcome = match result.outcome {
        Outcome::Converged => PolytopeOutcome::Converged,
        Outcome::Interrupted if lost => PolytopeOutcome::NotConverged("radii run out of the range of doubles".into()),
        Outcome::Interrupted => PolytopeOutcome::Interrupted,
        Outcome::NotConverged { why } => PolytopeOutcome::NotConverged(why),
        Outcome::TimeLimit => PolytopeOutcome::NotConverged("time limit reached".into()),
    };
    let ended = matches!(outcome, PolytopeOutcome::Converged | PolytopeOutcome::Interrupted);
    let sound = spread(&result.state.heights) <= HIGHEST;
    let (heights, iterations) = if sound { (result.state.heights.clone(), steps_of(&result.state)) } else { last };
    if !ended && violation.is_none() {
        violation = violation_at(directions, &problem.curvatures, &heights);
    }
    if let Some(violation) = violation.filter(|_| !outcome.converged()) {
        return Err(CurvatureError::Violated(violation));
    }
    Ok(finished(problem, &heights, iterations, (outcome, options.tolerance)))
}

/// How far heights are apart; not a number if one is none.
fn spread(heights: &Heights) -> f64 {
    let all = heights.as_slice().iter().map(|h| h.hi);
    if all.clone().any(f64::is_nan) {
        return f64::NAN;
    }
    let (least, most) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), h| (l.min(h), m.max(h)));
    most - least
}

fn steps_of(state: &NewtonState) -> Vec<PolytopeStep> {
    state.iterations.iter().map(|i| PolytopeStep { residual: i.residual, step: i.step }).collect()
}

fn finished(
    problem: &CurvatureProblem,
    heights: &Heights,
    iterations: Vec<PolytopeStep>,
    (mut outcome, tolerance): (PolytopeOutcome, f64),
) -> CurvatureSolution {
    let directions = &problem.directions;
    // Radii of product 1.
    let heights = heights.as_slice();
    let sum = heights.iter().fold(Dd::ZERO, |s, h| s + *h);
    let mean = sum.over(Dd::from_f64(heights.len() as f64));
    let heights = Heights::new(heights.iter().map(|h| *h - mean));
    let divisors = divisors(directions, &heights);
    let at = Measured::new(directions.poles(&divisors));
    let mut curvatures = at.as_ref().map_or_else(Vec::new, |m| m.curvatures.clone());
    let relative = curvatures.iter().zip(&problem.curvatures).map(|(k, wanted)| (k - wanted).abs() / wanted);
    let mut max_relative_error = if at.is_none() { f64::INFINITY } else { relative.fold(0.0, f64::max) };
    if let Some(m) = at.as_ref().filter(|m| !(m.doubt <= SURE)) {
        let rays: Vec<[f64; 3]> = m.rows.iter().map(|r| r.n).collect();
        if let Some(proof) = prove_curvatures(&rays, &divisors, &problem.curvatures) {
            curvatures = proof.curvatures;
            max_relative_error = proof.max_relative_error[1];
        }
        if outcome.converged() && !(max_relative_error <= tolerance) {
            outcome = PolytopeOutcome::NotConverged("facets are too flat for curvatures in doubles".into());
        }
    }
    CurvatureSolution {
        radii: heights.as_slice().iter().map(|h| exp(*h).to_f64()).collect(),
        divisors: divisors.iter().zip(&directions.exponents).map(|(s, e)| power::scaled_dd(*s, -e)).collect(),
        curvatures,
        max_relative_error,
        outcome,
        iterations,
        solid: at.map_or_else(Polyhedron::default, |m| Polyhedron::of_points(&m.rows, &m.rings)),
    }
}

impl CurvatureSolution {
    /// What a file says of it.
    pub fn claims(&self, problem: &CurvatureProblem, rays: &[[f64; 3]], tolerance: f64) -> PolytopeClaims {
        let directions = &problem.directions;
        PolytopeClaims {
            vectors: directions.first.iter().map(|&k| rays[k as usize]).collect(),
            prescribed: problem.curvatures.clone(),
            sizes: self.radii.clone(),
            exact: self.divisors.clone(),
            values: self.curvatures.clone(),
            max_relative_error: self.max_relative_error,
            tolerance,
            volume: None,
            converged: self.outcome.converged(),
            of_input: (directions.merged() > 0).then(|| directions.of_input.clone()),
        }
    }
}
