//! Tower: takeoff, pattern, landing, and leaving the runway.

use super::departure::{departure, pattern_from_ground, still_short};
use super::leg::{said_leg, way_out};
use super::{Decision, in_pattern, minima};
use crate::gate::Admitted;
use crate::instruction::{Ask, Item, Landing, Leg, ReportPoint, Wish};
use crate::intent::{Intent, Topic, Understanding};
use crate::phase::Phase;
use crate::record::{INSPECTED, OBSTRUCTED, Owed, Record};
use crate::remark::Remark;
use crate::request::Request;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::region::{WindWith, filled};
use crate::units::{Facility, Runway, Side};
use crate::{clearances, gate};

/// Seconds of spacing behind an arrival, and behind a heavy one.
const CLEAR_S: f64 = 40.0;
const WAKE_S: f64 = 120.0;

/// The tower's answer.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if let Some(d) = as_ground(s, record, heard) {
        return d;
    }
    match heard.intent {
        Intent::DepartureReady | Intent::TakeoffRequest => departure(s, record, heard),
        Intent::PatternRequest if s.on_ground => pattern_from_ground(s, record, heard),
        Intent::PatternRequest => closed_traffic(s, record, heard),
        Intent::InboundLanding => inbound(s, record, heard),
        Intent::TouchAndGoRequest if !s.on_ground => landing(s, record, heard, touch_or_option(heard)),
        Intent::TouchAndGoRequest => departure(s, record, heard),
        Intent::PositionReport if s.on_ground && heard.slots.crossing => {
            super::ground::crossing(s, record, heard).unwrap_or_else(|| Decision::ask(Ask::Runway))
        }
        // The field in sight, and no way in given yet: the pilot wants one.
        Intent::FieldInSight if wants_way_in(s, record) => inbound(s, record, heard),
        Intent::PositionReport | Intent::CheckIn | Intent::FieldInSight => position(s, record, heard),
        // The pilot announces a go-around for later: the request is a low approach.
        Intent::GoAround if heard.slots.landing.is_some() && matches!(s.phase, Phase::Downwind | Phase::Base) => {
            landing(s, record, heard, wanted(record, heard))
        }
        Intent::GoAround => go_around(s, record, heard),
        Intent::ClearOfRunway | Intent::TaxiToParking => clear_of_runway(s),
        Intent::TransitionRequest => transition(s, record, heard),
        Intent::FrequencyChangeRequest if !s.on_ground => Decision::say([Item::FrequencyChangeApproved]),
        Intent::FrequencyChangeRequest if !s.taxi_speed() => Decision::say([Item::RemainThisFrequency]),
        Intent::FrequencyChangeRequest => Decision::say([s.contact(Facility::Ground)]),
        Intent::TaxiRequest | Intent::RequestProgressiveTaxi if s.on_ground => departure_question(s),
        Intent::AltitudeRequest | Intent::HeadingReport | Intent::SquawkReport if !s.on_ground => super::radar::decide(s, record, heard),
        Intent::ApproachRequest if !s.on_ground && heard.slots.approach.is_none() => straight_in(s, record, heard),
        Intent::ApproachRequest if !s.on_ground => inbound(s, record, heard),
        Intent::Diversion => Decision::say([Item::Roger, Item::FrequencyChangeApproved]),
        Intent::IfrClearanceRequest if s.on_ground && s.elsewhere(Facility::Clearance) => Decision::say([s.contact(Facility::Clearance)]),
        Intent::IfrClearanceRequest | Intent::FlightFollowingRequest | Intent::CancelIfr | Intent::CancelFlightFollowing => {
            super::radar::decide(s, record, heard)
        }
        _ => super::called_another(s, heard).unwrap_or_else(|| Decision::ask(Ask::Request)),
    }
}

/// A visual flight outside the pattern that has no way in yet.
fn wants_way_in(s: &Situation, r: &Record) -> bool {
    let outside = s.live && !s.on_ground && !s.ifr && !super::in_pattern(s.phase);
    outside && r.pattern_runway.is_none() && r.landing.is_none() && r.emergency.is_none()
}

