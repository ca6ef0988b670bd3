//! Any words as an instruction and its readback: no panic, and no wrong readback counts as correct.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::atc::readback::{Verdict, check_text};
use stratus::units::Region;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let Some((instruction, readback)) = text.split_once('\n') else { return };
    for region in [Region::FAA, Region::ICAO] {
        let check = check_text(instruction, readback, region);
        assert!(check.verdict != Verdict::Correct || check.wrong.is_empty() && check.missing.is_empty());
        assert!(check.verdict != Verdict::Incorrect || !check.wrong.is_empty());
    }
});
