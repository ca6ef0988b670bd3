//! Levels: an altitude above the sea, or a flight level on the standard pressure, and where the one ends and the other begins.

use std::fmt;

use crate::Region;
use crate::region::TransitionRule;

/// The standard pressure, hectopascals.
const STANDARD_HPA: f64 = 1013.25;
/// Where nothing tells the transition altitude: no state has a higher one, but for a few hundred feet.
const UNKNOWN_FT: i32 = 18_000;

/// Where an aircraft flies, as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Feet above mean sea level, on the local pressure.
    Altitude(i32),
    /// Hundreds of feet on the standard pressure.
    Flight(i32),
}

impl Level {
    /// The figure in feet.
    pub fn feet(self) -> i32 {
        match self {
            Level::Altitude(feet) => feet,
            Level::Flight(hundreds) => hundreds * 100,
        }
    }

    /// It is a flight level.
    pub fn is_flight(self) -> bool {
        matches!(self, Level::Flight(_))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Altitude(feet) if *feet >= 1000 => write!(f, "{},{:03}", feet / 1000, feet % 1000),
            Level::Altitude(feet) => write!(f, "{feet}"),
            Level::Flight(hundreds) => write!(f, "FL{hundreds:03}"),
        }
    }
}

/// The transition rule of a place: up to the transition altitude there are altitudes, from the transition level on flight levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Feet.
    pub altitude_ft: i32,
    rule: TransitionRule,
    layer_ft: i32,
    step: i32,
    least: i32,
}

impl Transition {
    /// The rule of an airport: its own transition altitude where its data has one, else the state's, else the region's.
    pub fn of(region: Region, code: &str, own_ft: Option<i32>) -> Self {
        let own = own_ft.filter(|feet| (1000..=30_000).contains(feet));
        Self {
            altitude_ft: own.or_else(|| Self::state_ft(region, code)).unwrap_or(UNKNOWN_FT),
            rule: region.transition,
            layer_ft: region.transition_layer,
            step: region.transition_step.max(1),
            least: region.transition_least,
        }
    }

    /// The transition altitude of a state, feet: of the airport's surroundings, else the region's. `None`: it is not known.
    pub fn state_ft(region: Region, code: &str) -> Option<i32> {
        let entry = |e: &&'static str| e.split_once(' ').and_then(|(begins, feet)| Some((begins, feet.parse::<i32>().ok()?)));
        let near = region.transition_altitudes.iter().filter_map(|e| entry(e)).filter(|(begins, _)| code.starts_with(begins));
        let near = near.max_by_key(|(begins, _)| begins.len()).map(|(_, feet)| feet);
        near.or(Some(region.transition_altitude).filter(|feet| *feet > 0))
    }

    /// The transition level, hundreds of feet; where it follows from the pressure, that must be known.
    pub fn level(self, qnh_hpa: Option<f64>) -> Option<i32> {
        if self.rule == TransitionRule::Fixed {
            return Some(self.altitude_ft / 100);
        }
        let qnh = qnh_hpa.filter(|q| (850.0..1100.0).contains(q))?;
        // What the altimeter shows at the transition altitude when it is set to the standard pressure.
        let there = f64::from(self.altitude_ft) + pressure_altitude(qnh);
        let step = f64::from(self.step) * 100.0;
        // A foot of the formula's rounding makes no other level.
        let feet = ((there + f64::from(self.layer_ft) - 1.0) / step).ceil() * step;
        Some(((feet / 100.0) as i32).max(self.least))
    }

    /// A height in feet as the level that it is said as.
    pub fn level_of(self, feet: i32) -> Level {
        let flight = match self.rule {
            TransitionRule::Fixed => feet >= self.altitude_ft,
            TransitionRule::Layer => feet > self.altitude_ft,
        };
        if flight { Level::Flight(feet / 100) } else { Level::Altitude(feet) }
    }
}

/// Feet that an altimeter on the standard pressure shows at sea level, in the standard atmosphere.
fn pressure_altitude(qnh_hpa: f64) -> f64 {
    145_366.45 * (1.0 - (qnh_hpa / STANDARD_HPA).powf(0.190_284))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_written_as_controllers_write_them() {
        assert_eq!([Level::Flight(80), Level::Altitude(5000), Level::Altitude(800)].map(|l| l.to_string()), ["FL080", "5,000", "800"]);
        assert_eq!((Level::Flight(80).feet(), Level::Flight(80).is_flight(), Level::Altitude(8000).is_flight()), (8000, true, false));
    }

    #[test]
    fn in_the_united_states_flight_levels_begin_at_18_000_feet() {
        let us = Transition::of(Region::FAA, "KSFO", None);
        assert_eq!((us.level_of(17_000), us.level_of(18_000)), (Level::Altitude(17_000), Level::Flight(180)));
        assert_eq!(us.level(None), Some(180));
    }

    #[test]
    fn an_airports_own_transition_altitude_comes_first() {
        let own = Transition::of(Region::FAA, "KSFO", Some(12_000));
        assert_eq!(own.level_of(13_000), Level::Flight(130));
        // Nonsense out of a simulator's file.
        assert_eq!(Transition::of(Region::FAA, "KSFO", Some(0)).altitude_ft, 18_000);
    }
}
