//! FlightGear's `XXXX.groundnet.xml`: the taxi network and the parking places of an airport.
//!
//! The file is read tag by tag, so that a damaged tag is left out and counted. An arc without its counterpart is one-way, unless it is for
//! pushback. An arc is on a runway if one of its nodes is. The holding point is the first node of type "normal" on the way away from the
//! runway, otherwise the first node beside it.

use std::collections::{BTreeMap, BTreeSet};

use crate::apt_dat::{MOST, held};
use crate::described::mark_crossings;
use crate::units::{LatLon, Runway};
use crate::{Airport, TaxiEdge, TaxiGraph, runway};

/// The farthest that a holding point may be from the runway's node along the taxiway, in feet.
const HOLD_WITHIN_FT: f64 = 600.0;
/// The farthest that a node marked as on a runway may be beside its edge, in feet.
const ASIDE_FT: f64 = 150.0;

/// The taxi network of a file, before the runways are known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Groundnet {
    nodes: BTreeMap<u32, Node>,
    /// The arcs; the lower node comes first in the key.
    arcs: BTreeMap<(u32, u32), Arc>,
    /// Tags that could not be read.
    pub skipped: u64,
}

/// A connection of two nodes.
#[derive(Debug, Clone, Default, PartialEq)]
struct Arc {
    /// The taxiway's name; empty if there is none.
    name: String,
    /// Whether it is taxied from the lower node to the higher one, and back.
    there: bool,
    back: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Node {
    at: LatLon,
    parking: Option<String>,
    on_runway: bool,
    hold: bool,
}

impl Groundnet {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Groundnet {
        let mut net = Groundnet::default();
        for tag in text.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap_or("").trim_end_matches('/');
            let Some((kind, rest)) = tag.split_once(char::is_whitespace) else { continue };
            let read = match kind {
                "Parking" => net.node(rest, true),
                "node" => net.node(rest, false),
                "arc" => net.arc(rest),
                _ => continue,
            };
            net.skipped += u64::from(read.is_none());
        }
        net
    }

    /// Whether it has no arcs.
    pub fn is_empty(&self) -> bool {
        self.arcs.is_empty()
    }

    fn node(&mut self, tag: &str, parking: bool) -> Option<()> {
        let at = LatLon::new(degrees(attribute(tag, "lat")?, 90.0)?, degrees(attribute(tag, "lon")?, 180.0)?);
        let parking = parking.then(|| {
            let (name, number) = (attribute(tag, "name").unwrap_or(""), attribute(tag, "number").unwrap_or(""));
            format!("{} {number}", name.replace('_', " ")).trim().to_owned()
        });
        let on_runway = attribute(tag, "isOnRunway") == Some("1");
        let hold = attribute(tag, "holdPointType") == Some("normal");
        let index = attribute(tag, "index")?.parse().ok()?;
        if self.nodes.len() < MOST {
            self.nodes.insert(index, Node { at, parking, on_runway, hold });
        }
        Some(())
    }

    fn arc(&mut self, tag: &str) -> Option<()> {
        let end = |k| attribute(tag, k)?.parse::<u32>().ok();
        let (a, b) = (end("begin")?, end("end")?);
        let name = attribute(tag, "name").and_then(taxiway).unwrap_or_default();
        if a != b && self.arcs.len() < MOST {
            let push = attribute(tag, "isPushBackRoute") == Some("1");
            let known = self.arcs.entry((a.min(b), a.max(b))).or_default();
            known.there |= a < b || push;
            known.back |= a > b || push;
            if known.name.is_empty() {
                known.name = name;
            }
        }
        Some(())
    }

