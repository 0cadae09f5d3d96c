//! Sparse positive definite systems, factorized once and solved often.

use faer::linalg::solvers::SolveCore;
use faer::sparse::linalg::solvers::{Llt, SymbolicLlt};
use faer::sparse::{SparseColMat, Triplet};
use faer::{Conj, MatMut, Side};

/// A factorized matrix.
pub(super) struct Factor {
    llt: Llt<usize, f64>,
    scale: Vec<f64>,
}

impl Factor {
    /// Of the matrix with this diagonal and `-weight` at each pair. `None` if it is not positive
    /// definite in doubles.
    pub fn new(diagonal: &[f64], walls: &[(u32, u32, f64)]) -> Option<Factor> {
        let n = diagonal.len();
        let scale: Vec<f64> = diagonal.iter().map(|d| 1.0 / d.sqrt()).collect();
        if !scale.iter().all(|s| s.is_finite() && *s > 0.0) {
            return None;
        }
        let mut entries: Vec<Triplet<usize, usize, f64>> = (0..n).map(|i| Triplet::new(i, i, 1.0)).collect();
        entries.extend(walls.iter().map(|&(i, j, w)| {
            let (i, j) = (i.max(j) as usize, i.min(j) as usize);
            Triplet::new(i, j, -w * scale[i] * scale[j])
        }));
        let matrix = SparseColMat::try_new_from_triplets(n, n, &entries).ok()?;
        let symbolic = SymbolicLlt::try_new(matrix.symbolic(), Side::Lower).ok()?;
        let llt = Llt::try_new_with_symbolic(symbolic, matrix.as_ref(), Side::Lower).ok()?;
        Some(Factor { llt, scale })
    }

    /// Solves.
    pub fn solve(&self, b: &mut [f64]) {
        let n = b.len();
        b.iter_mut().zip(&self.scale).for_each(|(b, s)| *b *= s);
        self.llt.solve_in_place_with_conj(Conj::No, MatMut::from_column_major_slice_mut(b, n, 1));
        b.iter_mut().zip(&self.scale).for_each(|(b, s)| *b *= s);
    }
}
