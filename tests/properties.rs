//! Laws that hold for every instance: covariance, conservation, derivatives, duality, monotonicity.

mod common;

use brenier::diagram::Diagram;
use brenier::domain::{ConvexPolygon, Density};
use brenier::exact::{Dd, Heights, big};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{self, Solution, SolveOptions};
use common::check::label_sets;
use common::instances::{Dice, FAMILIES, Instance, dice, instance, shuffle};
use common::oracle::{self, P, Q, approx, int};
use rand::RngExt;

const SEED: u64 = 20261124;

fn diagram(i: &Instance) -> Diagram {
    Diagram::new(&i.problem(), &i.heights()).expect("a diagram")
}

fn masses(d: &Diagram) -> Vec<Q> {
    (0..d.len()).map(|i| d.rational_mass(i)).collect()
}

/// An instance whose coordinates are multiples of 2^-20 and heights of 2^-40, so that integer
/// transformations of it are exact in doubles: from tie-ridden to generic.
fn coarse(k: u64) -> Instance {
    let mut d = dice(SEED, k);
    let q = [4, 32, 1 << 20][(k % 3) as usize];
    let n = d.random_range(2..=9);
    let value = |d: &mut Dice| f64::from(d.random_range(-q..=q)) / f64::from(q);
    let mut sites: Vec<[f64; 2]> = Vec::new();
    while sites.len() < n {
        let y = [value(&mut d), value(&mut d)];
        if !sites.contains(&y) {
            sites.push(y);
        }
    }
    let height = |y: &[f64; 2]| {
        let h = -(y[0] * y[0] + y[1] * y[1]) / 2.0;
        (h * 1024.0).round() / 1024.0
    };
    Instance {
        family: "coarse",
        polygon: vec![[-1.0, 0.0], [0.0, -1.0], [1.0, -0.5], [0.5, 1.0], [-0.5, 1.0]],
        density: Density::Constant,
        heights: sites.iter().map(|y| Dd::from_f64(height(y))).collect(),
        sites,
    }
}

fn mapped(points: &[[f64; 2]], m: [[f64; 2]; 2], t: [f64; 2]) -> Vec<[f64; 2]> {
    let row = |p: &[f64; 2], k: usize| m[k][0] * p[0] + m[k][1] * p[1] + t[k];
    points.iter().map(|p| [row(p, 0), row(p, 1)]).collect()
}

const ONE: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

/// Translating the sites changes nothing, not one label.
#[test]
fn translation_of_the_sites_leaves_the_heights() {
    for k in 0..300 {
        let i = coarse(k);
        let moved = Instance { sites: mapped(&i.sites, ONE, [1024.0, -333.0]), ..i.clone() };
        let (a, b) = (diagram(&i), diagram(&moved));
        assert_eq!(label_sets(&a), label_sets(&b), "{i:?}");
        assert_eq!(masses(&a), masses(&b), "{i:?}");
    }
}

/// `y' = s y + t`, `X' = X + a`: `h' = s h - <a, y'>`.
#[test]
fn scaling_of_the_sites_and_translation_of_the_domain() {
    for k in 0..300 {
        let i = coarse(k);
        let (s, t, a) = (3.0, [5.0, -7.0], [2.0, 0.5]);
        let sites = mapped(&i.sites, [[s, 0.0], [0.0, s]], t);
        let lift = |(h, y): (&Dd, &[f64; 2])| {
            let shift = oracle::dot(&oracle::exact_point(a), &oracle::exact_point(*y));
            let (h, exact) = big::nearest_dd(&(big::rational_dd(*h) * 3 - shift));
            assert!(exact);
            h
        };
        let moved = Instance {
            heights: i.heights.iter().zip(&sites).map(lift).collect(),
            polygon: mapped(&i.polygon, ONE, a),
            sites,
            ..i.clone()
        };
        let (p, q) = (diagram(&i), diagram(&moved));
        assert_eq!(label_sets(&p), label_sets(&q), "{i:?}");
        assert_eq!(masses(&p), masses(&q), "{i:?}");
    }
}

