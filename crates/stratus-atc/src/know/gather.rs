//! Gathers the controller's knowledge at one moment from simulator, airport and clearance record.

use std::collections::BTreeMap;

use super::{by_words, scope, sequence, surface, whereabouts};
use crate::airports::procedures::{self, Kind};
use crate::airports::runway::{self, Geometry};
use crate::airports::{Airport, Station, Strip, routing};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::remark::Remark;
use crate::report::{self, FlightPlan, Other};
use crate::request::Request;
use crate::situation::{Destination, FinalCourse, Home, Pavement, Situation, TaxiRoute, TrafficFacts};
use crate::units::{FT_PER_NM, Facility, LatLon, Position3, Runway, Side, Squawk, Transition, compass_word, turn};
use crate::{Engine, say};

/// The lowest vectoring altitude above the field without better data, feet.
const VECTOR_ABOVE_FIELD_FT: f64 = 1500.0;
/// Within this distance the destination's approach unit takes over an arrival, nautical miles.
const APPROACH_TAKES_NM: f64 = 40.0;
/// Within this distance the destination's tower takes over a VFR arrival, nautical miles.
const TOWER_TAKES_NM: f64 = 12.0;
/// So near and so low, a visual flight enters the airspace of a tower, nautical miles and feet above the field.
const TOWER_BELOW_NM: f64 = 8.0;
const TOWER_BELOW_FT: f64 = 2_500.0;
/// A radar unit of an airport works this far around it, nautical miles, where no volume is known.
const RADAR_AREA_NM: f64 = 40.0;
/// Another field is clearly nearer than the unit's own by this distance, nautical miles.
const NEARER_NM: f64 = 5.0;
/// A runway that most light twins and business aircraft in trouble can use, feet.
const LONG_RUNWAY_FT: f64 = 4_000.0;
/// Within this distance an aircraft on final affects others who want the runway, nautical miles.
const FINAL_TRAFFIC_NM: f64 = 6.0;
/// Nobody waits on the runway in front of an aircraft within this distance, nautical miles.
const NEAR_FINAL_NM: f64 = 4.0;
/// Within this distance an aircraft on final closes the runway to others, nautical miles.
pub(crate) const CLOSE_FINAL_NM: f64 = 2.0;
/// An aircraft over a runway below this height above the field uses it, feet.
pub(super) const OVER_RUNWAY_FT: f64 = 200.0;
/// The difference in lateral offset that decides between two centrelines, nautical miles.
const EITHER_NM: f64 = 0.03;

/// Runways whose headings differ by more than this are used in opposite directions, degrees.
const OTHER_WAY: f64 = 110.0;

fn pavement(strip: &Strip) -> Pavement {
    let ends = [strip.ends[0].runway, strip.ends[1].runway];
    Pavement { ends, length_ft: strip.length_ft, surface: strip.surface.clone(), lighted: strip.lighted }
}

