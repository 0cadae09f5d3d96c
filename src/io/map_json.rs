//! What the map of a solution gives, as JSON: interpolations and singular sets.

use super::atomic::write_atomically;
use super::error::IoError;
use super::fields::Fields;
use crate::transport::{ShrunkenCell, SingularSet};
use std::path::Path;

/// Writes the interpolation at `t` of the problem with this SHA-256, atomically.
///
/// # Errors
/// The system's.
pub fn write_interpolation(path: &Path, problem: &str, t: f64, cells: &[ShrunkenCell]) -> Result<(), IoError> {
    write_atomically(path, |w| {
        let mut fields = Fields::begin(w, "brenier/interpolation")?;
        fields.value("problem", &serde_json::json!({ "sha256": problem }))?;
        fields.value("t", &t)?;
        fields.value("cells", cells)?;
        fields.end()
    })
}

/// Writes the singular set of the map of the problem with this SHA-256, atomically.
///
/// # Errors
/// The system's.
pub fn write_singular(path: &Path, problem: &str, set: &SingularSet) -> Result<(), IoError> {
    write_atomically(path, |w| {
        let mut fields = Fields::begin(w, "brenier/singular")?;
        fields.value("problem", &serde_json::json!({ "sha256": problem }))?;
        fields.value("threshold", &set.threshold)?;
        fields.value("looked_at", &set.looked_at)?;
        fields.value("components", &set.components)?;
        fields.value("walls", &set.walls)?;
        fields.value("strands", &set.strands)?;
        fields.end()
    })
}
