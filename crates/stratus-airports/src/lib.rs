//! The airport model: runways, stations with their frequencies, and a taxi graph if one is known. It includes the
//! airports of the world, and readers for the files and packets in which simulators describe their airports. It opens no file itself.
#![forbid(unsafe_code)]
// The pure half behaves the same on every machine and at every time: ../../clippy.toml lists what it may not use.
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

/// The most characters of a name from an external file.
const LONGEST_NAME: usize = 80;

/// A name from an external file that is safe to show and speak: letters, digits and simple marks, but nothing that
/// moves a cursor, is markup, or changes the direction of the text.
fn plain_name(text: &str) -> String {
    let fits = |c: &char| c.is_alphanumeric() || " .,'()/-".contains(*c);
    text.trim().chars().filter(fits).take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// An airport. Unknown facts are absent and are never spoken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Airport {
    /// ICAO code: "KPAO".
    pub icao: String,
    /// The name as stations use it: "Palo Alto".
    pub name: String,
    /// The place, for people: "Palo Alto, California".
    pub place: String,
    /// The region whose phraseology is spoken there.
    #[serde(default)]
    pub region: Region,
    /// Reference point.
    pub position: LatLon,
    /// Feet above mean sea level.
    pub elevation_ft: f64,
    /// Its transition altitude, feet above mean sea level, if its data has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_altitude_ft: Option<i32>,
    /// Magnetic variation in degrees, east positive: magnetic = true - variation.
    pub variation: f64,
    /// Invented for tests; never offered to a pilot automatically.
    #[serde(default)]
    pub made_up: bool,
    /// Runway strips.
    pub runways: Vec<Strip>,
    /// Stations.
    pub stations: Vec<Station>,
    /// Taxiways; `None` if no graph is known. In that case no taxiway is ever named.
    #[serde(default)]
    pub taxiways: Option<TaxiGraph>,
    /// Departures, arrivals and approaches by name. A procedure that is not listed is never named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<Procedure>,
    /// The transition altitude and level.
    #[serde(default, skip_serializing_if = "Transition::is_unknown")]
    pub transition: Transition,
}

/// The transition altitude and transition level of an airport, as far as they are known.
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
    /// Whether neither of them is known.
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
    /// It has edge lights.
    #[serde(default)]
    pub lighted: bool,
    /// Out of use: never assigned.
    #[serde(default)]
    pub closed: bool,
    /// Its ends are not surveyed, but estimated from the airport's position, the heading and the length.
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
    /// The kind of unit.
    pub facility: Facility,
    /// The spoken name: "Palo Alto Tower", "NorCal Approach".
    pub name: String,
    /// Its frequency.
    pub frequency: Frequency,
}

/// The taxi network: nodes, and the taxiways that connect them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxiGraph {
    /// Points.
    pub nodes: Vec<TaxiNode>,
    /// Connections of two points.
    pub edges: Vec<TaxiEdge>,
}

/// A point of the taxi graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxiNode {
    /// Unique among the nodes.
    pub id: u32,
    /// The position.
    pub position: LatLon,
    /// The parking place here: "west ramp".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parking: Option<String>,
    /// The runway ends that are held short of here (at full length unless `intersection`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Runway>,
    /// The holding point is not at full length.
    #[serde(default, skip_serializing_if = "is_false")]
    pub intersection: bool,
}

/// A piece of taxiway between two nodes.
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
    /// The runway strip that this piece crosses or follows, named by one of its ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runway: Option<Runway>,
    /// It may be taxied only from `from` to `to`.
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

    /// This airport with the name, place and phraseology of another description of it. It also gets the stations that
    /// it lacks: all if it has none, otherwise the radar units and, if it has a tower, ATIS and clearance delivery.
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

    /// Whether it has a tower, by its frequencies.
    pub fn towered(&self) -> bool {
        self.stations.iter().any(|s| s.facility == Facility::Tower)
    }

    /// The end of a strip by its number.
    pub fn end(&self, runway: Runway) -> Option<&End> {
        self.runways.iter().flat_map(|s| s.ends.iter()).find(|e| e.runway == runway)
    }
}
