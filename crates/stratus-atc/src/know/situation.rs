//! `Situation`: everything that a controller knows at the moment of a call. A fact that is not in it is unknown and never spoken.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::around::Around;
use super::surface::Surface;
use crate::airports::airspace::Class;
use crate::airports::{Procedure, Station, procedures};
use crate::instruction::{Item, Pressure};
pub use crate::know::arrival::Arrival;
use crate::phase::Phase;
pub use crate::report::FlightPlan;
use crate::report::Weather;
use crate::units::region::PressureUnit;
use crate::units::{Callsign, Facility, Frequency, LatLon, Region, Runway, Side, Squawk, Transition};

/// Relevant traffic, in words made from the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrafficFacts {
    /// "Boeing 737, half mile final, runway 28L".
    pub words: String,
    /// The runway that it is about to use, if the words name one.
    pub runway: Option<Runway>,
    /// Whether it is so close that no other aircraft may enter that runway.
    pub close: bool,
    /// Whether it is so near that no other aircraft may wait on that runway.
    pub near: bool,
}

/// An aircraft inbound to a runway, on any leg.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    /// "Cessna on right base".
    pub words: String,
    /// Its remaining distance along the pattern, nautical miles.
    pub miles: f64,
    /// Its remaining time, seconds.
    pub seconds: f64,
    /// The runway.
    pub runway: Runway,
}

/// Traffic in flight, as a radar controller points it out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Advisory {
    /// "2 o'clock, 3 miles, westbound, Cessna".
    pub words: String,
    /// Its altitude to the nearest hundred, feet.
    pub feet: i32,
    /// Its identity, so that it is pointed out only once.
    pub whom: String,
}

/// Nearby class B or C airspace.
#[derive(Debug, Clone, PartialEq)]
pub struct NearAirspace {
    /// Its class.
    pub class: Class,
    /// The primary airport: "San Francisco".
    pub name: String,
    /// Its ICAO code.
    pub icao: String,
    /// Distance to the primary airport, nautical miles.
    pub distance_nm: f64,
    /// The aircraft is inside.
    pub inside: bool,
    /// The track enters it soon.
    pub ahead: bool,
}

/// A taxi route, if a taxi graph is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaxiRoute {
    /// Taxiways in order.
    pub via: Vec<String>,
    /// The first runway that the route crosses, and at which taxiway.
    pub first_crossing: Option<(Runway, Option<String>)>,
}

/// A strip of runway, as the airport's data describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pavement {
    /// Its two ends.
    pub ends: [Runway; 2],
    /// Feet.
    pub length_ft: f64,
    /// "asphalt"; "unknown" if the data has none.
    pub surface: String,
    /// It has edge lights.
    pub lighted: bool,
}

