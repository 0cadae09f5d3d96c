//! Sites laid out to be compared at many points at once.

use super::simd::{Instructions, SITES};
use crate::exact::predicates::higher_at;
use crate::exact::{Counters, Dd, Heights};

/// Most coordinates a point may have: the bounds of `stages.rs` are proved up to it.
pub const MAX_DIMENSION: usize = 4096;

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
    pub(super) dimension: usize,
    pub(super) sites: Vec<f64>,
    pub(super) heights: Vec<Dd>,
    /// Panel after panel; coordinate after coordinate in each.
    pub(super) panels: Vec<f32>,
    pub(super) panel_heights: Vec<[f32; SITES]>,
    /// Exponents `e` with `|y| 2^-e <= 1` and `|h| 2^-e <= 1` for all sites.
    pub(super) exponents: [i32; 2],
    /// The largest size of a height, and of a coordinate.
    pub(super) most: [f64; 2],
    /// Not less than every `|Y_i|`.
    pub(super) longest: f64,
    /// Subtracted from all coordinates in single precision; heights are those at this point.
    pub(super) center: f64,
    pub(super) instructions: Instructions,
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
        let most = |m: f64, v: &f64| m.max(v.abs());
        let coordinate = sites.iter().fold(0.0, most);
        let height = heights.as_slice().iter().fold(0.0, |m, h| most(m, &h.hi));
        let e = exponent(coordinate);
        let (g, panel_heights) = panels_of(&heights.as_slice().iter().map(|h| h.hi).collect::<Vec<_>>());
        let mut panels = vec![0.0; n.div_ceil(SITES) * SITES * dimension];
        let by = powers(-e);
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
        }
        Ok(Dense {
            dimension,
            sites: sites.to_vec(),
            heights: heights.as_slice().to_vec(),
            panels,
            panel_heights,
            exponents: [e, g],
            most: [height, coordinate],
            longest,
            center: 0.0,
            instructions: Instructions::widest(),
        })
    }

    /// The same sites, of which single precision sees what they are about the point that has this
    /// number as each coordinate.
    pub(super) fn about(mut self, center: f64) -> Dense {
        let values = self.sites.chunks_exact(self.dimension).zip(&self.heights);
        let values: Vec<f64> = values.map(|(y, h)| h.hi + center * y.iter().sum::<f64>()).collect();
        (self.exponents[1], self.panel_heights) = panels_of(&values);
        self.center = center;
        self
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

    #[inline(always)]
    pub(super) fn site(&self, i: u32) -> (&[f64], Dd) {
        let (i, d) = (i as usize, self.dimension);
        (&self.sites[i * d..(i + 1) * d], self.heights[i])
    }

    /// Does `i` win at `x`, exactly, against another site `j`?
    pub(super) fn wins(&self, x: &[f64], i: u32, j: u32, counters: &mut Counters) -> bool {
        let sign = higher_at(self.site(i), self.site(j), x, counters);
        counters.exact_zeros += u64::from(sign == 0);
        sign > 0 || (sign == 0 && i < j)
    }
}

/// The exponent of heights, and panels of them in units of it. What is not there is never highest.
fn panels_of(heights: &[f64]) -> (i32, Vec<[f32; SITES]>) {
    let e = exponent(heights.iter().fold(0.0f64, |m, v| m.max(v.abs())));
    let by = powers(-e);
    let mut panels = vec![[f32::NEG_INFINITY; SITES]; heights.len().div_ceil(SITES)];
    for (i, &h) in heights.iter().enumerate() {
        panels[i / SITES][i % SITES] = scaled(h, by) as f32;
    }
    (e, panels)
}

pub(super) fn finite<T: Copy + Into<f64>>(
    what: &'static str,
    values: &[T],
    dimension: usize,
) -> Result<(), DenseError> {
    match values.iter().position(|&v| !v.into().is_finite()) {
        None => Ok(()),
        Some(k) => Err(DenseError::NonFinite { what, row: k / dimension, axis: k % dimension }),
    }
}

/// The least `e` for which surely `v < 2^e`, or -1022 if that is less.
pub(super) fn exponent(v: f64) -> i32 {
    ((v.to_bits() >> 52) & 0x7ff) as i32 - 1022
}

/// Two powers of two whose product is `2^k`, or less where that is below all that counts.
pub(super) fn powers(k: i32) -> [f64; 2] {
    let half = k.div_euclid(2);
    [half, k - half].map(|e| 2f64.powi(e.max(-1000)))
}

pub(super) fn scaled(v: f64, by: [f64; 2]) -> f64 {
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
}
