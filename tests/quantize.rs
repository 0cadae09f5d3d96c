//! Quantization and warm starts: closed forms, the inequality of descent, bits, interruption.

use brenier::domain::{ConvexPolygon, Density, Facets, Surface, SurfaceDensity, spread, spread_on};
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::{
    Control, Quantization, QuantizeOptions, QuantizeOutcome, QuantizeStep, Solution, SolveOptions, quantize,
    quantize_with, solve,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap()
}

fn problem(domain: &ConvexPolygon, density: Density, sites: Vec<[f64; 2]>, masses: Option<Vec<f64>>) -> Problem {
    let data = ProblemData::new(domain.clone(), sites).density(density).masses(masses);
    Problem::new(data).unwrap()
}

fn random(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| [dice.random(), dice.random()]).collect()
}

fn run(problem: &Problem, options: &QuantizeOptions) -> Quantization {
    quantize(problem, options)
}

fn solved(problem: &Problem) -> Solution {
    let solution = solve(problem, &SolveOptions::default());
    assert!(solution.report.converged);
    solution
}

fn newton_steps(solution: &Solution) -> usize {
    solution.report.iterations.len() - 1
}

#[track_caller]
fn near(found: f64, stated: f64) {
    assert!((found - stated).abs() < 1e-11, "{found}, not {stated}");
}

#[test]
fn a_grid_is_stationary() {
    let k = 6;
    let at = |i: usize| (i as f64 + 0.5) / k as f64;
    let grid = (0..k * k).map(|i| [at(i / k), at(i % k)]).collect();
    let found = run(&problem(&square(), Density::Constant, grid, None), &QuantizeOptions::default());
    assert_eq!((found.outcome, found.steps.len()), (QuantizeOutcome::Stationary, 1));
    // k^2 squares of side 1/k: variance 2/12 of the side's square.
    near(found.solution.cost, 1.0 / (6.0 * (k * k) as f64));
    assert!(found.steps[0].off < 1e-24);
}

/// Rough first solves end at the same cost, in fewer Newton steps, and every move pays.
#[test]
fn rough_first_solves_cost_nothing() {
    let affine = Density::Affine { g: [1.0, 2.0], c: 0.0 };
    for (seed, density) in [Density::Constant, affine].into_iter().enumerate() {
        let begun = problem(&square(), density, random(400, seed as u64), None);
        let fine = run(&begun, &QuantizeOptions::default().max_steps(15).early_mass_tolerance(1e-6));
        let rough = run(&begun, &QuantizeOptions::default().max_steps(15));
        let newton = |found: &Quantization| found.steps.iter().map(|s| s.newton_steps).sum::<usize>();
        assert!(newton(&rough) < newton(&fine), "{} and {}", newton(&rough), newton(&fine));
        let (a, b) = (rough.solution.cost, fine.solution.cost);
        assert!((a / b - 1.0).abs() < 2e-3, "{a} and {b}");
        descends(&rough.steps);
        for pair in rough.steps.windows(2) {
            assert!(pair[1].cost < pair[0].cost - 0.49 * pair[0].off, "{pair:?}");
        }
        assert!(rough.solution.report.converged && rough.solution.report.max_relative_error <= 1e-10);
    }
}

/// Slabs keep their walls, so that the inequality of descent is an equality.
#[test]
fn slabs_arrive_in_one_step_with_equality() {
    for k in [2, 5, 9] {
        let sites: Vec<[f64; 2]> = (0..k).map(|i| [((3 * i) % k) as f64 / 20.0, 0.5]).collect();
        let mut sites: Vec<_> = if k % 3 == 0 { (0..k).map(|i| [i as f64 / 20.0, 0.5]).collect() } else { sites };
        sites.rotate_left(1);
        let begun = problem(&square(), Density::Constant, sites.clone(), None);
        let found = run(&begun, &QuantizeOptions::default());
        assert_eq!((&found.outcome, found.steps.len()), (&QuantizeOutcome::Stationary, 2), "{k}");
        let rank = |y: &[f64; 2]| sites.iter().filter(|z| z[0] < y[0]).count();
        for (y, begun) in found.problem.sites().iter().zip(&sites) {
            assert!((y[0] - (rank(begun) as f64 + 0.5) / k as f64).abs() < 2e-6, "{y:?}");
            near(y[1], 0.5);
        }
        let [first, last] = [found.steps[0], found.steps[1]];
        let gap = last.cost - (first.cost - first.off + last.slack);
        assert!(gap.abs() < 1e-13 && last.slack.abs() < 1e-5, "{gap:e}, slack {:e}", last.slack);
        assert!((last.cost - (1.0 + 1.0 / (k * k) as f64) / 12.0).abs() < 1e-9);
    }
}

