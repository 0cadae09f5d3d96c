//! Partial transport: the masses sum to less than the source's, and the rest of the source stays
//! where it is.
//!
//! Finds weights such that each cell, clipped by its ball `|x - y_i|^2 <= w_i`, has its site's
//! mass. This is the cheapest way to bring the masses out of the source; what is in no ball stays.
//! The weights are absolute: no constant may be added. Reference and proof of convergence:
//! docs/theory/partial.md.

use super::super::certificate::Certificate;
use super::super::family::Family;
use super::super::remarks;
use super::words::{area_in_words, facets_in_words, scaled};
use crate::diagram::{
    DiagramError, Laguerre, PartialDiagram, PartialLaguerre, PlaneLaguerre, Want, partial_start, quantile_start,
    shifted_start,
};
use crate::exact::{Dd, Heights};
use crate::newton::{self, NewtonOptions, Start};
use crate::problem::{Problem, Units};
use std::borrow::Cow;
use std::time::{Duration, Instant};

/// Where what stays is at most this share of what moves, the balanced problem is tried as a start
/// at once.
const LITTLE: f64 = 0.25;

/// How well the balanced problem is solved that may give a start.
const LOOSE: f64 = 0.3;

/// Share of what shall stay that every trial must leave.
const LEAST_SHARE: f64 = 1e-6;

/// Most Newton steps of a balanced start: no limit of the run's, so that one that is stopped by
/// that limit goes on with the same bits.
const START_STEPS: usize = 100;

/// A problem of the plane of which some of the source stays.
pub struct Partial<'p> {
    /// The problem.
    pub problem: Cow<'p, Problem>,
    /// The mass that stays.
    pub rest: f64,
}

impl Family<2> for Partial<'_> {
    type Problem = Problem;
    type Live<'l>
        = PartialLaguerre<'l>
    where
        Self: 'l;
    type Still = PartialDiagram;

    fn problem(&self) -> &Problem {
        &self.problem
    }
    fn stays(&self) -> Option<f64> {
        Some(self.rest)
    }
    fn in_units(&self, units: &Units) -> Self {
        let problem = scaled(&self.problem, units);
        let rest = problem.rest().unwrap_or_default();
        Partial { problem, rest }
    }

    fn live(&self) -> PartialLaguerre<'_> {
        PartialLaguerre::new(&self.problem)
    }

    fn further_target(&self, live: &PartialLaguerre<'_>) -> Option<f64> {
        Some(self.rest + live.offset())
    }

    /// No cell may be empty: cells cut by balls are not raised.
    fn warm(&self, live: &mut PartialLaguerre<'_>, given: &Heights, _: &[f64]) -> Option<Heights> {
        let heights = with_rest(&given.permuted(&live.order()));
        let found = live.measures(&heights, Want::Feasible).ok()?;
        let alive = !found.masses().is_empty() && found.masses().iter().all(|&m| m > 0.0);
        alive.then_some(heights)
    }

    /// The best of several shifted starts.
    fn start(&self, live: &mut PartialLaguerre<'_>, target: &[f64], left: Option<Duration>) -> Heights {
        let (problem, clock) = (&*self.problem, Instant::now());
        let order = live.order();
        let n = order.len();
        let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
        let (offset, rest, frame) = (live.offset(), problem.rest().unwrap_or(0.0), problem.frame());
        let balanced = || balanced_start(problem, &order, &target[..n], (offset + rest) / offset, (clock, left));
        let touching = live.touching_heights();
        let little = rest <= LITTLE * offset;
        let better = little.then(balanced);
        let mut found = partial_start(live, frame, &sites, &touching, (target, offset), better);
        if found.is_none() && !little {
            found = shifted_start(live, frame, &sites, (target, offset), balanced());
        }
        // Without a start the solver says which cell is empty.
        let Some(found) = found else { return with_rest(&quantile_start(frame, &sites, &target[..n])) };
        let rest = found.get(n);
        Heights::new(found.as_slice().iter().map(|&h| h - rest))
    }

    fn prepare(&self, live: &mut PartialLaguerre<'_>, heights: &Heights, kept: Option<f64>) -> f64 {
        let floor = kept.unwrap_or_else(|| floor_of_rest(live, heights, self.rest));
        live.keep_at_least(floor);
        floor
    }

    fn still(&self, heights: &Heights) -> Result<PartialDiagram, DiagramError> {
        PartialDiagram::new(&self.problem, heights)
    }

    fn remarks(&self, _: &[(u32, u32, f64)], still: Option<&PartialDiagram>, tolerance: f64) -> Vec<String> {
        let mut notes = still.map_or_else(Vec::new, |still| remarks::of_partial(still, tolerance));
        notes.extend(remarks::all_outside(&self.problem));
        notes
    }

    /// Areas bounded by arcs are no rationals.
    fn proves(&self) -> bool {
        false
    }

    fn prove(&self, _: &Heights, _: &PartialDiagram, _: &mut Certificate<2>) -> Result<(), DiagramError> {
        Ok(())
    }

    fn cells_in_words(&self, still: &PartialDiagram) -> String {
        format!("of the cells before they are cut by balls: {}", facets_in_words(still.polygons()))
    }

    fn filled_in_words(&self, certificate: &Certificate<2>) -> String {
        area_in_words(certificate)
    }
}

/// Absolute heights in the diagram's order, with that of the rest, which is 0.
fn with_rest(heights: &Heights) -> Heights {
    Heights::new(heights.as_slice().iter().copied().chain([Dd::ZERO]))
}

/// Least mass that must stay in every trial: a small share of what shall, or half of what stays now
/// if that is less. (Newton's direction raises a rest below its target, so the proof of convergence
/// needs no more.)
fn floor_of_rest(diagram: &mut PartialLaguerre<'_>, heights: &Heights, wanted: f64) -> f64 {
    let offset = diagram.offset();
    let stays = match diagram.measures(heights, Want::Newton) {
        Ok(measures) => measures.masses().last().map_or(0.0, |m| m - offset),
        Err(_) => 0.0,
    };
    (0.5 * stays).min(LEAST_SHARE * wanted).max(0.0)
}

/// Heights of the balanced problem with all masses scaled up by `factor` to the whole source, about
/// solved: near where little stays, and on a source with gaps what leaves no cell empty.
fn balanced_start(
    problem: &Problem,
    order: &[u32],
    target: &[f64],
    factor: f64,
    (clock, left): (Instant, Option<Duration>),
) -> Heights {
    let mut diagram = PlaneLaguerre::new(problem);
    let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
    let start = quantile_start(&problem.around(), &sites, target);
    let target: Vec<f64> = target.iter().map(|m| m * factor).collect();
    let newton = NewtonOptions {
        tolerance: LOOSE,
        max_iterations: START_STEPS,
        time_limit: left.map(|limit| limit.saturating_sub(clock.elapsed())),
    };
    newton::maximize(&mut diagram, &target, Start::Fresh(start), &newton, &mut |_| true).state.heights
}
