//! Hierarchy of ever smaller Laplacians by plain aggregation, and one multigrid cycle on it.
//!
//! An aggregate becomes one node of the next level and the weight between two aggregates is the sum
//! of the weights between their members (the Galerkin product with piecewise constant
//! prolongation). So each level is again a Laplacian with positive weights, whatever the weights
//! are, and nothing is subtracted. Matrices have few digits, and they and the vectors an order of
//! their own ([`Rows`]).

use super::aggregate::{Aggregates, NONE, aggregates};
use super::components::Components;
use super::direct::Factor;
use super::laplacian::Laplacian;
use super::order::Order;
use super::rows::{GREATEST, Rows, width};
use super::vector::{CHUNK, for_chunks, for_chunks_of_two, in_parallel, joined, power_of_two};
use rayon::prelude::*;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A level of at most this many rows is solved directly.
pub(super) const COARSEST_ROWS: usize = 300;

/// Most levels; each has at most 3/4 of the rows of the one before, in practice 0.3 times as many.
const MAX_LEVELS: usize = 40;

/// After so many cycles of a solve its system is not an easy one, and each level is given two
/// steps.
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

/// One level that is smoothed, with its aggregation to the next. Everything is in stored order.
struct Level {
    rows: Rows,
    /// Place of the aggregate of each node on the next level.
    of: Vec<u32>,
    /// Start of each aggregate's nodes in `members`, and the total at the end.
    member_start: Vec<u32>,
    /// Nodes by aggregate.
    members: Vec<u32>,
}

/// Vectors of one level.
struct Work {
    /// Right-hand side; that of the first level is lent by the caller.
    rhs: Vec<f64>,
    solution: Vec<f64>,
    first: Vec<f64>,
    image: Vec<f64>,
    /// Residual of the forward sweep and scratch of the backward sweep.
    residual: Vec<f64>,
}

/// The last level, solved directly.
struct Coarsest {
    factor: Factor,
    len: usize,
}

/// The preconditioner: levels to be smoothed, and the last.
pub(super) struct Hierarchy {
    levels: Vec<Level>,
    coarsest: Coarsest,
    work: Vec<Work>,
    /// Stored place of every row, and row at every place.
    pub(super) place: Vec<u32>,
    pub(super) row: Vec<u32>,
    /// Power of two by which the weights are multiplied.
    pub(super) scale: f64,
    /// Whether the graph is known to be connected: aggregates are, so it is if all nodes are in
    /// some and the last graph is.
    pub(super) connected: bool,
}

impl Hierarchy {
    /// Builds the hierarchy of `l`, the inverse of whose diagonal is given, in time `O(nnz)`;
    /// weights that are not positive are left out.
    pub(super) fn new(l: &Laplacian, inverse: &[f64]) -> Self {
        let scale = power_of_two(GREATEST, l.greatest_weight());
        let mut levels: Vec<Level> = Vec::new();
        let (mut place, mut row) = (Vec::new(), Vec::new());
        let mut connected = true;
        let mut above: Option<(Order, Groups)> = None;
        let mut coarse: Option<Laplacian> = None;
        let coarsest = loop {
            let l = coarse.as_ref().unwrap_or(l);
            let last = l.len() <= COARSEST_ROWS || levels.len() >= MAX_LEVELS;
            let order = if last { Order::as_is(l.len()) } else { Order::of(l) };
            if let (Some(level), Some((above, groups))) = (levels.last_mut(), above.take()) {
                level.link(&groups, &above, &order);
                if place.is_empty() {
                    (place, row) = (above.place, above.row);
                }
            }
            if last {
                connected &= Components::of(l).is_one();
                break Coarsest::new(l, scale);
            }
            let inverses: Vec<f64>;
            let inverse = match coarse {
                None => inverse,
                Some(_) => {
                    inverses = l.diagonal().into_iter().map(reciprocal).collect();
                    &inverses
                }
            };
            let groups = Groups::new(aggregates(l, inverse));
            connected &= groups.members.len() == l.len();
            let next = galerkin(l, &groups);
            let rows = Rows::new(l, scale, &order);
            levels.push(Level { rows, of: Vec::new(), member_start: Vec::new(), members: Vec::new() });
            above = Some((order, groups));
            coarse = Some(next);
        };
        let smoothed = levels.iter().enumerate().map(|(k, level)| Work::new(width(level.rows.len()), k > 0));
        let work = smoothed.chain([Work::new(width(coarsest.len), !levels.is_empty())]).collect();
        Self { levels, coarsest, work, place, row, scale, connected }
    }

