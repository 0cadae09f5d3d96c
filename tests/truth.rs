//! What a solve claims is what exact arithmetic finds: its masses, its hidden sites, and that it
//! converged.

use brenier::diagram::{Diagram, SurfaceDiagram};
use brenier::domain::{Between, ConvexPolygon, Density, Image, PlanarMesh, Surface};
use brenier::exact::Heights;
use brenier::io::{AnyProblem, ReadLimit, read_any_problem};
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::{Solution, SolveOptions, certify, solve};
use std::path::Path;
use std::sync::Arc;

/// Numbers in [0, 1).
fn draws(mut seed: u64) -> impl FnMut() -> f64 {
    move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn read(name: &str) -> AnyProblem {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/truth").join(name);
    read_any_problem(&path, ReadLimit::default()).unwrap()
}

/// The largest relative difference of masses, and of the reported error from the true bounds.
fn judged(masses: &[f64], truth: &[f64], target: &[f64]) -> f64 {
    assert_eq!(masses.len(), truth.len());
    let off = |((m, t), nu): ((&f64, &f64), &f64)| (m - t).abs() / nu.max(*t);
    masses.iter().zip(truth).zip(target).map(off).fold(0.0, f64::max)
}

/// Compares a claim in the plane with the exact certificate.
fn plane(name: &str, problem: &Problem, solution: &Solution) -> bool {
    let proof = certify(problem, &solution.heights, 5).unwrap();
    let off = judged(&solution.masses, &proof.masses, problem.masses());
    assert!(off < 1e-11, "{name}: masses are off by {off:e}");
    let hidden: Vec<u32> = (0..problem.len() as u32).filter(|&i| proof.masses[i as usize] == 0.0).collect();
    assert_eq!(solution.hidden, hidden, "{name}");
    assert_eq!(Diagram::new(problem, &solution.heights).unwrap().hidden(), hidden, "{name}");
    promised(name, problem.masses(), solution, proof.max_relative_error, proof.map_cost)
}

fn surface(name: &str, problem: &SurfaceProblem, solution: &Solution<3>) -> bool {
    let proof = certify(problem, &solution.heights, 5).unwrap();
    assert!(proof.sound(), "{name}");
    let off = judged(&solution.masses, &proof.masses, problem.masses());
    assert!(off < 1e-11, "{name}: masses are off by {off:e}");
    promised(name, problem.masses(), solution, proof.max_relative_error, proof.map_cost)
}

fn promised<const D: usize>(name: &str, target: &[f64], s: &Solution<D>, truth: [f64; 2], cost: [f64; 2]) -> bool {
    assert_eq!(s.masses.len(), target.len(), "{name}");
    assert!(s.cost.is_finite() && s.report.max_relative_error.is_finite(), "{name}");
    assert!(s.report.iterations.iter().all(|i| i.residual.is_finite()), "{name}");
    let slack = 1e-11 * cost[1].abs() + 1e-14;
    assert!(s.cost >= cost[0] - slack && s.cost <= cost[1] + slack, "{name}: cost {} in {cost:?}", s.cost);
    if s.report.converged {
        assert!(truth[1] <= s.report.tolerance, "{name}: claims {:e}, has {truth:?}", s.report.max_relative_error);
    }
    s.report.converged
}

fn go(problem: &Problem, tolerance: f64) -> Solution {
    solve(problem, &SolveOptions::default().tolerance(tolerance))
}

fn go_on(problem: &SurfaceProblem) -> Solution<3> {
    solve(problem, &SolveOptions::default())
}

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap()
}

fn image(values: Vec<f64>, width: usize) -> Density {
    Density::Image(Arc::new(Image::new(width, values, [0.0, 0.0], [1.0, 1.0], Between::Constant).unwrap()))
}

fn scattered(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut draw = draws(seed);
    (0..n).map(|_| [draw(), draw()]).collect()
}

/// One dense pixel, some, four in the corners, two triangles in opposite corners: nearly all of the
/// frame is a gap.
#[test]
fn sources_in_small_parts_of_their_frame_are_solved() {
    let dots = |width: usize, dots: &[usize]| -> Vec<f64> {
        (0..width * width).map(|k| f64::from(u8::from(dots.contains(&k)))).collect()
    };
    let images = [
        ("one pixel", 300, dots(64, &[700])),
        ("seven pixels", 300, dots(16, &[3, 40, 77, 130, 141, 200, 250])),
        ("four corners", 300, dots(50, &[0, 49, 2450, 2499])),
    ];
    for (name, n, values) in images {
        let width = values.len().isqrt();
        let data = ProblemData::new(square(), scattered(n, 3)).density(image(values, width));
        let problem = Problem::new(data).unwrap();
        let solution = go(&problem, 1e-10);
        assert!(plane(name, &problem, &solution), "{name}: {:?}", solution.report.outcome);
    }
    let vertices = vec![[0.0, 0.0], [0.05, 0.0], [0.0, 0.05], [1.0, 1.0], [0.95, 1.0], [1.0, 0.95]];
    let mesh = PlanarMesh::new(vertices, vec![[0, 1, 2], [3, 4, 5]]).unwrap();
    let problem = Problem::new(ProblemData::new(mesh, scattered(300, 4))).unwrap();
    let solution = go(&problem, 1e-10);
    assert!(plane("two triangles", &problem, &solution), "{:?}", solution.report.outcome);
}

