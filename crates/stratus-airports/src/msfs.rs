//! An airport from Microsoft Flight Simulator: assembles SimConnect's facility data record by record.
//!
//! The simulator sends a record for each object, with the fields of [`FIELDS`] in their order, packed and
//! little-endian. Taxi paths refer to points, parking places and names by their index in the lists. A record that
//! cannot be read is counted and left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::apt_dat::{MOST, held};
use crate::groundnet::taxiway;
use crate::procedures::{self, Kind, Procedure};
use crate::runway::{self, Geometry};
use crate::units::{FT_PER_M, Facility, Frequency, LatLon, Position3, Region, Runway, Side};
use crate::{Airport, End, Station, Strip, TaxiEdge, TaxiGraph, TaxiNode, Transition, magnetic, water};

/// The requested fields; their order is that of the fields in a record.
pub const FIELDS: &[&str] = &[
    "OPEN AIRPORT",
    "LATITUDE",
    "LONGITUDE",
    "ALTITUDE",
    "NAME64",
    "ICAO",
    "REGION",
    "OPEN RUNWAY",
    "LATITUDE",
    "LONGITUDE",
    "ALTITUDE",
    "HEADING",
    "LENGTH",
    "WIDTH",
    "SURFACE",
    "PRIMARY_NUMBER",
    "PRIMARY_DESIGNATOR",
    "SECONDARY_NUMBER",
    "SECONDARY_DESIGNATOR",
    "CLOSE RUNWAY",
    "OPEN FREQUENCY",
    "TYPE",
    "FREQUENCY",
    "NAME",
    "CLOSE FREQUENCY",
    "OPEN APPROACH",
    "TYPE",
    "SUFFIX",
    "RUNWAY_NUMBER",
    "RUNWAY_DESIGNATOR",
    "CLOSE APPROACH",
    "OPEN DEPARTURE",
    "NAME",
    "OPEN RUNWAY_TRANSITION",
    "RUNWAY_NUMBER",
    "RUNWAY_DESIGNATOR",
    "CLOSE RUNWAY_TRANSITION",
    "CLOSE DEPARTURE",
    "OPEN ARRIVAL",
    "NAME",
    "OPEN RUNWAY_TRANSITION",
    "RUNWAY_NUMBER",
    "RUNWAY_DESIGNATOR",
    "CLOSE RUNWAY_TRANSITION",
    "CLOSE ARRIVAL",
    "OPEN TAXI_POINT",
    "TYPE",
    "ORIENTATION",
    "BIAS_X",
    "BIAS_Z",
    "CLOSE TAXI_POINT",
    "OPEN TAXI_PARKING",
    "TYPE",
    "TAXI_POINT_TYPE",
    "NAME",
    "SUFFIX",
    "NUMBER",
    "ORIENTATION",
    "HEADING",
    "RADIUS",
    "BIAS_X",
    "BIAS_Z",
    "CLOSE TAXI_PARKING",
    "OPEN TAXI_PATH",
    "TYPE",
    "WIDTH",
    "RUNWAY_NUMBER",
    "RUNWAY_DESIGNATOR",
    "START",
    "END",
    "NAME_INDEX",
    "CLOSE TAXI_PATH",
    "OPEN TAXI_NAME",
    "NAME",
    "CLOSE TAXI_NAME",
    "CLOSE AIRPORT",
];

/// The offset of a record's own data in a message.
const DATA: usize = 40;
/// Kinds of record (`SIMCONNECT_FACILITY_DATA_TYPE`).
const AIRPORT: u32 = 0;
const RUNWAY: u32 = 1;
const FREQUENCY: u32 = 3;
const APPROACH: u32 = 5;
const DEPARTURE: u32 = 10;
const ARRIVAL: u32 = 11;
const RUNWAY_TRANSITION: u32 = 12;
const POINT: u32 = 14;
const PARKING: u32 = 15;
const PATH: u32 = 16;
const NAME: u32 = 17;
/// The size of each kind of record in bytes.
const SIZES: [(u32, usize); 11] = [
    (AIRPORT, 104),
    (RUNWAY, 56),
    (FREQUENCY, 72),
    (APPROACH, 16),
    (DEPARTURE, 8),
    (ARRIVAL, 8),
    (RUNWAY_TRANSITION, 8),
    (POINT, 16),
    (PARKING, 40),
    (PATH, 28),
    (NAME, 32),
];