    /// Number of levels, the directly solved one included.
    pub(super) fn len(&self) -> usize {
        self.levels.len() + 1
    }

    /// The matrix of the first level in stored order, its weights scaled.
    pub(super) fn rows(&self) -> Option<&Rows> {
        self.levels.first().map(|level| &level.rows)
    }

    /// `B r`, one cycle: an approximation of a solution of `L z = r` for the scaled weights;
    /// everything is in stored order. `iteration` counts the cycles of this solve.
    pub(super) fn apply(&mut self, r: &mut Vec<f64>, iteration: usize) -> &[f64] {
        let steps = if iteration < USUAL { Steps::Two } else { Steps::AllTwo };
        // Lent, not copied: a cycle leaves the right-hand side of its first level as it is.
        let lend = |work: &mut Vec<Work>, r: &mut Vec<f64>| {
            work.iter_mut().take(1).for_each(|work| std::mem::swap(&mut work.rhs, r))
        };
        lend(&mut self.work, r);
        cycle(&self.levels, &mut self.coarsest, &mut self.work, steps);
        lend(&mut self.work, r);
        self.work.first().map_or(&[][..], |work| &work.solution)
    }
}

impl Work {
    fn new(width: usize, inner: bool) -> Self {
        let zeros = || vec![0.0; width];
        let only_inner = || if inner { zeros() } else { Vec::new() };
        Self { rhs: only_inner(), solution: zeros(), first: only_inner(), image: only_inner(), residual: zeros() }
    }
}

/// Rows by aggregate.
struct Groups {
    of: Vec<u32>,
    start: Vec<u32>,
    members: Vec<u32>,
}

impl Groups {
    fn new(aggregates: Aggregates) -> Self {
        let firsts = aggregates.firsts();
        let list = |p: usize| {
            let (first, count, row) = (firsts[p] as usize, aggregates.counts[p], p * aggregates.part);
            let of = &aggregates.of[row..(row + aggregates.part).min(aggregates.of.len())];
            let inside = || of.iter().zip(row as u32..).filter(|of| *of.0 != NONE);
            let mut end = vec![0u32; count];
            inside().for_each(|(&of, _)| end[of as usize - first] += 1);
            let mut sum = 0;
            end.iter_mut().for_each(|end| sum += std::mem::replace(end, sum));
            let mut members = vec![0; sum as usize];
            for (&of, i) in inside() {
                let at = &mut end[of as usize - first];
                members[*at as usize] = i;
                *at += 1;
            }
            (end, members)
        };
        let parts = 0..firsts.len();
        let lists: Vec<_> = match in_parallel(aggregates.of.len()) {
            true => parts.into_par_iter().with_max_len(1).map(list).collect(),
            false => parts.map(list).collect(),
        };
        let mut start = Vec::with_capacity(aggregates.count() + 1);
        start.push(0);
        let mut before = 0;
        for (end, members) in &lists {
            start.extend(end.iter().map(|end| before + end));
            before += members.len() as u32;
        }
        let members: Vec<_> = lists.into_iter().map(|list| list.1).collect();
        Self { members: joined(&members), of: aggregates.of, start }
    }

    fn of(&self, aggregate: usize) -> &[u32] {
        &self.members[self.start[aggregate] as usize..self.start[aggregate + 1] as usize]
    }

    fn count(&self) -> usize {
        self.start.len() - 1
    }
}

