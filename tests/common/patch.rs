//! A convex piece of a source with its density, in rationals.

use super::oracle::{self, P, Q, exact, exact_point};

/// `rho(x, y) = c + g_0 x + g_1 y + d x y` on a convex polygon.
pub struct Patch {
    pub polygon: Vec<P>,
    pub c: Q,
    pub g: P,
    pub d: Q,
}

impl Patch {
    /// Affine with these values at the corners of a triangle: Cramer's rule on
    /// `c + g_0 x + g_1 y = r`.
    pub fn triangle(corners: [[f64; 2]; 3], r: [f64; 3]) -> Patch {
        let v = corners.map(exact_point);
        let r = r.map(exact);
        let det = |columns: [[&Q; 3]; 3]| {
            let minor = |a: &Q, b: &Q, c: &Q, d: &Q| Q::from(a * d) - Q::from(b * c);
            let [p, q, s] = columns;
            minor(q[1], s[1], q[2], s[2]) * p[0] - minor(q[0], s[0], q[2], s[2]) * p[1]
                + minor(q[0], s[0], q[1], s[1]) * p[2]
        };
        let one = oracle::int(1);
        let ones = [&one, &one, &one];
        let (x, y) = ([&v[0][0], &v[1][0], &v[2][0]], [&v[0][1], &v[1][1], &v[2][1]]);
        let values = [&r[0], &r[1], &r[2]];
        let all = det([ones, x, y]);
        let g = [det([ones, values, y]) / &all, det([ones, x, values]) / &all];
        let mut polygon = v.to_vec();
        if oracle::moment(&polygon, 0, 0) < 0 {
            polygon.reverse();
        }
        Patch { polygon, c: det([values, x, y]) / &all, g, d: Q::new() }
    }

    /// Bilinear with these values at the corners, counter-clockwise from the lower left one.
    pub fn rectangle(low: [f64; 2], high: [f64; 2], r: [f64; 4]) -> Patch {
        let ([x0, y0], [x1, y1]) = (exact_point(low), exact_point(high));
        let r = r.map(exact);
        let (w, h) = (Q::from(&x1 - &x0), Q::from(&y1 - &y0));
        // sum r_k (x or x1 - x) (y or y1 - y) / (w h), expanded.
        let term = |r: &Q, sx: i64, x: &Q, sy: i64, y: &Q| {
            let r = Q::from(r / &w) / &h * Q::from(sx * sy);
            [Q::from(&r * x) * y, -Q::from(&r * y), -Q::from(&r * x), r]
        };
        let parts = [
            term(&r[0], -1, &x1, -1, &y1),
            term(&r[1], 1, &x0, -1, &y1),
            term(&r[2], 1, &x0, 1, &y0),
            term(&r[3], -1, &x1, 1, &y0),
        ];
        let sum = |k: usize| parts.iter().map(|p| p[k].clone()).sum::<Q>();
        let corner = |x: &Q, y: &Q| [x.clone(), y.clone()];
        let polygon = vec![corner(&x0, &y0), corner(&x1, &y0), corner(&x1, &y1), corner(&x0, &y1)];
        Patch { polygon, c: sum(0), g: [sum(1), sum(2)], d: sum(3) }
    }

    /// `int x^p y^q rho` over a polygon.
    pub fn integral(&self, polygon: &[P], p: u32, q: u32) -> Q {
        oracle::moment(polygon, p, q) * &self.c
            + oracle::moment(polygon, p + 1, q) * &self.g[0]
            + oracle::moment(polygon, p, q + 1) * &self.g[1]
            + oracle::moment(polygon, p + 1, q + 1) * &self.d
    }

    pub fn density(&self, x: &P) -> Q {
        oracle::dot(&self.g, x) + &self.c + Q::from(&x[0] * &x[1]) * &self.d
    }

    /// `int rho / (2 |y_i - y_j|)` over the segment `a b` of their wall: Simpson's rule is exact.
    pub fn facet(&self, a: &P, b: &P, yi: &P, yj: &P) -> Q {
        let middle = oracle::scaled(&oracle::add(a, b), &oracle::frac(1, 2));
        let mean = (self.density(a) + self.density(&middle) * 4 + self.density(b)) / 6;
        let (e, d) = (oracle::sub(b, a), oracle::sub(yj, yi));
        // |e| / |d| as a ratio of components of the turned vector.
        let ratio = if d[0] != 0 { Q::from(&e[1] / &d[0]) } else { Q::from(&e[0] / &d[1]) };
        ratio.abs() * mean / 2
    }
}
