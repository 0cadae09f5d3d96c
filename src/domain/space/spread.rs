//! Points spread evenly over a source in space, for sites that nobody gave.

use super::density::{SpaceDensity, SpaceLaw};
use super::domain::SpaceDomain;
use super::parts::Parts;
use crate::domain::spread::unit;
use crate::exact::big;

/// Steps of Roberts' additive recurrence in `d` dimensions, `g^-1, g^-2, ..` with
/// `g^(d + 1) = g + 1`: one dimension more than the domain has chooses by density.
fn steps(d: usize) -> Vec<f64> {
    let mut g: f64 = 1.2;
    for _ in 0..64 {
        g = (1.0 + g).powf(1.0 / (d + 1) as f64);
    }
    (1..=d as i32).map(|k| g.powi(-k)).collect()
}

/// Points of a polyhedron or of a density are found among those of its box; after so many tries for
/// each it is too small a part of it.
const TRIES: u64 = 10_000;

/// `n` points of a source in proportion to its density, by a low-discrepancy sequence; fewer if the
/// source is too small a part of its bounding box. Cost: O(n) in boxes of constant density.
pub fn spread_in_space<const D: usize>(
    domain: &SpaceDomain<D>,
    density: &SpaceDensity,
    n: usize,
    seed: u64,
) -> Vec<[f64; D]> {
    if let Some(parts) = domain.parts() {
        return among_parts(parts, density, n, seed);
    }
    let (low, high) = domain.bounds();
    let SpaceLaw { g, c, .. } = density.law(None, 0, 1.0);
    let rho = |x: &[f64; D]| c + x.iter().zip(&g).map(|(x, g)| g * x).sum::<f64>();
    let most = domain.corners().iter().fold(0.0, |most: f64, (_, x)| {
        let value = density.exact(None, 0).value(x);
        most.max(big::nearest_f64(&value))
    });
    let constant = g == [0.0; 3];
    let plain = constant && domain.body().is_none();
    let step = steps(if plain { D } else { D + 1 });
    let shift: Vec<f64> = (0..=D as u64).map(|k| unit(seed.wrapping_mul(4).wrapping_add(k))).collect();
    let at = |k: u64, axis: usize| (shift[axis] + k as f64 * step[axis]).fract();
    let mut points = Vec::with_capacity(n);
    for k in 1..=TRIES.saturating_mul(n as u64) {
        if points.len() == n {
            break;
        }
        let x: [f64; D] = std::array::from_fn(|axis| {
            let t = at(k, axis);
            ((1.0 - t) * low[axis] + t * high[axis]).clamp(low[axis], high[axis].next_down())
        });
        let inside = || domain.body().is_none_or(|body| body.holds(&std::array::from_fn(|k| x[k.min(D - 1)])));
        if plain || inside() && (constant || at(k, D) * most < rho(&x)) {
            points.push(x);
        }
    }
    points
}

/// Tetrahedra are taken along the sum of their masses, points in them by barycentric coordinates;
/// with a density that is not constant some are passed over.
fn among_parts<const D: usize>(parts: &Parts, density: &SpaceDensity, n: usize, seed: u64) -> Vec<[f64; D]> {
    let (mut simplices, mut below) = (Vec::new(), vec![0.0]);
    for part in (0..parts.len() as u32).filter(|&p| density.counts(parts, p)) {
        let law = density.law(Some(parts), part, 1.0);
        parts.each_simplex(part, &mut |corners| {
            let rho = corners.map(|x| law.at(&x));
            let mass = volume(&corners) * rho.iter().sum::<f64>() / 4.0;
            if mass > 0.0 {
                below.push(below[below.len() - 1] + mass);
                simplices.push((corners, rho));
            }
        });
    }
    let total = below[below.len() - 1];
    let step = steps(5);
    let shift: Vec<f64> = (0..5).map(|k| unit(seed.wrapping_mul(5).wrapping_add(k))).collect();
    let at = |k: u64, axis: usize| (shift[axis] + k as f64 * step[axis]).fract();
    let mut points = Vec::with_capacity(n);
    for k in 1..=TRIES.saturating_mul(n as u64) {
        if points.len() == n || simplices.is_empty() {
            break;
        }
        let place = below[1..].partition_point(|&b| b <= at(k, 0) * total).min(simplices.len() - 1);
        let (corners, rho) = &simplices[place];
        let mut cut = [at(k, 1), at(k, 2), at(k, 3)];
        cut.sort_unstable_by(f64::total_cmp);
        let share = [cut[0], cut[1] - cut[0], cut[2] - cut[1], 1.0 - cut[2]];
        let here: f64 = share.iter().zip(rho).map(|(s, r)| s * r).sum();
        if at(k, 4) * rho.iter().fold(0.0, |m: f64, r| m.max(*r)) <= here {
            points.push(std::array::from_fn(|axis| {
                share.iter().zip(corners).map(|(s, x)| s * x.get(axis).copied().unwrap_or(0.0)).sum()
            }));
        }
    }
    points
}

fn volume([o, a, b, c]: &[[f64; 3]; 4]) -> f64 {
    let [a, b, c] = [a, b, c].map(|x| [0, 1, 2].map(|k| x[k] - o[k]));
    let minor = |i: usize, j: usize| a[i] * b[j] - a[j] * b[i];
    (minor(0, 1) * c[2] - minor(0, 2) * c[1] + minor(1, 2) * c[0]) / 6.0
}
