//! Memory from the system, with a word about how it is used.
//!
//! Arrays of a large problem come and go with every phase of a step. Given back at once they keep the peak low, but each fresh page of
//! four kilobytes then costs a call of the system's fault handler: 17 % of the time at 1e7 sites. Linux serves pages of two
//! megabytes instead where it is asked to; where it is set not to, or on other systems, nothing changes.

// An allocator and advice about memory cannot be had without.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};

/// Arrays of at least this size go back to the system as soon as they are freed: those of 5e5 doubles and more, which get large pages, too.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GIVEN_BACK: libc::c_int = 4 << 20;

/// Free memory that may lie at the end of the heap before it is given back, and what the heap grows by at once.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT: [libc::c_int; 2] = [64 << 20, 8 << 20];

/// Asks glibc to give large arrays back at once and to keep the others. By itself it raises the threshold with the sizes it has seen, keeps
/// what was freed between the solver's phases, whose arrays do not fit each other's holes, and gives back whatever lies at the end of the
/// heap. Fresh pages are cleared by the system: at 1e5 sites those of small arrays took a tenth of the time, and with 128 KiB kept at
/// the end of the heap, as is usual, there were 30,000 of them in place of 10,000.
pub fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: calls with two numbers, before any other thread exists; they touch nothing but the allocator's parameters.
    // If one is refused, memory is as it was.
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

// SAFETY: all calls go to `System` as they are, and what it returns is returned. `advise` neither reads nor writes memory.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the one that `System` asks for; so below.
        advise(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        advise(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        advise(unsafe { System.realloc(at, layout, size) }, size)
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Tells Linux that large pages would do well here. It may refuse; then pages are as they were.
#[cfg(target_os = "linux")]
fn advise(at: *mut u8, size: usize) -> *mut u8 {
    if size >= LARGE && !at.is_null() {
        // All pages that hold some of it: an array with a mapping of its own fills that from just behind its header to the last page, and
        // a mapping advised as a whole stays in one piece, which can grow without being copied.
        let begin = at as usize / PAGE * PAGE;
        let length = (at as usize + size).next_multiple_of(PAGE) - begin;
        // SAFETY: advice for pages that hold this array; it changes no content, whatever else lies on the first and the last of them.
        unsafe { libc::madvise(begin as *mut libc::c_void, length, libc::MADV_HUGEPAGE) };
    }
    at
}

#[cfg(not(target_os = "linux"))]
fn advise(at: *mut u8, _size: usize) -> *mut u8 {
    at
}
