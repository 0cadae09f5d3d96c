//! The units of a problem: coordinates in which source and codes are ordinary.
//!
//! A point is `x = origin + spread * u` with `u` in the unit cube, in the unit ball, or standard
//! normal; of a sampled source `spread` is a power of two. A code is `y = c + 2^e z / spread`, so
//! that `<x, y> + h = 2^e (<u, z> + g) + <x, c>` with `2^e g = h + <origin, y - c>`: the term
//! `<x, c>` is common to all codes, and cells are those of `z` and `g` over `u`. `c` is a rounded
//! middle of the codes: where all are far from the origin the difference is exact, and no digit is
//! lost. Scaling all codes by a power of two changes `e` alone.

use super::codes::Codes;
use super::draw::{Drawer, Law};
use super::error::LatentError;
use super::source::Source;

/// Rows of a sampled source that its place and size are taken from.
const LOOK: usize = 256;

/// A problem in its units.
#[derive(Clone, Debug)]
pub struct Units {
    pub(super) drawer: Drawer,
    pub(super) dimension: usize,
    /// Codes in their units, row after row.
    pub(super) codes: Vec<f64>,
    /// The same, coordinate after coordinate.
    pub(super) columns: Vec<f64>,
    pub(super) masses: Vec<f64>,
    origin: Vec<f64>,
    spread: Vec<f64>,
    center: Vec<f64>,
    /// `2^e`.
    pub(super) scale: f64,
    /// `<origin, y - c>`.
    tilt: Vec<f64>,
    /// `sum nu |y - c|^2`, `<c, sum nu (y - c)>`.
    moments: [f64; 2],
    /// The middle of the source, in units, and `|x - c|^2` there.
    middle: Vec<f64>,
    pub(super) middle_square: f64,
    /// `E |x - c|^2` less that, where it is known.
    pub(super) second_moment: Option<f64>,
    /// Powers of two not below what values and squares differ by from those at the middle, by which
    /// they are divided in sums.
    pub(super) value_unit: f64,
    pub(super) square_unit: f64,
    /// A power of two not below the costs.
    pub(super) cost: f64,
}

/// The power of two just above, exactly; 1 for zero.
fn power_above(v: f64) -> f64 {
    if v > 0.0 { 2f64.powi(((v.to_bits() >> 52) & 0x7ff) as i32 - 1022) } else { 1.0 }
}

/// Rounded to twenty bits, which commutes with powers of two.
fn rounded(v: f64) -> f64 {
    f64::from_bits(v.to_bits() & !0xffff_ffff)
}

impl Units {
    /// Prepares a problem: the seed decides all that is random.
    ///
    /// # Errors
    /// Source and codes of different dimensions; what a sampler does wrong.
    pub fn new(codes: &Codes, source: &Source, seed: u64) -> Result<Units, LatentError> {
        let (d, n) = (codes.dimension(), codes.len());
        if source.dimension() != d {
            return Err(LatentError::Source {
                what: format!("codes have {d} coordinates, points of the {} {}", source.name(), source.dimension()),
                cure: "give both the same",
            });
        }
        let (law, origin, spread) = place(source, seed)?;
        let center: Vec<f64> = (0..d)
            .map(|k| {
                let column = codes.rows().iter().skip(k).step_by(d);
                let (low, high) = column.fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
                rounded(0.5 * low + 0.5 * high)
            })
            .collect();
        let mut scaled = codes.rows().to_vec();
        let mut tilt = vec![0.0; n];
        let (mut square, mut mean) = (0.0, vec![0.0; d]);
        for (i, row) in scaled.chunks_exact_mut(d).enumerate() {
            let nu = codes.masses()[i];
            for k in 0..d {
                let y = row[k] - center[k];
                tilt[i] += origin[k] * y;
                square += nu * y * y;
                mean[k] += nu * y;
                row[k] = y * spread[k];
            }
        }
        let farthest = scaled.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let scale = power_above(farthest);
        let by = 1.0 / scale;
        scaled.iter_mut().for_each(|v| *v *= by);
        let columns = (0..d).flat_map(|k| scaled.iter().skip(k).step_by(d).copied()).collect();
        let (middle, second_moment) = about_middle(&law, &spread);
        let apart = |k: usize| origin[k] - center[k] + spread[k] * middle;
        let middle_square = (0..d).map(|k| apart(k).powi(2)).sum();
        let most: f64 = (0..d).map(|k| 16.0 * spread[k] * (2.0 * apart(k).abs() + 16.0 * spread[k])).sum();
        let extent: f64 = (0..d).map(|k| (origin[k] - center[k]).powi(2) + 16.0 * spread[k].powi(2)).sum();
        let along = mean.iter().zip(&center).map(|(m, c)| m * c).sum();
        Ok(Units {
            drawer: Drawer::new(law, d, seed),
            dimension: d,
            codes: scaled,
            columns,
            masses: codes.masses().to_vec(),
            cost: power_above(extent + square + scale * d as f64),
            origin,
            spread,
            center,
            scale,
            tilt,
            moments: [square, along],
            middle: vec![middle; d],
            middle_square,
            second_moment,
            value_unit: power_above(16.0 * d as f64),
            square_unit: power_above(most),
        })
    }

