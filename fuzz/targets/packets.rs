//! Any bytes as a simulator's packet.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::sim::{xplane, xplane_web};

fuzz_target!(|data: &[u8]| {
    let _ = xplane::values(data);
    let _ = xplane::beacon_port(data);
    let _ = xplane_web::updates(&String::from_utf8_lossy(data));
});
