//! The three stages of a search among all sites, and the bounds of the first two.
//!
//! # Bound of the first stage
//! Sites are scaled by `2^-e`, a tile of points by `2^-f`, heights by `2^-(e+f)`, so that all
//! scaled numbers `X_k`, `Y_k`, `H` are at most 1; powers of two change no comparison. Let
//! `u = 2^-24`, `t = 2^-125` (it covers each underflow, also where the processor is told to flush),
//! and `S >= |H| + sum |X_k Y_k|`. Stored are `x_k = X_k (1 + a) + b`, `|a| <= u`, `|b| <= t`, the
//! same for `y_k`; `h = H (1 + a) + b`, `|a| <= 1.01u`, `|b| <= 2t` (heights are double-doubles
//! whose tails are dropped). The loop adds `d` products to `h`; rounded once or twice each, its
//! error is at most `g (|h| + sum |x_k y_k|) + 2 (d + 1) t` with `g = (d+1)u / (1 - (d+1)u)`, and
//! `|x_k y_k - X_k Y_k| <= (2u + u^2) |X_k Y_k| + 2.1 t`. For `d <= 4096`, where
//! `g <= 1.0003 (d+1) u`, the sum of all is below `1.001 (d + 4) u S + 8 (d + 1) t`. `E` below is
//! at least that with `S = max |H_i| + |X| max |Y_i|` (Cauchy and Schwarz); the factor 1.002 leaves
//! room for the rounding of `E` itself. If `i` is highest and `B` is the largest computed value, at
//! a site `j`, then `c_i >= s_i - E >= s_j - E >= B - 2E`.
//!
//! *About a center `c`* the first stage takes `x - c` for `x` and `h + <c, y>` for `h`. In doubles,
//! with `v = 2^-53`, that is wrong by at most `v |X| |Y|` and `(d + 2) v (|h| + |C| |Y|)`, where
//! `|h| <= |H| + |C| |Y|`. All this is below `(d + 4) u` times `2^-29 |H| + 2^-26 |C| |Y| + 2^-29
//! |X| |Y|`: the second term stands in `E`, the others in its room.
//!
//! *Reflections.* The products of the four blocks are summed for themselves, from 0, and joined to
//! the height by four additions in a tree of depth three. No block has more than `d - 1`
//! coordinates, so no product is rounded more often than `d + 2` times: `d + 4`, with what storing
//! did, is a bound again.
//!
//! # Bound of the second stage
//! With `u = 2^-53` and `A = |h| + sum |x_k y_k|`, in any order of summation, the value has error
//! at most `(d + 3) u A (1 + 2du) + d 2^-1074`, the last `u` for the tail of the height; `d + 6`
//! covers the rounding of the comparison and of the bound, where `A <= max |h| + |x|_1 max |y_k|`,
//! of all sites and coordinates. What overflows makes this infinite, is never ruled out, and goes
//! to the third stage.

use super::simd::{self, BLOCKS, Best, LANES, POINTS, Panel, REFLECTIONS, SITES, Task};
use super::sites::{Dense, exponent, powers, scaled};
use crate::exact::Counters;

/// Points whose maxima stay in the second cache while the sites go by: with fewer, the sites would
/// come too often from farther away.
pub(super) const BLOCK: usize = 256;

/// What a thread needs.
pub(super) struct Work {
    tiles: Vec<f32>,
    scales: [f32; BLOCK / POINTS],
    best: Vec<Best>,
    /// Bound `E` of each point.
    bounds: [f64; BLOCK],
    row: Vec<f64>,
    /// Candidates of all points of a block, and where those of each end.
    candidates: Vec<u32>,
    ends: [usize; BLOCK],
    values: Vec<f64>,
    pub(super) counters: Counters,
}