/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_195.0;
/// The farthest that a holding point may be from its runway's pavement, feet.
const HOLD_WITHIN_FT: f64 = 800.0;
/// A holding point beyond this fraction of the runway does not serve for a take-off.
const FARTHEST: f64 = 0.6;
/// A taxiway point this near to a runway's edge is on the runway, feet.
const ON_RUNWAY_FT: f64 = 20.0;
/// Every object of an airport is within this distance of its reference point, metres.
const FAR_M: f64 = 20_000.0;
/// The first number of parking places in the graph.
const PARKED: u32 = 1_000_000;

/// A record as received: its own number and its parent's, two more words of its header, and its data.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    number: u32,
    parent: u32,
    words: [u32; 2],
    data: Vec<u8>,
}

/// The answer to one request, as far as it has arrived.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    lists: BTreeMap<u32, Vec<Item>>,
    /// Records that could not be read.
    pub skipped: u64,
}

impl Answer {
    /// Takes a message of facility data (`SIMCONNECT_RECV_FACILITY_DATA`, complete); whether it could be read.
    pub fn take(&mut self, message: &[u8]) -> bool {
        let read = self.read(message).is_some();
        self.skipped += u64::from(!read);
        read
    }

    fn read(&mut self, message: &[u8]) -> Option<()> {
        let kind = word(message, 24)?;
        let (_, size) = SIZES.iter().find(|(k, _)| *k == kind)?;
        // A record may be longer than requested; a shorter one is truncated.
        let data = message.get(DATA..DATA + size)?.to_vec();
        let list = self.lists.entry(kind).or_default();
        let item = Item { number: word(message, 16)?, parent: word(message, 20)?, words: [word(message, 32)?, word(message, 36)?], data };
        let most = match kind {
            AIRPORT => 1,
            POINT | PARKING | PATH => MOST,
            RUNWAY_TRANSITION => procedures::MOST,
            _ => 1000,
        };
        if list.len() >= most {
            return None;
        }
        list.push(item);
        Some(())
    }

    /// The runways; a water runway gets a W if a land runway has its number.
    fn strips(&self) -> Vec<Strip> {
        let mut all: Vec<Strip> = self.list(RUNWAY).into_values().take(100).filter_map(strip).collect();
        water::mark(&mut all);
        all
    }

    /// The records of a kind by their index in the list. Sources disagree on which word is the index: it is the one
    /// that is smaller than the other (the list's length). If neither is, the order of arrival counts.
    fn list(&self, kind: u32) -> BTreeMap<u32, &[u8]> {
        let items = self.lists.get(&kind).map_or(&[][..], Vec::as_slice);
        let places = |place: usize, length: usize| {
            let mut own = BTreeMap::new();
            for i in items {
                let (n, of) = (i.words[place], i.words[length]);
                // The same record twice counts once; two different records with one index do not count.
                let other = own.insert(n, i.data.as_slice()).is_some_and(|d| d != i.data);
                if other || n >= of || of != items[0].words[length] {
                    return None;
                }
            }
            Some(own)
        };
        let arrived = || (0..).zip(items).map(|(n, i)| (n, i.data.as_slice())).collect();
        places(0, 1).or_else(|| places(1, 0)).unwrap_or_else(arrived)
    }

    /// The airport, under the code that was requested; `None` if the answer contains none, or another airport.
    pub fn airport(&self, icao: &str) -> Option<Airport> {
        let head = *self.list(AIRPORT).values().next()?;
        let told = text(head, 88, 8);
        // The simulator lists American fields without an ICAO code without the K.
        let short = icao.strip_prefix('K').filter(|s| s.len() == 3);
        let same = told.is_empty() || told.eq_ignore_ascii_case(icao) || short.is_some_and(|s| s.eq_ignore_ascii_case(&told));
        let position = place(head, 0).filter(|_| same)?;
        let elevation_ft = double(head, 16)? * FT_PER_M;
        let name = super::plain_name(&text(head, 24, 64));
        let mut airport = Airport {
            icao: icao.to_owned(),
            name: name.clone(),
            place: name,
            region: Region::of(icao, ""),
            position,
            elevation_ft: if elevation_ft.abs() < 30_000.0 { elevation_ft.round() } else { 0.0 },
            variation: (magnetic::variation(position) * 10.0).round() / 10.0,
            made_up: false,
            transition_altitude_ft: None,
            runways: self.strips(),
            stations: Vec::new(),
            taxiways: None,
            procedures: procedures::in_order(self.list(APPROACH).into_values().filter_map(approach).chain(self.routes()).collect()),
            transition: Transition::default(),
        };
        airport.stations = self.stations(&airport.name);
        airport.taxiways = self.graph(&airport);
        airport.procedures.retain(|p| p.runway.is_none_or(|r| airport.runways.iter().any(|s| s.ends.iter().any(|e| e.runway == r))));
        Some(airport)
    }

