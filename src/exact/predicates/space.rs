//! On which side of a plane three others meet: the one question of cells in space (V, E, F and B3
//! in one form).
//!
//! A plane is a row `(n, d)`, the set `<n, x> + d = 0`, positive inside the cell that it bounds. A
//! wall between sites `i` and `j` is the row of `s_ij(x) = <y_i - y_j, x> + h_i - h_j`, a face of
//! the domain is its own row. Three planes `a, b, c` whose normals have a positive determinant meet
//! where `x = (C_0, C_1, C_2) / C_3`, with the cofactors `C` of a fourth row under them, and
//!
//! ```text
//! <n_m, x> + d_m = det[a; b; c; m] / det[n_a; n_b; n_c] = <C, m> / C_3.
//! ```
//!
//! The cell keeps its corners turned so that `C_3 > 0`, so the sign of `<C, m>` decides.
//!
//! # Error model
//! The entries of a row are off by at most `2u` of a *size* given beside each ([`PlaneRow`]). A
//! minor of two rows is two products of a relative error of at most `5u` of the product of sizes,
//! and their difference: below `6u` of its size. A cofactor is three products of those with entries
//! of a third row (`9u`) and two sums: below `11u`, and `16u` covers the second order. `<C, m>` is
//! four such products (`16u + 3u`) and three sums: below `22u` of the sum of sizes; `26u` is used.
//! What underflows is off by a few `2^-1074` times sizes, which `UNDERFLOW` covers. What overflows
//! is infinite or no number, and no filter accepts it: its size is infinite, too.
//!
//! # Ties
//! Heights become `h_k + p_k`, so that `d` of the wall `ij` becomes `d + p_i - p_j`. Only the last
//! column of the determinant moves, so it is linear in the perturbations, without any remainder:
//! the coefficient of `p_r` is the sum of the cofactors of the entries `d` that have it. Ranks are
//! taken in their order, as everywhere. Two things are left that heights cannot decide.
//!
//! *Images.* On a torus walls between images of one site do not move at all, and those to several
//! images of another move alike. There the metric is perturbed, `|x|^2` to `|x|^2 + <x, Q x>` with
//! an infinitesimal generic `Q`, the entries that belong to periodic axes infinitely greater than
//! the others: with `x' = (1 + Q) x` normals of walls stay what they are, and `d` becomes `d + <n,
//! Q n> / 2` (and a term linear in `n`, which drops out, since `sum C_k n_k = 0` among walls). This
//! is the same everywhere, so it cuts the torus into cells that fit. Among four walls it decides
//! whatever is left: `sum C_k n_k = 0` and `sum C_k n_k n_k' = 0` with independent `n_a, n_b, n_c`
//! and `C_m != 0` only if `n_m` is one of the others, or zero. A face of the domain is normal to no
//! periodic axis. Where one of the four planes is such a face with a cofactor that is not zero, the
//! same is said of the parts of the normals along periodic axes: either these decide, or the ranks
//! of sites with the same part do. With a cofactor of zero the rows of the three walls are linearly
//! dependent, so it drops out, however the metric turns its normal.
//!
//! *The domain.* More than three faces of a polyhedron may meet. Its faces move outwards, the
//! lower number infinitely more. Faces of a box meet by threes, and stay.

use super::super::{Counters, big};
use super::{U, UNDERFLOW};
use big::Integer;

/// A plane in doubles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlaneRow {
    /// Normal and constant.
    pub v: [f64; 4],
    /// Each entry is off by at most `2u` of this.
    size: [f64; 4],
}

impl PlaneRow {
    /// The row of a normal that is right to `2u` in each entry (or exactly zero there), and of a
    /// constant that is off by at most `off`.
    #[inline]
    pub fn new(n: [f64; 3], d: f64, off: f64) -> PlaneRow {
        // The rounding of the quotient is covered by the slack of the constants.
        let size = [n[0].abs(), n[1].abs(), n[2].abs(), d.abs().max(off / (2.0 * U))];
        PlaneRow { v: [n[0], n[1], n[2], d], size }
    }

    /// The sign of `<v, n x m>` with the normals of this plane and of another one; 0: doubles do
    /// not tell.
    #[inline]
    pub fn turn(&self, other: &PlaneRow, v: &[f64; 3]) -> i32 {
        self.turn_of(other, v, &v.map(f64::abs))
    }

