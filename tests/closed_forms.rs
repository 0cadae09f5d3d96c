//! Closed forms: the shipped cases and those written in docs/theory, against the brute-force
//! diagram (exactly) and against the library (to rounding).

mod common;

use brenier::diagram::Diagram;
use brenier::exact::big;
use brenier::problem::Problem;
use brenier::transport::{self, Solution, SolveOptions};
use common::cases::{self, Case};
use common::check;
use common::oracle::{self, P, Q, approx};

fn all_cases() -> Vec<Case> {
    let documented = cases::documented().into_iter().map(|(_, case)| case);
    cases::shipped().into_iter().chain(documented).collect()
}

/// The brute-force diagram at the exact weights equals the closed form: identical rationals, or
/// 2^-180 where the case contains square roots, sines or cosines.
#[test]
fn brute_force_diagram_equals_the_closed_forms() {
    let mut wrong = Vec::new();
    let cases = all_cases();
    for case in cases.iter().filter(|c| c.heights.is_some()) {
        wrong.extend(case.check_oracle());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.iter().filter(|c| c.exact).count() >= 45, "most are exact");
}

/// Where the case's numbers are doubles after multiplying by a common denominator, the library at
/// the exact heights gives the closed form exactly: rational masses, adjacency, hidden sites. No
/// tolerance anywhere.
#[test]
fn library_equals_the_closed_forms_exactly() {
    let mut compared = 0;
    for case in all_cases().iter().filter(|c| c.heights.is_some()) {
        let Some((twin, _)) = case.integral_twin() else {
            continue;
        };
        assert_eq!(twin.check_oracle(), Vec::<String>::new());
        let (heights, exact) = twin.library_heights();
        if !exact {
            continue;
        }
        compared += 1;
        let diagram_case = Case { kind: "diagram".into(), masses: None, ..twin.clone() };
        let problem = diagram_case.problem();
        let d = Diagram::new(&problem, &heights).expect("a diagram");
        check::labels(&d, problem.frame()).unwrap_or_else(|e| panic!("{}: {e}", case.id));
        d.validate(4).unwrap_or_else(|e| panic!("{}: {e}", case.id));
        let truth = twin.oracle();
        let total = twin.source.total();
        for (i, cell) in truth.cells.iter().enumerate() {
            assert_eq!(d.rational_mass(i) / &total, cell.mass, "{} mass {i}", case.id);
        }
        let mut found: Vec<_> = d.hessian().iter().map(|h| (h.0 as usize, h.1 as usize)).collect();
        found.sort_unstable();
        assert_eq!(found, truth.adjacency(), "{}", case.id);
        if let Some(hidden) = &twin.expected.hidden {
            let found: Vec<usize> = d.hidden().iter().map(|&i| i as usize).collect();
            assert_eq!(&found, hidden, "{}", case.id);
        }
    }
    assert!(compared >= 40, "only {compared} cases have exact heights");
}

/// What the library may differ by from a stated number: 1e-12 of the scale, and twice what rounding
/// the case's input to doubles does to the exact answer (computed, not guessed).
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
    let pairs = points.iter().flat_map(|a| points.iter().map(move |b| far(a, b)));
    pairs.fold(0.0, f64::max)
}

fn solve(case: &Case) -> (Problem, Solution) {
    let problem = case.problem();
    let options = SolveOptions::default().tolerance(1e-13).hessian(true);
    let s = transport::solve(&problem, &options);
    (problem, s)
}

