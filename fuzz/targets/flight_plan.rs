//! Any file as a flight plan. The content selects the reader.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod plan;

fuzz_target!(|data: &[u8]| plan::check(data));
