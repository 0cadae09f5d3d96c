//! Independent answers: determinants over common integers, ties by an explicit tiny epsilon, cells
//! by clipping in rationals. Written from the definitions; the library's `exact` layer is not used.

use brenier::domain::{ConvexPolygon, Density};
use brenier::exact::Dd;
use rug::{Integer, Rational};
use std::cmp::Ordering;

/// A point in rationals.
pub type Point = [Rational; 2];

/// The exact value of a finite double.
pub fn rational(x: f64) -> Rational {
    Rational::from_f64(x).expect("a finite double")
}

/// The exact value of a finite double-double.
pub fn rational_dd(x: Dd) -> Rational {
    rational(x.hi) + rational(x.lo)
}

/// The exact value of a point.
pub fn point(p: [f64; 2]) -> Point {
    p.map(rational)
}

/// Sign of an integer as -1, 0, 1.
fn sign(x: &Integer) -> i32 {
    x.cmp0() as i32
}

/// Doubles are dyadic: the values times one power of two that makes them integers.
fn integers(values: Vec<Rational>) -> Vec<Integer> {
    let bits = values.iter().map(|v| v.denom().significant_bits() - 1).max().unwrap_or(0);
    values.into_iter().map(|v| (v << bits).into_numer_denom().0).collect()
}

/// Lifted sites as integers, one unit per coordinate (signs of determinants do not change).
#[derive(Clone, Debug)]
pub struct Lifted {
    x: Vec<Integer>,
    y: Vec<Integer>,
    h: Vec<Integer>,
    /// Coefficients of heights in a determinant are below `2^bits`.
    bits: u32,
}

impl Lifted {
    /// Lifts sites to heights.
    pub fn new(sites: &[[f64; 2]], heights: &[Dd]) -> Lifted {
        let x = integers(sites.iter().map(|s| rational(s[0])).collect());
        let y = integers(sites.iter().map(|s| rational(s[1])).collect());
        let h = integers(heights.iter().map(|&h| rational_dd(h)).collect());
        let longest = |v: &[Integer]| v.iter().map(Integer::significant_bits).max().unwrap_or(0);
        let bits = longest(&x).max(longest(&y)) * 2 + 4;
        Lifted { x, y, h, bits }
    }

    /// Orientation of three sites.
    pub fn orientation(&self, [a, b, c]: [usize; 3]) -> i32 {
        let d = |v: &[Integer], k: usize| Integer::from(&v[k] - &v[c]);
        sign(&(d(&self.x, a) * d(&self.y, b) - d(&self.y, a) * d(&self.x, b)))
    }

    /// `-orientation(a,b,c) * height of d above the plane of a, b, c`, for given heights, as the
    /// determinant of the rows `(x, y, h, 1)` expanded along the column of heights.
    fn determinant(&self, [a, b, c, d]: [usize; 4], h: &dyn Fn(usize) -> Integer) -> Integer {
        let area = |p: usize, q: usize, r: usize| {
            let e = |v: &[Integer], k: usize| Integer::from(&v[k] - &v[r]);
            e(&self.x, p) * e(&self.y, q) - e(&self.y, p) * e(&self.x, q)
        };
        // Barycentric: area(abc) h_d = area(dbc) h_a + area(adc) h_b + area(abd) h_c on the plane.
        area(d, b, c) * h(a) + area(a, d, c) * h(b) + area(a, b, d) * h(c) - area(a, b, c) * h(d)
    }

    /// Sign of the height of `d` above the plane of `a, b, c` times their orientation.
    pub fn above(&self, p: [usize; 4]) -> i32 {
        -sign(&self.determinant(p, &|k| self.h[k].clone()))
    }

    /// The same with height `h_i + eps^(rank_i + 1)` for an epsilon that is small enough, written
    /// out.
    pub fn above_perturbed(&self, p: [usize; 4], rank: &[u32]) -> i32 {
        match self.above(p) {
            // The heights themselves contribute nothing, so only the powers of epsilon are left.
            0 => -sign(&self.determinant(p, &|k| self.power(rank[k], rank.len()))),
            s => s,
        }
    }

    /// `eps^(rank + 1)` in units of `eps^n`, ranks below `n`: larger than all coefficients times
    /// the next power.
    fn power(&self, rank: u32, n: usize) -> Integer {
        Integer::from(1) << ((self.bits + 4) * (n as u32 - 1 - rank))
    }

    /// Sign of the height of `d` above the line through the lifted `a, b`, all three sites
    /// collinear, `a` and `b` distinct; heights perturbed if `rank` is given.
    pub fn above_line(&self, [a, b, d]: [usize; 3], rank: Option<&[u32]>) -> i32 {
        // Parameter along the line by one coordinate that differs, so that units do not matter.
        let t = if self.x[a] != self.x[b] { &self.x } else { &self.y };
        let ab = Integer::from(&t[b] - &t[a]);
        let (ad, db) = (Integer::from(&t[d] - &t[a]), Integer::from(&t[b] - &t[d]));
        // (t_b - t_a) h_d against (t_b - t_d) h_a + (t_d - t_a) h_b.
        let value = |h: &dyn Fn(usize) -> Integer| {
            let on = Integer::from(&db * &h(a)) + Integer::from(&ad * &h(b));
            sign(&ab) * sign(&(Integer::from(&ab * &h(d)) - on))
        };
        match (value(&|k| self.h[k].clone()), rank) {
            (0, Some(rank)) => value(&|k| self.power(rank[k], rank.len())),
            (s, _) => s,
        }
    }

