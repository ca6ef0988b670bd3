//! Reads one airport from a tile's unpacked records.

use super::bytes::{Reader, u16_at};
use crate::draw::{self, Drawn};
use crate::units::{Facility, Frequency, LatLon, Position3, Region, Runway, Side};
use crate::{Airport, End, Station, Strip, Transition, magnetic, water};

/// In the order of the script's numbers.
const FACILITIES: [Facility; 8] = [
    Facility::Atis,
    Facility::Clearance,
    Facility::Ground,
    Facility::Tower,
    Facility::Departure,
    Facility::Approach,
    Facility::Center,
    Facility::Ctaf,
];
const SURFACES: [&str; 11] = ["unknown", "asphalt", "concrete", "grass", "gravel", "dirt", "water", "sand", "snow", "mats", "paved"];

/// The content of a record's header.
struct Head {
    place: usize,
    elevation: i16,
    stations: usize,
    faa: bool,
    runways: usize,
}

/// The airport `wanted` of `count`, and its other identifier (empty if it has none).
///
/// The texts of all come first, then the headers of all, the stations of all, and the runways of all.
pub(super) fn airport(raw: &[u8], count: usize, wanted: usize, position: LatLon, places: &[u8]) -> Option<(Airport, String)> {
    let texts = usize::from(u16_at(raw, 0)?);
    let mut numbers = Reader(raw.get(texts.checked_add(2)?..)?);
    let mut texts = Reader(raw.get(2..texts + 2)?);
    let heads: Vec<Head> = (0..count).map(|_| head(&mut numbers)).collect::<Option<_>>()?;
    for h in heads.get(..wanted)? {
        for _ in 0..4 + h.stations {
            texts.text()?;
        }
        numbers.take(h.stations * 3)?;
    }
    let h = heads.get(wanted)?;
    let (code, other, name, town) = (texts.text()?, texts.text()?, texts.text()?, texts.text()?);
    let land = std::str::from_utf8(places).ok()?.lines().nth(h.place).unwrap_or("");
    let region = if h.faa { Region::FAA } else { Region::of(code, land) };
    let mut stations = Vec::with_capacity(h.stations);
    for _ in 0..h.stations {
        let facility = *FACILITIES.get(usize::from(numbers.u8()?))?;
        let frequency = Frequency::from_khz(118_000 + u32::from(numbers.u16()?) * 5)?;
        let own = texts.text()?;
        let own = if own.is_empty() { name } else { own };
        stations.push(Station { facility, name: format!("{own} {}", region.unit(facility)), frequency });
    }
    // A place without tower, flight service station or UNICOM uses MULTICOM (AIM table 4-1-1).
    if stations.is_empty()
        && let Ok(frequency) = region.multicom.parse()
    {
        stations.push(Station { facility: Facility::Ctaf, name: format!("{name} {}", region.unit(Facility::Ctaf)), frequency });
    }
    for h in heads.get(wanted + 1..)? {
        numbers.take(h.stations * 3)?;
    }
    let variation = (magnetic::variation(position) * 10.0).round() / 10.0;
    for h in heads.get(..wanted)? {
        for _ in 0..h.runways {
            runway(&mut numbers, position, 0.0)?;
        }
    }
    let mut runways: Vec<Drawn> = (0..h.runways).map(|_| runway(&mut numbers, position, variation)).collect::<Option<_>>()?;
    draw::part_parallels(&mut runways);
    let mut runways: Vec<Strip> = runways.into_iter().map(|d| d.strip).collect();
    water::mark(&mut runways);
    let town = match town {
        "" => name,
        "-" => "",
        t => t,
    };
    let place = [town, land].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ");
    let airport = Airport {
        icao: code.to_owned(),
        name: name.to_owned(),
        place,
        region,
        position,
        elevation_ft: f64::from(h.elevation),
        variation,
        made_up: false,
        transition_altitude_ft: None,
        runways,
        stations,
        taxiways: None,
        procedures: Vec::new(),
        transition: Transition::default(),
    };
    Some((airport, other.to_owned()))
}

/// The code of each of `count` airports.
pub(super) fn codes(raw: &[u8], count: usize) -> Option<Vec<&str>> {
    let texts = usize::from(u16_at(raw, 0)?);
    let mut numbers = Reader(raw.get(texts.checked_add(2)?..)?);
    let mut texts = Reader(raw.get(2..texts + 2)?);
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let h = head(&mut numbers)?;
        all.push(texts.text()?);
        (0..3 + h.stations).try_for_each(|_| texts.text().map(|_| ()))?;
    }
    Some(all)
}

