//! Big integers and rationals: the only file of the library that names `rug`.
//!
//! Everything here is exact for every finite double; nothing here is fast. The hot path meets these
//! functions only after the filters and the fixed-width stage have declined.

use super::dd::Dd;
use rug::Assign;
pub use rug::{Integer, Rational};
use std::cmp::Ordering;

/// A finite double as mantissa and exponent, `x = m 2^e`, `m` odd or zero.
pub fn decompose(x: f64) -> (i64, i32) {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = (bits & ((1 << 52) - 1)) as i64;
    let (m, e) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
    if m == 0 {
        return (0, 0);
    }
    let z = m.trailing_zeros();
    let m = m >> z;
    (if x < 0.0 { -m } else { m }, e + z as i32)
}

/// The exact value of a finite double.
pub fn rational(x: f64) -> Rational {
    let (m, e) = decompose(x);
    let r = Rational::from(m);
    if e >= 0 { r << e as u32 } else { r >> (-e) as u32 }
}

/// The exact value of a finite double-double.
pub fn rational_dd(x: Dd) -> Rational {
    rational(x.hi) + rational(x.lo)
}

/// The double nearest to a rational (ties to even; infinite beyond the range of doubles).
pub fn nearest_f64(r: &Rational) -> f64 {
    let t = r.to_f64(); // rounds towards zero
    if !t.is_finite() {
        return t;
    }
    let away = next_away(t, r.cmp0() == Ordering::Less);
    if !away.is_finite() {
        return t;
    }
    let below = (r - rational(t)).abs();
    let above = (r - rational(away)).abs();
    match below.cmp(&above) {
        Ordering::Less => t,
        Ordering::Greater => away,
        Ordering::Equal if t.to_bits() & 1 == 0 => t,
        Ordering::Equal => away,
    }
}

fn next_away(t: f64, negative: bool) -> f64 {
    if t == 0.0 {
        let tiny = f64::from_bits(1);
        return if negative { -tiny } else { tiny };
    }
    f64::from_bits(t.to_bits() + 1)
}

/// The largest double `<= r` and the smallest double `>= r`.
pub fn enclose(r: &Rational) -> (f64, f64) {
    let t = r.to_f64();
    if !t.is_finite() {
        return if t > 0.0 { (f64::MAX, f64::INFINITY) } else { (f64::NEG_INFINITY, f64::MIN) };
    }
    match rational(t).cmp(r) {
        Ordering::Equal => (t, t),
        Ordering::Less => (t, next_away(t, false)),
        Ordering::Greater => (next_away(t, true), t),
    }
}

/// A rational rounded to double-double: `hi` nearest to `r`, `lo` nearest to `r - hi`. The flag
/// says whether it is exact. A `lo` that is rounded up to half a unit of `hi` may pass to it, so
/// that one number has one pair.
pub fn nearest_dd(r: &Rational) -> (Dd, bool) {
    let hi = nearest_f64(r);
    if !hi.is_finite() {
        return (Dd { hi, lo: 0.0 }, false);
    }
    let rest = r - rational(hi);
    let lo = nearest_f64(&rest);
    (Dd::sum(hi, lo), rational(lo) == rest)
}

/// `h = (w - |y|^2)/2`, correctly rounded to double-double, and whether that was exact. In at most
/// three dimensions.
pub fn height_of_weight<const D: usize>(y: [f64; D], w: f64) -> (Dd, bool) {
    // Fast path: products exact in this range; the sum is exact when the errors of all additions
    // vanish.
    let in_range = |v: f64| v == 0.0 || (v.abs() > 1e-140 && v.abs() < 1e140);
    if D <= 3 && y.iter().all(|&v| in_range(v)) && in_range(w) {
        let mut terms = [0.0; 7];
        terms[0] = w;
        for (k, &v) in y.iter().enumerate() {
            let square = Dd::product(v, v);
            (terms[1 + 2 * k], terms[2 + 2 * k]) = (-square.hi, -square.lo);
        }
        if let Some(h) = exact_sum(terms) {
            return (h.scale(0.5), true);
        }
    }
    nearest_dd(&((rational(w) - square(&y)) / 2u32))
}

/// `|y|^2`.
fn square<const D: usize>(y: &[f64; D]) -> Rational {
    let mut sum = Rational::new();
    for &v in y {
        let r = rational(v);
        sum += Rational::from(&r * &r);
    }
    sum
}

