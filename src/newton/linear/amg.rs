//! Hierarchy of ever smaller Laplacians by plain aggregation, and one multigrid cycle on it.
//!
//! An aggregate becomes one node of the next level and the weight between two aggregates is the sum of the
//! weights between their members (the Galerkin product with piecewise constant prolongation). So each
//! level is again a Laplacian with positive weights, whatever the weights are, and nothing is subtracted.
//! Matrices are stored with few digits ([`Rows`]); vectors and all arithmetic are `f64`.

use super::aggregate::{NONE, aggregates};
use super::direct::Factor;
use super::laplacian::Laplacian;
use super::rows::{DAMPING, Rows};
use super::vector::{for_chunks, in_parallel, sum_chunks};
use rayon::prelude::*;

/// A level of at most this many rows is solved directly.
const DIRECT_ROWS: usize = 300;

/// Most levels; each has at most 3/4 of the rows of the one before, in practice a quarter.
const MAX_LEVELS: usize = 40;

/// One level that is smoothed, with its aggregation to the next.
struct Level {
    rows: Rows,
    /// Inverse of the smoother's diagonal, 0 where the row is empty.
    inverse: Vec<f64>,
    /// Aggregate of each node.
    of: Vec<u32>,
    /// Start of each aggregate's nodes in `members`, and the total at the end.
    member_start: Vec<u32>,
    /// Nodes by aggregate.
    members: Vec<u32>,
}

/// Vectors of one level. The first level has no right-hand side and solution of its own: they are the caller's.
#[derive(Default)]
struct Work {
    rhs: Vec<f64>,
    solution: Vec<f64>,
    first: Vec<f64>,
    image: Vec<f64>,
    /// Of the forward sweep; scratch on the level that is solved directly.
    residual: Vec<f64>,
    /// Scratch of the backward sweep.
    across: Vec<f64>,
}

/// The preconditioner: levels to be smoothed, and the factor of the last.
pub(super) struct Hierarchy {
    levels: Vec<Level>,
    coarsest: Factor,
    work: Vec<Work>,
    /// Inverse of the power of two by which the weights were multiplied.
    unscale: f64,
}

impl Hierarchy {
    /// Builds the hierarchy of `l` in time `O(nnz)`; weights that are not positive are left out.
    pub(super) fn new(l: &Laplacian) -> Self {
        let scale = scale_for(l.greatest_weight());
        let mut rows = Rows::build(
            l.len(),
            || (),
            |(), i, row| {
                let (col, weight) = l.row(i);
                let positive = col.iter().zip(weight).filter(|e| *e.1 > 0.0);
                row.extend(positive.map(|(&col, &weight)| (col, weight * scale)));
            },
        );
        let mut levels = Vec::new();
        while rows.len() > DIRECT_ROWS && levels.len() < MAX_LEVELS {
            let (level, next) = Level::new(rows);
            levels.push(level);
            rows = next;
        }
        let list = |i| {
            let mut list = Vec::new();
            rows.for_each(i, |col, weight| list.push((col, weight)));
            list
        };
        let coarsest = Factor::new((0..rows.len()).map(list).collect());
        let mut work: Vec<Work> = levels.iter().enumerate().map(|(k, level)| Work::new(level, k > 0)).collect();
        let zeros = || vec![0.0; rows.len()];
        work.push(Work { rhs: zeros(), solution: zeros(), residual: zeros(), ..Work::default() });
        Self { levels, coarsest, work, unscale: scale }
    }

    /// Number of levels, the directly solved one included.
    pub(super) fn len(&self) -> usize {
        self.levels.len() + 1
    }

    /// `x = B r`, one cycle: an approximation of a solution of `L x = r`. What `x` holds must be finite.
    pub(super) fn apply(&mut self, r: &[f64], x: &mut [f64]) {
        cycle(&self.levels, &self.coarsest, &mut self.work, r, x);
        let unscale = self.unscale;
        for_chunks(x, |_, chunk| -> [f64; 0] {
            chunk.iter_mut().for_each(|x| *x *= unscale);
            []
        });
    }
}

