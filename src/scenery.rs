//! The airports of the simulators on this machine: where their files lie, their import, and the look-up of one airport.

mod sources;
mod store;

use std::path::PathBuf;

pub use sources::{Wanted, found};
pub use store::{Imports, Outcome};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// X-Plane's format, packed by gzip or not: many airports.
    AptDat,
    /// FlightGear's taxi network of one airport.
    Groundnet,
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
}