    /// Number of codes.
    pub(super) fn len(&self) -> usize {
        self.masses.len()
    }

    /// Heights of the caller from those in these units, with `sum nu h = 0`.
    pub(super) fn heights_out(&self, g: &[f64]) -> Vec<f64> {
        let mut h: Vec<f64> = g.iter().zip(&self.tilt).map(|(g, t)| self.scale * g - t).collect();
        let mean: f64 = h.iter().zip(&self.masses).map(|(h, m)| h * m).sum();
        h.iter_mut().for_each(|h| *h -= mean);
        h
    }

    /// Heights in these units.
    pub(super) fn heights_in(&self, h: &[f64]) -> Vec<f64> {
        let by = 1.0 / self.scale;
        h.iter().zip(&self.tilt).map(|(h, t)| (h + t) * by).collect()
    }

    /// Points of the caller from points in these units, in place.
    pub(super) fn points_out(&self, points: &mut [f64]) {
        for row in points.chunks_exact_mut(self.dimension) {
            for k in 0..row.len() {
                row[k] = self.origin[k] + self.spread[k] * row[k];
            }
        }
    }

    /// Points in these units.
    pub(super) fn points_in(&self, points: &mut [f64]) {
        for row in points.chunks_exact_mut(self.dimension) {
            for k in 0..row.len() {
                row[k] = (row[k] - self.origin[k]) / self.spread[k];
            }
        }
    }

    /// `|x - c|^2` of a point in these units, less that of the middle.
    pub(super) fn square_from_middle(&self, u: &[f64]) -> f64 {
        let each = |k: usize| {
            let (s, m) = (self.spread[k], self.middle[k]);
            s * (u[k] - m) * (2.0 * (self.origin[k] - self.center[k]) + s * (u[k] + m))
        };
        (0..u.len()).map(each).sum()
    }

    /// `max(<u, z> + g)` at the middle.
    pub(super) fn value_at_middle(&self, g: &[f64]) -> f64 {
        let value = |(z, g): (&[f64], &f64)| z.iter().zip(&self.middle).map(|(z, m)| z * m).sum::<f64>() + g;
        self.codes.chunks_exact(self.dimension).zip(g).map(value).fold(f64::NEG_INFINITY, f64::max)
    }

    /// `W2^2` is no more than this, if `E |x - c|^2` is that.
    pub(super) fn most(&self, second: f64) -> f64 {
        2.0 * (second + self.moments[0])
    }

    /// What the dual value has besides `E (|x - c|^2 - 2^(e+1) max(<u, z> + g))`.
    pub(super) fn constant(&self, g: &[f64]) -> f64 {
        let heights = g.iter().zip(&self.tilt).zip(&self.masses);
        let mean: f64 = heights.map(|((g, t), nu)| nu * (self.scale * g - t)).sum();
        self.moments[0] + 2.0 * self.moments[1] + 2.0 * mean
    }
}

