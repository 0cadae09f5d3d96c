//! Which of two sites wins at a labelled point of the domain's boundary: predicates V and E.

use super::super::{Counters, big};
use super::{Lifted, U, UNDERFLOW, dot_sign, height_difference};

/// `s_ij(x)` and a bound on its error.
///
/// `fl((x_i - x_j) v_0)` has relative error `2u + u^2` plus one underflow, the same for the other
/// product, the height difference `(2u + 4u^2) g`, the two sums add `2u` of the partial sums: in
/// total below `(4u + O(u^2)) (|p| + |q| + g)`; `5u` used.
#[inline(always)]
pub(super) fn s(i: &Lifted, j: &Lifted, x: [f64; 2]) -> (f64, f64) {
    let p = (i.x - j.x) * x[0];
    let q = (i.y - j.y) * x[1];
    let (h, g) = height_difference(i.h, j.h);
    ((p + q) + h, 5.0 * U * ((p.abs() + q.abs()) + g) + UNDERFLOW)
}

pub(super) fn s_exact(i: &Lifted, j: &Lifted, x: [f64; 2]) -> big::Rational {
    let d = |a: f64, b: f64| big::rational(a) - big::rational(b);
    d(i.x, j.x) * big::rational(x[0]) + d(i.y, j.y) * big::rational(x[1]) + big::rational_dd(i.h)
        - big::rational_dd(j.h)
}

/// V: sign of `s_im(v)` at the point `v`, exact for all finite doubles.
#[inline(always)]
pub fn side_v_sign(i: &Lifted, m: &Lifted, v: [f64; 2], counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let (value, bound) = s(i, m, v);
    if value > bound {
        return 1;
    }
    if -value > bound {
        return -1;
    }
    counters.filter_failures += 1;
    counters.big += 1;
    let sign = side_v_exact(i, m, v);
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`side_v_sign`] by rationals only.
pub fn side_v_exact(i: &Lifted, m: &Lifted, v: [f64; 2]) -> i32 {
    s_exact(i, m, v).cmp0() as i32
}

/// V after the perturbation: does `i` beat `m` at `v`? Ranks in the order `i, m`. Tie: the
/// coefficients are 1 and -1.
#[inline(always)]
pub fn side_v(i: &Lifted, m: &Lifted, v: [f64; 2], rank: [u32; 2], counters: &mut Counters) -> bool {
    match side_v_sign(i, m, v, counters) {
        0 => rank[0] < rank[1],
        s => s > 0,
    }
}

/// A box about a point, for [`wins_on_box`]: of a set of points the differences to `centre` are at
/// most `half` in absolute value.
#[derive(Clone, Copy, Debug)]
pub struct BoxAbout {
    centre: [f64; 2],
    half: [f64; 2],
}

impl BoxAbout {
    /// Around finite points. `fl(v - c)` is `(v - c)(1 + d)` with `|d| <= u`, so `(1 + 4u)` times
    /// it is no less than `v - c`.
    pub fn of(points: &[[f64; 2]]) -> BoxAbout {
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for p in points {
            for k in 0..2 {
                (low[k], high[k]) = (low[k].min(p[k]), high[k].max(p[k]));
            }
        }
        let centre = [0, 1].map(|k| 0.5 * low[k] + 0.5 * high[k]);
        let half = [0, 1].map(|k| (high[k] - centre[k]).max(centre[k] - low[k]) * (1.0 + 4.0 * U));
        BoxAbout { centre, half }
    }
}

/// Does `i` certainly beat `m` on the whole box? A filter only: `false` says nothing.
///
/// `s_im` is affine with gradient `y_i - y_m`, so on the box it is at least
/// `s_im(centre) - |x_i - x_m| half_0 - |y_i - y_m| half_1`; the differences, products and the sum
/// are each off by a factor `1 + d`, `|d| <= u`, and one underflow each, which `1 + 8u` and the
/// slack in the bound of `s` cover.
#[inline(always)]
pub fn wins_on_box(i: &Lifted, m: &Lifted, at: &BoxAbout) -> bool {
    let (value, bound) = s(i, m, at.centre);
    let reach = (i.x - m.x).abs() * at.half[0] + (i.y - m.y).abs() * at.half[1];
    value > (1.0 + 8.0 * U) * reach + 2.0 * bound
}

