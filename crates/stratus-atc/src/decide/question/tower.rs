//! Subjects of a visual flight in the pattern, before takeoff and after landing. What is approved here is remembered in the record, and is
//! confirmed when the pilot asks again.

use super::{Matter, advice, of, pattern, unable};
use crate::clearances;
use crate::decide::{distress, leg, minima, questions, radar, tower, visual, zone};
use crate::gate;
use crate::hear::question::Form;
use crate::instruction::{Item, Leg, ReportPoint};
use crate::intent::Intent;
use crate::phase::Phase;
use crate::record::Owed;
use crate::remark::{Out, Remark};
use crate::units::region::filled;
use crate::units::{Facility, Side};

/// The height of a traffic pattern above the field, feet (AIM 4-3-3).
const PATTERN_HEIGHT_FT: f64 = 1_000.0;
/// A value this near to it is right, feet.
const SAME_HEIGHT_FT: i32 = 100;

/// The way out after takeoff or from the pattern, as the pilot asks for it (7110.65 3-9-10 note, 3-8-1). One that was approved is confirmed.
pub(super) fn departure_way(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if s.ifr || !m.tower() || matches!(s.phase, Phase::Base | Phase::Final | Phase::LandingRoll | Phase::TaxiIn) {
        return Vec::new();
    }
    let given = |i: &&Item| {
        matches!(i, Item::DepartureApproved(_)) || matches!(i, Item::PatternWords(w) if w.contains(" turn") && w.ends_with("approved"))
    };
    let standing = r.granted.iter().rev().find(given).cloned();
    let wished = wished_way(m);
    match (standing, m.form, wished) {
        // "Which was approved": the way in force.
        (Some(standing), Form::What | Form::Either, _) => vec![standing],
        (Some(standing), Form::Whether, wished) if wished.as_ref().is_none_or(|w| *w == standing) => vec![Item::Affirm, standing],
        // "Turn left or straight out": the choice is the pilot's own way on course.
        (None, Form::Either, _) => vec![Item::DepartureApproved("straight-out".into())],
        (_, _, Some(way)) => vec![way],
        (_, Form::Requests | Form::Whether, None) => vec![Item::DepartureApproved("on course".into())],
        _ => Vec::new(),
    }
}

/// The way out that the part names.
fn wished_way(m: &Matter) -> Option<Item> {
    let slots = &m.heard.slots;
    // "A downwind departure": along that leg of the pattern, on its side.
    if let Some(leg) = m.details.leg.filter(|leg| m.details.departs && matches!(leg, Leg::Downwind | Leg::Crosswind)) {
        let side = m.side().unwrap_or_else(|| m.pattern_side());
        return Some(Item::DepartureApproved(format!("{} {}", side.word(), leg.word())));
    }
    if m.details.straight && !m.details.both_sides && m.side().is_none() {
        return Some(Item::DepartureApproved("straight-out".into()));
    }
    if let Some(out) = &m.heard.remarks.out {
        return Some(leg::way_out(out));
    }
    if let Some(way) = slots.departure.as_ref().filter(|w| !w.contains("closed") && !w.contains("pattern")) {
        return Some(Item::DepartureApproved(way.trim_end_matches(" departure").to_owned()));
    }
    let out = Out { side: m.side(), to: slots.direction.clone() };
    (out != Out::default()).then(|| leg::way_out(&out))
}

/// The pattern is left: the way out is approved, and closed traffic is over.
pub(super) fn leave_pattern(m: &Matter) -> Vec<Item> {
    if !m.tower() || m.s.ifr {
        return Vec::new();
    }
    let way = wished_way(m).or_else(|| m.s.region.contact_is_entry.then(|| Item::DepartureApproved("on course".into())));
    let zone = || m.heard.remarks.point.as_ref().map(|p| pattern(format!("leave control zone via {p}")));
    match m.form {
        Form::What | Form::Either => departure_way(m),
        _ if m.s.on_ground && matches!(m.s.phase, Phase::TaxiIn | Phase::LandingRoll) => Vec::new(),
        _ => zone().or(way).map_or_else(|| vec![advice("leaving the circuit approved")], |way| vec![way]),
    }
}

