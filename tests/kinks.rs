//! Kinks and jumps of the mass function: thousands of problems whose walls run along edges and whose sites stand above faces, before a judge who
//! shares nothing with the library but double-doubles and rationals.
//!
//! The judge clips every patch of the source by every bisector himself. An answer that claims to have converged must have the masses; one that
//! claims that no heights have them must lie at heights at which the proof of docs/theory/kinks.md holds, which he checks over all subsets of the
//! tied sites. Anything else is a failure. `KINKS=n` tries `n` problems of each kind.

use brenier::domain::{Between, ConvexPolygon, Density, Image, PlanarMesh, Surface};
use brenier::exact::big::{Rational, rational, rational_dd};
use brenier::exact::{Dd, Heights};
use brenier::io::{AnyProblem, ReadLimit, read_any_problem};
use brenier::newton::{Outcome, Report};
use brenier::problem::{Problem, ProblemData, SurfaceProblem, SurfaceProblemData};
use brenier::transport::{Control, SolveOptions, solve, solve_surface};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

type Rng = ChaCha8Rng;
type Point = [f64; 3];

/// A flat convex part of a source, with a density at each corner (affine between).
struct Patch {
    corners: Vec<Point>,
    rho: Vec<f64>,
}

/// A problem as the judge sees it, and as the library does.
struct Case {
    name: String,
    patches: Vec<Patch>,
    sites: Vec<Point>,
    masses: Vec<f64>,
    problem: Either,
    /// Heights that have these masses are known.
    attainable: bool,
}

enum Either {
    Plane(Problem),
    Surface(SurfaceProblem),
}

fn sub(a: &Point, b: &Point) -> Point {
    [0, 1, 2].map(|k| a[k] - b[k])
}

fn dot(a: &Point, b: &Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: &Point, b: &Point) -> Point {
    [(1, 2), (2, 0), (0, 1)].map(|(p, q)| a[p] * b[q] - a[q] * b[p])
}

// ------------------------------------------------------------------------------------------------------------------
// The judge.

/// Is the difference of two sites normal to a patch? Coordinates are small multiples of a power of two: exact.
fn normal(patch: &Patch, d: &Point) -> bool {
    patch.corners[1..].iter().all(|c| dot(d, &sub(c, &patch.corners[0])) == 0.0)
}

/// `s_ij` at a point of the patch, `h` being `h_i - h_j`: the product is exact.
fn value(d: &Point, x: &Point, h: Dd) -> f64 {
    (Dd::from_f64(dot(d, x)) + h).to_f64()
}

/// The part of a polygon (corners and density there) where site `i` is not lower than site `j`.
fn clipped(patch: &Patch, polygon: Vec<[f64; 4]>, d: &Point, h: Dd) -> Vec<[f64; 4]> {
    if normal(patch, d) {
        return if value(d, &patch.corners[0], h) > 0.0 { polygon } else { Vec::new() };
    }
    let s: Vec<f64> = polygon.iter().map(|p| value(d, &[p[0], p[1], p[2]], h)).collect();
    let mut kept = Vec::new();
    for k in 0..polygon.len() {
        let next = (k + 1) % polygon.len();
        if s[k] >= 0.0 {
            kept.push(polygon[k]);
        }
        if (s[k] > 0.0 && s[next] < 0.0) || (s[k] < 0.0 && s[next] > 0.0) {
            let t = s[k] / (s[k] - s[next]);
            kept.push([0, 1, 2, 3].map(|c| polygon[k][c] + t * (polygon[next][c] - polygon[k][c])));
        }
    }
    kept
}

fn mass(polygon: &[[f64; 4]]) -> f64 {
    let point = |p: &[f64; 4]| [p[0], p[1], p[2]];
    let mut sum = 0.0;
    for k in 1..polygon.len().saturating_sub(1) {
        let [a, b, c] = [polygon[0], polygon[k], polygon[k + 1]];
        let n = cross(&sub(&point(&b), &point(&a)), &sub(&point(&c), &point(&a)));
        sum += 0.5 * dot(&n, &n).sqrt() * (a[3] + b[3] + c[3]) / 3.0;
    }
    sum
}

