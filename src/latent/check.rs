//! Validation of a solution again, by points of another seed.

use super::codes::Codes;
use super::error::LatentError;
use super::interval::{best_share, enough, enough_for_light};
use super::source::Source;
use super::stage::{Samples, matrix};
use super::units::Units;
use super::validate::{GROUPS, Validation, validate};

/// What a check needs to know of the run: where its points are, and what it promised.
#[derive(Clone, Copy, Debug)]
pub struct CheckOptions {
    /// Seed of the run. Points of another one are drawn, unless the source is a file.
    pub solved_with: u64,
    /// Samples that the run has learned from: of a file, the others validate.
    pub learned: u64,
    /// Samples that the run has validated by: of a file, those that it has not seen at all come
    /// first, and if they are too few, these do once more.
    pub validated: u64,
    /// The relative mass error that was promised.
    pub tol: f64,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Seed of the check.
    pub seed: u64,
    /// Points; `None` for as many as tell the promise from twice its square.
    pub points: Option<u64>,
}

/// Fewer points are not asked for.
const LEAST: u64 = 2048;

/// Validates heights by independent points.
///
/// # Errors
/// Heights that do not fit; a source with no points left.
pub fn check_latent(
    codes: &Codes,
    source: &Source,
    heights: &[f64],
    options: &CheckOptions,
) -> Result<Validation, LatentError> {
    if heights.len() != codes.len() {
        let (found, expected) = (heights.len(), codes.len());
        return Err(LatentError::Length { what: "heights", found, expected });
    }
    super::codes::check_rows("heights", 1, heights)?;
    let file = source.most_points();
    // Of another seed no point is one that the run has seen; rows of a file have one order.
    let other = options.seed ^ options.solved_with.rotate_left(32) ^ 0x9e37_79b9_7f4a_7c15;
    let units = Units::new(codes, source, if file.is_some() { options.solved_with } else { other })?;
    let g = units.heights_in(heights);
    let alpha = 1.0 - options.confidence;
    let share = best_share(codes.len(), options.tol, alpha, 1.0);
    let usual = || 4.0 * enough(codes.len(), options.tol, share, alpha);
    let light = || enough_for_light(codes.masses(), options.tol, alpha);
    let wanted = options.points.unwrap_or_else(|| usual().max(light()) as u64);
    let not_learned = file.map_or(u64::MAX, |all| all.saturating_sub(options.learned));
    let unseen = not_learned.saturating_sub(options.validated);
    let (first, left) = match file {
        Some(_) if unseen >= wanted.clamp(2 * GROUPS, LEAST) => (options.validated, unseen),
        _ => (0, not_learned),
    };
    let points = wanted.max(LEAST).min(left) / GROUPS * GROUPS;
    if points < 2 * GROUPS {
        return Err(LatentError::Source {
            what: format!("{left} points of the source were not learned from"),
            cure: "give more points to the run",
        });
    }
    let count = (codes.len() as u64).clamp(512, 1 << 14);
    let samples = Samples::of(&units, &g, source.has_lines(), 0, count)?;
    validate(&units, &g, Some(&matrix(&units, &samples, &g)?), first, points, alpha)
}