/// The side of the pattern: the one in force, or the one that the pilot wants (7110.65 3-8-1). The published side is a habit, and the
/// controller may change it.
pub(super) fn pattern_side(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    // What a pilot says to Ground about the pattern is for the tower.
    let early = s.facility == Facility::Ground && m.form == Form::States;
    let here = s.facility.is_radar() && s.towered && visual::bound(s, m.heard) == visual::Bound::Here;
    if s.ifr || early || !m.of_field() && !here {
        return Vec::new();
    }
    let Some(runway) = m.runway() else { return Vec::new() };
    let force = m.pattern_side();
    let said = m.side();
    // An arrival that has yet to join enters the pattern; every other flight stays in it.
    let joins = !s.on_ground && !m.in_circuit() && r.closed_traffic.is_none() && r.landing.is_none();
    let way = |side: Side| match (!joins, s.facility.is_radar()) {
        (_, true) => advice(format!("expect {} traffic runway {runway}", side.word())),
        (true, _) if s.facility == Facility::Ground => advice(format!("{} hand circuits runway {runway}", side.word())),
        (true, _) => Item::ClosedTraffic(side),
        (false, _) if m.wants() => Item::Enter(side, Leg::Downwind),
        (false, _) => pattern(format!("{} {}", side.word(), r.enters.unwrap_or(Leg::Downwind).word())),
    };
    let named = |item: &Item| (!matches!(item, Item::Advice(_))).then_some(Item::Runway(runway));
    let item = match (m.form, said) {
        (Form::Requests | Form::States, Some(side)) if m.tower() => way(side),
        _ => way(force),
    };
    let first = match (m.form, said) {
        (Form::Whether, Some(side)) => Some(if side == force { Item::Affirm } else { Item::Negative }),
        _ => None,
    };
    let runway = named(&item);
    first.into_iter().chain([item]).chain(runway).collect()
}

/// The height of the pattern: 1,000 feet above the field (AIM 4-3-3). A value that the pilot names is confirmed or corrected.
pub(super) fn pattern_height(m: &Matter) -> Vec<Item> {
    let Some(elevation) = m.s.elevation_ft else { return unable("the pattern altitude is not known here") };
    let feet = ((elevation + PATTERN_HEIGHT_FT) / 100.0).round() as i32 * 100;
    let item = advice(format!("pattern altitude {} feet", radar::grouped(feet)));
    match m.heard.slots.altitude_ft.last() {
        Some(said) if m.form != Form::States => {
            let right = (said - feet).abs() <= SAME_HEIGHT_FT;
            [if right { Item::Affirm } else { Item::Negative }, item].into()
        }
        _ => vec![item],
    }
}

/// A short approach: approved without traffic ahead (7110.65 3-10-11), with the landing clearance where one is due.
pub(super) fn short_approach(m: &Matter) -> Vec<Item> {
    if m.s.ifr || !m.tower() {
        return if m.visual() && m.s.facility.is_radar() { unable("that is up to the tower") } else { Vec::new() };
    }
    if let Some(again) = m.confirmed("short approach") {
        return again;
    }
    if m.s.phase == Phase::Final {
        return unable("you are on final");
    }
    let runway = m.runway();
    if let Some(ahead) = runway.and_then(|x| m.s.before(x).pop()).filter(|_| !m.s.on_ground) {
        return vec![Item::Unable("short approach due to traffic".into()), Item::Traffic(ahead)];
    }
    vec![pattern("short approach approved")]
}

