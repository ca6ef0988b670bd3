//! Minimum altitudes out of the pilot's simulator: X-Plane's `earth_mora.dat` (a grid of one degree) and `earth_msa.dat` (sectors around
//! a point of an airport), line by line.
//!
//! ```text
//! +37 -122 052 043 …          south-west corner, then the altitudes (hundreds of feet) of 30 cells eastwards; UNK or 000: none
//!  11 SJC K2 KSJC M 000 056 25 090 068 25 000 000 0
//!                             kind of the centre, its name and region, the airport, M(agnetic) or T(rue), then a bearing, an
//!                             altitude (hundreds of feet) and a radius for each sector, until an altitude of zero
//! ```
//!
//! A minimum of the grid clears the ground by 1,000 ft, or by 2,000 ft where it is high (ARINC 424, 5.143); a sector clears it by 1,000 ft.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::units::LatLon;

/// Cells of a row of the grid.
const ROW: usize = 30;
/// No ground and no minimum is higher, hundreds of feet.
const HIGHEST: u16 = 400;
/// No file has more sectors than these.
const MOST_CENTRES: usize = 60_000;
/// Nor a centre more sectors.
const MOST_SECTORS: usize = 12;
/// A sector reaches no farther than this, nautical miles.
const FARTHEST_NM: u16 = 60;
/// As near to the next sector as this, degrees, both count.
const BESIDE: f64 = 10.0;

/// The grid: minimum off-route altitudes by the degree, of an area or of the world.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Hundreds of feet by the latitude and longitude of a cell's south-western corner.
    cells: BTreeMap<i32, u16>,
    /// Lines that could not be read.
    #[serde(skip)]
    pub skipped: u64,
}

fn key(lat: i32, lon: i32) -> Option<i32> {
    let lon = (lon + 180).rem_euclid(360) - 180;
    (-90..90).contains(&lat).then_some((lat + 90) * 360 + lon + 180)
}

impl Grid {
    /// Takes a line; only cells of `area` (south, west, north, east; whole degrees) are kept, all where there is none.
    pub fn line(&mut self, line: &str, area: Option<&Area>) {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { return };
        let signed = first.starts_with(['+', '-']);
        // "I", the version, and the 99 at the end.
        if !signed {
            return;
        }
        let degrees = |w: Option<&str>| w.and_then(|w| w.parse::<i32>().ok());
        let (Some(lat), Some(lon)) = (degrees(Some(first)), degrees(words.next())) else {
            self.skipped += 1;
            return;
        };
        for (n, word) in words.take(ROW).enumerate() {
            let hundreds = if word.eq_ignore_ascii_case("UNK") { Ok(0) } else { word.parse::<u16>() };
            let lon = lon + n as i32;
            match (hundreds, key(lat, lon)) {
                (Ok(0), Some(_)) => {}
                (Ok(h), Some(key)) if h <= HIGHEST => {
                    if area.is_none_or(|a| a.touches(lat, lon)) {
                        self.cells.insert(key, h);
                    }
                }
                _ => self.skipped += 1,
            }
        }
    }

    /// Feet: the highest of the cells within `nm` of a place. `None` where one of them is not known.
    pub fn minimum_ft(&self, at: LatLon, nm: f64) -> Option<i32> {
        if !(at.lat.is_finite() && at.lon.is_finite()) {
            return None;
        }
        let (up, aside) = (nm / 60.0, nm / 60.0 / at.lat.to_radians().cos().max(0.05));
        let mut highest = None;
        for lat in [at.lat - up, at.lat, at.lat + up] {
            for lon in [at.lon - aside, at.lon, at.lon + aside] {
                let cell = self.cells.get(&key(lat.floor() as i32, lon.floor() as i32)?)?;
                highest = highest.max(Some(i32::from(*cell) * 100));
            }
        }
        highest
    }

    /// How many cells are known.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// A part of the earth, about a place, out of which data is taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its middle.
    pub about: LatLon,
    /// Nautical miles to its rim.
    pub nm: f64,
}

impl Area {
    /// A place lies in it.
    pub fn holds(&self, at: LatLon) -> bool {
        // Most of the world lies on another latitude.
        (at.lat - self.about.lat).abs() * 60.0 <= self.nm && at.distance_nm(self.about) <= self.nm
    }

    /// The cell of a degree may lie in it.
    fn touches(&self, lat: i32, lon: i32) -> bool {
        // The diagonal of a cell is less than 85 miles.
        let middle = LatLon::new(f64::from(lat) + 0.5, f64::from(lon) + 0.5);
        (middle.lat - self.about.lat).abs() * 60.0 <= self.nm + 90.0 && middle.distance_nm(self.about) <= self.nm + 90.0
    }
}

/// What the middle of a circle of sectors is, by its kind in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Centre {
    /// The airport itself, or one of its runways.
    Airport,
    /// A radio beacon.
    Beacon,
    /// A fix.
    Fix,
}

/// One sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sector {
    /// Where it begins, degrees; it goes clockwise to where the next one begins.
    pub from: u16,
    /// Feet.
    pub feet: i32,
    /// Nautical miles from the centre.
    pub nm: u16,
}

/// The sectors around a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sectors {
    /// The airport whose they are.
    pub airport: String,
    /// What the middle is.
    pub centre: Centre,
    /// The name of the middle, and the region where that name is used.
    pub ident: String,
    /// The region.
    pub region: String,
    /// Bearings are magnetic.
    pub magnetic: bool,
    /// In the order of the file.
    pub sectors: Vec<Sector>,
}

