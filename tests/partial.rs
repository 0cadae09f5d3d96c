//! Partial transport: closed forms, an independent computation of the masses, derivatives,
//! invariances, and hard instances.

use brenier::diagram::PartialDiagram;
use brenier::domain::{ConvexPolygon, Density};
use brenier::exact::{Dd, Heights};
use brenier::problem::{Problem, ProblemData, ProblemError};
use brenier::transport::{CertifyError, Control, Solution, SolveOptions, certify, solve, solve_with};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::PI;

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap()
}

fn problem(domain: ConvexPolygon, density: Density, sites: Vec<[f64; 2]>, masses: Vec<f64>) -> Problem {
    let data = ProblemData::new(domain, sites).density(density).masses(Some(masses)).partial(true);
    Problem::new(data).unwrap()
}

fn solved(problem: &Problem) -> Solution {
    let solution = solve(problem, &SolveOptions::default());
    assert!(solution.report.converged, "{:?}", solution.report.outcome);
    assert!(solution.report.max_relative_error <= 1e-10);
    let total: f64 = solution.masses.iter().sum::<f64>() + solution.report.rest.unwrap_or(0.0);
    let source = problem.masses().iter().sum::<f64>() + problem.rest().unwrap_or(0.0);
    close(total, source, 1e-12);
    solution
}

fn at(problem: &Problem, weights: &[f64]) -> PartialDiagram {
    PartialDiagram::new(problem, &Heights::from_weights(problem.sites(), weights).0).unwrap()
}

#[track_caller]
fn close(a: f64, b: f64, relative: f64) {
    assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
}

fn random_sites(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| [rng.random::<f64>(), rng.random::<f64>()]).collect()
}

/// Discs, half and quarter discs: `nu = pi w`, `pi w / 2`, `pi w / 4`; the cost is `nu w / 2` for
/// all of them.
#[test]
fn one_site_inside_at_an_edge_and_in_a_corner() {
    for (site, part) in [([0.5, 0.5], 1.0), ([0.5, 0.0], 0.5), ([0.0, 1.0], 0.25)] {
        let s = solved(&problem(square(), Density::Constant, vec![site], vec![0.04]));
        let w = 0.04 / (part * PI);
        close(s.weights[0], w, 1e-10);
        close(s.cost, 0.04 * w / 2.0, 1e-10);
        close(s.report.rest.unwrap(), 0.96, 1e-12);
        let offset = if part == 1.0 { 0.0 } else { 4.0 * w.sqrt() / (3.0 * PI) };
        let c = s.centroids[0].unwrap();
        close((c[0] - site[0]).abs() + 1.0, if part == 0.25 { offset } else { 0.0 } + 1.0, 1e-10);
        close((c[1] - site[1]).abs() + 1.0, offset + 1.0, 1e-10);
    }
}

/// A disc with an edge at distance `d` from its centre, inside and outside of the domain.
#[test]
fn a_disc_cut_by_an_edge() {
    let segment = |r: f64, d: f64| {
        let a = (d / r).acos();
        r * r * (a - a.sin() * a.cos())
    };
    let (r, d) = (0.3, 0.1);
    let inside = solved(&problem(square(), Density::Constant, vec![[0.5, d]], vec![PI * r * r - segment(r, d)]));
    close(inside.weights[0], r * r, 1e-9);
    let outside = solved(&problem(square(), Density::Constant, vec![[0.5, -d]], vec![segment(r, d)]));
    close(outside.weights[0], r * r, 1e-9);
    // Far away the disc is nearly a half-plane: it cuts a strip.
    let far = solved(&problem(square(), Density::Constant, vec![[0.5, 1e7]], vec![0.25]));
    close(far.weights[0].sqrt(), 1e7 - 0.75, 1e-13);
}

