//! The light of shaded pictures; the pages' shader (`viewer/src/view.js`) has the same.

use crate::domain::vector::Vector3;

/// Directions to the lights, `(-0.45, 0.6, 0.75)` and `(0.8, -0.1, 0.5)`, and their squared
/// lengths.
const KEY: (Vector3<f64>, f64) = (Vector3::new(-0.45, 0.6, 0.75), 1.125);
const FILL: (Vector3<f64>, f64) = (Vector3::new(0.8, -0.1, 0.5), 0.9);

/// How bright a surface is, by its normal: to the right, up, towards the eye. Two lights and the
/// sky.
pub(super) fn shade(normal: Vector3<f64>) -> f64 {
    let size = normal.norm_squared();
    let cosine = |(light, squared): (Vector3<f64>, f64)| normal.dot(&light) / (size * squared).sqrt();
    let (key, fill) = (cosine(KEY).max(0.0), cosine(FILL).max(0.0));
    // max drops what is not a number: a normal of length zero has the sky alone.
    let sky = if size > 0.0 { 0.5 + 0.5 * normal.y / size.sqrt() } else { 0.5 };
    0.32 + 0.58 * key + 0.16 * fill + 0.14 * sky
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_comes_from_above_and_the_left() {
        let normals = [[-0.45, 0.6, 0.75], [0.0, 0.0, 1.0], [0.9, 0.0, 0.1], [0.0, -1.0, 0.1]];
        let all = normals.map(|n| shade(n.into()));
        assert!(all.windows(2).all(|w| w[0] > w[1]), "{all:?}");
        assert!(all.iter().all(|&s| (0.3..1.15).contains(&s)));
        assert!((shade(Vector3::zeros()) - 0.39).abs() < 1e-12);
    }
}
