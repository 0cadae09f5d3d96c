//! The sphere as a source: closed forms, sums over slices that know no arcs, ties on grids, and the
//! whole way from a problem to a verified solution.

use brenier::diagram::Cells;
use brenier::exact::{Dd, Heights};
use brenier::sample::{Fill, Method, SphereSampler};
use brenier::{
    Claims, QuantizeOptions, SolveOptions, Sphere, SphereDensity, SphereDiagram, SphereProblem, SphereProblemData,
    certify, quantize, solve, verify,
};
use std::f64::consts::{PI, TAU};

#[path = "common/slices.rs"]
mod slices;
use slices::slices;

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn between(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * self.next()
    }
    fn whole(&mut self, n: i64) -> f64 {
        ((self.next() * (2 * n + 1) as f64) as i64 - n) as f64
    }
}

fn problem(sites: Vec<[f64; 3]>) -> SphereProblem {
    SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites)).unwrap()
}

fn diagram(sites: &[[f64; 3]], heights: &[f64]) -> SphereDiagram {
    SphereDiagram::new(&problem(sites.to_vec()), &Heights::from_f64(heights)).unwrap()
}

fn fibonacci(n: usize) -> Vec<[f64; 3]> {
    let golden = PI * (3.0 - 5f64.sqrt());
    (0..n)
        .map(|k| {
            let z = 1.0 - (2.0 * k as f64 + 1.0) / n as f64;
            let (r, a) = ((1.0 - z * z).sqrt(), golden * k as f64);
            [r * a.cos(), r * a.sin(), z]
        })
        .collect()
}

fn compare(sites: &[[f64; 3]], heights: &[f64], steps: usize, tolerance: f64, what: &str) {
    let found = diagram(sites, heights);
    for level in 1..=4 {
        Cells::validate(&found, level).unwrap_or_else(|e| panic!("{what} level {level}: {e}\n{sites:?} {heights:?}"));
    }
    let sum: f64 = found.masses().iter().sum();
    assert!((sum - 1.0).abs() < 1e-13, "{what}: {sum}\n{sites:?} {heights:?}");
    let shares = slices(sites, heights, steps, 1, |_| 1.0);
    for (i, (share, first)) in shares.iter().enumerate() {
        let mass = found.masses()[i];
        assert!(
            (mass - share).abs() < tolerance,
            "{what}: cell {i} has {mass}, slices say {share}\n{sites:?} {heights:?}"
        );
        if let Some(c) = Cells::centroids(&found)[i] {
            for k in 0..3 {
                assert!((c[k] * mass - first[k]).abs() < tolerance, "{what}: centroid of {i}");
            }
            let spread = Cells::spreads(&found)[i];
            let square: f64 = c.iter().map(|c| c * c).sum();
            assert!((spread - mass * (1.0 - square)).abs() < 1e-12, "{what}: spread of {i}");
        }
    }
}

#[test]
fn random_sites_anywhere() {
    let mut r = Random(1);
    for round in 0..60 {
        let n = 1 + round % 6;
        let size = [0.3, 1.0, 2.5][round % 3];
        let sites: Vec<[f64; 3]> = (0..n).map(|_| [0; 3].map(|_| r.between(-size, size))).collect();
        let heights: Vec<f64> = (0..n).map(|_| r.between(-0.5, 0.5) * size).collect();
        compare(&sites, &heights, 2000, 1e-4, "random");
    }
}

/// Small integers: planes that coincide, touch the sphere or pass through common points of it.
#[test]
fn ties_everywhere() {
    let mut r = Random(7);
    for round in 0..150 {
        let n = 2 + round % 7;
        let mut sites: Vec<[f64; 3]> = Vec::new();
        while sites.len() < n {
            let y = [r.whole(1 + round as i64 % 2), r.whole(1), if round % 5 == 0 { 0.0 } else { r.whole(1) }];
            if !sites.contains(&y) {
                sites.push(y);
            }
        }
        let heights: Vec<f64> = (0..n).map(|_| 0.5 * r.whole([0, 1, 2][round % 3])).collect();
        compare(&sites, &heights, 1000, 4e-3, "ties");
    }
}