impl Engine {
    /// Everything that the controller at `station` knows, except taxi routes: see [`Engine::with_routes`].
    pub(crate) fn situation(&self, station: &Station, u: &Understanding) -> Option<Situation> {
        let airport = self.airport.as_ref()?;
        let callsign = self.callsign().or(u.callsign.as_ref()).or(self.answered.as_ref()).cloned()?;
        let at = self.report.position;
        let weather = self.report.weather.at_field(airport.elevation_ft);
        let in_use = runway::active(airport, weather.wind_dir, weather.wind_kt);
        let asked = u.slots.destination.as_deref().and_then(|d| self.airports.find(d).or_else(|| self.airports.named(d)));
        let (said_runway, _) = by_words::runway_from_words(u);
        let here = at.and_then(|_| self.tracker.runway()).or(if at.is_none() { said_runway } else { None });
        // Without a simulator the runway in use is the one that the pilot names, if it exists. Until then it is the planned one, if the
        // wind is unknown.
        let filed = self.plan.as_ref().filter(|p| at.is_none() && weather.wind_kt.is_none() && p.departure.as_ref() == Some(&airport.icao));
        let planned = filed.and_then(|p| p.departure_runway).filter(|r| airport.end(*r).is_some());
        // An arrival keeps the runway that it was told to expect, even if the wind changes.
        let bound_here = self.plan.as_ref().and_then(|p| p.destination.as_ref()) == Some(&airport.icao);
        let expected = self.record.expects.filter(|r| bound_here && !self.report.on_ground && airport.end(*r).is_some());
        // So does an aircraft in distress.
        let given = self.record.own_runway.filter(|r| !self.report.on_ground && airport.end(*r).is_some());
        let active = self
            .record
            .landing
            .map(|(r, _)| r)
            .or(given)
            .or(expected)
            .or(said_runway.filter(|_| planned.is_some()))
            .or(planned)
            .or(in_use)
            .or(if at.is_none() { said_runway.or(self.record.taxi) } else { None });
        let mut stations = airport.stations.clone();
        if !stations.iter().any(|s| s.frequency.same_channel(station.frequency) && s.facility == station.facility) {
            // Another airport's unit that is still heard here keeps its own name.
            stations.insert(0, station.clone());
        }
        let ends = runway::ends(airport);
        let finals = self.finals(&ends, airport.elevation_ft);
        let destination = self.destination(at);
        let lands_on = self.record.landing.map(|(r, _)| r).or(given).or(self.record.pattern_runway).or(active);
        let course = ends.iter().find(|g| Some(g.runway) == lands_on);
        let own_seconds = course.and_then(|g| sequence::own_seconds(g, &self.report));
        let coming = course.map(|g| sequence::inbound(g, airport.elevation_ft, &self.report.others, name_of)).unwrap_or_default();
        let free_squawk = at.map(|_| Squawk::discrete(&callsign));
        Some(Situation {
            region: airport.region,
            transition: self.transition_at(airport),
            icao: airport.icao.clone(),
            airport_name: airport.name.clone(),
            towered: airport.stations.iter().any(|s| s.facility == Facility::Tower),
            facility: station.facility,
            frequency: at.map(|_| station.frequency),
            stations,
            active,
            runways: airport.strips_ends(),
            pavements: airport.runways.iter().map(pavement).collect(),
            closed: airport.runways.iter().filter(|s| s.closed).flat_map(|s| s.ends.iter().map(|e| e.runway)).collect(),
            airport_closed: !airport.runways.is_empty() && airport.runways.iter().all(|s| s.closed),
            occupied: self.occupied(&ends, airport.elevation_ft),
            pattern: active.map_or(Side::Left, |r| circuit_side(airport, r)),
            atis: self.atis.letter_at(&airport.icao),
            weather,
            callsign,
            aircraft_type: self.aircraft_type(),
            on_ground: if at.is_some() { self.report.on_ground } else { !self.phase.airborne() },
            phase: self.phase,
            runway_here: here,
            on_runway: if at.is_some() {
                self.tracker.on_runway().is_some()
            } else {
                matches!(self.phase, Phase::LineUpAndWait | Phase::TakeoffRoll | Phase::LandingRoll)
            },
            at,
            variation: turn(self.report.heading_mag, self.report.heading_true),
            altitude_ft: at.map(|_| self.report.altitude_ft.round() as i32),
            position: at.map(|p| relative_position(airport, p)),
            distance_nm: at.and_then(|_| self.tracker.distance_to_threshold_nm()),
            traffic: active.and_then(|r| finals.iter().find(|t| t.runway == Some(r)).cloned()),
            finals,
            sequence: sequence::ahead(coming, own_seconds),
            own_seconds,
            route_out: None,
            route_in: None,
            intersections: self.intersections(airport, &ends, u.slots.runway.or(self.record.taxi).or(here).or(active)),
            surface: self.surface(airport, &ends),
            flight_plan: self.plan.clone(),
            ifr: self.record.ifr,
            assigned_altitude_ft: self.record.altitude_ft,
            assigned_squawk: self.record.squawk,
            free_squawk,
            airspace_ahead: None,
            transponder: self.report.transponder,
            ident: self.report.cockpit.ident == Some(true),
            heading_mag: at.map(|_| self.report.heading_mag),
            final_course: at.and_then(|p| final_course(&ends, active?, airport.variation, p)),
            minimum_ft: at.map(|_| round_up(airport.elevation_ft + VECTOR_ABOVE_FIELD_FT, 100.0)),
            utc_min: self.report.cockpit.utc_s.filter(|t| (0.0..86_400.0).contains(t)).map(|t| (t / 60.0) as u16),
            floor_ft: at.map(|p| self.floor_here(p).feet),
            approaches: at.map(|_| airport.procedures.iter().filter(|p| p.kind == Kind::Approach).cloned().collect()),
            departure: self.plan.as_ref().and_then(|p| filed_departure(airport, p, active?)),
            next_unit: at.and_then(|p| self.next_unit(airport, station, p, destination.as_ref())),
            filed_place: None,
            asked_atis: asked.as_ref().and_then(|a| a.stations.iter().find(|s| s.facility == Facility::Atis)).map(|s| s.frequency),
            asked_place: asked.map(|a| a.name),
            asked_field: None,
            destination,
            called_elsewhere: whereabouts::called_elsewhere(&self.airports, airport, u, at.is_some()),
            advisory: scope::advisory(&self.report),
            airspace: scope::airspace(&self.airspaces, &self.report),
            bravo: scope::bravo(&self.airspaces, &self.report),
            elevation_ft: at.map(|_| airport.elevation_ft),
            ias_kt: at.map(|_| self.report.ias_kt),
            home: at.filter(|_| !self.report.on_ground).map(|p| home(&self.refuge(p, airport, u), airport, p)),
            arrival: at.filter(|_| self.record.ifr && !self.report.on_ground).and_then(|p| self.arrival(p)),
            live: at.is_some(),
            around: self.around.clone(),
        })
    }

