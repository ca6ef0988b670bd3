//! Aircraft whose radio has failed, wholly or in part: an ident answers, and what a pilot transmits blind is taken (7110.65 10-4-4, AIM
//! 6-4-2).

use super::initiative::{Notice, Watch};
use super::{Decision, Outcome};
use crate::instruction::{Ask, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::{Facility, Squawk};

/// The question that an ident answers.
const IF_YOU_HEAR: &str = "if you hear me, ident";

fn observed() -> Item {
    Item::Advice("ident observed".into())
}

/// Whether the last transmission asked for an ident.
fn asked(r: &Record) -> bool {
    let asks = |i: &Item| matches!(i, Item::Ident) || matches!(i, Item::Advice(w) if w.contains("ident"));
    r.last.as_ref().is_some_and(|l| l.items.iter().any(asks))
}

/// An ident is seen: it identifies the aircraft, or shows that its pilot hears.
pub(super) fn ident(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let unit = s.facility.is_radar() || s.facility == Facility::Tower;
    if !s.ident || !unit || !asked(r) || w.told(Notice::Ident) {
        return None;
    }
    if s.transponder == Some(Squawk::RADIO_FAILURE) {
        return Some((Notice::Ident, [observed()].into_iter().chain(way_on(s)).collect()));
    }
    // An aircraft that shows another code than its own is not the one that was called.
    let own = s.assigned_squawk.is_none() || s.assigned_squawk == s.transponder;
    if s.facility.is_radar() && !r.radar && own && !s.on_ground {
        return Some((Notice::Ident, super::initiative::identified(s, r)));
    }
    Some((Notice::Ident, vec![observed()]))
}

/// Answers a special code that the pilot reports or that the situation states. In a live session the code is noticed once, when it first
/// appears.
pub(super) fn special_code(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let told = heard.slots.squawk.filter(|_| heard.has(Intent::SquawkReport));
    match s.transponder.filter(|_| !s.live).or(told).filter(|_| !s.on_ground && record.emergency.is_none())? {
        Squawk::HIJACK => Some(Decision::say([Item::Advice("verify squawking 7500".into())])),
        Squawk::EMERGENCY => Some(Decision::say([Item::Advice("you are squawking 7700".into()), Item::Ask(Ask::NatureOfEmergency)])),
        _ => None,
    }
}

/// What a pilot who only hears needs to know: the runway and the weather, and that the clearances come without a call.
fn way_on(s: &Situation) -> Vec<Item> {
    if s.facility != Facility::Tower || s.on_ground {
        return vec![Item::Advice("continue, ident to acknowledge".into())];
    }
    let runway = s.active.map(|x| Item::Advice(format!("runway {x} in use")));
    runway.into_iter().chain(s.wind()).chain(s.pressure()).chain([Item::Advice("ident to acknowledge".into())]).collect()
}

/// A blind transmission is answered, since its pilot may hear; nothing has to be said in return.
pub(super) fn blind(s: &Situation, r: &Record, heard: &Understanding, outcome: Outcome) -> Outcome {
    if !heard.remarks.has(Remark::TransmitsBlind) || heard.other_aircraft || heard.unsure_caller || !s.live {
        return outcome;
    }
    let said = match outcome.decision {
        Decision::Say(items) => items,
        Decision::Silent(Silence::NoController(why)) => return Decision::Silent(Silence::NoController(why)).into(),
        Decision::Silent(_) => Vec::new(),
    };
    let presses = |i: &Item| matches!(i, Item::Ask(_) | Item::ReadBack(_) | Item::Confirm { .. } | Item::GoAhead | Item::Roger);
    let rest = said.into_iter().filter(|i| !presses(i));
    let test = if s.ident { observed() } else { Item::Advice(IF_YOU_HEAR.into()) };
    let heard_it = asked(r) && !s.ident;
    Outcome { decision: Decision::say([Item::Roger].into_iter().chain(rest).chain((!heard_it).then_some(test))), ..outcome }
}
