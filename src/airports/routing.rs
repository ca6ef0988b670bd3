//! Taxi routes: the shortest way over a taxi graph that crosses few runways.

use std::collections::{BTreeMap, BTreeSet};

use crate::airports::{TaxiEdge, TaxiGraph, TaxiNode};
use crate::units::{LatLon, Runway};

/// A crossing is worth this detour, in feet: a minute or two of taxiing rather than another runway to hold short of.
const CROSSING_FT: f64 = 4000.0;
/// An intersection hold is taken only when full length is out of reach, so it costs more than any crossing.
const INTERSECTION_FT: f64 = 40_000.0;
/// Farther than this from every node (feet), the aircraft is not at this airport's taxiways.
const JOIN_FT: f64 = 3000.0;

/// A runway to cross on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// One end of the strip, as the graph names it.
    pub runway: Runway,
    /// Where to hold short of it.
    pub at: LatLon,
    /// The taxiway that crosses it; empty when it has no name.
    pub taxiway: String,
}

/// Where a route ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Hold {
    /// The holding point of a runway.
    Runway {
        /// Which.
        runway: Runway,
        /// Where.
        at: LatLon,
        /// Not at full length.
        intersection: bool,
    },
    /// A parking place.
    Parking {
        /// Its name.
        name: String,
        /// Where.
        at: LatLon,
    },
}

/// A way over the taxiways.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Names of the taxiways in order, each once per stretch.
    pub via: Vec<String>,
    /// The runways to cross, in order.
    pub crossings: Vec<Crossing>,
    /// The end of the route.
    pub hold: Hold,
    /// Feet.
    pub length_ft: f64,
}

/// The way from a place to the holding point of a runway; `None` when the graph has none.
pub fn route(graph: &TaxiGraph, from: LatLon, runway: Runway) -> Option<Route> {
    search(graph, from, |n| {
        n.holds.contains(&runway).then(|| {
            let extra = if n.intersection { INTERSECTION_FT } else { 0.0 };
            (extra, Hold::Runway { runway, at: n.position, intersection: n.intersection })
        })
    })
}

/// The way from a place to a parking place: the one whose name is given (in any case), else the nearest by taxi.
pub fn route_to_parking(graph: &TaxiGraph, from: LatLon, name: Option<&str>) -> Option<Route> {
    search(graph, from, |n| {
        let parking = n.parking.as_deref()?;
        let wanted = name.is_none_or(|w| w.trim().eq_ignore_ascii_case(parking));
        wanted.then(|| (0.0, Hold::Parking { name: parking.to_owned(), at: n.position }))
    })
}

/// How a node was reached: cost in feet with penalties, the node before and the edge between.
type Reached<'a> = BTreeMap<u32, (f64, Option<(u32, &'a TaxiEdge)>)>;

