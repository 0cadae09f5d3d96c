//! The highest site at each of many points, in any dimension, by comparing all sites: exact, and
//! near the speed of the arithmetic.
//!
//! Three stages. In single precision, all sites; per point and lane the largest value is kept with
//! its panel and the largest of the other panels. Only sites whose value comes within twice the
//! bound of the largest can be highest: mostly the six of one group. These are compared in doubles
//! with a bound of their own, and what that leaves open exactly ([`higher_at`]). Ties go to the
//! lowest index, which is the perturbation `h_i + eps^(i+1)`. Which site is highest does not depend
//! on rounding, hence neither on the instruction set nor on the number of threads.
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
//! # Bound of the second stage
//! With `u = 2^-53` and `A = |h| + sum |x_k y_k|` as computed, in any order of summation, the value
//! has error at most `(d + 3) u A (1 + 2du) + d 2^-1074`, the last `u` for the tail of the height;
//! `d + 6` covers the rounding of the comparison. What overflows is NaN or infinite, is never ruled
//! out, and goes to the third stage.

use super::simd::{self, Best, Instructions, LANES, POINTS, Panel, SITES};
use crate::exact::predicates::higher_at;
use crate::exact::{Counters, Dd, Heights};
use rayon::prelude::*;

/// Most coordinates a point may have: the bounds above are proved up to it.
pub const MAX_DIMENSION: usize = 4096;

/// Points that a thread takes at once.
const CHUNK: usize = 1024;
/// Points whose maxima stay in the second cache while the sites go by: with fewer, the sites would
/// come too often from farther away.
const BLOCK: usize = 256;

/// What is wrong with the input of a [`Dense`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DenseError {
    /// No dimension, or too many.
    #[error("points of {dimension} coordinates; give between 1 and {MAX_DIMENSION}")]
    Dimension {
        /// Coordinates asked for.
        dimension: usize,
    },
    /// There are no sites, or more than `u32` can number.
    #[error("{found} sites; give between 1 and 4294967295")]
    Count {
        /// Number of sites.
        found: usize,
    },
    /// A list has not as many entries as it must.
    #[error("{what} has {found} entries; {expected} are needed")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its entries.
        found: usize,
        /// Entries it must have.
        expected: usize,
    },
    /// A number is NaN or infinite.
    #[error("{what}[{row}][{axis}] is not finite; every number must be finite")]
    NonFinite {
        /// Which list.
        what: &'static str,
        /// Point or site.
        row: usize,
        /// Coordinate.
        axis: usize,
    },
}

/// Sites with heights, laid out to be compared at many points at once.
///
/// Memory: 12 bytes a coordinate of a site.
///
/// ```
/// use brenier::{Heights, dense::Dense};
/// let sites = [0.0, 0.0, 0.0, /**/ 1.0, 0.0, 0.0, /**/ 0.0, 0.0, 1.0];
/// let dense = Dense::new(3, &sites, &Heights::from_f64(&[0.0, -0.5, -0.5])).unwrap();
/// // At the last point sites 0 and 1 tie: the lower one.
/// let points = [0.9, 0.0, 0.1, /**/ 0.1, 0.2, 0.3, /**/ 0.2, 9.0, 0.8, /**/ 0.5, 0.0, 0.0];
/// assert_eq!(dense.cells_of(&points).unwrap().0, [1, 0, 2, 0]);
/// ```
#[derive(Clone, Debug)]
pub struct Dense {
    dimension: usize,
    sites: Vec<f64>,
    heights: Vec<Dd>,
    /// Panel after panel; coordinate after coordinate in each.
    panels: Vec<f32>,
    panel_heights: Vec<[f32; SITES]>,
    /// Exponents `e` with `|y| 2^-e <= 1` and `|h| 2^-e <= 1` for all sites.
    exponents: [i32; 2],
    /// Not less than every `|Y_i|`.
    longest: f64,
    instructions: Instructions,
}