    /// The same with the normal of a third plane for `v`.
    #[inline]
    pub fn turn_to(&self, other: &PlaneRow, third: &PlaneRow) -> i32 {
        let ([v @ .., _], [size @ .., _]) = (&third.v, &third.size);
        self.turn_of(other, v, size)
    }

    /// A minor is off by less than `6u` of its size (above), an entry of `v` by `2u` of its own, a
    /// product by `u` more, and their sum by two: below `12u` of the sizes; `16u` used.
    #[inline]
    fn turn_of(&self, other: &PlaneRow, v: &[f64; 3], size: &[f64; 3]) -> i32 {
        let (a, b, s, t) = (&self.v, &other.v, &self.size, &other.size);
        let (mut value, mut sizes) = (0.0, 0.0);
        for k in 0..3 {
            let (p, q) = ((k + 1) % 3, (k + 2) % 3);
            value += v[k] * (a[p] * b[q] - a[q] * b[p]);
            sizes += size[k] * (s[p] * t[q] + s[q] * t[p]);
        }
        let bound = 16.0 * U * sizes + UNDERFLOW;
        i32::from(value > bound) - i32::from(-value > bound)
    }

    /// About how far a point is from the plane, inwards.
    #[inline]
    pub fn distance(&self, x: &[f64; 3]) -> f64 {
        let v = &self.v;
        let square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
        (v[3] + v[0] * x[0] + v[1] * x[1] + v[2] * x[2]) / square.sqrt()
    }

    /// Is everything in a ball certainly inside? A filter only: `false` says nothing.
    ///
    /// Entries of the normal are off by `2u`, and so is its length, beside `4u` of rounding;
    /// products and sums are five more: below `12u` of all sizes; `16u` used.
    #[inline]
    pub fn is_beyond(&self, centre: &[f64; 3], radius: f64) -> bool {
        let (mut least, mut sizes, mut square) = (self.v[3], self.size[3], 0.0);
        for k in 0..3 {
            least += self.v[k] * centre[k];
            sizes += (self.v[k] * centre[k]).abs();
            square += self.v[k] * self.v[k];
        }
        let reach = square.sqrt() * radius;
        least - reach > 16.0 * U * (sizes + reach) + UNDERFLOW
    }

    /// The row of a normal whose entries are rounded and off by at most `slack` besides: where it
    /// is a difference of products, an entry may be small beside its error.
    pub fn skewed(n: [f64; 3], slack: [f64; 3], d: f64, off: f64) -> PlaneRow {
        let mut row = PlaneRow::new(n, d, off);
        for k in 0..3 {
            row.size[k] = row.size[k].max(slack[k] / U);
        }
        row
    }

    /// Is everything in a box certainly inside? A filter only: `false` says nothing.
    #[inline]
    pub fn is_beyond_box(&self, low: &[f64; 3], high: &[f64; 3]) -> bool {
        self.side_of(low, high) == Some(true)
    }

    /// Is everything in a box certainly inside, or outside? `None`: it lies across, or doubles do
    /// not tell.
    ///
    /// The least and the greatest value in the box are `d` and three products, `2u` off by the
    /// entries of the normal, `u` by rounding, and three sums: below `7u` of the sizes of the
    /// products beside the error of `d`; `16u` used.
    #[inline]
    pub fn side_of(&self, low: &[f64; 3], high: &[f64; 3]) -> Option<bool> {
        let (mut least, mut most, mut sizes) = (self.v[3], self.v[3], 0.0);
        for k in 0..3 {
            let (a, b) = (self.v[k] * low[k], self.v[k] * high[k]);
            least += a.min(b);
            most += a.max(b);
            sizes += self.size[k] * low[k].abs().max(high[k].abs());
        }
        let bound = 16.0 * U * (sizes + self.size[3]) + UNDERFLOW;
        if least > bound {
            return Some(true);
        }
        if -most > bound { Some(false) } else { None }
    }
}

/// Where three planes meet, in doubles: cofactors, and the sizes of their terms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Corner {
    c: [f64; 4],
    size: [f64; 4],
}

