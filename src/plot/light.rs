//! The light of shaded pictures; the pages' shader (`viewer/src/view.js`) has the same.

use super::model::dot;

/// Directions to the lights, `(-0.45, 0.6, 0.75)` and `(0.8, -0.1, 0.5)`, and their squared
/// lengths.
const KEY: ([f64; 3], f64) = ([-0.45, 0.6, 0.75], 1.125);
const FILL: ([f64; 3], f64) = ([0.8, -0.1, 0.5], 0.9);

/// How bright a surface is, by its normal: to the right, up, towards the eye. Two lights and the
/// sky.
pub(super) fn shade(normal: [f64; 3]) -> f64 {
    let size = dot(normal, normal);
    let cosine = |(light, squared): ([f64; 3], f64)| dot(normal, light) / (size * squared).sqrt();
    let (key, fill) = (cosine(KEY).max(0.0), cosine(FILL).max(0.0));
    // max drops what is not a number: a normal of length zero has the sky alone.
    let sky = if size > 0.0 { 0.5 + 0.5 * normal[1] / size.sqrt() } else { 0.5 };
    0.32 + 0.58 * key + 0.16 * fill + 0.14 * sky
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_comes_from_above_and_the_left() {
        let all = [[-0.45, 0.6, 0.75], [0.0, 0.0, 1.0], [0.9, 0.0, 0.1], [0.0, -1.0, 0.1]].map(shade);
        assert!(all.windows(2).all(|w| w[0] > w[1]), "{all:?}");
        assert!(all.iter().all(|&s| (0.3..1.15).contains(&s)));
        assert!((shade([0.0; 3]) - 0.39).abs() < 1e-12);
    }
}
