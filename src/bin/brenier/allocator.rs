//! Memory from the system, with a word about how it is used.
//!
//! Arrays of a large problem come and go with every phase of a step. Given back at once they keep the peak low, but each fresh page of
//! four kilobytes then costs a call of the system's fault handler: 17 % of the time at 1e7 sites. Linux serves pages of two
//! megabytes instead where it is asked to; where it is set not to, or on other systems, nothing changes.

// An allocator and advice about memory cannot be had without.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};

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
        // From the page on which the array begins: an array of its own mapping begins just behind its header, and the mapping stays in one piece.
        let begin = at as usize / PAGE * PAGE;
        let length = (at as usize + size - begin) / PAGE * PAGE;
        // SAFETY: advice for pages that hold this array; it changes no content whatever else lies on the first of them.
        unsafe { libc::madvise(begin as *mut libc::c_void, length, libc::MADV_HUGEPAGE) };
    }
    at
}

#[cfg(not(target_os = "linux"))]
fn advise(at: *mut u8, _size: usize) -> *mut u8 {
    at
}
