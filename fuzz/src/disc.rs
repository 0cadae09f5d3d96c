//! Polygons cut by a disc, by Green's theorem: over each edge a triangle to the part inside and
//! sectors to the parts outside, all of them signed. No corner of the cut cell, no arc and no
//! segment is ever made, and the polygons come from clipping in rationals.

use crate::oracle::Point;
use brenier::domain::{ConvexPolygon, Law};
use rug::Rational;

/// The density `c + <g, z> + d z_1 z_2` seen from a site, and a bound on all of its terms.
#[derive(Clone, Copy, Debug)]
pub struct Density {
    c: f64,
    g: [f64; 2],
    d: f64,
    /// Bound on the terms that its values are summed from, within `reach` of the site: rounding is
    /// relative to it.
    pub scale: f64,
}

impl Density {
    /// A law seen from site `y`, for points within `reach` of it.
    pub fn seen_from(y: [f64; 2], law: Law, factor: f64, reach: f64) -> Density {
        let (g, d) = if law.is_constant { ([0.0; 2], 0.0) } else { (law.g, law.d) };
        let q = [y[0] - law.o[0], y[1] - law.o[1]];
        let c = law.c + g[0] * q[0] + g[1] * q[1] + d * (q[0] * q[1]);
        let far = q[0].hypot(q[1]) + reach;
        let scale = factor * (law.c + g[0].hypot(g[1]) * far + d.abs() * far * far);
        let g = [g[0] + d * q[1], g[1] + d * q[0]].map(|g| factor * g);
        Density { c: factor * c, g, d: factor * d, scale }
    }
}

/// What the library may be wrong by in a piece of a cell that lies in a patch of this outline and
/// has this area.
///
/// Corners are good to 2^-60 of the coordinates, which matters along a perimeter of at most four
/// diameters, so a quarter of an ulp of them times the diameter is allowed; the rest is good to a
/// few units in the last place of the area times the largest density on the patch, of which 1e-14
/// is allowed.
pub fn slack(outline: &ConvexPolygon, frame: &ConvexPolygon, law: Law, factor: f64, area: f64) -> f64 {
    let vertices = outline.vertices();
    let far = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let diameter = vertices.iter().flat_map(|a| vertices.iter().map(move |b| far(a, b))).fold(0.0, f64::max);
    let size = frame.vertices().iter().flatten().fold(frame.extent(), |m, c| m.max(c.abs()));
    let middle = [0, 1].map(|k| vertices.iter().map(|v| v[k] / vertices.len() as f64).sum());
    let largest = Density::seen_from(middle, law, factor, diameter).scale;
    largest * (1e-14 * area + 0.25 * diameter * (size.next_up() - size))
}

/// Integrals over a polygon in a disc.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cut {
    /// `int rho`.
    pub mass: f64,
    /// `int rho dl / r` over the arcs.
    pub arcs: f64,
    /// `int z` without density.
    pub first: [f64; 2],
    /// `int |z|^2` without density.
    pub second: f64,
}

/// A polygon seen from a site: exact differences, rounded once.
pub fn seen_from(y: &Point, polygon: &[Point]) -> Vec<[f64; 2]> {
    let from = |p: &Point, k: usize| Rational::from(&p[k] - &y[k]).to_f64();
    polygon.iter().map(|p| [from(p, 0), from(p, 1)]).collect()
}

/// Is a polygon so far from the origin that a circle about it is nearly straight there?
pub fn is_far(seen: &[[f64; 2]]) -> bool {
    let near = seen.iter().map(|z| z[0].hypot(z[1])).fold(f64::INFINITY, f64::min);
    let size = seen.iter().map(|z| (z[0] - seen[0][0]).hypot(z[1] - seen[0][1])).fold(0.0, f64::max);
    near > 1e3 * size
}

/// Area of the points of a convex polygon within `sqrt(w)` of a far site: chords in rationals, with
/// roots good to 2^-200 of themselves, and over them segments by the series of
/// `asin x - x sqrt(1 - x^2)`, whose next term is below `x^6` of it.
pub fn far_area(y: &Point, polygon: &[Point], w: &Rational) -> Rational {
    if w.cmp0().is_le() {
        return Rational::new();
    }
    let dot = |a: &Point, b: &Point| Rational::from(&a[0] * &b[0]) + Rational::from(&a[1] * &b[1]);
    let less = |a: &Point, b: &Point| [0, 1].map(|k| Rational::from(&a[k] - &b[k]));
    let z: Vec<Point> = polygon.iter().map(|p| less(p, y)).collect();
    // Ends of what lies within, edge by edge.
    let mut ends: Vec<[Point; 2]> = Vec::new();
    for (k, p) in z.iter().enumerate() {
        let e = less(&z[(k + 1) % z.len()], p);
        let (a, b, c) = (dot(&e, &e), dot(p, &e), dot(p, p) - w);
        let square = Rational::from(&b * &b) - Rational::from(&a * &c);
        if square.cmp0().is_le() || a.cmp0().is_eq() {
            continue;
        }
        let root = root(&square);
        let start = (-Rational::from(&b + &root) / &a).max(Rational::new());
        let end = ((root - b) / a).min(Rational::from(1));
        if start < end {
            ends.push([start, end].map(|t| [0, 1].map(|i| Rational::from(&e[i] * &t) + &p[i])));
        }
    }
    let mut area = Rational::new();
    let r = root(w).to_f64();
    for (k, [u, v]) in ends.iter().enumerate() {
        let next = &ends[(k + 1) % ends.len()][0];
        let cross = |a: &Point, b: &Point| Rational::from(&a[0] * &b[1]) - Rational::from(&a[1] * &b[0]);
        area += (cross(u, v) + cross(v, next)) / 2u32;
        let chord = less(next, v);
        let x = dot(&chord, &chord).to_f64().sqrt() / (2.0 * r);
        let segment = r * r * x * x * x * (2.0 / 3.0 + x * x * (0.2 + x * x * 3.0 / 28.0));
        area += Rational::from_f64(segment).expect("finite");
    }
    area
}