/// The tower's answer as Ground, at a field without a ground unit.
fn as_ground(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    if !s.tower_works_ground() || !s.on_ground {
        return None;
    }
    // At the runway a call concerns the runway, even if it shares words with a call from the ramp.
    let at_runway = s.on_runway || matches!(s.phase, Phase::HoldingShort | Phase::LineUpAndWait | Phase::TakeoffRoll | Phase::LandingRoll);
    let cleared_already = record.ifr && heard.has(Intent::TaxiRequest);
    match heard.intent {
        Intent::TaxiToParking | Intent::ClearOfRunway => Some(super::ground::decide(s, record, heard)),
        Intent::TaxiRequest | Intent::RequestProgressiveTaxi | Intent::PatternRequest if !at_runway => {
            Some(super::ground::decide(s, record, heard))
        }
        Intent::PushbackRequest | Intent::StartupRequest => Some(super::ground::decide(s, record, heard)),
        Intent::IfrClearanceRequest if cleared_already && !at_runway => {
            let taxi = Understanding { intent: Intent::TaxiRequest, ..heard.clone() };
            Some(super::ground::decide(s, record, &taxi))
        }
        Intent::FrequencyChangeRequest => Some(Decision::say([Item::FrequencyChangeApproved])),
        _ => None,
    }
}

/// Answers a request for a straight-in.
pub(super) fn straight_in(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    // From behind the runway, a straight way in would meet the departures head-on.
    let behind = |f: crate::situation::FinalCourse| f.before_nm < -f.right_nm.abs() / 2.0;
    let circuit = s.live && !s.ifr && matches!(s.phase, Phase::Crosswind | Phase::Downwind | Phase::Base);
    if circuit {
        // From the circuit, the way in is the circuit.
        return landing(s, record, heard, wanted(record, heard));
    }
    if s.live && !s.ifr && s.final_course.is_some_and(behind) && s.runway_for(heard.slots.runway) == s.active {
        return inbound(s, record, heard);
    }
    match s.runway_for(heard.slots.runway) {
        Some(r) if s.is_closed(r) => {
            let instead = s.active.filter(|a| !s.is_closed(*a)).map(|a| Item::Advice(format!("runway {a} in use")));
            Decision::say([Item::Unable(format!("runway {r} is closed"))].into_iter().chain(instead).chain([Item::Ask(Ask::Intentions)]))
        }
        Some(r) => Decision::say([Item::StraightIn, Item::Runway(r), Item::Report(ReportPoint::MileLeg(3, None, Leg::Final))]),
        None => Decision::ask(Ask::Runway),
    }
}

fn departure_question(s: &Situation) -> Decision {
    if s.phase == Phase::HoldingShort { Decision::ask(Ask::Intentions) } else { Decision::say([s.contact(Facility::Ground)]) }
}

/// The side of the circuit that was assigned, otherwise the published one.
fn side_in_force(s: &Situation, record: &Record) -> Side {
    record.closed_traffic.or(record.joins).unwrap_or(s.pattern)
}

fn closed_traffic(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if let Some(weather) = minima::refusal(s, record) {
        return Decision::Say(weather);
    }
    // A landing that is named on the way to the runway belongs to this circuit.
    let turns_in = s.live && !s.ifr && matches!(s.phase, Phase::Downwind | Phase::Base | Phase::Final);
    if turns_in && heard.slots.landing.is_some() && record.landing.is_none() {
        return landing(s, record, heard, wanted(record, heard));
    }
    let side = heard.slots.side.unwrap_or_else(|| side_in_force(s, record));
    match s.runway_for(heard.slots.runway) {
        Some(r) => Decision::say([Item::ClosedTraffic(side), Item::Runway(r)]),
        None => Decision::say([Item::ClosedTraffic(side)]),
    }
}

/// Adds the wind to a clearance if the pilot may not have it from the ATIS.
pub(super) fn wind_unless_known(s: &Situation, record: &Record, heard: &Understanding) -> Option<Item> {
    if s.region.wind_with_clearance == WindWith::Always || heard.slots.atis.or(record.letter_of(&s.icao)).is_none() {
        s.wind()
    } else {
        None
    }
}

