//! A start for sources that do not fill a convex set: meshes with holes and bays, images with black
//! parts.
//!
//! There a start in closed form leaves cells empty, and the proof of convergence wants a convex
//! support. So replace a share `s` of the source by an even background on a convex frame, from all
//! of it downwards. Every problem on the way has a convex support with a positive density, where
//! the method converges. If its solution gives cell `i` at least `(1 - e) nu_i`, of which the
//! background can be no more than `s M` (`M` the whole mass), then the source itself gives the cell
//! at least
//!
//! ```text
//! ((1 - e) nu_i - s M) / (1 - s),
//! ```
//!
//! which is positive for all `i` once `s < (1 - e) min nu / M`: heights with no empty cell, so a
//! start is always found. Mostly long before.

use super::super::report::{IterationReport, Outcome};
use super::super::revive::has_empty;
use super::super::state::{Budget, NewtonOptions, NewtonState, Solve, Start};
use crate::diagram::{Laguerre, Measures, Want};
use crate::exact::Heights;

/// The next share of the background.
const SHRINK: f64 = 0.2;

/// Relative mass error to which a problem with background is solved.
const LOOSE: f64 = 0.3;

/// Most steps with one background.
const STEPS: usize = 40;

/// The source itself takes over when no cell has less than this share of its mass.
const ENOUGH: f64 = 1e-3;

/// What it led to.
pub(in crate::newton) struct Descended {
    /// Heights of which no cell is empty.
    pub heights: Heights,
    /// Their measures, without background.
    pub measures: Measures,
    /// Backgrounds (as `layers`), steps, trials and seconds in the parts.
    pub cost: IterationReport,
}

