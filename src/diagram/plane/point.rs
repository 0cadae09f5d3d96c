//! Coordinates of labelled vertices: for integrals and output only, never for decisions.
//!
//! Every vertex is a pair of double-doubles with relative accuracy far below an ulp of the domain,
//! by a ladder of its own: one step of iterative refinement for well-conditioned triangles,
//! double-double arithmetic for slivers, rationals when even that would lose digits. The result
//! depends only on the sites named (in a canonical order), so the two or three cells that meet in a
//! vertex see the same bits.

use crate::domain::Corner;
use crate::exact::Dd;
use crate::exact::big::{self, Rational};
use crate::exact::dd::{two_prod, two_sum};
use crate::exact::predicates::{CutPoint, Lifted};
use crate::problem::Units;

/// A point, each coordinate an unevaluated sum of two doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// First coordinate.
    pub x: Dd,
    /// Second coordinate.
    pub y: Dd,
}

impl Point {
    /// The nearest doubles.
    pub fn rounded(&self) -> [f64; 2] {
        [self.x.to_f64(), self.y.to_f64()]
    }

    /// In the units of the problem as given.
    pub fn in_own(&self, units: &Units) -> Point {
        if units.are_its_own() {
            return *self;
        }
        Point { x: units.length_dd(self.x), y: units.length_dd(self.y) }
    }

    /// A point of the problem as given in these units.
    pub fn entering(&self, units: &Units) -> Point {
        if units.are_its_own() {
            return *self;
        }
        Point { x: units.length_dd_in(self.x), y: units.length_dd_in(self.y) }
    }

    /// A point with double coordinates.
    pub fn from_f64(p: [f64; 2]) -> Point {
        Point { x: Dd::from_f64(p[0]), y: Dd::from_f64(p[1]) }
    }

    /// `self - other`, rounded once (relative error a few `u`): exact differences of the leading
    /// parts plus the remainders.
    #[inline(always)]
    pub fn minus(&self, o: &Point) -> [f64; 2] {
        let d = |a: Dd, b: Dd| {
            let (s, e) = two_sum(a.hi, -b.hi);
            s + (e + (a.lo - b.lo))
        };
        [d(self.x, o.x), d(self.y, o.y)]
    }

    fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

/// Above this condition number (permanent over determinant of the 2x2 system) refinement gives way
/// to double-double.
const WELL_CONDITIONED: f64 = 256.0;

/// Above this one double-double gives way to rationals: 2^-100 times it must stay below an ulp.
const ILL_CONDITIONED: f64 = 1099511627776.0; // 2^40

/// Below these magnitudes products of tails underflow; rationals then.
const SMALL: f64 = 1e-120;

/// The point where the sites `a`, `b`, `c` (counter-clockwise) are tied:
/// `<x, y_b - y_a> = h_a - h_b`, same for `c`.
///
/// Solve in doubles; recompute the residual with error-free products; correct once. The first
/// solution has relative error below `2^-50 k` for condition `k`, the correction reduces it by the
/// same factor again, so for `k <= 2^8` the error is below `2^-80` of the coordinates' size.
pub fn centre(a: &Lifted, b: &Lifted, c: &Lifted) -> Point {
    let (px, pxe) = two_sum(b.x, -a.x);
    let (py, pye) = two_sum(b.y, -a.y);
    let (qx, qxe) = two_sum(c.x, -a.x);
    let (qy, qye) = two_sum(c.y, -a.y);
    let f = a.h - b.h;
    let g = a.h - c.h;
    let (l, r) = (px * qy, py * qx);
    let det = l - r;
    let permanent = l.abs() + r.abs();
    // Not `>`: NaN must fall through.
    if !(permanent <= WELL_CONDITIONED * det && permanent > SMALL) {
        return centre_careful(a, b, c);
    }
    let solve = |f: f64, g: f64| ((f * qy - g * py) / det, (g * px - f * qx) / det);
    let (x, y) = solve(f.hi, g.hi);
    // Residual f - x p_x - y p_y, all leading products exact.
    let residual = |f: Dd, px: f64, pxe: f64, py: f64, pye: f64| {
        let (s, se) = two_prod(x, px);
        let (t, te) = two_prod(y, py);
        let (u, ue) = two_sum(f.hi, -s);
        let (v, ve) = two_sum(u, -t);
        v + (((ue + ve) + (f.lo - se - te)) - (x * pxe + y * pye))
    };
    let (dx, dy) = solve(residual(f, px, pxe, py, pye), residual(g, qx, qxe, qy, qye));
    let point = Point { x: Dd::sum(x, dx), y: Dd::sum(y, dy) };
    if point.is_finite() { point } else { centre_careful(a, b, c) }
}

#[cold]
#[inline(never)]
fn centre_careful(a: &Lifted, b: &Lifted, c: &Lifted) -> Point {
    let (px, py) = (Dd::difference(b.x, a.x), Dd::difference(b.y, a.y));
    let (qx, qy) = (Dd::difference(c.x, a.x), Dd::difference(c.y, a.y));
    let (f, g) = (a.h - b.h, a.h - c.h);
    let (l, r) = (px * qy, py * qx);
    let det = l - r;
    let permanent = l.abs().hi + r.abs().hi;
    if permanent <= ILL_CONDITIONED * det.hi && permanent > SMALL {
        let point = Point { x: (f * qy - g * py).over(det), y: (g * px - f * qx).over(det) };
        if point.is_finite() {
            return point;
        }
    }
    rounded(&centre_exact(a, b, c))
}

/// [`centre`] as rationals.
pub fn centre_exact(a: &Lifted, b: &Lifted, c: &Lifted) -> [Rational; 2] {
    let d = |s: f64, t: f64| big::rational(s) - big::rational(t);
    let (px, py, qx, qy) = (d(b.x, a.x), d(b.y, a.y), d(c.x, a.x), d(c.y, a.y));
    let h = |i: &Lifted| big::rational_dd(i.h);
    let (f, g) = (h(a) - h(b), h(a) - h(c));
    let det = Rational::from(&px * &qy) - Rational::from(&py * &qx);
    let x = (Rational::from(&f * &qy) - Rational::from(&g * &py)) / &det;
    let y = (g * px - f * qx) / det;
    [x, y]
}

fn rounded(p: &[Rational; 2]) -> Point {
    Point { x: big::nearest_dd(&p[0]).0, y: big::nearest_dd(&p[1]).0 }
}

/// The point where sites `i` and `j` are tied on the domain edge from `u` to `v`: `u + t (v - u)`,
/// `t = s(u)/(s(u) - s(v))`.
///
/// In double-double; the numbers `s` lose digits by cancellation against their terms, and rationals
/// take over when that would leave less than 60 bits of `t`.
pub fn crossing(i: &Lifted, j: &Lifted, u: [f64; 2], v: [f64; 2]) -> Point {
    let (dx, dy) = (Dd::difference(i.x, j.x), Dd::difference(i.y, j.y));
    let f = i.h - j.h;
    let (ex, ey) = (Dd::difference(v[0], u[0]), Dd::difference(v[1], u[1]));
    let at_u = dx.times(u[0]) + dy.times(u[1]) + f;
    let along = dx * ex + dy * ey; // s(v) - s(u)
    let size = (dx.hi * u[0]).abs() + (dy.hi * u[1]).abs() + f.hi.abs();
    let size_along = (dx.hi * ex.hi).abs() + (dy.hi * ey.hi).abs();
    let lost = (size + size_along) * 2f64.powi(-100);
    if lost <= along.hi.abs() * 2f64.powi(-60) && size_along > SMALL {
        let t = -at_u.over(along);
        let point = Point { x: Dd::from_f64(u[0]) + t * ex, y: Dd::from_f64(u[1]) + t * ey };
        if point.is_finite() {
            return point;
        }
    }
    rounded(&crossing_exact(i, j, u, v))
}

/// A corner of an outline.
///
/// Where two lines cross: `u + t (v - u)` with `t` between 0 and 1 good to `2^-102`, so the point
/// is off by `2^-100` of the line's size.
#[inline(always)]
pub fn corner(corner: Corner) -> Point {
    match corner {
        Corner::At(p) => Point::from_f64(p),
        Corner::Crossing(p) => crossing_of_grid(&p),
    }
}

#[inline(never)]
fn crossing_of_grid(p: &CutPoint) -> Point {
    let CutPoint { ends: [u, v], axis, at } = *p;
    let other = 1 - axis;
    let t = Dd::difference(at, u[axis]).over(Dd::difference(v[axis], u[axis]));
    let across = Dd::from_f64(u[other]) + t * Dd::difference(v[other], u[other]);
    let at = Dd::from_f64(at);
    let point = if axis == 0 { Point { x: at, y: across } } else { Point { x: across, y: at } };
    if point.is_finite() { point } else { rounded(&p.exact()) }
}

/// [`crossing`] as rationals.
pub fn crossing_exact(i: &Lifted, j: &Lifted, u: [f64; 2], v: [f64; 2]) -> [Rational; 2] {
    let r = big::rational;
    let (dx, dy) = (r(i.x) - r(j.x), r(i.y) - r(j.y));
    let f = big::rational_dd(i.h) - big::rational_dd(j.h);
    let (ex, ey) = (r(v[0]) - r(u[0]), r(v[1]) - r(u[1]));
    let at_u = Rational::from(&dx * &r(u[0])) + Rational::from(&dy * &r(u[1])) + f;
    let along = dx * &ex + dy * &ey;
    let t = -at_u / along;
    [r(u[0]) + Rational::from(&t * &ex), r(u[1]) + t * ey]
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dice(u64);

    impl Dice {
        /// In `-1 .. 1`.
        fn real(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        }
    }

    fn tied(y: [f64; 2], x: [f64; 2], scale: f64) -> Lifted {
        let value: Rational = (0..2).map(|k| big::rational(y[k]) * big::rational(x[k])).sum();
        let y = y.map(|c| c * scale);
        Lifted::new(y, big::nearest_dd(&(-value * big::rational(scale))).0)
    }

    fn off(found: Point, exact: &[Rational; 2]) -> f64 {
        let off = |found: Dd, exact: &Rational| big::nearest_f64(&(big::rational_dd(found) - exact)).abs();
        off(found.x, &exact[0]).max(off(found.y, &exact[1]))
    }

    /// Triangles of sites from well-shaped ones to slivers of all bits, and down to sizes where
    /// products underflow: a vertex in the unit square is off by less than `2^-60`.
    #[test]
    fn vertices_are_near_the_exact_ones_whatever_the_triangle() {
        let (mut d, mut asked) = (Dice(1), [0; 8]);
        for round in 0..16_000 {
            let thin = 2f64.powi(-(round % 64));
            let scale =
                [1.0, 2f64.powi(-100), 2f64.powi(-300), 2f64.powi(-515), 2f64.powi(-530)][round as usize / 64 % 5];
            let x = [d.real(), d.real()];
            let (a, along) = ([d.real(), d.real()], [d.real(), d.real()]);
            let t = d.real();
            let b = [0, 1].map(|k| a[k] + along[k]);
            let c = [0, 1].map(|k| a[k] + t * along[k] + thin * d.real());
            let [mut a, mut b, mut c] = [a, b, c].map(|y| tied(y, x, scale));
            match crate::exact::predicates::orient2d_exact(a.site(), b.site(), c.site()) {
                0 => continue,
                1 => {}
                _ => std::mem::swap(&mut b, &mut c),
            }
            let exact = centre_exact(&a, &b, &c);
            if exact.iter().any(|x| Rational::from(x.abs_ref()) > 1) {
                continue;
            }
            let error = off(centre(&a, &b, &c), &exact);
            assert!(error <= 2f64.powi(-60), "{error:e} {a:?} {b:?} {c:?}");
            asked[round as usize % 64 / 8] += 1;
            // The same bits from any corner are not promised; the same accuracy is.
            (a, b, c) = (b, c, a);
            assert!(off(centre(&a, &b, &c), &exact) <= 2f64.powi(-60));
        }
        assert!(asked.iter().all(|&n| n > 100), "{asked:?}");
    }

    /// Walls nearly along the edge of a domain, and sites of which all digits cancel.
    #[test]
    fn crossings_are_near_the_exact_ones_whatever_the_angle() {
        let (mut d, mut asked) = (Dice(2), 0);
        for round in 0..8000 {
            let thin = 2f64.powi(-(round % 64));
            let scale =
                [1.0, 2f64.powi(-100), 2f64.powi(-300), 2f64.powi(-515), 2f64.powi(-530)][round as usize / 64 % 5];
            let (u, v) = ([d.real(), d.real()], [d.real(), d.real()]);
            let t = 0.5 + 0.5 * d.real();
            let x = [0, 1].map(|k| u[k] + t * (v[k] - u[k]));
            let i = [d.real(), d.real()];
            let across = d.real();
            // Their difference is nearly at right angles to the edge.
            let j = [i[0] - across * (v[1] - u[1]) + thin * d.real(), i[1] + across * (v[0] - u[0])];
            let [i, j] = [i, j].map(|y| tied(y, x, scale));
            let s = |p: [f64; 2]| crate::exact::predicates::side_v_exact(&i, &j, p);
            if s(u) * s(v) != -1 {
                continue;
            }
            let error = off(crossing(&i, &j, u, v), &crossing_exact(&i, &j, u, v));
            assert!(error <= 2f64.powi(-57), "{error:e} {i:?} {j:?} {u:?} {v:?}");
            asked += 1;
        }
        assert!(asked > 4000, "{asked}");
    }
}
