//! Space and tori: closed forms, lattices, brute force in rationals, prisms, threads.

use brenier::diagram::Cells;
use brenier::domain::Body;
use brenier::exact::big::{self, Rational};
use brenier::internals::diagram::space::Wall;
use brenier::problem::Duplicates;
use brenier::transport::{self, Transport};
use brenier::{
    ConvexPolygon, Diagram, Heights, Problem, ProblemData, Ratio, Solution, SolveOptions, SpaceDensity, SpaceDiagram,
    SpaceDomain, SpaceProblem, SpaceProblemData, certify, solve,
};
use serde_json::Value;
use std::f64::consts::SQRT_2;

#[path = "common/random.rs"]
mod random;
use random::Random;

impl Random {
    fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }
}

fn number(v: &Value) -> f64 {
    v.as_str().expect("a string").parse::<Ratio>().expect("a rational").to_f64()
}

fn list(v: &Value) -> Vec<f64> {
    v.as_array().expect("a list").iter().map(number).collect()
}

fn points(v: &Value) -> Vec<[f64; 3]> {
    v.as_array().expect("a list").iter().map(|p| list(p).try_into().expect("three coordinates")).collect()
}

fn problem_of(case: &Value) -> SpaceProblem {
    let p = &case["problem"];
    let corner = |v: &Value| -> [f64; 3] { list(v).try_into().expect("three coordinates") };
    let domain = match p["domain"]["type"].as_str().unwrap() {
        "box" => SpaceDomain::boxed(corner(&p["domain"]["min"]), corner(&p["domain"]["max"])).unwrap(),
        _ => SpaceDomain::of_body(Body::hull(points(&p["domain"]["vertices"])).unwrap()),
    };
    let mut data = SpaceProblemData::new(domain, points(&p["sites"]));
    if let Some(d) = p.get("density") {
        data = data.density(SpaceDensity::Affine { g: corner(&d["g"]), c: number(&d["c"]) });
    }
    if let Some(m) = p.get("masses") {
        data = data.masses(list(m));
    }
    SpaceProblem::new(data).unwrap()
}

fn near(what: &str, found: f64, stated: f64, scale: f64) {
    assert!((found - stated).abs() <= 1e-12 * scale.max(1.0), "{what}: {found}, stated {stated}");
}

/// All cases in space, to 1e-12 of their scale; solutions are proved at level 5.
#[test]
fn closed_forms() {
    let cases: Value = serde_json::from_str(include_str!("data/cases_space.json")).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let id = case["id"].as_str().unwrap();
        let (problem, expected) = (problem_of(case), &case["expected"]);
        let weights = list(&expected["weights"]);
        let heights = Heights::from_weights(problem.sites(), &weights).0;
        let at_stated = transport::describe(&problem, &heights, true, false).unwrap().solution;
        let found = match case["kind"].as_str().unwrap() {
            "ot" => solve(&problem, &SolveOptions::default().hessian(true).tolerance(1e-13)),
            _ => at_stated.clone(),
        };
        for s in [&found, &at_stated] {
            let scale = weights.iter().fold(1.0, |m: f64, w| m.max(w.abs()));
            for (k, w) in weights.iter().enumerate() {
                near(&format!("{id} weight {k}"), s.weights[k] - s.weights[0], w - weights[0], scale);
            }
            for (k, m) in list(&expected["masses"]).into_iter().enumerate() {
                near(&format!("{id} mass {k}"), s.masses[k], m, 1.0);
            }
            if let Some(c) = expected.get("centroids") {
                for (k, c) in points(c).iter().enumerate() {
                    let own = s.centroids[k].unwrap();
                    (0..3).for_each(|a| near(&format!("{id} centroid {k}"), own[a], c[a], 1.0));
                }
            }
            if let Some(cost) = expected.get("cost") {
                near(&format!("{id} cost"), s.cost, number(cost), number(cost));
            }
            for (pair, h) in expected["hessian"].as_object().into_iter().flatten() {
                let (i, j) = pair.split_once(',').unwrap();
                let (i, j): (u32, u32) = (i.parse().unwrap(), j.parse().unwrap());
                let own = s.hessian.iter().flatten().find(|e| (e.0, e.1) == (i, j)).map_or(0.0, |e| e.2);
                near(&format!("{id} hessian {pair}"), own, number(h), 1.0);
            }
        }
        if case["kind"] == "ot" {
            proved(&problem, &found, 1e-11);
        }
    }
}

