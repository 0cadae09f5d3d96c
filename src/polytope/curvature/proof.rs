//! The curvatures at a hull's vertices, enclosed from rays and divisors.

use crate::exact::angle::{ERROR, PLACES, angle, pi};
use crate::exact::big::{Integer, Rational, enclose, nearest_f64, rational, rational_dd};
use crate::exact::predicates::Pole;
use crate::exact::{Counters, Dd};
use crate::hull::solid::{Rings, SolidHull};

/// What is true of the hull of the points `u_i / s_i`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProvedCurvatures {
    /// The curvatures, to about an ulp.
    pub curvatures: Vec<f64>,
    /// Enclosure of `max |k_i - wanted_i| / wanted_i`.
    pub max_relative_error: [f64; 2],
    /// The ray where it is largest.
    pub worst: usize,
    /// Rays without a vertex.
    pub missing: usize,
    /// Whether the origin is inside.
    pub surrounds: bool,
    /// Vertices, edges and facets.
    pub counts: [usize; 3],
}

type Point = [Rational; 3];

/// Measures a hull and compares its curvatures with wanted ones: the vertices are rational, each
/// angle at one is enclosed to `2^-200`, the curvature is `2 pi` less their sum. `None` if there is
/// no hull, or numbers have no ordinary size. Cost: O(n) operations on rationals of some hundred
/// digits, about half a millisecond a vertex.
pub fn prove_curvatures(rays: &[[f64; 3]], divisors: &[Dd], wanted: &[f64]) -> Option<ProvedCurvatures> {
    let n = rays.len();
    let range = 2f64.powi(-240)..2f64.powi(240);
    let ordinary = |x: &f64| *x == 0.0 || range.contains(&x.abs());
    let sound = divisors.len() == n
        && wanted.len() == n
        && rays.iter().flatten().all(ordinary)
        && divisors.iter().all(|s| s.is_finite() && range.contains(&s.hi))
        && wanted.iter().all(|k| *k > 0.0 && k.is_finite());
    if !sound {
        return None;
    }
    let rows: Vec<Pole> = rays.iter().zip(divisors).map(|(&n, &s)| Pole { n, s }).collect();
    let hull = SolidHull::new(&rows).ok()?;
    let rings = Rings::new(&rows, &hull, &mut Counters::default());
    let origin = Pole { n: [0.0; 3], s: Dd::from_f64(1.0) };
    let below = |p: &[u32; 3]| {
        let [a, b, c] = p.map(|k| &rows[k as usize]);
        crate::exact::predicates::pole_side_exact([a, b, c, &origin]) > 0
    };
    let points: Vec<Point> = rows.iter().map(|r| r.n.map(|x| rational(x) / rational_dd(r.s))).collect();
    let mut proof = ProvedCurvatures {
        curvatures: Vec::with_capacity(n),
        max_relative_error: [0.0; 2],
        worst: 0,
        missing: 0,
        surrounds: rings.planes.iter().all(below),
        counts: [0, rings.neighbor.len() / 2, rings.planes.len()],
    };
    let pi = pi();
    for i in 0..n {
        let degree = rings.degree(i);
        if degree == 0 {
            proof.missing += 1;
        } else {
            proof.counts[0] += 1;
        }
        let edges: Vec<Point> = rings.ring(i).map(|(j, _)| minus(&points[j as usize], &points[i])).collect();
        let mut sum = if degree == 0 { Integer::new() } else { Integer::from(&pi << 1) };
        for k in 0..degree {
            let (a, b) = (&edges[k], &edges[(k + 1) % degree]);
            sum -= angle(&dot(a, b), &cross_squared(a, b), &pi)?;
        }
        proof.curvatures.push(nearest_f64(&Rational::from((sum.clone(), Integer::from(1) << PLACES))));
        let slack = Integer::from(ERROR) * (degree as u32 + 2);
        let [low, high] = relative_error(sum, slack, wanted[i]);
        if high > proof.max_relative_error[1] {
            proof.worst = i;
        }
        let [l, h] = proof.max_relative_error;
        proof.max_relative_error = [l.max(low), h.max(high)];
    }
    Some(proof)
}

/// Enclosure of `|k - w| / w` for a `k` that is `sum 2^-PLACES` up to `slack` units.
fn relative_error(sum: Integer, slack: Integer, wanted: f64) -> [f64; 2] {
    let wanted = rational(wanted);
    let unit = Rational::from((Integer::from(1), Integer::from(1) << PLACES));
    let gap = (Rational::from(sum) * &unit - &wanted).abs() / &wanted;
    let slack = Rational::from(slack) * unit / wanted;
    let low = Rational::from(&gap - &slack);
    let (low, high) = (enclose(&low).0, enclose(&(gap + slack)).1);
    [low.max(0.0), high]
}

fn minus(a: &Point, b: &Point) -> Point {
    [0, 1, 2].map(|k| Rational::from(&a[k] - &b[k]))
}

fn dot(a: &Point, b: &Point) -> Rational {
    (0..3).fold(Rational::new(), |s, k| s + Rational::from(&a[k] * &b[k]))
}

fn cross_squared(a: &Point, b: &Point) -> Rational {
    let pair = |i: usize, j: usize| Rational::from(&a[i] * &b[j]) - Rational::from(&a[j] * &b[i]);
    [pair(1, 2), pair(2, 0), pair(0, 1)].iter().fold(Rational::new(), |s, x| s + Rational::from(x * x))
}
