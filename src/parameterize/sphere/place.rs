//! A vertex goes back into the hole that it left.

use super::super::energy::Weights;
use super::coarsen::Removed;
use super::energy::{Cost, basis};
use crate::domain::vector::{Vector3, unit};
use nalgebra::Matrix3;

/// Newton steps in the hole, and halvings of each.
const STEPS: usize = 6;
const HALVINGS: usize = 12;
const WEIGHTS: Weights = Weights { area: 1.0, share: 0.0, angle: 0.1, gauss: true };

/// A triangle around the vertex.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoke<'a> {
    pub corners: [u32; 3],
    /// Which corner the vertex is.
    pub own: usize,
    pub cost: &'a Cost,
}

/// A place from which the whole outline of a hole is seen, where areas come out best.
pub(super) fn placed(hole: &Removed, points: &[[f64; 3]], star: &[Spoke<'_>]) -> [f64; 3] {
    let ring: Vec<[f64; 3]> = hole.ring.iter().map(|&v| points[v as usize]).collect();
    let Some(mut at) = deepest(&ring) else {
        // The fan's middle itself; what comes of it, the triangles tell.
        return ring[0];
    };
    let corners = |at: [f64; 3], s: &Spoke<'_>| {
        let mut c = s.corners.map(|v| points[v as usize]);
        c[s.own] = at;
        c
    };
    let energy = |at: [f64; 3]| star.iter().map(|s| s.cost.value(corners(at, s), WEIGHTS)).sum::<f64>();
    let mut here = energy(at);
    for _ in 0..STEPS {
        let own = basis(at);
        let (mut g, mut h) = ([0.0; 2], [[0.0; 2]; 2]);
        for s in star {
            let c = corners(at, s);
            // Those of the other corners are not looked at.
            let (gradient, hessian) = s.cost.derivatives(c, [&own; 3], WEIGHTS);
            for i in 0..2 {
                g[i] += gradient[2 * s.own + i];
                (0..2).for_each(|j| h[i][j] += hessian[2 * s.own + i][2 * s.own + j]);
            }
        }
        let det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
        let step = [(h[0][1] * g[1] - h[1][1] * g[0]) / det, (h[1][0] * g[0] - h[0][0] * g[1]) / det];
        if !(step[0] + step[1]).is_finite() {
            break;
        }
        let direction = own[0] * step[0] + own[1] * step[1];
        let mut tries = (0..HALVINGS).map(|k| {
            let there: [f64; 3] = unit(&(Vector3::from(at) + direction * 0.5f64.powi(k as i32))).into();
            (there, energy(there))
        });
        let Some((there, less)) = tries.find(|(_, e)| *e < here) else { break };
        let settled = here - less < 1e-3 * here;
        (at, here) = (there, less);
        if settled {
            break;
        }
    }
    at
}

/// The direction that is farthest inside of all planes through the origin and a side of the ring:
/// the shortest vector `x` with `<n_i, x> >= 1` for their unit normals. At most three of them hold
/// it, so all triples are tried. Cost: O(k^4) for a ring of `k`.
fn deepest(ring: &[[f64; 3]]) -> Option<[f64; 3]> {
    let k = ring.len();
    let normals: Vec<Vector3<f64>> =
        (0..k).map(|i| unit(&Vector3::from(ring[i]).cross(&Vector3::from(ring[(i + 1) % k])))).collect();
    let mut best: Option<(f64, Vector3<f64>)> = None;
    let mut offer = |x: Vector3<f64>| {
        let square = x.norm_squared();
        let better = square.is_finite() && best.is_none_or(|b| square < b.0);
        if better && normals.iter().all(|n| n.dot(&x) >= 1.0 - 1e-6) {
            best = Some((square, x));
        }
    };
    for i in 0..k {
        offer(normals[i]);
        for j in i + 1..k {
            // Both products are one.
            offer((normals[i] + normals[j]) / (1.0 + normals[i].dot(&normals[j])));
            for l in j + 1..k {
                let rows =
                    Matrix3::from_rows(&[normals[i].transpose(), normals[j].transpose(), normals[l].transpose()]);
                if let Some(inverse) = rows.try_inverse() {
                    offer(inverse * Vector3::repeat(1.0));
                }
            }
        }
    }
    best.map(|(_, x)| x.normalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_place_sees_all_sides() {
        // A star with five points around the north pole, its inner corners near.
        let ring: Vec<[f64; 3]> = (0..10)
            .map(|k| {
                let (s, c) = (std::f64::consts::PI * f64::from(k) / 5.0).sin_cos();
                let r = if k % 2 == 0 { 1.0 } else { 0.4 };
                Vector3::new(r * c, r * s, 1.0).normalize().into()
            })
            .collect();
        let at = deepest(&ring).unwrap();
        assert!(at[2] > 1.0 - 1e-12, "{at:?}");
        // From nowhere is all of a U seen.
        let u =
            [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [0.6, 1.0], [0.6, -0.6], [-0.6, -0.6], [-0.6, 1.0], [-1.0, 1.0]];
        let u = u.map(|[x, y]| Vector3::new(x, y, 3.0).normalize().into());
        assert!(deepest(&u).is_none() && deepest(&u[..4]).is_some());
        // A triangle as large as a third of the sphere.
        let large = [0, 1, 2].map(|k| {
            let (s, c) = (2.0 * std::f64::consts::PI * f64::from(k) / 3.0).sin_cos();
            Vector3::new(c, s, 0.2).normalize().into()
        });
        assert!(deepest(&large).unwrap()[2] > 1.0 - 1e-12);
    }
}
