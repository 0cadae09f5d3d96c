//! The solved map: potential, conjugate, gradients, extensions, interpolation, Alexandrov's
//! surface.

mod common;

use brenier::diagram::Diagram;
use brenier::domain::{ConvexPolygon, Density, PlanarMesh};
use brenier::exact::big::{Rational, rational, rational_dd};
use brenier::exact::predicates::orient2d_sign;
use brenier::exact::{Dd, Heights};
use brenier::problem::{Problem, ProblemData};
use brenier::transport::{BrenierMap, MapError, Place, SolveOptions, solve};
use common::cases;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn square() -> ConvexPolygon {
    ConvexPolygon::rectangle([0.0, 0.0], [1.0, 1.0]).unwrap()
}

fn dice(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn points(n: usize, dice: &mut ChaCha8Rng) -> Vec<[f64; 2]> {
    (0..n).map(|_| [dice.random(), dice.random()]).collect()
}

fn problem(density: Density, sites: Vec<[f64; 2]>, masses: Option<Vec<f64>>) -> Problem {
    Problem::new(ProblemData::new(square(), sites).density(density).masses(masses)).unwrap()
}

fn solved(problem: &Problem) -> BrenierMap {
    let options = SolveOptions::default().tolerance(1e-12);
    let solution = solve(problem, &options);
    assert!(solution.report.converged);
    BrenierMap::new(problem, &solution.heights).unwrap()
}

/// Random sites and masses with an affine density, solved.
fn instance(n: usize, seed: u64) -> BrenierMap {
    let mut d = dice(seed);
    let sites = points(n, &mut d).into_iter().map(|y| [2.0 * y[0] - 0.3, y[1] + 0.1]).collect();
    let masses: Vec<f64> = (0..n).map(|_| 0.5 + d.random::<f64>()).collect();
    let total: f64 = masses.iter().sum();
    let masses = masses.iter().map(|m| m / total).collect();
    solved(&problem(Density::Affine { g: [1.0, 0.5], c: 0.25 }, sites, Some(masses)))
}

/// The shipped case of this name at its exact heights, with those heights.
fn shipped(id: &str) -> (cases::Case, BrenierMap) {
    let case = cases::shipped().into_iter().find(|c| c.id == id).expect("a shipped case");
    let (heights, exact) = case.library_heights();
    assert!(exact, "the heights of {id} are doubles");
    let map = BrenierMap::new(&case.problem(), &heights).unwrap();
    (case, map)
}

#[test]
fn potential_and_conjugate_are_a_pair() {
    let map = instance(40, 1);
    let mut d = dice(2);
    let sites = map.problem().sites();
    let xs = points(300, &mut d);
    for (i, y) in sites.iter().enumerate() {
        let h = map.heights().get(i).to_f64();
        assert!((map.conjugate(*y) + h).abs() < 1e-14, "u*(y_i) = -h_i");
    }
    for x in &xs {
        let i = map.cell_of(*x) as usize;
        let value = |i: usize| x[0] * sites[i][0] + x[1] * sites[i][1] + map.heights().get(i).to_f64();
        assert!((map.potential(*x) - value(i)).abs() < 1e-14);
        assert!((0..sites.len()).all(|j| value(j) <= value(i) + 1e-14));
        assert_eq!(map.image(*x), Some(sites[i]));
        // The c-transform: |x - y|^2 - w, least at the image.
        let w = map.mass_gradient();
        let cost = |j: usize| (x[0] - sites[j][0]).powi(2) + (x[1] - sites[j][1]).powi(2) - w[j];
        assert!((map.c_transform(*x) - cost(i)).abs() < 1e-13);
        assert!((0..sites.len()).all(|j| cost(j) >= map.c_transform(*x) - 1e-13));
        // Fenchel and Young, for any second point.
        let y = [2.0 * d.random::<f64>() - 0.5, 2.0 * d.random::<f64>() - 0.5];
        assert!(map.potential(*x) + map.conjugate(y) >= x[0] * y[0] + x[1] * y[1] - 1e-14);
    }
    // Convex: below the chord.
    for p in xs.windows(2) {
        let middle = [0, 1].map(|k| 0.5 * (p[0][k] + p[1][k]));
        assert!(map.conjugate(middle) <= 0.5 * (map.conjugate(p[0]) + map.conjugate(p[1])) + 1e-14);
    }
    assert!(map.potential([f64::NAN, 0.0]).is_nan() && map.c_transform([f64::INFINITY, 0.0]).is_nan());
    assert_eq!(map.image([f64::NAN, 0.0]), None);
}

/// The derivatives of W2^2 are those of solved problems nearby.
#[test]
fn gradients_are_those_of_solved_problems() {
    let n = 12;
    let (step, base) = (1e-4, instance(n, 3));
    let given = base.problem();
    let cost = |sites: &[[f64; 2]], masses: &[f64]| {
        solved(&problem(given.density().clone(), sites.to_vec(), Some(masses.to_vec()))).cost()
    };
    let gradient = base.site_gradient();
    for i in [0, 5, 11] {
        for k in 0..2 {
            let moved = |by: f64| {
                let mut sites = given.sites().to_vec();
                sites[i][k] += by;
                cost(&sites, given.masses())
            };
            let slope = (moved(step) - moved(-step)) / (2.0 * step);
            assert!((slope - gradient[i].unwrap()[k]).abs() < 1e-6, "site {i} axis {k}: {slope} {:?}", gradient[i]);
        }
    }
    let weights = base.mass_gradient();
    for (i, j) in [(0, 1), (7, 3)] {
        let moved = |by: f64| {
            let mut masses = given.masses().to_vec();
            masses[i] += by;
            masses[j] -= by;
            cost(given.sites(), &masses)
        };
        let slope = (moved(step) - moved(-step)) / (2.0 * step);
        assert!((slope - (weights[i] - weights[j])).abs() < 1e-5, "masses {i} {j}: {slope}");
    }
}

#[test]
fn centroids_move_monotonically() {
    let m = instance(200, 4).monotonicity();
    assert!(m.pairs > 400 && m.least_cosine > 0.0 && m.worst.is_some(), "{m:?}");
}

/// Of a product grid that is stretched by 3 and 1/2 the extension is that linear map, between the
/// centroids, and its continuation outside.
#[test]
fn the_extension_of_a_linear_map_is_linear() {
    let centres: Vec<[f64; 2]> =
        (0..48).map(|k| [(f64::from(k % 8) + 0.5) / 8.0, (f64::from(k / 8) + 0.5) / 6.0]).collect();
    let sites = centres.iter().map(|c| [3.0 * c[0], 0.5 * c[1]]).collect();
    let map = solved(&problem(Density::Constant, sites, None));
    let extension = map.extension(&[]);
    assert_eq!((extension.triangles().len(), extension.flipped().len(), extension.dropped()), (2 * 7 * 5, 0, 0));
    let mut d = dice(5);
    for x in points(2000, &mut d) {
        let inside = x[0] > 0.0626 && x[0] < 0.9374 && x[1] > 0.0834 && x[1] < 0.9166;
        let nearest = [x[0].clamp(0.0625, 0.9375), x[1].clamp(1.0 / 12.0, 11.0 / 12.0)];
        let (y, place) = extension.at(x).unwrap();
        assert!((y[0] - 3.0 * nearest[0]).abs() < 1e-8 && (y[1] - 0.5 * nearest[1]).abs() < 1e-8, "{x:?} {y:?}");
        assert!(!inside || matches!(place, Place::Triangle(_)));
    }
    // Far away the nearest point of the hull of the centroids is one of its corners.
    let (y, place) = extension.at([1e300, -1e300]).unwrap();
    assert!((y[0] - 2.8125).abs() < 1e-8 && (y[1] - 1.0 / 24.0).abs() < 1e-8 && matches!(place, Place::Outside(_)));
    assert_eq!(extension.at([f64::NAN, 0.0]), None);
}

/// Flipped triangles do occur; they are found exactly, and left out.
#[test]
fn flipped_triangles_are_left_out_and_told() {
    let (mut flipped, mut used) = (0, 0);
    for seed in 0..150 {
        let mut d = dice(100 + seed);
        let sites = points(25, &mut d);
        let given = problem(Density::Constant, sites, None);
        let heights: Vec<f64> = given
            .sites()
            .iter()
            .map(|y| -0.5 * (y[0] * y[0] + y[1] * y[1]) + 0.01 * (d.random::<f64>() - 0.5))
            .collect();
        let map = BrenierMap::new(&given, &Heights::from_f64(&heights)).unwrap();
        let extension = map.extension(&[]);
        let centroid = |i: u32| map.centroid(i as usize).unwrap();
        for t in extension.triangles() {
            let [a, b, c] = t.map(centroid);
            assert_eq!(orient2d_sign(a, b, c), 1);
            // A corner goes to its site, and the middle of the triangle to the middle of the sites,
            // unless triangles overlap.
            let (value, _) = extension.at(a).unwrap();
            let site = map.problem().sites()[t[0] as usize];
            if extension.flipped().is_empty() {
                assert!((value[0] - site[0]).abs() + (value[1] - site[1]).abs() < 1e-9);
            }
        }
        for t in extension.flipped() {
            let [a, b, c] = t.map(centroid);
            assert!(orient2d_sign(a, b, c) <= 0);
        }
        used += extension.triangles().len();
        flipped += extension.flipped().len();
    }
    assert!(flipped > 0 && flipped * 50 < used, "{flipped} of {used}");
}

/// One site, two sites, sites on a line: no triangle, and still a continuous map.
#[test]
fn the_extension_needs_no_triangle() {
    let one = solved(&problem(Density::Constant, vec![[4.0, 4.0]], None));
    assert_eq!(one.extension(&[]).at([0.2, 0.9]).unwrap().0, [4.0, 4.0]);
    let two = solved(&problem(Density::Constant, vec![[0.0, 0.0], [8.0, 0.0]], None));
    let extension = two.extension(&[]);
    // Centroids at x = 1/4 and 3/4.
    for (x, y) in [(0.1, 0.0), (0.25, 0.0), (0.5, 4.0), (0.625, 6.0), (0.9, 8.0)] {
        assert!((extension.at([x, 0.3]).unwrap().0[0] - y).abs() < 1e-10);
    }
    // Torn apart, each side is constant.
    let torn = two.extension(&[[0, 1]]);
    assert_eq!([0.45, 0.55].map(|x| torn.at([x, 0.5]).unwrap().0[0]), [0.0, 8.0]);
}

#[test]
fn the_smooth_map_is_the_gradient_of_a_convex_function_near_u() {
    let map = instance(60, 6);
    let n = map.problem().len() as f64;
    let mut d = dice(7);
    let xs = points(200, &mut d);
    for s in [0.1, 0.01, 0.001] {
        let smooth = map.smooth(s).unwrap();
        for p in xs.windows(2) {
            let (value, gradient) = smooth.at(p[0]).unwrap();
            let u = map.potential(p[0]);
            assert!(value >= u && value <= u + s * n.ln());
            // By brute force over all sites.
            let sites = map.problem().sites();
            let l = |i: usize| p[0][0] * sites[i][0] + p[0][1] * sites[i][1] + map.heights().get(i).to_f64();
            let sum: f64 = (0..sites.len()).map(|i| ((l(i) - u) / s).exp()).sum();
            assert!((value - (u + s * sum.ln())).abs() < 1e-13);
            let e = 1e-5 * s.sqrt();
            let slope = |k: usize| {
                let at = |by: f64| {
                    let mut x = p[0];
                    x[k] += by;
                    smooth.at(x).unwrap().0
                };
                (at(e) - at(-e)) / (2.0 * e)
            };
            assert!((slope(0) - gradient[0]).abs() < 1e-6 && (slope(1) - gradient[1]).abs() < 1e-6);
            let other = smooth.at(p[1]).unwrap().1;
            let monotone: f64 = (0..2).map(|k| (gradient[k] - other[k]) * (p[0][k] - p[1][k])).sum();
            assert!(monotone >= -1e-14);
        }
    }
    // Off the walls it tends to the map.
    let smooth = map.smooth(1e-6).unwrap();
    let same = xs.iter().filter(|x| {
        let (y, z) = (smooth.at(**x).unwrap().1, map.image(**x).unwrap());
        (y[0] - z[0]).hypot(y[1] - z[1]) < 1e-6
    });
    assert!(same.count() > 190);
    assert!(map.smooth(0.0).is_none() && map.smooth(f64::NAN).is_none());
}

/// K03: [0, 1/3] x [0, 1] goes to [0, 1/6] x [1/4, 3/4], the rest to [2/3, 1] x [1/4, 3/4], density
/// 4.
#[test]
fn half_way_the_slabs_are_two_boxes() {
    let case = cases::shipped().into_iter().find(|c| c.id == "K03").unwrap();
    let given = case.problem();
    let map = solved(&given);
    let half = map.interpolate(0.5).unwrap();
    let boxes = [[[0.0, 0.25], [1.0 / 6.0, 0.75]], [[2.0 / 3.0, 0.25], [1.0, 0.75]]];
    for (cell, [low, high]) in half.iter().zip(boxes) {
        assert!(cell.density.iter().all(|d| (d - 4.0).abs() < 1e-12), "{cell:?}");
        for k in 0..2 {
            let c = || cell.vertices.iter().map(|v| v[k]);
            assert!((c().fold(f64::INFINITY, f64::min) - low[k]).abs() < 1e-12);
            assert!((c().fold(f64::NEG_INFINITY, f64::max) - high[k]).abs() < 1e-12);
        }
    }
    assert!((0.25 * map.cost() - 7.0 / 144.0).abs() < 1e-12);
    assert!([1.0, -0.1, f64::NAN].iter().all(|t| map.interpolate(*t).is_none()));
}

/// Exactly: the shrunken cells of `i` and `j` lie on two sides of a strip across `y_j - y_i` of
/// width at least `t |y_i - y_j|`, whatever the heights; of neighbours the strip is exactly as
/// wide.
#[test]
fn shrunken_cells_are_disjoint() {
    let map = instance(25, 8);
    let (t, left) = (rational(0.375), rational(0.625));
    let d: &Diagram = map.diagram();
    let exact: Vec<_> = (0..d.len()).map(|i| d.rational_vertices(i)).collect();
    let walls: Vec<[u32; 2]> = d.walls().walls.iter().map(|w| w.sites).collect();
    let sites: Vec<[Rational; 2]> = map.problem().sites().iter().map(|y| y.map(rational)).collect();
    for i in 0..d.len() {
        for j in i + 1..d.len() {
            let e = [0, 1].map(|k| Rational::from(&sites[j][k] - &sites[i][k]));
            let along = |c: usize, v: &[Rational; 2]| -> Rational {
                (0..2).map(|k| (Rational::from(&left * &v[k]) + Rational::from(&t * &sites[c][k])) * &e[k]).sum()
            };
            let most = exact[i].iter().map(|v| along(i, v)).max().unwrap();
            let least = exact[j].iter().map(|v| along(j, v)).min().unwrap();
            let width = Rational::from(&t * &(Rational::from(&e[0] * &e[0]) + Rational::from(&e[1] * &e[1])));
            let gap = least - most;
            if walls.binary_search(&[i as u32, j as u32]).is_ok() {
                assert_eq!(gap, width, "{i} {j}");
            } else {
                assert!(gap >= width, "{i} {j}");
            }
        }
    }
    // No mass is lost: the density is affine on each polygon, whose mean over a fan triangle is
    // that of its corners.
    for t in [0.0, 0.25, 0.9] {
        let mass = |c: &brenier::transport::ShrunkenCell| -> f64 {
            let v = &c.vertices;
            let area = |k: usize| {
                let (a, b) = ([v[k][0] - v[0][0], v[k][1] - v[0][1]], [v[k + 1][0] - v[0][0], v[k + 1][1] - v[0][1]]);
                0.5 * (a[0] * b[1] - a[1] * b[0])
            };
            (1..v.len() - 1).map(|k| area(k) * (c.density[0] + c.density[k] + c.density[k + 1]) / 3.0).sum()
        };
        for c in map.interpolate(t).unwrap() {
            assert!((mass(&c) - map.mass(c.site as usize)).abs() < 1e-13);
        }
    }
}

/// K01 in rationals: the facets' projections have exactly the prescribed areas, and every written
/// vertex lies on the graph of u to half an ulp.
#[test]
fn facets_have_the_prescribed_areas() {
    let (case, map) = shipped("K01");
    let total = case.source.total();
    for (i, m) in case.expected.masses.as_ref().unwrap().iter().enumerate() {
        assert_eq!(map.diagram().rational_area(i) / &total, *m, "facet {i}");
    }
    check_graph(&map);
    // The triangles of a facet have its area, and lie in its plane.
    let graph = map.alexandrov();
    let mut areas = vec![0.0; map.diagram().len()];
    for (t, &i) in graph.triangles.iter().zip(&graph.sites) {
        let [a, b, c] = t.map(|v| graph.vertices[v as usize]);
        areas[i as usize] += 0.5 * ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    }
    assert_eq!(areas, [0.5; 8]);
    assert_eq!(graph.vertices.len(), 15, "3 x 5 points of the grid");
}

/// Each vertex is on or above every plane, exactly, but for half an ulp of its height.
fn check_graph(map: &BrenierMap) {
    let graph = map.alexandrov();
    let planes: Vec<([Rational; 2], Rational)> = (0..map.diagram().len())
        .map(|i| (map.problem().sites()[i].map(rational), rational_dd(map.heights().get(i))))
        .collect();
    for [x, y, z] in &graph.vertices {
        let value = |p: &([Rational; 2], Rational)| -> Rational {
            Rational::from(&p.0[0] * &rational(*x)) + Rational::from(&p.0[1] * &rational(*y)) + &p.1
        };
        let u = planes.iter().map(value).max().unwrap();
        let half_ulp = rational(0.5 * (z.abs().next_up() - z.abs()));
        assert!((u - rational(*z)).abs() <= half_ulp, "{x} {y} {z}");
    }
    // Convexity of what is written: no vertex lies below the plane of a triangle by more than
    // rounding does to it. A triangle's plane at a point is sum l_k z_k with barycentric
    // coordinates l_k; each z_k is off by e_k, so the defect is at most e + sum |l_k| e_k.
    for t in &graph.triangles {
        let c = t.map(|v| graph.vertices[v as usize].map(rational));
        let cross = |p: &[Rational; 3], q: &[Rational; 3], r: &[Rational; 3]| -> Rational {
            let d = |a: &[Rational; 3], b: &[Rational; 3], k: usize| Rational::from(&a[k] - &b[k]);
            d(q, p, 0) * d(r, p, 1) - d(q, p, 1) * d(r, p, 0)
        };
        let area = cross(&c[0], &c[1], &c[2]);
        assert!(area > 0, "triangles lie counter-clockwise");
        for v in graph.vertices.iter().map(|v| v.map(rational)) {
            let l = [cross(&v, &c[1], &c[2]), cross(&c[0], &v, &c[2]), cross(&c[0], &c[1], &v)].map(|l| l / &area);
            let plane: Rational = (0..3).map(|k| Rational::from(&l[k] * &c[k][2])).sum();
            let off = |z: &Rational| Rational::from(z.abs_ref()) * rational(2f64.powi(-52)) + rational(1e-300);
            // The corners are good to an ulp of the domain, so facets bend by that much times the
            // differences of slopes, at most 5 here.
            let corner = (0..3)
                .map(|k| Rational::from(l[k].abs_ref()) * (off(&c[k][2]) + rational(2f64.powi(-50))))
                .sum::<Rational>();
            assert!(v[2].clone() - plane >= -(corner + off(&v[2])), "{t:?}");
        }
    }
}

#[test]
fn the_surface_of_a_solution_is_convex() {
    let map = instance(30, 9);
    check_graph(&map);
    let error = map.diagram().masses().iter().zip(map.problem().masses());
    assert!(error.fold(0.0, |e: f64, (m, nu)| e.max((m - nu).abs() / nu)) < 1e-11);
}

#[test]
fn partial_problems_have_no_map() {
    let data = ProblemData::new(square(), vec![[0.0, 0.0], [1.0, 1.0]]).masses(Some(vec![0.25, 0.25])).partial(true);
    let partial = Problem::new(data).unwrap();
    let heights = Heights::new([Dd::ZERO; 2]);
    assert_eq!(BrenierMap::new(&partial, &heights).unwrap_err(), MapError::Partial);
}

/// A source in triangles, an L with a density that grows from corner to corner: the pieces keep
/// their masses on the way, the facets' pieces cover the L.
#[test]
fn a_source_in_triangles_has_a_map() {
    let v = vec![[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [0.0, 2.0], [1.0, 2.0]];
    let t = vec![[0, 1, 4], [0, 4, 3], [1, 2, 5], [1, 5, 4], [3, 4, 7], [3, 7, 6]];
    let density = Density::Vertex(vec![1.0, 2.0, 1.0, 3.0, 2.0, 1.0, 1.0, 0.5].into());
    let sites = points(20, &mut dice(11)).iter().map(|y| y.map(|c| 3.0 * c - 0.5)).collect();
    let data = ProblemData::new(PlanarMesh::new(v, t).unwrap(), sites).density(density);
    let map = solved(&Problem::new(data).unwrap());
    let mut mass = [0.0; 20];
    for c in map.interpolate(0.25).unwrap() {
        let v = &c.vertices;
        for k in 1..v.len().saturating_sub(1) {
            let (a, b) = ([0, 1].map(|i| v[k][i] - v[0][i]), [0, 1].map(|i| v[k + 1][i] - v[0][i]));
            mass[c.site as usize] +=
                (a[0] * b[1] - a[1] * b[0]) * (c.density[0] + c.density[k] + c.density[k + 1]) / 6.0;
        }
    }
    for (i, m) in mass.iter().enumerate() {
        assert!((m - map.mass(i)).abs() < 1e-12, "{i}");
        assert!((map.conjugate(map.problem().sites()[i]) + map.heights().get(i).to_f64()).abs() < 1e-13);
    }
    let graph = map.alexandrov();
    let area = |t: &[u32; 3]| {
        let [a, b, c] = t.map(|v| graph.vertices[v as usize]);
        0.5 * ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
    };
    assert!((graph.triangles.iter().map(area).sum::<f64>() - 3.0).abs() < 1e-12);
    assert!(graph.triangles.iter().all(|t| area(t) > -1e-15));
    assert!(map.singular(&Default::default()).looked_at == map.diagram().hessian().len());
    assert!(map.extension(&[]).triangles().len() > 10);
}