/// Answers an inbound call: the pattern entry depends on the direction that the aircraft comes from (7110.65 3-10-1).
pub(super) fn inbound(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if s.live && s.on_ground && (s.on_runway || s.phase == Phase::LandingRoll) {
        // The wheels are down: a pilot who speaks of landing makes a full stop of it.
        return Decision::say([Item::Roger, Item::Advice("exit the runway when able".into())]);
    }
    if s.on_ground {
        return Decision::ask(Ask::Position);
    }
    let Some(runway) = arrival_runway(s, record, heard) else {
        return Decision::ask(Ask::Runway);
    };
    if s.is_closed(runway) {
        return Decision::say([Item::Unable(format!("runway {runway} is closed")), Item::Ask(Ask::Intentions)]);
    }
    if record.closed_traffic.is_some() && climbs_out(s, record, heard) {
        return next_circuit(s, record);
    }
    if in_pattern(s.phase) && !matches!(s.phase, Phase::Departure) || said_leg(s, heard).is_some() {
        return landing(s, record, heard, wanted(record, heard));
    }
    if heard.slots.distance_nm.is_none() && heard.slots.position.is_none() && s.position.is_none() {
        return Decision::ask(Ask::Position);
    }
    if s.live && s.ifr {
        // The landing clearance that was given is said again.
        if let Some(items) = super::leg::standing_landing(record).filter(|_| !s.runway_blocked(runway)) {
            return Decision::Say(items);
        }
        // An instrument arrival stays on its approach.
        return Decision::say([Item::Runway(runway), Item::Continue]);
    }
    if let Some(weather) = minima::refusal(s, record) {
        return Decision::Say(weather);
    }
    let mut items = Vec::new();
    // Keep the side that was assigned.
    let given = record.joins.filter(|_| record.pattern_runway == Some(runway));
    let spoken = || heard.slots.direction.as_deref().map(|d| approach_side(runway, d));
    match seen_side(s, runway).or_else(spoken) {
        // A change of runway keeps the way in.
        _ if record.straight && record.pattern_runway == Some(runway) => {
            items.extend([Item::StraightIn, Item::Runway(runway), Item::Report(ReportPoint::MileLeg(3, None, Leg::Final))]);
        }
        _ if given.is_some() => items.extend(entry(given.unwrap_or(s.pattern), record.enters.unwrap_or(Leg::Downwind), runway)),
        Some(Side3::Straight) => {
            items.extend([Item::StraightIn, Item::Runway(runway), Item::Report(ReportPoint::MileLeg(3, None, Leg::Final))])
        }
        Some(Side3::Base(side)) => items.extend(entry(side, Leg::Base, runway)),
        Some(Side3::Across(side)) if side != s.pattern => items.extend(entry(side, Leg::Downwind, runway)),
        _ => items.extend(entry(s.pattern, Leg::Downwind, runway)),
    }
    match (heard.slots.atis.or(record.letter_of(&s.icao)), s.atis) {
        (Some(have), Some(current)) if have != current => items.push(Item::AtisCurrent(current)),
        (Some(_), _) => {}
        _ => items.extend(s.wind().into_iter().chain(s.pressure())),
    }
    Decision::Say(items)
}

/// The runway of an arrival: the one that the pilot names, else the one that was agreed, as long as the aircraft has not come to its
/// other end.
fn arrival_runway(s: &Situation, record: &Record, heard: &Understanding) -> Option<Runway> {
    let opposite = |a: Runway, b: Runway| crate::units::turn(a.nominal_heading(), b.nominal_heading()).abs() > 150.0;
    let turned = |r: Runway| s.runway_here.is_some_and(|here| opposite(here, r));
    let agreed = record.pattern_runway.filter(|r| s.live && !s.ifr && s.known(*r).is_some() && !turned(*r));
    heard.slots.runway.and_then(|r| s.known(r)).or(agreed).or_else(|| s.runway_for(None))
}

