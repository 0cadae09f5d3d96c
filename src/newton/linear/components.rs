//! Connected components of the edges with positive weight, and means over them.

use super::laplacian::Laplacian;
use super::vector::{CHUNK, for_chunks, in_parallel, sum_chunks};
use rayon::prelude::*;

/// Partition of the rows into connected components.
pub(super) struct Components {
    /// Component of each row, numbered by first row; empty when there is only one component.
    label: Vec<u32>,
    /// Number of rows of each component.
    size: Vec<u32>,
}

impl Components {
    /// Of `n` rows that are known to hang together.
    pub(super) fn one(n: usize) -> Self {
        Self { label: Vec::new(), size: vec![n as u32] }
    }

    /// Whether there is one component at most.
    pub(super) fn is_one(&self) -> bool {
        self.label.is_empty()
    }

    /// Components of `l` by union-find, `O(nnz)` for rows in any local order. Chunks are joined
    /// within themselves first, in parallel.
    pub(super) fn of(l: &Laplacian) -> Self {
        let n = l.len();
        let mut parent: Vec<u32> = (0..n as u32).collect();
        let inside = |(c, parent): (usize, &mut [u32])| join_chunk(l, c * CHUNK, parent);
        let joined: Vec<(usize, Vec<(u32, u32)>)> = match in_parallel(n) {
            true => parent.par_chunks_mut(CHUNK).with_max_len(1).enumerate().map(inside).collect(),
            false => parent.chunks_mut(CHUNK).enumerate().map(inside).collect(),
        };
        let mut trees = n - joined.iter().map(|j| j.0).sum::<usize>();
        for &(i, j) in joined.iter().flat_map(|j| &j.1) {
            trees -= usize::from(join(&mut parent, i, j));
        }
        if trees <= 1 {
            return Self { label: Vec::new(), size: vec![n as u32; trees] };
        }
        // A root is the least row of its tree, so it is labelled before the others ask for its
        // label.
        let mut label = vec![0; n];
        let mut size = Vec::with_capacity(trees);
        for i in 0..n {
            let root = find(&mut parent, i as u32) as usize;
            if root == i {
                label[i] = size.len() as u32;
                size.push(0);
            } else {
                label[i] = label[root];
            }
            size[label[i] as usize] += 1;
        }
        Self { label, size }
    }

    /// The same partition of rows stored at other places.
    pub(super) fn stored(&self, place: &[u32]) -> Self {
        let mut label = vec![0; self.label.len()];
        self.label.iter().zip(place).for_each(|(&l, &p)| label[p as usize] = l);
        Self { label, size: self.size.clone() }
    }

    /// Subtracts from `x` its mean over each component: the orthogonal projection onto the range of
    /// `L`.
    ///
    /// Means are summed in an order of rows that does not depend on threads; a second subtraction
    /// removes what rounding left, which matters when the entries are far larger than their sum.
    pub(super) fn subtract_means(&self, x: &mut [f64]) {
        if self.label.is_empty() {
            for _ in 0..2 {
                let [sum] = sum_chunks(x.len(), |rows| [x[rows].iter().sum()]);
                let mean = sum / x.len() as f64;
                for_chunks(x, |_, x| -> [f64; 0] {
                    x.iter_mut().for_each(|x| *x -= mean);
                    []
                });
            }
            return;
        }
        for _ in 0..2 {
            let mut mean = vec![0.0; self.size.len()];
            for (x, &c) in x.iter().zip(&self.label) {
                mean[c as usize] += x;
            }
            for (mean, &size) in mean.iter_mut().zip(&self.size) {
                *mean /= f64::from(size);
            }
            for (x, &c) in x.iter_mut().zip(&self.label) {
                *x -= mean[c as usize];
            }
        }
    }
}

/// Joins the rows from `first` on among themselves; `parent` is relative to it, and is made
/// absolute. Returns how many trees have gone, and the edges to earlier chunks.
fn join_chunk(l: &Laplacian, first: usize, parent: &mut [u32]) -> (usize, Vec<(u32, u32)>) {
    parent.iter_mut().for_each(|p| *p -= first as u32);
    let (mut joined, mut far) = (0, Vec::new());
    for i in 0..parent.len() {
        let (col, weight) = l.row(first + i);
        for (&j, &w) in col.iter().zip(weight) {
            // Each edge is stored twice; its later end joins it.
            if (j as usize) < first + i && w > 0.0 {
                match (j as usize).checked_sub(first) {
                    Some(j) => joined += usize::from(join(parent, i as u32, j as u32)),
                    None => far.push(((first + i) as u32, j)),
                }
            }
        }
    }
    parent.iter_mut().for_each(|p| *p += first as u32);
    (joined, far)
}

/// Joins two trees at the lesser root; `false` if they are one already.
fn join(parent: &mut [u32], i: u32, j: u32) -> bool {
    let (a, b) = (find(parent, i), find(parent, j));
    parent[a.max(b) as usize] = a.min(b);
    a != b
}

/// Root of the tree of `i`, halving the path on the way.
fn find(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        let up = parent[parent[i as usize] as usize];
        parent[i as usize] = up;
        i = up;
    }
    i
}
