//! The matrix of one level as the sweeps want it, and the sweeps.
//!
//! Where the time went before: a pass over a matrix of six entries a row in its own order is bound
//! by mispredicted ends of rows and by the chain from one row of a Gauss-Seidel sweep to the next,
//! not by arithmetic or memory. In the order of [`Order`] neither is left: eight rows go together,
//! one in each lane, loops are equally long for hundreds of groups, and hardly a group needs the
//! result of the one before. Entries between chunks, up to three in a hundred along a space-filling
//! curve, and within a group are kept apart ("far").
//!
//! An entry takes six bytes: a column within the chunk, and a weight in single precision. Rounding
//! changes it by a relative 2^-24, equally on both sides, and the diagonal is summed from the
//! rounded weights. So what is stored is a Laplacian with `(1 - 2^-24) L <= L' <= (1 + 2^-24) L` in
//! the sense of quadratic forms: a solution for `L'` leaves at most 2^-24 of the energy for the
//! next refinement with `L`. Vectors are `f64`: clusters of heavy edges on light ones have large
//! `x_i` with small differences, and the energy `2^-48 sum D_ii x_i^2` of a rounding to `f32` can
//! be more than `x' L x`.

// Lanes are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

use super::laplacian::Laplacian;
use super::order::{LANES, Order};
use super::vector::{CHUNK, for_chunks, for_chunks_of_two, in_parallel};
use rayon::prelude::*;

/// Share of the weight of the far entries that the smoother adds to the diagonal. They are treated
/// as in a Jacobi sweep, which needs damping where a node has few other edges.
const DAMPING: f64 = 0.25;

/// Greatest weight of the first level: 200 binary orders of magnitude below it and 2^31 summands of
/// its size fit an `f32`.
pub(super) const GREATEST: f64 = (1u128 << 96) as f64;

/// A weight as it is stored. Underflow would cut the graph; the least normal number keeps it whole.
fn single(weight: f64) -> f32 {
    (weight as f32).clamp(f32::MIN_POSITIVE, f32::MAX / 2.0)
}

type Lanes = [f64; LANES];

/// One entry in each of the rows of a group; an unused one has weight 0 and the row itself as
/// column.
#[derive(Clone, Copy)]
struct Slot {
    weight: [f32; LANES],
    col: [u16; LANES],
}

/// The entries of a vector within one chunk.
trait Near {
    fn at(&self, place: u16) -> f64;
}

impl Near for [f64] {
    #[inline(always)]
    fn at(&self, place: u16) -> f64 {
        self[usize::from(place)]
    }
}

/// A whole chunk: masked places need no check.
impl Near for [f64; CHUNK] {
    #[inline(always)]
    fn at(&self, place: u16) -> f64 {
        const { assert!(CHUNK.is_power_of_two()) };
        self[usize::from(place) % CHUNK]
    }
}

impl Slot {
    /// `sum += w x`.
    #[inline(always)]
    fn add(&self, x: &(impl Near + ?Sized), sum: &mut Lanes) {
        for l in 0..LANES {
            sum[l] += f64::from(self.weight[l]) * x.at(self.col[l]);
        }
    }

    /// `sum += w (x - own)`.
    #[inline(always)]
    fn pull(&self, x: &(impl Near + ?Sized), own: &Lanes, sum: &mut Lanes) {
        for l in 0..LANES {
            sum[l] += f64::from(self.weight[l]) * (x.at(self.col[l]) - own[l]);
        }
    }
}

/// Off-diagonal entries by rows, in stored order.
pub(super) struct Rows {
    len: usize,
    chunks: Vec<Chunk>,
    /// Inverse of the smoother's diagonal, 0 where the row is empty.
    inverse: Vec<f64>,
}

/// The rows of one chunk.
struct Chunk {
    /// For each group the number of its slots of earlier and of later columns.
    counts: Vec<[u16; 2]>,
    earlier: Vec<Slot>,
    later: Vec<Slot>,
    /// Places with far entries, relative to the chunk; the start of their entries, and the total at
    /// the end.
    far_row: Vec<u32>,
    far_start: Vec<u32>,
    /// Places and weights.
    far: Vec<(u32, f32)>,
}

