//! Memory from the system, with a word about how it is used.
//!
//! Arrays of a large problem come and go with every phase of a step. Given back at once they keep
//! the peak low, but each fresh page of four kilobytes then costs a call of the system's fault
//! handler: 17 % of the time at 1e7 sites. Linux serves pages of two megabytes instead where it is
//! asked to; where it is set not to, or on other systems, nothing changes.
//!
//! With a limit ([`limit_to`]) the bytes that are held are counted, those of GMP's numbers too, and
//! the program ends in words before they pass it. That is the last line: what a phase will need is
//! asked before it begins (`limits.rs`).
//!
//! Without a limit of ours the system may have one (`ulimit -v`, a container). Rust and GMP would
//! abort there, which looks like a crash to whoever started the program; here it ends in words,
//! too.

// An allocator and advice about memory cannot be had without.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::io::Write;
use std::sync::atomic::{AtomicIsize, AtomicU64, Ordering};

/// Exit status when a limit is met, as in `failure.rs`: this file is part of a benchmark, too.
const STATUS: libc::c_int = 4;

/// Arrays of at least this size go back to the system as soon as they are freed: those of 5e5
/// doubles and more, which get large pages, too.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK: libc::c_int = 4 << 20;

/// Free memory that may lie at the end of the heap before it is given back, and what the heap grows
/// by at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: [libc::c_int; 2] = [64 << 20, 8 << 20];

/// Asks glibc to give large arrays back at once and to keep the others. By itself it raises the
/// threshold with the sizes it has seen, keeps what was freed between the solver's phases, whose
/// arrays do not fit each other's holes, and gives back whatever lies at the end of the heap. Fresh
/// pages are cleared by the system: at 1e5 sites those of small arrays took a tenth of the time,
/// and with 128 KiB kept at the end of the heap, as is usual, there were 30,000 of them in place of
/// 10,000.
pub fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: calls with two numbers, before any other thread exists; they touch nothing but the
    // allocator's parameters. If one is refused, memory is as it was.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, GIVEN_BACK);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT[0]);
        libc::mallopt(libc::M_TOP_PAD, KEPT[1]);
    }
}

/// The system's allocator, which asks for large pages under large arrays.
pub struct LargePages;

/// Arrays from this size on get large pages: two of them or more.
#[cfg(target_os = "linux")]
const LARGE: usize = 4 << 20;

/// Least page.
#[cfg(target_os = "linux")]
const PAGE: usize = 4096;

/// Bytes that may be held; 0: not counted.
static LIMIT: AtomicIsize = AtomicIsize::new(0);

/// Bytes held, of those that were taken since a limit was set. What was there before may be given
/// back, so it may fall below 0.
static HELD: AtomicIsize = AtomicIsize::new(0);

/// The limit as people gave it.
static GIVEN: AtomicU64 = AtomicU64::new(0);

/// All bytes taken since then, whether they were given back or not.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// How often the system is asked what the process really has: whenever this share of the limit has
/// been taken. Free memory between small arrays is in no count of ours (a surface of 1e6 triangles:
/// a third of the whole).
const ASKED: u64 = 64;

/// What a limit leaves for the program itself, its threads, and pages that an allocator keeps
/// between arrays that are in use: 8 MiB, and an eighth (measured: `bench/limits.py`).
const OWN: u64 = 8 << 20;

/// Less than this is no use to any command, and refused before by what it asks for.
const LEAST: u64 = 8 << 20;

/// From now on at most so many bytes are held, or the program ends with the exit code of a limit.
pub fn limit_to(bytes: u64) {
    let counted = (bytes - bytes / 8).saturating_sub(OWN).max(LEAST);
    GIVEN.store(bytes, Ordering::Relaxed);
    LIMIT.store(isize::try_from(counted).unwrap_or(isize::MAX), Ordering::Relaxed);
    keep_less(bytes);
}

/// Memory of big numbers is taken here, too.
///
/// To be called before the first number of GMP is made: those that follow are freed by the
/// functions set here.
pub fn serve_numbers() {
    // SAFETY: no number exists yet, and the functions do what GMP asks of them: they go to the C
    // library with a count beside.
    unsafe { gmp_mpfr_sys::gmp::set_memory_functions(Some(number_alloc), Some(number_realloc), Some(number_free)) };
}

