//! Exact measures.

use crate::domain::{ConvexPolygon, ExactLaw};
use crate::exact::big;

/// Exact measure of a convex polygon with an affine density:
/// `sum over the fan of area * mean of rho`.
pub fn exact_measure(polygon: &ConvexPolygon, law: &ExactLaw) -> big::Rational {
    let p: Vec<[big::Rational; 2]> =
        polygon.vertices().iter().map(|v| [big::rational(v[0]), big::rational(v[1])]).collect();
    let rho: Vec<big::Rational> = p.iter().map(|x| law.value(x)).collect();
    let mut total = big::Rational::new();
    let difference = |a: &[big::Rational; 2], b: &[big::Rational; 2]| {
        [big::Rational::from(&a[0] - &b[0]), big::Rational::from(&a[1] - &b[1])]
    };
    for k in 1..p.len() - 1 {
        let (a, b) = (difference(&p[k], &p[0]), difference(&p[k + 1], &p[0]));
        let [a0, a1] = a;
        let [b0, b1] = b;
        let twice_area = a0 * b1 - a1 * b0;
        let sum_rho = big::Rational::from(&rho[0] + &rho[k]) + &rho[k + 1];
        total += twice_area * sum_rho / 6u32;
    }
    total
}
