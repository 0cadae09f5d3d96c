//! Means over the band between two parallels, free of cancellation however thin it is.
//!
//! With the height `z` equal steps are equal areas (Archimedes). Along a band let `z = sin b`, and
//! `r = cos b` be the distance from the axis. The mean of `z` is half the sum of its ends, its
//! variance a twelfth of the squared width. What `r` is more or less than in the middle is a
//! product of two sines, whose mean and variance are found by Gauss's rule with three points on
//! stretches `h` of at most 1/200: its error is `h^6 / 2016000` times a sixth derivative, which of
//! three factors of sines is below `3^6`, so `10^-17` of the whole.

/// Means over a band.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Band {
    /// Its height along the axis: its area, over `2 pi`.
    pub height: f64,
    /// Mean of `z`.
    pub z: f64,
    /// Mean of `r`.
    pub r: f64,
    /// Variance of `z` and that of `r`.
    pub varies: f64,
}

/// Longest stretch of Gauss's rule.
const STRETCH: f64 = 0.005;

/// Its points and weights on `[-1, 1]`; these sum to 1.
const RULE: [(f64, f64); 3] =
    [(-0.774_596_669_241_483_4, 5.0 / 18.0), (0.0, 8.0 / 18.0), (0.774_596_669_241_483_4, 5.0 / 18.0)];

impl Band {
    /// The band between two heights, `low < high`.
    pub fn between(low: f64, high: f64) -> Band {
        let latitude = |z: f64| z.atan2(((1.0 - z) * (1.0 + z)).max(0.0).sqrt());
        let (south, north) = (latitude(low), latitude(high));
        let (middle, width) = (0.5 * (south + north), north - south);
        let stretches = (width / STRETCH).ceil().max(1.0);
        let half = 0.5 * width / stretches;
        let (mut mean, mut square, mut all) = (0.0, 0.0, 0.0);
        for k in 0..stretches as usize {
            let at = south + (2 * k + 1) as f64 * half;
            for (x, weight) in RULE {
                let b = at + half * x;
                let more = -2.0 * (0.5 * (b + middle)).sin() * (0.5 * (b - middle)).sin();
                // dz = cos b db.
                let share = weight * b.cos();
                (mean, square, all) = (mean + share * more, square + share * more * more, all + share);
            }
        }
        (mean, square) = (mean / all, square / all);
        let height = high - low;
        let varies = height * height / 12.0 + (square - mean * mean).max(0.0);
        Band { height, z: 0.5 * (low + high), r: middle.cos() + mean, varies }
    }
}

/// `sin h / h` and one less its square, for half an angle `h`.
pub(super) fn sinc(h: f64) -> (f64, f64) {
    if h > 0.3 {
        let s = h.sin() / h;
        return (s, 1.0 - s * s);
    }
    // 1 - sin h / h as a series; its terms fall by h^2 / 20 < 1/200.
    let square = h * h;
    let (mut less, mut term) = (0.0, -1.0);
    for k in 1..=8 {
        term *= -square / f64::from((2 * k) * (2 * k + 1));
        less += term;
    }
    (1.0 - less, less * (2.0 - less))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_have_their_means() {
        // int r dz = 1/2 (z r + asin z).
        let primitive = |z: f64| 0.5 * (z * (1.0 - z * z).sqrt() + z.asin());
        for (low, high) in [(-1.0, 1.0), (-1.0, -0.9), (0.2, 0.4), (0.0, 1.0), (-0.1, 0.1), (0.99, 1.0)] {
            let band = Band::between(low, high);
            let r = (primitive(high) - primitive(low)) / (high - low);
            assert!((band.r - r).abs() < 1e-14, "{low} {high} {} {r}", band.r);
            // z^2 + r^2 = 1 in the mean.
            let spread = 1.0 - band.r * band.r - band.z * band.z;
            assert!((band.varies - spread).abs() < 1e-14, "{low} {high}");
        }
        // Thin ones: r varies by its slope z / r, to first order.
        for z in [0.3, -0.8] {
            let (low, high) = (z - 5e-6, z + 5e-6);
            let width: f64 = high - low;
            let band = Band::between(low, high);
            let variance = width * width / 12.0 * (1.0 + z * z / (1.0 - z * z));
            assert!((band.varies / variance - 1.0).abs() < 1e-9);
        }
        for h in [1e-6, 0.1, 0.299_999_999, 0.300_000_001, 1.5] {
            let (s, less) = sinc(h);
            assert!((s - h.sin() / h).abs() < 2e-16);
            let series = h * h / 3.0 - 2.0 * h.powi(4) / 45.0 + h.powi(6) / 315.0 - 2.0 * h.powi(8) / 14175.0;
            assert!((less - series).abs() < 1e-16 + 1e-3 * h.powi(10), "{h}");
        }
    }
}
