//! The units of aviation as types, so that a frequency cannot be used as a number of feet or as text.
//!
//! The text form of every type is what a controller writes (`118.6`, `28L`, `4512`), and it can be parsed from that form.
#![forbid(unsafe_code)]
// The pure half behaves the same on every machine and at every time: ../../clippy.toml lists what it may not use.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod level;
pub mod marks;
pub mod number_words;
pub mod region;
pub mod text;

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use level::{Level, Transition};
pub use region::Region;

/// Nautical miles in a metre.
const NM_PER_M: f64 = 1.0 / 1852.0;
/// Feet in a metre.
pub const FT_PER_M: f64 = 1.0 / 0.3048;
/// Feet in a nautical mile.
pub const FT_PER_NM: f64 = 1852.0 / 0.3048;
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// The error for text that is not a value of the expected unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct NotA {
    /// The text as it came.
    pub text: String,
    /// What was expected, with an example.
    pub expected: &'static str,
}

fn not(text: &str, expected: &'static str) -> NotA {
    NotA { text: text.to_owned(), expected }
}

/// Milliseconds since the session began: the only clock of the pure half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Time(pub u64);

impl Time {
    /// The time `seconds` after the start of the session.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self((seconds.max(0.0) * 1000.0).round() as u64)
    }
    /// Seconds since the start of the session.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }
    /// How long ago `earlier` was; zero if it is in the future.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Time;
    fn add(self, d: Duration) -> Time {
        Time(self.0.saturating_add(u64::try_from(d.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub<Duration> for Time {
    type Output = Time;
    fn sub(self, d: Duration) -> Time {
        Time(self.0.saturating_sub(u64::try_from(d.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// One press of the key, with everything that follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct TxId(pub u64);

/// A VHF air-band frequency in kHz (118.000 to 136.992 MHz), in the 25 kHz or the 8.33 kHz raster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Frequency(u32);

impl Frequency {
    /// The international emergency frequency, 121.5 MHz (AIM 6-3-1).
    pub const GUARD: Frequency = Frequency(121_500);

    /// From kHz; `None` outside the communication band.
    pub fn from_khz(khz: u32) -> Option<Self> {
        (118_000..137_000).contains(&khz).then_some(Self(khz))
    }
    /// In kHz.
    pub fn khz(self) -> u32 {
        self.0
    }
    /// Whether two frequencies are the same channel, whatever their last digit: "118.02" and "118.025" are the same.
    pub fn same_channel(self, other: Frequency) -> bool {
        self == other || self.0 / 10 == other.0 / 10 && (self.0.is_multiple_of(10) || other.0.is_multiple_of(10))
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mhz, khz) = (self.0 / 1000, self.0 % 1000);
        let digits = format!("{khz:03}");
        let trimmed = digits.trim_end_matches('0');
        write!(f, "{mhz}.{}", if trimmed.is_empty() { "0" } else { trimmed })
    }
}

impl FromStr for Frequency {
    type Err = NotA;
    fn from_str(s: &str) -> Result<Self, NotA> {
        let err = || not(s, "an air-band frequency such as 118.6");
        let t = s.trim();
        let (mhz, frac) = t.split_once('.').unwrap_or((t, "0"));
        if mhz.len() != 3 || frac.is_empty() || frac.len() > 3 || !frac.bytes().all(|b| b.is_ascii_digit()) {
            return Err(err());
        }
        let mhz: u32 = mhz.parse().map_err(|_| err())?;
        let khz: u32 = format!("{frac:0<3}").parse().map_err(|_| err())?;
        Self::from_khz(mhz * 1000 + khz).ok_or_else(err)
    }
}

/// A transponder code: four octal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Squawk(u16);

impl Squawk {
    /// VFR in the United States (AIM 4-1-20).
    pub const VFR_FAA: Squawk = Squawk(0o1200);
    /// VFR in most of Europe.
    pub const VFR_ICAO: Squawk = Squawk(0o7000);
    /// Unlawful interference (AIM 6-3-4).
    pub const HIJACK: Squawk = Squawk(0o7500);
    /// Lost communication (AIM 6-4-2).
    pub const RADIO_FAILURE: Squawk = Squawk(0o7600);
    /// Emergency (AIM 6-2-2).
    pub const EMERGENCY: Squawk = Squawk(0o7700);

    /// A discrete code for an aircraft, always the same for the same callsign: 4101 to 4777, never one ending in 00
    /// (AIM 4-1-20: those are not discrete).
    pub fn discrete(callsign: &Callsign) -> Self {
        // FNV-1a: any hash would do, but it must not change between runs.
        let hash = callsign.as_str().bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        let block = hash % 7 + 1;
        let low = (hash >> 8) % 0o77 + 1;
        Self(0o4000 + (block as u16) * 0o100 + low as u16)
    }
}

impl fmt::Display for Squawk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl FromStr for Squawk {
    type Err = NotA;
    fn from_str(s: &str) -> Result<Self, NotA> {
        let t = s.trim();
        if t.len() == 4 && t.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
            u16::from_str_radix(t, 8).map(Self).map_err(|_| not(s, "a transponder code such as 4512"))
        } else {
            Err(not(s, "a transponder code of four digits from 0 to 7, such as 4512"))
        }
    }
}

/// Left, right or centre of parallel runways, or on water beside a land runway with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position3 {
    /// "L".
    Left,
    /// "C".
    Center,
    /// "R".
    Right,
    /// "W".
    Water,
}

/// A runway end: 1 to 36, possibly with a side. Written without a leading zero, as FAA controllers say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Runway {
    /// 1 to 36.
    pub number: u8,
    /// The position among parallel runways.
    pub side: Option<Position3>,
}

impl Runway {
    /// `None` if no runway can have that number.
    pub fn new(number: u8, side: Option<Position3>) -> Option<Self> {
        (1..=36).contains(&number).then_some(Self { number, side })
    }
    /// The opposite end of the same strip.
    pub fn reciprocal(self) -> Self {
        let number = if self.number > 18 { self.number - 18 } else { self.number + 18 };
        let side = self.side.map(|s| match s {
            Position3::Left => Position3::Right,
            Position3::Right => Position3::Left,
            Position3::Center => Position3::Center,
            Position3::Water => Position3::Water,
        });
        Self { number, side }
    }
    /// The magnetic heading that the number stands for, in degrees.
    pub fn nominal_heading(self) -> f64 {
        f64::from(self.number) * 10.0
    }
}

impl fmt::Display for Runway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = match self.side {
            None => "",
            Some(Position3::Left) => "L",
            Some(Position3::Center) => "C",
            Some(Position3::Right) => "R",
            Some(Position3::Water) => "W",
        };
        write!(f, "{}{side}", self.number)
    }
}

impl FromStr for Runway {
    type Err = NotA;
    fn from_str(s: &str) -> Result<Self, NotA> {
        let err = || not(s, "a runway such as 8 or 28L");
        let t = s.trim().to_ascii_uppercase();
        let (digits, side) = match t.chars().last() {
            Some('L') => (&t[..t.len() - 1], Some(Position3::Left)),
            Some('C') => (&t[..t.len() - 1], Some(Position3::Center)),
            Some('R') => (&t[..t.len() - 1], Some(Position3::Right)),
            Some('W') => (&t[..t.len() - 1], Some(Position3::Water)),
            _ => (t.as_str(), None),
        };
        if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(err());
        }
        Self::new(digits.parse().map_err(|_| err())?, side).ok_or_else(err)
    }
}

/// An aircraft's identity: a registration without hyphen (`N172SP`, `GABCD`) or airline code and number (`BAW327`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Callsign(String);

impl Callsign {
    /// The form in a flight plan: only capitals and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form painted on the aircraft: "GABCD" is G-ABCD. One letter precedes the hyphen with the usual one-letter
    /// prefixes, otherwise two. Of registrations with digits, only those with the digit in their mark have a hyphen.
    pub fn painted(&self) -> String {
        let id = self.as_str();
        let one = matches!(id.as_bytes().first(), Some(b'G' | b'D' | b'F' | b'I' | b'C' | b'B' | b'M'));
        let at = if one { 1 } else { 2.min(id.len()) };
        if let Some((mark, rest)) = id.split_at_checked(2).filter(|(mark, _)| marks::has_figure(mark))
            && rest.len() == 3
            && rest.bytes().all(|b| b.is_ascii_alphabetic())
        {
            return format!("{mark}-{rest}");
        }
        if id.len() > at && id.bytes().all(|b| b.is_ascii_alphabetic()) { format!("{}-{}", &id[..at], &id[at..]) } else { id.to_owned() }
    }

    /// Whether it looks like a callsign in use. The FAA assigns N and one to five characters: digits, the first of
    /// them not 0, and at most two letters at the end, neither I nor O (14 CFR 47.15). Elsewhere a registration or a
    /// flight has at least four characters.
    pub fn is_usual(&self) -> bool {
        match self.0.strip_prefix('N').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            Some(rest) => {
                let letters = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                rest.len() <= 5
                    && !rest.starts_with('0')
                    && letters.len() <= 2
                    && letters.chars().all(|c| c.is_ascii_uppercase() && c != 'I' && c != 'O')
            }
            None => self.0.len() >= 4,
        }
    }
}

impl fmt::Display for Callsign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Callsign {
    type Err = NotA;
    fn from_str(s: &str) -> Result<Self, NotA> {
        let t: String = s.trim().chars().filter(|c| *c != '-' && *c != ' ').collect::<String>().to_ascii_uppercase();
        let fits = (2..=8).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(t)) } else { Err(not(s, "a callsign of 2 to 8 letters and digits such as N172SP or BAW327")) }
    }
}

