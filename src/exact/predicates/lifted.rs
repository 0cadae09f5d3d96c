//! Lifted sites, and what the error models of all filters share.

use super::super::dd::Dd;

/// A site with its height: the point `(y, h)` of the lifted hull.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lifted {
    /// First coordinate of the site.
    pub x: f64,
    /// Second coordinate of the site.
    pub y: f64,
    /// Height.
    pub h: Dd,
}

impl Lifted {
    /// Site `y` at height `h`.
    pub fn new(y: [f64; 2], h: Dd) -> Lifted {
        Lifted { x: y[0], y: y[1], h }
    }

    /// The site.
    #[inline(always)]
    pub fn site(&self) -> [f64; 2] {
        [self.x, self.y]
    }
}

/// Unit roundoff of doubles.
pub(super) const U: f64 = 1.0 / 9_007_199_254_740_992.0;

/// Covers every underflow of a filter: each product loses at most `2^-1075`, and no filter forms
/// more than `2^10`.
pub(super) const UNDERFLOW: f64 = f64::from_bits(1 << 14); // 2^-1060
/// Doubles by which a height difference `fl(fl(a.hi - b.hi) + fl(a.lo - b.lo))` is computed: the
/// value and a magnitude `g = |fl(a.hi - b.hi)| + |fl(a.lo - b.lo)|` with
/// `|value - exact| <= (2u + 4u^2) g` and `|value| <= (1 + u) g`.
#[inline(always)]
pub(super) fn height_difference(a: Dd, b: Dd) -> (f64, f64) {
    let (p, q) = (a.hi - b.hi, a.lo - b.lo);
    (p + q, p.abs() + q.abs())
}
