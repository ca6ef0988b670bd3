//! Side questions: the pressure, the wind or the current information, in a call that also does something else. The main decision stands,
//! and the answers follow it.

use super::instruments::{approach_for, arrival, gives_approach};
use super::{Decision, Outcome, reply};
use crate::act::Act;
use crate::instruction::{Ask, Item};
use crate::intent::{Intent, Understanding};
use crate::record::{OBSTRUCTED, Record};
use crate::remark::Remark;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::Facility;

/// Adds the answers to the questions that the decision leaves open.
pub(super) fn answered(s: &Situation, r: &Record, heard: &Understanding, outcome: Outcome) -> Outcome {
    let stranger = heard.other_aircraft || heard.unsure_caller;
    if stranger || matches!(s.facility, Facility::Ctaf | Facility::Atis) {
        return outcome;
    }
    let said: &[Item] = match &outcome.decision {
        Decision::Say(items) => items,
        Decision::Silent(Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign | Silence::NoReadbackDue | Silence::NotDue) => &[],
        Decision::Silent(_) => return outcome,
    };
    // A question or a correction comes alone: what the pilot must answer first is not buried.
    let open = |i: &Item| matches!(i, Item::Negative | Item::Confirm { .. } | Item::Unable(_) | Item::GoAround | Item::Stop);
    if said.iter().any(open) {
        return outcome;
    }
    // An aircraft in distress gets the facts that it asks for, and nothing else.
    let mut answers = if r.emergency.is_some() { Vec::new() } else { answers(s, r, heard, said) };
    answers.extend(super::facts::answers(s, r, heard, said).into_iter().filter(|i| !said.contains(i)));
    let named = with_named_approach(s, r, heard, said).filter(|_| r.emergency.is_none());
    if let Some(items) = named {
        return Outcome { decision: Decision::Say(items.into_iter().chain(answers).collect()), ..outcome };
    }
    if answers.is_empty() {
        return if r.emergency.is_some() { outcome } else { with_way_out(s, r, heard, outcome) };
    }
    // "Say again" is not the answer to a question that was understood.
    let rest = said.iter().filter(|i| !matches!(i, Item::Ask(Ask::SayAgain | Ask::Request | Ask::Runway | Ask::Intentions))).cloned();
    let items = rest.chain(answers).collect();
    Outcome { decision: Decision::Say(items), ..outcome }
}

/// The approach that the pilot names beside anything else: "ILS two left, and what is the weather". `said` is the answer so far; the result
/// replaces it.
fn with_named_approach(s: &Situation, r: &Record, heard: &Understanding, said: &[Item]) -> Option<Vec<Item>> {
    let a = arrival(s).filter(|a| s.facility.is_radar() && gives_approach(s, a) && r.emergency.is_none())?;
    let kind = heard.slots.approach.as_ref()?;
    let same = |k: &str| k.to_lowercase().starts_with(&kind.to_lowercase()) || kind.eq_ignore_ascii_case(k);
    let cleared = r.approach.as_ref().is_some_and(|(k, cleared)| *cleared || same(k));
    let told =
        said.iter().any(|i| matches!(i, Item::Approach { kind, .. } if same(kind)) || matches!(i, Item::Approach { expect: false, .. }));
    let refused = said.iter().any(|i| matches!(i, Item::Unable(_) | Item::Negative));
    if cleared || told || refused || r.missed {
        return None;
    }
    let Decision::Say(named) = approach_for(s, r, a, Some(kind.clone()), heard.slots.runway, false) else { return None };
    let at = said.iter().position(|i| matches!(i, Item::Approach { .. }));
    let rest = said.iter().enumerate().filter(|(n, _)| at.is_none_or(|at| *n != at && *n != at + 1)).map(|(_, i)| i.clone());
    let rest: Vec<Item> = rest.filter(|i| !matches!(i, Item::Ask(_))).collect();
    let added = named.into_iter().filter(|i| matches!(i, Item::Unable(_) | Item::Approach { .. } | Item::Runway(_)));
    Some(rest.iter().cloned().chain(added).collect())
}

/// The approval of a way out beside a readback that is settled.
fn with_way_out(s: &Situation, r: &Record, heard: &Understanding, outcome: Outcome) -> Outcome {
    // An item of the readback is still missing: it is asked for after the approval.
    let missing = matches!(&outcome.decision, Decision::Say(items) if matches!(items.as_slice(), [Item::ReadBack(_)]));
    let settled = missing
        || matches!(
            outcome.decision,
            Decision::Silent(Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign | Silence::NoReadbackDue)
        )
        || matches!(&outcome.decision, Decision::Say(items) if items.as_slice() == [Item::ReadbackCorrect]);
    match unapproved_way_out(s, r, heard).filter(|_| s.live && settled) {
        Some(way) => Outcome { decision: Decision::say([way].into_iter().chain(said_of(&outcome))), ..outcome },
        None => outcome,
    }
}

