//! Random instances that are hard for inexact code: ties everywhere, or almost ties.

use super::oracle::{self, P, Q, Source};
use brenier::domain::{ConvexPolygon, Density};
use brenier::exact::{Dd, Heights, big};
use brenier::problem::{Duplicates, Problem, ProblemData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Generator of everything random here.
pub type Dice = ChaCha8Rng;

/// The dice with a fixed seed; `stream` separates instances from each other.
pub fn dice(seed: u64, stream: u64) -> Dice {
    let mut d = ChaCha8Rng::seed_from_u64(seed);
    d.set_stream(stream);
    d
}

/// A diagram to compute: all numbers are the doubles (double-doubles) the library gets.
#[derive(Clone, Debug)]
pub struct Instance {
    pub family: &'static str,
    pub polygon: Vec<[f64; 2]>,
    pub density: Density,
    pub sites: Vec<[f64; 2]>,
    pub heights: Vec<Dd>,
}

impl Instance {
    pub fn len(&self) -> usize {
        self.sites.len()
    }

    pub fn heights(&self) -> Heights {
        Heights::new(self.heights.iter().copied())
    }

    /// As the library sees it: equal masses of total 1, duplicates kept.
    pub fn problem(&self) -> Problem {
        let domain = ConvexPolygon::new(self.polygon.clone()).expect("a convex polygon");
        let mut data = ProblemData::new(domain, self.sites.clone());
        data.density = self.density.clone();
        data.duplicates = Duplicates::Keep;
        Problem::new(data).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn source(&self) -> Source {
        let polygon = self.polygon.iter().map(|&v| oracle::exact_point(v)).collect();
        match self.density {
            Density::Affine { g, c } => Source::affine(polygon, oracle::exact_point(g), oracle::exact(c)),
            _ => Source::uniform(polygon),
        }
    }

    pub fn exact_sites(&self) -> Vec<P> {
        self.sites.iter().map(|&y| oracle::exact_point(y)).collect()
    }

    pub fn exact_heights(&self) -> Vec<Q> {
        let value = |h: &Dd| oracle::exact(h.hi) + oracle::exact(h.lo);
        self.heights.iter().map(value).collect()
    }

    /// The brute-force answer, not normalized.
    pub fn oracle(&self) -> oracle::Diagram {
        oracle::diagram(&self.source(), &self.exact_sites(), &self.exact_heights())
    }

    /// The same sites in another order: entry `k` is entry `order[k]` of `self`.
    pub fn permuted(&self, order: &[usize]) -> Instance {
        Instance {
            sites: order.iter().map(|&i| self.sites[i]).collect(),
            heights: order.iter().map(|&i| self.heights[i]).collect(),
            ..self.clone()
        }
    }

    /// Whether two sites coincide.
    pub fn has_duplicates(&self) -> bool {
        let n = self.len();
        (0..n).any(|i| (0..i).any(|j| self.sites[i] == self.sites[j]))
    }
}

/// A random order of `0..n`.
pub fn shuffle(d: &mut Dice, n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for k in (1..n).rev() {
        order.swap(k, d.random_range(0..=k));
    }
    order
}

/// `y -> h` of the Voronoi diagram: `-|y|^2/2`, rounded to a double-double if need be.
pub fn voronoi(sites: &[[f64; 2]]) -> Vec<Dd> {
    let (h, _) = Heights::from_weights(sites, &vec![0.0; sites.len()]);
    h.as_slice().to_vec()
}

/// A rational rounded to a double-double (exact when it fits, which the families below arrange).
fn dd(q: &Q) -> Dd {
    big::nearest_dd(q).0
}

/// `-<p, y>` and an added multiple of 1/8.
fn through(p: [f64; 2], y: [f64; 2], extra: f64) -> Dd {
    let h = -oracle::dot(&oracle::exact_point(p), &oracle::exact_point(y));
    dd(&(h + oracle::exact(extra)))
}

fn uniform(d: &mut Dice) -> f64 {
    d.random_range(-1.0..1.0)
}

/// A multiple of `1/q` in [-1, 1].
fn dyadic(d: &mut Dice, q: i32) -> f64 {
    f64::from(d.random_range(-q..=q)) / f64::from(q)
}

/// One unit in the last place up, down, or none.
fn nudge(d: &mut Dice, x: f64) -> f64 {
    match d.random_range(0..3) {
        0 => x.next_up(),
        1 => x.next_down(),
        _ => x,
    }
}

/// Domains in or about [-1,1]^2. All coordinates of the first four kinds are multiples of 1/8.
fn domain(d: &mut Dice) -> Vec<[f64; 2]> {
    match d.random_range(0..7) {
        0 | 1 => vec![[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]],
        2 => vec![[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]],
        3 => {
            // Collinear vertices at the quarters of the sides.
            let mut v = Vec::new();
            let corners = [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0]];
            for side in corners.windows(2) {
                for k in 0..4 {
                    let t = f64::from(k) / 4.0;
                    v.push([side[0][0] + t * (side[1][0] - side[0][0]), side[0][1] + t * (side[1][1] - side[0][1])]);
                }
            }
            v
        }
        4 => vec![[-1.0, 0.0], [0.0, -1.0], [1.0, -0.5], [0.5, 1.0], [-0.5, 1.0]],
        5 => {
            // x/20: not dyadic, given clockwise.
            let c = |k: i32| f64::from(k) / 20.0;
            vec![[c(-19), c(-17)], [c(-13), c(19)], [c(19), c(17)], [c(17), c(-19)]]
        }
        _ => loop {
            let n = d.random_range(3..=9);
            let mut angles: Vec<f64> = (0..n).map(|_| d.random_range(0.0..6.2)).collect();
            angles.sort_by(f64::total_cmp);
            let wide = angles.windows(2).all(|w| w[1] - w[0] > 0.01);
            let vertices: Vec<[f64; 2]> = angles.iter().map(|a| [a.cos(), a.sin()]).collect();
            if wide && ConvexPolygon::new(vertices.clone()).is_ok() {
                break vertices;
            }
        },
    }
}

/// Constant, or affine with small dyadic gradient: positive, or touching zero where that is exact.
fn density(d: &mut Dice, polygon: &[[f64; 2]]) -> Density {
    if d.random_range(0..3) > 0 {
        return Density::Constant;
    }
    let g = [dyadic(d, 4), dyadic(d, 4)];
    let least = polygon.iter().map(|v| g[0] * v[0] + g[1] * v[1]).fold(f64::INFINITY, f64::min);
    let touching = Density::Affine { g, c: -least };
    let sound = ConvexPolygon::new(polygon.to_vec()).is_ok_and(|p| touching.validate(&p.into()).is_ok());
    if sound && d.random_range(0..2) == 0 { touching } else { Density::Affine { g, c: 0.25 - least } }
}

/// Names of the families, in the order of [`instance`]'s counter.
pub const FAMILIES: &[&str] = &[
    "random",
    "grid",
    "grid/20",
    "cocircular",
    "concurrent",
    "ulp",
    "clustered",
    "hidden",
    "on-boundary",
    "duplicates",
    "collinear",
    "lattice",
    "rounded-circle",
    "scaled",
];

/// Instance number `k` of the family `FAMILIES[k % 14]`, with at most 12 sites.
pub fn instance(seed: u64, k: u64) -> Instance {
    let mut d = dice(seed, k);
    let family = FAMILIES[(k % FAMILIES.len() as u64) as usize];
    let polygon = domain(&mut d);
    let density = density(&mut d, &polygon);
    // Mostly small: the brute force costs n^2 clips.
    let n = [1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 8, 12][d.random_range(0..12)];
    let mut i = Instance { family, polygon, density, sites: Vec::new(), heights: Vec::new() };
    fill(&mut d, &mut i, n);
    i
}

fn distinct(d: &mut Dice, n: usize, mut point: impl FnMut(&mut Dice) -> [f64; 2]) -> Vec<[f64; 2]> {
    let mut sites: Vec<[f64; 2]> = Vec::new();
    for _ in 0..50 * n {
        let p = point(d);
        if sites.len() < n && !sites.contains(&p) {
            sites.push(p);
        }
    }
    sites
}

/// Rational points of the circle of radius 5/8.
const CIRCLE: [[f64; 2]; 12] = [
    [0.625, 0.0],
    [0.5, 0.375],
    [0.375, 0.5],
    [0.0, 0.625],
    [-0.375, 0.5],
    [-0.5, 0.375],
    [-0.625, 0.0],
    [-0.5, -0.375],
    [-0.375, -0.5],
    [0.0, -0.625],
    [0.375, -0.5],
    [0.5, -0.375],
];

fn fill(d: &mut Dice, i: &mut Instance, n: usize) {
    match i.family {
        "random" => {
            i.sites = distinct(d, n, |d| [uniform(d), uniform(d)]);
            i.heights = voronoi(&i.sites);
            for h in &mut i.heights {
                *h = *h + Dd::sum(0.2 * uniform(d), 1e-18 * uniform(d));
            }
        }
        "grid" => {
            i.sites = distinct(d, n, |d| [dyadic(d, 2), dyadic(d, 2)]);
            i.heights = voronoi(&i.sites);
            if d.random_range(0..3) == 0 {
                i.heights.iter_mut().for_each(|h| *h = *h + Dd::from_f64(dyadic(d, 4)));
            }
        }
        "grid/20" => {
            let c = |d: &mut Dice| f64::from(5 * d.random_range(-4..=4)) / 20.0 + 0.05;
            i.sites = distinct(d, n, |d| [c(d), c(d)]);
            i.heights = voronoi(&i.sites);
        }
        "cocircular" => {
            let centre = [dyadic(d, 4) / 2.0, dyadic(d, 4) / 2.0];
            i.sites = distinct(d, n, |d| {
                let c = CIRCLE[d.random_range(0..12)];
                [c[0] + centre[0], c[1] + centre[1]]
            });
            i.heights = voronoi(&i.sites);
        }
        "concurrent" => {
            // All planes through one point: inside, on the boundary or a vertex of the domain.
            let p = match d.random_range(0..3) {
                0 => i.polygon[d.random_range(0..i.polygon.len())],
                1 => [dyadic(d, 8), -1.0],
                _ => [dyadic(d, 4) / 2.0, dyadic(d, 4) / 2.0],
            };
            i.sites = distinct(d, n, |d| [dyadic(d, 8), dyadic(d, 8)]);
            i.heights = i.sites.iter().map(|&y| through(p, y, 0.0)).collect();
        }
        "ulp" => {
            i.family = "cocircular";
            fill(d, i, n);
            i.family = "ulp";
            for y in &mut i.sites {
                *y = [nudge(d, y[0]), nudge(d, y[1])];
            }
            for h in &mut i.heights {
                let lo = h.lo + f64::from(d.random_range(-1..=1)) * 2f64.powi(-104);
                *h = Dd::sum(nudge(d, h.hi), lo);
            }
        }
        "clustered" => {
            // z_i = s (y_i - b) + t spreads the cluster over the domain: h_i = -s|y'|^2/2 - <y',
            // t>, y' = y - b.
            let b = [dyadic(d, 4), dyadic(d, 4)];
            let (e, s) = (2f64.powi(-48), 2f64.powi(45));
            let t = [dyadic(d, 4) / 4.0, dyadic(d, 4) / 4.0];
            let offsets = distinct(d, n, |d| [8.0 * dyadic(d, 8) * e, 8.0 * dyadic(d, 8) * e]);
            for y in offsets {
                i.sites.push([b[0] + y[0], b[1] + y[1]]);
                let exact = oracle::exact_point(y);
                let h = oracle::norm2(&exact) * oracle::exact(s / 2.0) + oracle::dot(&exact, &oracle::exact_point(t));
                i.heights.push(dd(&-h));
            }
        }
        "hidden" => {
            i.sites = distinct(d, n, |d| [dyadic(d, 4), dyadic(d, 4)]);
            i.heights = voronoi(&i.sites);
            for k in 2..i.sites.len() {
                // On or above the lifted segment of two others, or far above.
                let (a, b) = (d.random_range(0..k), d.random_range(0..k));
                let middle = |c: usize| (i.sites[a][c] + i.sites[b][c]) / 2.0;
                let m = [middle(0), middle(1)];
                match d.random_range(0..4) {
                    0 if !i.sites.contains(&m) => {
                        i.sites[k] = m;
                        i.heights[k] = (i.heights[a] + i.heights[b]).scale(0.5);
                    }
                    1 => i.heights[k] = i.heights[k] - Dd::from_f64(1.0),
                    2 => i.heights[k] = i.heights[k] - Dd::from_f64(1e6),
                    _ => {}
                }
            }
        }
        "on-boundary" => {
            // Walls along sides of the domain, or through its vertices.
            i.sites = distinct(d, n, |d| [dyadic(d, 4), dyadic(d, 4)]);
            i.heights = voronoi(&i.sites);
            let m = i.polygon.len();
            for k in 1..i.sites.len() {
                let v = d.random_range(0..m);
                let (u, w) = (i.polygon[v], i.polygon[(v + 1) % m]);
                let normal = [u[1] - w[1], w[0] - u[0]];
                let far = [i.sites[0][0] + normal[0], i.sites[0][1] + normal[1]];
                if d.random_range(0..2) == 0 && !i.sites.contains(&far) {
                    i.sites[k] = far;
                }
                let apart = oracle::sub(&oracle::exact_point(i.sites[k]), &oracle::exact_point(i.sites[0]));
                let drop = oracle::dot(&oracle::exact_point(u), &apart);
                let h0 = oracle::exact(i.heights[0].hi) + oracle::exact(i.heights[0].lo);
                i.heights[k] = dd(&(h0 - drop));
            }
        }
        "duplicates" => {
            i.sites = (0..n).map(|_| [dyadic(d, 1), dyadic(d, 1)]).collect();
            i.heights = voronoi(&i.sites);
            for h in &mut i.heights {
                if d.random_range(0..2) == 0 {
                    *h = *h + Dd::from_f64(dyadic(d, 2) / 4.0);
                }
            }
        }
        "collinear" => {
            let (a, b) = (dyadic(d, 4), dyadic(d, 4));
            let e = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, -1.0]][d.random_range(0..4)];
            i.sites = distinct(d, n, |d| {
                let s = dyadic(d, 8);
                [a + s * e[0], b + s * e[1]]
            });
            i.heights = voronoi(&i.sites);
            if d.random_range(0..2) == 0 {
                i.heights.iter_mut().for_each(|h| *h = *h + Dd::from_f64(dyadic(d, 4) / 8.0));
            }
        }
        "lattice" => {
            i.sites = distinct(d, n, |d| [dyadic(d, 2), dyadic(d, 2)]);
            i.heights = i.sites.iter().map(|_| Dd::from_f64(dyadic(d, 2) / 2.0)).collect();
        }
        "rounded-circle" => {
            let turn = std::f64::consts::TAU / n as f64;
            let angle = |k: usize| k as f64 * turn;
            i.sites = (0..n).map(|k| [angle(k).cos() * 0.7, angle(k).sin() * 0.7]).collect();
            i.heights = voronoi(&i.sites);
        }
        "scaled" => {
            // Any of the above, far away in exponent: domain by 2^a, sites by 2^b.
            let inner = ["random", "grid", "cocircular", "concurrent", "hidden", "collinear"];
            i.family = inner[d.random_range(0..inner.len())];
            fill(d, i, n);
            i.family = "scaled";
            let (a, b) = (d.random_range(-120..=120), d.random_range(-120..=120));
            let (sa, sb) = (2f64.powi(a), 2f64.powi(b));
            i.polygon.iter_mut().for_each(|v| *v = [v[0] * sa, v[1] * sa]);
            i.sites.iter_mut().for_each(|y| *y = [y[0] * sb, y[1] * sb]);
            i.heights.iter_mut().for_each(|h| *h = h.scale(2f64.powi(a + b)));
            if let Density::Affine { g, .. } = &mut i.density {
                *g = [g[0] / sa, g[1] / sa];
            }
        }
        other => panic!("no family {other}"),
    }
}
