//! A density as a polynomial: rounded for integrals, exact for proofs.

use crate::exact::Dd;
use crate::exact::big::{self, Rational};

/// `rho(x) = c + <g, x - o> + d (x_1 - o_1) (x_2 - o_2)`.
///
/// At a point with the coordinates `x` in double-double the value is good to about `4u` of
/// `|c| + |g_1 (x_1 - o_1)| + |g_2 (x_2 - o_2)| + |d ..|`, which on a patch exceeds the largest
/// value on it by no more than its aspect ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Law {
    /// Only `c` counts.
    pub is_constant: bool,
    /// Where the value is `c`.
    pub o: [f64; 2],
    /// Value at `o`.
    pub c: f64,
    /// Gradient at `o`.
    pub g: [f64; 2],
    /// Mixed derivative.
    pub d: f64,
}

impl Law {
    /// The same value everywhere.
    pub fn constant(c: f64) -> Law {
        Law { is_constant: true, o: [0.0; 2], c, g: [0.0; 2], d: 0.0 }
    }

    /// `<g, x> + c`.
    pub fn affine(g: [f64; 2], c: f64) -> Law {
        Law { is_constant: false, o: [0.0; 2], c, g, d: 0.0 }
    }

    /// Affine with these values at the corners of a triangle of positive area. The gradient is
    /// rounded once.
    pub fn on_triangle(v: [[f64; 2]; 3], r: [f64; 3]) -> Law {
        // About the corner with the least value: near it the value keeps its digits.
        let k = (0..3).min_by(|&a, &b| r[a].total_cmp(&r[b])).unwrap_or(0);
        let [o, p, q] = [0, 1, 2].map(|j| (k + j) % 3);
        let side = |to: usize| [0, 1].map(|a| Dd::difference(v[to][a], v[o][a]));
        let (e, f) = (side(p), side(q));
        let (s, t) = (Dd::difference(r[p], r[o]), Dd::difference(r[q], r[o]));
        let det = e[0] * f[1] - e[1] * f[0];
        let g = [(s * f[1] - t * e[1]).over(det), (t * e[0] - s * f[0]).over(det)].map(Dd::to_f64);
        // A triangle too flat even for double-doubles: the mean serves.
        if !(g[0].is_finite() && g[1].is_finite()) {
            return Law::constant((r[0] + r[1] + r[2]) / 3.0);
        }
        Law { is_constant: false, o: v[o], c: r[o], g, d: 0.0 }
    }

    /// Bilinear with these values at the corners of a rectangle, counter-clockwise from the lower
    /// left one.
    pub fn on_rectangle([low, high]: [[f64; 2]; 2], r: [f64; 4]) -> Law {
        let (w, h) = (high[0] - low[0], high[1] - low[1]);
        let (a, b) = (Dd::difference(r[1], r[0]), Dd::difference(r[2], r[3]));
        let g = [(r[1] - r[0]) / w, (r[3] - r[0]) / h];
        Law { is_constant: false, o: low, c: r[0], g, d: (b - a).to_f64() / w / h }
    }

    /// Value at a point given in double-double, at least 0.
    #[inline(always)]
    pub fn at(&self, x: Dd, y: Dd) -> f64 {
        if self.is_constant {
            return self.c;
        }
        let (dx, dy) = (x - Dd::from_f64(self.o[0]), y - Dd::from_f64(self.o[1]));
        let mut value = dx.times(self.g[0]) + dy.times(self.g[1]) + Dd::from_f64(self.c);
        if self.d != 0.0 {
            value = value + (dx * dy).times(self.d);
        }
        value.to_f64().max(0.0)
    }
}

/// [`Law`] in rationals.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactLaw {
    o: [Rational; 2],
    c: Rational,
    g: [Rational; 2],
    d: Rational,
}

impl ExactLaw {
    /// `<g, x> + c`.
    pub fn affine(g: [f64; 2], c: f64) -> ExactLaw {
        let o = [Rational::new(), Rational::new()];
        ExactLaw { o, c: big::rational(c), g: g.map(big::rational), d: Rational::new() }
    }

