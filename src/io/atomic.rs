//! Files appear whole or not at all: written to a temporary file in the same folder, synced, renamed, folder synced.

use super::error::IoError;
use super::read::folder_of;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file being written. Nothing is visible under its name before [`AtomicFile::commit`]; dropping it leaves what was
/// there before. A crash can leave a stray `.brenier-*.tmp` behind, never a torn file.
pub struct AtomicFile {
    target: PathBuf,
    inner: Inner,
}

enum Inner {
    Renamed(BufWriter<NamedTempFile>),
    /// Devices and pipes (`/dev/stdout`, `/dev/null`): renaming over them would replace the device by a file.
    Direct(BufWriter<File>),
}

impl AtomicFile {
    /// Starts writing a file that will be named `path`.
    ///
    /// # Errors
    /// The system's, for example when the folder does not exist.
    pub fn create(path: &Path) -> Result<AtomicFile, IoError> {
        let system = |e| IoError::system(path, "write", e);
        // Through symbolic links to the file they mean, so that the link survives.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let meta = fs::metadata(&target).ok();
        if meta.as_ref().is_some_and(|m| m.is_dir()) {
            return Err(system(io::ErrorKind::IsADirectory.into()));
        }
        if meta.as_ref().is_some_and(|m| !m.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(&target).map_err(system)?;
            let inner = Inner::Direct(BufWriter::new(file));
            return Ok(AtomicFile { target, inner });
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".brenier-").suffix(".tmp");
        #[cfg(unix)]
        {
            // Temporary files are private by default; results are as readable as any other file the user makes.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let temp = builder.tempfile_in(folder_of(&target)).map_err(system)?;
        if let Some(m) = meta {
            // The rights of a file that is replaced carry over; failing to copy them harms nobody.
            let _ = temp.as_file().set_permissions(m.permissions());
        }
        let inner = Inner::Renamed(BufWriter::with_capacity(1 << 16, temp));
        Ok(AtomicFile { target, inner })
    }

    /// Gives the file another name in the same folder, for names that depend on the content.
    pub fn rename(&mut self, name: &str) {
        if let Inner::Renamed(_) = self.inner {
            self.target.set_file_name(name);
        }
    }

    /// Makes the file appear under its name, on disk.
    ///
    /// # Errors
    /// The system's; then the file that was there before is still there, whole.
    pub fn commit(self) -> Result<(), IoError> {
        let system = |e| IoError::system(&self.target, "write", e);
        match self.inner {
            Inner::Direct(mut w) => w.flush().map_err(system),
            Inner::Renamed(w) => {
                let temp = w.into_inner().map_err(|e| system(e.into_error()))?;
                temp.as_file().sync_all().map_err(system)?;
                temp.persist(&self.target).map_err(|e| system(e.error))?;
                sync_folder(&self.target).map_err(system)
            }
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.inner {
            Inner::Renamed(w) => w.write(buffer),
            Inner::Direct(w) => w.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.inner {
            Inner::Renamed(w) => w.flush(),
            Inner::Direct(w) => w.flush(),
        }
    }
}

/// The rename itself is on disk once the folder is. Systems that cannot open folders sync them by themselves.
fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder_of(file))?.sync_all()?;
    }
    Ok(())
}

/// Writes a whole file atomically: `fill` writes the content, then the file appears.
///
/// # Errors
/// Those of `fill` and of the system; the file that was there before is then untouched.
pub fn write_atomically(path: &Path, fill: impl FnOnce(&mut AtomicFile) -> io::Result<()>) -> Result<(), IoError> {
    let mut file = AtomicFile::create(path)?;
    fill(&mut file).map_err(|e| IoError::system(path, "write", e))?;
    file.commit()
}

#[cfg(test)]
mod tests {
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
        write_atomically(Path::new("/dev/null"), |w| w.write_all(b"new")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