/// The facts at the moment of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Situation {
    /// The region whose phraseology applies.
    pub region: Region,
    /// The transition altitude and level.
    pub transition: Transition,
    /// ICAO code of the current airport.
    pub icao: String,
    /// "Palo Alto"; empty if unknown.
    pub airport_name: String,
    /// There is an open control tower.
    pub towered: bool,
    /// The unit that hears the call.
    pub facility: Facility,
    /// Its frequency, if a simulator reports it.
    pub frequency: Option<Frequency>,
    /// All stations of the airport.
    pub stations: Vec<Station>,
    /// The runway in use.
    pub active: Option<Runway>,
    /// The known runways.
    pub runways: Vec<Runway>,
    /// Their length, surface and lights; empty if unknown.
    pub pavements: Vec<Pavement>,
    /// Runways that are closed.
    pub closed: Vec<Runway>,
    /// The whole airport is closed.
    pub airport_closed: bool,
    /// The aircraft or other obstacle on each runway.
    pub occupied: BTreeMap<Runway, String>,
    /// The pattern side of the runway in use.
    pub pattern: Side,
    /// Current ATIS letter.
    pub atis: Option<char>,
    /// The reported weather.
    pub weather: Weather,
    /// The pilot's aircraft.
    pub callsign: Callsign,
    /// ICAO type.
    pub aircraft_type: Option<String>,
    /// Its wheels are on the ground.
    pub on_ground: bool,
    /// The phase of flight as the engine determines it.
    pub phase: Phase,
    /// The runway that the aircraft is at, on or lined up with, by geometry.
    pub runway_here: Option<Runway>,
    /// On the pavement of that runway.
    pub on_runway: bool,
    /// The position of a live aircraft.
    pub at: Option<LatLon>,
    /// The magnetic variation there, degrees, east positive.
    pub variation: f64,
    /// Altitude, feet above sea level.
    pub altitude_ft: Option<i32>,
    /// The position in words: "10 miles north".
    pub position: Option<String>,
    /// Distance to the threshold of the relevant runway, nautical miles.
    pub distance_nm: Option<f64>,
    /// Aircraft on final for any runway end, nearest first.
    pub finals: Vec<TrafficFacts>,
    /// Aircraft that land before this one on its runway, on any leg, first to land first.
    pub sequence: Vec<Ahead>,
    /// The seconds left for this aircraft to that runway.
    pub own_seconds: Option<f64>,
    /// The traffic relevant to the runway in use.
    pub traffic: Option<TrafficFacts>,
    /// The taxi route to the runway in use.
    pub route_out: Option<TaxiRoute>,
    /// The taxi route to parking.
    pub route_in: Option<TaxiRoute>,
    /// Intersections and their remaining runway length in words.
    pub intersections: BTreeMap<String, String>,
    /// The runways as seen from the aircraft.
    pub surface: Surface,
    /// The filed plan.
    pub flight_plan: Option<FlightPlan>,
    /// An instrument flight.
    pub ifr: bool,
    /// The cleared altitude, feet.
    pub assigned_altitude_ft: Option<i32>,
    /// The assigned code.
    pub assigned_squawk: Option<Squawk>,
    /// A code that may be assigned, from the engine's own series; `None` if none is available.
    pub free_squawk: Option<Squawk>,
    /// Airspace ahead, in words.
    pub airspace_ahead: Option<String>,
    /// The code that the transponder shows.
    pub transponder: Option<Squawk>,
    /// The transponder is identing.
    pub ident: bool,
    /// Magnetic heading of the aircraft, degrees.
    pub heading_mag: Option<f64>,
    /// The aircraft's position relative to the final approach of the runway in use.
    pub final_course: Option<FinalCourse>,
    /// The lowest vectoring altitude, feet: field elevation plus 1,500, unless the data has a better value.
    pub minimum_ft: Option<i32>,
    /// The simulator's clock, minutes of the UTC day.
    pub utc_min: Option<u16>,
    /// The lowest altitude that may be assigned here, feet, from known or reported terrain; `None` if unknown.
    pub floor_ft: Option<i32>,
    /// The airport's approaches in the data; `None` if a stated situation lists none.
    pub approaches: Option<Vec<Procedure>>,
    /// The departure at the start of the filed route, under its name in the data for the runway in use.
    pub departure: Option<String>,
    /// The destination, with its distance and compass direction.
    pub destination: Option<Destination>,
    /// The spoken name of the plan's destination.
    pub filed_place: Option<String>,
    /// The spoken name of the place that the pilot named.
    pub asked_place: Option<String>,
    /// The frequency of the recorded information there.
    pub asked_atis: Option<Frequency>,
    /// The direction to the field that the pilot named, from an aircraft in the air.
    pub asked_field: Option<Home>,
    /// The unit that takes over next at the present position.
    pub next_unit: Option<Station>,
    /// The pilot called another field's unit by name.
    pub called_elsewhere: bool,
    /// Traffic in flight for a radar unit to point out.
    pub advisory: Option<Advisory>,
    /// Nearby class B or C airspace.
    pub airspace: Option<NearAirspace>,
    /// The nearest class B airspace, even if other airspace is closer.
    pub bravo: Option<NearAirspace>,
    /// Elevation of the current airport, feet.
    pub elevation_ft: Option<f64>,
    /// Indicated airspeed, knots.
    pub ias_kt: Option<f64>,
    /// The direction to the current airport, for an aircraft in the air.
    pub home: Option<Home>,
    /// The destination of an instrument flight in the air.
    pub arrival: Option<Arrival>,
    /// A live aircraft: it can file by voice, and the engine keeps its clearance record.
    pub live: bool,
    /// The terrain and units around: see [`Situation::floor`] and [`Situation::en_route`].
    pub around: Arc<Around>,
}

/// The aircraft's position relative to a runway's final approach.
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

/// The direction to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Its spoken name.
    pub name: String,
    /// Magnetic heading towards it, 1 to 360 degrees.
    pub heading_mag: u16,
    /// Nautical miles.
    pub distance_nm: u16,
    /// It is the current airport, whose runways and weather are known.
    pub here: bool,
    /// Both ends of its longest runway, and its length, feet.
    pub longest: Option<([Runway; 2], u16)>,
}

/// The destination of a flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Destination {
    /// Its spoken name: "Monterey".
    pub name: String,
    /// Nautical miles from here.
    pub distance_nm: f64,
    /// It has a tower.
    pub towered: bool,
    /// It is the current airport.
    pub here: bool,
}

impl Situation {
    /// The full name in the data of an approach of this kind to a runway: "RNAV Y" for "RNAV".
    pub fn approach_named(&self, kind: &str, runway: Runway) -> Option<&str> {
        procedures::named(self.approaches.as_deref()?, kind, runway)
    }

    /// The strip that a runway belongs to.
    pub fn pavement(&self, runway: Runway) -> Option<&Pavement> {
        self.pavements.iter().find(|p| p.ends.contains(&runway))
    }

