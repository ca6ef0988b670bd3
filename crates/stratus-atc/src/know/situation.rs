//! `Situation`: all that a controller knows at the moment of a call. What is not in it is unknown, and is never said.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::around::Around;
use crate::airports::airspace::Class;
use crate::airports::{Procedure, Station, procedures};
use crate::instruction::{Item, Pressure};
pub use crate::know::arrival::Arrival;
use crate::phase::Phase;
pub use crate::report::FlightPlan;
use crate::report::Weather;
use crate::units::region::PressureUnit;
use crate::units::{Callsign, Facility, Frequency, Region, Runway, Side, Squawk, Transition};

/// Another aircraft that matters, in words made from the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrafficFacts {
    /// "Boeing 737, half mile final, runway 28L".
    pub words: String,
    /// The runway that it is about to use, when the words say so.
    pub runway: Option<Runway>,
    /// It is so near that nobody may enter that runway.
    pub close: bool,
}

/// Another aircraft that comes in for a runway, on whichever leg.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    /// "Cessna on right base".
    pub words: String,
    /// Nautical miles that are left to it along the pattern.
    pub miles: f64,
    /// And seconds.
    pub seconds: f64,
    /// The runway.
    pub runway: Runway,
}

/// Another aircraft in flight, as a radar controller points it out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Advisory {
    /// "2 o'clock, 3 miles, westbound, Cessna".
    pub words: String,
    /// Its altitude, feet, to the hundred.
    pub feet: i32,
    /// Who it is, to point it out once.
    pub whom: String,
}

/// Class B or C airspace in reach.
#[derive(Debug, Clone, PartialEq)]
pub struct NearAirspace {
    /// Its class.
    pub class: Class,
    /// The primary airport: "San Francisco".
    pub name: String,
    /// Its code.
    pub icao: String,
    /// Nautical miles to the primary airport.
    pub distance_nm: f64,
    /// The aircraft is in it.
    pub inside: bool,
    /// The track leads into it soon.
    pub ahead: bool,
}

/// A taxi route, where a graph is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxiRoute {
    /// Taxiways in order.
    pub via: Vec<String>,
    /// The first runway that the route crosses, and at which taxiway.
    pub first_crossing: Option<(Runway, Option<String>)>,
}

