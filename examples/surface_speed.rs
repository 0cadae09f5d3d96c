//! Times of a solve on a surface: `surface_speed MESH.obj SITES [TOLERANCE]`, sites sampled evenly from the surface, equal masses.

use brenier::domain::Surface;
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use brenier::transport::{SolveOptions, solve};
use rand::{RngExt, SeedableRng};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = std::fs::read_to_string(&arguments[1]).expect("a mesh");
    let n: usize = arguments[2].parse().expect("a number of sites");
    let tolerance = arguments.get(3).map_or(1e-10, |t| t.parse().expect("a tolerance"));
    let (mut vertices, mut triangles) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("v") => {
                let x: Vec<f64> = words.take(3).map(|w| w.parse().unwrap()).collect();
                vertices.push([x[0], x[1], x[2]]);
            }
            Some("f") => {
                let f: Vec<u32> = words.map(|w| w.split('/').next().unwrap().parse::<u32>().unwrap() - 1).collect();
                triangles.push([f[0], f[1], f[2]]);
            }
            _ => {}
        }
    }
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let area = |t: &[u32; 3]| {
        let [a, b, c] = t.map(|v| vertices[v as usize]);
        let (p, q): (Vec<f64>, Vec<f64>) = (0..3).map(|k| (b[k] - a[k], c[k] - a[k])).unzip();
        let n = [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
        (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]).sqrt()
    };
    let mut sum = 0.0;
    let ends: Vec<f64> = triangles
        .iter()
        .map(|t| {
            sum += area(t);
            sum
        })
        .collect();
    let sites: Vec<[f64; 3]> = (0..n)
        .map(|_| {
            let place = rng.random_range(0.0..sum);
            let at = ends.partition_point(|e| *e < place).min(ends.len() - 1);
            let [a, b, c] = triangles[at].map(|v: u32| vertices[v as usize]);
            let (u, v): (f64, f64) = (rng.random(), rng.random());
            let r = u.sqrt();
            [0, 1, 2].map(|k| (1.0 - r) * a[k] + r * ((1.0 - v) * b[k] + v * c[k]))
        })
        .collect();
    let surface = Surface::new(vertices, triangles).unwrap();
    let problem = SurfaceProblem::new(SurfaceProblemData::new(surface, sites)).unwrap();
    let solution = solve(&problem, &SolveOptions { tolerance, ..SolveOptions::default() });
    for i in &solution.report.iterations {
        println!(
            "{:.2e} min {:.1e} t {:.3} trials {} {:.3}s cells {:.3} linear {:.3} ({})",
            i.residual, i.min_mass_ratio, i.step, i.trials, i.seconds, i.cells, i.linear, i.linear_iterations
        );
    }
    let r = &solution.report;
    println!("{:?} {:.2e} {:.2}s {:?}", r.outcome, r.max_relative_error, r.seconds, r.predicates);
}
