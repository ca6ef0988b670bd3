//! The airports of the simulators on this machine: where their files lie, their import, and the look-up of one airport.

mod sources;
mod store;
pub mod surroundings;

use std::path::PathBuf;

use crate::airports::Airport;
use crate::airports::data::Airports;
use crate::airports::described::Described;
use crate::problem::Problem;

pub use sources::{Wanted, found};
pub use store::{Imports, Outcome, Progress};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// X-Plane's format, packed by gzip or not: many airports.
    AptDat,
    /// FlightGear's taxi network of one airport.
    Groundnet,
    /// X-Plane's procedures of one airport.
    Cifp,
}

/// A file of airports.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub changed: u128,
    /// Airports taken from it.
    pub airports: usize,
    /// Lines or tags that could not be read.
    pub skipped: u64,
    /// The pilot named it, or the folder that it is in.
    #[serde(default)]
    pub named: Option<Named>,
}

/// What a pilot named to be imported: it is looked at again whenever the index is brought up to date.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Named {
    /// X-Plane's folder.
    Xplane(PathBuf),
    /// FlightGear's data folder.
    Flightgear(PathBuf),
    /// A single file.
    File(PathBuf),
}

/// An airport as the imported files have it, over what is built in; `None` where they do not know it.
pub fn described(imports: &Imports, airports: &Airports, icao: &str) -> Result<Option<Described>, Problem> {
    let known = airports.find(icao);
    // American fields without an ICAO code stand there without the K that they have here.
    let short = icao.strip_prefix('K').filter(|rest| rest.len() == 3);
    for code in [Some(icao), short].into_iter().flatten() {
        if let Some(own) = imports.airport(code)? {
            let sources = own.sources.clone();
            if let Some(airport) = own.over(known.as_ref(), airports.well_known(icao)) {
                return Ok(Some(Described { airport: Airport { icao: icao.to_ascii_uppercase(), ..airport }, sources }));
            }
        }
    }
    Ok(None)
}