/// The exact sum of the terms if it fits a double-double.
fn exact_sum<const N: usize>(terms: [f64; N]) -> Option<Dd> {
    use super::dd::two_sum;
    // Distillation: repeated error-free sweeps leave the value unchanged and concentrate it in the
    // last entries.
    let mut t = terms;
    for _ in 0..4 {
        for k in 1..N {
            let (s, e) = two_sum(t[k], t[k - 1]);
            t[k] = s;
            t[k - 1] = e;
        }
    }
    t[..N - 2].iter().all(|&t| t == 0.0).then(|| Dd::sum(t[N - 1], t[N - 2]))
}

/// `w = |y|^2 + 2 h`, the double nearest to the exact value.
pub fn weight_of_height<const D: usize>(y: [f64; D], h: Dd) -> f64 {
    let in_range = |v: f64| v == 0.0 || (v.abs() > 1e-140 && v.abs() < 1e140);
    if y.iter().all(|&v| in_range(v)) && in_range(h.hi) && (h.lo == 0.0 || h.lo.abs() > 1e-280) {
        let squares = y.iter().fold(Dd::ZERO, |s, &v| s + Dd::product(v, v));
        let s = squares + h.scale(2.0);
        // Error below 2^-100 (|y|^2 + |2h|); accept if that cannot change the rounding of hi + lo.
        let bound = (squares.hi + 2.0 * h.hi.abs()) * 2f64.powi(-100) * (1.0 + 2f64.powi(-40));
        let (p, q) = (s.hi + (s.lo - bound), s.hi + (s.lo + bound));
        if p == q {
            return p;
        }
    }
    nearest_f64(&(square(&y) + rational_dd(h) * 2u32))
}

/// Doubles over one common power of two: integers `m_k` with `x_k = m_k 2^e`.
pub fn common_integers(values: &[f64]) -> Vec<Integer> {
    integers_and_unit(values).0
}

/// As [`common_integers`], with the exponent `e`.
pub fn integers_and_unit(values: &[f64]) -> (Vec<Integer>, i32) {
    let parts: Vec<_> = values.iter().map(|&v| decompose(v)).collect();
    let e = parts.iter().filter(|p| p.0 != 0).map(|p| p.1).min().unwrap_or(0);
    let whole = |&(m, f): &(i64, i32)| if m == 0 { Integer::new() } else { Integer::from(m) << (f - e) as u32 };
    (parts.iter().map(whole).collect(), e)
}

/// Sign of an integer as -1, 0, 1.
pub fn sign(x: &Integer) -> i32 {
    x.cmp0() as i32
}

/// Quotient, rounded down, and remainder; the divisor is positive.
pub fn floor_div(dividend: Integer, divisor: &Integer) -> (Integer, Integer) {
    let (mut quotient, mut rest) = (Integer::new(), Integer::new());
    (&mut quotient, &mut rest).assign(dividend.div_rem_floor_ref(divisor));
    (quotient, rest)
}

/// Fixed-point sums of rationals with outward rounding: a rigorous enclosure of a long sum.
///
/// Terms are rounded down and up to multiples of `2^-bits`; the sums of those integers are exact,
/// so the enclosure is rigorous and does not depend on the order of the terms.
#[derive(Clone, Debug)]
pub struct Enclosure {
    bits: u32,
    lower: Integer,
    upper: Integer,
}

impl Enclosure {
    /// An empty sum with resolution `2^-bits`.
    pub fn new(bits: u32) -> Enclosure {
        Enclosure { bits, lower: Integer::new(), upper: Integer::new() }
    }

    /// The resolution is `2^-bits`.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Adds `r`; the enclosure widens by at most `2^-bits`.
    pub fn add(&mut self, r: &Rational) {
        self.add_ratio(r.numer(), r.denom());
    }

    /// Adds `numer / denom`, for a positive denominator, in lowest terms or not; the enclosure
    /// widens by at most `2^-bits`.
    pub fn add_ratio(&mut self, numer: &Integer, denom: &Integer) {
        let (q, rem) = Integer::from(numer << self.bits).div_rem_floor(denom.clone());
        self.lower += &q;
        self.upper += q;
        if rem.cmp0() != Ordering::Equal {
            self.upper += 1;
        }
    }

