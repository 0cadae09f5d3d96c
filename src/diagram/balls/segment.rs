//! Circular segments: what a disc has beyond a chord. Areas, moments and arcs without cancellation.
//!
//! A segment of half-angle `a` (0 to pi) of a disc of radius `r` is measured from its chord, `x`
//! outwards and `y` along it from its middle. With `t` the angle from the axis,
//! `u(t) = cos t - cos a = 2 sin((a+t)/2) sin((a-t)/2)`,
//!
//! ```text
//! int x^p y^q = r^(p+q+2) int_0^a 2/(q+1) sin^(q+2) t u^p dt      for even q, 0 for odd q
//! ```
//!
//! All integrands are at least 0 and free of subtractions, so Gauss quadrature is accurate to a few
//! ulps for the thinnest sliver as for the whole disc: with 24 nodes its own error is below 1e-20,
//! the integrands being trigonometric polynomials of degree at most 6. The area alone has the
//! closed form `r^2 (a - sin a cos a)`, for small `a` as a series. Reference:
//! docs/theory/partial.md.

use super::super::moments::Moments;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// Nodes of the quadrature.
const NODES: usize = 24;

/// Nodes and weights of Gauss and Legendre on `[0, 1]`, by Newton's method on the Legendre
/// polynomial.
fn gauss() -> &'static [(f64, f64); NODES] {
    static TABLE: OnceLock<[(f64, f64); NODES]> = OnceLock::new();
    TABLE.get_or_init(|| {
        let n = NODES as f64;
        std::array::from_fn(|k| {
            let mut x = (PI * (k as f64 + 0.75) / (n + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..60 {
                let (mut p, mut before) = (x, 1.0);
                for m in 2..=NODES {
                    let m = m as f64;
                    (p, before) = (((2.0 * m - 1.0) * x * p - (m - 1.0) * before) / m, p);
                }
                slope = n * (x * p - before) / (x * x - 1.0);
                let step = p / slope;
                x -= step;
                if step.abs() <= 1e-16 {
                    break;
                }
            }
            (0.5 - 0.5 * x, 1.0 / ((1.0 - x * x) * slope * slope))
        })
    })
}

/// `a - sin a cos a`: the area of the segment of half-angle `a` of the unit disc. Relative error a
/// few ulps.
pub fn unit_area(a: f64) -> f64 {
    if a > 0.5 {
        return a - a.sin() * a.cos();
    }
    // (z - sin z)/2 with z = 2a, an alternating series of falling terms.
    let q = 4.0 * a * a;
    let mut sum = 1.0;
    for k in (2..=9).rev() {
        let k = f64::from(k);
        sum = 1.0 - q / ((2.0 * k) * (2.0 * k + 1.0)) * sum;
    }
    a * a * a * (2.0 / 3.0) * sum
}

/// One segment: radius, half-angle, and the density
/// `density + outwards x + along y + bend (x^2 - y^2) + twist x y` seen from the middle of the
/// chord. (A bilinear density is harmonic, so turned axes give it no other second-order terms.)
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Radius of the disc.
    pub radius: f64,
    /// Half the angle under which the arc is seen from the centre, 0 to pi.
    pub half_angle: f64,
    /// Density in the middle of the chord.
    pub density: f64,
    /// Slope of the density outwards.
    pub outwards: f64,
    /// Slope of the density along the chord.
    pub along: f64,
    /// Half its second derivative outwards.
    pub bend: f64,
    /// Its mixed derivative.
    pub twist: f64,
}

/// Below this half-angle an arc is a parabola over its chord: to `a^2 / 12`, less than half an ulp.
const SLIVER: f64 = 1e-8;

/// `sin a - a cos a`, without cancellation.
fn bow(a: f64) -> f64 {
    if a > 0.5 {
        return a.sin() - a * a.cos();
    }
    // a^3 / 3 (1 - a^2/10 (1 - a^2/28 (1 - a^2/54 ...))), the factors being 2k (2k + 3).
    let q = a * a;
    let mut sum = 1.0;
    for k in (1..=8).rev() {
        let k = f64::from(k);
        sum = 1.0 - q / ((2.0 * k) * (2.0 * k + 3.0)) * sum;
    }
    a * a * a / 3.0 * sum
}

impl Segment {
    /// Half the chord, its height, and its area, of a sliver. No power of the radius is formed:
    /// that may be huge.
    fn sliver(&self) -> Option<(f64, f64, f64)> {
        let a = self.half_angle;
        let half = self.radius * a;
        (a < SLIVER).then_some((half, 0.5 * half * a, 2.0 / 3.0 * half * half * a))
    }