impl Dense {
    /// Lays out `n` sites of `dimension` coordinates each, row after row, for the widest
    /// instructions there are. Cost: O(n d).
    ///
    /// # Errors
    /// Lists of wrong length, numbers that are not finite, no sites.
    pub fn new(dimension: usize, sites: &[f64], heights: &Heights) -> Result<Dense, DenseError> {
        if !(1..=MAX_DIMENSION).contains(&dimension) {
            return Err(DenseError::Dimension { dimension });
        }
        let n = heights.len();
        if n == 0 || n > u32::MAX as usize {
            return Err(DenseError::Count { found: n });
        }
        if sites.len() != n * dimension {
            return Err(DenseError::Length { what: "sites", found: sites.len(), expected: n * dimension });
        }
        finite("sites", sites, dimension)?;
        if let Some(row) = heights.first_non_finite() {
            return Err(DenseError::NonFinite { what: "heights", row, axis: 0 });
        }
        let largest = |values: &mut dyn Iterator<Item = f64>| exponent(values.fold(0.0f64, |m, v| m.max(v.abs())));
        let e = largest(&mut sites.iter().copied());
        let g = largest(&mut heights.as_slice().iter().map(|h| h.hi));
        let count = n.div_ceil(SITES);
        let mut panels = vec![0.0; count * SITES * dimension];
        // What is not there is never highest.
        let mut panel_heights = vec![[f32::NEG_INFINITY; SITES]; count];
        let (by, by_height) = (powers(-e), powers(-g));
        let mut longest = 0.0f64;
        for (i, y) in sites.chunks_exact(dimension).enumerate() {
            let (panel, at) = (i / SITES, i % SITES);
            let mut square = 0.0;
            for (k, &y) in y.iter().enumerate() {
                let y = scaled(y, by);
                panels[(panel * dimension + k) * SITES + at] = y as f32;
                square += y * y;
            }
            longest = longest.max(square.sqrt());
            panel_heights[panel][at] = scaled(heights.get(i).hi, by_height) as f32;
        }
        Ok(Dense {
            dimension,
            sites: sites.to_vec(),
            heights: heights.as_slice().to_vec(),
            panels,
            panel_heights,
            exponents: [e, g],
            longest,
            instructions: Instructions::widest(),
        })
    }

    /// The same with other instructions: for tests and measurements, since results do not depend on
    /// them.
    pub fn with_instructions(mut self, instructions: Instructions) -> Dense {
        self.instructions = instructions;
        self
    }

    /// Number of coordinates.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.heights.len()
    }

    /// Never true: there is at least one site.
    pub fn is_empty(&self) -> bool {
        self.heights.is_empty()
    }

    /// The highest site at each point, exactly; of sites that tie the lowest. Points are rows of
    /// `f64` or `f32` numbers, which mean what they are. The counters say of how many points
    /// (`calls`) how many had all sites compared in doubles (`filter_failures`), how many pairs
    /// were decided by big numbers (`big`), and how many tie (`exact_zeros`).
    ///
    /// Cost: O(n d) a point, `2 n d` operations in single precision; parallel.
    ///
    /// # Errors
    /// A number that is not finite, or not whole points.
    pub fn cells_of<T: Copy + Into<f64> + Sync>(&self, points: &[T]) -> Result<(Vec<u32>, Counters), DenseError> {
        let d = self.dimension;
        if !points.len().is_multiple_of(d) {
            let expected = points.len().next_multiple_of(d);
            return Err(DenseError::Length { what: "points", found: points.len(), expected });
        }
        let rows = CHUNK * d;
        let first = points.par_chunks(rows).enumerate().find_map_first(|(c, points)| {
            finite("points", points, d).err().map(|e| match e {
                DenseError::NonFinite { what, row, axis } => DenseError::NonFinite { what, row: c * CHUNK + row, axis },
                other => other,
            })
        });
        if let Some(error) = first {
            return Err(error);
        }
        let mut cells = vec![0; points.len() / d];
        let counters = cells
            .par_chunks_mut(CHUNK)
            .zip(points.par_chunks(rows))
            .map(|(cells, points)| {
                let mut work = Work::new(self);
                for (cells, points) in cells.chunks_mut(BLOCK).zip(points.chunks(BLOCK * d)) {
                    work.block(self, points, cells);
                }
                work.counters
            })
            .reduce(Counters::default, |mut a, b| {
                a += b;
                a
            });
        Ok((cells, counters))
    }

    /// The highest site at one point.
    ///
    /// # Errors
    /// As [`Dense::cells_of`].
    pub fn cell_of(&self, point: &[f64]) -> Result<u32, DenseError> {
        if point.len() != self.dimension {
            return Err(DenseError::Length { what: "point", found: point.len(), expected: self.dimension });
        }
        Ok(self.cells_of(point)?.0[0])
    }

    fn site(&self, i: u32) -> (&[f64], Dd) {
        let (i, d) = (i as usize, self.dimension);
        (&self.sites[i * d..(i + 1) * d], self.heights[i])
    }

    /// Does `i` win at `x`, exactly, against another site `j`?
    fn wins(&self, x: &[f64], i: u32, j: u32, counters: &mut Counters) -> bool {
        let sign = higher_at(self.site(i), self.site(j), x, counters);
        counters.exact_zeros += u64::from(sign == 0);
        sign > 0 || (sign == 0 && i < j)
    }
}

