//! How far a cell reaches, and so what may cut it: bounds, rounded outwards.
//!
//! All is seen from the cell's site `y`: corners `u`, another site `d`, with weights `w` and `w'`.
//! That site cuts nothing off if at every corner
//!
//! ```text
//! |u - d|^2 - w' > |u|^2 - w,    which is    |d|^2 + w - w' > 2 <u, d>.
//! ```
//!
//! With all corners within `R` this holds where `|d|^2 - 2 R |d| + w - w' > 0`. The left side is
//! least at `|d| = R` and grows from there as a square, so for sites beyond a distance it is enough
//! to look at that, or at `R` if this is greater.
//!
//! # Rounding
//! Distances `d` are off by at most `slack` along each axis, corners by `error`. Everything else is
//! a sum of less than 16 terms, each right to a few units; `ROUNDING` is far above 64 of them. For
//! a distance greater than the one that was looked at the rounding grows by less than the square of
//! the difference, so that a bound with this margin there holds beyond it, too.

use super::tree::Branch;
use super::wall::Wall;
use crate::domain::space::{Planes, Polytope};

/// Corners of a cell from its site.
#[derive(Default)]
pub(super) struct Reach {
    corners: [Vec<f64>; 3],
    /// `|u|^2` of each.
    squares: Vec<f64>,
    /// Bound of the error of a coordinate.
    error: f64,
    /// No corner is farther away.
    pub radius: f64,
}

/// Share of the size of all terms that a sum is certainly right to.
const ROUNDING: f64 = 1e-13;

/// What no product that underflows amounts to.
const TINY: f64 = 1e-290;

/// The greater one; of finite numbers, for which this is one instruction.
#[inline]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The distance along an axis to an interval.
#[inline]
fn gap(low: f64, high: f64, x: f64) -> f64 {
    greater(greater(low - x, x - high), 0.0)
}

/// Branches of more sites than this are compared with each corner.
const MANY: u32 = 48;

impl Reach {
    /// Of a cell, whose site is here from its origin.
    pub fn set(&mut self, cell: &Polytope<Wall>, planes: &impl Planes<Wall>, to_site: &[f64; 3]) {
        self.corners.iter_mut().for_each(Vec::clear);
        self.squares.clear();
        let (mut far, mut error, mut size) = (0.0f64, 0.0f64, 0.0f64);
        for node in &cell.nodes {
            let (z, e) = cell.place(node, planes);
            let mut square = 0.0;
            for k in 0..3 {
                let u = z[k] - to_site[k];
                size = greater(size, z[k].abs());
                square += u * u;
                self.corners[k].push(u);
            }
            self.squares.push(square);
            (far, error) = (greater(far, square), greater(error, e));
        }
        let size = to_site.iter().fold(size, |m: f64, t| m.max(t.abs()));
        self.error = error + 2.0 * f64::EPSILON * size;
        self.radius = far.sqrt() * (1.0 + ROUNDING) + 2.0 * self.error;
    }

    /// Certainly no site cuts that is at least so far away, with a weight that is greater than that
    /// of the cell's site by at most this; `size` is that of both weights.
    #[inline]
    fn is_beyond(&self, distance: f64, heavier: f64, size: f64) -> bool {
        let (t, r) = (greater(distance, self.radius), self.radius);
        let margin = ROUNDING * (t * t + r * r + size) + TINY;
        t * t - 2.0 * r * t - heavier > margin
    }

    /// Certainly no site of the branch, moved by this much, cuts the cell, whose site has this
    /// weight.
    pub fn misses(&self, branch: &Branch, moved: &[f64; 3], weight: f64, slack: f64) -> bool {
        let low = [0, 1, 2].map(|k| branch.low[k] + moved[k]);
        let high = [0, 1, 2].map(|k| branch.high[k] + moved[k]);
        let away = [0, 1, 2].map(|k| gap(low[k] - slack, high[k] + slack, 0.0));
        let distance = (away[0] * away[0] + away[1] * away[1] + away[2] * away[2]).sqrt();
        let (heavier, size) = (branch.most - weight, branch.most.abs() + weight.abs());
        if self.is_beyond(distance * (1.0 - ROUNDING), heavier, size) {
            return true;
        }
        if branch.end - branch.begin <= MANY {
            return false;
        }
        // The power of the branch to each corner, less that of the site.
        let [x, y, z] = self.corners.each_ref().map(|c| &c[..self.squares.len()]);
        let mut least = f64::INFINITY;
        for (k, square) in self.squares.iter().enumerate() {
            let (a, b, c) = (gap(low[0], high[0], x[k]), gap(low[1], high[1], y[k]), gap(low[2], high[2], z[k]));
            let power = a * a + b * b + c * c - square;
            least = if power < least { power } else { least };
        }
        let whole = 2.0 * self.radius + distance;
        let off = 16.0 * (self.error + slack) * (whole + self.error + slack);
        least - heavier > off + ROUNDING * (whole * whole + size) + TINY
    }

    /// Certainly the site there, with a weight that is greater by this, does not cut the cell.
    #[inline]
    pub fn misses_site(&self, d: &[f64; 3], heavier: f64, size: f64, slack: f64) -> bool {
        let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        let distance = square.sqrt();
        if self.is_beyond(greater(distance * (1.0 - ROUNDING) - 2.0 * slack, 0.0), heavier, size) {
            return true;
        }
        let [x, y, z] = self.corners.each_ref().map(Vec::as_slice);
        let mut most = f64::NEG_INFINITY;
        for ((x, y), z) in x.iter().zip(y).zip(z) {
            most = greater(x * d[0] + y * d[1] + z * d[2], most);
        }
        let whole = self.radius + distance;
        let off = 16.0 * (self.error + slack) * (whole + self.error + slack);
        square - 2.0 * most - heavier > off + ROUNDING * (whole * whole + size) + TINY
    }
}