macro_rules! through_text {
    ($($t:ty),*) => {$(
        impl TryFrom<String> for $t {
            type Error = NotA;
            fn try_from(s: String) -> Result<Self, NotA> { s.parse() }
        }
        impl From<$t> for String {
            fn from(v: $t) -> String { v.to_string() }
        }
    )*};
}
through_text!(Frequency, Squawk, Runway, Callsign);

/// Left or right: a turn, or the side of a traffic pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// To the left.
    Left,
    /// To the right.
    Right,
}

impl Side {
    /// "left" or "right".
    pub fn word(self) -> &'static str {
        match self {
            Side::Left => "left",
            Side::Right => "right",
        }
    }
    /// The opposite side.
    pub fn opposite(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }
}

/// A unit of air-traffic control, or the common traffic frequency of a field without a controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Facility {
    /// The recorded weather and runway information.
    Atis,
    /// Clearance delivery.
    Clearance,
    /// Ground control.
    Ground,
    /// The tower.
    Tower,
    /// Radar: departures.
    Departure,
    /// Radar: arrivals and the surrounding area.
    Approach,
    /// En-route radar.
    Center,
    /// No controller: pilots announce themselves.
    Ctaf,
}

impl Facility {
    /// Whether it is a radar unit: departure, approach or en route.
    pub fn is_radar(self) -> bool {
        matches!(self, Facility::Approach | Facility::Departure | Facility::Center)
    }