/// 3-4-5: circles through common rational points.
#[test]
fn pythagorean_ties() {
    let points = [[0.6, 0.8, 0.0], [0.8, 0.6, 0.0], [0.0, 0.6, 0.8], [0.6, 0.0, 0.8], [0.0, 0.0, 1.0]];
    let mut r = Random(3);
    for _ in 0..40 {
        // Multiples of five: all numbers are whole.
        let x = points[(r.next() * 5.0) as usize].map(|x| 5.0 * x);
        let sites: Vec<[f64; 3]> = (0..6).map(|_| [0; 3].map(|_| 5.0 * r.whole(2))).collect();
        let mut own: Vec<[f64; 3]> = Vec::new();
        sites.iter().for_each(|y| {
            if !own.contains(y) {
                own.push(*y)
            }
        });
        // All have one value at the point.
        let heights: Vec<f64> = own.iter().map(|y| -(y[0] * x[0] + y[1] * x[1] + y[2] * x[2]) / 5.0).collect();
        compare(&own, &heights, 1000, 4e-3, "pythagorean");
    }
}

#[test]
fn caps_bands_and_holes() {
    // Two poles with a difference of heights: the cap z > c has the share (1 - c) / 2.
    let poles = [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let found = diagram(&poles, &[-0.5, 0.5]);
    assert!((found.masses()[0] - 0.25).abs() < 1e-16);
    // The conductance of a whole circle: 2 pi / |y_i - y_j| over the area, half of that in H.
    let walls = Cells::walls(&found);
    assert!((walls[0].2 - 0.5 * TAU / 2.0 / (4.0 * PI)).abs() < 1e-16);
    assert_eq!(found.rings(0).len(), 1);
    // Sites on an axis: bands, whatever else their heights are.
    let axis: Vec<[f64; 3]> = [-2.0, -1.0, 0.5, 3.0].iter().map(|&z| [0.0, 0.0, z]).collect();
    let walls = [-0.5, 0.25, 0.75];
    let mut heights = vec![0.0];
    for k in 0..3 {
        // y_k z + h_k = y_l z + h_l at the wall.
        heights.push(heights[k] - (axis[k + 1][2] - axis[k][2]) * walls[k]);
    }
    let found = diagram(&axis, &heights);
    for (m, s) in found.masses().iter().zip([0.25, 0.375, 0.25, 0.125]) {
        assert!((m - s).abs() < 1e-15, "{m} {s}");
    }
    assert_eq!(found.rings(1).len(), 2);
    // A site at the centre keeps what six caps leave.
    let mut sites = vec![[0.0; 3]];
    for k in 0..3 {
        for s in [1.0, -1.0] {
            sites.push([0, 1, 2].map(|l| if k == l { s } else { 0.0 }));
        }
    }
    let mut heights = vec![-0.75; 7];
    heights[0] = 0.0;
    let found = diagram(&sites, &heights);
    assert!((found.masses()[0] - (1.0 - 6.0 * 0.125)).abs() < 1e-15);
    assert_eq!(found.rings(0).len(), 6);
    compare(&sites, &heights, 1000, 1e-3, "six caps");
    // The caps cross each other: eight corners are left.
    heights[1..].fill(-0.6);
    let found = diagram(&sites, &heights);
    assert_eq!(found.rings(0).len(), 8);
    compare(&sites, &heights, 1000, 1e-3, "eight corners");
    // They touch: 1/sqrt 2 is no double, but 3-4-5 is.
    // A belt of sites around the equator leaves two parts.
    let belt: Vec<[f64; 3]> = (0..9)
        .map(|k| {
            let a = TAU * f64::from(k) / 9.0;
            [2.0 * a.cos(), 2.0 * a.sin(), 0.0]
        })
        .chain([[0.0; 3]])
        .collect();
    let mut heights = vec![-1.5; 10];
    heights[9] = 0.0;
    assert_eq!(diagram(&belt, &heights).rings(9).len(), 2);
    compare(&belt, &heights, 1000, 1e-3, "belt");
}

#[test]
fn nobody_beside_has_all_and_low_sites_nothing() {
    let one = diagram(&[[0.3, -2.0, 5.0]], &[7.0]);
    assert_eq!((one.masses()[0], one.arcs(0).count()), (1.0, 0));
    assert!((Cells::spreads(&one)[0] - 1.0).abs() < 1e-15);
    let found = diagram(&[[0.0; 3], [0.1, 0.0, 0.0], [0.0, 5.0, 0.0]], &[0.0, -0.2, -5.0]);
    assert_eq!(Cells::hidden(&found), [1, 2]);
    assert_eq!(found.masses()[0], 1.0);
    // It touches in a point: that is nothing.
    let found = diagram(&[[0.0; 3], [0.0, 0.0, 1.0]], &[0.0, -1.0]);
    assert_eq!(Cells::hidden(&found), [1]);
}

/// A sphere with holes all around, seen well from no point: each hole is a cap, and what is left is
/// known to a few roundings of the whole.
#[test]
fn many_holes_leave_the_rest() {
    for (n, c) in [(3, 0.999), (12, 0.9999), (200, 0.999), (200, 1.0 - 1e-7)] {
        let mut sites = vec![[0.0; 3]];
        sites.extend(fibonacci(n));
        let mut heights = vec![-c; n + 1];
        heights[0] = 0.0;
        let found = diagram(&sites, &heights);
        // Sites are on the sphere but for a rounding, so their caps are off by one of the whole.
        let (share, rounding) = (0.5 * (1.0 - c), n as f64 * f64::EPSILON);
        let rest = 1.0 - n as f64 * share;
        assert!((found.masses()[0] - rest).abs() < rounding + 4.0 * f64::EPSILON, "{n} {}", found.masses()[0] - rest);
        assert!((found.masses().iter().sum::<f64>() - 1.0).abs() < 1e-14);
        assert_eq!(found.rings(0).len(), n);
        assert!(Cells::mass_errors(&found)[0] < 1e-13);
        // Of all together the centroid is the centre; the caps' are (1 + c) / 2 along their sites.
        let centre = Cells::centroids(&found)[0].unwrap();
        let all = |k: usize| centre[k] * rest + sites[1..].iter().map(|y| share * 0.5 * (1.0 + c) * y[k]).sum::<f64>();
        assert!((0..3).all(|k| all(k).abs() < rounding + 1e-14), "{n} {centre:?}");
    }
}

#[test]
fn polytopes_and_lunes() {
    let mut octahedron = Vec::new();
    let mut cube = Vec::new();
    for k in 0..3 {
        for s in [1.0, -1.0] {
            octahedron.push([0, 1, 2].map(|l| if k == l { s } else { 0.0 }));
        }
    }
    for k in 0..8 {
        cube.push([0, 1, 2].map(|l| if (k >> l) & 1 == 0 { 1.0 } else { -1.0 }));
    }
    for sites in [octahedron, cube] {
        let n = sites.len();
        let found = diagram(&sites, &vec![0.0; n]);
        assert!(found.masses().iter().all(|m| (m - 1.0 / n as f64).abs() < 1e-15));
        let arcs = if n == 6 { 4 } else { 3 };
        assert!((0..n).all(|i| found.arcs(i).count() == arcs && found.rings(i).len() == 1));
        for level in 1..=4 {
            Cells::validate(&found, level).unwrap();
        }
    }
    // Lunes: all circles pass through both poles.
    let n = 12;
    let equator: Vec<[f64; 3]> = (0..n)
        .map(|k| {
            let a = TAU * k as f64 / n as f64;
            [a.cos(), a.sin(), 0.0]
        })
        .collect();
    let found = diagram(&equator, &vec![0.0; n]);
    for i in 0..n {
        assert!((found.masses()[i] - 1.0 / n as f64).abs() < 1e-14);
        assert!(found.arcs(i).all(|a| (a.angle - PI).abs() < 1e-7));
    }
}

#[test]
fn two_sites_have_a_weight_in_closed_form() {
    for m in [1e-9, 0.01, 0.3, 0.5, 0.999] {
        let sites = vec![[0.0, 0.0, 2.0], [0.0, 0.0, -1.0]];
        let data = SphereProblemData::new(Sphere::UNIT, sites).masses(vec![m, 1.0 - m]);
        let problem = SphereProblem::new(data).unwrap();
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged, "{m}");
        // 3 z + h_0 - h_1 = 0 at z = 1 - 2 m.
        let z = (solution.heights.get(1) - solution.heights.get(0)).to_f64() / 3.0;
        assert!((z - (1.0 - 2.0 * m)).abs() < 1e-9 * m + 1e-15, "{m} {z}");
    }
}

