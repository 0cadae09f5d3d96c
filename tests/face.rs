//! What faces in other languages use of the library: problems from arrays, solutions as bytes, warm
//! starts, derivatives.

use brenier::internals::diagram::WallMoments;
use brenier::internals::io::{
    Given, Loaded, canonical_bytes, canonical_sha256, check_text, image_of_pixels, parse_any_problem,
    parse_any_solution, parse_density, parse_domain, problem_of_arrays, problem_of_solution, solution_bytes,
};
use brenier::internals::transport::{GradientError, Gradients, free_mass_gradient, mass_gradient, site_gradient};
use brenier::problem::{Duplicates, Kind, ProblemData, SurfaceProblemData};
use brenier::{
    Between, Cells, Claims, ConvexPolygon, Density, Diagram, Heights, Problem, ReadLimit, Solution, SolveOptions,
    Surface, SurfaceProblem, solve, verify,
};
use std::path::Path;

const SITES: [[f64; 2]; 5] = [[0.1, 0.15], [0.9, 0.2], [0.5, 0.55], [0.2, 0.8], [0.8, 0.9]];
const MASSES: [f64; 5] = [1.0, 0.7, 1.3, 0.9, 1.1];

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap()
}

fn loaded(sites: &[[f64; 2]]) -> Loaded {
    let text = br#"{"type": "box", "min": [0, 0], "max": [1, 1]}"#.to_vec();
    let (domain, _) = parse_domain(Path::new("d.json"), text, ReadLimit::default(), &[]).unwrap();
    let density = parse_density(br#"{"type": "affine", "g": [1, 2], "c": 0.5}"#, None, &domain).unwrap();
    let (sites, masses) = (sites.as_flattened().to_vec(), Some(MASSES[..sites.len()].to_vec()));
    let given = Given { sites, columns: 2, masses, normalize: true, ..Given::default() };
    let Kind::Plane(file) = problem_of_arrays(domain, density, given).unwrap() else { panic!("a plane domain") };
    Loaded::of_arrays(file, Path::new("arrays"), Duplicates::Merge).unwrap()
}

#[test]
fn arrays_are_the_problem_that_a_file_would_be() {
    let mut ours = loaded(&SITES);
    ours.identify(ours.sha256());
    let data = ProblemData::new(square(), SITES.to_vec())
        .density(Density::Affine { g: [1.0, 2.0], c: 0.5 })
        .masses(MASSES.to_vec());
    assert_eq!(ours.fingerprint(), canonical_sha256(&data));
    let Kind::Plane(read) =
        parse_any_problem(Path::new("p.json"), &canonical_bytes(&data).unwrap(), ReadLimit::default()).unwrap()
    else {
        panic!("a plane domain")
    };
    assert_eq!(read.id.sha256, ours.fingerprint());
    assert_eq!(read.problem().unwrap().sites(), ours.problem.sites());
}

#[test]
fn what_is_wrong_in_memory_has_no_file() {
    let text = br#"{"type": "box", "min": [0, 0], "max": [1, 1]}"#.to_vec();
    let (domain, _) = parse_domain(Path::new("d.json"), text, ReadLimit::default(), &[]).unwrap();
    let refused = |given: Given| problem_of_arrays(domain.clone(), Density::Constant, given).unwrap_err().what();
    let three = Given { sites: vec![0.0; 3], columns: 3, ..Given::default() };
    assert_eq!(refused(three), "sites[0] has 3 coordinates, the domain has 2; give [x, y]");
    let both = Given {
        sites: vec![0.5; 2],
        columns: 2,
        heights: Some((vec![0.0], None)),
        weights: Some(vec![0.0]),
        ..Given::default()
    };
    assert_eq!(refused(both), "both heights and weights are given; drop one");
    let unknown = parse_density(br#"{"type": "gaussian"}"#, None, &domain).unwrap_err();
    assert!(unknown.what().starts_with("density: unknown type \"gaussian\""), "{}", unknown.what());
    let flat = parse_density(br#"{"type": "face"}"#, Some(vec![1.0]), &domain);
    assert_eq!(flat.unwrap(), Density::Face([1.0].into()));
    let dark = image_of_pixels(Path::new("image"), 1, vec![2.0], None, Between::Constant, true).unwrap_err();
    assert!(dark.what().starts_with("has a pixel of 2"), "{}", dark.what());
}

#[test]
fn a_solution_as_bytes_is_the_same_solution() {
    let mut ours = loaded(&SITES);
    ours.identify(ours.sha256());
    let file = ours.solution_file(solve(&ours.problem, &SolveOptions::default().hessian(true)));
    let bytes = solution_bytes(&ours.source(), &file).unwrap();
    let name = Path::new("sent");
    let Kind::Plane(back) = parse_any_solution(name, bytes.clone(), ReadLimit::default()).unwrap() else {
        panic!("a plane domain")
    };
    let (problem, called) = problem_of_solution(name, &back, None, ReadLimit::default()).unwrap();
    let again = Loaded::of_solution(problem, &called, &back, name).unwrap();
    assert_eq!(solution_bytes(&again.source(), &back).unwrap(), bytes);
    let verdict = verify(&again.problem, &back.claims(), 5).unwrap();
    assert!(check_text(&verdict, "sent", "", true).ends_with("verified: sent\n"));
}

#[test]
fn a_start_that_serves_is_used_and_one_that_does_not_is_told() {
    let problem = Problem::new(ProblemData::new(square(), SITES.to_vec()).masses(MASSES.to_vec())).unwrap();
    let options = SolveOptions::default();
    let cold = solve(&problem, &options);
    assert!(!cold.report.notes.iter().any(|note| note.starts_with("start: from")));
    let moved: Vec<[f64; 2]> = SITES.iter().map(|y| [y[0] + 1e-3, y[1] - 2e-3 * y[0]]).collect();
    let next = Problem::new(ProblemData::new(square(), moved.clone()).masses(MASSES.to_vec())).unwrap();
    let warm = solve(&next, &options.clone().start(cold.heights.moved(&SITES, &moved)));
    assert!(warm.report.converged && warm.report.notes.iter().any(|n| n == "start: from the heights given"));
    assert!(verify(&next, &Claims::of(&warm), 5).unwrap().verified());
    // Heights that leave all cells but one empty.
    let far = Heights::from_f64(&[1e6, 0.0, 0.0, 0.0, 0.0]);
    let afresh = solve(&problem, &options.clone().start(far));
    assert!(afresh.report.converged && afresh.report.notes.iter().any(|n| n.starts_with("start: ")));
    let unfit = options.start(Heights::zeros(2)).unfit(5);
    assert_eq!(unfit.unwrap(), "there are 2 heights to start from and 5 sites; give one for each");
}

/// The weights of walls are those that Newton's method uses, and walls lie between the cells that
/// they part.
#[test]
fn moments_of_walls_go_with_the_hessian() {
    let data = ProblemData::new(square(), SITES.to_vec()).density(Density::Affine { g: [1.0, 2.0], c: 0.5 });
    let problem = Problem::new(data).unwrap();
    let diagram = Diagram::new(&problem, &Heights::from_f64(&[0.01, -0.02, 0.0, 0.03, 0.0])).unwrap();
    let walls: Vec<WallMoments<2>> = diagram.wall_moments().unwrap();
    let hessian = Cells::walls(&diagram);
    assert_eq!(walls.len(), hessian.len());
    for (wall, (i, j, h)) in walls.iter().zip(hessian) {
        assert_eq!(wall.sites, [i, j]);
        assert!((wall.weight - 2.0 * h).abs() < 1e-14 * wall.weight.max(1.0), "{wall:?} {h}");
        let side = |i: u32| {
            let (y, h) = (SITES[i as usize], [0.01, -0.02, 0.0, 0.03, 0.0][i as usize]);
            wall.mean[0] * y[0] + wall.mean[1] * y[1] + h
        };
        assert!((side(i) - side(j)).abs() < 1e-14);
        assert!(wall.spread[0][0] >= 0.0 && (wall.spread[0][1] - wall.spread[1][0]).abs() < 1e-15);
    }
}

/// Loss of a solution, and what is said of its slope, along a direction of the sites and masses.
fn compare<P>(problem: impl Fn(f64) -> P, loss: impl Fn(&P) -> f64, slope: f64) {
    let e = 1e-5;
    let at = |t: f64| loss(&problem(t));
    let found = (8.0 * (at(e) - at(-e)) - (at(2.0 * e) - at(-2.0 * e))) / (12.0 * e);
    assert!((found - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{found} {slope}");
}

#[test]
fn derivatives_are_slopes_in_the_plane() {
    let (v, m) = ([[0.3, -0.2], [0.1, 0.4], [-0.5, 0.2], [0.2, 0.1], [-0.1, -0.3]], [0.3, -0.1, 0.2, 0.1, -0.4]);
    let problem = |t: f64| {
        let sites = std::array::from_fn::<_, 5, _>(|i| [SITES[i][0] + t * v[i][0], SITES[i][1] + t * v[i][1]]);
        let masses: Vec<f64> = (0..5).map(|i| MASSES[i] + t * m[i]).collect();
        let data = ProblemData::new(square(), sites.to_vec()).density(Density::Affine { g: [1.0, 2.0], c: 0.5 });
        Problem::new(data.masses(masses)).unwrap()
    };
    let tight = SolveOptions::default().tolerance(1e-13);
    let solved = |p: &Problem| -> Solution { solve(p, &tight) };
    let (own, g) = (problem(0.0), [0.5, -1.0, 0.25, 2.0, -0.75]);
    let solution = solved(&own);
    let gradients = Gradients::new(&own, &solution.heights).unwrap();
    let along = |sites: &[[f64; 2]], masses: &[f64]| -> f64 {
        (0..5).map(|i| sites[i][0] * v[i][0] + sites[i][1] * v[i][1] + masses[i] * m[i]).sum()
    };
    let by_sites: Vec<[f64; 2]> =
        site_gradient(own.sites(), own.masses(), &solution.centroids).into_iter().flatten().collect();
    let by_masses = free_mass_gradient(&solution.weights, own.masses(), solution.cost);
    compare(problem, |p| solved(p).cost, along(&by_sites, &by_masses));
    assert!(mass_gradient(&solution.weights).iter().sum::<f64>().abs() < 1e-14);
    let dot = |list: &[f64]| -> f64 { list.iter().zip(g).map(|(a, b)| a * b).sum() };
    let pulled = gradients.of_heights(&g).unwrap();
    compare(problem, |p| dot(&solved(p).heights.hi()), along(&pulled.sites, &pulled.numbers));
    let pulled = gradients.of_weights(&g).unwrap();
    compare(problem, |p| dot(&solved(p).weights), along(&pulled.sites, &pulled.numbers));
    let pulled = gradients.of_centroids(&v).unwrap();
    let middle = |p: &Problem| -> f64 {
        let all = solved(p).centroids;
        all.iter().flatten().zip(v).map(|(c, v)| c[0] * v[0] + c[1] * v[1]).sum()
    };
    compare(problem, middle, along(&pulled.sites, &pulled.numbers));
    assert_eq!(gradients.of_heights(&[1.0]), Err(GradientError::LengthMismatch { found: 1, expected: 5 }));
}

#[test]
fn derivatives_are_slopes_on_a_surface() {
    let corners = vec![[0., 0., 0.], [1., 0., 0.], [0., 1., 0.], [0., 0., 1.]];
    let faces = vec![[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]];
    let surface = std::sync::Arc::new(Surface::new(corners, faces).unwrap());
    let sites = [[0.1, 0.2, 0.05], [0.7, 0.1, 0.1], [0.2, 0.6, 0.1], [0.1, 0.15, 0.8]];
    let v = [[0.3, -0.2, 0.1], [0.1, 0.4, -0.2], [-0.5, 0.2, 0.3], [0.2, 0.1, 0.4]];
    let problem = |t: f64| {
        let moved = (0..4).map(|i| [0, 1, 2].map(|k| sites[i][k] + t * v[i][k])).collect();
        let data = SurfaceProblemData::new(surface.clone(), moved).masses(vec![1.0, 0.8, 1.1, 0.9]);
        SurfaceProblem::new(data).unwrap()
    };
    let tight = SolveOptions::default().tolerance(1e-13);
    let (own, g) = (problem(0.0), [0.5, -1.0, 0.25, 2.0]);
    let gradients = Gradients::new(&own, &solve(&own, &tight).heights).unwrap();
    let along = |sites: &[[f64; 3]]| -> f64 {
        sites.iter().zip(v).map(|(s, v)| (0..3).map(|k| s[k] * v[k]).sum::<f64>()).sum()
    };
    let heights = |p: &SurfaceProblem| -> f64 {
        let heights = solve(p, &tight).heights.hi();
        heights.iter().zip(g).map(|(a, b)| a * b).sum()
    };
    compare(problem, heights, along(&gradients.of_heights(&g).unwrap().sites));
    let middle = |p: &SurfaceProblem| -> f64 {
        let all = solve(p, &tight).centroids;
        all.iter().flatten().zip(v).map(|(c, v)| (0..3).map(|k| c[k] * v[k]).sum::<f64>()).sum()
    };
    compare(problem, middle, along(&gradients.of_centroids(&v).unwrap().sites));
}

#[test]
fn sites_that_are_all_elsewhere_are_noted() {
    let noted = |sites: Vec<[f64; 2]>| {
        let solution = solve(&Problem::new(ProblemData::new(square(), sites)).unwrap(), &SolveOptions::default());
        solution.report.notes.iter().any(|note| note.contains("outside the box around the domain"))
    };
    assert!(noted(vec![[5.0, 5.0], [7.0, 5.0]]));
    assert!(!noted(vec![[5.0, 5.0], [1.0, 0.5]]));
}
