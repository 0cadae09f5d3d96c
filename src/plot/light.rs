//! The light of shaded pictures; the pages' shader (`viewer/src/view.js`) has the same.

use super::model::{dot, unit};

/// How bright a surface is, by its normal: to the right, up, towards the eye. Two lights and the sky.
pub(super) fn shade(normal: [f64; 3]) -> f64 {
    let n = unit(normal);
    let key = dot(n, unit([-0.45, 0.6, 0.75])).max(0.0);
    let fill = dot(n, unit([0.8, -0.1, 0.5])).max(0.0);
    0.32 + 0.58 * key + 0.16 * fill + 0.14 * (0.5 + 0.5 * n[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_comes_from_above_and_the_left() {
        let all = [[-0.45, 0.6, 0.75], [0.0, 0.0, 1.0], [0.9, 0.0, 0.1], [0.0, -1.0, 0.1]].map(shade);
        assert!(all.windows(2).all(|w| w[0] > w[1]), "{all:?}");
        assert!(all.iter().all(|&s| (0.25..1.1).contains(&s)));
    }
}
