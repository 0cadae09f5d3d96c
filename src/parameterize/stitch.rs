//! Triangles of which each lies in the plane for itself, put together.
//!
//! Given are the shapes that they shall have. In turn every shape is turned to where its triangle
//! lies, and the vertices go where
//!
//! ```text
//! sum_t int_t |grad (x - p_t)|^2
//! ```
//!
//! is least, for shapes `p_t` (Liu et al. 2008: local and global steps). A turn changes no shape,
//! so one factorization does for all steps: each costs little beside one of Newton's. Two parts
//! that do not quite fit share out between all triangles what is between them, where halving it at
//! the seam would turn triangles over.

use super::chart::{Chart, NONE};
use super::scale::unit_sides;
use super::system::System;
use crate::domain::vector::side;

/// Corners of a triangle in the plane.
pub(super) type Shape = [[f64; 2]; 3];

/// Angles whose cotangent is larger count as much: needles do not hold all others.
const LARGEST: f64 = 1e6;

/// The triangles' own shapes, with the areas that are wanted of them, up to a factor.
pub(super) fn own_shapes(chart: &Chart) -> Vec<Shape> {
    let one = |f: usize| {
        let (d, e) = unit_sides(chart.corners_in_space(f));
        let longest = d.norm().max(e.norm()).max((e - d).norm()).max(f64::MIN_POSITIVE);
        // As in the energy: needles are made a little wider.
        let l = d.norm().max(1e-6 * longest);
        let height = (d.cross(&e).norm() / l).max(1e-6 * longest);
        let scale = (chart.share[f] / (0.5 * l * height)).sqrt();
        [[0.0, 0.0], [l * scale, 0.0], [d.dot(&e) / l * scale, height * scale]]
    };
    (0..chart.triangles.len()).map(one).collect()
}

/// Puts shapes together in at most so many steps; the last places for which `fits` holds, if there
/// are some. `near` are places to which shapes are turned first; without any they lie as they
/// shall.
pub(super) fn stitched(
    chart: &Chart,
    mut shapes: Vec<Shape>,
    near: Option<&[[f64; 2]]>,
    steps: usize,
    fits: impl Fn(&Vec<[f64; 2]>) -> bool,
) -> Option<Vec<[f64; 2]>> {
    let n = chart.points.len();
    // The first vertex stays.
    let unknowns: Vec<[u32; 2]> = (0..n as u32).map(|v| [if v == 0 { NONE } else { v - 1 }, NONE]).collect();
    let mut system = System::new(&chart.triangles, &unknowns, n - 1)?;
    let weights: Vec<[f64; 3]> = shapes.iter().map(cotangents).collect();
    for (f, weight) in weights.iter().enumerate() {
        let mut local = [[0.0; 6]; 6];
        for k in 0..3 {
            let (i, j) = (2 * k, 2 * ((k + 1) % 3));
            local[i][i] += weight[k];
            local[j][j] += weight[k];
            local[i][j] -= weight[k];
            local[j][i] -= weight[k];
        }
        system.add(f, &local);
    }
    let factor = system.factor(1e-12)?;
    if let Some(places) = near {
        turn(chart, &mut shapes, &weights, places);
    }
    let mut best = None;
    for step in 0..steps {
        let mut b = vec![[0.0; 2]; n];
        for ((t, shape), weight) in chart.triangles.iter().zip(&shapes).zip(&weights) {
            for k in 0..3 {
                let next = (k + 1) % 3;
                let d = side(shape[k], shape[next]) * weight[k];
                for c in 0..2 {
                    b[t[k] as usize][c] -= d[c];
                    b[t[next] as usize][c] += d[c];
                }
            }
        }
        let mut x: Vec<f64> = (0..2).flat_map(|c| b[1..].iter().map(move |b| b[c])).collect();
        factor.solve(&mut x);
        if !x.iter().all(|x| x.is_finite()) {
            break;
        }
        let places: Vec<[f64; 2]> = std::iter::once([0.0; 2]).chain((0..n - 1).map(|v| [x[v], x[n - 1 + v]])).collect();
        if step + 1 < steps {
            turn(chart, &mut shapes, &weights, &places);
        }
        if fits(&places) {
            best = Some(places);
        }
    }
    best
}

/// Half the cotangents of the angles opposite to the sides, which begin at the corners in turn.
fn cotangents(shape: &Shape) -> [f64; 3] {
    [2, 0, 1].map(|apex| {
        let (d, e) = (side(shape[apex], shape[(apex + 1) % 3]), side(shape[apex], shape[(apex + 2) % 3]));
        let cotangent = d.dot(&e) / d.perp(&e).max(f64::MIN_POSITIVE);
        0.5 * cotangent.clamp(-LARGEST, LARGEST)
    })
}

/// Turns each shape to where its triangle lies.
fn turn(chart: &Chart, shapes: &mut [Shape], weights: &[[f64; 3]], places: &[[f64; 2]]) {
    for (f, (shape, weight)) in shapes.iter_mut().zip(weights).enumerate() {
        let there = chart.corners(places, f);
        let (mut along, mut across) = (0.0, 0.0);
        for k in 0..3 {
            let next = (k + 1) % 3;
            let (d, e) = (side(shape[k], shape[next]), side(there[k], there[next]));
            along += weight[k] * d.dot(&e);
            across += weight[k] * d.perp(&e);
        }
        let length = along.hypot(across);
        if length > 0.0 {
            let (c, s) = (along / length, across / length);
            *shape = shape.map(|[x, y]| [c * x - s * y, s * x + c * y]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameterize::embed::flips;

    /// A strip of squares in the plane, of which each triangle is turned by some angle: put
    /// together it is what it was, turned and moved.
    #[test]
    fn what_is_flat_comes_together_again() {
        let n = 4u32;
        let points: Vec<[f64; 3]> = (0..2 * n).map(|k| [f64::from(k / 2), f64::from(k % 2), 0.0]).collect();
        let triangles: Vec<[u32; 3]> =
            (0..n - 1).flat_map(|k| [[2 * k, 2 * k + 2, 2 * k + 3], [2 * k, 2 * k + 3, 2 * k + 1]]).collect();
        let share = vec![1.0 / triangles.len() as f64; triangles.len()];
        let chart = Chart { points, triangles, share, ..Chart::default() };
        let mut shapes = own_shapes(&chart);
        for (k, shape) in shapes.iter_mut().enumerate() {
            let (s, c) = (0.05 * k as f64).sin_cos();
            *shape = shape.map(|[x, y]| [c * x - s * y, s * x + c * y]);
        }
        let found = stitched(&chart, shapes, None, 100, |uv| flips(&chart, uv) == 0).unwrap();
        let unit = side(found[0], found[1]).norm();
        for (p, a) in found.iter().zip(&chart.points) {
            for (q, b) in found.iter().zip(&chart.points) {
                let (flat, space) = (side(*p, *q).norm() / unit, side(*a, *b).norm());
                assert!((flat - space).abs() < 1e-6, "{flat} {space}");
            }
        }
        // Turned to where they lie at once, one step does.
        let places: Vec<[f64; 2]> = chart.points.iter().map(|p| [p[0], p[1]]).collect();
        let found = stitched(&chart, own_shapes(&chart), Some(&places), 1, |_| true).unwrap();
        let unit = side(found[0], found[1]).norm();
        assert!((side(found[0], found[2 * n as usize - 1]).norm() / unit - 10f64.sqrt()).abs() < 1e-9);
    }
}
