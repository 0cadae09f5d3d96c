//! Which of two sites wins where a line of the domain crosses a line of a grid: predicate C.

use super::super::{Counters, big};
use super::side::{s, s_exact};
use super::{Lifted, U, UNDERFLOW};

/// The point of the line through two points whose coordinate along one axis is given. It lies
/// strictly between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CutPoint {
    /// The two points, ascending along the axis.
    pub ends: [[f64; 2]; 2],
    /// 0 or 1.
    pub axis: usize,
    /// The coordinate along it.
    pub at: f64,
}

impl CutPoint {
    /// Exact coordinates.
    pub fn exact(&self) -> [big::Rational; 2] {
        let CutPoint { ends: [u, v], axis, at } = *self;
        let r = big::rational;
        let other = 1 - axis;
        let t = (r(at) - r(u[axis])) / (r(v[axis]) - r(u[axis]));
        let across = r(u[other]) + t * (r(v[other]) - r(u[other]));
        if axis == 0 { [r(at), across] } else { [across, r(at)] }
    }
}

/// C: sign of `s_im` at the point, exact for all finite doubles.
///
/// The point is `((v_a - c) u + (c - u_a) v) / (v_a - u_a)` and `s_im` is affine, so the sign is
/// that of `N = (v_a - c) s(u) + (c - u_a) s(v)`; all three differences are positive.
///
/// Filter: a computed difference has relative error `u`, a product two such errors beside those of
/// `s`, and one underflow; the sum adds `u` of the terms. In total below `3u + O(u^2)` of them and
/// the bounds of `s` times the differences; `4u`, and `1.0001` for the rest.
pub fn side_c_sign(i: &Lifted, m: &Lifted, p: &CutPoint, counters: &mut Counters) -> i32 {
    counters.calls += 1;
    let CutPoint { ends: [u, v], axis, at } = *p;
    let (to, from) = (v[axis] - at, at - u[axis]);
    let (su, eu) = s(i, m, u);
    let (sv, ev) = s(i, m, v);
    let (l, r) = (to * su, from * sv);
    let n = l + r;
    let bound = 1.0001 * (to * eu + from * ev + 4.0 * U * (l.abs() + r.abs())) + 2.0 * UNDERFLOW;
    if n > bound {
        return 1;
    }
    if -n > bound {
        return -1;
    }
    counters.filter_failures += 1;
    counters.big += 1;
    let sign = side_c_exact(i, m, p);
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// [`side_c_sign`] by rationals only.
pub fn side_c_exact(i: &Lifted, m: &Lifted, p: &CutPoint) -> i32 {
    let CutPoint { ends: [u, v], axis, at } = *p;
    let r = big::rational;
    let n = (r(v[axis]) - r(at)) * s_exact(i, m, u) + (r(at) - r(u[axis])) * s_exact(i, m, v);
    n.cmp0() as i32
}

/// C after the perturbation: does `i` beat `m` at the point? Ranks in the order `i, m`. Tie: the
/// coefficients of the heights in `N` are `v_a - u_a` and its negative.
pub fn side_c(i: &Lifted, m: &Lifted, p: &CutPoint, rank: [u32; 2], counters: &mut Counters) -> bool {
    match side_c_sign(i, m, p, counters) {
        0 => rank[0] < rank[1],
        s => s > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Dd;

    fn lifted(x: f64, y: f64, h: f64) -> Lifted {
        Lifted { x, y, h: Dd::from_f64(h) }
    }

    /// Filter and rationals agree, on points in general position and on ties; those are seen to
    /// fall through.
    #[test]
    fn the_filter_tells_no_wrong_sign() {
        let mut state = 3u64;
        let mut draw = |n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) % n) as f64
        };
        let (mut zeros, mut counters) = (0, Counters::default());
        for round in 0..4000 {
            let size = if round % 2 == 0 { 1.0 } else { 0.1 };
            let mut point = || [size * draw(5), size * draw(5)];
            let (u, v, a, b) = (point(), point(), point(), point());
            let axis = round % 2;
            let ends = if u[axis] < v[axis] { [u, v] } else { [v, u] };
            let at = 0.5 * ends[0][axis] + 0.5 * ends[1][axis];
            if !(ends[0][axis] < at && at < ends[1][axis]) || a == b {
                continue;
            }
            let p = CutPoint { ends, axis, at };
            let (i, m) = (lifted(a[0], a[1], size * draw(5)), lifted(b[0], b[1], size * draw(5)));
            let sign = side_c_sign(&i, &m, &p, &mut counters);
            assert_eq!(sign, side_c_exact(&i, &m, &p));
            assert_eq!(sign, -side_c_exact(&m, &i, &p));
            // At the coordinates themselves.
            let x = p.exact();
            let value = (big::rational(a[0]) - big::rational(b[0])) * &x[0]
                + (big::rational(a[1]) - big::rational(b[1])) * &x[1]
                + big::rational_dd(i.h)
                - big::rational_dd(m.h);
            assert_eq!(sign, value.cmp0() as i32);
            zeros += usize::from(sign == 0);
            if sign == 0 {
                assert!(side_c(&i, &m, &p, [0, 1], &mut counters) && !side_c(&i, &m, &p, [1, 0], &mut counters));
            }
        }
        assert!(zeros > 20 && counters.big as usize >= zeros, "{zeros}");
    }

    /// Coordinates at both ends of the doubles: underflow and overflow fall through to the
    /// rationals.
    #[test]
    fn extreme_magnitudes() {
        let mut counters = Counters::default();
        for size in [1e-300, 1e-150, 1e150, 1e300] {
            let p = CutPoint { ends: [[0.0, 0.0], [size, size]], axis: 0, at: 0.25 * size };
            let (i, m) = (lifted(size, 0.0, 0.0), lifted(0.0, size, 0.0));
            assert_eq!(side_c_sign(&i, &m, &p, &mut counters), 0, "{size:e}");
            let higher = lifted(size, 0.0, f64::MIN_POSITIVE);
            assert_eq!(side_c_sign(&higher, &m, &p, &mut counters), 1, "{size:e}");
        }
    }
}
