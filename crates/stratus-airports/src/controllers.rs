//! X-Plane's `atc.dat`: radar and tower units with their frequencies and the volumes in which they work, line by line.
//!
//! ```text
//! CONTROLLER
//! NAME ALGIERS
//! FACILITY_ID DAAA
//! ROLE ctr                              del, gnd, twr, tracon or ctr
//! FREQ 12045                            tens of kilohertz
//! CHAN 120455                           kilohertz: a channel of 8.33 kHz
//! AIRSPACE_POLYGON_BEGIN 0 60000        floor and ceiling, feet
//! POINT 39.000000 4.666667
//! AIRSPACE_POLYGON_END
//! CONTROLLER_END
//! ```
//!
//! Other rows are ignored. Units without a volume are also in apt.dat, and are left out.

use serde::{Deserialize, Serialize};

use crate::minima::Area;
use crate::units::{Facility, Frequency, LatLon, Region, turn};
use crate::{Station, plain_name};

/// Limits of a file's units, a unit's frequencies and volumes, and a volume's points.
const MOST_UNITS: usize = 20_000;
const MOST_FREQUENCIES: usize = 60;
const MOST_VOLUMES: usize = 200;
const MOST_POINTS: usize = 6_000;
/// The range of a volume's limits, feet.
const FEET: std::ops::RangeInclusive<f64> = -2000.0..=200_000.0;

/// A volume of air: vertical walls between a floor and a ceiling.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Volume {
    /// Feet.
    pub floor_ft: f64,
    /// Feet.
    pub ceiling_ft: f64,
    /// Its corners in order.
    pub points: Vec<LatLon>,
}

impl Volume {
    /// Whether a point at an altitude is inside.
    pub fn holds(&self, at: LatLon, altitude_ft: f64) -> bool {
        (self.floor_ft..=self.ceiling_ft).contains(&altitude_ft) && self.surrounds(at)
    }

    /// Whether a point is inside at any altitude.
    pub fn surrounds(&self, at: LatLon) -> bool {
        // Longitudes are relative to the point, so that the date line needs no special case.
        let east = |p: &LatLon| turn(at.lon, p.lon);
        let mut inside = false;
        let mut before = self.points.last();
        for p in &self.points {
            if let Some(b) = before
                && (p.lat > at.lat) != (b.lat > at.lat)
            {
                let (x, y) = (east(p), east(b));
                if 0.0 < x + (at.lat - p.lat) / (b.lat - p.lat) * (y - x) {
                    inside = !inside;
                }
            }
            before = Some(p);
        }
        inside
    }

    /// The approximate area, square miles: of two volumes around a point, the smaller one counts.
    pub fn size(&self) -> f64 {
        let Some(first) = self.points.first() else { return 0.0 };
        let across = first.lat.to_radians().cos();
        let flat = |p: &LatLon| (turn(first.lon, p.lon) * across * 60.0, (p.lat - first.lat) * 60.0);
        let pairs = self.points.iter().zip(self.points.iter().cycle().skip(1));
        let twice: f64 = pairs.map(|(a, b)| flat(a).0 * flat(b).1 - flat(b).0 * flat(a).1).sum();
        twice.abs() / 2.0
    }

    /// Whether a part of it may be in an area.
    pub(crate) fn touches(&self, area: &Area) -> bool {
        let (mut south, mut north, mut west, mut east) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY, f64::NEG_INFINITY);
        for p in &self.points {
            let lon = turn(area.about.lon, p.lon);
            (south, north, west, east) = (south.min(p.lat), north.max(p.lat), west.min(lon), east.max(lon));
        }
        if self.points.is_empty() {
            return false;
        }
        area.holds(LatLon::new(area.about.lat.clamp(south, north), area.about.lon + 0.0_f64.clamp(west, east)))
    }
}

/// A unit, and where it works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Controller {
    /// The name from the file without the word for the kind of unit: "Algiers".
    pub name: String,
    /// Its code: "DAAA".
    pub facility_id: String,
    /// Tower, approach or center.
    pub role: Facility,
    /// Its frequencies in the order of the file.
    pub frequencies: Vec<Frequency>,
    /// Where it works.
    pub volumes: Vec<Volume>,
}

impl Controller {
    /// The size of the smallest of its volumes that contain a point.
    fn volume(&self, at: LatLon, altitude_ft: f64) -> Option<f64> {
        self.volumes.iter().filter(|v| v.holds(at, altitude_ft)).map(Volume::size).min_by(f64::total_cmp)
    }

    /// The spoken name: "Algiers Control", "Oakland Center".
    pub fn called(&self) -> String {
        format!("{} {}", self.name, Region::of(&self.facility_id, "").unit(self.role))
    }

    /// The unit as a station on one of its frequencies; `None` if it has none. A pilot who is on one of them stays there.
    pub fn station(&self, tuned: Option<Frequency>) -> Option<Station> {
        let same = |f: &&Frequency| tuned.is_some_and(|t| t.same_channel(**f));
        let frequency = *self.frequencies.iter().find(same).or_else(|| self.frequencies.first())?;
        Some(Station { facility: self.role, name: self.called(), frequency })
    }
}

/// The unit of a role that works at a point and altitude: of several, the one with the smallest volume.
pub fn working(all: &[Controller], role: Facility, at: LatLon, altitude_ft: f64) -> Option<&Controller> {
    let here = all.iter().filter(|c| c.role == role && !c.frequencies.is_empty()).filter_map(|c| Some((c.volume(at, altitude_ft)?, c)));
    here.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, c)| c)
}

