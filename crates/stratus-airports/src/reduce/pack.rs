//! Writes airports in the format that `World` reads: tiles, points, indices and deflated records, as described in
//! `scripts/world.py`.

use std::cmp::Ordering;

use flate2::{Compress, Compression, FlushCompress, Status};

use super::Field;
use crate::data;
use crate::world::{MAGIC, hash};

/// The most airports of a tile.
const TILE: usize = 60;
/// Buckets of an index.
const BUCKETS: u32 = 256;

/// The whole file. `Err` if the format cannot hold it.
pub(super) fn pack(mut fields: Vec<Field>, places: &[String]) -> Result<Vec<u8>, String> {
    if u16::try_from(fields.len()).is_err() || u16::try_from(places.len()).is_err() {
        return Err(format!("{} airports in {} lands are more than the format can hold", fields.len(), places.len()));
    }
    let mut ends = Vec::new();
    split(&mut fields, 0, &mut ends);
    let (mut heads, mut points, mut blocks, mut first) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for end in ends {
        let tile = fields.get_mut(first..end).unwrap_or_default();
        tile.sort_by(|a, b| (a.place, &a.code).cmp(&(b.place, &b.code)));
        let bounds = place(tile);
        tile.iter().for_each(|f| points.extend(f.point.iter().flat_map(|p| p.to_le_bytes())));
        let raw = block(tile)?;
        let packed = deflate(&raw)?;
        bounds.iter().for_each(|b| heads.extend(b.to_le_bytes()));
        heads.extend(u32::try_from(blocks.len()).map_err(|e| e.to_string())?.to_le_bytes());
        for n in [packed.len(), raw.len(), first, end - first] {
            let n = u16::try_from(n).map_err(|_| "a tile of airports has more text than the format can hold".to_owned())?;
            heads.extend(n.to_le_bytes());
        }
        blocks.extend(packed);
        first = end;
    }
    let tiles = heads.len() / 20;
    let numbered = || (0u16..).zip(&fields);
    let (codes, code_count) = index(numbered().flat_map(|(n, f)| {
        let other = (f.ident != f.code).then_some((hash(&f.ident), n));
        [(hash(&f.code), n)].into_iter().chain(other)
    }));
    let towers = numbered().filter(|(_, f)| f.towered());
    let (names, name_count) = index(towers.map(|(n, f)| (hash(&data::plain(&f.name)), n)));
    let mut tuned: Vec<(u32, u16)> = numbered().flat_map(|(n, f)| f.stations.iter().map(move |s| (s.khz / 10, n))).collect();
    tuned.sort_unstable();
    tuned.dedup();
    let listed = places.join("\n");
    let mut out = MAGIC.to_vec();
    out.extend(u16::try_from(tiles).map_err(|e| e.to_string())?.to_le_bytes());
    for n in [fields.len(), code_count, name_count, tuned.len(), listed.len()] {
        out.extend(u32::try_from(n).map_err(|e| e.to_string())?.to_le_bytes());
    }
    for part in [listed.as_bytes(), &heads, &points, &codes, &names] {
        out.extend(part);
    }
    tuned.iter().for_each(|(khz, n)| out.extend([*khz as u16, *n].iter().flat_map(|v| v.to_le_bytes())));
    out.extend(blocks);
    Ok(out)
}

/// Splits along the longer side until each tile is small enough. `ends` are the ends of the tiles in the list.
fn split(fields: &mut [Field], from: usize, ends: &mut Vec<usize>) {
    if fields.len() <= TILE {
        ends.push(from + fields.len());
        return;
    }
    let spread = |by: fn(&Field) -> f64| {
        let (low, high) = fields.iter().map(by).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        high - low
    };
    let middle = fields.iter().map(|f| f.lat).sum::<f64>() / fields.len() as f64;
    let tall = spread(|f| f.lat) > spread(|f| f.lon) * middle.to_radians().cos();
    let order = |a: (f64, f64), b: (f64, f64)| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal).then(a.1.total_cmp(&b.1));
    if tall {
        fields.sort_by(|a, b| order((a.lat, a.lon), (b.lat, b.lon)));
    } else {
        fields.sort_by(|a, b| order((a.lon, a.lat), (b.lon, b.lat)));
    }
    let half = fields.len() / 2;
    let (low, high) = fields.split_at_mut(half);
    split(low, from, ends);
    split(high, from + half, ends);
}