#[test]
fn a_tilted_density_is_integrated() {
    let (g, c) = ([0.3, -0.2, 0.5], 1.0);
    let density = SphereDensity::Affine { g, c };
    let poles = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let data = SphereProblemData::new(Sphere::UNIT, poles).density(density.clone());
    let problem = SphereProblem::new(data).unwrap();
    let found = SphereDiagram::new(&problem, &Heights::from_f64(&[-0.25, 0.25])).unwrap();
    // int over z > 1/4: 2 pi (1 - c) + g_z pi (1 - c^2), of 4 pi.
    let mass = (TAU * 0.75 + 0.5 * PI * (1.0 - 0.0625)) / (4.0 * PI);
    assert!((found.masses()[0] - mass).abs() < 1e-15);
    // Its first moment along x: g_x int x^2 = g_x (area - int z^2) / 2.
    let z2 = TAU * (1.0 - 0.25f64.powi(3)) / 3.0;
    let first = 0.3 * 0.5 * (TAU * 0.75 - z2) / (4.0 * PI);
    let centroid = Cells::centroids(&found)[0].unwrap();
    assert!((centroid[0] * mass - first).abs() < 1e-15);
    // Masses, centroids and spreads against points.
    let mut r = Random(11);
    let sites: Vec<[f64; 3]> = (0..7).map(|_| [0; 3].map(|_| r.between(-1.0, 1.0))).collect();
    let heights: Vec<f64> = (0..7).map(|_| r.between(-0.2, 0.2)).collect();
    let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites).density(density)).unwrap();
    let heights = Heights::from_f64(&heights);
    let found = SphereDiagram::new(&problem, &heights).unwrap();
    let n = 40_000;
    let (mut mass, mut first) = ([0.0; 7], [[0.0; 3]; 7]);
    for x in fibonacci(n) {
        let rho = c + (0..3).map(|k| g[k] * x[k]).sum::<f64>();
        let value = |i: usize| (0..3).map(|k| problem.sites()[i][k] * x[k]).sum::<f64>() + heights.get(i).hi;
        let best = (0..7).fold(0, |b, i| if value(i) > value(b) { i } else { b });
        mass[best] += rho / n as f64;
        (0..3).for_each(|k| first[best][k] += rho * x[k] / n as f64);
    }
    for i in 0..7 {
        assert!((found.masses()[i] - mass[i]).abs() < 2e-3);
        if let Some(c) = Cells::centroids(&found)[i] {
            (0..3).for_each(|k| assert!((c[k] * found.masses()[i] - first[i][k]).abs() < 2e-3));
        }
    }
    // And the derivative: masses move as the walls say.
    let e = 1e-6;
    let mut moved = heights.clone();
    moved.set(2, heights.get(2) + Dd::from_f64(e));
    let after = SphereDiagram::new(&problem, &moved).unwrap();
    for (i, j, h) in Cells::walls(&found).into_iter().filter(|w| w.0 == 2 || w.1 == 2) {
        let other = if i == 2 { j } else { i } as usize;
        let change = (after.masses()[other] - found.masses()[other]) / e;
        assert!((change + 2.0 * h).abs() < 1e-5, "{change} {h}");
    }
}