/// Length of a stored vector of so many rows.
pub(super) fn width(rows: usize) -> usize {
    rows.next_multiple_of(LANES)
}

impl Chunk {
    /// Packs the rows stored from `first` on, and finds the inverse of their diagonal.
    fn new(l: &Laplacian, scale: f64, order: &Order, first: usize, inverse: &mut [f64]) -> Self {
        let end = (first + CHUNK).min(l.len());
        let (rows, entries) = (&order.row[first..end], &order.entries[first..end]);
        // In-chunk places of the rows of the chunk.
        let place = &order.place[first..end];
        let most = |group: &[[u16; 2]]| [0, 1].map(|k: usize| group.iter().map(|e| e[k]).max().unwrap_or(0));
        let counts: Vec<[u16; 2]> = entries.chunks(LANES).map(most).collect();
        let total = |k: usize| counts.iter().map(|c| usize::from(c[k])).sum();
        let blank = Slot { weight: [0.0; LANES], col: [0; LANES] };
        let mut slots = [vec![blank; total(0)], vec![blank; total(1)]];
        let mut apart = (Vec::new(), vec![0], Vec::new());
        let mut begin = [0; 2];
        for (g, ((group, inverse), count)) in rows.chunks(LANES).zip(inverse.chunks_mut(LANES)).zip(&counts).enumerate()
        {
            let own = g * LANES;
            let [earlier, later] = &mut slots;
            let mut both = [
                &mut earlier[begin[0]..begin[0] + usize::from(count[0])],
                &mut later[begin[1]..begin[1] + usize::from(count[1])],
            ];
            for slot in both.iter_mut().flat_map(|side| side.iter_mut()) {
                slot.col = std::array::from_fn(|lane| (own + lane).min(rows.len() - 1) as u16);
            }
            for (lane, &row) in group.iter().enumerate() {
                let (mut sum, mut outer) = (0.0, 0.0);
                let mut used = [0; 2];
                let (col, weight) = l.row(row as usize);
                for (&j, &weight) in col.iter().zip(weight) {
                    if !(weight > 0.0) {
                        continue;
                    }
                    let weight = single(weight * scale);
                    sum += f64::from(weight);
                    let at = place.get((j as usize).wrapping_sub(first)).map_or(own, |&at| at as usize - first);
                    let side = usize::from(at > own);
                    if at / LANES != g
                        && let Some(slot) = both[side].get_mut(used[side])
                    {
                        slot.col[lane] = at as u16;
                        slot.weight[lane] = weight;
                        used[side] += 1;
                    } else {
                        outer += f64::from(weight);
                        apart.2.push((order.place[j as usize], weight));
                    }
                }
                if apart.2.len() > apart.1[apart.1.len() - 1] as usize {
                    apart.0.push((own + lane) as u32);
                    apart.1.push(apart.2.len() as u32);
                }
                let damped = sum + DAMPING * outer;
                inverse[lane] = if damped > 0.0 { 1.0 / damped } else { 0.0 };
            }
            begin = [0, 1].map(|k: usize| begin[k] + usize::from(count[k]));
        }
        let [earlier, later] = slots;
        Chunk { counts, earlier, later, far_row: apart.0, far_start: apart.1, far: apart.2 }
    }

    /// Places with far entries, and these.
    #[inline(always)]
    fn far_rows(&self) -> impl Iterator<Item = (usize, &[(u32, f32)])> {
        let entries = |k: usize| &self.far[self.far_start[k] as usize..self.far_start[k + 1] as usize];
        self.far_row.iter().enumerate().map(move |(k, &row)| (row as usize, entries(k)))
    }
}