    /// Adds a number that lies between two others.
    pub fn add_between(&mut self, low: &Rational, high: &Rational) {
        let down = |r: &Rational| floor_div(Integer::from(r.numer() << self.bits), r.denom());
        let ((low, _), (high, rest)) = (down(low), down(high));
        self.lower += low;
        self.upper += high;
        if rest.cmp0() != Ordering::Equal {
            self.upper += 1;
        }
    }

    /// Adds another enclosure of the same resolution.
    pub fn merge(&mut self, other: &Enclosure) {
        debug_assert_eq!(self.bits, other.bits);
        self.lower += &other.lower;
        self.upper += &other.upper;
    }

    /// The exact end points.
    pub fn bounds(&self) -> (Rational, Rational) {
        (Rational::from(&self.lower) >> self.bits, Rational::from(&self.upper) >> self.bits)
    }
}

/// The rational `p/q` or decimal or hexadecimal float literal in `text` ("1/3", "-0.1", "2.5e-3",
/// "0x1p-3").
///
/// `None` if the text is none of these, the denominator is zero, or an exponent exceeds 5000 in
/// absolute value (a bound on the size of the number, so that hostile input cannot ask for
/// gigabytes).
pub fn parse_rational(text: &str) -> Option<Rational> {
    let text = text.trim();
    if text.is_empty() || text.len() > 4096 || !text.is_ascii() {
        return None;
    }
    if let Some((p, q)) = text.split_once('/') {
        let (p, q) = (parse_number(p.trim())?, parse_number(q.trim())?);
        return (q.cmp0() != Ordering::Equal).then(|| p / q);
    }
    parse_number(text)
}

