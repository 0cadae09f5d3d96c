//! Which of two sites in space wins at a labelled point of a triangle: predicates V, E and F in one
//! form.
//!
//! In barycentric coordinates `x = l_0 v_0 + l_1 v_1 + l_2 v_2` of a triangle every wall is a line
//! `<s, l> = 0` with the row `s = (s_ij(v_0), s_ij(v_1), s_ij(v_2))`,
//! `s_ij(x) = <y_i - y_j, x> + h_i - h_j`, and every edge is one, too: `l_k = 0` has the unit row
//! `e_k`. The lines `a` and `b` meet at `l = c / <c, 1>` with `c = a x b`, and there
//!
//! ```text
//! s_im = <c, s_im> / <c, 1> = det[a; b; s_im] / det[a; b; 1].
//! ```
//!
//! Neither the plane of the triangle nor its orientation matters, and two triangles with a common
//! edge ask the identical question about a point on it.
//!
//! # Error model
//! A row is rounded with a relative error of at most `4u` an entry, or the entry is an exact zero
//! ([`Row`]). An entry of `c = a x b` then has error at most `10u p` with
//! `p = |a_p b_q| + |a_q b_p|` (each product `9u`, the difference `u`), `<c, s>` at most
//! `17u <p, |s|>`, and `<c, 1>` at most `13u <p, 1>`, up to terms in `u^2` and underflow; `20u` and
//! `16u` are used. What overflows is infinite or no number, and no filter accepts it: a bound is
//! then infinite, too.
//!
//! # Ties
//! If heights `h_k` become `h_k + p_k`, the row `s_ij` becomes `s_ij + (p_i - p_j) 1`. Two rows `1`
//! make a determinant vanish, so `det[a; b; s]` is linear in the perturbations and `det[a; b; 1]`
//! does not change. The coefficient of `p_m` is `-det[a; b; 1]`, which is not zero where the lines
//! meet in a point: every tie is resolved.

use super::super::{Counters, Dd, big};
use super::{U, UNDERFLOW, height_difference};
use big::Rational;

/// A site in space with its height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifted3 {
    /// The site.
    pub y: [f64; 3],
    /// Height.
    pub h: Dd,
}

/// `<y, v> + h` at the corners of a triangle, each with the sum of the magnitudes of its terms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values {
    at: [Dd; 3],
    size: [f64; 3],
}

impl Values {
    /// Of a site on a triangle.
    #[inline]
    pub fn new(site: &Lifted3, corners: &[[f64; 3]; 3]) -> Values {
        let mut values = Values::default();
        for (k, v) in corners.iter().enumerate() {
            let terms = [0, 1, 2].map(|k| Dd::product(site.y[k], v[k]));
            values.at[k] = ((terms[0] + terms[1]) + terms[2]) + site.h;
            values.size[k] = terms[0].hi.abs() + terms[1].hi.abs() + terms[2].hi.abs() + site.h.hi.abs();
        }
        values
    }

    /// Certainly higher at all corners? A filter only: `false` says nothing.
    ///
    /// `at` is off by less than `2^-101 size`, its first part by `u size` more, and the difference
    /// is rounded once: `2u + O(u^2)` of the sizes in all; `4u` used.
    #[inline(always)]
    pub fn above(&self, other: &Values) -> bool {
        let mut all = true;
        for k in 0..3 {
            all &= self.at[k].hi - other.at[k].hi > 4.0 * U * (self.size[k] + other.size[k]) + UNDERFLOW;
        }
        all
    }
}

/// A line of a triangle, as its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row(pub [f64; 3]);

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line<'a> {
    /// The edge opposite corner `k`.
    Edge(usize),
    /// The wall to a site with this rank.
    Wall(&'a Lifted3, u32),
}

impl Row {
    /// The row of an edge.
    pub fn edge(opposite: usize) -> Row {
        Row([0, 1, 2].map(|k| if k == opposite { 1.0 } else { 0.0 }))
    }

