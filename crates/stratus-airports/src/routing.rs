//! Taxi routes: the cheapest way over a taxi graph. The cost is the length, plus a cost for each runway, each turn
//! and each further taxiway that must be named, because a pilot has to watch for them, make them and remember them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use crate::units::{LatLon, Runway, turn};
use crate::{TaxiEdge, TaxiGraph, TaxiNode};

/// A crossing is worth this detour, in feet: a minute or two of taxiing rather than another runway to hold short of.
pub const CROSSING_FT: f64 = 4000.0;
/// Factor for the length that is taxied on a runway, which should be crossed and not followed.
pub const ON_RUNWAY: f64 = 3.0;
/// Another taxiway to be named and read back is worth this detour, in feet.
pub const CHANGE_FT: f64 = 500.0;
/// A turn at a point, of more degrees than the first, is worth this detour, in feet.
pub const TURN: (f64, f64) = (45.0, 200.0);
/// The same for a turn that is tight for anything larger than a light aircraft.
pub const TIGHT_TURN: (f64, f64) = (120.0, 2000.0);
/// An intersection hold is used only if full length cannot be reached, so it costs more than any crossing.
const INTERSECTION_FT: f64 = 40_000.0;
/// An aircraft farther than this from every node (feet) is not on this airport's taxiways.
const JOIN_FT: f64 = 3000.0;

/// A runway that the route crosses.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// One end of the strip, as the graph names it.
    pub runway: Runway,
    /// Where to hold short of it.
    pub at: LatLon,
    /// The taxiway that crosses it; empty if it has no name.
    pub taxiway: String,
}

/// The end of a route.
#[derive(Debug, Clone, PartialEq)]
pub enum Hold {
    /// The holding point of a runway.
    Runway {
        /// The runway.
        runway: Runway,
        /// The position.
        at: LatLon,
        /// The holding point is not at full length.
        intersection: bool,
    },
    /// A parking place.
    Parking {
        /// Its name.
        name: String,
        /// The position.
        at: LatLon,
    },
}

/// A point of a route where the pilot turns, or where another taxiway begins. The first one is the beginning of the route.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The position.
    pub at: LatLon,
    /// The direction of the route before it, degrees true; `None` at the beginning.
    pub before: Option<f64>,
    /// The direction after it, degrees true.
    pub after: f64,
    /// The taxiway after it; empty if it has no name.
    pub taxiway: String,
}

/// A route over the taxiways.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Names of the taxiways in order; consecutive pieces with one name count once.
    pub via: Vec<String>,
    /// The runways to cross, in order.
    pub crossings: Vec<Crossing>,
    /// The turns up to the first runway.
    pub steps: Vec<Step>,
    /// The end of the route.
    pub hold: Hold,
    /// Feet.
    pub length_ft: f64,
    /// The cost, in feet.
    pub cost_ft: f64,
}

/// The route from a point to the holding point of a runway; `None` if the graph has none.
pub fn route(graph: &TaxiGraph, from: LatLon, runway: Runway) -> Option<Route> {
    search(graph, from, |n| {
        n.holds.contains(&runway).then(|| {
            let extra = if n.intersection { INTERSECTION_FT } else { 0.0 };
            (extra, Hold::Runway { runway, at: n.position, intersection: n.intersection })
        })
    })
}

/// The route from a point to a parking place: the one with this name (in any case), otherwise the nearest by taxi distance.
pub fn route_to_parking(graph: &TaxiGraph, from: LatLon, name: Option<&str>) -> Option<Route> {
    search(graph, from, |n| {
        let parking = n.parking.as_deref()?;
        let wanted = name.is_none_or(|w| w.trim().eq_ignore_ascii_case(parking));
        wanted.then(|| (0.0, Hold::Parking { name: parking.to_owned(), at: n.position }))
    })
}

/// A piece of taxiway in one direction.
struct Leg<'a> {
    edge: &'a TaxiEdge,
    /// Indices in the list of nodes.
    from: usize,
    to: usize,
    length_ft: f64,
    bearing: f64,
    /// The index of the taxiway's name in a list; 0: none.
    name: usize,
}

