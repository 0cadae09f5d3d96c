//! Hierarchy of ever smaller Laplacians by algebraic multigrid, and one cycle on it.
//!
//! Weights are stored as `f32`, scaled by a power of two; vectors and all arithmetic are `f64`. Rounding a
//! weight changes it by a relative 6e-8 and the diagonal is summed from the rounded weights, so what is stored
//! is a Laplacian with `(1 - 6e-8) L <= L' <= (1 + 6e-8) L` in the sense of quadratic forms:
//! as a preconditioner it is as good as `L`, for any ratio of weights that fits the exponent of `f32`.

use super::direct::Factor;
use super::laplacian::Laplacian;
use super::rows::{Entry, Rows, Table};
use super::transfer::Transfer;
use super::vector::for_chunks;

/// A level of at most this many rows is solved directly.
const DIRECT_ROWS: usize = 300;

/// Coarsening ends when a level keeps more than this share of the rows of the one before.
const STALLED: f64 = 0.95;

/// Share of the weight to other chunks that the smoother adds to the diagonal. Edges between chunks are
/// treated as in a Jacobi sweep, which needs damping where a node has few other edges.
const DAMPING: f64 = 0.25;

/// One level that is smoothed, with its transfer to the next.
struct Level {
    rows: Rows,
    /// Inverse of the smoother's diagonal, 0 where the row is empty.
    inverse: Vec<f64>,
    transfer: Transfer,
}

/// Vectors of one level; those of the first level for right-hand side and solution are the caller's.
struct Work {
    rhs: Vec<f64>,
    solution: Vec<f64>,
    /// Residual, then copy of the solution that other chunks see.
    other: Vec<f64>,
}

/// The preconditioner: levels to be smoothed, and the factor of the last.
pub(super) struct Hierarchy {
    levels: Vec<Level>,
    coarsest: Factor,
    work: Vec<Work>,
    /// Power of two by which the weights were multiplied.
    scale: f64,
}

impl Hierarchy {
    /// Builds the hierarchy of `l` in time `O(nnz)`; weights that are not positive are left out.
    pub(super) fn new(l: &Laplacian) -> Self {
        let scale = scale_for(l.greatest_weight());
        let mut rows = Rows::new(Table::build(l.len(), 0, |i, _, out| {
            let (col, weight) = l.row(i);
            let positive = col.iter().zip(weight).filter(|e| *e.1 > 0.0);
            // Underflow would cut the graph; the least normal number keeps it whole.
            let rounded = |w: f64| ((w * scale) as f32).max(f32::MIN_POSITIVE);
            out.extend(positive.map(|(&col, &weight)| Entry { col, weight: rounded(weight) }));
        }));
        let mut levels = Vec::new();
        while rows.len() > DIRECT_ROWS {
            let (level, next) = Level::new(rows);
            levels.push(level);
            rows = next;
        }
        let list = |i| rows.row(i).iter().map(|e: &Entry| (e.col, f64::from(e.weight))).collect();
        let coarsest = Factor::new((0..rows.len()).map(list).collect());
        let mut work: Vec<Work> = levels.iter().map(|level| Work::new(level.rows.len())).collect();
        work.push(Work::new(rows.len()));
        // The caller holds these two of the first level.
        if let (Some(first), false) = (work.first_mut(), levels.is_empty()) {
            (first.rhs, first.solution) = (Vec::new(), Vec::new());
        }
        Self { levels, coarsest, work, scale }
    }

    /// Number of levels, the directly solved one included.
    pub(super) fn len(&self) -> usize {
        self.levels.len() + 1
    }

    /// `x = B r`, one cycle: an approximation of a solution of `L x = r`.
    pub(super) fn apply(&mut self, r: &[f64], x: &mut [f64]) {
        cycle(&self.levels, &self.coarsest, &mut self.work, r, x);
        let scale = self.scale;
        for_chunks(x, |_, chunk| -> [f64; 0] {
            chunk.iter_mut().for_each(|x| *x *= scale);
            []
        });
    }
}

/// Power of two that brings `greatest` to about 2^96, so that 200 binary orders of magnitude below it and
/// 2^31 summands of its size fit an `f32`.
fn scale_for(greatest: f64) -> f64 {
    if greatest > 0.0 && greatest.is_finite() { 2f64.powi(96) / 2f64.powi(greatest.log2() as i32) } else { 1.0 }
}

impl Work {
    fn new(n: usize) -> Self {
        Self { rhs: vec![0.0; n], solution: vec![0.0; n], other: vec![0.0; n] }
    }
}