impl Corner {
    /// Of three planes whose normals have a positive determinant.
    #[inline]
    pub fn of(a: &PlaneRow, b: &PlaneRow, c: &PlaneRow) -> Corner {
        let minor = |p: usize, q: usize| {
            let (l, r) = (a.v[p] * b.v[q], a.v[q] * b.v[p]);
            (l - r, a.size[p] * b.size[q] + a.size[q] * b.size[p])
        };
        let [xy, xz, xd, yz, yd, zd] = [minor(0, 1), minor(0, 2), minor(0, 3), minor(1, 2), minor(1, 3), minor(2, 3)];
        // The minor of the columns p, q, r: that of two rows in each pair times the third.
        let three = |pq: (f64, f64), pr: (f64, f64), qr: (f64, f64), [p, q, r]: [usize; 3]| {
            let value = pq.0 * c.v[r] - pr.0 * c.v[q] + qr.0 * c.v[p];
            (value, pq.1 * c.size[r] + pr.1 * c.size[q] + qr.1 * c.size[p])
        };
        let (x, y) = (three(yz, yd, zd, [1, 2, 3]), three(xz, xd, zd, [0, 2, 3]));
        let (z, w) = (three(xy, xd, yd, [0, 1, 3]), three(xy, xz, yz, [0, 1, 2]));
        Corner { c: [-x.0, y.0, -z.0, w.0], size: [x.1, y.1, z.1, w.1] }
    }

    /// Have the normals certainly a positive determinant?
    #[inline]
    pub fn is_turned(&self) -> bool {
        self.c[3] > 16.0 * U * self.size[3] + UNDERFLOW
    }

    /// Is it inside of a plane? `None`: doubles do not tell.
    #[inline]
    pub fn is_inside(&self, m: &PlaneRow) -> Option<bool> {
        let (c, v) = (&self.c, &m.v);
        let value = (c[0] * v[0] + c[1] * v[1]) + (c[2] * v[2] + c[3] * v[3]);
        let (s, t) = (&self.size, &m.size);
        let sizes = (s[0] * t[0] + s[1] * t[1]) + (s[2] * t[2] + s[3] * t[3]);
        let all = (s[0] + s[1]) + (s[2] + s[3]) + (t[0] + t[1]) + (t[2] + t[3]);
        let bound = 26.0 * U * sizes + UNDERFLOW * (1.0 + all);
        if value > bound {
            return Some(true);
        }
        if -value > bound {
            return Some(false);
        }
        None
    }

    /// About the value of a plane's form there: for walks, which decide nothing by it.
    #[inline]
    pub fn height(&self, m: &PlaneRow) -> f64 {
        let (c, v) = (&self.c, &m.v);
        (c[0] * v[0] + c[1] * v[1] + c[2] * v[2]) / c[3] + v[3]
    }

    /// The point, and a bound of the error of its coordinates; `None` where the planes are too
    /// nearly parallel for that.
    ///
    /// `|dC_k| <= 16u s_k`, so a quotient is off by `16u (s_k + |x_k| s_3) / (C_3 - 16u s_3)` and
    /// its rounding. Where a reciprocal leaves the doubles so does the bound, and it is none.
    #[inline]
    pub fn point(&self) -> Option<([f64; 3], f64)> {
        let (w, off) = (self.c[3], 16.0 * U * self.size[3]);
        let low = w - off;
        if !(off < LEAST_ANGLE * w) {
            return None;
        }
        let (c, s, by, over) = (&self.c, &self.size, 1.0 / w, 1.0 / low);
        let x = [c[0] * by, c[1] * by, c[2] * by];
        let mut error = 0.0;
        for k in 0..3 {
            let size = x[k].abs();
            // The reciprocal and the product are rounded.
            let e = (16.0 * U * (s[k] + size * s[3]) + UNDERFLOW) * over + 4.0 * U * size;
            error = if e > error || e.is_nan() { e } else { error };
        }
        (error < f64::INFINITY).then_some((x, 1.0001 * error))
    }
}

/// Planes whose determinant is uncertain by more than this share are met in rationals.
const LEAST_ANGLE: f64 = 1.0 / (1u64 << 24) as f64;

/// A plane in integers: a positive multiple of its row, the same for all walls of a diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactRow {
    /// Normal and constant.
    pub v: [Integer; 4],
    /// The same where they are small, and the bits of normal and constant.
    small: Option<([i64; 4], [u32; 2])>,
}

impl ExactRow {
    /// Of these integers.
    pub fn new(v: [Integer; 4]) -> ExactRow {
        let bits = |r: std::ops::Range<usize>| v[r].iter().map(|x| x.significant_bits()).max().unwrap_or(0);
        let bits = [bits(0..3), bits(3..4)];
        let small = (bits[0] < 62 && bits[1] < 62).then(|| (v.each_ref().map(Integer::to_i64_wrapping), bits));
        ExactRow { v, small }
    }
}

