//! What a run reads and writes, so that no output takes the place of an input or of another output.
//!
//! Every file is read by one function (`read.rs`) and written by one type (`atomic.rs`); both ask
//! here. A program that does one job names its outputs before it reads anything ([`begin`]). From
//! then on a file that is to be written is not read, and a file that was read, or that a file that
//! was read names, is not written. Files are compared by device and inode, outputs that are not
//! there yet by their folder and name. Nothing is asked of programs that never call [`begin`]: they
//! may read a file and write it anew.

use super::error::IoError;
use super::place::{Identity, Place};
use super::temporary;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Content that must not be lost.
    Data,
    /// The state of a solver: the next one may take its place.
    State,
}

/// An output as it was named, and where that leads.
struct Output {
    path: PathBuf,
    place: Place,
    role: Role,
}

impl Output {
    fn identity(&self) -> Option<Identity> {
        Identity::of(&self.path, &self.place.metadata()?)
    }
}

#[derive(Default)]
struct Ledger {
    begun: bool,
    outputs: Vec<Output>,
    inputs: Vec<(Identity, Role)>,
    written: Vec<PathBuf>,
}

static LEDGER: Mutex<Ledger> =
    Mutex::new(Ledger { begun: false, outputs: Vec::new(), inputs: Vec::new(), written: Vec::new() });

fn ledger() -> MutexGuard<'static, Ledger> {
    // The lists are whole after every statement.
    LEDGER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lost(path: &Path) -> IoError {
    IoError::Taken { file: path.to_path_buf(), what: "is an input and would be overwritten" }
}

/// Whether this program does one job, whose outputs it has named.
pub(super) fn has_begun() -> bool {
    ledger().begun
}

/// Two roles under which one file may be read and written.
fn both_state(a: Role, b: Role) -> bool {
    a == Role::State && b == Role::State
}

/// Begins to keep what is read: a file that is read from now on is not written. May be called again
/// with more outputs.
///
/// Each output is tried: its folder takes files and it is no folder itself. Nothing is left by the
/// trial.
///
/// # Errors
/// [`IoError::Taken`] if an output is an input or is named twice; the system's, of the first output
/// that cannot be written.
pub fn begin(outputs: &[(&Path, Role)]) -> Result<(), IoError> {
    let mut ledger = ledger();
    ledger.begun = true;
    for &(path, role) in outputs {
        let place = Place::of(path).map_err(|e| IoError::system(path, "write", e))?;
        let output = Output { path: path.to_path_buf(), place, role };
        let identity = output.identity();
        if identity.as_ref().is_some_and(|id| ledger.reads(id, role)) {
            return Err(lost(path));
        }
        let same = |other: &Output| match (&output.place, &other.place) {
            // Devices hold nothing that the other could spoil.
            (Place::Device(_), _) | (_, Place::Device(_)) => false,
            (a, b) => a == b || (identity.is_some() && identity == other.identity()),
        };
        if ledger.outputs.iter().any(same) {
            return Err(IoError::Taken { file: path.to_path_buf(), what: "is named for two outputs" });
        }
        try_out(&output)?;
        ledger.outputs.push(output);
    }
    Ok(())
}

/// The format of a solver's state, as its file says it in the first line.
pub(super) const STATE: &str = "brenier/checkpoint";

/// Does a file that is there hold anything but a solver's state? One that is empty holds nothing.
fn holds_other(path: &Path) -> bool {
    // The first line of a state is `{"format": "...",`.
    let mut begin = [0u8; 64];
    let read = File::open(path).and_then(|mut file| file.read(&mut begin));
    let is_state = |n: usize| begin[..n].windows(STATE.len()).any(|w| w == STATE.as_bytes());
    read.is_ok_and(|n| n > 0 && !is_state(n))
}

