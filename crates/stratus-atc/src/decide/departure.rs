//! Departures from the tower's runways: the takeoff clearance, "line up and wait", and a hold short with its reason.

use super::{Decision, in_pattern, minima};
use crate::act::Act;
use crate::gate::Admitted;
use crate::instruction::{Ask, Item, ReportPoint, Wish};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::{Owed, Record};
use crate::silence::Silence;
use crate::situation::Situation;
use crate::surface::Doing;
use crate::units::{Facility, Runway};
use crate::{clearances, gate};

/// A takeoff clearance (7110.65 3-9-10), a line up and wait (3-9-4), or a hold short with the reason.
pub(super) fn departure(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    departure_for(s, record, heard, gate::admit(heard, record))
}

/// The takeoff that is owed: the clearance once the runway is free, "line up and wait" before that where there is room behind the aircraft
/// that uses it. `None` until then.
pub(super) fn owed(s: &Situation, record: &Record) -> Option<Vec<Item>> {
    let runway = record.owed.iter().find_map(|o| if let Owed::Takeoff(r) = o { Some(*r) } else { None })?;
    let waits = matches!(s.phase, Phase::HoldingShort | Phase::LineUpAndWait) || s.surface.nears == Some(runway);
    let leave = gate::put_off(record, runway).filter(|_| waits)?;
    match departure_for(s, record, &Understanding::default(), Ok(leave)) {
        Decision::Say(items) if items.iter().any(gate::is_takeoff) => Some(items),
        Decision::Say(items) if record.lined_up.is_none() && items.contains(&Item::LineUpAndWait) => Some(items),
        _ => None,
    }
}

/// Like [`departure`], for a call with or without a confirmed request.
fn departure_for(
    s: &Situation,
    record: &Record,
    heard: &Understanding,
    admitted: Result<Admitted<gate::Takeoff>, gate::Doubt>,
) -> Decision {
    if !s.on_ground {
        // An aircraft in the air gets no takeoff clearance. One that leaves the pattern gets its departure approved.
        return match heard.slots.direction.clone().filter(|_| in_pattern(s.phase) && heard.intent == Intent::TakeoffRequest) {
            Some(way) => Decision::say([Item::DepartureApproved(way)]),
            None => Decision::ask(Ask::Position),
        };
    }
    let Some(runway) = s.runway_for(heard.slots.runway.or(record.taxi)) else {
        return Decision::ask(Ask::Runway);
    };
    if s.is_closed(runway) {
        return Decision::say([Item::HoldPosition, Item::Advice(format!("runway {runway} is closed")), Item::Ask(Ask::Intentions)]);
    }
    let pad = matches!(s.phase, Phase::Parked | Phase::PushedBack) && super::topics::helicopter(s);
    if pad && minima::refusal(s, record).is_none() {
        // From a pad that the tower may not see (7110.65 3-11-2).
        return Decision::Say(s.wind().into_iter().chain([Item::Advice("proceed as requested, use caution".into())]).collect());
    }
    // A pilot who comes to the line as the first in the queue need not stop there.
    let at_runway = matches!(s.phase, Phase::HoldingShort | Phase::LineUpAndWait | Phase::AwaitingReadback)
        || s.on_runway
        || s.surface.nears == Some(runway);
    if !at_runway {
        return match s.phase {
            Phase::Parked | Phase::PushedBack if s.station(Facility::Ground).is_some() => Decision::say([s.contact(Facility::Ground)]),
            Phase::TakeoffRoll => Decision::Silent(Silence::TakeoffRoll),
            _ => Decision::say([
                Item::HoldShort { runway, at: None },
                Item::Report(ReportPoint::Words(format!("when holding short of runway {runway}"))),
            ]),
        };
    }
    // The opposite end of the same runway counts only if no other end is in use.
    let this_strip = |here: Runway| here == runway || here == runway.reciprocal() && s.active.is_none_or(|a| a == runway);
    if s.surface.nears != Some(runway) && s.runway_here.is_some_and(|here| !this_strip(here)) {
        // Position data is more reliable than the pilot's words here.
        return Decision::say([Item::HoldPosition, Item::Ask(Ask::VerifyPosition)]);
    }
    // An aircraft on the runway cannot hold short of it.
    let stay = if s.on_runway { Item::HoldPosition } else { Item::HoldShort { runway, at: None } };
    let at = match intersection(s, heard, runway) {
        Ok(at) => at,
        Err(refusal) => return refusal,
    };
    let sky = minima::refusal(s, record);
    if let Some(words) = in_front(s, runway) {
        let behind = admitted.as_ref().ok().filter(|_| sky.is_none()).and_then(|leave| line_up(s, runway, leave, at.as_ref()));
        return behind.map_or_else(|| Decision::say([stay, Item::Traffic(words)]), Decision::Say);
    }
    if let Some(weather) = sky {
        return Decision::say([Item::HoldShort { runway, at: None }].into_iter().filter(|_| !s.on_runway).chain(weather));
    }
    let leave = match admitted {
        Ok(leave) => leave,
        Err(doubt) if doubt.waits() => return super::circumstances::when_ready(),
        Err(_) => return Decision::say([gate::question(Wish::Takeoff, Some(runway))]),
    };
    // "Can we line up": the takeoff clearance follows.
    let only_up = heard.acts.contains(&Act::LineUp) && !heard.acts.iter().any(|a| matches!(a, Act::Ready | Act::TakeOff));
    if only_up && s.live && !s.on_runway && s.against_waiting(runway).is_none() {
        return Decision::Say(on_the_line(runway, &leave, at.as_ref()));
    }
    let mut items = vec![];
    items.extend(super::tower::wind_unless_known(s, record, heard));
    items.extend(at.as_ref().map(|at| Item::Advice(format!("intersection departure, {}", at.length))));
    let at = at.and_then(|at| at.name);
    if s.live && s.ifr {
        // Without a departure procedure, fly runway heading until radar takes over (7110.65 5-8-2).
        items.extend(record.departure.is_none().then_some(Item::RunwayHeading));
        items.push(Item::Runway(runway));
        items.push(clearances::takeoff(&leave, at));
        return Decision::Say(items);
    }
    items.push(Item::Runway(runway));
    items.push(clearances::takeoff(&leave, at));
    // Traffic on a longer final does not block the departure, but the pilot hears about it (7110.65 2-1-21).
    items.extend(s.on_final(runway).map(|t| Item::Traffic(t.words.clone())));
    let wish = super::leg::wished(s, record, heard);
    // Where visual flights leave by reporting points, the way out comes with the clearance.
    let point = heard.remarks.point.as_ref().filter(|_| s.live && s.region.circuit_joins.contains(&"reporting points"));
    match point {
        Some(point) => items.push(Item::PatternWords(format!("leave control zone via {point}"))),
        None => items.extend(after_takeoff(s, heard, wish)),
    }
    Decision::Say(items)
}