    /// The transition altitude and level at an airport: by the plan, the airport's own data, or its state.
    fn transition_at(&self, airport: &Airport) -> Transition {
        let plan = self.plan.as_ref();
        let filed = |code: Option<&String>, t: report::Transition| t.altitude_ft.filter(|_| code == Some(&airport.icao));
        let filed =
            plan.and_then(|p| filed(p.departure.as_ref(), p.departure_transition).or(filed(p.destination.as_ref(), p.arrival_transition)));
        Transition::of(airport.region, &airport.icao, filed.or(airport.transition_altitude_ft))
    }

    /// Adds the taxi routes, which take longer to find than everything else.
    pub(crate) fn with_routes(&self, mut s: Situation, u: &Understanding) -> Situation {
        let (Some(airport), Some(at)) = (&self.airport, self.report.position) else { return s };
        let Some(graph) = airport.taxiways.as_ref().filter(|_| s.on_ground) else { return s };
        let to = s.taxi_runway(u.slots.runway);
        let way = |route: routing::Route| taxi_route(route, airport, s.active);
        s.route_out = to.and_then(|r| routing::route(graph, at, r)).map(way);
        s.route_in = routing::route_to_parking(graph, at, u.slots.location.as_deref())
            .or_else(|| routing::route_to_parking(graph, at, None))
            .map(way);
        s
    }

    /// The intersections of a runway with their remaining length in words, from the taxi graph.
    fn intersections(&self, airport: &Airport, ends: &[Geometry], runway: Option<Runway>) -> BTreeMap<String, String> {
        let g = ends.iter().find(|g| Some(g.runway) == runway);
        let graph = airport.taxiways.as_ref().filter(|_| self.report.on_ground && self.report.position.is_some());
        let found = g.zip(graph).map(|(g, graph)| surface::intersections(graph, g)).unwrap_or_default();
        found.into_iter().map(|(name, feet)| (name, surface::available(airport.region, feet))).collect()
    }

    /// The destination in the plan.
    fn destination(&self, at: Option<LatLon>) -> Option<Destination> {
        let airport = self.destination_airport()?;
        Some(Destination {
            name: airport.name.clone(),
            distance_nm: airport.position.distance_nm(at?),
            towered: airport.stations.iter().any(|s| s.facility == Facility::Tower),
            here: self.airport.as_ref().is_some_and(|a| a.icao == airport.icao),
        })
    }

    /// The airport of the plan's destination, if the data has it.
    pub(crate) fn destination_airport(&self) -> Option<Airport> {
        let code = self.plan.as_ref()?.destination.as_deref()?;
        let found = self.airports.find(code).or_else(|| self.airports.named(code))?;
        self.briefly(&found.icao).or(Some(found))
    }

