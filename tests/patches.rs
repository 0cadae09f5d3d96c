//! Sources made of patches (meshes in the plane, images) against brute force in rationals, closed
//! forms, and each other.

mod common;

use brenier::diagram::{Diagram, Label};
use brenier::domain::{Between, ConvexPolygon, Density, Domain, Image, PlanarMesh};
use brenier::exact::{Dd, Heights};
use brenier::problem::{Duplicates, Problem, ProblemData};
use brenier::transport::{Solution, SolveOptions, certify, solve};
use common::oracle::{self, P, Q, approx, exact, exact_point};
use common::patch::Patch;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A source, its sites and their heights.
struct Instance {
    domain: Domain,
    density: Density,
    patches: Vec<Patch>,
    sites: Vec<[f64; 2]>,
    heights: Vec<f64>,
}

/// Integers, so that walls often run along edges, through vertices and through each other.
fn small(rng: &mut ChaCha8Rng, size: i32) -> f64 {
    f64::from(rng.random_range(-size..=size))
}

fn sites(rng: &mut ChaCha8Rng) -> (Vec<[f64; 2]>, Vec<f64>) {
    let n = rng.random_range(1..=8);
    let mut sites: Vec<[f64; 2]> = Vec::new();
    while sites.len() < n {
        let y = [small(rng, 4), small(rng, 4)];
        if !sites.contains(&y) {
            sites.push(y);
        }
    }
    // Voronoi diagrams half of the time: most degenerate.
    let voronoi = rng.random_bool(0.5);
    let lift = |y: &[f64; 2], rng: &mut ChaCha8Rng| {
        let square = -0.5 * (y[0] * y[0] + y[1] * y[1]);
        if voronoi { square } else { square + small(rng, 3) }
    };
    let heights = sites.iter().map(|y| lift(y, rng)).collect();
    (sites, heights)
}

fn mesh_instance(seed: u64) -> Instance {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rng = &mut rng;
    let (columns, rows) = (rng.random_range(1..=3), rng.random_range(1..=3));
    // Lines of a grid, then moved a little where that keeps triangles positive.
    let mut vertices: Vec<[f64; 2]> = Vec::new();
    let skew = if rng.random_bool(0.5) { small(rng, 2) } else { 0.0 };
    for j in 0..=rows {
        for i in 0..=columns {
            vertices.push([f64::from(2 * i - columns) + skew * f64::from(j), f64::from(2 * j - rows)]);
        }
    }
    let at = |i: i32, j: i32| (j * (columns + 1) + i) as u32;
    let mut triangles = Vec::new();
    for j in 0..rows {
        for i in 0..columns {
            let [a, b, c, d] = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
            let both = if rng.random_bool(0.5) { [[a, b, c], [a, c, d]] } else { [[a, b, d], [b, c, d]] };
            for t in both {
                if rng.random_bool(0.8) {
                    // In either orientation, beginning anywhere.
                    let k = rng.random_range(0..3);
                    let t = [t[k], t[(k + 1) % 3], t[(k + 2) % 3]];
                    triangles.push(if rng.random_bool(0.5) { t } else { [t[1], t[0], t[2]] });
                }
            }
        }
    }
    if triangles.is_empty() {
        triangles.push([at(0, 0), at(1, 0), at(1, 1)]);
    }
    let value = |rng: &mut ChaCha8Rng| f64::from(rng.random_range(0..=3));
    let corners: Vec<[f64; 3]>;
    let density = match rng.random_range(0..5) {
        0 => {
            corners = vec![[1.0; 3]; triangles.len()];
            Density::Constant
        }
        1 => {
            let values: Vec<f64> = vertices.iter().map(|_| value(rng)).collect();
            corners = triangles.iter().map(|t| t.map(|v| values[v as usize])).collect();
            Density::Vertex(values.into())
        }
        2 => {
            let values: Vec<f64> = triangles.iter().map(|_| value(rng)).collect();
            corners = values.iter().map(|&r| [r; 3]).collect();
            Density::Face(values.into())
        }
        3 => {
            corners = triangles.iter().map(|_| [value(rng), value(rng), value(rng)]).collect();
            Density::Corner(corners.clone().into())
        }
        _ => {
            let g = [small(rng, 2), small(rng, 2)];
            let c = 40.0;
            let at = |v: u32| g[0] * vertices[v as usize][0] + g[1] * vertices[v as usize][1] + c;
            corners = triangles.iter().map(|t| t.map(at)).collect();
            Density::Affine { g, c }
        }
    };
    let place = |t: &[u32; 3]| t.map(|v| vertices[v as usize]);
    let patches = triangles.iter().zip(&corners).map(|(t, &r)| Patch::triangle(place(t), r)).collect();
    let domain = PlanarMesh::new(vertices.clone(), triangles).unwrap().into();
    let (sites, heights) = sites(rng);
    Instance { domain, density, patches, sites, heights }
}

