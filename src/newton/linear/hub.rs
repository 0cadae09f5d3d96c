//! Graphs with a hub: one node that is adjacent to very many others, as the mass that stays is in
//! partial transport.
//!
//! Aggregation cannot make such a graph much smaller (the neighbours of the hub are a star once
//! their other edges are gone), so the hub is taken out. Fixing `x = 0` there leaves
//! `(L' + D) x = b` with the other nodes' Laplacian `L'` and their edges to the hub on the diagonal
//! `D`. That is a Laplacian again on two copies of the graph, node `i` joined to its copy by an
//! edge of weight `D_i / 2`:
//!
//! ```text
//! ( L' + D/2   -D/2   ) ( x)   ( b)
//! (  -D/2    L' + D/2 ) (-x) = (-b)
//! ```
//!
//! with short rows, nothing subtracted, and the copies beside each other in memory. (The reduction
//! of diagonally dominant matrices to Laplacians: Gremban 1996.)

use super::laplacian::{Laplacian, scaled_norm_squared};
use super::operator::System;
use super::options::{DIRECT_ROWS, LinearOptions, LinearReport};
use super::pcg;

/// A node is a hub if it is adjacent to more than one node in so many.
const SHARE: usize = 16;

/// The node to be taken out, if there is exactly one and the graph is not small. (Of several,
/// doubling would make more.)
pub(super) fn hub_of(l: &Laplacian) -> Option<usize> {
    let n = l.len();
    if n <= DIRECT_ROWS {
        return None;
    }
    let mut hubs = (0..n).filter(|&i| (l.row_ptr[i + 1] - l.row_ptr[i]) as usize > n / SHARE);
    hubs.next().filter(|_| hubs.next().is_none())
}

/// How a system without a hub is solved.
type Solve = fn(&Laplacian, Vec<f64>, &LinearOptions<'_>) -> (Vec<f64>, LinearReport);

/// Solves `L x = b` with `x = 0` at the hub, the doubled graph by `solve`; then `x` is shifted to
/// zero sum over each component, as everywhere. Cost: that of the doubled graph.
pub(super) fn solve_without(
    l: &Laplacian,
    hub: usize,
    mut b: Vec<f64>,
    options: &LinearOptions<'_>,
    solve: Solve,
) -> (Vec<f64>, LinearReport) {
    let n = l.len();
    let whole = System::new(l);
    whole.components.subtract_means(&mut b);
    let norm = scaled_norm_squared(&b, &whole.inverse_diagonal).sqrt();
    let place = |i: usize| 2 * if i < hub { i } else { i - 1 };
    let others = || (0..n).filter(|&i| i != hub);
    let mut doubled = Laplacian { row_ptr: vec![0], col: Vec::new(), weight: Vec::new() };
    doubled.col.reserve_exact(2 * l.col.len());
    doubled.weight.reserve_exact(2 * l.col.len());
    for i in others() {
        for copy in 0..2 {
            let (col, weight) = l.row(i);
            for (&j, &w) in col.iter().zip(weight) {
                if j as usize == hub {
                    doubled.col.push((place(i) + 1 - copy) as u32);
                    doubled.weight.push(0.5 * w);
                } else {
                    doubled.col.push((place(j as usize) + copy) as u32);
                    doubled.weight.push(w);
                }
            }
            doubled.row_ptr.push(doubled.col.len() as u32);
        }
    }
    let both = |v: &[f64], sign: f64| -> Vec<f64> { others().flat_map(|i| [v[i], sign * v[i]]).collect() };
    let each = options.enough.filter(|e| e.1.len() == n).map(|e| (e.0, both(e.1, 1.0)));
    let enough = each.as_ref().map(|(factor, each)| (*factor, each.as_slice()));
    let (y, mut report) = solve(&doubled, both(&b, -1.0), &LinearOptions { enough, ..*options });
    let mut x = vec![0.0; n];
    others().for_each(|i| x[i] = 0.5 * (y[place(i)] - y[place(i) + 1]));
    if options.centred {
        whole.components.subtract_means(&mut x);
    }
    let left = pcg::residual(&whole, &b, &x, &mut vec![0.0; n]);
    report.relative_residual = if norm > 0.0 { left / norm } else { 0.0 };
    (x, report)
}

#[cfg(test)]
mod tests {
    use super::super::solve;
    use super::*;

    /// A grid with a hub joined to each third node: the residual is small, and the solution that of
    /// zero sum.
    #[test]
    fn a_grid_with_a_hub() {
        let side = 60;
        let n = side * side + 1;
        let mut rows: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
        let mut join = |a: usize, b: usize, w: f64| {
            rows[a].push((b as u32, w));
            rows[b].push((a as u32, w));
        };
        for i in 0..side * side {
            if i % side + 1 < side {
                join(i, i + 1, 1.0);
            }
            if i + side < side * side {
                join(i, i + side, 1.0);
            }
            if i % 3 == 0 {
                join(i, n - 1, 0.01 * (1 + i % 7) as f64);
            }
        }
        let mut l = Laplacian { row_ptr: vec![0], col: Vec::new(), weight: Vec::new() };
        for row in rows {
            row.into_iter().for_each(|(j, w)| {
                l.col.push(j);
                l.weight.push(w);
            });
            l.row_ptr.push(l.col.len() as u32);
        }
        assert_eq!(hub_of(&l), Some(n - 1));
        let mut b: Vec<f64> = (0..n).map(|i| ((i * i) as f64).sin()).collect();
        let mean = b.iter().sum::<f64>() / n as f64;
        b.iter_mut().for_each(|b| *b -= mean);
        let (x, report) =
            solve(&l, b.clone(), &LinearOptions { relative_tolerance: 1e-12, ..LinearOptions::default() });
        assert!(report.iterations < 60, "{report:?}");
        let mut y = vec![0.0; n];
        l.apply(&x, &mut y);
        let worst = y.iter().zip(&b).map(|(y, b)| (y - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-9, "{worst}");
        assert!(x.iter().sum::<f64>().abs() < 1e-9);
    }
}
