//! Exact elimination of the nodes with at most two neighbours.
//!
//! Chains, cycles, trees and whatever hangs on a graph by a chain are where aggregation is weakest
//! and elimination is cheapest: a node with one neighbour leaves nothing behind, a node between `a`
//! and `b` leaves the edge `ab` of weight `K_va K_vb / (K_va + K_vb)`. Neither subtracts, so the
//! graph that remains is as accurate as the one given, and of a chain, a cycle or a tree nothing
//! remains.

use super::laplacian::{Laplacian, every};
use super::vector::in_parallel;
use rayon::prelude::*;

/// End of a linked list.
const NONE: u32 = u32::MAX;

/// A node is looked at when at most this many edge ends are left at it, parallel edges counted
/// apart.
const LOOK: u32 = 4;

/// One eliminated node with its neighbours at that time; shares are weights over their sum.
struct Step {
    node: u32,
    inverse: f64,
    /// Neighbours and shares; a missing neighbour is the node itself with share 0.
    link: [(u32, f64); 2],
}

/// The eliminated nodes, and the graph of those that remain.
pub(super) struct Elimination {
    steps: Vec<Step>,
    /// Original index of each remaining node, increasing.
    kept: Vec<u32>,
    /// Laplacian of the remaining nodes.
    pub(super) reduced: Laplacian,
}

/// Edge end at a node: its other end, its weight, and how many parallel edges it stands for in the
/// count of the other end.
#[derive(Clone, Copy)]
struct End {
    to: u32,
    weight: f64,
    count: u32,
}

/// The graph while nodes leave it: the rows of the matrix, and lists of the edges that came since.
struct Shrinking<'a> {
    l: &'a Laplacian,
    gone: Vec<bool>,
    /// Whether the node's row of the matrix has been moved to its list.
    moved: Vec<bool>,
    /// Edge ends at each node, parallel edges counted apart: an upper bound of its neighbours.
    degree: Vec<u32>,
    head: Vec<u32>,
    next: Vec<u32>,
    end: Vec<End>,
}

impl Shrinking<'_> {
    fn push(&mut self, at: u32, end: End) {
        self.next.push(self.head[at as usize]);
        self.head[at as usize] = self.end.len() as u32;
        self.end.push(end);
    }

    /// Appends the edges at `v` to nodes that are still there.
    fn collect(&self, v: u32, ends: &mut Vec<End>) {
        if !self.moved[v as usize] {
            let (col, weight) = self.l.row(v as usize);
            let row = col.iter().zip(weight).filter(|e| *e.1 > 0.0 && !self.gone[*e.0 as usize]);
            ends.extend(row.map(|(&to, &weight)| End { to, weight, count: 1 }));
        }
        let mut at = self.head[v as usize];
        while at != NONE {
            let end = self.end[at as usize];
            if !self.gone[end.to as usize] {
                ends.push(end);
            }
            at = self.next[at as usize];
        }
    }

    /// Eliminates `v` if it has at most two neighbours. Otherwise its list is rewritten without
    /// what has left, so that looking again is cheap.
    fn eliminate(&mut self, v: u32, ends: &mut Vec<End>) -> Option<Step> {
        ends.clear();
        self.collect(v, ends);
        ends.sort_by_key(|e| e.to);
        ends.dedup_by(|later, first| {
            let same = later.to == first.to;
            if same {
                first.weight += later.weight;
                first.count += later.count;
            }
            same
        });
        self.moved[v as usize] = true;
        self.head[v as usize] = NONE;
        if ends.len() > 2 {
            for &end in ends.iter() {
                self.push(v, end);
            }
            return None;
        }
        self.gone[v as usize] = true;
        let sum: f64 = ends.iter().map(|e| e.weight).sum();
        let mut step = Step { node: v, inverse: 0.0, link: [(v, 0.0); 2] };
        if !ends.is_empty() {
            step.inverse = 1.0 / sum;
        }
        for (link, end) in step.link.iter_mut().zip(ends.iter()) {
            *link = (end.to, end.weight / sum);
            self.degree[end.to as usize] -= end.count;
        }
        if let [a, b] = ends[..] {
            // The product of the larger factor and the smaller share neither over- nor underflows.
            let weight = a.weight.max(b.weight) * (a.weight.min(b.weight) / sum);
            self.push(a.to, End { to: b.to, weight, count: 1 });
            self.push(b.to, End { to: a.to, weight, count: 1 });
            self.degree[a.to as usize] += 1;
            self.degree[b.to as usize] += 1;
        }
        Some(step)
    }
}

