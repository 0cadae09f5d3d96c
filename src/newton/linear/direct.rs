//! Direct solve by eliminating one node after the other, without a subtraction.
//!
//! Eliminating node `v` of a weighted graph Laplacian leaves the Laplacian of the graph without `v`
//! in which every two neighbours `a`, `b` of `v` gained the weight `K_va K_vb / D_v`. Only
//! off-diagonal weights are updated and `D_v` is summed afresh from them, so all numbers stay
//! positive and nothing cancels: each weight of the factor has a small relative error whatever the
//! ratio between the weights of the input (Grassmann, Taksar, Heyman 1985; O'Cinneide 1993). Nodes
//! go in the order of least degree.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Factor of a Laplacian: the elimination order with, for each node, its neighbours when it left.
pub(super) struct Factor {
    /// Nodes in the order of elimination.
    order: Vec<u32>,
    /// Start of each step's entries in `link`, and the total at the end.
    start: Vec<u32>,
    /// Neighbours at elimination with the weight divided by `D_v`.
    link: Vec<(u32, f64)>,
    /// `1 / D_v` at elimination, 0 for the last node of a component.
    inverse: Vec<f64>,
}

impl Factor {
    /// Eliminates all nodes of the graph with the adjacency lists `graph` (symmetric, positive
    /// weights, no loops or repeated edges). Cost `O(sum of squared degrees at elimination)`: about
    /// `n^1.5` for planar graphs, `n^3` for dense ones, so callers bound `n`.
    pub(super) fn new(mut graph: Vec<Vec<(u32, f64)>>) -> Self {
        let n = graph.len();
        let mut heap: BinaryHeap<Reverse<(u32, u32)>> =
            graph.iter().zip(0..).map(|(list, v)| Reverse((list.len() as u32, v))).collect();
        let mut factor =
            Self { order: Vec::with_capacity(n), start: vec![0], link: Vec::new(), inverse: Vec::with_capacity(n) };
        let mut gone = vec![false; n];
        // Position of a node in the list being updated; `u32::MAX` where it is not in the list.
        let mut place = vec![u32::MAX; n];
        while let Some(Reverse((degree, v))) = heap.pop() {
            let v = v as usize;
            if gone[v] || degree as usize != graph[v].len() {
                continue;
            }
            gone[v] = true;
            let list = std::mem::take(&mut graph[v]);
            let sum: f64 = list.iter().map(|e| e.1).sum();
            let inverse = if sum > 0.0 { 1.0 / sum } else { 0.0 };
            for &(a, weight) in &list {
                let share = weight / sum;
                let row = &mut graph[a as usize];
                row.retain(|e| e.0 as usize != v);
                for (k, e) in row.iter().enumerate() {
                    place[e.0 as usize] = k as u32;
                }
                for &(b, other) in &list {
                    if b == a {
                        continue;
                    }
                    match place[b as usize] {
                        u32::MAX => row.push((b, share * other)),
                        k => row[k as usize].1 += share * other,
                    }
                }
                for e in row.iter() {
                    place[e.0 as usize] = u32::MAX;
                }
                heap.push(Reverse((row.len() as u32, a)));
                factor.link.push((a, share));
            }
            factor.order.push(v as u32);
            factor.start.push(factor.link.len() as u32);
            factor.inverse.push(inverse);
        }
        factor
    }

    /// Solves `L x = b` for `b` of zero sum on each component, with `x = 0` at one node of each.
    /// `b` is overwritten.
    pub(super) fn solve(&self, b: &mut [f64], x: &mut [f64]) {
        for (step, &v) in self.order.iter().enumerate() {
            let value = b[v as usize];
            for &(a, share) in self.links(step) {
                b[a as usize] += share * value;
            }
        }
        for (step, &v) in self.order.iter().enumerate().rev() {
            let mut value = b[v as usize] * self.inverse[step];
            for &(a, share) in self.links(step) {
                value += share * x[a as usize];
            }
            x[v as usize] = value;
        }
    }

    fn links(&self, step: usize) -> &[(u32, f64)] {
        &self.link[self.start[step] as usize..self.start[step + 1] as usize]
    }
}
