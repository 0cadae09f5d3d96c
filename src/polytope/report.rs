//! What a solve says of itself.

use serde::Serialize;

/// One accepted step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolytopeStep {
    /// Largest relative error after the step.
    pub residual: f64,
    /// Share of Newton's step that was taken, 0 for the start.
    pub step: f64,
}

/// How a solve ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PolytopeOutcome {
    /// Every relative error is at most the tolerance.
    Converged,
    /// It is not, for this reason.
    NotConverged(String),
    /// The callback asked to stop.
    Interrupted,
}

impl PolytopeOutcome {
    /// Whether it converged.
    pub fn converged(&self) -> bool {
        *self == PolytopeOutcome::Converged
    }

    /// In words.
    pub fn text(&self) -> String {
        match self {
            PolytopeOutcome::Converged => "converged".into(),
            PolytopeOutcome::NotConverged(why) => format!("not converged ({why})"),
            PolytopeOutcome::Interrupted => "interrupted".into(),
        }
    }
}
