//! Circles on the unit sphere: where two of them cross, and on which side of a third one that is.
//!
//! A row `(n, d)` bounds the cap `<n, x> + d > 0`; its *circle* is where the plane meets the
//! sphere. It has points if `|n|^2 > d^2`. Walked with the cap on the left, seen from outside, its
//! direction at `x` is `n x x` (a vector product). For two rows `a`, `b` let `t = n_a x n_b`, `T =
//! |t|^2`, `v = d_b n_a - d_a n_b`, `Q = |v|^2`, `R = T - Q`. Both planes contain the points `(v x
//! t + s t) / T`, and `v x t` is normal to `t` and of length `|v| |t|`; so such a point has the
//! length 1 if `s^2 = R`. Circles cross if and only if `R > 0`, and of the two points
//!
//! ```text
//! x = (v x t + t sqrt R) / T
//! ```
//!
//! is the one with `<x, t> > 0`, where the circle of `a` *leaves* the cap of `b`: along it `d/ds
//! (<n_b, x> + d_b) = <n_b, n_a x x> = -<x, t>`. The other one is that of `b` and `a`. So an
//! ordered pair of rows names a point. The side of a third row there is the sign of
//!
//! ```text
//! <n, v x t> + d T + <n, t> sqrt R,
//! ```
//!
//! an integer and another one times a root: decided by squaring. Nothing is perturbed.
//!
//! # Error model A row is known up to `off`: for every `|x| <= 1` its value is off by at most that.
//! The point is computed, and put back: with the residuals `r_a`, `r_b` of its planes and `r` of
//! `|x|^2 = 1`, all with their roundings, Newton's step from there is at most `e = (|n_b| r_a +
//! |n_a| r_b + |t| r / 2) / D`, `D = <t, x>`, because the inverse of the rows `n_a, n_b, x` has the
//! columns `n_b x x`, `x x n_a`, `t` over `D`. The third equation alone has a second derivative, 1,
//! so by Kantorovich's theorem there is a zero within `2 e` if `e |t| / D <= 1/2`; `1/8` is asked
//! for, which also leaves `<x, t>` positive there. So a point that is found is the right one, and
//! its circles do cross.

use super::super::big::{self, Integer};
use super::lifted::U;

/// A cap of the unit sphere in doubles, in units in which the normal is about 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CircleRow {
    /// Normal and constant.
    pub v: [f64; 4],
    /// What its value is off by, at most.
    pub off: f64,
    /// Sum of the sizes of the normal's entries.
    pub size: f64,
}

/// Where a point is, and a bound of its distance from the true one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Crossing {
    /// Near the point.
    pub x: [f64; 3],
    /// Within this.
    pub off: f64,
}

/// How two circles lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meeting {
    /// They have no point in common.
    Apart,
    /// They cross, and the first leaves the second's cap here.
    Cross(Crossing),
    /// Doubles do not tell.
    Unsure,
}

