//! Minkowski's and Alexandrov's polytopes from hostile directions and sizes: what converges is
//! verified, what was made forward is not refused.
#![no_main]

#[path = "../../tests/common/bodies.rs"]
mod bodies;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    bodies::hold(data);
});
