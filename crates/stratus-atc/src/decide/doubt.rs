//! The question to ask if only one reader heard an intent, or the two readers disagree.

use super::{Decision, circumstances};
use crate::gate;
use crate::instruction::{Item, Wish};
use crate::intent::Understanding;
use crate::record::Record;
use crate::remark::Remark;
use crate::request::Request;
use crate::situation::Situation;

/// The question that states what one reader heard, if that reading needs confirmation.
pub(super) fn question(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let wish = gate::wish(heard.doubt?, s)?;
    // A request that names the airspace needs no question.
    if wish == Wish::Entry && heard.remarks.has(Remark::ThroughBravo) && gate::admit::<gate::Entry>(heard, record).is_ok() {
        return None;
    }
    if wish == Wish::Level && heard.remarks.has(Remark::OnTop) {
        return None;
    }
    if wish == Wish::Distress && record.emergency.is_some() {
        return None;
    }
    if gate::is_confirmed(wish, record, heard) {
        return None;
    }
    // The rules found the request, so it is answered, and no other reading needs confirmation.
    let other = |q: &Request| !matches!(q, Request::Level { .. } | Request::Approach { .. });
    if matches!(wish, Wish::Level | Wish::Approach) && heard.requests.iter().any(other) {
        return None;
    }
    // A level that the pilot names is checked against the terrain anyway.
    let named = |q: &Request| matches!(q, Request::Level { feet: Some(_), .. });
    if s.live && s.ifr && wish == Wish::Level && (!heard.slots.altitude_ft.is_empty() || heard.requests.iter().any(named)) {
        return None;
    }
    if wish == Wish::Landing && gate::asks_to_land(heard).is_some() {
        return None;
    }
    if wish == Wish::Landing && (gate::on_leg(record, s, heard).is_some() || gate::established(s, false).is_some()) {
        return None;
    }
    // An instrument flight is expected to ask for what was announced to it.
    let announced = super::instruments::arrival(s).is_some() && record.approach.is_some();
    let cleared = s.ifr && wish == Wish::IfrClearance && !s.on_ground;
    if cleared || announced && matches!(wish, Wish::Approach | Wish::Landing) {
        return None;
    }
    if wish == Wish::Takeoff {
        // Traffic comes first. A pilot who says that they are still waiting gets no question.
        let runway = s.runway_for(heard.slots.runway)?;
        let traffic =
            s.against_departure(runway).map(|t| t.words.clone()).or_else(|| Some(format!("{}, on the runway", s.occupant(runway)?)));
        if let Some(words) = traffic {
            return Some(Decision::say([Item::HoldShort { runway, at: None }, Item::Traffic(words)]));
        }
        if gate::waits(heard) {
            return Some(circumstances::when_ready());
        }
    }
    let runway = if matches!(wish, Wish::Takeoff | Wish::Landing) { s.runway_for(heard.slots.runway) } else { None };
    // A clearance without a readback is repeated, not questioned, as long as the runway is free.
    let cleared = |i: &Item| match wish {
        Wish::Takeoff => matches!(i, Item::ClearedForTakeoff { .. }),
        Wish::Landing => matches!(i, Item::Cleared(_)),
        _ => false,
    };
    let standing = record.pending.as_ref().filter(|p| p.instruction.items.iter().any(cleared) && p.instruction.from == s.facility);
    if let Some(p) = standing.filter(|_| runway.is_some_and(|r| !s.runway_blocked(r))) {
        return Some(Decision::Say(p.instruction.items.clone()));
    }
    Some(Decision::say([gate::question(wish, runway)]))
}
