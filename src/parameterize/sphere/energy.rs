//! What distortion of a spherical triangle costs, with derivatives.
//!
//! The area is that of the spherical triangle, with its derivative; the angles are those of the
//! plane triangle through the same corners. So the cost is
//!
//! ```text
//! share * (area * (log solid/wanted)^2 + angle * ((s_1/s_2 + s_2/s_1)/2 - 1)).
//! ```
//!
//! The Hessian of the area term is that of the square of a linear function, with the exact
//! derivative: triangles that are far too large, whose true Hessian is negative, stay stiff, and
//! steps long. That of the angles is the one of the plane triangle in its plane
//! (`parameterize/energy.rs`), as far as moves along the sphere are moves in that plane: it differs
//! from the true one by a share of the square of the triangle's size. Both are positive
//! semidefinite and know that a rotation of the sphere is free.

use super::super::energy::{Reference, Weights};
use super::super::system::Local;
use crate::domain::vector::{Vector3, side};

/// Heights of the shapes of coarse triangles, in longest sides: what stands for a whole limb has no
/// shape worth keeping.
const SOFT: f64 = 0.3;

/// Two unit vectors along the sphere.
pub(super) type Basis = [Vector3<f64>; 2];

/// A basis of the plane at right angles to a unit vector.
pub(super) fn basis(p: [f64; 3]) -> Basis {
    let p = Vector3::from(p);
    // The axis farthest from it.
    let k = p.iamin();
    let first = Vector3::ith(k, 1.0).cross(&p).normalize();
    [first, p.cross(&first)]
}

/// The solid angle of a triangle, negative if it is clockwise as seen from outside: between -2 pi
/// and 2 pi (Van Oosterom, Strackee 1983). Corners have length one.
pub(super) fn solid_angle(p: [[f64; 3]; 3]) -> f64 {
    let (n, d) = parts(p);
    2.0 * n.atan2(d)
}

/// Determinant of the corners, and `1 + ab + bc + ca`; both without cancellation in small
/// triangles.
fn parts([a, b, c]: [[f64; 3]; 3]) -> (f64, f64) {
    let (u, v, w) = (Vector3::from(a), Vector3::from(b), Vector3::from(c));
    (u.dot(&side(a, b).cross(&side(a, c))), 1.0 + u.dot(&v) + v.dot(&w) + w.dot(&u))
}

/// A triangle in space as the energy sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    reference: Reference,
    /// Wanted solid angle.
    wanted: f64,
    share: f64,
}

impl Cost {
    /// Of a triangle with a wanted share of the sphere; shapes of coarse ones are rounded off.
    pub fn new(corners: [[f64; 3]; 3], share: f64, coarse: bool) -> Cost {
        let wanted = 4.0 * std::f64::consts::PI * share;
        let corners = if coarse { rounder(corners) } else { corners };
        Cost { reference: Reference::new(corners, wanted, share), wanted, share }
    }

    /// The cost; infinite unless the triangle is positive.
    pub fn value(&self, p: [[f64; 3]; 3], w: Weights) -> f64 {
        let (n, d) = parts(p);
        if !(n > 0.0) {
            return f64::INFINITY;
        }
        let log = (2.0 * n.atan2(d) / self.wanted).ln();
        let angles = Weights { area: 0.0, ..w };
        self.share * w.area * log * log + self.reference.value(flattened(p).0, angles)
    }

    /// Gradient and a positive semidefinite matrix near the Hessian, for moves of the corners along
    /// the vectors of their bases in turn.
    pub fn derivatives(&self, p: [[f64; 3]; 3], bases: [&Basis; 3], w: Weights) -> ([f64; 6], Local) {
        let (flat, axes) = flattened(p);
        let (n, d) = parts(p);
        let solid = 2.0 * n.atan2(d);
        let log = (solid / self.wanted).ln();
        let (mut g, mut h) = self.reference.derivatives(flat, Weights { area: 0.0, ..w });
        // Into the moves of the corners.
        for k in 0..3 {
            let m = [0, 1].map(|i| [0, 1].map(|j| axes[i].dot(&bases[k][j])));
            let along = |x: f64, y: f64| [0, 1].map(|j| x * m[0][j] + y * m[1][j]);
            [g[2 * k], g[2 * k + 1]] = along(g[2 * k], g[2 * k + 1]);
            for row in &mut h {
                [row[2 * k], row[2 * k + 1]] = along(row[2 * k], row[2 * k + 1]);
            }
            for j in 0..6 {
                [h[2 * k][j], h[2 * k + 1][j]] = along(h[2 * k][j], h[2 * k + 1][j]);
            }
        }
        let slope = log_slope(p, bases, (n, d), solid);
        for i in 0..6 {
            g[i] += 2.0 * self.share * w.area * log * slope[i];
            (0..6).for_each(|j| h[i][j] += 2.0 * self.share * w.area * slope[i] * slope[j]);
        }
        (g, h)
    }
}

/// Derivatives of the logarithm of the solid angle.
fn log_slope(p: [[f64; 3]; 3], bases: [&Basis; 3], (n, d): (f64, f64), solid: f64) -> [f64; 6] {
    let v = p.map(Vector3::from);
    let across = side(p[0], p[1]).cross(&side(p[0], p[2]));
    let mut out = [0.0; 6];
    for k in 0..3 {
        let (b, c) = ((k + 1) % 3, (k + 2) % 3);
        // b x c = (b - a) x (c - a) + a x (c - b).
        let dn = across + v[k].cross(&side(p[b], p[c]));
        let dd = v[b] + v[c];
        let slope = (dn * d - dd * n) * (2.0 / ((n * n + d * d) * solid));
        out[2 * k] = slope.dot(&bases[k][0]);
        out[2 * k + 1] = slope.dot(&bases[k][1]);
    }
    out
}

