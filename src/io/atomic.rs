//! Files appear whole or not at all: written without a name, synced, named, folder synced.
//!
//! On Linux a file that is being written has no name (`O_TMPFILE`): whatever ends the program, also
//! signal 9, nothing of it is left. To take the place of an older file it is named `.brenier-*.tmp`
//! for the instant between two calls of the system. Where the file system knows no files without
//! names, the name stands from the beginning, and is removed by whoever ends the program in good
//! order ([`abandon`]); signal 9 leaves it.

use super::error::IoError;
use super::ledger::{self, Role};
use super::paths::folder_of;
use super::place::Place;
#[cfg(target_os = "linux")]
use super::temporary::named;
use super::temporary::{Kind, beside, unfinished};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether files are on disk before they have their names.
static SYNC: AtomicBool = AtomicBool::new(true);

/// Says whether to wait until files are on disk, as is usual. If not, they are still whole or not
/// there at all for every other program, and small runs take half the time; but a machine that
/// loses its power a few seconds later may have lost them.
pub fn sync_files(wait: bool) {
    SYNC.store(wait, Ordering::Relaxed);
}

/// The content of a file is on disk, if that is wanted.
pub(super) fn sync(file: &File) -> io::Result<()> {
    if SYNC.load(Ordering::Relaxed) { file.sync_all() } else { Ok(()) }
}

/// A file being written. Nothing is visible under its name before [`AtomicFile::commit`]; dropping
/// it leaves what was there before.
pub struct AtomicFile {
    /// As it was named.
    path: PathBuf,
    out: BufWriter<File>,
    kind: Kind,
}

impl AtomicFile {
    /// Starts writing a file that will be named `path`, through links to the file they mean, so
    /// that links survive.
    ///
    /// # Errors
    /// The system's, for example when the folder does not exist; [`IoError::Taken`] for an input of
    /// this run.
    pub fn create(path: &Path) -> Result<AtomicFile, IoError> {
        AtomicFile::create_as(path, Some(Role::Data))
    }

    /// The same of a file that will be [renamed](AtomicFile::rename) by its content: it replaces
    /// nothing but itself.
    pub(super) fn create_to_be_named(path: &Path) -> Result<AtomicFile, IoError> {
        AtomicFile::create_as(path, None)
    }

    fn create_as(path: &Path, role: Option<Role>) -> Result<AtomicFile, IoError> {
        let system = |e| IoError::system(path, "write", e);
        let place = Place::of(path).map_err(system)?;
        if let Some(role) = role {
            ledger::writing(path, &place, role)?;
        }
        let (file, kind) = match (place.open(), place) {
            (Some(open), _) => (open.map_err(system)?, Kind::Direct),
            (None, Place::File(target)) => beside(target).map_err(system)?,
            (None, _) => return Err(system(io::ErrorKind::Unsupported.into())),
        };
        if matches!(kind, Kind::Direct) {
            ledger::wrote(path);
        }
        Ok(AtomicFile { path: path.to_path_buf(), out: BufWriter::with_capacity(1 << 16, file), kind })
    }

    /// Gives the file another name in the same folder, for names that depend on the content.
    pub fn rename(&mut self, name: &str) {
        match &mut self.kind {
            #[cfg(target_os = "linux")]
            Kind::Unnamed(target) => target.set_file_name(name),
            Kind::Named(_, target) => target.set_file_name(name),
            Kind::Direct => return,
        }
        self.path.set_file_name(name);
    }

