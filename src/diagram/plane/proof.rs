//! Exact integrals over exact polygons: the formulas of `integrate.rs` in rationals, and for
//! constant densities in integers over one denominator.

use crate::domain::ExactLaw;
use crate::exact::Fraction;
use crate::exact::big::{Integer, Rational};

/// Polygons of more vertices are integrated triangle by triangle: the product of so many
/// denominators would not pay.
const FEW: usize = 24;

/// Exact mass and first moment of a cell in the source as given, not in lowest terms.
#[derive(Clone, Debug, Default)]
pub struct Integrals {
    /// `int rho`.
    pub mass: Fraction,
    /// `int x rho`.
    pub first: [Fraction; 2],
}

impl Integrals {
    /// Integrates over a polygon given counter-clockwise. Cost: O(vertices) products, of integers
    /// of some hundred bits where the density is constant.
    pub fn of(vertices: &[[Rational; 2]], law: &ExactLaw) -> Integrals {
        match law.constant() {
            Some(c) if vertices.len() <= FEW => even(vertices, c),
            _ => {
                let all = ExactMoments::of(vertices, law);
                Integrals { mass: all.mass.into(), first: all.first.map(Fraction::from) }
            }
        }
    }
}

/// [`Integrals::of`] for the density `c`.
///
/// With vertices `(X_k, Y_k) / W_k` and `C_k = X_k Y_(k+1) - Y_k X_(k+1)` the shoelace formulas are
///
/// ```text
/// mass  = c/2 sum C_k / (W_k W_(k+1)),
/// first = c/6 sum C_k (X_k W_(k+1) + X_(k+1) W_k, ..) / (W_k W_(k+1))^2.
/// ```
///
/// All terms are brought to the denominators `P` and `P^2`, `P` the product of all `W`, by the
/// product of the `W` that are not their own. No greatest common divisor is taken, which would cost
/// more than all the rest.
fn even(vertices: &[[Rational; 2]], c: &Rational) -> Integrals {
    let m = vertices.len();
    if m < 3 {
        return Integrals::default();
    }
    let points: Vec<[Integer; 3]> = vertices
        .iter()
        .map(|[x, y]| {
            if x.denom() == y.denom() {
                return [x.numer().clone(), y.numer().clone(), x.denom().clone()];
            }
            let w = Integer::from(x.denom().lcm_ref(y.denom()));
            let times = |r: &Rational| Integer::from(w.div_exact_ref(r.denom())) * r.numer();
            [times(x), times(y), w]
        })
        .collect();
    // before[k] = W_0 .. W_(k-1), after[k] = W_k .. W_(m-1).
    let one = || Integer::from(1);
    let (mut before, mut after) = (vec![one(); m + 1], vec![one(); m + 1]);
    for k in 0..m {
        before[k + 1] = Integer::from(&before[k] * &points[k][2]);
        after[m - 1 - k] = Integer::from(&after[m - k] * &points[m - 1 - k][2]);
    }
    let (mut twice, mut six) = (Integer::new(), [Integer::new(), Integer::new()]);
    for k in 0..m {
        let next = if k + 1 == m { 0 } else { k + 1 };
        let ([x, y, w], [p, q, v]) = (&points[k], &points[next]);
        let others = if next == 0 {
            points[1..m - 1].iter().fold(one(), |all, p| all * &p[2])
        } else {
            Integer::from(&before[k] * &after[k + 2])
        };
        let term = (Integer::from(x * q) - Integer::from(y * p)) * &others;
        let squared = Integer::from(&term * &others);
        six[0] += (Integer::from(x * v) + Integer::from(p * w)) * &squared;
        six[1] += (Integer::from(y * v) + Integer::from(q * w)) * &squared;
        twice += term;
    }
    let all = &before[m];
    let square = Integer::from(all * all) * 6u32;
    Integrals {
        mass: Fraction::new(twice, Integer::from(all * 2u32)).times(c),
        first: six.map(|s| Fraction::new(s, square.clone()).times(c)),
    }
}

/// Exact mass and unnormalized moments of a polygon.
#[derive(Clone, Debug, Default)]
pub struct ExactMoments {
    /// `int rho`.
    pub mass: Rational,
    /// `int x rho`.
    pub first: [Rational; 2],
    /// `int |x|^2 rho`.
    pub second: Rational,
}