fn image_instance(seed: u64) -> Instance {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rng = &mut rng;
    let (width, height) = (rng.random_range(1..=4), rng.random_range(1..=4));
    let (w, h) = (width as f64, height as f64);
    let (min, max) = ([-w, -h], [w, h]);
    let values: Vec<f64> = (0..width * height).map(|_| f64::from(rng.random_range(0..=3))).collect();
    let between = if rng.random_bool(0.5) { Between::Constant } else { Between::Bilinear };
    let image = Image::new(width, values, min, max, between).unwrap();
    // The whole image, or a window that cuts pixels.
    let (lo, hi) = match rng.random_bool(0.6) {
        true => (min, max),
        false => ([-w + 0.5, -h], [w, h - 0.25]),
    };
    let mut patches = Vec::new();
    let [columns, rows] = image.grid();
    for row in 0..rows {
        for column in 0..columns {
            let ([a, b], r) = image.patch(column, row);
            let whole = Patch::rectangle(a, b, r);
            let ([x0, y0], [x1, y1]) = ([0, 1].map(|k| a[k].max(lo[k])), [0, 1].map(|k| b[k].min(hi[k])));
            if x0 < x1 && y0 < y1 {
                let corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
                let polygon = corners.map(exact_point).to_vec();
                patches.push(Patch { polygon, ..whole });
            }
        }
    }
    let domain = ConvexPolygon::rectangle(lo, hi).unwrap().into();
    let (sites, heights) = sites(rng);
    Instance { domain, density: Density::Image(image.into()), patches, sites, heights }
}

/// An image on a domain that is no box: a mesh, which may have holes and fall apart, or a convex
/// polygon. Pixels are cut by triangles, and lines of the grid run along edges and through corners
/// again and again.
fn cut_instance(seed: u64) -> Instance {
    let mesh = mesh_instance(seed);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rng = &mut rng;
    let convex = [
        vec![[-3.0, -1.0], [0.0, -3.0], [3.0, 0.5], [1.0, 3.0], [-2.0, 2.0]],
        vec![[-2.0, -2.0], [2.0, -2.0], [0.0, 3.0]],
        vec![[-2.0, -2.0], [0.0, -2.0], [2.0, -2.0], [2.0, 1.0], [1.0, 2.0], [-2.0, 2.0]],
    ];
    let domain = match rng.random_range(0..6) {
        k @ 0..3 => ConvexPolygon::new(convex[k as usize].clone()).unwrap().into(),
        _ => mesh.domain,
    };
    let triangles: Vec<Vec<P>> = match &domain {
        Domain::Convex(polygon) => vec![polygon.vertices().iter().copied().map(exact_point).collect()],
        Domain::Mesh(mesh) => {
            (0..mesh.triangles().len()).map(|f| mesh.corners(f).0.map(exact_point).to_vec()).collect()
        }
    };
    let (width, height) = (rng.random_range(1..=5), rng.random_range(1..=5));
    let (lo, hi) = domain.frame().bounds();
    let more = f64::from(rng.random_range(0..=2));
    let (min, max) = ([lo[0] - more, lo[1]], [hi[0], hi[1] + 0.5 * more]);
    let values: Vec<f64> = (0..width * height).map(|_| f64::from(rng.random_range(0..=3))).collect();
    let between = if rng.random_bool(0.5) { Between::Constant } else { Between::Bilinear };
    let image = Image::new(width, values, min, max, between).unwrap();
    let mut patches = Vec::new();
    let [columns, rows] = image.grid();
    for (column, row) in (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))) {
        let ([a, b], r) = image.patch(column, row);
        for triangle in &triangles {
            let mut polygon = triangle.clone();
            for axis in 0..2 {
                for (sign, at) in [(1, a[axis]), (-1, b[axis])] {
                    let mut normal = P::default();
                    normal[axis] = oracle::int(sign);
                    polygon = oracle::clip(&polygon, &normal, &(exact(at) * -sign));
                }
            }
            if !polygon.is_empty() {
                patches.push(Patch { polygon, ..Patch::rectangle(a, b, r) });
            }
        }
    }
    let (sites, heights) = sites(rng);
    Instance { domain, density: Density::Image(image.into()), patches, sites, heights }
}

