//! How far a cell reaches: bounds, rounded outwards.
//!
//! *Corners* are points such that every point of the cell is within `sag` of their convex hull.
//! A function `<g, x> + c` is therefore nowhere in the cell less than its least value at the
//! corners, less `sag |g|`; which says of a site, or of many at once, that they do not cut it.
//!
//! Ends of arcs are corners; arcs are within their bulge of chords between them. Of an arc that
//! bulges much eight points of its circle are corners, whose chords are within `p (1 - cos(pi /
//! 8))` of it. Let the boundary lie within `r` of a point `z` of the sphere, `r < 1`, and let `-z`
//! not lie in the cell. Then the cell lies in the cap about `z` that has this radius. Seen along
//! `z` it is a bounded set of the plane, so it lies in the convex hull of its boundary, and along
//! `z` both lie between `1 - r^2 / 2` and 1. So it is within `r^2 / 2` and the bulge of the
//! corners' hull.

use super::super::tree::Branch;
use super::cell::{Cell, NONE};
use crate::domain::Sphere;
use crate::exact::predicates::{CircleRow, Crossing};

/// Of the distance between points, what all roundings are below.
const ROUNDING: f64 = 32.0 * f64::EPSILON;

/// A bulge of more than this share of the chord is one of a small circle.
const FLAT: f64 = 0.2;

/// Bounds of a cell.
#[derive(Default)]
pub(super) struct Reach {
    /// On the unit sphere.
    corners: Vec<Crossing>,
    /// The same in space, with a bound above of the power to the cell's site.
    places: Vec<([f64; 3], f64, f64)>,
    /// Infinite: nothing is known.
    sag: f64,
    low: [f64; 3],
    high: [f64; 3],
    most: f64,
}

impl Reach {
    /// Is anything known?
    pub fn is_known(&self) -> bool {
        self.sag < f64::INFINITY
    }

