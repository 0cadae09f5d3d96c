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
//! In a metric all is stretched first, so that its square is the sum of squares up to a share of
//! `16 eps` times its condition.
//!
//! # Rounding
//! Distances `d` are off by at most `slack` along each axis, corners by `error`. Everything else is
//! a sum of less than 16 terms, each right to a few units; `ROUNDING` is far above 64 of them. For
//! a distance greater than the one that was looked at the rounding grows by less than the square of
//! the difference, so that a bound with this margin there holds beyond it, too.

use super::ground::SpaceGround;
use super::tree::Branch;
use super::wall::Wall;
use crate::domain::space::{Planes, Polytope};

/// Corners of a cell from its site.
#[derive(Default)]
pub(super) struct Reach {
    corners: [Vec<f64>; 3],
    /// `|u|^2` of each.
    squares: Vec<f64>,
    /// How many there are; the last one stands there again until a multiple of [`LANES`].
    count: usize,
    /// Bound of the error of a coordinate.
    pub error: f64,
    /// No corner is farther away.
    pub radius: f64,
    /// The same in the euclidean metric.
    pub ball: f64,
    /// The box about all corners.
    pub low: [f64; 3],
    pub high: [f64; 3],
    /// Share of the size of all terms that a sum is certainly right to.
    rounding: f64,
}

/// Share of the size of all terms that a sum is certainly right to in the euclidean metric.
const ROUNDING: f64 = 1e-13;

/// What no product that underflows amounts to.
pub(super) const TINY: f64 = 1e-290;

/// Corners that are looked at side by side.
const LANES: usize = 4;

/// The greater one; of finite numbers, for which this is one instruction.
#[inline]
pub(super) fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The distance along an axis to an interval.
#[inline]
fn gap(low: f64, high: f64, x: f64) -> f64 {
    greater(greater(low - x, x - high), 0.0)
}

/// Branches of more sites than this are compared with each corner.
const MANY: u32 = 48;

/// Certainly no site cuts a cell of this radius that is at least so far away, with a weight that is
/// greater than that of the cell's site by at most this; `size` is that of both weights.
#[inline]
pub(super) fn is_beyond(distance: f64, radius: f64, (heavier, size): (f64, f64), rounding: f64) -> bool {
    let (t, r) = (greater(distance, radius), radius);
    let margin = rounding * (t * t + r * r + size) + TINY;
    t * t - 2.0 * r * t - heavier > margin
}