impl ExactMoments {
    /// Integrates over a polygon given counter-clockwise. Cost: O(vertices) rational operations.
    pub fn of(vertices: &[[Rational; 2]], law: &ExactLaw) -> ExactMoments {
        let mut all = ExactMoments::default();
        let Some((o, rest)) = vertices.split_first() else {
            return all;
        };
        let minus =
            |p: &[Rational; 2], o: &[Rational; 2]| [Rational::from(&p[0] - &o[0]), Rational::from(&p[1] - &o[1])];
        let dot = |a: &[Rational; 2], b: &[Rational; 2]| Rational::from(&a[0] * &b[0]) + Rational::from(&a[1] * &b[1]);
        let ro = law.value(o);
        for w in rest.windows(2) {
            let (a, b) = (minus(&w[0], o), minus(&w[1], o));
            let twice = Rational::from(&a[0] * &b[1]) - Rational::from(&a[1] * &b[0]);
            if twice.cmp0().is_eq() {
                continue;
            }
            let corners = [o, &w[0], &w[1]];
            let r = [ro.clone(), law.value(&w[0]), law.value(&w[1])];
            let sum = Rational::from(&r[0] + &r[1]) + &r[2];
            let v = [0, 1].map(|c| Rational::from(&o[c] + &w[0][c]) + &w[1][c]);
            all.mass += Rational::from(&twice * &sum) / 6u32;
            for c in 0..2 {
                let mut t = Rational::from(&sum * &v[c]);
                for k in 0..3 {
                    t += Rational::from(&r[k] * &corners[k][c]);
                }
                all.first[c] += t * &twice / 24u32;
            }
            let mut s = Rational::from(&sum * &dot(&v, &v));
            for k in 0..3 {
                let square = dot(corners[k], corners[k]);
                s += Rational::from(&sum * &square);
                s += Rational::from(&r[k] * &(dot(corners[k], &v) + square)) * 2u32;
            }
            all.second += s * &twice / 120u32;
            if law.is_affine() {
                continue;
            }
            for (p, q) in [(0, 1), (1, 2), (2, 0)] {
                let (p, q) = (corners[p], corners[q]);
                let short = law.bend(&minus(p, q)) * &twice;
                all.mass -= Rational::from(&short / 24u32);
                for c in 0..2 {
                    all.first[c] -= (Rational::from(&v[c] + &p[c]) + &q[c]) * &short / 120u32;
                }
                let ends = dot(p, p) + dot(q, q) + dot(p, q);
                all.second -= (dot(&v, &v) + ends * 2u32) * &short / 360u32;
            }
        }
        all
    }

    /// Adds the integrals over another part.
    pub fn add(&mut self, other: ExactMoments) {
        self.mass += other.mass;
        let [x, y] = other.first;
        self.first[0] += x;
        self.first[1] += y;
        self.second += other.second;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::big;

    /// One denominator gives the same numbers as triangles in rationals, on polygons of all sizes,
    /// degenerate ones included.
    #[test]
    fn integers_over_one_denominator_agree_with_rationals() {
        let mut state = 3u64;
        let mut next = |bound: i64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as i64 % bound
        };
        let law = ExactLaw::affine([0.0; 2], 0.7);
        for count in [0, 1, 2, 3, 4, 5, 8, FEW, FEW + 1] {
            for kind in 0..20 {
                // Neither formula asks for a simple polygon.
                let vertices: Vec<[Rational; 2]> = (0..count)
                    .map(|_| {
                        let q = if kind % 3 == 0 { 1 } else { 1 + next(999) };
                        let r = if kind % 3 == 2 { q } else { 1 + next(999) };
                        [Rational::from((next(2001) - 1000, q)), Rational::from((next(2001) - 1000, r))]
                    })
                    .collect();
                let (fast, slow) = (Integrals::of(&vertices, &law), ExactMoments::of(&vertices, &law));
                assert_eq!(fast.mass.reduced(), slow.mass);
                assert_eq!(fast.first.map(|f| f.reduced()), slow.first);
            }
        }
        let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|v| v.map(big::rational));
        let whole = Integrals::of(&square, &law);
        assert_eq!(whole.mass.reduced(), big::rational(0.7));
        assert_eq!(whole.first.map(|f| f.reduced()), [0, 1].map(|_| big::rational(0.7) / 2u32));
    }
}
