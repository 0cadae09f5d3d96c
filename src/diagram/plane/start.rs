//! Starting heights for which no cell is empty.
//!
//! Lemma: let `Phi` be convex, `h_i = -Phi(y_i)` and `z_i` a subgradient of `Phi` at `y_i`. Then
//! `z_i` lies in cell `i`, because `Phi(y_j) >= Phi(y_i) + <z_i, y_j - y_i>` says
//! `<z_i, y_i> + h_i >= <z_i, y_j> + h_j`. If `Phi` is strictly convex and `z_i` lies inside the
//! domain, a neighbourhood of `z_i` does, and the mass is positive.

use super::super::quantile::quantile_potential;
use crate::domain::ConvexPolygon;
use crate::exact::{Dd, Heights};
use rayon::prelude::*;

/// The quantile start: `Phi(y) = <o, y> + sum_k Phi_k(<e_k, y>)` with `Phi_k' = F_k` the
/// mass-weighted distribution function of the sites' coordinates `<e_k, y_i>`, mapped onto a
/// parallelogram `o + [-1, 1] e_1 + [-1, 1] e_2` inside the domain.
///
/// `F_k` is strictly increasing and piecewise linear between the sites' coordinates, so `Phi` is
/// strictly convex and no cell is empty, for any distinct sites; clusters and anisotropy do no
/// harm, since only the order and masses of the coordinates enter. In double-double, so that sites
/// `2^-48` apart keep their cells. Cost: two sorts.
///
/// `sites` and `masses` in any common order; the heights come in the same one. A mass that is
/// missing counts as 0.
pub fn quantile_start(domain: &ConvexPolygon, sites: &[[f64; 2]], masses: &[f64]) -> Heights {
    let frame = inscribed_frame(domain);
    let along_axis = |axis: [f64; 2]| {
        let along = |y: &[f64; 2]| Dd::product(axis[0], y[0]) + Dd::product(axis[1], y[1]);
        quantile_potential(sites.iter().map(along), sites.len(), masses)
    };
    let (first, second) = rayon::join(|| along_axis(frame.axes[0]), || along_axis(frame.axes[1]));
    let origin = |y: &[f64; 2]| Dd::product(frame.origin[0], y[0]) + Dd::product(frame.origin[1], y[1]);
    Heights::of_parallel(sites.par_iter().zip(first.par_iter().zip(&second)).map(|(y, (&p, &q))| -origin(y) - p - q))
}

/// A parallelogram `origin + [-1, 1] axes[0] + [-1, 1] axes[1]` inside a convex polygon.
struct Frame {
    origin: [f64; 2],
    axes: [[f64; 2]; 2],
}

