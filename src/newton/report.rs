//! What a run says of its steps, and how it ended.

use crate::diagram::MeasureError;
use serde::{Deserialize, Serialize};

/// One accepted Newton step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IterationReport {
    /// `max_i |m_i - nu_i| / nu_i` after the step.
    pub residual: f64,
    /// `min_i m_i / nu_i` after the step.
    pub min_mass_ratio: f64,
    /// Fraction of the Newton step that was taken (0 for the start).
    pub step: f64,
    /// Heights tried before one was accepted.
    pub trials: u32,
    /// Wall time of the whole step in seconds.
    pub seconds: f64,
    /// Wall seconds in the regular triangulation.
    pub hull: f64,
    /// Wall seconds in cells and integrals.
    pub cells: f64,
    /// Wall seconds in the linear solver.
    pub linear: f64,
    /// Iterations of the linear solver.
    pub linear_iterations: u32,
    /// Cells whose relative error still exceeds the tolerance.
    pub remaining: u64,
    /// Coarser problems solved to find the start (only there, else 0).
    #[serde(default)]
    pub layers: u32,
    /// Newton steps in them; `trials`, the seconds and `linear_iterations` of the start are theirs.
    #[serde(default)]
    pub coarse_steps: u32,
}

impl IterationReport {
    /// Counts a coarser problem, or one with another source, into the start that it served: its
    /// steps, trials and seconds.
    pub(super) fn count_in(&mut self, iterations: &[IterationReport]) {
        self.layers += 1;
        self.coarse_steps += iterations.len().saturating_sub(1) as u32;
        for i in iterations {
            self.layers += i.layers;
            self.coarse_steps += i.coarse_steps;
            self.trials += i.trials;
            self.hull += i.hull;
            self.cells += i.cells;
            self.linear += i.linear;
            self.linear_iterations += i.linear_iterations;
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", try_from = "RawOutcome")]
#[non_exhaustive]
pub enum Outcome {
    /// Every relative mass error is at most the tolerance.
    Converged,
    /// The iteration limit was reached, or no step made progress.
    NotConverged {
        /// Why, in words.
        why: String,
    },
    /// The callback asked to stop.
    Interrupted,
    /// The time limit was reached.
    TimeLimit,
}

impl From<MeasureError> for Outcome {
    fn from(error: MeasureError) -> Outcome {
        Outcome::NotConverged { why: error.to_string() }
    }
}

/// [`Outcome`] as it stands in a file. (Derived for the enum itself, unit variants would take any
/// further field.)
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutcome {
    kind: String,
    why: Option<String>,
}

impl TryFrom<RawOutcome> for Outcome {
    type Error = &'static str;
    fn try_from(raw: RawOutcome) -> Result<Outcome, &'static str> {
        match (raw.kind.as_str(), raw.why) {
            ("converged", None) => Ok(Outcome::Converged),
            ("interrupted", None) => Ok(Outcome::Interrupted),
            ("time_limit", None) => Ok(Outcome::TimeLimit),
            ("not_converged", Some(why)) => Ok(Outcome::NotConverged { why }),
            ("not_converged", None) => Err("outcome \"not_converged\" has \"why\" and nothing else"),
            ("converged" | "interrupted" | "time_limit", Some(_)) => Err("this outcome has no fields but \"kind\""),
            _ => Err("outcome is of no kind there is: converged, not_converged, interrupted, time_limit"),
        }
    }
}
