//! Where a run stands: all that what follows depends on.

use super::stage::Samples;
use super::validate::Validation;
use serde::{Deserialize, Serialize};

/// How many times as great as it would be with the very matrix of walls the error is taken for
/// before that was seen. A step that is `a` times Newton's along a direction leaves
/// `a^2 / (2a - 1)` times the error there; matrices of so many stars make 1.1 to 1.5 of it.
pub(super) const FACTOR: f64 = 1.25;

/// The state of a run, between two of its steps. A run that goes on from it has the bits of one
/// that was not interrupted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentState {
    /// Seed of the run.
    pub seed: u64,
    /// Stages that are done.
    pub stages: u32,
    /// Newton steps of all stages.
    pub steps: u64,
    /// Stars, or soft points, of all stages.
    pub stars: u64,
    /// Points that were drawn to learn from.
    pub plain: u64,
    /// Independent points that one of them is worth with its reflections, as last seen.
    pub gain: f64,
    /// Independent points that those since the last stage are worth. What was learned before it is
    /// in the heights, and no longer counts.
    pub earned: f64,
    /// How many times plain points have led back to stars.
    pub again: u32,
    /// Independent points that the stars are worth: those of the stages, and those of the matrices.
    pub worth: f64,
    /// `worth + earned` when the matrix was made.
    pub refreshed: f64,
    /// Points that have validated.
    pub validated: u64,
    /// How many times as great as planned the error was when last validated.
    pub factor: f64,
    /// Learn until there are so many points, before looking again.
    pub at_least: f64,
    /// Heights, in the problem's units.
    pub heights: Vec<f64>,
    /// Heights at which the matrix was made.
    pub matrix_heights: Vec<f64>,
    /// The samples of the matrix: first, count.
    pub matrix_samples: [u64; 2],
    /// The temperature of the matrix; `None` for stars.
    pub matrix_temperature: Option<f64>,
    /// All validations so far.
    pub looks: Vec<Validation>,
}

impl LatentState {
    pub(super) fn begin(seed: u64, gain: f64, heights: Vec<f64>) -> LatentState {
        LatentState {
            seed,
            stages: 0,
            steps: 0,
            stars: 0,
            plain: 0,
            gain,
            earned: 0.0,
            again: 0,
            worth: 0.0,
            refreshed: 0.0,
            validated: 0,
            factor: FACTOR,
            at_least: 0.0,
            matrix_heights: heights.clone(),
            heights,
            matrix_samples: [0; 2],
            matrix_temperature: None,
            looks: Vec::new(),
        }
    }

    /// Independent points that would be as good as what is known.
    pub(super) fn known(&self) -> f64 {
        self.worth + self.earned
    }

    /// Samples that were learned from.
    pub(super) fn learned(&self) -> u64 {
        self.stars + self.plain
    }

    pub(super) fn matrix(&self) -> Samples {
        let [first, count] = self.matrix_samples;
        Samples { first, count, eps: self.matrix_temperature }
    }

    /// Can it be a state of so many codes?
    pub(super) fn unfit(&self, n: usize, seed: u64) -> Option<String> {
        if self.seed != seed {
            return Some(format!("has seed {}, not {seed}", self.seed));
        }
        for (name, list) in [("heights", &self.heights), ("matrix_heights", &self.matrix_heights)] {
            if list.len() != n {
                return Some(format!("has {} {name}, the problem {n} codes", list.len()));
            }
            if !list.iter().all(|h| h.is_finite()) {
                return Some(format!("has {name} that are not finite"));
            }
        }
        let sound = (1.0..=1e3).contains(&self.gain)
            && [self.worth, self.earned, self.refreshed].iter().all(|v| (0.0..1e300).contains(v))
            && self.factor > 0.0
            && self.factor < 1e12
            && self.at_least >= 0.0;
        let samples = self.stages == 0 || (1..=1 << 24).contains(&self.matrix_samples[1]);
        let warm = self.matrix_temperature.is_none_or(|eps| eps > 0.0 && eps.is_finite());
        let few = [self.stars, self.plain, self.validated, self.matrix_samples[0]];
        match sound && samples && warm && few.iter().all(|v| *v < 1 << 60) {
            true => None,
            false => Some("has numbers that no run has".into()),
        }
    }
}
