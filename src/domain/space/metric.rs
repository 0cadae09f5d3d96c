//! A metric of the cost that is not the euclidean one: `(x - y)' M (x - y)`.
//!
//! All signs are those of `M` as it is given, in whole numbers: the wall of two sites is `<M (y_i -
//! y_j), x> = const`, so no factor of `M` is needed, and none is rounded. A factor serves bounds
//! only: `x' = A x` with `A'A` about `M` has `|x'|^2` for the square, but for a share of `1e-13`
//! times the condition of `M`.

use crate::domain::DomainError;
use crate::exact::big::{self, Rational};
use crate::exact::{Dd, Heights};

/// Greater conditions leave bounds too little.
const MOST: f64 = 1e6;

/// Entries are between this and its reciprocal.
const LEAST: f64 = 1e-30;

/// A symmetric positive definite matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    m: [[f64; 3]; 3],
    /// An upper triangle `A` with `A'A` about `M`.
    factor: [[f64; 3]; 3],
    condition: f64,
}

impl Metric {
    /// Of its numbers: `xx, yy, zz, yz, xz, xy`, in the plane `xx, yy, xy`. `None`: it is the
    /// euclidean one.
    ///
    /// # Errors
    /// Not as many numbers, one that is not finite, a matrix that is not positive definite (this is
    /// decided exactly), or one that is nearly not.
    pub fn new(numbers: &[f64], dimension: usize) -> Result<Option<Metric>, DomainError> {
        let wrong = |why: String| DomainError::Metric { why };
        let m = match (numbers, dimension) {
            (&[a, b, c, p, q, r], 3) => [[a, r, q], [r, b, p], [q, p, c]],
            (&[a, b, r], 2) => [[a, r, 0.0], [r, b, 0.0], [0.0, 0.0, 1.0]],
            (_, 2) => return Err(wrong(format!("{} numbers; give 3: xx, yy, xy", numbers.len()))),
            _ => return Err(wrong(format!("{} numbers; give 6: xx, yy, zz, yz, xz, xy", numbers.len()))),
        };
        let m = m.map(|row| row.map(|x| x + 0.0));
        if let Some(x) = m.iter().flatten().find(|x| !x.is_finite()) {
            return Err(wrong(format!("{x} is not finite")));
        }
        let of = |k: usize, l: usize| big::rational(m[k][l]);
        let minor = |k: usize, l: usize, p: usize, q: usize| of(k, p) * of(l, q) - of(k, q) * of(l, p);
        let whole = of(0, 0) * minor(1, 2, 1, 2) - of(0, 1) * minor(1, 2, 0, 2) + of(0, 2) * minor(1, 2, 0, 1);
        if [of(0, 0), minor(0, 1, 0, 1), whole].iter().any(|d| d.cmp0().is_le()) {
            return Err(wrong("the matrix is not positive definite".into()));
        }
        let most = (0..dimension).fold(0.0, |x: f64, k| x.max(m[k][k]));
        if !(LEAST..=1.0 / LEAST).contains(&most) {
            return Err(wrong(format!("an entry of {most:e}; scale it to between 1e-30 and 1e30")));
        }
        let mut a = [[0.0; 3]; 3];
        for k in 0..3 {
            for l in k..3 {
                let inner: f64 = (0..k).map(|p| a[p][k] * a[p][l]).sum();
                a[k][l] = if k == l { (m[k][k] - inner).max(0.0).sqrt() } else { (m[k][l] - inner) / a[k][k] };
            }
        }
        // The trace of the inverse is the sum of the squares of that of the factor.
        let mut inverse = [[0.0; 3]; 3];
        for l in 0..3 {
            for k in (0..=l).rev() {
                let inner: f64 = (k + 1..=l).map(|p| a[k][p] * inverse[p][l]).sum();
                inverse[k][l] = (f64::from(u8::from(k == l)) - inner) / a[k][k];
            }
        }
        let own = |x: &[[f64; 3]; 3]| -> f64 {
            (0..dimension).flat_map(|k| (0..dimension).map(move |l| (k, l))).map(|(k, l)| x[k][l] * x[k][l]).sum()
        };
        let condition = own(&a) * own(&inverse);
        if !(condition <= MOST) {
            return Err(wrong(format!("the longest axis is about {:.0e} of the shortest", condition.sqrt())));
        }
        let euclidean = (0..3).all(|k| (0..3).all(|l| m[k][l] == f64::from(u8::from(k == l))));
        Ok((!euclidean).then_some(Metric { m, factor: a, condition }))
    }

