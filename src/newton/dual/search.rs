//! The highest point of the dual along a direction.
//!
//! `D` is concave, so `g(t) = <nu - m(h + t d), d>` does not increase. It is continuous but where
//! sites are tied, and these `t` are known. So the point is bracketed by signs of `g` alone, which
//! is right at kinks, at jumps, and with empty cells.

use super::place::{Ties, placed};
use crate::diagram::{Laguerre, MeasureError, Region, Tied, Want};
use crate::exact::Heights;

/// The slope may fall to this share of that at the begin.
const ENOUGH: f64 = 0.3;

/// Most diagrams that one search measures.
const MOST: u32 = 120;

/// Slopes below this share of their greatest terms are rounding.
const ROUNDING: f64 = 1.0 / (1u64 << 48) as f64;

/// Steps that agree to this share meet their ties together.
const TOGETHER: f64 = 1e-13;

/// What is searched along.
pub(super) struct Ray<'a> {
    pub heights: &'a Heights,
    pub direction: &'a [f64],
    /// `g(0+)`, positive.
    pub slope: f64,
    /// Where to look first.
    pub first: f64,
}

/// Where a search ended.
pub(super) struct Found {
    pub heights: Heights,
    /// 0 if no step was found.
    pub t: f64,
    pub trials: u32,
}

/// Searches. Cost: a few diagrams, and the logarithm of the number of ties between.
pub(super) fn highest(
    diagram: &mut dyn Laguerre,
    ties: &Ties,
    target: &[f64],
    ray: &Ray<'_>,
) -> Result<Found, MeasureError> {
    let d = ray.direction;
    let noise: f64 = ROUNDING * d.iter().zip(target).map(|(d, nu)| d.abs() * nu).sum::<f64>();
    // Steps that differ by less lead to the same double-doubles.
    let greatest = ray.heights.as_slice().iter().fold(0.0, |g: f64, h| g.max(h.hi.abs()));
    let still = 2f64.powi(-104) * greatest / d.iter().fold(0.0, |s: f64, d| s.max(d.abs()));
    let met = ties.met(ray.heights, d);
    let (mut low, mut high): ((f64, f64), Option<(f64, f64)>) = ((0.0, ray.slope), None);
    let mut t = ray.first;
    let mut trials = 0;
    let mut stuck = 0;
    while trials < MOST && t.is_finite() && t > 0.0 {
        trials += 1;
        let heights = ray.heights.stepped(t, d);
        let m = diagram.measures(&heights, Want::Newton)?;
        let slope = slope(d, target, m.masses());
        let flat = slope.abs() <= noise || slope.abs() <= ENOUGH * ray.slope;
        // By concavity the dual gained at least this.
        let gained = slope >= -noise || low.0 * low.1 + (t - low.0) * slope > 0.0;
        if flat && gained {
            return Ok(Found { heights, t, trials });
        }
        if slope > 0.0 {
            low = (t, slope)
        } else {
            high = Some((t, slope))
        }
        stuck += 1;
        if let Some(end) = high.filter(|_| stuck > 2) {
            // Ties between: the middle one is looked at from both sides.
            let inside = |x: &&(f64, usize)| x.0 > low.0 && x.0 < end.0;
            let between: Vec<&(f64, usize)> = met.iter().filter(inside).collect();
            if let Some(middle) = between.get(between.len() / 2) {
                trials += 1;
                let near = |x: &&&(f64, usize)| (x.0 - middle.0).abs() <= TOGETHER * middle.0;
                let forced: Vec<usize> = between.iter().filter(near).map(|x| x.1).collect();
                let tied = placed(diagram, ties, &ray.heights.stepped(middle.0, d), &forced)?;
                let [before, after] = sides(d, target, &tied);
                if before >= -noise && after <= noise {
                    return Ok(Found { heights: tied.heights, t: middle.0, trials });
                }
                if after > 0.0 { low = (middle.0, after) } else { high = Some((middle.0, before)) }
            }
        }
        t = next(low, high, trials);
        if high.is_some_and(|h| h.0 - low.0 <= (1e-15 * h.0).max(still)) {
            break;
        }
    }
    // As near as doubles come.
    let heights = ray.heights.stepped(low.0, d);
    Ok(Found { heights, t: low.0, trials })
}

/// The next place: where the chord is zero, by turns with halves.
fn next(low: (f64, f64), high: Option<(f64, f64)>, trials: u32) -> f64 {
    let Some(high) = high else { return 4.0 * low.0 };
    let width = high.0 - low.0;
    let share = if trials % 3 == 2 {
        if low.0 == 0.0 { 1.0 / 16.0 } else { 0.5 }
    } else {
        (low.1 / (low.1 - high.1)).clamp(1e-3, 1.0 - 1e-3)
    };
    low.0 + share * width
}

fn slope(d: &[f64], target: &[f64], mass: &[f64]) -> f64 {
    d.iter().zip(target.iter().zip(mass)).map(|(d, (nu, m))| d * (nu - m)).sum()
}

/// The slopes a little before and after heights at which sites are tied: before, a region is with
/// the slowest of its sites.
fn sides(d: &[f64], target: &[f64], tied: &Tied) -> [f64; 2] {
    let whole = slope(d, target, &tied.base);
    let speeds = |r: &Region| {
        let all = r.sites.iter().map(|&i| d[i as usize]);
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), d| (l.min(d), h.max(d)))
    };
    let sum = |pick: fn((f64, f64)) -> f64| tied.regions.iter().map(|r| r.mass * pick(speeds(r))).sum::<f64>();
    [whole - sum(|s| s.0), whole - sum(|s| s.1)]
}