fn parse_number(text: &str) -> Option<Rational> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, body, marker) = match body.get(..2) {
        Some("0x" | "0X") => (16, &body[2..], ['p', 'P']),
        _ => (10, body, ['e', 'E']),
    };
    let (digits, exponent) = match body.find(marker) {
        Some(k) => (&body[..k], body[k + 1..].parse::<i32>().ok().filter(|e| e.abs() <= 5000)?),
        None => (body, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if all.is_empty() || !all.bytes().all(|c| (c as char).is_digit(radix)) {
        return None;
    }
    let mut r = Rational::from(Integer::from_str_radix(&all, radix as i32).ok()?);
    let base = Integer::from(radix);
    let power = |k: u32| Rational::from(rug::ops::Pow::pow(base.clone(), k));
    r /= power(fraction.len() as u32);
    if radix == 16 {
        if exponent >= 0 { r <<= exponent as u32 } else { r >>= (-exponent) as u32 }
    } else if exponent >= 0 {
        r *= power(exponent as u32);
    } else {
        r /= power((-exponent) as u32);
    }
    Some(if negative { -r } else { r })
}

/// Sign of `sum_k a_k b_k c_k` for integers, in place (one scratch integer, no allocation per term
/// after the first).
pub fn sign_of_triple_sum(terms: &[(&Integer, &Integer, &Integer, bool)]) -> i32 {
    let (mut total, mut t) = (Integer::new(), Integer::new());
    for &(a, b, c, minus) in terms {
        t.assign(a * b);
        t *= c;
        if minus { total -= &t } else { total += &t }
    }
    sign(&total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_mean_their_exact_value() {
        assert_eq!(parse_rational("1/3"), Some(Rational::from((1, 3))));
        assert_eq!(parse_rational("-0.1"), Some(Rational::from((-1, 10))));
        assert_eq!(parse_rational("2.5e-3"), Some(Rational::from((1, 400))));
        assert_eq!(parse_rational("0x1p-3"), Some(Rational::from((1, 8))));
        for bad in ["", "1/0", "x", "0x", "1e99999", "--1", "1/2/3", "é", "."] {
            assert_eq!(parse_rational(bad), None, "{bad}");
        }
    }

    #[test]
    fn rounding_is_to_nearest_and_enclosures_enclose() {
        let third = Rational::from((1, 3));
        assert_eq!(nearest_f64(&third), 1.0 / 3.0);
        assert_eq!(nearest_f64(&Rational::from((2, 3))), 2.0 / 3.0);
        assert_eq!(nearest_f64(&Rational::from((-2, 3))), -2.0 / 3.0);
        let (a, b) = enclose(&third);
        assert!(rational(a) < third && third < rational(b) && b == a.next_up());
    }

    /// Beside doubles, between them and half-way, of both signs and at both ends.
    #[test]
    fn doubles_are_nearest_and_around_what_lies_between_them() {
        let least = 5e-324;
        for x in
            [1.0, 1.0 + f64::EPSILON, 1.5, 0.1, 2f64.powi(-1022), 2f64.powi(-1030), least, 3.0 * least, f64::MAX / 4.0]
        {
            let next = x.next_up();
            let (low, high) = (rational(x), rational(next));
            let even = if x.to_bits() & 1 == 0 { x } else { next };
            for eighth in 0..=8 {
                let r = Rational::from(&low * (8 - eighth)) / 8 + Rational::from(&high * eighth) / 8;
                let (near, around) = match eighth {
                    0 => (x, (x, x)),
                    1..4 => (x, (x, next)),
                    4 => (even, (x, next)),
                    5..8 => (next, (x, next)),
                    _ => (next, (next, next)),
                };
                assert_eq!((nearest_f64(&r), enclose(&r)), (near, around), "{x:e} {eighth}");
                assert_eq!(
                    (nearest_f64(&-r.clone()), enclose(&-r)),
                    (-near, (-around.1, -around.0)),
                    "-{x:e} {eighth}"
                );
            }
        }
        let half = Rational::from(1) >> 1075u32;
        assert_eq!((nearest_f64(&half), enclose(&half)), (0.0, (0.0, least)));
        assert_eq!((nearest_f64(&-half.clone()), enclose(&-half)), (0.0, (-least, 0.0)));
        let beyond = rational(f64::MAX) * 2u32;
        assert_eq!(enclose(&beyond), (f64::MAX, f64::INFINITY));
        assert_eq!(enclose(&-beyond), (f64::NEG_INFINITY, f64::MIN));
    }

    /// A rest that is rounded up to half a unit has one pair, the one that readers of files make.
    #[test]
    fn a_number_has_one_pair() {
        let hair = Rational::from(1) >> 120u32;
        for hi in [1.0, 1f64.next_up(), -1f64.next_up(), 1f64.next_up().next_up()] {
            let half = 0.5 * f64::EPSILON * hi.signum();
            let r = rational(hi) + rational(half) - Rational::from(&hair * hi.signum() as i32);
            let (d, exact) = nearest_dd(&r);
            assert_eq!((Dd::sum(d.hi, d.lo), exact), (d, false), "{hi:?}");
            assert_eq!(rational_dd(d), rational(hi) + rational(half));
        }
    }

    /// Weights a hair beside the middle of two doubles: double-doubles cannot tell on which side.
    #[test]
    fn weights_beside_a_tie_are_rounded_rightly() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        for _ in 0..4000 {
            let (y, w) = ([1.0 + draw(), draw()], 0.5 + draw());
            let middle = (rational(w) + rational(w.next_up())) / 2u32;
            let (h, _) = nearest_dd(&((middle - square(&y)) / 2u32));
            assert_eq!(weight_of_height(y, h), nearest_f64(&(square(&y) + rational_dd(h) * 2u32)), "{y:?} {w}");
        }
    }

    #[test]
    fn enclosures_of_sums_hold_them_and_little_more() {
        let (mut sum, mut exact) = (Enclosure::new(90), Rational::new());
        for k in 1..200i32 {
            let r = Rational::from((k * k - 5000, 3 * k + (k & 1)));
            sum.add(&r);
            exact += r;
            let (low, high) = sum.bounds();
            assert!(low <= exact && exact <= high && (high - low) << 90u32 <= k);
        }
        let mut other = Enclosure::new(90);
        other.add_ratio(&Integer::from(-7), &Integer::from(14));
        assert_eq!(other.bounds(), (Rational::from((-1, 2)), Rational::from((-1, 2))));
        sum.merge(&other);
        exact -= Rational::from((1, 2));
        let (low, high) = sum.bounds();
        assert!(low < exact && exact < high);
    }

    #[test]
    fn heights_of_weights_are_exact_or_say_so() {
        assert_eq!(height_of_weight([0.5, 1.0], 0.25), (Dd::from_f64(-0.5), true));
        let (h, exact) = height_of_weight([1.0 + f64::EPSILON, 2f64.powi(-40) * (1.0 + f64::EPSILON)], 0.0);
        assert!(!exact && h.hi < -0.5);
        assert_eq!(weight_of_height([0.1, 0.2], height_of_weight([0.1, 0.2], 0.7).0), 0.7);
        let (h, _) = height_of_weight([1e-300, 3.0], 1e300);
        assert!(h.is_finite());
    }
}
