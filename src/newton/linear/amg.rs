//! Hierarchy of ever smaller Laplacians by plain aggregation, and one multigrid cycle on it.
//!
//! An aggregate becomes one node of the next level and the weight between two aggregates is the sum of the
//! weights between their members (the Galerkin product with piecewise constant prolongation). So each
//! level is again a Laplacian with positive weights, whatever the weights are, and nothing is subtracted.
//! Matrices have few digits, and they and the vectors an order of their own ([`Rows`]).

use super::aggregate::{NONE, aggregates};
use super::direct::Factor;
use super::laplacian::Laplacian;
use super::power_of_two;
use super::rows::{DAMPING, Deal, GREATEST, Rows};
use super::vector::{for_chunks, for_chunks_of_two, in_parallel, sum_chunks};
use rayon::prelude::*;

/// A level of at most this many rows is solved directly.
const DIRECT_ROWS: usize = 300;

/// Most levels; each has at most 3/4 of the rows of the one before, in practice a quarter.
const MAX_LEVELS: usize = 40;

/// After so many cycles of a solve its system is not an easy one, and each level is given two steps.
const USUAL: usize = 18;

/// Steps with which a level is solved: two on every other level are enough mostly.
#[derive(Clone, Copy, PartialEq)]
enum Steps {
    /// One, and two on the next level.
    One,
    /// Two, and one on the next level.
    Two,
    /// Two on all levels.
    AllTwo,
}

impl Steps {
    /// On the next level.
    fn below(self) -> Steps {
        match self {
            Steps::One => Steps::Two,
            Steps::Two => Steps::One,
            Steps::AllTwo => Steps::AllTwo,
        }
    }
}

/// One level that is smoothed, with its aggregation to the next. Everything is in stored order ([`Deal`]).
struct Level {
    rows: Rows,
    /// Inverse of the smoother's diagonal, 0 where the row is empty.
    inverse: Vec<f64>,
    /// Place of the aggregate of each node on the next level.
    of: Vec<u32>,
    /// Start of each aggregate's nodes in `members`, and the total at the end.
    member_start: Vec<u32>,
    /// Nodes by aggregate.
    members: Vec<u32>,
}

/// Vectors of one level.
struct Work {
    rhs: Vec<f64>,
    solution: Vec<f64>,
    first: Vec<f64>,
    image: Vec<f64>,
    /// Residual of the forward sweep and scratch of the backward sweep.
    residual: Vec<f64>,
}

/// The last level, solved directly in its own order.
struct Coarsest {
    deal: Deal,
    factor: Factor,
    rhs: Vec<f64>,
    solution: Vec<f64>,
}

/// The preconditioner: levels to be smoothed, and the last.
pub(super) struct Hierarchy {
    levels: Vec<Level>,
    coarsest: Coarsest,
    work: Vec<Work>,
    deal: Deal,
    /// Inverse of the power of two by which the weights were multiplied.
    unscale: f64,
}

impl Hierarchy {
    /// Builds the hierarchy of `l` in time `O(nnz)`; weights that are not positive are left out.
    pub(super) fn new(l: &Laplacian) -> Self {
        let scale = power_of_two(GREATEST, l.greatest_weight());
        let mut rows = Rows::build(
            l.len(),
            || (),
            |(), i, row| {
                let (col, weight) = l.row(i);
                let positive = col.iter().zip(weight).filter(|e| *e.1 > 0.0);
                positive.for_each(|(&col, &weight)| row.push(col, weight * scale));
            },
        );
        let deal = rows.deal();
        let mut levels = Vec::new();
        while rows.len() > DIRECT_ROWS && levels.len() < MAX_LEVELS {
            let (level, next) = Level::new(rows);
            levels.push(level);
            rows = next;
        }
        let list = |i| {
            let mut list = Vec::new();
            let deal = rows.deal();
            rows.for_each(deal.place(i), |col, weight| list.extend(deal.row(col).map(|j| (j as u32, weight))));
            list
        };
        let zeros = || vec![0.0; rows.len()];
        let factor = Factor::new((0..rows.len()).map(list).collect());
        let coarsest = Coarsest { deal: rows.deal(), factor, rhs: zeros(), solution: zeros() };
        let smoothed = levels.iter().enumerate().map(|(k, level)| Work::new(level.rows.deal(), k > 0));
        let work = smoothed.chain([Work::new(rows.deal(), false)]).collect();
        Self { levels, coarsest, work, deal, unscale: scale }
    }

    /// Number of levels, the directly solved one included.
    pub(super) fn len(&self) -> usize {
        self.levels.len() + 1
    }

