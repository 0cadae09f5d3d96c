//! Integrals over a convex polygon with constant, affine or bilinear density, in local coordinates.
//!
//! The polygon is fanned from its first vertex `o`; with a density affine in the triangle, vertex
//! values `r_a`, `R = sum r_a`, `V = sum v_a` (theory: integrals.md)
//!
//! ```text
//! int rho       = |S| R / 3
//! int x rho     = |S| (R V + sum r_a v_a) / 12
//! int |x|^2 rho = |S| (R |V|^2 + R sum |v_a|^2 + 2 sum r_a <v_a, V> + 2 sum r_a |v_a|^2) / 60
//! ```
//!
//! A bilinear density with mixed derivative `d` falls short of that affine one by
//! `sum l_a l_b q_ab` over the sides, with `q_ab = d (v_a - v_b)_1 (v_a - v_b)_2` and barycentric
//! coordinates `l` (a quadratic form:
//! `q(sum l_a v_a) = sum l_a q(v_a) - sum l_a l_b q(v_a - v_b)`):
//!
//! ```text
//! int l_a l_b       = |S| / 12
//! int l_a l_b x     = |S| (V + v_a + v_b) / 60
//! int l_a l_b |x|^2 = |S| (|V|^2 + 2 |v_a|^2 + 2 |v_b|^2 + 2 <v_a, v_b>) / 180
//! ```
//!
//! All fan areas of a convex polygon are non-negative, so sums do not cancel. A fan area
//! `x1 y2 - x2 y1` of a needle would: it is evaluated in double-double from the vertices themselves
//! (good to `2^-80` of their size, see `point.rs`) when the cancellation exceeds 2^10. The `v_a`
//! are differences of vertices, each with relative error `3u`, so the relative error of a mass is
//! below `2^-40` for any fan of aspect ratio up to `2^40`, and typically `2^-50`.

use super::super::moments::{Moments, far};
use super::point::Point;
use crate::domain::Law;
use crate::exact::Dd;
use crate::exact::power::{exponent, scaled, scaled_dd};
use std::borrow::Cow;

/// Twice the area of the fan triangle `o, p, q`, given the rounded differences `a = p - o`,
/// `b = q - o`.
#[inline(always)]
fn cross(o: &Point, p: &Point, q: &Point, a: [f64; 2], b: [f64; 2]) -> f64 {
    let (l, r) = (a[0] * b[1], a[1] * b[0]);
    let d = l - r;
    if (l.abs() + r.abs()) <= 1024.0 * d { d } else { cross_careful(o, p, q) }
}

#[cold]
fn cross_careful(o: &Point, p: &Point, q: &Point) -> f64 {
    let ((ax, ay), (bx, by)) = ((p.x - o.x, p.y - o.y), (q.x - o.x, q.y - o.y));
    (ax * by - ay * bx).to_f64().max(0.0)
}

/// A density times the source factor.
#[derive(Clone, Copy, Debug)]
pub struct LocalDensity {
    law: Law,
    factor: f64,
    reach: f64,
}

impl LocalDensity {
    /// The density times `factor`.
    pub fn new(law: Law, factor: f64) -> LocalDensity {
        if law.is_constant {
            LocalDensity { law: Law::constant(1.0), factor: factor * law.c, reach: 0.0 }
        } else {
            LocalDensity { law, factor, reach: 0.0 }
        }
    }

    /// For polygons in one whose corners and edges are told by points with coordinates up to
    /// `largest`. Their vertices are off by at most `2^-60` of the size of its edges (`point.rs`),
    /// which is at most twice that of a coordinate.
    pub fn within(self, largest: f64) -> LocalDensity {
        LocalDensity { reach: 2.0 * largest, ..self }
    }

    /// What the rounding of a value is relative to ([`Law`]).
    fn magnitude(&self, p: &Point) -> f64 {
        let law = &self.law;
        if law.is_constant {
            return law.c;
        }
        let [x, y] = [(p.x.hi - law.o[0]).abs(), (p.y.hi - law.o[1]).abs()];
        law.c.abs() + law.g[0].abs() * x + law.g[1].abs() * y + law.d.abs() * (x * y)
    }