    /// The station of a facility.
    pub fn station(&self, facility: Facility) -> Option<&Station> {
        self.stations.iter().find(|s| s.facility == facility)
    }

    /// Whether a live tower at a field without a ground unit also works the taxiways. In a stated situation an unlisted station may still
    /// exist.
    pub fn tower_works_ground(&self) -> bool {
        // If no unit is listed, nothing says that there is no ground unit.
        let on_record = self.live || !self.stations.is_empty();
        on_record && self.facility == Facility::Tower && self.station(Facility::Ground).is_none()
    }

    /// "Contact Tower 118.6", with the frequency if it is known.
    pub fn contact(&self, facility: Facility) -> Item {
        Item::Contact { unit: self.unit_name(facility), frequency: self.station(facility).map(|s| s.frequency) }
    }

    /// Whether a unit of this airport works on another frequency than this one. Units that share a frequency answer for each other.
    pub fn elsewhere(&self, facility: Facility) -> bool {
        self.station(facility).is_some_and(|s| self.frequency.is_none_or(|f| !s.frequency.same_channel(f)))
    }

    /// A unit's name within its own airport: "Tower"; radar units have their own name.
    pub fn unit_name(&self, facility: Facility) -> String {
        match facility {
            Facility::Approach | Facility::Departure | Facility::Center => {
                self.station(facility).map_or_else(|| facility.word().to_owned(), |s| s.name.clone())
            }
            Facility::Clearance => self.region.unit_clearance.to_owned(),
            _ => facility.word().to_owned(),
        }
    }

    /// The full name of the speaking unit: "Palo Alto Ground".
    pub fn own_station(&self) -> Option<String> {
        if self.facility == Facility::Ctaf {
            return Some(format!("{} {}", self.airport_name, self.region.unit_information));
        }
        self.station(self.facility).map(|s| s.name.clone()).filter(|n| !n.is_empty())
    }

    /// The runway that a call refers to: the spoken one if it exists, otherwise the one at the aircraft, otherwise the one in use.
    pub fn runway_for(&self, said: Option<Runway>) -> Option<Runway> {
        said.and_then(|r| self.known(r)).or(self.runway_here).or(self.active)
    }

    /// The runway as the airport has it. "28" at an airport that has only 28L stays unknown.
    pub fn known(&self, said: Runway) -> Option<Runway> {
        if self.runways.is_empty() || self.runways.contains(&said) { Some(said) } else { None }
    }

    /// The runway of a taxi clearance: the requested one if there is a choice, otherwise the one in use. On a single runway, departing from
    /// the other end would be head-on with traffic.
    pub fn taxi_runway(&self, asked: Option<Runway>) -> Option<Runway> {
        let choice = self.active.is_none() || self.runways.len() > 2;
        asked.and_then(|r| self.known(r)).filter(|r| choice || Some(*r) == self.active).or(self.active)
    }

    /// Visibility at the field in statute miles. A simulator reports the air around the aircraft, which differs from the field's in flight
    /// and in cloud.
    pub fn visibility_sm(&self) -> Option<f64> {
        self.weather.visibility_sm.filter(|v| v.is_finite() && *v >= 0.0 && (self.on_ground || !self.live))
    }

    /// The wind as an item, if known.
    pub fn wind(&self) -> Option<Item> {
        let (dir, kt) = (self.weather.wind_dir?, self.weather.wind_kt?);
        let mut degrees = ((dir / 10.0).round() * 10.0).rem_euclid(360.0) as u16;
        if degrees == 0 {
            degrees = 360;
        }
        Some(Item::Wind { dir: degrees, knots: kt.round().max(0.0) as u16 })
    }

    /// The pressure setting in the region's units, if known.
    pub fn pressure(&self) -> Option<Item> {
        let inhg = self.weather.altimeter_inhg;
        Some(Item::Pressure(match self.region.pressure {
            PressureUnit::Inches => Pressure::Altimeter((inhg? * 100.0).round() as u16),
            PressureUnit::Hectopascals => Pressure::Qnh(self.weather.qnh_hpa.or(inhg.map(|i| (i * 33.863_9).floor()))?.round() as u16),
        }))
    }

    /// Whether this altitude is a flight level here.
    pub fn is_level(&self, feet: i32) -> bool {
        self.transition.level_of(feet).is_flight()
    }

    /// The transition level in hundreds of feet, if the transition altitude and the pressure are known.
    pub fn transition_level(&self) -> Option<i32> {
        let qnh = self.weather.qnh_hpa.or(self.weather.altimeter_inhg.map(|i| i * 33.863_9));
        self.transition.level(qnh).filter(|_| self.transition.known)
    }

