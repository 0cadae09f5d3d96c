//! Site distributions that are hard for a Newton method, seeded; shared by tests, benches and the `hard` example.

use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::TAU;

/// Names of all distributions.
#[allow(unused)]
pub const ALL: [&str; 10] =
    ["uniform", "gauss", "line", "circle", "outside", "small", "large", "masses", "clusters", "disk"];

/// `n` sites of the named kind with equal masses (or, for `masses`, masses spanning 1e12) on the unit square (or a 200-gon).
pub fn problem(kind: &str, n: usize) -> Problem {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut uniform = move || rng.random::<f64>();
    let mut gauss = {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        move || {
            let (a, b) = (rng.random::<f64>().max(1e-300), rng.random::<f64>());
            let r = (-2.0 * a.ln()).sqrt();
            [r * (b * TAU).cos(), r * (b * TAU).sin()]
        }
    };
    let centres: Vec<[f64; 2]> = (0..50).map(|_| [uniform(), uniform()]).collect();
    let site = |k: usize| match kind {
        "gauss" => gauss().map(|c| 0.02 * c),
        "line" => {
            let t = uniform();
            [t, 0.3 + 0.5 * t]
        }
        "circle" => {
            let t = TAU * uniform();
            [0.5 + 0.4 * t.cos(), 0.5 + 0.4 * t.sin()]
        }
        "outside" => [1000.0 + uniform(), 1000.0 + uniform()],
        "small" => [1e-6 * uniform(), 1e-6 * uniform()],
        "large" => [1e6 * uniform(), 1e6 * uniform()],
        "clusters" => {
            let (c, g) = (centres[k % 50], gauss());
            [c[0] + 0.005 * g[0], c[1] + 0.005 * g[1]]
        }
        _ => [uniform(), uniform()],
    };
    let sites: Vec<[f64; 2]> = (0..n).map(site).collect();
    let domain = match kind {
        "disk" => ConvexPolygon::disk(200),
        _ => ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]),
    };
    let mut data = ProblemData::new(domain.expect("a convex polygon"), sites);
    if kind == "masses" {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        data.masses = Some((0..n).map(|_| 10f64.powf(-12.0 * rng.random::<f64>())).collect());
    }
    Problem::new(data).expect("a sound problem")
}
