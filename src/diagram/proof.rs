//! Exact integrals over exact polygons: the formulas of `integrate.rs` in rationals.

use crate::domain::ExactLaw;
use crate::exact::big::Rational;

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
