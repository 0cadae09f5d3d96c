//! From far away: entropic steps on one set of points, at falling temperatures.
//!
//! Where codes lie in tight clusters, cells of a start differ in mass by many decades, and samples
//! see few of them. Shares `p_i = exp((s_i - max s) / eps)`, normalized, are positive for all, and
//! `g_i += eps log(nu_i / E p_i)` is the fixed point iteration of Sinkhorn: it needs no step, goes
//! up from anywhere, and at a temperature as large as the differences it converges at once. Each
//! lower temperature starts from the heights of the one before. It ends where a point is shared by
//! two codes, or by as many as the points can tell apart; stars go on from there.

use super::draw::Use;
use super::error::LatentError;
use super::stars::values;
use super::units::Units;
use crate::dense::{Instructions, Task, widely};
use rayon::prelude::*;

/// Points that are summed together; sums of these are added in their order. Their values at so many
/// codes are found in turn: codes are read from memory once for all of them.
const CHUNK: usize = 16;
const TILE: usize = 512;

/// Shares below `exp(-36)` are none.
const COLD: f64 = 36.0;

/// Points, at least and at most.
const POINTS: [usize; 2] = [1024, 4096];

/// Steps at a temperature, and where they end early: `sum (p - nu)^2 / nu`.
const STEPS: usize = 12;
const NEAR: f64 = 0.3;

/// Temperatures fall by this factor.
const COOLER: f64 = 0.5;

/// Temperatures, at most.
const LEVELS: usize = 60;

/// Values of all codes at each of some points.
struct Values<'a> {
    units: &'a Units,
    heights: &'a [f64],
    points: &'a [f64],
    out: &'a mut [f64],
}

impl Task for Values<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (d, n) = (self.units.dimension, self.heights.len());
        for first in (0..n).step_by(TILE) {
            let end = n.min(first + TILE);
            for (x, out) in self.points.chunks_exact(d).zip(self.out.chunks_exact_mut(n)) {
                let out = &mut out[first..end];
                out.copy_from_slice(&self.heights[first..end]);
                for (k, &x) in x.iter().enumerate() {
                    for (o, y) in out.iter_mut().zip(&self.units.columns[k * n + first..k * n + end]) {
                        *o += x * y;
                    }
                }
            }
        }
    }
}

/// What the points share at a temperature: masses, and the mean of `1 / sum p^2`, the number of
/// codes that share a point.
fn shares(units: &Units, heights: &[f64], points: &[f64], eps: f64) -> (Vec<f64>, f64) {
    let (d, n) = (units.dimension, units.len());
    let parts: Vec<(Vec<f64>, f64)> = points
        .par_chunks(CHUNK * d)
        .map(|points| {
            let (mut sum, mut work, mut many) = (vec![0.0; n], vec![0.0; n * points.len() / d], 0.0);
            widely(Instructions::widest(), Values { units, heights, points, out: &mut work });
            for values in work.chunks_exact_mut(n) {
                let top = values.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
                let (mut total, mut squares) = (0.0, 0.0);
                for v in values.iter_mut() {
                    let s = (*v - top) / eps;
                    *v = if s > -COLD { libm::exp(s) } else { 0.0 };
                    total += *v;
                    squares += *v * *v;
                }
                many += total * total / squares;
                sum.iter_mut().zip(values).for_each(|(s, p)| *s += *p / total);
            }
            (sum, many)
        })
        .collect();
    let count = (points.len() / d) as f64;
    let (mut masses, mut many) = (vec![0.0; n], 0.0);
    for (sum, part) in parts {
        masses.iter_mut().zip(&sum).for_each(|(m, s)| *m += s / count);
        many += part / count;
    }
    (masses, many)
}

/// Heights from which stars can go on.
pub(super) fn warm(units: &Units, mut heights: Vec<f64>, first: u64, most: u64) -> Result<Vec<f64>, LatentError> {
    let (d, n) = (units.dimension, units.len());
    let count = POINTS[1].min(POINTS[0].max(n / 4)).min(most.max(64) as usize);
    let mut points = vec![0.0; count * d];
    units.drawer.fill(Use::Learn, first, &mut points)?;
    // As hot as values differ at a point, so that all codes share it.
    let mut eps = 0.0f64;
    let mut work = vec![0.0; n];
    for x in points.chunks_exact(d).take(16) {
        values(&units.columns, &heights, x, &mut work);
        let mean = work.iter().sum::<f64>() / n as f64;
        eps = eps.max((work.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt());
    }
    let least = libm::exp(-COLD);
    let few = 2.0f64.max(3.0 * n as f64 / count as f64);
    for _ in 0..LEVELS {
        let mut many = 0.0;
        for _ in 0..STEPS {
            let (masses, now) = shares(units, &heights, &points, eps);
            many = now;
            let pairs = masses.iter().zip(&units.masses);
            let off: f64 = pairs.clone().map(|(m, nu)| (m - nu).powi(2) / nu).sum();
            for (g, (m, nu)) in heights.iter_mut().zip(pairs) {
                // A cell that is cold at all points rises to where it is not.
                *g += eps * libm::log(nu / m.max(least));
            }
            if off < NEAR {
                break;
            }
        }
        if many < few || !(eps > 1e-12) {
            break;
        }
        eps *= COOLER;
    }
    Ok(heights)
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::super::source::Source;
    use super::super::stage::{Samples, stage};
    use super::*;

    /// Ten tight modes in a row, far apart, of ten codes each, from heights that leave nearly all
    /// cells empty.
    #[test]
    fn modes_are_found_from_any_heights() {
        let rows: Vec<f64> = (0..300)
            .map(|k| {
                let mode = f64::from(k / 30 * 31 % 10) * if k % 3 == 0 { 5.0 } else { -3.0 };
                mode + f64::from(k * 7919 % 101) * 1e-3
            })
            .collect();
        let units = Units::new(&Codes::new(3, rows, None).unwrap(), &Source::Gaussian(vec![0.0; 3], 1.0), 1).unwrap();
        let samples = Samples { first: 0, count: 512, eps: None };
        let heights = warm(&units, vec![0.0; 100], 0, 1 << 20).unwrap();
        let found = stage(&units, &samples, heights).unwrap();
        assert!(found.left <= found.estimate.noise, "{} {} {}", found.steps, found.left, found.estimate.noise);
        assert!(found.estimate.masses.iter().all(|m| *m > 0.0));
    }
}
