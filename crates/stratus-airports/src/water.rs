//! Water runways beside land runways with the same number get a W, as on the FAA's charts ("8W").
//!
//! If no land runway has the number, the number is unique, and pilots say it alone.

use crate::units::{Position3, Runway};
use crate::{Airport, Strip};

const WATER: &str = "water";

/// Adds a W to the water runways of an airport if a land runway has the same number.
pub(crate) fn mark(runways: &mut [Strip]) {
    let land: Vec<Runway> = runways.iter().filter(|s| s.surface != WATER).flat_map(|s| s.ends.iter().map(|e| e.runway)).collect();
    for strip in runways.iter_mut().filter(|s| s.surface == WATER) {
        let plain = strip.ends.iter().all(|e| e.runway.side.is_none());
        if plain && strip.ends.iter().any(|e| land.contains(&e.runway)) {
            strip.ends.iter_mut().for_each(|e| e.runway.side = Some(Position3::Water));
        }
    }
}

/// Whether this end is on water and the airport has runways on land. Such a runway is assigned only on request.
pub(crate) fn is_aside(airport: &Airport, runway: Runway) -> bool {
    let on_land = airport.runways.iter().any(|s| !s.closed && s.surface != WATER);
    on_land && airport.runways.iter().any(|s| s.surface == WATER && s.ends.iter().any(|e| e.runway == runway))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Airports;
    use crate::runway;

    fn names(icao: &str) -> Vec<String> {
        Airports::world().find(icao).unwrap().strips_ends().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_water_runway_differs_from_the_land_runway_of_its_number() {
        // Juneau has 8/26 of asphalt and 8W/26W.
        assert_eq!(names("PAJN"), ["8", "26", "8W", "26W"]);
        let juneau = Airports::world().find("PAJN").unwrap();
        let (land, water): (Runway, Runway) = ("8".parse().unwrap(), "8W".parse().unwrap());
        let length = |r| runway::geometry(&juneau, r).unwrap().length_ft;
        assert!(length(land) > 8000.0 && length(water) < 6000.0);
        assert_eq!((water.reciprocal().to_string(), water.to_string()), ("26W".into(), "8W".into()));
    }

    #[test]
    fn no_water_runway_is_in_use_at_an_airport_with_land_runways() {
        for (wind, kt) in [(None, None), (Some(80.0), Some(15.0)), (Some(260.0), Some(25.0)), (Some(170.0), Some(30.0))] {
            let juneau = Airports::world().find("PAJN").unwrap();
            let active = runway::active(&juneau, wind, kt).unwrap();
            assert!(!is_aside(&juneau, active), "{active}");
        }
        // A seaplane base has only water runways, and their numbers stay as they are.
        let mut base = Airports::world().find("PAJN").unwrap();
        base.runways.retain(|s| s.surface == WATER);
        base.runways.iter_mut().flat_map(|s| s.ends.iter_mut()).for_each(|e| e.runway.side = None);
        mark(&mut base.runways);
        assert_eq!(runway::active(&base, Some(80.0), Some(15.0)).unwrap().to_string(), "8");
    }
}