impl Elimination {
    /// Eliminates nodes with at most two neighbours until none is left, in time `O(nnz)`. Returns
    /// `None` if fewer than one row in `worthwhile` goes: then the graph is better left as it is.
    pub(super) fn of(l: &Laplacian, worthwhile: usize) -> Option<Self> {
        let n = l.len();
        let count = |i| l.row(i).1.iter().filter(|&&w| w > 0.0).count() as u32;
        let degree: Vec<u32> = match in_parallel(n) {
            true => (0..n).into_par_iter().map(count).collect(),
            false => (0..n).map(count).collect(),
        };
        if every(&degree, |degree| *degree > 2) {
            return None;
        }
        let mut stack: Vec<u32> = (0..n as u32).rev().filter(|&i| degree[i as usize] <= 2).collect();
        let mut graph = Shrinking {
            l,
            gone: vec![false; n],
            moved: vec![false; n],
            degree,
            head: vec![NONE; n],
            next: Vec::new(),
            end: Vec::new(),
        };
        let mut steps: Vec<Step> = Vec::new();
        let mut ends = Vec::new();
        while let Some(v) = stack.pop() {
            if graph.gone[v as usize] {
                continue;
            }
            if let Some(step) = graph.eliminate(v, &mut ends) {
                let near = ends.iter().map(|e| e.to);
                stack.extend(near.filter(|&to| graph.degree[to as usize] <= LOOK));
                steps.push(step);
            }
        }
        if steps.len().saturating_mul(worthwhile) < n {
            return None;
        }
        Some(Self::finish(&graph, steps))
    }

    /// Renumbers the remaining nodes and merges their parallel edges.
    fn finish(graph: &Shrinking, steps: Vec<Step>) -> Self {
        let n = graph.gone.len();
        let kept: Vec<u32> = (0..n as u32).filter(|&i| !graph.gone[i as usize]).collect();
        let mut number = vec![NONE; n];
        for (k, &i) in kept.iter().enumerate() {
            number[i as usize] = k as u32;
        }
        let mut reduced = Laplacian { row_ptr: vec![0], col: Vec::new(), weight: Vec::new() };
        // Entry of the current row that holds a column, valid if it lies in the row.
        let mut place = vec![0; kept.len()];
        let mut ends = Vec::new();
        for &i in &kept {
            let first = reduced.col.len();
            ends.clear();
            graph.collect(i, &mut ends);
            for end in &ends {
                let to = number[end.to as usize];
                let at: &mut usize = &mut place[to as usize];
                if *at >= first && reduced.col.get(*at) == Some(&to) {
                    reduced.weight[*at] += end.weight;
                } else {
                    *at = reduced.col.len();
                    reduced.col.push(to);
                    reduced.weight.push(end.weight);
                }
            }
            reduced.row_ptr.push(reduced.col.len() as u32);
        }
        Self { steps, kept, reduced }
    }

    /// Carries the right-hand side `b` of the whole graph, overwritten, to that of the remaining
    /// nodes.
    pub(super) fn restrict(&self, b: &mut [f64]) -> Vec<f64> {
        for step in &self.steps {
            let value = b[step.node as usize];
            for (to, share) in step.link {
                b[to as usize] += share * value;
            }
        }
        self.keep(b)
    }

    /// The entries of the remaining nodes.
    pub(super) fn keep(&self, x: &[f64]) -> Vec<f64> {
        self.kept.iter().map(|&i| x[i as usize]).collect()
    }

    /// Extends the solution `reduced` on the remaining nodes to all; `b` is what [`Self::restrict`]
    /// left.
    pub(super) fn extend(&self, b: &[f64], reduced: &[f64], x: &mut [f64]) {
        for (&i, &value) in self.kept.iter().zip(reduced) {
            x[i as usize] = value;
        }
        for step in self.steps.iter().rev() {
            let v = step.node as usize;
            // A missing neighbour is the node itself with share 0: its old value must be finite.
            x[v] = 0.0;
            let [(a, s), (c, t)] = step.link;
            x[v] = b[v] * step.inverse + s * x[a as usize] + t * x[c as usize];
        }
    }
}