/// How a plane gives way where signs are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yield {
    /// A face of a box: not at all.
    Never,
    /// A face of a polyhedron, by its number.
    Face(u32),
    /// A wall between sites of these ranks, the cell's own first; the same twice: between images.
    Ranks(u32, u32),
}

/// Three by three determinant of the normals without row `skip`, with the sign that makes it the
/// cofactor of the last entry of row `skip`.
macro_rules! cofactor {
    ($rows:expr, $skip:expr, $mul:expr) => {{
        let rest: [usize; 3] = match $skip {
            0 => [1, 2, 3],
            1 => [0, 2, 3],
            2 => [0, 1, 3],
            _ => [0, 1, 2],
        };
        let [a, b, c] = rest.map(|k| $rows[k]);
        let value = $mul(a, b, c);
        // det = sum_k (-1)^(k + 3) d_k M_k, rows counted from 0.
        if $skip % 2 == 1 { value } else { -value }
    }};
}

fn det_small(a: &[i64; 4], b: &[i64; 4], c: &[i64; 4]) -> i128 {
    let m = |p: usize, q: usize| i128::from(a[p]) * i128::from(b[q]) - i128::from(a[q]) * i128::from(b[p]);
    m(0, 1) * i128::from(c[2]) - m(0, 2) * i128::from(c[1]) + m(1, 2) * i128::from(c[0])
}

/// Determinant of three columns of three rows.
fn det_big(a: &[Integer; 4], b: &[Integer; 4], c: &[Integer; 4], columns: [usize; 3]) -> Integer {
    let [p, q, r] = columns;
    let minor = |p: usize, q: usize| {
        let mut m = Integer::from(&a[p] * &b[q]);
        m -= &a[q] * &b[p];
        m
    };
    let mut sum = minor(p, q) * &c[r];
    sum -= minor(p, r) * &c[q];
    sum += minor(q, r) * &c[p];
    sum
}

/// The cofactors of the last entries of four rows, and the sign of the determinant.
fn cofactors(rows: &[&ExactRow; 4], counters: &mut Counters) -> (i32, [i32; 4], [Integer; 4]) {
    let small: Option<Vec<_>> = rows.iter().map(|r| r.small.as_ref()).collect();
    // Bits of a determinant of normals: three factors and six terms; times the constant, and four.
    let fits = |s: &Vec<&([i64; 4], [u32; 2])>| {
        let most = |k: usize| s.iter().map(|r| r.1[k]).max().unwrap_or(0);
        3 * most(0) + most(1) + 5 <= 126
    };
    if let Some(s) = small.filter(fits) {
        let rows: [&[i64; 4]; 4] = [&s[0].0, &s[1].0, &s[2].0, &s[3].0];
        let c = [0, 1, 2, 3].map(|k| cofactor!(rows, k, det_small));
        let det: i128 = c.iter().zip(rows).map(|(c, r)| c * i128::from(r[3])).sum();
        let sign = det.signum() as i32;
        // The cofactors themselves are wanted for ties only.
        let big = if sign == 0 { c.map(Integer::from) } else { Default::default() };
        return (sign, c.map(|c| c.signum() as i32), big);
    }
    counters.big += 1;
    let v = rows.map(|r| &r.v);
    let det = |a: &[Integer; 4], b: &[Integer; 4], c: &[Integer; 4]| det_big(a, b, c, [0, 1, 2]);
    let c = [0, 1, 2, 3].map(|k| cofactor!(v, k, det));
    let det: Integer = c.iter().zip(v).map(|(c, r)| Integer::from(c * &r[3])).sum();
    (big::sign(&det), c.each_ref().map(big::sign), c)
}

