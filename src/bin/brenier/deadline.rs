//! The time limit: a command is asked to stop, and ended where it does not.
//!
//! The solver looks at the clock between its steps. Everything else (reading, the patches of an
//! image, one long step, the last diagram) is held to the limit from outside: one thread sleeps
//! until the time is over, and ends the program. That bounds every loop, those of other crates too,
//! and asks nothing of them. Files appear whole or not at all, so ending at any instant is safe.
//!
//! A command that can stop by itself has a little longer, [`grace`]: its best state is worth more
//! than an error. If it is in the middle of a long step even then, the state before that step is
//! kept as a checkpoint.

use crate::console;
use crate::failure::{Failure, code};
use crate::outputs;
use brenier::io::abandon;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Writes down what is worth keeping, and tells where it is; `None` if there is nothing yet.
pub type Keep = Box<dyn Fn() -> Option<String> + Send>;

/// What ends when the time is over.
enum Work {
    /// Nothing that is worth waiting for.
    Any,
    /// Something that looks at the clock by itself.
    Polite(Option<Keep>),
    /// A result is found and being written.
    Written,
}

static WORK: Mutex<Work> = Mutex::new(Work::Any);

fn work() -> MutexGuard<'static, Work> {
    WORK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How much longer a polite command may take: a second and a quarter of its time.
fn grace(time: Duration) -> Duration {
    Duration::from_secs(1) + time / 4
}

/// Ends the program when the time is over.
pub fn end_after(time: Option<Duration>) -> Result<(), Failure> {
    let Some(time) = time else { return Ok(()) };
    let watch = move || {
        std::thread::sleep(time);
        if matches!(*work(), Work::Polite(_)) {
            std::thread::sleep(grace(time));
        }
        // Held until the end of the program: nothing begins to be written any more.
        let work = work();
        let why = match &*work {
            Work::Written => return,
            Work::Any => format!("time limit reached; {} (--time-limit)", outputs::told()),
            Work::Polite(keep) => match keep.as_ref().and_then(|keep| keep()) {
                Some(kept) => format!("time limit reached in the middle of a step; {kept}"),
                None => "time limit reached before there was anything to write (--time-limit)".to_string(),
            },
        };
        abandon();
        console::error(&why);
        std::process::exit(i32::from(code::LIMIT));
    };
    let started = std::thread::Builder::new().name("deadline".into()).spawn(watch);
    started.map(drop).map_err(|e| Failure::new(code::LIMIT, format!("cannot start a thread for --time-limit: {e}")))
}

/// From now on the command looks at the clock by itself; `keep` is called if it does not stop in
/// time.
pub fn be_polite(keep: Option<Keep>) {
    *work() = Work::Polite(keep);
}

/// The result is there: writing it is not cut off.
pub fn be_written() {
    *work() = Work::Written;
}