/// The sweep through one chunk, first without its far entries: values, then residual.
#[inline(always)]
fn forward<X: Near + AsMut<[f64]> + ?Sized>(
    chunk: &Chunk,
    inverse: &[Lanes],
    r: &[Lanes],
    x: &mut X,
    residual: &mut [Lanes],
) {
    let mut slots = chunk.earlier.as_slice();
    for (g, ((r, inverse), count)) in r.iter().zip(inverse).zip(&chunk.counts).enumerate() {
        let mut sum = *r;
        let (own, rest) = slots.split_at(usize::from(count[0]));
        slots = rest;
        own.iter().for_each(|slot| slot.add(x, &mut sum));
        x.as_mut()[g * LANES..(g + 1) * LANES].copy_from_slice(&times(&sum, inverse));
    }
    let mut slots = chunk.later.as_slice();
    for (residual, count) in residual.iter_mut().zip(&chunk.counts) {
        let mut sum = [0.0; LANES];
        let (own, rest) = slots.split_at(usize::from(count[1]));
        slots = rest;
        own.iter().for_each(|slot| slot.add(x, &mut sum));
        *residual = sum;
    }
}

/// The sweep back through one chunk; `sums` is the right-hand side with what far entries add to it.
#[inline(always)]
fn backward<X: Near + AsMut<[f64]> + ?Sized>(chunk: &Chunk, inverse: &[Lanes], sums: &[Lanes], x: &mut X) {
    let (mut earlier, mut later) = (chunk.earlier.as_slice(), chunk.later.as_slice());
    for (g, ((sum, inverse), count)) in sums.iter().zip(inverse).zip(&chunk.counts).enumerate().rev() {
        let mut own = [0.0; LANES];
        own.copy_from_slice(&x.as_mut()[g * LANES..(g + 1) * LANES]);
        let mut sum = *sum;
        let (rest, slots) = earlier.split_at(earlier.len() - usize::from(count[0]));
        earlier = rest;
        slots.iter().for_each(|slot| slot.pull(x, &own, &mut sum));
        let (rest, slots) = later.split_at(later.len() - usize::from(count[1]));
        later = rest;
        slots.iter().for_each(|slot| slot.pull(x, &own, &mut sum));
        let step = times(&sum, inverse);
        let new: Lanes = std::array::from_fn(|l| own[l] + step[l]);
        x.as_mut()[g * LANES..(g + 1) * LANES].copy_from_slice(&new);
    }
}

/// `-L x` in one chunk without its far entries.
#[inline(always)]
fn pulls(chunk: &Chunk, near: &(impl Near + ?Sized), x: &[Lanes], y: &mut [Lanes]) {
    let (mut earlier, mut later) = (chunk.earlier.as_slice(), chunk.later.as_slice());
    for ((y, own), count) in y.iter_mut().zip(x).zip(&chunk.counts) {
        let mut sum = [0.0; LANES];
        let (slots, rest) = earlier.split_at(usize::from(count[0]));
        earlier = rest;
        slots.iter().for_each(|slot| slot.pull(near, own, &mut sum));
        let (slots, rest) = later.split_at(usize::from(count[1]));
        later = rest;
        slots.iter().for_each(|slot| slot.pull(near, own, &mut sum));
        *y = sum;
    }
}

