//! Documents that stand alone, or in an archive with their arrays.

use super::error::IoError;
use super::npz::NpzReader;
use super::read::{ReadLimit, read_file};
use std::path::Path;

/// The document of a solution in an archive.
pub const DOCUMENT: &str = "solution.json";

/// The JSON of a file: all of it, or the document in an .npz.
///
/// # Errors
/// The system's; [`IoError::Content`] for archives without a document.
pub(super) fn read_document(path: &Path, limit: ReadLimit) -> Result<Vec<u8>, IoError> {
    let bytes = read_file(path, limit)?;
    // What zip archives begin with; no JSON does.
    if !bytes.starts_with(b"PK") {
        return Ok(bytes);
    }
    let content = |what: String| IoError::content(path, format!("{what}; give the .npz that solve -o x.npz wrote"));
    let npz = NpzReader::new(bytes).map_err(|what| IoError::content(path, what))?;
    npz.document(DOCUMENT).map(<[u8]>::to_vec).map_err(content)
}
