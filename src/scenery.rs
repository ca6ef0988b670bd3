//! The airports of the simulators on this machine: where their files lie, their import, and the look-up of one airport.

pub mod route;
mod sources;
mod store;
pub mod surroundings;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::airports::Airport;
use crate::airports::data::Airports;
use crate::airports::described::Described;
use crate::airports::legs::Charted;
use crate::problem::Problem;
use crate::units::text;

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

/// A file of procedures is no longer, in bytes: the rest is not read.
const LARGEST_CHARTS: u64 = 16 << 20;

/// The procedures of an airport with their legs, from the file that their names were imported from. A file that has gone since, or
/// cannot be read, tells none: the names are known.
fn charted(file: &Path) -> Charted {
    let mut bytes = Vec::new();
    match File::open(file).and_then(|f| f.take(LARGEST_CHARTS).read_to_end(&mut bytes)) {
        Ok(_) => Charted::parse(&text::line(&bytes)),
        Err(e) => {
            log::warn!("{}: {e}", file.display());
            Charted::default()
        }
    }
}

/// An airport as the imported files have it, over what is built in; `None` where they do not know it.
pub fn described(imports: &Imports, airports: &Airports, icao: &str) -> Result<Option<Described>, Problem> {
    let known = airports.find(icao);
    // American fields without an ICAO code stand there without the K that they have here.
    let short = icao.strip_prefix('K').filter(|rest| rest.len() == 3);
    for code in [Some(icao), short].into_iter().flatten() {
        if let Some(own) = imports.airport(code)? {
            let (sources, charts) = (own.sources.clone(), own.procedures_from.clone());
            if let Some(airport) = own.over(known.as_ref(), airports.well_known(icao)) {
                let airport = Airport { icao: icao.to_ascii_uppercase(), ..airport };
                return Ok(Some(Described { airport, sources, charted: charts.map(|p| charted(Path::new(&p))).unwrap_or_default() }));
            }
        }
    }
    Ok(None)
}