/// The aircraft climbs out, and the pilot speaks of the landing after the next downwind. Nobody is cleared to land so early.
fn climbs_out(s: &Situation, record: &Record, heard: &Understanding) -> bool {
    let climbs = matches!(s.phase, Phase::Departure | Phase::Crosswind | Phase::GoAround);
    let there = matches!(heard.slots.position.as_deref(), Some("downwind" | "base" | "final" | "abeam" | "midfield"));
    let agreed = record.emergency.is_some() || record.landing.is_some() || gate::is_confirmed(Wish::Landing, record, heard);
    s.live && !s.ifr && !s.on_ground && climbs && !there && !agreed && said_leg(s, heard).is_none()
}

/// The circuit that follows, with the report that brings the landing clearance.
fn next_circuit(s: &Situation, record: &Record) -> Decision {
    let side = side_in_force(s, record);
    Decision::say([Item::ClosedTraffic(side), Item::Report(ReportPoint::Midfield(Some(side)))])
}

/// The way into the pattern, with the report that brings the landing clearance.
fn entry(side: Side, leg: Leg, runway: Runway) -> [Item; 3] {
    let report = match leg {
        Leg::Base => ReportPoint::MileLeg(2, Some(side), Leg::Base),
        _ => ReportPoint::Midfield(None),
    };
    [Item::Enter(side, leg), Item::Runway(runway), Item::Report(report)]
}

enum Side3 {
    Straight,
    /// From ahead of the threshold and aside: onto the base leg.
    Base(Side),
    Across(Side),
}

/// The way in by the aircraft's position, which is more reliable than a spoken direction. `None` without a position, or over the field.
fn seen_side(s: &Situation, runway: Runway) -> Option<Side3> {
    let f = s.surface.courses.iter().find(|f| f.runway == runway).filter(|_| s.live && !s.on_ground)?;
    let side = if f.right_nm > 0.0 { Side::Right } else { Side::Left };
    let off = f.right_nm.abs().atan2(f.before_nm).to_degrees();
    match off {
        _ if f.before_nm.hypot(f.right_nm) < 1.5 => None,
        o if o <= 30.0 && f.before_nm >= 3.0 => Some(Side3::Straight),
        o if o <= 60.0 && f.before_nm >= 2.0 && f.right_nm.abs() > 0.5 => Some(Side3::Base(side)),
        // Where circuits are joined overhead, the side of the circuit is fixed.
        _ => (!s.region.circuit_joins.contains(&"overhead")).then_some(Side3::Across(side)),
    }
}

/// The direction that an aircraft comes from, relative to the landing direction.
fn approach_side(runway: Runway, from: &str) -> Side3 {
    const WORDS: [&str; 8] = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];
    let bearing = WORDS.iter().position(|w| *w == from).map_or(0.0, |i| i as f64 * 45.0);
    let off = crate::units::turn(runway.nominal_heading() + 180.0, bearing);
    if off.abs() <= 30.0 {
        Side3::Straight
    } else if off > 0.0 {
        Side3::Across(Side::Left)
    } else {
        Side3::Across(Side::Right)
    }
}

fn touch_or_option(heard: &Understanding) -> Landing {
    heard.slots.landing.filter(|l| *l != Landing::FullStop).unwrap_or(Landing::TouchAndGo)
}

pub(super) fn wanted(record: &Record, heard: &Understanding) -> Landing {
    // "To land" ends earlier requests for touch-and-goes.
    let lands = heard.remarks.has(Remark::ToLand) && heard.intent != Intent::Readback;
    let standing = record.landing.map(|(_, kind)| kind).filter(|_| heard.intent == Intent::PositionReport);
    heard.slots.landing.or(standing.filter(|_| !lands)).or(record.wants.filter(|_| !lands)).unwrap_or(Landing::FullStop)
}

/// A landing clearance (7110.65 3-10-5), a place in the sequence, or a go-around.
pub(super) fn landing(s: &Situation, record: &Record, heard: &Understanding, kind: Landing) -> Decision {
    landing_for(s, record, heard, kind, gate::admit(heard, record).ok().or_else(|| gate::on_leg(record, s, heard)))
}

