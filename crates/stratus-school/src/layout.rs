//! Paths on the ground: parking, holding points and the paths between them. If an airport has a taxi graph, the path
//! follows it; otherwise it runs beside the runway. It stops before every runway in its way.

use std::collections::BTreeMap;

use stratus_airports::runway::{Geometry, ends};
use stratus_airports::{Airport, TaxiGraph};
use stratus_units::{FT_PER_NM, LatLon, Runway};

use crate::hills::along;

/// Feet between the edge of a runway and an aircraft that holds short of it.
const HOLD_FT: f64 = 100.0;
/// An aircraft nearer to a runway than this, feet, is about to enter it.
const ENTERS_FT: f64 = 60.0;
/// The farthest that holding points are from their runway, feet.
const OTHER_HOLD_FT: f64 = 450.0;
/// Feet between samples of a path.
const SAMPLE_FT: f64 = 40.0;

/// A point of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The position.
    pub at: LatLon,
    /// The aircraft holds short of this runway here until it may cross.
    pub stop: Option<Runway>,
}

/// A point in a runway's frame: feet ahead of its beginning, feet to the right.
pub fn spot(g: &Geometry, ahead_ft: f64, right_ft: f64) -> LatLon {
    let on = along(g.start, g.heading, ahead_ft / FT_PER_NM);
    along(on, g.heading + 90.0, right_ft / FT_PER_NM)
}

/// The parking position of an aircraft that will use `runway`; `None` if there is none clear of the runways.
pub fn parking(airport: &Airport, runway: Runway) -> Option<LatLon> {
    if let Some(node) = airport.taxiways.as_ref().and_then(|g| g.nodes.iter().find(|n| n.parking.is_some())) {
        return Some(node.position);
    }
    let all = ends(airport);
    let g = all.iter().find(|g| g.runway == runway)?;
    let mut places = Vec::new();
    for aside in [1300.0, 1000.0, 1700.0, 2200.0] {
        for side in [1.0, -1.0] {
            for share in [0.4, 0.25, 0.6] {
                places.push(spot(g, g.length_ft * share, side * aside));
            }
        }
    }
    let free = |at: &LatLon| all.iter().all(|g| g.distance_ft(*at) > 600.0);
    let easy = |at: &&LatLon| out(airport, **at, runway).is_some_and(|p| p.iter().all(|s| s.stop.is_none()));
    let places: Vec<LatLon> = places.into_iter().filter(free).collect();
    places.iter().find(easy).or(places.first()).copied()
}

/// The path to the holding point of a runway; at its end the aircraft points at the runway. `None` if the runway does not exist.
pub fn out(airport: &Airport, from: LatLon, runway: Runway) -> Option<Vec<Step>> {
    let all = ends(airport);
    let g = all.iter().find(|g| g.runway == runway)?;
    let by_graph = airport.taxiways.as_ref().and_then(|graph| {
        let goal = |n: &stratus_airports::TaxiNode| n.holds.contains(&runway) && !n.intersection;
        shortest(graph, from, goal)
    });
    if let Some(mut path) = by_graph {
        // The aircraft turns towards the runway.
        let last = path.last()?.at;
        let place = g.place(last);
        path.push(Step { at: spot(g, place.along, place.right * 0.93), stop: None });
        return Some(path);
    }
    let here = g.place(from);
    let hold = g.half_width_ft + HOLD_FT;
    let own = if here.right < 0.0 { -1.0 } else { 1.0 };
    let mut ways = Vec::new();
    for side in [own, -own] {
        for lane in [550.0, 450.0, 800.0] {
            let mut points = vec![from];
            if side == own {
                points.push(spot(g, here.along, side * lane));
            }
            points.extend([spot(g, 60.0, side * lane), spot(g, 60.0, side * hold)]);
            ways.push(with_stops(&all, &points));
        }
    }
    ways.into_iter().min_by_key(|w| w.iter().filter(|s| s.stop.is_some()).count())
}

/// Whether the holding point at the end of a path belongs only to this runway. Near the end of another runway neither
/// a person nor the engine could say which runway is meant.
pub fn holds_for(airport: &Airport, path: &[Step], runway: Runway) -> bool {
    let other = |g: &Geometry| g.runway != runway && g.runway != runway.reciprocal();
    path.last().is_some_and(|last| ends(airport).iter().filter(|g| other(g)).all(|g| g.distance_ft(last.at) > OTHER_HOLD_FT))
}

/// The path from a point beside a runway to parking.
pub fn back(airport: &Airport, from: LatLon, parking: LatLon) -> Vec<Step> {
    let all = ends(airport);
    let straight = with_stops(&all, &[from, parking]);
    if straight.iter().all(|s| s.stop.is_none()) {
        return straight;
    }
    // The path may be clear of runways around a corner.
    let corners = [LatLon::new(from.lat, parking.lon), LatLon::new(parking.lat, from.lon)];
    let ways = corners.iter().map(|c| with_stops(&all, &[from, *c, parking]));
    ways.chain([straight.clone()]).min_by_key(|w| w.iter().filter(|s| s.stop.is_some()).count()).unwrap_or(straight)
}