/// Whether an output can be written, as far as can be known without writing it.
fn try_out(output: &Output) -> Result<(), IoError> {
    let system = |e| IoError::system(&output.path, "write", e);
    match &output.place {
        // A state is written now and then, unasked: it takes no other file's place.
        Place::File(path) if output.role == Role::State && holds_other(path) => {
            Err(IoError::Taken { file: output.path.clone(), what: "holds something that is no state of the solver" })
        }
        Place::File(path) => temporary::try_beside(path).map_err(system),
        #[cfg(unix)]
        Place::Device(path) => {
            use std::os::unix::fs::FileTypeExt;
            // Opening a pipe would wait for its reader.
            let opens = output.place.metadata().is_some_and(|m| m.file_type().is_char_device());
            let open = || OpenOptions::new().append(true).open(path);
            if opens { open().map(drop).map_err(system) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

impl Ledger {
    fn reads(&self, identity: &Identity, role: Role) -> bool {
        self.inputs.iter().any(|(id, how)| id == identity && !both_state(*how, role))
    }

    fn read(&mut self, identity: Identity, role: Role) -> Result<(), IoError> {
        let hit = |o: &&Output| !both_state(o.role, role) && o.identity().as_ref() == Some(&identity);
        if let Some(output) = self.outputs.iter().find(hit) {
            return Err(lost(&output.path));
        }
        if !self.inputs.contains(&(identity.clone(), role)) {
            self.inputs.push((identity, role));
        }
        Ok(())
    }
}

/// A file is about to be read.
pub(super) fn reading(path: &Path, meta: &Metadata, role: Role) -> Result<(), IoError> {
    let mut ledger = ledger();
    match Identity::of(path, meta) {
        Some(identity) if ledger.begun => ledger.read(identity, role),
        _ => Ok(()),
    }
}

/// A file that was read names this one: without it the other would be worth nothing. It need not be
/// there.
pub(super) fn naming(path: &Path) -> Result<(), IoError> {
    match std::fs::metadata(path) {
        Ok(meta) => reading(path, &meta, Role::Data),
        Err(_) => Ok(()),
    }
}

/// A file will be read, by another process: nothing of this run is written over it.
///
/// # Errors
/// [`IoError::Taken`] if it is named as an output.
pub fn will_be_read(path: &Path) -> Result<(), IoError> {
    naming(path)
}

/// A file is about to be written.
pub(super) fn writing(path: &Path, place: &Place, role: Role) -> Result<(), IoError> {
    let ledger = ledger();
    let identity = place.metadata().and_then(|meta| Identity::of(path, &meta));
    match identity {
        Some(identity) if ledger.begun && ledger.reads(&identity, role) => Err(lost(path)),
        _ => Ok(()),
    }
}

/// Whether this run has read a file, or a file that names it.
pub(super) fn is_input(path: &Path) -> bool {
    let identity = std::fs::metadata(path).ok().and_then(|meta| Identity::of(path, &meta));
    identity.is_some_and(|id| ledger().reads(&id, Role::Data))
}

/// Something is to be seen under a name now, or has begun to go into a stream.
pub(super) fn wrote(path: &Path) {
    let mut ledger = ledger();
    if ledger.begun && !ledger.written.iter().any(|p| p == path) {
        ledger.written.push(path.to_path_buf());
    }
}

/// Files that were written since [`begin`], and streams into which something went, in this order.
pub fn written() -> Vec<PathBuf> {
    ledger().written.clone()
}

/// Whether a path is that of a file, there or to come: no device, no pipe, no stream.
pub fn is_file(path: &Path) -> bool {
    matches!(Place::of(path), Ok(Place::File(_)))
}

/// Whether what is written to a path goes to standard output.
pub fn is_standard_output(path: &Path) -> bool {
    matches!(Place::of(path), Ok(Place::Stream(1)))
}

/// Whether a file that was read can be read again under its name: no pipe, nothing that has been
/// removed.
pub fn is_readable_again(path: &Path) -> bool {
    // Its status alone is asked for: opening a pipe would wait for its writer.
    let open = std::fs::metadata(path).ok();
    let named = path.canonicalize().and_then(std::fs::metadata).ok();
    match (open, named) {
        (Some(a), Some(b)) => a.is_file() && Identity::of(path, &a) == Identity::of(path, &b),
        _ => false,
    }
}