/// Like [`landing`], for a call with or without a confirmed request.
pub(super) fn landing_for(
    s: &Situation,
    record: &Record,
    heard: &Understanding,
    kind: Landing,
    leave: Option<Admitted<gate::Landing>>,
) -> Decision {
    let circles = record.circles.filter(|_| s.ifr);
    // The runway that an aircraft in distress was given stays its runway.
    let given = record.own_runway.filter(|_| record.emergency.is_some());
    let own = given.or(circles).filter(|_| heard.slots.runway.is_none()).and_then(|r| s.runway_for(Some(r)));
    let Some(runway) = own.or_else(|| arrival_runway(s, record, heard)) else {
        return Decision::ask(Ask::Runway);
    };
    if climbs_out(s, record, heard) {
        return next_circuit(s, record);
    }
    if s.is_closed(runway) {
        return Decision::say([Item::GoAround, Item::Advice(format!("runway {runway} is closed"))]);
    }
    let near = matches!(s.phase, Phase::Final) && s.distance_nm.is_none_or(|d| d < 1.0);
    if s.runway_blocked(runway) {
        let traffic = s.in_the_way(runway).map(Item::Traffic);
        // An aircraft on downwind waits for the runway in an orbit away from it.
        let waits = s.live && s.phase == Phase::Downwind && s.occupant(runway).is_some();
        return if waits {
            let right = s.final_course.map_or(s.pattern == Side::Right, |f| f.right_nm > 0.0);
            let away = if right { Side::Left } else { Side::Right };
            let turn = filled(s.region.orbit, &[("side", away.word())]);
            Decision::say([Item::PatternWords(turn)].into_iter().chain(traffic))
        } else if near {
            Decision::say([Item::GoAround].into_iter().chain(traffic).chain(after_going_around(s, record)))
        } else {
            Decision::say([Item::Runway(runway), Item::Continue].into_iter().chain(traffic))
        };
    }
    if let Some(rolls) = s.crossing_roll(runway).filter(|_| s.live) {
        // An aircraft that rolls on a crossing runway is past the crossing soon (7110.65 3-10-4).
        return Decision::say([Item::Runway(runway), Item::Continue, Item::Traffic(rolls)]);
    }
    // A runway other than the agreed one is a slip until the pilot confirms it, unless the aircraft is lined up with it.
    let agreed = circles.or(record.expects.filter(|_| s.ifr)).or(record.pattern_runway).filter(|agreed| agreed.number != runway.number);
    let wished = heard.requests.iter().any(|q| matches!(q, Request::Runway { .. })) || heard.remarks.has(Remark::Wishes);
    let asked = matches!(record.confirming, Some((Wish::Landing, _)));
    if let Some(agreed) = agreed.filter(|_| s.live && heard.slots.runway.is_some() && !wished && !asked && s.runway_here != Some(runway)) {
        return Decision::say([gate::question(Wish::Landing, Some(agreed))]);
    }
    // Lined up with another runway, close in: the pilot may have asked about this one, but is about to land on that one.
    let lined_up = s.runway_here.filter(|here| circles.is_none() && here.number != runway.number && *here != runway.reciprocal());
    let lined_up = lined_up.filter(|_| s.live && given.is_none() && s.phase == Phase::Final && !asked);
    if let Some(here) = lined_up.filter(|_| s.distance_nm.is_some_and(|d| d < 5.0)) {
        return Decision::say([gate::question(Wish::Landing, Some(here))]);
    }
    let Some(leave) = leave else {
        return Decision::say([gate::question(Wish::Landing, Some(runway))]);
    };
    let mut items = Vec::new();
    let before = s.before(runway);
    if s.phase == Phase::Downwind && s.gap(runway).is_some_and(|g| g < spacing(s, &before)) && !record.owed.contains(&Owed::Base) {
        // Too close behind: extend the downwind and call the base turn (7110.65 3-8-1).
        let longer = Item::PatternWords("extend downwind, I will call your base".into());
        return Decision::say([super::questions::place(s, runway), longer]);
    }
    if s.live && !before.is_empty() && !s.region.lands_in_sequence && s.phase != Phase::Final {
        // Outside the United States an aircraft is not cleared to land behind another one. The report on final is answered by the state of
        // the runway then.
        return Decision::say([super::questions::place(s, runway), Item::Report(ReportPoint::Words("final".into()))]);
    }
    let obstructed = (record.obstructed && s.live).then(|| Item::Advice(OBSTRUCTED.into()));
    if let Some(caution) = obstructed.clone().filter(|_| s.phase != Phase::Final && record.emergency.is_none()) {
        // The landing waits: a clearance would say that the runway is free.
        return Decision::say([Item::Runway(runway), Item::Continue, caution, Item::Report(ReportPoint::Leg(None, Leg::Final))]);
    }
    let opposite = s.on_final(runway).filter(|t| t.runway == Some(runway.reciprocal()));
    items.extend((!before.is_empty()).then(|| super::questions::place(s, runway)));
    items.extend(wind_unless_known(s, record, heard));
    items.push(Item::Runway(runway));
    items.push(clearances::landing(&leave, kind));
    // What was reported is passed on (7110.65 3-1-6).
    items.extend(obstructed);
    // A pilot who will not land hears beforehand what follows.
    let passes = kind == Landing::LowApproach && s.live && record.closed_traffic.is_none();
    let out = passes.then(|| super::facts::climb_out(s, record)).flatten();
    items.extend(out.map(|words| Item::Advice(format!("after the low approach, {words}"))));
    // An aircraft does not follow traffic that comes from the opposite end.
    items.extend(opposite.iter().map(|t| Item::Traffic(t.words.clone())));
    Decision::Say(items)
}

