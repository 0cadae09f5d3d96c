//! The matrix of a Newton step: a weighted graph Laplacian without its diagonal.

use super::vector::{CHUNK, for_chunks, in_parallel, sum_chunks};
use rayon::prelude::*;

/// Weighted graph Laplacian `L = D - K` of a symmetric matrix `K` of non-negative weights, in
/// compressed rows. Row `i` has the columns `col[row_ptr[i]..row_ptr[i + 1]]`, in any order, each
/// at most once, and the weights `K_ij >= 0` stored positive. The diagonal `D_ii = sum_j K_ij` is
/// never stored, so rows sum to zero by construction and `L` is singular exactly as it should be:
/// its kernel is the constants on each connected component of the edges with positive weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Laplacian {
    /// Start of each row in `col` and `weight`, and the total at the end: length `n + 1`.
    pub row_ptr: Vec<u32>,
    /// Column of each entry; never the row itself.
    pub col: Vec<u32>,
    /// Weight of each entry; `K_ij` and `K_ji` are both stored and equal.
    pub weight: Vec<f64>,
}

impl Laplacian {
    /// Number of rows `n`.
    pub fn len(&self) -> usize {
        self.row_ptr.len().saturating_sub(1)
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Columns and weights of row `i`.
    #[inline]
    pub fn row(&self, i: usize) -> (&[u32], &[f64]) {
        let range = self.row_ptr[i] as usize..self.row_ptr[i + 1] as usize;
        (&self.col[range.clone()], &self.weight[range])
    }

    /// The diagonal `D_ii = sum_j K_ij`, summed in stored order.
    pub fn diagonal(&self) -> Vec<f64> {
        let mut diagonal = vec![0.0; self.len()];
        for_chunks(&mut diagonal, |first, chunk| -> [f64; 0] {
            for (k, d) in chunk.iter_mut().enumerate() {
                *d = self.row(first + k).1.iter().sum();
            }
            []
        });
        diagonal
    }

    /// `y = L x`, in parallel and with the same bits for any number of threads.
    ///
    /// Each row is summed as `sum_j K_ij (x_i - x_j)`: a constant added to `x` costs no accuracy,
    /// which the form `D_ii x_i - sum_j K_ij x_j` could not say.
    pub fn apply(&self, x: &[f64], y: &mut [f64]) {
        for_chunks(y, |first, chunk| -> [f64; 0] {
            for (k, y) in chunk.iter_mut().enumerate() {
                *y = self.apply_row(first + k, x);
            }
            []
        });
    }

    /// Entry `i` of `L x`.
    #[inline]
    fn apply_row(&self, i: usize, x: &[f64]) -> f64 {
        let (col, weight) = self.row(i);
        let own = x[i];
        let mut sum = 0.0;
        for (&j, &w) in col.iter().zip(weight) {
            sum += w * (own - x[j as usize]);
        }
        sum
    }

    /// Greatest weight; 0 if there is none.
    pub(super) fn greatest_weight(&self) -> f64 {
        let greatest = |part: &[f64]| part.iter().fold(0.0, |m, &w| if w > m && w.is_finite() { w } else { m });
        if in_parallel(self.weight.len()) {
            self.weight.par_chunks(CHUNK).map(greatest).reduce(|| 0.0, f64::max)
        } else {
            greatest(&self.weight)
        }
    }

    /// Whether rows and columns lie within the arrays.
    pub(super) fn well_formed(&self) -> bool {
        let n = self.len();
        let end = self.row_ptr.last().is_none_or(|&end| end as usize == self.col.len());
        let start = self.row_ptr.first().is_none_or(|&start| start == 0);
        let inside = |j: &u32| (*j as usize) < n;
        let columns = self.weight.len() == self.col.len() && every(&self.col, inside);
        self.row_ptr.is_sorted() && start && end && columns
    }
}

/// Whether all entries are as wanted.
pub(super) fn every<T: Sync>(list: &[T], wanted: impl Fn(&T) -> bool + Sync) -> bool {
    if in_parallel(list.len()) {
        list.par_chunks(CHUNK).all(|part| part.iter().all(&wanted))
    } else {
        list.iter().all(wanted)
    }
}

/// Squared norm `sum_i r_i^2 / D_ii` in which residuals are measured; rows with `D_ii = 0` do not
/// count.
pub(super) fn scaled_norm_squared(r: &[f64], inverse_diagonal: &[f64]) -> f64 {
    let [sum] = sum_chunks(r.len(), |rows| {
        let pairs = r[rows.clone()].iter().zip(&inverse_diagonal[rows]);
        [pairs.map(|(r, d)| r * r * d).sum()]
    });
    sum
}