impl Work {
    pub(super) fn new(dense: &Dense) -> Work {
        Work {
            tiles: vec![0.0; BLOCK * dense.dimension],
            scales: [0.0; BLOCK / POINTS],
            best: vec![Best::NONE; BLOCK],
            bounds: [0.0; BLOCK],
            row: vec![0.0; dense.dimension],
            candidates: Vec::new(),
            ends: [0; BLOCK],
            values: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// The cells of at most [`BLOCK`] points; with `blocks` of coordinates, of `BLOCK /
    /// REFLECTIONS` points and all their reflections about the center, one after the other.
    pub(super) fn block<T: Copy + Into<f64>>(
        &mut self,
        dense: &Dense,
        points: &[T],
        blocks: Option<&[usize; BLOCKS]>,
        cells: &mut [u32],
    ) {
        let d = dense.dimension;
        let each = if blocks.is_some() { REFLECTIONS } else { 1 };
        let tiles = (cells.len() / each).div_ceil(POINTS);
        for t in 0..tiles {
            let rows = &points[t * POINTS * d..points.len().min((t + 1) * POINTS * d)];
            self.tile(dense, t, rows);
        }
        let used = tiles * POINTS;
        self.best[..used * each].fill(Best::NONE);
        for (number, heights) in dense.panel_heights.iter().enumerate() {
            let sites = &dense.panels[number * SITES * d..(number + 1) * SITES * d];
            let panel = Panel { sites, heights, number: number as u32 };
            let (tiles, scales, best) = (&self.tiles[..used * d], &self.scales[..tiles], &mut self.best[..used * each]);
            match blocks {
                None => simd::raise(dense.instructions, &panel, tiles, scales, best),
                Some(ends) => simd::reflect(dense.instructions, &panel, (tiles, ends), scales, best),
            }
        }
        // First whose sites are to be compared in doubles, then the comparison: meanwhile they come
        // from memory.
        self.candidates.clear();
        for p in 0..cells.len() {
            self.shortlist(dense, p, self.bounds[p / each]);
            self.ends[p] = self.candidates.len();
        }
        let listed = std::mem::take(&mut self.candidates);
        let mut begin = 0;
        for (p, cell) in cells.iter_mut().enumerate() {
            let (x, q) = (&points[p / each * d..(p / each + 1) * d], p % each);
            self.row.iter_mut().zip(x).for_each(|(to, &x)| *to = x.into());
            if let Some(ends) = blocks {
                let mut from = 0;
                for (b, &end) in ends.iter().enumerate() {
                    if q >> b & 1 == 1 {
                        self.row[from..end].iter_mut().for_each(|x| *x = dense.center - (*x - dense.center));
                    }
                    from = end;
                }
            }
            let end = self.ends[p];
            *cell = if begin < end {
                self.careful(dense, &listed[begin..end])
            } else {
                self.counters.filter_failures += 1;
                let near = self.near(dense);
                self.careful(dense, &near)
            };
            begin = end;
        }
        self.candidates = listed;
    }

    /// Scales the points of a tile; missing ones are zero.
    fn tile<T: Copy + Into<f64>>(&mut self, dense: &Dense, t: usize, rows: &[T]) {
        let d = dense.dimension;
        let center = dense.center;
        let largest = rows.iter().fold(0.0f64, |m, &x| m.max((x.into() - center).abs()));
        let [e, g] = dense.exponents;
        let f = exponent(largest).max(g - e);
        let by = powers(-f);
        // Heights are kept times 2^-g and wanted times 2^-(e+f); the least float stands for what is
        // smaller.
        let scale = scaled(1.0, powers(g - e - f));
        // Not zero, which would make no number of the height of what is not there.
        self.scales[t] = (scale as f32).max(f32::MIN_POSITIVE);
        let aside = 2f64.powi(-26) * scaled(center.abs(), by) * (d as f64).sqrt();
        let tile = &mut self.tiles[t * POINTS * d..(t + 1) * POINTS * d];
        tile.fill(0.0);
        for (p, x) in rows.chunks_exact(d).enumerate() {
            let mut square = 0.0;
            for (k, &x) in x.iter().enumerate() {
                let x = scaled(x.into() - center, by);
                tile[k * POINTS + p] = x as f32;
                square += x * x;
            }
            let sum = scale + (square.sqrt() + aside) * dense.longest;
            let (terms, u) = ((d + 4) as f64, 2f64.powi(-24));
            self.bounds[t * POINTS + p] = 1.002 * terms * u * sum + terms * 2f64.powi(-121);
        }
    }

    /// Adds the sites to the list that may be highest at point `p`; none if another panel comes
    /// near in a lane that has kept only one: then all sites must be compared again.
    fn shortlist(&mut self, dense: &Dense, p: usize, bound: f64) {
        self.counters.calls += 1;
        let seen = &self.best[p];
        let least = f64::from(largest(&seen.best)) - 2.0 * bound;
        if f64::from(largest(&seen.second)) >= least {
            return;
        }
        let n = dense.len();
        for lane in (0..LANES).filter(|&l| f64::from(seen.best[l]) >= least) {
            let first = seen.panel[lane] as usize * SITES;
            for i in dense.instructions.group(lane).map(|s| first + s).into_iter().filter(|&i| i < n) {
                simd::fetch(&dense.sites, i * dense.dimension);
                self.candidates.push(i as u32);
            }
        }
    }

    /// All sites that may be highest, by doubles.
    fn near(&mut self, dense: &Dense) -> Vec<u32> {
        let x = &self.row;
        self.values.clear();
        let sites = dense.sites.chunks_exact(dense.dimension).zip(&dense.heights);
        self.values.extend(sites.map(|(y, h)| dot(x, y, h.hi)));
        let largest = self.values.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
        let least = largest - 2.0 * bound(dense, x);
        // Not `>=`: what is no number is not ruled out.
        let near = self.values.iter().enumerate().filter(|(_, v)| !(**v < least));
        near.map(|(i, _)| i as u32).collect()
    }

    /// The highest of the candidates, among which the highest site is.
    fn careful(&mut self, dense: &Dense, candidates: &[u32]) -> u32 {
        if let [only] = *candidates {
            return only;
        }
        let x = &self.row;
        self.values.resize(candidates.len(), 0.0);
        let least = simd::widely(dense.instructions, Values { dense, x, candidates, values: &mut self.values });
        let mut winner = None;
        for (i, value) in candidates.iter().zip(&self.values) {
            if *value < least {
                continue;
            }
            winner = Some(match winner {
                Some(j) if !dense.wins(x, *i, j, &mut self.counters) => j,
                _ => *i,
            });
        }
        // The candidate of the largest value is never passed over.
        winner.unwrap_or(0)
    }
}

/// Values of the candidates at a point; returns what the value of the highest site is not below.
struct Values<'a> {
    dense: &'a Dense,
    x: &'a [f64],
    candidates: &'a [u32],
    values: &'a mut [f64],
}

impl Task for Values<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut largest = f64::NEG_INFINITY;
        for (&i, value) in self.candidates.iter().zip(self.values) {
            let (y, h) = self.dense.site(i);
            *value = dot(self.x, y, h.hi);
            largest = largest.max(*value);
        }
        largest - 2.0 * bound(self.dense, self.x)
    }
}