/// Where to leave a runway after landing: ahead, on the side of parking, clear of every runway.
pub fn exit(airport: &Airport, g: &Geometry, at: LatLon, parking: Option<LatLon>) -> LatLon {
    let all = ends(airport);
    let ahead = g.place(at).along;
    let side = parking.map_or(1.0, |p| if g.place(p).right < 0.0 { -1.0 } else { 1.0 });
    let places = (1..=12).flat_map(|n| [side, -side].map(|s| (220.0 * f64::from(n), s)));
    let spots = places.map(|(on, s)| spot(g, (ahead + on).min(g.length_ft - 30.0), s * (g.half_width_ft + 190.0)));
    let free = |p: &LatLon| all.iter().all(|g| g.distance_ft(*p) > 150.0);
    spots.clone().find(free).or_else(|| spots.clone().next()).unwrap_or(at)
}

/// The path with a stop before each runway that it enters.
fn with_stops(all: &[Geometry], points: &[LatLon]) -> Vec<Step> {
    let mut steps = Vec::new();
    let on_runway = |at: LatLon| all.iter().find(|g| g.holds(at, ENTERS_FT)).map(|g| g.runway);
    let mut inside = points.first().and_then(|p| on_runway(*p));
    for pair in points.windows(2) {
        let [a, b] = pair else { continue };
        let (length, bearing) = (a.distance_ft(*b), a.bearing(*b));
        for n in 1..=(length / SAMPLE_FT) as u32 {
            let on = on_runway(along(*a, bearing, f64::from(n) * SAMPLE_FT / FT_PER_NM));
            if let (Some(runway), None) = (on, inside) {
                steps.push(Step { at: along(*a, bearing, f64::from(n - 1) * SAMPLE_FT / FT_PER_NM), stop: Some(runway) });
            }
            inside = on;
        }
        steps.push(Step { at: *b, stop: None });
    }
    steps
}

/// The shortest route over the graph to a wanted node, with a stop before each piece that crosses a runway.
fn shortest(graph: &TaxiGraph, from: LatLon, wanted: impl Fn(&stratus_airports::TaxiNode) -> bool) -> Option<Vec<Step>> {
    let places: BTreeMap<u32, &stratus_airports::TaxiNode> = graph.nodes.iter().map(|n| (n.id, n)).collect();
    let start = graph.nodes.iter().min_by(|a, b| a.position.distance_ft(from).total_cmp(&b.position.distance_ft(from)))?.id;
    // The cost and the previous node of each node. Airport graphs are small enough for a simple search.
    let mut reached: BTreeMap<u32, (f64, Option<u32>)> = BTreeMap::from([(start, (0.0, None))]);
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        let (cost, here) = (reached.get(&id)?.0, places.get(&id)?.position);
        for edge in &graph.edges {
            let next = if edge.from == id {
                edge.to
            } else if edge.to == id {
                edge.from
            } else {
                continue;
            };
            let Some(node) = places.get(&next) else { continue };
            let longer = cost + here.distance_ft(node.position) + if edge.runway.is_some() { 4000.0 } else { 0.0 };
            if reached.get(&next).is_none_or(|(known, _)| longer < *known) {
                reached.insert(next, (longer, Some(id)));
                open.push(next);
            }
        }
    }
    let goal = graph.nodes.iter().filter(|n| wanted(n)).filter_map(|n| Some((reached.get(&n.id)?.0, n.id)));
    let mut id = goal.min_by(|a, b| a.0.total_cmp(&b.0))?.1;
    let mut ids = vec![id];
    while let Some(before) = reached.get(&id).and_then(|r| r.1) {
        ids.push(before);
        id = before;
    }
    ids.reverse();
    let mut path = Vec::new();
    for pair in ids.windows(2) {
        let [a, b] = pair else { continue };
        let crosses = graph.edges.iter().find(|e| (e.from, e.to) == (*a, *b) || (e.to, e.from) == (*a, *b)).and_then(|e| e.runway);
        if let Some(runway) = crosses {
            path.push(Step { at: places.get(a)?.position, stop: Some(runway) });
        }
        path.push(Step { at: places.get(b)?.position, stop: None });
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use stratus_airports::data::Airports;

    #[test]
    fn a_path_ends_at_the_holding_point_short_of_other_runways() {
        let airports = Airports::first();
        let a = airports.get("XSTR").unwrap();
        let r9: Runway = "9".parse().unwrap();
        let from = parking(a, r9).unwrap();
        let path = out(a, from, r9).unwrap();
        let g = ends(a).into_iter().find(|g| g.runway == r9).unwrap();
        let last = path.last().unwrap().at;
        assert!(g.distance_ft(last) > 35.0 && g.place(last).right.abs() < 360.0, "{:?}", g.place(last));
        // From the west ramp to the end of runway 27 the graph crosses 18/36.
        let far = out(a, from, "27".parse().unwrap()).unwrap();
        assert_eq!(far.iter().filter_map(|s| s.stop).map(|r| r.to_string()).collect::<Vec<_>>(), ["18"]);
    }

    #[test]
    fn without_a_graph_the_path_stops_before_every_runway() {
        let airports = Airports::first();
        for icao in ["KPAO", "KSQL", "KRHV", "KMRY", "PHTO"] {
            let a = airports.get(icao).unwrap();
            for g in ends(a) {
                let from = parking(a, g.runway).unwrap();
                let path = out(a, from, g.runway).unwrap();
                let (mut at, mut stops) = (from, 0);
                for s in &path {
                    stops += usize::from(s.stop.is_some());
                    let steps = (at.distance_ft(s.at) / 20.0) as u32;
                    for n in 0..=steps {
                        let p = along(at, at.bearing(s.at), f64::from(n) * 20.0 / FT_PER_NM);
                        assert!(stops > 0 || ends(a).iter().all(|g| !g.holds(p, 30.0)), "{icao} {}", g.runway);
                    }
                    at = s.at;
                }
            }
        }
    }
}