    /// The unit's word, which follows the station's name: "Ground", "Tower".
    pub fn word(self) -> &'static str {
        match self {
            Facility::Atis => "ATIS",
            Facility::Clearance => "Clearance",
            Facility::Ground => "Ground",
            Facility::Tower => "Tower",
            Facility::Departure => "Departure",
            Facility::Approach => "Approach",
            Facility::Center => "Center",
            Facility::Ctaf => "Traffic",
        }
    }
}

/// Degrees of latitude (north positive) and longitude (east positive), WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LatLon {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

impl LatLon {
    /// A point from latitude and longitude in degrees.
    pub const fn new(lat: f64, lon: f64) -> Self {
        Self { lat, lon }
    }
    /// Great-circle distance in nautical miles.
    pub fn distance_nm(self, to: LatLon) -> f64 {
        let (a, b) = (self.lat.to_radians(), to.lat.to_radians());
        let (dlat, dlon) = (b - a, (to.lon - self.lon).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + a.cos() * b.cos() * (dlon / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin() * NM_PER_M
    }
    /// Great-circle distance in feet.
    pub fn distance_ft(self, to: LatLon) -> f64 {
        self.distance_nm(to) * FT_PER_NM
    }
    /// True bearing in degrees, 0 to 360.
    pub fn bearing(self, to: LatLon) -> f64 {
        let (a, b) = (self.lat.to_radians(), to.lat.to_radians());
        let dlon = (to.lon - self.lon).to_radians();
        let y = dlon.sin() * b.cos();
        let x = a.cos() * b.sin() - a.sin() * b.cos() * dlon.cos();
        y.atan2(x).to_degrees().rem_euclid(360.0)
    }
    /// The position of `self` in the frame that starts at `origin` and points along the true `heading`: feet ahead
    /// and feet to the right.
    pub fn in_frame(self, origin: LatLon, heading: f64) -> (f64, f64) {
        let (d, off) = (origin.distance_ft(self), (origin.bearing(self) - heading).to_radians());
        (d * off.cos(), d * off.sin())
    }
}

/// The signed difference of two directions in degrees, -180 to 180: how far to turn right from `from` to `to`.
pub fn turn(from: f64, to: f64) -> f64 {
    (to - from + 180.0).rem_euclid(360.0) - 180.0
}

/// The eight-point compass word for a bearing in degrees: "northeast".
pub fn compass_word(bearing: f64) -> &'static str {
    const WORDS: [&str; 8] = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];
    WORDS[((bearing.rem_euclid(360.0) / 45.0).round() as usize) % 8]
}

