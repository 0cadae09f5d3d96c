//! Where a path that is to be written leads: through links, to a file, a device, or a stream that
//! is already open.

use super::paths::folder_of;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Links followed before a path counts as a circle, as many as Linux follows.
const MOST_LINKS: usize = 40;

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A file, whether it is there or not: the canonical path of its folder, and its name.
    File(PathBuf),
    /// A stream this process has open (`/dev/stdout`, `/dev/fd/3`), by its number. Whoever opened
    /// it has chosen where the next byte goes (`>> log`), so it is written to, never opened anew
    /// nor replaced.
    Stream(u32),
    /// A device or a named pipe: renaming a file over it would replace it.
    Device(PathBuf),
}

impl Place {
    /// Where `path` leads. Links are followed also where they dangle: then to the file that is to
    /// come.
    pub(super) fn of(path: &Path) -> io::Result<Place> {
        let folder_named = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let mut at = path.to_path_buf();
        for _ in 0..=MOST_LINKS {
            let Some(name) = at.file_name().filter(|_| !folder_named) else {
                return Err(io::ErrorKind::IsADirectory.into());
            };
            let folder = folder_of(&at).canonicalize()?;
            if let Some(number) = stream(&folder, name.to_str()) {
                return Ok(Place::Stream(number));
            }
            at = folder.join(name);
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_symlink() => at = folder.join(fs::read_link(&at)?),
                Ok(meta) if meta.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
                Ok(meta) if meta.is_file() => return Ok(Place::File(at)),
                Ok(_) => return Ok(Place::Device(at)),
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Place::File(at)),
                Err(e) => return Err(e),
            }
        }
        Err(io::Error::other("too many links one after another; name the file itself"))
    }

    /// What is there now.
    pub(super) fn metadata(&self) -> Option<Metadata> {
        match self {
            Place::File(path) | Place::Device(path) => fs::metadata(path),
            Place::Stream(number) => fs::metadata(format!("/dev/fd/{number}")),
        }
        .ok()
    }

    /// Opens a stream or a device, to write where it stands; `None` for files, which are written
    /// beside and renamed.
    pub(super) fn open(&self) -> Option<io::Result<File>> {
        let append = |path: &Path| OpenOptions::new().append(true).open(path);
        match self {
            Place::File(_) => None,
            Place::Device(path) => Some(append(path)),
            #[cfg(unix)]
            Place::Stream(1) => Some(same(&io::stdout())),
            #[cfg(unix)]
            Place::Stream(2) => Some(same(&io::stderr())),
            // Numbers alone do not show that a stream is open, so that it is opened again, at its
            // end.
            Place::Stream(number) => Some(append(Path::new(&format!("/dev/fd/{number}")))),
        }
    }
}

/// The same open stream, with its position.
#[cfg(unix)]
fn same(stream: &impl std::os::fd::AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}

/// The number of an open stream that a name in a folder stands for.
fn stream(folder: &Path, name: Option<&str>) -> Option<u32> {
    let own = Path::new("/proc").join(std::process::id().to_string()).join("fd");
    (folder == own || folder == Path::new("/dev/fd")).then(|| name?.parse().ok()).flatten()
}

/// Which file something is, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// Device and inode.
    #[cfg(unix)]
    Node(u64, u64),
    /// Where the system has no such numbers: the canonical path.
    #[cfg(not(unix))]
    Path(PathBuf),
}

impl Identity {
    /// Of a file with content to lose; `None` for devices, pipes and terminals.
    pub(super) fn of(path: &Path, meta: &Metadata) -> Option<Identity> {
        if !meta.is_file() {
            return None;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let _ = path; // its numbers tell
            Some(Identity::Node(meta.dev(), meta.ino()))
        }
        #[cfg(not(unix))]
        path.canonicalize().ok().map(Identity::Path)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_followed_also_where_they_dangle() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().canonicalize().unwrap().join(name);
        fs::create_dir(at("d")).unwrap();
        fs::write(at("d/there"), "").unwrap();
        for (link, to) in [("a", "d/there"), ("b", "d/to-come"), ("c", "b"), ("dir", "d"), ("lost", "no/f")] {
            symlink(to, at(link)).unwrap();
        }
        symlink("y", at("x")).unwrap();
        symlink("x", at("y")).unwrap();
        assert_eq!(Place::of(&at("a")).unwrap(), Place::File(at("d/there")));
        assert_eq!(Place::of(&at("c")).unwrap(), Place::File(at("d/to-come")));
        assert_eq!(Place::of(&at("new")).unwrap(), Place::File(at("new")));
        let kind = |name: &str| Place::of(&at(name)).unwrap_err().kind();
        for name in ["dir", "d", "d/", "d/..", "new/", "."] {
            assert_eq!(kind(name), io::ErrorKind::IsADirectory, "{name}");
        }
        assert_eq!(kind("lost"), io::ErrorKind::NotFound);
        assert_eq!(kind("d/there/f"), io::ErrorKind::NotADirectory);
        assert!(Place::of(&at("x")).unwrap_err().to_string().contains("too many links"));
    }

    #[test]
    fn streams_and_devices_are_told_from_files() {
        assert_eq!(Place::of(Path::new("/dev/null")).unwrap(), Place::Device("/dev/null".into()));
        if cfg!(target_os = "linux") {
            for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
                assert_eq!(Place::of(Path::new(path)).unwrap(), Place::Stream(1), "{path}");
            }
        }
    }
}