/// A longer downwind or final.
pub(super) fn extend(m: &Matter) -> Vec<Item> {
    if !(m.tower() && m.visual()) {
        return if m.visual() { own_way(m) } else { Vec::new() };
    }
    if m.r.owed.contains(&Owed::Base) {
        return vec![pattern("extend downwind, I will call your base")];
    }
    // A choice between the extension and the base turn: the base turn answers it.
    if m.form == Form::Either {
        return turn_base(m);
    }
    if let Some(again) = m.confirmed("extended") {
        return again;
    }
    vec![pattern("extended downwind approved"), Item::Report(ReportPoint::Leg(None, Leg::Base))]
}

/// A full turn, or orbits over a place: not on final, and not inside class B without a clearance.
pub(super) fn orbit(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if s.on_ground || s.ifr {
        return Vec::new();
    }
    if m.told(Remark::OrbitDone) || m.details.ends && m.form == Form::States {
        return vec![Item::Roger];
    }
    if m.tower() && s.phase == Phase::Final {
        return unable("orbit on final, go around if you cannot land");
    }
    if let Some(again) = m.confirmed("orbit") {
        return again;
    }
    let side = m.side().unwrap_or(s.pattern);
    let done = Item::Report(ReportPoint::Words("complete".into()));
    if m.tower() && in_sequence(m) {
        return vec![pattern(filled(s.region.orbit, &[("side", side.word())])), done];
    }
    // The way into class B is cleared first.
    if m.details.bravo && !r.bravo {
        return Vec::new();
    }
    if visual::inside_b(s) && !r.bravo {
        let name = s.airspace.as_ref().map_or_else(String::new, |a| a.name.clone());
        return vec![
            Item::Unable("orbits in Bravo airspace without a clearance".into()),
            Item::RemainOutside(format!("{name} Bravo airspace")),
        ];
    }
    let keeps = r.bravo.then_some(r.altitude_ft).flatten();
    let keeps = keeps.map(|feet| Item::Altitude { way: crate::instruction::Climb::Maintain, feet, level: false });
    [pattern(format!("{} orbits approved", side.word()))].into_iter().chain(keeps).chain([done]).collect()
}

/// The aircraft is in the pattern, or about to join it.
fn in_sequence(m: &Matter) -> bool {
    m.in_circuit() || m.r.pattern_runway.is_some() || m.r.closed_traffic.is_some()
}

/// Who calls the base turn: the controller only if that was promised, else the pilot behind the traffic.
pub(super) fn turn_base(m: &Matter) -> Vec<Item> {
    if !m.tower() || !m.visual() || m.s.phase == Phase::Final {
        return Vec::new();
    }
    if m.r.owed.contains(&Owed::Base) {
        return vec![pattern("extend downwind, I will call your base")];
    }
    match m.runway().and_then(|x| m.s.before(x).pop()) {
        Some(ahead) => vec![advice("turn base behind the traffic"), Item::Traffic(ahead)],
        None => vec![advice("base turn at your discretion")],
    }
}

/// The place in the sequence.
pub(super) fn sequence(m: &Matter) -> Vec<Item> {
    match m.s.on_ground {
        true if m.of_field() => questions::delay(m.s),
        false if m.tower() => of(questions::sequence(m.s, m.r)),
        _ => Vec::new(),
    }
}

/// Another kind of landing: the clearance in force is reissued for it, else it comes with the clearance (7110.65 3-8-1).
pub(super) fn landing_kind(m: &Matter) -> Vec<Item> {
    if m.s.on_ground || m.s.ifr || !m.tower() {
        return Vec::new();
    }
    let named = m.heard.slots.landing;
    let standing = m.r.landing.and_then(|(x, kind)| gate::standing(m.r).map(|leave| (x, kind, leave)));
    match (standing, named) {
        (Some((x, kind, leave)), named) if !m.s.runway_blocked(x) => {
            let wanted = named.filter(|_| m.wants()).unwrap_or(kind);
            let yes = (m.form == Form::Whether && named.is_none_or(|n| n == kind)).then_some(Item::Affirm);
            yes.into_iter().chain([Item::Runway(x), clearances::landing(&leave, wanted)]).collect()
        }
        (None, Some(_)) => vec![Item::Roger],
        _ => Vec::new(),
    }
}

