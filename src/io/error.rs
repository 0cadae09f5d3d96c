//! The one error of this layer. Its text is what the command line prints after `error: `.

use super::ending::ending;
use super::finite::NotFinite;
pub(super) use super::text::quoted;
use super::text::{MESSAGE, Name, short};
use crate::domain::surface::SurfaceError;
use crate::problem::ProblemError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file could not be read or written. Displays as `FILE: WHERE: WHAT; WHAT TO DO` on one
/// line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IoError {
    /// The text of a file is wrong at a line.
    #[error("{}: line {line}: {what}", Name(.file))]
    Line {
        /// The file.
        file: PathBuf,
        /// Line number, from 1.
        line: u64,
        /// What is wrong and what to do.
        what: String,
    },
    /// The content of a file is wrong as a whole, or at a place the text itself names (`sites[4]`).
    #[error("{}: {what}", Name(.file))]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
    /// The data were read but are not a sound problem.
    #[error("{}: {source}", Name(.file))]
    Problem {
        /// The file that holds the offending list.
        file: PathBuf,
        /// What is wrong.
        source: ProblemError,
    },
    /// The triangles of a file are no surface.
    #[error("{}: {source}", Name(.file))]
    Surface {
        /// The file that holds them.
        file: PathBuf,
        /// What is wrong.
        source: SurfaceError,
    },
    /// The file is larger than the caller allows to be held in memory.
    #[error("{}: needs about {}, limit {}; raise --max-memory if that is meant", Name(.file), bytes_text(*.needs), bytes_text(*.limit))]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Bytes needed.
        needs: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// An output that would take the place of an input, or of another output.
    #[error("{}: {what}; give the output another name", .file.display())]
    Taken {
        /// The output, as it was named.
        file: PathBuf,
        /// Why it may not be written.
        what: &'static str,
    },
    /// A result that is not finite: no file holds it, and nothing is written.
    #[error("{}: cannot write: {what}", Name(.file))]
    NotFinite {
        /// The file that was to be written.
        file: PathBuf,
        /// The number with its place, and what to do.
        what: String,
    },
    /// The operating system refused.
    #[error("{}: cannot {doing}: {}", Name(.file), system_text(.source))]
    System {
        /// The file.
        file: PathBuf,
        /// What was tried: "read", "write", ...
        doing: &'static str,
        /// The system's answer.
        source: io::Error,
    },
}

impl IoError {
    /// What is wrong, without the name of the file: for what came from no file.
    pub fn what(&self) -> String {
        let text = self.to_string();
        let (IoError::Line { file, .. }
        | IoError::Content { file, .. }
        | IoError::Problem { file, .. }
        | IoError::Surface { file, .. }
        | IoError::TooLarge { file, .. }
        | IoError::Taken { file, .. }
        | IoError::NotFinite { file, .. }
        | IoError::System { file, .. }) = self;
        let name = format!("{}: ", Name(file));
        text.strip_prefix(&name).unwrap_or(&text).to_string()
    }

    pub(super) fn content(file: &Path, what: impl Into<String>) -> IoError {
        IoError::Content { file: file.to_path_buf(), what: short(&what.into(), MESSAGE) }
    }

    pub(super) fn line(file: &Path, line: u64, what: impl Into<String>) -> IoError {
        IoError::Line { file: file.to_path_buf(), line, what: short(&what.into(), MESSAGE) }
    }

    /// A file whose name does not end as one of a format that is `read`.
    pub(super) fn format(file: &Path, what: &str, read: &str) -> IoError {
        IoError::content(
            file,
            match file.extension() {
                Some(e) => {
                    let name = quoted(&format!(".{}", e.to_string_lossy().to_lowercase()));
                    format!("{what} ending in {name} are not read; use {read}")
                }
                // A stream, for example.
                None if !ending(file).is_empty() => {
                    format!("{what} that are {} are not read; use {read}", quoted(&ending(file)))
                }
                None => format!(
                    "has no ending that tells its format; say it with --format, or save it under a name that ends in {read}"
                ),
            },
        )
    }

    pub(super) fn system(file: &Path, doing: &'static str, source: io::Error) -> IoError {
        if let Some(what) = source.get_ref().and_then(|e| e.downcast_ref::<NotFinite>()) {
            return IoError::NotFinite { file: file.to_path_buf(), what: what.to_string() };
        }
        IoError::System { file: file.to_path_buf(), doing, source }
    }
}

/// A byte count as people say it: `812 bytes`, `1 kB`, `61 GiB`.
///
/// Files are small enough to be counted in kB (1000 bytes); memory from a MiB on is counted in
/// powers of two.
pub fn bytes_text(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")];
    for (size, name) in UNITS {
        if bytes >= size {
            let value = bytes as f64 / size as f64;
            return if value < 9.95 && value.fract() > 0.049 {
                format!("{value:.1} {name}")
            } else {
                format!("{value:.0} {name}")
            };
        }
    }
    match bytes {
        0..=999 => format!("{bytes} bytes"),
        _ => format!("{:.0} kB", bytes as f64 / 1000.0),
    }
}

/// The system's answer in lower case, with what to do about it.
pub fn system_text(e: &io::Error) -> String {
    use io::ErrorKind as K;
    match e.kind() {
        K::NotFound => "no such file or folder; check the path".into(),
        K::PermissionDenied => "permission denied; check the rights of the file and its folder".into(),
        K::IsADirectory => "it is a folder; name a file".into(),
        K::StorageFull => "no space left on the disk; free some and run again".into(),
        K::QuotaExceeded => "disk quota exceeded; free some space and run again".into(),
        K::FileTooLarge => {
            "larger than files may be here; see the limit of the shell (ulimit -f) and of the disk".into()
        }
        K::NotADirectory => "a file stands where the path wants a folder; check the path".into(),
        K::BrokenPipe => "nobody reads it any more".into(),
        K::ReadOnlyFilesystem => "the file system is read-only; choose another folder".into(),
        _ => {
            let text = e.to_string();
            let mut letters = text.chars();
            match letters.next() {
                Some(first) => first.to_lowercase().chain(letters).collect(),
                None => text,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        let texts = [812, 1024, 5 << 20, 61 << 30, (3 << 30) / 2].map(bytes_text);
        assert_eq!(texts, ["812 bytes", "1 kB", "5 MiB", "61 GiB", "1.5 GiB"]);
    }
}