    /// `int rho`, at least 0. Cost: a sine for constant density, else 24 of them.
    pub fn mass(&self) -> f64 {
        let r = self.radius;
        if let Some((half, height, area)) = self.sliver() {
            return (area * (self.density + self.outwards * (0.4 * height) - self.bend * (0.2 * half * half))).max(0.0);
        }
        if self.outwards == 0.0 && self.bend == 0.0 {
            return self.density * (r * r * unit_area(self.half_angle));
        }
        let [area, first, x2, y2] =
            self.integrals(|s2, u| [2.0 * s2, 2.0 * s2 * u, 2.0 * s2 * u * u, 2.0 / 3.0 * (s2 * s2)]);
        let (g, b) = (r * self.outwards, r * r * self.bend);
        (r * r * (self.density * area + g * first + b * (x2 - y2))).max(0.0)
    }

    /// `int rho dl / r` over the arc: by how much the mass grows with half the weight (see
    /// partial.md), at least 0.
    pub fn arc(&self) -> f64 {
        let (a, r) = (self.half_angle, self.radius);
        if self.outwards == 0.0 && self.bend == 0.0 {
            return (2.0 * a * self.density).max(0.0);
        }
        // With x = r (cos t - cos a) and y = r sin t: int x = 2 r (sin a - a cos a), int x^2 - y^2
        // = -2 r^2 cos a (sin a - a cos a).
        if let Some((half, height, _)) = self.sliver() {
            let mean = self.outwards * (2.0 / 3.0 * height) - self.bend * (half * half / 3.0);
            return (2.0 * a * (self.density + mean)).max(0.0);
        }
        let beyond = 2.0 * r * bow(a);
        let bent = self.bend * (r * a.cos());
        (2.0 * a * self.density + (self.outwards - bent) * beyond).max(0.0)
    }

    /// Mass, centroid as (outwards, along) from the middle of the chord, and spread about it.
    pub fn moments(&self) -> Moments {
        let r = self.radius;
        if let Some((half, height, area)) = self.sliver() {
            // Means over the parabola: x is 2/5 of the height, y^2 a fifth of that of half the
            // chord, y^4 3/35 of its square.
            let (x, y2) = (0.4 * height, 0.2 * half * half);
            let density = self.density + self.outwards * x - self.bend * y2;
            if !(area * density > 0.0) {
                return Moments::default();
            }
            let second = self.density * y2 - self.bend * (3.0 / 35.0 * (half * half) * (half * half));
            let along = self.along * y2 / density;
            let spread = area * (second - density * along * along).max(0.0);
            return Moments { mass: area * density, centroid: [x, along], spread, ..Moments::default() };
        }
        let [a0, a1, x2, y2, x3, xy2, x4, y4] = self.integrals(|s2, u| {
            let (p, q) = (2.0 * s2, 2.0 / 3.0 * (s2 * s2));
            [p, p * u, p * u * u, q, p * u * u * u, q * u, p * (u * u) * (u * u), 0.4 * (s2 * s2 * s2)]
        });
        let (g, v) = (r * self.outwards, r * self.along);
        let (b, t) = (r * r * self.bend, r * r * self.twist);
        let mass = self.density * a0 + g * a1 + b * (x2 - y2);
        if !(mass > 0.0) {
            return Moments::default();
        }
        // In units of the radius.
        let c = [(self.density * a1 + g * x2 + b * (x3 - xy2)) / mass, (v * y2 + t * xy2) / mass];
        let second = self.density * (x2 + y2) + g * (x3 + xy2) + b * (x4 - y4);
        let spread = (second - mass * (c[0] * c[0] + c[1] * c[1])).max(0.0);
        Moments {
            mass: mass * r * r,
            centroid: [c[0] * r, c[1] * r],
            spread: spread * (r * r) * (r * r),
            ..Moments::default()
        }
    }