impl Instance {
    fn problem(&self) -> Option<Problem> {
        let data = ProblemData::new(self.domain.clone(), self.sites.clone())
            .density(self.density.clone())
            .duplicates(Duplicates::Keep);
        // All patches may happen to be empty.
        Problem::new(data).ok()
    }

    /// The polygon of cell `i` in a patch; empty without interior.
    fn part(&self, i: usize, patch: &Patch) -> Vec<P> {
        let y = |k: usize| exact_point(self.sites[k]);
        let mut polygon = patch.polygon.clone();
        for j in (0..self.sites.len()).filter(|&j| j != i) {
            let b = exact(self.heights[i]) - exact(self.heights[j]);
            polygon = oracle::clip(&polygon, &oracle::sub(&y(i), &y(j)), &b);
            if polygon.is_empty() {
                break;
            }
        }
        polygon
    }

    /// For every wall the least and the largest value of its Hessian entry, depending on the side
    /// to which portions that run along edges of patches belong.
    fn hessian(&self) -> BTreeMap<(usize, usize), [Q; 2]> {
        let mut all: BTreeMap<(usize, usize), [Q; 2]> = BTreeMap::new();
        let n = self.sites.len();
        for i in 0..n {
            for j in i + 1..n {
                let (yi, yj) = (exact_point(self.sites[i]), exact_point(self.sites[j]));
                let s =
                    |x: &P| oracle::dot(&oracle::sub(&yi, &yj), x) + exact(self.heights[i]) - exact(self.heights[j]);
                for patch in &self.patches {
                    // Closed segment of the wall in the patch where both sites win.
                    let Some((a, b)) = self.wall(i, j, patch, &s) else { continue };
                    let value = patch.facet(&a, &b, &yi, &yj);
                    let along_edge = patch
                        .polygon
                        .iter()
                        .enumerate()
                        .any(|(k, u)| s(u) == 0 && s(&patch.polygon[(k + 1) % patch.polygon.len()]) == 0);
                    let entry = all.entry((i, j)).or_default();
                    entry[1] += &value;
                    if !along_edge {
                        entry[0] += &value;
                    }
                }
            }
        }
        all
    }

    fn wall(&self, i: usize, j: usize, patch: &Patch, s: &dyn Fn(&P) -> Q) -> Option<(P, P)> {
        let n = patch.polygon.len();
        let mut ends: Vec<P> = Vec::new();
        for k in 0..n {
            let (u, v) = (&patch.polygon[k], &patch.polygon[(k + 1) % n]);
            let (a, b) = (s(u), s(v));
            if a == 0 {
                ends.push(u.clone());
            } else if (a > 0) != (b > 0) && b != 0 {
                let t = Q::from(&a / &Q::from(&a - &b));
                ends.push(oracle::add(u, &oracle::scaled(&oracle::sub(v, u), &t)));
            }
        }
        ends.dedup();
        let at = |k: usize| exact_point(self.sites[k]);
        let [mut a, mut b]: [P; 2] = ends.try_into().ok()?;
        for k in (0..self.sites.len()).filter(|&k| k != i && k != j) {
            let wins = |x: &P| {
                let d = oracle::sub(&exact_point(self.sites[i]), &exact_point(self.sites[k]));
                oracle::dot(&d, x) + exact(self.heights[i]) - exact(self.heights[k])
            };
            let (p, q) = (wins(&a), wins(&b));
            if p == 0 && q == 0 {
                // Three sites in a row are tied along it: the middle one has no cell.
                let (d, e) = (oracle::sub(&at(k), &at(i)), oracle::sub(&at(j), &at(i)));
                let along = oracle::dot(&d, &e);
                if along > 0 && along < oracle::norm2(&e) {
                    continue;
                }
                return None;
            }
            if p <= 0 && q <= 0 {
                return None;
            }
            if p < 0 || q < 0 {
                let t = Q::from(&p / &Q::from(&p - &q));
                let x = oracle::add(&a, &oracle::scaled(&oracle::sub(&b, &a), &t));
                if p < 0 { a = x } else { b = x }
            }
        }
        (a != b).then_some((a, b))
    }
}

