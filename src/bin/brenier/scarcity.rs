//! Threads that the system refuses.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the system has refused a thread.
static SCARCE: AtomicBool = AtomicBool::new(false);

/// Whether the system has refused a thread: then none is started that can be done without.
pub fn are_scarce() -> bool {
    SCARCE.load(Ordering::Relaxed)
}

/// The system has refused a thread.
pub fn refused() {
    SCARCE.store(true, Ordering::Relaxed);
}
