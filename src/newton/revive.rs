//! What becomes of cells that a bold step loses: first they take a gentler step, then they are
//! raised by the closed formula.

use super::linear::Laplacian;
use crate::diagram::{Laguerre, MeasureError, Measures, Revive, Want};
use crate::exact::{Dd, Heights};
use rayon::prelude::*;

/// Empty cells are raised to this share of their target mass.
const RAISED: f64 = 0.5;

/// The same where many sites enter at once: together they take what the cells there have too much.
const ENTERING: f64 = 0.9;

/// Passes of raising; more only while cells come to life. (On a surface dozens of sites may have
/// one place, a corner say, where they would appear, and one of them does in a pass.)
pub(super) const PASSES: usize = 16;

/// On a surface less than this share of its mass may be all rounding: such a cell counts as empty.
const DUST: f64 = 1e-9;

/// So often they ask for less.
const CONTENT: usize = 8;

/// When many sites enter at once: after so many passes each raises to a quarter of the mass of the
/// one before. Cells that hide each other in turn come to terms when they are content with little.
/// (Of the few that a step loses this only makes needless dwarfs.)
pub(super) const GENEROUS: usize = 4;

/// One cell in so many may be empty at heights of elsewhere.
const MOST_LOST: usize = 32;

/// Is some cell empty?
pub(super) fn has_empty(measures: &Measures) -> bool {
    measures.hidden > 0 || measures.masses().iter().any(|&m| m <= 0.0)
}

/// A start from heights of elsewhere (a problem whose sites or masses have changed since): with the
/// cells that are empty raised.
///
/// `None` if that does not help, or if more than one cell in 32 is empty: then such heights know
/// little, and a start made for the problem is better. Cost: a diagram, and one more for each pass
/// of raising.
pub fn revived(diagram: &mut dyn Laguerre, target: &[f64], heights: Heights) -> Option<Heights> {
    let measures = diagram.measures(&heights, Want::Newton).ok()?;
    let lost = measures.masses().iter().filter(|&&m| !(m > 0.0)).count();
    if lost > target.len() / MOST_LOST {
        return None;
    }
    let (heights, measures) = fill_empty(diagram, target, heights, measures, PASSES).ok()?;
    (!has_empty(&measures)).then_some(heights)
}

/// Raises empty cells to about their target mass, again and again while that helps: cells raised
/// under one triangle compete. After `generous` passes they ask for less: [`PASSES`] where a step
/// lost a few, [`GENEROUS`] where many sites enter at once.
pub(super) fn fill_empty(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    mut heights: Heights,
    mut measures: Measures,
    generous: usize,
) -> Result<(Heights, Measures), MeasureError> {
    let mut share = if generous < PASSES { ENTERING } else { RAISED };
    let well = diagram.revive().is_some_and(|revive| revive.raises_well());
    let generous = if well { generous } else { 1 };
    let mut least = usize::MAX;
    for pass in 0.. {
        let mut mass = measures.masses().to_vec();
        if !well {
            mass.iter_mut().zip(target).filter(|(m, nu)| **m < DUST * *nu).for_each(|(m, _)| *m = 0.0);
        }
        let empty = measures.hidden + mass.iter().filter(|m| **m <= 0.0).count();
        if empty == 0 || pass >= PASSES && empty >= least {
            break;
        }
        least = least.min(empty);
        if (generous..PASSES.max(generous + CONTENT)).contains(&pass) {
            share *= 0.25;
        }
        let wanted: Vec<f64> = target.iter().map(|nu| share * nu).collect();
        let raise = |revive: &mut dyn Revive| revive.raise_empty(&heights, &mass, &wanted);
        let Some(raised) = diagram.revive().and_then(raise) else { break };
        let next = diagram.measures(&raised, Want::Feasible)?;
        let (hull, cells) = (measures.hull_seconds, measures.cells_seconds);
        (heights, measures) = (raised, next);
        measures.hull_seconds += hull;
        measures.cells_seconds += cells;
    }
    Ok((heights, measures))
}

/// Heights matched to a source with gaps, with their measures, empty cells raised. `None` if the
/// diagram knows none, or some stay empty; it has moved on then.
pub(super) fn matched(diagram: &mut dyn Laguerre, target: &[f64]) -> Result<Option<(Heights, Measures)>, MeasureError> {
    let Some(heights) = diagram.background().and_then(|background| background.matched(target)) else { return Ok(None) };
    let found = diagram.measures(&heights, Want::Feasible)?;
    let (heights, found) = fill_empty(diagram, target, heights, found, PASSES)?;
    Ok((!has_empty(&found)).then_some((heights, found)))
}

/// For every cell the step that Newton's method for the mass would take beside neighbours that take
/// the given step: `D g_i = sum_j K_ij d_j + nu_i - m_i`.
///
/// A cell between two nearly parallel walls has mass proportional to its height above the vanishing
/// point, so that Newton's step for the width goes beyond that point as soon as the cell shall
/// shrink to less than a quarter; the one for the mass then arrives.
pub(super) fn gentle_steps(laplacian: &Laplacian, direction: &[f64], mass: &[f64], target: &[f64]) -> Vec<f64> {
    let step = |i: usize| {
        let (column, weight) = laplacian.row(i);
        let (mut sum, mut pulled) = (0.0, 0.0);
        for (&j, &k) in column.iter().zip(weight) {
            sum += k;
            pulled += k * direction[j as usize];
        }
        (pulled + (target[i] - mass[i])) / sum
    };
    (0..mass.len()).into_par_iter().with_min_len(4096).map(step).collect()
}

/// Lets the cells that a step to `moved` has lost take `t` times the gentle step from `heights`
/// instead.
pub(super) fn gently(
    diagram: &mut dyn Laguerre,
    heights: &Heights,
    gentle: &[f64],
    t: f64,
    mut moved: Heights,
    mut lost: Measures,
) -> Result<(Heights, Measures), MeasureError> {
    let (mut hull, mut cells) = (lost.hull_seconds, lost.cells_seconds);
    if lost.hidden > 0 {
        lost = diagram.measures(&moved, Want::Newton)?;
        hull += lost.hull_seconds;
        cells += lost.cells_seconds;
    }
    for (i, _) in lost.masses().iter().enumerate().filter(|(_, m)| **m <= 0.0) {
        let own = t * gentle[i];
        if own.is_finite() {
            moved.set(i, heights.get(i) + Dd::from_f64(own));
        }
    }
    drop(lost);
    let mut next = diagram.measures(&moved, Want::Feasible)?;
    next.hull_seconds += hull;
    next.cells_seconds += cells;
    Ok((moved, next))
}