/// Reads a file of units line by line, because such files have hundreds of thousands of lines.
#[derive(Debug, Default)]
pub struct AtcDat {
    area: Option<Area>,
    unit: Option<Unit>,
    volume: Option<Volume>,
    /// The units of the area.
    pub all: Vec<Controller>,
    /// Lines that could not be read.
    pub skipped: u64,
}

/// A unit that is being read.
#[derive(Debug, Default)]
struct Unit {
    name: String,
    id: String,
    role: Option<Facility>,
    frequencies: Vec<Frequency>,
    volumes: Vec<Volume>,
}

impl AtcDat {
    /// Reads the units of an area, or of the world if `area` is `None`.
    pub fn of(area: Option<Area>) -> Self {
        Self { area, ..Self::default() }
    }

    /// Takes a line.
    pub fn line(&mut self, line: &str) {
        let line = line.trim();
        let (row, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(row, rest)| (row, rest.trim()));
        if self.take(row, rest).is_none() {
            self.skipped += 1;
        }
    }

    /// `None` for a row that should be readable but is not.
    fn take(&mut self, row: &str, rest: &str) -> Option<()> {
        match row {
            "CONTROLLER" => {
                // A unit without an end is damaged.
                self.skipped += u64::from(self.unit.is_some());
                (self.unit, self.volume) = (Some(Unit::default()), None);
            }
            "CONTROLLER_END" => {
                self.volume = None;
                let unit = self.unit.take()?;
                self.keep(unit);
            }
            "AIRSPACE_POLYGON_BEGIN" => {
                self.unit.as_ref()?;
                let mut feet = rest.split_whitespace().map(|w| w.parse::<f64>().ok().filter(|f| FEET.contains(f)));
                let (floor_ft, ceiling_ft) = (feet.next()??, feet.next()??);
                self.volume = (floor_ft < ceiling_ft).then_some(Volume { floor_ft, ceiling_ft, points: Vec::new() });
                self.volume.as_ref()?;
            }
            "POINT" => {
                // The points of a volume that was left out are left out too.
                if let Some(v) = &mut self.volume {
                    let mut degrees = rest.split_whitespace().map(|w| w.parse::<f64>().ok());
                    let (lat, lon) = (degrees.next()??, degrees.next()??);
                    let sound = lat.abs() <= 90.0 && lon.abs() <= 180.0 && v.points.len() < MOST_POINTS;
                    v.points.push(sound.then(|| LatLon::new(lat, lon))?);
                }
            }
            "AIRSPACE_POLYGON_END" => {
                if let (Some(v), Some(unit)) = (self.volume.take(), &mut self.unit) {
                    let sound = v.points.len() >= 3 && unit.volumes.len() < MOST_VOLUMES;
                    unit.volumes.push(sound.then_some(v)?);
                }
            }
            _ => self.unit.as_mut().map_or(Some(()), |unit| unit.take(row, rest))?,
        }
        Some(())
    }

    fn keep(&mut self, unit: Unit) {
        let Some(role) = unit.role else { return };
        let near = |v: &Volume| self.area.as_ref().is_none_or(|a| v.touches(a));
        if self.all.len() < MOST_UNITS && !unit.name.is_empty() && unit.volumes.iter().any(near) {
            self.all.push(Controller { name: unit.name, facility_id: unit.id, role, frequencies: unit.frequencies, volumes: unit.volumes });
        }
    }
}

impl Unit {
    fn take(&mut self, row: &str, rest: &str) -> Option<()> {
        match row {
            "NAME" => self.name = name(rest),
            "FACILITY_ID" | "ICAO" => {
                let fits = (1..=8).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                if self.id.is_empty() {
                    self.id = fits.then(|| rest.to_ascii_uppercase())?;
                }
            }
            "ROLE" => {
                self.role = match rest.to_ascii_lowercase().as_str() {
                    "del" => Some(Facility::Clearance),
                    "gnd" => Some(Facility::Ground),
                    "twr" => Some(Facility::Tower),
                    "tracon" => Some(Facility::Approach),
                    "ctr" => Some(Facility::Center),
                    _ => return None,
                };
            }
            "FREQ" | "CHAN" => {
                let number = rest.split_whitespace().next()?.parse::<u32>().ok()?;
                let khz = if row == "FREQ" { number.checked_mul(10)? } else { number };
                // The last digit is omitted: 12802 is 128.025.
                let khz = if row == "FREQ" && matches!(khz % 100, 20 | 70) { khz + 5 } else { khz };
                // The list also contains military and navigation frequencies.
                if let Some(f) = Frequency::from_khz(khz).filter(|f| !self.frequencies.contains(f))
                    && self.frequencies.len() < MOST_FREQUENCIES
                {
                    self.frequencies.push(f);
                }
            }
            _ => {}
        }
        Some(())
    }
}

/// "OAKLAND ARTCC" becomes "Oakland": the word for the kind of unit is added when the name is said.
fn name(text: &str) -> String {
    const KINDS: [&str; 16] = [
        "artcc",
        "acc",
        "fir",
        "uir",
        "tracon",
        "center",
        "centre",
        "control",
        "radar",
        "approach",
        "departure",
        "tower",
        "app",
        "ctr",
        "twr",
        "ctl",
    ];
    let plain = plain_name(text);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let kept = words.iter().rposition(|w| !KINDS.contains(&w.to_lowercase().as_str())).map_or(&words[..], |last| &words[..=last]);
    let capital = |w: &&str| {
        let mut letters = w.chars();
        let first = letters.next().map(char::to_uppercase);
        first.into_iter().flatten().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    };
    // Names in mixed case are already written as they are said.
    if kept.iter().any(|w| w.chars().any(char::is_lowercase)) {
        kept.join(" ")
    } else {
        kept.iter().map(capital).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests;
