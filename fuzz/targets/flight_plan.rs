//! Any file, loaded as a flight plan. The reader is chosen by the content.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod plan;

fuzz_target!(|data: &[u8]| plan::check(data));
