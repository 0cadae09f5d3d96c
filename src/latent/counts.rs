//! Plain points, counted by cells: exact comparisons, whole numbers.

use super::draw::Use;
use super::error::LatentError;
use super::fixed;
use super::units::Units;
use crate::dense::Dense;
use crate::exact::Heights;
use rayon::prelude::*;

/// Points of a block; its coordinates are all the memory that points need.
const BLOCK: u64 = 2048;

/// What points say besides their cells, in fixed point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    /// Sums of `q`, `q^2`, `p`, `p^2` and `q p` for `q = |x - c|^2 - 2^(e+1) max(<u, z> + g)` and
    /// `p = |x - c|^2`, over the unit of cost.
    pub sums: [i128; 5],
}

/// Points by their cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counted {
    pub cells: Vec<u64>,
    pub moments: Moments,
}

impl Counted {
    pub(super) fn merged(mut self, other: Counted) -> Counted {
        self.cells = fixed::merged(self.cells, other.cells);
        for (a, b) in self.moments.sums.iter_mut().zip(other.moments.sums) {
            *a += b;
        }
        self
    }
}

/// The search for cells at these heights. The numbers of a [`Units`] are finite, and heights that
/// are not are refused where they come in.
pub(super) fn search(units: &Units, heights: &[f64]) -> Result<Dense, LatentError> {
    Dense::new(units.dimension, &units.codes, &Heights::from_f64(heights))
        .map_err(|e| LatentError::State(format!("does not fit: {e}")))
}

/// Counts the points `first .. first + count` of a use; with `moments`, the values too.
pub(super) fn count(
    units: &Units,
    heights: &[f64],
    what: Use,
    first: u64,
    count: u64,
    moments: bool,
) -> Result<Counted, LatentError> {
    let dense = search(units, heights)?;
    let (d, n) = (units.dimension, units.len());
    let blocks: Vec<u64> = (0..count.div_ceil(BLOCK)).collect();
    let nothing = || Counted { cells: vec![0; n], moments: Moments::default() };
    let parts = blocks.into_par_iter().try_fold(nothing, |mut counted, block| -> Result<Counted, LatentError> {
        let begin = first + block * BLOCK;
        let mut points = vec![0.0; BLOCK.min(first + count - begin) as usize * d];
        units.drawer.fill(what, begin, &mut points)?;
        let cells = dense.cells_of(&points).map_err(|e| LatentError::State(e.to_string()))?.0;
        for (&i, x) in cells.iter().zip(points.chunks_exact(d)) {
            counted.cells[i as usize] += 1;
            if moments {
                let z = &units.codes[i as usize * d..(i as usize + 1) * d];
                let value: f64 = x.iter().zip(z).map(|(x, z)| x * z).sum::<f64>() + heights[i as usize];
                let p = units.square(x) / units.cost;
                let q = p - 2.0 * units.scale * value / units.cost;
                for (sum, v) in counted.moments.sums.iter_mut().zip([q, q * q, p, p * p, q * p]) {
                    *sum += fixed::value(v);
                }
            }
        }
        Ok(counted)
    });
    parts.try_reduce(Counted::default, |a, b| Ok(a.merged(b)))
}