/// Is the point where the first three planes meet inside of the fourth, after the perturbation? The
/// normals of the first three have a positive determinant.
///
/// `periodic` says which axes are.
pub fn corner_inside(rows: [&ExactRow; 4], yields: [Yield; 4], periodic: [bool; 3], counters: &mut Counters) -> bool {
    let (sign, signs, c) = cofactors(&rows, counters);
    if sign != 0 {
        return sign > 0;
    }
    counters.exact_zeros += 1;
    // Each wall has +1 of its own rank and -1 of the other.
    let mut ranks: Vec<u32> = Vec::with_capacity(8);
    for y in yields {
        if let Yield::Ranks(own, other) = y {
            ranks.extend([own, other]);
        }
    }
    ranks.sort_unstable();
    ranks.dedup();
    for rank in ranks {
        let mut sum = Integer::new();
        for (k, y) in yields.iter().enumerate() {
            if let Yield::Ranks(own, other) = *y {
                match (own == rank, other == rank) {
                    (true, false) => sum += &c[k],
                    (false, true) => sum -= &c[k],
                    _ => {}
                }
            }
        }
        match big::sign(&sum) {
            0 => {}
            s => return s > 0,
        }
    }
    let mut faces: Vec<(u32, i32)> = Vec::new();
    for (k, y) in yields.iter().enumerate() {
        if let Yield::Face(number) = *y {
            faces.push((number, signs[k]));
        }
    }
    faces.sort_unstable();
    if let Some(&(_, s)) = faces.iter().find(|f| f.1 != 0) {
        return s > 0;
    }
    let pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)];
    let glued = |&(p, q): &(usize, usize)| periodic[p] && periodic[q];
    let alone = yields.iter().zip(signs).all(|(y, sign)| sign == 0 || matches!(y, Yield::Ranks(..)));
    let others = pairs.into_iter().filter(|pair| alone && !glued(pair));
    for (p, q) in pairs.into_iter().filter(glued).chain(others) {
        let mut sum = Integer::new();
        for (k, y) in yields.iter().enumerate() {
            if let Yield::Ranks(..) = y {
                sum += Integer::from(&rows[k].v[p] * &rows[k].v[q]) * &c[k];
            }
        }
        match big::sign(&sum) {
            0 => {}
            s => return s > 0,
        }
    }
    // Two names for one plane: the second changes nothing.
    true
}

/// The point where three planes meet, exactly: numerators and their common denominator, which is
/// positive if the determinant of the normals is.
pub fn corner_exact(rows: [&ExactRow; 3]) -> [Integer; 4] {
    let [a, b, c] = rows.map(|r| &r.v);
    let minor = |p: usize, q: usize| {
        let mut m = Integer::from(&a[p] * &b[q]);
        m -= &a[q] * &b[p];
        m
    };
    let [xy, xz, xd, yz, yd, zd] = [minor(0, 1), minor(0, 2), minor(0, 3), minor(1, 2), minor(1, 3), minor(2, 3)];
    // The minor of the columns p, q, r: those of two rows in each pair times the third.
    let three = |pq: &Integer, pr: &Integer, qr: &Integer, [p, q, r]: [usize; 3]| {
        let mut sum = Integer::from(pq * &c[r]);
        sum -= pr * &c[q];
        sum += qr * &c[p];
        sum
    };
    [
        -three(&yz, &yd, &zd, [1, 2, 3]),
        three(&xz, &xd, &zd, [0, 2, 3]),
        -three(&xy, &xd, &yd, [0, 1, 3]),
        three(&xy, &xz, &yz, [0, 1, 2]),
    ]
}

