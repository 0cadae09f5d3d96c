//! Convergence on hard data: iteration counts, not times. The full-size table is printed by `cargo run --release --example hard`.

#[path = "common/hard.rs"]
mod hard;

use brenier::transport::{Control, Solution, SolveOptions, solve};

fn solved(kind: &str, n: usize) -> Solution {
    let solution = solve(&hard::problem(kind, n), &SolveOptions::default(), &mut |_| Control::Continue);
    assert!(solution.report.converged, "{kind}: {:?}", solution.report.outcome);
    assert!(solution.report.max_relative_error <= 1e-10, "{kind}: {:e}", solution.report.max_relative_error);
    solution
}

fn steps(solution: &Solution) -> usize {
    solution.report.iterations.len() - 1
}

#[test]
fn well_spread_and_structured_sites_take_at_most_ten_steps() {
    for kind in ["uniform", "gauss", "line", "circle", "outside", "small", "large", "disk"] {
        let solution = solved(kind, 5000);
        assert!(steps(&solution) <= 10, "{kind} took {} steps", steps(&solution));
    }
}

#[test]
fn masses_over_twelve_decades_and_clusters_converge() {
    for kind in ["masses", "clusters"] {
        let solution = solved(kind, 5000);
        assert!(steps(&solution) <= 40, "{kind} took {} steps", steps(&solution));
    }
}

/// Translating all sites adds a linear function to the heights' conjugate: the same diagram, the same number of steps.
#[test]
fn far_sites_are_solved_like_near_ones() {
    let (near, far) = (solved("uniform", 2000), solved("outside", 2000));
    assert!(steps(&near).abs_diff(steps(&far)) <= 1);
}