/// The leg that was taken, and the taxiway that was named last.
type State = (usize, usize);

/// The best way to a state: its cost, and the state before.
#[derive(Clone, Copy)]
struct Reached {
    name: usize,
    cost_ft: f64,
    before: Option<State>,
}

/// A state in the queue, the cheapest first.
#[derive(PartialEq)]
struct Open(f64, State);

impl Eq for Open {}
impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

/// The route that obeys one-way pieces. If there is none, one that ignores them: a controller may do so, and charts
/// often have errors.
fn search(graph: &TaxiGraph, from: LatLon, goal: impl Fn(&TaxiNode) -> Option<(f64, Hold)>) -> Option<Route> {
    let start = graph.nodes.iter().enumerate().map(|(i, n)| (n.position.distance_ft(from), i)).filter(|(d, _)| *d <= JOIN_FT);
    let start = start.min_by(|a, b| a.0.total_cmp(&b.0))?.1;
    let goals: Vec<Option<(f64, Hold)>> = graph.nodes.iter().map(goal).collect();
    let one_way = graph.edges.iter().any(|e| e.one_way);
    cheapest(graph, start, &goals, true).or_else(|| if one_way { cheapest(graph, start, &goals, false) } else { None })
}

/// Dijkstra's algorithm over legs, from a node to the cheapest goal. The cost of a leg depends on the one before.
fn cheapest(graph: &TaxiGraph, start: usize, goals: &[Option<(f64, Hold)>], one_way: bool) -> Option<Route> {
    let legs = legs(graph, one_way);
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for (i, leg) in legs.iter().enumerate() {
        out.get_mut(leg.from)?.push(i);
    }
    let mut reached: Vec<Vec<Reached>> = vec![Vec::new(); legs.len()];
    let mut open = BinaryHeap::new();
    let extra = |node: usize| goals.get(node).and_then(Option::as_ref).map(|(extra, _)| *extra);
    // The start may be a goal itself.
    let mut best: Option<(f64, Option<State>)> = extra(start).map(|e| (e, None));
    let take = |reached: &mut Vec<Vec<Reached>>, before: Option<State>, so_far: f64, next: usize, open: &mut BinaryHeap<Reverse<Open>>| {
        let Some(leg) = legs.get(next) else { return };
        let last = before.and_then(|(l, name)| Some((legs.get(l)?, name)));
        let cost_ft = so_far + leg_cost(last, leg);
        let name = if leg.name == 0 { before.map_or(0, |b| b.1) } else { leg.name };
        let Some(known) = reached.get_mut(next).filter(|_| cost_ft.is_finite()) else { return };
        match known.iter_mut().find(|r| r.name == name) {
            Some(r) if r.cost_ft <= cost_ft => return,
            Some(r) => *r = Reached { name, cost_ft, before },
            None => known.push(Reached { name, cost_ft, before }),
        }
        open.push(Reverse(Open(cost_ft, (next, name))));
    };
    for leg in out.get(start)? {
        take(&mut reached, None, 0.0, *leg, &mut open);
    }
    while let Some(Reverse(Open(cost_ft, state))) = open.pop() {
        if best.as_ref().is_some_and(|(b, _)| *b <= cost_ft) {
            break;
        }
        let current = reached.get(state.0).and_then(|r| r.iter().find(|r| r.name == state.1));
        let Some(leg) = legs.get(state.0).filter(|_| current.is_some_and(|r| r.cost_ft >= cost_ft)) else { continue };
        if let Some(total) = extra(leg.to).map(|e| cost_ft + e).filter(|t| best.as_ref().is_none_or(|(b, _)| t < b)) {
            best = Some((total, Some(state)));
        }
        for next in out.get(leg.to).into_iter().flatten() {
            take(&mut reached, Some(state), cost_ft, *next, &mut open);
        }
    }
    let (cost_ft, last) = best?;
    let end = last.map_or(Some(start), |(l, _)| legs.get(l).map(|l| l.to))?;
    let hold = goals.get(end)?.as_ref()?.1.clone();
    let mut way = Vec::new();
    let mut here = last;
    while let Some(state) = here {
        way.push(legs.get(state.0)?);
        here = reached.get(state.0)?.iter().find(|r| r.name == state.1)?.before;
    }
    way.reverse();
    Some(told(graph, &way, hold, cost_ft))
}

