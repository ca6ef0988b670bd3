//! Airspace from OpenAir files, which pilots download for their region: class B, C and D, and control zones, line by line.
//!
//! ```text
//! AC D                            class; here A to G, CTR; R, P, Q, GP and others are left out
//! AN FRIEDRICHSHAFEN CTR          name
//! AL GND                          floor:   GND, SFC, 1500ft, 1500 MSL, 1000ft AGL, FL95, UNL
//! AH 4500ft MSL                   ceiling
//! DP 47:40:00 N 009:30:00 E       a corner
//! V X=47:40:12 N 009:30:41 E      the middle of circles and arcs that follow;  V D=-  counter-clockwise
//! DC 5                            a circle of so many nautical miles
//! DA 5,270,90                     an arc: radius, from and to in degrees
//! DB 47:40:00 N 009:20:00 E, 47:45:00 N 009:30:00 E     an arc from here to there
//! ```

use serde::{Deserialize, Serialize};

use crate::controllers::Volume;
use crate::draw::ahead;
use crate::minima::Area;
use crate::plain_name;
use crate::units::{FT_PER_NM, LatLon};

/// Limits of a file's spaces, and of a space's corners.
const MOST_SPACES: usize = 20_000;
const MOST_POINTS: usize = 6_000;
/// Degrees between two corners on an arc.
const STEP: f64 = 10.0;
/// The largest radius of a circle, nautical miles.
const WIDEST_NM: f64 = 200.0;
/// Limits below every ground and above every aircraft, feet.
const GROUND_FT: f64 = -2000.0;
const UNLIMITED_FT: f64 = 100_000.0;

/// The kind of a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Class B.
    B,
    /// Class C.
    C,
    /// Class D.
    D,
    /// A control zone of any class.
    Zone,
}

/// A part of an airspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// Its class.
    pub kind: Kind,
    /// Its name in the file.
    pub name: String,
    /// Its volume.
    pub volume: Volume,
}

/// Reads a file of airspace.
pub struct OpenAir<'a> {
    area: Option<Area>,
    /// The elevation of the ground at a point, feet, for limits that are given above ground.
    ground: &'a dyn Fn(LatLon) -> f64,
    begun: Option<Begun>,
    middle: Option<LatLon>,
    left: bool,
    /// The spaces of the area.
    pub all: Vec<Space>,
    /// Lines that could not be read.
    pub skipped: u64,
}

/// A space that is being read.
#[derive(Default)]
struct Begun {
    kind: Option<Kind>,
    name: String,
    floor: Limit,
    ceiling: Limit,
    points: Vec<LatLon>,
    /// A part of it could not be read, so the whole space is left out.
    damaged: bool,
}

/// A limit: feet above sea level, or above the ground.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Limit {
    #[default]
    Missing,
    Sea(f64),
    Ground(f64),
}

impl<'a> OpenAir<'a> {
    /// Reads the spaces of an area, or of the world if `area` is `None`.
    pub fn of(area: Option<Area>, ground: &'a dyn Fn(LatLon) -> f64) -> Self {
        Self { area, ground, begun: None, middle: None, left: false, all: Vec::new(), skipped: 0 }
    }

    /// Takes a line.
    pub fn line(&mut self, line: &str) {
        // A star begins a comment, anywhere.
        let line = line.split('*').next().unwrap_or("").trim();
        if line.is_empty() {
            return;
        }
        let (row, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(row, rest)| (row, rest.trim()));
        if self.take(&row.to_ascii_uppercase(), rest).is_none() {
            self.skipped += 1;
            if let Some(b) = &mut self.begun {
                b.damaged = true;
            }
        }
    }

    /// Completes the last space, at the end of the file.
    pub fn finish(&mut self) {
        let Some(b) = self.begun.take() else { return };
        let Some(kind) = b.kind.filter(|_| !b.damaged && b.points.len() >= 3 && self.all.len() < MOST_SPACES) else { return };
        let Some(ground) = b.points.first().map(|p| (self.ground)(*p)) else { return };
        let feet = |limit: Limit| match limit {
            Limit::Missing => None,
            Limit::Sea(feet) => Some(feet),
            Limit::Ground(feet) => Some(ground + feet),
        };
        let (Some(floor_ft), Some(ceiling_ft)) = (feet(b.floor), feet(b.ceiling)) else { return };
        let volume = Volume { floor_ft, ceiling_ft, points: b.points };
        if floor_ft < ceiling_ft && self.area.as_ref().is_none_or(|a| volume.touches(a)) {
            self.all.push(Space { kind, name: b.name, volume });
        }
    }