/// The largest of the values, none of which is NaN. In pairs, so that no comparison waits for all
/// before it.
fn largest(values: &[f32; LANES]) -> f32 {
    let mut v = *values;
    let mut n = LANES;
    while n > 1 {
        n /= 2;
        for l in 0..n {
            v[l] = if v[l] > v[l + n] { v[l] } else { v[l + n] };
        }
    }
    v[0]
}

/// Error of [`dot`] at a point, for every site.
#[inline(always)]
fn bound(dense: &Dense, x: &[f64]) -> f64 {
    let (d, [height, coordinate]) = (dense.dimension as f64, dense.most);
    let sum = height + x.iter().map(|x| x.abs()).sum::<f64>() * coordinate;
    (d + 6.0) * 2f64.powi(-53) * 1.001 * sum + d * 2f64.powi(-1070)
}

/// `h + <x, y>`.
#[inline(always)]
fn dot(x: &[f64], y: &[f64], h: f64) -> f64 {
    const W: usize = 8;
    let mut sums = [0.0; W];
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<W>(), y.as_chunks::<W>());
    for (x, y) in x.iter().zip(y) {
        for l in 0..W {
            sums[l] += x[l] * y[l];
        }
    }
    let mut sum = h;
    for (x, y) in x_rest.iter().zip(y_rest) {
        sum += x * y;
    }
    // In pairs, so that no addition waits for all before it.
    let mut n = W;
    while n > 1 {
        n /= 2;
        for l in 0..n {
            sums[l] += sums[l + n];
        }
    }
    sum + sums[0]
}
