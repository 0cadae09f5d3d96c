//! Sites with their heights, and the walls between them.
//!
//! With weights `W = |y|^2 + 2 h`, which are the same for all images of a site, the wall between
//! site `i` and the image `y_j + L s` is, about an origin `o`,
//!
//! ```text
//! <n, z> + d >= 0,    n = y_i - y_j - L s,    d = <n, o - y_i + n / 2> + (W_i - W_j) / 2.
//! ```
//!
//! In a metric `M` weights are `y'M y + 2 h`, and with `v = y_i - y_j - L s`
//!
//! ```text
//! n = M v,    d = <n, o - y_i + v / 2> + (W_i - W_j) / 2.
//! ```
//!
//! # Error of a row
//! `n` is exact or right to `2^-104` in double-double: a difference, and one sum. `d` is three
//! products and a few sums of terms right to `2^-102` of themselves, and `W` is right to `2^-101`
//! of `|y|^2 + 2 |h|`. So `d` is off by less than `2^-98` of the sum of the sizes of all terms,
//! beside its rounding. What underflows is off by less than `2^-1000`. In a metric `n` is a sum of
//! three products right to `2^-101` of the size of its terms, which stands for its own in that of
//! `d`.

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
    /// As bounds see them ([`SpaceGround::stretched`]).
    pub seen: Arc<[[f64; 3]]>,
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
    /// All entries of the metric are.
    metric_unit: i32,
}

/// `|y|^2` in the metric, and the size of its terms.
fn square(ground: &SpaceGround, y: &[f64; 3]) -> (Dd, f64) {
    match &ground.metric {
        Some(metric) => metric.square_dd(y),
        None => {
            let square = y.iter().fold(Dd::ZERO, |s, &x| s + Dd::product(x, x));
            (square, square.hi)
        }
    }
}

/// The exponent of the last digit of all of these.
fn unit<'a>(values: impl Iterator<Item = &'a f64>) -> i32 {
    values.filter(|v| **v != 0.0).map(|v| big::decompose(*v).1).min().unwrap_or(0)
}

impl Sites {
    /// Sites at some heights.
    pub fn new(ground: &SpaceGround, [y, seen]: [Arc<[[f64; 3]]>; 2], rank: Arc<[u32]>, heights: &Heights) -> Sites {
        let h = heights.as_slice().to_vec();
        let (mut w, mut size) = (Vec::with_capacity(h.len()), Vec::with_capacity(h.len()));
        for (y, h) in y.iter().zip(&h) {
            let (square, terms) = square(ground, y);
            w.push(square + h.scale(2.0));
            size.push(terms + 2.0 * h.hi.abs());
        }
        let box_numbers = ground.low.iter().chain(&ground.high).chain(&ground.centre);
        let coordinate_unit = unit(y.as_flattened().iter().chain(box_numbers));
        let height_unit = unit(h.iter().flat_map(|h| [&h.hi, &h.lo]));
        let metric_unit = ground.metric.as_ref().map_or(0, |m| unit(m.rows().as_flattened().iter()));
        Sites { y, seen, rank, h, w, size, coordinate_unit, height_unit, metric_unit }
    }

    /// Number of sites.
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// `y_i - y_j - L s`.
    #[inline]
    fn between(&self, ground: &SpaceGround, (i, j): (u32, u32), shift: Shift) -> [Dd; 3] {
        let (a, b) = (&self.y[i as usize], &self.y[j as usize]);
        let mut v = [Dd::difference(a[0], b[0]), Dd::difference(a[1], b[1]), Dd::difference(a[2], b[2])];
        if shift != Shift::NONE {
            for ((v, p), period) in v.iter_mut().zip(shift.periods()).zip(&ground.period) {
                *v = match p {
                    0 => *v,
                    1 => *v - *period,
                    -1 => *v + *period,
                    p => *v - period.times(f64::from(p)),
                };
            }
        }
        v
    }

    /// The distance of a site from the image of another one: how fast, the other way round, their
    /// wall moves with their heights.
    pub fn apart(&self, ground: &SpaceGround, ij: (u32, u32), shift: Shift) -> f64 {
        let v = self.between(ground, ij, shift);
        let [x, y, z] = match &ground.metric {
            Some(metric) => stretched(metric.rows(), &v).map(|n| n.0.hi),
            None => v.map(|v| v.hi),
        };
        (x * x + y * y + z * z).sqrt()
    }

