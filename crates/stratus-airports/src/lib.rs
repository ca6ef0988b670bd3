//! The airport model: runways, stations with their frequencies, and a taxi graph where one is known. With it the airports
//! of the world, and readers of the files and packets that simulators tell of theirs. It opens no file itself.
#![forbid(unsafe_code)]
// The same everywhere and at every time: ../../clippy.toml lists what the pure half may not touch.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod airspace;
pub mod apt_dat;
pub mod cifp;
pub mod controllers;
pub mod data;
pub mod described;
pub mod draw;
pub mod fixes;
pub mod groundnet;
pub mod heights;
pub mod imported;
pub mod legs;
pub mod magnetic;
pub mod minima;
pub mod msfs;
pub mod openair;
pub mod procedures;
pub mod reduce;
pub mod routing;
pub mod runway;
pub mod surroundings;
mod water;
pub mod world;

use serde::{Deserialize, Serialize};

pub use procedures::Procedure;
pub use stratus_units as units;

use crate::units::{Facility, Frequency, LatLon, Region, Runway, Side};

/// Characters that a name out of somebody's file may have.
const LONGEST_NAME: usize = 80;

/// A name out of somebody's file, as it may be shown and spoken: letters, digits and simple marks, nothing that
/// moves a cursor, is markup or turns the writing round.
fn plain_name(text: &str) -> String {
    let fits = |c: &char| c.is_alphanumeric() || " .,'()/-".contains(*c);
    text.trim().chars().filter(fits).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// An airport. What is not known is absent, and is then never said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Airport {
    /// ICAO code: "KPAO".
    pub icao: String,
    /// As stations are called: "Palo Alto".
    pub name: String,
    /// Where it is, for a person: "Palo Alto, California".
    pub place: String,
    /// Whose phraseology is spoken there.
    #[serde(default)]
    pub region: Region,
    /// Reference point.
    pub position: LatLon,
    /// Feet above mean sea level.
    pub elevation_ft: f64,
    /// Its transition altitude, feet above mean sea level, where its data has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_altitude_ft: Option<i32>,
    /// Magnetic variation in degrees, east positive: magnetic = true - variation.
    pub variation: f64,
    /// Made up for tests; never offered to a pilot by itself.
    #[serde(default)]
    pub made_up: bool,
    /// Runway strips.
    pub runways: Vec<Strip>,
    /// Stations.
    pub stations: Vec<Station>,
    /// Taxiways; `None` where no graph is known: then no taxiway is ever named.
    #[serde(default)]
    pub taxiways: Option<TaxiGraph>,
    /// Departures, arrivals and approaches by their names; where none is known none is ever named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<Procedure>,
    /// Where altitudes end and flight levels begin.
    #[serde(default, skip_serializing_if = "Transition::is_unknown")]
    pub transition: Transition,
}

/// Transition altitude and transition level of an airport, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transition {
    /// Feet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub altitude_ft: Option<i32>,
    /// Hundreds of feet: 70 is FL70.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u16>,
}

impl Transition {
    /// Neither of them is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// A strip of runway with its two ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strip {
    /// Feet.
    pub length_ft: f64,
    /// Feet.
    pub width_ft: f64,
    /// "asphalt".
    pub surface: String,
    /// It has lights along its edges.
    #[serde(default)]
    pub lighted: bool,
    /// Out of use: never assigned.
    #[serde(default)]
    pub closed: bool,
    /// Its ends are not surveyed, but drawn from the airport's position, the heading and the length.
    #[serde(default)]
    pub drawn: bool,
    /// The two ends.
    pub ends: [End; 2],
}

/// One end of a strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Its number.
    pub runway: Runway,
    /// The beginning of the pavement.
    pub start: LatLon,
    /// Feet from `start` to the landing threshold.
    #[serde(default)]
    pub displaced_ft: f64,
    /// The side of its traffic pattern: left unless charted otherwise (14 CFR 91.126).
    #[serde(default = "left")]
    pub pattern: Side,
}

fn left() -> Side {
    Side::Left
}

/// A station on a frequency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    /// What it does.
    pub facility: Facility,
    /// As it is called: "Palo Alto Tower", "NorCal Approach".
    pub name: String,
    /// Where it is heard.
    pub frequency: Frequency,
}

/// Nodes and the taxiways that join them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxiGraph {
    /// Points.
    pub nodes: Vec<TaxiNode>,
    /// Joins of two points.
    pub edges: Vec<TaxiEdge>,
}

/// A point of the taxi graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxiNode {
    /// Unique among the nodes.
    pub id: u32,
    /// Where.
    pub position: LatLon,
    /// The parking place here: "west ramp".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parking: Option<String>,
    /// Holding point of these runway ends (full length unless `intersection`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Runway>,
    /// The hold is not at full length.
    #[serde(default, skip_serializing_if = "is_false")]
    pub intersection: bool,
}

/// A piece of taxiway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxiEdge {
    /// A node's id.
    pub from: u32,
    /// A node's id.
    pub to: u32,
    /// The taxiway's name: "A"; empty for an apron.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The runway strip that this piece crosses or runs along, by one of its ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runway: Option<Runway>,
    /// It is taxied only from `from` to `to`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub one_way: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(b: &bool) -> bool {
    !b
}

impl Airport {
    /// Every runway end in use, in the order of the data.
    pub fn strips_ends(&self) -> Vec<Runway> {
        self.runways.iter().filter(|s| !s.closed).flat_map(|s| s.ends.iter().map(|e| e.runway)).collect()
    }

    /// This airport with the name, place and phraseology of another description of it. Stations that it does not have are
    /// the other's: all where it has none, else the radar units and, at a tower, recording and clearance delivery.
    #[must_use]
    pub fn called_as(mut self, other: Option<&Airport>) -> Airport {
        let Some(other) = other else { return self };
        for s in &mut self.stations {
            if let Some(unit) = s.name.strip_prefix(self.name.as_str()) {
                s.name = format!("{}{unit}", other.name);
            }
        }
        let (none, towered) = (self.stations.is_empty(), self.towered());
        for s in &other.stations {
            let lacks = !self.stations.iter().any(|own| own.facility == s.facility);
            let fits = match s.facility {
                Facility::Approach | Facility::Departure | Facility::Center => true,
                Facility::Atis | Facility::Clearance | Facility::Ground => towered,
                Facility::Tower | Facility::Ctaf => false,
            };
            if none || lacks && fits {
                self.stations.push(s.clone());
            }
        }
        self.name.clone_from(&other.name);
        self.place.clone_from(&other.place);
        self.region = other.region;
        self
    }

    /// A tower controls it: decided by its frequencies.
    pub fn towered(&self) -> bool {
        self.stations.iter().any(|s| s.facility == Facility::Tower)
    }

    /// The end of a strip by its number.
    pub fn end(&self, runway: Runway) -> Option<&End> {
        self.runways.iter().flat_map(|s| s.ends.iter()).find(|e| e.runway == runway)
    }
}