    /// `int_0^a f(sin^2 t, cos t - cos a) dt` for some `f` at once.
    fn integrals<const N: usize>(&self, f: impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
        let a = self.half_angle;
        let mut sums = [0.0; N];
        for &(node, weight) in gauss() {
            let t = a * node;
            let s = t.sin();
            let u = 2.0 * (0.5 * (a + t)).sin() * (0.5 * a * (1.0 - node)).sin();
            for (sum, value) in sums.iter_mut().zip(f(s * s, u)) {
                *sum += weight * value;
            }
        }
        sums.map(|s| s * a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(half_angle: f64, density: f64, outwards: f64, along: f64) -> Segment {
        Segment { radius: 1.0, half_angle, density, outwards, along, bend: 0.0, twist: 0.0 }
    }

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
    }

    #[test]
    fn weights_sum_to_one() {
        close(gauss().iter().map(|g| g.1).sum(), 1.0, 1e-15);
        close(gauss().iter().map(|g| g.1 * g.0.powi(40)).sum(), 1.0 / 41.0, 1e-13);
    }

    #[test]
    fn the_series_meets_the_closed_form_and_the_quadrature() {
        for a in [1e-9, 1e-4, 0.1, 0.3, 0.5, 0.500001, 1.0, 2.0, 3.0, PI] {
            let [by_nodes] = segment(a, 1.0, 0.0, 0.0).integrals(|s2, _| [2.0 * s2]);
            close(unit_area(a), by_nodes, 4e-15);
        }
        close(unit_area(1e-6), 2.0 / 3.0 * 1e-18, 1e-11);
        close(unit_area(PI), PI, 1e-15);
    }

    /// Half a unit disc: area pi/2, centroid 4/(3 pi), second moments pi/8 each.
    #[test]
    fn half_a_disc() {
        let m = segment(PI / 2.0, 1.0, 0.0, 0.0).moments();
        close(m.mass, PI / 2.0, 1e-15);
        close(m.centroid[0], 4.0 / (3.0 * PI), 1e-14);
        close(m.spread, PI / 4.0 - 8.0 / (9.0 * PI), 1e-14);
        // Density x: int x = 2/3, int x^2 = pi/8, int x^3 = 4/15, int x y^2 = 2/15.
        let m = segment(PI / 2.0, 0.0, 1.0, 0.0).moments();
        close(m.mass, 2.0 / 3.0, 1e-14);
        close(m.centroid[0], PI / 8.0 * 1.5, 1e-14);
        close(m.spread, 0.4 - (PI / 8.0).powi(2) * 1.5, 1e-13);
        close(segment(PI / 2.0, 0.0, 1.0, 0.0).mass(), 2.0 / 3.0, 1e-14);
        // Its arc: int cos t = 2.
        close(segment(PI / 2.0, 0.0, 1.0, 0.0).arc(), 2.0, 1e-15);
        // Density 1 + y: the centroid moves by int y^2 / area.
        close(segment(PI / 2.0, 1.0, 0.0, 1.0).moments().centroid[1], 0.25, 1e-14);
    }

    /// Half a unit disc with density `1 + b (x^2 - y^2) + t x y`: `int x (x^2 - y^2) = 2/15`,
    /// `int x y^2 = 2/15`, `int x^4 - y^4 = 0`; over the arc `int cos^2 - sin^2 = 0`.
    #[test]
    fn half_a_disc_under_a_saddle() {
        let saddle = Segment { bend: 0.5, twist: 0.25, ..segment(PI / 2.0, 1.0, 0.0, 0.0) };
        let m = saddle.moments();
        close(m.mass, PI / 2.0, 1e-14);
        close(saddle.mass(), PI / 2.0, 1e-14);
        let c = [(2.0 / 3.0 + 0.5 * 2.0 / 15.0) * 2.0 / PI, 0.25 * 2.0 / 15.0 * 2.0 / PI];
        close(m.centroid[0], c[0], 1e-14);
        close(m.centroid[1], c[1], 1e-14);
        close(m.spread, PI / 4.0 - PI / 2.0 * (c[0] * c[0] + c[1] * c[1]), 1e-13);
        close(saddle.arc(), PI, 1e-15);
        // A third of the circle, by a fine sum over the arc and over strips.
        let part = Segment { half_angle: PI / 3.0, ..saddle };
        let (n, mut arc, mut mass) = (20_000, 0.0, 0.0);
        for k in 0..n {
            let t = (k as f64 + 0.5) / n as f64 * PI / 3.0;
            let (x, y) = (t.cos() - 0.5, t.sin());
            arc += 2.0 * (1.0 + 0.5 * (x * x - y * y)) * PI / 3.0 / n as f64;
            // The strip at x: 2 y + b (2 x^2 y - 2/3 y^3), dx = y dt.
            mass += (2.0 * y + 0.5 * (2.0 * x * x * y - 2.0 / 3.0 * y * y * y)) * y * PI / 3.0 / n as f64;
        }
        close(part.arc(), arc, 1e-8);
        close(part.mass(), mass, 1e-8);
    }

    /// The whole disc about the far end of its chord of no length.
    #[test]
    fn the_whole_disc() {
        let m = segment(PI, 2.0, 0.0, 0.0).moments();
        close(m.mass, 2.0 * PI, 1e-14);
        close(m.centroid[0], 1.0, 1e-14);
        close(m.spread, PI, 1e-13);
    }

    /// A sliver is a parabola: height `a^2/2`, width `2a`: area `2/3 h w`, centroid at `2/5 h`.
    #[test]
    fn a_sliver_is_a_parabola() {
        let a: f64 = 1e-7;
        let m = segment(a, 1.0, 0.0, 0.0).moments();
        close(m.mass, 2.0 / 3.0 * a.powi(3), 1e-12);
        close(m.centroid[0], 0.4 * a * a / 2.0, 1e-12);
        close(m.spread, m.mass * a * a / 5.0, 1e-12);
    }
}
