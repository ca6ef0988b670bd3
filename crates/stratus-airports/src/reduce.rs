//! Reduces OurAirports' tables, row by row, to the airports of the world, as `scripts/world.py` does, but on the
//! pilot's machine. The tables come from outside: impossible rows are left out and counted, and too little data in
//! total is refused.

mod names;
mod pack;
mod runways;
mod stations;
mod towns;

use std::collections::{BTreeMap, BTreeSet};

use crate::world::Counts;
use runways::Strip;
use stations::{Heard, Listed};

/// The least share of the built-in data that newer tables must have: nine tenths.
const LEAST: (usize, usize) = (9, 10);
/// At most one row in this many may be damaged.
const DAMAGED: usize = 50;
/// The longest text that Stratus reads, in bytes.
const LONGEST: usize = 500;
/// The most rows of a table: about sixty times the real number.
const MOST_ROWS: usize = 5_000_000;
/// The most airports: what the format can number.
const MOST_AIRPORTS: usize = 65_535;
/// The most countries and states.
const MOST_PLACES: usize = 20_000;
/// The most strips of an airport, and the most rows of it that are read.
const STRIPS: usize = 20;
const STRIPS_LISTED: usize = 400;
/// The range of an airport's elevation, feet.
const ELEVATIONS: std::ops::RangeInclusive<f64> = -1_500.0..=20_000.0;
/// No airport is this close to 0 N 0 E, degrees.
const NOWHERE_DEG: f64 = 0.1;
/// The kinds of airports that are kept, the largest first.
const SIZES: [&str; 4] = ["large_airport", "medium_airport", "small_airport", "seaplane_base"];
/// Countries with the FAA's phraseology.
const FAA: [&str; 6] = ["US", "PR", "GU", "VI", "AS", "MP"];

/// The tables of OurAirports that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Countries by their code.
    Countries,
    /// States and provinces by their code.
    Regions,
    /// The airports.
    Airports,
    /// Their runways.
    Runways,
    /// Their frequencies.
    Frequencies,
}

impl Table {
    /// All of them, in the order in which they must be read.
    pub const ALL: [Table; 5] = [Self::Countries, Self::Regions, Self::Airports, Self::Runways, Self::Frequencies];

    /// The file's name at OurAirports.
    pub fn file(self) -> &'static str {
        match self {
            Self::Countries => "countries.csv",
            Self::Regions => "regions.csv",
            Self::Airports => "airports.csv",
            Self::Runways => "runways.csv",
            Self::Frequencies => "airport-frequencies.csv",
        }
    }

    /// The columns that are read, in the order of the values for [`Reduction::row`].
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Countries | Self::Regions => &["code", "name"],
            Self::Airports => &[
                "id",
                "ident",
                "type",
                "name",
                "latitude_deg",
                "longitude_deg",
                "elevation_ft",
                "iso_country",
                "iso_region",
                "municipality",
                "gps_code",
            ],
            Self::Runways => &[
                "airport_ref",
                "length_ft",
                "width_ft",
                "surface",
                "lighted",
                "closed",
                "le_ident",
                "he_ident",
                "le_latitude_deg",
                "le_longitude_deg",
                "he_latitude_deg",
                "he_longitude_deg",
                "le_heading_degT",
                "le_displaced_threshold_ft",
                "he_displaced_threshold_ft",
            ],
            Self::Frequencies => &["airport_ref", "type", "description", "frequency_mhz"],
        }
    }

    /// The largest file of this table, in bytes: five times its size in 2022.
    pub fn largest(self) -> u64 {
        match self {
            Self::Countries => 1 << 20,
            Self::Regions => 4 << 20,
            Self::Airports => 64 << 20,
            Self::Runways => 32 << 20,
            Self::Frequencies => 16 << 20,
        }
    }
}

/// An airport before it is written.
#[derive(Debug)]
struct Field {
    ident: Box<str>,
    code: Box<str>,
    name: Box<str>,
    /// Its whole name and its town.
    full: Box<str>,
    municipality: Box<str>,
    /// Its place in [`SIZES`].
    size: u8,
    place: u16,
    elevation: i16,
    faa: bool,
    lat: f64,
    lon: f64,
    /// Its position within its tile, once it has one.
    point: [u16; 2],
    runways: Vec<Strip>,
    listed: Listed,
    stations: Vec<Heard>,
}

impl Field {
    fn towered(&self) -> bool {
        self.stations.iter().any(|s| s.code == stations::TOWER)
    }