#[test]
fn other_centres_and_radii_are_the_same_sphere() {
    let mut r = Random(5);
    let sites: Vec<[f64; 3]> = (0..40).map(|_| [0; 3].map(|_| r.whole(64) / 32.0)).collect();
    let mut own: Vec<[f64; 3]> = Vec::new();
    sites.iter().for_each(|y| {
        if !own.contains(y) {
            own.push(*y)
        }
    });
    let heights: Vec<f64> = own.iter().map(|_| r.whole(16) / 64.0).collect();
    let (center, radius) = ([3.0, -0.5, 17.25], 0.375);
    let sphere = Sphere::new(center, radius).unwrap();
    let there = SphereProblem::new(SphereProblemData::new(sphere, own.clone())).unwrap();
    // <y, c + r u> + h' = r (<y, u> + h).
    let moved: Vec<f64> =
        own.iter().zip(&heights).map(|(y, h)| radius * h - (0..3).map(|k| y[k] * center[k]).sum::<f64>()).collect();
    let (a, b) = (diagram(&own, &heights), SphereDiagram::new(&there, &Heights::from_f64(&moved)).unwrap());
    assert_eq!(Cells::hidden(&a), Cells::hidden(&b));
    for i in 0..own.len() {
        assert!((a.masses()[i] - b.masses()[i]).abs() < 1e-14);
        if let (Some(p), Some(q)) = (Cells::centroids(&a)[i], Cells::centroids(&b)[i]) {
            (0..3).for_each(|k| assert!((center[k] + radius * p[k] - q[k]).abs() < 1e-13));
        }
    }
    for level in 1..=4 {
        Cells::validate(&b, level).unwrap();
    }
    // Another look at space changes nothing.
    let turned: Vec<[f64; 3]> = own.iter().map(|y| [-y[2], y[0], -y[1]]).collect();
    let c = diagram(&turned, &heights);
    assert_eq!(Cells::hidden(&a), Cells::hidden(&c));
    assert!((0..own.len()).all(|i| (a.masses()[i] - c.masses()[i]).abs() < 1e-14));
}

