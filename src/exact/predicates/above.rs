//! Is a lifted site above the plane (or line) through others? The hull test, and predicate B2.
//!
//! Algebra: with rows relative to `d`, `D = det [x y h] = sum h_k M_k`, `M_k` the minors. If
//! `a, b, c` turn counter-clockwise and `d` lies `t` above their plane, subtracting the plane from
//! the `h` column (a column operation) leaves `h_k = -t`, so `D = -t orient2d(a, b, c)`: **`d` is
//! above iff `D < 0`**.
//!
//! B2: at the vertex `x` where `s_ij = s_il = 0`, the plane through the lifted `i, j, l` is
//! `h = U - <x, y>` with `U = <x,y_i> + h_i`, so `s_im(x) = U - <x,y_m> - h_m` is minus the height
//! of `m` above that plane.

use super::super::{Counters, big, wide};
use super::{Lifted, U, UNDERFLOW, height_difference, orient2d};

/// Sign of the height of `d` above the plane through `a, b, c`, which must turn counter-clockwise:
/// 1 above, 0 on, -1 below.
///
/// Filter: coordinate differences have relative error `u`; each minor is `fl(p - q)`, `p, q`
/// products with relative error `(1+u)^3`, so its error is at most `(4u + 8u^2)(|p| + |q|)`; the
/// height difference has error `(2u + 4u^2) g`; the product of both adds `u`, the sum of three
/// products `2u` of the partial sums. Total below `(9u + O(u^2)) sum g_k (|p_k| + |q_k|)`; the
/// computed permanent is within `(1+u)^6` of that sum. `10u` covers all. Underflow: a minor loses
/// at most `2 2^-1075`, multiplied by `|h| <= (1+u) g`; hence the term with `g`.
#[inline(always)]
pub fn above_sign(a: &Lifted, b: &Lifted, c: &Lifted, d: &Lifted, counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let (ax, ay) = (a.x - d.x, a.y - d.y);
    let (bx, by) = (b.x - d.x, b.y - d.y);
    let (cx, cy) = (c.x - d.x, c.y - d.y);
    let (ah, ag) = height_difference(a.h, d.h);
    let (bh, bg) = height_difference(b.h, d.h);
    let (ch, cg) = height_difference(c.h, d.h);
    let (p0, q0) = (bx * cy, by * cx);
    let (p1, q1) = (cx * ay, cy * ax);
    let (p2, q2) = (ax * by, ay * bx);
    let det = ah * (p0 - q0) + bh * (p1 - q1) + ch * (p2 - q2);
    let permanent = ag * (p0.abs() + q0.abs()) + bg * (p1.abs() + q1.abs()) + cg * (p2.abs() + q2.abs());
    let bound = 10.0 * U * permanent + UNDERFLOW * (1.0 + (ag + bg + cg));
    if det > bound {
        return -1;
    }
    if -det > bound {
        return 1;
    }
    counters.filter_failures += 1;
    above_careful(a, b, c, d, counters)
}

#[cold]
#[inline(never)]
fn above_careful(a: &Lifted, b: &Lifted, c: &Lifted, d: &Lifted, counters: &mut Counters) -> i32 {
    let fixed = || {
        let x = wide::differences([a.x, b.x, c.x], d.x)?;
        let y = wide::differences([a.y, b.y, c.y], d.y)?;
        let h = wide::differences_dd([a.h, b.h, c.h], d.h)?;
        wide::determinant_sign(&x, &y, &h)
    };
    let sign = match fixed() {
        Some(determinant) => -determinant,
        None => {
            counters.big += 1;
            above_exact(a, b, c, d)
        }
    };
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`above_sign`] by big integers only: its twin for tests, and its last stage.
pub fn above_exact(a: &Lifted, b: &Lifted, c: &Lifted, d: &Lifted) -> i32 {
    let column = |f: fn(&Lifted) -> f64| {
        let v = big::common_integers(&[f(a), f(b), f(c), f(d)]);
        [0, 1, 2].map(|k| big::Integer::from(&v[k] - &v[3]))
    };
    let (x, y) = (column(|p| p.x), column(|p| p.y));
    let v = big::common_integers(&[a.h.hi, b.h.hi, c.h.hi, d.h.hi, a.h.lo, b.h.lo, c.h.lo, d.h.lo]);
    let h = [0, 1, 2].map(|k| big::Integer::from(&v[k] - &v[3]) + &v[k + 4] - &v[7]);
    -big::sign_of_triple_sum(&[
        (&x[1], &y[2], &h[0], false),
        (&y[1], &x[2], &h[0], true),
        (&x[2], &y[0], &h[1], false),
        (&y[2], &x[0], &h[1], true),
        (&x[0], &y[1], &h[2], false),
        (&y[0], &x[1], &h[2], true),
    ])
}