/// Free memory counts for the limit too: less of it is kept, and smaller arrays are given back at
/// once.
fn keep_less(bytes: u64) {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: as in `keep_little`.
    unsafe {
        let share = |part: u64, most: libc::c_int| (bytes / part).clamp(128 << 10, most as u64) as libc::c_int;
        libc::mallopt(libc::M_MMAP_THRESHOLD, share(256, GIVEN_BACK));
        libc::mallopt(libc::M_TRIM_THRESHOLD, share(64, KEPT[0]));
        libc::mallopt(libc::M_TOP_PAD, share(64, KEPT[1]));
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let _ = bytes;
}

/// Counts bytes that are about to be taken; ends the program where they are too many.
#[inline(always)]
fn take(size: usize) {
    let limit = LIMIT.load(Ordering::Relaxed);
    if limit != 0 {
        count(size, limit);
    }
}

fn count(size: usize, limit: isize) {
    if HELD.fetch_add(size as isize, Ordering::Relaxed).saturating_add(size as isize) > limit {
        refuse();
    }
    let (given, before) = (GIVEN.load(Ordering::Relaxed), TAKEN.fetch_add(size as u64, Ordering::Relaxed));
    let step = (given / ASKED).max(1);
    // Not nearer than a sixteenth: what is taken between two questions comes on top.
    let most = given - given / 16;
    if before / step != (before + size as u64) / step && resident() > most.max(LEAST + OWN) {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        // SAFETY: gives free memory back; no lock of the allocator is held here.
        unsafe {
            libc::malloc_trim(0);
        }
        if resident() > most {
            refuse();
        }
    }
}

/// Memory that the process has in bytes, without taking any; 0 where the system does not tell.
fn resident() -> u64 {
    #[cfg(target_os = "linux")]
    {
        let mut text = [0u8; 128];
        // SAFETY: a file of the system is read into a buffer of that length.
        let length = unsafe {
            let file = libc::open(c"/proc/self/statm".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
            let length = if file < 0 { 0 } else { libc::read(file, text.as_mut_ptr().cast(), text.len()) };
            libc::close(file);
            length
        };
        let text = text.get(..usize::try_from(length).unwrap_or(0)).unwrap_or_default();
        let pages = std::str::from_utf8(text).ok().and_then(|t| t.split(' ').nth(1)?.parse::<u64>().ok());
        pages.unwrap_or(0) * PAGE as u64
    }
    #[cfg(not(target_os = "linux"))]
    0
}

#[inline(always)]
fn give(size: usize) {
    if LIMIT.load(Ordering::Relaxed) != 0 {
        HELD.fetch_sub(size as isize, Ordering::Relaxed);
    }
}

/// The limit given is met.
#[cold]
fn refuse() -> ! {
    let limit = GIVEN.load(Ordering::Relaxed) >> 20;
    end(format_args!("needs more memory than the limit of {limit} MiB; raise --max-memory if that is meant"))
}

/// The system refuses so many bytes.
#[cold]
fn refused(size: usize) -> ! {
    let more = size.div_ceil(1 << 20);
    end(format_args!(
        "the system refuses {more} MiB more of memory; see its limit for programs (ulimit -v), free some, or make the \
         problem smaller"
    ))
}

/// Says so and ends, without memory: an allocator may not unwind. Files that are being written have
/// no name yet.
fn end(what: std::fmt::Arguments) -> ! {
    let mut line = [0u8; 160];
    let mut rest = &mut line[..];
    let _ = writeln!(rest, "error: {what}");
    let length = 160 - rest.len();
    // SAFETY: `line` holds so many bytes; `_exit` ends the process at once, whatever other threads
    // do.
    unsafe {
        libc::write(2, line.as_ptr().cast(), length as _);
        libc::_exit(STATUS)
    }
}

extern "C" fn number_alloc(size: usize) -> *mut c_void {
    take(size);
    // SAFETY: the C library's own contract.
    let at = unsafe { libc::malloc(size) };
    if at.is_null() { refused(size) } else { at }
}

extern "C" fn number_realloc(at: *mut c_void, before: usize, size: usize) -> *mut c_void {
    take(size);
    give(before);
    // SAFETY: `at` came from `malloc` or `realloc`.
    let at = unsafe { libc::realloc(at, size) };
    if at.is_null() { refused(size) } else { at }
}

extern "C" fn number_free(at: *mut c_void, size: usize) {
    give(size);
    // SAFETY: `at` came from `malloc` or `realloc`.
    unsafe { libc::free(at) }
}

// SAFETY: all calls go to `System` as they are, and what it returns is returned. `take`, `give` and
// `advise` neither read nor write memory that is handed out, and none of them unwinds.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller's promise is the one that `System` asks for; so below.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as above.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size.saturating_sub(layout.size()));
        give(layout.size().saturating_sub(size));
        // SAFETY: as above.
        given(unsafe { System.realloc(at, layout, size) }, size)
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        give(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

/// What the system gave, if it did.
#[inline(always)]
fn given(at: *mut u8, size: usize) -> *mut u8 {
    if at.is_null() {
        refused(size);
    }
    advise(at, size)
}

/// Tells Linux that large pages would do well here. It may refuse; then pages are as they were.
#[cfg(target_os = "linux")]
fn advise(at: *mut u8, size: usize) -> *mut u8 {
    if size >= LARGE {
        // All pages that hold some of it: an array with a mapping of its own fills that from just
        // behind its header to the last page, and a mapping advised as a whole stays in one piece,
        // which can grow without being copied.
        let begin = at as usize / PAGE * PAGE;
        let length = (at as usize + size).next_multiple_of(PAGE) - begin;
        // SAFETY: advice for pages that hold this array; it changes no content, whatever else lies
        // on the first and the last of them.
        unsafe { libc::madvise(begin as *mut libc::c_void, length, libc::MADV_HUGEPAGE) };
    }
    at
}

#[cfg(not(target_os = "linux"))]
fn advise(at: *mut u8, _size: usize) -> *mut u8 {
    at
}