/// What prevents a takeoff now: inbound traffic, an aircraft on the runway, or traffic on a runway that crosses it (7110.65 3-9-8).
fn in_front(s: &Situation, runway: Runway) -> Option<String> {
    let inbound = s.against_departure(runway).map(|t| t.words.clone());
    inbound.or_else(|| s.occupant(runway).map(|who| format!("{who}, on the runway"))).or_else(|| s.crossing_traffic(runway))
}

/// The intersection of a departure.
struct Intersection {
    name: Option<String>,
    /// The remaining length, in words.
    length: String,
}

/// The intersection from which the aircraft departs: the one that the pilot names, else the one where it holds. One that the chart does not
/// have is refused, so that no aircraft begins where the controller does not expect it (7110.65 3-7-1 c).
fn intersection(s: &Situation, heard: &Understanding, runway: Runway) -> Result<Option<Intersection>, Decision> {
    let named = heard.slots.location.as_ref();
    if let Some((name, length)) = named.and_then(|n| s.intersections.get_key_value(n)) {
        return Ok(Some(Intersection { name: Some(name.clone()), length: length.clone() }));
    }
    let charted = !s.intersections.is_empty() || !s.surface.full_length.is_empty();
    let sign = |n: &&String| n.len() <= 3 && n.starts_with(|c: char| c.is_ascii_uppercase());
    if let Some(name) = named.filter(sign).filter(|n| s.live && charted && !s.surface.full_length.contains(n)) {
        let stay = if s.on_runway { Item::HoldPosition } else { Item::HoldShort { runway, at: None } };
        return Err(Decision::say([
            stay,
            Item::Unable(format!("intersection {name} is not on the chart")),
            Item::Ask(Ask::VerifyPosition),
        ]));
    }
    let here = s.surface.intersection.as_ref().filter(|_| !s.on_runway);
    Ok(here.map(|(name, feet)| Intersection { name: name.clone(), length: crate::surface::available(s.region, *feet) }))
}

/// "Runway 28L, line up and wait".
fn on_the_line(runway: Runway, leave: &Admitted<gate::Takeoff>, at: Option<&Intersection>) -> Vec<Item> {
    let at = at.and_then(|at| at.name.as_ref()).map(|name| Item::Advice(format!("at {name}")));
    [Item::Runway(runway)].into_iter().chain(at).chain([clearances::line_up(leave)]).collect()
}

