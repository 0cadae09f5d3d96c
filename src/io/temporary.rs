//! Files in the making: without a name where the system can, else known to the one who cleans up.

use super::paths::folder_of;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::{Builder, TempPath};

/// How a file is being written.
pub(super) enum Kind {
    /// A file without a name, to appear at this path.
    #[cfg(target_os = "linux")]
    Unnamed(PathBuf),
    /// A file with a name for the time being, to be renamed to this path.
    Named(Unfinished, PathBuf),
    /// Streams and devices (`/dev/stdout`, `/dev/null`): written as it comes.
    Direct,
}

/// A new file in the folder of `target`, with the rights of the file that it will replace.
pub(super) fn beside(target: PathBuf) -> io::Result<(File, Kind)> {
    let rights = fs::metadata(&target).ok().map(|m| m.permissions());
    let set = |file: &File| {
        if let Some(rights) = rights {
            // Failing to copy them harms nobody.
            let _ = file.set_permissions(rights);
        }
    };
    #[cfg(target_os = "linux")]
    if let Some(file) = named::unnamed(folder_of(&target)) {
        set(&file);
        return Ok((file, Kind::Unnamed(target)));
    }
    let (file, temporary) = Unfinished::create(folder_of(&target))?;
    set(&file);
    Ok((file, Kind::Named(temporary, target)))
}

/// Whether a file can be made where `target` will be.
pub(super) fn try_beside(target: &Path) -> io::Result<()> {
    beside(target.to_path_buf()).map(drop)
}

/// How temporary files are made: as readable as any other file the user makes, for they become the
/// results.
pub(super) fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".brenier-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Files that have a name and are not yet worth it.
pub(super) static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// These files, for as long as nobody else begins or ends one.
pub(super) fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file that is removed when this is dropped, and by [`abandon`].
pub(super) struct Unfinished(Option<TempPath>);

impl Unfinished {
    pub(super) fn create(folder: &Path) -> io::Result<(File, Unfinished)> {
        let mut files = unfinished();
        let (file, path) = builder().tempfile_in(folder)?.into_parts();
        files.push(path.to_path_buf());
        Ok((file, Unfinished(Some(path))))
    }

    /// A file that has its name already, but will be removed unless it is [kept](Unfinished::keep).
    pub(super) fn of(path: &Path) -> Unfinished {
        unfinished().push(path.to_path_buf());
        Unfinished(TempPath::try_from_path(path).ok())
    }

    /// The file is finished under the name it has.
    pub(super) fn keep(mut self) {
        let mut files = unfinished();
        if let Some(path) = self.0.take() {
            files.retain(|p| *p != *path);
            let _ = path.keep(); // fails on other systems than ours, where marks of temporary files cannot be taken off
        }
    }

    /// The file takes the place of `target`.
    pub(super) fn replace(mut self, target: &Path) -> io::Result<()> {
        let mut files = unfinished();
        let Some(path) = self.0.take() else { return Ok(()) };
        files.retain(|p| *p != *path);
        path.persist(target).map_err(|e| e.error)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let mut files = unfinished();
            files.retain(|p| *p != *path);
            drop(path); // removes it
        }
    }
}

/// Files without names.
#[cfg(target_os = "linux")]
pub(super) mod named {
    use super::{Unfinished, builder, folder_of, unfinished};
    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};
    use std::fs::File;
    use std::io::{self, Seek};
    use std::os::fd::AsRawFd;
    use std::path::Path;

    /// Open files of this process, by which a file without a name gets one.
    const OPEN: &str = "/proc/self/fd";

    /// A file in a folder without a name; `None` where that cannot be had.
    pub fn unnamed(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = open(folder, flags, Mode::from_raw_mode(0o666)).ok()?;
        Path::new(OPEN).is_dir().then(|| file.into())
    }

    /// Gives it the name `target`, in place of what is there.
    pub fn appear(file: &File, target: &Path) -> io::Result<()> {
        let open = format!("{OPEN}/{}", file.as_raw_fd());
        let link = |name: &Path| linkat(CWD, &open, CWD, name, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from);
        let first = link(target);
        match first {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(_) => return copied(file, target),
            Ok(()) => return Ok(()),
        }
        // Names are given to new files only, so that the old one is replaced in a second step.
        let files = unfinished();
        let temporary = builder().make_in(folder_of(target), link)?.into_temp_path();
        let done = temporary.persist(target).map_err(|e| e.error);
        drop(files);
        done
    }

    /// Where the system gives no name: the same content in a file that has one.
    pub fn copied(mut file: &File, target: &Path) -> io::Result<()> {
        let (mut copy, temporary) = Unfinished::create(folder_of(target))?;
        file.rewind()?;
        io::copy(&mut file, &mut copy)?;
        copy.set_permissions(file.metadata()?.permissions())?;
        copy.sync_all()?;
        temporary.replace(target)
    }
}
