//! Damped Newton on the support numbers.
//!
//! The start is a polytope about a ball, all support numbers 1: each facet touches the ball, so
//! none is missing. Facets that are all there stay so between two such polytopes (`P(s) + P(t)` is
//! inside `P(s + t)`), and the inverse of the areas' derivative is bounded where areas are bounded
//! below. So steps `t = 1, 1/2, 1/4, ...` are taken as in the transport of measures: the first for
//! which no area falls below a share of its target, and the errors shrink by `1 - t/2`.

use super::super::claims::PolytopeClaims;
use super::super::corners::SURE;
use super::super::report::{PolytopeOutcome, PolytopeStep};
use super::super::solid::Polyhedron;
use super::measure::Measured;
use super::problem::MinkowskiProblem;
use super::proof::prove_areas;
use super::step::newton;
use crate::exact::{Dd, power};
use crate::setters::setters;

/// When to stop.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MinkowskiOptions {
    /// Largest relative error of an area.
    pub tolerance: f64,
    /// Most steps.
    pub max_iterations: usize,
}

impl Default for MinkowskiOptions {
    /// 1e-12, 200 steps.
    fn default() -> MinkowskiOptions {
        MinkowskiOptions { tolerance: 1e-12, max_iterations: 200 }
    }
}

setters!(MinkowskiOptions {
    tolerance: value f64,
    max_iterations: value usize,
});

/// Steps shorter than this make no progress.
const SHORTEST: f64 = 1.0 / (1u64 << 30) as f64;

/// A polytope with its centroid at the origin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MinkowskiSolution {
    /// Support numbers of each direction, for its unit normal.
    pub support: Vec<f64>,
    /// For each direction the offset `s` of its first given normal `n`, whatever its length: the
    /// facet lies in the plane `<n, x> = s`. The polytope is exactly what these say.
    pub offsets: Vec<Dd>,
    /// Areas of the facets.
    pub areas: Vec<f64>,
    /// Their sum.
    pub surface: f64,
    /// Volume.
    pub volume: f64,
    /// Largest relative error of an area.
    pub max_relative_error: f64,
    /// How it ended.
    pub outcome: PolytopeOutcome,
    /// The start and the steps.
    pub iterations: Vec<PolytopeStep>,
    /// The polytope; `of` has the direction of each face.
    pub solid: Polyhedron,
}

/// How far areas are from their targets: the largest relative error, and the sum of squares that
/// steps must reduce, in which errors that are good enough do not count.
struct Error {
    relative: f64,
    weighted: f64,
    /// Least area over its target.
    least: f64,
}

fn error(problem: &MinkowskiProblem, at: &Measured, tolerance: f64) -> Error {
    let mut e = Error { relative: 0.0, weighted: 0.0, least: f64::INFINITY };
    for ((t, wanted), length) in at.share.iter().zip(&problem.target).zip(&problem.directions.lengths) {
        let relative = (*t - *wanted).over(*wanted).to_f64().abs();
        e.relative = e.relative.max(relative);
        e.weighted += (relative - 0.5 * tolerance).max(0.0).powi(2) * (wanted.hi * length.hi);
        e.least = e.least.min(t.hi / wanted.hi);
    }
    e.weighted = e.weighted.sqrt();
    e
}

/// Solves Minkowski's problem; the callback sees each accepted step and may stop the run. Cost per
/// step: a hull and a sparse system, about O(n log n).
pub fn minkowski(
    problem: &MinkowskiProblem,
    options: &MinkowskiOptions,
    keep_going: &mut dyn FnMut(&[PolytopeStep]) -> bool,
) -> MinkowskiSolution {
    let directions = &problem.directions;
    // About a ball that makes the whole surface right.
    let about = |radius: f64| directions.lengths.iter().map(|l| l.times(radius)).collect::<Vec<Dd>>();
    let wanted: f64 = problem.target.iter().zip(&directions.lengths).map(|(t, l)| t.hi * l.hi).sum();
    let mut offsets = about(1.0);
    let begin = Measured::new(directions, &offsets);
    let surface = begin.map_or(1.0, |m| m.areas.iter().sum());
    offsets = about((wanted / surface).sqrt());
    let mut iterations = Vec::new();
    let mut at = Measured::new(directions, &offsets);
    let outcome = match &mut at {
        None => PolytopeOutcome::NotConverged("no polytope about a ball has these normals in doubles".into()),
        Some(at) => climb(problem, options, (&mut offsets, at), &mut iterations, keep_going),
    };
    finished(problem, offsets, at, (outcome, options.tolerance), iterations)
}