fn whole(patch: &Patch) -> Vec<[f64; 4]> {
    patch.corners.iter().zip(&patch.rho).map(|(c, r)| [c[0], c[1], c[2], *r]).collect()
}

/// What the source weighs.
fn weight(patches: &[Patch]) -> f64 {
    patches.iter().map(|p| mass(&whole(p))).sum()
}

/// Masses of the cells, of a source that weighs as much as `total`; `None` if a whole part is tied.
fn masses(patches: &[Patch], sites: &[Point], h: &[Dd], total: f64) -> Option<Vec<f64>> {
    let factor = total / weight(patches);
    let mut all = vec![0.0; sites.len()];
    for patch in patches {
        let mut sum = 0.0;
        for i in 0..sites.len() {
            let mut polygon = whole(patch);
            for j in (0..sites.len()).filter(|&j| j != i) {
                polygon = clipped(patch, polygon, &sub(&sites[i], &sites[j]), h[i] - h[j]);
            }
            let m = mass(&polygon);
            all[i] += m * factor;
            sum += m;
        }
        let own = mass(&whole(patch));
        if (sum - own).abs() > 1e-9 * own {
            return None;
        }
    }
    Some(all)
}

/// The same in rationals; areas are those of doubles times exact shares.
fn exact_masses(patches: &[Patch], sites: &[Point], h: &[Dd], total: f64) -> Vec<f64> {
    let factor = total / weight(patches);
    let exact = |p: &Point| p.map(rational);
    let sites: Vec<[Rational; 3]> = sites.iter().map(exact).collect();
    let h: Vec<Rational> = h.iter().map(|&h| rational_dd(h)).collect();
    let mut all = vec![0.0; sites.len()];
    for patch in patches {
        let n = {
            let c = &patch.corners;
            cross(&sub(&c[1], &c[0]), &sub(&c[2], &c[0]))
        };
        let axis = (0..3).max_by(|&a, &b| n[a].abs().total_cmp(&n[b].abs())).unwrap();
        let stretch = dot(&n, &n).sqrt() / n[axis].abs();
        let (p, q) = [(1, 2), (2, 0), (0, 1)][axis];
        for i in 0..sites.len() {
            let start = patch.corners.iter().zip(&patch.rho).map(|(c, &r)| (exact(c), rational(r)));
            let mut polygon: Vec<([Rational; 3], Rational)> = start.collect();
            for j in (0..sites.len()).filter(|&j| j != i) {
                let s: Vec<Rational> = polygon
                    .iter()
                    .map(|(x, _)| {
                        let along = (0..3).map(|k| Rational::from(&sites[i][k] - &sites[j][k]) * &x[k]);
                        along.sum::<Rational>() + Rational::from(&h[i] - &h[j])
                    })
                    .collect();
                let mut kept = Vec::new();
                for k in 0..polygon.len() {
                    let next = (k + 1) % polygon.len();
                    if s[k] >= 0 {
                        kept.push(polygon[k].clone());
                    }
                    if (s[k] > 0 && s[next] < 0) || (s[k] < 0 && s[next] > 0) {
                        let t = &s[k] / Rational::from(&s[k] - &s[next]);
                        let mix = |a: &Rational, b: &Rational| a + Rational::from(b - a) * &t;
                        let (a, b) = (&polygon[k], &polygon[next]);
                        kept.push(([0, 1, 2].map(|c| mix(&a.0[c], &b.0[c])), mix(&a.1, &b.1)));
                    }
                }
                polygon = kept;
            }
            let mut sum = Rational::new();
            for k in 1..polygon.len().saturating_sub(1) {
                let [a, b, c] = [&polygon[0], &polygon[k], &polygon[k + 1]];
                let d = |x: &([Rational; 3], Rational), k: usize| Rational::from(&x.0[k] - &a.0[k]);
                let twice = d(b, p) * d(c, q) - d(b, q) * d(c, p);
                sum += twice.abs() * (Rational::from(&a.1 + &b.1) + &c.1) / 6u32;
            }
            all[i] += sum.to_f64() * stretch * factor;
        }
    }
    all
}