    /// `B r`, one cycle: an approximation of a solution of `L z = r`. `iteration` counts the cycles of this solve.
    pub(super) fn apply(&mut self, r: &[f64], iteration: usize) -> Approximation<'_> {
        let deal = self.deal;
        let Some(work) = self.work.first_mut() else { return Approximation { deal, stored: &[], unscale: 0.0 } };
        for_chunks(&mut work.rhs, |first, rhs| -> [f64; 0] {
            for (k, rhs) in rhs.iter_mut().enumerate() {
                *rhs = deal.row(first + k).map_or(0.0, |i| r[i]);
            }
            []
        });
        let steps = if iteration < USUAL { Steps::Two } else { Steps::AllTwo };
        cycle(&self.levels, &mut self.coarsest, &mut self.work, steps);
        let stored = self.work.first().map_or(&[][..], |work| &work.solution);
        Approximation { deal, stored, unscale: self.unscale }
    }
}

/// What a cycle found.
pub(super) struct Approximation<'a> {
    deal: Deal,
    stored: &'a [f64],
    unscale: f64,
}

impl Approximation<'_> {
    /// Entry `i`.
    #[inline(always)]
    pub(super) fn at(&self, i: usize) -> f64 {
        self.stored[self.deal.place(i)] * self.unscale
    }
}

impl Work {
    fn new(deal: Deal, inner: bool) -> Self {
        let zeros = || vec![0.0; deal.width()];
        let only_inner = || if inner { zeros() } else { Vec::new() };
        Self { rhs: zeros(), solution: zeros(), first: only_inner(), image: only_inner(), residual: zeros() }
    }
}

impl Level {
    /// Groups the nodes of `rows`; returns the level and the rows of the next.
    fn new(rows: Rows) -> (Self, Rows) {
        let deal = rows.deal();
        let inverses = |place| {
            let [sum, outer] = rows.sums(place);
            [reciprocal(sum), reciprocal(sum + DAMPING * outer)]
        };
        let width = deal.width();
        let inverses: Vec<[f64; 2]> = match in_parallel(width) {
            true => (0..width).into_par_iter().map(inverses).collect(),
            false => (0..width).map(inverses).collect(),
        };
        let plain: Vec<f64> = inverses.iter().map(|i| i[0]).collect();
        let (mut of, count) = aggregates(&rows, &plain);
        let (start, list) = members(&of, count);
        let next = galerkin(&rows, &of, &start, &list);
        let (member_start, members) = dealt(&start, &list, next.deal());
        of.iter_mut().filter(|of| **of != NONE).for_each(|of| *of = next.deal().place(*of as usize) as u32);
        let inverse = inverses.iter().map(|i| i[1]).collect();
        (Self { rows, inverse, of, member_start, members }, next)
    }

