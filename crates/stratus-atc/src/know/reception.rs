//! Reception of a unit at the aircraft: VHF range is line of sight, and the signal fades towards its end.

use crate::Engine;
use crate::units::Facility;

/// Antenna height of a ground station, feet above ground.
const ANTENNA_FT: f64 = 60.0;
/// Radio horizon in nautical miles per square root of a foot of height (four thirds of the earth's radius).
const HORIZON_NM: f64 = 1.23;
/// The fraction of the range with full strength.
const NEAR: f64 = 0.25;
/// Strength at the end of the range and beyond: noisy but readable. The engine always understands every call that it answers.
const WEAKEST: f64 = 30.0;
/// Radar units have antennas across their area, so an aircraft is rarely farther than this from one, nautical miles.
const NEXT_ANTENNA_NM: f64 = 30.0;

/// Strength in percent of the maximum, from the distance and the aircraft's height above the ground.
fn strength(distance_nm: f64, agl_ft: f64, from: Facility) -> u8 {
    if !distance_nm.is_finite() || !agl_ft.is_finite() {
        return 100;
    }
    let radar = from.is_radar();
    let distance = if radar { distance_nm.min(NEXT_ANTENNA_NM) } else { distance_nm };
    let range = range_nm(agl_ft);
    let way = ((distance / range - NEAR) / (1.0 - NEAR)).clamp(0.0, 1.0);
    (100.0 - (100.0 - WEAKEST) * way).round() as u8
}

/// Distance to the radio horizon of an aircraft at this height (feet), nautical miles.
pub(super) fn range_nm(height_ft: f64) -> f64 {
    HORIZON_NM * (height_ft.clamp(0.0, 60_000.0).sqrt() + ANTENNA_FT.sqrt())
}

impl Engine {
    /// Reception of the unit, percent; 100 if the aircraft's position is unknown.
    pub fn reception(&self, from: Facility) -> u8 {
        match (self.report.position, &self.airport) {
            (Some(at), Some(airport)) => strength(airport.position.distance_nm(at), self.report.agl_ft, from),
            _ => 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reception_fades_with_distance_and_improves_with_height() {
        let tower = |nm, feet| strength(nm, feet, Facility::Tower);
        assert_eq!((tower(0.5, 0.0), tower(2.0, 1000.0), tower(8.0, 3000.0)), (100, 100, 100));
        assert!(tower(8.0, 0.0) < tower(8.0, 500.0), "beyond the horizon on the ground");
        let fading: Vec<u8> = [10.0, 20.0, 30.0, 45.0].map(|nm| tower(nm, 2000.0)).into();
        assert!(fading.is_sorted_by(|a, b| a > b), "{fading:?}");
        assert_eq!(tower(300.0, 2000.0), WEAKEST as u8);
        assert!(strength(120.0, 9000.0, Facility::Center) > 90);
        assert_eq!((tower(f64::NAN, 0.0), tower(5.0, f64::INFINITY)), (100, 100));
        assert!(tower(5.0, -1e9) >= WEAKEST as u8);
    }
}