/// Every piece between two known points, in each direction in which it may be taxied.
fn legs(graph: &TaxiGraph, one_way: bool) -> Vec<Leg<'_>> {
    let places: BTreeMap<u32, usize> = graph.nodes.iter().enumerate().map(|(i, n)| (n.id, i)).collect();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    let mut legs = Vec::with_capacity(graph.edges.len() * 2);
    for edge in &graph.edges {
        let (Some(a), Some(b)) = (places.get(&edge.from), places.get(&edge.to)) else { continue };
        let next = names.len() + 1;
        let name = if edge.name.is_empty() { 0 } else { *names.entry(&edge.name).or_insert(next) };
        for (from, to, along) in [(*a, *b, true), (*b, *a, false)] {
            let (Some(x), Some(y)) = (graph.nodes.get(from), graph.nodes.get(to)) else { continue };
            let (length_ft, bearing) = (x.position.distance_ft(y.position), x.position.bearing(y.position));
            if along || !(edge.one_way && one_way) {
                legs.push(Leg { edge, from, to, length_ft, bearing, name });
            }
        }
    }
    legs
}

/// The cost of a leg, given the leg before it and the taxiway that was named last.
fn leg_cost(last: Option<(&Leg<'_>, usize)>, leg: &Leg<'_>) -> f64 {
    let mut cost = leg.length_ft;
    if let Some(r) = leg.edge.runway {
        let still = last.and_then(|(l, _)| l.edge.runway).is_some_and(|before| before == r || before == r.reciprocal());
        cost += ON_RUNWAY * leg.length_ft + if still { 0.0 } else { CROSSING_FT };
    }
    if let Some((before, name)) = last {
        let off = turn(before.bearing, leg.bearing).abs();
        cost += [TIGHT_TURN, TURN].into_iter().find(|(degrees, _)| off > *degrees).map_or(0.0, |(_, feet)| feet);
        cost += if name != 0 && leg.name != 0 && leg.name != name { CHANGE_FT } else { 0.0 };
    }
    cost
}

/// The turns of a route up to the first runway: where another taxiway begins, or where it bends more than a little.
fn steps(graph: &TaxiGraph, way: &[&Leg<'_>]) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    let mut before: Option<&Leg<'_>> = None;
    for leg in way.iter().take_while(|leg| leg.edge.runway.is_none()) {
        let bends = before.is_none_or(|b| turn(b.bearing, leg.bearing).abs() > TURN.0);
        let named = !leg.edge.name.is_empty() && all.last().is_none_or(|s| s.taxiway != leg.edge.name);
        if let Some(node) = graph.nodes.get(leg.from).filter(|_| bends || named) {
            let taxiway = leg.edge.name.clone();
            all.push(Step { at: node.position, before: before.map(|b| b.bearing), after: leg.bearing, taxiway });
        }
        before = Some(leg);
    }
    all
}

/// A route in words.
fn told(graph: &TaxiGraph, way: &[&Leg<'_>], hold: Hold, cost_ft: f64) -> Route {
    let mut out = Route { via: Vec::new(), crossings: Vec::new(), steps: steps(graph, way), hold, length_ft: 0.0, cost_ft };
    let mut along: Option<Runway> = None;
    for leg in way {
        if !leg.edge.name.is_empty() && out.via.last() != Some(&leg.edge.name) {
            out.via.push(leg.edge.name.clone());
        }
        out.length_ft += leg.length_ft;
        // Several pieces of one crossing count as one crossing.
        if let (Some(runway), Some(at)) = (leg.edge.runway, graph.nodes.get(leg.from))
            && along.is_none_or(|a| a != runway && a != runway.reciprocal())
        {
            out.crossings.push(Crossing { runway, at: at.position, taxiway: leg.edge.name.clone() });
        }
        along = leg.edge.runway;
    }
    out
}

#[cfg(test)]
mod tests;
