//! A metric of the cost in space and on tori: closed forms of lattices that are not orthogonal,
//! brute force, certificates; and masses that are spread widely.

use brenier::diagram::Cells;
use brenier::internals::diagram::space::Wall;
use brenier::internals::transport::site_gradient_in;
use brenier::transport::{Quantizable, QuantizeOutcome};
use brenier::{
    Heights, QuantizeOptions, SolveOptions, SpaceDensity, SpaceDiagram, SpaceDomain, SpaceProblem, SpaceProblemData,
    certify, quantize, solve,
};

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.next()).ln()).sqrt() * (std::f64::consts::TAU * self.next()).cos()
    }
}

fn unit(metric: &[f64]) -> SpaceDomain {
    SpaceDomain::torus([0.0; 3], [1.0; 3], [true; 3]).unwrap().with_metric(metric).unwrap()
}

/// One site on a lattice told by its Gram matrix: the cell of the lattice, with its number of faces
/// and its second moment (Conway and Sloane, table 2.1): `3 G v^(2/3)`.
#[test]
fn cells_of_lattices_that_are_not_orthogonal() {
    for (name, metric, faces, cost) in [
        ("fcc", [2.0, 2.0, 2.0, 1.0, 1.0, 1.0], 12, 3.0 / 8.0),
        ("bcc", [3.0, 3.0, 3.0, -1.0, -1.0, -1.0], 14, 19.0 / 32.0),
        // A prism over a hexagon: 2 G a and the twelfth of a square of its height.
        ("hexagonal", [1.0, 1.0, 3.0, 0.0, 0.0, 0.5], 8, 5.0 / 36.0 + 3.0 / 12.0),
        ("cube, stretched", [4.0, 1.0, 0.25, 0.0, 0.0, 0.0], 6, (4.0 + 1.0 + 0.25) / 12.0),
    ] {
        let problem = SpaceProblem::new(SpaceProblemData::new(unit(&metric), vec![[0.3, 0.7, 0.1]])).unwrap();
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged && (solution.cost - cost).abs() < 1e-14, "{name}: {}", solution.cost);
        let diagram = SpaceDiagram::new(&problem, &solution.heights).unwrap();
        let found = diagram.faces(0).filter(|f| f.area > 1e-12).count();
        assert_eq!(found, faces, "{name}");
        let certificate = certify(&problem, &solution.heights, 5).unwrap();
        let [low, high] = certificate.w2_squared;
        assert!(certificate.total_is_domain && low <= cost + 1e-15 && cost - 1e-15 <= high, "{name}");
        assert!(high - low < 1e-14);
    }
    let hexagonal = SpaceDomain::torus([0.0; 2], [1.0; 2], [true; 2]).unwrap().with_metric(&[1.0, 1.0, 0.5]).unwrap();
    let problem = SpaceProblem::new(SpaceProblemData::new(hexagonal, vec![[0.5, 0.25]])).unwrap();
    let solution = solve(&problem, &SolveOptions::default());
    assert!((solution.cost - 5.0 / 36.0).abs() < 1e-15, "{}", solution.cost);
}

/// At random points the site that is nearest in the metric, less its weight, by all images; and the
/// cells fill the torus exactly.
#[test]
fn cells_are_those_of_the_metric_by_brute_force() {
    let mut r = Random(5);
    for round in 0..12 {
        let (n, torus) = (1 + round % 9, round % 3 > 0);
        let mut metric = [0.0; 6];
        (0..3).for_each(|k| metric[k] = 0.5 + r.next());
        (3..6).for_each(|k| metric[k] = 0.2 * (r.next() - 0.5));
        let domain = SpaceDomain::torus([0.0; 3], [1.0, 0.75, 1.5], [torus; 3]).unwrap().with_metric(&metric).unwrap();
        let sites: Vec<[f64; 3]> = (0..n).map(|_| [r.next(), 0.75 * r.next(), 1.5 * r.next()]).collect();
        let weights: Vec<f64> = (0..n).map(|_| 0.1 * r.next()).collect();
        let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites.clone())).unwrap();
        let heights = problem.heights_of(&weights);
        problem.weights_of(&heights).iter().zip(&weights).for_each(|(a, b)| assert!((a - b).abs() < 1e-15));
        let diagram = SpaceDiagram::new(&problem, &heights).unwrap();
        // With few sites level 4 tries all images of all of them.
        for level in 1..=if torus && n > 2 { 3 } else { 4 } {
            diagram.validate(level).unwrap();
        }
        assert!(certify(&problem, &heights, 5).unwrap().total_is_domain);
        let [xx, yy, zz, yz, xz, xy] = metric;
        let square = |d: [f64; 3]| {
            let [x, y, z] = d;
            xx * x * x + yy * y * y + zz * z * z + 2.0 * (yz * y * z + xz * x * z + xy * x * y)
        };
        let finder = diagram.finder();
        let around: Vec<[f64; 3]> = if torus {
            (0..343).map(|c| [c % 7 - 3, c / 7 % 7 - 3, c / 49 - 3].map(f64::from)).collect()
        } else {
            vec![[0.0; 3]]
        };
        for _ in 0..40 {
            let x = [r.next(), 0.75 * r.next(), 1.5 * r.next()];
            let power = |i: usize| {
                let y = sites[i];
                let image = |s: &[f64; 3]| {
                    square([x[0] - y[0] - s[0], x[1] - y[1] - 0.75 * s[1], x[2] - y[2] - 1.5 * s[2]]) - weights[i]
                };
                around.iter().map(image).fold(f64::INFINITY, f64::min)
            };
            let best = (0..n).min_by(|&a, &b| power(a).total_cmp(&power(b))).unwrap();
            let found = finder.site_of(&x) as usize;
            assert!(found == best || (power(found) - power(best)).abs() < 1e-12, "{round}");
        }
    }
}

