//! How a source looks along a line: where it is, how dense, how much of it lies in a stretch.

use super::normal;
use super::visible::PLACES;

/// Beyond this the standard normal law has 2.6e-12, less than a unit of a thousand samples' share.
const FAR: f64 = 7.0;

/// A line through a point of the source, which is at 0.
#[derive(Clone, Copy, Debug)]
pub(super) enum Along {
    /// As dense everywhere between two ends.
    Even { low: f64, high: f64 },
    /// Standard normal about `-at`; what lies beyond [`FAR`] belongs to the last cells.
    Normal { at: f64 },
}

impl Along {
    /// The ends.
    pub(super) fn ends(self) -> [f64; 2] {
        match self {
            Along::Even { low, high } => [low, high],
            Along::Normal { at } => [-FAR - at, FAR - at],
        }
    }

    /// Places from end to end, about as much of the source between them, but for the last ones.
    pub(super) fn places(self) -> [f64; PLACES] {
        let [low, high] = self.ends();
        match self {
            Along::Even { .. } => std::array::from_fn(|k| match k {
                0 => low,
                k if k == PLACES - 1 => high,
                k => low + (high - low) * k as f64 / (PLACES - 1) as f64,
            }),
            Along::Normal { at } => [low, -2.5 - at, -0.8 - at, 0.8 - at, 2.5 - at, high],
        }
    }

    /// Density at `t`; the law has total 1 along the line.
    pub(super) fn density(self, t: f64) -> f64 {
        match self {
            Along::Even { low, high } => 1.0 / (high - low),
            Along::Normal { at } => normal::density(at + t),
        }
    }

    /// Mass of a stretch, and the integral of `a + b t` over it.
    pub(super) fn integrals(self, a: f64, b: f64, from: f64, to: f64) -> [f64; 2] {
        match self {
            Along::Even { low, high } => {
                let share = (to - from) / (high - low);
                [share, share * (a + b * 0.5 * (from + to))]
            }
            Along::Normal { at } => {
                let [low, high] = self.ends();
                let (p, f) =
                    if from <= low { (0.0, 0.0) } else { (normal::below(at + from), normal::density(at + from)) };
                let (q, g) = if to >= high { (1.0, 0.0) } else { (normal::below(at + to), normal::density(at + to)) };
                let share = (q - p).max(0.0);
                [share, (a - b * at) * share + b * (f - g)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrals_are_those_of_quadrature() {
        for along in [Along::Even { low: -0.25, high: 0.75 }, Along::Normal { at: 0.4 }] {
            let [low, high] = along.ends();
            let cuts = [low, -0.1, 0.3, high];
            let mut total = 0.0;
            for pair in cuts.windows(2) {
                let [m, v] = along.integrals(2.0, -3.0, pair[0], pair[1]);
                let steps = 20_000;
                let width = (pair[1] - pair[0]) / f64::from(steps);
                let (mut mass, mut value) = (0.0, 0.0);
                for k in 0..steps {
                    let t = pair[0] + (f64::from(k) + 0.5) * width;
                    mass += along.density(t) * width;
                    value += along.density(t) * width * (2.0 - 3.0 * t);
                }
                assert!((m - mass).abs() < 1e-7 && (v - value).abs() < 1e-7, "{m} {mass} {v} {value}");
                total += m;
            }
            assert!((total - 1.0).abs() < 1e-15);
        }
    }
}