impl Level {
    /// Notes the aggregates by place, here and on the next level.
    fn link(&mut self, groups: &Groups, order: &Order, next: &Order) {
        let n = order.row.len();
        self.of = vec![NONE; width(n)];
        for_chunks(&mut self.of[..n], |first, of| -> [f64; 0] {
            for (of, &row) in of.iter_mut().zip(&order.row[first..]) {
                *of = next.place.get(groups.of[row as usize] as usize).copied().unwrap_or(NONE);
            }
            []
        });
        self.member_start = Vec::with_capacity(next.row.len() + 1);
        self.member_start.push(0);
        let mut end = 0;
        for &row in &next.row {
            end += groups.of(row as usize).len() as u32;
            self.member_start.push(end);
        }
        let places = |row: &u32| groups.of(*row as usize).iter().map(|&i| order.place[i as usize]);
        self.members = match in_parallel(n) {
            true => {
                let part = |rows: &[u32]| rows.iter().flat_map(places).collect();
                joined(&next.row.par_chunks(CHUNK).with_max_len(1).map(part).collect::<Vec<Vec<u32>>>())
            }
            false => next.row.iter().flat_map(places).collect(),
        };
    }

    /// Sums over the aggregates.
    fn restrict(&self, residual: &[f64], coarse: &mut [f64]) {
        let count = self.member_start.len() - 1;
        for_chunks(&mut coarse[..count], |first, coarse| -> [f64; 0] {
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

/// Laplacian of the aggregates.
fn galerkin(l: &Laplacian, groups: &Groups) -> Laplacian {
    let count = groups.count();
    // As many as there are threads: each is as long as the level, and in whatever state it is good.
    let idle: Mutex<Vec<Merger>> = Mutex::new(Vec::new());
    let part = |c: usize| {
        let rows = c * CHUNK..((c + 1) * CHUNK).min(count);
        let entries = 7 * rows.len();
        let mut part = Laplacian {
            row_ptr: Vec::with_capacity(rows.len()),
            col: Vec::with_capacity(entries),
            weight: Vec::with_capacity(entries),
        };
        let mut merger = lock(&idle).pop().unwrap_or_else(|| Merger::new(count));
        for aggregate in rows {
            merger.merge(l, groups, aggregate, &mut part);
            part.row_ptr.push(part.col.len() as u32);
        }
        lock(&idle).push(merger);
        part
    };
    let chunks = 0..count.div_ceil(CHUNK);
    let parts: Vec<Laplacian> = match in_parallel(l.len()) {
        true => chunks.into_par_iter().with_max_len(1).map(part).collect(),
        false => chunks.map(part).collect(),
    };
    let mut row_ptr = Vec::with_capacity(count + 1);
    row_ptr.push(0);
    let mut before = 0;
    for part in &parts {
        row_ptr.extend(part.row_ptr.iter().map(|end| before + end));
        before += part.col.len() as u32;
    }
    let (cols, weights): (Vec<_>, Vec<_>) = parts.into_iter().map(|part| (part.col, part.weight)).unzip();
    Laplacian { row_ptr, col: joined(&cols), weight: joined(&weights) }
}

/// A list, whatever became of the thread that had it last.
fn lock<T>(list: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds up the entries of one aggregate's rows by their columns' aggregates.
struct Merger {
    /// Where an aggregate was put last; it is found again if it is still there.
    place: Vec<u32>,
    col: Vec<u32>,
    weight: Vec<f64>,
}

impl Merger {
    fn new(count: usize) -> Self {
        Self { place: vec![0; count], col: Vec::new(), weight: Vec::new() }
    }

    /// Appends the row of `aggregate` to `to`. Whether a column is known, and whether it is the
    /// aggregate itself, is a matter of chance, so neither is a branch.
    fn merge(&mut self, l: &Laplacian, groups: &Groups, aggregate: usize, to: &mut Laplacian) {
        let rows = groups.of(aggregate);
        let most = 1 + rows.iter().map(|&i| l.row(i as usize).0.len()).sum::<usize>();
        if self.col.len() <= most {
            self.col.resize(most + 1, 0);
            self.weight.resize(most + 1, 0.0);
        }
        // The aggregate itself is the first column.
        self.col[0] = aggregate as u32;
        self.place[aggregate] = 0;
        let mut len = 1;
        for &i in rows {
            let (col, weight) = l.row(i as usize);
            for (&col, &weight) in col.iter().zip(weight) {
                let column = groups.of[col as usize];
                if column == NONE || !(weight > 0.0) {
                    continue;
                }
                let last = self.place[column as usize] as usize;
                let known = last < len && self.col[last] == column;
                let at = if known { last } else { len };
                let before = if known { self.weight[at] } else { 0.0 };
                self.weight[at] = before + weight;
                self.col[at] = column;
                self.place[column as usize] = at as u32;
                len += usize::from(!known);
            }
        }
        to.col.extend_from_slice(&self.col[1..len]);
        to.weight.extend_from_slice(&self.weight[1..len]);
    }
}

/// `1 / x`, 0 for 0.
fn reciprocal(x: f64) -> f64 {
    if x > 0.0 { 1.0 / x } else { 0.0 }
}

impl Coarsest {
    fn new(l: &Laplacian, scale: f64) -> Self {
        let list = |i| {
            let (col, weight) = l.row(i);
            col.iter().zip(weight).filter(|e| *e.1 > 0.0).map(|(&j, &w)| (j, w * scale)).collect()
        };
        Self { factor: Factor::new((0..l.len()).map(list).collect()), len: l.len() }
    }

    fn solve(&self, rhs: &mut [f64], solution: &mut [f64]) {
        self.factor.solve(&mut rhs[..self.len], &mut solution[..self.len]);
    }
}

/// One cycle on the first of `levels`, from the right-hand side to the solution in its work
/// vectors: forward sweep, correction from the next level (in so many `steps`), backward sweep. It
/// is symmetric up to the nonlinearity of [`correction`].
fn cycle(levels: &[Level], coarsest: &mut Coarsest, work: &mut [Work], steps: Steps) {
    let Some((own, below)) = work.split_first_mut() else {
        return;
    };
    let Some((level, levels)) = levels.split_first() else {
        coarsest.solve(&mut own.rhs, &mut own.solution);
        return;
    };
    level.rows.sweep_forward(&own.rhs, &mut own.solution, &mut own.residual);
    if let Some(next) = below.first_mut() {
        level.restrict(&own.residual, &mut next.rhs);
    }
    correction(levels, coarsest, below, steps);
    if let Some(next) = below.first() {
        level.prolong(&next.solution, &mut own.solution);
    }
    level.rows.sweep_backward(&own.rhs, &mut own.solution, &mut own.residual);
}

/// The first of `levels` from the right-hand side to the solution in its work vectors: by one step
/// of steepest descent or two of conjugate gradients, preconditioned by the cycle. (Two: the
/// K-cycle of Notay and Vassilevski 2008.) Constant prolongation underestimates the correction, the
/// more so the more levels it passes; the step lengths put that right.
fn correction(levels: &[Level], coarsest: &mut Coarsest, work: &mut [Work], steps: Steps) {
    cycle(levels, coarsest, work, steps.below());
    let (Some(level), Some(own)) = (levels.first(), work.first_mut()) else { return };
    if steps == Steps::One {
        let [_, energy, gain] = level.rows.apply(&own.solution, &mut own.image, &own.rhs);
        let step = quotient(gain, energy);
        for_chunks(&mut own.solution, |_, x| -> [f64; 0] {
            x.iter_mut().for_each(|x| *x *= step);
            []
        });
        return;
    }
    std::mem::swap(&mut own.first, &mut own.solution);
    let [_, energy, gain] = level.rows.apply(&own.first, &mut own.image, &own.rhs);
    let step = quotient(gain, energy);
    for_chunks(&mut own.rhs, |start, rhs| -> [f64; 0] {
        rhs.iter_mut().zip(&own.image[start..]).for_each(|(r, v)| *r -= step * v);
        []
    });
    cycle(levels, coarsest, work, steps.below());
    let Some(own) = work.first_mut() else { return };
    let [mixed, own_energy, own_gain] = level.rows.apply(&own.solution, &mut own.image, &own.rhs);
    let ratio = quotient(mixed, energy);
    let second = quotient(own_gain, own_energy - mixed * ratio);
    let first_share = step - second * ratio;
    for_chunks_of_two(&mut own.solution, &mut own.first, |_, solution, first| -> [f64; 0] {
        let pairs = solution.iter_mut().zip(first.iter());
        pairs.for_each(|(d, c)| *d = first_share * c + second * *d);
        []
    });
}

/// `a / b`, 0 where `b` is not positive or the quotient is not finite.
fn quotient(a: f64, b: f64) -> f64 {
    let q = a / b;
    if b > 0.0 && q.is_finite() { q } else { 0.0 }
}
