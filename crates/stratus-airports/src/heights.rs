//! Known heights of the ground: airports, and radio beacons on hills.
//!
//! No elevation model with a suitable licence exists. These points are only a lower bound of the ground:
//! `data/heights.txt` lists the beacons of OurAirports' table (public domain) that are higher than the airports
//! around them (`scripts/heights.py`).

use crate::data::Airports;
use crate::units::LatLon;

const BEACONS: &str = include_str!("../data/heights.txt");

/// A known height of the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Height {
    /// The position.
    pub at: LatLon,
    /// Feet above mean sea level.
    pub feet: f64,
}

/// The beacons within `max_nm` nautical miles that are higher than the airports around them.
fn beacons(at: LatLon, max_nm: f64) -> impl Iterator<Item = Height> {
    let line = |l: &str| {
        let mut numbers = l.split(' ').map(|n| n.parse::<f64>().ok());
        let (lat, lon, feet) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Some(Height { at: LatLon::new(lat, lon), feet })
    };
    // A degree of latitude is sixty miles everywhere, so most lines do not need a great-circle distance.
    let near = move |h: &Height| (h.at.lat - at.lat).abs() * 60.0 <= max_nm + 1.0 && h.at.distance_nm(at) <= max_nm;
    BEACONS.lines().filter_map(line).filter(near)
}

impl Airports {
    /// Every known height within `max_nm` nautical miles: airports by their elevation, and beacons on hills. An
    /// elevation of exactly zero is left out, because the tables have zero for fields whose elevation was not entered.
    pub fn heights(&self, at: LatLon, max_nm: f64) -> Vec<Height> {
        if !(at.lat.is_finite() && at.lon.is_finite()) {
            return Vec::new();
        }
        let own = self.iter().map(|a| Height { at: a.position, feet: a.elevation_ft });
        let mut all: Vec<Height> = own.filter(|h| h.at.distance_nm(at) <= max_nm).collect();
        if let Some(world) = self.tables() {
            all.extend(world.heights(at, max_nm));
        }
        all.retain(|h| h.feet != 0.0);
        all.extend(beacons(at, max_nm));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_come_from_nearby_airports_and_beacons_on_hills() {
        let world = Airports::world();
        // Around Mount Hamilton, California.
        let at = LatLon::new(37.34, -121.64);
        let all = world.heights(at, 40.0);
        let airports = world.around(at, 40.0, 1000);
        let known = airports.iter().filter(|(_, a)| a.elevation_ft != 0.0).count();
        assert!(all.len() >= known && known > 30, "{} {known}", all.len());
        for (_, a) in airports.iter().filter(|(_, a)| a.elevation_ft != 0.0) {
            assert!(all.iter().any(|h| h.at.distance_nm(a.position) < 0.1 && (h.feet - a.elevation_ft).abs() < 1.0), "{}", a.icao);
        }
        assert!(all.iter().all(|h| h.at.distance_nm(at) <= 40.0));
        // A beacon on a mountain above Whitehorse, where the airports are in the valley.
        let high = |lat, lon| world.heights(LatLon::new(lat, lon), 40.0).iter().map(|h| h.feet).fold(0.0, f64::max);
        assert!(high(60.71, -135.07) > 5000.0);
        assert!(world.heights(LatLon::new(f64::NAN, 0.0), 40.0).is_empty());
    }

    #[test]
    fn every_beacon_line_is_a_height() {
        for line in BEACONS.lines() {
            let n: Vec<f64> = line.split(' ').map(|n| n.parse().unwrap()).collect();
            assert!(n.len() == 3 && n[0].abs() <= 90.0 && n[1].abs() <= 180.0 && (1.0..20_000.0).contains(&n[2]), "{line}");
        }
        assert!(BEACONS.lines().count() > 400);
    }
}
