//! Images on the sphere: closed forms, sums over slices that know no arcs, parts of the sphere
//! without density, and the whole way from a problem to a verified solution.

use brenier::diagram::Cells;
use brenier::domain::{Between, Image, SphereImage};
use brenier::exact::{Dd, Heights};
use brenier::sample::{Fill, Method, SphereSampler};
use brenier::{
    Claims, DomainError, ProblemError, QuantizeOptions, SolveOptions, Sphere, SphereDensity, SphereDiagram,
    SphereProblem, SphereProblemData, quantize, solve, verify,
};
use std::f64::consts::{PI, TAU};

#[path = "common/slices.rs"]
mod slices;
use slices::slices;

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn sites(&mut self, n: usize, size: f64) -> Vec<[f64; 3]> {
        (0..n).map(|_| [0; 3].map(|_| size * (2.0 * self.next() - 1.0))).collect()
    }
    fn values(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| if self.next() < 0.3 { 0.0 } else { (self.next() * 255.0).floor() }).collect()
    }
}

fn density(width: usize, values: Vec<f64>) -> SphereDensity {
    placed(width, values, [-180.0, -90.0], [180.0, 90.0])
}

fn placed(width: usize, values: Vec<f64>, min: [f64; 2], max: [f64; 2]) -> SphereDensity {
    let image = Image::new(width, values, min, max, Between::Constant).unwrap();
    SphereDensity::Image(SphereImage::new(image.into()).unwrap().into())
}

fn problem(sites: Vec<[f64; 3]>, density: &SphereDensity) -> SphereProblem {
    SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites).density(density.clone())).unwrap()
}

fn value(density: &SphereDensity, x: &[f64; 3]) -> f64 {
    match density {
        SphereDensity::Image(image) => image.value(x),
        _ => 1.0,
    }
}

/// Two poles and the equator: each row of the image is one band or a part of it.
#[test]
fn bands_in_closed_form() {
    // Three bands of 60 degrees: heights 1/2, 1, 1/2 between the poles, values 4, 1, 2.
    let density = density(1, vec![4.0, 1.0, 2.0]);
    let poles = vec![[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]];
    let problem = problem(poles, &density);
    let at = |h: f64| SphereDiagram::new(&problem, &Heights::from_f64(&[-h, h])).unwrap();
    // sin 30 degrees is a half, so the masses are 4/2, 1, 2/2 of 4.
    for (h, above) in [(0.0, 2.5 / 4.0), (0.5, 0.5), (0.75, 0.25), (-0.5, 0.75), (0.25, 0.5625)] {
        let found = at(h);
        assert!((found.masses()[0] - above).abs() < 1e-15, "{h} {:?}", found.masses());
        assert!((found.masses()[1] - (1.0 - above)).abs() < 1e-15);
        // The wall is a whole circle at the height h.
        if h != 0.5 && h != -0.5 {
            let rho = if h > 0.5 {
                4.0
            } else if h > -0.5 {
                1.0
            } else {
                2.0
            };
            let (_, _, k) = Cells::walls(&found)[0];
            assert!((k - 0.5 * rho * TAU / 2.0 / (TAU * 4.0)).abs() < 1e-15, "{h} {k}");
        }
    }
    // Half of the mass is above z = 1/2: the solver finds it, kinks of the mass beside it.
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged);
    let h = 0.5 * (solution.heights.get(1) - solution.heights.get(0)).to_f64();
    assert!((h - 0.5).abs() < 1e-9, "{h}");
}

/// An image of one value is no image, wherever its lines run, also through the sites' walls.
#[test]
fn an_even_image_is_an_even_density() {
    let mut r = Random(3);
    let octahedron = |k: usize| [0, 1, 2].map(|l| if k / 2 == l { 1.0 - 2.0 * (k % 2) as f64 } else { 0.0 });
    for (round, (w, h)) in [(1, 1), (2, 2), (4, 2), (7, 5), (36, 18)].into_iter().enumerate() {
        let image = density(w, vec![3.0; w * h]);
        let sites = if round % 2 == 0 { r.sites(40, 1.0) } else { (0..6).map(octahedron).collect() };
        let heights = Heights::from_f64(&sites.iter().map(|_| 0.05 * r.next()).collect::<Vec<_>>());
        let (a, b) = (problem(sites.clone(), &image), problem(sites, &SphereDensity::Constant));
        let [a, b] = [a, b].map(|p| SphereDiagram::new(&p, &heights).unwrap());
        for i in 0..Cells::sites(&a).len() {
            assert!((a.masses()[i] - b.masses()[i]).abs() < 1e-14, "{w} {h} cell {i}");
            assert!((Cells::spreads(&a)[i] - Cells::spreads(&b)[i]).abs() < 1e-14);
        }
        let sum = |d: &SphereDiagram| Cells::walls(d).iter().map(|w| w.2).sum::<f64>();
        assert!((sum(&a) - sum(&b)).abs() < 1e-12);
        (1..=4).for_each(|level| Cells::validate(&a, level).unwrap());
    }
}