    /// The taxi graph with the holding points of an airport's runways; `None` if the file has no arcs.
    pub fn graph(&self, airport: &Airport) -> Option<TaxiGraph> {
        let arcs: Vec<(u32, u32, &Arc)> = self
            .arcs
            .iter()
            .filter_map(|((a, b), n)| (self.nodes.contains_key(a) && self.nodes.contains_key(b)).then_some((*a, *b, n)))
            .collect();
        let mut beside: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (a, b, _) in &arcs {
            beside.entry(*a).or_default().push(*b);
            beside.entry(*b).or_default().push(*a);
        }
        let on: BTreeMap<u32, [Runway; 2]> =
            self.nodes.iter().filter(|(_, n)| n.on_runway).filter_map(|(id, n)| Some((*id, strip_at(airport, n.at)?))).collect();
        let mut holds: BTreeMap<u32, BTreeSet<Runway>> = BTreeMap::new();
        for (id, ends) in &on {
            for first in beside.get(id).into_iter().flatten().filter(|n| !on.contains_key(n)) {
                for hold in self.holds(*id, *first, &beside, &on) {
                    holds.entry(hold).or_default().extend(ends);
                }
            }
        }
        let edges: Vec<TaxiEdge> = arcs
            .iter()
            .map(|(a, b, arc)| {
                let runway = on.get(a).or_else(|| on.get(b)).map(|ends| ends[0]);
                let (from, to) = if arc.there { (*a, *b) } else { (*b, *a) };
                TaxiEdge { from, to, name: arc.name.clone(), runway, one_way: arc.there != arc.back }
            })
            .collect();
        let places: BTreeMap<u32, LatLon> = self.nodes.iter().map(|(id, n)| (*id, n.at)).collect();
        let mut nodes = held(airport, &places, &holds);
        // A node without arcs would be a dead end for the aircraft nearest to it.
        nodes.retain(|n| beside.contains_key(&n.id));
        for n in &mut nodes {
            n.parking = self.nodes.get(&n.id).and_then(|own| own.parking.clone());
        }
        let mut graph = TaxiGraph { nodes, edges };
        mark_crossings(&mut graph, airport);
        (!graph.edges.is_empty()).then_some(graph)
    }

    /// The holding points on the way to a runway's node by way of `first`.
    fn holds(&self, from: u32, first: u32, beside: &BTreeMap<u32, Vec<u32>>, on: &BTreeMap<u32, [Runway; 2]>) -> Vec<u32> {
        let at = |id: u32| self.nodes.get(&id).map(|n| n.at);
        let length = |a: u32, b: u32| at(a).zip(at(b)).map_or(f64::INFINITY, |(a, b)| a.distance_ft(b));
        let (mut found, mut seen) = (Vec::new(), BTreeSet::from([from, first]));
        let mut open = vec![(first, length(from, first))];
        while let Some((here, so_far)) = open.pop() {
            let Some(node) = self.nodes.get(&here).filter(|n| so_far <= HOLD_WITHIN_FT && n.parking.is_none()) else { continue };
            if node.hold {
                found.push(here);
                continue;
            }
            for next in beside.get(&here).into_iter().flatten().filter(|n| !on.contains_key(n)) {
                if seen.insert(*next) {
                    open.push((*next, so_far + length(here, *next)));
                }
            }
        }
        if found.is_empty() { vec![first] } else { found }
    }
}

/// The ends of the strip on or near whose pavement a point is: the strip with the nearest centreline.
fn strip_at(airport: &Airport, at: LatLon) -> Option<[Runway; 2]> {
    let near = airport.runways.iter().filter_map(|s| {
        let place = runway::geometry(airport, s.ends[0].runway)?.place(at);
        let fits = place.right.abs() <= s.width_ft / 2.0 + ASIDE_FT && (-ASIDE_FT..=s.length_ft + ASIDE_FT).contains(&place.along);
        fits.then(|| (place.right.abs(), s.ends.each_ref().map(|e| e.runway)))
    });
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, ends)| ends)
}

/// The value of `key="value"`.
fn attribute<'a>(tag: &'a str, key: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if name.trim() == key {
            return Some(value);
        }
        rest = after;
    }
}

/// "N19 43.017", or plain degrees.
fn degrees(text: &str, most: f64) -> Option<f64> {
    let text = text.trim();
    let sign = match text.chars().next()? {
        'N' | 'E' => 1.0,
        'S' | 'W' => -1.0,
        _ => return text.parse::<f64>().ok().filter(|d| d.abs() <= most),
    };
    let (whole, minutes) = text.get(1..)?.trim().split_once(' ')?;
    let value = whole.parse::<f64>().ok()? + minutes.trim().parse::<f64>().ok()? / 60.0;
    (0.0..=most).contains(&value).then_some(sign * value)
}

/// A taxiway's name: one or two letters with or without a number, or a word of another language ("Süd"). Editors also
/// number the lines that they draw, and label them in English ("taxiway", "Ramp_Start"); those are not names.
pub(super) fn taxiway(name: &str) -> Option<String> {
    let word = name.trim();
    if !word.is_ascii() {
        return ((2..=10).contains(&word.chars().count()) && word.chars().all(char::is_alphabetic)).then(|| word.to_owned());
    }
    let name: String = name.chars().filter(|c| !matches!(c, '-' | ' ')).collect::<String>().to_ascii_uppercase();
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = name.get(letters..)?;
    ((1..=2).contains(&letters) && rest.len() <= 2 && rest.bytes().all(|b| b.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests;