fn check(instance: &Instance, seed: u64) -> bool {
    let Some(problem) = instance.problem() else { return false };
    let heights = Heights::from_f64(&instance.heights);
    let diagram = Diagram::new(&problem, &heights).unwrap();
    diagram.validate(4).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    let total: Q = instance.patches.iter().map(|p| p.integral(&p.polygon, 0, 0)).sum();
    let mut cost = Q::new();
    for i in 0..instance.sites.len() {
        let (mut mass, mut first, mut second) = (Q::new(), P::default(), Q::new());
        for patch in &instance.patches {
            let part = instance.part(i, patch);
            mass += patch.integral(&part, 0, 0);
            first[0] += patch.integral(&part, 1, 0);
            first[1] += patch.integral(&part, 0, 1);
            second += patch.integral(&part, 2, 0) + patch.integral(&part, 0, 2);
        }
        let found = diagram.exact_moments(i);
        assert_eq!((&found.mass, &found.first, &found.second), (&mass, &first, &second), "seed {seed}, cell {i}");
        let expected = approx(&Q::from(&mass / &total));
        assert!((diagram.masses()[i] - expected).abs() <= 1e-14, "seed {seed}, cell {i}");
        let y = exact_point(instance.sites[i]);
        cost += second - oracle::dot(&y, &first) * 2 + oracle::norm2(&y) * &mass;
        if mass > 0 {
            let c = diagram.centroids()[i].unwrap();
            for k in 0..2 {
                let centroid = approx(&Q::from(&first[k] / &mass));
                assert!((c[k] - centroid).abs() <= 1e-12, "seed {seed}, centroid of {i}: {c:?}");
            }
        }
    }
    let cost = approx(&(cost / &total));
    assert!((diagram.cost() - cost).abs() <= 1e-12 * (1.0 + cost), "seed {seed}: cost {} not {cost}", diagram.cost());
    let bounds = instance.hessian();
    let mut found: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (i, j, h) in diagram.hessian() {
        assert!(bounds.contains_key(&(i as usize, j as usize)), "seed {seed}: facet {i}, {j} is none");
        found.insert((i as usize, j as usize), h);
    }
    for (key, [low, high]) in bounds {
        let h = found.get(&key).copied().unwrap_or(0.0);
        let (low, high) = (approx(&(low / &total)), approx(&(high / &total)));
        assert!(h >= low - 1e-13 && h <= high + 1e-13, "seed {seed}: H{key:?} = {h} not in [{low}, {high}]");
    }
    true
}

#[test]
fn meshes_equal_brute_force_in_rationals() {
    let sound = (0..1500).filter(|&seed| check(&mesh_instance(seed), seed)).count();
    assert!(sound > 1300, "{sound}");
}

#[test]
fn images_equal_brute_force_in_rationals() {
    let sound = (0..700).filter(|&seed| check(&image_instance(seed), seed)).count();
    assert!(sound > 600, "{sound}");
}

#[test]
fn images_on_domains_of_any_shape_equal_brute_force_in_rationals() {
    let sound = (0..700).filter(|&seed| check(&cut_instance(seed), seed)).count();
    assert!(sound > 500, "{sound}");
}

fn square() -> Vec<[f64; 2]> {
    vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
}

fn random_sites(n: usize, seed: u64, stretch: f64) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| [stretch * rng.random::<f64>(), stretch * rng.random::<f64>()]).collect()
}

fn solved(domain: impl Into<Domain>, density: Density, sites: Vec<[f64; 2]>) -> (Problem, Solution) {
    let data = ProblemData::new(domain, sites).density(density);
    let problem = Problem::new(data).unwrap();
    let solution = solve(&problem, &SolveOptions::default().hessian(true));
    assert!(solution.report.converged, "{:?}", solution.report.outcome);
    (problem, solution)
}