    /// `None` for a row that should be readable but is not.
    fn take(&mut self, row: &str, rest: &str) -> Option<()> {
        if row == "AC" {
            self.finish();
            (self.middle, self.left) = (None, false);
            let kind = match rest.to_ascii_uppercase().as_str() {
                "B" => Some(Kind::B),
                "C" => Some(Kind::C),
                "D" => Some(Kind::D),
                "CTR" => Some(Kind::Zone),
                _ => None,
            };
            self.begun = Some(Begun { kind, ..Begun::default() });
            return Some(());
        }
        // Rows before the first space, and in spaces that are left out, need not be read.
        let left = self.left;
        let Some(b) = self.begun.as_mut().filter(|b| b.kind.is_some()) else { return Some(()) };
        match row {
            "AN" => {
                b.name = plain_name(rest);
                if b.name.split(|c: char| !c.is_alphanumeric()).any(|w| w.eq_ignore_ascii_case("CTR")) {
                    b.kind = Some(Kind::Zone);
                }
            }
            "AL" => b.floor = limit(rest)?,
            "AH" => b.ceiling = limit(rest)?,
            "DP" => b.push(position(rest)?)?,
            "V" => {
                let (key, value) = rest.split_once('=')?;
                match key.trim().to_ascii_uppercase().as_str() {
                    "X" => self.middle = Some(position(value)?),
                    "D" => self.left = value.trim().starts_with('-'),
                    _ => {}
                }
            }
            "DC" => {
                let (middle, nm) = (self.middle?, miles(rest)?);
                b.arc(middle, nm, 0.0, 360.0 - STEP)?;
            }
            "DA" => {
                let mut parts = rest.split(',').map(|p| p.trim().parse::<f64>().ok().filter(|v| v.is_finite()));
                let (nm, from, to) = (parts.next()??, parts.next()??, parts.next()??);
                let (middle, nm) = (self.middle?, Some(nm).filter(|nm| (0.0..=WIDEST_NM).contains(nm))?);
                b.arc(middle, nm, from, swept(left, from, to))?;
            }
            "DB" => {
                let (from, to) = rest.split_once(',')?;
                let (middle, from, to) = (self.middle?, position(from)?, position(to)?);
                let nm = middle.distance_nm(from);
                let swept = swept(left, middle.bearing(from), middle.bearing(to));
                let begin = middle.bearing(from);
                b.push(from)?;
                b.arc(middle, Some(nm).filter(|nm| *nm <= WIDEST_NM)?, begin, swept)?;
                b.push(to)?;
            }
            _ => {}
        }
        Some(())
    }
}

/// The angle from one bearing to another in the current direction, negative to the left.
fn swept(left: bool, from: f64, to: f64) -> f64 {
    if left { -(from - to).rem_euclid(360.0) } else { (to - from).rem_euclid(360.0) }
}

impl Begun {
    fn push(&mut self, at: LatLon) -> Option<()> {
        (self.points.len() < MOST_POINTS).then(|| self.points.push(at))
    }

    /// The corners along an arc, including its ends.
    fn arc(&mut self, middle: LatLon, nm: f64, from: f64, swept: f64) -> Option<()> {
        let steps = (swept.abs() / STEP).ceil().max(1.0);
        for n in 0..=steps as u32 {
            self.push(ahead(middle, from + swept * f64::from(n) / steps, nm * FT_PER_NM))?;
        }
        Some(())
    }
}

fn miles(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse::<f64>().ok().filter(|nm| (0.01..=WIDEST_NM).contains(nm))
}

/// "GND", "4500ft MSL", "1000 AGL", "FL95", "UNL".
fn limit(text: &str) -> Option<Limit> {
    let upper = text.to_ascii_uppercase();
    let plain: String = upper.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if matches!(plain.as_str(), "GND" | "SFC" | "0" | "0FT" | "0FTGND" | "0AGL" | "0FTAGL" | "GNDAGL" | "SFCAGL") {
        return Some(Limit::Sea(GROUND_FT));
    }
    if plain.starts_with("UNL") || plain.starts_with("UNK") {
        return Some(Limit::Sea(UNLIMITED_FT));
    }
    let (level, rest) = match plain.strip_prefix("FL") {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest.get(..digits)?.parse::<f64>().ok()?;
    let unit = rest.get(digits..)?;
    let (metres, above) = match ["FEET", "FT", "F", "MSL", "M"].iter().find_map(|u| unit.strip_prefix(u).map(|rest| (*u, rest))) {
        Some((word, above)) => (word == "M", above),
        None => (false, unit),
    };
    let over_ground = match above {
        "" | "MSL" | "AMSL" | "ALT" | "STD" | "QNH" => false,
        "AGL" | "GND" | "SFC" | "ASFC" => true,
        _ => return None,
    };
    let feet = number
        * if level {
            100.0
        } else if metres {
            1.0 / 0.3048
        } else {
            1.0
        };
    (feet <= UNLIMITED_FT).then_some(if over_ground { Limit::Ground(feet) } else { Limit::Sea(feet) })
}

/// "47:40:00 N 009:30:00 E", with decimal minutes or seconds, and with the letters attached to the numbers or separate.
fn position(text: &str) -> Option<LatLon> {
    let upper = text.to_ascii_uppercase();
    let at = upper.find(['N', 'S'])?;
    let (lat, rest) = (upper.get(..at)?, upper.get(at + 1..)?);
    let east = rest.find(['E', 'W'])?;
    let sign = |letter: u8, negative: u8| if letter == negative { -1.0 } else { 1.0 };
    let lat = degrees(lat)? * sign(*upper.as_bytes().get(at)?, b'S');
    let lon = degrees(rest.get(..east)?)? * sign(*rest.as_bytes().get(east)?, b'W');
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some(LatLon::new(lat, lon))
}

/// "47:40:12", "47:40.2", "47.67".
fn degrees(text: &str) -> Option<f64> {
    let mut whole = 0.0;
    let mut parts = 0;
    for (n, part) in text.trim().trim_start_matches(',').split(':').enumerate() {
        let value = part.trim().parse::<f64>().ok().filter(|v| *v >= 0.0 && (n == 0 || *v < 60.0001))?;
        whole += value / 60f64.powi(i32::try_from(n).ok()?);
        parts += 1;
    }
    (parts <= 3).then_some(whole)
}

#[cfg(test)]
mod tests;
