//! How much is seen of each triangle from outside, so that seams go where few look.

use crate::domain::vector::{Vector3, bounds};
use rayon::prelude::*;

/// Directions from which the surface is looked at, spread evenly.
const VIEWS: usize = 48;
/// Pixels along each side of a picture.
const SIDE: usize = 192;
/// What is deeper than the nearest by up to this share of the extent is seen, too: a pixel is about
/// `1 / SIDE` wide, and a slanted triangle has different depths in it.
const SLACK: f64 = 2.0 / SIDE as f64;

/// For each triangle the share of the views before its front in which nothing hides its middle,
/// between 0 and 1; views count by the cosine to the normal. Cost: O(n) and the pixels, for each
/// view.
pub(super) fn sight(points: &[[f64; 3]], triangles: &[[u32; 3]], normal: &[Vector3<f64>]) -> Vec<f64> {
    let (low, high) = bounds(triangles.iter().flatten().map(|&v| points[v as usize]));
    let middle = Vector3::from([0, 1, 2].map(|k| 0.5 * (low[k] + high[k])));
    let reach = (Vector3::from(high) - Vector3::from(low)).norm().max(f64::MIN_POSITIVE) / 2.0;
    let seen_from = |k: usize| -> Vec<f64> {
        let eye = direction(k);
        let (right, up) = frame(&eye);
        // Between 0 and 1, the nearest deepest.
        let view = |p: [f64; 3]| {
            let d = (Vector3::from(p) - middle) / reach;
            [d.dot(&right), d.dot(&up), d.dot(&eye)].map(|x| 0.5 + 0.5 * x)
        };
        let flat: Vec<[f64; 3]> = points.iter().map(|&p| view(p)).collect();
        let mut nearest = vec![f64::NEG_INFINITY; SIDE * SIDE];
        for t in triangles {
            paint(t.map(|v| flat[v as usize]), &mut nearest);
        }
        let one = |(f, t): (usize, &[u32; 3])| {
            let front = normal[f].dot(&eye);
            if !(front > 0.0) {
                return 0.0;
            }
            let [a, b, c] = t.map(|v| flat[v as usize]);
            let [x, y, z] = [0, 1, 2].map(|k| (a[k] + b[k] + c[k]) / 3.0);
            if z + SLACK >= nearest[pixel(y) * SIDE + pixel(x)] { front } else { 0.0 }
        };
        triangles.iter().enumerate().map(one).collect()
    };
    let views: Vec<Vec<f64>> = (0..VIEWS).into_par_iter().map(seen_from).collect();
    let share = |f: usize| {
        let all: f64 = (0..VIEWS).map(|k| normal[f].dot(&direction(k)).max(0.0)).sum();
        let seen: f64 = views.iter().map(|v| v[f]).sum();
        if all > 0.0 { seen / all } else { 1.0 }
    };
    (0..triangles.len()).map(share).collect()
}

fn pixel(x: f64) -> usize {
    // Saturates: what lies outside is at the border.
    ((x * SIDE as f64) as usize).min(SIDE - 1)
}

/// Points of a spiral from pole to pole with even steps of height and the golden angle between
/// them.
fn direction(k: usize) -> Vector3<f64> {
    let z = 1.0 - (2 * k + 1) as f64 / VIEWS as f64;
    let turn = k as f64 * std::f64::consts::PI * (3.0 - 5f64.sqrt());
    let r = (1.0 - z * z).sqrt();
    Vector3::new(r * turn.cos(), r * turn.sin(), z)
}

/// Two directions across.
fn frame(eye: &Vector3<f64>) -> (Vector3<f64>, Vector3<f64>) {
    let axis = if eye.z.abs() < 0.9 { Vector3::z() } else { Vector3::x() };
    let right = axis.cross(eye).normalize();
    (right, eye.cross(&right))
}

/// Notes the depth of a triangle at the middles of pixels inside it, and at its corners.
fn paint([a, b, c]: [[f64; 3]; 3], nearest: &mut [f64]) {
    let mut note = |x: usize, y: usize, z: f64| {
        let slot = &mut nearest[y * SIDE + x];
        *slot = slot.max(z);
    };
    [a, b, c].iter().for_each(|p| note(pixel(p[0]), pixel(p[1]), p[2]));
    let twice = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if twice == 0.0 {
        return;
    }
    let range = |k: usize| {
        let (low, high) = (a[k].min(b[k]).min(c[k]), a[k].max(b[k]).max(c[k]));
        pixel(low)..=pixel(high)
    };
    for y in range(1) {
        for x in range(0) {
            let p = [x, y].map(|k| (k as f64 + 0.5) / SIDE as f64);
            let part =
                |q: [f64; 3], r: [f64; 3]| ((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])) / twice;
            let (u, v, w) = (part(b, c), part(c, a), part(a, b));
            if u >= 0.0 && v >= 0.0 && w >= 0.0 {
                note(x, y, u * a[2] + v * b[2] + w * c[2]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vector::{normal, unit};

    /// A box in a box: the outer one is seen from everywhere, the inner one from nowhere.
    #[test]
    fn what_is_inside_is_not_seen() {
        let cube = |r: f64| -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
            let v = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(|b| r * (2.0 * b as f64 - 1.0))).collect();
            let quads = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
            (v, quads.iter().flat_map(|q| [[q[0], q[1], q[2]], [q[0], q[2], q[3]]]).collect())
        };
        let (mut points, mut triangles) = cube(1.0);
        let (inner, faces) = cube(0.6);
        points.extend(inner);
        triangles.extend(faces.iter().map(|t| t.map(|v: u32| v + 8)));
        let normals: Vec<_> = triangles.iter().map(|t| unit(&normal(t.map(|v| points[v as usize])))).collect();
        let seen = sight(&points, &triangles, &normals);
        assert!(seen[..12].iter().all(|&s| s > 0.95), "{seen:?}");
        assert!(seen[12..].iter().all(|&s| s < 0.05), "{seen:?}");
    }
}