/// Levels 1 to 5, exact volumes that sum to the domain's, masses within the tolerance, and a
/// bracket of `W2^2` around the cost.
fn proved<const D: usize>(problem: &impl Transport<D>, solution: &Solution<D>, tolerance: f64) {
    let c = certify(problem, &solution.heights, 5).unwrap();
    assert!(c.total_is_domain);
    assert!(c.max_relative_error[1] <= tolerance, "{:?}", c.max_relative_error);
    let [low, high] = c.w2_squared;
    assert!(low <= high && high - low <= 1e-8 * (1.0 + high), "{low} {high}");
    assert!(low - 1e-12 <= solution.cost * (1.0 + 1e-12) && solution.cost * (1.0 - 1e-12) <= high + 1e-9);
    for (a, b) in c.masses.iter().zip(&solution.masses) {
        assert!((a - b).abs() <= 1e-13 * a, "{a} {b}");
    }
}

fn torus(max: [f64; 3]) -> SpaceDomain {
    SpaceDomain::torus([0.0; 3], max, [true; 3]).unwrap()
}

/// Faces of a cell with area, and all volume.
fn shape(problem: &SpaceProblem, i: usize) -> (usize, f64) {
    let weights = vec![0.0; problem.len()];
    let d = SpaceDiagram::new(problem, &Heights::from_weights(problem.sites(), &weights).0).unwrap();
    for level in 1..=4 {
        d.validate(level).unwrap_or_else(|e| panic!("level {level}: {e}"));
    }
    (d.faces(i).filter(|f| f.area > 1e-9).count(), d.masses()[i])
}