#[test]
fn one_site_goes_to_the_centroid_in_one_step() {
    let triangle = ConvexPolygon::new(vec![[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]]).unwrap();
    let twice_x = Density::Affine { g: [2.0, 0.0], c: 0.0 };
    // Variances: of the triangle 2 * 9/18; of the square 1/12 and, with density 2x, 1/2 - 4/9.
    for (domain, density, centroid, cost) in [
        (&square(), Density::Constant, [0.5, 0.5], 1.0 / 6.0),
        (&square(), twice_x, [2.0 / 3.0, 0.5], 1.0 / 18.0 + 1.0 / 12.0),
        (&triangle, Density::Constant, [1.0, 1.0], 1.0),
    ] {
        let found = run(&problem(domain, density, vec![[7.0, -3.0]], None), &QuantizeOptions::default());
        assert_eq!((&found.outcome, found.steps.len()), (&QuantizeOutcome::Stationary, 2));
        (0..2).for_each(|k| near(found.problem.sites()[0][k], centroid[k]));
        near(found.solution.cost, cost);
        near(found.steps[0].cost - found.steps[0].off, cost);
    }
}

/// `cost' <= cost - sum m |y - c|^2 + sum w' (m' - m)`, with nothing but rounding to spare: 1e-12
/// of the cost covers sums of 500 terms, each right to about 1e-15.
#[track_caller]
fn descends(steps: &[QuantizeStep]) {
    for pair in steps.windows(2) {
        let bound = pair[0].cost - pair[0].off + pair[1].slack;
        assert!(pair[1].cost <= bound + 1e-12 * pair[0].cost, "{pair:?}");
        assert!(pair[0].off > 0.0 && (0.0..=1.0).contains(&pair[0].movement()));
    }
}

#[test]
fn every_step_descends_as_much_as_it_must() {
    let triangle = ConvexPolygon::new(vec![[0.0, 0.0], [1.0, 0.2], [0.3, 1.0]]).unwrap();
    let disk = ConvexPolygon::disk(40).unwrap();
    let affine = Density::Affine { g: [1.0, 2.0], c: 0.0 };
    let cases =
        [(square(), Density::Constant), (disk, Density::Constant), (triangle, affine.clone()), (square(), affine)];
    for (seed, (domain, density)) in cases.into_iter().enumerate() {
        for n in [50, 160, 500] {
            let sites = random(n, seed as u64);
            let unequal = (seed % 2 == 1).then(|| (0..n).map(|i| 1.0 + (i % 5) as f64).collect());
            let begun = problem(&domain, density.clone(), sites, unequal);
            for mass_tolerance in [0.2, 1e-6] {
                let options = QuantizeOptions::default()
                    .max_steps(8)
                    .mass_tolerance(mass_tolerance)
                    .early_mass_tolerance(mass_tolerance);
                let found = run(&begun, &options);
                assert_eq!((&found.outcome, found.steps.len()), (&QuantizeOutcome::StepsDone, 9));
                descends(&found.steps);
                if mass_tolerance < 1e-3 {
                    assert!(found.steps[1..].iter().all(|s| s.slack.abs() < 1e-5 * s.cost));
                    assert!(found.steps.windows(2).all(|p| p[1].cost < p[0].cost));
                }
                // The last solve is a good one, and the report is about it.
                let last = found.steps.last().unwrap();
                assert!(found.solution.report.max_relative_error <= 1e-10);
                assert_eq!(last.cost, found.solution.cost);
            }
        }
    }
}

/// Sites that go beyond their centroids: Lloyd's inequality holds in every step, fewer of them are
/// needed, and where they end is stationary for Lloyd's method, too.
#[test]
fn going_beyond_the_centroids_saves_moves_and_descends() {
    for (n, density) in [(300, Density::Constant), (200, Density::Affine { g: [1.0, 2.0], c: 0.0 })] {
        let begun = problem(&square(), density, random(n, 5), None);
        let options = QuantizeOptions::default().tolerance(2e-2).max_steps(1000);
        let (plain, beyond) = (run(&begun, &options), run(&begun, &options.clone().longest_move(1.8)));
        assert_eq!((&plain.outcome, &beyond.outcome), (&QuantizeOutcome::Stationary, &QuantizeOutcome::Stationary));
        descends(&beyond.steps);
        assert!(beyond.steps.len() < plain.steps.len(), "{} and {}", beyond.steps.len(), plain.steps.len());
        let again = run(&beyond.problem, &options.tolerance(2.001e-2));
        assert_eq!((again.outcome, again.steps.len()), (QuantizeOutcome::Stationary, 1));
    }
}

