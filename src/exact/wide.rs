//! The cheap exact middle stage: doubles over a common power of two as 128-bit integers,
//! determinants in 256 bits, of four rows in 384.
//!
//! On grids and other structured data the determinant is often exactly zero, so every filter fails;
//! big integers would cost a microsecond each. Here a 3x3 determinant costs some tens of
//! nanoseconds. Everything is exact or declined.

use super::dd::Dd;

/// Integers of one column over a common unit: the differences `x_k - x_last`, for `k` below
/// `N - 1`. Of doubles they are below `2^121` in absolute value, of double-doubles, whose parts are
/// added first, below `2^122`.
#[derive(Clone, Copy, Debug)]
pub struct Column<const N: usize> {
    /// Differences in units of a common power of two.
    pub value: [i128; N],
    /// Bits of the largest absolute value.
    pub bits: u32,
}

/// Mantissa (odd or zero) and exponent of a finite double.
#[inline(always)]
fn split(x: f64) -> (i64, i32) {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (m, e) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
    if m == 0 {
        return (0, i32::MAX);
    }
    let z = m.trailing_zeros();
    let m = m >> z;
    (if x < 0.0 { -m } else { m }, e + z as i32)
}

/// `m 2^(e - unit)`, if it stays below `2^120` in absolute value.
#[inline(always)]
fn over_unit(m: i64, e: i32, unit: i32) -> Option<i128> {
    if m == 0 {
        return Some(0);
    }
    let shift = e - unit; // both come from doubles, no overflow
    let length = 64 - m.unsigned_abs().leading_zeros() as i32;
    (length + shift <= 120).then(|| (m as i128) << shift)
}

fn bits_of<const N: usize>(value: &[i128; N]) -> u32 {
    let all = value.iter().fold(0u128, |a, v| a | v.unsigned_abs());
    128 - all.leading_zeros()
}

/// Differences `x_k - base` of finite doubles, exact in a common unit, if they fit.
pub fn differences<const N: usize>(x: [f64; N], base: f64) -> Option<Column<N>> {
    let parts = x.map(split);
    let b = split(base);
    let unit = parts.iter().fold(b.1, |u, p| u.min(p.1));
    let base = over_unit(b.0, b.1, unit)?;
    let mut value = [0i128; N];
    for k in 0..N {
        value[k] = over_unit(parts[k].0, parts[k].1, unit)? - base;
    }
    Some(Column { value, bits: bits_of(&value) })
}

/// Differences `h_k - base` of finite double-doubles, exact in a common unit, if they fit.
pub fn differences_dd<const N: usize>(h: [Dd; N], base: Dd) -> Option<Column<N>> {
    let parts = h.map(|h| (split(h.hi), split(h.lo)));
    let b = (split(base.hi), split(base.lo));
    let unit = parts.iter().fold(b.0.1.min(b.1.1), |u, p| u.min(p.0.1).min(p.1.1));
    let whole = |p: ((i64, i32), (i64, i32))| Some(over_unit(p.0.0, p.0.1, unit)? + over_unit(p.1.0, p.1.1, unit)?);
    let base = whole(b)?;
    let mut value = [0i128; N];
    for k in 0..N {
        value[k] = whole(parts[k])? - base;
    }
    Some(Column { value, bits: bits_of(&value) })
}

/// A 256-bit two's complement integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I256 {
    hi: i128,
    lo: u128,
}

impl I256 {
    /// The product of two 128-bit integers, exact.
    #[inline(always)]
    pub fn product(a: i128, b: i128) -> I256 {
        let (ua, ub) = (a.unsigned_abs(), b.unsigned_abs());
        const MASK: u128 = u64::MAX as u128;
        let (a1, a0, b1, b0) = (ua >> 64, ua & MASK, ub >> 64, ub & MASK);
        let low = a0 * b0;
        let mid = a1 * b0 + (low >> 64); // at most (2^64-1)^2 + 2^64 - 1 < 2^128
        let mid2 = a0 * b1 + (mid & MASK);
        let magnitude = I256 { hi: (a1 * b1 + (mid >> 64) + (mid2 >> 64)) as i128, lo: (mid2 << 64) | (low & MASK) };
        if (a < 0) != (b < 0) { magnitude.negated() } else { magnitude }
    }

    #[inline(always)]
    fn negated(self) -> I256 {
        let (lo, carry) = (!self.lo).overflowing_add(1);
        I256 { hi: (!self.hi).wrapping_add(i128::from(carry)), lo }
    }

    /// Sum; the caller keeps the total below `2^255`.
    #[inline(always)]
    pub fn plus(self, b: I256) -> I256 {
        let (lo, carry) = self.lo.overflowing_add(b.lo);
        I256 { hi: self.hi.wrapping_add(b.hi).wrapping_add(i128::from(carry)), lo }
    }