    /// Its town, unless that is its name; "-" if there is none.
    fn town(&self) -> &str {
        match &*self.municipality {
            "" => "-",
            t if t == &*self.name => "",
            t => t,
        }
    }
}

/// The result: the airports of the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    /// The bytes, in the format that `World` reads.
    pub bytes: Vec<u8>,
    /// How many airports, runways and stations they contain.
    pub counts: Counts,
    /// Rows that could not be read.
    pub damaged: usize,
}

/// Why tables cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Takes the tables' rows: countries and regions first, then the airports, then runways and frequencies.
#[derive(Debug, Default)]
pub struct Reduction {
    countries: BTreeMap<Box<str>, Box<str>>,
    regions: BTreeMap<Box<str>, Box<str>>,
    places: Vec<String>,
    fields: Vec<Field>,
    by_id: BTreeMap<u32, usize>,
    /// Rows and damaged rows of each table, in the order of [`Table::ALL`].
    rows: [(usize, usize); Table::ALL.len()],
}

impl Reduction {
    /// Takes a row: its values in the order of [`Table::columns`]. `Err` if there are too many rows.
    pub fn row(&mut self, table: Table, values: &[&str]) -> Result<(), Refused> {
        let taken = if values.iter().any(|v| v.len() > LONGEST) {
            None
        } else {
            match table {
                Table::Countries => named(&mut self.countries, values),
                Table::Regions => named(&mut self.regions, values),
                Table::Airports => self.airport(values),
                Table::Runways => self.runway(values),
                Table::Frequencies => self.frequency(values),
            }
        };
        let Some((rows, damaged)) = self.rows.get_mut(table as usize) else { return Ok(()) };
        *rows += 1;
        *damaged += usize::from(taken.is_none());
        if *rows > MOST_ROWS || self.fields.len() > MOST_AIRPORTS {
            return Err(Refused(format!("{} has more rows than there can be", table.file())));
        }
        Ok(())
    }

    /// Counts a row that could not be split into its columns.
    pub fn damaged(&mut self, table: Table) {
        if let Some((rows, damaged)) = self.rows.get_mut(table as usize) {
            *rows += 1;
            *damaged += 1;
        }
    }

