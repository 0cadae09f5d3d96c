//! What becomes of cells that a bold step loses: first they take a gentler step, then they are raised by the closed formula.

use super::linear::Laplacian;
use crate::diagram::{Laguerre, Measures, Want};
use crate::exact::{Dd, Heights};

/// Empty cells are raised to this share of their target mass.
const RAISED: f64 = 0.5;

/// Most passes of raising.
const PASSES: usize = 16;

/// When many sites enter at once: after so many passes each raises to a quarter of the mass of the one before. Cells that hide each
/// other in turn come to terms when they are content with little. (Of the few that a step loses this only makes needless dwarfs.)
const GENEROUS: usize = 4;

/// Is some cell empty?
pub(super) fn has_empty(measures: &Measures) -> bool {
    measures.hidden > 0 || measures.mass.iter().any(|&m| m <= 0.0)
}

/// Raises empty cells to half their target mass, again and again while that helps: cells raised under one triangle compete.
pub(super) fn fill_empty(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    heights: Heights,
    measures: Measures,
) -> (Heights, Measures) {
    fill(diagram, target, heights, measures, PASSES)
}

/// The same where many sites enter at once.
pub(super) fn insert(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    heights: Heights,
    measures: Measures,
) -> (Heights, Measures) {
    fill(diagram, target, heights, measures, GENEROUS)
}

fn fill(
    diagram: &mut dyn Laguerre,
    target: &[f64],
    mut heights: Heights,
    mut measures: Measures,
    generous: usize,
) -> (Heights, Measures) {
    let mut share = RAISED;
    for pass in 0..PASSES {
        if !has_empty(&measures) {
            break;
        }
        if pass >= generous {
            share *= 0.25;
        }
        let wanted: Vec<f64> = target.iter().map(|nu| share * nu).collect();
        let Some(raised) = diagram.raise_empty(&heights, &measures.mass, &wanted) else { break };
        let next = diagram.measures(&raised, Want::Feasible);
        let (hull, cells) = (measures.hull_seconds, measures.cells_seconds);
        (heights, measures) = (raised, next);
        measures.hull_seconds += hull;
        measures.cells_seconds += cells;
    }
    (heights, measures)
}

/// A bold step from a state without empty cells.
pub(super) struct Attempt<'a> {
    /// Heights before it.
    pub heights: &'a Heights,
    /// Masses before it.
    pub mass: &'a [f64],
    /// Targets.
    pub target: &'a [f64],
    /// The step's matrix.
    pub laplacian: &'a Laplacian,
    /// The full step.
    pub direction: &'a [f64],
    /// Fraction of it that was taken.
    pub t: f64,
}

impl Attempt<'_> {
    /// Lets the cells that the step has lost take Newton's step for the mass instead of that for the width, beside neighbours that
    /// take theirs: `D d_i = sum_j K_ij d_j + nu_i - m_i`.
    ///
    /// A cell between two nearly parallel walls has mass proportional to its height above the vanishing point, so that Newton's step for
    /// the width goes beyond that point as soon as the cell shall shrink to less than a quarter; the one for the mass then arrives.
    pub fn gently(&self, diagram: &mut dyn Laguerre, mut moved: Heights, mut lost: Measures) -> (Heights, Measures) {
        let (mut hull, mut cells) = (lost.hull_seconds, lost.cells_seconds);
        if lost.hidden > 0 {
            lost = diagram.measures(&moved, Want::Newton);
            hull += lost.hull_seconds;
            cells += lost.cells_seconds;
        }
        for (i, _) in lost.mass.iter().enumerate().filter(|(_, m)| **m <= 0.0) {
            let (column, weight) = self.laplacian.row(i);
            let (mut sum, mut pulled) = (0.0, 0.0);
            for (&j, &k) in column.iter().zip(weight) {
                sum += k;
                pulled += k * self.direction[j as usize];
            }
            let own = self.t * ((pulled + (self.target[i] - self.mass[i])) / sum);
            if own.is_finite() {
                moved.set(i, self.heights.get(i) + Dd::from_f64(own));
            }
        }
        let mut next = diagram.measures(&moved, Want::Feasible);
        next.hull_seconds += hull;
        next.cells_seconds += cells;
        (moved, next)
    }
}