    /// The row of a wall about an origin, in units in which its normal is about 1.
    #[inline]
    pub fn row(&self, ground: &SpaceGround, ij: (u32, u32), shift: Shift, origin: &[f64; 3]) -> PlaneRow {
        let v = self.between(ground, ij, shift);
        let (i, j) = (ij.0 as usize, ij.1 as usize);
        let a = &self.y[i];
        let (mut d, mut sizes) = ((self.w[i] - self.w[j]).scale(0.5), self.size[i] + self.size[j]);
        if let Some(metric) = &ground.metric {
            let n = stretched(metric.rows(), &v);
            for k in 0..3 {
                let m = Dd::difference(origin[k], a[k]) + v[k].scale(0.5);
                d = d + n[k].0 * m;
                sizes += n[k].1 * m.hi.abs();
            }
            let slack = [NEAR * n[0].1, NEAR * n[1].1, NEAR * n[2].1];
            return scaled_row([n[0].0.hi, n[1].0.hi, n[2].0.hi], d, NEAR * sizes + LEAST, Some(slack));
        }
        for k in 0..3 {
            let m = Dd::difference(origin[k], a[k]) + v[k].scale(0.5);
            let product = v[k] * m;
            d = d + product;
            sizes += v[k].hi.abs() * m.hi.abs();
        }
        scaled_row([v[0].hi, v[1].hi, v[2].hi], d, NEAR * sizes + LEAST, None)
    }

    /// A wall about the cell's own origin in integers: `2^(1 - g)` times its row, with the same `g`
    /// for all walls.
    #[cold]
    pub fn exact(&self, ground: &SpaceGround, i: u32, j: u32, shift: Shift) -> ExactRow {
        let (e, f, u) = (self.coordinate_unit, self.height_unit, self.metric_unit);
        // 2 d = A 2^(2e + u) + B 2^(f + 1), with entries of the metric in units of 2^u.
        let g = (2 * e + u).min(f + 1).min(e + u + 1);
        let whole = |x: f64, e: i32| {
            let (m, at) = big::decompose(x);
            if m == 0 { Integer::new() } else { Integer::from(m) << (at - e) as u32 }
        };
        let (a, b) = (&self.y[i as usize], &self.y[j as usize]);
        let origin = ground.origin(a);
        let periods = shift.periods();
        let (x, y) = (a.map(|a| whole(a, e)), b.map(|b| whole(b, e)));
        let between = [0, 1, 2].map(|k| {
            let v = Integer::from(&x[k] - &y[k]);
            match periods[k] {
                0 => v,
                p => v - (whole(ground.high[k], e) - whole(ground.low[k], e)) * i32::from(p),
            }
        });
        let metric = ground.metric.as_ref().map(|m| m.rows().map(|row| row.map(|m| whole(m, u))));
        // M x.
        let times = |x: &[Integer; 3]| match &metric {
            None => x.clone(),
            Some(m) => [0, 1, 2].map(|k| {
                let mut sum = Integer::from(&m[k][0] * &x[0]);
                sum += &m[k][1] * &x[1];
                sum += &m[k][2] * &x[2];
                sum
            }),
        };
        let (n, mx, my) = (times(&between), times(&x), times(&y));
        let mut v: [Integer; 4] = Default::default();
        let mut twice = Integer::new();
        for k in 0..3 {
            let m = (whole(origin[k], e) - &x[k]) * 2 + &between[k];
            twice += Integer::from(&n[k] * &m);
            twice += Integer::from(&x[k] * &mx[k]) - Integer::from(&y[k] * &my[k]);
            v[k] = Integer::from(&n[k] << (e + u + 1 - g) as u32);
        }
        let (p, q) = (self.h[i as usize], self.h[j as usize]);
        let heights = (whole(p.hi, f) + whole(p.lo, f)) - (whole(q.hi, f) + whole(q.lo, f));
        v[3] = (twice << (2 * e + u - g) as u32) + (heights << (f + 1 - g) as u32);
        ExactRow::new(v)
    }
}

/// `2^-98` and `2^-1000`: see above.
const NEAR: f64 = power_of_two(-98);
const LEAST: f64 = power_of_two(-1000);

/// `2^e`, an ordinary double.
const fn power_of_two(e: i32) -> f64 {
    f64::from_bits(((1023 + e) as u64) << 52)
}

/// `M v`, each entry with the size of its terms.
#[inline]
fn stretched(m: &[[f64; 3]; 3], v: &[Dd; 3]) -> [(Dd, f64); 3] {
    let row = |m: &[f64; 3]| {
        let terms = [v[0].times(m[0]), v[1].times(m[1]), v[2].times(m[2])];
        (terms[0] + terms[1] + terms[2], terms[0].hi.abs() + terms[1].hi.abs() + terms[2].hi.abs())
    };
    [row(&m[0]), row(&m[1]), row(&m[2])]
}

/// A row whose constant is off by `off` before it is rounded, and its normal by `slack`.
#[inline]
fn scaled_row(n: [f64; 3], d: Dd, off: f64, slack: Option<[f64; 3]>) -> PlaneRow {
    let e = exponent(n[0].abs().max(n[1].abs()).max(n[2].abs()));
    let factor = if (-900..900).contains(&e) { power_of_two(-e) } else { 0.0 };
    let by = |x: f64| if factor > 0.0 { x * factor } else { scaled(x, -e) };
    let d = by(d.to_f64());
    let (n, off) = ([by(n[0]), by(n[1]), by(n[2])], by(off) + d.abs() * f64::EPSILON);
    match slack {
        None => PlaneRow::new(n, d, off),
        Some(slack) => PlaneRow::skewed(n, slack.map(by), d, off),
    }
}