fn said_of(outcome: &Outcome) -> Vec<Item> {
    match &outcome.decision {
        Decision::Say(items) => items.clone(),
        Decision::Silent(_) => Vec::new(),
    }
}

/// The approval of a way out that the pilot adds to the readback of the takeoff clearance.
fn unapproved_way_out(s: &Situation, r: &Record, heard: &Understanding) -> Option<Item> {
    let last = &r.last.as_ref().filter(|_| s.facility == Facility::Tower)?.items;
    let off = last.iter().any(|i| matches!(i, Item::ClearedForTakeoff { .. }));
    let led = |i: &Item| matches!(i, Item::DepartureApproved(_) | Item::PatternWords(_) | Item::ClosedTraffic(_) | Item::RunwayHeading);
    let out = heard.remarks.out.as_ref().filter(|_| off && !s.ifr)?;
    // A turn that is added to an approved direction is new.
    let turns = |i: &Item| match (i, out.side) {
        (Item::PatternWords(w) | Item::DepartureApproved(w), Some(side)) => w.contains(side.word()),
        (Item::ClosedTraffic(_), _) => true,
        _ => false,
    };
    let known = if out.side.is_some() { last.iter().any(turns) } else { last.iter().any(led) };
    (!known).then(|| super::leg::way_out(out))
}

fn answers(s: &Situation, r: &Record, heard: &Understanding, said: &[Item]) -> Vec<Item> {
    let wants = |remark: Remark| heard.remarks.has(remark);
    let mut items = reply::replies(s, r, heard, said);
    if wants(Remark::WantsLetter) && !said.iter().any(|i| matches!(i, Item::AtisCurrent(_))) {
        items.extend(s.atis.map(Item::AtisCurrent));
    }
    if wants(Remark::WantsWind) && !said.iter().any(|i| matches!(i, Item::Wind { .. })) {
        items.extend(s.wind());
    }
    let told = |i: &Item| matches!(i, Item::Traffic(_) | Item::Sequence { .. }) || matches!(i, Item::Advice(w) if w.contains("traffic"));
    if s.live
        && s.facility != Facility::Ground
        && heard.acts.contains(&Act::AskTraffic)
        && !said.iter().any(told)
        && !matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::TrafficInSight | Intent::NegativeContact)
        && !said.is_empty()
    {
        items.extend(super::questions::traffic_items(s));
    }
    let closes = |i: &Item| matches!(i, Item::Advice(w) if w.contains("flight plan"));
    if s.live && wants(Remark::ClosesPlan) && !said.is_empty() && !said.iter().any(closes) {
        let Decision::Say(closed) = super::visual::closes_plan(s) else { return items };
        items.extend(closed.into_iter().filter(|i| *i != Item::Roger));
    }
    if heard.has(Intent::RadioCheck)
        && heard.intent != Intent::RadioCheck
        && !said.is_empty()
        && !said.contains(&Item::ReadYou)
        && !r.last.as_ref().is_some_and(|l| l.items.contains(&Item::ReadYou))
    {
        items.push(Item::ReadYou);
    }
    if s.live && r.obstructed && wants(Remark::WantsInspection) && !said.iter().any(|i| matches!(i, Item::Advice(w) if w == OBSTRUCTED)) {
        items.push(Item::Advice(OBSTRUCTED.into()));
    }
    let closes = heard.has(Intent::CancelIfr) && heard.intent != Intent::CancelIfr && s.on_ground && (r.ifr || s.ifr);
    if s.live && closes && !said.is_empty() && !said.contains(&Item::IfrCancelled) {
        items.push(Item::IfrCancelled);
    }
    if s.live && wants(Remark::WantsInformation) && !said.is_empty() && !said.iter().any(|i| matches!(i, Item::Wind { .. })) {
        items.extend(s.wind());
        items.extend(s.pressure().filter(|_| !said.iter().any(|i| matches!(i, Item::Pressure(_)))));
    }
    let only_roger = said.iter().all(|i| *i == Item::Roger) && !said.is_empty();
    if s.live && s.facility.is_radar() && only_roger && (wants(Remark::AsksReports) || heard.acts.contains(&Act::Ride)) {
        items.push(Item::Advice("no reports received here".into()));
    }
    let asked_back = said.iter().any(|i| matches!(i, Item::ReadBack(w) if w.contains("QNH") || w.contains("altimeter")));
    if wants(Remark::WantsPressure) && !asked_back && !said.iter().any(|i| matches!(i, Item::Pressure(_))) {
        items.extend(s.pressure());
    }
    items
}