/// Cells of lattices, and their normalized second moments (Conway and Sloane, Sphere Packings,
/// Lattices and Groups, table 2.3): `W2^2 = 3 G v^(2/3)` of cells of volume `v`.
#[test]
fn lattices_on_the_torus() {
    let half = 0.5;
    let hcp_height = (8.0f64 / 3.0).sqrt();
    let third = 3f64.sqrt();
    type Lattice = (&'static str, [f64; 3], Vec<[f64; 3]>, usize, f64);
    let lattices: [Lattice; 5] = [
        ("one site", [1.0; 3], vec![[0.3, 0.9, 0.1]], 6, 1.0 / 12.0),
        ("cubic", [2.0, 1.0, 1.0], vec![[0.25, 0.5, 0.5], [1.25, 0.5, 0.5]], 6, 1.0 / 12.0),
        ("bcc", [1.0; 3], vec![[0.0; 3], [half; 3]], 14, 19.0 / (192.0 * 2f64.cbrt())),
        (
            "fcc",
            [1.0; 3],
            vec![[0.0; 3], [half, half, 0.0], [half, 0.0, half], [0.0, half, half]],
            12,
            2f64.powf(-11.0 / 3.0),
        ),
        (
            "hcp",
            [1.0, third, hcp_height],
            vec![
                [0.0, 0.0, 0.0],
                [0.5, 0.5 * third, 0.0],
                [0.5, third / 6.0, 0.5 * hcp_height],
                [0.0, 2.0 * third / 3.0, 0.5 * hcp_height],
            ],
            12,
            2f64.powf(-11.0 / 3.0),
        ),
    ];
    for (name, max, sites, faces, moment) in lattices {
        let n = sites.len();
        let volume = max.iter().product::<f64>() / n as f64;
        let problem = SpaceProblem::new(SpaceProblemData::new(torus(max), sites)).unwrap();
        for i in 0..n {
            let (count, mass) = shape(&problem, i);
            assert_eq!(count, faces, "{name}");
            near(name, mass, 1.0 / n as f64, 1.0);
        }
        let s = solve(&problem, &SolveOptions::default());
        near(name, s.cost, 3.0 * moment * volume.cbrt().powi(2), 1.0);
        proved(&problem, &s, 1e-10);
    }
}

/// In the plane: a honeycomb, `W2^2 = 2 G a` with `G = 5 / (36 sqrt 3)` of cells of area `a`; and
/// one site in a square, `1/6`.
#[test]
fn lattices_on_the_torus_of_the_plane() {
    let third = 3f64.sqrt();
    let domain = SpaceDomain::torus([0.0; 2], [1.0, third], [true; 2]).unwrap();
    let problem = SpaceProblem::new(SpaceProblemData::new(domain, vec![[0.1, 0.2], [0.6, 0.2 + 0.5 * third]])).unwrap();
    let s = solve(&problem, &SolveOptions::default().hessian(true));
    near("honeycomb", s.cost, 2.0 * 5.0 / (36.0 * third) * 0.5 * third, 1.0);
    // Four sides of length 1 / sqrt 3 over twice the distance 1, in a source of area sqrt 3; those
    // to own images count nothing.
    near("honeycomb walls", s.hessian.as_ref().unwrap()[0].2, 4.0 / third / 2.0 / third, 1.0);
    proved(&problem, &s, 1e-10);
    let square = SpaceDomain::torus([0.0; 2], [1.0; 2], [true; 2]).unwrap();
    let one = SpaceProblem::new(SpaceProblemData::new(square, vec![[3.7, -0.4]])).unwrap();
    let s = solve(&one, &SolveOptions::default());
    near("one site", s.cost, 1.0 / 6.0, 1.0);
    assert!((s.centroids[0].unwrap()[0] - 0.7).abs() < 1e-12 && (s.centroids[0].unwrap()[1] - 0.6).abs() < 1e-12);
}

/// Slabs around the torus: widths are the masses; the whole chain is turned to where its mean
/// distance from the sites vanishes.
#[test]
fn slabs_around_the_torus() {
    let (s, nu) = ([0.05, 0.3, 0.45, 0.8], [0.1, 0.35, 0.15, 0.4]);
    let sites = s.iter().map(|&x| [x, 0.25, 0.5]).collect();
    let problem = SpaceProblem::new(SpaceProblemData::new(torus([1.0; 3]), sites).masses(nu.to_vec())).unwrap();
    let found = solve(&problem, &SolveOptions::default());
    let mut at = 0.0;
    let centres: Vec<f64> = nu
        .iter()
        .map(|m| {
            at += m;
            at - 0.5 * m
        })
        .collect();
    let turn: f64 = (0..4).map(|k| nu[k] * (s[k] - centres[k])).sum();
    let mut cost = 2.0 / 12.0;
    for k in 0..4 {
        near("centre", found.centroids[k].unwrap()[0], centres[k] + turn, 1.0);
        cost += nu[k].powi(3) / 12.0 + nu[k] * (centres[k] + turn - s[k]).powi(2);
    }
    near("cost", found.cost, cost, 1.0);
    proved(&problem, &found, 1e-10);
}

/// A body-centred torus with one light site: the truncated octahedron shrinks to a cube-cornered
/// octahedron, `|x| + |y| + |z| <= t`, of volume `4 t^3 / 3`.
#[test]
fn an_octahedron_in_a_torus() {
    let t = 0.25f64;
    let nu = 4.0 / 3.0 * t.powi(3);
    let data = SpaceProblemData::new(torus([1.0; 3]), vec![[0.5; 3], [0.0; 3]]).masses(vec![nu, 1.0 - nu]);
    let problem = SpaceProblem::new(data).unwrap();
    let s = solve(&problem, &SolveOptions::default());
    // The wall at distance t / sqrt 3 of sites sqrt 3 / 2 apart.
    near("weights", s.weights[0] - s.weights[1], 2.0 * t / 3f64.sqrt() * 0.75f64.sqrt() - 0.75, 1.0);
    let d = SpaceDiagram::new(&problem, &s.heights).unwrap();
    let sides: Vec<_> = d.faces(0).filter(|f| f.area > 1e-9).collect();
    assert_eq!(sides.len(), 8);
    for f in sides {
        assert!(matches!(f.wall, Wall::Site(1, _)));
        near("side", f.area, 0.25 * 3f64.sqrt() * (t * SQRT_2).powi(2), 1.0);
    }
    proved(&problem, &s, 1e-10);
}

type Q = Rational;
type P = [Q; 3];

/// A convex polyhedron as polygons in rationals.
type Brute = Vec<Vec<P>>;

fn dot(n: &P, x: &P) -> Q {
    (0..3).map(|k| Q::from(&n[k] * &x[k])).sum()
}

/// What lies where `<n, x> + d >= 0`.
fn cut(body: &Brute, n: &P, d: &Q) -> Brute {
    let (mut kept, mut rim): (Brute, Vec<P>) = (Vec::new(), Vec::new());
    if body.iter().flatten().all(|x| dot(n, x) + d >= 0) {
        return body.clone();
    }
    for polygon in body {
        let value: Vec<Q> = polygon.iter().map(|x| dot(n, x) + d).collect();
        let mut out = Vec::new();
        for k in 0..polygon.len() {
            let l = (k + 1) % polygon.len();
            if value[k] >= 0 {
                out.push(polygon[k].clone());
                if value[k] == 0 {
                    rim.push(polygon[k].clone());
                }
            }
            if (value[k] > 0 && value[l] < 0) || (value[k] < 0 && value[l] > 0) {
                let t = Q::from(&value[k] / Q::from(&value[k] - &value[l]));
                let x =
                    [0, 1, 2].map(|a| Q::from(&polygon[k][a] + Q::from(&t * Q::from(&polygon[l][a] - &polygon[k][a]))));
                rim.push(x.clone());
                out.push(x);
            }
        }
        if out.len() >= 3 {
            kept.push(out);
        }
    }
    rim.sort();
    rim.dedup();
    if rim.len() >= 3 && !kept.is_empty() {
        // Around the mean, by the sign of determinants with the normal.
        let count = rim.len() as u32;
        let mean = [0, 1, 2].map(|k| rim.iter().map(|x| &x[k]).sum::<Q>() / count);
        let from = |x: &P| [0, 1, 2].map(|k| Q::from(&x[k] - &mean[k]));
        let turn = |a: &P, b: &P| {
            let c = [(1, 2), (2, 0), (0, 1)].map(|(i, j)| Q::from(&a[i] * &b[j]) - Q::from(&a[j] * &b[i]));
            dot(n, &c)
        };
        let base = from(&rim[0]);
        let upper = |x: &P| {
            let t = turn(&base, x);
            t > 0 || (t == 0 && dot(&base, x) > 0)
        };
        rim.sort_by(|a, b| {
            let (a, b) = (from(a), from(b));
            upper(&b).cmp(&upper(&a)).then_with(|| turn(&b, &a).cmp(&Q::new()))
        });
        kept.push(rim);
    }
    kept
}

fn volume(body: &Brute) -> Q {
    let Some(o) = body.first().map(|f| f[0].clone()) else { return Q::new() };
    let mut six = Q::new();
    for polygon in body {
        let v: Vec<P> = polygon.iter().map(|x| [0, 1, 2].map(|k| Q::from(&x[k] - &o[k]))).collect();
        for k in 1..v.len() - 1 {
            let c = [(1, 2), (2, 0), (0, 1)]
                .map(|(i, j)| Q::from(&v[k][i] * &v[k + 1][j]) - Q::from(&v[k][j] * &v[k + 1][i]));
            six += dot(&v[0], &c).abs();
        }
    }
    six / 6
}

/// Volume of the cell of a site among all images of all, as the power diagram says it.
fn brute(domain: &SpaceDomain, sites: &[[f64; 3]], heights: &Heights, i: usize) -> Q {
    let (low, high) = domain.bounds();
    let periodic = domain.periodic();
    let q = |x: [f64; 3]| x.map(big::rational);
    let (low, high) = (q(low), q(high));
    let period = [0, 1, 2].map(|k| Q::from(&high[k] - &low[k]));
    let y = q(sites[i]);
    let (mut from, mut to) = (low.clone(), high.clone());
    for k in 0..3 {
        if periodic[k] {
            (from[k], to[k]) = (Q::from(&y[k] - &period[k]), Q::from(&y[k] + &period[k]));
        }
    }
    let corner = |bits: usize| [0, 1, 2].map(|k| if (bits >> k) & 1 == 0 { from[k].clone() } else { to[k].clone() });
    let side = |c: [usize; 4]| c.map(corner).to_vec();
    let mut body: Brute =
        [[0, 2, 6, 4], [1, 5, 7, 3], [0, 4, 5, 1], [2, 3, 7, 6], [0, 1, 3, 2], [4, 6, 7, 5]].map(side).to_vec();
    let weight = |j: usize| dot(&q(sites[j]), &q(sites[j])) + big::rational_dd(heights.get(j)) * 2;
    let reach = |k: usize| if periodic[k] { -2..=2 } else { 0..=0 };
    for j in 0..sites.len() {
        for a in reach(0) {
            for b in reach(1) {
                for c in reach(2) {
                    let s = [a, b, c];
                    if j == i && s == [0; 3] {
                        continue;
                    }
                    let z = [0, 1, 2].map(|k| big::rational(sites[j][k]) + Q::from(&period[k] * s[k]));
                    // |x - y|^2 - w_i <= |x - z|^2 - w_j.
                    let n = [0, 1, 2].map(|k| Q::from(&y[k] - &z[k]) * 2);
                    let d = dot(&z, &z) - dot(&y, &y) + weight(i) - weight(j);
                    if n.iter().all(|n| *n == 0) {
                        // One place: the greater weight, then the lower index.
                        if d < 0 || (d == 0 && j < i) {
                            return Q::new();
                        }
                        continue;
                    }
                    body = cut(&body, &n, &d);
                    if body.is_empty() {
                        return Q::new();
                    }
                }
            }
        }
    }
    volume(&body)
}

/// Grids, planes, spheres, duplicates, few and many axes periodic: exact volumes are those of brute
/// force, all levels hold, whatever the order of the sites.
#[test]
fn brute_force_in_rationals() {
    let rounds = std::env::var("BRENIER_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(150);
    let mut r = Random(5);
    let mut hidden = 0;
    for round in 0..rounds {
        let n = 1 + r.below(if round % 5 == 0 { 8 } else { 4 });
        let style = r.below(5);
        let sites: Vec<[f64; 3]> = (0..n)
            .map(|k| match style {
                0 => [0; 3].map(|_| r.below(4) as f64 / 4.0),
                1 => [r.next(), r.next(), r.next()],
                2 => [r.below(3) as f64 / 3.0, r.below(3) as f64 / 3.0, 0.5],
                3 => {
                    let a =
                        [[3.0, 4.0, 0.0], [0.0, 3.0, 4.0], [4.0, 0.0, 3.0], [5.0, 0.0, 0.0], [0.0, 5.0, 0.0]][k % 5];
                    let sign = if k >= 5 { -1.0 } else { 1.0 };
                    a.map(|x: f64| 0.5 + sign * x / 16.0)
                }
                _ => [0.25 + 1e-9 * r.next(), 0.5, if r.below(2) == 0 { 0.5 } else { 0.5 + 1e-13 }],
            })
            .collect();
        let periodic = [r.below(2) == 0, r.below(2) == 0, r.below(3) == 0];
        let domain = SpaceDomain::torus([0.0; 3], [1.0, 1.0, 0.75], periodic).unwrap();
        let level = [0.0, 0.25, 1e-17][r.below(3)];
        let data = SpaceProblemData::new(domain.clone(), sites).duplicates(Duplicates::Keep);
        let problem = SpaceProblem::new(data).unwrap();
        let weights: Vec<f64> = (0..n).map(|_| level * (r.below(3) as f64)).collect();
        let heights = Heights::from_weights(problem.sites(), &weights).0;
        let c = certify(&problem, &heights, 5).unwrap_or_else(|e| panic!("round {round}: {e}"));
        assert!(c.total_is_domain, "round {round}");
        hidden += c.hidden;
        let total: Q = problem.masses().iter().map(|&m| big::rational(m)).sum();
        let whole = big::rational(0.75) / total;
        for i in 0..n {
            let volume = brute(&domain, problem.sites(), &heights, i);
            assert_eq!(c.masses[i], big::nearest_f64(&(volume / &whole)), "round {round}, cell {i} of {n}");
        }
    }
    assert!(hidden > rounds / 20, "{hidden}");
}

/// Sites in one plane: the cells in a box are prisms over those of the plane, and a torus of the
/// plane is the plane among its own images.
#[test]
fn prisms_and_images() {
    let mut r = Random(8);
    for n in [1, 2, 7, 40] {
        let flat: Vec<[f64; 2]> = (0..n).map(|_| [r.next(), r.next()]).collect();
        let weights: Vec<f64> = (0..n).map(|_| 0.02 * r.next()).collect();
        let square = |k: f64| ConvexPolygon::rectangle([-k; 2], [1.0 + k; 2]).unwrap();
        let plane = Problem::new(ProblemData::new(square(0.0), flat.clone())).unwrap();
        let d = Diagram::new(&plane, &Heights::from_weights(&flat, &weights).0).unwrap();
        let lifted: Vec<[f64; 3]> = flat.iter().map(|y| [y[0], y[1], 7.0]).collect();
        let cube = SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap();
        let space = SpaceProblem::new(SpaceProblemData::new(cube, lifted.clone())).unwrap();
        let e = SpaceDiagram::new(&space, &Heights::from_weights(&lifted, &weights).0).unwrap();
        for (a, b) in d.masses().iter().zip(e.masses()) {
            assert!((a - b).abs() < 1e-14, "{a} {b}");
        }
        let (h, g) = (d.hessian(), Cells::walls(&e));
        assert_eq!(h.len(), g.len());
        for (a, b) in h.iter().zip(&g) {
            assert!((a.0, a.1) == (b.0, b.1) && (a.2 - b.2).abs() < 1e-12 * a.2.max(1.0), "{a:?} {b:?}");
        }
        let torus = SpaceDomain::torus([0.0; 2], [1.0; 2], [true; 2]).unwrap();
        let problem = SpaceProblem::new(SpaceProblemData::new(torus, flat.clone())).unwrap();
        let t = SpaceDiagram::new(&problem, &Heights::from_weights(&flat, &weights).0).unwrap();
        let mut images = Vec::new();
        for k in 0..9 {
            let s = [f64::from(k % 3) - 1.0, f64::from(k / 3) - 1.0];
            images.extend(flat.iter().map(|y| [y[0] + s[0], y[1] + s[1]]));
        }
        let all: Vec<f64> = (0..9).flat_map(|_| weights.iter().copied()).collect();
        let around = Problem::new(ProblemData::new(square(1.0), images.clone())).unwrap();
        let big = Diagram::new(&around, &Heights::from_weights(&images, &all).0).unwrap();
        for i in 0..n {
            let own = big.masses()[4 * n + i] * 9.0;
            assert!((own - t.masses()[i]).abs() < 1e-12, "{own} {}", t.masses()[i]);
        }
    }
}

/// The same bits for any number of threads, in a box and on a torus; and warm starts end where cold
/// ones do.
#[test]
fn threads_do_not_matter() {
    let mut r = Random(21);
    for domain in [SpaceDomain::boxed([0.0; 3], [1.0; 3]).unwrap(), torus([1.0, 1.0, 0.5])] {
        let sites: Vec<[f64; 3]> = (0..120).map(|_| [r.next(), r.next(), r.next()]).collect();
        let masses: Vec<f64> = (0..120).map(|_| (1.0 * (r.next() + r.next() - 1.0)).exp()).collect();
        let problem = SpaceProblem::new(SpaceProblemData::new(domain, sites).masses(masses)).unwrap();
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| solve(&problem, &SolveOptions::default().hessian(true)))
        };
        let one = run(1);
        assert!(one.report.converged);
        for threads in [2, 3, 8] {
            let other = run(threads);
            assert_eq!(one.heights, other.heights);
            assert_eq!(one.masses, other.masses);
            assert_eq!((one.cost, &one.centroids, &one.hessian), (other.cost, &other.centroids, &other.hessian));
        }
        let warm = solve(&problem, &SolveOptions::default().start(one.heights.clone()));
        assert!(warm.report.iterations.len() <= 2);
        proved(&problem, &one, 1e-10);
    }
}

/// Sites outside of the box of a torus are wrapped, and heights go with them.
#[test]
fn wrapped_sites_keep_their_weights() {
    let inside = vec![[0.25, 0.5, 0.75], [0.5, 0.125, 0.25], [0.75, 0.75, 0.5]];
    let outside = vec![[1.25, -0.5, 0.75], [0.5, 3.125, -7.75], [0.75, 0.75, 0.5]];
    let weights = [0.03, 0.0, -0.01];
    let of = |sites: &[[f64; 3]]| {
        let heights = Heights::from_weights(sites, &weights).0;
        SpaceProblem::new(SpaceProblemData::new(torus([1.0; 3]), sites.to_vec()).heights(heights)).unwrap()
    };
    let (a, b) = (of(&inside), of(&outside));
    assert_eq!((a.sites(), a.heights(), a.wrapped()), (b.sites(), b.heights(), 0));
    assert_eq!(b.wrapped(), 2);
}