/// The bounds of a tile in hundredths of a degree (south, north, west, east). Each airport's position is stored
/// relative to them, and is then set to the value that will be read.
fn place(tile: &mut [Field]) -> [i16; 4] {
    let bounds = |by: fn(&Field) -> f64| {
        let (low, high) = tile.iter().map(by).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        ((low * 100.0).floor(), (high * 100.0).ceil())
    };
    let ((south, north), (west, east)) = (bounds(|f| f.lat), bounds(|f| f.lon));
    let part = |v: f64, low: f64, high: f64| {
        let part = if high > low { ((v - low / 100.0) / (high - low) * 100.0 * 65535.0).round_ties_even() } else { 0.0 };
        part as u16
    };
    let whole = |p: u16, low: f64, high: f64| low / 100.0 + f64::from(p) / 65535.0 * (high - low) / 100.0;
    for f in tile {
        f.point = [part(f.lat, south, north), part(f.lon, west, east)];
        let [up, aside] = f.point;
        (f.lat, f.lon) = (whole(up, south, north), whole(aside, west, east));
    }
    [south, north, west, east].map(|b| b as i16)
}

fn text(out: &mut Vec<u8>, text: &str) {
    let text = text.get(..text.floor_char_boundary(255)).unwrap_or("");
    out.push(u8::try_from(text.len()).unwrap_or(0));
    out.extend(text.as_bytes());
}

/// The records of a tile. Columns of one kind are stored together, because that deflates better; texts first, then numbers.
fn block(tile: &[Field]) -> Result<Vec<u8>, String> {
    let mut texts = Vec::new();
    for f in tile {
        let other = if f.ident == f.code { "" } else { &f.ident };
        for t in [&f.code, other, &f.name, f.town()] {
            text(&mut texts, t);
        }
        f.stations.iter().for_each(|s| text(&mut texts, &s.name));
    }
    let mut out = u16::try_from(texts.len())
        .map_err(|_| "a tile of airports has more text than the format can hold".to_owned())?
        .to_le_bytes()
        .to_vec();
    out.extend(texts);
    for f in tile {
        out.extend(f.place.to_le_bytes());
        out.extend(f.elevation.to_le_bytes());
        out.extend([f.stations.len() as u8 | u8::from(f.faa) << 7, f.runways.len() as u8]);
    }
    for s in tile.iter().flat_map(|f| &f.stations) {
        out.push(s.code);
        out.extend((((s.khz - 118_000) / 5) as u16).to_le_bytes());
    }
    for f in tile {
        for r in &f.runways {
            let moved = r.displaced.iter().any(|d| *d > 0);
            let bits = [r.lit, r.closed, r.heading.is_some(), r.ends.is_some(), moved];
            let flags = bits.iter().rev().fold(0u8, |all, bit| all << 1 | u8::from(*bit));
            out.extend([flags, r.le.0 | r.le.1 << 6, r.he.0 | r.he.1 << 6, r.surface]);
            out.extend([r.length, r.width].iter().flat_map(|v| v.to_le_bytes()));
            if let Some(ends) = r.ends {
                for (v, o) in ends.into_iter().zip([f.lat, f.lon, f.lat, f.lon]) {
                    out.extend((((v - o) * 200_000.0).round_ties_even() as i16).to_le_bytes());
                }
            } else if let Some(h) = r.heading {
                out.extend(((h * 100.0).round_ties_even().rem_euclid(36_000.0) as u16).to_le_bytes());
            }
            if moved {
                out.extend(r.displaced.iter().flat_map(|v| v.to_le_bytes()));
            }
        }
    }
    Ok(out)
}

fn deflate(raw: &[u8]) -> Result<Vec<u8>, String> {
    // Incompressible data grows by a few bytes for each block.
    let mut packed = Vec::with_capacity(raw.len() + raw.len() / 8 + 64);
    match Compress::new(Compression::best(), false).compress_vec(raw, &mut packed, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Ok(packed),
        other => Err(format!("a tile of airports could not be packed: {other:?}")),
    }
}

/// Words and the airports that they mean, by hash: the bounds of the buckets, then the entries; and the number of entries.
fn index(pairs: impl Iterator<Item = (u32, u16)>) -> (Vec<u8>, usize) {
    let mut entries: Vec<(u32, u16, u16)> = pairs.map(|(h, n)| (h >> 24, (h >> 8) as u16, n)).collect();
    entries.sort_unstable();
    let mut out = Vec::with_capacity(entries.len() * 4 + 1028);
    for bucket in 0..=BUCKETS {
        out.extend((entries.partition_point(|e| e.0 < bucket) as u32).to_le_bytes());
    }
    entries.iter().for_each(|(_, rest, n)| out.extend([*rest, *n].iter().flat_map(|v| v.to_le_bytes())));
    (out, entries.len())
}