#[test]
fn two_far_sites_have_discs_two_near_ones_share_a_wall() {
    let far = solved(&problem(square(), Density::Constant, vec![[0.25, 0.5], [0.75, 0.5]], vec![0.1, 0.05]));
    close(far.weights[0], 0.1 / PI, 1e-10);
    close(far.weights[1], 0.05 / PI, 1e-10);
    let (r, d): (f64, f64) = (0.2, 0.2);
    let a = (0.5 * d / r).acos();
    let nu = r * r * (PI - a + a.sin() * a.cos());
    let p = problem(square(), Density::Constant, vec![[0.4, 0.5], [0.6, 0.5]], vec![nu, nu]);
    let near = solved(&p);
    close(near.weights[0], r * r, 1e-9);
    close(near.weights[1], r * r, 1e-9);
    let diagram = at(&p, &[r * r, r * r]);
    // The wall is a chord of length 2 r sin a; H = length / (2 d). The free arcs have the angle 2
    // (pi - a).
    close(diagram.walls()[0].2, r * a.sin() / d, 1e-13);
    close(diagram.free()[0], PI - a, 1e-13);
}

/// Density 1 + x: a disc has the density at its centre as mean, and its centroid is off by
/// `r^2 / (4 rho)`.
#[test]
fn affine_density() {
    let density = Density::Affine { g: [1.0, 0.0], c: 1.0 };
    let s = solved(&problem(square(), density, vec![[0.5, 0.5]], vec![0.3]));
    let w = 0.3 / (1.5 * PI);
    close(s.weights[0], w, 1e-10);
    close(s.centroids[0].unwrap()[0], 0.5 + w / 6.0, 1e-12);
    close(s.cost, 0.3 * w / 2.0, 1e-10);
    // A half disc at the edge where the density x vanishes: int x = 2/3 r^3.
    let s = solved(&problem(square(), Density::Affine { g: [1.0, 0.0], c: 0.0 }, vec![[0.0, 0.5]], vec![0.01]));
    close(s.weights[0].powf(1.5) * 2.0 / 3.0, 0.01, 1e-10);
    // And by symmetry the other way round: density 1 - x at x = 1.
    let s = solved(&problem(square(), Density::Affine { g: [-1.0, 0.0], c: 1.0 }, vec![[1.0, 0.5]], vec![0.01]));
    close(s.weights[0].powf(1.5) * 2.0 / 3.0, 0.01, 1e-10);
}

#[test]
fn equal_totals_are_the_balanced_problem() {
    let sites = random_sites(50, 1);
    let p = problem(square(), Density::Constant, sites.clone(), vec![0.02; 50]);
    assert!(p.partial() && p.rest().is_none());
    let go = |p: &Problem| solve(p, &SolveOptions::default());
    let balanced = go(&Problem::new(ProblemData::new(square(), sites.clone())).unwrap());
    assert!(solved(&p).heights == balanced.heights, "other bits");
    // And it is the limit: nearly all of the source.
    let s = solved(&problem(square(), Density::Constant, sites.clone(), vec![0.02 * (1.0 - 1e-9); 50]));
    close(s.cost, balanced.cost, 1e-5);
    // Masses are right to 1e-10, so this is right to a tenth.
    close(s.report.rest.unwrap(), 1e-9, 0.11);
    // `solve` takes the same road.
    close(go(&problem(square(), Density::Constant, sites, vec![0.01; 50])).report.rest.unwrap(), 0.5, 1e-12);
}