impl Reach {
    /// Of a cell, whose site is here from its origin.
    pub fn set(&mut self, cell: &Polytope<Wall>, planes: &impl Planes<Wall>, to_site: &[f64; 3], ground: &SpaceGround) {
        self.corners.iter_mut().for_each(Vec::clear);
        self.squares.clear();
        let Reach { corners: [xs, ys, zs], squares, .. } = self;
        let (mut far, mut error, mut size, mut ball) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        (self.low, self.high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for node in &cell.nodes {
            let (z, e) = cell.place(node, planes);
            let (mut x, mut y, mut z) = (z[0] - to_site[0], z[1] - to_site[1], z[2] - to_site[2]);
            size = greater(greater(x.abs(), y.abs()), greater(z.abs(), size));
            if let Some(metric) = &ground.metric {
                ball = greater(ball, x * x + y * y + z * z);
                [x, y, z] = metric.stretched(&[x, y, z]);
            }
            let square = x * x + y * y + z * z;
            for (k, x) in [x, y, z].into_iter().enumerate() {
                self.low[k] = if x < self.low[k] { x } else { self.low[k] };
                self.high[k] = greater(x, self.high[k]);
            }
            xs.push(x);
            ys.push(y);
            zs.push(z);
            squares.push(square);
            (far, error) = (greater(far, square), greater(error, e));
        }
        self.count = squares.len();
        while let Some(last) = (squares.len() % LANES).checked_sub(1).and(squares.last().copied()) {
            squares.push(last);
            for list in [&mut *xs, &mut *ys, &mut *zs] {
                list.extend(list.last().copied());
            }
        }
        self.rounding = Reach::rounding(ground);
        // Corners from the origin are no farther than this from the site, and the site's own.
        let size = to_site.iter().fold(2.0 * size, |m: f64, t| m + t.abs());
        self.error = error + 2.0 * f64::EPSILON * size;
        self.ball = far;
        if let Some(metric) = &ground.metric {
            // Three terms, each rounded.
            self.error = metric.greatest() * (error + 16.0 * f64::EPSILON * size);
            self.ball = ball;
        }
        self.ball = self.ball.sqrt() * (1.0 + ROUNDING) + 2.0 * (error + 2.0 * f64::EPSILON * size);
        self.radius = far.sqrt() * (1.0 + self.rounding) + 2.0 * self.error;
    }

    /// Share of the size of all terms that a sum is certainly right to.
    pub fn rounding(ground: &SpaceGround) -> f64 {
        ROUNDING * ground.looseness()
    }

    #[inline]
    fn is_beyond(&self, distance: f64, heavier: f64, size: f64) -> bool {
        is_beyond(distance, self.radius, (heavier, size), self.rounding)
    }

    /// Certainly no site of the branch, moved by this much, cuts the cell, whose site has this
    /// weight.
    pub fn misses(&self, branch: &Branch, moved: &[f64; 3], weight: f64, slack: f64) -> bool {
        let (mut low, mut high, mut square) = ([0.0; 3], [0.0; 3], 0.0);
        for k in 0..3 {
            (low[k], high[k]) = (branch.low[k] + moved[k], branch.high[k] + moved[k]);
            let away = gap(low[k] - slack, high[k] + slack, 0.0);
            square += away * away;
        }
        let distance = square.sqrt();
        let (heavier, size) = (branch.most - weight, branch.most.abs() + weight.abs());
        if self.is_beyond(distance * (1.0 - self.rounding), heavier, size) {
            return true;
        }
        if branch.end - branch.begin <= MANY {
            return false;
        }
        // The power of the branch to each corner, less that of the site.
        let [x, y, z] = self.corners.each_ref().map(|c| &c[..self.count]);
        let mut least = f64::INFINITY;
        for (k, square) in self.squares[..self.count].iter().enumerate() {
            let (a, b, c) = (gap(low[0], high[0], x[k]), gap(low[1], high[1], y[k]), gap(low[2], high[2], z[k]));
            let power = a * a + b * b + c * c - square;
            least = if power < least { power } else { least };
        }
        let whole = 2.0 * self.radius + distance;
        let off = 16.0 * (self.error + slack) * (whole + self.error + slack);
        least - heavier > off + self.rounding * (whole * whole + size) + TINY
    }

    /// Certainly the site there, with a weight that is greater by this, does not cut the cell.
    #[inline]
    pub fn misses_site(&self, d: &[f64; 3], heavier: f64, size: f64, slack: f64) -> bool {
        let distance = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
        self.is_beyond(greater(distance * (1.0 - self.rounding) - 2.0 * slack, 0.0), heavier, size)
            || self.misses_corners(d, heavier, size, slack)
    }

    /// The same, asked of the corners alone.
    #[inline]
    pub fn misses_corners(&self, d: &[f64; 3], heavier: f64, size: f64, slack: f64) -> bool {
        let square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        let distance = square.sqrt();
        let [x, y, z] = &self.corners;
        let mut most = [f64::NEG_INFINITY; LANES];
        let chunks = x.chunks_exact(LANES).zip(y.chunks_exact(LANES)).zip(z.chunks_exact(LANES));
        for ((x, y), z) in chunks {
            for k in 0..LANES {
                most[k] = greater(x[k] * d[0] + y[k] * d[1] + z[k] * d[2], most[k]);
            }
        }
        let most = greater(greater(most[0], most[1]), greater(most[2], most[3]));
        let whole = self.radius + distance;
        let off = 16.0 * (self.error + slack) * (whole + self.error + slack);
        square - 2.0 * most - heavier > off + self.rounding * (whole * whole + size) + TINY
    }
}
