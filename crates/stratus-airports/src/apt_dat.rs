//! X-Plane's `apt.dat`: runways, stations, parking places and the taxi network of an airport, line by line.
//!
//! Rows: 1 (airport), 100 and 101 (runways on land and water), 50 to 56 and 1050 to 1056 (stations), 1201, 1202 and
//! 1204 (taxi network), 1300 (parking), 1302 (the ICAO code if the identifier is X-Plane's own; transition altitude
//! and level). A line that cannot be read is counted and left out; other rows are ignored.

use std::collections::{BTreeMap, BTreeSet};

use crate::described::mark_crossings;
use crate::units::{FT_PER_M, Facility, Frequency, LatLon, Region, Runway, Side};
use crate::{Airport, End, Station, Strip, TaxiEdge, TaxiGraph, TaxiNode, Transition, magnetic, runway, water};

/// The most taxi nodes, edges or parking places of an airport; a file with more is damaged.
pub(super) const MOST: usize = 50_000;
/// A holding point that is this much farther from the runway's beginning than the nearest one is an intersection, in feet.
const INTERSECTION_FT: f64 = 600.0;
/// The range of transition altitudes of all states, in feet.
const TRANSITION_FT: std::ops::RangeInclusive<f64> = 1000.0..=20_000.0;
/// A parking place farther than this from every taxiway is not connected to one, in feet.
const PARKING_FT: f64 = 1500.0;

/// Reads a file of airports line by line, because such files have millions of lines.
#[derive(Debug, Default)]
pub struct AptDat {
    airport: Option<Building>,
    /// Lines that could not be read.
    pub skipped: u64,
}

/// An airport that is being read.
#[derive(Debug, Default)]
struct Building {
    icao: String,
    name: String,
    elevation_ft: f64,
    transition_altitude_ft: Option<i32>,
    runways: Vec<Strip>,
    stations: Vec<(Facility, Frequency)>,
    nodes: BTreeMap<u32, LatLon>,
    edges: Vec<TaxiEdge>,
    /// For each edge, the runways in whose zone it is.
    zones: BTreeMap<usize, BTreeSet<Runway>>,
    parking: Vec<(String, LatLon)>,
    transition: Transition,
}

impl AptDat {
    /// Takes a line. If it begins another airport, returns the previous one.
    pub fn line(&mut self, line: &str) -> Option<Airport> {
        let f: Vec<&str> = line.split_whitespace().collect();
        let row = *f.first()?;
        if matches!(row, "1" | "16" | "17" | "99") {
            let done = self.finish();
            if row == "1" {
                self.airport = begun(&f);
                self.skipped += u64::from(self.airport.is_none());
            }
            return done;
        }
        if let Some(b) = &mut self.airport
            && b.row(row, &f).is_none()
        {
            self.skipped += 1;
        }
        None
    }

    /// The last airport, at the end of the file.
    pub fn finish(&mut self) -> Option<Airport> {
        let b = self.airport.take()?;
        (!b.runways.is_empty()).then(|| b.built())
    }
}

fn begun(f: &[&str]) -> Option<Building> {
    let icao = code(f.get(4)?)?;
    let elevation_ft = number(f, 1).filter(|e| e.abs() < 30_000.0)?;
    Some(Building { icao, name: name(f.get(5..).unwrap_or(&[])), elevation_ft, ..Building::default() })
}

