//! Any file as X-Plane's minimum altitudes: the grid and the sectors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::airports::minima::{Area, Grid, Msa};
use stratus::units::LatLon;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let area = Area { about: LatLon::new(37.5, -122.0), nm: 150.0 };
    let (mut grid, mut msa) = (Grid::default(), Msa::default());
    for line in text.lines() {
        grid.line(line, Some(&area));
        msa.line(line, &|_| true);
    }
    let _ = grid.minimum_ft(area.about, 5.0);
    for s in &msa.all {
        let _ = s.minimum_ft(area.about, LatLon::new(37.3, -121.9), 13.0);
    }
});
