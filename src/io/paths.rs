//! Paths beside other paths.

use std::path::{Component, Path, PathBuf};

/// The folder that relative paths in `file` start from.
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    }
}

/// A file's path as a relative path in it means it: relative to the file's own folder; the empty
/// one is the file itself.
pub(super) fn beside(file: &Path, relative: &str) -> PathBuf {
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

/// The path of `target` as seen from the folder of `from`; `None` if it is not text.
pub fn relative_path(from: &Path, target: &Path) -> Option<String> {
    let (Ok(folder), Ok(full)) = (folder_of(from).canonicalize(), target.canonicalize()) else {
        return target.to_str().map(str::to_string);
    };
    let (a, b): (Vec<_>, Vec<_>) = (folder.components().collect(), full.components().collect());
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let mut path = PathBuf::new();
    a[common..].iter().for_each(|_| path.push(Component::ParentDir));
    b[common..].iter().for_each(|c| path.push(c));
    path.to_str().map(str::to_string)
}