    /// Sign as -1, 0, 1.
    #[inline(always)]
    pub fn sign(self) -> i32 {
        if self.hi < 0 { -1 } else { i32::from(self.hi != 0 || self.lo != 0) }
    }
}

/// Sign of `det [x y h]` of three rows, if the entries fit. With `x.bits + y.bits <= 126` minors
/// are below `2^127`, and as entries of `h` are below `2^126` the sum of three products is below
/// `3 2^253 < 2^255`.
pub fn determinant_sign(x: &Column<3>, y: &Column<3>, h: &Column<3>) -> Option<i32> {
    debug_assert!(h.bits <= 126);
    if x.bits + y.bits > 126 {
        return None;
    }
    let (x, y, h) = (&x.value, &y.value, &h.value);
    let minor = |i: usize, j: usize| x[i] * y[j] - y[i] * x[j];
    let d =
        I256::product(h[0], minor(1, 2)).plus(I256::product(h[1], minor(2, 0))).plus(I256::product(h[2], minor(0, 1)));
    Some(d.sign())
}

/// A 384-bit two's complement integer, lowest word first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct I384([u64; 6]);

impl I384 {
    /// The product of integers of 256 and 128 bits, exact. The first is below `2^255` in absolute
    /// value.
    #[inline(always)]
    pub fn product(a: I256, b: i128) -> I384 {
        let negative = (a.hi < 0) != (b < 0);
        let a = if a.hi < 0 { a.negated() } else { a };
        let b = b.unsigned_abs();
        let x = [a.lo as u64, (a.lo >> 64) as u64, a.hi as u64, (a.hi >> 64) as u64];
        let mut out = [0u64; 6];
        for (j, y) in [b as u64, (b >> 64) as u64].into_iter().enumerate() {
            let mut carry = 0u128;
            for i in 0..4 {
                // At most (2^64 - 1)^2 + 2 (2^64 - 1) < 2^128.
                let sum = u128::from(x[i]) * u128::from(y) + u128::from(out[i + j]) + carry;
                out[i + j] = sum as u64;
                carry = sum >> 64;
            }
            out[4 + j] = carry as u64;
        }
        if negative { I384(out.map(|w| !w)).plus(I384([1, 0, 0, 0, 0, 0])) } else { I384(out) }
    }

    /// Sum; the caller keeps the total below `2^383`.
    #[inline(always)]
    pub fn plus(self, b: I384) -> I384 {
        let (mut out, mut carry) = ([0u64; 6], false);
        for k in 0..6 {
            let (s, over) = self.0[k].overflowing_add(b.0[k]);
            let (s, more) = s.overflowing_add(u64::from(carry));
            (out[k], carry) = (s, over || more);
        }
        I384(out)
    }

    /// Sign as -1, 0, 1.
    #[inline(always)]
    pub fn sign(self) -> i32 {
        if self.0[5] >> 63 == 1 { -1 } else { i32::from(self.0.iter().any(|w| *w != 0)) }
    }
}

/// Sign of `det [x y z h]` of four rows, if the entries fit.
///
/// Of few bits all is done in 128: minors of two columns have one bit more than both together, of
/// three two more again (three terms), the whole two more (four terms). Else minors of `x, y` are
/// below `2^127` if `x.bits + y.bits <= 126`, so those of three columns, sums of three products
/// with entries below `2^122`, below `2^251`, and the sum of four products with entries below
/// `2^122` is below `2^375`.
pub fn determinant4_sign(x: &Column<4>, y: &Column<4>, z: &Column<4>, h: &Column<4>) -> Option<i32> {
    if x.bits + y.bits > 126 || z.bits > 122 || h.bits > 122 {
        return None;
    }
    let bits = x.bits + y.bits + z.bits + h.bits;
    let (x, y, z, h) = (&x.value, &y.value, &z.value, &h.value);
    let minor = |i: usize, j: usize| x[i] * y[j] - y[i] * x[j];
    let [m01, m02, m03, m12, m13, m23] = [minor(0, 1), minor(0, 2), minor(0, 3), minor(1, 2), minor(1, 3), minor(2, 3)];
    // det = sum of (-1)^(k + 1) h_k M_k, rows counted from 0.
    if bits + 5 <= 126 {
        let three = |m: [i128; 3], r: [usize; 3]| m[0] * z[r[2]] - m[1] * z[r[1]] + m[2] * z[r[0]];
        let (a, b) = (three([m12, m13, m23], [1, 2, 3]), three([m02, m03, m23], [0, 2, 3]));
        let (c, d) = (three([m01, m03, m13], [0, 1, 3]), three([m01, m02, m12], [0, 1, 2]));
        return Some((b * h[1] - a * h[0] + d * h[3] - c * h[2]).signum() as i32);
    }
    let three = |m: [i128; 3], r: [usize; 3]| {
        let ends = I256::product(m[0], z[r[2]]).plus(I256::product(m[2], z[r[0]]));
        ends.plus(I256::product(-m[1], z[r[1]]))
    };
    let (a, b) = (three([m12, m13, m23], [1, 2, 3]), three([m02, m03, m23], [0, 2, 3]));
    let (c, d) = (three([m01, m03, m13], [0, 1, 3]), three([m01, m02, m12], [0, 1, 2]));
    let (first, second) = (I384::product(a, -h[0]).plus(I384::product(b, h[1])), I384::product(c, -h[2]));
    Some(first.plus(second).plus(I384::product(d, h[3])).sign())
}