    /// Sums over the aggregates.
    fn restrict(&self, residual: &[f64], coarse: &mut [f64]) {
        for_chunks(coarse, |first, coarse| -> [f64; 0] {
            for (k, coarse) in coarse.iter_mut().enumerate() {
                let range = self.member_start[first + k] as usize..self.member_start[first + k + 1] as usize;
                *coarse = self.members[range].iter().map(|&i| residual[i as usize]).sum();
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
}

/// Weights between the aggregates, for members by aggregate.
fn galerkin(rows: &Rows, of: &[u32], start: &[u32], members: &[u32]) -> Rows {
    let count = start.len() - 1;
    // Where a column was put last in the row; it is found again if it is still there.
    let scratch = || (vec![0u32; count], Vec::<(u32, f64)>::new());
    Rows::build(count, scratch, |(place, row), aggregate, filler| {
        row.clear();
        for &i in &members[start[aggregate] as usize..start[aggregate + 1] as usize] {
            rows.for_each(i as usize, |col, weight| {
                let to = of[col];
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
        row.iter().for_each(|&(col, weight)| filler.push(col, weight));
    })
}

/// Places sorted by aggregate, and where each aggregate starts.
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

/// The same with the aggregates in stored order.
fn dealt(start: &[u32], members: &[u32], deal: Deal) -> (Vec<u32>, Vec<u32>) {
    let mut dealt_start = Vec::with_capacity(deal.width() + 1);
    let mut dealt = Vec::with_capacity(members.len());
    dealt_start.push(0);
    for place in 0..deal.width() {
        if let Some(aggregate) = deal.row(place) {
            dealt.extend_from_slice(&members[start[aggregate] as usize..start[aggregate + 1] as usize]);
        }
        dealt_start.push(dealt.len() as u32);
    }
    (dealt_start, dealt)
}

/// `1 / x`, 0 for 0.
fn reciprocal(x: f64) -> f64 {
    if x > 0.0 { 1.0 / x } else { 0.0 }
}

impl Coarsest {
    fn solve(&mut self, rhs: &[f64], solution: &mut [f64]) {
        let deal = self.deal;
        self.rhs.iter_mut().enumerate().for_each(|(i, r)| *r = rhs[deal.place(i)]);
        self.factor.solve(&mut self.rhs, &mut self.solution);
        self.solution.iter().enumerate().for_each(|(i, &x)| solution[deal.place(i)] = x);
    }
}

/// One cycle on the first of `levels`, from the right-hand side to the solution in its work vectors: forward sweep, correction
/// from the next level (in so many `steps`), backward sweep. It is symmetric up to the nonlinearity of [`correction`].
fn cycle(levels: &[Level], coarsest: &mut Coarsest, work: &mut [Work], steps: Steps) {
    let Some((own, below)) = work.split_first_mut() else {
        return;
    };
    let Some((level, levels)) = levels.split_first() else {
        coarsest.solve(&own.rhs, &mut own.solution);
        return;
    };
    level.rows.sweep_forward(&level.inverse, &own.rhs, &mut own.solution, &mut own.residual);
    if let Some(next) = below.first_mut() {
        level.restrict(&own.residual, &mut next.rhs);
    }
    correction(levels, coarsest, below, steps);
    if let Some(next) = below.first() {
        level.prolong(&next.solution, &mut own.solution);
    }
    level.rows.sweep_backward(&level.inverse, &own.rhs, &mut own.solution, &mut own.residual);
}

/// The first of `levels` from the right-hand side to the solution in its work vectors: by one step of steepest descent or two of conjugate
/// gradients, preconditioned by the cycle. (Two: the K-cycle of Notay and Vassilevski 2008.) Constant
/// prolongation underestimates the correction, the more so the more levels it passes; the step lengths put that right.
fn correction(levels: &[Level], coarsest: &mut Coarsest, work: &mut [Work], steps: Steps) {
    cycle(levels, coarsest, work, steps.below());
    let (Some(level), Some(own)) = (levels.first(), work.first_mut()) else { return };
    if steps == Steps::One {
        level.rows.apply(&own.solution, &mut own.image);
        let [energy, gain] = dots(&own.solution, [&own.image, &own.rhs]);
        let step = quotient(gain, energy);
        for_chunks(&mut own.solution, |_, x| -> [f64; 0] {
            x.iter_mut().for_each(|x| *x *= step);
            []
        });
        return;
    }
    std::mem::swap(&mut own.first, &mut own.solution);
    level.rows.apply(&own.first, &mut own.image);
    let [energy, gain] = dots(&own.first, [&own.image, &own.rhs]);
    let step = quotient(gain, energy);
    for_chunks(&mut own.rhs, |start, rhs| -> [f64; 0] {
        rhs.iter_mut().zip(&own.image[start..]).for_each(|(r, v)| *r -= step * v);
        []
    });
    cycle(levels, coarsest, work, steps.below());
    let Some(own) = work.first_mut() else { return };
    let [mixed, own_gain] = dots(&own.solution, [&own.image, &own.rhs]);
    level.rows.apply(&own.solution, &mut own.image);
    let [own_energy, _] = dots(&own.solution, [&own.image, &own.rhs]);
    let ratio = quotient(mixed, energy);
    let second = quotient(own_gain, own_energy - mixed * ratio);
    let first_share = step - second * ratio;
    for_chunks_of_two(&mut own.solution, &mut own.first, |_, solution, first| -> [f64; 0] {
        let pairs = solution.iter_mut().zip(first.iter());
        pairs.for_each(|(d, c)| *d = first_share * c + second * *d);
        []
    });
}

/// Inner products of `x` with two vectors.
fn dots(x: &[f64], with: [&[f64]; 2]) -> [f64; 2] {
    sum_chunks(x.len(), |rows| {
        with.map(|y| {
            let mut sum = [0.0f64; 4];
            let (x, y) = (x[rows.clone()].as_chunks::<4>().0, y[rows.clone()].as_chunks::<4>().0);
            for (x, y) in x.iter().zip(y) {
                for l in 0..4 {
                    sum[l] += x[l] * y[l];
                }
            }
            (sum[0] + sum[1]) + (sum[2] + sum[3])
        })
    })
}

/// `a / b`, 0 where `b` is not positive or the quotient is not finite.
fn quotient(a: f64, b: f64) -> f64 {
    let q = a / b;
    if b > 0.0 && q.is_finite() { q } else { 0.0 }
}