/// The pilot wants a different kind of landing: the clearance stays and is reissued for that kind.
pub(super) fn other_landing(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let (runway, kind) = record.landing.filter(|_| s.live && !s.on_ground && s.facility == Facility::Tower)?;
    let new = heard.slots.landing.filter(|new| *new != kind && heard.remarks.has(Remark::LandsSo))?;
    let told = matches!(
        heard.intent,
        Intent::Unknown | Intent::TouchAndGoRequest | Intent::InboundLanding | Intent::PositionReport | Intent::PatternRequest
    );
    // A pilot who reports inbound at a distance starts a new arrival, so the unused clearance is not repeated.
    let anew = heard.intent == Intent::InboundLanding && heard.slots.distance_nm.is_some();
    let free = told && !anew && !s.runway_blocked(runway) && !s.is_closed(runway);
    let leave = gate::standing(record).filter(|_| free)?;
    let wind = wind_unless_known(s, record, heard);
    Some(Decision::say(wind.into_iter().chain([Item::Runway(runway), clearances::landing(&leave, new)])))
}

/// Seconds between an arrival and the one before it: enough to clear the runway, and more behind a heavy for wake turbulence (7110.65
/// 3-10-3, 5-5-4).
pub(super) fn spacing(s: &Situation, before: &[String]) -> f64 {
    let wake = before.last().is_some_and(|w| super::topics::heavy(w)) && !s.aircraft_type.as_deref().is_some_and(super::topics::heavy);
    if wake { WAKE_S } else { CLEAR_S }
}

/// The base turn that the controller promised to call, as soon as spacing allows.
pub(super) fn owed_base(s: &Situation, record: &Record) -> Option<Vec<Item>> {
    let outward = matches!(s.phase, Phase::Downwind | Phase::Inbound | Phase::Cruise);
    let runway = s.runway_for(record.pattern_runway).filter(|_| record.owed.contains(&Owed::Base) && outward)?;
    let before = s.before(runway);
    let room = s.gap(runway).is_none_or(|g| g >= spacing(s, &before));
    room.then(|| vec![Item::PatternWords("turn base".into()), Item::Runway(runway), Item::Report(ReportPoint::Leg(None, Leg::Final))])
}