/// The root of a positive number.
fn root(x: &Rational) -> Rational {
    let shift = 400 + x.numer().significant_bits().abs_diff(x.denom().significant_bits());
    let whole = Rational::from(x << (2 * shift)).trunc().into_numer_denom().0;
    Rational::from(whole.sqrt()) >> shift
}

/// Integrals over the points of a convex polygon with `|z|^2 <= w`.
///
/// Rounding: each edge adds a few `2^-52 L^2` times the density, `L` being the largest `|z|` (a
/// wrong root of an edge that the circle nearly touches moves the cut along the edge, where sector
/// and triangle agree to higher order); arcs have errors of order `2^-26 L/r` there.
pub fn cut(polygon: &[[f64; 2]], w: f64, rho: &Density) -> Cut {
    let mut all = Cut::default();
    for (k, p) in polygon.iter().enumerate() {
        let q = &polygon[(k + 1) % polygon.len()];
        let inside = |z: &[f64; 2]| z[0] * z[0] + z[1] * z[1] <= w;
        if w > 0.0 && inside(p) && inside(q) {
            triangle(&mut all, p, q, rho);
            continue;
        }
        let e = [q[0] - p[0], q[1] - p[1]];
        let (a, b) = (e[0] * e[0] + e[1] * e[1], p[0] * e[0] + p[1] * e[1]);
        let off = p[0] * e[1] - p[1] * e[0];
        // a w less (a times the distance of the line) squared
        let d = a * w - off * off;
        let (s, t) = ((-b - d.max(0.0).sqrt()) / a, (-b + d.max(0.0).sqrt()) / a);
        if !(d > 0.0 && t > 0.0 && s < 1.0) {
            sector(&mut all, p, q, w, rho);
            continue;
        }
        let on = |t: f64| [p[0] + t * e[0], p[1] + t * e[1]];
        let (u, v) = (if s > 0.0 { on(s) } else { *p }, if t < 1.0 { on(t) } else { *q });
        if s > 0.0 {
            sector(&mut all, p, &u, w, rho);
        }
        triangle(&mut all, &u, &v, rho);
        if t < 1.0 {
            sector(&mut all, &v, q, w, rho);
        }
    }
    all
}

/// Adds the triangle of the site with two points.
fn triangle(all: &mut Cut, u: &[f64; 2], v: &[f64; 2], rho: &Density) {
    let area = 0.5 * (u[0] * v[1] - u[1] * v[0]);
    let sum = [u[0] + v[0], u[1] + v[1]];
    let mixed = (2.0 * (u[0] * u[1] + v[0] * v[1]) + u[0] * v[1] + v[0] * u[1]) / 12.0;
    let square = |a: &[f64; 2], b: &[f64; 2]| a[0] * b[0] + a[1] * b[1];
    all.mass += area * (rho.c + (rho.g[0] * sum[0] + rho.g[1] * sum[1]) / 3.0 + rho.d * mixed);
    (0..2).for_each(|k| all.first[k] += area * sum[k] / 3.0);
    all.second += area * (square(u, u) + square(v, v) + square(u, v)) / 6.0;
}

/// Adds the sector of the disc between the directions of two points.
fn sector(all: &mut Cut, p: &[f64; 2], q: &[f64; 2], w: f64, rho: &Density) {
    if w <= 0.0 {
        return;
    }
    let r = w.sqrt();
    let angle = (p[0] * q[1] - p[1] * q[0]).atan2(p[0] * q[0] + p[1] * q[1]);
    let unit = |z: &[f64; 2]| {
        let l = z[0].hypot(z[1]);
        if l > 0.0 { [z[0] / l, z[1] / l] } else { [1.0, 0.0] }
    };
    let (a, b) = (unit(p), unit(q));
    // Integrals of cos, sin and cos sin over the angles between.
    let (c, s) = (b[1] - a[1], a[0] - b[0]);
    let cs = 0.5 * (b[1] * b[1] - a[1] * a[1]);
    all.mass += w * (0.5 * rho.c * angle + r / 3.0 * (rho.g[0] * c + rho.g[1] * s) + 0.25 * w * rho.d * cs);
    all.arcs += rho.c * angle + r * (rho.g[0] * c + rho.g[1] * s) + w * rho.d * cs;
    all.first[0] += w * r / 3.0 * c;
    all.first[1] += w * r / 3.0 * s;
    all.second += 0.25 * w * w * angle;
}
