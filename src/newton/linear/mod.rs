//! Solver for the linear systems of Newton's method: weighted graph Laplacians of adjacent cells.
//!
//! The graph is first shortened exactly ([`eliminate`]), what remains is solved directly if small
//! ([`direct`]) and otherwise by conjugate gradients ([`pcg`]) preconditioned by algebraic multigrid ([`amg`]:
//! choice of the coarse nodes in [`splitting`], interpolation and coarse matrices in [`transfer`]). See `docs/theory/linear-solver.md`.

mod amg;
mod components;
mod direct;
mod eliminate;
mod laplacian;
mod pcg;
mod rows;
mod splitting;
#[cfg(test)]
mod tests;
mod transfer;
mod vector;

pub use laplacian::Laplacian;

use amg::Hierarchy;
use components::Components;
use direct::Factor;
use eliminate::Elimination;
use laplacian::scaled_norm_squared;
use pcg::System;

/// A graph that remains after elimination and has at most this many nodes is solved directly.
const DIRECT_ROWS: usize = 1500;

/// Most entries per row for a direct solve of more than [`ALWAYS_DIRECT_ROWS`] nodes: beyond that the graph
/// is not like a planar one and the factor may fill up.
const DIRECT_ENTRIES_PER_ROW: usize = 16;

/// A graph with at most this many nodes is solved directly even if all nodes are adjacent.
const ALWAYS_DIRECT_ROWS: usize = 200;

/// The elimination is used if it removes one row of this many; else the matrix is left where it is.
const WORTHWHILE: usize = 16;

/// Most times the residual is computed anew and solved for.
const REFINEMENTS: usize = 4;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearOptions {
    /// Stop when the residual is at most this times the right-hand side, both measured in the norm
    /// `|r| = (sum_i r_i^2 / D_ii)^(1/2)`. In this norm a cell counts by its own scale: the Newton update of
    /// a lone cell would be `r_i / D_ii`, and the energy of that update `r_i^2 / D_ii`, so cells of tiny
    /// mass are not drowned by large ones as in the Euclidean norm. 1e-12 can be reached on graphs of
    /// ordinary weights.
    pub relative_tolerance: f64,
    /// Most iterations of conjugate gradients in all.
    pub max_iterations: usize,
}

impl Default for LinearOptions {
    /// Tolerance 1e-10, 200 iterations.
    fn default() -> Self {
        Self { relative_tolerance: 1e-10, max_iterations: 200 }
    }
}

/// What a solve did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearReport {
    /// Iterations of conjugate gradients in all, 0 for a direct solve.
    pub iterations: usize,
    /// Norm of `b - L x` over that of `b`, computed from the returned `x`; 0 if `b` is 0.
    pub relative_residual: f64,
    /// Levels of the multigrid hierarchy, 1 for a direct solve, 0 if there was nothing to solve.
    pub levels: usize,
}

/// Weights of a matrix that is solved as it is; any other is first multiplied by a power of two.
const ORDINARY: std::ops::RangeInclusive<f64> = 1e-150..=1e100;

/// In a matrix that had to be multiplied so that the greatest weight is about 1, smaller weights count as 0.
const LEAST: f64 = 1e-200;

/// How a graph is solved.
enum Method {
    Direct(Factor),
    Iterative(Hierarchy),
}

/// Solves `L x = b`.
///
/// `b` (length `n`) is first projected so that its sum over each connected component is 0; `x` has zero sum
/// over each component and is 0 at isolated nodes. The result has the same bits for any number of threads.
/// Time and memory are `O(nnz)` for adjacency graphs of cells. It never fails on weights and right-hand sides
/// of any size: the report tells the residual that was reached. Weights that are negative, not finite, or
/// below 1e-200 of the greatest count as 0, so do entries of `b` that are missing or not finite. If `L` is not
/// well-formed (row bounds or columns out of range) the result is 0, with a relative residual of 1.
pub fn solve(l: &Laplacian, b: &[f64], options: &LinearOptions) -> (Vec<f64>, LinearReport) {
    let n = l.len();
    let finite = |b: &f64| b.is_finite();
    let mut b: Vec<f64> = (0..n).map(|i| b.get(i).copied().filter(finite).unwrap_or(0.0)).collect();
    if !l.well_formed() {
        return (vec![0.0; n], LinearReport { iterations: 0, relative_residual: 1.0, levels: 0 });
    }
    let greatest_b = b.iter().fold(0.0, |m: f64, b| m.max(b.abs()));
    let ordinary = |w: &f64| *w == 0.0 || ORDINARY.contains(w);
    if l.weight.iter().all(ordinary) && ordinary(&greatest_b) {
        return solve_ordinary(l, &mut b, options);
    }
    let shrink = down(l.greatest_weight());
    let shrink_b = down(greatest_b);
    b.iter_mut().for_each(|b| *b *= shrink_b);
    let weight = l.weight.iter().map(|w| w * shrink).map(|w| if w >= LEAST && w.is_finite() { w } else { 0.0 });
    let scaled = Laplacian { row_ptr: l.row_ptr.clone(), col: l.col.clone(), weight: weight.collect() };
    let (mut x, report) = solve_ordinary(&scaled, &mut b, options);
    // Divided first: the product of the factors may leave the range where the result does not.
    x.iter_mut().for_each(|x| *x = (*x / shrink_b * shrink).clamp(-f64::MAX, f64::MAX));
    (x, report)
}