    /// Its rows.
    pub fn rows(&self) -> &[[f64; 3]; 3] {
        &self.m
    }

    /// Its numbers, as they were given.
    pub fn numbers(&self, dimension: usize) -> Vec<f64> {
        let [[a, r, q], [_, b, p], [_, _, c]] = self.m;
        if dimension == 2 { vec![a, b, r] } else { vec![a, b, c, p, q, r] }
    }

    /// About `|x'|^2 = x' M x`.
    #[inline]
    pub fn stretched(&self, x: &[f64; 3]) -> [f64; 3] {
        let a = &self.factor;
        [a[0][0] * x[0] + a[0][1] * x[1] + a[0][2] * x[2], a[1][1] * x[1] + a[1][2] * x[2], a[2][2] * x[2]]
    }

    /// No vector is stretched by more than this, along no axis.
    pub fn greatest(&self) -> f64 {
        self.factor.iter().flatten().map(|x| x.abs()).sum::<f64>() * (1.0 + 1e-12)
    }

    /// By how much bounds are wider than those of the euclidean metric.
    pub fn condition(&self) -> f64 {
        self.condition
    }

    /// `M y`, the gradient of `x' M y`.
    pub fn applied<const D: usize>(&self, y: &[f64; D]) -> [f64; D] {
        std::array::from_fn(|k| (0..D).map(|l| self.m[k][l] * y[l]).sum())
    }

    /// `M x`.
    pub(crate) fn times(&self, x: &[Rational; 3]) -> [Rational; 3] {
        let row = |k: usize| (0..3).map(|l| big::rational(self.m[k][l]) * &x[l]).sum::<Rational>();
        [row(0), row(1), row(2)]
    }

    /// `y' M y`, exactly.
    pub(crate) fn square<const D: usize>(&self, y: &[f64; D]) -> Rational {
        let x = [0, 1, 2].map(|k| y.get(k).map_or_else(Rational::new, |&x| big::rational(x)));
        self.times(&x).into_iter().zip(&x).map(|(a, b)| a * b).sum()
    }

    /// The double nearest to `y' M y`.
    pub fn nearest_square<const D: usize>(&self, y: &[f64; D]) -> f64 {
        big::nearest_f64(&self.square(y))
    }

    /// The heights of weights `y' M y + 2 h`, and how many were rounded.
    pub fn heights_of<const D: usize>(&self, sites: &[[f64; D]], weights: &[f64]) -> (Heights, usize) {
        let mut rounded = 0;
        let one = |(y, w): (&[f64; D], &f64)| {
            let (h, exact) = big::nearest_dd(&((big::rational(*w) - self.square(y)) / 2u32));
            rounded += usize::from(!exact);
            h
        };
        let heights: Vec<Dd> = sites.iter().zip(weights).map(one).collect();
        (Heights::new(heights), rounded)
    }

    /// `x' M x`.
    pub fn length_squared(&self, x: &[f64; 3]) -> f64 {
        self.stretched(x).iter().map(|x| x * x).sum()
    }

    /// What a site's weight is above twice its height, in double-doubles, and the size of all
    /// terms.
    pub(crate) fn square_dd(&self, y: &[f64; 3]) -> (Dd, f64) {
        let (mut sum, mut size) = (Dd::ZERO, 0.0);
        for k in 0..3 {
            for l in 0..3 {
                let term = Dd::product(y[k], y[l]).times(self.m[k][l]);
                (sum, size) = (sum + term, size + term.hi.abs());
            }
        }
        (sum, size)
    }
}

