//! The normal law, by `libm`: the same bits on every system.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Its density.
pub(super) fn density(x: f64) -> f64 {
    libm::exp(-0.5 * x * x) / TAU.sqrt()
}

/// Its distribution function.
pub(super) fn below(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// Where it is exceeded with this probability, by bisection: 0 < p < 1.
pub(super) fn exceeded(p: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if below(-middle) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Two independent numbers of this law from two of `[0, 1)` (Box and Muller).
pub(super) fn pair(u: f64, v: f64) -> [f64; 2] {
    // 1 - u is above 0.
    let radius = (-2.0 * libm::log(1.0 - u)).sqrt();
    let (sin, cos) = libm::sincos(TAU * v);
    [radius * cos, radius * sin]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, x) in [(0.025, 1.959963984540054), (0.5, 0.0), (1e-6, 4.753424308822899)] {
            assert!((exceeded(p) - x).abs() < 1e-9, "{p}");
        }
        assert!((density(0.0) - 0.3989422804014327).abs() < 1e-15);
    }
}