    /// Departures and arrivals, once for each runway that they have a transition for. One without any is for all runways.
    fn routes(&self) -> Vec<Procedure> {
        let of = |kind: u32| self.lists.get(&kind).map_or(&[][..], Vec::as_slice);
        let mut runways: BTreeMap<u32, BTreeSet<Runway>> = BTreeMap::new();
        for t in of(RUNWAY_TRANSITION) {
            let end = word(&t.data, 0).zip(word(&t.data, 4)).and_then(|(number, side)| runway_end(number, side));
            // A runway that cannot be read is none, and does not make the procedure one for all runways.
            runways.entry(t.parent).or_default().extend(end);
        }
        let fits = |name: &str| name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let mut all = Vec::new();
        for (list, kind) in [(DEPARTURE, Kind::Departure), (ARRIVAL, Kind::Arrival)] {
            for item in of(list) {
                let name = text(&item.data, 0, 8);
                let ends = runways.get(&item.number).map_or_else(|| vec![None], |ends| ends.iter().copied().map(Some).collect());
                all.extend(ends.into_iter().filter(|_| fits(&name)).map(|runway| Procedure { kind, name: name.clone(), runway }));
            }
        }
        all
    }

    fn stations(&self, airport: &str) -> Vec<Station> {
        let mut all: Vec<Station> = Vec::new();
        for record in self.list(FREQUENCY).into_values() {
            let (Some(facility), Some(hz)) = (word(record, 0).and_then(facility), word(record, 4)) else { continue };
            // Only the civil airband. An 8.33 kHz channel is given to the hertz.
            let Some(frequency) = Frequency::from_khz(hz.saturating_add(500) / 1000) else { continue };
            let radar = matches!(facility, Facility::Approach | Facility::Departure | Facility::Center);
            let unit = Some(unit(&text(record, 8, 64))).filter(|u| radar && !u.is_empty()).unwrap_or_else(|| airport.to_owned());
            let station = Station { facility, name: format!("{unit} {}", facility.word()), frequency };
            if all.len() < 100 && !all.iter().any(|s| s.facility == facility && s.frequency == frequency) {
                all.push(station);
            }
        }
        if all.iter().any(|s| s.facility == Facility::Tower) {
            all.retain(|s| s.facility != Facility::Ctaf);
        }
        all
    }

    /// The taxi network. Holding points are the marked ones, otherwise the points before a runway.
    fn graph(&self, airport: &Airport) -> Option<TaxiGraph> {
        let (points, parking, names) = (self.list(POINT), self.list(PARKING), self.list(NAME));
        let places: BTreeMap<u32, LatLon> = points.iter().filter_map(|(i, p)| Some((*i, beside(airport, p, 8)?))).collect();
        let stands: BTreeMap<u32, (LatLon, String)> =
            parking.iter().filter_map(|(i, p)| Some((PARKED.checked_add(*i)?, (beside(airport, p, 32)?, stand(p)?)))).collect();
        let mut edges = Vec::new();
        for path in self.list(PATH).into_values() {
            let (kind, from, end) = (word(path, 0)?, word(path, 16)?, word(path, 20)?);
            let name = || names.get(&word(path, 24)?).and_then(|n| taxiway(&text(n, 0, 32)));
            let (to, name, runway) = match kind {
                // A taxiway, or a path over an apron.
                1 | 4 => (end, name().unwrap_or_default(), None),
                // The number is valid only for runways: elsewhere the simulator leaves arbitrary values in it.
                2 => (end, String::new(), Some(runway_end(word(path, 8)?, word(path, 12)?))),
                3 => (PARKED.saturating_add(end), String::new(), None),
                // Closed paths, vehicle paths, roads and painted lines.
                _ => continue,
            };
            let known = places.contains_key(&from) && from != to && (places.contains_key(&to) || stands.contains_key(&to));
            let runway = runway.map(|r| r.filter(|r| airport.end(*r).is_some()));
            if known && runway != Some(None) {
                edges.push(TaxiEdge { from, to, name, runway: runway.flatten(), one_way: false });
            }
        }
        let used: BTreeSet<u32> = edges.iter().flat_map(|e| [e.from, e.to]).collect();
        let marked = points.iter().filter(|(_, p)| word(p, 0).is_some_and(|k| matches!(k, 2 | 4 | 5 | 6))).map(|(i, _)| *i).collect();
        let mut nodes = held(airport, &places, &holds(airport, &places, &edges, &marked));
        for (id, (position, name)) in stands {
            nodes.push(TaxiNode { id, position, parking: Some(name), holds: Vec::new(), intersection: false });
        }
        // A point without paths would be a dead end for the aircraft nearest to it.
        nodes.retain(|n| used.contains(&n.id));
        (!edges.is_empty()).then_some(TaxiGraph { nodes, edges })
    }
}

