//! Four points of space on one plane, or on which side: for points `n / s` that are no doubles.

use super::super::{Counters, Dd, big};
use super::U;

/// The point `n / s` of space, for `s > 0`; and its polar, the half-space `<n, x> <= s`. Both
/// readings share all signs below.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pole {
    /// A direction, of any length but zero.
    pub n: [f64; 3],
    /// What it is divided by.
    pub s: Dd,
}

/// `det [n_a s_a; n_b s_b; n_c s_c; n s]` as a linear function of the last row: the plane through
/// three points, with what a filter needs.
///
/// Four points `n / s` have the same sign as the determinant of their rows, for `s > 0`: it is
/// positive where the fourth lies below the plane, seen from where `a, b, c` turn
/// counter-clockwise. Adding `<n_i, v>` to every `s_i` changes no determinant: the polars moved by
/// `v`.
#[derive(Clone, Copy, Debug)]
pub struct PolePlane {
    value: [f64; 4],
    size: [f64; 4],
}

/// Minor of three rows and three of their columns, and the same with all signs positive.
fn minor(r: [[f64; 3]; 3]) -> (f64, f64) {
    let [a, b, c] = r;
    let pair = |i: usize, j: usize| {
        let (p, q) = (b[i] * c[j], b[j] * c[i]);
        (p - q, p.abs() + q.abs())
    };
    let (x, y, z) = (pair(1, 2), pair(0, 2), pair(0, 1));
    let value = (a[0] * x.0 - a[1] * y.0) + a[2] * z.0;
    (value, (a[0].abs() * x.1 + a[1].abs() * y.1) + a[2].abs() * z.1)
}

impl PolePlane {
    /// The plane through three points.
    pub fn through(a: &Pole, b: &Pole, c: &Pole) -> PolePlane {
        let [a, b, c] = [a, b, c].map(|p| [p.n[0], p.n[1], p.n[2], p.s.hi]);
        let of = |i: usize, j: usize, k: usize| minor([a, b, c].map(|r| [r[i], r[j], r[k]]));
        let (x, y, z, s) = (of(1, 2, 3), of(0, 2, 3), of(0, 1, 3), of(0, 1, 2));
        PolePlane { value: [-x.0, y.0, -z.0, s.0], size: [x.1, y.1, z.1, s.1] }
    }

    /// Does the filter see that the three points are not on one line?
    pub fn is_plane(&self) -> bool {
        (0..4).any(|k| self.value[k].abs() > FILTER * self.size[k] + LOST)
    }

    /// The sign of the determinant of three rows, of which this is the plane, and a fourth; 0 where
    /// the four points lie in one plane. Exact for all finite numbers.
    ///
    /// Filter: each term of the determinant is a product of four numbers, rounded at most nine
    /// times on its way (2 products and a difference in a pair, a product and 2 sums in a minor, a
    /// product and 3 sums here), and `s.hi` for `s` is a tenth: the error is at most
    /// `((1 + u)^10 - 1) p` for the sum `p` of the terms' sizes, which is itself computed to
    /// `(1 - u)^9`. `12 u p` covers both. A product that underflows is off by `2^-1075`, times two
    /// more factors of at most `2^250`: less than `2^-570` for all of them together. Callers keep
    /// their numbers below that (a row may be multiplied by any power of two).
    #[inline]
    pub fn side(&self, rows: [&Pole; 3], d: &Pole, counters: &mut Counters) -> i32 {
        counters.calls += 1;
        let (v, p) = (self.value, self.size);
        let (n, s) = (d.n, d.s.hi);
        let value = (v[0] * n[0] + v[1] * n[1]) + (v[2] * n[2] + v[3] * s);
        let size = (p[0] * n[0].abs() + p[1] * n[1].abs()) + (p[2] * n[2].abs() + p[3] * s.abs());
        let bound = FILTER * size + LOST;
        if value > bound {
            return 1;
        }
        if -value > bound {
            return -1;
        }
        counters.filter_failures += 1;
        let [a, b, c] = rows;
        careful([a, b, c, d], size, counters)
    }
}

