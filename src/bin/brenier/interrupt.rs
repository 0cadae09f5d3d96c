//! Ctrl-C and termination: the first one asks the solver to stop, the second one ends the program
//! at once.

use crate::failure::code;
use crate::scarcity;
use brenier::io::abandon;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// Whether something is running that stops by itself when asked.
static POLITE: AtomicBool = AtomicBool::new(false);
static REQUESTS: AtomicU8 = AtomicU8::new(0);

/// Starts listening. A hangup that the caller has told this program to ignore (`nohup`) it goes on
/// to ignore, and a file that grows too large (`ulimit -f`) is an error like a full disk, not the
/// end.
pub fn install() {
    let stays = signals::hangup_ignored();
    let done = ctrlc::set_handler(|| {
        let first = REQUESTS.fetch_add(1, Ordering::SeqCst) == 0;
        if !(first && POLITE.load(Ordering::SeqCst)) {
            abandon();
            std::process::exit(i32::from(code::INTERRUPTED));
        }
    });
    if done.is_err() {
        // The system refuses a thread: nobody hears the signals, so that they must do what they
        // usually do.
        scarcity::refused();
        signals::reset();
    }
    if stays {
        signals::ignore_hangup();
    }
}

/// From now on until the end, requests are answered by [`requested`].
pub fn be_polite() {
    POLITE.store(true, Ordering::SeqCst);
}

/// Whether somebody asked to stop.
pub fn requested() -> bool {
    REQUESTS.load(Ordering::SeqCst) > 0
}

/// What signals do, which the standard library leaves to the system.
#[cfg(unix)]
#[allow(unsafe_code)]
mod signals {
    use libc::{SIG_DFL, SIG_IGN, SIGHUP, SIGINT, SIGTERM, SIGXFSZ, signal};

    /// Whether the hangup of the terminal is ignored. From now on no file is too large for this
    /// program to go on.
    pub fn hangup_ignored() -> bool {
        // SAFETY: no handlers are set, only what the system does by itself; this comes before other
        // threads.
        unsafe {
            signal(SIGXFSZ, SIG_IGN);
            signal(SIGHUP, SIG_IGN) == SIG_IGN
        }
    }

    /// Ignores it again.
    pub fn ignore_hangup() {
        // SAFETY: as above.
        unsafe { signal(SIGHUP, SIG_IGN) };
    }

    /// Lets them end the program.
    pub fn reset() {
        // SAFETY: as above.
        for number in [SIGHUP, SIGINT, SIGTERM] {
            unsafe { signal(number, SIG_DFL) };
        }
    }
}

#[cfg(not(unix))]
mod signals {
    pub fn hangup_ignored() -> bool {
        false
    }
    pub fn ignore_hangup() {}
    pub fn reset() {}
}
