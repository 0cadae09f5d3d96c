//! Files that a problem file refers to.

use super::error::IoError;
use super::json::{Reference, Rows, Source};
use super::paths::beside;
use super::points::{parse_points_in, parse_scalars};
use super::read::{ReadLimit, read_file, sha256_hex};
use super::text::Name;
use std::path::{Path, PathBuf};

/// Fills what a problem refers to: other files, each read once per mention and remembered by its
/// SHA-256.
pub(super) struct Loader<'f> {
    pub(super) file: &'f Path,
    limit: ReadLimit,
    /// Paths as written, with their SHA-256.
    pub(super) files: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
}

impl<'f> Loader<'f> {
    pub(super) fn new(file: &'f Path, limit: ReadLimit) -> Loader<'f> {
        Loader { file, limit, files: Vec::new(), notes: Vec::new() }
    }

    pub(super) fn limit(&self) -> ReadLimit {
        self.limit
    }

    /// The bytes of another file, remembered.
    pub(super) fn load(&mut self, reference: Reference) -> Result<(PathBuf, Vec<u8>), IoError> {
        let (path, bytes) = self.bytes(&reference)?;
        let sha256 = sha256_hex(&bytes);
        self.remember(&path, reference, sha256)?;
        Ok((path, bytes))
    }

    fn bytes(&self, reference: &Reference) -> Result<(PathBuf, Vec<u8>), IoError> {
        let path = beside(self.file, &reference.path);
        let bytes = read_file(&path, self.limit)?;
        Ok((path, bytes))
    }

    fn remember(&mut self, path: &Path, reference: Reference, sha256: String) -> Result<(), IoError> {
        check_sha256(path, &reference, &sha256, self.file)?;
        self.files.push((reference.path, sha256));
        Ok(())
    }

    pub(super) fn scalars(
        &mut self,
        source: Source<Vec<f64>>,
        what: &str,
    ) -> Result<(Vec<f64>, Option<PathBuf>), IoError> {
        match source {
            Source::Inline(values) => Ok((values, None)),
            Source::Elsewhere(reference) => {
                let (path, bytes) = self.bytes(&reference)?;
                let (values, sha256) = parse_scalars(&path, bytes, reference.array.as_deref(), what)?;
                self.remember(&path, reference, sha256)?;
                Ok((values, Some(path)))
            }
        }
    }

    pub(super) fn sites<const D: usize>(
        &mut self,
        source: Source<Rows>,
    ) -> Result<(Vec<[f64; D]>, Option<PathBuf>), IoError> {
        match source {
            Source::Inline(rows) => {
                let misfit = |(k, found): (usize, usize)| {
                    let form = if D == 2 { "[x, y]" } else { "[x, y, z]" };
                    let what = format!("sites[{k}] has {found} coordinates, the domain has {D}; give {form}");
                    IoError::content(self.file, what)
                };
                if D == 2 {
                    if let Some(at) = rows.misfit {
                        return Err(misfit(at));
                    }
                    return Ok((rows.rows.iter().map(|r| std::array::from_fn(|k| r[k])).collect(), None));
                }
                let rows = rows.into_space().map_err(misfit)?;
                Ok((rows.iter().map(|r| std::array::from_fn(|k| r[k])).collect(), None))
            }
            Source::Elsewhere(reference) => {
                let (path, bytes) = self.bytes(&reference)?;
                let read = parse_points_in(&path, bytes, reference.array.as_deref())?;
                self.notes.extend(read.notes);
                self.remember(&path, reference, read.sha256)?;
                Ok((read.points, Some(path)))
            }
        }
    }
}

/// Whether the file is the very one that was meant.
pub(super) fn check_sha256(path: &Path, reference: &Reference, found: &str, from: &Path) -> Result<(), IoError> {
    match &reference.sha256 {
        Some(meant) if meant != found => Err(IoError::content(
            path,
            format!(
                "has sha256 {}…, but {} means {}…; restore the file it was written with",
                found.get(..8).unwrap_or(found),
                Name(from),
                meant.chars().take(8).collect::<String>()
            ),
        )),
        _ => Ok(()),
    }
}
