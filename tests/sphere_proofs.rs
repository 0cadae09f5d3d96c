//! What is proved of masses and costs on the sphere: closed forms, and cells beside doubles.

use brenier::diagram::Cells;
use brenier::exact::Heights;
use brenier::{SolveOptions, Sphere, SphereDensity, SphereDiagram, SphereProblem, SphereProblemData, certify, solve};

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn between(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * self.next()
    }
}

fn problem(sites: Vec<[f64; 3]>) -> SphereProblem {
    SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites)).unwrap()
}

/// What is proved of cases that are known exactly.
#[test]
fn areas_and_costs_are_enclosed() {
    // Two hemispheres: int |x - y|^2 = 2 - 2 |z| in the mean, and |z| is 1/2 in the mean.
    let halves = problem(vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]);
    let c = certify(&halves, &Heights::zeros(2), 5).unwrap();
    assert!(c.total_is_domain && c.exact_cells == 2 && c.masses == [0.5, 0.5]);
    assert!(c.max_relative_error[1] < 1e-50, "{:?}", c.max_relative_error);
    for [low, high] in [c.w2_squared, c.map_cost] {
        assert!(low <= 1.0 && 1.0 <= high && high - low < 1e-15, "{low} {high}");
    }
    assert_eq!(c.centroids[0].unwrap(), [0.0, 0.0, 0.5]);
    // A quarter above z = 1/2; the other cell has a hole.
    let data = SphereProblemData::new(Sphere::UNIT, vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]).masses(vec![0.25, 0.75]);
    let c = certify(&SphereProblem::new(data).unwrap(), &Heights::from_f64(&[-0.5, 0.5]), 5).unwrap();
    assert!(c.max_relative_error[1] < 1e-50 && c.total_is_domain);
    // Eight octants of the cube's vertices, six squares of the octahedron's, and lunes.
    for k in 0..3 {
        let sites: Vec<[f64; 3]> = match k {
            0 => (0..8).map(|k| [0, 1, 2].map(|l| if (k >> l) & 1 == 0 { 1.0 } else { -1.0 })).collect(),
            1 => {
                (0..6).map(|k| [0, 1, 2].map(|l| if k / 2 == l { 1.0 - 2.0 * f64::from(k % 2) } else { 0.0 })).collect()
            }
            _ => [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]].to_vec(),
        };
        let n = sites.len();
        let c = certify(&problem(sites), &Heights::zeros(n), 5).unwrap();
        // 1/6 is no double.
        assert!(c.total_is_domain && c.max_relative_error[1] < 1e-16, "{k} {:?}", c.max_relative_error);
    }
    // Random cells: what is proved beside what doubles say, and the sum.
    let mut r = Random(8);
    for round in 0..12 {
        let n = 2 + round;
        let sites: Vec<[f64; 3]> = (0..n).map(|_| [0; 3].map(|_| r.between(-1.0, 1.0))).collect();
        let heights: Vec<f64> = (0..n).map(|_| r.between(-0.3, 0.3)).collect();
        let (problem, heights) = (problem(sites), Heights::from_f64(&heights));
        let found = SphereDiagram::new(&problem, &heights).unwrap();
        let c = certify(&problem, &heights, 5).unwrap();
        assert!(c.total_is_domain, "{round}");
        for i in 0..n {
            assert!((c.masses[i] - found.masses()[i]).abs() < 1e-14, "{round} {i}");
            if let (Some(p), Some(q)) = (c.centroids[i], Cells::centroids(&found)[i]) {
                (0..3).for_each(|k| assert!((p[k] - q[k]).abs() * c.masses[i] < 1e-13));
            }
        }
        let cost = Cells::cost(&found);
        assert!(c.map_cost[0] * (1.0 - 1e-13) <= cost && cost <= c.map_cost[1] * (1.0 + 1e-13));
        assert!(c.w2_squared[0] <= c.w2_squared[1]);
    }
    // Another sphere.
    let sphere = Sphere::new([1.0, 2.0, -3.0], 5.0).unwrap();
    let there = SphereProblem::new(SphereProblemData::new(sphere, vec![[1.0, 2.0, 2.0], [1.0, 2.0, -8.0]])).unwrap();
    let solution = solve(&there, &SolveOptions::default());
    let c = certify(&there, &solution.heights, 5).unwrap();
    assert!(c.w2_squared[0] <= 25.0 * (1.0 + 1e-12) && c.w2_squared[1] >= 25.0 * (1.0 - 1e-12), "{:?}", c.w2_squared);
}

/// Two caps of a tilted density in closed form, and what is proved of random cells beside doubles.
#[test]
fn masses_of_tilted_densities_are_enclosed() {
    let tilted = |sphere: Sphere, sites: Vec<[f64; 3]>, g: [f64; 3], c: f64| {
        SphereProblemData::new(sphere, sites).density(SphereDensity::Affine { g, c })
    };
    // Above z = s lie (1 - s) / 2 + g (1 - s^2) / 4, and there int z is (1 - s^2) / 4 + g (1 - s^3)
    // / 6.
    let poles = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let data = tilted(Sphere::UNIT, poles, [0.0, 0.0, 0.5], 1.0).masses(vec![0.34375, 0.65625]);
    let caps = SphereProblem::new(data).unwrap();
    let c = certify(&caps, &Heights::from_f64(&[-0.5, 0.5]), 5).unwrap();
    assert!(c.total_is_domain && c.max_relative_error[1] < 1e-50, "{:?}", c.max_relative_error);
    let [low, high] = c.w2_squared;
    assert!(low <= 31.0 / 24.0 && 31.0 / 24.0 <= high && high - low < 1e-15, "{low} {high}");
    let off = certify(&caps, &Heights::from_f64(&[-0.5, 0.5 + 1e-12]), 5).unwrap();
    assert!(off.max_relative_error[0] > 1e-13 && off.max_relative_error[1] < 1e-11);
    let mut r = Random(12);
    for round in 0..12 {
        let n = 1 + round;
        let center = [0; 3].map(|_| if round % 2 == 0 { 0.0 } else { r.between(-1.0, 1.0) });
        let sphere = Sphere::new(center, if round % 3 == 0 { 1.0 } else { 1.5 }).unwrap();
        let sites: Vec<[f64; 3]> = (0..n).map(|_| [0; 3].map(|_| r.between(-1.0, 1.0))).collect();
        let heights: Vec<f64> = (0..n).map(|_| r.between(-0.3, 0.3)).collect();
        let g = [0; 3].map(|_| r.between(-0.3, 0.3));
        let (problem, heights) =
            (SphereProblem::new(tilted(sphere, sites, g, 2.0)).unwrap(), Heights::from_f64(&heights));
        let found = SphereDiagram::new(&problem, &heights).unwrap();
        let c = certify(&problem, &heights, 5).unwrap();
        assert!(c.total_is_domain, "{round}");
        for i in 0..n {
            assert!((c.masses[i] - found.masses()[i]).abs() < 1e-14, "{round} {i}");
            if let (Some(p), Some(q)) = (c.centroids[i], Cells::centroids(&found)[i]) {
                (0..3).for_each(|k| assert!((p[k] - q[k]).abs() * c.masses[i] < 1e-13, "{round} {i} {p:?} {q:?}"));
            }
        }
        let cost = Cells::cost(&found);
        assert!(c.map_cost[0] * (1.0 - 1e-13) <= cost && cost <= c.map_cost[1] * (1.0 + 1e-13));
        assert!(c.w2_squared[0] <= c.w2_squared[1]);
    }
}
