//! Flexible conjugate gradients around the multigrid cycle.

use super::amg::Hierarchy;
use super::laplacian::scaled_norm_squared;
use super::vector::{for_chunks, for_chunks_of_two, sum_chunks};
use super::{Stop, System};

/// After such a decrease the part of the residual that rounding put outside of the range of `L`, and that no step can reduce, is
/// taken out.
const DRIFT: f64 = 1e-3;

/// Below this share of the first residual the recursion goes on but `x` gets no better.
const ROUNDING: f64 = 1e-16;

/// Solves `L x = r` approximately from `x = 0`: until the residual is small enough,
/// `max_iterations` are done, or rounding stops progress. Returns the solution and the iterations; `r` is
/// left as the recursively updated residual.
///
/// The cycle is slightly nonlinear, so each direction is made conjugate to the one before explicitly
/// (Notay 2000) instead of by the formula for a fixed preconditioner.
pub(super) fn solve(
    system: &System<'_>,
    hierarchy: &mut Hierarchy,
    r: &mut [f64],
    stop: &Stop<'_>,
    max_iterations: usize,
) -> (Vec<f64>, usize) {
    let System { l, components, inverse_diagonal } = system;
    let n = r.len();
    let mut x = vec![0.0; n];
    let mut p = vec![0.0; n];
    let mut q = vec![0.0; n];
    let mut energy = 0.0;
    let (mut first, mut projected) = (None, None);
    for iteration in 0..max_iterations {
        let z = hierarchy.apply(r, iteration);
        let beta = match iteration {
            0 => 0.0,
            _ => -sum_chunks(n, |rows| [rows.map(|i| z.at(i) * q[i]).sum()])[0] / energy,
        };
        for_chunks(&mut p, |first, p| -> [f64; 0] {
            p.iter_mut().enumerate().for_each(|(k, p)| *p = z.at(first + k) + beta * *p);
            []
        });
        let [pq, pr] = l.apply_with_dots(&p, &mut q, r);
        let step = pr / pq;
        if !(pq > 0.0 && step.is_finite()) {
            return (x, iteration);
        }
        energy = pq;
        let [norm_squared] = for_chunks_of_two(&mut x, r, |first, x, r| {
            let mut norm = 0.0;
            for k in 0..x.len() {
                let i = first + k;
                x[k] += step * p[i];
                r[k] -= step * q[i];
                norm += r[k] * r[k] * inverse_diagonal[i];
            }
            [norm]
        });
        let norm = norm_squared.sqrt();
        let begin = *first.get_or_insert(norm);
        if stop.holds(norm, r) || norm <= ROUNDING * begin {
            return (x, iteration + 1);
        }
        if norm <= DRIFT * projected.unwrap_or(begin) {
            components.subtract_means(r);
            projected = Some(norm);
        }
    }
    (x, max_iterations)
}

/// Residual `r = b - L x` and its scaled norm.
pub(super) fn residual(system: &System<'_>, b: &[f64], x: &[f64], r: &mut [f64]) -> f64 {
    system.l.apply(x, r);
    for_chunks(r, |first, r| -> [f64; 0] {
        r.iter_mut().zip(&b[first..]).for_each(|(r, b)| *r = b - *r);
        []
    });
    scaled_norm_squared(r, &system.inverse_diagonal).sqrt()
}