/// `x' = A^-T x`, `y' = A y`: the heights stay. Here `A = [2 1; 3 2]`, `det A = 1`.
#[test]
fn shear_of_sites_and_domain() {
    for k in 0..300 {
        let i = coarse(k);
        let moved = Instance {
            sites: mapped(&i.sites, [[2.0, 1.0], [3.0, 2.0]], [0.0; 2]),
            polygon: mapped(&i.polygon, [[2.0, -3.0], [-1.0, 2.0]], [0.0; 2]),
            ..i.clone()
        };
        let (p, q) = (diagram(&i), diagram(&moved));
        assert_eq!(label_sets(&p), label_sets(&q), "{i:?}");
        assert_eq!(masses(&p), masses(&q), "{i:?}");
        let bits = |d: &Diagram| d.hessian().into_iter().map(|h| (h.0, h.1)).collect::<Vec<_>>();
        assert_eq!(bits(&p), bits(&q));
    }
}

/// For constant density a mass is a quadratic function of one height as long as the labels stay, so
/// the exact central difference is the exact derivative: `dm_i/dh_j = -2 H_ij`,
/// `dm_i/dh_i = 2 sum_j H_ij`.
#[test]
fn the_hessian_is_the_derivative() {
    let mut compared = 0;
    for k in 0..200 {
        let mut d = dice(SEED + 1, k);
        let mut i = coarse(3 * k + 2); // generic
        i.density = Density::Constant;
        let base = diagram(&i);
        let (n, e) = (i.len(), 2f64.powi(-30));
        let mut h = vec![vec![0.0; n]; n];
        for (a, b, value) in base.hessian() {
            h[a as usize][b as usize] = value;
            h[b as usize][a as usize] = value;
        }
        let j = d.random_range(0..n);
        let at = |e: f64| {
            let mut moved = i.clone();
            moved.heights[j] = moved.heights[j] + Dd::from_f64(e);
            diagram(&moved)
        };
        let (up, down) = (at(e), at(-e));
        if label_sets(&up) != label_sets(&base) || label_sets(&down) != label_sets(&base) {
            continue;
        }
        compared += 1;
        let factor = oracle::exact(i.problem().source_factor());
        let sum: f64 = h[j].iter().sum();
        for (a, row) in h.iter().enumerate() {
            let change = (up.rational_mass(a) - down.rational_mass(a)) / (oracle::exact(e) * 2) * &factor;
            let stated = if a == j { 2.0 * sum } else { -2.0 * row[j] };
            let gap = (approx(&change) - stated).abs();
            assert!(gap <= 1e-13 * (1.0 + sum), "dm_{a}/dh_{j} off by {gap:e} in {i:?}");
        }
    }
    assert!(compared >= 150, "only {compared}");
}

/// `D(w) = int |x|^2 + sum |y|^2 nu - 2 (int u_h - sum h nu)`: exactly in the brute force, to
/// rounding in the library.
#[test]
fn dual_functional_in_both_forms() {
    for k in 0..20 * FAMILIES.len() as u64 {
        let i = instance(SEED + 2, k);
        if ["scaled", "duplicates"].contains(&i.family) {
            continue;
        }
        let n = i.len();
        let (sites, heights) = (i.exact_sites(), i.exact_heights());
        let truth = i.oracle().normalized();
        let nu: Vec<Q> = (0..n).map(|_| oracle::frac(1, n as i64)).collect();
        let source = i.source();
        let origin: P = [int(0), int(0)];
        let x2 = source.integrals(&source.polygon, &origin).2 / source.total();
        let mut y2 = Q::new();
        let mut u = Q::new();
        for s in 0..n {
            let cell = &truth.cells[s];
            y2 += oracle::norm2(&sites[s]) * &nu[s];
            u += oracle::dot(&sites[s], &cell.first) + Q::from(&heights[s] * &cell.mass);
            u -= Q::from(&heights[s] * &nu[s]);
        }
        let other = x2 + y2 - u * 2;
        let dual = oracle::dual(&truth, &sites, &heights, &nu);
        assert_eq!(dual, other, "{i:?}");
        // Weak duality against a plan: every cell's mass split evenly, cost sum_ij nu_j int_cell_i
        // |x - y_j|^2.
        let to = |s: usize| source.integrals(&source.polygon, &sites[s]).2 / source.total();
        let plan: Q = (0..n).map(|s| to(s) * &nu[s]).sum();
        assert!(dual <= plan, "{i:?}");
        let d = diagram(&i);
        let w = |s: usize| approx(&(oracle::norm2(&sites[s]) + Q::from(&heights[s] * 2)));
        let mine = (0..n).fold(d.cost(), |v, s| v - w(s) * (d.masses()[s] - approx(&nu[s])));
        let size = (0..n).fold(d.cost(), |v, s| v.max(w(s).abs()));
        assert!((mine - approx(&dual)).abs() <= 1e-13 * size, "{mine}, truth {} in {i:?}", approx(&dual));
    }
}

