//! The world's airports: public-domain data, compressed in tiles, of which only those around the aircraft are unpacked.
//!
//! Layout of `world.bin` (made by `scripts/world.py`), little-endian: `STRATUS1`, u32 tiles, u32 identifiers; per tile
//! i16 latitude / 3, i16 longitude / 3, u32 offset, u32 length; per identifier u32 FNV-1a hash, u16 tile, ordered by hash;
//! then the tiles, raw deflate. A tile is text, a line an airport, fields separated by tabs: identifier, name, place,
//! where, region, latitude and longitude in 1e-5 degrees, elevation in feet, runways, stations.

use std::cell::RefCell;
use std::sync::Arc;

use super::{Airport, End, Station, Strip};
use crate::units::{FT_PER_NM, Facility, Frequency, LatLon, Region, Runway, Side, turn};

const WORLD: &[u8] = include_bytes!("../../assets/airports/world.bin");
/// Degrees on a side of a tile.
const TILE: f64 = 3.0;
/// Tiles that are kept unpacked: those around the aircraft and around its destination.
const KEPT: usize = 10;
/// No tile is larger unpacked.
const LONGEST_TILE: usize = 1 << 20;
const HEAD: usize = 16;
const TILE_ENTRY: usize = 12;
const IDENT_ENTRY: usize = 6;

/// The airports of the world. Cheap to make: nothing is unpacked before it is asked for.
#[derive(Debug, Clone)]
pub struct World {
    data: &'static [u8],
    tiles: usize,
    idents: usize,
    kept: RefCell<Vec<(usize, Arc<Tile>)>>,
}

/// An unpacked tile.
#[derive(Debug)]
struct Tile {
    text: String,
    /// Where each airport is, and its line.
    places: Vec<(LatLon, std::ops::Range<usize>)>,
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        // What is unpacked is no part of what it is.
        std::ptr::eq(self.data, other.data)
    }
}

impl World {
    /// The data built into the program; `None` if it is not what this reader knows.
    pub fn built_in() -> Option<Self> {
        Self::read(WORLD)
    }

    fn read(data: &'static [u8]) -> Option<Self> {
        data.strip_prefix(b"STRATUS1")?;
        let (tiles, idents) = (word(data, 8)? as usize, word(data, 12)? as usize);
        let whole = data.len() >= HEAD + tiles.checked_mul(TILE_ENTRY)? + idents.checked_mul(IDENT_ENTRY)?;
        whole.then_some(Self { data, tiles, idents, kept: RefCell::default() })
    }

    /// How many airports there are.
    pub fn len(&self) -> usize {
        self.idents
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.idents == 0
    }

    /// The airport of an identifier, in capitals.
    pub fn get(&self, ident: &str) -> Option<Airport> {
        let hash = ident.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        let at = |i: usize| HEAD + self.tiles * TILE_ENTRY + i * IDENT_ENTRY;
        let (mut low, mut high) = (0, self.idents);
        while low < high {
            let middle = usize::midpoint(low, high);
            if word(self.data, at(middle))? < hash { low = middle + 1 } else { high = middle }
        }
        while low < self.idents && word(self.data, at(low))? == hash {
            let tile = half(self.data, at(low) + 4)?;
            let tile = self.tile(usize::from(tile))?;
            let line = tile.text.lines().find(|l| l.split('\t').next() == Some(ident));
            if let Some(a) = line.and_then(airport) {
                return Some(a);
            }
            low += 1;
        }
        None
    }