/// The point in doubles, by rationals, with a bound of its error.
pub fn corner_near(rows: [&ExactRow; 3]) -> ([f64; 3], f64) {
    let [x, y, z, w] = corner_exact(rows);
    if w.cmp0().is_eq() {
        return ([0.0; 3], f64::INFINITY);
    }
    let point = [x, y, z].map(|x| big::nearest_f64(&big::Rational::from((x, w.clone()))));
    (point, point.iter().fold(f64::MIN_POSITIVE, |e: f64, x| e.max(2.0 * U * x.abs())))
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

    fn exact(v: [f64; 4]) -> ExactRow {
        let e = v.iter().filter(|x| **x != 0.0).map(|x| big::decompose(*x).1).min().unwrap_or(0);
        ExactRow::new(v.map(|x| {
            let (m, f) = big::decompose(x);
            if m == 0 { Integer::new() } else { Integer::from(m) << (f - e) as u32 }
        }))
    }

    /// By rationals: the point, put into the fourth plane.
    fn truth(rows: [&ExactRow; 4]) -> i32 {
        let [x, y, z, w] = corner_exact([rows[0], rows[1], rows[2]]);
        let m = &rows[3].v;
        let sum = Integer::from(&m[0] * &x) + Integer::from(&m[1] * &y) + Integer::from(&m[2] * &z);
        big::sign(&(sum + Integer::from(&m[3] * &w))) * big::sign(&w)
    }

    #[test]
    fn filter_small_and_big_integers_agree() {
        let mut r = Random(3);
        let (mut sure, mut zeros, mut counters) = (0, 0, Counters::default());
        for round in 0..6000 {
            let scale = [1.0, 1e-3, 1e120, 1e-150][round % 4];
            let tilt = [0.0, 1e-9, 1e-14, 0.3][round / 4 % 4];
            let mut rows = [[0.0; 4]; 4].map(|_| [0; 4].map(|_| r.whole(3) as f64 + tilt * r.next()));
            rows.iter_mut().for_each(|v| v[3] *= scale);
            let exact = rows.map(exact);
            let [a, b, c, m] = exact.each_ref();
            let turn = big::sign(&corner_exact([a, b, c])[3]);
            if turn == 0 {
                continue;
            }
            let order = if turn > 0 { [0, 1, 2, 3] } else { [1, 0, 2, 3] };
            let rows = order.map(|k| PlaneRow::new([rows[k][0], rows[k][1], rows[k][2]], rows[k][3], 0.0));
            let sign = truth(if turn > 0 { [a, b, c, m] } else { [b, a, c, m] });
            if let Some(inside) = Corner::of(&rows[0], &rows[1], &rows[2]).is_inside(&rows[3]) {
                sure += 1;
                assert_eq!(i32::from(inside) * 2 - 1, sign, "{rows:?}");
            }
            let by_order = order.map(|k| &exact[k]);
            let found = cofactors(&by_order, &mut counters).0;
            assert_eq!(found, sign);
            zeros += usize::from(sign == 0);
            let big = by_order.map(|r| ExactRow { v: r.v.clone(), small: None });
            assert_eq!(cofactors(&big.each_ref(), &mut counters).0, sign);
            let (point, error) = corner_near([by_order[0], by_order[1], by_order[2]]);
            if let Some((near, bound)) = Corner::of(&rows[0], &rows[1], &rows[2]).point() {
                (0..3).for_each(|k| assert!((near[k] - point[k]).abs() <= bound + error));
            }
        }
        assert!(sure > 3000 && zeros > 30, "{sure} {zeros}");
    }

    /// Perturbations that are small numbers, not infinitesimal ones, give the same signs.
    #[test]
    fn ties_go_as_small_heights_would() {
        let mut r = Random(11);
        let (mut ties, mut counters) = (0, Counters::default());
        for _ in 0..40_000 {
            let own: u32 = 3;
            let rows = [[0i64; 4]; 4].map(|_| [r.whole(2), r.whole(2), r.whole(2), r.whole(2)]);
            let others = [0, 1, 2, 4].map(|k| (k + r.whole(2).unsigned_abs() as u32) % 5);
            let yields = others.map(|j| Yield::Ranks(own, j));
            let exact = rows.map(|v| ExactRow::new(v.map(Integer::from)));
            let [a, b, c, m] = exact.each_ref();
            if big::sign(&corner_exact([a, b, c])[3]) <= 0 || truth([a, b, c, m]) != 0 {
                continue;
            }
            // Far enough apart for cofactors of up to 2^7; the metric below all heights.
            let step = |rank: u32| Integer::from(1) << (40 * (8 - rank));
            let moved = [0, 1, 2, 3].map(|k| {
                let metric: i64 =
                    [(0, 0, 200i64), (1, 1, 1)].iter().map(|&(p, q, f)| rows[k][p] * rows[k][q] * f).sum();
                let mut v = rows[k].map(|x| Integer::from(x) << 400u32);
                v[3] += step(own) - step(others[k]);
                v[3] += metric;
                ExactRow::new(v)
            });
            let sign = truth(moved.each_ref());
            if sign == 0 {
                continue;
            }
            let heights = (0..5).any(|rank| {
                let sum: i64 = (0..4)
                    .map(|k| {
                        let cofactor = cofactors(&[a, b, c, m], &mut counters).2[k].to_i64_wrapping();
                        cofactor * (i64::from(rank == own) - i64::from(others[k] == rank))
                    })
                    .sum();
                sum != 0
            });
            if !heights {
                continue;
            }
            ties += 1;
            assert_eq!(corner_inside([a, b, c, m], yields, [true; 3], &mut counters), sign > 0, "{rows:?} {others:?}");
        }
        assert!(ties > 300, "{ties}");
    }
}
