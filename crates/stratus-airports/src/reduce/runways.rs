//! Reads a runway strip from a row of OurAirports' runways.

use super::number;

/// Feet in a degree of latitude.
const FEET_PER_DEGREE: f64 = 364_567.0;
/// The range of a strip's length, in feet.
const LENGTHS: std::ops::RangeInclusive<f64> = 100.0..=30_000.0;

/// A row's columns, by their names in the table.
pub(super) struct Row<'a> {
    pub(super) length_ft: &'a str,
    pub(super) width_ft: &'a str,
    pub(super) surface: &'a str,
    pub(super) lighted: &'a str,
    pub(super) closed: &'a str,
    pub(super) le_ident: &'a str,
    pub(super) he_ident: &'a str,
    /// Latitude and longitude of one end, then of the other.
    pub(super) ends: [&'a str; 4],
    pub(super) le_heading: &'a str,
    pub(super) displaced: [&'a str; 2],
}

/// A strip: numbers with their sides, feet, the kind of surface by its number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strip {
    pub(super) le: (u8, u8),
    pub(super) he: (u8, u8),
    pub(super) length: u16,
    pub(super) width: u16,
    pub(super) surface: u8,
    pub(super) lit: bool,
    pub(super) closed: bool,
    pub(super) heading: Option<f64>,
    pub(super) ends: Option<[f64; 4]>,
    pub(super) displaced: [u16; 2],
}

/// The strip of a row, for an airport at this position; `None` if it has no number or cannot be a runway.
pub(super) fn strip(r: &Row<'_>, lat: f64, lon: f64) -> Option<Strip> {
    let (le, he) = match (end(r.le_ident), end(r.he_ident)) {
        (None, None) => return None,
        (le, he) => (le.or_else(|| he.map(far))?, he.or_else(|| le.map(far))?),
    };
    let mut length = number(r.length_ft).unwrap_or(0.0);
    let mut heading = number(r.le_heading);
    let mut ends = None;
    if let [Some(a), Some(b), Some(c), Some(d)] = r.ends.map(number) {
        let (north, east) = ((c - a) * FEET_PER_DEGREE, (d - b) * FEET_PER_DEGREE * lat.to_radians().cos());
        let apart = north.hypot(east);
        let near = [a - lat, b - lon, c - lat, d - lon].iter().all(|o| o.abs() < 0.16);
        if near && apart > 150.0 && (length == 0.0 || (apart - length).abs() < f64::max(250.0, 0.12 * length)) {
            length = if length == 0.0 { apart } else { length };
            ends = Some([a, b, c, d]);
        } else if near && apart > 150.0 && heading.is_none() {
            heading = Some(east.atan2(north).to_degrees().rem_euclid(360.0));
        }
    }
    if !LENGTHS.contains(&length) {
        return None;
    }
    let feet = |text: &str, most: f64| number(text).unwrap_or(0.0).max(0.0).min(most).round_ties_even() as u16;
    Some(Strip {
        le,
        he,
        length: length.round_ties_even() as u16,
        width: feet(r.width_ft, 2000.0),
        surface: surface(r.surface),
        lit: r.lighted == "1",
        closed: r.closed == "1",
        heading,
        ends,
        displaced: r.displaced.map(|d| feet(d, length * 0.6)),
    })
}

/// The number and side (0 none, 1 left, 2 centre, 3 right).
fn end(text: &str) -> Option<(u8, u8)> {
    let t = text.trim().to_uppercase();
    if let Some(number) = compass(&t) {
        return Some((number, 0));
    }
    let digits = t.bytes().take_while(u8::is_ascii_digit).count();
    let (number, side) = t.split_at_checked(digits)?;
    let number = number.strip_prefix('0').filter(|rest| !rest.is_empty()).unwrap_or(number);
    let number = Some(number).filter(|n| n.len() <= 2)?.parse().ok().filter(|n| (1..=36).contains(n))?;
    match side.trim_start() {
        "" | "W" | "G" | "T" | "S" | "U" => Some((number, 0)),
        "L" => Some((number, 1)),
        "C" => Some((number, 2)),
        "R" => Some((number, 3)),
        _ => None,
    }
}

fn compass(word: &str) -> Option<u8> {
    Some(match word {
        "N" => 36,
        "NNE" => 2,
        "NE" => 5,
        "ENE" => 7,
        "E" => 9,
        "ESE" => 11,
        "SE" => 14,
        "SSE" => 16,
        "S" => 18,
        "SSW" => 20,
        "SW" => 23,
        "WSW" => 25,
        "W" => 27,
        "WNW" => 29,
        "NW" => 32,
        "NNW" => 34,
        _ => return None,
    })
}

fn far((number, side): (u8, u8)) -> (u8, u8) {
    ((number + 17) % 36 + 1, [0, 3, 2, 1].get(usize::from(side)).copied().unwrap_or(0))
}

/// The first of these that the word contains counts; the numbers are those of `world::block`.
#[rustfmt::skip]
const SURFACES: &[(&str, u8)] = &[
    ("WATER", 6), ("ASP", 1), ("BIT", 1), ("TARMAC", 1), ("MAC", 1), ("CON", 2), ("CEMENT", 2), ("TURF", 3), ("GRS", 3), ("GRASS", 3),
    ("GRE", 4), ("GRV", 4), ("GVL", 4), ("GRAV", 4), ("SOD", 3), ("SAND", 7), ("CORAL", 4), ("LATER", 5), ("DIRT", 5), ("EARTH", 5),
    ("CLAY", 5), ("SOIL", 5), ("GROUND", 5), ("SNOW", 8), ("ICE", 8), ("MATS", 9), ("MET", 9), ("PSP", 9), ("PAVED", 10), ("PEM", 10),
    ("PER", 10),
];

fn surface(text: &str) -> u8 {
    let t = text.to_uppercase();
    SURFACES.iter().find(|(word, _)| t.contains(word)).map_or_else(
        || match t.as_str() {
            "G" => 3,
            "N" | "L" | "TER" => 5,
            "C" => 2,
            "S" => 7,
            "B" => 1,
            "W" => 6,
            _ => 0,
        },
        |(_, kind)| *kind,
    )
}