    /// The nearest airport within `max_nm` nautical miles that satisfies `wanted`; lines are parsed from near to far.
    pub fn nearest(&self, at: LatLon, max_nm: f64, wanted: impl Fn(&Airport) -> bool) -> Option<Airport> {
        let mut near: Vec<(f64, Arc<Tile>, usize)> = Vec::new();
        for tile in self.around(at, max_nm) {
            for (i, (place, _)) in tile.places.iter().enumerate() {
                let d = place.distance_nm(at);
                if d <= max_nm {
                    near.push((d, tile.clone(), i));
                }
            }
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.iter().find_map(|(_, tile, i)| {
            let line = tile.text.get(tile.places.get(*i)?.1.clone())?;
            airport(line).filter(&wanted)
        })
    }

    /// The nearest airport within `max_nm` with a station on a frequency.
    pub fn nearest_on(&self, frequency: Frequency, at: LatLon, max_nm: f64) -> Option<Airport> {
        // Only lines that hold the figures are parsed.
        let figures = frequency.khz().to_string();
        let shorter = figures.get(..5).unwrap_or(&figures).to_owned();
        let mut best: Option<(f64, Airport)> = None;
        for tile in self.around(at, max_nm) {
            for (place, line) in &tile.places {
                let d = place.distance_nm(at);
                if d > max_nm || best.as_ref().is_some_and(|(b, _)| *b <= d) {
                    continue;
                }
                let line = tile.text.get(line.clone()).unwrap_or("");
                if line.contains(&shorter)
                    && let Some(a) = airport(line)
                    && a.stations.iter().any(|s| s.frequency.same_channel(frequency))
                {
                    best = Some((d, a));
                }
            }
        }
        best.map(|(_, a)| a)
    }

    /// The tiles within a distance of a point.
    fn around(&self, at: LatLon, max_nm: f64) -> Vec<Arc<Tile>> {
        if !at.lat.is_finite() || !at.lon.is_finite() || at.lat.abs() > 90.0 {
            return Vec::new();
        }
        let lat = max_nm / 60.0;
        let lon = (max_nm / 60.0 / at.lat.to_radians().cos().max(0.05)).min(30.0);
        let row = |v: f64| truncated(v / TILE);
        let (south, north) = (row(at.lat - lat), row(at.lat + lat));
        let (west, east) = ((at.lon - lon) / TILE, (at.lon + lon) / TILE);
        (0..self.tiles)
            .filter(|i| {
                let Some((y, x)) = self.tile_place(*i) else { return false };
                // Longitudes go round: a tile is in reach directly, or once around.
                let reach = |x: f64| x >= west.floor() - 1.0 && x <= east.ceil();
                (south..=north).contains(&y)
                    && (reach(f64::from(x)) || reach(f64::from(x) + 360.0 / TILE) || reach(f64::from(x) - 360.0 / TILE))
            })
            .filter_map(|i| self.tile(i))
            .collect()
    }

    fn tile_place(&self, i: usize) -> Option<(i16, i16)> {
        let at = HEAD + i * TILE_ENTRY;
        Some((half(self.data, at)? as i16, half(self.data, at + 2)? as i16))
    }

    /// A tile, unpacked.
    fn tile(&self, i: usize) -> Option<Arc<Tile>> {
        if let Some((_, t)) = self.kept.borrow().iter().find(|(n, _)| *n == i) {
            return Some(t.clone());
        }
        let entry = HEAD + i * TILE_ENTRY;
        let (offset, length) = (word(self.data, entry + 4)? as usize, word(self.data, entry + 8)? as usize);
        let blocks = HEAD + self.tiles * TILE_ENTRY + self.idents * IDENT_ENTRY;
        let packed = self.data.get(blocks.checked_add(offset)?..)?.get(..length)?;
        let text = unpacked(packed)?;
        let mut places = Vec::new();
        let mut start = 0;
        for line in text.split('\n') {
            if let Some(at) = place(line) {
                places.push((at, start..start + line.len()));
            }
            start += line.len() + 1;
        }
        let tile = Arc::new(Tile { text, places });
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((i, tile.clone()));
        Some(tile)
    }
}

/// Raw deflate as text; `None` when it is damaged or too long.
fn unpacked(packed: &[u8]) -> Option<String> {
    let mut inflate = flate2::Decompress::new(false);
    let mut out = Vec::with_capacity(packed.len() * 4);
    loop {
        let at = usize::try_from(inflate.total_in()).ok()?;
        let before = out.len();
        let status = inflate.decompress_vec(packed.get(at..)?, &mut out, flate2::FlushDecompress::Finish).ok()?;
        match status {
            flate2::Status::StreamEnd => break,
            // Nothing more comes although there is room: the block is cut off.
            _ if out.len() == before && out.capacity() > out.len() => return None,
            _ if out.len() > LONGEST_TILE => return None,
            _ => out.reserve(packed.len() * 2),
        }
    }
    out.shrink_to_fit();
    String::from_utf8(out).ok()
}

/// The row or column of a tile: floored, as the tiles were cut.
fn truncated(v: f64) -> i16 {
    v.floor().clamp(-100.0, 100.0) as i16
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn half(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn degrees(field: &str) -> Option<f64> {
    field.parse::<i32>().ok().map(|v| f64::from(v) / 1e5)
}

fn place(line: &str) -> Option<LatLon> {
    let mut fields = line.split('\t').skip(5);
    Some(LatLon::new(degrees(fields.next()?)?, degrees(fields.next()?)?))
}

/// One line as an airport; `None` for a line that is not one.
fn airport(line: &str) -> Option<Airport> {
    let f: Vec<&str> = line.split('\t').collect();
    let [ident, name, place, area, region, _, _, elevation, strips, stations] = *f.as_slice() else { return None };
    let position = self::place(line)?;
    let runways: Vec<Strip> = strips.split(';').filter_map(|s| strip(s, position)).collect();
    Some(Airport {
        icao: ident.to_owned(),
        name: name.to_owned(),
        place: format!("{}, {area}", if place.is_empty() { name } else { place }),
        region: if region == "F" { Region::Faa } else { Region::Icao },
        position,
        elevation_ft: elevation.parse().ok()?,
        variation: variation(&runways),
        made_up: false,
        stations: stations.split(';').filter_map(|s| station(s, name)).collect(),
        runways,
        taxiways: None,
    })
}

fn strip(text: &str, at: LatLon) -> Option<Strip> {
    let f: Vec<&str> = text.split(',').collect();
    let (le, he): (Runway, Runway) = (f.first()?.parse().ok()?, f.get(1)?.parse().ok()?);
    let (length_ft, width_ft): (f64, f64) = (f.get(2)?.parse().ok()?, f.get(3)?.parse().ok()?);
    let surface = match *f.get(4)? {
        "A" => "asphalt",
        "C" => "concrete",
        "G" => "grass",
        "W" => "water",
        _ => "other",
    };
    let number = |i: usize| f.get(i).and_then(|v| v.parse::<i32>().ok()).map(f64::from);
    let (near, far) = match (number(5), number(6), number(7), number(8)) {
        (Some(a), Some(b), Some(c), Some(d)) => {
            let point = |lat: f64, lon: f64| LatLon::new(at.lat + lat / 1e5, at.lon + lon / 1e5);
            (point(a, b), point(c, d))
        }
        // Only the direction is known: the strip is laid through the reference point.
        (heading, ..) => {
            let heading = heading.unwrap_or_else(|| le.nominal_heading()).to_radians();
            let half = length_ft / 2.0 / FT_PER_NM / 60.0;
            let (dlat, dlon) = (half * heading.cos(), half * heading.sin() / at.lat.to_radians().cos().max(0.05));
            (LatLon::new(at.lat - dlat, at.lon - dlon), LatLon::new(at.lat + dlat, at.lon + dlon))
        }
    };
    let end =
        |runway, start, displaced: Option<f64>| End { runway, start, displaced_ft: displaced.unwrap_or(0.0).max(0.0), pattern: Side::Left };
    Some(Strip { length_ft, width_ft, surface: surface.to_owned(), ends: [end(le, near, number(9)), end(he, far, number(10))] })
}

/// The magnetic variation that the runways' numbers tell, to a few degrees; the aircraft's compass tells better.
fn variation(runways: &[Strip]) -> f64 {
    let off: Vec<f64> = runways
        .iter()
        .map(|s| turn(s.ends[0].runway.nominal_heading(), s.ends[0].start.bearing(s.ends[1].start)))
        .filter(|o| o.abs() < 60.0)
        .collect();
    if off.is_empty() { 0.0 } else { off.iter().sum::<f64>() / off.len() as f64 }
}

fn station(text: &str, airport: &str) -> Option<Station> {
    let mut chars = text.chars();
    let facility = match chars.next()? {
        'T' => Facility::Tower,
        'G' => Facility::Ground,
        'A' => Facility::Approach,
        'D' => Facility::Departure,
        'C' => Facility::Clearance,
        'I' => Facility::Atis,
        'E' => Facility::Center,
        'F' | 'U' => Facility::Ctaf,
        _ => return None,
    };
    let rest = chars.as_str();
    let frequency = Frequency::from_khz(rest.get(..6)?.parse().ok()?)?;
    let base = rest.get(6..).filter(|n| !n.is_empty()).unwrap_or(airport);
    Some(Station { facility, name: format!("{base} {}", facility.word()), frequency })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_there_and_every_line_of_it_is_an_airport() {
        let w = World::built_in().unwrap();
        assert!(w.len() >= 45_000 && WORLD.len() <= 2_000_000, "{} airports in {} bytes", w.len(), WORLD.len());
        let mut seen = 0;
        for i in 0..w.tiles {
            let t = w.tile(i).unwrap();
            let (y, x) = w.tile_place(i).unwrap();
            for line in t.text.lines() {
                let a = airport(line).unwrap_or_else(|| panic!("{line:?}"));
                assert_eq!((truncated(a.position.lat / TILE), truncated(a.position.lon / TILE)), (y, x), "{}", a.icao);
                for s in &a.runways {
                    assert!(s.ends[0].start.distance_nm(a.position) < 12.0, "{} {s:?}", a.icao);
                }
                seen += 1;
            }
        }
        assert_eq!(seen, w.len());
        assert!(w.kept.borrow().len() <= KEPT);
    }

    #[test]
    fn known_airports_are_as_they_are_known() {
        let w = World::built_in().unwrap();
        for (code, name, runway, tower) in [
            ("KSEA", "Seattle Tower", "16L", "119.9"),
            ("EGLL", "Heathrow Tower", "27R", "118.5"),
            ("KJFK", "Kennedy Twr", "22L", "119.1"),
            ("LOWI", "Innsbruck", "26", "120.1"),
        ] {
            let a = w.get(code).unwrap();
            assert!(a.strips_ends().contains(&runway.parse().unwrap()), "{code} {:?}", a.strips_ends());
            let t = a.stations.iter().find(|s| s.facility == Facility::Tower && s.frequency.to_string() == tower);
            assert!(t.is_some_and(|t| t.name.starts_with(name.split(' ').next().unwrap())), "{code} {:?}", a.stations);
        }
        assert!(w.get("KSEA").unwrap().variation > 10.0 && w.get("EGLL").unwrap().variation.abs() < 5.0);
        assert!(w.get("QQ99Q").is_none() && w.get("").is_none());
        assert_eq!(w.get("EGLL").unwrap().region, Region::Icao);
    }

    #[test]
    fn the_nearest_is_found_also_across_the_date_line_and_at_the_poles() {
        let w = World::built_in().unwrap();
        let any = |_: &Airport| true;
        assert_eq!(w.nearest(LatLon::new(47.449, -122.309), 5.0, any).unwrap().icao, "KSEA");
        // Taveuni lies on the line.
        let near = w.nearest(LatLon::new(-16.69, 179.99), 60.0, any).unwrap();
        assert!(near.position.distance_nm(LatLon::new(-16.69, 179.99)) < 60.0, "{near:?}");
        assert!(w.nearest(LatLon::new(f64::NAN, 0.0), 60.0, any).is_none());
        assert!(w.nearest(LatLon::new(89.9, 0.0), 10.0, any).is_none());
        let tower = w.nearest_on("118.1".parse().unwrap(), LatLon::new(19.72, -155.05), 40.0).unwrap();
        assert_eq!(tower.icao, "PHTO");
    }
}
