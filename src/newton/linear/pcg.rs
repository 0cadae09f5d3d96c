//! Flexible conjugate gradients around the multigrid cycle.

use super::amg::Hierarchy;
use super::laplacian::scaled_norm_squared;
use super::operator::System;
use super::options::Stop;
use super::rows::width;
use super::vector::{for_chunks, for_chunks_of_two, sum_chunks};

/// After such a decrease the part of the residual that rounding put outside of the range of `L`,
/// and that no step can reduce, is taken out.
const DRIFT: f64 = 1e-3;

/// Below this share of the first residual what is left is as much the rounding of the weights,
/// 2^-24 of the energy, as anything the iteration could still improve.
const SINGLE: f64 = 1e-7;

/// Solves `L x = r` approximately from `x = 0`: until the residual is small enough,
/// `max_iterations` are done, or rounding stops progress. Returns the solution and the iterations.
///
/// All is done in stored order, and for the weights as they are stored, in single precision: the
/// residual is that of `L` to 2^-24 of the right-hand side, in energy. Whoever wants it smaller
/// computes it anew and solves again.
///
/// The cycle is slightly nonlinear, so each direction is made conjugate to the one before
/// explicitly (Notay 2000) instead of by the formula for a fixed preconditioner.
pub(super) fn solve(
    system: &System<'_>,
    hierarchy: &mut Hierarchy,
    r: &[f64],
    stop: &Stop<'_>,
    max_iterations: usize,
) -> (Vec<f64>, usize) {
    let row = std::mem::take(&mut hierarchy.row);
    let rows = row.len();
    let mut stored = vec![0.0; width(rows)];
    for_chunks(&mut stored[..rows], |first, to| -> [f64; 0] {
        to.iter_mut().zip(&row[first..]).for_each(|(to, &row)| *to = r[row as usize]);
        []
    });
    let mut r = stored;
    let components = system.components.stored(&hierarchy.place);
    // Nearly always the first few entries tell that it is not enough yet.
    let enough = |r: &[f64]| {
        stop.enough
            .is_some_and(|(factor, each)| row.iter().zip(r).all(|(&row, r)| r.abs() <= factor * each[row as usize]))
    };
    let n = r.len();
    let mut x = vec![0.0; n];
    let mut p = vec![0.0; n];
    let mut q = vec![0.0; n];
    let mut energy = 0.0;
    let (mut first, mut projected) = (None, None);
    let mut iteration = 0;
    while iteration < max_iterations {
        let z = hierarchy.apply(&mut r, iteration);
        let beta = match iteration {
            0 => 0.0,
            _ => -sum_chunks(n, |rows| [z[rows.clone()].iter().zip(&q[rows]).map(|(z, q)| z * q).sum()])[0] / energy,
        };
        for_chunks(&mut p, |first, p| -> [f64; 0] {
            p.iter_mut().zip(&z[first..]).for_each(|(p, z)| *p = z + beta * *p);
            []
        });
        let Some(matrix) = hierarchy.rows() else { break };
        let [_, pq, pr] = matrix.apply(&p, &mut q, &r);
        let step = pr / pq;
        if !(pq > 0.0 && step.is_finite()) {
            break;
        }
        iteration += 1;
        energy = pq;
        let [norm_squared] = for_chunks_of_two(&mut x, &mut r, |first, x, r| {
            let mut norm = 0.0;
            for k in 0..x.len() {
                x[k] += step * p[first + k];
                r[k] -= step * q[first + k];
            }
            for (r, &row) in r.iter().zip(&row[first..]) {
                norm += r * r * system.inverse_diagonal[row as usize];
            }
            [norm]
        });
        let norm = norm_squared.sqrt();
        let begin = *first.get_or_insert(norm);
        if norm <= stop.norm || norm <= SINGLE * begin || enough(&r) {
            break;
        }
        if norm <= DRIFT * projected.unwrap_or(begin) {
            components.subtract_means(&mut r[..rows]);
            projected = Some(norm);
        }
    }
    drop((r, p, q));
    let mut solution = vec![0.0; rows];
    for_chunks(&mut solution, |first, solution| -> [f64; 0] {
        let places = &hierarchy.place[first..];
        solution.iter_mut().zip(places).for_each(|(s, &place)| *s = hierarchy.scale * x[place as usize]);
        []
    });
    hierarchy.row = row;
    (solution, iteration)
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