/// For each point, the runways that are held short of there.
fn holds(airport: &Airport, places: &BTreeMap<u32, LatLon>, edges: &[TaxiEdge], marked: &BTreeSet<u32>) -> BTreeMap<u32, BTreeSet<Runway>> {
    let ends = runway::ends(airport);
    let mut holds: BTreeMap<u32, BTreeSet<Runway>> = BTreeMap::new();
    for (id, at) in marked.iter().filter_map(|id| Some((*id, *places.get(id)?))) {
        let near = ends.iter().map(|g| (g.distance_ft(at), g)).filter(|(d, _)| *d > 0.0 && *d <= HOLD_WITHIN_FT);
        if let Some((_, g)) = near.min_by(|a, b| a.0.total_cmp(&b.0)) {
            let ends = ends.iter().filter(|e| e.runway == g.runway || e.runway == g.runway.reciprocal());
            holds.entry(id).or_default().extend(ends.filter(|e| leaves_runway(e, at)).map(|e| e.runway));
        }
    }
    let with: BTreeSet<Runway> = holds.values().flatten().copied().collect();
    for g in ends.iter().filter(|g| !with.contains(&g.runway)) {
        let on = |id: u32| places.get(&id).is_some_and(|at| g.holds(*at, ON_RUNWAY_FT));
        for e in edges.iter().filter(|e| e.runway.is_none()) {
            for (from, to) in [(e.from, e.to), (e.to, e.from)] {
                let aside = places.get(&to).is_some_and(|at| leaves_runway(g, *at) && !ends.iter().any(|g| g.holds(*at, ON_RUNWAY_FT)));
                if on(from) && aside {
                    holds.entry(to).or_default().insert(g.runway);
                }
            }
        }
    }
    holds
}

/// Whether enough of the runway is ahead for a take-off.
fn leaves_runway(g: &Geometry, at: LatLon) -> bool {
    g.place(at).along <= g.length_ft * FARTHEST
}

/// A point that is given in metres east and north of the airport's own position.
fn beside(airport: &Airport, record: &[u8], at: usize) -> Option<LatLon> {
    let (east, north) = (single(record, at)?, single(record, at + 4)?);
    (east.abs() < FAR_M && north.abs() < FAR_M).then(|| moved(airport.position, east, north))
}

fn moved(from: LatLon, east_m: f64, north_m: f64) -> LatLon {
    let lon = from.lon + east_m / (DEGREE_M * from.lat.to_radians().cos().max(0.01));
    LatLon::new((from.lat + north_m / DEGREE_M).clamp(-90.0, 90.0), (lon + 180.0).rem_euclid(360.0) - 180.0)
}

/// A runway is given by its middle, the heading of its first end, and its size in metres.
fn strip(record: &[u8]) -> Option<Strip> {
    let (middle, heading) = (place(record, 0)?, single(record, 24)?.to_radians());
    let (length, width) = (single(record, 28)?, single(record, 32)?);
    let end = |at: usize, sign: f64| {
        let runway = runway_end(word(record, at)?, word(record, at + 4)?)?;
        let start = moved(middle, sign * length / 2.0 * heading.sin(), sign * length / 2.0 * heading.cos());
        Some(End { runway, start, displaced_ft: 0.0, pattern: Side::Left })
    };
    let ends = [end(40, -1.0)?, end(48, 1.0)?];
    let surface = match word(record, 36)? {
        0 => "concrete",
        1 | 3 | 5 | 6 => "grass",
        2 | 26 => "water",
        4 | 17 | 23 => "asphalt",
        7 => "turf",
        8 => "snow",
        9 => "ice",
        12 => "dirt",
        13 => "coral",
        14 => "gravel",
        19 => "macadam",
        21 => "sand",
        _ => "unknown",
    };
    let length_ft = length * FT_PER_M;
    (100.0..40_000.0).contains(&length_ft).then(|| Strip {
        length_ft: length_ft.round(),
        width_ft: (width * FT_PER_M).clamp(1.0, 2000.0).round(),
        surface: surface.to_owned(),
        lighted: false,
        closed: false,
        drawn: false,
        ends,
    })
}

