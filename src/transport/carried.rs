//! Heights of one problem as a start for another one much like it.

use crate::exact::{Dd, Heights};

/// Heights for sites that have moved: `h_i - <c_i, dy_i - t>` with the centroids `c_i` and the mean
/// move `t`, each site counted by its new mass.
///
/// A move common to all changes no cell; of what is left, a cell that is alone keeps its mass to
/// first order. Keeping the weights instead ([`Heights::moved`]) lets cells run after their sites,
/// and loses more of them. Sites that stay keep their heights to the bit. One entry of each list
/// per height. Cost: O(n).
///
/// ```
/// use brenier::Heights;
/// use brenier::internals::transport::carried;
/// let (before, after) = ([[0.0, 0.5], [1.0, 0.5]], [[0.0, 0.5], [1.5, 0.5]]);
/// let centroids = [Some([0.25, 0.5]), Some([0.75, 0.5])];
/// // Half of the move is common to both; the rest is -1/4 and 1/4 along x.
/// let heights = carried(&Heights::zeros(2), &centroids, &before, &after, &[1.0, 1.0]);
/// assert_eq!(heights.hi(), [0.0625, -0.1875]);
/// ```
pub fn carried<const D: usize>(
    heights: &Heights,
    centroids: &[Option<[f64; D]>],
    before: &[[f64; D]],
    after: &[[f64; D]],
    masses: &[f64],
) -> Heights {
    let total: f64 = masses.iter().sum();
    let mut mean = [0.0; D];
    for ((y, z), m) in before.iter().zip(after).zip(masses) {
        (0..D).for_each(|k| mean[k] += m / total * (z[k] - y[k]));
    }
    let one = |(i, h): (usize, &Dd)| {
        let Some(c) = centroids[i] else { return *h };
        let along = (0..D).map(|k| c[k] * ((after[i][k] - before[i][k]) - mean[k])).sum::<f64>();
        *h - Dd::from_f64(along)
    };
    Heights::new(heights.as_slice().iter().enumerate().map(one))
}
