//! Area and moments of a cell, enclosed to some fifty digits.
//!
//! By Gauss and Bonnet the area is `2 pi X`, less `c` times the angle of every arc at the height
//! `c` of its axis, less the angles between arcs at corners; `X` is a whole number that doubles
//! know. All is computed from walls in integers, as fixed-point numbers of `2^-PLACES`:
//!
//! * At a corner of the walls `j` and `k` the tangents `n x x` have the inner product `<n_j, n_k> -
//!   d_j d_k` and the outer product `<x, n_j x n_k>`, whose square is `R`: whole numbers both.
//! * An arc from `a` to `b` has the inner product `<a, b> - d^2 / N`, `N = |n|^2`, and the outer
//!   product `<n, a x b> / sqrt N`, both in units of its circle's squared radius.
//! * The first moment is `1/2 oint x x dx`, `1/2 sum (p^2 f n / sqrt N + (d / N) (b - a) x n)` over
//!   arcs of the angle `f`.
//! * Second moments are a third of the area, less a sixth of what arcs give. With `c` the height of
//!   an arc, `u` and `w` its ends from the middle of its circle, `e` the unit matrix,
//!   `m = (w - u) x n`, and `s(p, q) = p q' + q p'`, that is
//!   `c f p^2 (e - 3 n n' / N) + (2 d^2 - N) / N^2 s(n, m)` and
//!   `d / (2 N) (s(w, n x w) - s(u, n x u))`.

use super::shape::SphereArc;
use super::snapshot::SphereDiagram;
use crate::exact::angle::{self, ERROR, PLACES};
use crate::exact::big::{Integer, Rational};
use crate::exact::predicates::ExactCrossing;
use std::f64::consts::PI;

/// Places of points: the radius of a circle may take a part of them.
const POINT: u32 = PLACES + 96;

/// Entries of a symmetric matrix.
pub const PAIRS: [(usize, usize); 6] = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];

/// Integrals over a cell of the unit sphere, in units of `2^-PLACES`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Enclosed {
    /// Area.
    pub area: Integer,
    /// `int x`.
    pub first: [Integer; 3],
    /// `int x x'`, as [`PAIRS`] says; 0 where it was not asked for.
    pub second: [Integer; 6],
    /// Each of these is off by at most so much.
    pub off: Integer,
}

fn dot(a: &[Integer], b: &[Integer]) -> Integer {
    (0..3).map(|k| Integer::from(&a[k] * &b[k])).sum()
}

fn cross(a: &[Integer], b: &[Integer]) -> [Integer; 3] {
    let minor = |p: usize, q: usize| Integer::from(&a[p] * &b[q]) - Integer::from(&a[q] * &b[p]);
    [minor(1, 2), minor(2, 0), minor(0, 1)]
}

/// Towards minus infinity.
fn over(a: Integer, b: &Integer) -> Integer {
    a.div_rem_floor(b.clone()).0
}

/// An arc in fixed point: its angle, and what that may be off.
struct Exactly {
    row: [Integer; 4],
    square: Integer,
    ends: [[Integer; 3]; 2],
    angle: Integer,
    off: Integer,
}

impl Exactly {
    /// Adds what the arc gives to second moments, as said above; `c f` is known.
    fn add_second(&self, bent: &Integer, sums: &mut [Integer; 6]) {
        let Exactly { row, square, ends, .. } = self;
        let d = &row[3];
        let across: Integer = square - d * d.clone();
        let bent = over(Integer::from(bent * &across), square);
        let foot = [0, 1, 2].map(|k| over(-(Integer::from(d * &row[k]) << POINT), square));
        let whole = ends[0] == ends[1];
        let from = |x: &[Integer; 3]| [0, 1, 2].map(|k| Integer::from(&x[k] - &foot[k]));
        let [u, w] = [from(&ends[0]), from(&ends[1])];
        let chord = [0, 1, 2].map(|k| Integer::from(&w[k] - &u[k]));
        let swept = cross(&chord, row);
        let (pu, pw) = (cross(row, &u), cross(row, &w));
        let both = |p: &[Integer], q: &[Integer], k: usize, l: usize| {
            Integer::from(&p[k] * &q[l]) + Integer::from(&q[k] * &p[l])
        };
        let lean: Integer = Integer::from(d * d) * 2u32 - square;
        let fourth = Integer::from(square * square);
        let double = Integer::from(square * 2u32);
        for (sum, (k, l)) in sums.iter_mut().zip(PAIRS) {
            let mut form = Integer::from(&row[k] * &row[l]) * -3i32;
            if k == l {
                form += square;
            }
            *sum += over(Integer::from(&bent * &form), square);
            if whole {
                continue;
            }
            *sum += over(both(row, &swept, k, l) * &lean, &fourth) >> (POINT - PLACES);
            let ends = both(&w, &pw, k, l) - both(&u, &pu, k, l);
            *sum += over(ends * d, &double) >> (2 * POINT - PLACES);
        }
    }
}

