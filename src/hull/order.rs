//! Insertion order: Hilbert curve for locality, biased random rounds for the worst case.
//!
//! Sites are numbered along a Hilbert curve once; everything downstream (triangles, cells,
//! matrices) inherits the locality. They are inserted in rounds (Amenta, Choi, Rote 2003): each
//! site falls into the last round with probability 7/8, and so on towards the first, which keeps
//! the randomized bound on the expected structural change; inside a round the Hilbert order keeps
//! the walk short.

use rayon::prelude::*;
use std::ops::Range;

/// Most bits of all axes; a key and an index share 64 bits.
const MOST_BITS: u32 = 32;

/// Sites of a run with equal keys are reordered only above this length; shorter runs cost nothing
/// anyway.
const RUN: usize = 24;

/// Sites to a task.
const CHUNK: usize = 4096;

/// Distance along the Hilbert curve of order `bits` of the grid cell `(x, y)`.
#[inline(always)]
fn hilbert(mut x: u32, mut y: u32, bits: u32) -> u32 {
    let mut d = 0u32;
    for level in (0..bits).rev() {
        let (rx, ry) = ((x >> level) & 1, (y >> level) & 1);
        d = (d << 2) | ((3 * rx) ^ ry);
        // Without branches: where ry = 0, reflect if rx = 1, and transpose.
        let transpose = ry.wrapping_sub(1);
        let reflect = transpose & rx.wrapping_neg();
        let t = (x ^ y) & transpose;
        (x, y) = (x ^ t ^ reflect, y ^ t ^ reflect);
    }
    d
}

/// Site indices along a Hilbert curve through the sites. Cost: a radix sort, O(n) for well-spread
/// sites.
pub fn hilbert_order(sites: &[[f64; 2]]) -> Vec<u32> {
    curve_order(sites, &|[x, y], bits| hilbert(x, y, bits))
}

/// Site indices along a curve, given as the distance along it of a cell of a grid of so many bits
/// an axis.
pub fn curve_order<const D: usize>(sites: &[[f64; D]], curve: &(impl Fn([u32; D], u32) -> u32 + Sync)) -> Vec<u32> {
    let mut order: Vec<u32> = (0..sites.len() as u32).collect();
    sort_run(sites, curve, &mut order, 0);
    order
}

/// Orders `run` in its own bounding box. Depth is bounded: at least 2^4 cells a level in each axis
/// and 2100 binary places in all doubles would allow 600 levels; 64 are enough for any purpose.
fn sort_run<const D: usize>(
    sites: &[[f64; D]],
    curve: &(impl Fn([u32; D], u32) -> u32 + Sync),
    run: &mut [u32],
    depth: u32,
) {
    let bounds: [[f64; 2]; D] = std::array::from_fn(|axis| extent(sites, run, axis));
    // One scale for all axes keeps the cells square. Halves avoid overflow of the difference.
    let half = bounds.iter().map(|[lo, hi]| hi / 2.0 - lo / 2.0).fold(f64::NEG_INFINITY, f64::max);
    if !half.is_finite() || half <= 0.0 || depth > 64 {
        return;
    }
    // Some cells a site along each axis keep most runs at one site.
    let axes = D as u32;
    let bits = (run.len().ilog2() / axes + 3).clamp(4, MOST_BITS / axes);
    let last = (1u32 << bits) - 1;
    let scale = f64::from(1u32 << (bits - 1)) / half;
    let cell = |v: f64, lo: f64| (((v / 2.0 - lo / 2.0) * scale * 2.0) as u32).min(last);
    let key = |&i: &u32| {
        let y = &sites[i as usize];
        let at = std::array::from_fn(|axis| cell(y[axis], bounds[axis][0]));
        u64::from(curve(at, bits)) << 32 | u64::from(i)
    };
    let mut keyed: Vec<u64> = run.par_iter().with_min_len(CHUNK).map(key).collect();
    radix_sort(&mut keyed, axes * bits);
    let mut start = 0;
    while start < keyed.len() {
        let key = keyed[start] >> 32;
        let mut end = start;
        while end < keyed.len() && keyed[end] >> 32 == key {
            run[end] = keyed[end] as u32;
            end += 1;
        }
        if end - start > RUN && end - start < keyed.len() {
            sort_run(sites, curve, &mut run[start..end], depth + 1);
        }
        start = end;
    }
}

