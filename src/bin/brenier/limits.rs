//! Threads and memory.

use crate::args::Common;
use crate::console;
use crate::failure::{Failure, code};
use brenier::io::{ReadLimit, bytes_text};
use std::path::Path;
use std::time::Duration;

/// Bytes a solve needs per site, input included (measured: 545 at 1e5 sites, 415 at 1e6, 405 at 1e7).
const BYTES_PER_SITE: u64 = 500;

/// Sets the size of the thread pool.
pub fn set_threads(threads: Option<u16>) -> Result<(), Failure> {
    let Some(n) = threads else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(n.into())
        .build_global()
        .map_err(|e| Failure::new(code::INTERNAL, format!("cannot start {n} threads: {e}")))
}

/// How large a file may be read.
pub fn read_limit(common: &Common) -> ReadLimit {
    match common.max_memory {
        Some(bytes) => ReadLimit { bytes },
        None => ReadLimit::default(),
    }
}

/// Refuses a problem whose solution would not fit, before anything of that size is allocated.
pub fn check_memory(common: &Common, file: &Path, sites: usize) -> Result<(), Failure> {
    let Some(limit) = common.max_memory else {
        return Ok(());
    };
    let needs = (sites as u64).saturating_mul(BYTES_PER_SITE);
    if needs <= limit {
        return Ok(());
    }
    let (needs, limit) = (bytes_text(needs), bytes_text(limit));
    Err(Failure::new(
        code::LIMIT,
        format!("{}: needs about {needs}, limit {limit}; raise --max-memory if that is meant", file.display()),
    ))
}

/// Ends the program when the time is over, for commands that have no state worth keeping. Files appear whole or not at
/// all, so ending at any instant is safe.
pub fn end_after(time: Option<Duration>) {
    let Some(time) = time else { return };
    std::thread::spawn(move || {
        std::thread::sleep(time);
        console::error("time limit reached; nothing was written (--time-limit)");
        std::process::exit(i32::from(code::LIMIT));
    });
}

/// Peak resident memory of this process in bytes, 0 where the system does not tell.
pub fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let number = line.and_then(|l| l.trim().strip_suffix("kB"));
    number.and_then(|n| n.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}
