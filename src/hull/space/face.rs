//! A filter in front of the predicates: the hyperplane of each tetrahedron, rounded once, with a
//! proved error.
//!
//! The hull test asks about fifty times per insertion whether a lifted site is above a hyperplane.
//! With that at hand it is six flops on one line of the cache, instead of a determinant of five
//! gathered sites. Only what the error leaves open goes on to the ladder of
//! [`crate::exact::predicates`].

use crate::exact::predicates::Lifted3;
use rayon::prelude::*;

/// Unit roundoff.
const U: f64 = 1.0 / 9_007_199_254_740_992.0;

/// `h = c + <g, y>`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Face {
    pub g: [f64; 3],
    pub c: f64,
}

/// A bound on the error of [`Face::below`], a power of two, by its biased exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound(pub u16);

impl Bound {
    /// No information: the filter never decides.
    pub const NONE: Bound = Bound(0x7ff);

    /// The next power of two.
    #[inline(always)]
    fn above(error: f64) -> Bound {
        // A bound is positive or no number, and then the exponent is the greatest.
        Bound(((error.to_bits() >> 52) as u16 + 1).min(0x7ff))
    }

    /// The bound.
    #[inline(always)]
    pub fn value(self) -> f64 {
        f64::from_bits(u64::from(self.0) << 52)
    }
}

/// What the errors depend on: how far sites and heights reach.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    x: [f64; 3],
    h: f64,
    /// The sum of `x`.
    sum: f64,
    /// What underflow may lose, alone and relative to `<|g|, x>`.
    lost: [f64; 2],
}

impl Extent {
    /// Of these sites.
    pub fn of(points: &[Lifted3]) -> Extent {
        let with = |e: [f64; 4], p: &Lifted3| {
            [e[0].max(p.y[0].abs()), e[1].max(p.y[1].abs()), e[2].max(p.y[2].abs()), e[3].max(p.h.hi.abs())]
        };
        let both = |a: [f64; 4], b: [f64; 4]| std::array::from_fn(|k| a[k].max(b[k]));
        let chunks = points.par_chunks(1 << 13).map(|c| c.iter().fold([0.0; 4], with));
        let [x, y, z, h] = chunks.reduce(|| [0.0; 4], both);
        let sum = x + y + z;
        Extent { x: [x, y, z], h, sum, lost: [1e-170 * sum * (1.0 + h) + 1e-300, 1e-170 * (1.0 + sum)] }
    }
}

/// A corner as seen from another one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Differences of coordinates, and of heights.
    y: [f64; 3],
    h: f64,
    /// Magnitudes: of the heights' parts, and of the longest coordinate.
    m: f64,
    b: f64,
}

impl Seen {
    #[inline(always)]
    pub fn from(origin: &Lifted3, p: &Lifted3) -> Seen {
        let y = [p.y[0] - origin.y[0], p.y[1] - origin.y[1], p.y[2] - origin.y[2]];
        let (hi, lo) = (p.h.hi - origin.h.hi, p.h.lo - origin.h.lo);
        let b = y[0].abs().max(y[1].abs()).max(y[2].abs());
        Seen { y, h: hi + lo, m: hi.abs() + lo.abs(), b }
    }
}