/// Dijkstra from the node nearest to `from` to the cheapest node that `goal` accepts.
fn search(graph: &TaxiGraph, from: LatLon, goal: impl Fn(&TaxiNode) -> Option<(f64, Hold)>) -> Option<Route> {
    let nodes: BTreeMap<u32, &TaxiNode> = graph.nodes.iter().map(|n| (n.id, n)).collect();
    let start = graph
        .nodes
        .iter()
        .map(|n| (n.position.distance_ft(from), n.id))
        .filter(|(d, _)| *d <= JOIN_FT)
        .min_by(|a, b| a.0.total_cmp(&b.0))?
        .1;
    let mut beside: BTreeMap<u32, Vec<(u32, &TaxiEdge)>> = BTreeMap::new();
    for e in &graph.edges {
        beside.entry(e.from).or_default().push((e.to, e));
        beside.entry(e.to).or_default().push((e.from, e));
    }
    let mut reached: Reached = BTreeMap::from([(start, (0.0, None))]);
    let mut open = BTreeSet::from([start]);
    let mut done = BTreeSet::new();
    // A graph of an airport has at most some thousands of nodes: a linear look for the cheapest open one is enough.
    while let Some(here) = open.iter().copied().min_by(|a, b| cost(&reached, *a).total_cmp(&cost(&reached, *b))) {
        open.remove(&here);
        done.insert(here);
        let so_far = cost(&reached, here);
        let Some(at) = nodes.get(&here) else { continue };
        for (next, edge) in beside.get(&here).into_iter().flatten() {
            let Some(to) = nodes.get(next) else { continue };
            if done.contains(next) {
                continue;
            }
            let length = at.position.distance_ft(to.position);
            let c = so_far + length + if edge.runway.is_some() { CROSSING_FT } else { 0.0 };
            if c.is_finite() && reached.get(next).is_none_or(|(old, _)| c < *old) {
                reached.insert(*next, (c, Some((here, edge))));
                open.insert(*next);
            }
        }
    }
    let (_, end, hold) = graph
        .nodes
        .iter()
        .filter(|n| reached.contains_key(&n.id))
        .filter_map(|n| goal(n).map(|(extra, hold)| (cost(&reached, n.id) + extra, n.id, hold)))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(unroll(&nodes, &reached, end, hold))
}

fn cost(reached: &Reached, id: u32) -> f64 {
    reached.get(&id).map_or(f64::INFINITY, |(c, _)| *c)
}

