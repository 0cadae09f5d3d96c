//! What a run says about itself.

use crate::diagram::MeasureError;
use crate::exact::Counters;
use serde::{Deserialize, Serialize};

/// One accepted Newton step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Counts a coarser problem, or one with another source, into the start that it served: its steps, trials and seconds.
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
    /// The adjacency graph of the cells falls apart, so the masses cannot be exchanged between components.
    Disconnected {
        /// Number of components.
        components: usize,
    },
}

impl From<MeasureError> for Outcome {
    fn from(error: MeasureError) -> Outcome {
        Outcome::NotConverged { why: error.to_string() }
    }
}

/// [`Outcome`] as it stands in a file. (Derived for the enum itself, unit variants would take any further field.)
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOutcome {
    kind: String,
    why: Option<String>,
    components: Option<usize>,
}

impl TryFrom<RawOutcome> for Outcome {
    type Error = &'static str;
    fn try_from(raw: RawOutcome) -> Result<Outcome, &'static str> {
        match (raw.kind.as_str(), raw.why, raw.components) {
            ("converged", None, None) => Ok(Outcome::Converged),
            ("interrupted", None, None) => Ok(Outcome::Interrupted),
            ("time_limit", None, None) => Ok(Outcome::TimeLimit),
            ("not_converged", Some(why), None) => Ok(Outcome::NotConverged { why }),
            ("disconnected", None, Some(components)) => Ok(Outcome::Disconnected { components }),
            ("not_converged", ..) => Err("outcome \"not_converged\" has \"why\" and nothing else"),
            ("disconnected", ..) => Err("outcome \"disconnected\" has \"components\" and nothing else"),
            ("converged" | "interrupted" | "time_limit", ..) => Err("this outcome has no fields but \"kind\""),
            _ => Err("outcome is of no kind there is: converged, not_converged, interrupted, time_limit, disconnected"),
        }
    }
}

/// Cells on a surface that do not hang together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellParts {
    /// Number of cells of more than one part.
    pub disconnected: usize,
    /// The sites with most parts, at most five, each with their number.
    pub most: Vec<(u32, u32)>,
}

impl CellParts {
    /// Sums up the number of parts of each cell.
    pub fn of(parts: impl Iterator<Item = usize>) -> CellParts {
        let several = parts.enumerate().filter(|p| p.1 > 1).map(|(site, parts)| (site as u32, parts as u32));
        let mut most: Vec<(u32, u32)> = several.collect();
        let disconnected = most.len();
        most.sort_by_key(|&(site, parts)| (std::cmp::Reverse(parts), site));
        most.truncate(5);
        CellParts { disconnected, most }
    }
}

/// Report of a solve.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Every relative mass error is at most the tolerance.
    pub converged: bool,
    /// How the run ended.
    pub outcome: Option<Outcome>,
    /// The tolerance asked for.
    pub tolerance: f64,
    /// Start and accepted steps, in order; the first entry is the start.
    pub iterations: Vec<IterationReport>,
    /// `max_i |m_i - nu_i| / nu_i` of the final heights.
    pub max_relative_error: f64,
    /// How the signs were decided.
    pub predicates: Counters,
    /// Threads used.
    pub threads: usize,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Peak resident memory of the process in bytes, 0 where the system does not tell.
    pub peak_bytes: u64,
    /// The source was multiplied by this factor so that its total equals the masses'.
    pub source_factor: f64,
    /// With partial transport: the mass of the source in no cell, which stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<f64>,
    /// On a surface: which cells consist of several parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<CellParts>,
    /// Remarks: merged sites, rounded inputs, what the start took.
    pub notes: Vec<String>,
}
