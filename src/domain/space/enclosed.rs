//! Integrals over convex polyhedra in fixed point, with bounds that are proved.
//!
//! Rationals of a cell have denominators of thousands of bits, each its own, and adding them up
//! takes a hundred times as long as all else. So corners are rounded down to a multiple of a
//! *unit* `2^-B`, and from there everything is in integers with a bound of what is left out. What
//! must be exact is decided exactly: whether the tetrahedra of the fan are turned outwards.
//!
//! # Bounds
//! Seen from the rounded apex `A` each corner is off by less than 1 unit along each axis, the apex
//! itself, too, and so are the differences `v` of corners. Let `M >= 4` be above all of them, and
//! `2^m` the least power of two that is. Of a tetrahedron
//!
//! - `six = det(p, q, r)` has six terms below `M^3`, each off by less than `3 M^2 + 3 M + 1 <=
//!   4 M^2`: `24 M^2` in all. In units of `2^s`, `s = 2 m + 5`, rounded down: off by less than 2,
//!   and below `6 M^3 / 2^s <= M / 5`;
//! - the sum of its corners along an axis is below `3 M`, off by less than 4; times `six`: off by
//!   `2 (3 M + 4) + 4 M / 5 <= 9 M`;
//! - the squares of the corners and of their sum are below `12 M^2`, off by less than `6 M + 4` and
//!   `24 M + 16`, so by `35 M`; in units of `2^m`: below `12 M`, off by less than 36; times `six`:
//!   off by `2 (12 M + 36) + 36 M / 5 <= 50 M`. So it is for two axes: `(sum_k)(sum_l) + sum v_k
//!   v_l` has terms of the same sizes.

use super::integrals::{ExactAffine, Homogeneous, Integrals, PAIRS, Point};
use super::skeleton::Skeleton;
use crate::exact::big::{self, Integer, Rational};
use std::cmp::Ordering;

/// Integrals of a constant density about a point, and how far they may be off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Enclosed {
    /// About `about`.
    pub value: Integrals,
    /// Where first and second moments are taken.
    pub about: Point,
    /// Bounds of the errors of volume, mass, first moments along each axis, and second ones.
    pub off: [Rational; 4],
}

/// Integrals over a polyhedron in fixed point, told to about `2^-bits`.
#[derive(Clone, Debug)]
pub(crate) enum Enclosure {
    /// Here they are.
    Found(Box<Enclosed>),
    /// A tetrahedron of its fan is turned inside out: it is no convex polyhedron.
    Turned,
    /// The density is not constant, or the polyhedron too small to be told so.
    Unknown,
}

/// Less than this many units of volume, to the power of two, are not told: relative errors would
/// be too great.
const LEAST: u32 = 96;

fn minus(a: &[Integer; 3], b: &[Integer; 3]) -> [Integer; 3] {
    [Integer::from(&a[0] - &b[0]), Integer::from(&a[1] - &b[1]), Integer::from(&a[2] - &b[2])]
}

fn cross(p: &[Integer; 3], q: &[Integer; 3]) -> [Integer; 3] {
    let minor = |i: usize, j: usize| {
        let mut m = Integer::from(&p[i] * &q[j]);
        m -= &p[j] * &q[i];
        m
    };
    [minor(1, 2), minor(2, 0), minor(0, 1)]
}

fn dot(p: &[Integer; 3], q: &[Integer; 3]) -> Integer {
    let mut sum = Integer::from(&p[0] * &q[0]);
    sum += &p[1] * &q[1];
    sum += &p[2] * &q[2];
    sum
}

/// The sign of the volume of a tetrahedron, exactly: that of the determinant of its corners.
fn turn(corners: [&Homogeneous; 4]) -> Ordering {
    let [a, b, c, d] = corners;
    // From `a`, times both denominators.
    let from = |x: &Homogeneous| {
        let along = |k: usize| {
            let mut v = Integer::from(&x[k] * &a[3]);
            v -= &a[k] * &x[3];
            v
        };
        [along(0), along(1), along(2)]
    };
    dot(&cross(&from(b), &from(c)), &from(d)).cmp0()
}

