//! Whole files into memory, with a limit; and their SHA-256.

use super::ending;
use super::error::IoError;
use super::ledger::{self, Role};
use sha2::{Digest, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How many bytes a reader may hold in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// Largest file that is read.
    pub bytes: u64,
}

impl Default for ReadLimit {
    /// 64 GiB for files. Pipes and devices, which do not say how long they are, stop at a sixteenth
    /// of the limit.
    fn default() -> ReadLimit {
        ReadLimit { bytes: 64 << 30 }
    }
}

/// Reads a whole file. A file that says it is longer than the limit is refused unread, and so is
/// one that this run is to write.
pub(super) fn read_file(path: &Path, limit: ReadLimit) -> Result<Vec<u8>, IoError> {
    read_file_as(path, limit, Role::Data)
}

/// The same of a file for something else.
pub(super) fn read_file_as(path: &Path, limit: ReadLimit, role: Role) -> Result<Vec<u8>, IoError> {
    if let Some(bytes) = kept(path) {
        return Ok(bytes.to_vec());
    }
    let system = |e: io::Error| IoError::system(path, "read", e);
    let (mut file, meta) = open(path).map_err(system)?;
    if let Some(meta) = &meta {
        ledger::reading(path, meta, role)?;
    }
    let is_file = !is_standard_input(path) && meta.as_ref().is_some_and(Metadata::is_file);
    let expected = if is_file { meta.map_or(0, |m| m.len()) } else { 0 };
    let allowed = if is_file { limit.bytes } else { limit.bytes / 16 };
    let too_large = |needs| IoError::TooLarge { file: path.to_path_buf(), needs, limit: allowed };
    if expected > allowed {
        return Err(too_large(expected));
    }
    let mut bytes = Vec::new();
    let reserve = usize::try_from(expected).unwrap_or(usize::MAX);
    if bytes.try_reserve_exact(reserve.saturating_add(1)).is_err() {
        return Err(too_large(expected));
    }
    // One byte beyond the limit tells a file that is too long from one that just fits.
    let mut reader = file.as_mut().take(allowed.saturating_add(1));
    reader.read_to_end(&mut bytes).map_err(system)?;
    if bytes.len() as u64 > allowed {
        return Err(too_large(bytes.len() as u64));
    }
    if !is_file {
        keep(path, &bytes);
    }
    ending::seen(path, &bytes);
    Ok(bytes)
}

/// The bytes of a file or stream; its ending is known afterwards, if its content tells it.
///
/// # Errors
/// The system's; [`IoError::TooLarge`].
pub fn read_bytes(path: &Path, limit: ReadLimit) -> Result<Vec<u8>, IoError> {
    read_file(path, limit)
}

/// Whether a path is the `-` that stands for standard input. A file called so is `./-`.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file or a stream to read, and what the system says of it.
fn open(path: &Path) -> io::Result<(Box<dyn Read>, Option<Metadata>)> {
    if !is_standard_input(path) {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        return Ok((Box::new(file), Some(meta)));
    }
    // The stream as it stands: what a shell has read of it before is gone.
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let meta = file.metadata()?;
        if meta.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok((Box::new(file), Some(meta)))
    }
    #[cfg(not(unix))]
    Ok((Box::new(io::stdin()), None))
}

/// What came through streams, which give it once only: some files are looked at first, and then
/// read.
static STREAMS: Mutex<Vec<(PathBuf, Arc<Vec<u8>>)>> = Mutex::new(Vec::new());

fn kept(path: &Path) -> Option<Arc<Vec<u8>>> {
    let streams = STREAMS.lock().unwrap_or_else(PoisonError::into_inner);
    streams.iter().find(|s| s.0 == path).map(|s| s.1.clone())
}

/// A stream is kept by programs that do one job ([`ledger::begin`]); others may read what comes
/// next.
fn keep(path: &Path, bytes: &[u8]) {
    if ledger::has_begun() {
        let mut streams = STREAMS.lock().unwrap_or_else(PoisonError::into_inner);
        streams.push((path.to_path_buf(), Arc::new(bytes.to_vec())));
    }
}

/// Refuses text in units of 16 bits, as some programs write it: by its byte order mark, or by a
/// zero byte in each of the first characters.
pub(super) fn refuse_utf16(path: &Path, bytes: &[u8]) -> Result<(), IoError> {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |start: usize| head.len() >= 8 && head.iter().skip(start).step_by(2).all(|&b| b == 0);
    let marked = [b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| head.starts_with(*mark));
    // A binary file may begin with zeros of both kinds.
    if marked || zeros(0) != zeros(1) {
        return Err(IoError::content(path, "is text in UTF-16; save it as UTF-8 (or plain text) and try again"));
    }
    Ok(())
}

/// SHA-256 of some bytes in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}"); // writing to a String cannot fail
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_named() {
        let wide = |text: &str, little: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
        };
        for little in [true, false] {
            for text in ["\u{feff}x,y\n", "x,y\n0,1\n"] {
                let e = refuse_utf16(Path::new("a.csv"), &wide(text, little)).unwrap_err().to_string();
                assert_eq!(e, "a.csv: is text in UTF-16; save it as UTF-8 (or plain text) and try again");
            }
        }
        assert!(refuse_utf16(Path::new("a.csv"), b"0.5,1\n").is_ok() && refuse_utf16(Path::new("a"), &[0; 84]).is_ok());
    }
}