/// Weights `|y|^2 + 2 h`, in a metric `y' M y + 2 h`, each the nearest double.
pub fn weights_of<const D: usize>(heights: &Heights, sites: &[[f64; D]], metric: Option<&Metric>) -> Vec<f64> {
    match metric {
        None => heights.to_weights(sites),
        Some(metric) => {
            let one = |(y, h): (&[f64; D], &Dd)| big::nearest_f64(&(metric.square(y) + big::rational_dd(*h) * 2u32));
            sites.iter().zip(heights.as_slice()).map(one).collect()
        }
    }
}

/// The heights of weights, and how many were rounded.
pub fn heights_of<const D: usize>(sites: &[[f64; D]], weights: &[f64], metric: Option<&Metric>) -> (Heights, usize) {
    match metric {
        Some(metric) => metric.heights_of(sites, weights),
        None => Heights::from_weights(sites, weights),
    }
}

/// Heights with the same weights where the sites have moved.
pub fn moved<const D: usize>(
    heights: &Heights,
    before: &[[f64; D]],
    after: &[[f64; D]],
    metric: Option<&Metric>,
) -> Heights {
    let Some(metric) = metric else { return heights.moved(before, after) };
    let one = |((a, b), h): ((&[f64; D], &[f64; D]), &Dd)| {
        if a == b {
            *h
        } else {
            big::nearest_dd(&(big::rational_dd(*h) + (metric.square(a) - metric.square(b)) / 2u32)).0
        }
    };
    Heights::new(before.iter().zip(after).zip(heights.as_slice()).map(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_metric_is_refused_in_words() {
        let said = |numbers: &[f64], d: usize| Metric::new(numbers, d).unwrap_err().to_string();
        assert!(said(&[1.0, 1.0], 3).contains("xx, yy, zz, yz, xz, xy"));
        assert!(said(&[1.0; 6], 2).contains("xx, yy, xy"));
        assert!(said(&[1.0, 1.0, 1.0, 1.0, 0.0, 0.0], 3).contains("positive definite"));
        assert!(said(&[1.0, 1.0, -1.0, 0.0, 0.0, 0.0], 3).contains("positive definite"));
        assert!(said(&[1.0, f64::NAN, 1.0], 2).contains("finite"));
        assert!(said(&[1.0, 1.0, 1e-9, 0.0, 0.0, 0.0], 3).contains("longest axis"));
        assert!(said(&[1e40, 1e40, 1e40, 0.0, 0.0, 0.0], 3).contains("1e30"));
        assert_eq!(Metric::new(&[1.0, 1.0, 1.0, 0.0, 0.0, -0.0], 3).unwrap(), None);
    }

    #[test]
    fn the_factor_is_one() {
        let numbers = [4.0, 3.0, 2.0, 0.5, -0.25, 1.0];
        let metric = Metric::new(&numbers, 3).unwrap().unwrap();
        assert_eq!(metric.numbers(3), numbers);
        for x in [[1.0, 0.0, 0.0], [0.3, -1.0, 2.0], [-0.7, 0.1, 0.9]] {
            let exact = big::nearest_f64(&metric.square(&x));
            assert!((metric.length_squared(&x) - exact).abs() < 1e-14 * exact);
            assert!((metric.square_dd(&x).0.to_f64() - exact).abs() < 1e-15 * exact);
        }
        assert!(metric.condition() > 3.0 && metric.condition() < 30.0);
    }

    #[test]
    fn weights_go_there_and_back() {
        let metric = Metric::new(&[2.0, 1.0, 0.5], 2).unwrap();
        let sites = [[0.5, 0.25], [1.0, -2.0]];
        let (heights, rounded) = heights_of(&sites, &[1.0, -3.5], metric.as_ref());
        assert_eq!((weights_of(&heights, &sites, metric.as_ref()), rounded), (vec![1.0, -3.5], 0));
        let there = [[0.5, 0.5], [1.0, -2.0]];
        let on = moved(&heights, &sites, &there, metric.as_ref());
        assert_eq!(weights_of(&on, &there, metric.as_ref()), [1.0, -3.5]);
    }
}