    /// Value at a point (before the factor), rounded: the leading parts carry all but `u` of a
    /// density that may vanish there.
    #[inline(always)]
    fn at(&self, p: &Point) -> f64 {
        self.law.at(p.x, p.y)
    }

    /// `q` of a vector.
    #[inline(always)]
    fn bend(&self, v: [f64; 2]) -> f64 {
        self.law.d * (v[0] * v[1])
    }

    /// `int rho` over the segment `a b` divided by its length.
    #[inline(always)]
    pub fn mean(&self, a: &Point, b: &Point) -> f64 {
        if self.law.is_constant {
            return self.factor;
        }
        let ends = 0.5 * (self.at(a) + self.at(b));
        // The mean of t (1 - t) is 1/6.
        let mean = if self.law.d == 0.0 { ends } else { (ends - self.bend(b.minus(a)) / 6.0).max(0.0) };
        self.factor * mean
    }

    /// Value in the middle of the segment `a b`.
    pub fn middle(&self, a: &Point, b: &Point) -> f64 {
        if self.law.is_constant || self.law.d == 0.0 {
            return self.mean(a, b);
        }
        self.factor * (0.5 * (self.at(a) + self.at(b)) - 0.25 * self.bend(b.minus(a))).max(0.0)
    }
}

/// Mass of a polygon. Cost: O(vertices).
pub fn mass(vertices: &[Point], density: &LocalDensity) -> f64 {
    let Some((o, rest)) = vertices.split_first() else {
        return 0.0;
    };
    let mut twice = 0.0;
    let mut weighted = 0.0;
    let mut rest = rest.iter();
    let Some(first) = rest.next() else { return 0.0 };
    let mut last = first;
    let (mut a, mut ra) = (first.minus(o), density.at(first));
    let ro = density.at(o);
    for p in rest {
        let b = p.minus(o);
        let area = cross(o, last, p, a, b);
        (twice, last) = (twice + area, p);
        if !density.law.is_constant {
            let rb = density.at(p);
            weighted += area * (ro + ra + rb);
            if density.law.d != 0.0 {
                let short = density.bend(a) + density.bend(b) + density.bend([b[0] - a[0], b[1] - a[1]]);
                weighted -= area * (0.25 * short);
            }
            ra = rb;
        }
        a = b;
    }
    density.factor * if density.law.is_constant { 0.5 * twice } else { (weighted / 6.0).max(0.0) }
}

/// Powers of two in which a polygon seen from its first vertex is ordinary, one for each axis.
///
/// A moment has the fourth order in lengths: of a polygon `1` by `2^-600` the products of areas and
/// coordinates leave the doubles, though its centroid does not. So such a polygon is integrated in
/// coordinates of its own. Others are left alone.
struct Axes {
    /// Exponents of the axes.
    e: [i32; 2],
    /// The longer one.
    longest: i32,
    /// Weights of the axes in a squared length in units of the longer one.
    weight: [f64; 2],
}

impl Axes {
    fn of(local: &[([f64; 2], f64)]) -> Axes {
        let longest = |k: usize| exponent(local.iter().fold(0.0, |far: f64, (v, _)| far.max(v[k].abs())));
        let own = [longest(0), longest(1)];
        let e = if own.map(far) == [0; 2] { [0; 2] } else { own };
        let longest = e[0].max(e[1]);
        Axes { e, longest, weight: e.map(|e| scaled(1.0, 2 * (e - longest))) }
    }

    fn are_ordinary(&self) -> bool {
        self.e == [0; 2]
    }

    /// A vector in these units.
    fn enter(&self, v: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|k| scaled(v[k], -self.e[k]))
    }

    /// Twice the area of the fan triangle `o, p, q` in these units, given its sides in them.
    fn cross(&self, o: &Point, p: &Point, q: &Point, a: [f64; 2], b: [f64; 2]) -> f64 {
        if self.are_ordinary() {
            return cross(o, p, q, a, b);
        }
        let (l, r) = (a[0] * b[1], a[1] * b[0]);
        let d = l - r;
        if (l.abs() + r.abs()) <= 1024.0 * d {
            return d;
        }
        let [x, y] = self.e.map(|e| move |d: Dd| scaled_dd(d, -e));
        let (ax, ay, bx, by) = (x(p.x - o.x), y(p.y - o.y), x(q.x - o.x), y(q.y - o.y));
        (ax * by - ay * bx).to_f64().max(0.0)
    }

    /// `<a, b>` in units of the longer axis.
    fn dot(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        a[0] * b[0] * self.weight[0] + a[1] * b[1] * self.weight[1]
    }

    /// An area of these units.
    fn area(&self, m: f64) -> f64 {
        scaled(m, self.e[0] + self.e[1])
    }
}