/// The gradient is `2 nu_i (y_i - c_i)`: checked against differences of solved costs.
#[test]
fn the_gradient_of_the_cost() {
    let begun = problem(&square(), Density::Affine { g: [1.0, 0.5], c: 0.5 }, random(30, 4), None);
    let here = solved(&begun);
    let step = 1e-5;
    for (i, axis) in [(0, 0), (11, 1), (29, 0)] {
        let cost = |d: f64| {
            let mut sites = begun.sites().to_vec();
            sites[i][axis] += d;
            solved(&problem(begun.frame(), begun.density().clone(), sites, None)).cost
        };
        let slope = (cost(step) - cost(-step)) / (2.0 * step);
        let stated = 2.0 * begun.masses()[i] * (begun.sites()[i][axis] - here.centroids[i].unwrap()[axis]);
        assert!((slope - stated).abs() < 1e-6 * stated.abs().max(0.01), "{slope} {stated}");
    }
}

#[test]
fn it_ends_in_the_centroids() {
    for (domain, density) in
        [(ConvexPolygon::disk(60).unwrap(), Density::Constant), (square(), Density::Affine { g: [2.0, 0.0], c: 0.0 })]
    {
        let sites = spread(&domain.clone().into(), &density, 60, 0);
        let options = QuantizeOptions::default().tolerance(1e-3).max_steps(1000);
        let found = run(&problem(&domain, density, sites, None), &options);
        assert_eq!(found.outcome, QuantizeOutcome::Stationary, "{} steps", found.steps.len());
        descends(&found.steps);
        let last = found.steps.last().unwrap();
        // Again from there: nothing to do.
        let again = run(&found.problem, &options.tolerance(1.001e-3));
        assert_eq!((again.outcome, again.steps.len()), (QuantizeOutcome::Stationary, 1));
        assert!((again.solution.cost - last.cost).abs() < 1e-9 * last.cost);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let disk = ConvexPolygon::disk(30).unwrap();
    let begun = problem(&disk, Density::Affine { g: [0.5, 0.0], c: 1.0 }, random(3000, 9), None);
    let options = QuantizeOptions::default().max_steps(4);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| run(&begun, &options));
        let steps: Vec<_> = found.steps.iter().map(|s| (s.cost, s.off, s.slack, s.newton_steps)).collect();
        (found.problem.sites().to_vec(), found.solution.heights, found.solution.masses, steps)
    };
    assert!(with(1) == with(4));
}

#[test]
fn stopping_keeps_the_last_position_that_was_solved() {
    let begun = problem(&square(), Density::Constant, random(200, 2), None);
    let whole = run(&begun, &QuantizeOptions::default().max_steps(5));
    for stop in 0..5 {
        for within in [false, true] {
            let found = quantize_with(&begun, &QuantizeOptions::default(), &mut |p| {
                let now = p.steps.len() == stop + 1 && p.solving.is_some() == within;
                if now { Control::Stop } else { Control::Continue }
            });
            assert_eq!((&found.outcome, found.steps.len()), (&QuantizeOutcome::Interrupted, stop + 1));
            assert_eq!(found.steps[stop].cost, whole.steps[stop].cost);
            assert_eq!(found.solution.cost, whole.steps[stop].cost);
            assert!(found.solution.report.converged && found.solution.report.tolerance <= 1e-3);
        }
    }
    // In the first solve: what there is.
    let found = quantize_with(&begun, &QuantizeOptions::default(), &mut |_| Control::Stop);
    assert_eq!((found.outcome, found.steps.len()), (QuantizeOutcome::Interrupted, 0));
    assert!(!found.solution.report.converged && found.solution.heights.len() == 200);
    let late = QuantizeOptions::default().time_limit(Some(std::time::Duration::ZERO));
    assert_eq!(run(&begun, &late).outcome, QuantizeOutcome::TimeLimit);
}

