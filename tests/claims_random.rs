//! What we write passes `check`, whatever the problem and whatever the outcome; a little beyond its
//! rounding it does not.

mod common;

use brenier::domain::{Between, ConvexPolygon, Density, Image, Surface};
use brenier::exact::Heights;
use brenier::newton::Outcome;
use brenier::problem::{Duplicates, Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::{Claims, Solution, SolveOptions, Transport, VerifyError, certify, describe, solve, verify};
use common::instances::{Dice, dice, instance};
use rand::RngExt;

#[track_caller]
fn passes<const D: usize>(problem: &impl Transport<D>, solution: &Solution<D>, what: &str) {
    let verdict = verify(problem, &Claims::of(solution), 5).unwrap();
    let failed: Vec<_> = verdict.lines.iter().filter(|line| !line.pass).collect();
    assert!(failed.is_empty(), "{what}: {failed:#?}\n{:?}", solution.report);
}

#[track_caller]
fn fails<const D: usize>(problem: &impl Transport<D>, solution: &Solution<D>, line: &str, what: &str) {
    let found = verify(problem, &Claims::of(solution), 5).unwrap().failures();
    assert!(found.contains(&line), "{what}: {found:?} and not {line}");
}

/// What `brenier diagram` writes.
fn diagram<const D: usize>(problem: &impl Transport<D>, heights: Option<&Heights>) -> Solution<D> {
    describe(problem, heights.unwrap(), true, false).unwrap().solution
}

/// Options of solves, most of which end too early.
fn options(d: &mut Dice) -> SolveOptions {
    let max_iterations = [0, 1, 2, 5, 100][d.random_range(0..5)];
    let tolerance = [1e-10, 1e-10, 1e-3, 1e-13][d.random_range(0..4)];
    SolveOptions::default().max_iterations(max_iterations).tolerance(tolerance).hessian(true)
}

/// Masses over some decades.
fn masses(d: &mut Dice, n: usize) -> Vec<f64> {
    let decades = [0.0, 1.0, 6.0, 12.0][d.random_range(0..4)];
    (0..n).map(|_| 10f64.powf(-decades * d.random::<f64>())).collect()
}

fn point<const D: usize>(d: &mut Dice) -> [f64; D] {
    [0; D].map(|_| d.random::<f64>())
}

/// Sites of which some are near others.
fn sites<const D: usize>(d: &mut Dice, n: usize) -> Vec<[f64; D]> {
    let mut all: Vec<[f64; D]> = Vec::new();
    for k in 0..n {
        let mut y = point(d);
        if k > 0 && d.random_bool(0.2) {
            y = all[k - 1];
            y[0] += [1e-3, 1e-6, 1e-9][d.random_range(0..3)];
        }
        all.push(y);
    }
    all
}

#[test]
fn nasty_diagrams_in_the_plane_pass() {
    for k in 0..1400 {
        let i = instance(20, k);
        let domain = ConvexPolygon::new(i.polygon.clone()).unwrap();
        let mut data = ProblemData::new(domain, i.sites.clone());
        (data.density, data.duplicates) = (i.density.clone(), Duplicates::Keep);
        data.heights = Some(i.heights());
        let mut d = dice(21, k);
        data.masses = Some(masses(&mut d, i.len()));
        let problem = Problem::new(data).unwrap();
        passes(&problem, &diagram(&problem, problem.heights()), &format!("{} {k}", i.family));
    }
}

#[test]
fn solves_in_the_plane_pass_whatever_their_outcome() {
    for k in 0..400 {
        let mut d = dice(22, k);
        let n = d.random_range(1..12);
        let domain = ConvexPolygon::disk(d.random_range(3..9)).unwrap();
        let mut data = ProblemData::new(domain, sites(&mut d, n));
        data.masses = Some(masses(&mut d, n));
        match d.random_range(0..4) {
            0 => data.density = Density::Affine { g: [0.5, 0.3], c: 1.0 },
            1 => {
                let values = (0..6).map(|_| f64::from(d.random_range(0..4u8))).collect::<Vec<_>>();
                let between = if d.random_bool(0.5) { Between::Constant } else { Between::Bilinear };
                let Ok(image) = Image::new(3, values, [-1.0; 2], [1.0; 2], between) else { continue };
                data = data.density(Density::Image(image.into()));
                data.domain = ConvexPolygon::rectangle([-1.0; 2], [1.0; 2]).unwrap().into();
            }
            _ => {}
        }
        let Ok(problem) = Problem::new(data) else { continue };
        let solution = solve(&problem, &options(&mut d));
        passes(&problem, &solution, &format!("{k}"));
    }
}

#[test]
fn partial_transport_passes() {
    for k in 0..150 {
        let mut d = dice(23, k);
        let n = d.random_range(1..8);
        let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
        let mut data = ProblemData::new(square, sites(&mut d, n));
        let share = d.random_range(0.02..0.98) / n as f64;
        (data.masses, data.partial) = (Some(vec![share; n]), true);
        let problem = Problem::new(data.clone()).unwrap();
        let solution = solve(&problem, &options(&mut d));
        passes(&problem, &solution, &format!("{k}"));
        data.heights =
            Some(Heights::from_weights(&data.sites, &(0..n).map(|_| d.random::<f64>() - 0.3).collect::<Vec<_>>()).0);
        let problem = Problem::new(data).unwrap();
        passes(&problem, &diagram(&problem, problem.heights()), &format!("balls {k}"));
    }
}

#[test]
fn surfaces_pass() {
    let mut done = 0;
    for k in 0..250 {
        let mut d = dice(24, k);
        let corner = |d: &mut Dice| [0; 3].map(|_| f64::from(d.random_range(-2..=2i8)));
        let vertices: Vec<[f64; 3]> = (0..6).map(|_| corner(&mut d)).collect();
        let triangles = (0..5).map(|_| [0; 3].map(|_| d.random_range(0..6u32))).collect();
        let Ok(surface) = Surface::new(vertices, triangles) else { continue };
        let n = d.random_range(1..8);
        let mut data = SurfaceProblemData::new(surface, sites(&mut d, n));
        data.masses = Some(masses(&mut d, n));
        let Ok(problem) = SurfaceProblem::new(data.clone()) else { continue };
        let solution = solve(&problem, &options(&mut d));
        passes(&problem, &solution, &format!("{k}"));
        data.heights =
            Some(Heights::from_weights(&data.sites, &(0..n).map(|_| d.random::<f64>()).collect::<Vec<_>>()).0);
        let problem = SurfaceProblem::new(data).unwrap();
        passes(&problem, &diagram(&problem, problem.heights()), &format!("pieces {k}"));
        done += 1;
    }
    assert!(done > 100, "{done}");
}

/// A little beyond the bounds of rounding claims are false: four times the bound of a fan, some
/// units in the last place.
#[test]
fn a_little_beyond_rounding_fails() {
    for k in 0..60 {
        let mut d = dice(25, k);
        let n = d.random_range(2..12);
        let all: Vec<[f64; 2]> = (0..n).map(|_| point(&mut d)).collect();
        let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
        let problem = Problem::new(ProblemData::new(square, all)).unwrap();
        let options = SolveOptions::default().hessian(true);
        let right = solve(&problem, &options);
        passes(&problem, &right, &format!("{k}"));
        let i = d.random_range(0..n);
        let false_claim = |line: &str, change: &dyn Fn(&mut Solution)| {
            let mut s = right.clone();
            change(&mut s);
            fails(&problem, &s, line, &format!("{k}"));
        };
        let more = 1.0 + 2f64.powi(-38);
        false_claim("masses", &|s| s.masses[i] *= more);
        false_claim("masses", &|s| s.masses[i] = f64::NAN);
        false_claim("weights", &|s| s.weights[i] = (0..4).fold(s.weights[i], |w, _| w.next_up()));
        false_claim("centroids", &|s| s.centroids[i].as_mut().unwrap()[0] += 2f64.powi(-34));
        false_claim("centroids", &|s| s.centroids[i].as_mut().unwrap()[0] = f64::NAN);
        false_claim("cost", &|s| s.cost *= 1.0 + 1e-9);
        false_claim("hessian", &|s| s.hessian.as_mut().unwrap().iter_mut().for_each(|w| w.2 *= more));
        false_claim("residual", &|s| s.report.max_relative_error += 1e-15);
        false_claim("heights", &|s| {
            let mut h = s.heights.get(i);
            h.lo += 1e-24;
            s.heights.set(i, h);
        });
    }
}

/// However thin, far or uneven a source is, its integrals are known: a claim that is off by a part
/// in 1e6 or 1e9 is false. (The bounds of rounding used to be wider than the cost itself on a
/// needle 0.23 by 1e-17.)
#[test]
fn false_claims_about_needles_fail() {
    let rectangle = |low: [f64; 2], high: [f64; 2]| ConvexPolygon::rectangle(low, high).unwrap();
    let slanted = ConvexPolygon::new(vec![[0.0, 0.0], [0.3, 0.1 - 1e-16], [0.6, 0.2], [0.3, 0.1 + 1e-16]]).unwrap();
    let unit = rectangle([0.0; 2], [1.0; 2]);
    let image = |between| {
        let values = [1e9, 1e-3, 0.0, 1e-3, 2e-3, 1e-9, 1e-3, 1.0, 1.0];
        Density::Image(Image::new(3, values.to_vec(), [0.0; 2], [1.0; 2], between).unwrap().into())
    };
    let sources = [
        (rectangle([0.0; 2], [0.23, 1e-17]), Density::Constant),
        (rectangle([-0.1, 0.7], [0.13, 0.7 + 4e-16]), Density::Constant),
        (rectangle([0.0; 2], [1e-17, 0.23]), Density::Affine { g: [0.0, 1.0], c: 1e-3 }),
        (rectangle([1e10; 2], [1e10 + 1.0; 2]), Density::Constant),
        (slanted, Density::Constant),
        (unit.clone(), image(Between::Constant)),
        (unit, image(Between::Bilinear)),
    ];
    for (k, (domain, density)) in sources.into_iter().enumerate() {
        for n in 1..5 {
            let mut d = dice(26, 10 * k as u64 + n as u64);
            let (low, high) = domain.bounds();
            let at = |k: usize, t: f64| low[k] + t * (high[k] - low[k]);
            let near = |d: &mut Dice| [at(0, d.random()), at(1, d.random())];
            let mut data = ProblemData::new(domain.clone(), (0..n).map(|_| near(&mut d)).collect());
            data.density = density.clone();
            let Ok(problem) = Problem::new(data) else { continue };
            let options = SolveOptions::default().hessian(true).max_iterations(30);
            let right = solve(&problem, &options);
            let what = format!("source {k}, {n} sites");
            passes(&problem, &right, &what);
            // What is written is right, too, though centroids are rounded to doubles of 1e10.
            let [low, high] = certify(&problem, &right.heights, 5).unwrap().map_cost;
            assert!(low * (1.0 - 1e-12) <= right.cost && right.cost <= high * (1.0 + 1e-12), "{what}");
            let false_claim = |line: &str, change: &dyn Fn(&mut Solution)| {
                let mut s = right.clone();
                change(&mut s);
                fails(&problem, &s, line, &what);
            };
            for share in [1e-6, -1e-6, 1e-9] {
                false_claim("cost", &|s| s.cost *= 1.0 + share);
                for i in (0..problem.len()).filter(|&i| right.masses[i] > 0.0) {
                    false_claim("masses", &|s| s.masses[i] *= 1.0 + share);
                }
                for w in 0..right.hessian.as_ref().unwrap().len() {
                    false_claim("hessian", &|s| s.hessian.as_mut().unwrap()[w].2 *= 1.0 + share);
                }
            }
        }
    }
}

/// Masses and an error that fit each other, and neither the heights: both are false.
#[test]
fn an_error_that_fits_false_masses_is_false_too() {
    let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
    let data = ProblemData::new(square, vec![[0.1, 0.2], [0.8, 0.3], [0.4, 0.9]]);
    let problem = Problem::new(data.clone()).unwrap();
    // Said to be worse than it is.
    let mut solved = solve(&problem, &SolveOptions::default());
    solved.masses[0] *= 1.5;
    (solved.report.converged, solved.report.outcome) = (false, Some(Outcome::Interrupted));
    solved.report.max_relative_error = (solved.masses[0] - problem.masses()[0]) / problem.masses()[0];
    fails(&problem, &solved, "residual", "too bad");
    // And better.
    let heights = Heights::zeros(3);
    let problem = Problem::new(data.heights(heights.clone())).unwrap();
    let mut written = diagram(&problem, Some(&heights));
    passes(&problem, &written, "as written");
    assert!(written.report.max_relative_error > 0.1);
    written.masses = problem.masses().to_vec();
    written.report.max_relative_error = 0.0;
    fails(&problem, &written, "residual", "too good");
}

#[test]
fn lists_of_another_length_are_refused() {
    let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
    let problem = Problem::new(ProblemData::new(square, vec![[0.1, 0.2], [0.8, 0.3], [0.4, 0.9]])).unwrap();
    let right = solve(&problem, &SolveOptions::default());
    let refused = |change: &dyn Fn(&mut Solution)| {
        let mut s = right.clone();
        change(&mut s);
        match verify(&problem, &Claims::of(&s), 5) {
            Err(VerifyError::Length { what, found, sites: 3 }) => (what, found),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|s| s.masses.truncate(2)), ("masses", 2));
    assert_eq!(refused(&|s| s.weights.push(0.0)), ("weights", 4));
    assert_eq!(refused(&|s| s.centroids.clear()), ("centroids", 0));
    assert_eq!(refused(&|s| s.heights = Heights::zeros(5)), ("heights", 5));
}
