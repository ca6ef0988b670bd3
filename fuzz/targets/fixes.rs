//! Any file as X-Plane's fixes, beacons, airways and holds, including the older format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::fixes::{airway, beacon, earlier, fix, hold};

fuzz_target!(|data: &[u8]| {
    for line in String::from_utf8_lossy(data).lines() {
        let _ = (fix(line, &|_| true), beacon(line, &|_| true), airway(line, &|_| true), hold(line, &|_| true));
        let _ = (earlier::fix(line, &|_| true), earlier::beacon(line, &|_| true), earlier::airway(line, &|_| true));
    }
});
