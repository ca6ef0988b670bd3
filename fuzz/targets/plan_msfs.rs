//! MSFS's .pln with inserted garbage.
#![no_main]

use libfuzzer_sys::fuzz_target;

mod plan;

fuzz_target!(|data: &[u8]| plan::splice(include_bytes!("../../tests/fixtures/plans/msfs2020.pln"), data));
