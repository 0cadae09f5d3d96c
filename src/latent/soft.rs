//! Soft points, for sources of which nothing is known but points: what a cell gets of a point is
//! its share in `exp(value / eps)`.
//!
//! `F = E eps log sum_i exp(s_i / eps)` is convex and smooth in the heights, with gradient
//! `E p_i` and second derivatives `-E p_i p_j / eps` off the diagonal: a Laplacian again. `eps` is
//! a median of the gap between the two highest values, so that it scales as these do. Shares and
//! walls are those of a problem nearby; they serve as a start and as a preconditioner, and bias
//! nothing that plain points find afterwards.

use super::draw::Use;
use super::error::LatentError;
use super::estimate::{Estimate, Sums, wall};
use super::fixed;
use super::stars::values;
use super::units::Units;
use rayon::prelude::*;

/// Points that a thread takes at once.
const CHUNK: u64 = 256;

/// Points by which the temperature is chosen.
const PROBES: usize = 256;

/// Shares below this are none: `exp(-36)`, less than a unit of a share.
const COLD: f64 = 36.0;

/// Cells of a point between which walls are counted, and the least share of such a cell.
const MOST: usize = 16;
const LEAST: f64 = 1e-3;

/// The median gap between the two highest values.
pub(super) fn temperature(units: &Units, heights: &[f64], what: Use, first: u64) -> Result<f64, LatentError> {
    let (d, n) = (units.dimension, units.len());
    let mut points = vec![0.0; PROBES * d];
    units.drawer.fill(what, first, &mut points)?;
    let mut work = vec![0.0; n];
    let mut gaps: Vec<f64> = Vec::new();
    for x in points.chunks_exact(d) {
        values(&units.columns, heights, x, &mut work);
        let (mut top, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for &v in &work {
            second = second.max(v.min(top));
            top = top.max(v);
        }
        gaps.push(top - second);
    }
    gaps.sort_by(f64::total_cmp);
    let median = gaps[PROBES / 2];
    Ok(if median > 1e-12 && median.is_finite() { median } else { 1e-12 })
}

/// What the points `first .. first + count` say of the cells at these heights and this temperature.
pub(super) fn soft(units: &Units, heights: &[f64], eps: f64, first: u64, count: u64) -> Result<Estimate, LatentError> {
    let (d, n) = (units.dimension, units.len());
    let chunks: Vec<u64> = (0..count.div_ceil(CHUNK)).collect();
    let sums = chunks.into_par_iter().try_fold(
        || Sums::of(n),
        |mut sums, chunk| {
            let begin = first + chunk * CHUNK;
            let these = CHUNK.min(first + count - begin) as usize;
            let mut points = vec![0.0; these * d];
            units.drawer.fill(Use::Learn, begin, &mut points)?;
            let (mut work, mut warm) = (vec![0.0; n], Vec::new());
            for x in points.chunks_exact(d) {
                values(&units.columns, heights, x, &mut work);
                point(&work, eps, &units.masses, &mut warm, &mut sums);
            }
            Ok(sums)
        },
    );
    let sums = sums.try_reduce(Sums::default, |a, b| Ok(a.merged(b)))?.settled();
    Ok(Estimate::of(sums, count, |_, _| 1.0 / eps))
}

fn point(values: &[f64], eps: f64, masses: &[f64], warm: &mut Vec<(u32, f64)>, sums: &mut Sums) {
    let top = values.iter().fold(f64::NEG_INFINITY, |m, v| m.max(*v));
    let cold = top - COLD * eps;
    warm.clear();
    for (i, &v) in values.iter().enumerate() {
        if v > cold {
            warm.push((i as u32, libm::exp((v - top) / eps)));
        }
    }
    let total: f64 = warm.iter().map(|w| w.1).sum();
    let mut squares = 0.0;
    for (i, p) in warm.iter_mut() {
        *p /= total;
        sums.masses[*i as usize] += fixed::share(*p);
        squares += *p * *p / masses[*i as usize];
    }
    sums.value += fixed::value(top + eps * libm::log(total));
    sums.squares += fixed::value(squares);
    warm.retain(|w| w.1 >= LEAST);
    warm.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    warm.truncate(MOST);
    for (k, a) in warm.iter().enumerate() {
        for b in &warm[..k] {
            sums.walls.push((wall(a.0, b.0), fixed::share(a.1 * b.1)));
        }
    }
}