/// The facts at the moment of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// Whose phraseology.
    pub region: Region,
    /// Where altitudes end and flight levels begin.
    pub transition: Transition,
    /// ICAO code of the airport at hand.
    pub icao: String,
    /// "Palo Alto"; empty when not known.
    pub airport_name: String,
    /// There is a working control tower.
    pub towered: bool,
    /// Who hears the call.
    pub facility: Facility,
    /// On which frequency, where a simulator tells it.
    pub frequency: Option<Frequency>,
    /// All stations of the airport.
    pub stations: Vec<Station>,
    /// The runway in use.
    pub active: Option<Runway>,
    /// The runways that exist, as far as known.
    pub runways: Vec<Runway>,
    /// Runways that are closed.
    pub closed: Vec<Runway>,
    /// The whole airport is closed.
    pub airport_closed: bool,
    /// Who or what is on which runway.
    pub occupied: BTreeMap<Runway, String>,
    /// Side of the traffic pattern of the runway in use.
    pub pattern: Side,
    /// Current ATIS letter.
    pub atis: Option<char>,
    /// As reported.
    pub weather: Weather,
    /// The pilot's aircraft.
    pub callsign: Callsign,
    /// ICAO type.
    pub aircraft_type: Option<String>,
    /// On its wheels.
    pub on_ground: bool,
    /// Phase of flight by the engine's own reckoning.
    pub phase: Phase,
    /// The runway that the aircraft is at, on or lined up for, by geometry.
    pub runway_here: Option<Runway>,
    /// On the pavement of that runway.
    pub on_runway: bool,
    /// Feet above sea level.
    pub altitude_ft: Option<i32>,
    /// Where it is, in words: "10 miles north".
    pub position: Option<String>,
    /// Nautical miles to the threshold of the runway in play.
    pub distance_nm: Option<f64>,
    /// Aircraft on final for any end of any runway, the nearest first.
    pub finals: Vec<TrafficFacts>,
    /// Who lands before this aircraft on the runway that it comes in for, on any leg, the first to land first.
    pub sequence: Vec<Ahead>,
    /// The seconds that this aircraft has left to it.
    pub own_seconds: Option<f64>,
    /// The aircraft that matters for the runway in use.
    pub traffic: Option<TrafficFacts>,
    /// The way to the runway in use.
    pub route_out: Option<TaxiRoute>,
    /// The way to parking.
    pub route_in: Option<TaxiRoute>,
    /// Intersections with their remaining length in words.
    pub intersections: BTreeMap<String, String>,
    /// Filed plan.
    pub flight_plan: Option<FlightPlan>,
    /// Instrument flight.
    pub ifr: bool,
    /// Cleared altitude, feet.
    pub assigned_altitude_ft: Option<i32>,
    /// Assigned code.
    pub assigned_squawk: Option<Squawk>,
    /// An assignable code, from the engine's own series; `None`: none can be given.
    pub free_squawk: Option<Squawk>,
    /// Airspace ahead, in words.
    pub airspace_ahead: Option<String>,
    /// The code that the transponder shows.
    pub transponder: Option<Squawk>,
    /// Magnetic heading of the aircraft, degrees.
    pub heading_mag: Option<f64>,
    /// Where the aircraft is relative to the final approach of the runway in use.
    pub final_course: Option<FinalCourse>,
    /// Nobody is vectored below this, feet: the field's elevation plus 1,500 until the data knows better.
    pub minimum_ft: Option<i32>,
    /// The lowest altitude that may be assigned here, feet, by terrain that is known or was seen; `None`: nothing is known of it.
    pub floor_ft: Option<i32>,
    /// Approaches that the data knows for this airport; `None`: whoever states the situation lists none.
    pub approaches: Option<Vec<Procedure>>,
    /// The departure that the filed route begins with, by a name that the data has for the runway in use.
    pub departure: Option<String>,
    /// The destination, nautical miles from here, and its compass direction.
    pub destination: Option<Destination>,
    /// The destination of the plan, as it is called.
    pub filed_place: Option<String>,
    /// The place that the pilot named, as it is called.
    pub asked_place: Option<String>,
    /// The unit that takes the aircraft over next, by where it is.
    pub next_unit: Option<Station>,
    /// The pilot called another field's unit by its name.
    pub called_elsewhere: bool,
    /// Traffic in flight that a radar unit points out.
    pub advisory: Option<Advisory>,
    /// Class B or C airspace in reach.
    pub airspace: Option<NearAirspace>,
    /// The nearest class B airspace in reach, whatever other airspace is nearer.
    pub bravo: Option<NearAirspace>,
    /// Of the airport at hand, feet.
    pub elevation_ft: Option<f64>,
    /// Indicated airspeed, knots.
    pub ias_kt: Option<f64>,
    /// In the air: the way to the airport at hand.
    pub home: Option<Home>,
    /// An instrument flight in the air: where it lands.
    pub arrival: Option<Arrival>,
    /// A live aircraft: a plan may be filed by voice, and the clearance record is the engine's own.
    pub live: bool,
    /// The ground and the units around: see [`Situation::floor`] and [`Situation::en_route`].
    pub around: Arc<Around>,
}

/// The aircraft relative to a runway's final approach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinalCourse {
    /// The runway.
    pub runway: Runway,
    /// Magnetic course, degrees, 0 to 360.
    pub course_mag: f64,
    /// Nautical miles before the threshold; negative when past it.
    pub before_nm: f64,
    /// Nautical miles right of the final approach course; negative left of it.
    pub right_nm: f64,
}