#[inline]
fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[inline]
fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl CircleRow {
    /// Of a normal that is right to `u` in each entry, and a constant off by at most `off`.
    #[inline]
    pub fn new(n: [f64; 3], d: f64, off: f64) -> CircleRow {
        let size = n[0].abs() + n[1].abs() + n[2].abs();
        CircleRow { v: [n[0], n[1], n[2], d], off: off + 2.0 * U * size, size }
    }

    /// The normal.
    #[inline]
    pub fn normal(&self) -> [f64; 3] {
        [self.v[0], self.v[1], self.v[2]]
    }

    /// The value at a point of length 1 or less, and a bound of its error.
    #[inline]
    pub fn at(&self, p: &Crossing) -> (f64, f64) {
        let value = dot(&self.normal(), &p.x) + self.v[3];
        (value, self.size * p.off + 6.0 * U * (self.size + self.v[3].abs()) + self.off)
    }

    /// Has the circle points? `None`: doubles do not tell. `|n|^2 - d^2` is off by `2 |n| + 2 |d|`
    /// times the row's error, its square, and a few roundings.
    #[inline]
    pub fn is_real(&self) -> Option<bool> {
        let n = self.normal();
        let (square, d) = (dot(&n, &n), self.v[3]);
        let value = square - d * d;
        let bound = 2.0 * (self.size + d.abs()) * self.off + 2.0 * self.off * self.off + 8.0 * U * (square + d * d);
        if value > bound {
            Some(true)
        } else if value < -bound {
            Some(false)
        } else {
            None
        }
    }

    /// On which side of this row is the centre of another one's circle? 0: doubles do not tell.
    #[inline]
    pub fn side_of_centre(&self, other: &CircleRow) -> i32 {
        let (a, b) = (self.normal(), other.normal());
        let (square, along) = (dot(&b, &b), dot(&a, &b));
        let value = self.v[3] * square - along * other.v[3];
        // Each factor is off by its row's error or a few roundings.
        let sizes = self.v[3].abs() * square + self.size * other.size * other.v[3].abs();
        let offs = self.off * (square + other.size * other.v[3].abs())
            + other.off * (4.0 * self.v[3].abs() * other.size + 2.0 * self.size * (other.size + other.v[3].abs()));
        let bound = 2.0 * offs + 16.0 * U * sizes;
        if value > bound {
            1
        } else if value < -bound {
            -1
        } else {
            0
        }
    }

    /// Does the second of three distinct points follow the first and come before the third, on the
    /// circle of this row walked with its cap on the left? `None`: doubles do not tell.
    #[inline]
    pub fn follows(&self, [p, q, r]: [&Crossing; 3]) -> Option<bool> {
        let (u, v) = ([0, 1, 2].map(|k| q.x[k] - p.x[k]), [0, 1, 2].map(|k| r.x[k] - p.x[k]));
        let value = dot(&self.normal(), &cross(&u, &v));
        let (su, sv) = (u.iter().map(|x| x.abs()).sum::<f64>(), v.iter().map(|x| x.abs()).sum::<f64>());
        let (eu, ev) = (p.off + q.off + 2.0 * f64::EPSILON, p.off + r.off + 2.0 * f64::EPSILON);
        let bound = self.size * (su * ev + sv * eu + eu * ev + 8.0 * f64::EPSILON * su * sv) + 2.0 * self.off * su * sv;
        if value > bound {
            Some(true)
        } else if value < -bound {
            Some(false)
        } else {
            None
        }
    }

    /// How two circles lie, and where the first leaves the cap of the second.
    pub fn leaves(&self, other: &CircleRow) -> Meeting {
        let (a, b) = (self.normal(), other.normal());
        let (p, q) = (self.v[3], other.v[3]);
        let t = cross(&a, &b);
        let v = [0, 1, 2].map(|k| q * a[k] - p * b[k]);
        let (tt, qq) = (dot(&t, &t), dot(&v, &v));
        let r = tt - qq;
        let s = self.size * other.size;
        let vs = q.abs() * self.size + p.abs() * other.size;
        let (et, ev) = (6.0 * U * s, 6.0 * U * vs + 2.0 * (self.off * other.size + other.off * self.size));
        let bound = 2.0 * s * et + et * et + 2.0 * vs * ev + ev * ev + 8.0 * U * (tt + qq);
        if r < -bound {
            return Meeting::Apart;
        }
        if !(r > 0.0 && tt > 0.0) {
            return Meeting::Unsure;
        }
        let (w, root) = (cross(&v, &t), r.sqrt());
        let x = [0, 1, 2].map(|k| (w[k] + t[k] * root) / tt);
        let residual = |n: &[f64; 3], row: &CircleRow| {
            (dot(n, &x) + row.v[3]).abs() + 6.0 * U * (row.size + row.v[3].abs()) + row.off
        };
        let (ra, rb, rs) = (residual(&a, self), residual(&b, other), (dot(&x, &x) - 1.0).abs() + 8.0 * U);
        let d = dot(&t, &x) - 2.0 * et - 8.0 * U * s;
        if !(d > 0.0) {
            return Meeting::Unsure;
        }
        let e = 1.001 * (other.size * ra + self.size * rb + 0.5 * s * rs) / d;
        if !(e * s <= 0.125 * d) {
            return Meeting::Unsure;
        }
        Meeting::Cross(Crossing { x, off: 2.0 * e })
    }
}

fn cross_big(a: &[Integer], b: &[Integer]) -> [Integer; 3] {
    let minor = |p: usize, q: usize| Integer::from(&a[p] * &b[q]) - Integer::from(&a[q] * &b[p]);
    [minor(1, 2), minor(2, 0), minor(0, 1)]
}

fn dot_big(a: &[Integer], b: &[Integer]) -> Integer {
    (0..3).map(|k| Integer::from(&a[k] * &b[k])).sum()
}

/// Has the circle of a row in integers points?
pub fn is_real_exact(a: &[Integer; 4]) -> bool {
    dot_big(a, a) > Integer::from(&a[3] * &a[3])
}

