//! Checkpoints: everything the next Newton step depends on, so that a resumed run has the bits of
//! an unbroken one.

use super::atomic::write_atomically_as;
use super::error::IoError;
use super::fields::Fields;
use super::header::{check_header, wrong_kind};
use super::json::Context;
use super::ledger::{Role, STATE};
use super::problem_json::heights_of;
use super::read::{ReadLimit, read_file_as};
use crate::newton::IterationReport;
use crate::transport::SolverState;
use serde::Deserialize;
use std::marker::PhantomData;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpoint {
    format: Option<String>,
    version: Option<u64>,
    problem: String,
    mass_floor: f64,
    bridge: f64,
    #[serde(default)]
    climb: usize,
    least_rest: f64,
    iterations: Vec<IterationReport>,
    heights: Vec<f64>,
    heights_lo: Vec<f64>,
}

/// Writes a checkpoint of the problem with this fingerprint ([`super::ProblemId::fingerprint`]),
/// atomically.
///
/// # Errors
/// The system's; an older checkpoint of the same name is then still whole.
pub fn write_checkpoint(path: &Path, fingerprint: &str, state: &SolverState) -> Result<(), IoError> {
    write_atomically_as(path, Role::State, |w| {
        let mut fields = Fields::begin(w, STATE)?;
        fields.value("problem", fingerprint)?;
        fields.value("mass_floor", &state.mass_floor)?;
        fields.value("bridge", &state.bridge)?;
        fields.value("climb", &state.climb)?;
        fields.value("least_rest", &state.least_rest)?;
        fields.value("iterations", &state.iterations)?;
        fields.value("heights", &state.heights.hi())?;
        fields.value("heights_lo", &state.heights.lo())?;
        fields.end()
    })
}

/// Reads a checkpoint of a problem with the given fingerprint and number of sites.
///
/// # Errors
/// [`IoError`]; `checkpoint belongs to problem 3fa9…, not 77c1…` if it is another problem's.
pub fn read_checkpoint(path: &Path, fingerprint: &str, sites: usize, limit: ReadLimit) -> Result<SolverState, IoError> {
    let bytes = read_file_as(path, limit, Role::State)?;
    let cx = Context::new(path);
    let mut read: Checkpoint =
        cx.parse(&bytes, PhantomData).map_err(|e| wrong_kind(path, &bytes, STATE).unwrap_or(e))?;
    check_header(path, (read.format.take(), read.version), STATE)?;
    if read.problem != fingerprint {
        let short = |s: &str| s.chars().take(4).collect::<String>();
        return Err(IoError::content(
            path,
            format!(
                "checkpoint belongs to problem {}…, not {}…; resume with its own problem",
                short(&read.problem),
                short(fingerprint)
            ),
        ));
    }
    let heights = heights_of(path, std::mem::take(&mut read.heights), Some(std::mem::take(&mut read.heights_lo)))?;
    if heights.len() != sites {
        return Err(IoError::content(
            path,
            format!("heights has {} entries, the problem has {sites} sites", heights.len()),
        ));
    }
    if let Some(k) = heights.first_non_finite() {
        return Err(IoError::content(path, format!("heights[{k}] is not finite")));
    }
    if !(read.mass_floor >= 0.0) {
        let what = format!("mass_floor is {}; it is the least mass of a cell, at least 0", read.mass_floor);
        return Err(IoError::content(path, what));
    }
    if !(read.bridge > 0.0 && read.bridge <= 1.0) {
        return Err(IoError::content(path, format!("bridge is {}; it is a share, above 0", read.bridge)));
    }
    if !(read.least_rest >= 0.0) {
        let what = format!("least_rest is {}; it is the least mass that stays, at least 0", read.least_rest);
        return Err(IoError::content(path, what));
    }
    if read.climb > read.iterations.len() {
        let what = format!("climb is {}, but there are {} iterations", read.climb, read.iterations.len());
        return Err(IoError::content(path, what));
    }
    let Checkpoint { mass_floor, bridge, climb, least_rest, iterations, .. } = read;
    Ok(SolverState { heights, mass_floor, iterations, bridge, climb, least_rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{Dd, Heights};

    fn state() -> SolverState {
        let mut heights = Heights::zeros(3);
        heights.set(0, Dd::sum(1.0 / 3.0, 1e-20));
        heights.set(1, Dd { hi: -0.0, lo: 0.0 });
        heights.set(2, Dd { hi: 5e-324, lo: -0.0 });
        SolverState {
            heights,
            mass_floor: 0.1 + 0.2,
            iterations: vec![IterationReport { residual: 1.0 / 7.0, ..IterationReport::default() }],
            bridge: 0.1 * 0.1,
            climb: 1,
            least_rest: 1e-7 / 3.0,
        }
    }

    #[test]
    fn every_bit_survives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c");
        write_checkpoint(&path, "3fa9", &state()).unwrap();
        let back = read_checkpoint(&path, "3fa9", 3, ReadLimit::default()).unwrap();
        let bits = |s: &SolverState| -> Vec<(u64, u64)> {
            let pairs = s.heights.as_slice().iter();
            pairs.map(|h| (h.hi.to_bits(), h.lo.to_bits())).collect()
        };
        assert_eq!(bits(&back), bits(&state()));
        assert_eq!(back, state());
        let error = |fingerprint, n| {
            let e = read_checkpoint(&path, fingerprint, n, ReadLimit::default()).unwrap_err();
            e.to_string().rsplit(": ").next().unwrap().to_string()
        };
        assert_eq!(error("77c1aa", 3), "checkpoint belongs to problem 3fa9…, not 77c1…; resume with its own problem");
        assert_eq!(error("3fa9", 4), "heights has 3 entries, the problem has 4 sites");
    }
}