/// The law of `u`, and where it lies.
fn place(source: &Source, seed: u64) -> Result<(Law, Vec<f64>, Vec<f64>), LatentError> {
    let d = source.dimension();
    Ok(match source {
        Source::Cube(_) => (Law::Cube, vec![0.0; d], vec![1.0; d]),
        Source::Box(min, max) => (Law::Cube, min.clone(), min.iter().zip(max).map(|(a, b)| b - a).collect()),
        Source::Ball(center, radius) => (Law::Ball, center.clone(), vec![*radius; d]),
        Source::Gaussian(mean, deviation) => (Law::Gaussian, mean.clone(), vec![*deviation; d]),
        Source::Rows(rows) => {
            let (origin, spread) = about(d, &rows.rows[..rows.rows.len().min(LOOK * d)]);
            (Law::rows(rows, seed, &origin, spread[0]), origin, spread)
        }
        Source::Sampler(sampler) => {
            let raw = Law::Sampler { sampler: sampler.clone(), origin: vec![0.0; d], by: 1.0 };
            let mut look = vec![0.0; LOOK * d];
            Drawer::new(raw, d, seed).look(&mut look)?;
            if look.chunks_exact(d).all(|row| row == &look[..d]) {
                return Err(LatentError::Sampler {
                    what: format!("gives {LOOK} equal points; it must give independent ones"),
                });
            }
            let (origin, spread) = about(d, &look);
            (Law::Sampler { sampler: sampler.clone(), origin: origin.clone(), by: 1.0 / spread[0] }, origin, spread)
        }
    })
}

/// A middle of some points and a power of two that is about their extent.
fn about(d: usize, rows: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let count = (rows.len() / d) as f64;
    let mut origin = vec![0.0; d];
    for row in rows.chunks_exact(d) {
        origin.iter_mut().zip(row).for_each(|(o, v)| *o += v / count);
    }
    origin.iter_mut().for_each(|o| *o = rounded(*o));
    let far =
        rows.chunks_exact(d).flat_map(|row| row.iter().zip(&origin)).fold(0.0f64, |m, (v, o)| m.max((v - o).abs()));
    (origin, vec![power_above(far); d])
}

/// The middle of a law in its units, the same along each axis, and `E |x - middle|^2`, where it is
/// known.
fn about_middle(law: &Law, spread: &[f64]) -> (f64, Option<f64>) {
    let d = spread.len() as f64;
    let (middle, variance) = match law {
        Law::Cube => (0.5, 1.0 / 12.0),
        Law::Ball => (0.0, 1.0 / (d + 2.0)),
        Law::Gaussian => (0.0, 1.0),
        _ => return (0.0, None),
    };
    (middle, Some(spread.iter().map(|s| variance * s * s).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_and_points_come_back() {
        let codes = Codes::new(2, vec![50.25, -3.0, 51.0, -2.5, 49.0, 7.0], None).unwrap();
        let source = Source::cuboid(vec![1.0, -4.0], vec![3.0, 4.0]).unwrap();
        let units = Units::new(&codes, &source, 1).unwrap();
        let h = vec![0.5, -0.25, -0.25];
        let back = units.heights_out(&units.heights_in(&h));
        assert!(back.iter().zip(&h).all(|(a, b)| (a - b).abs() < 1e-12));
        let mut x = vec![1.5, 3.0];
        units.points_in(&mut x);
        assert_eq!(x, [0.25, 0.875]);
        units.points_out(&mut x);
        assert_eq!(x, [1.5, 3.0]);
        // Differences of values are those of the caller.
        let g = units.heights_in(&h);
        let value = |i: usize| units.codes[2 * i] * 0.25 + units.codes[2 * i + 1] * 0.875 + g[i];
        let given = |i: usize| 1.5 * codes.row(i)[0] + 3.0 * codes.row(i)[1] + h[i];
        assert!((units.scale * (value(1) - value(0)) - (given(1) - given(0))).abs() < 1e-12);
    }

    #[test]
    fn scaling_by_a_power_of_two_changes_nothing_else() {
        let rows = [0.3, 0.1, 1.7, -0.4, 0.9, 0.2];
        let source = Source::Gaussian(vec![0.0; 2], 1.0);
        let of = |by: f64| {
            let codes = Codes::new(2, rows.iter().map(|v| v * by).collect(), None).unwrap();
            Units::new(&codes, &source, 1).unwrap()
        };
        let (a, b) = (of(1.0), of(2f64.powi(90)));
        assert_eq!(a.codes, b.codes);
        assert_eq!(b.scale, a.scale * 2f64.powi(90));
    }
}
