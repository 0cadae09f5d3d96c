//! What a solve says about itself.

use crate::exact::Counters;
use crate::newton::{IterationReport, Outcome};
use serde::{Deserialize, Serialize};

/// Cells on a surface that do not hang together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
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
#[non_exhaustive]
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