/// On short final to an occupied runway, the aircraft is sent around, whatever the call.
pub(super) fn runway_taken(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let short = s.facility == Facility::Tower && !s.on_ground && s.phase == Phase::Final && s.distance_nm.is_none_or(|d| d < 1.0);
    let sent = record.last.as_ref().is_some_and(|l| l.items.contains(&Item::GoAround));
    let known = matches!(heard.intent, Intent::GoAround | Intent::Mayday | Intent::PanPan) || record.emergency.is_some() || sent;
    let runway = s.runway_for(heard.slots.runway).filter(|r| short && !known && s.occupant(*r).is_some())?;
    let who = s.occupant(runway).map(|o| Item::Traffic(format!("{o}, on the runway")));
    Some(Decision::say([Item::GoAround].into_iter().chain(who).chain(after_going_around(s, record))))
}

/// Instructions after a go-around: back into the pattern, or on instruments a climb and another approach.
pub(super) fn after_going_around(s: &Situation, record: &Record) -> Vec<Item> {
    match super::instruments::arrival(s).map(|a| super::missed::missed(s, record, a, false)) {
        Some(Decision::Say(items)) => items,
        _ => vec![Item::ClosedTraffic(side_in_force(s, record))],
    }
}

/// Answers a position report in the pattern: a landing clearance, a sequence number, or the next reporting point.
fn position(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if s.on_ground {
        return match s.phase {
            // A call without a message gets "go ahead" (AIM 4-2-3).
            Phase::HoldingShort if heard.intent == Intent::CheckIn && heard.slots.position.is_none() && heard.slots.runway.is_none() => {
                Decision::say([Item::GoAhead])
            }
            // Holding short for traffic: the runway is free now, or the reason is repeated.
            Phase::HoldingShort if !record.owed.is_empty() => still_short(s, record),
            // Words that nothing explains may be a reason to hold.
            Phase::HoldingShort if heard.loose > 0 => super::circumstances::when_ready(),
            Phase::HoldingShort => departure(s, record, heard),
            Phase::TaxiIn => clear_of_runway(s),
            _ => Decision::say([Item::Roger]),
        };
    }
    let said = heard.slots.position.as_deref().unwrap_or("");
    let leg = match s.phase {
        Phase::Downwind => Some(Leg::Downwind),
        Phase::Base => Some(Leg::Base),
        Phase::Final => Some(Leg::Final),
        Phase::Crosswind => Some(Leg::Crosswind),
        Phase::Departure | Phase::GoAround => Some(Leg::Upwind),
        _ => None,
    };
    // The pilot's report can be ahead of the track, so a later leg of the same pattern is believed.
    let leg = match (leg, said) {
        (Some(Leg::Upwind | Leg::Crosswind), "downwind") => Some(Leg::Downwind),
        (Some(Leg::Upwind | Leg::Crosswind | Leg::Downwind), "base") => Some(Leg::Base),
        (leg, _) => leg.or_else(|| said_leg(s, heard)),
    };
    if leg.is_none() {
        let turns = heard.remarks.has(Remark::Wishes) && heard.slots.side.is_some() && record.pattern_runway.is_none();
        return if let Some(way) =
            heard.remarks.out.as_ref().filter(|_| s.live && record.pattern_runway.is_none() && heard.slots.distance_nm.is_none())
        {
            Decision::say([way_out(way)])
        } else if let Some(side) = heard.slots.side.filter(|_| s.live && turns && heard.slots.position.is_none()) {
            Decision::say([Item::PatternWords(format!("{} turn approved", side.word()))])
        } else if said.is_empty() && heard.slots.distance_nm.is_none() {
            Decision::ask(Ask::Intentions)
        } else {
            inbound(s, record, heard)
        };
    }
    match leg {
        // Bound for another field, or departing: the aircraft leaves the pattern.
        Some(Leg::Crosswind | Leg::Upwind) if leaves(s, heard) => {
            let way = heard.slots.direction.clone().map_or_else(|| "on course".to_owned(), |d| format!("{d}bound"));
            Decision::say([Item::DepartureApproved(way)])
        }
        Some(Leg::Crosswind | Leg::Upwind) if s.live && heard.remarks.out.is_some() => {
            Decision::Say(heard.remarks.out.iter().map(way_out).collect())
        }
        Some(Leg::Crosswind | Leg::Upwind) => {
            let side = heard.slots.side.or(record.closed_traffic).unwrap_or(s.pattern);
            Decision::say([Item::Roger, Item::Report(ReportPoint::Midfield(Some(side)))])
        }
        _ => landing(s, record, heard, wanted(record, heard)),
    }
}

