//! Diagrams on surfaces by brute force in rationals, and how far the library is from them.

use brenier::diagram::surface::{SurfaceGround, SurfaceLaguerre, SurfaceMeasures};
use brenier::diagram::{Label, SurfaceDiagram};
use brenier::domain::{Facets, Surface, SurfaceDensity};
use brenier::exact::Heights;
use brenier::exact::big::{Rational, nearest_f64, rational};
use brenier::problem::{SurfaceProblem, SurfaceProblemData};
use std::sync::Arc;

/// An instance with small integers: coincidences of every kind are frequent.
pub struct Instance {
    pub surface: Arc<Surface>,
    pub density: SurfaceDensity,
    pub sites: Vec<[f64; 3]>,
    pub heights: Vec<f64>,
}

/// Masses, moments and conductances of a diagram, in the order of the sites.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Integrals {
    pub mass: Vec<f64>,
    pub first: Vec<[f64; 3]>,
    pub cost: Vec<f64>,
    pub conductance: Vec<Vec<f64>>,
}

impl Instance {
    pub fn ours(&self) -> (Integrals, SurfaceMeasures) {
        let facets = Facets::of(&self.surface, &self.density);
        let mut diagram = SurfaceLaguerre::new(Arc::new(SurfaceGround::new(&facets, 1.0)), &self.sites[..]);
        let order = diagram.order();
        let n = self.sites.len();
        let all = diagram.integrals(&Heights::from_f64(&self.heights).permuted(&order), true);
        let zero = Integrals {
            mass: vec![0.0; n],
            first: vec![[0.0; 3]; n],
            cost: vec![0.0; n],
            conductance: vec![vec![0.0; n]; n],
        };
        let mut found = zero;
        for (k, &i) in order.iter().enumerate() {
            let i = i as usize;
            found.mass[i] = all.plain.masses()[k];
            found.first[i] = all.moments[k].first;
            found.cost[i] = all.moments[k].cost;
            for (j, weight) in all.plain.graph.entries(k) {
                found.conductance[i][order[j as usize] as usize] = weight;
            }
        }
        (found, all)
    }

    /// `<y_i, v> + h_i` at the corners of a triangle, at heights that are really perturbed: by
    /// `2^-300(i+1)`.
    fn values(&self, corners: &[[f64; 3]; 3]) -> Vec<[Rational; 3]> {
        let value = |i: usize, v: &[f64; 3]| {
            let h = rational(self.heights[i]) + (Rational::from(1) >> (300 * (i as u32 + 1)));
            dot(&self.sites[i].map(rational), &v.map(rational)) + h
        };
        (0..self.sites.len()).map(|i| corners.each_ref().map(|v| value(i, v))).collect()
    }

    /// The polygons with area, by site and triangle, of the sites whose cells have area, and who
    /// these sites are.
    pub fn pieces(&self) -> (Vec<Vec<(u32, Polygon)>>, Vec<usize>) {
        let facets = Facets::of(&self.surface, &self.density);
        let n = self.sites.len();
        let of = |keep: &[usize]| -> Vec<Vec<(u32, Polygon)>> {
            let mut all = vec![Vec::new(); n];
            for f in 0..facets.len() as u32 {
                let u = self.values(&facets.corners(f));
                for &i in keep {
                    let polygon = clipped(&u, i, keep.iter().copied());
                    if polygon.len() > 2 && twice_area(&polygon) > rational(TINY) {
                        all[i].push((facets.name(f), polygon));
                    }
                }
            }
            all
        };
        let everybody: Vec<usize> = (0..n).collect();
        let first = of(&everybody);
        let keep: Vec<usize> = everybody.into_iter().filter(|&i| !first[i].is_empty()).collect();
        (of(&keep), keep)
    }

