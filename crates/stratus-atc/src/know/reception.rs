//! How well a unit is received where the aircraft is: VHF goes as far as one can see, and fades on the way there.

use crate::Engine;
use crate::units::Facility;

/// Feet above the ground of a ground station's antenna.
const ANTENNA_FT: f64 = 60.0;
/// Nautical miles to the radio horizon for each root of a foot of height (four thirds of the earth's radius).
const HORIZON_NM: f64 = 1.23;
/// Within this part of the range a station is received as if it were next door.
const NEAR: f64 = 0.25;
/// Strength at the end of the range and beyond it: noisy, and still readable. What the engine answers is always understood.
const WEAKEST: f64 = 30.0;
/// Radar units have antennas all over their area: farther than this from one the aircraft hardly ever is, nautical miles.
const NEXT_ANTENNA_NM: f64 = 30.0;

/// Percent of the strength next door, from the distance and the aircraft's height above the ground.
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

/// Nautical miles to the radio horizon of an aircraft at this height, feet.
pub(super) fn range_nm(height_ft: f64) -> f64 {
    HORIZON_NM * (height_ft.clamp(0.0, 60_000.0).sqrt() + ANTENNA_FT.sqrt())
}

impl Engine {
    /// How well the unit is received, percent; 100 where nobody knows where the aircraft is.
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
    fn a_station_fades_with_distance_and_comes_back_with_height() {
        let tower = |nm, feet| strength(nm, feet, Facility::Tower);
        assert_eq!((tower(0.5, 0.0), tower(2.0, 1000.0), tower(8.0, 3000.0)), (100, 100, 100));
        assert!(tower(8.0, 0.0) < tower(8.0, 500.0), "behind the horizon on the ground");
        let fading: Vec<u8> = [10.0, 20.0, 30.0, 45.0].map(|nm| tower(nm, 2000.0)).into();
        assert!(fading.is_sorted_by(|a, b| a > b), "{fading:?}");
        assert_eq!(tower(300.0, 2000.0), WEAKEST as u8);
        assert!(strength(120.0, 9000.0, Facility::Center) > 90);
        assert_eq!((tower(f64::NAN, 0.0), tower(5.0, f64::INFINITY)), (100, 100));
        assert!(tower(5.0, -1e9) >= WEAKEST as u8);
    }
}
