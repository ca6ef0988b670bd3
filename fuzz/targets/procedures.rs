//! Any file as X-Plane's procedures of an airport.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::cifp::Cifp;

fuzz_target!(|data: &[u8]| {
    let _ = Cifp::parse(&String::from_utf8_lossy(data)).procedures();
});