/// A convex domain gives the same solution however it is cut: as a polygon, as a mesh with
/// constant, affine, vertex and corner densities, as an image.
#[test]
fn a_cut_square_is_the_square() {
    let sites = random_sites(300, 5, 1.0);
    let polygon = || ConvexPolygon::new(square()).unwrap();
    let n = 7;
    let grid: Vec<[f64; 2]> =
        (0..=n).flat_map(|j| (0..=n).map(move |i| [i as f64 / n as f64, j as f64 / n as f64])).collect();
    let at = |i: u32, j: u32| j * (n + 1) + i;
    let quads = (0..n).flat_map(|j| (0..n).map(move |i| (i, j)));
    let triangles: Vec<[u32; 3]> = quads
        .flat_map(|(i, j)| [[at(i, j), at(i + 1, j), at(i + 1, j + 1)], [at(i, j), at(i + 1, j + 1), at(i, j + 1)]])
        .collect();
    let mesh = || PlanarMesh::new(grid.clone(), triangles.clone()).unwrap();
    let affine = Density::Affine { g: [1.0, 0.5], c: 0.25 };
    let value = |v: [f64; 2]| v[0] + 0.5 * v[1] + 0.25;
    let vertex = Density::Vertex(grid.iter().map(|&v| value(v)).collect());
    let corner = Density::Corner(triangles.iter().map(|t| t.map(|v| value(grid[v as usize]))).collect());
    let flat = Density::Face(vec![3.0; triangles.len()].into());
    let image = Image::new(5, vec![0.5; 15], [0.0; 2], [1.0; 2], Between::Constant).unwrap();
    let one = solved(polygon(), Density::Constant, sites.clone()).1;
    for (domain, density) in [
        (Domain::from(mesh()), Density::Constant),
        (mesh().into(), flat),
        (polygon().into(), Density::Image(image.into())),
    ] {
        same(&one, &solved(domain, density, sites.clone()).1);
    }
    let one = solved(polygon(), affine.clone(), sites.clone()).1;
    for density in [affine, vertex, corner] {
        same(&one, &solved(mesh(), density, sites.clone()).1);
    }
}

fn same(a: &Solution, b: &Solution) {
    let near = |p: f64, q: f64, slack: f64| assert!((p - q).abs() <= slack, "{p} {q}");
    near(a.cost, b.cost, 1e-12);
    for i in 0..a.masses.len() {
        near(a.heights.get(i).hi, b.heights.get(i).hi, 1e-10);
        let (c, d) = (a.centroids[i].unwrap(), b.centroids[i].unwrap());
        near(c[0], d[0], 1e-8);
        near(c[1], d[1], 1e-8);
    }
    let hessian =
        |s: &Solution| s.hessian.clone().unwrap().into_iter().map(|(i, j, h)| ((i, j), h)).collect::<BTreeMap<_, _>>();
    let (a, b) = (hessian(a), hessian(b));
    for key in a.keys().chain(b.keys()) {
        near(a.get(key).copied().unwrap_or(0.0), b.get(key).copied().unwrap_or(0.0), 1e-6);
    }
}

/// An L of three unit squares, two sites side by side: the wall gives the left part its share.
#[test]
fn slabs_of_an_l() {
    let v = vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [0.0, 2.0], [1.0, 2.0]];
    let t = vec![[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [3, 4, 7], [3, 7, 6]];
    // int over x < q is 2 q up to q = 1: half of 3 at q = 3/4. The site at 3 has h_2 - h_1 = -q (3
    // - 1).
    let (_, s) = solved(PlanarMesh::new(v, t).unwrap(), Density::Constant, vec![[1.0, 0.0], [3.0, 0.0]]);
    let difference = s.heights.get(1) - s.heights.get(0);
    assert!((difference.to_f64() + 1.5).abs() < 1e-12, "{difference:?}");
    // Left: x uniform on [0, 3/4] at height 2; right: mass 1/2 of that kind and 1 of the other
    // square.
    assert!((s.centroids[0].unwrap()[0] - 0.375).abs() < 1e-12);
    assert!((s.centroids[1].unwrap()[0] - (0.5 * 0.875 + 1.0 * 1.5) / 1.5).abs() < 1e-12);
}

