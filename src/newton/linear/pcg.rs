//! Flexible conjugate gradients around the multigrid cycle.

use super::amg::Hierarchy;
use super::components::Components;
use super::laplacian::{Laplacian, scaled_norm_squared};
use super::vector::{dot, for_chunks, for_chunks_of_two};

/// Iterations without a smaller residual after which rounding is taken to have stopped progress.
const PATIENCE: usize = 20;

/// A connected or disconnected graph with what is computed of it once.
pub(super) struct System<'a> {
    pub(super) l: &'a Laplacian,
    pub(super) components: &'a Components,
    pub(super) inverse_diagonal: &'a [f64],
}

/// Solves `L x = r` approximately from `x = 0`: until the scaled norm of the residual is at most `target`,
/// `max_iterations` are done, or rounding stops progress. Returns the solution and the iterations; `r` is
/// left as the recursively updated residual.
///
/// The cycle with its rounded weights is only nearly a fixed symmetric matrix, so each direction is made
/// conjugate to the one before explicitly (Notay 2000) instead of by the formula for a fixed one. The
/// mean of the residual over each component is taken out at each step: rounding feeds it, nothing
/// else in the iteration reduces it, and left alone it would take over once the rest is as small.
pub(super) fn solve(
    system: &System,
    hierarchy: &mut Hierarchy,
    r: &mut [f64],
    target: f64,
    max_iterations: usize,
) -> (Vec<f64>, usize) {
    let System { l, components, inverse_diagonal } = *system;
    let n = r.len();
    let mut x = vec![0.0; n];
    let mut z = vec![0.0; n];
    let mut p = vec![0.0; n];
    let mut q = vec![0.0; n];
    let mut energy = 0.0;
    let mut mean = 0.0;
    let mut least = (f64::INFINITY, 0);
    for iteration in 0..max_iterations {
        hierarchy.apply(r, &mut z);
        if iteration == 0 {
            std::mem::swap(&mut p, &mut z);
        } else {
            let beta = -dot(&z, &q) / energy;
            for_chunks(&mut p, |first, p| -> [f64; 0] {
                p.iter_mut().zip(&z[first..]).for_each(|(p, z)| *p = z + beta * *p);
                []
            });
        }
        let [pq, pr] = l.apply_with_dots(&p, &mut q, r);
        let step = pr / pq;
        if !(pq > 0.0 && step.is_finite()) {
            return (x, iteration);
        }
        energy = pq;
        let [norm_squared, sum] = for_chunks_of_two(&mut x, r, |first, x, r| {
            let (mut norm, mut sum) = (0.0, 0.0);
            for k in 0..x.len() {
                let i = first + k;
                x[k] += step * p[i];
                r[k] -= step * q[i] + mean;
                sum += r[k];
                norm += r[k] * r[k] * inverse_diagonal[i];
            }
            [norm, sum]
        });
        if components.single() {
            mean = sum / n as f64;
        } else {
            components.subtract_means(r);
        }
        if norm_squared <= target * target {
            return (x, iteration + 1);
        }
        if norm_squared < least.0 {
            least = (norm_squared, iteration);
        } else if iteration > least.1 + PATIENCE {
            return (x, iteration + 1);
        }
    }
    (x, max_iterations)
}

/// Residual `r = b - L x` and its scaled norm.
pub(super) fn residual(system: &System, b: &[f64], x: &[f64], r: &mut [f64]) -> f64 {
    let System { l, components, inverse_diagonal } = *system;
    l.apply(x, r);
    for_chunks(r, |first, r| -> [f64; 0] {
        r.iter_mut().zip(&b[first..]).for_each(|(r, b)| *r = b - *r);
        []
    });
    components.subtract_means(r);
    scaled_norm_squared(r, inverse_diagonal).sqrt()
}
