//! Insertion order: Hilbert curve for locality, biased random rounds for the worst case.
//!
//! Sites are numbered along a Hilbert curve once; everything downstream (triangles, cells, matrices) inherits the
//! locality. They are inserted in rounds (Amenta, Choi, Rote 2003): each site falls into the last round with probability
//! 7/8, and so on towards the first, which keeps the randomized bound on the expected structural change; inside a
//! round the Hilbert order keeps the walk short.

/// Cells per axis: 2^BITS. Runs of sites that share a key are ordered again in their own bounding box.
const BITS: u32 = 24;

/// Sites of a run with equal keys are reordered only above this length; shorter runs cost nothing anyway.
const RUN: usize = 24;

/// Distance along the Hilbert curve of order [`BITS`] of the grid cell `(x, y)`.
#[inline]
fn hilbert(mut x: u32, mut y: u32) -> u64 {
    let mut d = 0u64;
    let mut s = 1u32 << (BITS - 1);
    while s > 0 {
        let (rx, ry) = (u32::from(x & s > 0), u32::from(y & s > 0));
        d = (d << 2) | u64::from((3 * rx) ^ ry);
        if ry == 0 {
            if rx == 1 {
                x = !x;
                y = !y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        s >>= 1;
    }
    d
}

/// Site indices along a Hilbert curve through the sites. Cost: a radix sort, O(n) for well-spread sites.
pub fn hilbert_order(sites: &[[f64; 2]]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..sites.len() as u32).collect();
    sort_run(sites, &mut order, 0);
    order
}

/// Orders `run` in its own bounding box. Depth is bounded: 2^24 cells a level, 45 levels exceed the range of doubles.
fn sort_run(sites: &[[f64; 2]], run: &mut [u32], depth: u32) {
    let (mut lo, mut hi) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for &i in run.iter() {
        let y = sites[i as usize];
        for k in 0..2 {
            lo[k] = lo[k].min(y[k]);
            hi[k] = hi[k].max(y[k]);
        }
    }
    // One scale for both axes keeps the cells square. Halves avoid overflow of the difference.
    let half = (hi[0] / 2.0 - lo[0] / 2.0).max(hi[1] / 2.0 - lo[1] / 2.0);
    if !half.is_finite() || half <= 0.0 || depth > 45 {
        return;
    }
    let cells = f64::from(1u32 << (BITS - 1));
    let cell = |v: f64, lo: f64| ((((v / 2.0 - lo / 2.0) / half) * 2.0 * cells) as u32).min((1 << BITS) - 1);
    let mut keyed: Vec<(u64, u32)> = run
        .iter()
        .map(|&i| {
            let y = sites[i as usize];
            (hilbert(cell(y[0], lo[0]), cell(y[1], lo[1])), i)
        })
        .collect();
    radix_sort(&mut keyed);
    let mut start = 0;
    while start < keyed.len() {
        let key = keyed[start].0;
        let mut end = start;
        while end < keyed.len() && keyed[end].0 == key {
            run[end] = keyed[end].1;
            end += 1;
        }
        if end - start > RUN && end - start < keyed.len() {
            sort_run(sites, &mut run[start..end], depth + 1);
        }
        start = end;
    }
}

/// Stable sort by the `2 BITS`-bit keys, 12 bits a pass.
fn radix_sort(keyed: &mut Vec<(u64, u32)>) {
    const DIGIT: u32 = 12;
    if keyed.len() < 4096 {
        keyed.sort_by_key(|k| k.0);
        return;
    }
    let mut buffer = vec![(0u64, 0u32); keyed.len()];
    for pass in 0..(2 * BITS) / DIGIT {
        let digit = |k: u64| ((k >> (pass * DIGIT)) & ((1 << DIGIT) - 1)) as usize;
        let mut start = vec![0usize; 1 << DIGIT];
        keyed.iter().for_each(|k| start[digit(k.0)] += 1);
        let mut sum = 0;
        for s in &mut start {
            (*s, sum) = (sum, sum + *s);
        }
        for &k in keyed.iter() {
            let slot = &mut start[digit(k.0)];
            buffer[*slot] = k;
            *slot += 1;
        }
        std::mem::swap(keyed, &mut buffer);
    }
}

/// Positions `0..n` (along the curve) in insertion order: rounds of growing size, each along the curve.
pub fn rounds(n: usize) -> Vec<u32> {
    const LAST: usize = 12;
    // A round number by hashing the position (splitmix64): fixed, so results are reproducible.
    let round = |k: usize| {
        let mut z = (k as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        LAST - (((z ^ (z >> 31)).trailing_zeros() / 3) as usize).min(LAST)
    };
    let mut start = [0usize; LAST + 2];
    (0..n).for_each(|k| start[round(k) + 1] += 1);
    (0..=LAST).for_each(|r| start[r + 1] += start[r]);
    let mut order = vec![0u32; n];
    for k in 0..n {
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
        for order in [hilbert_order(&sites), rounds(sites.len())] {
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
