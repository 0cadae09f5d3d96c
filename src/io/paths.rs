//! Paths beside other paths.

use std::path::Path;

/// The folder that relative paths in `file` start from.
pub(super) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

/// A file's path as a relative path in it means it: relative to the file's own folder; the empty
/// one is the file itself.
pub(super) fn beside(file: &Path, relative: &str) -> std::path::PathBuf {
    match file.parent() {
        _ if relative.is_empty() => file.into(),
        // A stream has no folder; whoever feeds it means his own.
        Some(p) if ["/dev", "/dev/fd", "/proc/self/fd"].iter().any(|streams| p == Path::new(streams)) => {
            relative.into()
        }
        Some(p) => p.join(relative),
        None => relative.into(),
    }
}