    /// Whether the runway is occupied or about to be, so that it must not be entered or landed on.
    pub fn runway_blocked(&self, runway: Runway) -> bool {
        self.in_the_way(runway).is_some()
    }

    /// The aircraft or obstacle on it, or about to be, in words.
    pub fn in_the_way(&self, runway: Runway) -> Option<String> {
        let on_it = self.occupant(runway).map(|o| format!("{o}, on the runway"));
        on_it.or_else(|| self.all_on_final(runway).find(|t| t.close).map(|t| t.words.clone()))
    }

    /// Whether an aircraft is on close final for a runway, from either end.
    pub(crate) fn pressed(&self, runway: Runway) -> bool {
        self.all_on_final(runway).any(|t| t.close)
    }

    /// The aircraft on close final for a runway, from either end, in words.
    pub(crate) fn about_to_land(&self, runway: Runway) -> Option<String> {
        self.all_on_final(runway).find(|t| t.close).map(|t| t.words.clone())
    }

    /// The nearest aircraft on final for a runway, from either end.
    pub fn on_final(&self, runway: Runway) -> Option<&TrafficFacts> {
        self.all_on_final(runway).next()
    }

    /// Inbound traffic that prevents a takeoff: close, or from the opposite end.
    pub fn against_departure(&self, runway: Runway) -> Option<&TrafficFacts> {
        self.all_on_final(runway).find(|t| t.close || t.runway == Some(runway.reciprocal()))
    }

    /// Inbound traffic in front of which nobody may wait on the runway: near, or from the opposite end.
    pub fn against_waiting(&self, runway: Runway) -> Option<&TrafficFacts> {
        self.all_on_final(runway).find(|t| t.near || t.close || t.runway == Some(runway.reciprocal()))
    }

    /// The aircraft near on final for this end of a runway, if there is only one and none comes from the other end.
    pub fn next_to_land(&self, runway: Runway) -> Option<&TrafficFacts> {
        let opposite = self.all_on_final(runway).any(|t| t.runway == Some(runway.reciprocal()));
        let mut all = self.ahead(runway).into_iter().filter(|t| t.near);
        all.next().filter(|_| !opposite && all.next().is_none())
    }

    /// Traffic of a crossing runway that meets an aircraft on this one: it rolls, or is about to land.
    pub fn crossing_traffic(&self, runway: Runway) -> Option<String> {
        let about_to_land = |other: Runway| {
            let strip = |r: Runway| r == other || r == other.reciprocal();
            self.finals.iter().find(|t| t.close && t.runway.is_some_and(strip)).map(|t| t.words.clone())
        };
        self.crossing_roll(runway).or_else(|| self.surface.across(runway).find_map(about_to_land))
    }

    /// The aircraft that rolls on a crossing runway, in words.
    pub fn crossing_roll(&self, runway: Runway) -> Option<String> {
        self.surface.across(runway).find_map(|other| {
            let strip = |r: Runway| r == other || r == other.reciprocal();
            self.surface.rolling.iter().find(|(r, _)| strip(*r)).map(|(r, who)| format!("{who}, rolling on runway {r}"))
        })
    }

    /// Whether the aircraft moves no faster than one that taxies.
    pub fn taxi_speed(&self) -> bool {
        self.surface.speed_kt.is_none_or(|kt| kt <= super::surface::TAXI_KT)
    }

    /// Aircraft inbound to this runway end, nearest first. An arrival is behind all of them.
    pub fn ahead(&self, runway: Runway) -> Vec<&TrafficFacts> {
        self.all_on_final(runway).filter(|t| t.runway != Some(runway.reciprocal())).fold(Vec::new(), |mut all, t| {
            if !all.contains(&t) {
                all.push(t);
            }
            all
        })
    }

    /// Aircraft that land before this one, in words, first to land first: those stated or seen on final, and those on other legs.
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

    /// The seconds between this aircraft and the one that lands before it.
    pub fn gap(&self, runway: Runway) -> Option<f64> {
        let last = self.sequence.iter().rfind(|a| a.runway == runway)?;
        Some(self.own_seconds? - last.seconds)
    }

    fn all_on_final(&self, runway: Runway) -> impl Iterator<Item = &TrafficFacts> {
        let strip = move |r: Runway| r == runway || r == runway.reciprocal();
        self.finals.iter().chain(&self.traffic).filter(move |t| t.runway.is_none_or(strip))
    }

    /// The aircraft or obstacle on a runway (either end).
    pub fn occupant(&self, runway: Runway) -> Option<&str> {
        self.occupied.get(&runway).or_else(|| self.occupied.get(&runway.reciprocal())).map(String::as_str)
    }

    /// Whether the runway or the airport is closed.
    pub fn is_closed(&self, runway: Runway) -> bool {
        self.airport_closed || self.closed.contains(&runway) || self.closed.contains(&runway.reciprocal())
    }
}