/// Step after step.
fn climb(
    problem: &MinkowskiProblem,
    options: &MinkowskiOptions,
    (offsets, at): (&mut Vec<Dd>, &mut Measured),
    iterations: &mut Vec<PolytopeStep>,
    keep_going: &mut dyn FnMut(&[PolytopeStep]) -> bool,
) -> PolytopeOutcome {
    let directions = &problem.directions;
    let mut now = error(problem, at, options.tolerance);
    let floor = 0.5 * now.least.min(1.0);
    iterations.push(PolytopeStep { residual: now.relative, step: 0.0 });
    let stopped = |why: String| PolytopeOutcome::NotConverged(why);
    loop {
        if now.relative <= options.tolerance {
            return PolytopeOutcome::Converged;
        }
        if !keep_going(iterations) {
            return PolytopeOutcome::Interrupted;
        }
        if iterations.len() > options.max_iterations {
            return stopped(format!("{} steps done", options.max_iterations));
        }
        let lack: Vec<f64> = (problem.target.iter().zip(&at.share))
            .zip(&directions.lengths)
            .map(|((wanted, t), l)| ((*wanted - *t) * *l).to_f64())
            .collect();
        let Some(step) = newton(directions, at, &lack) else {
            return stopped("the linear system of a step cannot be solved in doubles".into());
        };
        let mut t = 1.0;
        loop {
            let moved: Vec<Dd> =
                (offsets.iter().zip(&step)).zip(&directions.lengths).map(|((s, d), l)| *s + l.times(t * d)).collect();
            if let Some(trial) = Measured::new(directions, &moved) {
                let next = error(problem, &trial, options.tolerance);
                let proved = next.least >= floor && next.weighted <= (1.0 - 0.5 * t) * now.weighted;
                if proved || next.relative <= options.tolerance {
                    (*offsets, *at) = centred(problem, moved, trial);
                    now = next;
                    iterations.push(PolytopeStep { residual: now.relative, step: t });
                    break;
                }
            }
            t *= 0.5;
            if t < SHORTEST {
                return stopped(format!("no step down to {SHORTEST:.0e} of Newton's reduces the errors"));
            }
        }
    }
}

/// The polytope with its centroid near the origin, so that this stays inside of it.
fn centred(problem: &MinkowskiProblem, offsets: Vec<Dd>, at: Measured) -> (Vec<Dd>, Measured) {
    let c = at.centroid();
    let moved: Vec<Dd> = (problem.directions.vectors.iter().zip(&offsets))
        .map(|(n, s)| *s - (Dd::product(n[0], c[0]) + Dd::product(n[1], c[1]) + Dd::product(n[2], c[2])))
        .collect();
    match Measured::new(&problem.directions, &moved) {
        Some(found) => (moved, found),
        None => (offsets, at),
    }
}

/// In the caller's units.
fn finished(
    problem: &MinkowskiProblem,
    offsets: Vec<Dd>,
    at: Option<Measured>,
    (mut outcome, tolerance): (PolytopeOutcome, f64),
    iterations: Vec<PolytopeStep>,
) -> MinkowskiSolution {
    let (directions, unit) = (&problem.directions, problem.unit);
    let lengths = offsets.iter().zip(&directions.lengths);
    let support = lengths.map(|(s, l)| power::scaled(s.over(*l).to_f64(), unit)).collect();
    let mut areas: Vec<f64> = at.iter().flat_map(|m| &m.areas).map(|a| power::scaled(*a, 2 * unit)).collect();
    let relative = areas.iter().zip(problem.areas()).map(|(a, wanted)| (a - wanted).abs() / wanted);
    let mut max_relative_error = if at.is_none() { f64::INFINITY } else { relative.fold(0.0, f64::max) };
    let mut volume = at.as_ref().map_or(0.0, |m| power::scaled(m.volume.to_f64(), 3 * unit));
    let scaled = |(s, e): (&Dd, &i32)| power::scaled_dd(*s, unit - e);
    let exact: Vec<Dd> = offsets.iter().zip(&directions.exponents).map(scaled).collect();
    if at.as_ref().is_some_and(|m| !(m.doubt <= SURE)) {
        let offsets: Vec<Dd> = offsets.iter().map(|s| power::scaled_dd(*s, unit)).collect();
        if let Some(proof) = prove_areas(&directions.vectors, &offsets, problem.areas()) {
            areas = proof.areas;
            max_relative_error = proof.max_relative_error[1];
            volume = 0.5 * (proof.volume[0] + proof.volume[1]);
        }
        if outcome.converged() && !(max_relative_error <= tolerance) {
            outcome = PolytopeOutcome::NotConverged("normals are too nearly parallel for areas in doubles".into());
        }
    }
    let mut solid = at.as_ref().map_or_else(Polyhedron::default, |m| Polyhedron::of_facets(&m.rows, &m.rings));
    solid.vertices.iter_mut().for_each(|v| *v = v.map(|x| power::scaled(x, unit)));
    MinkowskiSolution {
        support,
        max_relative_error,
        surface: areas.iter().sum(),
        volume,
        areas,
        offsets: exact,
        outcome,
        iterations,
        solid,
    }
}

impl MinkowskiSolution {
    /// What a file says of it.
    pub fn claims(&self, problem: &MinkowskiProblem, normals: &[[f64; 3]], tolerance: f64) -> PolytopeClaims {
        let directions = &problem.directions;
        PolytopeClaims {
            vectors: directions.first.iter().map(|&k| normals[k as usize]).collect(),
            prescribed: problem.areas().to_vec(),
            sizes: self.support.clone(),
            exact: self.offsets.clone(),
            values: self.areas.clone(),
            max_relative_error: self.max_relative_error,
            tolerance,
            volume: Some(self.volume),
            converged: self.outcome.converged(),
            of_input: (directions.merged() > 0).then(|| directions.of_input.clone()),
        }
    }
}
