//! Any file as X-Plane's atc.dat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::controllers::{AtcDat, working};
use stratus::airports::minima::Area;
use stratus::units::{Facility, LatLon};

fuzz_target!(|data: &[u8]| {
    let at = LatLon::new(47.0, 8.0);
    let mut file = AtcDat::of(Some(Area { about: at, nm: 150.0 }));
    String::from_utf8_lossy(data).lines().for_each(|l| file.line(l));
    let _ = working(&file.all, Facility::Center, at, 9000.0).map(|c| (c.called(), c.station(None)));
});
