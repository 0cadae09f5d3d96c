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
    /// Sums of `r`, `r^2`, `p`, `p^2` and `r p` for `r = max(<u, z> + g)` and `p = |x - c|^2`, each
    /// less what it is at the middle of the source, over its unit: far from the source both are
    /// large numbers, of which the differences matter.
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
    let middle = if moments { units.value_at_middle(heights) } else { 0.0 };
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
                let (r, p) = ((value - middle) / units.value_unit, units.square_from_middle(x) / units.square_unit);
                for (sum, v) in counted.moments.sums.iter_mut().zip([r, r * r, p, p * p, r * p]) {
                    *sum += fixed::value(v);
                }
            }
        }
        Ok(counted)
    });
    parts.try_reduce(Counted::default, |a, b| Ok(a.merged(b)))
}