/// The sign of a row at the centre of another one's circle.
pub fn centre_side_exact(a: &[Integer; 4], other: &[Integer; 4]) -> i32 {
    big::sign(&(&a[3] * dot_big(other, other) - dot_big(a, other) * &other[3]))
}

/// The point where the circle of one row leaves the cap of another, in integers.
#[derive(Clone, Debug)]
pub struct ExactCrossing {
    /// `v x t`, `t`, `T` and `R`.
    w: [Integer; 3],
    t: [Integer; 3],
    tt: Integer,
    r: Integer,
}

impl ExactCrossing {
    /// `None` if the circles do not cross.
    pub fn of(a: &[Integer; 4], b: &[Integer; 4]) -> Option<ExactCrossing> {
        let t = cross_big(a, b);
        let v = [0, 1, 2].map(|k| Integer::from(&b[3] * &a[k]) - Integer::from(&a[3] * &b[k]));
        let tt = dot_big(&t, &t);
        let r: Integer = &tt - dot_big(&v, &v);
        (r > 0).then(|| ExactCrossing { w: cross_big(&v, &t), t, tt, r })
    }

    /// The sign of a row there.
    pub fn side(&self, p: &[Integer; 4]) -> i32 {
        let whole = dot_big(p, &self.w) + Integer::from(&p[3] * &self.tt);
        let root = dot_big(p, &self.t);
        let (s, q) = (big::sign(&whole), big::sign(&root));
        if s * q >= 0 {
            return if s == 0 { q } else { s };
        }
        let left = whole.square();
        let right = root.square() * &self.r;
        match left.cmp(&right) {
            std::cmp::Ordering::Greater => s,
            std::cmp::Ordering::Less => q,
            std::cmp::Ordering::Equal => 0,
        }
    }

    /// Along the circle of `own`, on which the point lies: does it come into the cap of `other`
    /// there (1), or out of it (-1)? `<x, n_other x n_own>`.
    pub fn enters(&self, own: &[Integer; 4], other: &[Integer; 4]) -> i32 {
        let [a, b, c] = cross_big(other, own);
        self.side(&[a, b, c, Integer::new()])
    }

    /// In units of `2^-places`, off by at most two of them: the root is off by one, and an entry of
    /// `t` is at most `T`.
    pub fn fixed(&self, places: u32) -> [Integer; 3] {
        let root = Integer::from(&self.r << (2 * places)).sqrt();
        [0, 1, 2].map(|k| {
            let sum = Integer::from(&self.w[k] << places) + Integer::from(&self.t[k] * &root);
            sum.div_rem_floor(self.tt.clone()).0
        })
    }

    /// In doubles.
    pub fn near(&self) -> Crossing {
        // Doubles of integers off by two parts in 2^120.
        let x = self.fixed(120).map(|x| big::nearest_f64(&(big::Rational::from(x) >> 120u32)));
        Crossing { x, off: 4.0 * U }
    }
}

/// More places than any two distinct points of ordinary rows need; beyond them the answer is no.
const MOST_PLACES: u32 = 1 << 17;

/// Does `b` follow `a` and come before `c` on the circle of a row, walked with its cap on the left?
/// The three points are distinct and lie on it: the sign of `<n, (b - a) x (c - a)>`, by as many
/// places as it takes.
pub fn orient_exact(n: &[Integer; 4], a: &ExactCrossing, b: &ExactCrossing, c: &ExactCrossing) -> bool {
    signed(n, |places| {
        let [a, b, c] = [a, b, c].map(|p| p.fixed(places));
        let minus = |p: &[Integer; 3]| [0, 1, 2].map(|k| Integer::from(&p[k] - &a[k]));
        [minus(&b), minus(&c)]
    })
}

/// Is the way from `a` to `b` on the circle of a row, with its cap on the left, less than half of
/// it? The sign of `<n, a x b>`.
pub fn turn_exact(n: &[Integer; 4], a: &ExactCrossing, b: &ExactCrossing) -> bool {
    signed(n, |places| [a, b].map(|p| p.fixed(places)))
}