/// The least slack of the sets of `members` that hold `inside` and none of `outside`: a cut, by augmenting paths.
fn least_slack(
    lack: &[f64],
    regions: &BTreeMap<Vec<usize>, f64>,
    members: &[usize],
    inside: usize,
    outside: &[usize],
) -> f64 {
    let n = lack.len();
    let (source, sink, any) = (n + regions.len(), n + regions.len() + 1, 1e3);
    let mut free = vec![vec![0.0f64; sink + 1]; sink + 1];
    let mut flow = -members.iter().map(|&i| lack[i].max(0.0)).sum::<f64>();
    for &i in members {
        free[source][i] = if i == inside { any } else { lack[i].max(0.0) };
        free[i][sink] = if outside.contains(&i) { any } else { (-lack[i]).max(0.0) };
    }
    for (k, (sites, m)) in regions.iter().enumerate() {
        sites.iter().for_each(|&i| free[i][n + k] = any);
        free[n + k][sink] = *m;
    }
    for _ in 0..10_000 {
        let mut from = vec![usize::MAX; sink + 1];
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(at) = queue.pop_front() {
            for to in 0..=sink {
                if to != source && from[to] == usize::MAX && free[at][to] > 1e-15 {
                    from[to] = at;
                    queue.push_back(to);
                }
            }
        }
        if from[sink] == usize::MAX {
            return flow;
        }
        let steps: Vec<(usize, usize)> = std::iter::successors(Some(sink), |&v| Some(from[v]).filter(|&u| u != source))
            .map(|v| (from[v], v))
            .collect();
        let most = steps.iter().map(|&(u, v)| free[u][v]).fold(f64::INFINITY, f64::min);
        for (u, v) in steps {
            free[u][v] -= most;
            free[v][u] += most;
        }
        flow += most;
    }
    f64::NEG_INFINITY
}

