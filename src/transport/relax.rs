//! How far sites go beyond their centroids.
//!
//! Instead of to `c_i` a site may go to `z_i = y_i + t (c_i - y_i)`. The plan of before carries the
//! source there at a cost lower by `t (2 - t) sum m_i |y_i - c_i|^2` (parallel axes), so that no
//! `t < 2` raises it. How much is best? To first order a move multiplies what is left along an
//! eigenvector of Lloyd's map `y -> c(y)`, with eigenvalue `l` in `[0, 1)`, by `1 - t (1 - l)`. The
//! quotient `1 / (1 - l)` is learnt from the last two positions (Barzilai and Borwein 1988): with
//! the step `s` between them and `g = y - c` at each
//!
//! ```text
//! t = <s, s> / <s, g - g'>,    products weighted with the masses,
//! ```
//!
//! which lies between the quotients of all eigenvectors. Where one move arrives it is 1. Theory:
//! docs/theory/quantization.md.

/// The lengths of moves, in units of the way to the centroids.
pub(super) struct Relaxation<const D: usize> {
    longest: f64,
    /// The move before: its length, and what its unit was for each site.
    before: Option<(f64, Vec<[f64; D]>)>,
}

impl<const D: usize> Relaxation<D> {
    /// Moves are at most so long; 1 is Lloyd's method.
    pub fn new(longest: f64) -> Relaxation<D> {
        Relaxation { longest: if longest > 1.0 { longest.min(2.0) } else { 1.0 }, before: None }
    }

    /// How long a move along these ways to the centroids should be. The first one goes there.
    pub fn length(&self, masses: &[f64], ways: &[[f64; D]]) -> f64 {
        let Some((t, before)) = &self.before else { return 1.0 };
        let (mut square, mut fallen) = (0.0, 0.0);
        for ((m, way), old) in masses.iter().zip(ways).zip(before) {
            for k in 0..D {
                square += m * (old[k] * old[k]);
                fallen += m * (old[k] * (old[k] - way[k]));
            }
        }
        let best = t * square / fallen;
        // Where the cost is concave between the two, or nothing moved.
        if fallen > 0.0 && best.is_finite() { best.clamp(1.0, self.longest) } else { self.longest }
    }

    /// A move was made.
    pub fn moved(&mut self, length: f64, ways: Vec<[f64; D]>) {
        self.before = Some((length, ways));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a quadratic function whose Lloyd map has eigenvalues 0, 0.5 and 0.9: of one eigenvector
    /// the quotient is found, of several something between, and it is never longer than allowed.
    #[test]
    fn lengths_are_those_of_the_modes_that_are_left() {
        let eigenvalues = [0.0, 0.5, 0.9];
        let ways = |y: [f64; 3]| -> Vec<[f64; 1]> { (0..3).map(|k| [(eigenvalues[k] - 1.0) * y[k]]).collect() };
        let masses = [1.0, 2.0, 3.0];
        for (y, longest, expected) in [
            ([1.0, 0.0, 0.0], 1.8, 1.0),
            ([0.0, 1.0, 0.0], 2.0, 2.0),
            ([0.0, 0.0, 1.0], 1.8, 1.8),
            ([1.0, 1e-3, 0.0], 1.8, 1.0),
            ([1.0, 1.0, 1.0], 1.0, 1.0),
        ] {
            let mut relaxation = Relaxation::new(longest);
            let first = ways(y);
            assert_eq!(relaxation.length(&masses, &first), 1.0);
            let next: [f64; 3] = std::array::from_fn(|k| y[k] + first[k][0]);
            relaxation.moved(1.0, first);
            let found = relaxation.length(&masses, &ways(next));
            assert!((found - expected).abs() < 1e-3 && found <= longest, "{y:?}: {found}");
        }
        let mut still = Relaxation::new(1.8);
        still.moved(1.0, vec![[0.0]; 3]);
        assert_eq!(still.length(&masses, &[[0.0]; 3]), 1.8);
    }

    /// Down a valley with eigenvalues up to 0.99 half of the moves do.
    #[test]
    fn fewer_moves_than_lloyds() {
        let eigenvalues: Vec<f64> = (0..100).map(|k| f64::from(k) / 100.0).collect();
        let moves = |longest: f64| {
            let mut y: Vec<f64> = vec![1.0; 100];
            let mut relaxation = Relaxation::new(longest);
            for step in 0..10_000 {
                let ways: Vec<[f64; 1]> = y.iter().zip(&eigenvalues).map(|(y, l)| [(l - 1.0) * y]).collect();
                if ways.iter().map(|w| w[0] * w[0]).sum::<f64>() < 1e-8 {
                    return step;
                }
                let t = relaxation.length(&[0.01; 100], &ways);
                y.iter_mut().zip(&ways).for_each(|(y, w)| *y += t * w[0]);
                relaxation.moved(t, ways);
            }
            10_000
        };
        let (plain, relaxed) = (moves(1.0), moves(1.8));
        assert!(relaxed * 5 < plain * 3, "{relaxed} of {plain}");
    }
}
