//! What is asked of a run, and what is said of it.

use super::error::LatentError;
use super::state::LatentState;
use crate::setters::setters;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is asked of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LatentOptions {
    /// Stop when the relative mass error (root of the mean of squares) is at most this, up to the
    /// end of its interval.
    pub tol: f64,
    /// Confidence of intervals, all validations of a run together.
    pub confidence: f64,
    /// Another seed draws other points.
    pub seed: u64,
    /// Stop after this time.
    pub time_limit: Option<Duration>,
    /// Stop after so many points, those of validation included.
    pub max_points: Option<u64>,
    /// Go on from here.
    pub resume: Option<LatentState>,
}

impl Default for LatentOptions {
    /// 5 %, at 95 %.
    fn default() -> LatentOptions {
        LatentOptions { tol: 0.05, confidence: 0.95, seed: 0, time_limit: None, max_points: None, resume: None }
    }
}

setters!(LatentOptions {
    tol: value f64,
    confidence: value f64,
    seed: value u64,
    time_limit: option Duration,
    max_points: option u64,
    resume: option LatentState,
});

impl LatentOptions {
    /// Refuses what cannot be met.
    pub(super) fn check(&self) -> Result<(), LatentError> {
        let wrong = |what: String| Err(LatentError::Option(what));
        if !(self.tol >= 1e-6 && self.tol < 1.0) {
            return wrong(format!("tol is {}; give a relative mass error from 1e-6 to below 1", self.tol));
        }
        if !(self.confidence >= 0.5 && self.confidence <= 1.0 - 1e-9) {
            return wrong(format!("confidence is {}; give a probability from 0.5 to below 1", self.confidence));
        }
        Ok(())
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LatentOutcome {
    /// The interval lies below the tolerance.
    Converged,
    /// Time is over.
    TimeLimit,
    /// No more points are allowed.
    PointLimit,
    /// The file has no more points.
    OutOfPoints,
    /// Somebody asked to stop.
    Interrupted,
}

impl LatentOutcome {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            LatentOutcome::Converged => "converged",
            LatentOutcome::TimeLimit => "time limit reached",
            LatentOutcome::PointLimit => "no more points are allowed",
            LatentOutcome::OutOfPoints => "the source has no more points",
            LatentOutcome::Interrupted => "interrupted",
        }
    }
}

fn one() -> u32 {
    1
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentReport {
    /// How it ended.
    pub outcome: LatentOutcome,
    /// What was asked for.
    pub tol: f64,
    /// Confidence, all validations together.
    pub confidence: f64,
    /// Star samples (soft points, for sources without lines).
    pub stars: u64,
    /// Points that were drawn to learn from, besides the stars.
    pub learned: u64,
    /// How many points each of these was learned from as, with its reflections about the middle of
    /// the source.
    #[serde(default = "one")]
    pub reflections: u32,
    /// Points that have validated, and how many times.
    pub validated: u64,
    /// How many times it was looked.
    pub looks: u32,
    /// Newton steps.
    pub newton_steps: u64,
    /// Points that reach the tolerance, as far as can be said now; `None` if it is reached.
    pub needed: Option<f64>,
    /// Dimensions that the codes span.
    pub rank: usize,
    /// Seconds.
    pub seconds: f64,
    /// What else to know.
    pub remarks: Vec<String>,
}
