//! The threads of a run, also where the system refuses them.

use crate::args::Common;
use crate::console;
use crate::failure::{Failure, code};
use crate::scarcity::{are_scarce, refused};
use std::sync::Mutex;
use std::thread::{Builder, available_parallelism, scope};

/// Starts the threads that work: as many as wanted, or as many as there can be; the first one alone
/// needs no other.
///
/// The pool can be made once only and is lost if one of its threads is refused, so that as many
/// threads are started and ended first.
pub fn start(common: &Common) -> Result<(), Failure> {
    let wanted = common.threads.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from);
    // A pool of one has a thread of its own, too, as long as there can be one.
    let had = at_once(wanted);
    if had < wanted {
        refused();
        if wanted > 1 {
            console::warn(common, &[format!("the system refuses {wanted} threads; {} at work", had.max(1))]);
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(had.max(1));
    let pool = if had <= 1 && are_scarce() { pool.use_current_thread() } else { pool };
    let told = |e| format!("cannot start threads: {e}; see the limits of processes and memory (ulimit -u, ulimit -v)");
    pool.build_global().map_err(|e| Failure::new(code::LIMIT, told(e)))
}

/// How many threads of `wanted` there can be at once.
fn at_once(wanted: usize) -> usize {
    let gate = Mutex::new(());
    let wait = || drop(gate.lock());
    scope(|scope| {
        // Each waits until all have begun.
        let closed = gate.lock();
        let threads: Vec<_> = (0..wanted).map_while(|_| Builder::new().spawn_scoped(scope, wait).ok()).collect();
        drop(closed);
        threads.len()
    })
}
