//! Tiny meshes are laid out with every boundary and option: no panic, and what is called one to one
//! is, by a judge in rationals.
#![no_main]

#[path = "../../tests/common/judge.rs"]
mod judge;
#[path = "../../tests/common/tiny.rs"]
mod tiny;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some(instance) = tiny::instance(data) {
        let _ = tiny::hold(&instance);
    }
});
