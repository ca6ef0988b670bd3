//! The runways as seen from an aircraft on the ground: who moves on them ahead of it, whose holding point it comes to, the intersection
//! where it holds, the runways that cross, and the next turn of a taxi that is led.

use crate::Engine;
use crate::airports::runway::{Geometry, active};
use crate::airports::{Airport, TaxiGraph, TaxiNode, routing};
use crate::phase::Phase;
use crate::report::Other;
use crate::situation::FinalCourse;
use crate::units::region::VisibilityUnit;
use crate::units::{FT_PER_M, LatLon, Region, Runway, compass_word, turn};

use super::gather::{OVER_RUNWAY_FT, final_course, name_of};

/// An aircraft on the runway this far ahead leaves room to line up behind it, feet.
const ROOM_FT: f64 = 400.0;
/// Below this speed an aircraft on the runway stands or taxies, knots.
const ROLLS_KT: f64 = 15.0;
/// Above this speed it takes off or has just landed, knots.
const FAST_KT: f64 = 40.0;
/// Within this angle of the runway's heading it uses the runway, degrees.
const ALONG: f64 = 35.0;
/// An aircraft that waits lined up stands within this distance of the beginning of the runway, feet.
const AT_THE_BEGINNING_FT: f64 = 1_500.0;
/// An aircraft that taxies this near to the runway's centreline, beside its beginning, comes to the holding point, feet.
const NEAR_HOLD_FT: f64 = 650.0;
const BESIDE_FT: (f64, f64) = (-300.0, 900.0);
/// No aircraft taxies faster, knots.
pub(crate) const TAXI_KT: f64 = 35.0;
/// Another aircraft within this distance may be ahead in the queue, feet.
const QUEUE_FT: f64 = 600.0;
/// An aircraft holds at the nearest known holding point within this distance, feet.
const AT_HOLD_FT: f64 = 250.0;

/// The promise to lead a taxi turn by turn.
pub(crate) const LEADS: &str = "progressive taxi instructions will follow";
/// A turn is said this far before it, feet.
const TURN_AHEAD_FT: f64 = 450.0;
/// The next point of the way lies ahead, within these limits: degrees off the nose, and feet.
const AHEAD: (f64, f64) = (75.0, 1_500.0);
/// Within this angle the way goes straight ahead, degrees.
const STRAIGHT: f64 = 30.0;

/// What the only aircraft on a runway does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It rolls for takeoff, or climbs out over the runway.
    Departs,
    /// It has landed, and rolls out.
    Lands,
    /// It stands lined up.
    Waits,
}

/// The only aircraft on a strip, ahead of this one and in the direction of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leader {
    /// The runway, by the end at which it began.
    pub runway: Runway,
    /// "Cessna".
    pub name: String,
    /// What it does.
    pub doing: Doing,
}

/// A turn of a taxi that is led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextTurn {
    /// "turn left on B"; `None` at the end of the way.
    pub way: Option<String>,
    /// Identifies it.
    pub key: u32,
}

/// The runways as seen from this aircraft. Without a position, nothing is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Surface {
    /// Ground speed, knots.
    pub speed_kt: Option<f64>,
    /// The only aircraft on a strip, where it moves away from this one.
    pub leaders: Vec<Leader>,
    /// Aircraft that roll fast on a strip, with their names.
    pub rolling: Vec<(Runway, String)>,
    /// The pairs of strips that cross, each by one of its ends.
    pub crossing: Vec<(Runway, Runway)>,
    /// The runway to whose holding point the aircraft taxies, and whose line it is about to reach as the first in the queue.
    pub nears: Option<Runway>,
    /// The intersection where the aircraft holds: its taxiway, if the data names one, and the runway's remaining feet.
    pub intersection: Option<(Option<String>, i32)>,
    /// The direction and distance of the beginning of the runway to which the aircraft taxies: "northeast of you, 1,800 feet".
    pub begins: Option<String>,
    /// The next turn of a taxi that is led, once the aircraft comes to it.
    pub next_turn: Option<NextTurn>,
    /// The aircraft's position relative to the final approach of each runway.
    pub courses: Vec<FinalCourse>,
    /// The taxiways at the beginning of the runway that this aircraft uses; empty without a taxi graph.
    pub full_length: Vec<String>,
}

impl Surface {
    /// The aircraft that moves ahead on a runway.
    pub fn leader(&self, runway: Runway) -> Option<&Leader> {
        self.leaders.iter().find(|l| l.runway == runway)
    }

