//! Solver for the linear systems of Newton's method: weighted graph Laplacians of adjacent cells.
//!
//! The graph is first shortened exactly (`eliminate`), what remains is solved directly if small
//! (`direct`) and otherwise by conjugate gradients (`pcg`) preconditioned by aggregation multigrid
//! (`amg`). See `docs/theory/linear-solver.md`.

mod aggregate;
mod amg;
mod components;
mod direct;
mod eliminate;
mod hub;
mod laplacian;
mod order;
mod pcg;
mod quality;
mod rows;
#[cfg(test)]
mod tests;
mod vector;

pub use laplacian::Laplacian;

use amg::{COARSEST_ROWS, Hierarchy};
use components::Components;
use direct::Factor;
use eliminate::Elimination;
use laplacian::{every, scaled_norm_squared};

/// A graph that remains after elimination and has at most this many nodes is solved directly.
const DIRECT_ROWS: usize = 1500;

/// Most entries per row for a direct solve of more than [`COARSEST_ROWS`] nodes, which are always solved directly: beyond that the graph
/// is not like a planar one and the factor may fill up.
const DIRECT_ENTRIES_PER_ROW: usize = 16;

/// The elimination is used if it removes one row of this many; else the matrix is left where it is.
const WORTHWHILE: usize = 16;

/// Most times the residual is computed anew and solved for.
const REFINEMENTS: usize = 6;

/// Weights and right-hand sides outside of this are scaled first: their squares and quotients must stay in range.
const ORDINARY: std::ops::RangeInclusive<f64> = 1e-150..=1e100;

/// Lighter edges, relative to the heaviest, count as none where scaling is needed.
const LEAST: f64 = 1e-200;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearOptions<'a> {
    /// Stop when the residual is at most this times the right-hand side, both measured in the norm
    /// `|r| = (sum_i r_i^2 / D_ii)^(1/2)`. In this norm a cell counts by its own scale: the Newton update of
    /// a lone cell would be `r_i / D_ii`, and the energy of that update `r_i^2 / D_ii`, so cells of tiny
    /// mass are not drowned by large ones as in the Euclidean norm. 1e-12 can be reached on graphs of
    /// ordinary weights.
    pub relative_tolerance: f64,
    /// Stop as well when `|r_i|` is at most this factor times this entry for every `i` (length `n`): what a Newton step that shall make
    /// every cell right to a given accuracy needs, and often earlier than the norm can tell.
    pub enough: Option<(f64, &'a [f64])>,
    /// Most iterations of conjugate gradients in all.
    pub max_iterations: usize,
    /// Shift the result to zero sum over each component. Where its entries span many decades that costs the small ones their digits; a caller
    /// that subtracts an entry of its own can do without.
    pub centred: bool,
}

impl Default for LinearOptions<'_> {
    /// Tolerance 1e-10, 200 iterations.
    fn default() -> Self {
        Self { relative_tolerance: 1e-10, enough: None, max_iterations: 200, centred: true }
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

/// When to stop, absolutely: at this norm; or when every entry is at most the factor times its bound.
struct Stop<'a> {
    norm: f64,
    enough: Option<(f64, &'a [f64])>,
}

impl Stop<'_> {
    fn holds(&self, norm: f64, r: &[f64]) -> bool {
        let small = |(factor, each): (f64, &[f64])| r.iter().zip(each).all(|(r, each)| r.abs() <= factor * each);
        norm <= self.norm || self.enough.is_some_and(small)
    }
}

/// How the remaining graph is solved.
enum Method {
    Direct(Factor),
    Iterative(Hierarchy),
}

/// Solves `L x = b`.
///
/// `b` (length `n`) is first projected so that its sum over each connected component is 0; `x` has zero sum
/// over each component, unless it need not ([`LinearOptions::centred`]), and is 0 at isolated nodes. The result has the same bits for any number of threads.
/// Time and memory are `O(nnz)` for adjacency graphs of cells; about 150 bytes a row are held besides `L`
/// and `b`. It never fails: the report tells the residual that was reached. Weights that are negative, not finite, or below
/// 1e-200 of the greatest count as 0, so do entries of `b` that are missing or not finite. If `L` is not well-formed (row bounds
/// or columns out of range) the result is 0, with a relative residual of 1.
pub fn solve(l: &Laplacian, mut b: Vec<f64>, options: &LinearOptions<'_>) -> (Vec<f64>, LinearReport) {
    let n = l.len();
    b.resize(n, 0.0);
    b.iter_mut().filter(|b| !b.is_finite()).for_each(|b| *b = 0.0);
    if !l.well_formed() {
        return (vec![0.0; n], LinearReport { iterations: 0, relative_residual: 1.0, levels: 0 });
    }
    if let Some(hub) = hub::hub_of(l) {
        return hub::solve_without(l, hub, b, options);
    }
    let greatest = b.iter().fold(0.0, |m: f64, b| m.max(b.abs()));
    let ordinary = |w: &f64| *w == 0.0 || ORDINARY.contains(w);
    if every(&l.weight, ordinary) && ordinary(&greatest) {
        return solve_ordinary(l, b, options);
    }
    let (shrink, shrink_b) = (power_of_two(1.0, l.greatest_weight()), power_of_two(1.0, greatest));
    b.iter_mut().for_each(|b| *b *= shrink_b);
    let weight = l.weight.iter().map(|w| w * shrink).map(|w| if w >= LEAST && w.is_finite() { w } else { 0.0 });
    let scaled = Laplacian { row_ptr: l.row_ptr.clone(), col: l.col.clone(), weight: weight.collect() };
    let enough = options.enough.map(|(factor, each)| (factor * shrink_b, each));
    let (mut x, report) = solve_ordinary(&scaled, b, &LinearOptions { enough, ..*options });
    // Divided first: the product of the factors may leave the range where the result does not.
    x.iter_mut().for_each(|x| *x = (*x / shrink_b * shrink).clamp(-f64::MAX, f64::MAX));
    (x, report)
}