/// Another circuit: on the side in force, or on the side that the pilot names.
pub(super) fn another_circuit(m: &Matter) -> Vec<Item> {
    if m.s.ifr || !m.tower() || m.s.on_ground && !matches!(m.s.phase, Phase::LandingRoll | Phase::TakeoffRoll | Phase::HoldingShort) {
        return Vec::new();
    }
    if let Some(weather) = minima::refusal(m.s, m.r) {
        return weather;
    }
    let side = m.side().unwrap_or_else(|| m.pattern_side());
    let runway = m.runway().map(Item::Runway);
    [Item::ClosedTraffic(side)].into_iter().chain(runway).collect()
}

/// The way into the pattern in the words of the region (7110.65 3-10-1; overhead join and reporting points elsewhere).
pub(super) fn join(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if s.on_ground || s.ifr {
        return Vec::new();
    }
    if s.facility.is_radar() {
        return super::flight::to_the_tower(m);
    }
    // In the pattern the aircraft has joined.
    if !m.tower() || m.in_circuit() {
        return Vec::new();
    }
    let straight = m.details.straight;
    if straight && m.form == Form::Whether && r.granted.contains(&Item::StraightIn) {
        return vec![Item::Affirm, Item::StraightIn];
    }
    if m.told(Remark::JoinsOverhead)
        && let Some(decision) = zone::decide(s, r, &m.as_intent(Intent::InboundLanding))
    {
        return of(decision);
    }
    // "How do you want us to join": the way that was given, else the one for this side of the field.
    let given = r.joins.zip(r.pattern_runway).filter(|_| !m.wants());
    if let Some((side, runway)) = given {
        return vec![Item::Enter(side, r.enters.unwrap_or(Leg::Downwind)), Item::Runway(runway)];
    }
    if m.details.leg == Some(Leg::Base) && m.form != Form::What {
        return base_entry(m);
    }
    match straight && (m.wants() || m.form == Form::Whether) {
        true => of(tower::straight_in(s, r, m.heard)),
        false => of(tower::inbound(s, r, m.heard)),
    }
}

/// An entry on base: on the side of the pattern, behind no other traffic. On the other side, the pattern in use stands.
fn base_entry(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    let Some(runway) = s.runway_for(m.heard.slots.runway.or(r.pattern_runway)) else { return Vec::new() };
    if let Some(weather) = minima::refusal(s, r) {
        return weather;
    }
    let side = m.side().unwrap_or_else(|| m.pattern_side());
    let why = if let Some(ahead) = s.before(runway).pop() {
        Some(vec![Item::Unable(format!("{} base due to traffic", side.word())), Item::Traffic(ahead)])
    } else {
        let other = side != m.pattern_side();
        other.then(|| vec![Item::Unable(format!("{} base, {} traffic in use", side.word(), m.pattern_side().word()))])
    };
    match why {
        Some(why) => {
            let stays = [Item::Enter(m.pattern_side(), Leg::Downwind), Item::Runway(runway), Item::Report(ReportPoint::Midfield(None))];
            why.into_iter().chain(stays).collect()
        }
        None => vec![Item::Enter(side, Leg::Base), Item::Runway(runway), Item::Report(ReportPoint::MileLeg(2, Some(side), Leg::Base))],
    }
}

