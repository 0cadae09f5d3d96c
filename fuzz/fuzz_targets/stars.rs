//! Lines through a point, cut by the codes of any dimension up to three: the same pieces as by
//! rationals.
#![no_main]

#[path = "../../tests/common/lines.rs"]
mod lines;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    lines::hold(data);
});