#[test]
fn random_images_agree_with_slices() {
    let mut r = Random(1);
    for (round, (w, h)) in [(3, 2), (4, 4), (1, 5), (12, 7), (40, 20)].into_iter().enumerate() {
        // Columns begin where slices are cut.
        let image = placed(w, r.values(w * h), [0.0, -90.0], [360.0, 90.0]);
        let sites = r.sites(3 + 2 * round, 1.0);
        let heights: Vec<f64> = sites.iter().map(|_| 0.4 * (r.next() - 0.5)).collect();
        let problem = problem(sites, &image);
        let found = SphereDiagram::new(&problem, &Heights::from_f64(&heights)).unwrap();
        assert!((found.masses().iter().sum::<f64>() - 1.0).abs() < 1e-13);
        let rho = |x: &[f64; 3]| value(problem.density(), x);
        let all = slices(problem.sites(), &heights, 3000, w, rho);
        for (i, (mass, first)) in all.iter().enumerate() {
            assert!((found.masses()[i] - mass).abs() < 5e-4, "{w} {h} cell {i}: {} {mass}", found.masses()[i]);
            if let Some(c) = Cells::centroids(&found)[i] {
                (0..3).for_each(|k| assert!((c[k] * found.masses()[i] - first[k]).abs() < 5e-4, "{w} {h} cell {i}"));
                // |x| = 1, so the spread is the mass less that of the centroid.
                let square: f64 = c.iter().map(|c| c * c).sum();
                assert!((Cells::spreads(&found)[i] - found.masses()[i] * (1.0 - square)).abs() < 1e-13);
            }
        }
    }
}

/// Masses move as the walls say.
#[test]
fn walls_are_the_derivative() {
    let mut r = Random(9);
    let image = density(24, r.values(24 * 12));
    let problem = problem(r.sites(30, 1.0), &image);
    let heights = Heights::from_f64(&(0..30).map(|_| 0.2 * r.next()).collect::<Vec<_>>());
    let found = SphereDiagram::new(&problem, &heights).unwrap();
    let e = 1e-7;
    let moved = |s: f64| {
        let mut moved = heights.clone();
        moved.set(4, heights.get(4) + Dd::from_f64(s * e));
        SphereDiagram::new(&problem, &moved).unwrap()
    };
    let (up, down) = (moved(1.0), moved(-1.0));
    for (i, j, h) in Cells::walls(&found).into_iter().filter(|w| w.0 == 4 || w.1 == 4) {
        let other = if i == 4 { j } else { i } as usize;
        let change = (up.masses()[other] - down.masses()[other]) / (2.0 * e);
        assert!((change + 2.0 * h).abs() < 1e-6, "{change} {h}");
    }
}

/// Continents in an empty sea: every cell gets its mass, and what is claimed is verified.
#[test]
fn continents_are_solved() {
    let mut r = Random(5);
    let (w, h) = (36, 18);
    let land = |k: usize| {
        let (x, y) = ((k % w) as f64 - 8.0, (k / w) as f64 - 6.0);
        let (u, v) = ((k % w) as f64 - 26.0, (k / w) as f64 - 11.0);
        if x * x + y * y < 20.0 {
            200.0
        } else if u * u + v * v < 12.0 {
            50.0
        } else {
            0.0
        }
    };
    let image = density(w, (0..w * h).map(land).collect());
    for sites in [r.sites(60, 1.0), r.sites(25, 0.3)] {
        let problem = problem(sites, &image);
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged, "{:?}", solution.report.outcome);
        let target = 1.0 / problem.len() as f64;
        assert!(solution.masses.iter().all(|m| (m / target - 1.0).abs() < 1e-9));
        let found = verify(&problem, &Claims::of(&solution), 5).unwrap();
        assert!(found.verified(), "{found:?}");
    }
}

/// Hundreds of sites all over the sphere, most of them above the empty sea: empty cells are raised
/// where the land is.
#[test]
fn many_sites_find_the_land() {
    let (w, h) = (60, 30);
    let islands = [[10.0, 8.0, 6.0, 1.0], [32.0, 14.0, 8.0, 3.0], [48.0, 22.0, 4.0, 9.0], [52.0, 6.0, 3.0, 2.0]];
    let land = |k: usize| {
        let (x, y) = ((k % w) as f64, (k / w) as f64);
        let on = |i: &&[f64; 4]| (x - i[0]).powi(2) + (y - i[1]).powi(2) < i[2] * i[2];
        islands.iter().find(on).map_or(0.0, |i| 20.0 * i[3])
    };
    let image = density(w, (0..w * h).map(land).collect());
    let mut r = Random(7);
    let sites: Vec<[f64; 3]> = (0..200)
        .map(|_| {
            let (z, a) = (2.0 * r.next() - 1.0, TAU * r.next());
            let p = (1.0 - z * z).sqrt();
            [p * a.cos(), p * a.sin(), z]
        })
        .collect();
    let problem = problem(sites, &image);
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged, "{:?}", solution.report.outcome);
    let trials: u32 = solution.report.iterations.iter().map(|i| i.trials).sum();
    assert!(trials < 300, "{trials} trials");
    let found = verify(&problem, &Claims::of(&solution), 5).unwrap();
    assert!(found.verified(), "{found:?}");
}