impl Rows {
    /// Packs `l`, its weights times `scale`; those that are not positive are left out. Cost
    /// `O(nnz)`.
    pub(super) fn new(l: &Laplacian, scale: f64, order: &Order) -> Self {
        let mut inverse = vec![0.0; width(l.len())];
        let one = |(c, inverse): (usize, &mut [f64])| Chunk::new(l, scale, order, c * CHUNK, inverse);
        let chunks = match in_parallel(l.len()) {
            true => inverse.par_chunks_mut(CHUNK).with_max_len(1).enumerate().map(one).collect(),
            false => inverse.chunks_mut(CHUNK).enumerate().map(one).collect(),
        };
        Self { len: l.len(), chunks, inverse }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// `y = L x`; returns the inner products of `x` with what `y` was, with what it is, and with
    /// `z`.
    pub(super) fn apply(&self, x: &[f64], y: &mut [f64], z: &[f64]) -> [f64; 3] {
        for_chunks(y, |first, y| {
            let range = first..first + y.len();
            let chunk = &self.chunks[first / CHUNK];
            let (near, z) = (&x[range.clone()], &z[range]);
            let old = dot(near, y);
            let (own, out) = (near.as_chunks().0, y.as_chunks_mut().0);
            match <&[f64; CHUNK]>::try_from(near) {
                Ok(near) => pulls(chunk, near, own, out),
                Err(_) => pulls(chunk, near, own, out),
            }
            for (i, far) in chunk.far_rows() {
                y[i] += far.iter().map(|e| f64::from(e.1) * (x[e.0 as usize] - near[i])).sum::<f64>();
            }
            y.iter_mut().for_each(|y| *y = -*y);
            [old, dot(near, y), dot(near, z)]
        })
    }

    /// Gauss-Seidel sweep in stored order within each chunk, from `x = 0`, and the residual it
    /// leaves; what `x` holds must be finite. As the sweep solves with the earlier rows exactly,
    /// only other entries contribute to the residual; the chunk is still in the cache when it is
    /// formed.
    pub(super) fn sweep_forward(&self, r: &[f64], x: &mut [f64], residual: &mut [f64]) {
        for_chunks_of_two(x, residual, |first, x, residual| -> [f64; 0] {
            let range = first..first + x.len();
            let chunk = &self.chunks[first / CHUNK];
            let (inverse, r) = (self.inverse[range.clone()].as_chunks().0, r[range].as_chunks().0);
            let residual = residual.as_chunks_mut().0;
            match <&mut [f64; CHUNK]>::try_from(&mut *x) {
                Ok(x) => forward(chunk, inverse, r, x, residual),
                Err(_) => forward(chunk, inverse, r, x, residual),
            }
            []
        });
        let x = &*x;
        for_chunks(residual, |first, residual| -> [f64; 0] {
            for (i, far) in self.chunks[first / CHUNK].far_rows() {
                let own = DAMPING * x[first + i];
                residual[i] += far.iter().map(|e| f64::from(e.1) * (x[e.0 as usize] + own)).sum::<f64>();
            }
            []
        });
    }

    /// Gauss-Seidel sweep against the stored order within each chunk; far entries enter with the
    /// values before the sweep. `scratch` is as long as `x`.
    pub(super) fn sweep_backward(&self, r: &[f64], x: &mut [f64], scratch: &mut [f64]) {
        let old = &*x;
        for_chunks(scratch, |first, sum| -> [f64; 0] {
            sum.copy_from_slice(&r[first..first + sum.len()]);
            for (i, far) in self.chunks[first / CHUNK].far_rows() {
                sum[i] += far.iter().map(|e| f64::from(e.1) * (old[e.0 as usize] - old[first + i])).sum::<f64>();
            }
            []
        });
        let sums = &*scratch;
        for_chunks(x, |first, x| -> [f64; 0] {
            let range = first..first + x.len();
            let chunk = &self.chunks[first / CHUNK];
            let (inverse, sums) = (self.inverse[range.clone()].as_chunks().0, sums[range].as_chunks().0);
            match <&mut [f64; CHUNK]>::try_from(&mut *x) {
                Ok(x) => backward(chunk, inverse, sums, x),
                Err(_) => backward(chunk, inverse, sums, x),
            }
            []
        });
    }
}

#[inline(always)]
fn times(a: &Lanes, b: &Lanes) -> Lanes {
    std::array::from_fn(|l| a[l] * b[l])
}

/// Inner product; the lengths are multiples of [`LANES`].
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = [0.0; LANES];
    for (x, y) in x.as_chunks::<LANES>().0.iter().zip(y.as_chunks::<LANES>().0) {
        for l in 0..LANES {
            sum[l] += x[l] * y[l];
        }
    }
    let half: [f64; LANES / 2] = std::array::from_fn(|l| sum[l] + sum[l + LANES / 2]);
    (half[0] + half[2]) + (half[1] + half[3])
}