    /// The runways that cross this one.
    pub fn across(&self, runway: Runway) -> impl Iterator<Item = Runway> {
        let same = move |r: Runway| r == runway || r == runway.reciprocal();
        self.crossing.iter().filter_map(move |(a, b)| if same(*a) { Some(*b) } else { Some(*a).filter(|_| same(*b)) })
    }
}

impl Engine {
    /// The runways as seen from the aircraft.
    pub(crate) fn surface(&self, airport: &Airport, ends: &[Geometry]) -> Surface {
        let Some(at) = self.report.position else { return Surface::default() };
        let uses = self.record.takeoff.or(self.record.lined_up).or(self.record.taxi).or(self.tracker.runway());
        let own = ends.iter().find(|g| Some(g.runway) == uses);
        let graph = airport.taxiways.as_ref().filter(|_| self.report.on_ground);
        Surface {
            speed_kt: Some(self.report.ground_speed_kt),
            leaders: strips(ends).filter_map(|pair| self.leader(airport, pair, at)).collect(),
            rolling: self.rolling(airport, ends),
            crossing: crossing(ends),
            nears: self.nears_hold(ends, at),
            begins: self.report.on_ground.then(|| self.begins(airport, ends, at)).flatten(),
            next_turn: graph.and_then(|graph| self.next_turn(graph, at)),
            courses: ends.iter().filter_map(|g| final_course(ends, g.runway, airport.variation, at)).collect(),
            intersection: own.filter(|_| self.report.on_ground).and_then(|g| self.intersection(graph, g, at)),
            full_length: own.zip(graph).map(|(g, graph)| at_full_length(graph, g.runway)).unwrap_or_default(),
        }
    }

    /// The only aircraft on a strip, if it is ahead and moves away, or stands at the beginning.
    fn leader(&self, airport: &Airport, pair: [&Geometry; 2], at: LatLon) -> Option<Leader> {
        let mut on_it = self.report.others.iter().filter(|o| on_strip(airport, pair[0], o));
        let other = on_it.next().filter(|_| on_it.next().is_none())?;
        let g = pair.into_iter().find(|g| g.off(other.heading_true).abs() < ALONG)?;
        let (there, here) = (g.place(other.position).along, g.place(at).along);
        let lands = self.around.tracks.iter().find(|t| t.position == other.position).is_some_and(|t| t.lands);
        let moves = !other.on_ground || other.ground_speed_kt >= ROLLS_KT;
        let doing = match (moves, lands) {
            (false, _) if other.ground_speed_kt < 1.0 && there < AT_THE_BEGINNING_FT => Doing::Waits,
            (true, true) if there > here + ROOM_FT => Doing::Lands,
            (true, false) if there > here + ROOM_FT => Doing::Departs,
            _ => return None,
        };
        Some(Leader { runway: g.runway, name: name_of(other), doing })
    }

    fn rolling(&self, airport: &Airport, ends: &[Geometry]) -> Vec<(Runway, String)> {
        let fast = |o: &&Other| o.ground_speed_kt > FAST_KT;
        let uses = |g: &Geometry, o: &Other| on_strip(airport, g, o) && g.off(o.heading_true).abs() < ALONG;
        let all = self.report.others.iter().filter(fast);
        all.filter_map(|o| ends.iter().find(|g| uses(g, o)).map(|g| (g.runway, name_of(o)))).collect()
    }

    /// The departure runway to whose holding point the aircraft taxies, if it is near, faces it, and is first in the queue. A pilot who has
    /// another runway to cross on the way is not there yet.
    fn nears_hold(&self, ends: &[Geometry], at: LatLon) -> Option<Runway> {
        let (r, now) = (&self.record, &self.report);
        let runway = r.taxi.filter(|x| r.hold_short.is_none_or(|h| h == *x || h == x.reciprocal()))?;
        let taxies = now.on_ground && matches!(self.phase, Phase::Taxiing | Phase::TaxiIn) && self.tracker.on_runway().is_none();
        let g = ends.iter().find(|g| g.runway == runway).filter(|_| taxies && now.ground_speed_kt <= TAXI_KT)?;
        let p = g.place(at);
        let near = p.right.abs() <= NEAR_HOLD_FT && (BESIDE_FT.0..=BESIDE_FT.1).contains(&p.along);
        let towards = turn(now.heading_true, at.bearing(g.start)).abs() < 100.0;
        let ahead = |o: &Other| {
            let q = g.place(o.position);
            let closer = q.right.abs() < p.right.abs() - 30.0 && q.right.abs() > g.half_width_ft;
            o.on_ground && closer && o.position.distance_ft(at) < QUEUE_FT
        };
        (near && towards && !now.others.iter().any(ahead)).then_some(runway)
    }

