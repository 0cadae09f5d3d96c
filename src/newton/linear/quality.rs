//! How well an aggregate may stand for its nodes.
//!
//! Plain aggregation corrects by a constant on each aggregate and leaves the rest to the smoother.
//! Let `D` be the diagonal of the matrix, and `L_G` the Laplacian of the edges within an aggregate
//! `G`. The two-grid method with one damped sweep (by half) has a condition number of at most
//! `2 max_G m(G)`, where
//!
//! ```text
//! m(G) = max { v'D v / v'L_G v : v on G, sum_i D_i v_i = 0 }
//! ```
//!
//! (Napov, Notay, SIAM J. Sci. Comput. 34, 2012; Gauss-Seidel is the better smoother). It is the
//! worst aggregate of all that counts, and among more nodes there are worse ones: bound them, and
//! the number of iterations does not grow with the number of nodes.

// Nodes are numbered: an index says which.
#![allow(clippy::needless_range_loop)]

/// Most that [`m(G)`](self) may be: a condition number of 8, the value of Napov and Notay. For a
/// pair it says that `K_ij (1/D_i + 1/D_j)` is at least 1/4.
pub(super) const QUALITY: f64 = 4.0;

/// Most nodes of an aggregate after left-over nodes joined it.
pub(super) const FULL: usize = 6;

/// Nodes of an aggregate with the weights between them.
pub(super) struct Group {
    pub nodes: [u32; FULL],
    pub len: usize,
    diagonal: [f64; FULL],
    /// Weights between nodes `i < j`.
    weight: [[f64; FULL]; FULL],
}

impl Group {
    /// A node alone, with its entry of `D`.
    pub(super) fn of(node: usize, diagonal: f64) -> Self {
        let mut group = Self { nodes: [0; FULL], len: 0, diagonal: [0.0; FULL], weight: [[0.0; FULL]; FULL] };
        group.join(node, &[0.0; FULL], diagonal);
        group
    }

    /// Weights between a node, whose row is given, and the group.
    pub(super) fn weights_to(&self, row: impl Iterator<Item = (usize, f64)>) -> [f64; FULL] {
        let mut weights = [0.0; FULL];
        for (col, weight) in row {
            for (&node, to) in self.nodes[..self.len].iter().zip(&mut weights) {
                *to += if node as usize == col { weight } else { 0.0 };
            }
        }
        weights
    }

    /// Adds a node with its weights to the others; nothing happens if the group is full.
    pub(super) fn join(&mut self, node: usize, weights: &[f64], diagonal: f64) {
        if self.len < FULL {
            self.nodes[self.len] = node as u32;
            self.diagonal[self.len] = diagonal;
            for (row, weight) in self.weight[..self.len].iter_mut().zip(weights) {
                row[self.len] = *weight;
            }
            self.len += 1;
        }
    }

    /// Whether the quality is at most [`QUALITY`] with this node, too.
    ///
    /// It is if and only if `q L_G - D + D 1 1'D / s`, with `q` = [`QUALITY`] and `s = 1'D 1`, is
    /// positive semidefinite: on `v` with `1'D v = 0` that is the definition, and constants are in
    /// its kernel. So it is a Laplacian itself, of the weights `q K_ij - D_i D_j / s`, some of them
    /// negative, and is semidefinite if eliminating one node after the other meets positive
    /// diagonals only.
    pub(super) fn admits(&self, weights: &[f64], diagonal: f64) -> bool {
        match self.len {
            1 => self.good::<1>(weights, diagonal),
            2 => self.good::<2>(weights, diagonal),
            3 => self.good::<3>(weights, diagonal),
            4 => self.good::<4>(weights, diagonal),
            5 => self.good::<5>(weights, diagonal),
            _ => false,
        }
    }

    /// [`Self::admits`] for a group of `N` nodes. It has no branch.
    #[inline(always)]
    fn good<const N: usize>(&self, weights: &[f64], diagonal: f64) -> bool {
        let share = 1.0 / (self.diagonal[..N].iter().sum::<f64>() + diagonal);
        let mut left = [[0.0; FULL]; N];
        for i in 0..N {
            let own = self.diagonal[i] * share;
            for j in i + 1..N {
                left[i][j] = QUALITY * self.weight[i][j] - own * self.diagonal[j];
            }
            left[i][N] = QUALITY * weights[i] - own * diagonal;
        }
        let mut good = true;
        for i in 0..N {
            let own: f64 = left[i][i + 1..=N].iter().sum();
            good &= own > 0.0;
            let each = 1.0 / own;
            for a in i + 1..N {
                let through = left[i][a] * each;
                for b in a + 1..=N {
                    left[a][b] += through * left[i][b];
                }
            }
        }
        good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The complete graph of `n` nodes of weight 1, each with `out` more weight leaving: `L_G` has
    /// the eigenvalue `n`, so `m = (n - 1 + out) / n`.
    #[test]
    fn a_complete_graph_is_admitted_up_to_its_quality() {
        for n in 2..=FULL {
            for (excess, good) in [(-1e-9, true), (1e-9, false)] {
                let diagonal = QUALITY * n as f64 + excess;
                let mut group = Group::of(0, diagonal);
                for i in 1..n - 1 {
                    group.join(i, &[1.0; FULL], diagonal);
                }
                assert_eq!(group.admits(&[1.0; FULL], diagonal), good, "{n} nodes");
            }
        }
    }

    /// A path of four nodes of equal diagonals `d` has the least eigenvalue `2 - 2^(1/2)`, so
    /// `m = d / (2 - 2^(1/2))`.
    #[test]
    fn a_path_is_admitted_up_to_its_quality() {
        for (factor, good) in [(1.0 - 1e-9, true), (1.0 + 1e-9, false)] {
            let d = QUALITY * (2.0 - 2f64.sqrt()) * factor;
            let mut group = Group::of(0, d);
            group.join(1, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], d);
            group.join(2, &[0.0, 1.0, 0.0, 0.0, 0.0, 0.0], d);
            assert_eq!(group.admits(&[0.0, 0.0, 1.0, 0.0, 0.0, 0.0], d), good);
        }
    }

    /// A full group takes no more, and weights are found by node.
    #[test]
    fn a_full_group_is_full() {
        let mut group = Group::of(7, 1.0);
        assert_eq!(group.weights_to([(3, 5.0), (7, 2.0)].into_iter())[0], 2.0);
        (1..FULL).for_each(|i| group.join(i, &[1.0; FULL], 1.0));
        group.join(9, &[1.0; FULL], 1.0);
        assert!(group.len == FULL && !group.admits(&[1.0; FULL], 1.0));
    }
}