    /// The same by clipping every triangle by every bisector, at heights that are really perturbed:
    /// by `2^-300(i+1)`.
    pub fn brute_force(&self) -> Integrals {
        let n = self.sites.len();
        let facets = Facets::of(&self.surface, &self.density);
        let exact = |v: &[f64; 3]| v.map(rational);
        let y: Vec<[Rational; 3]> = self.sites.iter().map(exact).collect();
        let mut all = Integrals {
            mass: vec![0.0; n],
            first: vec![[0.0; 3]; n],
            cost: vec![0.0; n],
            conductance: vec![vec![0.0; n]; n],
        };
        for f in 0..facets.len() as u32 {
            let corners = facets.corners(f);
            let (area, rho) = (facets.area(f), facets.rho(f).map(rational));
            let v = corners.each_ref().map(exact);
            let u = self.values(&corners);
            for i in 0..n {
                let polygon = clipped(&u, i, 0..n);
                if polygon.len() < 3 {
                    continue;
                }
                let density = |l: &[Rational; 3]| dot(l, &rho);
                let from_site = |l: &[Rational; 3]| {
                    [0, 1, 2].map(|a| {
                        let x: Rational = (0..3).map(|k| Rational::from(&l[k] * &v[k][a])).sum();
                        x - &y[i][a]
                    })
                };
                let p0 = &polygon[0].0;
                for k in 1..polygon.len() - 1 {
                    let (p, q) = (&polygon[k].0, &polygon[k + 1].0);
                    let d = |a: &[Rational; 3], k: usize| Rational::from(&a[k] - &p0[k]);
                    let share = d(p, 1) * d(q, 2) - d(p, 2) * d(q, 1);
                    let area = area * nearest_f64(&share);
                    let points = [p0, p, q];
                    let (x, r) = (points.map(from_site), points.map(density));
                    let sum: Rational = r.iter().sum();
                    all.mass[i] += area * nearest_f64(&(Rational::from(&sum / 3u32)));
                    for a in 0..3 {
                        let whole: Rational = (0..3).map(|k| x[k][a].clone()).sum();
                        let own: Rational = (0..3).map(|k| Rational::from(&r[k] * &x[k][a])).sum();
                        let about = (whole * &sum + own) / 12u32;
                        let mean = Rational::from(&sum / 3u32) * &y[i][a];
                        all.first[i][a] += area * nearest_f64(&(about + mean));
                    }
                    // int l_a l_b l_c over the triangle, by counting.
                    let mut cost = Rational::new();
                    for (a, b, c) in (0..27).map(|k| (k / 9, k / 3 % 3, k % 3)) {
                        let equal = u32::from(a == b) + u32::from(b == c) + u32::from(a == c);
                        let multiplicity = [1, 2, 0, 6][equal as usize];
                        cost += dot(&x[a], &x[b]) * &r[c] * multiplicity;
                    }
                    all.cost[i] += area * nearest_f64(&(cost / 60u32));
                }
                for k in 0..polygon.len() {
                    let Ok(j) = polygon[k].1 else { continue };
                    let (p, q) = (&polygon[k].0, &polygon[(k + 1) % polygon.len()].0);
                    let s = [0, 1, 2].map(|k| Rational::from(&u[i][k] - &u[j][k]));
                    let d = [(1, 2), (2, 0), (0, 1)].map(|(a, b)| Rational::from(&s[a] - &s[b]));
                    let a = (0..3).find(|&a| !d[a].cmp0().is_eq()).unwrap();
                    let t = Rational::from(&q[a] - &p[a]) / &d[a];
                    all.conductance[i][j] += area * nearest_f64(&(t.abs() * (density(p) + density(q))));
                }
            }
        }
        all
    }
}

/// Vertices in barycentric coordinates, each with the neighbour across the edge that begins there;
/// `Err(k)` for edge `k` of the triangle.
pub type Polygon = Vec<([Rational; 3], Result<usize, usize>)>;

/// Far below areas and lengths of instances of small integers, far above what the perturbation
/// makes.
pub const TINY: f64 = 1e-20;

pub fn dot(a: &[Rational; 3], b: &[Rational; 3]) -> Rational {
    (0..3).map(|k| Rational::from(&a[k] * &b[k])).sum()
}