/// See [`PolePlane::side`].
const FILTER: f64 = 12.0 * U;

/// See [`PolePlane::side`]: `2^-570`.
const LOST: f64 = f64::from_bits((1023 - 570) << 52);

/// The second stage, in double-doubles: an operation is off by less than `2^-103` of its result,
/// and a term meets fewer than 16 of them: `2^-98 p` covers them and the rounding of `p`.
#[cold]
#[inline(never)]
fn careful(rows: [&Pole; 4], size: f64, counters: &mut Counters) -> i32 {
    let in_range = |v: f64| v == 0.0 || (2f64.powi(-200)..2f64.powi(200)).contains(&v.abs());
    if rows.iter().all(|r| r.n.iter().all(|v| in_range(*v)) && in_range(r.s.hi)) {
        let plane = pole_plane_dd([rows[0], rows[1], rows[2]]);
        let d = rows[3];
        let value = (plane[0].times(d.n[0]) + plane[1].times(d.n[1])) + (plane[2].times(d.n[2]) + plane[3] * d.s);
        if value.hi.abs() > 2f64.powi(-98) * size {
            return if value.hi > 0.0 { 1 } else { -1 };
        }
    }
    counters.big += 1;
    let sign = pole_side_exact(rows);
    counters.exact_zeros += u64::from(sign == 0);
    sign
}

/// The four coefficients of the plane through three points (their polars' corner is
/// `-x / s` of them), in double-doubles.
pub fn pole_plane_dd(rows: [&Pole; 3]) -> [Dd; 4] {
    let [a, b, c] = rows;
    let pair = |i: usize, j: usize| Dd::product(b.n[i], c.n[j]) - Dd::product(b.n[j], c.n[i]);
    let last = |i: usize| c.s.times(b.n[i]) - b.s.times(c.n[i]);
    let (yz, xz, xy) = (pair(1, 2), pair(0, 2), pair(0, 1));
    let (xs, ys, zs) = (last(0), last(1), last(2));
    let minor = |p: Dd, i: usize, q: Dd, j: usize, r: Dd, s: Dd| (p.times(a.n[i]) - q.times(a.n[j])) + r * s;
    let x = minor(zs, 1, ys, 2, yz, a.s);
    let y = minor(zs, 0, xs, 2, xz, a.s);
    let z = minor(ys, 0, xs, 1, xy, a.s);
    let s = (yz.times(a.n[0]) - xz.times(a.n[1])) + xy.times(a.n[2]);
    [-x, y, -z, s]
}

/// [`PolePlane::side`] by big integers only: its twin for tests, and its last stage.
pub fn pole_side_exact(rows: [&Pole; 4]) -> i32 {
    // A row may be multiplied by any positive number.
    let rows = rows.map(|r| {
        let [x, y, z, s, t]: [big::Integer; 5] = big::common_integers(&[r.n[0], r.n[1], r.n[2], r.s.hi, r.s.lo])
            .try_into()
            .unwrap_or_else(|_| std::array::from_fn(|_| big::Integer::new()));
        [x, y, z, s + t]
    });
    let [a, b, c, d] = &rows;
    let two = |p: &[big::Integer; 4], q: &[big::Integer; 4], i: usize, j: usize| {
        big::Integer::from(&p[i] * &q[j]) - big::Integer::from(&p[j] * &q[i])
    };
    // Laplace's expansion by pairs of rows.
    let pairs = [(0, 1, 1), (0, 2, -1), (0, 3, 1), (1, 2, 1), (1, 3, -1), (2, 3, 1)];
    let rest = [(2, 3), (1, 3), (1, 2), (0, 3), (0, 2), (0, 1)];
    let mut sum = big::Integer::new();
    for ((i, j, sign), (k, l)) in pairs.into_iter().zip(rest) {
        sum += two(a, b, i, j) * two(c, d, k, l) * sign;
    }
    big::sign(&sum)
}

