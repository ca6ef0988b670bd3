//! Routes at an invented airport compared with an exhaustive search, and on nonsensical graphs.

use super::*;
use crate::data::Airports;

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
fn a_nearer_holding_point_across_a_runway_is_not_used() {
    // On the north side runway 9 has a separate holding point.
    let r = route(&graph(), parking("north ramp"), "9".parse().unwrap()).unwrap();
    assert_eq!(told(&r), ("B".into(), vec![]));
}

#[test]
fn parking_is_found_by_name_or_distance() {
    let g = graph();
    let hold = g.nodes.iter().find(|n| n.id == 31).unwrap().position;
    let r = route_to_parking(&g, hold, None).unwrap();
    assert!(matches!(&r.hold, Hold::Parking { name, .. } if name == "east ramp"));
    let r = route_to_parking(&g, hold, Some("North Ramp")).unwrap();
    assert_eq!(r.crossings.len(), 2);
    assert!(route_to_parking(&g, hold, Some("the moon")).is_none());
}

#[test]
fn no_route_exists_from_nowhere() {
    let g = graph();
    assert!(route(&g, LatLon::new(46.0, -30.0), "9".parse().unwrap()).is_none());
    assert!(route(&g, parking("west ramp"), "5".parse().unwrap()).is_none());
    assert!(route(&g, LatLon::new(f64::NAN, 0.0), "9".parse().unwrap()).is_none());
    let broken =
        TaxiGraph { nodes: g.nodes.clone(), edges: vec![TaxiEdge { from: 1, to: 999, name: "Z".into(), runway: None, one_way: false }] };
    assert!(route(&broken, parking("west ramp"), "9".parse().unwrap()).is_none());
}

/// The cost by the rule of the module, written independently.
fn cost_of(pieces: &[Piece<'_>]) -> f64 {
    let mut cost = 0.0;
    let (mut names, mut strips) = (Vec::new(), Vec::new());
    for (i, (a, b, edge)) in pieces.iter().enumerate() {
        cost += a.distance_ft(*b) * if edge.runway.is_some() { 1.0 + ON_RUNWAY } else { 1.0 };
        names.extend(Some(&edge.name).filter(|n| !n.is_empty()));
        strips.push(edge.runway.map(|r| r.min(r.reciprocal())));
        if let Some((before, ..)) = i.checked_sub(1).and_then(|i| pieces.get(i)) {
            let (old, new) = (before.bearing(*a), a.bearing(*b));
            let off = 180.0 - ((old - new).abs() - 180.0).abs();
            cost += if off > 120.0 {
                2000.0
            } else if off > 45.0 {
                200.0
            } else {
                0.0
            };
        }
    }
    names.dedup();
    strips.dedup();
    cost + names.len().saturating_sub(1) as f64 * CHANGE_FT + strips.iter().flatten().count() as f64 * CROSSING_FT
}

/// A piece of a route: its ends, by position and number, and the edge.
type Piece<'a> = (LatLon, LatLon, &'a TaxiEdge);

/// The least cost of all routes that take no piece twice in one direction, if any route reaches the goal.
fn try_all<'a>(graph: &'a TaxiGraph, here: u32, one_way: bool, way: &mut Vec<Piece<'a>>, best: &mut f64) {
    let at = |id: u32| graph.nodes.iter().find(|n| n.id == id).unwrap();
    let cost = cost_of(way);
    if cost >= *best {
        return;
    }
    if !at(here).holds.is_empty() {
        *best = cost;
    }
    for e in &graph.edges {
        for (from, to, along) in [(e.from, e.to, true), (e.to, e.from, false)] {
            let piece = (at(from).position, at(to).position, e);
            if from == here && (along || !(e.one_way && one_way)) && !way.contains(&piece) {
                way.push(piece);
                try_all(graph, to, one_way, way, best);
                way.pop();
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn a_route_costs_as_little_as_exhaustive_search_finds(
        at in proptest::collection::vec((-40i32..40, -40i32..40), 2..7),
        joins in proptest::collection::btree_map((0usize..7, 0usize..7), (0usize..4, 0usize..4, proptest::bool::weighted(0.2)), 0..8),
    ) {
        let position = |i: usize| LatLon::new(45.0 + f64::from(at[i].0) * 1e-4, -100.0 + f64::from(at[i].1) * 1e-4);
        let last = at.len() - 1;
        let runway: Runway = "9".parse().unwrap();
        let node = |i: usize| TaxiNode {
            id: i as u32,
            position: position(i),
            parking: None,
            holds: if i == last { vec![runway] } else { vec![] },
            intersection: false,
        };
        let edges = joins.into_iter().filter(|((a, b), _)| a != b && *a <= last && *b <= last).map(|((a, b), (name, on, one_way))| TaxiEdge {
            from: a as u32,
            to: b as u32,
            name: ["", "A", "B", "C"][name].to_owned(),
            runway: [None, None, Some("18"), Some("36")][on].map(|r: &str| r.parse().unwrap()),
            one_way,
        });
        let graph = TaxiGraph { edges: edges.collect(), nodes: (0..=last).map(node).collect() };
        // The search starts at the node nearest to the aircraft; of two at one position, at the first.
        let mut best = f64::INFINITY;
        try_all(&graph, 0, true, &mut Vec::new(), &mut best);
        if best.is_infinite() {
            try_all(&graph, 0, false, &mut Vec::new(), &mut best);
        }
        match route(&graph, position(0), runway) {
            Some(r) => proptest::prop_assert!((r.cost_ft - best).abs() < 1e-6, "{} {best}", r.cost_ft),
            None => proptest::prop_assert!(best.is_infinite()),
        }
    }
}

#[test]
fn a_detour_may_save_turns_and_one_way_taxiways_are_respected() {
    let node = |id: u32, (x, y): (f64, f64), holds: &[&str]| TaxiNode {
        id,
        position: LatLon::new(45.0 + y / 364_567.0, -100.0 + x / 257_800.0),
        parking: None,
        holds: holds.iter().map(|r| r.parse().unwrap()).collect(),
        intersection: false,
    };
    let edge = |from, to, name: &str, one_way| TaxiEdge { from, to, name: name.into(), runway: None, one_way };
    // A is a detour; B, C and D together are a little shorter.
    let nodes = vec![
        node(0, (0.0, 0.0), &[]),
        node(1, (0.0, 1000.0), &[]),
        node(2, (1000.0, 1000.0), &["9"]),
        node(3, (300.0, 300.0), &[]),
        node(4, (600.0, 700.0), &[]),
    ];
    let edges =
        vec![edge(0, 1, "A", false), edge(1, 2, "A", false), edge(0, 3, "B", false), edge(3, 4, "C", false), edge(4, 2, "D", false)];
    let mut graph = TaxiGraph { nodes, edges };
    let start = graph.nodes[0].position;
    let way = |graph: &TaxiGraph| route(graph, start, "9".parse().unwrap()).map(|r| r.via.join(" ")).unwrap();
    assert_eq!(way(&graph), "A");
    // The detour is one-way against the pilot.
    graph.edges[1] = edge(2, 1, "A", true);
    assert_eq!(way(&graph), "B C D");
    // All are one-way against the pilot: there is still a route, and the cheaper one counts again.
    graph.edges[2] = edge(3, 0, "B", true);
    assert_eq!(way(&graph), "A");
}