/// Integrals over the polyhedron with these corners, seen from `about`, with `bits` binary digits
/// behind the point.
pub(crate) fn enclosed<L>(
    skeleton: &Skeleton<L>,
    corners: &[Homogeneous],
    about: &Point,
    density: &ExactAffine,
    bits: u32,
) -> Enclosure {
    if density.g.is_some() {
        return Enclosure::Unknown;
    }
    let mut exact = true;
    let mut at: Vec<[Integer; 3]> = Vec::with_capacity(corners.len());
    for [x, y, z, w] in corners {
        at.push([x, y, z].map(|x| {
            let (whole, rest) = big::floor_div(Integer::from(x << bits), w);
            exact &= rest.cmp0().is_eq();
            whole
        }));
    }
    let Some(apex) = at.first().cloned() else { return Enclosure::Unknown };
    at.iter_mut().for_each(|x| *x = minus(x, &apex));
    let m = at.iter().flatten().map(Integer::significant_bits).max().unwrap_or(0).max(3);
    let s = 2 * m + 5;
    let doubt = Integer::from(24) << (2 * m);
    let (mut volume, mut first, mut second) =
        (Integer::new(), [(); 3].map(|()| Integer::new()), [(); 6].map(|()| Integer::new()));
    let mut tetrahedra = 0u32;
    for face in 0..skeleton.labels.len() {
        let ring = skeleton.ring(face);
        // The apex is corner 0.
        if ring.contains(&0) {
            continue;
        }
        for pair in ring[1..].windows(2) {
            let of = [ring[0], pair[0], pair[1]].map(|k| k as usize);
            let [p, q, r] = of.map(|k| &at[k]);
            let six = dot(&cross(p, q), r);
            let sign = match six.cmp_abs(&doubt) {
                _ if exact => six.cmp0(),
                Ordering::Greater => six.cmp0(),
                _ => turn([&corners[0], &corners[of[0]], &corners[of[1]], &corners[of[2]]]),
            };
            match sign {
                Ordering::Less => return Enclosure::Turned,
                Ordering::Equal => continue,
                Ordering::Greater => {}
            }
            tetrahedra += 1;
            let six = six >> s;
            for k in 0..3 {
                let mut sum = Integer::from(&p[k] + &q[k]);
                sum += &r[k];
                first[k] += &six * &sum;
            }
            for (slot, (k, l)) in second.iter_mut().zip(PAIRS) {
                let (mut a, mut b) = (Integer::from(&p[k] + &q[k]), Integer::from(&p[l] + &q[l]));
                a += &r[k];
                b += &r[l];
                a *= b;
                for v in [p, q, r] {
                    a += &v[k] * &v[l];
                }
                a >>= m;
                *slot += &six * &a;
            }
            volume += six;
        }
    }
    if volume.significant_bits() < LEAST {
        return Enclosure::Unknown;
    }
    let many = Integer::from(tetrahedra);
    let above = Integer::from(1) << m;
    let rational = |v: Integer, shift: i64, over: u32| {
        let v = Rational::from(v) / over;
        if shift >= 0 { v << shift as u32 } else { v >> (-shift) as u32 }
    };
    let (s, m, unit) = (i64::from(s), i64::from(m), i64::from(bits));
    let to_volume = |v: Integer| rational(v, s - 3 * unit, 6);
    let to_first = |v: Integer| rational(v, s - 4 * unit, 24);
    let to_second = |v: Integer| rational(v, s + m - 5 * unit, 120);
    let off = to_volume(Integer::from(&many * 2u32));
    let off_first = to_first(Integer::from(&many * &above) * 9u32);
    let off_second = to_second(Integer::from(&many * &above) * 50u32);
    let volume = to_volume(volume);
    let mut value = Integrals {
        mass: Rational::from(&volume * &density.c),
        volume,
        first: first.map(to_first),
        second: second.map(to_second),
    };
    value.first.iter_mut().chain(&mut value.second).for_each(|x| *x *= &density.c);
    let mut k = 0;
    let about = apex.map(|x| {
        k += 1;
        (Rational::from(x) >> bits) + &about[k - 1]
    });
    let off = [off.clone(), off * &density.c, off_first * &density.c, off_second * &density.c];
    Enclosure::Found(Box::new(Enclosed { value, about, off }))
}