/// The mass of cell `i` by another road: the domain clipped by half-planes in doubles, and Green's
/// theorem about the site, edge by edge.
fn green(problem: &Problem, weights: &[f64], i: usize) -> f64 {
    let y = problem.sites()[i];
    let mut polygon: Vec<[f64; 2]> = problem.frame().vertices().iter().map(|v| [v[0] - y[0], v[1] - y[1]]).collect();
    for (j, z) in problem.sites().iter().enumerate().filter(|(j, _)| *j != i) {
        // |x|^2 - w_i <= |x - e|^2 - w_j
        let e = [z[0] - y[0], z[1] - y[1]];
        let side =
            |p: &[f64; 2]| e[0] * e[0] + e[1] * e[1] - weights[j] + weights[i] - 2.0 * (e[0] * p[0] + e[1] * p[1]);
        let mut cut = Vec::new();
        for k in 0..polygon.len() {
            let (p, q) = (polygon[k], polygon[(k + 1) % polygon.len()]);
            let (a, b) = (side(&p), side(&q));
            if a >= 0.0 {
                cut.push(p);
            }
            if (a >= 0.0) != (b >= 0.0) {
                let t = a / (a - b);
                cut.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
            }
        }
        polygon = cut;
    }
    let w = weights[i].max(0.0);
    let sector = |a: [f64; 2], b: [f64; 2]| 0.5 * w * (a[0] * b[1] - a[1] * b[0]).atan2(a[0] * b[0] + a[1] * b[1]);
    let mut area = 0.0;
    for k in 0..polygon.len() {
        let (p, q) = (polygon[k], polygon[(k + 1) % polygon.len()]);
        let e = [q[0] - p[0], q[1] - p[1]];
        let (a, b) = (e[0] * e[0] + e[1] * e[1], p[0] * e[0] + p[1] * e[1]);
        let d = b * b - a * (p[0] * p[0] + p[1] * p[1] - w);
        let (s, t) = ((-b - d.max(0.0).sqrt()) / a, (-b + d.max(0.0).sqrt()) / a);
        if !(d > 0.0 && t > 0.0 && s < 1.0) {
            area += sector(p, q);
            continue;
        }
        let on = |t: f64| [p[0] + t * e[0], p[1] + t * e[1]];
        let (u, v) = (on(s.max(0.0)), on(t.min(1.0)));
        area += sector(p, u) + 0.5 * (u[0] * v[1] - u[1] * v[0]) + sector(v, q);
    }
    area
}

#[test]
fn masses_agree_with_greens_theorem() {
    let hexagon = ConvexPolygon::disk(6).unwrap();
    for seed in 0..20 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let n = 1 + (seed as usize * 7) % 40;
        let sites: Vec<[f64; 2]> =
            (0..n).map(|_| [2.4 * rng.random::<f64>() - 1.2, 2.4 * rng.random::<f64>() - 1.2]).collect();
        let weights: Vec<f64> = (0..n).map(|_| (2.5 * rng.random::<f64>() - 0.2) / n as f64).collect();
        let p = problem(hexagon.clone(), Density::Constant, sites, vec![0.5 / n as f64; n]);
        let d = at(&p, &weights);
        for i in 0..n {
            let (a, b) = (d.masses()[i], green(&p, &weights, i));
            assert!((a - b).abs() <= 1e-13, "seed {seed} cell {i}: {a} is not {b}");
        }
        let sum: f64 = d.masses().iter().sum::<f64>() + d.rest();
        close(sum, hexagon.area(), 1e-14);
    }
}

/// `dm_i/dw_j = -H_ij` and `dm_i/dw_i = sum_j H_ij + free_i`, by central differences.
#[test]
fn derivatives() {
    for density in [Density::Constant, Density::Affine { g: [0.5, -0.25], c: 0.5 }] {
        let sites = random_sites(12, 5);
        let weights: Vec<f64> = (0..12).map(|i| 0.02 + 0.002 * f64::from(i)).collect();
        let p = problem(square(), density, sites, vec![0.01; 12]);
        let d = at(&p, &weights);
        let mut own: Vec<f64> = d.free().to_vec();
        d.walls().iter().for_each(|&(i, j, h)| {
            own[i as usize] += h;
            own[j as usize] += h;
        });
        assert!(d.walls().len() > 5 && d.free().iter().all(|&f| f >= 0.0));
        let step = 1e-6;
        for j in 0..12 {
            let moved = |by: f64| {
                let mut w = weights.clone();
                w[j] += by;
                at(&p, &w).masses().to_vec()
            };
            let (up, down) = (moved(step), moved(-step));
            for i in 0..12 {
                let difference = (up[i] - down[i]) / (2.0 * step);
                let pair = (i.min(j) as u32, i.max(j) as u32);
                let wall = d.walls().iter().find(|w| (w.0, w.1) == pair).map_or(0.0, |w| w.2);
                let expected = if i == j { own[i] } else { -wall };
                assert!((difference - expected).abs() < 1e-6, "{i} {j}: {difference} is not {expected}");
            }
        }
    }
}

