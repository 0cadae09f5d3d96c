//! Points spread evenly over a source in space, for sites that nobody gave.

use super::density::SpaceDensity;
use super::domain::SpaceDomain;
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
    let (low, high) = domain.bounds();
    let (g, c) = density.law();
    let rho = |x: &[f64; D]| c + x.iter().zip(&g).map(|(x, g)| g * x).sum::<f64>();
    let most = domain.corners().iter().fold(0.0, |most: f64, x| {
        let value = density.exact().value(x);
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
