//! Work without the interpreter's lock, in threads of our own, while the one who asked goes on
//! hearing signals.

use crate::errors::{panicked, wrong};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

/// So long signals may wait. A work that is done is noticed at once.
const PATIENCE: Duration = Duration::from_millis(20);

/// So long one who asked to stop waits for the work to end in good order.
const FAREWELL: Duration = Duration::from_millis(50);

/// More threads than any machine has cores.
const MOST_THREADS: usize = 4096;

/// Pools by the process that made them, and their number of threads.
static POOLS: Mutex<Vec<(u32, usize, Arc<ThreadPool>)>> = Mutex::new(Vec::new());

/// The pool of so many threads; of as many as there are cores. A process that was forked has none
/// of its parent's threads, so it makes its own. Called with the interpreter's lock only, which
/// whoever forks holds: the list is never caught half changed.
fn pool(threads: Option<usize>) -> PyResult<Arc<ThreadPool>> {
    let threads = threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    if !(1..=MOST_THREADS).contains(&threads) {
        return Err(wrong(format!("threads is {threads}; give a number from 1 to {MOST_THREADS}")));
    }
    let own = std::process::id();
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let gone = pools.extract_if(.., |pool| pool.0 != own);
    // Their threads are not here to be ended.
    gone.for_each(std::mem::forget);
    if let Some(known) = pools.iter().find(|pool| pool.1 == threads) {
        return Ok(known.2.clone());
    }
    let made = ThreadPoolBuilder::new().num_threads(threads).thread_name(|k| format!("brenier-{k}")).build();
    let made = Arc::new(made.map_err(|e| wrong(format!("cannot start {threads} threads: {e}; give fewer")))?);
    pools.push((own, threads, made.clone()));
    Ok(made)
}

/// Asks a work to stop.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A work under way.
pub struct Work<R> {
    done: Receiver<std::thread::Result<R>>,
    stop: Stop,
}

/// Begins a work.
pub fn begin<R: Send + 'static>(
    threads: Option<usize>,
    work: impl FnOnce(&Stop) -> R + Send + 'static,
) -> PyResult<Work<R>> {
    let (send, done) = channel();
    let stop = Stop::default();
    let asked = stop.clone();
    pool(threads)?.spawn(move || {
        // Nobody listens any more, if the asker was interrupted.
        let _ = send.send(catch_unwind(AssertUnwindSafe(|| work(&asked))));
    });
    Ok(Work { done, stop })
}

/// How a work ended.
pub enum End<R> {
    Done(R),
    /// The asker was interrupted, by this exception; with the result, if the work stopped soon
    /// enough.
    Interrupted(PyErr, Option<R>),
}

impl<R: Send + 'static> Work<R> {
    /// Waits, without the lock, for the end, for a signal, or for `cancel.is_set()`, which asks the
    /// work to stop.
    pub fn wait(self, py: Python<'_>, cancel: Option<&Bound<'_, PyAny>>) -> PyResult<End<R>> {
        // A receiver may move between threads, but not be shared; nobody shares this one.
        let done = Mutex::new(self.done);
        let hear = |patience| py.detach(|| done.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(patience));
        loop {
            match hear(PATIENCE) {
                Ok(Ok(result)) => return Ok(End::Done(result)),
                Ok(Err(panic)) => return Err(panicked(panic)),
                Err(RecvTimeoutError::Disconnected) => return Err(panicked(Box::new("a thread was lost"))),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let heard = py.check_signals().and_then(|()| match cancel {
                Some(cancel) if !self.stop.is_asked() => cancel.call_method0("is_set")?.is_truthy(),
                _ => Ok(false),
            });
            match heard {
                Ok(false) => {}
                Ok(true) => self.stop.ask(),
                Err(e) => {
                    self.stop.ask();
                    let result = hear(FAREWELL).ok().and_then(Result::ok);
                    return Ok(End::Interrupted(e, result));
                }
            }
        }
    }
}

/// Does a work that is not asked to stop; one who is interrupted leaves it behind.
pub fn does<R: Send + 'static>(
    py: Python<'_>,
    threads: Option<usize>,
    work: impl FnOnce() -> R + Send + 'static,
) -> PyResult<R> {
    match begin(threads, |_| work())?.wait(py, None)? {
        End::Done(result) => Ok(result),
        End::Interrupted(e, _) => Err(e),
    }
}
