//! Sites with their heights, and the walls between them.
//!
//! With weights `W = |y|^2 + 2 h`, which are the same for all images of a site, the wall between
//! site `i` and the image `y_j + L s` is, about an origin `o`,
//!
//! ```text
//! <n, z> + d >= 0,    n = y_i - y_j - L s,    d = <n, o - y_i + n / 2> + (W_i - W_j) / 2.
//! ```
//!
//! # Error of a row
//! `n` is exact or right to `2^-104` in double-double: a difference, and one sum. `d` is three
//! products and a few sums of terms right to `2^-102` of themselves, and `W` is right to `2^-101`
//! of `|y|^2 + 2 |h|`. So `d` is off by less than `2^-98` of the sum of the sizes of all terms,
//! beside its rounding. What underflows is off by less than `2^-1000`.

use super::ground::SpaceGround;
use super::wall::Shift;
use crate::exact::big::{self, Integer};
use crate::exact::power::{exponent, scaled};
use crate::exact::predicates::{ExactRow, PlaneRow};
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
    /// Sizes of the terms of a weight.
    size: Vec<f64>,
    /// All coordinates are multiples of two to this.
    coordinate_unit: i32,
    /// All heights are.
    height_unit: i32,
}

/// The exponent of the last digit of all of these.
fn unit<'a>(values: impl Iterator<Item = &'a f64>) -> i32 {
    values.filter(|v| **v != 0.0).map(|v| big::decompose(*v).1).min().unwrap_or(0)
}

impl Sites {
    /// Sites at some heights.
    pub fn new(ground: &SpaceGround, y: Arc<[[f64; 3]]>, rank: Arc<[u32]>, heights: &Heights) -> Sites {
        let h = heights.as_slice().to_vec();
        let (mut w, mut size) = (Vec::with_capacity(h.len()), Vec::with_capacity(h.len()));
        for (y, h) in y.iter().zip(&h) {
            let square = y.iter().fold(Dd::ZERO, |s, &x| s + Dd::product(x, x));
            w.push(square + h.scale(2.0));
            size.push(square.hi + 2.0 * h.hi.abs());
        }
        let box_numbers = ground.low.iter().chain(&ground.high).chain(&ground.centre);
        let coordinate_unit = unit(y.as_flattened().iter().chain(box_numbers));
        let height_unit = unit(h.iter().flat_map(|h| [&h.hi, &h.lo]));
        Sites { y, rank, h, w, size, coordinate_unit, height_unit }
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Normal and constant of a wall about an origin, and the bound of the error of the constant.
    #[inline]
    pub fn wall(
        &self,
        ground: &SpaceGround,
        (i, j): (u32, u32),
        shift: Shift,
        origin: &[f64; 3],
    ) -> ([Dd; 3], Dd, f64) {
        let (i, j) = (i as usize, j as usize);
        let (a, b) = (&self.y[i], &self.y[j]);
        let periods = shift.periods();
        let (mut n, mut d, mut sizes) =
            ([Dd::ZERO; 3], (self.w[i] - self.w[j]).scale(0.5), self.size[i] + self.size[j]);
        for k in 0..3 {
            n[k] = Dd::difference(a[k], b[k]);
            match periods[k] {
                0 => {}
                1 => n[k] = n[k] - ground.period[k],
                _ => n[k] = n[k] + ground.period[k],
            }
            let m = Dd::difference(origin[k], a[k]) + n[k].scale(0.5);
            let product = n[k] * m;
            d = d + product;
            sizes += n[k].hi.abs() * m.hi.abs();
        }
        (n, d, 2f64.powi(-98) * sizes + 2f64.powi(-1000))
    }

    /// The distance of a site from the image of another one.
    pub fn apart(&self, ground: &SpaceGround, (i, j): (u32, u32), shift: Shift) -> f64 {
        let (a, b) = (&self.y[i as usize], &self.y[j as usize]);
        let along = |k: usize| {
            let d = Dd::difference(a[k], b[k]);
            match shift.periods()[k] {
                0 => d.hi,
                1 => (d - ground.period[k]).hi,
                _ => (d + ground.period[k]).hi,
            }
        };
        let [x, y, z] = [0, 1, 2].map(along);
        (x * x + y * y + z * z).sqrt()
    }

    /// The row of a wall, in units in which its normal is about 1.
    #[inline]
    pub fn row(&self, ground: &SpaceGround, ij: (u32, u32), shift: Shift, origin: &[f64; 3]) -> PlaneRow {
        let (n, d, off) = self.wall(ground, ij, shift, origin);
        let n = n.map(|n| n.hi);
        let e = exponent(n[0].abs().max(n[1].abs()).max(n[2].abs()));
        if (-900..900).contains(&e) {
            let by = 2f64.powi(-e);
            let d = d.to_f64() * by;
            return PlaneRow::new(n.map(|n| n * by), d, off * by + d.abs() * f64::EPSILON);
        }
        let d = scaled(d.to_f64(), -e);
        PlaneRow::new(n.map(|n| scaled(n, -e)), d, scaled(off, -e) + d.abs() * f64::EPSILON)
    }

    /// A wall about the cell's own origin in integers: `2^(1 - g)` times its row, with the same `g`
    /// for all walls.
    #[cold]
    pub fn exact(&self, ground: &SpaceGround, i: u32, j: u32, shift: Shift) -> ExactRow {
        let e = self.coordinate_unit;
        // 2 d = A 2^(2e) + B 2^(f + 1).
        let f = self.height_unit;
        let g = (2 * e).min(f + 1).min(e + 1);
        let whole = |x: f64, e: i32| {
            let (m, at) = big::decompose(x);
            if m == 0 { Integer::new() } else { Integer::from(m) << (at - e) as u32 }
        };
        let (a, b) = (&self.y[i as usize], &self.y[j as usize]);
        let origin = ground.origin(a);
        let periods = shift.periods();
        let mut v: [Integer; 4] = Default::default();
        let mut twice = Integer::new();
        for k in 0..3 {
            let (x, y) = (whole(a[k], e), whole(b[k], e));
            let mut n = Integer::from(&x - &y);
            if periods[k] != 0 {
                n -= (whole(ground.high[k], e) - whole(ground.low[k], e)) * periods[k];
            }
            let m = (whole(origin[k], e) - &x) * 2 + &n;
            twice += Integer::from(&n * &m);
            twice += Integer::from(&x * &x) - Integer::from(&y * &y);
            v[k] = n << (e + 1 - g) as u32;
        }
        let (p, q) = (self.h[i as usize], self.h[j as usize]);
        let heights = (whole(p.hi, f) + whole(p.lo, f)) - (whole(q.hi, f) + whole(q.lo, f));
        v[3] = (twice << (2 * e - g) as u32) + (heights << (f + 1 - g) as u32);
        ExactRow::new(v)
    }
}
