//! Orientation of three points, and of four in space; sign of a dot product of differences.

use super::super::{Counters, big};
use super::{U, UNDERFLOW, orient3d_sign};

/// Sign of `det [a - c; b - c]`: 1 if `a, b, c` turn counter-clockwise, -1 if clockwise, 0 if
/// collinear. Exact for all finite doubles.
///
/// Filter: with `l = fl((ax-cx)(by-cy))`, `r` likewise,
/// `|fl(l - r) - det| <= (3u + 16u^2)(|l| + |r|)` plus one underflow a product (Shewchuk 1997,
/// section 4.1); `4u` leaves slack for rounding the bound. Second stage: `robust` (Shewchuk's
/// expansions) where its exponent range holds; else big integers.
#[inline(always)]
pub fn orient2d(a: [f64; 2], b: [f64; 2], c: [f64; 2], counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let l = (a[0] - c[0]) * (b[1] - c[1]);
    let r = (a[1] - c[1]) * (b[0] - c[0]);
    let det = l - r;
    let bound = 4.0 * U * (l.abs() + r.abs()) + UNDERFLOW;
    if det > bound {
        return 1;
    }
    if -det > bound {
        return -1;
    }
    counters.filter_failures += 1;
    orient2d_careful(a, b, c, counters)
}

#[cold]
#[inline(never)]
fn orient2d_careful(a: [f64; 2], b: [f64; 2], c: [f64; 2], counters: &mut Counters) -> i32 {
    // Differences are below 2^201, tails of products at least 2^-(2*(200+53)): no expansion under-
    // or overflows.
    let in_range = |v: f64| v == 0.0 || (2f64.powi(-200)..2f64.powi(200)).contains(&v.abs());
    let sign = if [a, b, c].iter().all(|p| in_range(p[0]) && in_range(p[1])) {
        let at = |p: [f64; 2]| robust::Coord { x: p[0], y: p[1] };
        let det = robust::orient2d(at(a), at(b), at(c));
        i32::from(det > 0.0) - i32::from(det < 0.0)
    } else {
        counters.big += 1;
        orient2d_exact(a, b, c)
    };
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`orient2d`] by big integers only: its twin for tests, and its last stage.
pub fn orient2d_exact(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> i32 {
    let x = big::common_integers(&[a[0], b[0], c[0]]);
    let y = big::common_integers(&[a[1], b[1], c[1]]);
    let d = |v: &[big::Integer], k: usize| big::Integer::from(&v[k] - &v[2]);
    big::sign(&(d(&x, 0) * d(&y, 1) - d(&y, 0) * d(&x, 1)))
}

/// [`orient2d`] without counters.
pub fn orient2d_sign(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> i32 {
    orient2d(a, b, c, &mut Counters::default())
}

/// Sign of `det[b - a; c - a; d - a]`: 1 if `a, b, c` turn counter-clockwise as seen from `d`, 0 in
/// one plane. Exact for all finite doubles; [`orient3d_sign`] behind a filter.
///
/// Filter, of the rows from `d`, whose determinant is minus this: differences have relative error
/// `u`; a minor is `fl(p - q)` of products with three such errors, so off by at most `(4u + 8u^2)
/// (|p| + |q|)`; a third difference and the product add `2u`, the sum of three products `2u`. Total
/// below `(8u + O(u^2))` of the permanent, which is computed to `(1 + u)^6`; `10u` covers all.
/// Underflow: a minor loses at most `2 2^-1075`, times the third difference; hence the last term.
#[inline(always)]
pub fn orient3d(a: &[f64; 3], b: &[f64; 3], c: &[f64; 3], d: &[f64; 3], counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let [ax, ay, az] = [a[0] - d[0], a[1] - d[1], a[2] - d[2]];
    let [bx, by, bz] = [b[0] - d[0], b[1] - d[1], b[2] - d[2]];
    let [cx, cy, cz] = [c[0] - d[0], c[1] - d[1], c[2] - d[2]];
    let (p0, q0) = (bx * cy, by * cx);
    let (p1, q1) = (cx * ay, cy * ax);
    let (p2, q2) = (ax * by, ay * bx);
    let det = az * (p0 - q0) + bz * (p1 - q1) + cz * (p2 - q2);
    let [za, zb, zc] = [az.abs(), bz.abs(), cz.abs()];
    let permanent = za * (p0.abs() + q0.abs()) + zb * (p1.abs() + q1.abs()) + zc * (p2.abs() + q2.abs());
    let bound = 10.0 * U * permanent + UNDERFLOW * (1.0 + (za + zb + zc));
    if det > bound {
        return -1;
    }
    if -det > bound {
        return 1;
    }
    counters.filter_failures += 1;
    orient3d_careful(a, b, c, d, counters)
}

#[cold]
#[inline(never)]
fn orient3d_careful(a: &[f64; 3], b: &[f64; 3], c: &[f64; 3], d: &[f64; 3], counters: &mut Counters) -> i32 {
    let sign = orient3d_sign(*a, *b, *c, *d);
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// Sign of `<a - b, p - q>`, exact for all finite doubles. Same filter as [`orient2d`].
pub fn dot_sign(a: [f64; 2], b: [f64; 2], p: [f64; 2], q: [f64; 2]) -> i32 {
    let l = (a[0] - b[0]) * (p[0] - q[0]);
    let r = (a[1] - b[1]) * (p[1] - q[1]);
    let dot = l + r;
    let bound = 4.0 * U * (l.abs() + r.abs()) + UNDERFLOW;
    if dot > bound {
        1
    } else if -dot > bound {
        -1
    } else {
        dot_sign_exact(a, b, p, q)
    }
}

/// [`dot_sign`] by big numbers only.
pub fn dot_sign_exact(a: [f64; 2], b: [f64; 2], p: [f64; 2], q: [f64; 2]) -> i32 {
    let d = |s: f64, t: f64| big::rational(s) - big::rational(t);
    (d(a[0], b[0]) * d(p[0], q[0]) + d(a[1], b[1]) * d(p[1], q[1])).cmp0() as i32
}
