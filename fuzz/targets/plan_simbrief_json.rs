//! SimBrief's answer as JSON with inserted garbage.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod plan;

fuzz_target!(|data: &[u8]| plan::splice(include_bytes!("../../tests/fixtures/simbrief/eham-lsgg-v2.json"), data));
