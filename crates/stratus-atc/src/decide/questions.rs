//! Questions and requests that any flight may make and that change no clearance by themselves: sequence number, traffic, delays, an orbit,
//! another runway, a cancelled request.

use super::Decision;
use crate::act::Act;
use crate::clearances;
use crate::gate;
use crate::instruction::{Item, ReportPoint};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::request::{Expected, Request};
use crate::situation::Situation;
use crate::units::{Facility, Runway};

/// Within this distance of its destination, an arrival has a place in the sequence, nautical miles.
const SEQUENCE_NM: f64 = 40.0;

/// The answer, if the call is one of these.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let asks = |act: Act| heard.acts.contains(&act);
    // A question beside a request waits until that request has been answered.
    // "Any chance of three zero left" has the shape of a request for a level.
    let of_runway = matches!(heard.intent, Intent::AltitudeRequest | Intent::FrequencyChangeRequest)
        && heard.requests.iter().all(|q| matches!(q, Request::Runway { .. }));
    let alone = matches!(heard.intent, Intent::Unknown | Intent::CheckIn | Intent::PositionReport | Intent::Roger | Intent::PatternRequest)
        || of_runway && !heard.requests.is_empty();
    // At the stand, the delay comes before the push.
    let at_stand = s.live && s.phase == crate::phase::Phase::Parked && s.facility != Facility::Tower && asks(Act::Delay);
    let of_traffic = asks(Act::AskTraffic)
        && matches!(heard.intent, Intent::TrafficInSight | Intent::NegativeContact | Intent::FrequencyChangeRequest | Intent::SayAgain);
    // Only one reader heard a request for a level, in a question about traffic at that level.
    let of_traffic =
        of_traffic || asks(Act::AskTraffic) && heard.intent == Intent::AltitudeRequest && heard.doubt == Some(Intent::AltitudeRequest);
    if of_traffic && heard.intent != Intent::FrequencyChangeRequest {
        return Some(traffic(s));
    }
    if !alone && !at_stand {
        return None;
    }
    if asks(Act::Disregard) && heard.acts.iter().all(|a| matches!(a, Act::Disregard | Act::CheckIn | Act::Roger | Act::TrafficSeen)) {
        return Some(Decision::say([Item::Roger]));
    }
    let waits = heard.requests.iter().any(|q| matches!(q, Request::Expect { about: Expected::Delay }));
    if waits || asks(Act::Delay) {
        return Some(Decision::Say(delay(s)));
    }
    if asks(Act::AskTraffic) {
        // On the way in, the traffic that matters is the traffic ahead.
        let lands = s.facility == Facility::Tower && !s.on_ground && (r.pattern_runway.is_some() || r.closed_traffic.is_some());
        return Some(if lands { sequence(s, r) } else { traffic(s) });
    }
    // Far from its destination, a flight has no place in a sequence.
    let far = s.ifr && s.facility.is_radar() && s.arrival.as_ref().is_none_or(|a| a.distance_nm > SEQUENCE_NM);
    if asks(Act::Sequence) && !(s.live && far) {
        return Some(sequence(s, r));
    }
    let runway = heard.requests.iter().find_map(|q| if let Request::Runway { runway: Some(x) } = q { Some(*x) } else { None });
    if let Some(x) = runway.filter(|_| s.live && !s.ifr && (of_runway || heard.intent == Intent::Unknown)) {
        if s.facility == Facility::Ground && s.on_ground {
            let mut taxi = Understanding { intent: Intent::TaxiRequest, intents: vec![Intent::TaxiRequest], ..heard.clone() };
            taxi.slots.runway = Some(x);
            return Some(super::ground::decide(s, r, &taxi));
        }
        if s.facility.is_radar() && !s.on_ground {
            let free = s.known(x).is_some() && !s.is_closed(x) && super::visual::knows_the_runway(s, heard);
            let expect = Item::Advice(format!("expect runway {x}"));
            return Some(Decision::say([if free { expect } else { Item::Unable(format!("runway {x} not available")) }]));
        }
    }
    if s.facility != Facility::Tower {
        return None;
    }
    if asks(Act::Orbit) && !s.on_ground && !heard.remarks.has(Remark::OrbitDone) {
        let side = heard.slots.side.unwrap_or(s.pattern);
        let turn = s.region.orbit.replace("{side}", side.word());
        return Some(Decision::say([Item::PatternWords(turn), Item::Report(ReportPoint::Words("complete".into()))]));
    }
    heard.requests.iter().find_map(|q| if let Request::Runway { runway: Some(x) } = q { Some(other_runway(s, r, *x)) } else { None })
}