/// Power of two that brings `greatest` to about 2^96, so that 200 binary orders of magnitude below it and
/// 2^31 summands of its size fit the exponent of an `f32`.
fn scale_for(greatest: f64) -> f64 {
    if greatest > 0.0 && greatest.is_finite() { 2f64.powi(96) / 2f64.powi(greatest.log2() as i32) } else { 1.0 }
}

impl Work {
    fn new(level: &Level, vectors: bool) -> Self {
        let n = level.rows.len();
        let zeros = || vec![0.0; if vectors { n } else { 0 }];
        let (residual, across) = (vec![0.0; n], vec![0.0; level.rows.far_len()]);
        Self { rhs: zeros(), solution: zeros(), first: zeros(), image: zeros(), residual, across }
    }
}

impl Level {
    /// Groups the nodes of `rows`; returns the level and the rows of the next.
    fn new(rows: Rows) -> (Self, Rows) {
        let n = rows.len();
        let inverses = |i| {
            let [sum, outer] = rows.sums(i);
            [reciprocal(sum), reciprocal(sum + DAMPING * outer)]
        };
        let inverses: Vec<[f64; 2]> = if in_parallel(n) {
            (0..n).into_par_iter().map(inverses).collect()
        } else {
            (0..n).map(inverses).collect()
        };
        let plain: Vec<f64> = inverses.iter().map(|i| i[0]).collect();
        let (of, count) = aggregates(&rows, &plain);
        let inverse = inverses.iter().map(|i| i[1]).collect();
        let (member_start, members) = members(&of, count);
        let level = Self { rows, inverse, of, member_start, members };
        let next = level.galerkin();
        (level, next)
    }

    /// Nodes of an aggregate, increasing.
    #[inline]
    fn members(&self, aggregate: usize) -> &[u32] {
        &self.members[self.member_start[aggregate] as usize..self.member_start[aggregate + 1] as usize]
    }

    /// Weights between the aggregates.
    fn galerkin(&self) -> Rows {
        let count = self.member_start.len() - 1;
        // Where a column was put last; true if it is found there.
        let place = || vec![0u32; count];
        Rows::build(count, place, |place, aggregate, row| {
            for &i in self.members(aggregate) {
                self.rows.for_each(i as usize, |col, weight| {
                    let to = self.of[col as usize];
                    if to as usize == aggregate {
                        return;
                    }
                    let at = &mut place[to as usize];
                    match row.get_mut(*at as usize) {
                        Some(known) if known.0 == to => known.1 += weight,
                        _ => {
                            *at = row.len() as u32;
                            row.push((to, weight));
                        }
                    }
                });
            }
        })
    }

    /// Sums over the aggregates.
    fn restrict(&self, residual: &[f64], coarse: &mut [f64]) {
        for_chunks(coarse, |first, coarse| -> [f64; 0] {
            for (k, coarse) in coarse.iter_mut().enumerate() {
                *coarse = self.members(first + k).iter().map(|&i| residual[i as usize]).sum();
            }
            []
        });
    }

    /// Adds the coarse correction to `x` and sweeps backward.
    fn correct(&self, r: &[f64], coarse: &[f64], x: &mut [f64], across: &mut [f64]) {
        self.rows.sweep_backward(&self.inverse, r, x, across, |i| match self.of[i] {
            NONE => 0.0,
            of => coarse[of as usize],
        });
    }
}

/// Nodes sorted by aggregate, and where each aggregate starts.
fn members(of: &[u32], count: usize) -> (Vec<u32>, Vec<u32>) {
    let mut start = vec![0u32; count + 1];
    for &of in of.iter().filter(|of| **of != NONE) {
        start[of as usize + 1] += 1;
    }
    for k in 0..count {
        start[k + 1] += start[k];
    }
    let mut members = vec![0; start[count] as usize];
    let mut at = start.clone();
    for (i, &of) in of.iter().enumerate().filter(|of| *of.1 != NONE) {
        members[at[of as usize] as usize] = i as u32;
        at[of as usize] += 1;
    }
    (start, members)
}