    /// Affine with these values at the corners of a triangle of positive area.
    pub fn on_triangle(v: [[f64; 2]; 3], r: [f64; 3]) -> ExactLaw {
        let difference = |a: f64, b: f64| big::rational(a) - big::rational(b);
        let side = |k: usize| [0, 1].map(|a| difference(v[k][a], v[0][a]));
        let ([e0, e1], [f0, f1]) = (side(1), side(2));
        let (s, t) = (difference(r[1], r[0]), difference(r[2], r[0]));
        let det = Rational::from(&e0 * &f1) - Rational::from(&e1 * &f0);
        let g = [
            (Rational::from(&s * &f1) - Rational::from(&t * &e1)) / &det,
            (Rational::from(&t * &e0) - Rational::from(&s * &f0)) / &det,
        ];
        ExactLaw { o: v[0].map(big::rational), c: big::rational(r[0]), g, d: Rational::new() }
    }

    /// Bilinear with these values at the corners of a rectangle, counter-clockwise from the lower
    /// left one.
    pub fn on_rectangle([low, high]: [[f64; 2]; 2], r: [f64; 4]) -> ExactLaw {
        let difference = |a: f64, b: f64| big::rational(a) - big::rational(b);
        let (w, h) = (difference(high[0], low[0]), difference(high[1], low[1]));
        let g = [difference(r[1], r[0]) / &w, difference(r[3], r[0]) / &h];
        let mixed = difference(r[2], r[3]) - difference(r[1], r[0]);
        ExactLaw { o: low.map(big::rational), c: big::rational(r[0]), g, d: mixed / w / h }
    }

    /// Value at a point.
    pub fn value(&self, x: &[Rational; 2]) -> Rational {
        let (dx, dy) = (Rational::from(&x[0] - &self.o[0]), Rational::from(&x[1] - &self.o[1]));
        let mut value = Rational::from(&self.g[0] * &dx) + Rational::from(&self.g[1] * &dy) + &self.c;
        if !self.d.cmp0().is_eq() {
            value += dx * dy * &self.d;
        }
        value
    }

    /// Value at a point with double coordinates.
    pub fn value_at(&self, x: [f64; 2]) -> Rational {
        self.value(&x.map(big::rational))
    }

    /// `d v_1 v_2`: along a segment with this vector the density exceeds the linear one between its
    /// ends by `-t (1 - t)` times this.
    pub fn bend(&self, v: &[Rational; 2]) -> Rational {
        Rational::from(&v[0] * &v[1]) * &self.d
    }

    /// The value, if it is the same everywhere.
    pub fn constant(&self) -> Option<&Rational> {
        let flat = self.is_affine() && self.g.iter().all(|g| g.cmp0().is_eq());
        flat.then_some(&self.c)
    }

    /// Is it affine?
    pub fn is_affine(&self) -> bool {
        self.d.cmp0().is_eq()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounded and exact laws agree, and take the given values at the corners.
    #[test]
    fn laws_take_the_values_of_the_corners() {
        let triangle = [[0.1, 0.2], [3.0, 0.7], [1.1, 2.9]];
        let values = [0.3, 0.0, 7.0];
        let (law, exact) = (Law::on_triangle(triangle, values), ExactLaw::on_triangle(triangle, values));
        let rectangle = [[-1.0, 0.1], [0.5, 0.4]];
        let four = [1.0, 0.25, 0.0, 3.0];
        let (bilinear, exact_bilinear) = (Law::on_rectangle(rectangle, four), ExactLaw::on_rectangle(rectangle, four));
        let dd = Dd::from_f64;
        for (v, r) in triangle.iter().zip(values) {
            assert_eq!(exact.value_at(*v), big::rational(r));
            assert!((law.at(dd(v[0]), dd(v[1])) - r).abs() < 1e-14);
        }
        let [[x0, y0], [x1, y1]] = rectangle;
        for (v, r) in [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].iter().zip(four) {
            assert_eq!(exact_bilinear.value_at(*v), big::rational(r));
            assert!((bilinear.at(dd(v[0]), dd(v[1])) - r).abs() < 1e-14);
        }
    }
}
