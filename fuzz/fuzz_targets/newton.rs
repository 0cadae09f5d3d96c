//! Small problems solved: within the limits, and either proved right by the certificate or with a
//! typed outcome.

#![no_main]

use arbitrary::{Result, Unstructured};
use brenier::newton::Outcome;
use brenier::problem::{Duplicates, Problem};
use brenier::transport::{Control, Solution, SolveOptions, certify, solve_with};
use brenier_fuzz::{input, single_thread};
use libfuzzer_sys::fuzz_target;

const ITERATIONS: usize = 100;

fuzz_target!(
    init: single_thread(),
    |data: &[u8]| {
        let _ = run(&mut Unstructured::new(data));
    }
);

fn run(u: &mut Unstructured<'_>) -> Result<()> {
    let s = input::sites(u, 12)?;
    let spread = u.int_in_range(0..=3u8)?;
    let mut masses = Vec::new();
    for _ in 0..s.sites.len() {
        let k = u.int_in_range(1..=20u8)?;
        masses.push(match spread {
            0 => 1.0,
            1 => f64::from(k),
            2 => 2f64.powi(-i32::from(k)),
            _ => 2f64.powi(-2 * i32::from(k)) * 1.1,
        });
    }
    let Some(problem) = input::problem(u, &s, Some(masses), Duplicates::Merge)? else { return Ok(()) };
    let tolerance = *u.choose(&[1e-10, 1e-6, 1e-12, 1e-3])?;
    let stop_at = if u.ratio(1, 16)? { Some(u.int_in_range(0..=3usize)?) } else { None };
    let options = SolveOptions::default().tolerance(tolerance).max_iterations(ITERATIONS);
    if std::env::var_os("SHOW").is_some() {
        let hex = |v: &[[f64; 2]]| format!("{v:?}");
        eprintln!(
            "domain {}\n{:?}\nsites {}\nmasses {:?}\ntolerance {tolerance:e}",
            hex(problem.frame().vertices()),
            problem.density(),
            hex(problem.sites()),
            problem.masses()
        );
    }
    let (mut calls, mut seeking) = (0, 0);
    let solution = solve_with(&problem, &options, &mut |progress| {
        // While a start is sought through coarser problems no residual is known yet; their steps
        // have limits of their own.
        if progress.last.residual.is_finite() {
            calls += 1;
        } else {
            seeking += 1;
        }
        assert!(progress.iteration <= ITERATIONS && calls <= ITERATIONS + 1, "runs beyond the limit");
        assert!(seeking <= 12 * 32, "seeks a start beyond the limit");
        if stop_at.is_some_and(|k| progress.iteration >= k) { Control::Stop } else { Control::Continue }
    });
    sound(&problem, &solution);
    let report = &solution.report;
    let outcome = report.outcome.as_ref().expect("every run has an outcome");
    assert_eq!(report.converged, *outcome == Outcome::Converged);
    assert!(report.iterations.len() <= ITERATIONS + 1, "more iterations than allowed");
    match outcome {
        Outcome::Converged => proved(&problem, &solution, tolerance),
        Outcome::Interrupted => assert!(stop_at.is_some(), "nobody interrupted"),
        Outcome::TimeLimit => panic!("there was no time limit"),
        Outcome::NotConverged { why } => assert!(!why.is_empty()),
        // The domain is convex and no cell of a running solver is empty: the cells hang together.
        other => panic!("{other:?}"),
    }
    Ok(())
}

/// Whatever happened, the best state is made of numbers.
fn sound(problem: &Problem, solution: &Solution) {
    let n = problem.len();
    assert_eq!([solution.heights.len(), solution.weights.len(), solution.masses.len()], [n; 3]);
    assert_eq!(solution.heights.first_non_finite(), None);
    assert!(solution.weights.iter().all(|w| w.is_finite()));
    assert!(solution.masses.iter().all(|&m| m.is_finite() && m >= 0.0));
    assert!(solution.cost.is_finite() && solution.cost >= 0.0);
}

fn proved(problem: &Problem, solution: &Solution, tolerance: f64) {
    let certificate = certify(problem, &solution.heights, 5).unwrap_or_else(|e| panic!("{e}"));
    assert!(certificate.total_is_domain);
    let vertices = problem.frame().vertices();
    let far = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let diameter = vertices.iter().flat_map(|a| vertices.iter().map(move |b| far(a, b))).fold(0.0, f64::max);
    let size = vertices.iter().flatten().fold(diameter, |m, c| m.max(c.abs()));
    let law = problem.density().law().expect("on a polygon there is one");
    let density = vertices
        .iter()
        .map(|&v| law.at(brenier::exact::Dd::from_f64(v[0]), brenier::exact::Dd::from_f64(v[1])))
        .fold(0.0, f64::max)
        * problem.source_factor();
    // What the rounding of corners to doubles can do to a mass (as in the target `clip`), relative
    // to the least mass.
    let smallest = problem.masses().iter().copied().fold(f64::INFINITY, f64::min);
    let bound = 16.0 * diameter * (size.next_up() - size) * density / smallest + 1e-14;
    let [low, high] = certificate.max_relative_error;
    assert!(low <= high && high <= tolerance * (1.0 + 1e-6) + bound, "proved error {high:e}, tolerance {tolerance:e}");
    // The cost belongs to the masses of the cells, the bracket to the prescribed ones: by duality
    // they differ by at most the mass that is misplaced times the largest difference of squared
    // distances.
    let total: f64 = problem.masses().iter().sum();
    let reach = problem.sites().iter().flat_map(|y| vertices.iter().map(move |v| far(y, v))).fold(0.0, f64::max);
    let slack = (problem.len() as f64 * high.max(f64::EPSILON) + 1e-13) * 4.0 * total * reach * reach;
    let [lower, upper] = certificate.w2_squared;
    assert!(0.0 <= lower && lower <= upper, "[{lower:e}, {upper:e}] is no bracket");
    assert!(
        lower - slack <= solution.cost && solution.cost <= upper + slack,
        "cost {:e} outside [{lower:e}, {upper:e}]",
        solution.cost
    );
    assert!(upper - lower <= slack, "the bracket [{lower:e}, {upper:e}] is wider than {slack:e}");
}