/// The point where bisector `ij` crosses a domain edge: `i` wins at the end `p`, `j` at the end `q`
/// (after the perturbation).
#[derive(Clone, Copy, Debug)]
pub struct EdgePoint {
    /// End of the edge where `i` beats `j`.
    pub p: [f64; 2],
    /// End of the edge where `j` beats `i`.
    pub q: [f64; 2],
}

/// E: sign of `s_im` at the point where bisector `ij` meets the edge `pq`, exact for all finite
/// doubles.
///
/// That point is `(s_ij(p) q - s_ij(q) p) / (s_ij(p) - s_ij(q))` and `s_im` is affine, so the sign
/// is that of `N = s_ij(p) s_im(q) - s_ij(q) s_im(p)`; the denominator is positive:
/// `s_ij(p) >= 0 >= s_ij(q)`, and both vanish only if the perturbation gave both ends to the same
/// site.
///
/// Filter: with computed `s` and bounds `e`, `|error of a product| <= |s| e' + |s'| e + e e'` plus
/// `u` for the product and `u` for the difference; `1.0001` covers the second-order terms and the
/// rounding of the bound.
pub fn side_e_sign(i: &Lifted, j: &Lifted, m: &Lifted, at: EdgePoint, counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let (ap, eap) = s(i, j, at.p);
    let (aq, eaq) = s(i, j, at.q);
    let (bp, ebp) = s(i, m, at.p);
    let (bq, ebq) = s(i, m, at.q);
    let (l, r) = (ap * bq, aq * bp);
    let n = l - r;
    let data = ap.abs() * ebq + bq.abs() * eap + eap * ebq + aq.abs() * ebp + bp.abs() * eaq + eaq * ebp;
    let bound = 1.0001 * (data + 2.0 * U * (l.abs() + r.abs())) + UNDERFLOW;
    if n > bound {
        return 1;
    }
    if -n > bound {
        return -1;
    }
    counters.filter_failures += 1;
    counters.big += 1;
    let sign = side_e_exact(i, j, m, at);
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`side_e_sign`] by rationals only.
pub fn side_e_exact(i: &Lifted, j: &Lifted, m: &Lifted, at: EdgePoint) -> i32 {
    let n = s_exact(i, j, at.p) * s_exact(i, m, at.q) - s_exact(i, j, at.q) * s_exact(i, m, at.p);
    n.cmp0() as i32
}

/// E after the perturbation: does `i` beat `m` where bisector `ij` meets the edge? Ranks in the
/// order `i, j, m`.
///
/// Tie: the quadratic terms of `N` in the perturbations cancel, and its linear coefficients are
/// `<y_m - y_j, p - q>` for `h_i`, `<y_i - y_m, p - q>` for `h_j`, `-<y_i - y_j, p - q>` for `h_m`;
/// the last one is negative.
pub fn side_e(i: &Lifted, j: &Lifted, m: &Lifted, at: EdgePoint, rank: [u32; 3], counters: &mut Counters) -> bool {
    let sign = side_e_sign(i, j, m, at, counters);
    if sign != 0 {
        return sign > 0;
    }
    let mut order = [0usize, 1, 2];
    order.sort_unstable_by_key(|&k| rank[k]);
    for k in order {
        let coefficient = match k {
            0 => dot_sign(m.site(), j.site(), at.p, at.q),
            1 => dot_sign(i.site(), m.site(), at.p, at.q),
            _ => -1,
        };
        if coefficient != 0 {
            return coefficient > 0;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a box about points.
    #[test]
    fn boxes_hold_their_points() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for round in 0..4000 {
            let far = [0.0, 1.0, -1e3, 1e9][round % 4];
            let points = [0; 3].map(|_| [far + draw() - 0.5, far + 0.25 - draw()]);
            let BoxAbout { centre, half } = BoxAbout::of(&points);
            for (p, k) in points.iter().flat_map(|p| [(p, 0), (p, 1)]) {
                let apart = (big::rational(p[k]) - big::rational(centre[k])).abs();
                assert!(apart <= big::rational(half[k]), "{points:?} {centre:?} {half:?}");
            }
        }
    }
}
