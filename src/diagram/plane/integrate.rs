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

use super::point::Point;
use crate::domain::Law;
use crate::exact::Dd;
use crate::problem::Units;

/// Mass, first and second moments of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// `int rho`.
    pub mass: f64,
    /// Centroid; meaningful when the mass is positive.
    pub centroid: [f64; 2],
    /// `int |x - centroid|^2 rho`.
    pub spread: f64,
    /// A bound of the error of the mass, from the fan with a density that knows how far vertices
    /// may be off (`LocalDensity::within`). Not told of parts that are bounded by arcs.
    pub off: f64,
}

impl Moments {
    /// In the units of the problem as given.
    pub fn in_own(self, units: &Units) -> Moments {
        if units.are_its_own() {
            return self;
        }
        let centroid = units.point(self.centroid);
        Moments { mass: units.mass(self.mass), centroid, spread: units.cost(self.spread), off: units.mass(self.off) }
    }
}

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

/// Mass, centroid and spread of a polygon. Cost: O(vertices).
pub fn moments(vertices: &[Point], density: &LocalDensity) -> Moments {
    let Some((o, rest)) = vertices.split_first() else {
        return Moments::default();
    };
    let local: Vec<([f64; 2], f64)> = rest.iter().map(|p| (p.minus(o), density.at(p))).collect();
    let ro = density.at(o);
    let (mut mass, mut first) = (0.0, [0.0; 2]);
    let fan: Vec<f64> = (0..local.len().saturating_sub(1))
        .map(|k| 0.5 * cross(o, &rest[k], &rest[k + 1], local[k].0, local[k + 1].0))
        .collect();
    for (w, &area) in local.windows(2).zip(&fan) {
        let ((a, ra), (b, rb)) = (w[0], w[1]);
        let sum = ro + ra + rb;
        mass += area * sum / 3.0;
        for k in 0..2 {
            first[k] += area * (sum * (a[k] + b[k]) + ra * a[k] + rb * b[k]) / 12.0;
        }
        if density.law.d != 0.0 {
            let [qa, qb, qab] = [a, b, [b[0] - a[0], b[1] - a[1]]].map(|v| density.bend(v));
            mass -= area * (qa + qb + qab) / 12.0;
            for k in 0..2 {
                let v = a[k] + b[k];
                first[k] -= area * (qa * (v + a[k]) + qb * (v + b[k]) + qab * (v + v)) / 60.0;
            }
        }
    }
    if mass <= 0.0 {
        return Moments { mass: 0.0, centroid: o.rounded(), spread: 0.0, off: 0.0 };
    }
    let off = mass_error(o, rest, &local, density) + (8.0 + local.len() as f64) * f64::EPSILON * mass;
    let c = [first[0] / mass, first[1] / mass];
    // Second moment about the centroid: the same formula with shifted vertices, no cancellation.
    let shift = |v: [f64; 2]| [v[0] - c[0], v[1] - c[1]];
    let dot = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
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
        if density.law.d != 0.0 {
            for (p, q) in [(0, 1), (1, 2), (2, 0)] {
                let (p, q) = (t[p].0, t[q].0);
                let short = density.bend([q[0] - p[0], q[1] - p[1]]);
                spread -= area * short * (dot(v, v) + 2.0 * (dot(p, p) + dot(q, q) + dot(p, q))) / 180.0;
            }
        }
    }
    let at = |o: Dd, c: f64| (o + Dd::from_f64(c)).to_f64();
    Moments {
        mass: density.factor * mass,
        centroid: [at(o.x, c[0]), at(o.y, c[1])],
        spread: density.factor * spread.max(0.0),
        off: density.factor * off,
    }
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

/// The moments of a cell from those of its parts.
///
/// Spreads about the parts' own centroids are moved to the common one (parallel axes): no
/// cancellation.
pub fn joined(parts: &[Moments]) -> Moments {
    let mass: f64 = parts.iter().map(|p| p.mass).sum();
    let off = parts.iter().map(|p| p.off).sum::<f64>() + parts.len() as f64 * f64::EPSILON * mass;
    if let [one] = parts {
        return *one;
    }
    if mass <= 0.0 {
        return Moments { mass: 0.0, ..parts.first().copied().unwrap_or_default() };
    }
    // Relative to one of them, so that a far origin costs no digits.
    let o = parts.iter().find(|p| p.mass > 0.0).map_or([0.0; 2], |p| p.centroid);
    let c = [0, 1].map(|k| parts.iter().map(|p| p.mass * (p.centroid[k] - o[k])).sum::<f64>() / mass);
    let spread = parts.iter().map(|p| {
        let d = [0, 1].map(|k| (p.centroid[k] - o[k]) - c[k]);
        p.spread + p.mass * (d[0] * d[0] + d[1] * d[1])
    });
    Moments { mass, spread: spread.sum(), centroid: [o[0] + c[0], o[1] + c[1]], off }
}

/// `int_facet rho / |y_i - y_j|` of the facet from `a` to `b` on the wall between `i` and `j`, at
/// least 0.
///
/// The facet is `t` times `y_j - y_i` turned by a right angle; `t` is taken as the ratio of the
/// larger components, so there is no square root and no cancellation. Antisymmetric data give the
/// same bits from both sides.
#[inline(always)]
pub fn conductance(a: &Point, b: &Point, yi: [f64; 2], yj: [f64; 2], density: &LocalDensity) -> f64 {
    let e = b.minus(a);
    let d = [yj[0] - yi[0], yj[1] - yi[1]];
    let t = if d[0].abs() >= d[1].abs() { e[1] / d[0] } else { -e[0] / d[1] };
    if t > 0.0 { t * density.mean(a, b) } else { 0.0 }
}