/// The dual value is at most the cost of what moves, for any weights, and equal to it at the
/// solution.
#[test]
fn duality() {
    let sites = random_sites(30, 9);
    let p = problem(square(), Density::Constant, sites, vec![0.02; 30]);
    let s = solved(&p);
    close(at(&p, &s.weights).dual_value(), s.cost, 1e-9);
    for k in 0..10 {
        let w: Vec<f64> = s.weights.iter().enumerate().map(|(i, w)| w * (1.0 + 0.3 * ((i * k) as f64).sin())).collect();
        assert!(at(&p, &w).dual_value() <= s.cost * (1.0 + 1e-9));
    }
}

/// Moving everything by a vector leaves the weights, scaling by `c` multiplies them by `c^2`,
/// mirroring leaves them.
#[test]
fn covariance() {
    let sites = random_sites(40, 3);
    let masses: Vec<f64> = (0..40).map(|i| 0.005 + 0.0005 * f64::from(i)).collect();
    let s = solved(&problem(square(), Density::Constant, sites.clone(), masses.clone()));
    let moved: Vec<[f64; 2]> = sites.iter().map(|y| [y[0] + 1024.0, y[1] - 512.0]).collect();
    let there = ConvexPolygon::rectangle([1024.0, -512.0], [1025.0, -511.0]).unwrap();
    let t = solved(&problem(there, Density::Constant, moved, masses.clone()));
    let scaled = sites.iter().map(|y| [4.0 * y[0], 4.0 * y[1]]).collect();
    let large = ConvexPolygon::rectangle([0.0, 0.0], [4.0, 4.0]).unwrap();
    let u = solved(&problem(large, Density::Constant, scaled, masses.iter().map(|m| 16.0 * m).collect()));
    let mirrored = sites.iter().map(|y| [1.0 - y[0], y[1]]).collect();
    let v = solved(&problem(square(), Density::Constant, mirrored, masses));
    for i in 0..40 {
        close(t.weights[i], s.weights[i], 1e-9);
        close(u.weights[i], 16.0 * s.weights[i], 1e-9);
        close(v.weights[i], s.weights[i], 1e-9);
    }
    // Extreme units: costs go with the fourth power, and are doubles.
    for c in [2f64.powi(-240), 2f64.powi(240)] {
        let domain = ConvexPolygon::rectangle([0.0, 0.0], [c, c]).unwrap();
        let w = solved(&problem(domain, Density::Constant, vec![[0.5 * c, 0.0]], vec![0.125 * c * c]));
        close(w.weights[0] / c / c, 0.25 / PI, 1e-9);
    }
}

#[test]
fn bits_do_not_depend_on_threads_nor_much_on_the_order_of_sites() {
    let sites = random_sites(3000, 4);
    let p = problem(square(), Density::Constant, sites.clone(), vec![0.6 / 3000.0; 3000]);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solved(&p))
    };
    let one = with(1);
    for threads in [2, 5] {
        let other = with(threads);
        assert!(one.heights == other.heights && one.masses == other.masses, "other bits");
        assert_eq!(one.cost.to_bits(), other.cost.to_bits());
    }
    let reversed: Vec<[f64; 2]> = sites.iter().rev().copied().collect();
    let back = solved(&problem(square(), Density::Constant, reversed, vec![0.6 / 3000.0; 3000]));
    for i in 0..3000 {
        close(back.weights[2999 - i], one.weights[i], 1e-9);
    }
}