/// What is solved in a metric is proved in it, on boxes, on tori, and with axes of both kinds.
#[test]
fn solutions_in_a_metric_are_proved() {
    let mut r = Random(9);
    for (periodic, metric) in [
        ([true; 3], [1.0, 2.0, 1.5, 0.25, 0.5, -0.25]),
        ([false; 3], [1.0, 2.0, 1.5, 0.25, 0.5, -0.25]),
        ([true, true, false], [1.0, 1.0, 3.0, 0.0, 0.0, 0.5]),
    ] {
        let domain = SpaceDomain::torus([0.0; 3], [1.0; 3], periodic).unwrap().with_metric(&metric).unwrap();
        let sites: Vec<[f64; 3]> = (0..60).map(|_| [r.next(), r.next(), r.next()]).collect();
        let masses: Vec<f64> = (0..60).map(|_| 0.5 + r.next()).collect();
        let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites).masses(masses)).unwrap();
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged, "{:?}", solution.report.outcome);
        let certificate = certify(&problem, &solution.heights, 5).unwrap();
        let [low, high] = certificate.w2_squared;
        assert!(certificate.max_relative_error[1] <= 1e-10 && certificate.total_is_domain);
        assert!(low <= solution.cost * (1.0 + 1e-13) && solution.cost <= high * (1.0 + 1e-13));
        assert!(high - low <= 1e-8 * high);
    }
}

/// A box in a metric is the box with the sites `M y`.
#[test]
fn in_a_box_a_metric_is_a_change_of_sites() {
    let mut r = Random(2);
    let boxed = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    let sites: Vec<[f64; 3]> = (0..30).map(|_| [r.next(), r.next(), r.next()]).collect();
    let metric = [4.0, 1.0, 2.0, 0.5, 0.0, 1.0];
    let moved = sites.iter().map(|y| {
        let [x, y, z] = *y;
        [4.0 * x + y, x + y + 0.5 * z, 0.5 * y + 2.0 * z]
    });
    let plain = SpaceProblem::new(SpaceProblemData::new(boxed.clone(), moved.collect())).unwrap();
    let own = boxed.with_metric(&metric).unwrap();
    let problem = SpaceProblem::new(SpaceProblemData::new(own, sites)).unwrap();
    let (a, b) = (solve(&problem, &SolveOptions::default()), solve(&plain, &SolveOptions::default()));
    for (a, b) in a.centroids.iter().zip(&b.centroids) {
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!((0..3).all(|k| (a[k] - b[k]).abs() < 1e-8), "{a:?} {b:?}");
    }
}

#[test]
fn metrics_that_do_not_fit_a_domain_are_refused() {
    let torus = |periodic| SpaceDomain::torus([0.0; 3], [1.0; 3], periodic).unwrap();
    let said = |d: SpaceDomain, m: &[f64]| d.with_metric(m).unwrap_err().to_string();
    assert!(said(torus([true, true, false]), &[1.0, 1.0, 1.0, 0.1, 0.0, 0.0]).contains("mixes"));
    assert!(said(torus([true; 3]), &[1.0, 100.0, 1.0, 0.0, 0.0, 9.9]).contains("too skew"));
}

/// Log-normal volumes as wide as they come, without coarser problems.
#[test]
fn wide_masses_need_no_layers() {
    let mut r = Random(4);
    let sites: Vec<[f64; 3]> = (0..400).map(|_| [r.next(), r.next(), r.next()]).collect();
    let masses: Vec<f64> = (0..400).map(|_| r.normal().exp()).collect();
    let torus = SpaceDomain::torus([0.0; 3], [1.0; 3], [true; 3]).unwrap();
    let problem = SpaceProblem::new(SpaceProblemData::new(torus, sites).masses(masses)).unwrap();
    let solution = solve(&problem, &SolveOptions::default());
    let report = &solution.report;
    assert!(report.converged, "{:?}", report.outcome);
    assert!(report.iterations[0].layers == 0);
}