/// Reports traffic that affects this aircraft, or that there is none.
fn traffic(s: &Situation) -> Decision {
    Decision::Say(traffic_items(s))
}

/// As [`traffic`].
pub(super) fn traffic_items(s: &Situation) -> Vec<Item> {
    let flying = s.advisory.as_ref().map(|a| vec![Item::Traffic(a.words.clone()), Item::Height(a.feet)]);
    let field = || s.traffic.as_ref().map(|t| vec![Item::Traffic(t.words.clone())]);
    flying.or_else(field).unwrap_or_else(|| vec![Item::Advice("no reported traffic".into())])
}

/// The sequence number for the runway in use.
pub(super) fn sequence(s: &Situation, r: &Record) -> Decision {
    let Some(runway) = r.landing.map(|(x, _)| x).or_else(|| s.runway_for(None)) else { return traffic(s) };
    // Repeat an issued landing clearance, whether or not it was read back.
    let standing = r.landing.and_then(|(x, kind)| gate::standing(r).map(|leave| [Item::Runway(x), clearances::landing(&leave, kind)]));
    Decision::say([place(s, runway)].into_iter().chain(standing.into_iter().flatten()))
}

/// "Number 2, follow Cessna on base".
pub(super) fn place(s: &Situation, runway: Runway) -> Item {
    let mut before = s.before(runway);
    let number = u8::try_from(before.len() + 1).unwrap_or(u8::MAX);
    Item::Sequence { number, following: before.pop() }
}

/// Minutes per preceding aircraft: one landing or departure on a runway used by one aircraft at a time.
const EACH_MINUTES: usize = 2;

/// The expected delay, from the aircraft seen to use the runway first. Flow control is not known here.
pub(super) fn delay(s: &Situation) -> Vec<Item> {
    // The traffic of another field is not known here.
    let elsewhere = s.arrival.as_ref().is_some_and(|a| a.icao != s.icao);
    let Some(runway) = s.runway_for(None).filter(|_| !elsewhere) else { return vec![Item::Advice("no delay reported here".into())] };
    let before = s.before(runway).len() + usize::from(s.occupant(runway).is_some());
    let Some(minutes) = before.checked_mul(EACH_MINUTES).filter(|m| *m > 0) else {
        return vec![Item::Advice(format!("no delay expected for runway {runway}"))];
    };
    let who = if before == 1 { "1 aircraft".to_owned() } else { format!("{before} aircraft") };
    vec![Item::Advice(format!("expect {minutes} minutes delay, {who} before you"))]
}

/// Gives an arrival another runway if it exists and is free, and moves an existing landing clearance to it.
pub(super) fn other_runway(s: &Situation, r: &Record, wanted: Runway) -> Decision {
    let free = s.known(wanted).is_some() && !s.is_closed(wanted) && !s.runway_blocked(wanted);
    let against = s.active.is_some_and(|a| a == wanted.reciprocal());
    if !free || against {
        return Decision::say([Item::Unable(format!("runway {wanted} not available"))]);
    }
    let change = Item::ChangeRunway(wanted);
    let landing = r.landing.and_then(|(_, kind)| gate::standing(r).map(|leave| clearances::landing(&leave, kind)));
    match landing {
        Some(cleared) => Decision::say([change, Item::Runway(wanted), cleared]),
        None => Decision::say([change, Item::Report(ReportPoint::Words("final".into()))]),
    }
}
