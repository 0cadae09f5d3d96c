//! Vector kernels whose results do not depend on the number of threads.
//!
//! Every reduction is a sum of partial sums over chunks of [`CHUNK`] entries, added in chunk order.
//! A chunk is one unit of work whether it runs on the calling thread or in the pool, so the
//! threshold below which nothing is sent to the pool cannot change a single bit.
//!
//! Chunks are handed out one by one (`with_max_len(1)`): left to itself rayon makes a few large
//! portions, and whoever has the last one keeps the others waiting.

use rayon::prelude::*;

/// Rows per unit of parallel work, per partial sum and per block of the smoother.
pub(super) const CHUNK: usize = 4096;

/// Below this many rows the hand-over to the pool costs more than the second core brings.
const PARALLEL_ROWS: usize = 1 << 14;

/// Whether a pass over `n` rows is sent to the thread pool.
pub(super) fn in_parallel(n: usize) -> bool {
    n >= PARALLEL_ROWS
}

/// Calls `f(first row, rows of the chunk)` for every chunk of `out`; sums the `K` values it
/// returns.
pub(super) fn for_chunks<T: Send, const K: usize>(
    out: &mut [T],
    f: impl Fn(usize, &mut [T]) -> [f64; K] + Sync,
) -> [f64; K] {
    if in_parallel(out.len()) {
        let parts: Vec<[f64; K]> =
            out.par_chunks_mut(CHUNK).with_max_len(1).enumerate().map(|(c, chunk)| f(c * CHUNK, chunk)).collect();
        add_up(parts.into_iter())
    } else {
        add_up(out.chunks_mut(CHUNK).enumerate().map(|(c, chunk)| f(c * CHUNK, chunk)))
    }
}

/// As [`for_chunks`], over the chunks of two vectors of equal length.
pub(super) fn for_chunks_of_two<T: Send, const K: usize>(
    first: &mut [T],
    second: &mut [T],
    f: impl Fn(usize, &mut [T], &mut [T]) -> [f64; K] + Sync,
) -> [f64; K] {
    if in_parallel(first.len()) {
        let parts: Vec<[f64; K]> = first
            .par_chunks_mut(CHUNK)
            .zip(second.par_chunks_mut(CHUNK))
            .with_max_len(1)
            .enumerate()
            .map(|(c, (a, b))| f(c * CHUNK, a, b))
            .collect();
        add_up(parts.into_iter())
    } else {
        let chunks = first.chunks_mut(CHUNK).zip(second.chunks_mut(CHUNK));
        add_up(chunks.enumerate().map(|(c, (a, b))| f(c * CHUNK, a, b)))
    }
}

/// Sums `f(rows)` over the chunks of `0..n`.
pub(super) fn sum_chunks<const K: usize>(n: usize, f: impl Fn(std::ops::Range<usize>) -> [f64; K] + Sync) -> [f64; K] {
    let count = n.div_ceil(CHUNK);
    let rows = |c: usize| c * CHUNK..((c + 1) * CHUNK).min(n);
    if in_parallel(n) {
        let parts: Vec<[f64; K]> = (0..count).into_par_iter().with_max_len(1).map(|c| f(rows(c))).collect();
        add_up(parts.into_iter())
    } else {
        add_up((0..count).map(|c| f(rows(c))))
    }
}

/// The parts one after the other.
pub(super) fn joined<T: Copy + Default + Send + Sync>(parts: &[Vec<T>]) -> Vec<T> {
    let len = parts.iter().map(Vec::len).sum();
    let mut all = vec![T::default(); len];
    let mut rest = all.as_mut_slice();
    let mut places = Vec::with_capacity(parts.len());
    for part in parts {
        let (place, after) = rest.split_at_mut(part.len());
        places.push((place, part));
        rest = after;
    }
    if in_parallel(len) {
        places.into_par_iter().for_each(|(place, part)| place.copy_from_slice(part));
    } else {
        places.into_iter().for_each(|(place, part)| place.copy_from_slice(part));
    }
    all
}

/// Adds the chunks' sums in chunk order.
fn add_up<const K: usize>(parts: impl Iterator<Item = [f64; K]>) -> [f64; K] {
    let mut total = [0.0; K];
    for part in parts {
        for (t, p) in total.iter_mut().zip(part) {
            *t += p;
        }
    }
    total
}

/// A power of two, itself in range, that brings `value` to within a factor 2 of `wanted` (to within
/// 2^52 if it is subnormal); 1 if `value` is not positive.
pub(super) fn power_of_two(wanted: f64, value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    2f64.powi((wanted.log2() as i32 - value.log2() as i32).clamp(-1022, 1022))
}