/// Faces between neighbours are seen from both sides, whatever the images.
#[test]
fn walls_of_skew_lattices_are_seen_from_both_sides() {
    let problem = SpaceProblem::new(SpaceProblemData::new(
        unit(&[2.0, 2.0, 2.0, 1.0, 1.0, 1.0]),
        vec![[0.1, 0.2, 0.3], [0.9, 0.4, 0.5], [0.6, 0.8, 0.1]],
    ))
    .unwrap();
    let diagram = SpaceDiagram::new(&problem, &Heights::zeros(3)).unwrap();
    for i in 0..3u32 {
        for face in diagram.faces(i as usize) {
            let Wall::Site(j, shift) = face.wall else { panic!("no domain wall") };
            assert!(diagram.faces(j as usize).any(|f| f.wall == Wall::Site(i, shift.back())));
        }
    }
}

/// The lattice twice as fine, of sites that are moved a little first: Lloyd's steps lead back to
/// its cost, a quarter of that of one site. What a step saves is told in the metric, whatever its
/// units.
fn finer_lattice<const D: usize>(numbers: &[f64], cost: f64, moved: f64)
where
    SpaceProblem<D>: Quantizable<D>,
{
    let domain = SpaceDomain::torus([0.0; D], [1.0; D], [true; D]).unwrap().with_metric(numbers).unwrap();
    let mut r = Random(6);
    let sites = (0..1 << D).map(|k| std::array::from_fn(|l| 0.125 + 0.5 * f64::from(k >> l & 1) + moved * r.next()));
    let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites.collect())).unwrap();
    let found = quantize(&problem, &QuantizeOptions::default().tolerance(1e-6));
    assert_eq!(found.outcome, QuantizeOutcome::Stationary);
    assert!((found.solution.cost / (0.25 * cost) - 1.0).abs() < 1e-9, "{} {cost}", found.solution.cost);
    assert_eq!(found.steps.len() == 1, moved == 0.0);
    for pair in found.steps.windows(2) {
        let [before, after] = pair else { panic!("two") };
        assert!(after.cost <= (before.cost - before.off + after.slack) * (1.0 + 1e-9), "{before:?} {after:?}");
    }
    // The gradient by the sites vanishes there, and is told in the metric.
    let p = &found.problem;
    let all = site_gradient_in(p.domain().metric(), p.sites(), p.masses(), &found.solution.centroids);
    let scale = numbers.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    assert!(all.iter().flatten().flatten().all(|g| g.abs() < 1e-5 * scale), "{all:?}");
}

#[test]
fn finer_lattices_are_quantizations() {
    for (scale, moved) in [(1.0, 0.0), (1.0, 0.03), (1e-6, 0.03), (1e6, 0.03)] {
        let times = |m: &[f64]| m.iter().map(|x| x * scale).collect::<Vec<f64>>();
        finer_lattice::<2>(&times(&[1.0, 1.0, 0.5]), scale * 5.0 / 36.0, moved);
        finer_lattice::<3>(&times(&[3.0, 3.0, 3.0, -1.0, -1.0, -1.0]), scale * 19.0 / 32.0, moved);
    }
}

/// The low-discrepancy sequence follows a density that varies, in tetrahedra as elsewhere: means of
/// the cube with the density `x`, and of one cell of two.
#[test]
fn even_samples_follow_a_density() {
    use brenier::sample::{Fill, Method, SpaceSampler};
    let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
    let data = SpaceProblemData::new(cube, vec![[0.25, 0.5, 0.5], [0.75, 0.5, 0.5]]);
    let data = data.density(SpaceDensity::Affine { g: [1.0, 0.0, 0.0], c: 0.0 });
    let problem = SpaceProblem::new(data).unwrap();
    let heights = Heights::from_weights(problem.sites(), &[0.0, 0.0]).0;
    let sampler = SpaceSampler::new(&SpaceDiagram::new(&problem, &heights).unwrap());
    // Of the half beyond 1/2: int x^2 / int x.
    for (cell, mean) in [(None, 2.0 / 3.0), (Some(1), 7.0 / 9.0)] {
        let n = 40_000;
        let (mut points, mut cells) = (vec![[0.0; 3]; n], vec![0; n]);
        sampler.draw(Method::Even, cell, 3, n as u64).unwrap().fill(0, &mut points, &mut cells);
        let of = |k: usize| points.iter().map(|x| x[k]).sum::<f64>() / n as f64;
        assert!((of(0) - mean).abs() < 1e-3, "{cell:?}: {}", of(0));
        assert!((of(1) - 0.5).abs() < 1e-3 && (of(2) - 0.5).abs() < 1e-3);
        let square = points.iter().map(|x| x[0] * x[0]).sum::<f64>() / n as f64;
        let wanted = if cell.is_none() { 0.5 } else { (1.0 - 1.0 / 16.0) / 4.0 / 0.375 };
        assert!((square - wanted).abs() < 1e-3, "{cell:?}: {square}");
    }
}