fn leaves(s: &Situation, heard: &Understanding) -> bool {
    let elsewhere = heard.slots.destination.as_deref().is_some_and(|d| d != s.icao);
    elsewhere || heard.slots.direction.is_some() && heard.remarks.has(Remark::Leaves)
}

/// Acknowledges a go-around, and gives the way back into the pattern.
fn go_around(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    // The side that was flown before stays, if the pilot names no other.
    let side = heard.slots.side.unwrap_or_else(|| side_in_force(s, record));
    if s.on_ground {
        return Decision::say([Item::Roger]);
    }
    let led = |i: &Item| matches!(i, Item::ClosedTraffic(_) | Item::RunwayHeading);
    let sent = |l: &crate::instruction::Instruction| l.from == s.facility && l.items.contains(&Item::GoAround) && l.items.iter().any(led);
    if s.live && record.last.as_ref().is_some_and(sent) {
        // The pilot reads back the go-around, which came with the way back.
        return Decision::Silent(Silence::ReadbackCorrect);
    }
    let looked_at = obstructs(s, heard).then(|| Item::Advice(INSPECTED.into()));
    let way = [Item::ClosedTraffic(side), Item::Report(ReportPoint::Midfield(Some(side)))];
    Decision::say([Item::Roger].into_iter().chain(looked_at).chain(way))
}

/// Whether the pilot reports an animal or an object on the runway.
fn obstructs(s: &Situation, heard: &Understanding) -> bool {
    let traffic = s.runway_for(heard.slots.runway).is_some_and(|r| s.occupant(r).is_some());
    s.live && heard.slots.topic == Some(Topic::Obstacle) && !traffic
}

/// Off the runway: contact Ground (7110.65 3-10-9). Still on it: exit first. Never on it: ask.
fn clear_of_runway(s: &Situation) -> Decision {
    // Somebody else has left the runway: an aircraft that holds for departure stays with the tower.
    if s.live && s.phase == Phase::HoldingShort {
        return Decision::say([Item::Roger]);
    }
    if s.on_runway || s.on_ground && !s.taxi_speed() {
        // Nobody changes the frequency on the landing roll.
        let ground = s.taxi_speed().then(|| s.contact(Facility::Ground));
        return Decision::Say([Item::Advice("exit the runway when able".into())].into_iter().chain(ground).collect());
    }
    if !s.on_ground {
        return Decision::ask(Ask::Position);
    }
    if s.station(Facility::Ground).is_some() { Decision::say([s.contact(Facility::Ground)]) } else { Decision::say([Item::Roger]) }
}

/// A transition through the airspace (7110.65 3-1): approved with traffic, at the present altitude.
fn transition(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let Ok(leave) = gate::admit(heard, record) else {
        return Decision::say([gate::question(Wish::Entry, None)]);
    };
    let bravo = s.airspace_ahead.as_deref().map(str::to_lowercase).is_some_and(|a| a.contains("class b") || a.contains("bravo"));
    let mut items = if bravo {
        let keep = heard.slots.altitude_ft.last().copied().or(s.altitude_ft).map(|a| (a + 50) / 100 * 100);
        let level = keep.map(|feet| Item::Altitude { way: crate::instruction::Climb::Maintain, feet, level: false });
        [clearances::through(&leave, "Bravo")].into_iter().chain(level).collect()
    } else {
        vec![clearances::transition(&leave)]
    };
    items.extend(s.traffic.as_ref().map(|t| Item::Traffic(t.words.clone())));
    items.extend(s.pressure());
    Decision::Say(items)
}

#[cfg(test)]
mod tests;