    /// `None` for an impossible row. A row that is not needed (a heliport) is in order.
    fn airport(&mut self, values: &[&str]) -> Option<()> {
        let [id, ident, kind, name, lat, lon, elevation, country, region, municipality, gps] = values else { return None };
        let Some(size) = SIZES.iter().position(|s| s == kind) else { return Some(()) };
        let (lat, lon) = (number(lat)?, number(lon)?);
        // Records without a position, duplicates and advertisements stand at 0 N 0 E, in the sea.
        if lat.abs() < NOWHERE_DEG && lon.abs() < NOWHERE_DEG {
            return Some(());
        }
        let elevation = if elevation.is_empty() { 0.0 } else { number(elevation)? };
        let plain_code = (1..=12).contains(&ident.len()) && ident.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain_code || !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) || !ELEVATIONS.contains(&elevation) {
            return None;
        }
        // Codes are looked up in upper case.
        let ident = &*ident.to_ascii_uppercase();
        let id: u32 = id.trim().parse().ok()?;
        if self.by_id.contains_key(&id) {
            return None;
        }
        let place = if *country == "US" { self.regions.get(*region) } else { self.countries.get(*country) };
        let place = self.place(place.cloned().unwrap_or_default())?;
        let full = names::plain(name);
        let name = names::spoken(ident, name, municipality, *kind == "small_airport");
        let gps = gps.trim().to_uppercase();
        let is_code = (3..=4).contains(&gps.len()) && gps.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let code = if is_code && gps != "ZZZZ" { gps.as_str() } else { ident };
        self.by_id.insert(id, self.fields.len());
        self.fields.push(Field {
            // ZZZZ is what a flight plan contains if there is no code.
            ident: if ident == "ZZZZ" { code.into() } else { ident.into() },
            code: code.into(),
            name: name.into(),
            full: full.into(),
            municipality: names::plain(municipality).into(),
            size: u8::try_from(size).ok()?,
            place,
            elevation: elevation.round_ties_even() as i16,
            faa: FAA.contains(country),
            lat,
            lon,
            point: [0; 2],
            runways: Vec::new(),
            listed: Listed::default(),
            stations: Vec::new(),
        });
        Some(())
    }

    /// The index of a place among all places, in the order in which they come.
    fn place(&mut self, name: Box<str>) -> Option<u16> {
        if self.places.is_empty() {
            // The first entry means no place.
            self.places.push(String::new());
        }
        let known = self.places.iter().position(|p| **p == *name);
        let n = known.unwrap_or(self.places.len());
        if known.is_none() {
            self.places.push(name.into());
        }
        u16::try_from(n).ok()
    }

    fn runway(&mut self, values: &[&str]) -> Option<()> {
        let [of, length_ft, width_ft, surface, lighted, closed, le_ident, he_ident, a, b, c, d, le_heading, le_displaced, he_displaced] =
            values
        else {
            return None;
        };
        let Some(field) = self.field(of)? else { return Some(()) };
        let displaced = [*le_displaced, he_displaced];
        let row =
            runways::Row { length_ft, width_ft, surface, lighted, closed, le_ident, he_ident, ends: [a, b, c, d], le_heading, displaced };
        if field.runways.len() < STRIPS_LISTED {
            field.runways.extend(runways::strip(&row, field.lat, field.lon));
        }
        Some(())
    }

    fn frequency(&mut self, values: &[&str]) -> Option<()> {
        let [of, kind, description, mhz] = values else { return None };
        let Some(field) = self.field(of)? else { return Some(()) };
        field.listed.row(kind, description, mhz, names::Own { ident: &field.ident, name: &field.name });
        Some(())
    }

    /// The airport that a row belongs to, if it is one of those kept; `None` if the row names none.
    fn field(&mut self, id: &str) -> Option<Option<&mut Field>> {
        let id: u32 = id.trim().parse().ok()?;
        let n = self.by_id.get(&id).copied();
        Some(n.and_then(|n| self.fields.get_mut(n)))
    }

    /// Makes the file, if each count is at least nine tenths of `built_in`.
    pub fn finish(mut self, built_in: Counts) -> Result<Reduced, Refused> {
        for (table, (rows, damaged)) in Table::ALL.into_iter().zip(self.rows) {
            if damaged * DAMAGED > rows {
                return Err(Refused(format!("{damaged} of the {rows} rows of {} cannot be read", table.file())));
            }
        }
        self.by_id.clear();
        for f in &mut self.fields {
            f.runways.sort_by_key(|r| (r.closed, std::cmp::Reverse(r.length)));
            f.runways.truncate(STRIPS);
            f.stations = std::mem::take(&mut f.listed).finish();
        }
        let before = self.fields.len();
        only_once(&mut self.fields);
        let twice = before - self.fields.len();
        towns::share(&mut self.fields);
        let counts = Counts {
            airports: self.fields.len(),
            runways: self.fields.iter().map(|f| f.runways.len()).sum(),
            stations: self.fields.iter().map(|f| f.stations.len()).sum(),
        };
        let placed = self.fields.iter().filter(|f| f.place > 0).count();
        for (what, is, was) in [
            ("airports", counts.airports, built_in.airports),
            ("runways", counts.runways, built_in.runways),
            ("stations", counts.stations, built_in.stations),
            ("airports whose country is known", placed, built_in.airports),
        ] {
            let least = was * LEAST.0 / LEAST.1;
            if is < least {
                return Err(Refused(format!("they have {is} {what}; {was} are built in, and newer tables have at least {least}")));
            }
        }
        let bytes = pack::pack(self.fields, &self.places).map_err(Refused)?;
        Ok(Reduced { bytes, counts, damaged: self.rows.iter().map(|(_, d)| d).sum::<usize>() + twice })
    }
}

/// Reads a code and a name.
fn named(all: &mut BTreeMap<Box<str>, Box<str>>, values: &[&str]) -> Option<()> {
    let [code, name] = values else { return None };
    if code.is_empty() || all.len() > MOST_PLACES {
        return None;
    }
    all.insert((*code).into(), names::line(name).into());
    Some(())
}

/// Two airports may claim one code: the one whose own identifier it is keeps it. An airport that is still there twice is left out.
fn only_once(fields: &mut Vec<Field>) {
    let idents: BTreeSet<Box<str>> = fields.iter().map(|f| f.ident.clone()).collect();
    let mut taken: BTreeMap<Box<str>, usize> = BTreeMap::new();
    for f in fields.iter() {
        *taken.entry(f.code.clone()).or_default() += 1;
    }
    for f in fields.iter_mut() {
        if f.code != f.ident && (taken.get(&f.code).is_some_and(|n| *n > 1) || idents.contains(&f.code)) {
            f.code.clone_from(&f.ident);
        }
    }
    let mut seen = BTreeSet::new();
    fields.retain(|f| seen.insert(f.code.clone()));
}

/// A number of the table; `None` if the field has none.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|v: &f64| v.is_finite())
}

#[cfg(test)]
mod tests;