/// Numbers beyond 36 are compass points of water runways. These and the other designators have no number here.
fn runway_end(number: u32, designator: u32) -> Option<Runway> {
    let side = match designator {
        // On water: the number alone, as elsewhere in the data.
        0 | 4 => None,
        1 => Some(Position3::Left),
        2 => Some(Position3::Right),
        3 => Some(Position3::Center),
        _ => return None,
    };
    Runway::new(u8::try_from(number).ok()?, side)
}

fn facility(kind: u32) -> Option<Facility> {
    Some(match kind {
        1 => Facility::Atis,
        // MULTICOM, UNICOM, CTAF.
        2..=4 => Facility::Ctaf,
        5 => Facility::Ground,
        6 => Facility::Tower,
        7 | 14 => Facility::Clearance,
        8 => Facility::Approach,
        9 => Facility::Departure,
        10 => Facility::Center,
        _ => return None,
    })
}

/// The name of an approach: its kind, and the letter of its suffix.
fn approach(record: &[u8]) -> Option<Procedure> {
    let kind = match word(record, 0)? {
        1 => "GPS",
        2 => "VOR",
        3 => "NDB",
        4 => "ILS",
        5 => "LOC",
        6 => "SDF",
        7 => "LDA",
        8 => "VOR/DME",
        9 => "NDB/DME",
        10 => "RNAV",
        11 => "LOC BC",
        _ => return None,
    };
    let letter = word(record, 4).and_then(char::from_u32).filter(char::is_ascii_uppercase);
    let name = letter.map_or_else(|| kind.to_owned(), |l| format!("{kind} {l}"));
    let runway = match word(record, 8)? {
        0 => None,
        number => Some(runway_end(number, word(record, 12)?)?),
    };
    Some(Procedure { kind: Kind::Approach, name, runway })
}

/// A parking place's name; `None` for a vehicle parking place.
fn stand(record: &[u8]) -> Option<String> {
    if word(record, 0)? == 13 {
        return None;
    }
    let (name, suffix, number) = (word(record, 8)?, word(record, 12)?, word(record, 16)?);
    let letter = |n: u32| n.checked_sub(12).and_then(|n| u8::try_from(n).ok()).filter(|n| *n < 26).map(|n| char::from(b'A' + n));
    let what = match name {
        2 => "north parking",
        3 => "northeast parking",
        4 => "east parking",
        5 => "southeast parking",
        6 => "south parking",
        7 => "southwest parking",
        8 => "west parking",
        9 => "northwest parking",
        10 | 12..=37 => "gate",
        11 => "dock",
        _ => "parking",
    };
    let mut mark: String = letter(name).into_iter().collect();
    if (1..10_000).contains(&number) {
        mark += &number.to_string();
    }
    mark.extend(letter(suffix));
    Some(format!("{what} {mark}").trim_end().to_owned())
}

/// The unit's name from the name of a frequency: "Norcal" from "NORCAL APPROACH".
fn unit(text: &str) -> String {
    let kinds = ["APPROACH", "APP", "DEPARTURE", "DEP", "CENTER", "CENTRE", "CTR", "CONTROL", "RADAR", "ARRIVAL", "DIRECTOR"];
    let words = text.split_whitespace().filter(|w| w.chars().all(char::is_alphabetic));
    let own = words.filter(|w| !kinds.contains(&w.to_uppercase().as_str())).take(4);
    let title =
        |w: &str| w.chars().take(1).flat_map(char::to_uppercase).chain(w.chars().skip(1).flat_map(char::to_lowercase)).collect::<String>();
    own.map(title).collect::<Vec<_>>().join(" ")
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn single(bytes: &[u8], at: usize) -> Option<f64> {
    word(bytes, at).map(|w| f64::from(f32::from_bits(w))).filter(|v| v.is_finite())
}

fn double(bytes: &[u8], at: usize) -> Option<f64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(f64::from_le_bytes).filter(|v| v.is_finite())
}

fn place(bytes: &[u8], at: usize) -> Option<LatLon> {
    let (lat, lon) = (double(bytes, at)?, double(bytes, at + 8)?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then(|| LatLon::new(lat, lon))
}

fn text(bytes: &[u8], at: usize, length: usize) -> String {
    let field = bytes.get(at..at + length).unwrap_or_default();
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).trim().to_owned()
}

#[cfg(test)]
mod tests;