/// Is the proof at these heights that no others have the masses? Ties nearer than `1e-20` are meant.
fn disproved(case: &Case, h: &[Dd]) -> Result<(), String> {
    let n = case.sites.len();
    let factor = case.masses.iter().sum::<f64>() / weight(&case.patches);
    let mut base = vec![0.0; n];
    let mut regions: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
    for patch in &case.patches {
        let tied = |i: usize, j: usize| {
            let d = sub(&case.sites[i], &case.sites[j]);
            normal(patch, &d) && value(&d, &patch.corners[0], h[i] - h[j]).abs() < 1e-20
        };
        let classes: Vec<Vec<usize>> = (0..n)
            .filter(|&i| (0..i).all(|j| !tied(i, j)))
            .map(|i| (i..n).filter(|&j| j == i || tied(i, j)).collect())
            .collect();
        for class in &classes {
            let mut polygon = whole(patch);
            for other in classes.iter().filter(|o| o[0] != class[0]) {
                let (i, j) = (class[0], other[0]);
                polygon = clipped(patch, polygon, &sub(&case.sites[i], &case.sites[j]), h[i] - h[j]);
            }
            let m = mass(&polygon) * factor;
            match class[..] {
                [i] => base[i] += m,
                _ if m > 0.0 => *regions.entry(class.clone()).or_default() += m,
                _ => {}
            }
        }
    }
    // Groups of sites that hang together by regions.
    let mut group: Vec<usize> = (0..n).collect();
    for sites in regions.keys() {
        for &j in &sites[1..] {
            let (a, b) = (group[sites[0]], group[j]);
            group.iter_mut().filter(|g| **g == b).for_each(|g| *g = a);
        }
    }
    let lacks = |set: &dyn Fn(usize) -> bool| -> f64 {
        (0..n).filter(|&i| set(i)).map(|i| case.masses[i] - base[i]).sum::<f64>()
            - regions.iter().filter(|(s, _)| s.iter().any(|&i| set(i))).map(|r| r.1).sum::<f64>()
    };
    let wrong: f64 = (0..n).filter(|&g| group[g] == g).map(|g| lacks(&|i| group[i] == g).abs()).sum();
    let doubt = 1e-12 * case.masses.iter().sum::<f64>() + n as f64 * wrong;
    for (sites, _) in regions.iter().filter(|r| *r.1 > doubt) {
        let members: Vec<usize> = (0..n).filter(|&i| group[i] == group[sites[0]]).collect();
        for (x, y) in (0..sites.len()).flat_map(|x| (0..x).map(move |y| (x, y))) {
            let pair = [sites[x], sites[y]];
            let slack = if members.len() <= 12 {
                let place = |i: usize| members.iter().position(|&m| m == i).unwrap();
                let (a, b) = (place(pair[0]), place(pair[1]));
                let other: u32 = sites.iter().map(|&i| 1 << place(i)).sum();
                // One of them rises more than the other, or a third of their region more than both.
                let apart = (0u32..1 << members.len()).filter(|set| {
                    let (a, b) = (set >> a & 1, set >> b & 1);
                    a != b || a == 0 && set & other != 0
                });
                let holds =
                    |set: u32, i: usize| members.iter().position(|&m| m == i).is_some_and(|k| set >> k & 1 == 1);
                apart.map(|set| -lacks(&|i| holds(set, i))).fold(f64::INFINITY, f64::min)
            } else {
                let lack: Vec<f64> = (0..n).map(|i| case.masses[i] - base[i]).collect();
                let least = |inside: usize, outside: &[usize]| least_slack(&lack, &regions, &members, inside, outside);
                let third = sites.iter().filter(|i| !pair.contains(i)).map(|&l| least(l, &pair));
                let all = [least(pair[0], &pair[1..]), least(pair[1], &pair[..1])].into_iter().chain(third);
                all.fold(f64::INFINITY, f64::min)
            };
            if slack > doubt {
                return Ok(());
            }
        }
    }
    Err(format!("nothing is torn: {regions:?}, base {base:?}, masses {:?}", case.masses))
}

// ------------------------------------------------------------------------------------------------------------------
// Solving and judging.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Attained,
    Disproved,
}

fn solved(problem: &Either) -> (Heights, Vec<f64>, Vec<f64>, f64, Report) {
    let options = SolveOptions::default();
    match problem {
        Either::Plane(p) => {
            let s = solve(p, &options, &mut |_| Control::Continue);
            (s.heights, s.weights, s.masses, s.cost, s.report)
        }
        Either::Surface(p) => {
            let s = solve_surface(p, &options, &mut |_| Control::Continue);
            (s.heights, s.weights, s.masses, s.cost, s.report)
        }
    }
}

fn judged(case: &Case, exactly: bool) -> Result<Verdict, String> {
    let (heights, _, _, _, report) = solved(&case.problem);
    let h = heights.as_slice();
    match report.outcome {
        Some(Outcome::Converged) => {
            let total = case.masses.iter().sum();
            let near = |found: &[f64]| {
                let worst = found.iter().zip(&case.masses).map(|(m, nu)| ((m - nu).abs() - 1e-13 * total) / nu);
                worst.fold(0.0, f64::max) <= 1.01e-10
            };
            let found = masses(&case.patches, &case.sites, h, total).ok_or("sites are tied on a whole face")?;
            if !near(&found) || exactly && !near(&exact_masses(&case.patches, &case.sites, h, total)) {
                return Err(format!("converged, but masses are {found:?}, not {:?}", case.masses));
            }
            Ok(Verdict::Attained)
        }
        Some(Outcome::NotConverged { why }) if why.starts_with("these masses cannot be attained") => {
            if case.attainable {
                return Err(format!("heights are known that have the masses, yet: {why}"));
            }
            disproved(case, h)?;
            Ok(Verdict::Disproved)
        }
        other => Err(format!("{other:?} after {} steps", report.iterations.len())),
    }
}