#[test]
fn a_warm_start_saves_newton_steps() {
    let disk = ConvexPolygon::disk(64).unwrap();
    let mut now = problem(&disk, Density::Constant, random(600, 5), None);
    let mut solution = solved(&now);
    let (mut warm, mut cold) = (0, 0);
    for k in 0..8 {
        let sites: Vec<[f64; 2]> = solution.centroids.iter().map(|c| c.unwrap()).collect();
        let heights = solution.heights.moved(now.sites(), &sites);
        let next = problem(&disk, Density::Constant, sites, None);
        let fresh = newton_steps(&solved(&next));
        let data = ProblemData::new(disk.clone(), next.sites().to_vec()).heights(Some(heights));
        now = Problem::new(data).unwrap();
        solution = solved(&now);
        // The first move goes all across the domain.
        if k > 0 {
            warm += newton_steps(&solution);
            cold += fresh;
        }
    }
    assert!(4 * warm <= 3 * cold, "{warm} Newton steps from the last heights, {cold} afresh");
}

#[test]
fn heights_move_with_their_sites_and_masses_may_change() {
    let begun = problem(&square(), Density::Constant, random(300, 6), None);
    let solution = solved(&begun);
    let again = |sites: Vec<[f64; 2]>, masses: Option<Vec<f64>>| {
        let heights = Some(solution.heights.moved(begun.sites(), &sites));
        let data = ProblemData::new(square(), sites).heights(heights).masses(masses);
        solved(&Problem::new(data).unwrap())
    };
    // Nothing moved: the heights are the solution, to the bit.
    let same = again(begun.sites().to_vec(), None);
    assert_eq!((newton_steps(&same), &same.masses), (0, &solution.masses));
    // Weights are what stays.
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    let mut shaken = |by: f64| -> Vec<[f64; 2]> {
        begun.sites().iter().map(|y| y.map(|v| v + by * (dice.random::<f64>() - 0.5))).collect()
    };
    let sites = shaken(0.01);
    let weights = solution.heights.moved(begun.sites(), &sites).to_weights(&sites);
    weights.iter().zip(&solution.weights).for_each(|(a, b)| near(*a, *b));
    let masses: Vec<f64> = (0..300).map(|i| if i % 7 == 0 { 3.0 } else { 1.0 }).collect();
    let changed = again(begun.sites().to_vec(), Some(masses.clone()));
    assert_eq!(changed.masses.len(), 300);
    // However far the sites go: some cells raised, or a start of its own.
    for by in [0.02, 0.1, 0.5, 3.0, 1e6] {
        again(shaken(by), None);
        again(shaken(by), Some(masses.clone()));
    }
}

/// Where doubles have few digits left, sites meet or cells cannot be had; that is told, not a
/// panic.
#[test]
fn a_domain_too_far_away_for_doubles() {
    let o = 2f64.powi(52);
    let far = ConvexPolygon::rectangle([o, o], [o + 8.0, o + 8.0]).unwrap();
    let sites: Vec<[f64; 2]> = (0..60).map(|i| [o + f64::from(i % 8), o + f64::from(i / 8)]).collect();
    for masses in [None, Some((0..60).map(|i| 1.0 + f64::from(i * i)).collect())] {
        let found = run(&problem(&far, Density::Constant, sites.clone(), masses), &QuantizeOptions::default());
        match &found.outcome {
            QuantizeOutcome::NotSolved { why } => assert!(!why.is_empty()),
            outcome => assert!(found.solution.report.converged, "{outcome:?}"),
        }
    }
}

/// The surface of the unit cube.
fn cube() -> Surface {
    let vertices = (0..8).map(|k| [k & 1, k >> 1 & 1, k >> 2].map(f64::from)).collect();
    let sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
    let triangles = sides.iter().flat_map(|s| [[s[0], s[1], s[2]], [s[0], s[2], s[3]]]).collect();
    Surface::new(vertices, triangles).unwrap()
}

#[test]
fn one_site_goes_to_the_centroid_of_a_surface() {
    let begun = SurfaceProblem::new(SurfaceProblemData::new(cube(), vec![[7.0, -3.0, 2.0]])).unwrap();
    let found = quantize(&begun, &QuantizeOptions::default());
    assert_eq!((&found.outcome, found.steps.len()), (&QuantizeOutcome::Stationary, 2));
    (0..3).for_each(|k| near(found.problem.sites()[0][k], 0.5));
    // On each side 1/4 across and 1/12 along each axis.
    near(found.solution.cost, 5.0 / 12.0);
    near(found.steps[0].cost - found.steps[0].off, 5.0 / 12.0);
}

