//! A linear system, solved.

use super::amg::{COARSEST_ROWS, Hierarchy};
use super::components::Components;
use super::direct::Factor;
use super::eliminate::Elimination;
use super::laplacian::Laplacian;
use super::laplacian::{every, scaled_norm_squared};
use super::operator::{System, inverse_diagonal};
use super::options::{DIRECT_ROWS, LinearOptions, LinearReport, Stop};
use super::vector::power_of_two;
use super::{hub, pcg};

/// Most entries per row for a direct solve of more than [`COARSEST_ROWS`] nodes, which are always
/// solved directly: beyond that the graph is not like a planar one and the factor may fill up.
pub(super) const DIRECT_ENTRIES_PER_ROW: usize = 9;

/// The elimination is used if it removes one row of this many; else the matrix is left where it is.
pub(super) const WORTHWHILE: usize = 16;

/// Most times the residual is computed anew and solved for.
pub(super) const REFINEMENTS: usize = 6;

/// Weights and right-hand sides outside of this are scaled first: their squares and quotients must
/// stay in range.
pub(super) const ORDINARY: std::ops::RangeInclusive<f64> = 1e-150..=1e100;

/// Lighter edges, relative to the heaviest, count as none where scaling is needed.
pub(super) const LEAST: f64 = 1e-200;

/// How the remaining graph is solved.
pub(super) enum Method {
    Direct(Factor),
    Iterative(Hierarchy),
}

/// Solves `L x = b`.
///
/// `b` (length `n`) is first projected so that its sum over each connected component is 0; `x` has
/// zero sum over each component, unless it need not ([`LinearOptions::centred`]), and is 0 at
/// isolated nodes. The result has the same bits for any number of threads. Time and memory are
/// `O(nnz)` for adjacency graphs of cells; about 150 bytes a row are held besides `L` and `b`. It
/// never fails: the report tells the residual that was reached. Weights that are negative, not
/// finite, or below 1e-200 of the greatest count as 0, so do entries of `b` that are missing or not
/// finite. If `L` is not well-formed (row bounds or columns out of range) the result is 0, with a
/// relative residual of 1.
pub fn solve(l: &Laplacian, mut b: Vec<f64>, options: &LinearOptions<'_>) -> (Vec<f64>, LinearReport) {
    let n = l.len();
    b.resize(n, 0.0);
    b.iter_mut().filter(|b| !b.is_finite()).for_each(|b| *b = 0.0);
    if !l.well_formed() {
        return (vec![0.0; n], LinearReport { iterations: 0, relative_residual: 1.0, levels: 0 });
    }
    if let Some(hub) = hub::hub_of(l) {
        return hub::solve_without(l, hub, b, options, solve);
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

/// [`solve`] for ordinary numbers.
pub(super) fn solve_ordinary(l: &Laplacian, mut b: Vec<f64>, options: &LinearOptions<'_>) -> (Vec<f64>, LinearReport) {
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

/// The system of `l`, and how it is solved.
pub(super) fn prepared(l: &Laplacian) -> (System<'_>, Method) {
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
pub(super) fn inner_solve(
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