    /// The row of a wall. Entries are right to `4u`, or exact zeros.
    ///
    /// In double-double, products are exact and each of the four sums is off by less than `2^-104`
    /// of the terms' size, so the difference by less than `2^-101 (size_i + size_j)`. A result of
    /// at least `2^-50` of that size has a relative error of `2^-51`, rounding included; others are
    /// computed exactly. (Products that underflow are off by less than `2^-1070`. What overflows on
    /// the way has no finite size: the sum of the magnitudes of its terms.)
    ///
    /// What is computed exactly may still be no double: then it is the nearest infinity, or, of a
    /// value that would vanish, the least double. So entries are off by `4u`, or by `2^-1074` where
    /// they are subnormal.
    #[inline]
    pub fn wall(
        own: (&Lifted3, &Values),
        other: (&Lifted3, &Values),
        corners: &[[f64; 3]; 3],
        counters: &mut Counters,
    ) -> Row {
        let mut row = [0.0; 3];
        for (k, entry) in row.iter_mut().enumerate() {
            let value = (own.1.at[k] - other.1.at[k]).to_f64();
            let size = own.1.size[k] + other.1.size[k];
            let sure = value.abs() >= 2f64.powi(-50) * size && value.abs() > 2f64.powi(-900) && size < f64::INFINITY;
            *entry = if sure {
                value
            } else {
                counters.filter_failures += 1;
                counters.big += 1;
                let exact = wall_value(own.0, other.0, &corners[k]);
                let near = big::nearest_f64(&exact);
                // An underflow must not pass for a zero.
                if near == 0.0 && !exact.cmp0().is_eq() {
                    LEAST_DOUBLE.copysign(f64::from(exact.cmp0() as i8))
                } else {
                    near
                }
            };
        }
        Row(row)
    }
}

/// `s_ij(v)`, exactly.
pub fn wall_value(i: &Lifted3, j: &Lifted3, v: &[f64; 3]) -> Rational {
    let mut sum = big::rational_dd(i.h) - big::rational_dd(j.h);
    for (v, (a, b)) in v.iter().zip(i.y.iter().zip(&j.y)) {
        sum += (big::rational(*a) - big::rational(*b)) * big::rational(*v);
    }
    sum
}

fn row_exact(i: &Lifted3, line: &Line<'_>, corners: &[[f64; 3]; 3]) -> [Rational; 3] {
    match line {
        Line::Edge(opposite) => [0, 1, 2].map(|k| Rational::from(u32::from(k == *opposite))),
        Line::Wall(j, _) => [0, 1, 2].map(|k| wall_value(i, j, &corners[k])),
    }
}

fn cross(a: &[Rational; 3], b: &[Rational; 3]) -> [Rational; 3] {
    [(1, 2), (2, 0), (0, 1)].map(|(p, q)| Rational::from(&a[p] * &b[q]) - Rational::from(&a[q] * &b[p]))
}

fn dot(a: &[Rational; 3], b: &[Rational; 3]) -> Rational {
    (0..3).map(|k| Rational::from(&a[k] * &b[k])).sum()
}

/// Does `i` certainly beat `m` on the whole triangle? A filter only: `false` says nothing.
///
/// `s_im` at a corner has three products of a relative error of at most `2u + u^2` each, a height
/// difference off by `(2u + 4u^2) g`, and three sums: in total below
/// `(6u + O(u^2)) (|p| + |q| + |r| + g)`; `8u` used.
#[inline(always)]
pub fn wins_on_triangle(i: &Lifted3, m: &Lifted3, corners: &[[f64; 3]; 3]) -> bool {
    let d = [i.y[0] - m.y[0], i.y[1] - m.y[1], i.y[2] - m.y[2]];
    let (h, g) = height_difference(i.h, m.h);
    let mut all = true;
    for v in corners {
        let (p, q, r) = (d[0] * v[0], d[1] * v[1], d[2] * v[2]);
        let bound = 8.0 * U * (((p.abs() + q.abs()) + r.abs()) + g) + UNDERFLOW;
        all &= ((p + q) + r) + h > bound;
    }
    all
}

/// The point where two lines of a cell in a triangle meet: barycentric coordinates up to a positive
/// factor.
#[derive(Clone, Copy, Debug)]
pub struct Meet {
    /// `c = a x b`, with the sign that makes the sum positive.
    pub c: [f64; 3],
    /// Error of `c` is at most `10u` times this.
    size: [f64; 3],
    /// Sum of `c`, positive.
    sum: f64,
}

impl Meet {
    /// Corner `k`.
    pub fn corner(k: usize) -> Meet {
        let c = Row::edge(k).0;
        Meet { c, size: c, sum: 1.0 }
    }

