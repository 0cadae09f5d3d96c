//! Hierarchy of ever smaller Laplacians by plain aggregation, and one multigrid cycle on it.
//!
//! An aggregate becomes one node of the next level and the weight between two aggregates is the sum of the
//! weights between their members (the Galerkin product with piecewise constant prolongation). So each
//! level is again a Laplacian with positive weights, whatever the weights are, and nothing is subtracted.
//!
//! Weights are stored as `f32`, scaled by a power of two; vectors and all arithmetic are `f64`. Rounding a
//! weight changes it by a relative 6e-8 and the diagonal is summed from the rounded weights, so each
//! stored matrix is a Laplacian with `(1 - 6e-8) L <= L' <= (1 + 6e-8) L` in the sense of quadratic forms:
//! as a preconditioner it is as good as `L`, for any ratio of weights that fits the exponent of `f32`.

use super::aggregate::{NONE, aggregates};
use super::direct::Factor;
use super::laplacian::Laplacian;
use super::vector::{CHUNK, for_chunks, sum_chunks};

/// A level of at most this many rows is solved directly.
const DIRECT_ROWS: usize = 300;

/// Most levels; each has at most 3/4 of the rows of the one before, in practice a quarter.
const MAX_LEVELS: usize = 40;

/// Share of the weight to other chunks that the smoother adds to the diagonal. Edges between chunks are
/// treated as in a Jacobi sweep, which needs damping where a node has few other edges.
const DAMPING: f64 = 0.25;

/// One off-diagonal entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// Column.
    pub(super) col: u32,
    /// Weight, positive.
    pub(super) weight: f32,
}

/// Off-diagonal entries by rows, each row in three parts: columns before the row in its chunk, columns
/// after it in its chunk, columns of other chunks.
pub(super) struct Rows {
    start: Vec<u32>,
    /// Ends of the first and of the second part.
    split: Vec<[u32; 2]>,
    entries: Vec<Entry>,
}

impl Rows {
    fn with_capacity(rows: usize, entries: usize) -> Self {
        let mut start = Vec::with_capacity(rows + 1);
        start.push(0);
        Self { start, split: Vec::with_capacity(rows), entries: Vec::with_capacity(entries) }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.split.len()
    }

    /// Appends a row given by columns and weights.
    fn push(&mut self, row: impl Iterator<Item = Entry> + Clone) {
        let i = self.len();
        let chunk = i / CHUNK;
        let part = |e: &Entry| match e.col as usize {
            j if j / CHUNK != chunk => 2,
            j => usize::from(j > i),
        };
        self.entries.extend(row.clone().filter(|e| part(e) == 0));
        let lower = self.entries.len() as u32;
        self.entries.extend(row.clone().filter(|e| part(e) == 1));
        let inner = self.entries.len() as u32;
        self.entries.extend(row.filter(|e| part(e) == 2));
        self.split.push([lower, inner]);
        self.start.push(self.entries.len() as u32);
    }

    /// All entries of row `i`.
    #[inline]
    pub(super) fn row(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.start[i + 1] as usize]
    }

    /// Entries of row `i` with columns before it in its chunk.
    #[inline]
    fn lower(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.split[i][0] as usize]
    }

    /// Entries of row `i` with columns after it in its chunk.
    #[inline]
    fn upper(&self, i: usize) -> &[Entry] {
        &self.entries[self.split[i][0] as usize..self.split[i][1] as usize]
    }

    /// Entries of row `i` with columns in its chunk.
    #[inline]
    fn inner(&self, i: usize) -> &[Entry] {
        &self.entries[self.start[i] as usize..self.split[i][1] as usize]
    }

    /// Entries of row `i` with columns in other chunks.
    #[inline]
    fn outer(&self, i: usize) -> &[Entry] {
        &self.entries[self.split[i][1] as usize..self.start[i + 1] as usize]
    }
}

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

/// Vectors of one level. The first level owns `old` only: its right-hand side and solution are the caller's.
#[derive(Default)]
struct Work {
    rhs: Vec<f64>,
    solution: Vec<f64>,
    first: Vec<f64>,
    image: Vec<f64>,
    old: Vec<f64>,
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
        let mut rows = Rows::with_capacity(l.len(), l.col.len());
        for i in 0..l.len() {
            let (col, weight) = l.row(i);
            rows.push(col.iter().zip(weight).filter(|e| *e.1 > 0.0).map(|(&col, &weight)| {
                // Underflow would cut the graph; the least normal number keeps it whole.
                let weight = ((weight * scale) as f32).max(f32::MIN_POSITIVE);
                Entry { col, weight }
            }));
        }
        let mut levels = Vec::new();
        while rows.len() > DIRECT_ROWS && levels.len() < MAX_LEVELS {
            let (level, next) = Level::new(rows);
            levels.push(level);
            rows = next;
        }
        let list = |i| rows.row(i).iter().map(|e: &Entry| (e.col, f64::from(e.weight))).collect();
        let coarsest = Factor::new((0..rows.len()).map(list).collect());
        let mut work: Vec<Work> = levels.iter().map(|level| Work::new(level.rows.len())).collect();
        work.push(Work::new(rows.len()));
        Self { levels, coarsest, work, unscale: scale }
    }

    /// Number of levels, the directly solved one included.
    pub(super) fn len(&self) -> usize {
        self.levels.len() + 1
    }

    /// `x = B r`, one cycle: an approximation of a solution of `L x = r`.
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
/// 2^31 summands of its size fit an `f32`.
fn scale_for(greatest: f64) -> f64 {
    if greatest > 0.0 && greatest.is_finite() { 2f64.powi(96) / 2f64.powi(greatest.log2() as i32) } else { 1.0 }
}

