//! Any file as the legs of X-Plane's procedures.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::legs::{Charted, words};

fuzz_target!(|data: &[u8]| {
    let charted = Charted::parse(&String::from_utf8_lossy(data));
    for r in &charted.routes {
        let _ = (charted.approach(&r.name, r.runway, None), charted.missed(&r.name, r.runway));
        let _ = words(&charted.arrival(&r.name, None, r.runway));
    }
});
