//! Any file as X-Plane's apt.dat, with its airports layered over a built-in one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::apt_dat::AptDat;
use stratus::airports::data::Airports;
use stratus::airports::described;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut reader = AptDat::default();
    let known = Airports::first();
    let mut all: Vec<_> = text.lines().filter_map(|line| reader.line(line)).collect();
    all.extend(reader.finish());
    for airport in all {
        for by_hand in [true, false] {
            let _ = described::over(&airport, known.get("XSTR"), by_hand);
        }
        let _ = described::over(&airport, None, false);
    }
});