impl SphereDiagram {
    /// Integrals over a cell, with second moments if they are wanted; `None` if a circle is so
    /// small that its arcs cannot be measured so.
    pub(crate) fn enclosed(&self, i: usize, with_second: bool) -> Option<Enclosed> {
        let position = self.place[i];
        let Some(shape) = self.shape(i) else { return Some(Enclosed::default()) };
        let pi = angle::pi();
        if shape.arcs.is_empty() {
            let mut whole =
                Enclosed { area: Integer::from(&pi << 2), off: Integer::from(4 * ERROR), ..Enclosed::default() };
            whole.second[..3].fill(Integer::from(&whole.area / 3u32));
            return Some(whole);
        }
        let mut all = Vec::with_capacity(shape.arcs.len());
        for (arc, names) in shape.arcs.iter().zip(&shape.names) {
            let other = |end: usize| {
                let sites = names[end].sites;
                sites.iter().copied().find(|&s| s != position && s != arc.site)
            };
            all.push(self.exact_arc(position, arc, [other(0), other(1)], &pi)?);
        }
        let (mut turning, mut off) = (Integer::new(), Integer::from(ERROR));
        let mut first: [Integer; 3] = Default::default();
        let mut second: [Integer; 6] = Default::default();
        for (k, one) in all.iter().enumerate() {
            let [_, _, _, d] = &one.row;
            // c = -d / sqrt N, at most 1 in size.
            let root = Integer::from(&one.square << (2 * PLACES)).sqrt();
            let height = over(-(Integer::from(d) << (2 * PLACES)), &root);
            let bent = Integer::from(&height * &one.angle) >> PLACES;
            if with_second {
                one.add_second(&bent, &mut second);
            }
            turning += bent;
            off += Integer::from(&one.off * 2) + 16;
            // A quotient is right to a few units, the angle is below 8.
            off += 64;
            // p^2 N.
            let across: Integer = &one.square - d * d.clone();
            let [a, b] = &one.ends;
            let chord = [0, 1, 2].map(|k| Integer::from(&b[k] - &a[k]));
            let swept = cross(&chord, &one.row);
            for k in 0..3 {
                // p^2 n / sqrt N, at most 1.
                let along = (Integer::from(&across * &one.row[k])) << (2 * PLACES);
                let along = over(over(along, &one.square), &root);
                let bent = Integer::from(&along * &one.angle) >> PLACES;
                let flat = over(Integer::from(d * &swept[k]), &one.square) >> (POINT - PLACES);
                first[k] += bent + flat;
            }
            let next = shape.next[k] as usize;
            if shape.arcs[k].is_whole() {
                continue;
            }
            turning += self.corner(one, &all[next], &pi)?;
            off += ERROR;
        }
        let double = turning.to_f64() * 2f64.powi(-(PLACES as i32));
        let turns = ((shape.region(false).area + double) / (2.0 * PI)).round();
        let area = Integer::from(&pi * (2 * turns as i64)) - turning;
        off += Integer::from(ERROR) * (2 * (turns.abs() as u32 + 1));
        let first = first.map(|x| x >> 1);
        for (k, x) in second.iter_mut().enumerate() {
            // What an arc adds is off by less than its part of the area is.
            *x = -over(std::mem::take(x), &Integer::from(6));
            if k < 3 && with_second {
                *x += Integer::from(&area / 3u32);
            }
        }
        Some(Enclosed { area, first, second, off })
    }

    fn exact_arc(&self, i: u32, arc: &SphereArc, others: [Option<u32>; 2], pi: &Integer) -> Option<Exactly> {
        let row = self.inner.exact(i, arc.site);
        let square = dot(&row, &row);
        let d = &row[3];
        // p^2 N.
        let across: Integer = &square - d * d.clone();
        if arc.is_whole() {
            let ends = Default::default();
            return Some(Exactly { row, square, ends, angle: Integer::from(pi << 1), off: Integer::from(2 * ERROR) });
        }
        let [Some(l), Some(m)] = others else { return None };
        let (before, after) = (self.inner.exact(i, l), self.inner.exact(i, m));
        let a = ExactCrossing::of(&before, &row)?.fixed(POINT);
        let b = ExactCrossing::of(&row, &after)?.fixed(POINT);
        // Times N, so that all but the points is whole.
        let inner = &square * dot(&a, &b) - (Integer::from(d * d) << (2 * POINT));
        let outer = dot(&row, &cross(&a, &b));
        let turns_less = outer > 0;
        let size: Integer = row[..3].iter().map(|x| Integer::from(x.abs_ref())).sum();
        if inner > 0 && Integer::from(outer.abs_ref()) <= size << (POINT + 7) {
            return None;
        }
        // (N <n, a x b> / sqrt N)^2 = N <n, a x b>^2.
        let cross_square = outer.square() * &square;
        let found = angle::angle(&Rational::from(inner), &Rational::from(cross_square), pi)?;
        let angle = if turns_less { found } else { Integer::from(pi << 1) - found };
        // Points are off by two units each, products by less than 2^4 of them; the angle by that
        // over p^2 = across / N.
        let loose = (Integer::from(&square << 6) / across) + 1;
        let off: Integer = (loose >> (POINT - PLACES)) + (1 + 3 * ERROR);
        // Worth something only well below what the angle is.
        (off.significant_bits() + 40 < PLACES).then_some(Exactly { row, square, ends: [a, b], angle, off })
    }

    /// The angle between two arcs where one follows the other.
    fn corner(&self, one: &Exactly, next: &Exactly, pi: &Integer) -> Option<Integer> {
        let (p, q) = (&one.row, &next.row);
        let t = cross(p, q);
        let v = [0, 1, 2].map(|k| Integer::from(&q[3] * &p[k]) - Integer::from(&p[3] * &q[k]));
        let square = dot(&t, &t) - dot(&v, &v);
        let inner = dot(p, q) - Integer::from(&p[3] * &q[3]);
        let square = if square > 0 { square } else { Integer::new() };
        angle::angle(&Rational::from(inner), &Rational::from(square), pi)
    }
}