/// Reads `earth_msa.dat`.
#[derive(Debug, Clone, Default)]
pub struct Msa {
    /// What was read.
    pub all: Vec<Sectors>,
    /// Lines that could not be read.
    pub skipped: u64,
}

impl Msa {
    /// Takes a line; only those of airports that `wanted` names are kept.
    pub fn line(&mut self, line: &str, wanted: &dyn Fn(&str) -> bool) {
        let mut f = line.split_whitespace();
        let Some(kind) = f.next().and_then(|k| k.parse::<u32>().ok()) else { return };
        let (Some(ident), Some(region), Some(airport), Some(reference)) = (f.next(), f.next(), f.next(), f.next()) else {
            // The version's line, or the 99 at the end.
            self.skipped += u64::from(line.split_whitespace().count() > 1 && kind < 100);
            return;
        };
        let centre = match kind {
            2 => Centre::Beacon,
            3 => Centre::Beacon,
            11 => Centre::Fix,
            1 | 10 | 12 | 16 => Centre::Airport,
            // The version's line is a sentence.
            _ => return,
        };
        if !wanted(airport) {
            return;
        }
        match sectors(f) {
            Some(sectors) if matches!(reference, "M" | "T") && is_ident(ident) && is_ident(airport) && self.all.len() < MOST_CENTRES => {
                self.all.push(Sectors {
                    airport: airport.to_ascii_uppercase(),
                    centre: if ident == airport || is_runway(ident) { Centre::Airport } else { centre },
                    ident: ident.to_ascii_uppercase(),
                    region: region.chars().take(2).collect(),
                    magnetic: reference == "M",
                    sectors,
                });
            }
            _ => self.skipped += 1,
        }
    }
}

fn is_ident(word: &str) -> bool {
    (1..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_runway(ident: &str) -> bool {
    ident.strip_prefix("RW").is_some_and(|r| r.as_bytes().first().is_some_and(u8::is_ascii_digit))
}

/// Triplets until an altitude of zero; `None` where there is none, or one cannot be.
fn sectors<'a>(mut f: impl Iterator<Item = &'a str>) -> Option<Vec<Sector>> {
    let mut found = Vec::new();
    while let Some(from) = f.next() {
        let (from, hundreds, nm) = (from.parse::<u16>().ok()?, f.next()?.parse::<u16>().ok()?, f.next()?.parse::<u16>().ok()?);
        if hundreds == 0 {
            break;
        }
        if from > 360 || hundreds > HIGHEST || nm == 0 || nm > FARTHEST_NM || found.len() == MOST_SECTORS {
            return None;
        }
        found.push(Sector { from: from % 360, feet: i32::from(hundreds) * 100, nm });
    }
    (!found.is_empty()).then_some(found)
}

impl Sectors {
    /// Feet at a place, where the middle lies at `centre` and the variation there is this. `None` outside.
    ///
    /// Charts write the bearings towards the middle, data sometimes from it: the higher of both counts, and so does the sector
    /// that is near.
    pub fn minimum_ft(&self, at: LatLon, centre: LatLon, variation: f64) -> Option<i32> {
        let nm = centre.distance_nm(at);
        let from = centre.bearing(at) - if self.magnetic { variation } else { 0.0 };
        let bearings = [from, from - BESIDE, from + BESIDE, from + 180.0, from + 180.0 - BESIDE, from + 180.0 + BESIDE];
        // A sector that does not reach so far leaves the place uncovered, whatever the others say.
        bearings
            .iter()
            .map(|b| self.of(*b).filter(|s| nm <= f64::from(s.nm)).map(|s| s.feet))
            .try_fold(0, |highest, feet| Some(highest.max(feet?)))
    }

    /// The sector that a bearing lies in.
    fn of(&self, bearing: f64) -> Option<&Sector> {
        self.sectors.iter().min_by(|a, b| {
            let behind = |s: &Sector| (bearing - f64::from(s.from)).rem_euclid(360.0);
            behind(a).total_cmp(&behind(b))
        })
    }

    /// The highest of them, and how far all of them reach.
    pub fn highest(&self) -> (i32, u16) {
        let feet = self.sectors.iter().map(|s| s.feet).max().unwrap_or(0);
        (feet, self.sectors.iter().map(|s| s.nm).min().unwrap_or(0))
    }
}

/// Sectors with the place of their middle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Circle {
    /// The middle.
    pub centre: LatLon,
    /// Magnetic variation there, degrees, east positive.
    pub variation: f64,
    /// The sectors.
    pub sectors: Sectors,
}

/// What a minimum comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A sector of this airport.
    Sector(String),
    /// The grid.
    Grid,
}

/// The minimum altitudes of an area.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Minima {
    /// The grid.
    pub grid: Grid,
    /// Sectors of airports.
    pub circles: Vec<Circle>,
}

impl Minima {
    /// Feet at a place: the lowest that one of the data gives, as each of them clears the ground. Of the grid the cells within
    /// `nm` count.
    pub fn at(&self, at: LatLon, nm: f64) -> Option<(i32, Source)> {
        let sector = |c: &Circle| Some((c.sectors.minimum_ft(at, c.centre, c.variation)?, Source::Sector(c.sectors.airport.clone())));
        let grid = self.grid.minimum_ft(at, nm).map(|feet| (feet, Source::Grid));
        self.circles.iter().filter_map(sector).chain(grid).min_by_key(|(feet, _)| *feet)
    }

    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        self.grid.is_empty() && self.circles.is_empty()
    }
}

#[cfg(test)]
mod tests;
