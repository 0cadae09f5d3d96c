//! A triangle of a cell, made for sampling.

/// A triangle of a cell, in the plane one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Triangle<const D: usize> {
    /// Corner from which `r` is counted.
    pub o: [f64; D],
    /// From there to the second corner.
    pub e: [f64; D],
    /// From the second corner to the third.
    pub f: [f64; D],
    /// 1 / mass.
    pub rate: f64,
    /// A point with all barycentric coordinates above this is surely inside the exact cell.
    pub margin: f32,
    pub site: u32,
}

impl<const D: usize> Triangle<D> {
    pub const EMPTY: Triangle<D> = Triangle { o: [0.0; D], e: [0.0; D], f: [0.0; D], rate: 0.0, margin: 0.0, site: 0 };
}

impl<const D: usize> Triangle<D> {
    /// The point at `r, s`, and whether it is surely inside the cell.
    pub fn at(&self, r: f64, s: f64) -> ([f64; D], bool) {
        let (x, least) = point(self.o, self.e, self.f, r, s);
        (x, least > f64::from(self.margin))
    }
}

/// The smaller one; a comparison and a choice, which is one instruction, where `f64::min` must mind
/// what is no number.
#[inline(always)]
pub(super) fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The point at distance `r` of the corner and `s` of the opposite side, and its least barycentric
/// coordinate.
#[inline(always)]
pub(super) fn point<const D: usize>(o: [f64; D], e: [f64; D], f: [f64; D], r: f64, s: f64) -> ([f64; D], f64) {
    let mut x = [0.0; D];
    for c in 0..D {
        x[c] = o[c] + r * (e[c] + s * f[c]);
    }
    let rs = r * s;
    (x, least(1.0 - r, least(r - rs, rs)))
}

/// Bernstein coefficients `A, B, C, AB, AC, BC`.
pub(super) type Coefficients = [f64; 6];