/// Sign of `a0 b1 - a1 b0`. Entries are below `2^126`, so products are below `2^252`.
pub fn cross_sign(a: &Column<2>, b: &Column<2>) -> i32 {
    debug_assert!(a.bits <= 126 && b.bits <= 126);
    let minus = I256::product(-a.value[1], b.value[0]);
    I256::product(a.value[0], b.value[1]).plus(minus).sign()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::big::Integer;

    #[test]
    fn products_agree_with_big_integers() {
        let values = [0, 1, -1, i64::MAX as i128, i128::MAX, -i128::MAX, 1 << 64, (1 << 100) - 7, -(1 << 90) + 3];
        for a in values {
            for b in values {
                let p = I256::product(a, b);
                let big = (Integer::from(p.hi) << 128u32) + Integer::from(p.lo);
                assert_eq!(big, Integer::from(a) * Integer::from(b), "{a} {b}");
                assert_eq!(p.plus(I256::product(-a, b)).sign(), 0);
            }
        }
    }

    fn draw(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *state >> 11
    }

    /// Of exactly so many bits, with any sign.
    fn entry(state: &mut u64, bits: u32) -> i128 {
        if bits == 0 {
            return 0;
        }
        let random = (0..3).fold(0u128, |r, _| r << 53 ^ u128::from(draw(state)));
        // All ones every now and then: the largest there is.
        let value = if draw(state).is_multiple_of(3) { u128::MAX } else { random | 1 << 127 } >> (128 - bits);
        if draw(state).is_multiple_of(2) { value as i128 } else { -(value as i128) }
    }

    fn column<const N: usize>(state: &mut u64, bits: u32) -> Column<N> {
        let value = [0; N].map(|_| entry(state, bits));
        Column { value, bits: bits_of(&value) }
    }

    /// Up to the last bit for which there is room, and declined beyond.
    #[test]
    fn signs_are_right_up_to_the_last_bit() {
        let (mut state, mut told, mut declined) = (7, 0, 0);
        let big = |v: i128| Integer::from(v);
        for round in 0..30_000 {
            let sum = 118 + (draw(&mut state) % 16) as u32;
            let first = 8 + (draw(&mut state) % 110) as u32;
            let (x, y): (Column<3>, Column<3>) = (column(&mut state, first), column(&mut state, sum - first));
            let bits = 120 + (draw(&mut state) % 7) as u32;
            let mut h: Column<3> = column(&mut state, bits);
            let minor = |i: usize, j: usize| big(x.value[i]) * y.value[j] - big(y.value[i]) * x.value[j];
            let minors = [minor(1, 2), minor(2, 0), minor(0, 1)];
            if round % 4 == 0 {
                // A column that is a multiple of another.
                h = x;
                h.value = h.value.map(|v| -v);
            }
            let exact: Integer = minors.iter().zip(h.value).map(|(m, h)| Integer::from(m * h)).sum();
            match determinant_sign(&x, &y, &h) {
                Some(sign) => {
                    assert_eq!(sign, exact.cmp0() as i32, "{x:?} {y:?} {h:?}");
                    told += 1;
                }
                None => declined += 1,
            }
            assert_eq!(determinant_sign(&x, &y, &h).is_some(), x.bits + y.bits <= 126);
            let (a, b): (Column<2>, Column<2>) = (column(&mut state, bits), column(&mut state, 246 - bits));
            let exact = big(a.value[0]) * b.value[1] - big(a.value[1]) * b.value[0];
            assert_eq!(cross_sign(&a, &b), exact.cmp0() as i32);
            assert_eq!(cross_sign(&a, &Column { value: a.value.map(|v| -v), ..a }), 0);
        }
        assert!(told > 10_000 && declined > 10_000, "{told} {declined}");
    }

    /// Four rows: with few bits, with as many as there may be, with rows and columns that depend.
    #[test]
    fn signs_of_four_rows_are_right_up_to_the_last_bit() {
        let (mut state, mut told, mut zeros, mut declined) = (5, 0, 0, 0);
        for round in 0..20_000 {
            let sum = if round % 3 == 0 { 30 } else { 116 + (draw(&mut state) % 12) as u32 };
            let first = 4 + (draw(&mut state) % u64::from(sum - 8)) as u32;
            let most = if round % 3 == 0 { 40 } else { 122 - (draw(&mut state) % 3) as u32 };
            let mut columns: [Column<4>; 4] = [
                column(&mut state, first),
                column(&mut state, sum - first),
                column(&mut state, most),
                column(&mut state, most),
            ];
            if round % 5 == 0 {
                columns[3].value = columns[round % 3].value.map(|v| -v);
                columns[3].bits = bits_of(&columns[3].value);
            }
            let at = |i: usize, k: usize| Integer::from(columns[k].value[i]);
            let three = |r: [usize; 3]| {
                let term = |a: usize, b: usize, c: usize| at(r[a], 0) * at(r[b], 1) * at(r[c], 2);
                term(0, 1, 2) + term(1, 2, 0) + term(2, 0, 1) - term(0, 2, 1) - term(1, 0, 2) - term(2, 1, 0)
            };
            let exact = at(1, 3) * three([0, 2, 3]) - at(0, 3) * three([1, 2, 3]) + at(3, 3) * three([0, 1, 2])
                - at(2, 3) * three([0, 1, 3]);
            let [x, y, z, h] = &columns;
            match determinant4_sign(x, y, z, h) {
                Some(sign) => {
                    assert_eq!(sign, exact.cmp0() as i32, "{columns:?}");
                    (told, zeros) = (told + 1, zeros + i32::from(sign == 0));
                }
                None => declined += 1,
            }
        }
        assert!(told > 10_000 && zeros > 2_000 && declined > 200, "{told} {zeros} {declined}");
    }

    /// Values that take 110 to 130 bits over the common unit: differences are exact, or there are
    /// none.
    #[test]
    fn differences_near_the_last_bit_are_exact() {
        let (mut state, mut told) = (3, 0);
        for _ in 0..20_000 {
            let mut value = |spread: i32| {
                let m = (draw(&mut state) as f64 + 1.0) * if draw(&mut state).is_multiple_of(2) { 1.0 } else { -1.0 };
                m * 2f64.powi(spread)
            };
            let spread = 60 + (value(0).abs() as i64 % 20) as i32;
            let (x, base) = ([value(spread), value(0)], value(spread));
            let exact = |x: f64| Integer::from_f64(x).unwrap();
            if let Some(c) = differences(x, base) {
                // In a unit no finer than 1, a power of two.
                let whole = x.map(|x| exact(x) - exact(base));
                let shift = whole[0].significant_bits() as i32 - Integer::from(c.value[0]).significant_bits() as i32;
                assert!(whole.iter().zip(c.value).all(|(w, v)| *w == Integer::from(v) << shift as u32), "{x:?} {base}");
                assert!(c.bits <= 121);
                told += 1;
            }
            let h = [Dd::sum(value(spread), value(1)), Dd::sum(value(4), value(0))];
            let base = Dd::sum(value(spread - 1), value(0));
            if let Some(c) = differences_dd(h, base) {
                let exact = |h: Dd| exact(h.hi) + exact(h.lo);
                let whole = h.map(|h| exact(h) - exact(base));
                let shift = whole[0].significant_bits() as i32 - Integer::from(c.value[0]).significant_bits() as i32;
                assert!(
                    whole.iter().zip(c.value).all(|(w, v)| *w == Integer::from(v) << shift as u32),
                    "{h:?} {base:?}"
                );
                assert!(c.bits <= 122);
                told += 1;
            }
        }
        assert!(told > 5_000, "{told}");
    }

    #[test]
    fn differences_are_exact_or_declined() {
        let c = differences([0.1, 1e-9, -3.0], 0.3).unwrap();
        let unit = (0.1 - 0.3) / c.value[0] as f64;
        assert!((c.value[2] as f64 * unit + 3.3).abs() < 1e-15);
        assert!(differences([1e300, 1.0], 1e-300).is_none());
        assert_eq!(differences([0.0, 0.0], 0.0).unwrap().bits, 0);
        let tiny = f64::from_bits(1);
        assert_eq!(differences([tiny, 3.0 * tiny], 0.0).unwrap().value, [1, 3]);
    }
}