impl Level {
    /// Level of the matrix `rows`, and the matrix of the next.
    fn new(rows: Rows) -> (Self, Rows) {
        let n = rows.len();
        let mut transfer = Transfer::new(&rows);
        if transfer.count() as f64 > STALLED * n as f64 {
            // Seen on no graph. The level is then only smoothed, as if the next had no node.
            transfer = Transfer::empty(n);
        }
        let next = transfer.galerkin(&rows);
        let other = |i| rows.outer(i).iter().map(|e| f64::from(e.weight)).sum::<f64>();
        let inverse = (0..n).map(|i| reciprocal(rows.diagonal(i) + DAMPING * other(i))).collect();
        (Self { rows, inverse, transfer }, next)
    }

    /// Gauss-Seidel sweep in increasing order within each chunk, from `x = 0`.
    fn sweep_forward(&self, r: &[f64], x: &mut [f64]) {
        for_chunks(x, |first, x| -> [f64; 0] {
            for k in 0..x.len() {
                let i = first + k;
                let mut sum = r[i];
                for e in self.rows.lower(i) {
                    sum += f64::from(e.weight) * x[e.col as usize - first];
                }
                x[k] = sum * self.inverse[i];
            }
            []
        });
    }

    /// Residual that [`Self::sweep_forward`] left: as the sweep solved with the lower part exactly, only
    /// entries of the other two parts contribute.
    fn residual(&self, x: &[f64], residual: &mut [f64]) {
        for_chunks(residual, |first, residual| -> [f64; 0] {
            for (k, residual) in residual.iter_mut().enumerate() {
                let i = first + k;
                let mut sum = 0.0;
                for e in self.rows.upper(i) {
                    sum += f64::from(e.weight) * x[e.col as usize];
                }
                let own = DAMPING * x[i];
                for e in self.rows.outer(i) {
                    sum += f64::from(e.weight) * (x[e.col as usize] + own);
                }
                *residual = sum;
            }
            []
        });
    }

    /// Carries the residual to the next level.
    fn restrict(&self, residual: &[f64], coarse: &mut [f64]) {
        for_chunks(coarse, |first, coarse| -> [f64; 0] {
            for (k, coarse) in coarse.iter_mut().enumerate() {
                *coarse = self.transfer.restrict_to(first + k, residual);
            }
            []
        });
    }

    /// Adds the coarse correction to `x`.
    fn prolong(&self, coarse: &[f64], x: &mut [f64]) {
        for_chunks(x, |first, x| -> [f64; 0] {
            for (k, x) in x.iter_mut().enumerate() {
                *x += self.transfer.prolong_at(first + k, coarse);
            }
            []
        });
    }

    /// Gauss-Seidel sweep in decreasing order within each chunk; other chunks enter with the values `old`.
    fn sweep_backward(&self, r: &[f64], old: &[f64], x: &mut [f64]) {
        for_chunks(x, |first, x| -> [f64; 0] {
            for k in (0..x.len()).rev() {
                let i = first + k;
                let own = x[k];
                let mut sum = r[i];
                for e in self.rows.inner(i) {
                    sum += f64::from(e.weight) * (x[e.col as usize - first] - own);
                }
                for e in self.rows.outer(i) {
                    sum += f64::from(e.weight) * (old[e.col as usize] - own);
                }
                x[k] = own + sum * self.inverse[i];
            }
            []
        });
    }
}

/// `1 / x`, 0 unless positive.
fn reciprocal(x: f64) -> f64 {
    if x > 0.0 { 1.0 / x } else { 0.0 }
}

/// One V-cycle on the first of `levels`: forward sweep, correction from the next level, backward sweep.
fn cycle(levels: &[Level], coarsest: &Factor, work: &mut [Work], r: &[f64], x: &mut [f64]) {
    let Some((own, below)) = work.split_first_mut() else { return };
    let Some((level, levels)) = levels.split_first() else {
        own.other.copy_from_slice(r);
        coarsest.solve(&mut own.other, x);
        return;
    };
    level.sweep_forward(r, x);
    level.residual(x, &mut own.other);
    let Some(next) = below.first_mut() else { return };
    level.restrict(&own.other, &mut next.rhs);
    let rhs = std::mem::take(&mut next.rhs);
    let mut solution = std::mem::take(&mut next.solution);
    cycle(levels, coarsest, below, &rhs, &mut solution);
    level.prolong(&solution, x);
    if let Some(next) = below.first_mut() {
        (next.rhs, next.solution) = (rhs, solution);
    }
    own.other.copy_from_slice(x);
    level.sweep_backward(r, &own.other, x);
}