/// A power of two, itself in range, that brings `value` to within a factor 2 of `wanted` (to within 2^52 if it is subnormal); 1
/// if `value` is not positive.
fn power_of_two(wanted: f64, value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    2f64.powi((wanted.log2() as i32 - value.log2() as i32).clamp(-1022, 1022))
}

/// [`solve`] for ordinary numbers.
fn solve_ordinary(l: &Laplacian, mut b: Vec<f64>, options: &LinearOptions<'_>) -> (Vec<f64>, LinearReport) {
    let n = l.len();
    let mut report = LinearReport { iterations: 0, relative_residual: 0.0, levels: 0 };
    if every(&b, |b| *b == 0.0) {
        return (vec![0.0; n], report);
    }
    let elimination = Elimination::of(l, WORTHWHILE);
    let (core, mut method) = prepared(elimination.as_ref().map_or(l, |e| &e.reduced));
    let with_eliminated = elimination.as_ref().map(|_| System::new(l));
    let whole = with_eliminated.as_ref().unwrap_or(&core);
    whole.components.subtract_means(&mut b);
    let norm = scaled_norm_squared(&b, &whole.inverse_diagonal).sqrt();
    if norm == 0.0 || !norm.is_finite() {
        return (vec![0.0; n], report);
    }
    report.levels = match &method {
        Method::Direct(_) => 1,
        Method::Iterative(hierarchy) => hierarchy.len(),
    };
    let enough = options.enough.filter(|e| e.1.len() == n);
    let stop = Stop { norm: options.relative_tolerance * norm, enough };
    let kept: Option<Vec<f64>> = elimination.as_ref().zip(enough).map(|(e, enough)| e.keep(enough.1));
    let mut r = b.clone();
    let mut x: Option<Vec<f64>> = None;
    let mut before = norm;
    for _ in 0..REFINEMENTS {
        let left = options.max_iterations - report.iterations;
        let (mut dx, iterations) = match elimination.as_ref() {
            None => inner_solve(whole, &mut method, &r, &stop, left),
            Some(e) => {
                let rr = e.restrict(&mut r);
                let stop = Stop { norm: stop.norm, enough: enough.map(|e| e.0).zip(kept.as_deref()) };
                let (y, its) = inner_solve(&core, &mut method, &rr, &stop, left);
                let mut dx = vec![0.0; n];
                e.extend(&r, &y, &mut dx);
                (dx, its)
            }
        };
        report.iterations += iterations;
        if let Some(x) = &x {
            dx.iter_mut().zip(x).for_each(|(dx, x)| *dx += x);
        }
        if options.centred {
            whole.components.subtract_means(&mut dx);
        }
        let now = pcg::residual(whole, &b, &dx, &mut r);
        if now.is_nan() || now >= before {
            break;
        }
        x = Some(dx);
        let stalled = now > 0.5 * before;
        before = now;
        if stop.holds(now, &r) || stalled || report.iterations >= options.max_iterations {
            break;
        }
        whole.components.subtract_means(&mut r);
    }
    report.relative_residual = before / norm;
    (x.unwrap_or_else(|| vec![0.0; n]), report)
}

/// A matrix with what every iteration asks of it.
struct System<'a> {
    l: &'a Laplacian,
    components: Components,
    /// Inverse of the diagonal, 0 where that is 0.
    inverse_diagonal: Vec<f64>,
}

impl<'a> System<'a> {
    fn new(l: &'a Laplacian) -> Self {
        Self { l, components: Components::of(l), inverse_diagonal: inverse_diagonal(l) }
    }
}

fn inverse_diagonal(l: &Laplacian) -> Vec<f64> {
    let mut diagonal = l.diagonal();
    diagonal.iter_mut().for_each(|d| *d = if *d > 0.0 { 1.0 / *d } else { 0.0 });
    diagonal
}

/// The system of `l`, and how it is solved.
fn prepared(l: &Laplacian) -> (System<'_>, Method) {
    let n = l.len();
    if n <= COARSEST_ROWS || n <= DIRECT_ROWS && l.col.len() <= DIRECT_ENTRIES_PER_ROW * n {
        let list = |i| {
            let (col, weight) = l.row(i);
            col.iter().copied().zip(weight.iter().copied()).filter(|e| e.1 > 0.0).collect()
        };
        return (System::new(l), Method::Direct(Factor::new((0..n).map(list).collect())));
    }
    let inverse_diagonal = inverse_diagonal(l);
    let hierarchy = Hierarchy::new(l, &inverse_diagonal);
    let components = if hierarchy.connected { Components::one(n) } else { Components::of(l) };
    (System { l, components, inverse_diagonal }, Method::Iterative(hierarchy))
}

fn inner_solve(
    system: &System<'_>,
    method: &mut Method,
    r: &[f64],
    stop: &Stop<'_>,
    max_iterations: usize,
) -> (Vec<f64>, usize) {
    match method {
        Method::Direct(factor) => {
            let mut x = vec![0.0; r.len()];
            factor.solve(&mut r.to_vec(), &mut x);
            (x, 0)
        }
        Method::Iterative(hierarchy) => pcg::solve(system, hierarchy, r, stop, max_iterations),
    }
}