// ------------------------------------------------------------------------------------------------------------------
// Problems.

/// The boundary of a random union of unit cubes, its squares cut along either diagonal.
fn voxels(rng: &mut Rng) -> (Vec<Point>, Vec<[u32; 3]>) {
    let count = rng.random_range(1..=5);
    let mut cubes: Vec<[i32; 3]> = vec![[1, 1, 1]];
    while cubes.len() < count {
        let mut c = cubes[rng.random_range(0..cubes.len())];
        c[rng.random_range(0..3usize)] += if rng.random_bool(0.5) { 1 } else { -1 };
        if c.iter().all(|x| (0..3).contains(x)) && !cubes.contains(&c) {
            cubes.push(c);
        }
    }
    let (mut vertices, mut triangles): (Vec<Point>, Vec<[u32; 3]>) = (Vec::new(), Vec::new());
    for c in &cubes {
        for (axis, side) in (0..3usize).flat_map(|a| [(a, 0), (a, 1)]) {
            let mut beyond = *c;
            beyond[axis] += 2 * side - 1;
            if cubes.contains(&beyond) {
                continue;
            }
            let (b, d) = [(1, 2), (2, 0), (0, 1)][axis];
            let around = if side == 1 { [(0, 0), (1, 0), (1, 1), (0, 1)] } else { [(0, 0), (0, 1), (1, 1), (1, 0)] };
            let mut square = around.map(|(x, y)| {
                let mut p = c.map(f64::from);
                p[axis] += f64::from(side);
                p[b] += f64::from(x);
                p[d] += f64::from(y);
                vertices.iter().position(|v| *v == p).unwrap_or_else(|| {
                    vertices.push(p);
                    vertices.len() - 1
                }) as u32
            });
            if rng.random_bool(0.5) {
                square.rotate_left(1);
            }
            triangles.push([square[0], square[1], square[2]]);
            triangles.push([square[0], square[2], square[3]]);
        }
    }
    (vertices, triangles)
}

fn count(rng: &mut Rng) -> usize {
    if rng.random_bool(0.95) { rng.random_range(2..=8) } else { rng.random_range(20..=60) }
}

/// Distinct random points.
fn distinct(rng: &mut Rng, n: usize, mut draw: impl FnMut(&mut Rng) -> Point) -> Vec<Point> {
    let mut all: Vec<Point> = Vec::new();
    for _ in 0..20 * n {
        let p = draw(rng);
        if all.len() < n && !all.contains(&p) {
            all.push(p);
        }
    }
    all
}

/// Masses of several sorts; and whether heights are known that have them.
fn targets(rng: &mut Rng, patches: &[Patch], sites: &[Point]) -> (Vec<f64>, bool) {
    let n = sites.len();
    let scaled = |m: Vec<f64>| {
        let total: f64 = m.iter().sum();
        m.iter().map(|m| m / total).collect::<Vec<f64>>()
    };
    let sort = rng.random_range(0..5);
    match sort {
        0 => (vec![1.0 / n as f64; n], false),
        1 => (scaled((0..n).map(|_| f64::from(rng.random_range(1..=12))).collect()), false),
        2 => (scaled((0..n).map(|_| rng.random_range(0.01..1.0)).collect()), false),
        // Those of random heights: anywhere, or where sites are tied and one takes all.
        _ => {
            for _ in 0..20 {
                let h: Vec<Dd> = (0..n)
                    .map(|i| {
                        let y = &sites[i];
                        let near = -0.5 * dot(y, y) + 1.5 * (y[0] + y[1] + y[2]);
                        let lattice = f64::from(rng.random_range(-4..=4)) / 4.0;
                        match sort {
                            3 => Dd::from_f64(near + rng.random_range(-1.0..1.0)),
                            _ => {
                                let ties = Dd::from_f64(((near + lattice) * 2.0).round() / 2.0);
                                ties + Dd::from_f64(2f64.powi(-60) * i as f64)
                            }
                        }
                    })
                    .collect();
                if let Some(m) = masses(patches, sites, &h, 1.0).filter(|m| m.iter().all(|&m| m > 1e-3 / n as f64)) {
                    return (m, true);
                }
            }
            (vec![1.0 / n as f64; n], false)
        }
    }
}