/// Least and greatest coordinate.
fn extent<const D: usize>(sites: &[[f64; D]], run: &[u32], axis: usize) -> [f64; 2] {
    let of = |run: &[u32]| {
        let values = run.iter().map(|&i| sites[i as usize][axis]);
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[lo, hi], v| [lo.min(v), hi.max(v)])
    };
    let both = |a: [f64; 2], b: [f64; 2]| [a[0].min(b[0]), a[1].max(b[1])];
    run.par_chunks(CHUNK).map(of).reduce(|| [f64::INFINITY, f64::NEG_INFINITY], both)
}

/// Sort by the `bits` bits above the lower half, then by the lower half (which comes in ascending
/// order, if it matters).
///
/// One pass by the highest digit, then every bucket by itself: buckets are small for well-spread
/// sites, and threads share them.
fn radix_sort(keyed: &mut Vec<u64>, bits: u32) {
    if keyed.len() < 4096 {
        keyed.sort_unstable();
        return;
    }
    // About a thousand keys a bucket.
    let width = (keyed.len().ilog2() - 10).min(bits);
    let digit = |k: u64| (k >> (32 + bits - width)) as usize;
    let mut buffer = vec![0u64; keyed.len()];
    let mut start = vec![0usize; (1 << width) + 1];
    keyed.iter().for_each(|&k| start[digit(k) + 1] += 1);
    let lengths = start[1..].to_vec();
    (1..start.len()).for_each(|d| start[d] += start[d - 1]);
    for &k in keyed.iter() {
        let slot = &mut start[digit(k)];
        buffer[*slot] = k;
        *slot += 1;
    }
    let mut buckets = Vec::with_capacity(lengths.len());
    let mut rest = &mut buffer[..];
    for length in lengths {
        let (bucket, more) = rest.split_at_mut(length);
        buckets.push(bucket);
        rest = more;
    }
    // One that holds nearly all (sites in a cluster) is shared, too.
    buckets.into_par_iter().with_min_len(16).for_each(|bucket| bucket.par_sort_unstable());
    *keyed = buffer;
}

/// The positions of a run (along the curve) in insertion order: rounds of growing size, each along
/// the curve.
pub fn rounds(run: Range<usize>) -> Vec<u32> {
    const LAST: usize = 12;
    // A round number by hashing the position (splitmix64): fixed, so results are reproducible.
    let round = |k: usize| {
        let mut z = (k as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        LAST - (((z ^ (z >> 31)).trailing_zeros() / 3) as usize).min(LAST)
    };
    let mut start = [0usize; LAST + 2];
    run.clone().for_each(|k| start[round(k) + 1] += 1);
    (0..=LAST).for_each(|r| start[r + 1] += start[r]);
    let mut order = vec![0u32; run.len()];
    for k in run {
        let slot = &mut start[round(k)];
        order[*slot] = k as u32;
        *slot += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_permutations_even_of_hostile_sites() {
        let mut sites: Vec<[f64; 2]> = (0..5000).map(|k| [(k % 71) as f64, (k * k % 97) as f64]).collect();
        sites.extend((0..100).map(|k| [1e-300 * k as f64, f64::MAX]));
        sites.extend([[f64::MIN, f64::MIN]; 50]);
        for order in [hilbert_order(&sites), rounds(0..sites.len())] {
            let mut seen = order.clone();
            seen.sort_unstable();
            assert!(seen.iter().enumerate().all(|(k, &i)| k == i as usize));
        }
    }

    #[test]
    fn the_curve_visits_neighbours() {
        let sites: Vec<[f64; 2]> = (0..4096).map(|k| [(k % 64) as f64, (k / 64) as f64]).collect();
        let order = hilbert_order(&sites);
        let jump = |w: &[u32]| {
            let (a, b) = (sites[w[0] as usize], sites[w[1] as usize]);
            (a[0] - b[0]).abs() + (a[1] - b[1]).abs()
        };
        let total: f64 = order.windows(2).map(jump).sum();
        assert!(total < 1.5 * 4096.0, "mean jump {}", total / 4096.0);
    }
}
