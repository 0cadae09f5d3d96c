//! Heights for sites that have moved, from a solution of where they were.
//!
//! **What is exact.** If all sites go to `s y_i + t` with `s > 0`, heights `s h_i` keep every cell:
//! `<x, s y_i + t> + s h_i = s (<x, y_i> + h_i) + <x, t>`. So the move is split into the best such similarity and a remainder,
//! `y_i' = s y_i + t + e_i`.
//!
//! **What is not** is carried along tangents: `u(x) = max_i <x, y_i> + h_i` is a convex potential, and the plane of site `i` touches it
//! in the whole cell `i`. Turned by `e_i` the plane keeps its value at one point of the cell, the centroid `c_i`:
//!
//! ```text
//! h_i' = s h_i - <c_i, e_i>
//! ```
//!
//! By the envelope theorem this is the first order of the heights of a target that moves with the map, since `c_i` is a subgradient of the
//! conjugate of `u` at `y_i`. And `c_j` stays in the interior of cell `j`, which therefore is not empty, as long as
//!
//! ```text
//! <c_j - c_i, e_i> < s (<c_j, y_j - y_i> + h_j - h_i)    for all i /= j:
//! ```
//!
//! the right-hand side is positive, by how much site `j` beats site `i` at `c_j`. Derivation: docs/theory/quantization.md.

use super::solution::Solution;
use crate::exact::{Dd, Heights};

/// Heights to start from after the sites of a solved problem have moved from `before` to `after`, in the same order; `masses`
/// weigh them in the fit of the similarity. Sites that have not moved keep their heights to the bit, whatever happens to the masses.
///
/// For [`ProblemData::heights`](crate::problem::ProblemData::heights) of the next problem: [`solve`](super::solve) raises cells that the move has
/// emptied, or starts afresh if they are many. Cost: O(n). The lists are taken as far as the shortest reaches.
///
/// ```
/// use brenier::{domain::ConvexPolygon, problem::{Problem, ProblemData}};
/// use brenier::transport::{Control, SolveOptions, carried_heights, solve};
/// let square = ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap();
/// let problem = Problem::new(ProblemData::new(square.clone(), vec![[0.1, 0.1], [0.9, 0.2], [0.5, 0.8]])).unwrap();
/// let solution = solve(&problem, &SolveOptions::default(), &mut |_| Control::Continue);
/// let moved: Vec<[f64; 2]> = problem.sites().iter().map(|y| [2.0 * y[0] + 5.0, 2.0 * y[1]]).collect();
/// let heights = carried_heights(&solution, problem.sites(), &moved, problem.masses());
/// let mut data = ProblemData::new(square, moved);
/// data.heights = Some(heights);
/// let again = solve(&Problem::new(data).unwrap(), &SolveOptions::default(), &mut |_| Control::Continue);
/// assert_eq!(again.report.iterations.len(), 1); // The start is the solution.
/// ```
pub fn carried_heights(solution: &Solution, before: &[[f64; 2]], after: &[[f64; 2]], masses: &[f64]) -> Heights {
    let (s, t) = similarity(before, after, masses);
    let moved = before.iter().zip(after).zip(solution.heights.as_slice()).zip(&solution.centroids);
    Heights::new(moved.map(|(((y, z), &h), centroid)| {
        // An empty cell has no centroid; it will be raised anyway.
        let c = centroid.unwrap_or(*z);
        let along = |k: usize| Dd::product(c[k], z[k] - (s * y[k] + t[k]));
        h.times(s) - (along(0) + along(1))
    }))
}

/// The scale `s > 0` and shift `t` with the least `sum nu_i |y_i' - s y_i - t|^2`.
fn similarity(before: &[[f64; 2]], after: &[[f64; 2]], masses: &[f64]) -> (f64, [f64; 2]) {
    let total: f64 = masses.iter().sum();
    let mean = |sites: &[[f64; 2]], k: usize| sites.iter().zip(masses).map(|(y, m)| y[k] * (m / total)).sum::<f64>();
    let (old, new) = ([0, 1].map(|k| mean(before, k)), [0, 1].map(|k| mean(after, k)));
    let (mut squares, mut products) = (0.0, 0.0);
    for ((y, z), m) in before.iter().zip(after).zip(masses) {
        for k in 0..2 {
            let d = y[k] - old[k];
            squares += m * d * d;
            products += m * d * (z[k] - new[k]);
        }
    }
    let fit = products / squares;
    let s = if fit > 0.0 && fit.is_finite() { fit } else { 1.0 };
    (s, [0, 1].map(|k| new[k] - s * old[k]))
}