#[test]
fn every_step_on_a_surface_descends_as_much_as_it_must() {
    let n = 12u32;
    let at = |i: u32, j: u32| i * (n + 1) + j;
    let mut vertices = Vec::new();
    let mut triangles = Vec::new();
    for i in 0..=n {
        for j in 0..=n {
            let (x, y) = (f64::from(i) / f64::from(n), f64::from(j) / f64::from(n));
            vertices.push([x, y, 0.3 * (6.0 * x).sin() * (5.0 * y).cos()]);
            if i < n && j < n {
                triangles.push([at(i, j), at(i + 1, j), at(i + 1, j + 1)]);
                triangles.push([at(i, j), at(i + 1, j + 1), at(i, j + 1)]);
            }
        }
    }
    let hills = Surface::new(vertices, triangles).unwrap();
    let rho = SurfaceDensity::Vertex((0..(n + 1) * (n + 1)).map(|k| f64::from(k % 4) + 0.5).collect());
    for (surface, density) in
        [(cube(), SurfaceDensity::Constant), (hills.clone(), SurfaceDensity::Constant), (hills, rho)]
    {
        let surface = std::sync::Arc::new(surface);
        for (n, mass_tolerance) in [(20, 0.2), (20, 1e-6), (120, 0.2), (120, 1e-6)] {
            let mut data = SurfaceProblemData::new(surface.clone(), Vec::new());
            data.sites = spread_on(&Facets::of(&surface, &density), n, 7);
            // Off the surface, too.
            data.sites.iter_mut().enumerate().for_each(|(k, y)| y[k % 3] += 0.05 * (k as f64).sin());
            data.density = density.clone();
            data.masses = Some((0..n).map(|i| 1.0 + (i % 3) as f64).collect());
            let begun = SurfaceProblem::new(data).unwrap();
            let options = QuantizeOptions::default()
                .max_steps(6)
                .mass_tolerance(mass_tolerance)
                .early_mass_tolerance(mass_tolerance);
            let found = quantize(&begun, &options);
            assert!(found.steps.len() > 3, "{:?}", found.outcome);
            descends(&found.steps);
        }
    }
}

/// On a square in space every step is that in the plane.
#[test]
fn on_a_flat_surface_sites_move_as_in_the_plane() {
    let vertices = vec![[0., 0., 2.], [1., 0., 2.], [1., 1., 2.], [0., 1., 2.]];
    let flat = Surface::new(vertices, vec![[0, 1, 2], [0, 2, 3]]).unwrap();
    let sites = random(30, 3);
    let options = QuantizeOptions::default().max_steps(5).mass_tolerance(1e-12).early_mass_tolerance(1e-12);
    let plane = run(&problem(&square(), Density::Constant, sites.clone(), None), &options);
    let lifted = sites.iter().map(|y| [y[0], y[1], 2.0]).collect();
    let begun = SurfaceProblem::new(SurfaceProblemData::new(flat, lifted)).unwrap();
    let space = quantize(&begun, &options);
    assert_eq!((plane.steps.len(), space.steps.len()), (6, 6));
    for (a, b) in plane.steps.iter().zip(&space.steps) {
        assert!((a.cost - b.cost).abs() < 1e-9 * a.cost && (a.off - b.off).abs() < 1e-8 * a.cost, "{a:?} {b:?}");
    }
}

/// Stopped in the last solve, after the sites have arrived: the masses are those of the solves on
/// the way, and the outcome says it.
#[test]
fn stopped_in_the_last_solve_it_says_so() {
    let options = QuantizeOptions::default().tolerance(0.05).mass_tolerance(1e-2);
    let begun = problem(&square(), Density::Constant, random(30, 8), None);
    let arrived = |steps: &[QuantizeStep]| steps.last().is_some_and(|s| s.movement() <= options.tolerance);
    let whole = run(&begun, &options);
    assert_eq!(whole.outcome, QuantizeOutcome::Stationary);
    let found = quantize_with(&begun, &options, &mut |p| match p.solving.is_some() && arrived(p.steps) {
        true => Control::Stop,
        false => Control::Continue,
    });
    assert_eq!(found.outcome, QuantizeOutcome::Interrupted);
    assert_eq!(found.steps.len(), whole.steps.len());
    assert!(found.solution.report.max_relative_error > options.final_mass_tolerance);
    // And one that cannot be solved so well.
    let fine = options.final_mass_tolerance(1e-17);
    assert!(matches!(run(&begun, &fine).outcome, QuantizeOutcome::NotSolved { .. }));
}
