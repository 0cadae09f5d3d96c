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
/// Along a periodic axis (`periods`) a site has moved by the shortest way, `dy_i`, and cells go
/// with a move `t` common to all. Of the weight `w = |y|^2 + 2 h`, which no shift by periods
/// changes, that keeps all; what is left, `e = dy_i - t`, changes `|x - y|^2` by
/// `e^2 - 2 (x - y) e`, which the weight makes up for at the centroid:
/// `h_i + (y_i^2 - z_i^2 - 2 (c_i - y_i) e + e^2) / 2`, where `z_i` is the site that is given and
/// `c_i - y_i` the short way.
///
/// ```
/// use brenier::Heights;
/// use brenier::internals::transport::carried;
/// let (before, after) = ([[0.0, 0.5], [1.0, 0.5]], [[0.0, 0.5], [1.5, 0.5]]);
/// let centroids = [Some([0.25, 0.5]), Some([0.75, 0.5])];
/// // Half of the move is common to both; the rest is -1/4 and 1/4 along x.
/// let heights = carried(&Heights::zeros(2), &centroids, &before, &after, &[1.0, 1.0], [None; 2]);
/// assert_eq!(heights.hi(), [0.0625, -0.1875]);
/// ```
pub fn carried<const D: usize>(
    heights: &Heights,
    centroids: &[Option<[f64; D]>],
    before: &[[f64; D]],
    after: &[[f64; D]],
    masses: &[f64],
    periods: [Option<f64>; D],
) -> Heights {
    let short = |k: usize, way: f64| periods[k].map_or(way, |p| way - p * (way / p).round());
    let total: f64 = masses.iter().sum();
    let mut mean = [0.0; D];
    for ((y, z), m) in before.iter().zip(after).zip(masses) {
        (0..D).for_each(|k| mean[k] += m / total * short(k, z[k] - y[k]));
    }
    let one = |(i, h): (usize, &Dd)| {
        let Some(c) = centroids[i] else { return *h };
        let along = |k: usize| {
            let (y, z) = (before[i][k], after[i][k]);
            let rest = short(k, z - y) - mean[k];
            if periods[k].is_none() {
                return Dd::from_f64(-c[k] * rest);
            }
            let squares = Dd::sum(y, z) * Dd::difference(y, z);
            (squares + Dd::from_f64(rest * (rest - 2.0 * short(k, c[k] - y)))).scale(0.5)
        };
        (0..D).map(along).fold(*h, |h, a| h + a)
    };
    Heights::new(heights.as_slice().iter().enumerate().map(one))
}

#[cfg(test)]
mod tests {
    use super::carried;
    use crate::domain::SpaceDomain;
    use crate::exact::Heights;
    use crate::problem::{SpaceProblem, SpaceProblemData, WithSites};
    use crate::transport::{Solution, SolveOptions, solve};

    fn draws() -> impl FnMut() -> f64 {
        let mut state = 3u64;
        move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    /// Newton steps from a start, and whether the start was kept.
    fn steps<const D: usize>(found: &Solution<D>) -> (usize, bool) {
        let kept = !found.report.notes.iter().any(|n| n.contains("afresh"));
        assert!(found.report.converged);
        (found.report.iterations.len(), kept)
    }

    /// All sites of a torus move over the seam together: the cells go with them, whatever images
    /// the sites are given by. Then each a little by itself: the start is still near.
    #[test]
    fn cells_of_a_torus_go_with_their_sites() {
        let mut draw = draws();
        let sites: Vec<[f64; 2]> = (0..40).map(|_| [2.0 * draw(), draw()]).collect();
        let masses: Vec<f64> = (0..40).map(|_| 0.2 + draw()).collect();
        for periodic in [[true, true], [true, false]] {
            let domain = SpaceDomain::torus([0.0; 2], [2.0, 1.0], periodic).unwrap();
            let of = |sites: Vec<[f64; 2]>| {
                SpaceProblem::new(SpaceProblemData::new(domain.clone(), sites).masses(masses.clone())).unwrap()
            };
            let problem = of(sites.clone());
            let solution = solve(&problem, &SolveOptions::default());
            let (fresh, _) = steps(&solution);
            let mut start = |shift: [f64; 2], apart: f64| {
                let by = |y: &[f64; 2]| [0, 1].map(|k| y[k] + shift[k] + apart * (draw() - 0.5));
                let moved = of(problem.sites().iter().map(by).collect());
                let periods = [0, 1].map(|k| moved.period(k));
                assert_eq!(periods, [Some(2.0), periodic[1].then_some(1.0)]);
                let heights: Heights = carried(
                    &solution.heights,
                    &solution.centroids,
                    problem.sites(),
                    moved.sites(),
                    moved.masses(),
                    periods,
                );
                steps(&solve(&moved, &SolveOptions::default().start(heights)))
            };
            let (whole, kept) = start([0.7, if periodic[1] { 0.4 } else { 0.0 }], 0.0);
            assert!(kept && whole <= 2, "{periodic:?} {whole}");
            let (near, kept) = start([1.3, if periodic[1] { -0.3 } else { 0.0 }], 0.01);
            assert!(kept && near < fresh, "{periodic:?} {near} {fresh}");
        }
    }
}
