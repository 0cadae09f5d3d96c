//! Sources with gaps that are wide beside their parts, and whose parts have the masses of whole
//! numbers of sites: nothing joins the groups of cells at the solution, and which site belongs to
//! which part is a discrete question.

use brenier::domain::{Between, ConvexPolygon, Density, Image, PlanarMesh};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{SolveOptions, certify, solve};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

fn sites(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| [rng.random::<f64>(), rng.random::<f64>()]).collect()
}

/// Some pixels of a square image.
fn pixels(width: usize, lit: &[[usize; 2]], sites: Vec<[f64; 2]>) -> Problem {
    let mut values = vec![0.0; width * width];
    lit.iter().for_each(|&[x, y]| values[y * width + x] = 1.0);
    let image = Image::new(width, values, [0.0; 2], [1.0; 2], Between::Constant).unwrap();
    let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
    Problem::new(ProblemData::new(square, sites).density(Density::Image(Arc::new(image)))).unwrap()
}

/// Solved, and the cost proved to be the least there is by the dual.
fn proved(name: &str, problem: &Problem) {
    let solution = solve(problem, &SolveOptions::default());
    assert!(solution.report.converged, "{name}: {:?}", solution.report.outcome);
    let proof = certify(problem, &solution.heights, 5).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert!(proof.max_relative_error[1] <= 1e-10, "{name}: {:?}", proof.max_relative_error);
    assert!(proof.w2_squared[1] - proof.w2_squared[0] < 1e-9, "{name}: {:?}", proof.w2_squared);
}

/// 250 of 1000 sites to each of four pixels in the corners of 50 x 50, and a number that leaves
/// sites to share.
#[test]
fn parts_whose_masses_fit_exactly() {
    let corners = [[0, 0], [49, 0], [0, 49], [49, 49]];
    for n in [1000, 301] {
        proved(&format!("{n} sites"), &pixels(50, &corners, sites(n, 1)));
    }
}

/// Eight pixels all over an image, and two small triangles in opposite corners of their frame.
#[test]
fn small_parts_far_apart() {
    let eight = [[1, 1], [3, 8], [7, 12], [9, 2], [12, 13], [14, 6], [8, 8], [15, 0]];
    proved("eight pixels", &pixels(16, &eight, sites(300, 3)));
    let v = vec![[0.0, 0.0], [0.01, 0.0], [0.0, 0.01], [1.0, 1.0], [0.99, 1.0], [1.0, 0.99]];
    let mesh = PlanarMesh::new(v, vec![[0, 1, 2], [3, 4, 5]]).unwrap();
    for n in [300, 301] {
        let problem = Problem::new(ProblemData::new(mesh.clone(), sites(n, 5))).unwrap();
        proved("two triangles", &problem);
    }
}

/// As [`proved`], and in few steps: the parts are solved one by one first, and then put together.
fn proved_soon(name: &str, problem: &Problem) {
    proved(name, problem);
    let report = solve(problem, &SolveOptions::default()).report;
    let (steps, trials) = (report.iterations.len(), report.iterations.iter().map(|i| i.trials).sum::<u32>());
    assert!(steps <= 25 && trials <= 600, "{name}: {steps} steps, {trials} trials");
}

/// Small parts far apart and many sites: between the heights at which one site changes parts and
/// the next does, no mass moves, and Newton's steps know nothing of it.
#[test]
fn many_sites_on_few_small_parts() {
    let corners = [[0, 0], [49, 0], [0, 49], [49, 49]];
    for n in [2000, 2001] {
        proved_soon(&format!("{n} sites on corners"), &pixels(50, &corners, sites(n, 1)));
    }
    let seven = [[1, 60], [20, 3], [22, 40], [33, 33], [50, 12], [61, 63], [63, 5]];
    proved_soon("seven pixels", &pixels(64, &seven, sites(1000, 4)));
    let three = [[0, 0], [15, 3], [5, 15]];
    proved_soon("three pixels", &pixels(16, &three, sites(1000, 6)));
    // All sites in a heap in the gap.
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut near = |c: [f64; 2]| c.map(|x| x + 0.01 * (rng.random::<f64>() - 0.5));
    let heap = (0..1000).map(|_| near([0.5, 0.5])).collect();
    proved_soon("a heap of sites", &pixels(50, &corners, heap));
}

/// Two thin stripes; two and three small triangles.
#[test]
fn many_sites_on_stripes_and_triangles() {
    let v = [0.0, 0.02, 0.9, 0.92].iter().flat_map(|&x| [[x, 0.0], [x, 1.0]]).collect();
    let mesh = PlanarMesh::new(v, vec![[0, 2, 1], [1, 2, 3], [4, 6, 5], [5, 6, 7]]).unwrap();
    proved_soon("stripes", &Problem::new(ProblemData::new(mesh, sites(1000, 7))).unwrap());
    for corners in [&[[0.0, 0.0], [0.99, 0.99]][..], &[[0.0, 0.0], [0.99, 0.99], [0.1, 0.9]]] {
        let v = corners.iter().flat_map(|&[x, y]| [[x, y], [x + 0.01, y], [x, y + 0.01]]).collect();
        let triangles = (0..corners.len() as u32).map(|k| [3 * k, 3 * k + 1, 3 * k + 2]).collect();
        let mesh = PlanarMesh::new(v, triangles).unwrap();
        let problem = Problem::new(ProblemData::new(mesh, sites(1000, 9))).unwrap();
        proved_soon(&format!("{} triangles", corners.len()), &problem);
    }
}

/// Masses of sites and of parts over several decades.
#[test]
fn masses_over_decades_on_small_parts() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let masses: Vec<f64> = (0..500).map(|_| 10f64.powf(-4.0 * rng.random::<f64>())).collect();
    let mut values = vec![0.0; 2500];
    for ([x, y], value) in [[3, 4], [40, 5], [10, 45], [44, 42]].into_iter().zip([1.0, 0.01, 100.0, 5.0]) {
        values[y * 50 + x] = value;
    }
    let image = Image::new(50, values, [0.0; 2], [1.0; 2], Between::Constant).unwrap();
    let square = ConvexPolygon::rectangle([0.0; 2], [1.0; 2]).unwrap();
    let data = ProblemData::new(square, sites(500, 12)).density(Density::Image(Arc::new(image)));
    proved_soon("decades", &Problem::new(data.masses(masses)).unwrap());
}

/// One pixel of 64 x 64: its own box is where the start is sought.
#[test]
fn one_pixel() {
    proved("one pixel", &pixels(64, &[[20, 30]], sites(1000, 2)));
}
