//! A stage: the heights that are right for one set of samples, by damped Newton.
//!
//! The samples stay the same meanwhile, so `F(g) = sum nu g - E max(<u, z> + g)` is one concave
//! function with gradient `nu - m`. The matrix is the unbiased estimate of walls, not the second
//! derivative of this very `F`, and where few walls were met it is poor. So it is damped as
//! Levenberg and Marquardt do, by `lambda max(nu_i, m_i) / eps` on the diagonal: with `eps` the
//! median gap between the two highest values, the entropic step of that temperature. A step is
//! taken if it gains a tenth of what the gradient promises (Armijo); then the damping falls, else
//! it grows. The stage ends when what is wrong is a tenth of what chance makes anyway.

use super::draw::Use;
use super::error::{LatentError, in_time};
use super::estimate::{Estimate, laplacian};
use super::raise::raise;
use super::soft::{soft, temperature};
use super::stars::stars;
use super::units::Units;
use crate::newton::linear::{self, Laplacian, LinearOptions};

/// Most steps of a stage.
const MOST_STEPS: usize = 60;

/// Most times that empty cells are raised.
const RAISES: usize = 12;

/// The damping at the beginning, by which it falls and grows, and its ends.
const DAMPING: f64 = 0.3;
const LESS: f64 = 0.15;
const MORE: f64 = 5.0;
const LAMBDA: [f64; 2] = [1e-7, 1e7];

/// What is left may be this share of what chance makes.
const ENOUGH: f64 = 0.1;

/// The samples of a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Samples {
    pub first: u64,
    pub count: u64,
    /// The temperature of soft points; `None` for stars.
    pub eps: Option<f64>,
}

impl Samples {
    pub(super) fn say(&self, units: &Units, heights: &[f64]) -> Result<Estimate, LatentError> {
        match self.eps {
            None => stars(units, heights, self.first, self.count),
            Some(eps) => soft(units, heights, eps, self.first, self.count),
        }
    }

    /// The samples for these heights: stars if the source has lines.
    pub(super) fn of(units: &Units, heights: &[f64], lines: bool, first: u64, count: u64) -> Result<Self, LatentError> {
        let eps = match lines {
            true => None,
            false => Some(temperature(units, heights, Use::Learn, first)?),
        };
        Ok(Samples { first, count, eps })
    }
}

/// How a stage ended.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub heights: Vec<f64>,
    pub steps: usize,
    pub estimate: Estimate,
    /// What is wrong for these samples, as `sum (m - nu)^2 / nu`.
    pub left: f64,
}

/// The heaviest code.
pub(super) fn heaviest(masses: &[f64]) -> u32 {
    (0..masses.len()).fold(0, |m, i| if masses[i] > masses[m] { i } else { m }) as u32
}

/// The matrix at these heights.
pub(super) fn matrix(units: &Units, samples: &Samples, heights: &[f64]) -> Result<Laplacian, LatentError> {
    let estimate = samples.say(units, heights)?;
    Ok(laplacian(units.len(), &estimate.walls, heaviest(&units.masses)))
}

/// Solves for a direction.
pub(super) fn direction(l: &Laplacian, right: Vec<f64>, accuracy: f64) -> Vec<f64> {
    let options = LinearOptions { relative_tolerance: accuracy, ..LinearOptions::default() };
    linear::solve(l, right, &options).0
}

/// A damped step: edges to a node of the ground, whose height is 0, are the damping.
fn damped(walls: &[(u32, u32, f64)], ground: &[f64], right: &[f64]) -> Vec<f64> {
    let n = ground.len();
    let edges = ground.iter().zip(0..).map(|(&g, i)| (i, n as u32, g));
    let all: Vec<(u32, u32, f64)> = walls.iter().copied().chain(edges).collect();
    let mut right = right.to_vec();
    right.push(-right.iter().sum::<f64>());
    let mut step = direction(&laplacian(n + 1, &all, n as u32), right, 1e-3);
    let zero = step.pop().unwrap_or(0.0);
    step.iter_mut().for_each(|d| *d -= zero);
    step
}

/// Makes the heights right for these samples. Where the time is over in the middle, what was
/// reached until then is returned.
///
/// # Errors
/// What a sampler does wrong; [`LatentError::Late`] where nothing was reached.
pub(super) fn stage(units: &Units, samples: &Samples, mut heights: Vec<f64>) -> Result<Stage, LatentError> {
    let target = &units.masses;
    let mut estimate = samples.say(units, &heights)?;
    let (mut steps, mut raises, mut lambda) = (0, 0, DAMPING);
    let eps = temperature(units, &heights, Use::Learn, samples.first)?;
    while steps < MOST_STEPS {
        let left = estimate.distance(target);
        if left <= ENOUGH * estimate.noise || left < 1e-18 {
            break;
        }
        let empty: Vec<u32> = (0..target.len()).filter(|i| estimate.masses[*i] == 0.0).map(|i| i as u32).collect();
        if !empty.is_empty() && raises < RAISES {
            raises += 1;
            let mut higher = heights.clone();
            let raised = raise(units, samples.first, samples.count, &mut higher, &empty);
            let raised = raised.and_then(|()| samples.say(units, &higher));
            let Some(found) = in_time(raised)? else { break };
            (heights, estimate) = (higher, found);
        }
        let right: Vec<f64> = target.iter().zip(&estimate.masses).map(|(nu, m)| nu - m).collect();
        let value = |e: &Estimate, g: &[f64]| g.iter().zip(target).map(|(g, nu)| g * nu).sum::<f64>() - e.value;
        let (before, left) = (value(&estimate, &heights), estimate.distance(target));
        let taken = loop {
            let ground: Vec<f64> =
                target.iter().zip(&estimate.masses).map(|(nu, m)| lambda * nu.max(*m) / eps).collect();
            let step = damped(&estimate.walls, &ground, &right);
            let gain: f64 = step.iter().zip(&right).map(|(d, r)| d * r).sum();
            let trial: Vec<f64> = heights.iter().zip(&step).map(|(g, d)| g + d).collect();
            let Some(found) = in_time(samples.say(units, &trial))? else { break None };
            steps += 1;
            // Near the end values no longer tell; distances do.
            let nearer = found.distance(target) <= 0.5 * left;
            if gain > 0.0 && (value(&found, &trial) >= before + 0.1 * gain || nearer) {
                lambda = (lambda * LESS).max(LAMBDA[0]);
                break Some((trial, found));
            }
            lambda *= MORE;
            if lambda > LAMBDA[1] || steps >= MOST_STEPS {
                break None;
            }
        };
        let Some((trial, found)) = taken else { break };
        (heights, estimate) = (trial, found);
    }
    let left = estimate.distance(target);
    Ok(Stage { heights, steps, estimate, left })
}
