//! Arrival: the airport where an instrument flight lands, as the unit that works the flight sees it, however far away it is.

use super::gather::{final_course, round_up};
use crate::Engine;
use crate::airports::procedures::{self, Kind};
use crate::airports::{Airport, Procedure, Station, runway};
use crate::report::Weather;
use crate::situation::FinalCourse;
use crate::units::{Facility, Frequency, LatLon, Runway};

/// Without better data nobody is vectored lower than this above the field, feet.
const VECTOR_ABOVE_FIELD_FT: f64 = 1500.0;

/// The destination of an instrument flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// ICAO code.
    pub icao: String,
    /// As it is said: "Monterey".
    pub name: String,
    /// Nautical miles from the aircraft.
    pub distance_nm: f64,
    /// Feet above mean sea level.
    pub elevation_ft: f64,
    /// The runway to expect: the one that was announced, else the one in use by the wind.
    pub runway: Option<Runway>,
    /// Where the aircraft is relative to the final approach of that runway.
    pub course: Option<FinalCourse>,
    /// The approaches that the data lists; empty where it lists none.
    pub approaches: Vec<Procedure>,
    /// Its own approach unit.
    pub approach_unit: Option<Station>,
    /// Frequencies of its radar units.
    pub radar: Vec<Frequency>,
    /// Its tower.
    pub tower: Option<Station>,
    /// The lowest altitude of a vector near the field, feet.
    pub minimum_ft: i32,
    /// The weather there, as far as known.
    pub weather: Weather,
}

impl Arrival {
    /// The weather allows a visual approach (7110.65 7-4-2: a ceiling of 1,000 feet and 3 miles), as far as known.
    pub fn is_visual(&self) -> bool {
        let low = self.weather.ceiling_ft.is_some_and(|c| c < 1000.0);
        !low && self.weather.visibility_sm.is_none_or(|v| v >= 3.0)
    }

    /// The whole name of an approach of this kind to a runway, as the data has it.
    pub fn approach_named(&self, kind: &str, runway: Runway) -> Option<&str> {
        procedures::named(&self.approaches, kind, runway)
    }
}

impl Engine {
    /// The destination of the plan, seen from where the aircraft is.
    pub(crate) fn arrival(&self, at: LatLon) -> Option<Arrival> {
        let airport = self.destination_airport()?;
        let weather = self.report.weather.at_field(airport.elevation_ft);
        let announced = self.record.expects;
        let planned = self.plan.as_ref().and_then(|p| p.arrival_runway).filter(|_| weather.wind_kt.is_none());
        let exists = |r: &Runway| airport.end(*r).is_some();
        let in_use = || runway::active(&airport, weather.wind_dir, weather.wind_kt);
        let runway = announced.or(planned).filter(exists).or_else(in_use);
        let of = |f: Facility| airport.stations.iter().find(|s| s.facility == f).cloned();
        Some(Arrival {
            distance_nm: airport.position.distance_nm(at),
            elevation_ft: airport.elevation_ft,
            course: runway.and_then(|r| final_course(&runway::ends(&airport), r, airport.variation, at)),
            runway,
            approaches: approaches(&airport),
            approach_unit: of(Facility::Approach),
            radar: airport.stations.iter().filter(|s| s.facility.is_radar()).map(|s| s.frequency).collect(),
            tower: of(Facility::Tower),
            minimum_ft: round_up(airport.elevation_ft + VECTOR_ABOVE_FIELD_FT, 100.0),
            weather,
            icao: airport.icao,
            name: airport.name,
        })
    }

    /// The nearest radar unit around an airport that has none.
    pub(crate) fn radar_near(&self, at: LatLon) -> Option<Station> {
        const RADAR: [Facility; 3] = [Facility::Departure, Facility::Approach, Facility::Center];
        let of = |a: &Airport| RADAR.iter().find_map(|f| a.stations.iter().find(|s| s.facility == *f)).cloned();
        of(&self.airports.nearest_of(at, RADAR_NEAR_NM, |a| of(a).is_some())?)
    }
}

/// A radar unit of a neighbouring airport works the departures of a field without one, within this distance, nautical miles.
const RADAR_NEAR_NM: f64 = 45.0;

fn approaches(airport: &Airport) -> Vec<Procedure> {
    airport.procedures.iter().filter(|p| p.kind == Kind::Approach).cloned().collect()
}
