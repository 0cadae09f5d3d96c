//! Sites with their heights, and the walls between them.
//!
//! With `x = c + r u` the wall between `i` and `j` on the unit sphere is
//!
//! ```text
//! <n, u> + d >= 0,    n = r (y_i - y_j),    d = h_i - h_j + <c, y_i - y_j>.
//! ```
//!
//! # Error of a row
//! A difference of doubles is exact in double-double, its products are right to `2^-100`. `d` is a
//! few sums of terms right to `2^-100` of themselves; heights are taken as they are. So `d` is off
//! by less than `2^-98` of the sum of the sizes of its terms, beside its rounding. What underflows
//! is off by less than `2^-1000`.

use super::ground::SphereGround;
use crate::exact::big::{self, Integer};
use crate::exact::power::{exponent, scaled};
use crate::exact::predicates::CircleRow;
use crate::exact::{Dd, Heights};
use std::sync::Arc;

/// Sites with heights, in a diagram's numbering.
#[derive(Clone, Debug)]
pub(super) struct Sites {
    pub y: Arc<[[f64; 3]]>,
    pub rank: Arc<[u32]>,
    pub h: Vec<Dd>,
    /// Weights.
    pub w: Vec<Dd>,
    center: [f64; 3],
    radius: f64,
    /// All coordinates are multiples of two to this.
    coordinate_unit: i32,
    /// All heights are.
    height_unit: i32,
}

/// What two sites are to each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Between {
    /// A wall: its row, and the length of its normal `n`.
    Wall(CircleRow, f64),
    /// They lie in one place, and the first wins everywhere, or nowhere.
    Everywhere(bool),
}

/// The exponent of the last digit of all of these.
fn unit<'a>(values: impl Iterator<Item = &'a f64>) -> i32 {
    values.filter(|v| **v != 0.0).map(|v| big::decompose(*v).1).min().unwrap_or(0)
}

impl Sites {
    /// Sites at some heights.
    pub fn new(ground: &SphereGround, y: Arc<[[f64; 3]]>, rank: Arc<[u32]>, heights: &Heights) -> Sites {
        let h = heights.as_slice().to_vec();
        let weight = |(y, h): (&[f64; 3], &Dd)| y.iter().fold(h.scale(2.0), |s, &x| s + Dd::product(x, x));
        let w = y.iter().zip(&h).map(weight).collect();
        let center = ground.sphere.center();
        let coordinate_unit = unit(y.as_flattened().iter().chain(&center));
        let height_unit = unit(h.iter().flat_map(|h| [&h.hi, &h.lo]));
        Sites { y, rank, h, w, center, radius: ground.sphere.radius(), coordinate_unit, height_unit }
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// What `i` is to `j`; of sites in one place the higher one wins, then the lower rank.
    #[inline]
    pub fn between(&self, i: u32, j: u32) -> Between {
        let (i, j) = (i as usize, j as usize);
        let (a, b) = (&self.y[i], &self.y[j]);
        let n = [0, 1, 2].map(|k| Dd::difference(a[k], b[k]));
        if n.iter().all(|n| n.hi == 0.0) {
            let higher = self.h[i].partial_cmp(&self.h[j]).unwrap_or(std::cmp::Ordering::Equal);
            return Between::Everywhere(higher.then(self.rank[j].cmp(&self.rank[i])).is_gt());
        }
        let mut d = self.h[i] - self.h[j];
        let mut sizes = self.h[i].hi.abs() + self.h[j].hi.abs();
        for k in 0..3 {
            if self.center[k] != 0.0 {
                let product = n[k].times(self.center[k]);
                d = d + product;
                sizes += product.hi.abs();
            }
        }
        let n = n.map(|n| if self.radius == 1.0 { n.to_f64() } else { n.times(self.radius).to_f64() });
        let off = 2f64.powi(-98) * sizes + 2f64.powi(-1000);
        let e = exponent(n[0].abs().max(n[1].abs()).max(n[2].abs()));
        let (row, length) = if (-900..900).contains(&e) {
            let by = 2f64.powi(-e);
            let (n, d) = (n.map(|n| n * by), d.to_f64() * by);
            (CircleRow::new(n, d, off * by + d.abs() * f64::EPSILON), size(&n))
        } else {
            let (n, d) = (n.map(|n| scaled(n, -e)), scaled(d.to_f64(), -e));
            (CircleRow::new(n, d, scaled(off, -e) + d.abs() * f64::EPSILON), size(&n))
        };
        Between::Wall(row, scaled(length, e))
    }

    /// A wall in double-doubles.
    pub fn precise(&self, i: u32, j: u32) -> ([Dd; 3], Dd) {
        let (i, j) = (i as usize, j as usize);
        let n = [0, 1, 2].map(|k| Dd::difference(self.y[i][k], self.y[j][k]));
        let d = (0..3).fold(self.h[i] - self.h[j], |d, k| d + n[k].times(self.center[k]));
        (n.map(|n| n.times(self.radius)), d)
    }

    /// A wall in integers: a positive multiple of its row.
    #[cold]
    pub fn exact(&self, i: u32, j: u32) -> [Integer; 4] {
        let whole = |x: f64, e: i32| {
            let (m, at) = big::decompose(x);
            if m == 0 { Integer::new() } else { Integer::from(m) << (at - e) as u32 }
        };
        let (e, f) = (self.coordinate_unit, self.height_unit);
        let (m, at) = big::decompose(self.radius);
        let g = (e + at).min(2 * e).min(f);
        let (i, j) = (i as usize, j as usize);
        let n = [0, 1, 2].map(|k| whole(self.y[i][k], e) - whole(self.y[j][k], e));
        let slope: Integer = (0..3).map(|k| &n[k] * whole(self.center[k], e)).sum();
        let height = |h: Dd| whole(h.hi, f) + whole(h.lo, f);
        let d = ((height(self.h[i]) - height(self.h[j])) << (f - g) as u32) + (slope << (2 * e - g) as u32);
        let [x, y, z] = n.map(|n| (n * m) << (e + at - g) as u32);
        [x, y, z, d]
    }
}

fn size(n: &[f64; 3]) -> f64 {
    (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]).sqrt()
}