#[test]
fn hard_instances_converge() {
    let n = 200;
    let cluster = |size: f64| random_sites(n, 11).iter().map(|y| [0.3 + size * y[0], 0.4 + size * y[1]]).collect();
    let moved = |by: f64| random_sites(n, 12).iter().map(|y| [by + y[0], 3.0 * y[1] - 1.0]).collect();
    let line: Vec<[f64; 2]> = (0..n).map(|i| [i as f64 / n as f64, 0.5]).collect();
    let corner: Vec<[f64; 2]> = random_sites(n, 13).iter().map(|y| [1.0 + y[0], 1.0 + y[1]]).collect();
    let instances: [Vec<[f64; 2]>; 7] =
        [cluster(1e-3), cluster(1e-9), moved(2.0), moved(1e6), line, corner, random_sites(n, 14)];
    for (k, sites) in instances.into_iter().enumerate() {
        for total in [1e-9, 0.01, 0.5, 0.99, 1.0 - 1e-7] {
            let p = problem(square(), Density::Constant, sites.clone(), vec![total / n as f64; n]);
            let s = solve(&p, &SolveOptions::default());
            assert!(s.report.converged, "instance {k}, total {total}: {:?}", s.report.outcome);
        }
    }
}

#[test]
fn masses_that_differ_widely() {
    let sites = random_sites(300, 21);
    let mut rng = ChaCha8Rng::seed_from_u64(22);
    let raw: Vec<f64> = (0..300).map(|_| 1e4f64.powf(rng.random::<f64>())).collect();
    let sum: f64 = raw.iter().sum();
    for total in [0.1, 0.5, 0.9] {
        let masses = raw.iter().map(|m| m / sum * total).collect();
        solved(&problem(square(), Density::Affine { g: [1.0, 0.0], c: 0.5 }, sites.clone(), masses));
    }
}

/// Lloyd's method with partial transport: the cost falls.
#[test]
fn quantization_of_a_part() {
    use brenier::transport::{QuantizeOptions, quantize};
    let p = problem(square(), Density::Constant, random_sites(20, 30), vec![0.02; 20]);
    let first = solved(&p).cost;
    let options = QuantizeOptions::default().max_steps(5);
    let found = quantize(&p, &options);
    assert!(found.solution.cost < first);
    assert!(found.solution.report.rest.is_some());
}

#[test]
fn too_much_mass_is_refused_and_nothing_false_is_proved() {
    let data = ProblemData::new(square(), vec![[0.5, 0.5]]).masses(Some(vec![1.5])).partial(true);
    let e = Problem::new(data).unwrap_err();
    assert_eq!(e, ProblemError::MoreThanSource { total: 1.5, measure: 1.0 });
    assert!(e.to_string().contains("1.5") && e.to_string().contains("measure 1"));
    let p = problem(square(), Density::Constant, vec![[0.5, 0.5]], vec![0.5]);
    let s = solved(&p);
    assert_eq!(certify(&p, &s.heights, 5).unwrap_err(), CertifyError::Partial);
    assert!(certify(&p, &s.heights, 4).unwrap().w2_squared[1].is_infinite());
}

#[test]
fn resuming_gives_the_same_bits() {
    let p = problem(square(), Density::Constant, random_sites(500, 40), vec![0.8 / 500.0; 500]);
    let whole = solved(&p);
    let mut state = None;
    let stop = SolveOptions::default();
    let _ = solve_with(&p, &stop, &mut |progress| {
        state = Some((progress.state)());
        if progress.iteration == 2 { Control::Stop } else { Control::Continue }
    });
    let resumed = solve(&p, &stop.clone().resume(state));
    assert!(resumed.heights == whole.heights, "other bits");
    // A given start that is right needs no step.
    let data = ProblemData::new(square(), p.sites().to_vec())
        .masses(Some(p.masses().to_vec()))
        .heights(Some(whole.heights.clone()))
        .partial(true);
    let again = solve(&Problem::new(data).unwrap(), &stop);
    assert_eq!(again.report.iterations.len(), 1);
}