/// What a thread needs.
struct Work {
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
    counters: Counters,
}

impl Work {
    fn new(dense: &Dense) -> Work {
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

    fn block<T: Copy + Into<f64>>(&mut self, dense: &Dense, points: &[T], cells: &mut [u32]) {
        let d = dense.dimension;
        let tiles = cells.len().div_ceil(POINTS);
        for t in 0..tiles {
            let rows = &points[t * POINTS * d..points.len().min((t + 1) * POINTS * d)];
            self.tile(dense, t, rows);
        }
        let used = tiles * POINTS;
        self.best[..used].fill(Best::NONE);
        for (number, heights) in dense.panel_heights.iter().enumerate() {
            let sites = &dense.panels[number * SITES * d..(number + 1) * SITES * d];
            let panel = Panel { sites, heights, number: number as u32 };
            let (tiles, scales) = (&self.tiles[..used * d], &self.scales[..tiles]);
            simd::raise(dense.instructions, &panel, tiles, scales, &mut self.best[..used]);
        }
        // First whose sites are to be compared in doubles, then the comparison: meanwhile they come
        // from memory.
        self.candidates.clear();
        for p in 0..cells.len() {
            self.shortlist(dense, p);
            self.ends[p] = self.candidates.len();
        }
        let listed = std::mem::take(&mut self.candidates);
        let mut begin = 0;
        for (p, (x, cell)) in points.chunks_exact(d).zip(cells).enumerate() {
            self.row.iter_mut().zip(x).for_each(|(to, &x)| *to = x.into());
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
        let largest = rows.iter().fold(0.0f64, |m, &x| m.max(x.into().abs()));
        let [e, g] = dense.exponents;
        let f = exponent(largest).max(g - e);
        let by = powers(-f);
        // Heights are kept times 2^-g and wanted times 2^-(e+f); the least float stands for what is
        // smaller.
        let scale = scaled(1.0, powers(g - e - f));
        // Not zero, which would make no number of the height of what is not there.
        self.scales[t] = (scale as f32).max(f32::MIN_POSITIVE);
        let tile = &mut self.tiles[t * POINTS * d..(t + 1) * POINTS * d];
        tile.fill(0.0);
        for (p, x) in rows.chunks_exact(d).enumerate() {
            let mut square = 0.0;
            for (k, &x) in x.iter().enumerate() {
                let x = scaled(x.into(), by);
                tile[k * POINTS + p] = x as f32;
                square += x * x;
            }
            let sum = scale + square.sqrt() * dense.longest;
            let (terms, u) = ((d + 4) as f64, 2f64.powi(-24));
            self.bounds[t * POINTS + p] = 1.002 * terms * u * sum + terms * 2f64.powi(-121);
        }
    }

    /// Adds the sites to the list that may be highest at point `p`; none if another panel comes
    /// near in a lane that has kept only one: then all sites must be compared again.
    fn shortlist(&mut self, dense: &Dense, p: usize) {
        self.counters.calls += 1;
        let seen = &self.best[p];
        let least = f64::from(largest(&seen.best)) - 2.0 * self.bounds[p];
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

    /// All sites that may be highest, by doubles with one bound for all.
    fn near(&mut self, dense: &Dense) -> Vec<u32> {
        let x = &self.row;
        self.values.clear();
        let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0f64);
        for (y, h) in dense.sites.chunks_exact(dense.dimension).zip(&dense.heights) {
            let (value, absolute) = dot(x, y, h.hi);
            self.values.push(value);
            largest = largest.max(value);
            sum = sum.max(absolute);
        }
        let least = largest - 2.0 * bound(dense.dimension, sum);
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
        let mut low = f64::NEG_INFINITY;
        self.values.clear();
        for &i in candidates {
            let (y, h) = dense.site(i);
            let (value, sum) = dot(x, y, h.hi);
            let b = bound(dense.dimension, sum);
            low = low.max(value - b);
            self.values.push(value + b);
        }
        let mut winner = None;
        for (i, high) in candidates.iter().zip(&self.values) {
            if *high < low {
                continue;
            }
            winner = Some(match winner {
                Some(j) if !dense.wins(x, *i, j, &mut self.counters) => j,
                _ => *i,
            });
        }
        // The candidate that gave `low` is never passed over.
        winner.unwrap_or(0)
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

/// Error of [`dot`].
fn bound(dimension: usize, sum: f64) -> f64 {
    (dimension + 6) as f64 * 2f64.powi(-53) * 1.001 * sum + dimension as f64 * 2f64.powi(-1070)
}

/// `h + <x, y>` and the sum of the absolute values of its terms.
#[inline(always)]
fn dot(x: &[f64], y: &[f64], h: f64) -> (f64, f64) {
    const W: usize = 4;
    let (mut sums, mut absolute) = ([0.0; W], [0.0; W]);
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<W>(), y.as_chunks::<W>());
    for (x, y) in x.iter().zip(y) {
        for l in 0..W {
            let p = x[l] * y[l];
            sums[l] += p;
            absolute[l] += p.abs();
        }
    }
    let (mut sum, mut all) = (h, h.abs());
    for (x, y) in x_rest.iter().zip(y_rest) {
        sum += x * y;
        all += (x * y).abs();
    }
    for l in 0..W {
        sum += sums[l];
        all += absolute[l];
    }
    (sum, all)
}

fn finite<T: Copy + Into<f64>>(what: &'static str, values: &[T], dimension: usize) -> Result<(), DenseError> {
    match values.iter().position(|&v| !v.into().is_finite()) {
        None => Ok(()),
        Some(k) => Err(DenseError::NonFinite { what, row: k / dimension, axis: k % dimension }),
    }
}

/// The least `e` for which surely `v < 2^e`, or -1022 if that is less.
fn exponent(v: f64) -> i32 {
    ((v.to_bits() >> 52) & 0x7ff) as i32 - 1022
}

/// Two powers of two whose product is `2^k`, or less where that is below all that counts.
fn powers(k: i32) -> [f64; 2] {
    let half = k.div_euclid(2);
    [half, k - half].map(|e| 2f64.powi(e.max(-1000)))
}

fn scaled(v: f64, by: [f64; 2]) -> f64 {
    v * by[0] * by[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_is_to_at_most_one() {
        for v in [1.0, 0.5, 1e300, f64::MAX, 1e-300, 5e-324, 0.0, 3.7] {
            let e = exponent(v);
            assert!(scaled(v, powers(-e)) <= 1.0 && (v < 1e-307 || scaled(v, powers(-e)) >= 0.5), "{v} {e}");
        }
        assert_eq!(scaled(1.0, powers(-3000)), 2f64.powi(-1000) * 2f64.powi(-1000));
    }

    #[test]
    fn wrong_input_is_told() {
        let h = Heights::zeros(2);
        let text = |r: Result<Dense, DenseError>| r.unwrap_err().to_string();
        assert_eq!(text(Dense::new(0, &[], &h)), "points of 0 coordinates; give between 1 and 4096");
        assert_eq!(text(Dense::new(2, &[0.0; 3], &h)), "sites has 3 entries; 4 are needed");
        assert_eq!(text(Dense::new(2, &[], &Heights::zeros(0))), "0 sites; give between 1 and 4294967295");
        let bad = text(Dense::new(2, &[0.0, 1.0, f64::NAN, 0.0], &h));
        assert_eq!(bad, "sites[1][0] is not finite; every number must be finite");
        let dense = Dense::new(2, &[0.0; 4], &h).unwrap();
        let mut points = vec![0.0f32; 6000];
        points[4007] = f32::INFINITY;
        assert_eq!(
            dense.cells_of(&points).unwrap_err().to_string(),
            "points[2003][1] is not finite; every number must be finite"
        );
        assert_eq!(dense.cells_of(&[0.0; 3]).unwrap_err().to_string(), "points has 3 entries; 4 are needed");
        assert!(dense.cell_of(&[0.0; 4]).is_err());
        assert_eq!(dense.cells_of::<f64>(&[]).unwrap().0, Vec::<u32>::new());
    }
}