    /// Where the runway begins to which the aircraft taxies, seen from it.
    fn begins(&self, airport: &Airport, ends: &[Geometry], at: LatLon) -> Option<String> {
        let w = &self.report.weather;
        let runway = self.record.taxi.or_else(|| active(airport, w.wind_dir, w.wind_kt))?;
        let g = ends.iter().find(|g| g.runway == runway)?;
        let feet = g.start.distance_ft(at);
        let far = match airport.region.visibility {
            VisibilityUnit::Miles => format!("{} feet", grouped((feet / 100.0).round() as i32 * 100)),
            VisibilityUnit::Metres => format!("{} metres", grouped((feet / FT_PER_M / 50.0).round() as i32 * 50)),
        };
        Some(format!("{} of you, {far}", compass_word(at.bearing(g.start))))
    }

    /// The next turn on the way to the runway or the stand, from the point ahead of the nose, if the aircraft is about to reach it.
    fn next_turn(&self, graph: &TaxiGraph, at: LatLon) -> Option<NextTurn> {
        let (r, nose) = (&self.record, self.report.heading_true);
        let taxies = r.progressive && matches!(self.phase, Phase::Taxiing | Phase::TaxiIn | Phase::PushedBack | Phase::Parked);
        let off = |to: LatLon| turn(nose, at.bearing(to)).abs();
        let near = |n: &&TaxiNode| n.position.distance_ft(at) < AHEAD.1 && off(n.position) < AHEAD.0;
        let ahead = graph.nodes.iter().filter(|_| taxies).filter(near);
        let from = ahead.map(|n| n.position).min_by(|a, b| a.distance_ft(at).total_cmp(&b.distance_ft(at)))?;
        let route = match (&r.parking, r.taxi) {
            (Some(place), _) => {
                routing::route_to_parking(graph, from, Some(place)).or_else(|| routing::route_to_parking(graph, from, None))
            }
            (None, Some(runway)) => routing::route(graph, from, runway),
            (None, None) => None,
        }?;
        // The first piece may go straight on: then the turn is the one behind it.
        let here = taxiway_below(graph, at, nose);
        let mut steps = route.steps.iter();
        let turns = |s: &&routing::Step| {
            let side = turn(s.before.unwrap_or(nose), s.after);
            side.abs() > STRAIGHT
                || s.before.is_some() && !s.taxiway.is_empty()
                || !s.taxiway.is_empty() && here.as_ref() != Some(&s.taxiway)
        };
        let next = steps.find(turns);
        let place = next.map_or_else(|| end_of(&route), |s| s.at);
        if place.distance_ft(at) > TURN_AHEAD_FT {
            return None;
        }
        let way = next.map(|s| words(turn(s.before.unwrap_or(nose), s.after), &s.taxiway));
        let named = format!("{way:?} {:.4} {:.4}", place.lat, place.lon);
        let key = named.bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        Some(NextTurn { way, key })
    }

    /// The intersection where the aircraft holds. Without a taxi graph it has no name, but the geometry gives the remaining length.
    fn intersection(&self, graph: Option<&TaxiGraph>, g: &Geometry, at: LatLon) -> Option<(Option<String>, i32)> {
        if !matches!(self.phase, Phase::HoldingShort | Phase::Taxiing) {
            return None;
        }
        let nearest = |graph: &TaxiGraph| -> Option<TaxiNode> {
            let of = |n: &&TaxiNode| n.holds.contains(&g.runway) && n.position.distance_ft(at) <= AT_HOLD_FT;
            graph.nodes.iter().filter(of).min_by(|a, b| a.position.distance_ft(at).total_cmp(&b.position.distance_ft(at))).cloned()
        };
        let known = graph.filter(|graph| graph.nodes.iter().any(|n| n.holds.contains(&g.runway)));
        match known {
            Some(graph) => {
                let node = nearest(graph).filter(|n| n.intersection)?;
                Some((name(graph, &node), remaining(g, node.position)))
            }
            None => {
                let holds = self.phase == Phase::HoldingShort && g.place(at).along > AT_THE_BEGINNING_FT;
                holds.then(|| (None, remaining(g, at)))
            }
        }
    }
}