/// A triangle in its plane, first corner at the origin, first side along the first axis; and the
/// axes in space.
pub(super) fn flattened(p: [[f64; 3]; 3]) -> ([[f64; 2]; 3], Basis) {
    let (d, e) = (side(p[0], p[1]), side(p[0], p[2]));
    let l = d.norm();
    let along = d / l;
    let n = d.cross(&e);
    let up = n.cross(&along) / n.norm();
    ([[0.0; 2], [l, 0.0], [e.dot(&along), n.norm() / l]], [along, up])
}

/// The same triangle, made higher over its longest side if it is low.
fn rounder(p: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let length = |k: usize| side(p[k], p[(k + 1) % 3]).norm();
    let k = (1..3).fold(0, |best, k| if length(k) > length(best) { k } else { best });
    let l = length(k);
    let turned = [p[k], p[(k + 1) % 3], p[(k + 2) % 3]];
    let (d, e) = (side(turned[0], turned[1]), side(turned[0], turned[2]));
    if !(l > 0.0) {
        return [[0.0; 3], [1.0, 0.0, 0.0], [0.5, 0.75, 0.0]];
    }
    let along = (e.dot(&d) / l).clamp(SOFT * l, (1.0 - SOFT) * l);
    let height = (d.cross(&e).norm() / l).max(SOFT * l);
    let mut out = [[0.0; 3]; 3];
    let flat = [[0.0; 3], [l, 0.0, 0.0], [along, height, 0.0]];
    (0..3).for_each(|i| out[(k + i) % 3] = flat[i]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACE: [[f64; 3]; 3] = [[0.1, 0.2, 0.3], [1.4, 0.3, -0.2], [0.2, 1.1, 0.9]];

    fn on_sphere(p: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
        p.map(|x| Vector3::from(x).normalize().into())
    }

    #[test]
    fn solid_angles() {
        let octant = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert!((solid_angle(octant) - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
        assert!((solid_angle([octant[1], octant[0], octant[2]]) + std::f64::consts::FRAC_PI_2).abs() < 1e-15);
        // Three of the four faces of a flat pyramid: nearly half of the sphere.
        let low = [0, 1, 2].map(|k| {
            let (s, c) = (2.0 * std::f64::consts::PI * f64::from(k) / 3.0).sin_cos();
            [c, s, 1e-9]
        });
        assert!((solid_angle(on_sphere(low)) - 2.0 * std::f64::consts::PI).abs() < 1e-7);
        // Small ones are as flat ones.
        let h = 1e-6;
        let small = on_sphere([[1.0, 0.0, 0.0], [1.0, h, 0.0], [1.0, 0.0, h]]);
        assert!((solid_angle(small) / (0.5 * h * h) - 1.0).abs() < 1e-9);
    }

    /// Moves along the bases, put back on the sphere.
    fn moved(p: [[f64; 3]; 3], bases: [&Basis; 3], k: usize, by: f64) -> [[f64; 3]; 3] {
        let mut q = p;
        q[k / 2] = (Vector3::from(p[k / 2]) + bases[k / 2][k % 2] * by).into();
        on_sphere(q)
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        for corners in [
            [[1.0, 0.0, 0.1], [0.2, 1.0, 0.0], [0.1, 0.2, 1.0]],
            [[1.0, 0.02, 0.01], [1.0, 0.05, 0.02], [1.0, 0.03, 0.06]],
        ] {
            let p = on_sphere(corners);
            let own = p.map(basis);
            let bases = own.each_ref();
            let cost = Cost::new(SPACE, 0.9 * solid_angle(p) / (4.0 * std::f64::consts::PI), false);
            let w = Weights { area: 0.7, share: 0.0, angle: 0.3, gauss: true };
            let (gradient, hessian) = cost.derivatives(p, bases, w);
            let size = gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
            for k in 0..6 {
                let h = 1e-6;
                let slope = (cost.value(moved(p, bases, k, h), w) - cost.value(moved(p, bases, k, -h), w)) / (2.0 * h);
                assert!((slope - gradient[k]).abs() < 1e-5 * size, "{k}: {slope} {}", gradient[k]);
                assert!(hessian[k][k] >= 0.0);
                (0..6).for_each(|j| {
                    assert!((hessian[k][j] - hessian[j][k]).abs() <= 1e-9 * hessian[k][k].abs().max(1.0))
                });
            }
            // A rotation of all is free.
            let axis = Vector3::new(0.3, -0.5, 0.8);
            let spin: Vec<f64> =
                (0..6).map(|k| axis.cross(&Vector3::from(p[k / 2])).dot(&bases[k / 2][k % 2])).collect();
            let along: f64 = (0..6).map(|k| gradient[k] * spin[k]).sum();
            assert!(along.abs() < 1e-9 * size, "{along}");
        }
        let p = on_sphere([[1.0, 0.0, 0.1], [0.2, 1.0, 0.0], [0.1, 0.2, 1.0]]);
        let w = Weights { area: 1.0, share: 0.0, angle: 1.0, gauss: true };
        assert_eq!(Cost::new(SPACE, 0.1, true).value([p[0], p[2], p[1]], w), f64::INFINITY);
    }
}
