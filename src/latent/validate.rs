//! Validation: what independent points say of given heights. Nothing here has been learned from.

use super::counts::{Counted, count};
use super::draw::Use;
use super::error::LatentError;
use super::fixed;
use super::interval::{largest, theta};
use super::normal;
use super::stage::direction;
use super::units::Units;
use crate::newton::linear::Laplacian;
use serde::{Deserialize, Serialize};

/// The points of a validation come in so many equal groups: from pairs of them the flow's cost is
/// estimated without bias.
pub(super) const GROUPS: u64 = 8;

/// What validation found. Every interval holds with the confidence by itself; all are estimates
/// with a law, and nothing is proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// Independent points.
    pub points: u64,
    /// Confidence of each interval.
    pub confidence: f64,
    /// Unbiased estimate of `sum (m_i - nu_i)^2 / nu_i`; may be negative.
    pub chi_square: f64,
    /// Its root, 0 where it is negative: the relative mass error, root of the mean of squares.
    pub rms_error: f64,
    /// Interval of the relative mass error.
    pub rms_interval: [f64; 2],
    /// The largest relative mass error that was seen, chance included.
    pub largest_error: f64,
    /// Interval of the largest relative mass error, by Chernoff's bounds for all codes together.
    pub largest_interval: [f64; 2],
    /// The code at which it was seen.
    pub largest_at: u32,
    /// Estimate of the squared Wasserstein distance.
    pub value: f64,
    /// Interval of it: below the dual's value, above that of a flow along walls that sets the
    /// masses right.
    pub value_interval: [f64; 2],
    /// Codes whose cells no point fell into, although it would have if their masses were right.
    pub empty: Vec<u32>,
    /// How many more cells no point fell into, too light for this to say anything.
    pub unseen: u64,
}

impl Validation {
    /// Does the interval say that the relative mass error is at most this?
    pub fn is_within(&self, tol: f64) -> bool {
        self.rms_interval[1] <= tol
    }
}

/// Validates heights (in units) by the points `first .. first + count`. Without a matrix no flow is
/// known, and the upper end of the value is that of any plan, `2 E |x - c|^2 + 2 sum nu |y - c|^2`.
pub(super) fn validate(
    units: &Units,
    heights: &[f64],
    matrix: Option<&Laplacian>,
    first: u64,
    points: u64,
    alpha: f64,
) -> Result<Validation, LatentError> {
    let each = points / GROUPS;
    let groups: Vec<Counted> = (0..GROUPS)
        .map(|g| count(units, heights, Use::Validate, first + g * each, each, true))
        .collect::<Result<_, _>>()?;
    let all = groups.iter().cloned().fold(Counted::default(), Counted::merged);
    let points = each * GROUPS;
    let target = &units.masses;
    let counts: Vec<f64> = all.cells.iter().map(|&c| c as f64).collect();
    let found = theta(&counts, target, alpha);
    let (largest_error, largest_interval, at) = largest(&all.cells, target, alpha);
    let Dual { value, deviation, second } = dual(units, heights, &all, points);
    let tail = normal::exceeded(0.5 * alpha);
    let [flow, error] = matrix.map_or([0.0; 2], |matrix| flow(units, matrix, &groups, each));
    // Sums of squares of about this size are rounded.
    let rounding = (units.dimension + 16) as f64 * f64::EPSILON * units.cost;
    let upper = value + tail * deviation + (flow + tail * error).max(0.0);
    let upper = if matrix.is_some() || units.len() < 2 { upper } else { upper.max(units.most(second)) };
    // Where a cell that has its mass would be seen with all but this probability.
    let sure = (target.len() as f64 / alpha).ln();
    let unseen: Vec<u32> = (0..target.len() as u32).filter(|i| all.cells[*i as usize] == 0).collect();
    let empty: Vec<u32> = unseen.iter().copied().filter(|i| points as f64 * target[*i as usize] >= sure).collect();
    Ok(Validation {
        points,
        confidence: 1.0 - alpha,
        chi_square: found.estimate,
        rms_error: found.estimate.max(0.0).sqrt(),
        rms_interval: found.interval.map(f64::sqrt),
        largest_error,
        largest_interval,
        largest_at: at as u32,
        value: value + flow.max(0.0),
        value_interval: [value - tail * deviation - rounding, upper + rounding],
        unseen: (unseen.len() - empty.len()) as u64,
        empty,
    })
}