/// Is `d` above the plane through `a, b, c` (counter-clockwise) after the perturbation? Ranks in
/// the order `a, b, c, d`.
///
/// Tie: the height above the plane is `h_d - sum l_k h_k` with the barycentric coordinates of `d`,
/// e.g. `l_a = orient2d(d, b, c) / orient2d(a, b, c)`; the coefficient of `h_d` is 1, so a non-zero
/// coefficient exists.
#[inline(always)]
pub fn above(p: [&Lifted; 4], rank: impl Fn() -> [u32; 4], counters: &mut Counters) -> bool {
    match above_sign(p[0], p[1], p[2], p[3], counters) {
        0 => break_tie(p.map(Lifted::site), rank(), counters),
        s => s > 0,
    }
}

#[cold]
#[inline(never)]
fn break_tie(y: [[f64; 2]; 4], rank: [u32; 4], counters: &mut Counters) -> bool {
    let mut order = [0usize, 1, 2, 3];
    order.sort_unstable_by_key(|&k| rank[k]);
    for k in order {
        let coefficient = match k {
            0 => -orient2d(y[3], y[1], y[2], counters),
            1 => -orient2d(y[0], y[3], y[2], counters),
            2 => -orient2d(y[0], y[1], y[3], counters),
            _ => 1,
        };
        if coefficient != 0 {
            return coefficient > 0;
        }
    }
    unreachable!("the coefficient of d is 1")
}

/// For collinear sites: sign of the height of `d` above the line through the lifted `a`, `b`
/// (distinct sites), extended beyond them. Exact for all finite doubles.
///
/// Let `t` be the coordinate in which `a` and `b` differ more. The height is
/// `((h_d - h_a)(t_b - t_a) - (h_b - h_a)(t_d - t_a)) / (t_b - t_a)`. Filter as in [`above_sign`]:
/// `(5u + O(u^2))`, `6u` used.
pub fn above_line_sign(a: &Lifted, b: &Lifted, d: &Lifted, counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let t = line_coordinate(a, b);
    let (tb, td) = (t(b) - t(a), t(d) - t(a));
    let (hd, gd) = height_difference(d.h, a.h);
    let (hb, gb) = height_difference(b.h, a.h);
    let (p, q) = (hd * tb, hb * td);
    let det = p - q;
    let bound = 6.0 * U * (gd * tb.abs() + gb * td.abs()) + UNDERFLOW;
    let direction = if t(b) > t(a) { 1 } else { -1 };
    if det.abs() > bound {
        return if det > 0.0 { direction } else { -direction };
    }
    counters.filter_failures += 1;
    let fixed = || {
        let t = wide::differences([t(d), t(b)], t(a))?;
        let h = wide::differences_dd([d.h, b.h], a.h)?;
        Some(wide::cross_sign(&h, &t))
    };
    let sign = match fixed() {
        Some(s) => direction * s,
        None => {
            counters.big += 1;
            above_line_exact(a, b, d)
        }
    };
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

fn line_coordinate(a: &Lifted, b: &Lifted) -> fn(&Lifted) -> f64 {
    // Any coordinate that differs serves; the larger one conditions the filter.
    if (b.x - a.x).abs() >= (b.y - a.y).abs() && a.x != b.x { |p| p.x } else { |p| p.y }
}

/// [`above_line_sign`] by rationals only.
pub fn above_line_exact(a: &Lifted, b: &Lifted, d: &Lifted) -> i32 {
    let t = line_coordinate(a, b);
    let (ta, ha) = (big::rational(t(a)), big::rational_dd(a.h));
    let (tb, hb) = (big::rational(t(b)) - &ta, big::rational_dd(b.h) - &ha);
    let (td, hd) = (big::rational(t(d)) - &ta, big::rational_dd(d.h) - &ha);
    let direction = tb.cmp0() as i32;
    direction * ((hd * tb - hb * td).cmp0() as i32)
}

/// Is `d` above the line through the lifted `a`, `b` after the perturbation? Ranks in the order
/// `a, b, d`.
///
/// Coefficients: `h_d`: 1; `h_a`: `-(t_b - t_d)/(t_b - t_a)`; `h_b`: `-(t_d - t_a)/(t_b - t_a)`.
pub fn above_line(p: [&Lifted; 3], rank: [u32; 3], counters: &mut Counters) -> bool {
    let sign = above_line_sign(p[0], p[1], p[2], counters);
    if sign != 0 {
        return sign > 0;
    }
    let t = line_coordinate(p[0], p[1]);
    let (a, b, d) = (t(p[0]), t(p[1]), t(p[2]));
    let compare = |x: f64, y: f64| i32::from(x > y) - i32::from(x < y);
    let direction = compare(b, a);
    let coefficient = [-compare(b, d) * direction, -compare(d, a) * direction, 1];
    let mut order = [0usize, 1, 2];
    order.sort_unstable_by_key(|&k| rank[k]);
    order.into_iter().map(|k| coefficient[k]).find(|&c| c != 0).is_none_or(|c| c > 0)
}
