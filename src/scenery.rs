//! The airports of the simulators on this machine: finds their files, imports them, and looks up an airport.

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

/// The content of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// X-Plane's format, gzipped or not: many airports.
    AptDat,
    /// FlightGear's taxi network of one airport.
    Groundnet,
    /// X-Plane's procedures of one airport.
    Cifp,
}

/// A file with airports.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Source {
    /// The path.
    pub path: PathBuf,
    /// The kind.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Last modification, in nanoseconds since 1970.
    pub changed: u128,
    /// Airports taken from it.
    pub airports: usize,
    /// Number of lines or tags that could not be parsed.
    pub skipped: u64,
    /// Set if the pilot named it, or its folder.
    #[serde(default)]
    pub named: Option<Named>,
}

/// What a pilot named for import; checked again on every update of the index.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Named {
    /// X-Plane's folder.
    Xplane(PathBuf),
    /// FlightGear's data folder.
    Flightgear(PathBuf),
    /// A single file.
    File(PathBuf),
}

/// Maximum size of a procedures file, bytes; the rest is not read.
const LARGEST_CHARTS: u64 = 16 << 20;

/// The procedures of an airport with their legs, from the file that their names were imported from. If that file is missing or
/// unreadable, there are no legs, but the names are known.
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

/// An airport from the imported files, layered over the built-in data; `None` if they do not contain it.
pub fn described(imports: &Imports, airports: &Airports, icao: &str) -> Result<Option<Described>, Problem> {
    let known = airports.find(icao);
    // Some files list American fields without an ICAO code without the K that they have here.
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
