//! The inner loop of the dense argmax for each instruction set, and loops compiled for the widest
//! one: the only folder of the library with `unsafe`.
//!
//! # Why nothing here is undefined
//! Three things need `unsafe`.
//!
//! 1. *Loads and stores of vectors.* Each one goes through [`slice`]-checked references: a load of
//!    `L` floats takes its pointer from a subslice of exactly `L` floats, which Rust has checked to
//!    exist, and uses the unaligned form of the instruction. Same for stores. So each touches only
//!    memory that a live reference of the right kind covers.
//! 2. *Calls of functions compiled for instructions that the processor may lack.* They are made
//!    only in `match` arms on `Set`. A value of [`Instructions`] is made only by
//!    [`Instructions::all`], which asks the processor (`is_x86_feature_detected!`) for every
//!    feature named in the `target_feature` of the function that the arm calls; the field is
//!    private and features do not go away.
//!
//! 3. *A hint to the cache* ([`fetch`]), which changes nothing that a program can see. The entry it
//!    names is a live reference.
//!
//! Arithmetic intrinsics are safe inside such functions. No pointer leaves this folder, nothing is
//! transmuted.

#![allow(unsafe_code)]

#[cfg(target_arch = "aarch64")]
mod arm;
mod panel;
mod sets;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use panel::{BLOCKS, Best, LANES, POINTS, Panel, REFLECTIONS, SITES, Task};
pub use sets::{Instructions, multiply_add};
pub(crate) use sets::{fetch, raise, reflect, widely};