#[test]
fn a_thousand_sites_are_solved_and_verified() {
    let mut r = Random(9);
    let sites = fibonacci(1000);
    let masses: Vec<f64> = sites.iter().map(|_| r.between(0.2, 1.8)).collect();
    let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites).masses(masses)).unwrap();
    let options = SolveOptions::default().tolerance(1e-10);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solve(&problem, &options))
    };
    let (one, three) = (run(1), run(3));
    assert_eq!(one.heights, three.heights);
    assert_eq!(one.masses, three.masses);
    assert!(one.report.converged);
    assert!(certify(&problem, &one.heights, 4).is_ok());
    let verdict = verify(&problem, &Claims::of(&one), 5).unwrap();
    assert!(verdict.verified(), "{verdict:?}");
    let total: f64 = problem.masses().iter().sum();
    assert!((one.masses.iter().sum::<f64>() / total - 1.0).abs() < 1e-12);
    // A false claim is found.
    let mut wrong = one.clone();
    wrong.masses[17] *= 1.0 + 1e-6;
    assert!(!verify(&problem, &Claims::of(&wrong), 5).unwrap().verified());
}

/// Sites of all kinds of places: in a ball, in a far cluster, on a line, in a plane, nested along
/// one ray.
#[test]
fn sites_anywhere_are_solved() {
    let mut r = Random(21);
    let mut cases: Vec<(&str, Vec<[f64; 3]>)> = Vec::new();
    cases.push(("ball", (0..150).map(|_| [0; 3].map(|_| r.between(-1.0, 1.0))).collect()));
    cases.push(("far", (0..100).map(|_| [5.0, 0.0, 0.0].map(|c| c + r.between(-0.01, 0.01))).collect()));
    cases.push(("line", (0..30).map(|k| [0.1 * f64::from(k), 0.0, 0.0]).collect()));
    cases.push(("ray", (0..20).map(|k| [1.0, 2.0, 2.0].map(|c| c * (1.0 + 0.1 * f64::from(k)))).collect()));
    cases.push(("plane", (0..64).map(|k| [f64::from(k % 8), f64::from(k / 8), 3.0]).collect()));
    cases.push(("grid", (0..27).map(|k| [k % 3, k / 3 % 3, k / 9].map(|c| f64::from(c) - 1.0)).collect()));
    for (name, sites) in cases {
        let masses: Vec<f64> = sites.iter().map(|_| r.between(0.5, 1.5)).collect();
        let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites).masses(masses)).unwrap();
        let solution = solve(&problem, &SolveOptions::default());
        let report = &solution.report;
        assert!(report.converged, "{name}: {} after {}", report.max_relative_error, report.iterations.len());
        assert!(verify(&problem, &Claims::of(&solution), 4).unwrap().verified(), "{name}");
    }
}