/// Mass, centroid and spread of a polygon. Cost: O(vertices).
pub fn moments(vertices: &[Point], density: &LocalDensity) -> Moments {
    let Some((o, rest)) = vertices.split_first() else {
        return Moments::default();
    };
    let given: Vec<([f64; 2], f64)> = rest.iter().map(|p| (p.minus(o), density.at(p))).collect();
    let axes = Axes::of(&given);
    let local: Cow<'_, [([f64; 2], f64)]> = match axes.are_ordinary() {
        true => Cow::Borrowed(&given),
        false => given.iter().map(|&(v, r)| (axes.enter(v), r)).collect(),
    };
    let mixed = scaled(density.law.d, axes.e[0] + axes.e[1]);
    let bend = |v: [f64; 2]| mixed * (v[0] * v[1]);
    let ro = density.at(o);
    let (mut mass, mut first) = (0.0, [0.0; 2]);
    let fan: Vec<f64> = (0..local.len().saturating_sub(1))
        .map(|k| 0.5 * axes.cross(o, &rest[k], &rest[k + 1], local[k].0, local[k + 1].0))
        .collect();
    for (w, &area) in local.windows(2).zip(&fan) {
        let ((a, ra), (b, rb)) = (w[0], w[1]);
        let sum = ro + ra + rb;
        mass += area * sum / 3.0;
        for k in 0..2 {
            first[k] += area * (sum * (a[k] + b[k]) + ra * a[k] + rb * b[k]) / 12.0;
        }
        if mixed != 0.0 {
            let [qa, qb, qab] = [a, b, [b[0] - a[0], b[1] - a[1]]].map(bend);
            mass -= area * (qa + qb + qab) / 12.0;
            for k in 0..2 {
                let v = a[k] + b[k];
                first[k] -= area * (qa * (v + a[k]) + qb * (v + b[k]) + qab * (v + v)) / 60.0;
            }
        }
    }
    if mass <= 0.0 {
        return Moments { centroid: o.rounded(), ..Moments::default() };
    }
    let summed = axes.area((8.0 + local.len() as f64) * f64::EPSILON * mass);
    let off = mass_error(o, rest, &given, density) + summed;
    let c = [first[0] / mass, first[1] / mass];
    // Second moment about the centroid: the same formula with shifted vertices, no cancellation.
    let shift = |v: [f64; 2]| [v[0] - c[0], v[1] - c[1]];
    let dot = |a: [f64; 2], b: [f64; 2]| axes.dot(a, b);
    let v0 = shift([0.0; 2]);
    let mut spread = 0.0;
    for (w, &area) in local.windows(2).zip(&fan) {
        let ((a, ra), (b, rb)) = (w[0], w[1]);
        let t = [(v0, ro), (shift(a), ra), (shift(b), rb)];
        let sum = ro + ra + rb;
        let v = [v0[0] + t[1].0[0] + t[2].0[0], v0[1] + t[1].0[1] + t[2].0[1]];
        let squares: f64 = t.iter().map(|&(p, _)| dot(p, p)).sum();
        let weighted: f64 = t.iter().map(|&(p, r)| r * (dot(p, v) + dot(p, p))).sum();
        spread += area * (sum * (dot(v, v) + squares) + 2.0 * weighted) / 60.0;
        if mixed != 0.0 {
            for (p, q) in [(0, 1), (1, 2), (2, 0)] {
                let (p, q) = (t[p].0, t[q].0);
                let short = bend([q[0] - p[0], q[1] - p[1]]);
                spread -= area * short * (dot(v, v) + 2.0 * (dot(p, p) + dot(q, q) + dot(p, q))) / 180.0;
            }
        }
    }
    let at = |o: Dd, k: usize| o + Dd::from_f64(scaled(c[k], axes.e[k]));
    let centre = [at(o.x, 0), at(o.y, 1)];
    let (mass, off) = (axes.area(density.factor * mass), density.factor * off);
    let spread = scaled(density.factor * spread.max(0.0), axes.e[0] + axes.e[1] + 2 * axes.longest);
    Moments { mass, spread, off, ..Moments::default() }.centred(centre)
}