/// The way to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// As it is called.
    pub name: String,
    /// Magnetic heading towards it, 1 to 360 degrees.
    pub heading_mag: u16,
    /// Nautical miles.
    pub distance_nm: u16,
}

/// Where a flight goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// As it is said: "Monterey".
    pub name: String,
    /// Nautical miles from here.
    pub distance_nm: f64,
    /// It has a tower.
    pub towered: bool,
    /// It is the airport at hand.
    pub here: bool,
}

impl Situation {
    /// The whole name of an approach of this kind to a runway, as the data has it: "RNAV Y" for "RNAV".
    pub fn approach_named(&self, kind: &str, runway: Runway) -> Option<&str> {
        procedures::named(self.approaches.as_deref()?, kind, runway)
    }

    /// The station of a facility.
    pub fn station(&self, facility: Facility) -> Option<&Station> {
        self.stations.iter().find(|s| s.facility == facility)
    }

    /// A live tower at a field without a ground station: it works the taxiways too. Where a situation is only stated, a station
    /// that is not listed may still exist.
    pub fn tower_works_ground(&self) -> bool {
        // Without any unit on record nothing says that there is no ground unit.
        let on_record = self.live || !self.stations.is_empty();
        on_record && self.facility == Facility::Tower && self.station(Facility::Ground).is_none()
    }

    /// "contact Tower 118.6": with the frequency where it is known.
    pub fn contact(&self, facility: Facility) -> Item {
        Item::Contact { unit: self.unit_name(facility), frequency: self.station(facility).map(|s| s.frequency) }
    }

    /// What a unit is called within its own airport: "Tower"; radar units by their own name.
    pub fn unit_name(&self, facility: Facility) -> String {
        match facility {
            Facility::Approach | Facility::Departure | Facility::Center => {
                self.station(facility).map_or_else(|| facility.word().to_owned(), |s| s.name.clone())
            }
            _ => facility.word().to_owned(),
        }
    }

    /// The full name of the unit that speaks: "Palo Alto Ground".
    pub fn own_station(&self) -> Option<String> {
        if self.facility == Facility::Ctaf {
            return Some(format!("{} {}", self.airport_name, self.region.unit_information));
        }
        self.station(self.facility).map(|s| s.name.clone()).filter(|n| !n.is_empty())
    }

    /// The runway that a call is about: the one said, if it exists; else the one at hand; else the one in use.
    pub fn runway_for(&self, said: Option<Runway>) -> Option<Runway> {
        said.and_then(|r| self.known(r)).or(self.runway_here).or(self.active)
    }

    /// The runway as the airport has it: "28" said at an airport with 28L alone in use stays unknown.
    pub fn known(&self, said: Runway) -> Option<Runway> {
        if self.runways.is_empty() || self.runways.contains(&said) { Some(said) } else { None }
    }

    /// The runway of a taxi clearance: the one asked for, where there is a choice; else the one in use. On a single strip whoever
    /// wants the other end would meet the traffic of this one.
    pub fn taxi_runway(&self, asked: Option<Runway>) -> Option<Runway> {
        let choice = self.active.is_none() || self.runways.len() > 2;
        asked.and_then(|r| self.known(r)).filter(|r| choice || Some(*r) == self.active).or(self.active)
    }

    /// Statute miles at the field. A simulator tells of the air around the aircraft: in flight, in a cloud, that is not the field's.
    pub fn visibility_sm(&self) -> Option<f64> {
        self.weather.visibility_sm.filter(|v| v.is_finite() && *v >= 0.0 && (self.on_ground || !self.live))
    }

    /// The wind as an item, when it is known.
    pub fn wind(&self) -> Option<Item> {
        let (dir, kt) = (self.weather.wind_dir?, self.weather.wind_kt?);
        let mut degrees = ((dir / 10.0).round() * 10.0).rem_euclid(360.0) as u16;
        if degrees == 0 {
            degrees = 360;
        }
        Some(Item::Wind { dir: degrees, knots: kt.round().max(0.0) as u16 })
    }