impl Work {
    fn new(n: usize) -> Self {
        Self { rhs: vec![0.0; n], solution: vec![0.0; n], first: vec![0.0; n], image: vec![0.0; n], old: vec![0.0; n] }
    }
}

impl Level {
    /// Groups the nodes of `rows`; returns the level and the rows of the next.
    fn new(rows: Rows) -> (Self, Rows) {
        let n = rows.len();
        let mut inverse: Vec<f64> = (0..n).map(|i| reciprocal(sum(rows.row(i)))).collect();
        let (of, count) = aggregates(&rows, &inverse);
        for (i, inverse) in inverse.iter_mut().enumerate() {
            let outer = rows.outer(i);
            if !outer.is_empty() {
                *inverse = reciprocal(sum(rows.row(i)) + DAMPING * sum(outer));
            }
        }
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
        let mut next = Rows::with_capacity(count, self.rows.entries.len() / 3);
        let mut place = vec![0usize; count];
        let mut row: Vec<(u32, f64)> = Vec::new();
        for aggregate in 0..count {
            row.clear();
            for &i in self.members(aggregate) {
                for e in self.rows.row(i as usize) {
                    let to = self.of[e.col as usize];
                    if to as usize == aggregate {
                        continue;
                    }
                    let at = &mut place[to as usize];
                    match row.get_mut(*at) {
                        Some(known) if known.0 == to => known.1 += f64::from(e.weight),
                        _ => {
                            *at = row.len();
                            row.push((to, f64::from(e.weight)));
                        }
                    }
                }
            }
            next.push(row.iter().map(|&(col, weight)| Entry { col, weight: weight as f32 }));
        }
        next
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

    /// Sums over the aggregates of the residual that [`Self::sweep_forward`] left: as the sweep solved
    /// with the lower part exactly, only entries of the other two parts contribute.
    fn restrict(&self, x: &[f64], coarse: &mut [f64]) {
        for_chunks(coarse, |first, coarse| -> [f64; 0] {
            for (k, coarse) in coarse.iter_mut().enumerate() {
                *coarse = 0.0;
                for &i in self.members(first + k) {
                    let i = i as usize;
                    let mut sum = 0.0;
                    for e in self.rows.upper(i) {
                        sum += f64::from(e.weight) * x[e.col as usize];
                    }
                    let own = DAMPING * x[i];
                    for e in self.rows.outer(i) {
                        sum += f64::from(e.weight) * (x[e.col as usize] + own);
                    }
                    *coarse += sum;
                }
            }
            []
        });
    }

    /// Adds the coarse correction to `x`.
    fn prolong(&self, coarse: &[f64], x: &mut [f64]) {
        for_chunks(x, |first, x| -> [f64; 0] {
            let n = x.len();
            for (x, &of) in x.iter_mut().zip(&self.of[first..first + n]) {
                if of != NONE {
                    *x += coarse[of as usize];
                }
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

    /// `(L x)_i`.
    #[inline]
    fn apply_row(&self, i: usize, x: &[f64]) -> f64 {
        let own = x[i];
        self.rows.row(i).iter().map(|e| f64::from(e.weight) * (own - x[e.col as usize])).sum()
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

/// Sum of the weights of a row or a part of it.
fn sum(row: &[Entry]) -> f64 {
    row.iter().map(|e| f64::from(e.weight)).sum()
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
        own.old.copy_from_slice(r);
        coarsest.solve(&mut own.old, x);
        return;
    };
    let Some(next) = below.first_mut() else {
        return;
    };
    level.sweep_forward(r, x);
    level.restrict(x, &mut next.rhs);
    correction(levels, coarsest, below);
    let Some(next) = below.first() else { return };
    level.prolong(&next.solution, x);
    own.old.copy_from_slice(x);
    level.sweep_backward(r, &own.old, x);
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
                    *image = level.apply_row(i, &first);
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
                    energy += solution[i] * level.apply_row(i, &solution);
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
