//! Checkpoints of runs in high dimension.

use super::atomic::write_atomically_as;
use super::error::IoError;
use super::fields::Fields;
use super::header::{check_header, wrong_kind};
use super::json::Context;
use super::latent::SourceText;
use super::ledger::Role;
use super::read::{ReadLimit, hex, read_file_as};
use crate::latent::{Codes, LatentState};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::marker::PhantomData;
use std::path::Path;

/// Begins as all states of a solver do.
const FORMAT: &str = "brenier/checkpoint-latent";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpoint {
    format: Option<String>,
    version: Option<u64>,
    problem: String,
    state: LatentState,
}

/// What tells one run from another: codes, masses, source, tolerance and confidence. (The state
/// knows its seed.)
pub fn latent_fingerprint(codes: &Codes, source: &SourceText, tol: f64, confidence: f64) -> String {
    let mut hash = Sha256::new();
    let numbers = codes.rows().iter().chain(codes.masses()).chain([&tol, &confidence]);
    hash.update((codes.dimension() as u64).to_le_bytes());
    numbers.for_each(|v| hash.update(v.to_le_bytes()));
    // Numbers as text with all their digits; a file is known by its content.
    hash.update(match source {
        SourceText::Points { sha256, .. } => sha256.clone(),
        other => format!("{other:?}"),
    });
    hex(&hash.finalize())
}

/// Writes the state of a run, atomically.
///
/// # Errors
/// The system's; an older checkpoint of the same name is then still whole.
pub fn write_latent_state(path: &Path, fingerprint: &str, state: &LatentState) -> Result<(), IoError> {
    write_atomically_as(path, Role::State, |w| {
        let mut fields = Fields::begin(w, FORMAT)?;
        fields.value("problem", fingerprint)?;
        fields.value("state", state)?;
        fields.end()
    })
}

/// Reads the state of the run with this fingerprint.
///
/// # Errors
/// [`IoError`]; another run's state is told.
pub fn read_latent_state(path: &Path, fingerprint: &str, limit: ReadLimit) -> Result<LatentState, IoError> {
    let bytes = read_file_as(path, limit, Role::State)?;
    if bytes.starts_with(b"PK") {
        return Err(IoError::content(path, "is no checkpoint of latent solve; give the file of its --checkpoint"));
    }
    let cx = Context::new(path);
    let read: Checkpoint = cx.parse(&bytes, PhantomData).map_err(|e| wrong_kind(path, &bytes, FORMAT).unwrap_or(e))?;
    check_header(path, (read.format, read.version), FORMAT)?;
    if read.problem != fingerprint {
        let what = "checkpoint belongs to other codes, masses, source, --tol or --confidence; resume with its own";
        return Err(IoError::content(path, what));
    }
    Ok(read.state)
}