/// An airport's identifier in capitals.
fn code(word: &str) -> Option<String> {
    let fits = (2..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then(|| word.to_ascii_uppercase())
}

/// A transition level: "FL70", "70", or feet ("7000"). Words such as "ATC" or an empty field mean that the controller decides.
fn flight_level(text: &str) -> Option<u16> {
    let number = text.trim_start_matches("FL").parse::<f64>().ok()?;
    let feet = if number < 1000.0 { number * 100.0 } else { number };
    TRANSITION_FT.contains(&feet).then_some((feet / 100.0).round() as u16)
}

/// The name is the rest of the row.
fn name(words: &[&str]) -> String {
    super::plain_name(&words.join(" "))
}

fn number(f: &[&str], i: usize) -> Option<f64> {
    f.get(i)?.parse::<f64>().ok().filter(|v| v.is_finite())
}

fn point(f: &[&str], i: usize) -> Option<LatLon> {
    let (lat, lon) = (number(f, i)?, number(f, i + 1)?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then(|| LatLon::new(lat, lon))
}

impl Building {
    /// `None` for a row that should be readable but is not.
    fn row(&mut self, row: &str, f: &[&str]) -> Option<()> {
        let room = self.nodes.len().max(self.edges.len()).max(self.parking.len()) < MOST;
        match row {
            "100" => self.runways.push(strip(f)?),
            "101" => self.runways.push(water_strip(f)?),
            "50" | "51" | "52" | "53" | "54" | "55" | "56" => self.station(row, f.get(1)?.parse::<u32>().ok()?.checked_mul(10)?)?,
            "1050" | "1051" | "1052" | "1053" | "1054" | "1055" | "1056" => self.station(row.get(2..)?, f.get(1)?.parse().ok()?)?,
            "1201" if room => {
                self.nodes.insert(f.get(4)?.parse().ok()?, point(f, 1)?);
            }
            "1202" if room => self.edges.push(edge(f)?),
            "1204" => {
                let edge = self.edges.len().checked_sub(1)?;
                for end in f.get(2)?.split(',') {
                    self.zones.entry(edge).or_default().insert(end.parse().ok()?);
                }
            }
            // Some airports have an X-Plane identifier; elsewhere they are known by their ICAO code.
            "1302" if f.get(1) == Some(&"icao_code") => {
                if let Some(code) = f.get(2).and_then(|c| code(c)) {
                    self.icao = code;
                }
            }
            // "5000", or the level that corresponds to it, "FL050".
            "1302" if f.get(1) == Some(&"transition_alt") => {
                let told = f.get(2)?;
                let feet = told.strip_prefix("FL").map_or_else(|| told.parse::<i32>().ok(), |l| l.parse::<i32>().ok()?.checked_mul(100));
                self.transition_altitude_ft = feet.filter(|ft| TRANSITION_FT.contains(&f64::from(*ft)));
            }
            "1302" if f.get(1) == Some(&"transition_level") => self.transition.level = f.get(2).and_then(|t| flight_level(t)),
            "1300" if room => self.parking.push((name(f.get(6..).unwrap_or(&[])), point(f, 1)?)),
            _ => {}
        }
        Some(())
    }

    fn station(&mut self, row: &str, khz: u32) -> Option<()> {
        let facility = match row {
            "50" => Facility::Atis,
            "51" => Facility::Ctaf,
            "52" => Facility::Clearance,
            "53" => Facility::Ground,
            "54" => Facility::Tower,
            "55" => Facility::Approach,
            _ => Facility::Departure,
        };
        // Old rows omit the last digit: 11802 is 118.025.
        let khz = if khz % 100 == 20 || khz % 100 == 70 { khz + 5 } else { khz };
        // The list also contains military and navigation frequencies.
        if let Some(frequency) = Frequency::from_khz(khz)
            && !self.stations.contains(&(facility, frequency))
        {
            self.stations.push((facility, frequency));
        }
        Some(())
    }

    fn built(mut self) -> Airport {
        water::mark(&mut self.runways);
        let middle = self.runways.first().map_or(LatLon::new(0.0, 0.0), |s| {
            let [a, b] = [s.ends[0].start, s.ends[1].start];
            LatLon::new((a.lat + b.lat) / 2.0, (a.lon + b.lon) / 2.0)
        });
        if self.stations.iter().any(|(f, _)| *f == Facility::Tower) {
            self.stations.retain(|(f, _)| *f != Facility::Ctaf);
        }
        let named = |f: Facility| format!("{} {}", self.name, f.word());
        let mut airport = Airport {
            icao: self.icao.clone(),
            name: self.name.clone(),
            place: self.name.clone(),
            region: Region::of(&self.icao, ""),
            position: middle,
            elevation_ft: self.elevation_ft,
            variation: (magnetic::variation(middle) * 10.0).round() / 10.0,
            made_up: false,
            transition_altitude_ft: self.transition_altitude_ft,
            stations: self.stations.iter().map(|(f, k)| Station { facility: *f, name: named(*f), frequency: *k }).collect(),
            runways: std::mem::take(&mut self.runways),
            taxiways: None,
            procedures: Vec::new(),
            transition: Transition { altitude_ft: self.transition_altitude_ft, ..self.transition },
        };
        airport.taxiways = self.graph(&airport);
        airport
    }

    /// The taxi network, with holding points where taxiways enter the zones of runways.
    fn graph(&self, airport: &Airport) -> Option<TaxiGraph> {
        let mut edges: Vec<TaxiEdge> = self.edges.clone();
        for (i, ends) in &self.zones {
            if let (Some(e), Some(first)) = (edges.get_mut(*i), ends.first()) {
                e.runway = e.runway.or(Some(*first));
            }
        }
        edges.retain(|e| self.nodes.contains_key(&e.from) && self.nodes.contains_key(&e.to));
        let outside: BTreeSet<u32> = edges.iter().filter(|e| e.runway.is_none()).flat_map(|e| [e.from, e.to]).collect();
        let mut holds: BTreeMap<u32, BTreeSet<Runway>> = BTreeMap::new();
        for (i, ends) in &self.zones {
            let Some(e) = self.edges.get(*i) else { continue };
            for id in [e.from, e.to].into_iter().filter(|id| outside.contains(id)) {
                holds.entry(id).or_default().extend(ends.iter().filter(|r| airport.end(**r).is_some()));
            }
        }
        let mut nodes = held(airport, &self.nodes, &holds);
        let mut id = self.nodes.keys().next_back().copied().unwrap_or(0);
        for (name, at) in &self.parking {
            let near = self.nodes.iter().filter(|(n, _)| outside.contains(n)).map(|(n, p)| (p.distance_ft(*at), *n));
            let Some((_, n)) = near.min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(d, _)| *d <= PARKING_FT) else { continue };
            id = id.checked_add(1)?;
            nodes.push(TaxiNode { id, position: *at, parking: Some(name.clone()), holds: Vec::new(), intersection: false });
            edges.push(TaxiEdge { from: n, to: id, name: String::new(), runway: None, one_way: false });
        }
        let mut graph = TaxiGraph { nodes, edges };
        mark_crossings(&mut graph, airport);
        (!graph.edges.is_empty()).then_some(graph)
    }
}

/// The nodes with the runways that are held short of there: those at full length, or those at an intersection if there are none.
pub(super) fn held(airport: &Airport, places: &BTreeMap<u32, LatLon>, holds: &BTreeMap<u32, BTreeSet<Runway>>) -> Vec<TaxiNode> {
    let mut nodes = Vec::new();
    for (id, at) in places {
        let here = holds.get(id).cloned().unwrap_or_default();
        let (full, part): (Vec<Runway>, Vec<Runway>) = here.into_iter().partition(|r| full_length(airport, *r, *at, holds, places));
        let intersection = full.is_empty() && !part.is_empty();
        nodes.push(TaxiNode { id: *id, position: *at, parking: None, holds: if full.is_empty() { part } else { full }, intersection });
    }
    nodes
}

/// Whether a holding point of a runway end is about as near to its beginning as the nearest one.
fn full_length(airport: &Airport, r: Runway, at: LatLon, holds: &BTreeMap<u32, BTreeSet<Runway>>, nodes: &BTreeMap<u32, LatLon>) -> bool {
    let Some(g) = runway::geometry(airport, r) else { return false };
    let others = holds.iter().filter(|(_, ends)| ends.contains(&r)).filter_map(|(id, _)| nodes.get(id));
    let nearest = others.map(|p| p.distance_ft(g.start)).fold(f64::INFINITY, f64::min);
    at.distance_ft(g.start) <= nearest + INTERSECTION_FT
}

fn edge(f: &[&str]) -> Option<TaxiEdge> {
    let (from, to) = (f.get(1)?.parse().ok()?, f.get(2)?.parse().ok()?);
    let name = f.get(5..).unwrap_or(&[]).join(" ");
    let one_way = *f.get(3)? == "oneway";
    if *f.get(4)? == "runway" {
        let end = name.split('/').next().and_then(|r| r.parse().ok());
        return Some(TaxiEdge { from, to, name: String::new(), runway: Some(end?), one_way });
    }
    Some(TaxiEdge { from, to, name, runway: None, one_way })
}

/// A water runway: width, buoys, then number and position of each end.
fn water_strip(f: &[&str]) -> Option<Strip> {
    let end = |i: usize| {
        let number = f.get(i)?.trim_end_matches(['W', 'w']);
        Some(End { runway: number.parse().ok()?, start: point(f, i + 1)?, displaced_ft: 0.0, pattern: Side::Left })
    };
    let ends = [end(3)?, end(6)?];
    let length_ft = ends[0].start.distance_ft(ends[1].start).round();
    let width_ft = (number(f, 1)? * FT_PER_M).clamp(1.0, 5000.0).round();
    let surface = "water".to_owned();
    (100.0..40_000.0).contains(&length_ft).then_some(Strip {
        length_ft,
        width_ft,
        surface,
        lighted: false,
        closed: false,
        drawn: false,
        ends,
    })
}

fn strip(f: &[&str]) -> Option<Strip> {
    let end = |i: usize| {
        let displaced_ft = (number(f, i + 3)? * FT_PER_M).clamp(0.0, 10_000.0);
        Some(End { runway: f.get(i)?.parse().ok()?, start: point(f, i + 1)?, displaced_ft, pattern: Side::Left })
    };
    let ends = [end(8)?, end(17)?];
    let length_ft = ends[0].start.distance_ft(ends[1].start);
    let surface = match *f.get(2)? {
        "1" => "asphalt",
        "2" => "concrete",
        "3" => "grass",
        "4" => "dirt",
        "5" => "gravel",
        "12" => "sand",
        "13" => "water",
        "14" => "snow",
        _ => "unknown",
    };
    let width_ft = (number(f, 1)? * FT_PER_M).clamp(1.0, 2000.0);
    let lighted = *f.get(6)? != "0";
    (100.0..40_000.0).contains(&length_ft).then(|| Strip {
        length_ft: length_ft.round(),
        width_ft: width_ft.round(),
        surface: surface.to_owned(),
        lighted,
        closed: false,
        drawn: false,
        ends,
    })
}

#[cfg(test)]
mod tests;
