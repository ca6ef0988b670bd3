//! Levels: an altitude above sea level or a flight level on standard pressure, and the transition between them.

use std::fmt;

use crate::Region;
use crate::region::TransitionRule;

/// The standard pressure, hectopascals.
const STANDARD_HPA: f64 = 1013.25;
/// The highest transition altitude of any state, within a few hundred feet: the United States (AIM 7-2-2) and Canada.
const HIGHEST_FT: i32 = 18_000;
/// The transition altitude if no source gives one: most such states have this one or a lower one.
const UNKNOWN_FT: i32 = 10_000;

/// Whether a height is a flight level in every state.
pub fn always_flight(feet: i32) -> bool {
    feet >= HIGHEST_FT
}

/// A level in spoken form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Feet above mean sea level, on local pressure.
    Altitude(i32),
    /// Hundreds of feet, on standard pressure.
    Flight(i32),
}

impl Level {
    /// The level in feet.
    pub fn feet(self) -> i32 {
        match self {
            Level::Altitude(feet) => feet,
            Level::Flight(hundreds) => hundreds * 100,
        }
    }

    /// Whether it is a flight level.
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

/// The transition rule of a place: altitudes up to the transition altitude, flight levels above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition {
    /// Feet.
    pub altitude_ft: i32,
    /// Whether the altitude comes from the state or the airport. Otherwise it is a default and is never spoken.
    pub known: bool,
    /// The state's table, if it has one: the pressure above which a transition level is the lowest.
    table: &'static [&'static str],
    rule: TransitionRule,
    layer_ft: i32,
    step: i32,
    least: i32,
}

impl Transition {
    /// The rule of an airport: its own transition altitude if its data has one, otherwise the state's, otherwise the region's.
    pub fn of(region: Region, code: &str, own_ft: Option<i32>) -> Self {
        let own = own_ft.filter(|feet| (1000..=30_000).contains(feet));
        let state = Self::state_ft(region, code);
        Self {
            altitude_ft: own.or(state).unwrap_or(UNKNOWN_FT),
            known: own.or(state).is_some(),
            table: region.rules().transition_levels.as_slice(),
            rule: region.transition,
            layer_ft: region.transition_layer,
            step: region.transition_step.max(1),
            least: region.transition_least,
        }
    }

    /// A state's transition altitude, feet: that of the airport's area, otherwise the region's. `None` if unknown.
    pub fn state_ft(region: Region, code: &str) -> Option<i32> {
        let entry = |e: &&'static str| e.split_once(' ').and_then(|(begins, feet)| Some((begins, feet.parse::<i32>().ok()?)));
        let near = region.transition_altitudes.iter().filter_map(entry).filter(|(begins, _)| code.starts_with(begins));
        let near = near.max_by_key(|(begins, _)| begins.len()).map(|(_, feet)| feet);
        near.or(Some(region.transition_altitude).filter(|feet| *feet > 0))
    }

    /// The transition level, hundreds of feet. If it depends on the pressure, the pressure must be known.
    pub fn level(self, qnh_hpa: Option<f64>) -> Option<i32> {
        if self.rule == TransitionRule::Fixed {
            return Some(self.altitude_ft / 100);
        }
        let qnh = qnh_hpa.filter(|q| (850.0..1100.0).contains(q))?;
        let entry =
            |e: &&'static str| e.split_once(' ').and_then(|(least, level)| Some((least.parse::<f64>().ok()?, level.parse::<i32>().ok()?)));
        if let Some((_, level)) = self.table.iter().filter_map(entry).find(|(least, _)| qnh.floor() >= *least) {
            return Some(level);
        }
        // The reading of an altimeter set to standard pressure at the transition altitude.
        let there = f64::from(self.altitude_ft) + pressure_altitude(qnh);
        let step = f64::from(self.step) * 100.0;
        // Subtract a foot, so that rounding in the formula does not change the level.
        let feet = ((there + f64::from(self.layer_ft) - 1.0) / step).ceil() * step;
        Some(((feet / 100.0) as i32).max(self.least))
    }

    /// The spoken level for a height in feet.
    pub fn level_of(self, feet: i32) -> Level {
        let flight = match self.rule {
            TransitionRule::Fixed => feet >= self.altitude_ft,
            TransitionRule::Layer => feet > self.altitude_ft,
        };
        if flight { Level::Flight(feet / 100) } else { Level::Altitude(feet) }
    }
}

/// The reading of an altimeter set to standard pressure at sea level, feet, in the standard atmosphere.
fn pressure_altitude(qnh_hpa: f64) -> f64 {
    145_366.45 * (1.0 - (qnh_hpa / STANDARD_HPA).powf(0.190_284))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_have_the_controllers_notation() {
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
    fn flight_levels_below_180_follow_the_states_rule() {
        let row = |name: &str, code: &str| Transition::of(name.parse().unwrap(), code, None);
        let germany = row("Germany", "EDDM");
        assert_eq!([5000, 6000, 8000].map(|ft| germany.level_of(ft).to_string()), ["5,000", "FL060", "FL080"]);
        // A layer of at least 1,000 feet: the limits of the published table.
        assert_eq!([1014.0, 1013.0, 978.0, 977.0].map(|q| germany.level(Some(q))), [Some(60), Some(70), Some(70), Some(80)]);
        assert_eq!(germany.level(None), None, "without a pressure there is no level");
        // The tables in the AIP of Brazil (a layer of at least 500 feet) and of the United Kingdom (no layer).
        let brazil = Transition::of("Brazil".parse().unwrap(), "SBGR", Some(5000));
        assert_eq!([1032.0, 1014.0, 1013.0, 995.0, 977.0].map(|q| brazil.level(Some(q))), [50, 55, 60, 65, 70].map(Some));
        assert_eq!([1032.0, 1014.0, 1013.0, 995.0, 977.0].map(|q| row("UK", "EGLL").level(Some(q))), [55, 60, 65, 70, 75].map(Some));
        let australia = row("Australia", "YSSY");
        assert_eq!([1013.0, 1012.0, 996.0, 979.0, 963.0].map(|q| australia.level(Some(q))), [110, 115, 120, 125, 125].map(Some));
        assert_eq!((row("UK", "EGKA").altitude_ft, row("UK", "EGPD").altitude_ft, row("UK", "EGZZ").altitude_ft), (6000, 6000, 3000));
        assert_eq!(row("Europe", "LOWW").level_of(10_000), Level::Altitude(10_000));
        let nowhere = row("ICAO", "ZZZZ");
        assert!(!nowhere.known && nowhere.level_of(12_000).is_flight() && !nowhere.level_of(9000).is_flight());
    }

    #[test]
    fn an_airports_own_transition_altitude_takes_priority() {
        let own = Transition::of(Region::FAA, "KSFO", Some(12_000));
        assert_eq!(own.level_of(13_000), Level::Flight(130));
        // A nonsensical value from a simulator's file.
        assert_eq!(Transition::of(Region::FAA, "KSFO", Some(0)).altitude_ft, 18_000);
    }
}
