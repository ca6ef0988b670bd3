//! Readbacks: the one that is awaited, judged item by item, and those that nobody waits for.

use super::{Decision, Outcome, hold_short, tower};
use crate::act::Act;
use crate::hear::Said;
use crate::instruction::{Ask, Instruction, Item};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::readback::{self, ReadbackItem, Verdict};
use crate::record::Record;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::{Facility, Region, Runway};

/// A readback although none is awaited: correct repetitions pass, a clearance never given is refused.
pub(super) fn no_pending(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if s.live && s.facility == Facility::Tower && s.phase == Phase::HoldingShort && !record.owed.is_empty() {
        // "Still holding short" is no readback of the hold short that was read back already.
        return tower::still_short(s, record);
    }
    let Some(last) = &record.last else {
        // Whoever reads back a clearance that nobody gave may be about to use it.
        let short = s.facility == Facility::Tower && s.on_ground && !s.on_runway && s.phase == Phase::HoldingShort;
        if let Some(r) = s.runway_for(heard.slots.runway).filter(|_| short) {
            return hold_short(s, r);
        }
        let right = in_use_instead(s, heard);
        return Decision::say([Item::Negative].into_iter().chain(right).chain([Item::Ask(Ask::Request)]));
    };
    if heard.slots.runway.is_some() && heard.slots.runway != runway_of(&last.items) {
        // What was said last may be about something else: the runway that this aircraft was told still holds.
        let told = record.takeoff.or(record.landing.map(|(r, _)| r)).or(record.taxi).filter(|r| Some(*r) != heard.slots.runway);
        return match (runway_of(&last.items), told) {
            (Some(_), _) => restate(last, &[]),
            (None, Some(runway)) => Decision::say([Item::Negative, Item::Runway(runway)]),
            // Nothing was said that this could repeat: no clearance comes from a pilot's mouth.
            (None, None) => {
                let stay = if s.on_ground { Item::HoldPosition } else { Item::Continue };
                Decision::say([Item::Negative].into_iter().chain(in_use_instead(s, heard)).chain([stay]))
            }
        };
    }
    Decision::Silent(Silence::NoReadbackDue)
}

/// The runway in use, where the pilot named another one.
fn in_use_instead(s: &Situation, heard: &Understanding) -> Option<Item> {
    let said = heard.slots.runway?;
    s.active.filter(|r| *r != said).map(|r| Item::Advice(format!("runway {r} in use")))
}

fn runway_of(items: &[Item]) -> Option<Runway> {
    items.iter().find_map(|i| if let Item::Runway(r) = i { Some(*r) } else { None })
}

/// The awaited readback, judged item by item.
pub(super) fn answer_to_pending(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Outcome> {
    let pending = record.pending.as_ref()?;
    // "Holding point runway two seven left" may be a report or a readback: what is awaited decides, and a wrong one counts.
    let report = matches!(heard.intent, Intent::PositionReport | Intent::CheckIn | Intent::TaxiRequest)
        && heard.addressed.facility.is_none()
        && heard.callsign.is_some();
    if !report && !matches!(heard.intent, Intent::Readback | Intent::Roger | Intent::Unknown) {
        // A new request shows that the conversation went on; the readback stays awaited.
        return None;
    }
    if heard.intent == Intent::Unknown && heard.slots.topic.is_some() {
        // Birds at the end of the runway are no readback of it.
        return None;
    }
    // What was told before, and what the place gives anyway, may be said again.
    let beside: Vec<Item> = record.last.iter().flat_map(|l| l.items.iter().cloned()).chain(s.pressure()).chain(s.wind()).collect();
    let check = readback::check_beside(&pending.instruction.items, &beside, Some(&pending.instruction.to), &said.tokens, s.region);
    // A call that does something else, and gives nothing back, is no readback: the readback stays awaited.
    let untouched = check.wrong.is_empty() && check.missing.len() >= mandatory(pending, s.region);
    let other_deed = !heard.requests.is_empty() || heard.acts.iter().any(|a| !matches!(a, Act::Readback | Act::Roger | Act::CheckIn));
    if heard.intent == Intent::Unknown && untouched && other_deed {
        return None;
    }
    if report {
        let mentions = !check.wrong.is_empty() || check.verdict == Verdict::Correct || check.missing.len() < mandatory(pending, s.region);
        if !mentions {
            return None;
        }
    }
    if heard.intent == Intent::Unknown && check.verdict != Verdict::Correct && heard.confidence < 0.3 && check.wrong.is_empty() {
        return None;
    }
    let verdict = Some(check.verdict);
    let judged = Some(check.clone());
    Some(match check.verdict {
        Verdict::Correct => {
            let said = if s.facility == Facility::Clearance {
                Decision::say([Item::ReadbackCorrect])
            } else {
                Decision::Silent(Silence::ReadbackCorrect)
            };
            Outcome { decision: said, verdict, settled: true, check: judged }
        }
        Verdict::Incorrect => Outcome { decision: restate(&pending.instruction, &check.wrong), verdict, settled: false, check: judged },
        Verdict::Incomplete => {
            let missing: Vec<_> = check.missing.iter().filter(|i| **i != ReadbackItem::Callsign).copied().collect();
            if record.emergency.is_some() {
                // Nothing is asked of an aircraft in distress.
                return Some(Outcome { decision: Decision::Silent(Silence::ReadbackCorrect), verdict, settled: true, check: judged });
            }
            if missing.is_empty() && record.strict {
                return Some(Outcome { decision: Decision::ask(Ask::Callsign), verdict, settled: true, check: judged });
            }
            if missing.is_empty() {
                // Right but for the callsign: in a two-party conversation the controller knows who spoke.
                return Some(Outcome {
                    decision: Decision::Silent(Silence::ReadbackWithoutCallsign),
                    verdict,
                    settled: true,
                    check: judged,
                });
            }
            Outcome {
                decision: Decision::say([readback::ask_for(&pending.instruction.items, &missing, s.region)]),
                verdict,
                settled: false,
                check: judged,
            }
        }
    })
}

/// How many items of the awaited readback must come back.
fn mandatory(pending: &crate::record::Pending, region: Region) -> usize {
    readback::check(&pending.instruction.items, None, "", region).missing.len()
}

/// "Negative", and the instruction again with the same values.
pub(super) fn restate(instruction: &Instruction, wrong: &[ReadbackItem]) -> Decision {
    let items = readback::only(&instruction.items, wrong);
    Decision::say([Item::Negative].into_iter().chain(items))
}