    /// All triangles of the perturbed upper hull by trying every triple; counter-clockwise from the
    /// lowest index, sorted.
    pub fn triangles(&self) -> Vec<[u32; 3]> {
        let n = self.x.len();
        let rank: Vec<u32> = (0..n as u32).collect();
        let mut all = Vec::new();
        for a in 0..n {
            for b in a + 1..n {
                for c in b + 1..n {
                    let turn = self.orientation([a, b, c]);
                    let others = || (0..n).filter(|d| ![a, b, c].contains(d));
                    if turn != 0 && others().all(|d| self.above_perturbed([a, b, c, d], &rank) * turn < 0) {
                        all.push(if turn > 0 { [a, b, c] } else { [a, c, b] }.map(|k| k as u32));
                    }
                }
            }
        }
        all.sort_unstable();
        all
    }

    /// Collinear sites: the edges of the perturbed upper chain as pairs of indices, lower first,
    /// sorted.
    pub fn chain(&self) -> Vec<[u32; 2]> {
        let n = self.x.len();
        let rank: Vec<u32> = (0..n as u32).collect();
        let mut all = Vec::new();
        for a in 0..n {
            for b in a + 1..n {
                let same = self.x[a] == self.x[b] && self.y[a] == self.y[b];
                let others = || (0..n).filter(|&d| d != a && d != b);
                if !same && others().all(|d| self.above_line([a, b, d], Some(&rank)) < 0) {
                    all.push([a as u32, b as u32]);
                }
            }
        }
        all.sort_unstable();
        all
    }
}

fn cross(o: [f64; 2], a: [f64; 2], b: [f64; 2]) -> Rational {
    let d = |p: [f64; 2], k: usize| rational(p[k]) - rational(o[k]);
    d(a, 0) * d(b, 1) - d(a, 1) * d(b, 0)
}

/// Convex hull by Andrew's monotone chain, exact, strict, counter-clockwise.
pub fn convex_hull(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    points.dedup();
    if points.len() < 3 {
        return points;
    }
    let half = |points: &mut dyn Iterator<Item = [f64; 2]>| {
        let mut chain: Vec<[f64; 2]> = Vec::new();
        for p in points {
            while chain.len() > 1
                && cross(chain[chain.len() - 2], chain[chain.len() - 1], p).cmp0() != Ordering::Greater
            {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut points.iter().copied());
    hull.extend(half(&mut points.iter().rev().copied()));
    hull
}

/// The part of a convex polygon where `<a, x> + c >= 0`.
pub fn clip(polygon: &[Point], a: &Point, c: &Rational) -> Vec<Point> {
    let value = |x: &Point| Rational::from(&a[0] * &x[0]) + Rational::from(&a[1] * &x[1]) + c;
    let values: Vec<Rational> = polygon.iter().map(value).collect();
    let mut kept = Vec::new();
    for k in 0..polygon.len() {
        let l = (k + 1) % polygon.len();
        let (s, t) = (values[k].cmp0(), values[l].cmp0());
        if s != Ordering::Less {
            kept.push(polygon[k].clone());
        }
        if s != Ordering::Equal && t != Ordering::Equal && s != t {
            let w = Rational::from(&values[k] / Rational::from(&values[k] - &values[l]));
            let at = |i: usize| Rational::from(&polygon[l][i] - &polygon[k][i]) * &w + &polygon[k][i];
            kept.push([at(0), at(1)]);
        }
    }
    kept
}

/// Area and mass of a polygon: shoelace, and for an affine density the fan rule with its exact
/// values at corners.
pub fn area_and_mass(polygon: &[Point], density: &Density) -> (Rational, Rational) {
    let value = |x: &Point| match *density {
        Density::Affine { g, c } => rational(g[0]) * &x[0] + rational(g[1]) * &x[1] + rational(c),
        _ => Rational::from(1),
    };
    let (mut area, mut mass) = (Rational::new(), Rational::new());
    for k in 1..polygon.len().max(2) - 1 {
        let d = |p: &Point, i: usize| Rational::from(&p[i] - &polygon[0][i]);
        let (p, q) = (&polygon[k], &polygon[k + 1]);
        let twice = d(p, 0) * d(q, 1) - d(p, 1) * d(q, 0);
        mass += Rational::from(&twice * (value(&polygon[0]) + value(p) + value(q))) / 6u32;
        area += twice / 2u32;
    }
    (area, mass)
}

/// The sites' cells of a convex polygon, by clipping it with every bisector. Of coinciding sites of
/// equal height the first owns the cell.
pub fn polygons(domain: &ConvexPolygon, sites: &[[f64; 2]], heights: &[Dd]) -> Vec<Vec<Point>> {
    let polygon: Vec<Point> = domain.vertices().iter().map(|&v| point(v)).collect();
    let y: Vec<Point> = sites.iter().map(|&s| point(s)).collect();
    let h: Vec<Rational> = heights.iter().map(|&h| rational_dd(h)).collect();
    let cell = |i: usize| {
        let mut cell = polygon.clone();
        for j in (0..sites.len()).filter(|&j| j != i) {
            if y[i] == y[j] {
                let loses = h[j] > h[i] || (h[j] == h[i] && j < i);
                if loses {
                    cell.clear();
                }
                continue;
            }
            let a = [0, 1].map(|k| Rational::from(&y[i][k] - &y[j][k]));
            cell = clip(&cell, &a, &Rational::from(&h[i] - &h[j]));
        }
        cell
    };
    (0..sites.len()).map(cell).collect()
}

/// Exact area and mass of every cell.
pub fn cells(
    domain: &ConvexPolygon,
    density: &Density,
    sites: &[[f64; 2]],
    heights: &[Dd],
) -> Vec<(Rational, Rational)> {
    polygons(domain, sites, heights).iter().map(|cell| area_and_mass(cell, density)).collect()
}