    /// Where two lines of the cell of `i` meet.
    ///
    /// Where they are nearly parallel, the coordinates are computed in rationals and rounded, so
    /// [`Meet::error`] is at most about `2^-18`. Lines that are parallel never follow each other
    /// around a cell; of such the result is a corner.
    #[inline]
    pub fn of<'l>(
        rows: [&Row; 2],
        i: &Lifted3,
        lines: impl FnOnce() -> [Line<'l>; 2],
        corners: &[[f64; 3]; 3],
        counters: &mut Counters,
    ) -> Meet {
        let (a, b) = (&rows[0].0, &rows[1].0);
        let (mut c, mut size) = ([0.0; 3], [0.0; 3]);
        for k in 0..3 {
            let (p, q) = ((k + 1) % 3, (k + 2) % 3);
            let (l, r) = (a[p] * b[q], a[q] * b[p]);
            c[k] = l - r;
            size[k] = l.abs() + r.abs();
        }
        let sum = (c[0] + c[1]) + c[2];
        let total = (size[0] + size[1]) + size[2];
        let largest = (a[0].abs() + a[1].abs() + a[2].abs()) + (b[0].abs() + b[1].abs() + b[2].abs());
        // Also false for what is not finite, and for what may have lost digits to underflow: an
        // entry is off by 2^-1074 if it is subnormal, which its partner in a product makes 2^-1074
        // times the largest entry.
        if sum.abs() > LEAST_ANGLE * total && total > 2f64.powi(-900) * largest.max(1.0) && total < f64::INFINITY {
            if sum < 0.0 {
                c = c.map(|c| -c);
            }
            return Meet { c, size, sum: sum.abs() };
        }
        counters.filter_failures += 1;
        counters.big += 1;
        Meet::exact(i, lines(), corners)
    }

