//! Convergence on hard data: iteration counts, not times. The full-size table is printed by
//! `cargo bench --bench hard`.

#[path = "common/hard.rs"]
mod hard;

use brenier::newton::Outcome;
use brenier::transport::{Control, Solution, SolveOptions, solve, solve_with};

fn solved(kind: &str, n: usize) -> Solution {
    let solution = solve(&hard::problem(kind, n), &SolveOptions::default());
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

/// The sizes people compare: a minute or two.
#[test]
fn a_hundred_thousand_sites_take_at_most_ten_steps() {
    for kind in ["uniform", "gauss", "line", "circle", "outside", "small", "large", "masses"] {
        let solution = solved(kind, 100_000);
        assert!(steps(&solution) <= 10, "{kind} took {} steps", steps(&solution));
    }
}

#[test]
fn masses_over_twelve_decades_take_at_most_ten_steps_after_the_start() {
    for kind in ["masses", "two-valued", "few-heavy", "few-light", "log-normal"] {
        let solution = solved(kind, 3000);
        assert!(steps(&solution) <= 10, "{kind} took {} steps", steps(&solution));
        // The steps spent on the start are told.
        let start = &solution.report.iterations[0];
        assert!(start.layers > 0 && start.coarse_steps > 0, "{kind}: {start:?}");
        assert!(solution.report.notes.iter().any(|n| n.starts_with("start: ")), "{kind}: {:?}", solution.report.notes);
    }
}

#[test]
fn slopes_of_masses_and_clusters_converge() {
    for kind in ["slope", "clusters"] {
        let solution = solved(kind, 5000);
        assert!(steps(&solution) <= 20, "{kind} took {} steps", steps(&solution));
        assert!(solution.report.iterations[0].layers > 0, "{kind}: no coarser problems");
    }
}

#[test]
fn equal_masses_need_no_coarser_problems() {
    for kind in ["uniform", "clusters", "disk"] {
        assert_eq!(solved(kind, 2000).report.iterations[0].layers, 0, "{kind}");
    }
}

fn bits(solution: &Solution) -> Vec<(u64, u64)> {
    solution.heights.as_slice().iter().map(|h| (h.hi.to_bits(), h.lo.to_bits())).collect()
}

/// The layers before the start included.
#[test]
fn threads_and_interruptions_do_not_change_a_bit() {
    let problem = hard::problem("masses", 2000);
    let whole = solved("masses", 2000);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
    let other = pool.install(|| solved("masses", 2000));
    assert_eq!(bits(&whole), bits(&other));
    // Stopped while the start is sought, at the start, and later.
    let mut calls = 0;
    solve_with(&problem, &SolveOptions::default(), &mut |_| {
        calls += 1;
        Control::Continue
    });
    for stop in [2, calls - steps(&whole), calls - 1] {
        let (mut state, mut call) = (None, 0);
        let stopped = solve_with(&problem, &SolveOptions::default(), &mut |progress| {
            call += 1;
            if call < stop {
                return Control::Continue;
            }
            state = Some((progress.state)());
            Control::Stop
        });
        assert_eq!(stopped.report.outcome, Some(Outcome::Interrupted));
        let options = SolveOptions::default().resume(state);
        let resumed = solve(&problem, &options);
        assert_eq!(bits(&whole), bits(&resumed), "stopped at call {stop} of {calls}");
        assert_eq!(steps(&whole), steps(&resumed));
        assert_eq!(whole.report.notes, resumed.report.notes);
    }
}

/// Translating all sites adds a linear function to the heights' conjugate: the same diagram, the
/// same number of steps.
#[test]
fn far_sites_are_solved_like_near_ones() {
    let (near, far) = (solved("uniform", 2000), solved("outside", 2000));
    assert!(steps(&near).abs_diff(steps(&far)) <= 1);
}
