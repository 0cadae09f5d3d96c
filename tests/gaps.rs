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

/// One pixel of 64 x 64: its own box is where the start is sought.
#[test]
fn one_pixel() {
    proved("one pixel", &pixels(64, &[[20, 30]], sites(1000, 2)));
}
