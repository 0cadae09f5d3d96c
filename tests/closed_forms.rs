//! Closed forms: the shipped cases and those written in docs/theory, against the brute-force diagram (exactly) and
//! against the library (to rounding).

mod common;

use brenier::exact::big;
use brenier::problem::Problem;
use brenier::transport::{self, Control, Solution, SolveOptions};
use common::cases::{self, Case};
use common::oracle::{self, P, Q, approx};

fn all_cases() -> Vec<Case> {
    let documented = cases::documented().into_iter().map(|(_, case)| case);
    cases::shipped().into_iter().chain(documented).collect()
}

/// The brute-force diagram at the exact weights equals the closed form: identical rationals, or 2^-180 where the case
/// contains square roots, sines or cosines.
#[test]
fn brute_force_diagram_equals_the_closed_forms() {
    let mut wrong = Vec::new();
    let cases = all_cases();
    for case in cases.iter().filter(|c| c.heights.is_some()) {
        wrong.extend(case.check_oracle());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        cases.iter().filter(|c| c.exact).count() >= 45,
        "most are exact"
    );
}

/// What the library may differ by from a stated number: 1e-12 of the scale, and twice what rounding the case's input
/// to doubles does to the exact answer (computed, not guessed).
struct Judge {
    id: String,
    wrong: Vec<String>,
}

impl Judge {
    fn compare(&mut self, what: &str, found: f64, stated: &Q, rounded: &Q, scale: f64) {
        let effect = approx(&Q::from(stated - rounded).abs());
        let bound = 1e-12 * scale + 2.0 * effect;
        let gap = approx(&(oracle::exact(found) - stated).abs());
        if gap > bound {
            self.wrong.push(format!(
                "{}: {what} is {found}, stated {}, off by {gap:.1e} > {bound:.1e} (input rounding moves it by {effect:.1e})",
                self.id,
                approx(stated)
            ));
        }
    }
}

fn spread(points: &[P]) -> f64 {
    let far = |a: &P, b: &P| approx(&oracle::norm2(&oracle::sub(a, b))).sqrt();
    let pairs = points
        .iter()
        .flat_map(|a| points.iter().map(move |b| far(a, b)));
    pairs.fold(0.0, f64::max)
}

fn solve(case: &Case) -> (Problem, Solution) {
    let problem = case.problem();
    let options = SolveOptions {
        tolerance: 1e-13,
        hessian: true,
        ..SolveOptions::default()
    };
    let s = transport::solve(&problem, &options, &mut |_| Control::Continue);
    (problem, s)
}

fn judge_solution(case: &Case) -> Vec<String> {
    let (_, s) = solve(case);
    let mut judge = Judge {
        id: case.id.clone(),
        wrong: Vec::new(),
    };
    if !s.report.converged {
        judge
            .wrong
            .push(format!("{}: {:?}", case.id, s.report.outcome));
    }
    // The exact solution of the rounded problem: one exact Newton step from the stated heights, which are off by
    // roundings only, so that what remains is of second order (1e-30).
    let rounded = case.rounded();
    let stated = case.oracle();
    let (h, nu) = (
        case.heights.as_ref().unwrap(),
        case.masses.as_ref().unwrap(),
    );
    let total: Q = rounded.masses.iter().flatten().sum();
    let nu_rounded: Vec<Q> = rounded
        .masses
        .iter()
        .flatten()
        .map(|m| Q::from(m / &total))
        .collect();
    let h_rounded = oracle::newton_step(&rounded.oracle(), h, &nu_rounded);
    let truth = Case {
        heights: Some(h_rounded.clone()),
        ..rounded
    }
    .oracle();
    let diameter = spread(&case.source.polygon);
    for i in 0..nu.len() {
        let m = &nu[i];
        judge.compare(
            &format!("mass {i}"),
            s.masses[i],
            m,
            &nu_rounded[i],
            approx(m),
        );
        let (c, r) = (
            stated.cells[i].centroid().unwrap(),
            truth.cells[i].centroid().unwrap(),
        );
        let found = s.centroids[i].expect("a centroid");
        for k in 0..2 {
            judge.compare(
                &format!("centroid {i}[{k}]"),
                found[k],
                &c[k],
                &r[k],
                diameter,
            );
        }
    }
    let cost = stated.cost();
    judge.compare("cost", s.cost, &cost, &truth.cost(), approx(&cost));
    // Heights up to a constant: compare drops from site 0, taken without rounding.
    let scale = diameter * spread(&case.sites);
    let height = |i: usize| big::rational_dd(s.heights.get(i));
    let weights = |h: &[Q]| -> Vec<Q> {
        let w = case
            .sites
            .iter()
            .zip(h)
            .map(|(y, h)| oracle::norm2(y) + Q::from(h * 2));
        w.collect()
    };
    let (w, w_rounded) = (weights(h), weights(&h_rounded));
    let largest = s.weights.iter().fold(0.0f64, |m, w| m.max(w.abs()));
    for i in 1..nu.len() {
        let drop = |h: &[Q]| Q::from(&h[i] - &h[0]);
        let found = approx(&(height(i) - height(0)));
        judge.compare(
            &format!("height {i}"),
            found,
            &drop(h),
            &drop(&h_rounded),
            scale,
        );
        // A printed weight is one double: rounding it costs an ulp of the largest.
        let found = approx(&(oracle::exact(s.weights[i]) - oracle::exact(s.weights[0])));
        let scale = scale + 4e-4 * largest;
        judge.compare(
            &format!("weight {i}"),
            found,
            &drop(&w),
            &drop(&w_rounded),
            scale,
        );
    }
    let h_max = stated.facets.values().map(approx).fold(0.0, f64::max);
    for &(i, j, found) in s.hessian.as_ref().expect("asked for") {
        let zero = Q::new();
        let key = (i as usize, j as usize);
        let (a, b) = (
            stated.facets.get(&key).unwrap_or(&zero),
            truth.facets.get(&key).unwrap_or(&zero),
        );
        judge.compare(&format!("H {i},{j}"), found, a, b, h_max);
    }
    judge.wrong
}

/// Masses in, everything else out.
#[test]
fn library_finds_the_closed_forms() {
    let cases: Vec<Case> = all_cases().into_iter().filter(|c| c.kind == "ot").collect();
    assert!(cases.len() >= 50);
    let wrong: Vec<String> = cases.iter().flat_map(judge_solution).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The same with coordinates free of rounding.
#[test]
fn library_finds_the_integral_twins() {
    let cases = all_cases();
    let twins = cases
        .iter()
        .filter(|c| c.kind == "ot")
        .filter_map(Case::integral_twin);
    let wrong: Vec<String> = twins.flat_map(|(twin, _)| judge_solution(&twin)).collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Coinciding sites with masses: merged, said so, and the cost is that of the merged problem.
#[test]
fn infeasible_duplicates_are_merged() {
    let cases = all_cases();
    let infeasible: Vec<&Case> = cases.iter().filter(|c| c.kind == "infeasible").collect();
    assert_eq!(
        infeasible.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(),
        ["L01"]
    );
    let (problem, s) = solve(infeasible[0]);
    assert_eq!(problem.site_of_input(), Some(&[0, 1, 0][..]));
    assert_eq!(problem.merges().len(), 1);
    assert_eq!(
        (&problem.merges()[0].inputs[..], problem.merges()[0].mass),
        (&[0, 2][..], 0.5)
    );
    let stated = infeasible[0].expected.w2_squared.as_ref().expect("stated");
    assert!((s.cost - approx(stated)).abs() <= 1e-15);
    assert!(s.report.converged);
}