/// Twice the area of a polygon in the plane of the last two coordinates: its share of the
/// triangle's area.
pub fn twice_area(polygon: &Polygon) -> Rational {
    let d = |a: usize, k: usize| Rational::from(&polygon[a].0[k] - &polygon[0].0[k]);
    (1..polygon.len() - 1).map(|k| d(k, 1) * d(k + 1, 2) - d(k, 2) * d(k + 1, 1)).sum()
}

/// What the triangle leaves to site `i` among `all`, whose values at its corners are `u`.
fn clipped(u: &[[Rational; 3]], i: usize, all: impl Iterator<Item = usize>) -> Polygon {
    let unit = |k: usize| [0, 1, 2].map(|j| Rational::from(u32::from(j == k)));
    let mut polygon: Polygon = (0..3).map(|k| (unit(k), Err(k))).collect();
    for j in all.filter(|&j| j != i) {
        let s = [0, 1, 2].map(|k| Rational::from(&u[i][k] - &u[j][k]));
        let at: Vec<Rational> = polygon.iter().map(|p| dot(&p.0, &s)).collect();
        let mut cut = Vec::new();
        for k in 0..polygon.len() {
            let next = (k + 1) % polygon.len();
            let (inside, next_inside) = (at[k].cmp0().is_gt(), at[next].cmp0().is_gt());
            if inside {
                cut.push(polygon[k].clone());
            }
            if inside != next_inside {
                let t = &at[k] / Rational::from(&at[k] - &at[next]);
                let (p, q) = (&polygon[k].0, &polygon[next].0);
                let x = [0, 1, 2].map(|a| &p[a] + Rational::from(&q[a] - &p[a]) * &t);
                cut.push((x, if inside { Ok(j) } else { polygon[k].1 }));
            }
        }
        polygon = cut;
    }
    polygon
}

/// Equal up to rounding; what the perturbation alone makes (2^-300 and its roots) counts as
/// nothing.
fn agree(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-12 * scale
}

/// Compares them; panics with the instance where they differ. Returns the walls and the ties met.
pub fn compare(instance: &Instance) -> (usize, u64) {
    let (ours, all) = instance.ours();
    let expected = instance.brute_force();
    let n = instance.sites.len();
    let total: f64 = expected.mass.iter().sum();
    let context = || {
        let (v, t) = (instance.surface.vertices(), instance.surface.triangles());
        let (density, sites, heights) = (&instance.density, &instance.sites, &instance.heights);
        format!("{v:?} {t:?} {density:?} {sites:?} {heights:?}\n{ours:?}\n{expected:?}")
    };
    let mut walls = 0;
    for i in 0..n {
        assert!(agree(ours.mass[i], expected.mass[i], total), "mass {i}, {}", context());
        assert!(agree(ours.cost[i], expected.cost[i], 100.0 * total), "cost {i}, {}", context());
        for k in 0..3 {
            assert!(agree(ours.first[i][k], expected.first[i][k], 10.0 * total), "first {i}, {}", context());
        }
        for j in 0..n {
            let (a, b) = (ours.conductance[i][j], expected.conductance[i][j]);
            assert!(agree(a, b, 100.0 * total), "wall {i} {j}, {}", context());
            assert_eq!(a.to_bits(), ours.conductance[j][i].to_bits());
            walls += usize::from(a > 1e-9);
        }
    }
    (walls, all.plain.counters.exact_zeros)
}