    /// The pressure setting as this region says it, when it is known.
    pub fn pressure(&self) -> Option<Item> {
        let inhg = self.weather.altimeter_inhg;
        Some(Item::Pressure(match self.region.pressure {
            PressureUnit::Inches => Pressure::Altimeter((inhg? * 100.0).round() as u16),
            PressureUnit::Hectopascals => Pressure::Qnh(self.weather.qnh_hpa.or(inhg.map(|i| (i * 33.863_9).floor()))?.round() as u16),
        }))
    }

    /// Feet that are said as a flight level here.
    pub fn is_level(&self, feet: i32) -> bool {
        self.transition.level_of(feet).is_flight()
    }

    /// The transition level, hundreds of feet, where the transition altitude is known, and the pressure that it follows from.
    pub fn transition_level(&self) -> Option<i32> {
        let qnh = self.weather.qnh_hpa.or(self.weather.altimeter_inhg.map(|i| i * 33.863_9));
        self.transition.level(qnh).filter(|_| self.transition.known)
    }

    /// Somebody or something is on the runway, or about to be: it must not be entered or landed on.
    pub fn runway_blocked(&self, runway: Runway) -> bool {
        self.in_the_way(runway).is_some()
    }

    /// Who is on it, or about to be, in words.
    pub fn in_the_way(&self, runway: Runway) -> Option<String> {
        let on_it = self.occupant(runway).map(|o| format!("{o}, on the runway"));
        on_it.or_else(|| self.all_on_final(runway).find(|t| t.close).map(|t| t.words.clone()))
    }

    /// The nearest on final for a runway, from whichever end.
    pub fn on_final(&self, runway: Runway) -> Option<&TrafficFacts> {
        self.all_on_final(runway).next()
    }

    /// Who comes in so that nobody may take off: near, or from the other end, whom a departure would meet.
    pub fn against_departure(&self, runway: Runway) -> Option<&TrafficFacts> {
        self.all_on_final(runway).find(|t| t.close || t.runway == Some(runway.reciprocal()))
    }

    /// Who comes in for this end of the runway, the nearest to it first: an arrival is behind all of them.
    pub fn ahead(&self, runway: Runway) -> Vec<&TrafficFacts> {
        self.all_on_final(runway).filter(|t| t.runway != Some(runway.reciprocal())).fold(Vec::new(), |mut all, t| {
            if !all.contains(&t) {
                all.push(t);
            }
            all
        })
    }

    /// Who lands before this aircraft, in words, the first to land first: on final as far as it is stated or seen, and on the other legs.
    pub fn before(&self, runway: Runway) -> Vec<String> {
        let mut all: Vec<String> = self.sequence.iter().filter(|a| a.runway == runway).map(|a| a.words.clone()).collect();
        for t in self.ahead(runway) {
            let known = |w: &String| t.words.starts_with(w.as_str());
            if !all.iter().any(known) {
                all.insert(0, t.words.clone());
            }
        }
        all
    }

    /// The seconds between the one who lands before this aircraft, and it.
    pub fn gap(&self, runway: Runway) -> Option<f64> {
        let last = self.sequence.iter().rfind(|a| a.runway == runway)?;
        Some(self.own_seconds? - last.seconds)
    }

    fn all_on_final(&self, runway: Runway) -> impl Iterator<Item = &TrafficFacts> {
        let strip = move |r: Runway| r == runway || r == runway.reciprocal();
        self.finals.iter().chain(&self.traffic).filter(move |t| t.runway.is_none_or(strip))
    }

    /// What stands on a runway (either end of the strip).
    pub fn occupant(&self, runway: Runway) -> Option<&str> {
        self.occupied.get(&runway).or_else(|| self.occupied.get(&runway.reciprocal())).map(String::as_str)
    }

    /// The runway or the airport is closed.
    pub fn is_closed(&self, runway: Runway) -> bool {
        self.airport_closed || self.closed.contains(&runway) || self.closed.contains(&runway.reciprocal())
    }
}