/// The same words with a capital letter at the beginning.
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_callsign_has_the_form_of_one_in_use() {
        for usual in ["N1", "N172SP", "N12345", "N5GA", "GABCD", "DEXYZ", "BAW327", "EZY46KQ", "NAX12", "CGABC"] {
            assert!(Callsign(usual.into()).is_usual(), "{usual}");
        }
        for odd in ["N3O", "N0123", "N172SPX", "N123456", "NSP", "A12", "G1"] {
            assert!(!Callsign(odd.into()).is_usual(), "{odd}");
        }
    }

    #[test]
    fn units_parse_what_they_format() {
        for f in ["118.6", "121.9", "118.825", "127.0", "132.305"] {
            assert_eq!(f.parse::<Frequency>().unwrap().to_string(), f);
        }
        for r in ["8", "28L", "36", "1R", "9C"] {
            assert_eq!(r.parse::<Runway>().unwrap().to_string(), r);
        }
        assert_eq!("08".parse::<Runway>().unwrap().to_string(), "8");
        assert_eq!("0421".parse::<Squawk>().unwrap().to_string(), "0421");
        assert_eq!("g-abcd".parse::<Callsign>().unwrap().as_str(), "GABCD");
    }

    #[test]
    fn impossible_values_are_rejected() {
        for bad in ["0.122", "117.9", "137.0", "118.", "118.6000", "", "12.5"] {
            assert!(bad.parse::<Frequency>().is_err(), "{bad}");
        }
        for bad in ["0", "37", "47", "28X", "", "L", "128"] {
            assert!(bad.parse::<Runway>().is_err(), "{bad}");
        }
        for bad in ["1280", "999", "12000", ""] {
            assert!(bad.parse::<Squawk>().is_err(), "{bad}");
        }
    }

    #[test]
    fn distances_and_bearings_at_a_known_runway_are_right() {
        let (a, b) = (LatLon::new(19.72138, -155.05786), LatLon::new(19.72136, -155.02930));
        assert!((a.distance_ft(b) - 9803.0).abs() < 60.0, "{}", a.distance_ft(b));
        assert!((a.bearing(b) - 90.0).abs() < 0.2);
        let (along, right) = LatLon::new(19.72038, -155.04786).in_frame(a, a.bearing(b));
        assert!(along > 3400.0 && along < 3500.0 && right > 350.0 && right < 380.0);
        assert!((turn(350.0, 10.0) - 20.0).abs() < 1e-9 && (turn(10.0, 350.0) + 20.0).abs() < 1e-9);
        assert_eq!(Runway::new(28, Some(Position3::Left)).unwrap().reciprocal().to_string(), "10R");
    }
}