/// Compares the pieces of the diagram for output, their labels, and how cells hang together.
/// Returns the pieces met, and the cells of several parts.
pub fn compare_pieces(instance: &Instance) -> (usize, usize) {
    let mut data = SurfaceProblemData::new(instance.surface.clone(), instance.sites.clone());
    data.density = instance.density.clone();
    let problem = SurfaceProblem::new(data).unwrap();
    let diagram = SurfaceDiagram::new(&problem, &Heights::from_f64(&instance.heights)).unwrap();
    let (expected, shown) = instance.pieces();
    let context = || {
        let (v, t) = (instance.surface.vertices(), instance.surface.triangles());
        format!("{v:?} {t:?} {:?} {:?} {:?}", instance.density, instance.sites, instance.heights)
    };
    diagram.validate(4).unwrap_or_else(|e| panic!("{e}, {}", context()));
    let hidden: Vec<u32> = (0..problem.len()).filter(|i| !shown.contains(i)).map(|i| i as u32).collect();
    assert_eq!(diagram.hidden(), hidden, "{}", context());
    let (mut pieces, mut several) = (0, 0);
    for (i, expected) in expected.iter().enumerate() {
        let ours: Vec<_> = diagram.pieces(i).collect();
        assert_eq!(ours.len(), expected.len(), "pieces of {i}, {}", context());
        for (piece, (face, polygon)) in ours.iter().zip(expected) {
            assert_eq!((piece.site, piece.face), (i as u32, *face), "{}", context());
            let long = without_short(polygon);
            let label = |k: &Result<usize, usize>| match *k {
                Ok(j) => Label::Bisector(j as u32),
                Err(k) => Label::Domain(k as u32),
            };
            let first = (0..long.len()).min_by_key(|&k| label(&long[k].1)).unwrap();
            let labels: Vec<Label> = (0..long.len()).map(|k| label(&long[(first + k) % long.len()].1)).collect();
            assert_eq!(piece.labels[..], labels, "labels of {i} in {face}, {}", context());
            let corners = instance.surface.triangles()[*face as usize].map(|v| instance.surface.vertices()[v as usize]);
            for (k, v) in piece.vertices.iter().enumerate() {
                let l = long[(first + k) % long.len()].0.each_ref().map(nearest_f64);
                for a in 0..3 {
                    let x: f64 = (0..3).map(|c| l[c] * corners[c][a]).sum();
                    assert!((v[a] - x).abs() < 1e-14, "vertex {k} of {i} in {face}: {v:?}, {}", context());
                }
            }
        }
        let parts = parts(&instance.surface, expected);
        assert_eq!(diagram.parts(i), parts, "parts of {i}, {}", context());
        pieces += expected.len();
        several += usize::from(parts > 1);
    }
    (pieces, several)
}

/// A polygon without the sides that only the perturbation makes.
fn without_short(polygon: &Polygon) -> Polygon {
    let long = |k: usize| {
        let (p, q) = (&polygon[k].0, &polygon[(k + 1) % polygon.len()].0);
        (0..3).any(|a| Rational::from(&p[a] - &q[a]).abs() > rational(TINY))
    };
    (0..polygon.len()).filter(|&k| long(k)).map(|k| polygon[k].clone()).collect()
}

/// Number of parts of a cell: pieces hang together if their sides on one edge overlap.
fn parts(surface: &Surface, pieces: &[(u32, Polygon)]) -> usize {
    // Edge, piece, and where along the edge, from the lower vertex to the higher.
    let mut sides = Vec::new();
    for (piece, (face, polygon)) in pieces.iter().enumerate() {
        let t = surface.triangles()[*face as usize];
        let polygon = without_short(polygon);
        for k in 0..polygon.len() {
            let Err(e) = polygon[k].1 else { continue };
            let (a, b) = (t[e], t[(e + 1) % 3]);
            let to = if a < b { (e + 1) % 3 } else { e };
            let (p, q) = (polygon[k].0[to].clone(), polygon[(k + 1) % polygon.len()].0[to].clone());
            sides.push(((a.min(b), a.max(b)), piece, p.clone().min(q.clone()), p.max(q)));
        }
    }
    let mut group: Vec<usize> = (0..pieces.len()).collect();
    for (k, a) in sides.iter().enumerate() {
        for b in sides[..k].iter().filter(|b| b.0 == a.0) {
            let (low, high) = (a.2.clone().max(b.2.clone()), a.3.clone().min(b.3.clone()));
            if high - low > rational(TINY) {
                let (from, to) = (group[a.1], group[b.1]);
                group.iter_mut().filter(|g| **g == from).for_each(|g| *g = to);
            }
        }
    }
    group.sort_unstable();
    group.dedup();
    group.len()
}
