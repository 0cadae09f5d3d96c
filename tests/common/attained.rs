//! A judge of problems whose walls run along edges and whose sites stand above faces, who shares
//! nothing with the library but double-doubles and rationals: he clips every patch of the source by
//! every bisector himself.
//!
//! An answer that claims to have converged must have the masses; one that claims that no heights
//! have them must lie at heights at which the proof of docs/theory/kinks.md holds, which he checks
//! over all subsets of the tied sites. Anything else is a failure.

use brenier::exact::big::{Rational, rational, rational_dd};
use brenier::exact::{Dd, Heights};
use brenier::newton::Outcome;
use brenier::problem::{Problem, SurfaceProblem};
use brenier::transport::Report;
use brenier::transport::{SolveOptions, solve};
use std::collections::BTreeMap;

pub type Point = [f64; 3];

/// A flat convex part of a source, with a density at each corner (affine between).
pub struct Patch {
    pub corners: Vec<Point>,
    pub rho: Vec<f64>,
}

/// A problem as the judge sees it, and as the library does.
pub struct Case {
    pub name: String,
    pub patches: Vec<Patch>,
    pub sites: Vec<Point>,
    pub masses: Vec<f64>,
    pub problem: Either,
    /// Heights that have these masses are known.
    pub attainable: bool,
}

pub enum Either {
    Plane(Problem),
    Surface(SurfaceProblem),
}

pub fn sub(a: &Point, b: &Point) -> Point {
    [0, 1, 2].map(|k| a[k] - b[k])
}

pub fn dot(a: &Point, b: &Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub fn cross(a: &Point, b: &Point) -> Point {
    [(1, 2), (2, 0), (0, 1)].map(|(p, q)| a[p] * b[q] - a[q] * b[p])
}

// -------------------------------------------------------------------------------------------------
// The judge.

/// Is the difference of two sites normal to a patch? Coordinates are small multiples of a power of
/// two: exact.
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

pub fn mass(polygon: &[[f64; 4]]) -> f64 {
    let point = |p: &[f64; 4]| [p[0], p[1], p[2]];
    let mut sum = 0.0;
    for k in 1..polygon.len().saturating_sub(1) {
        let [a, b, c] = [polygon[0], polygon[k], polygon[k + 1]];
        let n = cross(&sub(&point(&b), &point(&a)), &sub(&point(&c), &point(&a)));
        sum += 0.5 * dot(&n, &n).sqrt() * (a[3] + b[3] + c[3]) / 3.0;
    }
    sum
}

pub fn whole(patch: &Patch) -> Vec<[f64; 4]> {
    patch.corners.iter().zip(&patch.rho).map(|(c, r)| [c[0], c[1], c[2], *r]).collect()
}

/// What the source weighs.
fn weight(patches: &[Patch]) -> f64 {
    patches.iter().map(|p| mass(&whole(p))).sum()
}

/// Masses of the cells, of a source that weighs as much as `total`; `None` if a whole part is tied.
pub fn masses(patches: &[Patch], sites: &[Point], h: &[Dd], total: f64) -> Option<Vec<f64>> {
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

/// The least slack of the sets of `members` that hold `inside` and none of `outside`: a cut, by
/// augmenting paths.
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

/// Is the proof at these heights that no others have the masses? Ties nearer than `1e-20` are
/// meant.
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

// -------------------------------------------------------------------------------------------------
// Solving and judging.

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Attained,
    Disproved,
}

pub fn solved(problem: &Either) -> (Heights, Vec<f64>, Vec<f64>, f64, Report) {
    let options = SolveOptions::default();
    match problem {
        Either::Plane(p) => {
            let s = solve(p, &options);
            (s.heights, s.weights, s.masses, s.cost, s.report)
        }
        Either::Surface(p) => {
            let s = solve(p, &options);
            (s.heights, s.weights, s.masses, s.cost, s.report)
        }
    }
}

pub fn judged(case: &Case, exactly: bool) -> Result<Verdict, String> {
    let (heights, _, _, _, report) = solved(&case.problem);
    answer(case, &heights, &report, exactly)
}

/// Judges an answer; in rationals too if `exactly`.
pub fn answer(case: &Case, heights: &Heights, report: &Report, exactly: bool) -> Result<Verdict, String> {
    let h = heights.as_slice();
    match &report.outcome {
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