fn on_surface(
    name: String,
    rng: &mut Rng,
    vertices: Vec<Point>,
    triangles: Vec<[u32; 3]>,
    sites: Vec<Point>,
) -> Option<Case> {
    let density = match rng.random_range(0..5) {
        0 => Density::Face(triangles.iter().map(|_| f64::from(rng.random_range(0..=3))).collect()),
        1 => Density::Vertex(vertices.iter().map(|_| f64::from(rng.random_range(0..=3))).collect()),
        _ => Density::Constant,
    };
    let patch = |(k, t): (usize, &[u32; 3])| Patch {
        corners: t.iter().map(|&v| vertices[v as usize]).collect(),
        rho: match &density {
            Density::Face(values) => vec![values[k]; 3],
            Density::Vertex(values) => t.iter().map(|&v| values[v as usize]).collect(),
            _ => vec![1.0; 3],
        },
    };
    let patches: Vec<Patch> = triangles.iter().enumerate().map(patch).filter(|p| mass(&whole(p)) > 0.0).collect();
    if patches.is_empty() {
        return None;
    }
    let (masses, attainable) = targets(rng, &patches, &sites);
    let mut data = SurfaceProblemData::new(Surface::new(vertices, triangles).unwrap(), sites.clone());
    data.masses = Some(masses.clone());
    data.density = density;
    let problem = Either::Surface(SurfaceProblem::new(data).unwrap_or_else(|e| panic!("{name}: {e}")));
    Some(Case { name, patches, sites, masses, problem, attainable })
}

/// Unions of cubes, sites on half-integers.
fn voxel_case(seed: u64) -> Option<Case> {
    let rng = &mut Rng::seed_from_u64(seed);
    let (vertices, triangles) = voxels(rng);
    let n = count(rng);
    let sites = distinct(rng, n, |rng| [0; 3].map(|_: i32| f64::from(rng.random_range(-2..=8)) / 2.0));
    on_surface(format!("voxels {seed}"), rng, vertices, triangles, sites)
}

/// The same sheared or stretched, sites at the mesh's own vertices and lattice points.
fn cad_case(seed: u64) -> Option<Case> {
    let rng = &mut Rng::seed_from_u64(1 << 32 | seed);
    let (mut vertices, triangles) = voxels(rng);
    let shapes = [
        [[1., 0., 0.], [0., 1., 0.], [0., 0., 1.]],
        [[1., 1., 0.], [0., 1., 0.], [0., 0., 1.]],
        [[1., 0., 0.], [0., 1., 1.], [1., 0., 1.]],
        [[2., 0., 0.], [0., 1., 0.], [0., 0., 3.]],
    ];
    let shape = shapes[rng.random_range(0..shapes.len())];
    vertices.iter_mut().for_each(|v| *v = shape.map(|row| dot(&row, v)));
    let n = count(rng);
    let own = rng.random_bool(0.7);
    let places = vertices.clone();
    let sites = distinct(rng, n, |rng| match own || rng.random_bool(0.5) {
        true => places[rng.random_range(0..places.len())],
        false => [0; 3].map(|_: i32| f64::from(rng.random_range(0..=6))),
    });
    on_surface(format!("cad {seed}"), rng, vertices, triangles, sites)
}