#[test]
fn part_of_a_sphere_is_a_source() {
    // A patch of 20 by 10 degrees, one site in the middle of each quarter.
    let image = placed(2, vec![1.0, 2.0, 3.0, 4.0], [0.0, 0.0], [20.0, 10.0]);
    let at = |lon: f64, lat: f64| {
        let (a, b) = (lon.to_radians(), lat.to_radians());
        [b.cos() * a.cos(), b.cos() * a.sin(), b.sin()]
    };
    let sites = vec![at(5.0, 2.5), at(15.0, 2.5), at(5.0, 7.5), at(15.0, 7.5)];
    let own = problem(sites.clone(), &image);
    let solution = solve(&own, &SolveOptions::default());
    assert!(solution.report.converged && verify(&own, &Claims::of(&solution), 5).unwrap().verified());
    // Another radius and centre: the same cells.
    let (center, radius) = ([1.0, -2.0, 4.0], 0.5);
    let moved = sites.iter().map(|y| [0, 1, 2].map(|k| center[k] + radius * y[k])).collect();
    let sphere = Sphere::new(center, radius).unwrap();
    let there = SphereProblem::new(SphereProblemData::new(sphere, moved).density(image)).unwrap();
    let far = solve(&there, &SolveOptions::default());
    assert!((far.cost / solution.cost - 0.25).abs() < 1e-9, "{} {}", far.cost, solution.cost);
}

#[test]
fn samples_and_sites_follow_the_image() {
    let mut r = Random(2);
    let image = density(12, r.values(72));
    let problem = problem(r.sites(8, 1.0), &image);
    let heights = Heights::zeros(8);
    let diagram = SphereDiagram::new(&problem, &heights).unwrap();
    let sampler = SphereSampler::new(&diagram, &heights);
    for method in [Method::Independent, Method::Alias, Method::Stratified, Method::Even] {
        let n = 8000;
        let (mut points, mut cells) = (vec![[0.0; 3]; n], vec![0; n]);
        sampler.draw(method, None, 5, n as u64).unwrap().fill(0, &mut points, &mut cells);
        assert!(points.iter().all(|x| value(&image, x) > 0.0));
        for i in 0..8 {
            let share = cells.iter().filter(|&&c| c as usize == i).count() as f64 / n as f64;
            assert!((share - diagram.masses()[i]).abs() < 0.03, "{method:?} {i} {share} {}", diagram.masses()[i]);
        }
    }
    // Means over one cell are its centroid.
    let i = (0..8).max_by(|&a, &b| diagram.masses()[a].total_cmp(&diagram.masses()[b])).unwrap();
    let (mut points, mut cells) = (vec![[0.0; 3]; 4000], vec![0; 4000]);
    sampler.draw(Method::Independent, Some(i), 1, 4000).unwrap().fill(0, &mut points, &mut cells);
    let c = Cells::centroids(&diagram)[i].unwrap();
    (0..3).for_each(|k| assert!((points.iter().map(|x| x[k]).sum::<f64>() / 4000.0 - c[k]).abs() < 0.04));
    // Sites to begin with, and what moving them makes of it.
    let sites = brenier::domain::spread_on_sphere(&Sphere::UNIT, &image, 100, 7);
    assert!(sites.len() == 100 && sites.iter().all(|x| value(&image, x) > 0.0));
    let begin = SphereProblem::new(SphereProblemData::new(Sphere::UNIT, sites).density(image)).unwrap();
    let found = quantize(&begin, &QuantizeOptions::default().max_steps(12));
    let costs: Vec<f64> = found.steps.iter().map(|s| s.cost).collect();
    assert!(costs.len() > 3 && costs[costs.len() - 1] < costs[0], "{costs:?}");
    assert!(found.solution.masses.iter().all(|m| (m - 0.01).abs() < 1e-11));
}

#[test]
fn wrong_images_are_refused_in_words() {
    let image = |min: [f64; 2], max: [f64; 2], between| {
        let image = Image::new(2, vec![1.0, 2.0], min, max, between).unwrap();
        SphereImage::new(image.into()).unwrap_err()
    };
    let far = image([0.0, 0.0], [400.0, 10.0], Between::Constant);
    assert!(far.to_string().contains("degrees"), "{far}");
    assert_eq!(image([0.0, 0.0], [9.0, 9.0], Between::Bilinear), DomainError::BilinearOnSphere);
    // A total that does not fit is told.
    let data = SphereProblemData::new(Sphere::UNIT, vec![[0.0, 0.0, 1.0]])
        .density(density(1, vec![1.0]))
        .masses(vec![4.0 * PI])
        .normalize(false);
    assert!(SphereProblem::new(data.clone()).is_ok());
    let off = SphereProblem::new(data.masses(vec![12.0]));
    assert!(matches!(off, Err(ProblemError::MassMismatch { .. })), "{off:?}");
}