#[test]
fn samples_fall_into_their_cells_as_often_as_they_weigh() {
    let density = SphereDensity::Affine { g: [0.0, 0.0, 1.0], c: 1.0 };
    let mut r = Random(2);
    let sites: Vec<[f64; 3]> = (0..9).map(|_| [0; 3].map(|_| r.between(-1.0, 1.0))).collect();
    let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites).density(density)).unwrap();
    let solution = solve(&problem, &SolveOptions::default());
    let diagram = SphereDiagram::new(&problem, &solution.heights).unwrap();
    let sampler = SphereSampler::new(&diagram, &solution.heights);
    let count = 20_000;
    for method in [Method::Independent, Method::Alias, Method::Stratified] {
        let (mut points, mut cells) = (vec![[0.0; 3]; count], vec![0; count]);
        sampler.draw(method, None, 5, count as u64).unwrap().fill(0, &mut points, &mut cells);
        let mut hits = [0.0; 9];
        cells.iter().for_each(|&i| hits[i as usize] += 1.0 / count as f64);
        // Five standard deviations; strata are right to a sample.
        let off = if method == Method::Stratified { 2.0 / count as f64 } else { 0.011 };
        assert!(hits.iter().all(|h| (h - 1.0 / 9.0).abs() < off), "{method:?} {hits:?}");
        assert!(points.iter().all(|x| (x.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-14));
        let mean = points.iter().map(|x| x[2]).sum::<f64>() / count as f64;
        assert!((mean - 1.0 / 3.0).abs() < 0.02, "{method:?} {mean}");
    }
    for i in [0, 4] {
        let (mut points, mut cells) = (vec![[0.0; 3]; 4000], vec![0; 4000]);
        sampler.draw(Method::Independent, Some(i), 5, 4000).unwrap().fill(0, &mut points, &mut cells);
        assert!(cells.iter().all(|&c| c as usize == i));
        let c = Cells::centroids(&diagram)[i].unwrap();
        for k in 0..3 {
            let mean = points.iter().map(|x| x[k]).sum::<f64>() / 4000.0;
            assert!((mean - c[k]).abs() < 0.05, "{i} {mean} {c:?}");
        }
    }
    assert!(sampler.draw(Method::Independent, Some(9), 1, 1).is_err());
}

/// Equal areas, each about its own site; the cost falls.
#[test]
fn quantization_spreads_sites() {
    let mut r = Random(4);
    let sites: Vec<[f64; 3]> = (0..100).map(|_| [0; 3].map(|_| r.between(-1.0, 1.0))).collect();
    let problem = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites)).unwrap();
    let found = quantize(&problem, &QuantizeOptions::default().max_steps(30));
    let costs: Vec<f64> = found.steps.iter().map(|s| s.cost).collect();
    assert!(costs.len() > 3 && costs.windows(2).all(|c| c[1] <= c[0] * (1.0 + 1e-3)), "{costs:?}");
    let last = &found.solution;
    assert!(last.masses.iter().all(|m| (m - 0.01).abs() < 1e-11));
    // A hexagon's second moment: cost about 5 / (18 sqrt 3) A^2 a cell, A = 4 pi / 100.
    let area = 4.0 * PI / 100.0;
    let ideal = 5.0 / (18.0 * 3f64.sqrt()) * area;
    let cost = costs[costs.len() - 1];
    assert!(cost > 0.97 * ideal && cost < 1.08 * ideal, "{cost} {ideal}");
}

#[test]
fn outlines_share_their_corners() {
    let sites = fibonacci(60);
    let found = diagram(&sites, &vec![0.0; 60]);
    let all = Cells::areas(&found, true).unwrap();
    assert_eq!(all.len(), 60);
    assert!((all.areas.iter().sum::<f64>() - 4.0 * PI).abs() < 1e-12);
    // Every side is walked once in each direction.
    let mut sides = std::collections::HashMap::new();
    for ring in 0..all.rings.len() - 1 {
        let corners: Vec<u32> = all.corners_of(ring).map(|c| all.corners[c]).collect();
        for k in 0..corners.len() {
            *sides.entry((corners[k], corners[(k + 1) % corners.len()])).or_insert(0) += 1;
        }
    }
    let single = sides.iter().filter(|((a, b), n)| **n != 1 || !sides.contains_key(&(*b, *a))).count();
    assert_eq!(single, 0, "of {}", sides.len());
}