/// Another aircraft is on the pavement, or so low over it that it lands or takes off.
fn on_strip(airport: &Airport, g: &Geometry, other: &Other) -> bool {
    (other.on_ground || other.altitude_ft - airport.elevation_ft < OVER_RUNWAY_FT) && g.holds(other.position, 20.0)
}

/// The strips, each with both ends.
fn strips(ends: &[Geometry]) -> impl Iterator<Item = [&Geometry; 2]> {
    ends.chunks_exact(2).filter_map(|pair| if let [a, b] = pair { Some([a, b]) } else { None })
}

/// The pairs of strips whose pavements cross.
fn crossing(ends: &[Geometry]) -> Vec<(Runway, Runway)> {
    let all: Vec<&Geometry> = ends.iter().step_by(2).collect();
    let mut found = Vec::new();
    for (n, a) in all.iter().enumerate() {
        for b in all.iter().skip(n + 1) {
            let end = |g: &Geometry| crate::airports::draw::ahead(g.start, g.heading, g.length_ft);
            let sides = |of: &Geometry, g: &Geometry| of.place(g.start).right * of.place(end(g)).right < 0.0;
            if sides(a, b) && sides(b, a) {
                found.push((a.runway, b.runway));
            }
        }
    }
    found
}

/// "Turn left on B", "continue straight ahead on C".
fn words(side: f64, taxiway: &str) -> String {
    let on = if taxiway.is_empty() { String::new() } else { format!(" on {taxiway}") };
    match side {
        s if s > STRAIGHT => format!("turn right{on}"),
        s if s < -STRAIGHT => format!("turn left{on}"),
        _ => format!("continue straight ahead{on}"),
    }
}

fn end_of(route: &routing::Route) -> LatLon {
    match &route.hold {
        routing::Hold::Runway { at, .. } | routing::Hold::Parking { at, .. } => *at,
    }
}

/// The taxiway below the aircraft: that of the nearest piece that runs in its direction.
fn taxiway_below(graph: &TaxiGraph, at: LatLon, nose: f64) -> Option<String> {
    let place = |id: u32| graph.nodes.iter().find(|n| n.id == id).map(|n| n.position);
    let pieces = graph.edges.iter().filter_map(|e| Some((e, place(e.from)?, place(e.to)?)));
    let below = pieces.filter_map(|(e, a, b)| {
        let (along, right) = at.in_frame(a, a.bearing(b));
        let off = turn(nose, a.bearing(b)).abs();
        let parallel = off.min(180.0 - off) < STRAIGHT;
        (parallel && (-50.0..=a.distance_ft(b) + 50.0).contains(&along) && right.abs() < 100.0).then_some((right.abs(), e.name.clone()))
    });
    below.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// The intersections from which a runway may be entered, with its remaining length in feet.
pub(crate) fn intersections(graph: &TaxiGraph, g: &Geometry) -> Vec<(String, i32)> {
    let of = graph.nodes.iter().filter(|n| n.intersection && n.holds.contains(&g.runway));
    of.filter_map(|n| Some((name(graph, n)?, remaining(g, n.position)))).collect()
}

fn at_full_length(graph: &TaxiGraph, runway: Runway) -> Vec<String> {
    let of = graph.nodes.iter().filter(|n| !n.intersection && n.holds.contains(&runway));
    of.filter_map(|n| name(graph, n)).collect()
}

/// The taxiway of a holding point: that of the piece that leads onto the runway, else any that has a name.
fn name(graph: &TaxiGraph, node: &TaxiNode) -> Option<String> {
    let mut there: Vec<_> = graph.edges.iter().filter(|e| (e.from == node.id || e.to == node.id) && !e.name.is_empty()).collect();
    there.sort_by_key(|e| e.runway.is_none());
    there.first().map(|e| e.name.clone())
}

/// "4,200 feet available", in the unit in which the state gives distances along the ground.
pub(crate) fn available(region: Region, feet: i32) -> String {
    match region.visibility {
        VisibilityUnit::Miles => format!("{} feet available", grouped(feet)),
        VisibilityUnit::Metres => format!("{} metres available", grouped((f64::from(feet) / FT_PER_M / 10.0).floor() as i32 * 10)),
    }
}

fn grouped(n: i32) -> String {
    if n >= 1000 { format!("{},{:03}", n / 1000, n % 1000) } else { n.to_string() }
}

/// Feet of runway ahead of a point, rounded down to fifty.
fn remaining(g: &Geometry, at: LatLon) -> i32 {
    ((g.length_ft - g.place(at).along.max(0.0) + 5.0) / 50.0).floor() as i32 * 50
}