    #[cold]
    fn exact(i: &Lifted3, lines: [Line<'_>; 2], corners: &[[f64; 3]; 3]) -> Meet {
        let Some(c) = meet_exact(i, lines, corners) else { return Meet::corner(0) };
        let c = c.map(|c| big::nearest_f64(&c));
        Meet { c, size: c.map(f64::abs), sum: 1.0 }
    }

    /// The barycentric coordinates; each is off by at most [`Meet::error`].
    #[inline]
    pub fn coordinates(&self) -> [f64; 3] {
        self.c.map(|c| c / self.sum)
    }

    /// Bound of the error of a coordinate: `10u` of its numerator, `13u` of the sum, `2u` of the
    /// quotient; coordinates are at most 1 in the triangle.
    #[inline]
    pub fn error(&self) -> f64 {
        32.0 * U * ((self.size[0] + self.size[1]) + self.size[2]) / self.sum
    }

    /// Does `i` beat `m` here, after the perturbation? `row` is that of the wall `im`, `lines`
    /// those that meet here.
    #[inline]
    pub fn inside<'l>(
        &self,
        row: &Row,
        i: (&Lifted3, u32),
        m: (&Lifted3, u32),
        lines: impl FnOnce() -> [Line<'l>; 2],
        corners: &[[f64; 3]; 3],
        counters: &mut Counters,
    ) -> bool {
        counters.calls += 1;
        let (mut value, mut bound, mut total) = (0.0, 0.0, 0.0);
        for k in 0..3 {
            value += self.c[k] * row.0[k];
            bound += self.size[k] * row.0[k].abs();
            total += self.size[k] + row.0[k].abs();
        }
        // Subnormal entries of the row, and of `c`, are off by a few 2^-1074.
        let bound = 20.0 * U * bound + (UNDERFLOW + 8.0 * LEAST_DOUBLE * total);
        if value > bound {
            return true;
        }
        if -value > bound {
            return false;
        }
        counters.filter_failures += 1;
        counters.big += 1;
        inside_exact(i, m, lines(), corners, counters)
    }
}

/// The exact barycentric coordinates of the point where two lines of the cell of `i` meet; `None`
/// if they are parallel.
pub fn meet_exact(i: &Lifted3, lines: [Line<'_>; 2], corners: &[[f64; 3]; 3]) -> Option<[Rational; 3]> {
    let [a, b] = lines.map(|line| row_exact(i, &line, corners));
    let c = cross(&a, &b);
    let sum: Rational = c.iter().sum();
    (!sum.cmp0().is_eq()).then(|| c.map(|c| c / &sum))
}

/// The same in double-double, with a bound of the error of each coordinate; infinite if the lines
/// are too nearly parallel.
///
/// Entries of a row of entries up to `A` are off by at most `e_a = 2^-100 (size_i + size_j)`
/// ([`Row::wall`]), and by what underflows, so an entry of `c = a x b` by at most
/// `d = 2 (A e_b + B e_a) + 2^-98 A B`: two products and a difference, each right to `2^-102`. The
/// sum of `c` is off by `3 d + 2^-100 3 (2 A B)`, under `4 d + 2^-97 A B`, and as coordinates are
/// at most 1, a quotient by at most `5 d + 2^-97 A B` over half the sum, if that error is below
/// half of it.
pub fn meet_near(i: &Lifted3, lines: [Line<'_>; 2], corners: &[[f64; 3]; 3]) -> ([Dd; 3], f64) {
    let own = Values::new(i, corners);
    let rows = lines.map(|line| match line {
        Line::Edge(opposite) => ([0, 1, 2].map(|k| Dd::from_f64(f64::from(u8::from(k == opposite)))), 0.0),
        Line::Wall(j, _) => {
            let other = Values::new(j, corners);
            let size = (0..3).fold(0.0, |s: f64, k| s.max(own.size[k] + other.size[k]));
            ([0, 1, 2].map(|k| own.at[k] - other.at[k]), 2f64.powi(-100) * size + UNDERFLOW)
        }
    });
    let [(a, e), (b, f)] = &rows;
    let most = |r: &[Dd; 3]| r.iter().fold(0.0, |m: f64, x| m.max(x.hi.abs()));
    let (m, n) = (most(a), most(b));
    let c = [(1, 2), (2, 0), (0, 1)].map(|(p, q)| a[p] * b[q] - a[q] * b[p]);
    let sum = (c[0] + c[1]) + c[2];
    let d = 2.0 * (m * f + n * e) + 2f64.powi(-98) * m * n;
    let error = (10.0 * d + 2f64.powi(-96) * m * n) / sum.hi.abs();
    // Also for what is not finite, and for what may have lost digits to underflow: six products,
    // each of at most `m n`, sum to more than that.
    if !(error < 0.5 && sum.hi.abs() > 2f64.powi(-800)) {
        return ([Dd::from_f64(0.0); 3], f64::INFINITY);
    }
    (c.map(|c| c.over(sum)), error)
}

/// The least positive double, `2^-1074`.
const LEAST_DOUBLE: f64 = f64::from_bits(1);

/// Lines whose determinant is below this share of its terms are treated in rationals.
const LEAST_ANGLE: f64 = 1.0 / (1u64 << 30) as f64;

/// [`Meet::inside`] by rationals only: its last stage, and its twin for tests.
pub fn inside_exact(
    i: (&Lifted3, u32),
    m: (&Lifted3, u32),
    lines: [Line<'_>; 2],
    corners: &[[f64; 3]; 3],
    counters: &mut Counters,
) -> bool {
    let [a, b] = lines.each_ref().map(|line| row_exact(i.0, line, corners));
    let s = row_exact(i.0, &Line::Wall(m.0, m.1), corners);
    let c = cross(&a, &b);
    let sum: Rational = c.iter().sum();
    let turn = sum.cmp0() as i32;
    let sign = dot(&c, &s).cmp0() as i32 * turn;
    if sign != 0 {
        return sign > 0;
    }
    counters.exact_zeros += 1;
    // Coefficients of the perturbations, by rank; a site may occur once only.
    let one = [0, 1, 2].map(|_| Rational::from(1));
    let mut coefficients = vec![(m.1, -turn)];
    let mut own = turn;
    let mut total = sum;
    let walls = [(0, dot(&cross(&one, &b), &s)), (1, dot(&cross(&a, &one), &s))];
    for (k, coefficient) in walls {
        if let Line::Wall(_, rank) = lines[k] {
            coefficients.push((rank, -(coefficient.cmp0() as i32)));
            total += coefficient;
            own = total.cmp0() as i32;
        }
    }
    coefficients.push((i.1, own));
    coefficients.sort_unstable();
    coefficients.iter().map(|c| c.1).find(|&c| c != 0).is_none_or(|c| c * turn > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lifted(y: [f64; 3], h: f64) -> Lifted3 {
        Lifted3 { y, h: Dd::from_f64(h) }
    }

    /// Perturbing for real, with a rational so small that nothing else changes, gives the sign that
    /// the symbolic perturbation promises.
    #[test]
    fn ties_are_those_of_a_small_perturbation() {
        let mut state = 1u64;
        let mut draw = |n: i64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) as i64 % (2 * n + 1) - n) as f64
        };
        let mut ties = 0;
        for _ in 0..8000 {
            let corners = [[0; 3]; 3].map(|v: [i32; 3]| v.map(|_| draw(2)));
            let sites = [0; 4].map(|_| lifted([draw(2), draw(2), draw(2)], draw(2)));
            let ranks = [2, 0, 3, 1];
            let edge = draw(1) as i32;
            let mut make = |s: &'_ [Lifted3; 4]| -> Option<bool> {
                let first = if edge < 0 { Line::Wall(&s[1], ranks[1]) } else { Line::Edge(edge as usize) };
                let second = Line::Wall(&s[2], ranks[2]);
                let [a, b] = [first, second].map(|l| row_exact(&s[0], &l, &corners));
                if cross(&a, &b).iter().sum::<Rational>().cmp0().is_eq() {
                    return None;
                }
                let mut counters = Counters::default();
                let v = sites_values(s, &corners);
                let row =
                    |k: usize, counters: &mut Counters| Row::wall((&s[0], &v[0]), (&s[k], &v[k]), &corners, counters);
                let rows =
                    [if edge < 0 { row(1, &mut counters) } else { Row::edge(edge as usize) }, row(2, &mut counters)];
                let meet = Meet::of([&rows[0], &rows[1]], &s[0], || [first, second], &corners, &mut counters);
                let side = row(3, &mut counters);
                let (i, m) = ((&s[0], ranks[0]), (&s[3], ranks[3]));
                let fast = meet.inside(&side, i, m, || [first, second], &corners, &mut counters);
                let slow = inside_exact(i, m, [first, second], &corners, &mut counters);
                assert_eq!(fast, slow);
                ties += counters.exact_zeros;
                Some(fast)
            };
            // 2^-200 is far below any difference of these determinants, and squares of it far below
            // that.
            let mut moved = sites;
            for (k, site) in moved.iter_mut().enumerate() {
                site.h.lo = 2f64.powi(-200 * (ranks[k] as i32 + 1));
            }
            if let Some(tied) = make(&sites) {
                assert_eq!(make(&moved), Some(tied), "{corners:?} {sites:?}");
            }
        }
        assert!(ties > 400, "{ties}");
    }

    /// In double-double the same point up to the promised error, unless the lines are nearly
    /// parallel.
    #[test]
    fn near_coordinates_are_as_near_as_said() {
        let mut state = 4u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let (mut near, mut refused) = (0, 0);
        for round in 0..3000 {
            let corners = [[0; 3]; 3].map(|v: [i32; 3]| v.map(|_| draw()));
            let scale = 0.5f64.powi(round % 40);
            let first = [draw(), draw(), draw()];
            let sites = [0; 3].map(|_| lifted(first.map(|c| c + scale * draw()), scale * draw()));
            let lines =
                [[Line::Edge(1), Line::Wall(&sites[1], 1)], [Line::Wall(&sites[1], 1), Line::Wall(&sites[2], 2)]];
            for lines in lines {
                let (l, error) = meet_near(&sites[0], lines, &corners);
                let exact = meet_exact(&sites[0], lines, &corners).unwrap();
                // The promise is for points in the triangle.
                if exact.iter().any(|l| *l < 0 || *l > 1) {
                    continue;
                }
                if !error.is_finite() {
                    refused += 1;
                    continue;
                }
                near += 1;
                for (l, exact) in l.iter().zip(&exact) {
                    let off = big::nearest_f64(&(big::rational_dd(*l) - exact)).abs();
                    assert!(off <= error, "{off:e} {error:e}");
                }
            }
        }
        assert!(near > 500 && refused < 100, "{near} {refused}");
    }

    fn sites_values(s: &[Lifted3; 4], corners: &[[f64; 3]; 3]) -> [Values; 4] {
        s.map(|s| Values::new(&s, corners))
    }
}