    /// The unit that takes the aircraft over from `station` at its present position.
    fn next_unit(&self, airport: &Airport, station: &Station, at: LatLon, to: Option<&Destination>) -> Option<Station> {
        let of = |a: &Airport, f: Facility| a.stations.iter().find(|s| s.facility == f).cloned();
        let other = |s: Station| Some(s).filter(|s| !s.frequency.same_channel(station.frequency));
        match station.facility {
            Facility::Tower => {
                let own = [Facility::Departure, Facility::Approach, Facility::Center].iter().find_map(|f| of(airport, *f));
                // A field without radar: the unit around it works its departures.
                own.and_then(other).or_else(|| self.radar_near(at).and_then(other))
            }
            Facility::Departure | Facility::Approach | Facility::Center => {
                let there = self.destination_airport().or_else(|| self.field_below(at))?;
                let distance = to.map_or_else(|| there.position.distance_nm(at), |d| d.distance_nm);
                let tower_takes = if self.record.ifr {
                    self.record.approach.as_ref().is_some_and(|a| a.1)
                } else {
                    distance <= TOWER_TAKES_NM && self.flies_to(there.position)
                };
                if tower_takes && distance <= TOWER_TAKES_NM {
                    return of(&there, Facility::Tower).and_then(other);
                }
                if distance > APPROACH_TAKES_NM
                    && let Some(center) = self.center_ahead(station, at)
                {
                    return Some(center);
                }
                let nearer = there.position.distance_nm(at) < airport.position.distance_nm(at) || there.icao == airport.icao;
                if distance <= APPROACH_TAKES_NM && nearer { of(&there, Facility::Approach).and_then(other) } else { None }
            }
            _ => None,
        }
    }

    /// The field with a tower that a visual flight without a stated destination flies low towards: its airspace is entered only with its
    /// tower.
    fn field_below(&self, at: LatLon) -> Option<Airport> {
        let towered = |a: &Airport| a.stations.iter().any(|s| s.facility == Facility::Tower);
        let visual = self.record.radar && !self.record.ifr && self.plan.is_none();
        let field = visual.then(|| self.airports.nearest_of(at, TOWER_BELOW_NM, towered)).flatten()?;
        let low = self.report.altitude_ft - field.elevation_ft < TOWER_BELOW_FT;
        Some(field).filter(|f| low && self.flies_to(f.position))
    }

    /// The en-route unit that takes the aircraft over from a radar unit whose area it has left, or from another en-route unit.
    fn center_ahead(&self, station: &Station, at: LatLon) -> Option<Station> {
        let center = self.around.en_route(at, self.report.altitude_ft)?;
        if station.facility == Facility::Center {
            return Some(center).filter(|c| c.name != station.name);
        }
        let left = self.airports.heard_on(station.frequency, at).is_none_or(|a| a.position.distance_nm(at) > RADAR_AREA_NM);
        Some(center).filter(|c| left && !c.frequency.same_channel(station.frequency))
    }

    /// The field for an aircraft that needs help: the one that its pilot named, otherwise the nearest with a tower or a long runway.
    fn refuge(&self, at: LatLon, airport: &Airport, u: &Understanding) -> Airport {
        let calls = [Intent::Mayday, Intent::PanPan, Intent::Lost].iter().any(|i| u.has(*i)) && !u.other_aircraft;
        let calls = calls || u.remarks.has(Remark::AsksNearest) && !u.other_aircraft;
        let calls = calls || u.requests.iter().any(|q| matches!(q, Request::Vectors { approach: false, .. }));
        if self.record.emergency.is_none() && self.record.plight.is_none() && !calls {
            return airport.clone();
        }
        let bound = u
            .slots
            .destination
            .as_deref()
            .filter(|_| calls)
            .or(self.record.bound.as_deref())
            .filter(|_| !u.remarks.has(Remark::AsksNearest));
        let named = bound.and_then(|code| self.airports.find(code));
        let suitable = |a: &Airport| {
            a.stations.iter().any(|s| s.facility == Facility::Tower) || runway::ends(a).iter().any(|g| g.length_ft >= LONG_RUNWAY_FT)
        };
        let own = Some(airport.clone()).filter(|a| suitable(a) && a.position.distance_nm(at) <= RADAR_AREA_NM);
        // The unit's own field, whose runways and weather are known, unless another one is clearly nearer.
        let most = own.as_ref().map_or(RADAR_AREA_NM, |a| (a.position.distance_nm(at) - NEARER_NM).max(0.0));
        let nearer = || self.airports.nearest_of(at, most, suitable);
        named.or_else(nearer).or(own).unwrap_or_else(|| airport.clone())
    }