/// The elevation of each of `count` airports, feet.
pub(super) fn elevations(raw: &[u8], count: usize) -> Option<Vec<i16>> {
    let texts = usize::from(u16_at(raw, 0)?);
    let mut numbers = Reader(raw.get(texts.checked_add(2)?..)?);
    (0..count).map(|_| head(&mut numbers).map(|h| h.elevation)).collect()
}

/// The stations of a facility at `count` airports: the number of the airport within the tile, and the station.
pub(super) fn stations_of(raw: &[u8], count: usize, wanted: Facility) -> Option<Vec<(usize, Station)>> {
    let texts = usize::from(u16_at(raw, 0)?);
    let mut numbers = Reader(raw.get(texts.checked_add(2)?..)?);
    let mut texts = Reader(raw.get(2..texts + 2)?);
    let heads: Vec<Head> = (0..count).map(|_| head(&mut numbers)).collect::<Option<_>>()?;
    let mut found = Vec::new();
    for (n, h) in heads.iter().enumerate() {
        let (_, _, name, _) = (texts.text()?, texts.text()?, texts.text()?, texts.text()?);
        let region = if h.faa { Region::FAA } else { Region::ICAO };
        for _ in 0..h.stations {
            let (facility, khz, own) = (*FACILITIES.get(usize::from(numbers.u8()?))?, numbers.u16()?, texts.text()?);
            if facility == wanted {
                let frequency = Frequency::from_khz(118_000 + u32::from(khz) * 5)?;
                let own = if own.is_empty() { name } else { own };
                found.push((n, Station { facility, name: format!("{own} {}", region.unit(facility)), frequency }));
            }
        }
    }
    Some(found)
}

fn head(r: &mut Reader<'_>) -> Option<Head> {
    let (place, elevation, counts, runways) = (r.u16()?, r.i16()?, r.u8()?, r.u8()?);
    Some(Head {
        place: usize::from(place),
        elevation,
        stations: usize::from(counts & 0x7F),
        faa: counts & 0x80 != 0,
        runways: usize::from(runways),
    })
}

/// A runway of the file; if it lacks the ends, they are estimated from the airport's position.
fn runway(r: &mut Reader<'_>, position: LatLon, variation: f64) -> Option<Drawn> {
    let (flags, le, he, surface) = (r.u8()?, r.u8()?, r.u8()?, r.u8()?);
    let (length, width) = (f64::from(r.u16()?), f64::from(r.u16()?));
    let (near, far) = (number(le)?, number(he)?);
    let ends = if flags & 8 != 0 {
        let mut at = || Some(f64::from(r.i16()?) / 200_000.0);
        let (a, b, c, d) = (at()?, at()?, at()?, at()?);
        Some([LatLon::new(position.lat + a, position.lon + b), LatLon::new(position.lat + c, position.lon + d)])
    } else {
        None
    };
    let heading = if flags & 12 == 4 { Some(f64::from(r.u16()?) / 100.0) } else { None };
    let displaced = if flags & 16 != 0 { [f64::from(r.u16()?), f64::from(r.u16()?)] } else { [0.0; 2] };
    let drawn = ends.is_none();
    let [start, stop] =
        ends.unwrap_or_else(|| draw::about(position, heading.unwrap_or_else(|| near.nominal_heading() + variation), length));
    let end = |runway, start, displaced_ft| End { runway, start, displaced_ft, pattern: Side::Left };
    let strip = Strip {
        length_ft: length,
        width_ft: if width > 0.0 { width } else { 60.0 },
        surface: (*SURFACES.get(usize::from(surface)).unwrap_or(&"unknown")).to_owned(),
        lighted: flags & 1 != 0,
        closed: flags & 2 != 0,
        drawn,
        ends: [end(near, start, displaced[0]), end(far, stop, displaced[1])],
    };
    Some(Drawn { strip, drawn })
}

fn number(byte: u8) -> Option<Runway> {
    let side = [None, Some(Position3::Left), Some(Position3::Center), Some(Position3::Right)];
    Runway::new(byte & 0x3F, *side.get(usize::from(byte >> 6))?)
}
