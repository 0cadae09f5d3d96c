//! Site distributions that are hard for a Newton method, seeded; shared by tests, benches and the
//! `hard` example.

use brenier::domain::ConvexPolygon;
use brenier::problem::{Problem, ProblemData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::TAU;

/// Names of all distributions.
#[allow(unused)]
pub const ALL: [&str; 15] = [
    "uniform",
    "gauss",
    "line",
    "circle",
    "outside",
    "small",
    "large",
    "masses",
    "two-valued",
    "few-heavy",
    "few-light",
    "slope",
    "log-normal",
    "clusters",
    "disk",
];

/// `n` sites of the named kind on the unit square (or a 200-gon), with equal masses or with masses
/// spanning 1e12: see [`masses`].
#[allow(unused)]
pub fn problem(kind: &str, n: usize) -> Problem {
    seeded(kind, n, 7)
}

/// [`problem`] with random numbers from the given seed.
pub fn seeded(kind: &str, n: usize, seed: u64) -> Problem {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = move || rng.random::<f64>();
    let mut gauss = {
        let mut rng = ChaCha8Rng::seed_from_u64(seed + 1);
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
    data.masses = masses(kind, &data.sites, seed + 2);
    Problem::new(data).expect("a sound problem")
}

/// Laws of masses that span (about) 1e12, for uniform sites; `None`: equal masses.
fn masses(kind: &str, sites: &[[f64; 2]], seed: u64) -> Option<Vec<f64>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = move || rng.random::<f64>();
    let law: &mut dyn FnMut(&[f64; 2]) -> f64 = match kind {
        // The logarithm is uniform.
        "masses" => &mut |_| 10f64.powf(-12.0 * uniform()),
        // 1 or 1e-12: as many, few of these, few of those.
        "two-valued" => &mut |_| if uniform() < 0.5 { 1.0 } else { 1e-12 },
        "few-heavy" => &mut |_| if uniform() < 0.01 { 1.0 } else { 1e-12 },
        "few-light" => &mut |_| if uniform() < 0.99 { 1.0 } else { 1e-12 },
        // Growing to the right.
        "slope" => &mut |y| 10f64.powf(12.0 * (y[0] - 1.0)),
        // Six decades are three standard deviations.
        "log-normal" => &mut |_| {
            let (a, b) = (uniform().max(1e-300), uniform());
            10f64.powf(2.0 * (-2.0 * a.ln()).sqrt() * (b * TAU).cos())
        },
        _ => return None,
    };
    Some(sites.iter().map(law).collect())
}