    /// Whether the aircraft flies towards a place, rather than away from it.
    fn flies_to(&self, place: LatLon) -> bool {
        let Some(at) = self.report.position else { return false };
        turn(self.report.heading_true, at.bearing(place)).abs() <= 90.0
    }

    /// The aircraft on each runway, keyed by the runway's first end.
    fn occupied(&self, ends: &[Geometry], elevation_ft: f64) -> BTreeMap<Runway, String> {
        let mut occupied = BTreeMap::new();
        for other in &self.report.others {
            // An aircraft low over the pavement is landing or taking off, so it occupies the runway.
            let over = other.altitude_ft - elevation_ft < OVER_RUNWAY_FT;
            if let Some(g) = ends.iter().find(|g| (other.on_ground || over) && g.holds(other.position, 20.0)) {
                occupied.entry(g.runway).or_insert_with(|| name_of(other));
            }
        }
        occupied
    }

    /// Aircraft on final for either end, nearest first; if the pilot is on final too, only those ahead.
    fn finals(&self, ends: &[Geometry], elevation_ft: f64) -> Vec<TrafficFacts> {
        let mut found = Vec::new();
        for other in self.report.others.iter().filter(|o| !o.on_ground) {
            let on: Vec<_> = ends.iter().filter_map(|g| Some((g, self.before(g, other, elevation_ft)?))).collect();
            // Of parallel runways, take the one that the aircraft is lined up with; if that is not clear yet, both.
            let least = on.iter().map(|(_, (_, aside))| *aside).fold(f64::INFINITY, f64::min);
            let lined_up = on.into_iter().filter(|(_, (_, aside))| *aside <= least + EITHER_NM);
            found.extend(lined_up.map(|(g, (before, _))| (before, on_final(other, before, g.runway))));
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.into_iter().map(|(_, facts)| facts).collect()
    }

    /// Another aircraft's distance to this runway's threshold and from its centreline on final, nautical miles.
    fn before(&self, g: &Geometry, other: &Other, elevation_ft: f64) -> Option<(f64, f64)> {
        let p = g.place(other.position);
        let (before, aside) = (-p.along / FT_PER_NM, p.right.abs() / FT_PER_NM);
        let aligned = g.off(other.heading_true).abs() < 35.0 && aside < 0.2 + before.max(0.0) * 0.2;
        let low = other.altitude_ft - elevation_ft < 600.0 + before.max(0.0) * 450.0;
        // Only a pilot who is also on final has some of them behind.
        let own = self.report.position.filter(|_| self.phase == Phase::Final).map(|p| g.to_threshold_nm(p));
        // Oncoming traffic counts at any distance.
        let towards = self.tracker.runway().is_some_and(|r| r.reciprocal() == g.runway);
        let ahead = towards || own.is_none_or(|own| before < own);
        ((0.0..FINAL_TRAFFIC_NM).contains(&before) && aligned && low && ahead).then_some((before, aside))
    }
}

fn on_final(other: &Other, before_nm: f64, runway: Runway) -> TrafficFacts {
    let place = match before_nm {
        d if d < 0.75 => "on short final".to_owned(),
        d => format!("on {} mile final", d.round().max(1.0)),
    };
    TrafficFacts {
        words: format!("{} {place}, runway {runway}", name_of(other)),
        runway: Some(runway),
        close: before_nm <= CLOSE_FINAL_NM,
        near: before_nm <= NEAR_FINAL_NM,
    }
}

/// The side of the circuit of a runway. Beside a parallel runway the circuit lies on the other side of it.
fn circuit_side(airport: &Airport, runway: Runway) -> Side {
    let published = airport.end(runway).map_or(Side::Left, |e| e.pattern);
    let left = Runway { side: Some(Position3::Left), ..runway };
    if runway.side == Some(Position3::Right) && airport.end(left).is_some() { Side::Right } else { published }
}

/// The name by which another aircraft is pointed out: "Cessna", "Boeing 737", or its callsign.
pub(super) fn name_of(other: &Other) -> String {
    // Simulator add-ons may put anything here: a value that is not a designator is just "aircraft".
    let designator = other.aircraft_type.as_deref().filter(|t| t.len() <= 8 && t.bytes().all(|b| b.is_ascii_alphanumeric()));
    let kind = designator.map(say::type_name);
    kind.or_else(|| other.callsign.as_ref().map(|c| c.to_string())).unwrap_or_else(|| "aircraft".to_owned())
}

fn taxi_route(route: routing::Route, airport: &Airport, active: Option<Runway>) -> TaxiRoute {
    let first_crossing =
        route.crossings.first().map(|c| (as_used(airport, c.runway, active), Some(c.taxiway.clone()).filter(|t| !t.is_empty())));
    TaxiRoute { via: route.via, first_crossing }
}

/// A runway by the end in use when `active` is the runway in use: a pilot who holds short of it looks that way.
fn as_used(airport: &Airport, r: Runway, active: Option<Runway>) -> Runway {
    let heading = |r| runway::geometry(airport, r).map(|g| g.heading);
    match (active.and_then(heading), heading(r)) {
        (Some(used), Some(own)) if turn(used, own).abs() > OTHER_WAY && airport.end(r.reciprocal()).is_some() => r.reciprocal(),
        _ => r,
    }
}

pub(super) fn final_course(ends: &[Geometry], runway: Runway, variation: f64, at: LatLon) -> Option<FinalCourse> {
    let g = ends.iter().find(|g| g.runway == runway)?;
    let p = g.place(at);
    Some(FinalCourse {
        runway,
        course_mag: (g.heading - variation).rem_euclid(360.0),
        before_nm: (g.displaced_ft - p.along) / FT_PER_NM,
        right_nm: p.right / FT_PER_NM,
    })
}

pub(super) fn round_up(feet: f64, step: f64) -> i32 {
    ((feet / step).ceil() * step) as i32
}

/// The direction and distance to an airport from a place.
pub(super) fn home(airport: &Airport, here: &Airport, at: LatLon) -> Home {
    let degrees = (at.bearing(airport.position) - airport.variation).rem_euclid(360.0).round() as u16;
    let open = airport.runways.iter().filter(|s| !s.closed && s.length_ft > 0.0);
    let longest = open.max_by(|a, b| a.length_ft.total_cmp(&b.length_ft));
    Home {
        longest: longest.map(|strip| ([strip.ends[0].runway, strip.ends[1].runway], strip.length_ft.round() as u16)),
        name: airport.name.clone(),
        heading_mag: if degrees == 0 { 360 } else { degrees },
        distance_nm: airport.position.distance_nm(at).round().min(999.0) as u16,
        here: airport.icao == here.icao,
    }
}

/// "5 miles north of Palo Alto".
fn relative_position(airport: &Airport, at: LatLon) -> String {
    let nm = airport.position.distance_nm(at).round();
    let dir = compass_word(airport.position.bearing(at));
    if nm < 1.0 { format!("at {}", airport.name) } else { format!("{nm} miles {dir} of {}", airport.name) }
}
/// The filed departure, from its own field or as the first word of the route, if the airport has one of that name for the runway.
fn filed_departure(airport: &Airport, plan: &FlightPlan, runway: Runway) -> Option<String> {
    let words = plan.route.as_deref().unwrap_or_default().split(' ').find(|w| !w.eq_ignore_ascii_case(&airport.icao));
    let filed = plan.sid.as_ref().map(|p| p.name.as_str()).or_else(|| words?.split('.').next())?;
    let serves = |p: &&crate::airports::Procedure| p.kind == Kind::Departure && p.runway.is_none_or(|r| r == runway);
    // Keep the filed name: the data may have the shorter name of a flight management system.
    airport.procedures.iter().filter(serves).find(|p| procedures::same(&p.name, filed)).map(|_| filed.to_ascii_uppercase())
}
