//! Where reports go: to standard output, unless a result goes there.

use crate::failure::{Failure, of_stdout};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a result goes to standard output, so that nothing else may.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// From now on reports go to standard error.
pub fn leave_standard_output() {
    TAKEN.store(true, Ordering::Relaxed);
}

/// Prints text on standard output, or where reports go.
pub fn say(text: &str) -> Result<(), Failure> {
    if TAKEN.load(Ordering::Relaxed) {
        let _ = std::io::stderr().write_all(text.as_bytes());
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| of_stdout(&e))
}