fn unroll(nodes: &BTreeMap<u32, &TaxiNode>, reached: &Reached, end: u32, hold: Hold) -> Route {
    let mut steps: Vec<(u32, u32, &TaxiEdge)> = Vec::new();
    let mut here = end;
    while let Some((_, Some((before, edge)))) = reached.get(&here) {
        steps.push((*before, here, edge));
        here = *before;
    }
    steps.reverse();
    let mut out = Route { via: Vec::new(), crossings: Vec::new(), hold, length_ft: 0.0 };
    let mut along: Option<Runway> = None;
    for (a, b, edge) in steps {
        if !edge.name.is_empty() && out.via.last() != Some(&edge.name) {
            out.via.push(edge.name.clone());
        }
        if let (Some(a), Some(b)) = (nodes.get(&a), nodes.get(&b)) {
            out.length_ft += a.position.distance_ft(b.position);
            // Several pieces of one crossing are one crossing.
            if let Some(runway) = edge.runway
                && along != Some(runway)
            {
                out.crossings.push(Crossing { runway, at: a.position, taxiway: edge.name.clone() });
            }
        }
        along = edge.runway;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::data::Airports;

    fn graph() -> TaxiGraph {
        Airports::first().get("XSTR").unwrap().taxiways.clone().unwrap()
    }
    fn parking(name: &str) -> LatLon {
        graph().nodes.iter().find(|n| n.parking.as_deref() == Some(name)).unwrap().position
    }
    fn told(r: &Route) -> (String, Vec<String>) {
        (r.via.join(" "), r.crossings.iter().map(|c| format!("{} at {}", c.runway, c.taxiway)).collect())
    }

    #[test]
    fn routes_name_their_taxiways_and_crossings() {
        let g = graph();
        let r = route(&g, parking("west ramp"), "9".parse().unwrap()).unwrap();
        assert_eq!(told(&r), ("A".into(), vec![]));
        assert!(matches!(r.hold, Hold::Runway { intersection: false, .. }));
        let r = route(&g, parking("west ramp"), "27".parse().unwrap()).unwrap();
        assert_eq!(told(&r), ("A".into(), vec!["18 at A".into()]));
        let r = route(&g, parking("east ramp"), "27".parse().unwrap()).unwrap();
        assert_eq!(told(&r), ("A".into(), vec![]));
        let r = route(&g, parking("north ramp"), "36".parse().unwrap()).unwrap();
        assert_eq!(told(&r), ("B C A E".into(), vec!["9 at C".into()]));
        let r = route(&g, parking("north ramp"), "27".parse().unwrap()).unwrap();
        assert_eq!(told(&r), ("B C A".into(), vec!["9 at C".into(), "18 at A".into()]));
        assert!(r.length_ft > 4000.0 && r.length_ft < 8000.0);
    }

    #[test]
    fn the_nearer_holding_point_across_a_runway_is_not_taken() {
        // From the north side runway 9 has a holding point of its own.
        let r = route(&graph(), parking("north ramp"), "9".parse().unwrap()).unwrap();
        assert_eq!(told(&r), ("B".into(), vec![]));
    }

    #[test]
    fn parking_is_found_by_name_or_by_nearness() {
        let g = graph();
        let hold = g.nodes.iter().find(|n| n.id == 31).unwrap().position;
        let r = route_to_parking(&g, hold, None).unwrap();
        assert!(matches!(&r.hold, Hold::Parking { name, .. } if name == "east ramp"));
        let r = route_to_parking(&g, hold, Some("North Ramp")).unwrap();
        assert_eq!(r.crossings.len(), 2);
        assert!(route_to_parking(&g, hold, Some("the moon")).is_none());
    }

    #[test]
    fn nowhere_is_no_route() {
        let g = graph();
        assert!(route(&g, LatLon::new(46.0, -30.0), "9".parse().unwrap()).is_none());
        assert!(route(&g, parking("west ramp"), "5".parse().unwrap()).is_none());
        assert!(route(&g, LatLon::new(f64::NAN, 0.0), "9".parse().unwrap()).is_none());
        let broken = TaxiGraph {
            nodes: g.nodes.clone(),
            edges: vec![TaxiEdge { from: 1, to: 999, name: "Z".into(), runway: None, one_way: false }],
        };
        assert!(route(&broken, parking("west ramp"), "9".parse().unwrap()).is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_route_is_as_short_as_all_ways_tried_at_once(
            at in proptest::collection::vec((-40i32..40, -40i32..40), 2..14),
            joins in proptest::collection::vec((0usize..14, 0usize..14), 0..40),
        ) {
            let position = |i: usize| LatLon::new(45.0 + f64::from(at[i].0) * 1e-4, -100.0 + f64::from(at[i].1) * 1e-4);
            let last = at.len() - 1;
            let runway = "9".parse().unwrap();
            let node = |i: usize| TaxiNode {
                id: i as u32,
                position: position(i),
                parking: None,
                holds: if i == last { vec![runway] } else { vec![] },
                intersection: false,
            };
            let joins: Vec<(usize, usize)> = joins.into_iter().filter(|(a, b)| *a <= last && *b <= last).collect();
            let edges = joins.iter().map(|(a, b)| TaxiEdge { from: *a as u32, to: *b as u32, name: "A".into(), runway: None, one_way: false }).collect();
            let graph = TaxiGraph { nodes: (0..=last).map(node).collect(), edges };
            // Floyd and Warshall: no queue, no order, nothing in common with the search.
            let mut d = vec![vec![f64::INFINITY; last + 1]; last + 1];
            for (a, b) in &joins {
                d[*a][*b] = d[*a][*b].min(position(*a).distance_ft(position(*b)));
                d[*b][*a] = d[*a][*b];
            }
            for (i, row) in d.iter_mut().enumerate() {
                row[i] = 0.0;
            }
            for k in 0..=last {
                for i in 0..=last {
                    for j in 0..=last {
                        d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
                    }
                }
            }
            // The search starts at the node nearest to the aircraft; of two in one place either may be it.
            let starts: Vec<usize> = (0..=last).filter(|i| at[*i] == at[0]).collect();
            match route(&graph, position(0), runway) {
                Some(r) => proptest::prop_assert!(starts.iter().any(|s| (r.length_ft - d[*s][last]).abs() < 1e-6)),
                None => proptest::prop_assert!(starts.iter().any(|s| d[*s][last].is_infinite())),
            }
        }
    }
}