const PIXELS: [f64; 8] = [0.0, 0.0, 1.0, 1.0, 10.0, 1000.0, 0.001, 3.0];

/// Images of few pixels, and meshes of the same squares; sites on half-integers.
fn plane_case(seed: u64) -> Option<Case> {
    let rng = &mut Rng::seed_from_u64(2 << 32 | seed);
    let (width, height) = (rng.random_range(1..=4usize), rng.random_range(1..=4usize));
    let values: Vec<f64> = (0..width * height).map(|_| PIXELS[rng.random_range(0..PIXELS.len())]).collect();
    if values.iter().sum::<f64>() == 0.0 {
        return None;
    }
    let n = count(rng);
    let sites = distinct(rng, n, |rng| {
        [f64::from(rng.random_range(-2..=10)) / 2.0, f64::from(rng.random_range(-2..=10)) / 2.0, 0.0]
    });
    let (w, h) = (width as f64, height as f64);
    let square = |k: usize| {
        // Rows run from the top.
        let (x, y) = ((k % width) as f64, h - 1.0 - (k / width) as f64);
        [[x, y, 0.0], [x + 1.0, y, 0.0], [x + 1.0, y + 1.0, 0.0], [x, y + 1.0, 0.0]]
    };
    let (mut patches, flat): (Vec<Patch>, Vec<[f64; 2]>) = (Vec::new(), sites.iter().map(|s| [s[0], s[1]]).collect());
    let mut data = if rng.random_bool(0.6) {
        let full = (0..values.len()).filter(|&k| values[k] > 0.0);
        patches.extend(full.map(|k| Patch { corners: square(k).to_vec(), rho: vec![values[k]; 4] }));
        let mut data = ProblemData::new(ConvexPolygon::rectangle([0.0, 0.0], [w, h]).unwrap(), flat);
        data.density = Density::Image(Image::new(width, values, [0.0, 0.0], [w, h], Between::Constant).unwrap().into());
        data
    } else {
        let at = |x: usize, y: usize| (y * (width + 1) + x) as u32;
        let vertices = (0..=height).flat_map(|y| (0..=width).map(move |x| [x as f64, y as f64])).collect();
        let (mut triangles, mut rho) = (Vec::new(), Vec::new());
        for (k, &value) in values.iter().enumerate() {
            let (x, y) = (k % width, k / width);
            let q = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            for t in [[q[0], q[1], q[2]], [q[0], q[2], q[3]]] {
                triangles.push(t);
                let affine = rng.random_bool(0.3);
                rho.push(match affine {
                    true => [0; 3].map(|_: i32| f64::from(rng.random_range(0..=3))),
                    false => [value; 3],
                });
            }
        }
        let point = |v: u32| [(v as usize % (width + 1)) as f64, (v as usize / (width + 1)) as f64, 0.0];
        let all = triangles.iter().zip(&rho);
        let all = all.map(|(t, r)| Patch { corners: t.iter().map(|&v| point(v)).collect(), rho: r.to_vec() });
        patches.extend(all.filter(|p| mass(&whole(p)) > 0.0));
        let mut data = ProblemData::new(PlanarMesh::new(vertices, triangles).unwrap(), flat);
        data.density = Density::Corner(rho.into());
        data
    };
    if patches.is_empty() {
        return None;
    }
    let (masses, attainable) = targets(rng, &patches, &sites);
    data.masses = Some(masses.clone());
    let name = format!("plane {seed}");
    let problem = Either::Plane(Problem::new(data).unwrap_or_else(|e| panic!("{name}: {e}")));
    Some(Case { name, patches, sites, masses, problem, attainable })
}

