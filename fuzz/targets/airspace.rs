//! Any file as OpenAir airspace.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::minima::Area;
use stratus::airports::openair::OpenAir;
use stratus::units::LatLon;

fuzz_target!(|data: &[u8]| {
    let at = LatLon::new(47.6, 9.5);
    let mut file = OpenAir::of(Some(Area { about: at, nm: 150.0 }), &|_| 1300.0);
    String::from_utf8_lossy(data).lines().for_each(|l| file.line(l));
    file.finish();
    for s in &file.all {
        let _ = s.volume.holds(at, 3000.0);
    }
});