/// A tent of height 1 over `[-1, 1] x [0, 1]`, three equal masses: `(1 - a)^2 / 2 = 1/3` at the
/// cuts `+-a` (case F07 of the shared collection).
#[test]
fn cuts_of_a_tent() {
    let v = vec![[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [-1.0, 1.0], [0.0, 1.0], [1.0, 1.0]];
    let mesh = PlanarMesh::new(v, vec![[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]]).unwrap();
    let tent = Density::Vertex(vec![0.0, 1.0, 0.0, 0.0, 1.0, 0.0].into());
    let (_, s) = solved(mesh, tent, vec![[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]);
    let expected = 1.0 - 2.0 * (2.0f64 / 3.0).sqrt();
    for outer in [0, 2] {
        assert!((s.weights[1] - s.weights[outer] - expected).abs() < 1e-10);
    }
}

/// Two squares apart: which site takes which is a matter of masses alone, and weights are not
/// unique. The solver ends, the proof stands.
#[test]
fn two_components_with_fitting_masses() {
    let v = vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [5.0, 0.0], [6.0, 0.0], [6.0, 1.0], [5.0, 1.0]];
    let t = vec![[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]];
    let mesh = || PlanarMesh::new(v.clone(), t.clone()).unwrap();
    let (problem, s) = solved(mesh(), Density::Constant, vec![[0.5, 0.5], [5.5, 0.5]]);
    assert!(s.hessian.as_ref().unwrap().is_empty(), "no wall");
    assert!((s.cost - 1.0 / 6.0).abs() < 1e-14);
    let proof = certify(&problem, &s.heights, 5).unwrap();
    assert_eq!(proof.max_relative_error, [0.0; 2]);
    let notes = &s.report.notes;
    assert!(notes.iter().any(|n| n.contains("2 components: 0 (face 0 and 1 more, mass 0.5")), "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("2 groups without a common wall (site 0 alone, mass 0.5")), "{notes:?}");
    // Four sites, two for each.
    let sites = vec![[0.25, 0.5], [0.75, 0.5], [5.25, 0.5], [5.75, 0.5]];
    let (problem, s) = solved(mesh(), Density::Constant, sites);
    assert!(certify(&problem, &s.heights, 5).unwrap().max_relative_error[1] < 1e-10);
    // Three: the middle one gets a part of both.
    let (_, s) = solved(mesh(), Density::Constant, vec![[0.0, 0.5], [3.0, 0.5], [6.0, 0.5]]);
    assert!((s.centroids[1].unwrap()[0] - 3.0).abs() < 1e-9);
}

/// A wall along an edge of the mesh, at a jump of the density and at the boundary: one side counts.
#[test]
fn a_wall_along_an_edge_has_one_density() {
    let v = vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0]];
    let t = vec![[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4]];
    let mesh = PlanarMesh::new(v, t).unwrap();
    let density = Density::Face(vec![1.0, 1.0, 3.0, 3.0].into());
    let data = ProblemData::new(mesh, vec![[0.5, 0.5], [1.5, 0.5]]).density(density);
    let problem = Problem::new(data.masses(Some(vec![1.0, 3.0]))).unwrap();
    let (heights, _) = Heights::from_weights(problem.sites(), &[0.0, 0.0]);
    let d = Diagram::new(&problem, &heights).unwrap();
    // Length 1 / (2 * 1) times 1 or 3; the lower index is raised: the wall moves right.
    assert_eq!(d.hessian(), [(0, 1, 1.5)]);
    assert_eq!(d.masses(), [1.0, 3.0]);
    let slivers: usize =
        (0..2).map(|i| d.pieces(i).iter().filter(|p| p.labels.contains(&Label::Bisector(1 - i as u32))).count()).sum();
    assert!(slivers >= 2, "both sides of the wall are pieces of one patch");
    let solution = solve(&problem, &SolveOptions::default());
    assert!(solution.report.converged && solution.report.max_relative_error < 1e-10);
}

/// Rings, gaps, zero densities, islands: every one is solved and proved; cells of the diagram are
/// of the source.
#[test]
fn sources_with_gaps_are_solved() {
    let n = 24;
    let inside: [&dyn Fn(f64, f64) -> bool; 4] = [
        &|x, y| (0.5..1.0).contains(&(x - 1.0).hypot(y - 1.0)),
        &|x, _| !(0.8..1.2).contains(&x),
        &|x, y| x < 0.4 || y < 0.3 || x > 1.6,
        &|x, y| ((6.0 * x) as i32 + (6.0 * y) as i32) % 2 == 0,
    ];
    for (k, inside) in inside.iter().enumerate() {
        let (mut vertices, mut triangles) = (Vec::new(), Vec::new());
        for j in 0..n {
            for i in 0..n {
                let (x, y, w) = (2.0 * i as f64 / n as f64, 2.0 * j as f64 / n as f64, 2.0 / n as f64);
                if inside(x + 0.5 * w, y + 0.5 * w) {
                    let first = vertices.len() as u32;
                    let (xs, ys) =
                        ([i, i + 1].map(|i| 2.0 * i as f64 / n as f64), [j, j + 1].map(|j| 2.0 * j as f64 / n as f64));
                    vertices.extend([[xs[0], ys[0]], [xs[1], ys[0]], [xs[1], ys[1]], [xs[0], ys[1]]]);
                    triangles.extend([[first, first + 1, first + 2], [first, first + 2, first + 3]]);
                }
            }
        }
        let mesh = PlanarMesh::new(vertices, triangles).unwrap();
        let mut data = ProblemData::new(mesh, random_sites(150, k as u64, 2.0));
        let mut rng = ChaCha8Rng::seed_from_u64(9 + k as u64);
        data.masses = Some((0..150).map(|_| 0.1 + rng.random::<f64>()).collect());
        let problem = Problem::new(data).unwrap();
        let solution = solve(&problem, &SolveOptions::default());
        assert!(solution.report.converged, "{k}: {:?}", solution.report.outcome);
        let proof = certify(&problem, &solution.heights, 5).unwrap_or_else(|e| panic!("{k}: {e}"));
        assert!(proof.total_is_domain && proof.max_relative_error[1] < 1e-10, "{k}");
        assert!(proof.w2_squared[1] - proof.w2_squared[0] < 1e-9);
    }
}

/// The same bits for any number of threads, and for sites in any order up to rounding.
#[test]
fn threads_do_not_matter() {
    let values: Vec<f64> = (0..400).map(|k| f64::from((k * k) % 11)).collect();
    let run = |threads: usize| {
        let image = Image::new(20, values.clone(), [0.0; 2], [1.0; 2], Between::Bilinear).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let polygon = ConvexPolygon::new(square()).unwrap();
        pool.install(|| solved(polygon, Density::Image(image.into()), random_sites(700, 3, 1.0)).1)
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        let other = run(threads);
        assert_eq!(
            (&one.heights, &one.masses, &one.hessian, one.cost),
            (&other.heights, &other.masses, &other.hessian, other.cost)
        );
    }
}

/// Moving and scaling everything moves and scales the solution (theory: `h' = s^2 h - s <a, y>` for
/// `x' = s x + a`, `y' = s y`).
#[test]
fn covariance_under_motions() {
    let base = mesh_instance(17);
    let sites = random_sites(40, 4, 3.0);
    let mesh = base.domain.mesh().unwrap();
    let (s, a) = (4.0, [16.0, -8.0]);
    let moved: Vec<[f64; 2]> = mesh.vertices().iter().map(|v| [s * v[0] + a[0], s * v[1] + a[1]]).collect();
    let moved = PlanarMesh::new(moved, mesh.triangles().to_vec()).unwrap();
    let scaled: Vec<[f64; 2]> = sites.iter().map(|y| y.map(|c| s * c)).collect();
    let (_, one) = solved(base.domain.clone(), Density::Constant, sites);
    let (_, two) = solved(moved, Density::Constant, scaled.clone());
    let mut expected = Heights::new((0..40).map(|i| {
        let y = scaled[i];
        one.heights.get(i).times(s * s) - Dd::product(a[0], y[0]) - Dd::product(a[1], y[1])
    }));
    expected.gauge(&[1.0 / 40.0; 40]);
    for i in 0..40 {
        assert!((two.heights.get(i) - expected.get(i)).to_f64().abs() < 1e-7);
    }
}

/// Sites in a row, far from three far strips: neighbouring cells are separated by gaps, and heights
/// cannot be interpolated (there are no triangles).
#[test]
fn collinear_sites_and_a_source_with_gaps() {
    let strip = |x: f64| [[x, 0.0], [x + 0.125, 0.0], [x + 0.125, 1.0], [x, 1.0]];
    let vertices = [strip(0.0), strip(3.0), strip(7.0)].concat();
    let triangles = (0..3).flat_map(|k| [[4 * k, 4 * k + 1, 4 * k + 2], [4 * k, 4 * k + 2, 4 * k + 3]]).collect();
    let mesh = PlanarMesh::new(vertices, triangles).unwrap();
    for direction in [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] {
        let sites: Vec<[f64; 2]> = (0..40).map(|k| direction.map(|d| 10.0 + d * f64::from(k * k) / 100.0)).collect();
        let (problem, s) = solved(mesh.clone(), Density::Constant, sites);
        assert!(certify(&problem, &s.heights, 5).unwrap().max_relative_error[1] < 1e-10);
    }
}
