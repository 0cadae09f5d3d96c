//! Heights for many sites from those of a few: how a coarse solution starts a fine one.
//!
//! Heights are values of a convex function, `h_i = -phi(y_i)`, whose gradient carries sites back to
//! their cells: the centroid `c_i` of cell `i` lies in the subdifferential of the piecewise linear
//! one. From values and gradients at the corners `k` of a triangle the cubic
//!
//! ```text
//! phi(y) = sum_k phi_k (l_k^2 (3 - 2 l_k) + 2 l_1 l_2 l_3)
//!          + sum_k sum_j!=k <c_k, y_j - y_k> (l_k^2 l_j + l_1 l_2 l_3 / 2)
//! ```
//!
//! in barycentric coordinates `l` (Bazeley, Cheung, Irons, Zienkiewicz 1965) takes these values and
//! gradients, is exact for quadratic functions, and continuous across edges, where it is Hermite's
//! cubic. Where `phi` is smooth, cells between known ones thus have about the mean of their masses;
//! across a gap between clusters of sites, where `phi` bends somewhere in between, each side goes
//! on with its own slope. The function need not be convex: a few cells may be empty, and have to be
//! raised. (Interpolating linearly instead, which is convex, would leave every new cell empty; a
//! point of each cell, but no mass, is what the conjugate of the coarse potential gives.)

use crate::exact::Dd;
use crate::hull::{Hull, Spot};

/// Heights at `sites`, which should come along a curve. `None` if the known ones are collinear.
/// Cost: a walk each.
pub fn interpolated(hull: &mut Hull, centroids: &[[f64; 2]], sites: impl Iterator<Item = [f64; 2]>) -> Option<Vec<Dd>> {
    let height = |y| {
        let spot = hull.locate(y)?;
        Some(match spot {
            Spot::In(corners) => blend(hull, centroids, corners, within(hull, corners, y), y),
            Spot::Beyond([a, b]) => {
                let t = along(hull, a, b, y);
                blend(hull, centroids, [a, b, b], [1.0 - t, t, 0.0], y)
            }
        })
    };
    sites.map(height).collect()
}

fn minus(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    [a[0] - b[0], a[1] - b[1]]
}

/// Barycentric coordinates.
fn within(hull: &Hull, [a, b, c]: [u32; 3], y: [f64; 2]) -> [f64; 3] {
    let o = hull.point(a as usize).site();
    let (p, q) = (minus(hull.point(b as usize).site(), o), minus(hull.point(c as usize).site(), o));
    let r = minus(y, o);
    let cross = |u: [f64; 2], v: [f64; 2]| u[0] * v[1] - u[1] * v[0];
    let area = cross(p, q);
    if !(area > 0.0) {
        return [1.0, 0.0, 0.0];
    }
    let s = (cross(r, q) / area).clamp(0.0, 1.0);
    let t = (cross(p, r) / area).clamp(0.0, 1.0 - s);
    [(1.0 - s) - t, s, t]
}

/// Where on the edge the nearest point is.
fn along(hull: &Hull, a: u32, b: u32, y: [f64; 2]) -> f64 {
    let o = hull.point(a as usize).site();
    let (p, r) = (minus(hull.point(b as usize).site(), o), minus(y, o));
    let t = (p[0] * r[0] + p[1] * r[1]) / (p[0] * p[0] + p[1] * p[1]);
    if t.is_finite() { t.clamp(0.0, 1.0) } else { 0.0 }
}

/// `-phi(y)`. Beyond an edge the function goes on linearly from the nearest point, with gradients
/// in proportion.
fn blend(hull: &Hull, centroids: &[[f64; 2]], corners: [u32; 3], l: [f64; 3], y: [f64; 2]) -> Dd {
    let base = hull.point(corners[0] as usize).h;
    let bubble = l[0] * l[1] * l[2];
    let rest = match corners[1] == corners[2] {
        true => minus(y, [0, 1].map(|k| (0..3).map(|j| l[j] * at(hull, corners[j])[k]).sum::<f64>())),
        false => [0.0; 2],
    };
    let mut height = base;
    for k in 0..3 {
        let (v, c) = (at(hull, corners[k]), centroids[corners[k] as usize]);
        let along = |d: [Dd; 2]| d[0].times(c[0]) + d[1].times(c[1]);
        let value = l[k] * l[k] * (3.0 - 2.0 * l[k]) + 2.0 * bubble;
        height = height + (hull.point(corners[k] as usize).h - base).times(value);
        for j in (0..3).filter(|&j| j != k) {
            let w = at(hull, corners[j]);
            let slope = along([0, 1].map(|a| Dd::difference(w[a], v[a])));
            height = height - slope.times(l[k] * l[k] * l[j] + 0.5 * bubble);
        }
        height = height - along(rest.map(Dd::from_f64)).times(l[k]);
    }
    height
}

fn at(hull: &Hull, i: u32) -> [f64; 2] {
    hull.point(i as usize).site()
}