fn all_judged(from: u64, number: u64, make: fn(u64) -> Option<Case>) -> BTreeMap<Verdict, usize> {
    let number = std::env::var("KINKS").ok().and_then(|n| n.parse().ok()).unwrap_or(number);
    let judge = |seed: u64| {
        let case = make(seed)?;
        Some(judged(&case, seed.is_multiple_of(32)).map_err(|why| format!("{}: {why}", case.name)))
    };
    let verdicts: Vec<Result<Verdict, String>> = (from..from + number).into_par_iter().filter_map(judge).collect();
    let mut found = BTreeMap::new();
    let mut failures = Vec::new();
    for v in verdicts {
        match v {
            Ok(v) => *found.entry(v).or_default() += 1,
            Err(why) => failures.push(why),
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures, {found:?}:\n{}",
        failures.len(),
        failures[..failures.len().min(40)].join("\n")
    );
    eprintln!("{found:?}");
    found
}

#[test]
fn voxels_with_sites_on_half_integers_are_attained_or_disproved() {
    let found = all_judged(0, 2600, voxel_case);
    assert!(found.len() == 2, "both verdicts occur: {found:?}");
}

#[test]
fn meshes_with_sites_at_their_vertices_are_attained_or_disproved() {
    let found = all_judged(0, 1600, cad_case);
    assert!(found.len() == 2, "both verdicts occur: {found:?}");
}

/// In the plane a wall has no area: everything is attained.
#[test]
fn pixels_and_triangles_of_the_plane_are_attained() {
    let found = all_judged(0, 1200, plane_case);
    assert!(!found.contains_key(&Verdict::Disproved), "{found:?}");
}

// ------------------------------------------------------------------------------------------------------------------
// Small inputs with their right values.

fn frozen(name: &str) -> (Vec<f64>, f64, Report) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/kinks").join(name);
    let problem = match read_any_problem(&path, ReadLimit::default()).unwrap() {
        AnyProblem::Plane(file) => Either::Plane(file.problem().unwrap()),
        AnyProblem::Surface(file) => Either::Surface(file.problem().unwrap()),
    };
    let (_, weights, _, cost, report) = solved(&problem);
    (weights.iter().map(|w| w - weights[0]).collect(), cost, report)
}

fn attains(name: &str, expected: &[f64]) -> f64 {
    let (weights, cost, report) = frozen(name);
    assert!(report.converged && report.max_relative_error < 1e-12, "{name}: {:?}", report.outcome);
    for (w, e) in weights.iter().zip(expected) {
        assert!((w - e).abs() < 1e-9, "{name}: {weights:?}, not {expected:?}");
    }
    cost
}

#[test]
fn walls_along_edges_and_starts_without_a_cell_have_their_closed_forms() {
    // Walls z = 1/2; z = 1/4 and 3/4; x = 3/2.
    assert!((attains("S1_min.json", &[0.0, 1.0]) - 7.0 / 12.0).abs() < 1e-12);
    attains("cubec.json", &[0.0, 1.5, 1.5]);
    attains("K1_min.json", &[0.0, -0.75]);
    attains("S3_vox1.json", &[0.0, 4.0]);
    let (_, _, report) = frozen("S2_bar2.json");
    assert!(report.converged, "{:?}", report.outcome);
}

/// Sites 0 and 1 win one square together whatever the third does: two thirds of the mass, of which each should have half.
#[test]
fn a_square_that_must_be_split_is_told_with_its_plan() {
    let (_, _, report) = frozen("tilt.json");
    let Some(Outcome::NotConverged { why }) = &report.outcome else { panic!("{report:?}") };
    assert_eq!(
        why,
        "these masses cannot be attained: faces 0, 1 lie in a bisector, as that of sites 0 and 1, and would have to be split \
         (site 0 has 0.000000 or 0.666667 there and wants 0.333333); move a site along the surface, or change the masses"
    );
    let plan = report.notes.iter().find(|n| n.starts_with("best plan")).expect("a plan");
    assert!(plan.contains("0.500000000000 to site 0, 0.500000000000 to site 1"), "{plan}");
}