/// The box itself; else a parallelogram about the centroid along the principal axes, as large as
/// fits.
fn inscribed_frame(domain: &ConvexPolygon) -> Frame {
    let (lo, hi) = domain.bounds();
    let half = [0.5 * (hi[0] - lo[0]), 0.5 * (hi[1] - lo[1])];
    let middle = [lo[0] + half[0], lo[1] + half[1]];
    if domain.len() == 4 && domain.vertices().iter().all(|v| (0..2).all(|k| v[k] == lo[k] || v[k] == hi[k])) {
        return Frame { origin: middle, axes: [[half[0], 0.0], [0.0, half[1]]] };
    }
    // Area, centroid and covariance by a fan from the middle of the bounding box.
    let (mut area, mut first, mut second) = (0.0, [0.0; 2], [0.0; 3]);
    let n = domain.len();
    for k in 0..n {
        let [a, b] = [domain.vertex(k), domain.vertex(k + 1)].map(|v| [v[0] - middle[0], v[1] - middle[1]]);
        let w = a[0] * b[1] - a[1] * b[0];
        area += w / 2.0;
        for c in 0..2 {
            first[c] += w * (a[c] + b[c]) / 6.0;
        }
        let product = |p: usize, q: usize| w * ((a[p] + b[p]) * (a[q] + b[q]) + a[p] * a[q] + b[p] * b[q]) / 24.0;
        second = [second[0] + product(0, 0), second[1] + product(0, 1), second[2] + product(1, 1)];
    }
    let c = [first[0] / area, first[1] / area];
    let s = [second[0] / area - c[0] * c[0], second[1] / area - c[0] * c[1], second[2] / area - c[1] * c[1]];
    let angle = 0.5 * (2.0 * s[1]).atan2(s[0] - s[2]);
    // Nearly axis-parallel or isotropic domains keep the coordinate axes: they suit tensor data.
    let isotropic = s[1].abs() <= 1e-9 * (s[0] + s[2]);
    let (cos, sin) = if isotropic { (1.0, 0.0) } else { (angle.cos(), angle.sin()) };
    let variance = |e: [f64; 2]| (e[0] * e[0] * s[0] + 2.0 * e[0] * e[1] * s[1] + e[1] * e[1] * s[2]).max(0.0);
    let mut axes = [[cos, sin], [-sin, cos]];
    for e in &mut axes {
        let length = variance(*e).sqrt();
        *e = [e[0] * length, e[1] * length];
    }
    let origin = [middle[0] + c[0], middle[1] + c[1]];
    // Largest s with all four corners inside: for every edge <n, x> <= d.
    let mut scale = f64::INFINITY;
    for k in 0..n {
        let (u, v) = (domain.vertex(k), domain.vertex(k + 1));
        let normal = [v[1] - u[1], u[0] - v[0]];
        let dot = |e: [f64; 2]| normal[0] * e[0] + normal[1] * e[1];
        let room = dot([u[0] - origin[0], u[1] - origin[1]]);
        scale = scale.min(room / (dot(axes[0]).abs() + dot(axes[1]).abs()));
    }
    let scale = scale.max(0.0) * (1.0 - 1e-9);
    let axes = axes.map(|e| [e[0] * scale, e[1] * scale]);
    // The moments of a needle cancel to nothing, or to no number at all.
    if axes[0][0] * axes[1][1] - axes[0][1] * axes[1][0] > 0.0 && scale.is_finite() {
        return Frame { origin, axes };
    }
    frame_in_triangle(domain)
}

/// For a domain too thin for its moments: in the triangle `o + s p + t q`, `s, t >= 0`,
/// `s + t <= 1`, of three vertices lies the parallelogram `s, t <= 1/2`. Here `p` reaches the
/// farthest vertex and `q` the one farthest from that line.
fn frame_in_triangle(domain: &ConvexPolygon) -> Frame {
    let o = domain.vertex(0);
    let arms = || domain.vertices().iter().map(|v| [v[0] - o[0], v[1] - o[1]]);
    let farthest = |measure: &dyn Fn([f64; 2]) -> f64| arms().max_by(|a, b| measure(*a).total_cmp(&measure(*b)));
    let p = farthest(&|a| a[0].abs().max(a[1].abs())).unwrap_or_default();
    let q = farthest(&|a| (p[0] * a[1] - p[1] * a[0]).abs()).unwrap_or_default();
    let quarter = 0.25 * (1.0 - 1e-9);
    let axes = [p, q].map(|e| [e[0] * quarter, e[1] * quarter]);
    Frame { origin: [0, 1].map(|k| o[k] + 0.25 * (p[k] + q[k])), axes }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by the fuzz target `newton`: the area of this needle cancels to zero, and heights were
    /// NaN.
    #[test]
    fn the_start_on_a_needle_is_finite() {
        let needle = [[-6.0, -6.0], [1.0, 1f64.next_down()], [1.0, 1.0]].map(|v| v.map(|c| c * 2f64.powi(-53)));
        let domain = ConvexPolygon::new(needle.to_vec()).unwrap();
        let sites = [[-4.0, 0.0], [4.0, -4.0], [0.5, 2.0]].map(|v| v.map(|c| c * 2f64.powi(-52)));
        let start = quantile_start(&domain, &sites, &[1.0, 2.0, 1.0]);
        assert_eq!(start.first_non_finite(), None);
    }

    #[test]
    fn the_frame_lies_inside() {
        let triangle = ConvexPolygon::new(vec![[0.0, 0.0], [10.0, 9.0], [10.0, 10.0]]).unwrap();
        let Frame { origin, axes } = inscribed_frame(&triangle);
        for s in [-1.0, 1.0] {
            for t in [-1.0, 1.0] {
                let p = [0, 1].map(|k| origin[k] + s * axes[0][k] + t * axes[1][k]);
                let v = triangle.vertices();
                assert!((0..3).all(|k| crate::exact::predicates::orient2d_sign(v[k], v[(k + 1) % 3], p) > 0));
            }
        }
    }
}
