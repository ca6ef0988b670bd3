//! Any file, read as X-Plane's apt.dat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::apt_dat::AptDat;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut reader = AptDat::default();
    for line in text.lines() {
        let _ = reader.line(line);
    }
    let _ = reader.finish();
});