/// What points say of the dual.
struct Dual {
    value: f64,
    /// The deviation of this estimate.
    deviation: f64,
    /// `E |x - c|^2`, or the upper end of its estimate.
    second: f64,
}

/// The dual's value at these heights, `E (|x - c|^2 - 2^(e+1) max(<u, z> + g))` and a constant.
/// Where `E |x - c|^2` is known only the second term is estimated, and what the sample has of the
/// first by chance is taken out, as far as it explains the second.
fn dual(units: &Units, heights: &[f64], all: &Counted, points: u64) -> Dual {
    let v = points.max(2) as f64;
    let [r, rr, p, pp, rp] = all.moments.sums.map(|s| fixed::of_values(s) / v);
    let (var_r, var_p, both) = ((rr - r * r).max(0.0), (pp - p * p).max(0.0), rp - r * p);
    // Factors of r and p in what is estimated.
    let (a, b) = (-2.0 * units.scale * units.value_unit, units.square_unit);
    let (mean, variance, second) = match units.second_moment {
        Some(known) => {
            let by = if var_p > 0.0 { both / var_p } else { 0.0 };
            (known + a * (r - by * (p - known / b)), a * a * (var_r - by * both).max(0.0), known)
        }
        None => {
            let upper = b * (p + 8.0 * (var_p / (v - 1.0)).sqrt());
            (a * r + b * p, (a * a * var_r + 2.0 * a * b * both + b * b * var_p).max(0.0), upper)
        }
    };
    let middle = units.middle_square - 2.0 * units.scale * units.value_at_middle(heights);
    Dual {
        value: mean + middle + units.constant(heights),
        deviation: (variance / (v - 1.0)).sqrt(),
        second: second + units.middle_square,
    }
}

/// What it costs to set the masses right by a flow along walls, `2^e r' L^+ r` for `r = nu - m`,
/// and the deviation of this estimate. Products of residuals of different groups have no bias; the
/// deviation is that of leaving out one group at a time.
fn flow(units: &Units, matrix: &Laplacian, groups: &[Counted], each: u64) -> [f64; 2] {
    let n = units.len();
    if n < 2 || each == 0 {
        return [0.0; 2];
    }
    let residual = |g: &Counted| -> Vec<f64> {
        g.cells.iter().zip(&units.masses).map(|(&c, nu)| nu - c as f64 / each as f64).collect()
    };
    let rights: Vec<Vec<f64>> = groups.iter().map(residual).collect();
    let solved: Vec<Vec<f64>> = rights.iter().map(|r| direction(matrix, r.clone(), 1e-6)).collect();
    let dot = |a: usize, b: usize| -> f64 { rights[a].iter().zip(&solved[b]).map(|(r, x)| r * x).sum() };
    let products: Vec<Vec<f64>> = (0..groups.len()).map(|a| (0..groups.len()).map(|b| dot(a, b)).collect()).collect();
    let without = |left: Option<usize>| {
        let of = |a: usize| Some(a) != left;
        let pairs = (0..groups.len()).filter(|a| of(*a)).flat_map(|a| (0..a).filter(|b| of(*b)).map(move |b| (a, b)));
        let (mut sum, mut count) = (0.0, 0.0);
        for (a, b) in pairs {
            sum += 0.5 * (products[a][b] + products[b][a]);
            count += 1.0;
        }
        units.scale * sum / count
    };
    let parts: Vec<f64> = (0..groups.len()).map(|g| without(Some(g))).collect();
    let j = parts.len() as f64;
    let mean = parts.iter().sum::<f64>() / j;
    let variance = (j - 1.0) / j * parts.iter().map(|p| (p - mean).powi(2)).sum::<f64>();
    [without(None), variance.sqrt()]
}
