//! Flights without a gyro: the controller starts and stops each turn, and gives no heading (7110.65 5-6-2 c).

use super::{Decision, Outcome};
use crate::gate;
use crate::instruction::{Ask, Item, Wish};
use crate::intent::Understanding;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;

/// A flight without a gyro hears when to start and stop each turn. The vectors begin at once, whatever else the call gets, and an aircraft
/// in cloud that has not declared an emergency is asked once (7110.65 5-6-2 c, 10-1-1).
pub(super) fn with_no_gyro(s: &Situation, r: &Record, heard: &Understanding, outcome: Outcome) -> Outcome {
    let asks = heard.remarks.has(Remark::NoGyro) && s.live && !heard.other_aircraft && !heard.unsure_caller;
    let Some(turn) = super::question::trouble::no_gyro(s, r).filter(|_| asks) else { return outcome };
    let said = match outcome.decision {
        Decision::Say(items) => items,
        Decision::Silent(_) => Vec::new(),
    };
    let first = said.is_empty().then_some(Item::Roger);
    let open = r.emergency.is_none() && !r.no_emergency && !r.no_gyro && !said.iter().any(|i| matches!(i, Item::RogerEmergency(_)));
    let ask = open.then(|| gate::question(Wish::Distress, None));
    let items = first.into_iter().chain(said).chain(turn).chain(ask).collect();
    Outcome { decision: Decision::Say(by_turns(r, items)), ..outcome }
}

/// An answer that leads by turns alone: no heading, no own navigation, and the question whether it is an emergency comes last.
pub(super) fn by_turns(r: &Record, items: Vec<Item>) -> Vec<Item> {
    let led = |i: &Item| matches!(i, Item::NoGyro | Item::StartTurn(_) | Item::StopTurn);
    if !items.iter().any(led) {
        return items;
    }
    let announced = r.approach.is_some();
    let turns = items.iter().any(|i| matches!(i, Item::StartTurn(_)));
    let replaced = |i: &Item| match i {
        Item::Approach { expect, .. } => announced && *expect,
        Item::Runway(_) => announced && !items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. } | Item::Cleared(_))),
        Item::Advice(w) if w == "fly straight ahead" => turns,
        Item::Advice(w) => w.ends_with("from the runway"),
        Item::Heading { .. } | Item::Direct(_) | Item::ResumeOwnNavigation | Item::UntilEstablished | Item::Report(_) => true,
        Item::Unable(_) | Item::Affirm => true,
        Item::Ask(a) => matches!(a, Ask::SayAgain | Ask::Request | Ask::Intentions | Ask::RequestedAltitude),
        _ => false,
    };
    let asks = |i: &Item| matches!(i, Item::Confirm { .. });
    let (last, rest): (Vec<Item>, Vec<Item>) = items.iter().filter(|i| !replaced(i)).cloned().partition(asks);
    let mut all: Vec<Item> = Vec::new();
    for item in rest.into_iter().chain(last) {
        let again = led(&item) && all.iter().any(|i| std::mem::discriminant(i) == std::mem::discriminant(&item));
        if !again && !all.contains(&item) {
            all.push(item);
        }
    }
    all
}

/// An aircraft without a gyro flies no heading: a turn that is begun, and ended in time, takes its place.
pub(super) fn without_headings(s: &Situation, r: &Record, items: Vec<Item>) -> Vec<Item> {
    if !r.no_gyro || s.on_ground {
        return items;
    }
    let turns = |i: Item| match i {
        Item::Heading { turn: Some(side), .. } => Some(Item::StartTurn(side)),
        Item::Heading { degrees, .. } => super::distress::side_to(s, degrees).map(Item::StartTurn),
        other => Some(other),
    };
    items.into_iter().filter_map(turns).collect()
}