    /// Of a cell, with the sphere and the site with its weight.
    pub fn set(&mut self, cell: &Cell, sphere: &Sphere, site: &[f64; 3], weight: f64) {
        self.corners.clear();
        self.places.clear();
        self.sag = self.sag_of(cell);
        let (center, radius) = (sphere.center(), sphere.radius());
        let size = center.iter().fold(radius, |m: f64, c| m.max(c.abs()));
        (self.low, self.high, self.most) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3], f64::NEG_INFINITY);
        if self.sag == f64::INFINITY {
            let far = (0..3).map(|k| (site[k] - center[k]).powi(2)).sum::<f64>().sqrt() + radius;
            self.low = center.map(|c| c - radius - ROUNDING * size);
            self.high = center.map(|c| c + radius + ROUNDING * size);
            let square = far * far;
            self.most = square - weight + ROUNDING * (square + size * size + weight.abs());
            return;
        }
        let sag = radius * self.sag;
        for corner in &self.corners {
            let x = sphere.at(&corner.x);
            let e = radius * corner.off + ROUNDING * size;
            let (mut apart, mut far) = (0.0, 0.0);
            for k in 0..3 {
                self.low[k] = self.low[k].min(x[k] - e - sag);
                self.high[k] = self.high[k].max(x[k] + e + sag);
                let (r, d) = (x[k].abs() + e, (x[k] - site[k]).abs() + e);
                (far, apart) = (far + r * r, apart + d * d);
            }
            let size: f64 = site.iter().map(|t| t * t).sum::<f64>() + far;
            let power = apart - weight + ROUNDING * (apart + size + weight.abs());
            self.places.push((x, e, power));
            let within = (apart.sqrt() + sag).powi(2);
            self.most = self.most.max(within - weight + ROUNDING * (within + size + weight.abs()));
        }
    }

    /// The bound of how far the cell is from the hull of its corners, which it finds.
    fn sag_of(&mut self, cell: &Cell) -> f64 {
        let mut bulge = 0.0f64;
        let mut around = NONE;
        for side in &cell.sides {
            let row = &cell.rims[side.rim as usize].row;
            let chord = if side.from == NONE {
                0.0
            } else {
                let (a, b) = (cell.place(side.from), cell.place(side.to));
                self.corners.push(*a);
                (0..3).map(|k| (a.x[k] - b.x[k]).powi(2)).sum::<f64>().sqrt()
            };
            if side.bulge <= FLAT * chord {
                bulge = bulge.max(side.bulge);
            } else if side.rim != around {
                around = side.rim;
                bulge = bulge.max(self.circle(row));
            }
        }
        let Some(z) = self.middle() else { return f64::INFINITY };
        let far = |c: &Crossing| (0..3).map(|k| (c.x[k] - z[k]).powi(2)).sum::<f64>().sqrt() + c.off;
        let r = self.corners.iter().map(far).fold(0.0, f64::max) + bulge + ROUNDING;
        let other = Crossing { x: z.map(|z| -z), off: 4.0 * f64::EPSILON };
        let without = cell.rims.iter().any(|rim| {
            let (value, bound) = rim.row.at(&other);
            value < -bound
        });
        if r < 1.0 && without { 0.5 * r * r * (1.0 + 1e-9) + bulge + ROUNDING } else { f64::INFINITY }
    }

    /// The direction of the middle of the corners.
    fn middle(&self) -> Option<[f64; 3]> {
        let sum = self.corners.iter().fold([0.0; 3], |s, c| [0, 1, 2].map(|k| s[k] + c.x[k]));
        let size = sum.iter().map(|s| s * s).sum::<f64>().sqrt();
        (size > 1e-3).then(|| sum.map(|s| s / size))
    }

    /// Eight points of a circle become corners; what its arcs are from their chords.
    fn circle(&mut self, row: &CircleRow) -> f64 {
        let (n, c, [e, f]) = frame(row);
        let radius = (1.0 - c * c).max(0.0).sqrt();
        // The circle as it is: its plane is off by the row's error, its radius by that over itself.
        let off = (row.off + 8.0 * f64::EPSILON) * (1.0 + 2.0 / radius.max(1e-300));
        for k in 0..8 {
            let (sin, cos) = (std::f64::consts::FRAC_PI_4 * f64::from(k)).sin_cos();
            let x = [0, 1, 2].map(|k| c * n[k] + radius * (cos * e[k] + sin * f[k]));
            self.corners.push(Crossing { x, off });
        }
        0.0762 * radius + off
    }

    /// Certainly the whole cell lies in the cap of a row.
    pub fn is_beyond(&self, row: &CircleRow) -> bool {
        if !self.is_known() {
            return false;
        }
        let slack = row.size * self.sag;
        self.corners.iter().all(|c| {
            let (value, bound) = row.at(c);
            value > bound + slack
        })
    }

    /// Certainly a site with its weight does not cut the cell of this site: at every corner its
    /// power is greater, by more than the sag and all roundings.
    pub fn misses_site(&self, (y, weight): (&[f64; 3], f64), site: &[f64; 3], radius: f64) -> bool {
        if !self.is_known() {
            return false;
        }
        let square = |a: &[f64; 3], b: &[f64; 3]| {
            let (x, y, z) = (a[0] - b[0], a[1] - b[1], a[2] - b[2]);
            x * x + y * y + z * z
        };
        let slack = 2.0 * radius * self.sag * square(y, site).sqrt() * (1.0 + ROUNDING);
        self.places.iter().all(|(v, e, power)| {
            // The corner is within e of where it is said to be, along each axis.
            let apart = square(v, y);
            let blur = 4.0 * e * (apart.sqrt() + e);
            let margin = ROUNDING * (apart + weight.abs() + power.abs());
            apart - weight - power > margin + slack + blur
        })
    }

    /// Certainly no site of a branch cuts the cell of this site.
    pub fn misses(&self, branch: &Branch, site: &[f64; 3], radius: f64) -> bool {
        let farther = |square: f64, power: f64, slack: f64| {
            let margin = ROUNDING * (square + branch.most.abs() + power.abs());
            square - branch.most - power > margin + slack
        };
        let gap = |k: usize| (branch.low[k] - self.high[k]).max(self.low[k] - branch.high[k]).max(0.0);
        let (x, y, z) = (gap(0), gap(1), gap(2));
        if farther(x * x + y * y + z * z, self.most, 0.0) {
            return true;
        }
        if !self.is_known() {
            return false;
        }
        let far = |k: usize| (branch.high[k] - site[k]).abs().max((site[k] - branch.low[k]).abs());
        let (x, y, z) = (far(0), far(1), far(2));
        let slack = 2.0 * radius * self.sag * (x * x + y * y + z * z).sqrt() * (1.0 + ROUNDING);
        self.places.iter().all(|(v, e, power)| {
            let gap = |k: usize| (branch.low[k] - v[k] - e).max(v[k] - e - branch.high[k]).max(0.0);
            let (x, y, z) = (gap(0), gap(1), gap(2));
            farther(x * x + y * y + z * z, *power, slack)
        })
    }
}

/// Of a row: its normal of length 1, the height of its circle along it, and two directions across.
pub(super) fn frame(row: &CircleRow) -> ([f64; 3], f64, [[f64; 3]; 2]) {
    let n = row.normal();
    let size = (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]).sqrt();
    let n = n.map(|n| n / size);
    // Across the least entry.
    let least = (0..3).fold(0, |l, k| if n[k].abs() < n[l].abs() { k } else { l });
    let (p, q) = ((least + 1) % 3, (least + 2) % 3);
    let across = (n[p] * n[p] + n[q] * n[q]).sqrt();
    // The same direction for both sides of a wall.
    let turned = if n[p] < 0.0 || n[p] == 0.0 && n[q] < 0.0 { -across } else { across };
    let mut e = [0.0; 3];
    (e[p], e[q]) = (-n[q] / turned, n[p] / turned);
    let f = [n[1] * e[2] - n[2] * e[1], n[2] * e[0] - n[0] * e[2], n[0] * e[1] - n[1] * e[0]];
    (n, -row.v[3] / size, [e, f])
}
