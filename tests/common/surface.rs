//! Diagrams on surfaces by brute force in rationals, and how far the library is from them.

use brenier::diagram::Want;
use brenier::diagram::surface::{SurfaceGround, SurfaceLaguerre, SurfaceMeasures};
use brenier::domain::{Density, Facets, Surface};
use brenier::exact::Heights;
use brenier::exact::big::{Rational, nearest_f64, rational};
use std::sync::Arc;

/// An instance with small integers: coincidences of every kind are frequent.
pub struct Instance {
    pub surface: Arc<Surface>,
    pub density: Density,
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
        let all = diagram.integrals(&Heights::from_f64(&self.heights).permuted(&order), Want::Everything);
        let zero = Integrals {
            mass: vec![0.0; n],
            first: vec![[0.0; 3]; n],
            cost: vec![0.0; n],
            conductance: vec![vec![0.0; n]; n],
        };
        let mut found = zero;
        for (k, &i) in order.iter().enumerate() {
            let i = i as usize;
            found.mass[i] = all.plain.mass[k];
            found.first[i] = all.moments[k].first;
            found.cost[i] = all.moments[k].cost;
            for e in all.plain.row[k] as usize..all.plain.row[k + 1] as usize {
                found.conductance[i][order[all.plain.column[e] as usize] as usize] = all.plain.conductance[e];
            }
        }
        (found, all)
    }

    /// The same by clipping every triangle by every bisector, at heights that are really perturbed: by `2^-300(i+1)`.
    pub fn brute_force(&self) -> Integrals {
        let n = self.sites.len();
        let facets = Facets::of(&self.surface, &self.density);
        let exact = |v: &[f64; 3]| v.map(rational);
        let dot =
            |a: &[Rational; 3], b: &[Rational; 3]| -> Rational { (0..3).map(|k| Rational::from(&a[k] * &b[k])).sum() };
        let h: Vec<Rational> =
            (0..n).map(|i| rational(self.heights[i]) + (Rational::from(1) >> (300 * (i as u32 + 1)))).collect();
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
            let u: Vec<[Rational; 3]> = (0..n).map(|i| v.each_ref().map(|v| dot(&y[i], v) + &h[i])).collect();
            for i in 0..n {
                // Barycentric coordinates with the label of the edge that begins there.
                let unit = |k: usize| [0, 1, 2].map(|j| Rational::from(u32::from(j == k)));
                let mut polygon: Vec<([Rational; 3], Option<usize>)> = (0..3).map(|k| (unit(k), None)).collect();
                for j in (0..n).filter(|&j| j != i) {
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
                            cut.push((x, if inside { Some(j) } else { polygon[k].1 }));
                        }
                    }
                    polygon = cut;
                }
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
                    let Some(j) = polygon[k].1 else { continue };
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

/// Equal up to rounding; what the perturbation alone makes (2^-300 and its roots) counts as nothing.
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