fn judge_solution(case: &Case) -> Vec<String> {
    let (_, s) = solve(case);
    let mut judge = Judge { id: case.id.clone(), wrong: Vec::new() };
    if !s.report.converged {
        judge.wrong.push(format!("{}: {:?}", case.id, s.report.outcome));
    }
    // The exact solution of the rounded problem: one exact Newton step from the stated heights,
    // which are off by roundings only, so that what remains is of second order (1e-30).
    let rounded = case.rounded();
    let stated = case.oracle();
    let (h, nu) = (case.heights.as_ref().unwrap(), case.masses.as_ref().unwrap());
    let total: Q = rounded.masses.iter().flatten().sum();
    let nu_rounded: Vec<Q> = rounded.masses.iter().flatten().map(|m| Q::from(m / &total)).collect();
    let h_rounded = oracle::newton_step(&rounded.oracle(), h, &nu_rounded);
    let truth = Case { heights: Some(h_rounded.clone()), ..rounded }.oracle();
    let diameter = spread(&case.source.polygon);
    for i in 0..nu.len() {
        let m = &nu[i];
        judge.compare(&format!("mass {i}"), s.masses[i], m, &nu_rounded[i], approx(m));
        let (c, r) = (stated.cells[i].centroid().unwrap(), truth.cells[i].centroid().unwrap());
        let found = s.centroids[i].expect("a centroid");
        for k in 0..2 {
            judge.compare(&format!("centroid {i}[{k}]"), found[k], &c[k], &r[k], diameter);
        }
    }
    let cost = stated.cost();
    judge.compare("cost", s.cost, &cost, &truth.cost(), approx(&cost));
    // Heights up to a constant: compare drops from site 0, taken without rounding.
    let scale = diameter * spread(&case.sites);
    let height = |i: usize| big::rational_dd(s.heights.get(i));
    let weights = |h: &[Q]| -> Vec<Q> {
        let w = case.sites.iter().zip(h).map(|(y, h)| oracle::norm2(y) + Q::from(h * 2));
        w.collect()
    };
    let (w, w_rounded) = (weights(h), weights(&h_rounded));
    let largest = s.weights.iter().fold(0.0f64, |m, w| m.max(w.abs()));
    for i in 1..nu.len() {
        let drop = |h: &[Q]| Q::from(&h[i] - &h[0]);
        let found = approx(&(height(i) - height(0)));
        judge.compare(&format!("height {i}"), found, &drop(h), &drop(&h_rounded), scale);
        // A printed weight is one double: rounding it costs an ulp of the largest.
        let found = approx(&(oracle::exact(s.weights[i]) - oracle::exact(s.weights[0])));
        let scale = scale + 4e-4 * largest;
        judge.compare(&format!("weight {i}"), found, &drop(&w), &drop(&w_rounded), scale);
    }
    let h_max = stated.facets.values().map(approx).fold(0.0, f64::max);
    for &(i, j, found) in s.hessian.as_ref().expect("asked for") {
        let zero = Q::new();
        let key = (i as usize, j as usize);
        let (a, b) = (stated.facets.get(&key).unwrap_or(&zero), truth.facets.get(&key).unwrap_or(&zero));
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
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The same with coordinates free of rounding.
#[test]
fn library_finds_the_integral_twins() {
    let cases = all_cases();
    let twins = cases.iter().filter(|c| c.kind == "ot").filter_map(Case::integral_twin);
    let wrong: Vec<String> = twins.flat_map(|(twin, _)| judge_solution(&twin)).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Diagrams at given weights, input rounded to doubles: facets that are points in the closed form
/// may get the length of a rounding, everything else is there.
#[test]
fn library_draws_the_closed_forms() {
    let cases = all_cases();
    let given: Vec<&Case> = cases.iter().filter(|c| c.kind == "diagram").collect();
    assert!(given.len() >= 7);
    for case in given {
        let problem = case.problem();
        let (heights, _) = case.library_heights();
        let d = Diagram::new(&problem, &heights).expect("a diagram");
        let stated = case.oracle();
        for (i, cell) in stated.cells.iter().enumerate() {
            let gap = (d.masses()[i] - approx(&cell.mass)).abs();
            assert!(gap <= 1e-15, "{} mass {i} off by {gap:e}", case.id);
        }
        let long: Vec<_> = d.hessian().into_iter().filter(|h| h.2 > 1e-14).collect();
        assert_eq!(long.len(), stated.facets.len(), "{}", case.id);
        for (i, j, h) in long {
            let expected = &stated.facets[&(i as usize, j as usize)];
            assert!((h - approx(expected)).abs() <= 1e-14, "{} H {i},{j}", case.id);
        }
    }
}

/// Coinciding sites with masses: merged, said so, and the cost is that of the merged problem.
#[test]
fn infeasible_duplicates_are_merged() {
    let cases = all_cases();
    let infeasible: Vec<&Case> = cases.iter().filter(|c| c.kind == "infeasible").collect();
    assert_eq!(infeasible.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["L01"]);
    let (problem, s) = solve(infeasible[0]);
    assert_eq!(problem.site_of_input(), Some(&[0, 1, 0][..]));
    assert_eq!(problem.merges().len(), 1);
    assert_eq!((&problem.merges()[0].inputs[..], problem.merges()[0].mass), (&[0, 2][..], 0.5));
    let stated = infeasible[0].expected.w2_squared.as_ref().expect("stated");
    assert!((s.cost - approx(stated)).abs() <= 1e-15);
    assert!(s.report.converged);
    let bracket = transport::certify(&problem, &s.heights, 5).expect("a certificate").w2_squared;
    assert!(oracle::exact(bracket[0]) <= *stated && *stated <= oracle::exact(bracket[1]));
}

/// The certificate brackets the closed-form cost: tightly at the solution, correctly everywhere
/// else.
#[test]
fn certificates_contain_the_closed_forms() {
    let cases = all_cases();
    // Only where all numbers given to the library are exact is the stated cost the one to bracket.
    let mut compared = 0;
    for case in cases.iter().filter(|c| c.kind == "ot" || c.kind == "bracket") {
        let Some((twin, _)) = case.integral_twin() else {
            continue;
        };
        let (heights, exact) = twin.library_heights();
        let (e, rounded) = (&twin.expected, twin.rounded());
        if !exact || rounded.masses != twin.masses {
            continue;
        }
        let Some(w2) = e.w2_squared.as_ref().or(e.cost.as_ref()) else {
            continue;
        };
        compared += 1;
        let certificate = transport::certify(&twin.problem(), &heights, 5).expect("a certificate");
        let [low, high] = certificate.w2_squared;
        let contains = oracle::exact(low) <= *w2 && *w2 <= oracle::exact(high);
        assert!(contains, "{}: {} not in [{low}, {high}]", case.id, approx(w2));
        let near = |x: f64, q: &Q| (x - approx(q)).abs() <= 1e-12 * (1.0 + approx(q).abs());
        if let (Some(dual), Some(upper)) = (&e.dual, &e.upper) {
            assert!(near(low, dual), "{}: lower {low}, dual value {}", case.id, approx(dual));
            assert!(high <= approx(upper) * (1.0 + 1e-12), "{}: upper {high}", case.id);
        } else {
            assert!(near(low, w2) && near(high, w2), "{}: [{low}, {high}] is wide", case.id);
            assert!(certificate.max_relative_error[1] <= 1e-15, "{}", case.id);
        }
        // The cost of the map to the sites; where it is not stated the masses are right, and it is
        // W2^2.
        let map_cost = e.map_cost.as_ref().or(e.dual.is_none().then_some(w2));
        if let Some(cost) = map_cost {
            let [low, high] = certificate.map_cost;
            let contains = oracle::exact(low) <= *cost && *cost <= oracle::exact(high);
            assert!(contains && high - low <= 1e-14 * (1.0 + high), "{}: map cost in [{low}, {high}]", case.id);
        }
        assert!(certificate.total_is_domain, "{}", case.id);
    }
    assert!(compared >= 12, "only {compared}");
}
