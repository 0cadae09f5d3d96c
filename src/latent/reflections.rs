//! Points that are learned from together with their reflections, and what these are worth.
//!
//! A drawn point and its fifteen reflections about the middle of the source
//! (`dense/reflected.rs`) have the law of the source each, so counts of all are unbiased. They
//! depend on each other: a reflection that moves a point little lies in the same cell more often
//! than an independent point. With the counts `c_i` of one group of `G` points, `p_i = c_i / G` and
//! independent groups, the noise of the masses is `sum Var p_i / nu_i`, a group, where independent
//! points have `sum m_i (1 - m_i) / nu_i`, a point. The quotient is the *gain*: as many independent
//! points a group is worth. Both are estimated by unbiased sums of the same counts, `E sum p_i^2 /
//! nu_i` from the groups themselves and `sum m_i^2 / nu_i` from pairs of different groups
//! (docs/theory/latent.md).
//!
//! Validation takes independent points: its law is that of multinomial counts.

use super::counts::count;
use super::draw::Use;
use super::error::LatentError;
use super::fixed;
use super::units::Units;
use crate::dense::{LEAST_DIMENSION, REFLECTIONS, Reflected};
use crate::exact::Heights;
use rayon::prelude::*;

/// Points of a block, without their reflections.
const BLOCK: u64 = 256;

/// Operations that a site costs at a plain point and at a group, besides those of coordinates:
/// comparisons, and additions for each reflection. Counted; the first operand of each is loaded
/// once for four points.
const PLAIN: f64 = 6.0;
const GROUP: f64 = 64.0;

/// No group counts for more in the sums of squares: 2^24 of them have room.
const MOST: f64 = (1u64 << 40) as f64;

/// What points said that were learned from.
#[derive(Clone, Debug)]
pub(super) struct Learned {
    /// As many independent points in the cells as say as much.
    pub cells: Vec<f64>,
    /// Shares of all points.
    pub masses: Vec<f64>,
    /// Independent points that one drawn point was worth.
    pub gain: f64,
}

/// How many points are made of one that is drawn, itself included.
pub(super) fn reflections(units: &Units) -> u32 {
    let reflects = units.drawer.center().is_some() && units.dimension >= LEAST_DIMENSION;
    if reflects { REFLECTIONS as u32 } else { 1 }
}

/// What an independent point's worth costs, of the price of an independent point.
pub(super) fn price(units: &Units, gain: f64) -> f64 {
    let d = units.dimension as f64;
    if reflections(units) == 1 { 1.0 } else { (d + GROUP) / (d + PLAIN) / gain }
}

/// The points `first .. first + count`, with their reflections if the source has them. Cost: that
/// of the search; parallel.
///
/// # Errors
/// What a sampler does wrong.
pub(super) fn learn(units: &Units, heights: &[f64], first: u64, points: u64) -> Result<Learned, LatentError> {
    if reflections(units) == 1 {
        let counted = count(units, heights, Use::Learn, first, points, false)?;
        let cells: Vec<f64> = counted.cells.iter().map(|&c| c as f64).collect();
        let masses = cells.iter().map(|&c| c / points as f64).collect();
        return Ok(Learned { cells, masses, gain: 1.0 });
    }
    let groups = groups(units, heights, first, points)?;
    let (g, v) = (REFLECTIONS as f64, points as f64);
    let masses: Vec<f64> = groups.cells.iter().map(|&c| c as f64 / (g * v)).collect();
    let gain = gain(&groups, &masses, &units.masses, points);
    let cells = masses.iter().map(|m| m * v * gain).collect();
    Ok(Learned { cells, masses, gain })
}

/// Counts of points with their reflections.
#[derive(Default)]
struct Groups {
    cells: Vec<u64>,
    /// `sum_i c_i^2 / nu_i` over groups, each divided by the number of cells, in fixed point.
    squares: i128,
}

fn groups(units: &Units, heights: &[f64], first: u64, points: u64) -> Result<Groups, LatentError> {
    let (d, n) = (units.dimension, units.len());
    // Coordinates by the spread of the codes along them.
    let (mut mean, mut weights) = (vec![0.0; d], vec![0.0; d]);
    for (y, nu) in units.codes.chunks_exact(d).zip(&units.masses) {
        for k in 0..d {
            mean[k] += nu * y[k];
            weights[k] += nu * y[k] * y[k];
        }
    }
    weights.iter_mut().zip(&mean).for_each(|(w, m)| *w -= m * m);
    let center = units.drawer.center().unwrap_or(0.0);
    let wrong = |e: crate::dense::DenseError| LatentError::State(format!("does not fit: {e}"));
    let search = Reflected::new(d, &units.codes, &Heights::from_f64(heights), center, &weights).map_err(wrong)?;
    let blocks: Vec<u64> = (0..points.div_ceil(BLOCK)).collect();
    let nothing = || Groups { cells: vec![0; n], squares: 0 };
    let parts = blocks.into_par_iter().try_fold(nothing, |mut found, block| -> Result<Groups, LatentError> {
        let begin = first + block * BLOCK;
        let mut drawn = vec![0.0; BLOCK.min(first + points - begin) as usize * d];
        units.drawer.fill(Use::Learn, begin, &mut drawn)?;
        let mut cells = search.cells_of(&drawn).map_err(wrong)?.0;
        for group in cells.chunks_exact_mut(REFLECTIONS) {
            group.sort_unstable();
            let mut squares = 0.0;
            for equal in group.chunk_by(|a, b| a == b) {
                found.cells[equal[0] as usize] += equal.len() as u64;
                squares += (equal.len() * equal.len()) as f64 / units.masses[equal[0] as usize];
            }
            found.squares += fixed::value((squares / n as f64).min(MOST));
        }
        Ok(found)
    });
    parts.try_reduce(Groups::default, |a, b| {
        Ok(Groups { cells: fixed::merged(a.cells, b.cells), squares: a.squares + b.squares })
    })
}