impl Face {
    /// The hyperplane through `p` and three others as seen from it, with `det[a; b; c] > 0`.
    ///
    /// `g = (h_a b x c + h_b c x a + h_c a x b) / det`. Differences have relative error `u`, height
    /// differences `(2u + 4u^2) m`; an entry of `b x c` is off by `(4u + 8u^2) (|p| + |q|)`, at
    /// most `8u |b| |c|` up to `u^2`, with the longest coordinate as the norm. A numerator is three
    /// products of these and two sums: `2u + 4u + u + 2u` of terms below `2 m_a |b| |c|`, together
    /// `18u S`. The determinant is three products with a third difference: `u + 4u + u + 2u` of
    /// terms below `2 |a| |b| |c|`, together `48u P`. Its sign is certain where it is `4096u P`,
    /// and then the true one is at least 0.988 of it. The quotient adds `2u |g|`. So
    /// `dg_k <= (18u S + 48u P |g_k|) / (0.988 det) + 2u |g_k|`.
    ///
    /// At a site, at most `2 x_k` away from `p`, that costs `2 sum x_k dg_k`: with `G = sum |g_k|
    /// x_k`, `u ((36.5 S sum x_k + 97.2 P G) / det + 4 G)`. Forming `c = p_h - <g, y_p>` and
    /// `q_h - (c + <g, y_q>)` takes fourteen roundings of partial sums that are at most `3 (h +
    /// G)`, and drops `lo` parts below `2u h`: `44u (h + G)`. The factors below are more, for what
    /// is of second order.
    ///
    /// Underflow: with `det > 1e-150` lost products change `g` by less than `1e-172 (1 + h)`, and
    /// by `1e-172 (1 + sum x_k)` of itself.
    #[inline(always)]
    pub fn through(p: &Lifted3, a: &Seen, b: &Seen, c: &Seen, extent: &Extent) -> (Face, Bound) {
        let cross = |u: &[f64; 3], v: &[f64; 3]| {
            [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
        };
        let (bc, ca, ab) = (cross(&b.y, &c.y), cross(&c.y, &a.y), cross(&a.y, &b.y));
        let det = a.y[0] * bc[0] + a.y[1] * bc[1] + a.y[2] * bc[2];
        let inverse = 1.0 / det;
        let g = [
            (a.h * bc[0] + b.h * ca[0] + c.h * ab[0]) * inverse,
            (a.h * bc[1] + b.h * ca[1] + c.h * ab[1]) * inverse,
            (a.h * bc[2] + b.h * ca[2] + c.h * ab[2]) * inverse,
        ];
        let (volume, lifted) = (a.b * b.b * c.b, a.m * b.b * c.b + b.m * c.b * a.b + c.m * a.b * b.b);
        let slope = g[0].abs() * extent.x[0] + g[1].abs() * extent.x[1] + g[2].abs() * extent.x[2];
        let data = (38.0 * lifted * extent.sum + 100.0 * volume * slope) * inverse + 50.0 * (extent.h + slope);
        let error = 1.01 * U * data + extent.lost[0] + extent.lost[1] * slope;
        if det > 1e-150 && det > 4096.0 * U * volume {
            let c = p.h.hi - (g[0] * p.y[0] + g[1] * p.y[1] + g[2] * p.y[2]);
            (Face { g, c }, Bound::above(error))
        } else {
            (Face::default(), Bound::NONE)
        }
    }

    /// The height of the hyperplane at a site.
    #[inline(always)]
    pub fn at(&self, q: &Lifted3) -> f64 {
        self.c + (self.g[0] * q.y[0] + self.g[1] * q.y[1] + self.g[2] * q.y[2])
    }

    /// Is `q` above (`Some(true)`), below (`Some(false)`) or too near to tell?
    #[inline(always)]
    pub fn below(&self, q: &Lifted3, bound: Bound) -> Option<bool> {
        let height = q.h.hi - self.at(q);
        let error = bound.value();
        if height > error {
            Some(true)
        } else if -height > error {
            Some(false)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Dd;
    use crate::exact::predicates::{orient3d_sign, over_exact};

    /// What the filter says is what integers say, also of slivers, near-ties and all magnitudes;
    /// and it says something of most.
    #[test]
    fn the_filter_tells_no_wrong_sign() {
        let mut state = 1u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let (mut told, mut asked) = (0, 0);
        for round in 0..40_000 {
            let size = [1.0, 1e-3, 1e60, 1e-45, 1e-100, 1e100][round % 6];
            let flat = [1.0, 1e-9, 1e-14, 0.0][round / 6 % 4];
            let near = [1e-15, 1e-12, 1e-3][round / 24 % 3];
            let at = 1.0 + draw();
            let mut site = |z: f64| {
                let y = [at + 0.01 * draw(), draw(), z * draw()].map(|v| v * size);
                let square = y.iter().fold(Dd::ZERO, |s, v| s + Dd::product(*v, *v));
                Lifted3 { y, h: square.scale(-0.5) }
            };
            let mut p = [site(flat), site(flat), site(flat), site(flat)];
            match orient3d_sign(p[0].y, p[1].y, p[2].y, p[3].y) {
                0 => continue,
                -1 => p.swap(0, 1),
                _ => {}
            }
            let mut q = site(1.0);
            let seen = [1, 2, 3].map(|k| Seen::from(&p[0], &p[k]));
            let all = [p[0], p[1], p[2], p[3], q];
            let extent = Extent::of(&all);
            let (face, bound) = Face::through(&p[0], &seen[0], &seen[1], &seen[2], &extent);
            if round % 2 == 0 && bound != Bound::NONE {
                // Nearly on the hyperplane.
                q.h = Dd::from_f64(face.at(&q) * (1.0 + near * (draw() - 0.5)));
            }
            if q.h.hi.abs() > extent.h {
                continue;
            }
            if let Some(above) = face.below(&q, bound) {
                let exact = over_exact([&p[0], &p[1], &p[2], &p[3], &q]);
                assert_eq!(exact, if above { 1 } else { -1 }, "{round}: {p:?} {q:?} {face:?} {bound:?}");
                told += 1;
            }
            asked += 1;
        }
        assert!(told > asked / 4 && told < asked, "{told} of {asked}");
    }
}