    /// The name it will have, as it was given.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the file appear under its name, on disk.
    ///
    /// # Errors
    /// The system's; then the file that was there before is still there, whole.
    pub fn commit(self) -> Result<(), IoError> {
        let AtomicFile { path, mut out, kind } = self;
        let end = || -> io::Result<()> {
            out.flush()?;
            let file = out.get_ref();
            let target = match kind {
                Kind::Direct => return Ok(()),
                #[cfg(target_os = "linux")]
                Kind::Unnamed(target) => {
                    sync(file)?;
                    named::appear(file, &target)?;
                    target
                }
                Kind::Named(temporary, target) => {
                    sync(file)?;
                    temporary.replace(&target)?;
                    target
                }
            };
            sync_folder(&target)
        };
        end().map_err(|e| IoError::system(&path, "write", e))?;
        ledger::wrote(&path);
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.out.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Removes every file that is not finished, and lets none begin or end from now on: whoever tries
/// waits for the end of the program, which must come next.
pub fn abandon() {
    let files = unfinished();
    for path in files.iter() {
        let _ = fs::remove_file(path); // one that has just got its name is no longer here
    }
    std::mem::forget(files);
}

/// The rename itself is on disk once the folder is. Systems that cannot open folders sync them by
/// themselves.
fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) {
        sync(&File::open(folder_of(file))?)?;
    }
    Ok(())
}

/// Writes a whole file atomically: `fill` writes the content, then the file appears.
///
/// # Errors
/// Those of `fill` and of the system; the file that was there before is then untouched.
pub fn write_atomically(path: &Path, fill: impl FnOnce(&mut AtomicFile) -> io::Result<()>) -> Result<(), IoError> {
    write_atomically_as(path, Role::Data, fill)
}

/// The same of a file for something else.
pub(super) fn write_atomically_as(
    path: &Path,
    role: Role,
    fill: impl FnOnce(&mut AtomicFile) -> io::Result<()>,
) -> Result<(), IoError> {
    let mut file = AtomicFile::create_as(path, Some(role))?;
    fill(&mut file).map_err(|e| IoError::system(path, "write", e))?;
    file.commit()
}

#[cfg(test)]
mod tests {
    use super::super::temporary::Unfinished;
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_atomically(&path, |w| w.write_all(b"old")).unwrap();
        for n in 0..200 {
            // A disk that fills up after n bytes.
            let failed = write_atomically(&path, |w| {
                w.write_all(&vec![b'x'; n])?;
                Err(io::ErrorKind::StorageFull.into())
            });
            assert!(failed.unwrap_err().to_string().contains("no space left"));
        }
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    /// All ways a file can come to its name, over nothing and over an older file.
    #[test]
    fn every_way_to_a_name_replaces_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for (k, old) in [None, Some("old")].into_iter().enumerate() {
            let at = |name: &str| folder.path().join(format!("{name}{k}"));
            for name in ["usual", "renamed", "copied"] {
                if let Some(text) = old {
                    fs::write(at(name), text).unwrap();
                }
            }
            write_atomically(&at("usual"), |w| w.write_all(b"new")).unwrap();
            let (mut file, temporary) = Unfinished::create(folder.path()).unwrap();
            file.write_all(b"new").unwrap();
            temporary.replace(&at("renamed")).unwrap();
            #[cfg(target_os = "linux")]
            {
                let mut file = named::unnamed(folder.path()).unwrap_or_else(|| tempfile::tempfile().unwrap());
                file.write_all(b"new").unwrap();
                named::copied(&file, &at("copied")).unwrap();
                assert_eq!(fs::read(at("copied")).unwrap(), b"new");
            }
            for name in ["usual", "renamed"] {
                assert_eq!(fs::read(at(name)).unwrap(), b"new", "{name} over {old:?}");
            }
        }
        drop(Unfinished::create(folder.path()).unwrap());
        let names = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|n| !n.starts_with(".brenier")));
    }

    #[test]
    fn what_is_not_kept_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        for kept in [true, false] {
            fs::write(&path, "").unwrap();
            let unfinished = Unfinished::of(&path);
            if kept {
                unfinished.keep()
            } else {
                drop(unfinished)
            }
            assert_eq!(path.exists(), kept);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_survive_and_files_are_readable() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &link).unwrap();
        write_atomically(&link, |w| w.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        let mode = fs::metadata(&real).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        // A link that leads to nothing yet means the file that is to come.
        fs::remove_file(&real).unwrap();
        write_atomically(&link, |w| w.write_all(b"first")).unwrap();
        assert_eq!(fs::read(&real).unwrap(), b"first");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write_atomically(Path::new("/dev/null"), |w| w.write_all(b"new")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