/// Collinear sites above one pixel of four: half of them have no cell there at first, and a claim
/// of heights at which they have none lists them.
#[test]
fn hidden_sites_are_those_without_a_cell_in_the_source() {
    let mut draw = draws(9);
    let sites: Vec<[f64; 2]> = (0..60).map(|_| [draw(), 0.3]).collect();
    let mut data = ProblemData::new(square(), sites);
    data.density = image(vec![0.0, 0.0, 0.0, 1.0], 2);
    let problem = Problem::new(data).unwrap();
    let solution = go(&problem, 1e-10);
    assert!(plane("line", &problem, &solution), "{:?}", solution.report.outcome);
    // Voronoi cells: those of sites on the left lie in the gap.
    let none = SolveOptions::default().max_iterations(0);
    let (heights, _) = Heights::from_weights(problem.sites(), &[0.0; 60]);
    let diagram = Diagram::new(&problem, &heights).unwrap();
    let exact = |i: &u32| diagram.rational_mass(*i as usize) == 0;
    let hidden: Vec<u32> = (0..60).filter(exact).collect();
    assert!(hidden.len() > 10 && hidden == diagram.hidden(), "{hidden:?}");
    assert!(hidden.iter().all(|&i| diagram.masses()[i as usize] == 0.0 && diagram.centroids()[i as usize].is_none()));
    let AnyProblem::Plane(file) = read("hidden-ragged-mesh.json") else { panic!("in the plane") };
    let ragged = file.problem().unwrap();
    let solution = solve(&ragged, &none);
    plane("ragged", &ragged, &solution);
}

/// Sites nearer to each other than rounded heights can tell: what is claimed is what the written
/// heights have.
#[test]
fn claims_are_made_of_the_heights_as_written() {
    let AnyProblem::Plane(file) = read("close-sites.json") else { panic!("in the plane") };
    let problem = file.problem().unwrap();
    assert!(!plane("close", &problem, &go(&problem, 1e-10)));
}

#[test]
fn surfaces_with_sites_very_near_each_other_keep_the_promise() {
    for name in ["surface-13.json", "surface-8.json"] {
        let AnyProblem::Surface(file) = read(name) else { panic!("a surface") };
        let problem = file.problem().unwrap();
        let solution = go_on(&problem);
        assert!(surface(name, &problem, &solution), "{name}: {:?}", solution.report.outcome);
    }
}

/// Tolerances at the limit of doubles are kept or refused, never claimed.
#[test]
fn fine_tolerances_are_proved() {
    let problem = Problem::new(ProblemData::new(square(), scattered(40, 5))).unwrap();
    for tolerance in [1e-12, 1e-14, 1e-15, 3e-16] {
        plane("fine", &problem, &go(&problem, tolerance));
    }
}

/// Sites in clusters as small as 1e-9 and masses over twelve decades, at random.
fn hard_sites<const D: usize>(draw: &mut impl FnMut() -> f64, n: usize) -> (Vec<[f64; D]>, Vec<f64>) {
    let mut sites: Vec<[f64; D]> = Vec::new();
    for k in 0..n {
        let fresh = [0; D].map(|_| draw());
        let near = k > 0 && draw() < 0.5;
        let scale = 10f64.powf(-9.0 * draw());
        sites.push(match near {
            true => {
                let of = sites[(draw() * k as f64) as usize];
                std::array::from_fn(|c| of[c] + scale * (fresh[c] - 0.5))
            }
            false => fresh,
        });
    }
    let decades = 12.0 * draw();
    (sites, (0..n).map(|_| 10f64.powf(-decades * draw())).collect())
}

fn random_surface(draw: &mut impl FnMut() -> f64) -> Surface {
    let count = 1 + (9.0 * draw()) as u32;
    let vertices = (0..3 * count).map(|_| [draw(), draw(), draw()]).collect();
    Surface::new(vertices, (0..count).map(|k| [3 * k, 3 * k + 1, 3 * k + 2]).collect()).unwrap()
}

fn hard_rounds(rounds: u64, from: u64) {
    let mut converged = [0; 3];
    for seed in from..from + rounds {
        let mut draw = draws(seed);
        let n = 3 + (12.0 * draw()) as usize;
        let name = format!("seed {seed}");
        let (sites, masses) = hard_sites::<3>(&mut draw, n);
        let mut data = SurfaceProblemData::new(random_surface(&mut draw), sites);
        data.masses = Some(masses);
        if let Ok(problem) = SurfaceProblem::new(data) {
            let solution = go_on(&problem);
            converged[0] += usize::from(surface(&name, &problem, &solution));
            assert_eq!(SurfaceDiagram::new(&problem, &solution.heights).unwrap().hidden(), solution.hidden);
        }
        let (sites, masses) = hard_sites::<2>(&mut draw, n);
        for (family, density) in [(1, Density::Constant), (2, image((0..16).map(|_| draw().round()).collect(), 4))] {
            let data = ProblemData::new(square(), sites.clone()).density(density).masses(Some(masses.clone()));
            if let Ok(problem) = Problem::new(data) {
                let solution = go(&problem, 1e-10);
                converged[family] += usize::from(plane(&name, &problem, &solution));
            }
        }
    }
    println!("of {rounds} converged: {converged:?} (surfaces, polygon, image)");
    assert!(converged.iter().all(|&c| c as u64 * 2 > rounds));
}

#[test]
fn hard_problems_are_solved_as_claimed() {
    hard_rounds(25, 1);
}

/// The same for longer: `cargo test --test truth -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn hard_problems_by_the_hundred() {
    hard_rounds(1000, 1000);
}