/// Solves with less and less background, the first time by layers if these are allowed. Afterwards
/// the diagram has none.
///
/// `None` if the diagram knows no background, or the least share did not help: then some mass is
/// too small for doubles.
///
/// # Errors
/// The outcome, if the callback or the clock ended the run.
pub(in crate::newton) fn descend(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    start: &Heights,
    (budget, solve): (Budget, Solve),
    may_layer: bool,
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<Option<Descended>, Outcome> {
    let total: f64 = target.iter().sum();
    let least = target.iter().copied().fold(f64::INFINITY, f64::min) / total;
    let (mut heights, mut share, mut cost) = (start.clone(), 1.0, IterationReport::default());
    loop {
        let Some(background) = diagram.background() else { return Ok(None) };
        background.set_share(share);
        let options = NewtonOptions { tolerance: LOOSE, max_iterations: STEPS, time_limit: budget.left() };
        let mut step = |_: &NewtonState| keep_going();
        let result = solve(diagram, target, Start::Fresh(heights), &options, &mut step, may_layer && share == 1.0);
        cost.count_in(&result.state.iterations);
        heights = result.state.heights;
        without_background(diagram);
        // Any other outcome leaves a state to go on from.
        if matches!(result.outcome, Outcome::Interrupted | Outcome::TimeLimit) {
            return Err(result.outcome);
        }
        let measures = diagram.measures(&heights, Want::Newton)?;
        cost.hull += measures.hull_seconds;
        cost.cells += measures.cells_seconds;
        let ratio = measures.masses().iter().zip(target).fold(f64::INFINITY, |l, (m, nu)| l.min(m / nu));
        let last = share < SHRINK * least;
        if !has_empty(&measures) && (ratio > ENOUGH || last) {
            return Ok(Some(Descended { heights, measures, cost }));
        }
        if last {
            return Ok(None);
        }
        share *= SHRINK;
    }
}

/// Takes the background away.
fn without_background(diagram: &mut dyn Laguerre) {
    if let Some(background) = diagram.background() {
        background.set_share(0.0);
    }
}

/// Relative mass error to which a bridged problem is solved.
const BRIDGED: f64 = 0.03;

/// Where a wall has come to lie in a gap, the cells fall into groups that exchange no mass,
/// although their masses may not fit what lies on either side: no step of Newton's helps. A thin
/// background connects them, and with less and less of it the cell that must lie on both sides
/// finds its place. Afterwards the diagram has none.
///
/// `None` if this share leaves cells empty without it.
///
/// # Errors
/// The outcome, if the callback or the clock ended the run.
pub(in crate::newton) fn bridged(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    heights: &Heights,
    share: f64,
    (budget, solve): (Budget, Solve),
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<Option<(Heights, Measures)>, Outcome> {
    if let Some(background) = diagram.background() {
        background.set_share(share);
    }
    let options = NewtonOptions { tolerance: BRIDGED, max_iterations: STEPS, time_limit: budget.left() };
    let mut step = |_: &NewtonState| keep_going();
    let result = solve(diagram, target, Start::Fresh(heights.clone()), &options, &mut step, false);
    without_background(diagram);
    if matches!(result.outcome, Outcome::Interrupted | Outcome::TimeLimit) {
        return Err(result.outcome);
    }
    let measures = diagram.measures(&result.state.heights, Want::Newton)?;
    Ok((!has_empty(&measures)).then_some((result.state.heights, measures)))
}

/// Along the way no cell shall be asked for more than this many times its mass more than it has,
/// nor lose more than that share of it.
const GROWS: f64 = 1.0;
const FALLS: f64 = 0.5;

/// The next share is at least this one's times that.
const LEAST: f64 = 0.1;

/// Relative mass errors are below this share of the least mass in the whole, so that sums over
/// groups of cells are right to a part of a cell.
const TIGHT: f64 = 0.1;

/// But no finer than this: doubles have an end.
const FINEST: f64 = 1e-9;

/// The source itself takes over when all of the background is less than this share of the least
/// mass: what the cells of one part of the source want is then what the part has, to that share of
/// a cell.
const RIGHT: f64 = 0.3;

/// Most steps with one of these backgrounds, most backgrounds, and most of them that are too thin
/// for where they begin.
const TIGHT_STEPS: usize = 60;
const MOST: usize = 100;
const FAILURES: usize = 8;

/// Where cells have fallen into groups whose masses do not fit what lies on either side of a gap,
/// which sites belong to which part of the source is a discrete question. A background answers it:
/// the groups exchange sites through it while it fades, and when it is less than a cell, every part
/// has its own. Afterwards the diagram has none.
///
/// At the solution with share `s` let `m` be the masses without background. Those with share `f s`
/// are `nu + (1 - f) (m - nu)` there, so it is known beforehand how far off the next problem
/// begins, and `f` is chosen by that.
///
/// `None` if some background does not lead to masses that are right, or leaves cells empty without
/// it.
///
/// # Errors
/// The outcome, if the callback or the clock ended the run.
pub(in crate::newton) fn faded(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    heights: &Heights,
    first: f64,
    (budget, solve): (Budget, Solve),
    keep_going: &mut dyn FnMut() -> bool,
) -> Result<Option<(Heights, Measures)>, Outcome> {
    let total: f64 = target.iter().sum();
    let least = target.iter().copied().fold(f64::INFINITY, f64::min) / total;
    let tolerance = (TIGHT * least).max(FINEST);
    let (mut heights, mut share, mut factor, mut failures) = (heights.clone(), first, 1.0, 0);
    for _ in 0..MOST {
        let next = share * factor;
        if let Some(background) = diagram.background() {
            background.set_share(next);
        }
        let options = NewtonOptions { tolerance, max_iterations: TIGHT_STEPS, time_limit: budget.left() };
        let mut step = |_: &NewtonState| keep_going();
        let result = solve(diagram, target, Start::Fresh(heights.clone()), &options, &mut step, false);
        without_background(diagram);
        match result.outcome {
            Outcome::Converged => {}
            Outcome::Interrupted | Outcome::TimeLimit => return Err(result.outcome),
            _ if factor < 1.0 && failures < FAILURES => {
                (failures, factor) = (failures + 1, factor.sqrt());
                continue;
            }
            _ => return Ok(None),
        }
        (heights, share) = (result.state.heights, next);
        let measures = diagram.measures(&heights, Want::Newton)?;
        if share < RIGHT * least {
            return Ok((!has_empty(&measures)).then_some((heights, measures)));
        }
        let (mut grows, mut falls) = (0.0f64, 0.0f64);
        for (m, nu) in measures.masses().iter().zip(target) {
            let change = (m - nu) / nu;
            (grows, falls) = (grows.max(change), falls.max(-change));
        }
        factor = (1.0 - (GROWS / grows).min(FALLS / falls)).max(LEAST);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::super::damped::run;
    use super::*;
    use crate::diagram::PlaneLaguerre;
    use crate::diagram::quantile_start;
    use crate::domain::PlanarMesh;
    use crate::problem::{Problem, ProblemData};

    /// Two thin strips far apart, sites all over: the closed-form start leaves most cells empty,
    /// the fading background none.
    #[test]
    fn a_fading_background_leaves_no_cell_empty() {
        let vertices = [0.0, 0.1, 5.0, 5.1].iter().flat_map(|&x| [[x, 0.0], [x, 1.0]]).collect();
        let mesh = PlanarMesh::new(vertices, vec![[0, 2, 1], [1, 2, 3], [4, 6, 5], [5, 6, 7]]).unwrap();
        let sites: Vec<[f64; 2]> =
            (0..60).map(|k| [f64::from(k * 37 % 60) / 12.0, f64::from(k * k % 61) / 61.0]).collect();
        let problem = Problem::new(ProblemData::new(mesh, sites)).unwrap();
        let mut diagram = PlaneLaguerre::new(&problem);
        let order = diagram.order();
        let sites: Vec<[f64; 2]> = order.iter().map(|&i| problem.sites()[i as usize]).collect();
        let target = vec![1.0 / 60.0; 60];
        let start = quantile_start(problem.frame(), &sites, &target);
        assert!(has_empty(&diagram.measures(&start, Want::Newton).unwrap()));
        let options = NewtonOptions { tolerance: 1e-10, max_iterations: 100, time_limit: None };
        let found = descend(&mut diagram, &target, &start, (Budget::new(&options), run), true, &mut || true);
        let found = found.ok().flatten().expect("a start");
        assert!(!has_empty(&found.measures) && found.cost.layers >= 2);
        let again = diagram.measures(&found.heights, Want::Newton).unwrap();
        assert_eq!(again.mass, found.measures.mass, "the background is gone");
    }
}