/// Thirds, thousandths and hairs on a grid: what the fuzz target of the sphere does, with random
/// bytes.
#[test]
fn hostile_numbers_keep_all_levels() {
    let mut r = Random(77);
    let mut flaws = 0;
    for round in 0..250 {
        let mut byte = || (r.next() * 256.0) as u8;
        let (place, grid) = (byte(), byte());
        let unit = [0.25, 1.0 / 3.0, 1e-3, 1.0 + f64::EPSILON][usize::from(grid & 3)];
        let radius = [1.0, 5.0, unit, 3.0 * unit][usize::from(place & 3)];
        let center = [0, 1, 2].map(|k| if place >> (2 + k) & 1 == 1 { 4.0 * unit } else { 0.0 });
        let mut number = |coarse: bool| {
            let b = byte();
            let steps = if coarse { b & 3 } else { b & 15 };
            f64::from(steps) * unit + if b > 200 { 1e-16 } else { 0.0 }
        };
        let coarse = round % 2 == 0;
        let sites: Vec<[f64; 3]> = (0..2 + round % 9)
            .map(|_| [0; 3].map(|_| number(coarse) - if coarse { unit } else { 4.0 * unit }))
            .collect();
        let heights: Vec<f64> =
            sites.iter().map(|_| f64::from(byte() as i8 / if coarse { 32 } else { 1 }) * radius * unit / 4.0).collect();
        let data = SphereProblemData::new(Sphere::new(center, radius).unwrap(), sites.clone());
        let problem = SphereProblem::new(data.duplicates(brenier::Duplicates::Keep)).unwrap();
        let c = certify(&problem, &Heights::from_f64(&heights), 5);
        let c = c.unwrap_or_else(|e| panic!("{e}: {center:?} {radius} {sites:?} {heights:?}"));
        flaws += usize::from(c.flaw.is_some());
        assert!(c.flaw.is_some() || c.total_is_domain, "{center:?} {radius} {sites:?} {heights:?}");
    }
    assert!(flaws < 5, "{flaws}");
}

/// Far sizes are ordinary in their own units.
#[test]
fn huge_and_tiny_spheres() {
    for e in [-400, 400] {
        let s = 2f64.powi(e);
        let sites: Vec<[f64; 3]> = fibonacci(12).iter().map(|y| y.map(|y| y * s)).collect();
        let masses: Vec<f64> = (1..=12).map(f64::from).collect();
        let of = |sphere: Sphere, sites: Vec<[f64; 3]>| {
            let problem = SphereProblem::new(SphereProblemData::new(sphere, sites).masses(masses.clone())).unwrap();
            let solution = solve(&problem, &SolveOptions::default());
            assert!(solution.report.converged && verify(&problem, &Claims::of(&solution), 5).unwrap().verified());
            solution
        };
        let (far, near) = (of(Sphere::new([0.0; 3], s).unwrap(), sites), of(Sphere::UNIT, fibonacci(12)));
        assert!((far.cost / s / s / near.cost - 1.0).abs() < 1e-12);
    }
}

/// Two walls of a cell touch where a third passes: there it has an arc without length, which its
/// other side knows nothing of.
#[test]
fn walls_through_a_place_where_others_touch_have_no_length_there() {
    let sites = vec![
        [-1.0 + f64::EPSILON / 2.0, -1.0, -1.0],
        [-1.0, -1.0, -1.0],
        [2.5, 2.0, -1.0],
        [2.75, -1.0, -0.5],
        [2.75, 2.75, -1.0],
        [-0.75, -1.0, -1.0],
        [-1.0, -1.0, 0.0],
        [2.75, -1.0, 2.75],
    ];
    let sphere = Sphere::new([1.0, 0.0, 0.0], 1.0).unwrap();
    let problem = SphereProblem::new(SphereProblemData::new(sphere, sites)).unwrap();
    let heights = Heights::from_f64(&[0.0, 0.0, 0.0, -1.0 / 64.0, 0.0, 0.0, 0.0, -1.0 / 64.0]);
    let certificate = certify(&problem, &heights, 5).unwrap();
    assert!(certificate.total_is_domain, "{:?}", certificate.flaw);
}