/// A power of two, itself in range, that brings `greatest` near 1 (near 2^52 if it is subnormal).
fn down(greatest: f64) -> f64 {
    if greatest > 0.0 { 2f64.powi(-(greatest.log2() as i32).clamp(-1022, 1022)) } else { 1.0 }
}

/// [`solve`] for ordinary numbers; `b` is overwritten.
fn solve_ordinary(l: &Laplacian, b: &mut [f64], options: &LinearOptions) -> (Vec<f64>, LinearReport) {
    let n = l.len();
    let components = Components::of(l);
    components.subtract_means(b);
    let inverse_diagonal = l.inverse_diagonal();
    let whole = System { l, components: &components, inverse_diagonal: &inverse_diagonal };
    let norm = scaled_norm_squared(b, &inverse_diagonal).sqrt();
    let mut report = LinearReport { iterations: 0, relative_residual: 0.0, levels: 0 };
    let mut x = vec![0.0; n];
    if norm == 0.0 {
        return (x, report);
    }
    let elimination = Elimination::of(l, WORTHWHILE);
    let reduced = elimination.as_ref().map(|e| (&e.reduced, Components::of(&e.reduced), e.reduced.inverse_diagonal()));
    let core = match &reduced {
        Some((l, components, inverse_diagonal)) => System { l, components, inverse_diagonal },
        None => System { ..whole },
    };
    let mut method = method_for(core.l);
    report.levels = match &method {
        Method::Direct(_) => 1,
        Method::Iterative(hierarchy) => hierarchy.len(),
    };
    let target = options.relative_tolerance * norm;
    let mut reached = norm;
    let mut r = b.to_vec();
    for _ in 0..REFINEMENTS {
        let left = options.max_iterations.saturating_sub(report.iterations);
        let (mut next, iterations) = match &elimination {
            None => solve_core(&core, &mut method, &mut r, target, left),
            Some(elimination) => {
                let mut rest = elimination.restrict(&mut r);
                core.components.subtract_means(&mut rest);
                let (y, iterations) = solve_core(&core, &mut method, &mut rest, target, left);
                (elimination.extend(&r, &y), iterations)
            }
        };
        report.iterations += iterations;
        next.iter_mut().zip(&x).for_each(|(next, x)| *next += x);
        components.subtract_means(&mut next);
        let norm_now = pcg::residual(&whole, b, &next, &mut r);
        // Written so that it also ends on NaN.
        if norm_now < reached {
            x = next;
        } else {
            break;
        }
        let stalled = norm_now > 0.5 * reached;
        reached = norm_now;
        if norm_now <= target || stalled || report.iterations >= options.max_iterations {
            break;
        }
    }
    report.relative_residual = reached / norm;
    (x, report)
}

/// Prepares the solve of `l`: a factor if that is cheap, else a hierarchy.
fn method_for(l: &Laplacian) -> Method {
    let n = l.len();
    let sparse = l.col.len() <= DIRECT_ENTRIES_PER_ROW * n;
    if n > ALWAYS_DIRECT_ROWS && (n > DIRECT_ROWS || !sparse) {
        return Method::Iterative(Hierarchy::new(l));
    }
    let list = |i| {
        let (col, weight) = l.row(i);
        col.iter().copied().zip(weight.iter().copied()).filter(|e| e.1 > 0.0).collect()
    };
    Method::Direct(Factor::new((0..n).map(list).collect()))
}

/// Solves `L x = r` up to `target`, directly at once; returns the solution and the iterations.
fn solve_core(
    core: &System,
    method: &mut Method,
    r: &mut [f64],
    target: f64,
    max_iterations: usize,
) -> (Vec<f64>, usize) {
    match method {
        Method::Direct(factor) => {
            let mut x = vec![0.0; r.len()];
            factor.solve(r, &mut x);
            (x, 0)
        }
        Method::Iterative(hierarchy) => pcg::solve(core, hierarchy, r, target, max_iterations),
    }
}