/// Centroids of cells are ordered like their sites, and average to the source's barycentre.
#[test]
fn monotone_and_balanced() {
    for k in 0..30 * FAMILIES.len() as u64 {
        let i = instance(SEED + 3, k);
        let (d, source) = (diagram(&i), i.source());
        let size = i.polygon.iter().flatten().fold(0.0f64, |m, x| m.max(x.abs()));
        let origin: P = [int(0), int(0)];
        let (total, first, _) = source.integrals(&source.polygon, &origin);
        for axis in 0..2 {
            let mean: f64 = (0..i.len()).map(|s| d.masses()[s] * d.centroids()[s].map_or(0.0, |c| c[axis])).sum();
            let expected = approx(&Q::from(&first[axis] / &total));
            assert!((mean - expected).abs() <= 1e-13 * size, "{i:?}");
        }
        let sum: f64 = d.masses().iter().sum();
        assert!((sum - 1.0).abs() <= 1e-14, "masses sum to {sum} in {i:?}");
        // Exactly, from exact vertices (the cells are convex): take the brute force's centroids.
        let truth = i.oracle();
        let sites = i.exact_sites();
        for a in 0..i.len() {
            for b in 0..a {
                let (Some(c), Some(e)) = (truth.cells[a].centroid(), truth.cells[b].centroid()) else {
                    continue;
                };
                let product = oracle::dot(&oracle::sub(&c, &e), &oracle::sub(&sites[a], &sites[b]));
                assert!(product > 0, "sites {a} and {b} of {i:?}");
            }
        }
    }
}

/// For constant density on a convex domain every mass is a log-concave function of the heights
/// (Prékopa, Leindler).
#[test]
fn masses_are_log_concave() {
    let mut positive = 0;
    for k in 0..300 {
        let mut d = dice(SEED + 4, k);
        let i = coarse(k);
        let mut other = i.clone();
        for h in &mut other.heights {
            *h = *h + Dd::from_f64(f64::from(d.random_range(-64..=64)) / 256.0);
        }
        let middle = Instance {
            heights: i.heights.iter().zip(&other.heights).map(|(a, b)| (*a + *b).scale(0.5)).collect(),
            ..i.clone()
        };
        let (a, b, m) = (masses(&diagram(&i)), masses(&diagram(&other)), masses(&diagram(&middle)));
        for s in 0..i.len() {
            let product = Q::from(&a[s] * &b[s]);
            positive += usize::from(product > 0);
            assert!(Q::from(&m[s] * &m[s]) >= product, "site {s} of {i:?} and {other:?}");
        }
    }
    assert!(positive > 500, "the statement is not empty: {positive}");
}

fn transport_problem(k: u64) -> Problem {
    let mut d = dice(SEED + 5, k);
    let n = d.random_range(2..=40);
    let polygons = [
        vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]],
        vec![[-1.0, 0.0], [0.0, -1.0], [1.0, -0.5], [0.5, 1.0], [-0.5, 1.0]],
        vec![[0.0, 0.0], [3.0, 0.0], [0.0, 1.0]],
    ];
    let domain = ConvexPolygon::new(polygons[d.random_range(0..3)].clone()).expect("convex");
    let spread = [0.01, 1.0, 10.0][d.random_range(0..3)];
    let site = |d: &mut Dice| [spread * d.random_range(-1.0..1.0), spread * d.random_range(-1.0..1.0)];
    let sites = (0..n).map(|_| site(&mut d)).collect();
    let mut data = ProblemData::new(domain, sites);
    data.masses = Some((0..n).map(|_| d.random_range(0.1f64..1.0).powi(3)).collect());
    if d.random_range(0..2) == 0 {
        data.density = Density::Affine { g: [0.25, -0.125], c: 2.0 };
    }
    Problem::new(data).expect("a problem")
}

fn solve(problem: &Problem) -> Solution {
    let options = SolveOptions::default().tolerance(1e-12);
    let s = transport::solve(problem, &options);
    assert!(s.report.converged, "{:?}", s.report.outcome);
    s
}

fn second_moment(problem: &Problem) -> f64 {
    let polygon = problem.frame().vertices().iter().map(|&v| oracle::exact_point(v)).collect();
    let source = match *problem.density() {
        Density::Affine { g, c } => oracle::Source::affine(polygon, oracle::exact_point(g), oracle::exact(c)),
        _ => oracle::Source::uniform(polygon),
    };
    let x2 = source.integrals(&source.polygon, &[int(0), int(0)]).2;
    approx(&x2) * problem.source_factor()
}