/// "Line up and wait" behind the only aircraft on the runway, if it moves away and nobody is near on final (7110.65 3-9-4). Where
/// conditional clearances are used, also behind the aircraft that is next to land, or that still waits on the line.
fn line_up(s: &Situation, runway: Runway, leave: &Admitted<gate::Takeoff>, at: Option<&Intersection>) -> Option<Vec<Item>> {
    if s.on_runway || !s.live || s.crossing_traffic(runway).is_some() {
        return None;
    }
    let up = on_the_line(runway, leave, at);
    let conditional = s.region.conditional_clearances && s.visibility_sm().is_none_or(|v| v >= s.region.vfr_visibility_miles);
    let behind = |who: String| [Item::Condition(who)].into_iter().chain(up.clone()).collect();
    let leader = s.surface.leader(runway);
    if s.occupant(runway).is_none() {
        let next = s.next_to_land(runway).filter(|_| conditional)?;
        let who = next.words.split(" on ").next().unwrap_or_default();
        return Some(behind(format!("behind the landing {who}")));
    }
    let leader = leader.filter(|_| s.against_waiting(runway).is_none())?;
    let who = &leader.name;
    let words = match leader.doing {
        Doing::Waits => return conditional.then(|| behind(format!("behind the departing {who}"))),
        Doing::Departs => format!("{who} departing"),
        Doing::Lands => format!("{who} on the landing roll"),
    };
    // The next arrival is still far out, and the pilot hears of it.
    let next = s.on_final(runway).map(|t| Item::Traffic(t.words.clone()));
    Some(up.into_iter().chain([Item::Traffic(words)]).chain(next).collect())
}

pub(super) fn pattern_from_ground(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if s.phase == Phase::HoldingShort || s.phase == Phase::LineUpAndWait {
        departure(s, record, heard)
    } else if s.station(Facility::Ground).is_some() {
        Decision::say([s.contact(Facility::Ground)])
    } else {
        Decision::ask(Ask::Position)
    }
}

/// What follows the takeoff: closed traffic on the published side, or approval of what the pilot requested.
pub(super) fn after_takeoff(s: &Situation, heard: &Understanding, wish: Option<String>) -> Option<Item> {
    let out = heard.remarks.out.as_ref().map(crate::remark::Out::words);
    // "Right turn out": a turn on the way out is not a circuit.
    let circuit = heard.has(Intent::PatternRequest) && out.is_none();
    // The whole way out says more than the turn alone.
    let named = heard.slots.departure.clone().filter(|w| out.is_none() || !w.ends_with("turnout"));
    let wish = named.or(out).or(wish);
    let closed = circuit || wish.as_deref().is_some_and(|w| w.contains("closed") || w.contains("pattern"));
    if closed {
        return Some(Item::ClosedTraffic(heard.slots.side.unwrap_or(s.pattern)));
    }
    if let (None, Some(side)) = (wish.as_ref().filter(|w| !w.is_empty()), heard.slots.side) {
        // Approve a requested turn (7110.65 3-9-10).
        let on = heard.slots.direction.as_ref().map_or_else(String::new, |d| format!(" {d}bound"));
        return Some(Item::PatternWords(format!("{} turn{on} approved", side.word())));
    }
    wish.filter(|w| !w.is_empty()).map(|w| {
        let w = w.trim_end_matches(" departure").replace("turnout", "turn");
        if w.contains(" turn") { Item::PatternWords(format!("{w} approved")) } else { Item::DepartureApproved(w) }
    })
}

/// A pilot who holds short for traffic calls again.
pub(super) fn still_short(s: &Situation, record: &Record) -> Decision {
    if let Some(items) = owed(s, record) {
        return Decision::Say(items);
    }
    let runway = s.runway_for(None);
    let traffic = runway.and_then(|r| s.in_the_way(r).or_else(|| s.against_departure(r).map(|t| t.words.clone())));
    Decision::Say(runway.map(|r| Item::HoldShort { runway: r, at: None }).into_iter().chain(traffic.map(Item::Traffic)).collect())
}

/// A pilot who was told to hold short for traffic calls again. The takeoff request has already been accepted, so only the state of the
/// runway matters.
pub(super) fn waits_at_runway(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let owed = record.owed.iter().any(|o| matches!(o, Owed::Takeoff(_)));
    let asks = matches!(heard.intent, Intent::DepartureReady | Intent::TakeoffRequest | Intent::PositionReport | Intent::CheckIn);
    let waits = owed && asks && s.live && s.facility == Facility::Tower && s.phase == Phase::HoldingShort;
    (waits && !heard.slots.not_ready && !heard.slots.crossing && !gate::waits(heard)).then(|| still_short(s, record))
}
