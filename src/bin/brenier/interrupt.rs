//! Ctrl-C and termination: the first one asks the solver to stop, the second one ends the program at once.

use crate::failure::{Failure, code};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Whether something is running that stops by itself when asked.
static POLITE: AtomicBool = AtomicBool::new(false);
static REQUESTS: AtomicU8 = AtomicU8::new(0);

/// Starts listening.
pub fn install() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        let first = REQUESTS.fetch_add(1, Ordering::SeqCst) == 0;
        if !(first && POLITE.load(Ordering::SeqCst)) {
            std::process::exit(i32::from(code::INTERRUPTED));
        }
    })
    .map_err(|e| Failure::new(code::INTERNAL, format!("cannot listen for Ctrl-C: {e}")))
}

/// From now on until the end, requests are answered by [`requested`].
pub fn be_polite() {
    POLITE.store(true, Ordering::SeqCst);
}

/// Whether somebody asked to stop.
pub fn requested() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 0
}