/// `W2^2 = int |x|^2 + sum nu |y|^2 - 2 sum nu <c, y>`, and the certificate brackets it.
#[test]
fn cost_of_a_solution() {
    for k in 0..60 {
        let problem = transport_problem(k);
        let s = solve(&problem);
        let mut w2 = second_moment(&problem);
        let mut size = w2;
        for (i, (y, nu)) in problem.sites().iter().zip(problem.masses()).enumerate() {
            let c = s.centroids[i].expect("every cell has mass");
            let y2 = y[0] * y[0] + y[1] * y[1];
            size += nu * y2;
            w2 += nu * (y2 - 2.0 * (c[0] * y[0] + c[1] * y[1]));
        }
        assert!((s.cost - w2).abs() <= 1e-12 * size, "cost {} and {w2}", s.cost);
        let c = transport::certify(&problem, &s.heights, 5).expect("a certificate");
        let [low, high] = c.w2_squared;
        assert!(low <= s.cost + 1e-11 * size && s.cost <= high + 1e-11 * size, "{} in {low}, {high}", s.cost);
        assert!(high - low <= 1e-10 * size, "[{low}, {high}]");
        assert!(c.max_relative_error[1] <= 2e-12 && c.max_relative_error[0] <= c.max_relative_error[1]);
        assert!(c.total_is_domain && c.hidden == 0);
    }
}

/// Brackets at any two heights overlap: both contain the one true cost.
#[test]
fn brackets_overlap() {
    for k in 0..40 {
        let problem = transport_problem(k);
        let s = solve(&problem);
        let mut d = dice(SEED + 6, k);
        let best = transport::certify(&problem, &s.heights, 5).expect("a certificate").w2_squared;
        let size = s.heights.hi().iter().fold(0.0f64, |m, h| m.max(h.abs()));
        for scale in [1e-9, 1e-4, 0.3] {
            let shaken = s.heights.as_slice().iter();
            let shaken = shaken.map(|&h| h + Dd::from_f64(scale * size * d.random_range(-1.0..1.0)));
            let c = transport::certify(&problem, &Heights::new(shaken), 5).expect("a certificate");
            let [low, high] = c.w2_squared;
            assert!(low <= best[1] && best[0] <= high, "[{low}, {high}] and {best:?}");
            assert!(best[1] - best[0] <= high - low + 1e-12 * best[1], "the solution has the tighter bracket");
        }
    }
}

/// Lloyd's step: moving every site to its centroid lowers the cost by at least `sum nu |y - c|^2`.
#[test]
fn lloyd_step_lowers_the_cost() {
    for k in 0..20 {
        let problem = transport_problem(k);
        let s = solve(&problem);
        let centroids: Vec<[f64; 2]> = s.centroids.iter().map(|c| c.expect("mass")).collect();
        let gain: f64 = problem
            .sites()
            .iter()
            .zip(&centroids)
            .zip(problem.masses())
            .map(|((y, c), nu)| nu * ((y[0] - c[0]).powi(2) + (y[1] - c[1]).powi(2)))
            .sum();
        let mut data = ProblemData::new(problem.frame().clone(), centroids);
        data.density = problem.density().clone();
        data.masses = Some(problem.masses().to_vec());
        let next = solve(&Problem::new(data).expect("a problem"));
        assert!(next.cost <= s.cost - gain + 1e-11 * s.cost, "{} after {} - {gain}", next.cost, s.cost);
    }
}

/// The solution does not depend on the order of the sites.
#[test]
fn solution_of_permuted_sites() {
    for k in 0..30 {
        let problem = transport_problem(k);
        let order = shuffle(&mut dice(SEED + 7, k), problem.len());
        let pick = |v: &[f64]| order.iter().map(|&i| v[i]).collect::<Vec<f64>>();
        let sites = order.iter().map(|&i| problem.sites()[i]).collect();
        let mut data = ProblemData::new(problem.frame().clone(), sites);
        data.density = problem.density().clone();
        data.masses = Some(pick(problem.masses()));
        let (a, b) = (solve(&problem), solve(&Problem::new(data).expect("a problem")));
        let size = a.heights.hi().iter().fold(1e-3f64, |m, h| m.max(h.abs()));
        for (new, &old) in order.iter().enumerate() {
            let gap = (a.heights.get(old) - b.heights.get(new)).to_f64().abs();
            assert!(gap <= 1e-10 * size, "height {old} differs by {gap:e}, problem {k}");
        }
    }
}
