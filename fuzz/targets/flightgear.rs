//! Any text as a message of FlightGear.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::sim::flightgear;

fuzz_target!(|data: &[u8]| {
    let _ = flightgear::property(&String::from_utf8_lossy(data));
});