/// Between one, where all points of a group lie in one cell, and as many as a group has.
fn gain(groups: &Groups, masses: &[f64], target: &[f64], points: u64) -> f64 {
    let (g, v) = (REFLECTIONS as f64, points as f64);
    let over = |f: &dyn Fn(f64) -> f64| masses.iter().zip(target).map(|(m, nu)| f(*m) / nu).sum::<f64>();
    let own = fixed::of_values(groups.squares) * masses.len() as f64 / (g * g * v);
    // Of all pairs of groups those of a group with itself are taken out.
    let pairs = if points > 1 { (v * over(&|m| m * m) - own) / (v - 1.0) } else { own };
    let (alone, together) = (over(&|m| m) - pairs, own - pairs);
    if together * g > alone { (alone / together).max(1.0) } else { g }
}

#[cfg(test)]
mod tests {
    use super::super::codes::Codes;
    use super::super::source::Source;
    use super::super::stage::{Samples, stage};
    use super::super::start::start;
    use super::*;

    fn units(d: usize, n: usize, source: &Source) -> (Units, Vec<f64>) {
        let mut state = 11u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let codes = Codes::new(d, (0..n * d).map(|_| draw() + draw() + draw()).collect(), None).unwrap();
        let units = Units::new(&codes, source, 3).unwrap();
        // Of fair masses: then many cells have a say in what chance makes.
        let samples = Samples { first: 0, count: 512, eps: None };
        let heights = stage(&units, &samples, start(&units, 0).unwrap().0).unwrap().heights;
        (units, heights)
    }

    /// Shares are those of independent points, but for chance; and what chance makes of them is as
    /// little as the gain says: by the spread of many counts.
    #[test]
    fn groups_are_worth_what_they_say() {
        for (d, source) in [
            (6, Source::Cube(6)),
            (9, Source::ball(vec![0.0; 9], 1.0).unwrap()),
            (20, Source::Gaussian(vec![0.0; 20], 1.0)),
        ] {
            let n = 60;
            let (units, heights) = units(d, n, &source);
            let plain = count(&units, &heights, Use::Ask, 0, 400_000, false).unwrap().cells;
            let truth: Vec<f64> = plain.iter().map(|&c| c as f64 / 400_000.0).collect();
            let (points, runs) = (400, 100);
            let (mut spread, mut gain, mut sum) = (0.0, 0.0, vec![0.0; n]);
            for run in 0..runs {
                let found = learn(&units, &heights, 1000 + run * points, points).unwrap();
                gain += found.gain / runs as f64;
                for i in 0..n {
                    spread += (found.masses[i] - truth[i]).powi(2) / units.masses[i] / runs as f64;
                    sum[i] += found.masses[i] / runs as f64;
                }
                let worth: f64 = found.cells.iter().sum();
                assert!((worth - found.gain * points as f64).abs() < 1e-6 * worth);
            }
            let alone: f64 = (0..n).map(|i| truth[i] * (1.0 - truth[i]) / units.masses[i]).sum();
            let seen = alone / (points as f64 * spread);
            assert!((2.0..=16.0).contains(&gain) && (seen / gain - 1.0).abs() < 0.1, "{d}: {gain} {seen}");
            // No bias: the sum over runs has the deviation of its points.
            let off: f64 = (0..n).map(|i| (sum[i] - truth[i]).powi(2) / units.masses[i]).sum();
            let chance = alone * (1.0 / 400_000.0 + 1.0 / (gain * (points * runs) as f64));
            assert!(off < 1.8 * chance, "{d}: {off} {chance}");
        }
    }

    /// Two codes and a point are alike: the wall goes through the middle, and each group is halved.
    #[test]
    fn halves_are_exact() {
        let codes = Codes::new(4, vec![1.0, 2.0, 3.0, 4.0, -1.0, -2.0, -3.0, -4.0], None).unwrap();
        let units = Units::new(&codes, &Source::Gaussian(vec![0.0; 4], 1.0), 3).unwrap();
        let found = learn(&units, &[0.0; 2], 0, 100).unwrap();
        assert_eq!((found.masses, found.gain), (vec![0.5; 2], 16.0));
        assert_eq!(reflections(&units), 16);
        let three = Codes::new(3, vec![0.0; 6], None).unwrap();
        assert_eq!(reflections(&Units::new(&three, &Source::Cube(3), 3).unwrap()), 1);
    }
}