/// Whether landing is cleared: the clearance in force, or that there is none yet (7110.65 3-10-5).
pub(super) fn landing_clearance(m: &Matter) -> Vec<Item> {
    if m.s.on_ground || !m.tower() {
        return Vec::new();
    }
    if let Some(items) = leg::standing_landing(m.r) {
        let yes = (m.form == Form::Whether).then_some(Item::Affirm);
        return yes.into_iter().chain(items).collect();
    }
    if !in_sequence(m) && !m.s.ifr {
        return Vec::new();
    }
    // On the way to the runway the question is the request, and passes the gate.
    match gate::asks_to_land(m.heard).filter(|_| crate::decide::in_pattern(m.s.phase)) {
        Some(leave) => of(tower::landing_for(m.s, m.r, m.heard, tower::wanted(m.r, m.heard), Some(leave))),
        None if m.s.phase == Phase::Final => vec![Item::Negative, Item::Continue],
        None => vec![Item::Negative, Item::Report(ReportPoint::Leg(None, Leg::Final))],
    }
}

/// Whether takeoff is cleared: nothing here clears it, and what is in force is confirmed (7110.65 3-9-10).
pub(super) fn takeoff_clearance(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground || !m.tower() {
        return Vec::new();
    }
    if let Some(runway) = m.r.takeoff {
        return vec![Item::Affirm, advice(format!("you are cleared for takeoff runway {runway}"))];
    }
    let Some(runway) = m.runway() else { return Vec::new() };
    let there = m.s.in_the_way(runway).map(Item::Traffic);
    let stay = if m.s.on_runway { Item::HoldPosition } else { Item::HoldShort { runway, at: None } };
    [Item::Negative, stay].into_iter().chain(there).collect()
}

/// After the landing: the exit, its side, and the time on the runway (7110.65 3-10-9). A long roll is refused in front of traffic.
pub(super) fn rollout(m: &Matter) -> Vec<Item> {
    if !m.tower() || !(m.s.on_runway || m.r.landing.is_some() || m.r.pattern_runway.is_some() || crate::decide::in_pattern(m.s.phase)) {
        return Vec::new();
    }
    let behind = m.s.on_ground && m.runway().is_some_and(|x| m.s.pressed(x));
    if behind {
        return vec![Item::Unable("due to traffic on final".into()), advice("exit the runway when able")];
    }
    if let Some(again) = m.confirmed("exit ").filter(|_| m.form == Form::Whether) {
        return again;
    }
    // "Right downwind, request a long landing": that side is of the leg.
    let side = m.side().filter(|_| m.details.leg.is_none());
    match (m.form, side) {
        (Form::What, _) => vec![advice(format!("{} at your discretion", off(m)))],
        (Form::Either, None) => vec![advice(format!("{} at your discretion, either side", off(m)))],
        (_, Some(side)) => vec![pattern(format!("exit {} approved", side.word()))],
        _ => vec![advice("approved as requested")],
    }
}

/// The word for leaving the runway (7110.65 3-10-9; ICAO Doc 4444 12.3.4.15).
fn off(m: &Matter) -> &'static str {
    if m.s.region.contact_is_entry { "exit" } else { "vacate" }
}

/// The tower's look at the aircraft: a simulator shows nobody the gear.
pub(super) fn gear_look(m: &Matter) -> Vec<Item> {
    let mut asks = m.heard.clone();
    asks.intent = Intent::Unknown;
    asks.remarks.tell(Remark::GearLook);
    distress::gear_look(m.s, &asks).map(of).unwrap_or_default()
}

/// What follows a go-around: the way back into the pattern on the side in force.
pub(super) fn go_around_next(m: &Matter) -> Vec<Item> {
    if m.s.on_ground || !m.tower() {
        return Vec::new();
    }
    match m.s.ifr {
        true => tower::after_going_around(m.s, m.r),
        false => {
            let side = m.side().unwrap_or_else(|| m.pattern_side());
            vec![Item::ClosedTraffic(side), Item::Report(ReportPoint::Midfield(Some(side)))]
        }
    }
}

/// A manoeuvre of a visual flight outside any pattern.
fn own_way(m: &Matter) -> Vec<Item> {
    if m.form == Form::States { Vec::new() } else { vec![advice("approved as requested"), advice("maintain VFR")] }
}