/// The rank of rows, exactly.
pub fn pole_rank(rows: &[&Pole]) -> usize {
    let mut rows: Vec<[big::Rational; 4]> = rows
        .iter()
        .map(|r| [big::rational(r.n[0]), big::rational(r.n[1]), big::rational(r.n[2]), big::rational_dd(r.s)])
        .collect();
    let mut rank = 0;
    for column in 0..4 {
        let Some(at) = (rank..rows.len()).find(|&k| rows[k][column] != 0) else { continue };
        rows.swap(rank, at);
        let (done, open) = rows.split_at_mut(rank + 1);
        let pivot = &done[rank];
        for row in open {
            let factor = big::Rational::from(&row[column] / &pivot[column]);
            for k in column..4 {
                row[k] -= big::Rational::from(&factor * &pivot[k]);
            }
        }
        rank += 1;
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pole(n: [f64; 3], s: f64) -> Pole {
        Pole { n, s: Dd::from_f64(s) }
    }

    fn side(r: [&Pole; 4]) -> i32 {
        let plane = PolePlane::through(r[0], r[1], r[2]);
        plane.side([r[0], r[1], r[2]], r[3], &mut Counters::default())
    }

    #[test]
    fn below_is_positive() {
        let [a, b, c] = [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [-1.0, -1.0, 1.0]].map(|n| pole(n, 1.0));
        assert_eq!(side([&a, &b, &c, &pole([0.0, 0.0, 0.0], 1.0)]), 1);
        assert_eq!(side([&a, &b, &c, &pole([0.0, 0.0, 2.0], 1.0)]), -1);
        assert_eq!(side([&a, &b, &c, &pole([5.0, 7.0, 2.0], 2.0)]), 0);
    }

    #[test]
    fn all_stages_agree() {
        let mut state = 7u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut counters = Counters::default();
        for k in 0..400 {
            let mut rows = [(); 4]
                .map(|()| Pole { n: [draw(), draw(), draw()], s: Dd::sum(1.0 + draw(), draw() * 2f64.powi(-60)) });
            if k % 4 > 0 {
                // A combination of the others, to all bits of the first stage and of the second.
                let mut sum = [Dd::ZERO; 4];
                for r in &rows[..3] {
                    let f = draw();
                    for (s, v) in sum.iter_mut().zip(r.n.map(Dd::from_f64).into_iter().chain([r.s])) {
                        *s = *s + v.times(f);
                    }
                }
                // The direction is rounded, which decides; the last entry is made to fit again.
                rows[3].n = [sum[0].hi, sum[1].hi, sum[2].hi];
                let plane = pole_plane_dd([&rows[0], &rows[1], &rows[2]]);
                let n = rows[3].n;
                let fit = -(plane[0].times(n[0]) + plane[1].times(n[1]) + plane[2].times(n[2])).over(plane[3]);
                rows[3].s = if k % 4 == 1 { Dd::from_f64(fit.hi) } else { fit };
            }
            let [a, b, c, d] = &rows;
            let plane = PolePlane::through(a, b, c);
            assert_eq!(plane.side([a, b, c], d, &mut counters), pole_side_exact([a, b, c, d]));
            assert_eq!(pole_side_exact([a, b, d, c]), -pole_side_exact([a, b, c, d]));
        }
        assert!(counters.filter_failures > 100 && counters.big > 20, "{counters:?}");
        assert!(counters.big < counters.filter_failures, "{counters:?}");
    }

    #[test]
    fn ranks() {
        let p = |n| pole(n, 1.0);
        let (a, b, c) = (p([1.0, 0.0, 0.0]), p([0.0, 1.0, 0.0]), p([2.0, -1.0, 0.0]));
        assert_eq!(pole_rank(&[&a, &b]), 2);
        assert_eq!(pole_rank(&[&a, &b, &c]), 2, "on one line");
        assert_eq!(pole_rank(&[&a, &pole([2.0, 0.0, 0.0], 2.0)]), 1, "one point");
        assert_eq!(pole_rank(&[&a, &b, &c, &p([0.0, 0.0, 1.0])]), 3);
    }
}
