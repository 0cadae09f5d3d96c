//! Sparse symmetric positive definite systems with unknowns at the vertices of triangles.

use super::chart::NONE;
use faer::linalg::solvers::SolveCore;
use faer::sparse::linalg::solvers::{Llt, SymbolicLlt};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{Conj, MatMut, Side};

/// Entries of a symmetric matrix of six rows, by lower row and higher column.
const ENTRIES: usize = 21;

/// Contribution of a triangle: rows and columns are the two unknowns of its first corner, of its
/// second, of its third.
pub(super) type Local = [[f64; 6]; 6];

/// A matrix that is the sum of contributions of triangles.
pub(super) struct System {
    n: usize,
    /// Lower triangle by columns.
    first: Vec<usize>,
    row: Vec<usize>,
    value: Vec<f64>,
    /// Where the entries of each triangle go.
    slots: Vec<[u32; ENTRIES]>,
    symbolic: SymbolicLlt<usize>,
}

/// A factorized matrix.
pub(super) struct Factor {
    llt: Llt<usize, f64>,
    /// Inverse roots of the diagonal: the scaled matrix has ones there.
    scale: Vec<f64>,
}

impl System {
    /// The pattern for `n` unknowns, of which each vertex has up to two (others [`NONE`]), and its
    /// elimination order. `None` if memory does not suffice. Cost: O(n log n).
    pub fn new(triangles: &[[u32; 3]], unknowns: &[[u32; 2]], n: usize) -> Option<System> {
        let of = |t: &[u32; 3]| {
            let mut u = [NONE; 6];
            for (k, &v) in t.iter().enumerate() {
                [u[2 * k], u[2 * k + 1]] = unknowns[v as usize];
            }
            u
        };
        let mut keys: Vec<u64> = (0..n as u64).map(|i| i << 32 | i).collect();
        for t in triangles {
            for_entries(&of(t), |_, low, high| keys.push(u64::from(low) << 32 | u64::from(high)));
        }
        keys.sort_unstable();
        keys.dedup();
        let mut first = vec![0; n + 1];
        keys.iter().for_each(|k| first[(k >> 32) as usize + 1] += 1);
        (0..n).for_each(|i| first[i + 1] += first[i]);
        let row: Vec<usize> = keys.iter().map(|k| (k & 0xffff_ffff) as usize).collect();
        let mut slots = vec![[NONE; ENTRIES]; triangles.len()];
        for (t, slots) in triangles.iter().zip(&mut slots) {
            for_entries(&of(t), |entry, low, high| {
                let rows = &row[first[low as usize]..first[low as usize + 1]];
                slots[entry] = (first[low as usize] + rows.partition_point(|&r| r < high as usize)) as u32;
            });
        }
        let pattern = SymbolicSparseColMatRef::new_checked(n, n, &first, None, &row);
        let symbolic = SymbolicLlt::try_new(pattern, Side::Lower).ok()?;
        let value = vec![0.0; row.len()];
        Some(System { n, first, row, value, slots, symbolic })
    }

    /// Sets the matrix to zero.
    pub fn clear(&mut self) {
        self.value.iter_mut().for_each(|v| *v = 0.0);
    }

    /// Adds the contribution of a triangle.
    pub fn add(&mut self, face: usize, local: &Local) {
        let slots = &self.slots[face];
        let mut entry = 0;
        for i in 0..6 {
            for j in i..6 {
                if slots[entry] != NONE {
                    self.value[slots[entry] as usize] += local[i][j];
                }
                entry += 1;
            }
        }
    }

    /// Adds to an entry of the diagonal.
    pub fn add_diagonal(&mut self, i: usize, value: f64) {
        self.value[self.first[i]] += value;
    }

    /// Factorizes the matrix plus `shift` times its diagonal, scaled to ones on the diagonal.
    /// `None` if that is not positive definite.
    pub fn factor(&self, shift: f64) -> Option<Factor> {
        let scale: Vec<f64> = (0..self.n).map(|i| 1.0 / self.value[self.first[i]].sqrt()).collect();
        if scale.iter().any(|s| !s.is_finite()) {
            return None;
        }
        let mut scaled = vec![0.0; self.value.len()];
        for j in 0..self.n {
            for k in self.first[j]..self.first[j + 1] {
                scaled[k] = self.value[k] * scale[j] * scale[self.row[k]];
            }
            scaled[self.first[j]] = 1.0 + shift;
        }
        let pattern = SymbolicSparseColMatRef::new_checked(self.n, self.n, &self.first, None, &self.row);
        let matrix = SparseColMatRef::new(pattern, &scaled);
        let llt = Llt::try_new_with_symbolic(self.symbolic.clone(), matrix, Side::Lower).ok()?;
        Some(Factor { llt, scale })
    }
}

impl Factor {
    /// Solves for each of the columns of `n` numbers that follow one another in `b`.
    pub fn solve(&self, b: &mut [f64]) {
        let n = self.scale.len();
        let columns = b.len() / n;
        b.iter_mut().enumerate().for_each(|(i, b)| *b *= self.scale[i % n]);
        self.llt.solve_in_place_with_conj(Conj::No, MatMut::from_column_major_slice_mut(b, n, columns));
        b.iter_mut().enumerate().for_each(|(i, b)| *b *= self.scale[i % n]);
    }
}

/// Calls with the number of each entry and its unknowns, lower first.
fn for_entries(unknowns: &[u32; 6], mut call: impl FnMut(usize, u32, u32)) {
    let mut entry = 0;
    for i in 0..6 {
        for j in i..6 {
            let (a, b) = (unknowns[i], unknowns[j]);
            if a != NONE && b != NONE {
                call(entry, a.min(b), a.max(b));
            }
            entry += 1;
        }
    }
}
