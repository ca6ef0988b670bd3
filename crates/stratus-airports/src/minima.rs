//! Minimum altitudes from the pilot's simulator: X-Plane's `earth_mora.dat` (a grid of one degree) and
//! `earth_msa.dat` (sectors around a point of an airport), line by line.
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

/// Cells in a row of the grid.
const ROW: usize = 30;
/// The highest minimum, hundreds of feet.
const HIGHEST: u16 = 400;
/// The most points with sectors in a file.
const MOST_CENTRES: usize = 60_000;
/// The most sectors of a point.
const MOST_SECTORS: usize = 12;
/// The farthest reach of a sector, nautical miles.
const FARTHEST_NM: u16 = 60;
/// A bearing that is this near to the next sector belongs to both, degrees.
const BESIDE: f64 = 10.0;

/// The grid: minimum off-route altitudes for each degree, of an area or of the world.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Hundreds of feet, by the latitude and longitude of a cell's south-western corner.
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
    /// Takes a line. Only cells of `area` are kept, or all if it is `None`.
    pub fn line(&mut self, line: &str, area: Option<&Area>) {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { return };
        let signed = first.starts_with(['+', '-']);
        // "I", the version line, and the 99 at the end.
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

    /// The highest of the cells within `nm` of a place, feet. `None` if one of them is not known.
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

    /// The number of known cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether no cell is known.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// A circular area of the earth from which data is read.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its centre.
    pub about: LatLon,
    /// Its radius, nautical miles.
    pub nm: f64,
}

impl Area {
    /// Whether a point is inside.
    pub fn holds(&self, at: LatLon) -> bool {
        // Most of the world is at another latitude.
        (at.lat - self.about.lat).abs() * 60.0 <= self.nm && at.distance_nm(self.about) <= self.nm
    }

    /// Whether the cell of a degree may be in it.
    fn touches(&self, lat: i32, lon: i32) -> bool {
        // The diagonal of a cell is shorter than 85 miles.
        let middle = LatLon::new(f64::from(lat) + 0.5, f64::from(lon) + 0.5);
        (middle.lat - self.about.lat).abs() * 60.0 <= self.nm + 90.0 && middle.distance_nm(self.about) <= self.nm + 90.0
    }
}

/// The kind of the centre of a circle of sectors.
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
    /// The bearing at which it begins, degrees; it extends clockwise to the beginning of the next one.
    pub from: u16,
    /// The minimum altitude, feet.
    pub feet: i32,
    /// Its reach, nautical miles from the centre.
    pub nm: u16,
}

/// The sectors around a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sectors {
    /// The airport that they belong to.
    pub airport: String,
    /// The kind of the centre.
    pub centre: Centre,
    /// The name of the centre.
    pub ident: String,
    /// The region in which that name is used.
    pub region: String,
    /// Whether bearings are magnetic.
    pub magnetic: bool,
    /// The sectors in the order of the file.
    pub sectors: Vec<Sector>,
}

/// Reads `earth_msa.dat`.
#[derive(Debug, Clone, Default)]
pub struct Msa {
    /// The sectors that were read.
    pub all: Vec<Sectors>,
    /// Lines that could not be read.
    pub skipped: u64,
}

impl Msa {
    /// Takes a line. Only those of airports that `wanted` accepts are kept.
    pub fn line(&mut self, line: &str, wanted: &dyn Fn(&str) -> bool) {
        let mut f = line.split_whitespace();
        let Some(kind) = f.next().and_then(|k| k.parse::<u32>().ok()) else { return };
        let (Some(ident), Some(region), Some(airport), Some(reference)) = (f.next(), f.next(), f.next(), f.next()) else {
            // The version line, or the 99 at the end.
            self.skipped += u64::from(line.split_whitespace().count() > 1 && kind < 100);
            return;
        };
        let centre = match kind {
            2 => Centre::Beacon,
            3 => Centre::Beacon,
            11 => Centre::Fix,
            1 | 10 | 12 | 16 => Centre::Airport,
            // The version line is a sentence.
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

/// Groups of three values until an altitude of zero; `None` if there are none, or if a value is impossible.
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
    /// The minimum at a point, feet, given the position of the centre and the variation there. `None` outside.
    ///
    /// Charts give the bearings towards the centre, and data sometimes gives them from the centre. The higher of both
    /// counts, and so does a sector that is near.
    pub fn minimum_ft(&self, at: LatLon, centre: LatLon, variation: f64) -> Option<i32> {
        let nm = centre.distance_nm(at);
        let from = centre.bearing(at) - if self.magnetic { variation } else { 0.0 };
        let bearings = [from, from - BESIDE, from + BESIDE, from + 180.0, from + 180.0 - BESIDE, from + 180.0 + BESIDE];
        // If one of the sectors does not reach this far, the point is not covered, whatever the other sector says.
        bearings
            .iter()
            .map(|b| self.of(*b).filter(|s| nm <= f64::from(s.nm)).map(|s| s.feet))
            .try_fold(0, |highest, feet| Some(highest.max(feet?)))
    }

    /// The sector that contains a bearing.
    fn of(&self, bearing: f64) -> Option<&Sector> {
        self.sectors.iter().min_by(|a, b| {
            let behind = |s: &Sector| (bearing - f64::from(s.from)).rem_euclid(360.0);
            behind(a).total_cmp(&behind(b))
        })
    }

    /// The highest minimum, and the radius that all sectors cover.
    pub fn highest(&self) -> (i32, u16) {
        let feet = self.sectors.iter().map(|s| s.feet).max().unwrap_or(0);
        (feet, self.sectors.iter().map(|s| s.nm).min().unwrap_or(0))
    }
}

/// Sectors with the position of their centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Circle {
    /// The centre.
    pub centre: LatLon,
    /// The magnetic variation there, degrees, east positive.
    pub variation: f64,
    /// The sectors.
    pub sectors: Sectors,
}

/// The source of a minimum.
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
    /// The minimum at a point, feet. Each source clears the ground, so the lowest one counts. Of the grid, the cells
    /// within `nm` count.
    pub fn at(&self, at: LatLon, nm: f64) -> Option<(i32, Source)> {
        let sector = |c: &Circle| Some((c.sectors.minimum_ft(at, c.centre, c.variation)?, Source::Sector(c.sectors.airport.clone())));
        let grid = self.grid.minimum_ft(at, nm).map(|feet| (feet, Source::Grid));
        self.circles.iter().filter_map(sector).chain(grid).min_by_key(|(feet, _)| *feet)
    }

    /// Whether no minimum is known.
    pub fn is_empty(&self) -> bool {
        self.grid.is_empty() && self.circles.is_empty()
    }
}

#[cfg(test)]
mod tests;
