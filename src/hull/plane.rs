//! A filter in front of the predicates: the plane of each triangle, rounded once, with a proved
//! error.
//!
//! The hull test asks ten times per insertion whether a lifted site is above a triangle's plane.
//! With the plane at hand that is four flops on the triangle's own cache line, instead of a
//! determinant of four gathered sites. Only what the stored error leaves open goes on to the ladder
//! of [`crate::exact::predicates`].

use super::mesh::GHOST;
use crate::exact::Dd;
use crate::exact::predicates::Lifted;
use rayon::prelude::*;

/// `h = c + g_0 x + g_1 y`, and a bound on the error of [`Plane::height_above`] for every site
/// within the extent.
#[derive(Clone, Copy, Debug)]
pub struct Plane {
    g: [f64; 2],
    c: f64,
    error: f64,
}

/// Largest absolute coordinates and height of all sites.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    x: f64,
    y: f64,
    h: f64,
}

impl Extent {
    /// Of these sites.
    pub fn of(points: &[Lifted]) -> Extent {
        let with = |e: Extent, p: &Lifted| e.and(Extent { x: p.x.abs(), y: p.y.abs(), h: p.h.hi.abs() });
        let chunks = points.par_chunks(1 << 13);
        chunks.map(|c| c.iter().fold(Extent::default(), with)).reduce(Extent::default, Extent::and)
    }

    fn and(self, o: Extent) -> Extent {
        Extent { x: self.x.max(o.x), y: self.y.max(o.y), h: self.h.max(o.h) }
    }
}

impl Extent {
    /// Does it cover this height?
    pub fn covers(&self, h: Dd) -> bool {
        h.hi.abs() <= self.h
    }

    /// The same for heights up to twice this one.
    pub fn raised(self, h: Dd) -> Extent {
        Extent { h: self.h.max(2.0 * h.hi.abs()), ..self }
    }
}

/// Unit roundoff.
const U: f64 = 1.0 / 9_007_199_254_740_992.0;

impl Plane {
    /// No information: the filter never decides.
    pub const UNKNOWN: Plane = Plane { g: [0.0; 2], c: 0.0, error: f64::INFINITY };

    /// The plane through three lifted sites that turn counter-clockwise.
    ///
    /// With `a`, `b` relative to `p`: `g = (a_h b_y - b_h a_y, b_h a_x - a_h b_x) / det`.
    /// Differences have relative error `u`, height differences `(2u + 4u^2) m` against
    /// `m = |hi difference| + |lo difference|`; a numerator then has error below
    /// `7u (m_a |b_y| + m_b |a_y|)`, the determinant below `4u (|a_x b_y| + |a_y b_x|)`, the
    /// quotient adds `u |g|`. At a site at most `2X`, `2Y` away from `p` this costs
    /// `2X dg_0 + 2Y dg_1`. Forming `c = p_h - g_0 p_x - g_1 p_y` and evaluating
    /// `q_h - (c + g_0 q_x + g_1 q_y)` takes eight more roundings of terms bounded by
    /// `H + |g_0| X + |g_1| Y` (partial sums: three times that) and drops `lo` parts below `u H`:
    /// `32u` of it is enough. Factor 8 instead of 7, and 1.01, cover higher orders. Underflow: with
    /// `det > 1e-150` lost products change `g` by less than `1e-172`.
    #[inline(always)]
    pub fn through(p: &Lifted, a: &Lifted, b: &Lifted, extent: &Extent) -> Plane {
        let (ax, ay) = (a.x - p.x, a.y - p.y);
        let (bx, by) = (b.x - p.x, b.y - p.y);
        let (ah, al) = (a.h.hi - p.h.hi, a.h.lo - p.h.lo);
        let (bh, bl) = (b.h.hi - p.h.hi, b.h.lo - p.h.lo);
        let (ma, mb) = (ah.abs() + al.abs(), bh.abs() + bl.abs());
        let (ah, bh) = (ah + al, bh + bl);
        let (l, r) = (ax * by, ay * bx);
        let det = l - r;
        let inverse = 1.0 / det;
        let g = [(ah * by - bh * ay) * inverse, (bh * ax - ah * bx) * inverse];
        let (g0, g1) = (g[0].abs(), g[1].abs());
        let spread = 4.0 * (l.abs() + r.abs()) + 3.0 * det;
        let d0 = 8.0 * (ma * by.abs() + mb * ay.abs()) + g0 * spread;
        let d1 = 8.0 * (ma * bx.abs() + mb * ax.abs()) + g1 * spread;
        let direct = extent.h + g0 * extent.x + g1 * extent.y;
        let data = 2.0 * (extent.x * d0 + extent.y * d1) * inverse + 32.0 * direct;
        let error = 1.01 * U * data + 1e-170 * (extent.x + extent.y) + 1e-300;
        // The determinant's own sign must be certain for the bound on it to mean anything: 16u is
        // four times its error.
        if det > 1e-150 && det > 16.0 * U * (l.abs() + r.abs()) && error.is_finite() {
            Plane { g, c: p.h.hi - g[0] * p.x - g[1] * p.y, error }
        } else {
            Plane::UNKNOWN
        }
    }

    /// The plane of a triangle, unknown for a ghost.
    pub fn of(v: [u32; 3], points: &[Lifted], extent: &Extent) -> Plane {
        if v.contains(&GHOST) {
            return Plane::UNKNOWN;
        }
        let at = |k: usize| &points[v[k] as usize];
        Plane::through(at(0), at(1), at(2), extent)
    }

    /// Is `q` above (`Some(true)`), below (`Some(false)`) or too near to tell?
    #[inline(always)]
    pub fn above(&self, q: &Lifted) -> Option<bool> {
        let height = q.h.hi - (self.c + (self.g[0] * q.x + self.g[1] * q.y));
        if height > self.error {
            Some(true)
        } else if -height > self.error {
            Some(false)
        } else {
            None
        }
    }
}
