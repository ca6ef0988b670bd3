//! Arrival: the destination of an instrument flight as seen by the unit that works it, at any distance.

use super::gather::{final_course, round_up};
use crate::Engine;
use crate::airports::procedures::{self, Kind};
use crate::airports::{Airport, Procedure, Station, runway};
use crate::report::Weather;
use crate::situation::FinalCourse;
use crate::telephony;
use crate::units::{Facility, Frequency, LatLon, Runway};

/// The lowest vectoring altitude above the field without better data, feet.
const VECTOR_ABOVE_FIELD_FT: f64 = 1500.0;

/// The destination of an instrument flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// ICAO code.
    pub icao: String,
    /// The spoken name: "Monterey".
    pub name: String,
    /// Distance from the aircraft, nautical miles.
    pub distance_nm: f64,
    /// Field elevation, feet above mean sea level.
    pub elevation_ft: f64,
    /// The runway to expect: the announced one, otherwise the one that the wind favours.
    pub runway: Option<Runway>,
    /// The aircraft's position relative to that runway's final approach.
    pub course: Option<FinalCourse>,
    /// The aircraft's position relative to the final approach of each runway there.
    pub courses: Vec<FinalCourse>,
    /// The approaches in the data; may be empty.
    pub approaches: Vec<Procedure>,
    /// Its own approach unit.
    pub approach_unit: Option<Station>,
    /// Frequencies of its radar units.
    pub radar: Vec<Frequency>,
    /// The frequency of its recorded information.
    pub atis: Option<Frequency>,
    /// Its tower.
    pub tower: Option<Station>,
    /// The lowest vectoring altitude near the field, feet.
    pub minimum_ft: i32,
    /// Controllers there offer a visual approach, if the weather allows it, before the pilot asks for one.
    pub visual_first: bool,
    /// The weather there, if known.
    pub weather: Weather,
}

impl Arrival {
    /// The known weather allows a visual approach (7110.65 7-4-2: a ceiling of 1,000 feet and 3 miles).
    pub fn is_visual(&self) -> bool {
        let low = self.weather.ceiling_ft.is_some_and(|c| c < 1000.0);
        !low && self.weather.visibility_sm.is_none_or(|v| v >= 3.0)
    }

    /// The weather allows vectors for a visual approach (7110.65 7-4-2: the ceiling is 500 feet above the minimum vectoring altitude).
    pub fn offers_visual(&self) -> bool {
        let above = f64::from(self.minimum_ft) - self.elevation_ft + 500.0;
        self.is_visual() && self.visual_first && self.weather.ceiling_ft.is_none_or(|c| c >= above)
    }

    /// This arrival to another runway of the field; `None` if the field has no such runway.
    #[must_use]
    pub fn to(&self, runway: Runway) -> Option<Self> {
        let course = self.courses.iter().find(|f| f.runway == runway)?;
        Some(Self { runway: Some(runway), course: Some(*course), ..self.clone() })
    }

    /// The full name in the data of an approach of this kind to a runway.
    pub fn approach_named(&self, kind: &str, runway: Runway) -> Option<&str> {
        procedures::named(&self.approaches, kind, runway)
    }
}

impl Engine {
    /// The plan's destination, seen from the aircraft's position.
    pub(crate) fn arrival(&self, at: LatLon) -> Option<Arrival> {
        let airport = self.destination_airport()?;
        let weather = self.report.weather.at_field(airport.elevation_ft);
        let announced = self.record.expects;
        let planned = self.plan.as_ref().and_then(|p| p.arrival_runway).filter(|_| weather.wind_kt.is_none());
        let exists = |r: &Runway| airport.end(*r).is_some();
        let in_use = || runway::active(&airport, weather.wind_dir, weather.wind_kt);
        let runway = announced.or(planned).filter(exists).or_else(in_use);
        let ends = runway::ends(&airport);
        let course = |r: Runway| final_course(&ends, r, airport.variation, at);
        let of = |f: Facility| airport.stations.iter().find(|s| s.facility == f).cloned();
        Some(Arrival {
            distance_nm: airport.position.distance_nm(at),
            elevation_ft: airport.elevation_ft,
            course: runway.and_then(course),
            courses: ends.iter().filter_map(|e| course(e.runway)).collect(),
            runway,
            approaches: approaches(&airport),
            approach_unit: of(Facility::Approach),
            radar: airport.stations.iter().filter(|s| s.facility.is_radar()).map(|s| s.frequency).collect(),
            atis: of(Facility::Atis).map(|s| s.frequency),
            tower: of(Facility::Tower),
            minimum_ft: round_up(airport.elevation_ft + VECTOR_ABOVE_FIELD_FT, 100.0),
            // An airline's flight expects an instrument approach; where no data names one, a small aircraft comes in visually.
            visual_first: airport.region.offers_visual
                || approaches(&airport).is_empty() && !self.callsign().is_some_and(telephony::is_airline),
            weather,
            icao: airport.icao,
            name: airport.name,
        })
    }

    /// The nearest radar unit to an airport that has none.
    pub(crate) fn radar_near(&self, at: LatLon) -> Option<Station> {
        const RADAR: [Facility; 3] = [Facility::Departure, Facility::Approach, Facility::Center];
        let of = |a: &Airport| RADAR.iter().find_map(|f| a.stations.iter().find(|s| s.facility == *f)).cloned();
        of(&self.airports.nearest_of(at, RADAR_NEAR_NM, |a| of(a).is_some())?)
    }
}

/// The distance within which a neighbouring airport's radar unit works the departures of a field without one, nautical miles.
const RADAR_NEAR_NM: f64 = 45.0;

fn approaches(airport: &Airport) -> Vec<Procedure> {
    airport.procedures.iter().filter(|p| p.kind == Kind::Approach).cloned().collect()
}