/// A bound of the error of a mass beside the rounding of its sum, before the factor.
///
/// The sides `a`, `b` of a triangle of the fan have a relative error of `3u` and are off by `2 e`,
/// `e` the error of a vertex. So its doubled area is off by `8u (|a_1 b_2| + |a_2 b_1|)` where it
/// is taken from them, by `2u` and `2^-90` of these terms where it is not ([`cross`]), and by
/// `2 e (|a| + |b|)`, in the norm of the sum, either way. A value of the density is off by `4u` of
/// [`LocalDensity::magnitude`], a bend by `8u`.
fn mass_error(o: &Point, rest: &[Point], local: &[([f64; 2], f64)], density: &LocalDensity) -> f64 {
    const U: f64 = 0.5 * f64::EPSILON;
    let (e, ro) = (2f64.powi(-60) * density.reach, density.at(o));
    let constant = density.law.is_constant;
    let mut off = 0.0;
    for (w, p) in local.windows(2).zip(rest.windows(2)) {
        let ((a, ra), (b, rb)) = (w[0], w[1]);
        let (l, r) = (a[0] * b[1], a[1] * b[0]);
        let (d, terms) = ((l - r).max(0.0), l.abs() + r.abs());
        let rounded = if terms <= 1024.0 * d { 8.0 * U * terms } else { 4.0 * U * d + 2f64.powi(-90) * terms };
        let moved = 2.0 * e * (a[0].abs() + a[1].abs() + b[0].abs() + b[1].abs());
        off += 0.5 * (rounded + moved) * (ro + ra + rb) / 3.0;
        if !constant {
            let size = density.magnitude(o) + density.magnitude(&p[0]) + density.magnitude(&p[1]);
            off += 0.5 * (d + moved) * (8.0 * U * size);
        }
    }
    off
}

/// Facets and chords shorter than this share of the coordinates of their ends (good to some
/// `2^-100`) may be rounding in part.
pub const DOUBTFUL: f64 = 1.0 / (1u64 << 60) as f64;

/// How large the coordinates of two points are.
#[inline(always)]
pub fn reach(a: &Point, b: &Point) -> [f64; 2] {
    [a.x.hi.abs().max(b.x.hi.abs()), a.y.hi.abs().max(b.y.hi.abs())]
}

/// `int_facet rho / |y_i - y_j|` of the facet from `a` to `b` on the wall between `i` and `j`, at
/// least 0.
#[inline(always)]
pub fn conductance(a: &Point, b: &Point, yi: [f64; 2], yj: [f64; 2], density: &LocalDensity) -> f64 {
    let t = length(a, b, yi, yj);
    if t > 0.0 { t * density.mean(a, b) } else { 0.0 }
}

/// The length of the facet from `a` to `b` on the wall between `i` and `j` over `|y_i - y_j|`; not
/// positive if it runs backwards.
///
/// The facet is `t` times `y_j - y_i` turned by a right angle; `t` is taken as the ratio of the
/// larger components, so there is no square root and no cancellation. Antisymmetric data give the
/// same bits from both sides.
#[inline(always)]
pub fn length(a: &Point, b: &Point, yi: [f64; 2], yj: [f64; 2]) -> f64 {
    let e = b.minus(a);
    let d = [yj[0] - yi[0], yj[1] - yi[1]];
    let mut steep = d[0].abs() >= d[1].abs();
    let size = reach(a, b);
    if e[0].abs().max(e[1].abs()) < DOUBTFUL * size[0].max(size[1]) {
        // Its own errors are in proportion to its coordinates: in a domain 1 by 1e-40 one of them
        // is known much better.
        steep = d[0] != 0.0 && size[1] * d[1].abs() <= size[0] * d[0].abs();
    }
    if steep { e[1] / d[0] } else { -e[0] / d[1] }
}