/// The sign of `<n, p x q>` of vectors known to four units of `2^-places` and at most 3 long:
/// entries of the product are off by less than `2 * 2 * 4 * 3` units of `2^-places` and second
/// order.
fn signed(n: &[Integer; 4], at: impl Fn(u32) -> [[Integer; 3]; 2]) -> bool {
    let size: Integer = n[..3].iter().map(|x| Integer::from(x.abs_ref())).sum();
    let mut places = 128;
    while places <= MOST_PLACES {
        let [p, q] = at(places);
        let value = dot_big(n, &cross_big(&p, &q));
        let bound = Integer::from(&size << (places + 7));
        if Integer::from(value.abs_ref()) > bound {
            return value > 0;
        }
        places *= 2;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Random(u64);

    impl Random {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }
        fn whole(&mut self, n: i64) -> i64 {
            (self.next() * (2 * n + 1) as f64) as i64 - n
        }
    }

    fn row(v: &[i64; 4]) -> (CircleRow, [Integer; 4]) {
        let f = v.map(|x| x as f64);
        (CircleRow::new([f[0], f[1], f[2]], f[3], 0.0), v.map(Integer::from))
    }

    /// Doubles never contradict integers, and points are where they are said to be.
    #[test]
    fn filters_agree_with_integers() {
        let mut r = Random(5);
        let (mut found, mut zeros) = (0, 0);
        for round in 0..20_000 {
            let n = [3, 40, 1_000_000][round % 3];
            let rows = [(); 4].map(|()| {
                let v = [r.whole(n), r.whole(n), r.whole(n), r.whole(n)];
                if v[..3] == [0; 3] { [1, 0, 0, 0] } else { v }
            });
            let [a, b, c, d] = rows.each_ref().map(row);
            if let Some(real) = a.0.is_real() {
                assert_eq!(real, is_real_exact(&a.1));
            }
            let centre = a.0.side_of_centre(&b.0);
            assert!(centre == 0 || centre == centre_side_exact(&a.1, &b.1));
            let exact = ExactCrossing::of(&a.1, &b.1);
            match a.0.leaves(&b.0) {
                Meeting::Unsure => {}
                Meeting::Apart => assert!(exact.is_none()),
                Meeting::Cross(near) => {
                    let exact = exact.clone().expect("they cross");
                    found += 1;
                    let true_one = exact.near();
                    (0..3).for_each(|k| assert!((near.x[k] - true_one.x[k]).abs() <= near.off + true_one.off));
                    assert_eq!((exact.side(&a.1), exact.side(&b.1)), (0, 0));
                    assert_eq!(exact.enters(&a.1, &b.1), -1);
                    assert_eq!(exact.enters(&b.1, &a.1), 1);
                    let side = exact.side(&c.1);
                    zeros += usize::from(side == 0);
                    let (value, bound) = c.0.at(&near);
                    assert!(value.abs() <= bound || (value > 0.0) == (side > 0) && side != 0);
                }
            }
            // Points of three other circles on that of the first, in their order.
            let all: Vec<ExactCrossing> = [&b, &c, &d].iter().filter_map(|o| ExactCrossing::of(&a.1, &o.1)).collect();
            if let [p, q, s] = &all[..] {
                let [x, y, z] = [p, q, s].map(|p| p.near().x);
                let (u, w) = ([0, 1, 2].map(|k| y[k] - x[k]), [0, 1, 2].map(|k| z[k] - x[k]));
                let value = dot(&a.0.normal(), &cross(&u, &w));
                if value.abs() > 1e-6 * a.0.size {
                    assert_eq!(orient_exact(&a.1, p, q, s), value > 0.0);
                }
                let value = dot(&a.0.normal(), &cross(&x, &y));
                if value.abs() > 1e-6 * a.0.size {
                    assert_eq!(turn_exact(&a.1, p, q), value > 0.0);
                }
            }
        }
        assert!(found > 2000 && zeros > 5, "{found} {zeros}");
    }

    /// Circles that touch do not cross; that of a plane that touches the sphere has no points.
    #[test]
    fn touching_is_decided() {
        // 3-4-5: the plane x = 3/5 and the one that meets it at (3/5, 4/5, 0) in one point.
        let (a, touch) = (row(&[5, 0, 0, -3]), row(&[0, 5, 0, -4]));
        assert!(ExactCrossing::of(&a.1, &touch.1).is_none());
        assert!(!matches!(a.0.leaves(&touch.0), Meeting::Cross(_)));
        assert!(!is_real_exact(&row(&[3, 4, 0, 5]).1) && is_real_exact(&row(&[3, 4, 1, 5]).1));
        let through = row(&[0, 5, 0, -3]);
        let x = ExactCrossing::of(&a.1, &through.1).expect("cross");
        // (3/5, 3/5, z) with z^2 = 7/25; t = (5,0,0) x (0,5,0) = (0,0,25).
        assert!((x.near().x[2] - 7f64.sqrt() / 5.0).abs() < 1e-15);
        assert_eq!(x.side(&row(&[1, -1, 0, 0]).1), 0);
        assert_eq!(x.side(&row(&[25, 0, 0, -15]).1), 0);
    }
}