/// Found by the fuzz target `partial`: a sliver at the edge has a mass, but moments too small for
/// doubles, and its centroid was said to be the origin.
#[test]
fn a_mass_that_is_hardly_a_number_has_its_centroid_in_the_cell() {
    let domain = ConvexPolygon::rectangle([0.0, -2.0], [5.0, -0.5]).unwrap();
    let (a, b) = (-0.9999999999999997, 1.000000000000007);
    let sites = vec![
        [0.0, -1.5e-323],
        [-1.0, -1.0000000000000036],
        [-0.9999999999999999, -7.105427357601002e-15],
        [b, 0.0],
        [a, 1.0000000000000007],
        [0.0, -1.0],
        [-1.0, a],
    ];
    let p = problem(domain, Density::Constant, sites, vec![0.001; 7]);
    let heights = Heights::new([
        Dd::from_f64(1048576.0),
        Dd { hi: 1048575.0, lo: -3.552713678800507e-15 },
        Dd { hi: 1048575.5, lo: 1.1102230246249041e-16 },
        Dd { hi: 1048575.5, lo: -7.105427357601027e-15 },
        Dd { hi: 1048575.0, lo: -3.3306690738754726e-16 },
        Dd::from_f64(1048575.5),
        Dd { hi: 1048575.0, lo: 3.330669073875469e-16 },
    ]);
    let d = PartialDiagram::new(&p, &heights).unwrap();
    assert!(d.masses().iter().any(|&m| 0.0 < m && m < 1e-290), "{:?}", d.masses());
    for c in d.centroids().iter().flatten() {
        assert!((0.0..=5.0).contains(&c[0]) && (-2.0..=-0.5).contains(&c[1]), "{c:?}");
    }
}

/// A quarter disc in a corner, far from the origin: `nu = pi w / 4` and the cost is `nu w / 2`,
/// though doubles there are 2e-6 apart, and so is what a double can say of a centroid.
#[test]
fn costs_far_from_the_origin() {
    for far in [0.0, 1e6, 1e10] {
        let square = ConvexPolygon::rectangle([far, far], [far + 1.0, far + 1.0]).unwrap();
        // The weight is good to 2^-104 of the square of a coordinate.
        let s = solved(&problem(square, Density::Constant, vec![[far, far]], vec![0.04]));
        let (w, fine) = (0.16 / PI, 1e-10 + 1e-30 * far * far);
        close(s.cost, 0.02 * w, 4.0 * fine);
    }
}

/// Boxes of width 1 that are next to nothing high. A ball that reaches across is there a piece of a
/// strip: `|x - y| <= r` of a box of height `e` has the mass `2 r` of the whole, and moves at `2
/// r^3 / 3`, up to a share of `e`.
#[test]
fn boxes_thinner_than_doubles_know_a_place() {
    for power in [25, 31, 36, 40, 60, 100, 135] {
        let e = 10f64.powi(-power);
        let strip = ConvexPolygon::rectangle([0.0, 0.0], [1.0, e]).unwrap();
        let s = solved(&problem(strip.clone(), Density::Constant, vec![[0.5, 0.0]], vec![0.5 * e]));
        close(s.weights[0], 0.0625, 1e-9);
        close(s.cost / e, 2.0 * 0.25f64.powi(3) / 3.0, 1e-9);
        // In the strip, and all over the square of which it is an edge.
        for (seed, high) in [(power as u64, e), (power as u64 + 1, 1.0), (7, 0.01)] {
            let sites = random_sites(6, seed).into_iter().map(|[x, y]| [x, high * y]).collect();
            let p = problem(strip.clone(), Density::Constant, sites, vec![0.1 * e; 6]);
            let s = solved(&p);
            close(s.report.rest.unwrap(), 0.4 * e, 1e-9);
            let again = PartialDiagram::new(&p, &s.heights).unwrap();
            (0..6).for_each(|i| close(again.masses()[i], 0.1 * e, 1.1e-10));
        }
    }
}