/// `1 / x`, 0 for 0.
fn reciprocal(x: f64) -> f64 {
    if x > 0.0 { 1.0 / x } else { 0.0 }
}

/// One cycle on the first of `levels`: forward sweep, correction from the next level, backward sweep. It is
/// symmetric up to the nonlinearity of [`correction`].
fn cycle(levels: &[Level], coarsest: &Factor, work: &mut [Work], r: &[f64], x: &mut [f64]) {
    let Some((own, below)) = work.split_first_mut() else {
        return;
    };
    let Some((level, levels)) = levels.split_first() else {
        own.residual.copy_from_slice(r);
        coarsest.solve(&mut own.residual, x);
        return;
    };
    let Some(next) = below.first_mut() else {
        return;
    };
    level.rows.sweep_forward(&level.inverse, r, x, &mut own.residual);
    level.restrict(&own.residual, &mut next.rhs);
    correction(levels, coarsest, below);
    let Some(next) = below.first() else { return };
    level.correct(r, &next.solution, x, &mut own.across);
}

/// K-cycle (Notay and Vassilevski 2008): up to two steps of conjugate gradients preconditioned by the
/// cycle, on the first of `levels`, from the right-hand side to the solution in its work vectors. Constant
/// prolongation underestimates the correction, the more so the more levels it passes; the step lengths of
/// conjugate gradients put that right.
fn correction(levels: &[Level], coarsest: &Factor, work: &mut [Work]) {
    let Some(own) = work.first_mut() else { return };
    let mut rhs = std::mem::take(&mut own.rhs);
    let mut solution = std::mem::take(&mut own.solution);
    let mut first = std::mem::take(&mut own.first);
    let mut image = std::mem::take(&mut own.image);
    match levels.first() {
        None => cycle(levels, coarsest, work, &rhs, &mut solution),
        Some(level) => {
            cycle(levels, coarsest, work, &rhs, &mut first);
            let [energy, gain] = for_chunks(&mut image, |start, image| {
                let (mut energy, mut gain) = (0.0, 0.0);
                for (k, image) in image.iter_mut().enumerate() {
                    let i = start + k;
                    *image = level.rows.apply_row(i, &first);
                    energy += first[i] * *image;
                    gain += first[i] * rhs[i];
                }
                [energy, gain]
            });
            let step = quotient(gain, energy);
            for_chunks(&mut rhs, |start, rhs| -> [f64; 0] {
                rhs.iter_mut().zip(&image[start..]).for_each(|(r, v)| *r -= step * v);
                []
            });
            cycle(levels, coarsest, work, &rhs, &mut solution);
            let [mixed, own_energy, own_gain] = sum_chunks(rhs.len(), |rows| {
                let (mut mixed, mut energy, mut gain) = (0.0, 0.0, 0.0);
                for i in rows {
                    mixed += solution[i] * image[i];
                    energy += solution[i] * level.rows.apply_row(i, &solution);
                    gain += solution[i] * rhs[i];
                }
                [mixed, energy, gain]
            });
            let ratio = quotient(mixed, energy);
            let second = quotient(own_gain, own_energy - mixed * ratio);
            let first_share = step - second * ratio;
            for_chunks(&mut solution, |start, solution| -> [f64; 0] {
                let pairs = solution.iter_mut().zip(&first[start..]);
                pairs.for_each(|(d, c)| *d = first_share * c + second * *d);
                []
            });
        }
    }
    if let Some(own) = work.first_mut() {
        (own.rhs, own.solution, own.first, own.image) = (rhs, solution, first, image);
    }
}

/// `a / b`, 0 where `b` is not positive or the quotient is not finite.
fn quotient(a: f64, b: f64) -> f64 {
    let q = a / b;
    if b > 0.0 && q.is_finite() { q } else { 0.0 }
}
