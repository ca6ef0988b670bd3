//! Readbacks: an awaited one is checked item by item, and others are checked against what was said.

use super::{Decision, Outcome, hold_short, tower};
use crate::act::Act;
use crate::hear::Said;
use crate::instruction::{Ask, Climb, Instruction, Item, ReportPoint};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::readback::{self, Check, Known, Own, ReadbackItem, Verdict};
use crate::record::{Pending, Record};
use crate::remark::Remark;
use crate::request::Request;
use crate::silence::Silence;
use crate::situation::Situation;
use crate::units::{Facility, Region, Runway};

/// Handles a readback when none is awaited: correct repetitions pass, and a clearance that was never given is refused.
pub(super) fn no_pending(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if s.live && s.facility == Facility::Tower && s.phase == Phase::HoldingShort && !record.owed.is_empty() {
        // "Still holding short" is not another readback of a hold short that has already been read back.
        return super::departure::still_short(s, record);
    }
    let Some(last) = &record.last else {
        // A pilot who reads back a clearance that nobody gave may be about to use it.
        let short = s.facility == Facility::Tower && s.on_ground && !s.on_runway && s.phase == Phase::HoldingShort;
        if let Some(r) = s.runway_for(heard.slots.runway).filter(|_| short) {
            return hold_short(s, r);
        }
        let right = in_use_instead(s, heard);
        return Decision::say([Item::Negative].into_iter().chain(right).chain([Item::Ask(Ask::Request)]));
    };
    if let Some(leg) = leg_report(s, heard).filter(|_| record.landing.is_none()) {
        return tower::decide(s, record, &leg);
    }
    let side = last.items.iter().find_map(|i| if let Item::Report(ReportPoint::Leg(Some(side), _)) = i { Some(*side) } else { None });
    if heard.slots.side.is_some() && side.is_some() && heard.slots.side != side && !s.on_ground {
        return restate(last, &[]);
    }
    if heard.slots.runway.is_some() && heard.slots.runway != runway_of(&last.items) {
        // The last transmission may be about something else; the runway that this aircraft was assigned still applies.
        let taxi = record.taxi.filter(|_| s.on_ground);
        let told = record.takeoff.or(record.landing.map(|(r, _)| r)).or(taxi).filter(|r| Some(*r) != heard.slots.runway);
        let told = told.filter(|r| s.known(*r).is_some());
        return match (runway_of(&last.items), told) {
            (Some(_), _) => restate(last, &[]),
            // A runway to expect is not a clearance. The readback of the approach clearance is checked when it comes.
            (None, _) if s.facility.is_radar() && !s.on_ground => Decision::Silent(Silence::NoReadbackDue),
            (None, Some(runway)) => Decision::say([Item::Negative, Item::Runway(runway)]),
            // Nothing was said that this could repeat, and pilots do not issue clearances.
            (None, None) if heard.slots.runway == s.active => Decision::Silent(Silence::NoReadbackDue),
            (None, None) => {
                let stay = if s.on_ground { Item::HoldPosition } else { Item::Continue };
                Decision::say([Item::Negative].into_iter().chain(in_use_instead(s, heard)).chain([stay]))
            }
        };
    }
    Decision::Silent(Silence::NoReadbackDue)
}

/// A report of the level at which the aircraft is, and at which it was not on the way to it, is acknowledged: the pilot was told to make it, or
/// has come to the level that was assigned.
pub(super) fn taken(s: &Situation, r: &Record, heard: &Understanding, outcome: Outcome) -> Outcome {
    let silent = matches!(outcome.decision, Decision::Silent(Silence::NoReadbackDue | Silence::NotDue)) && outcome.verdict.is_none();
    let works = s.live && !s.on_ground && (s.facility.is_radar() || s.facility == Facility::Tower) && r.pending.is_none();
    let there = heard.slots.altitude_ft.last().zip(s.altitude_ft).is_some_and(|(said, now)| (said - now).abs() <= AT_LEVEL_FT);
    // Words that repeat a level just after it was assigned are its readback.
    let told = r.last.as_ref().is_some_and(|l| l.items.iter().any(|i| matches!(i, Item::Altitude { .. })));
    let more = heard.slots.runway.is_some() || heard.slots.altimeter.is_some() || heard.slots.squawk.is_some();
    let reports = silent && !more && works && there && !told && heard.callsign.is_some() && !heard.other_aircraft && !heard.unsure_caller;
    if reports { Decision::say([Item::Roger]).into() } else { outcome }
}

/// Within this of a level, an aircraft has reached it, feet.
const AT_LEVEL_FT: i32 = 200;

/// A pilot on the leg that they name, with no readback due, is making a report that expects a clearance or a sequence number.
fn leg_report(s: &Situation, heard: &Understanding) -> Option<Understanding> {
    let on = match heard.slots.position.as_deref()? {
        "downwind" => s.phase == Phase::Downwind,
        "base" => matches!(s.phase, Phase::Base),
        "final" => s.phase == Phase::Final,
        _ => false,
    };
    let here = s.live && s.facility == Facility::Tower && on && !s.on_ground;
    here.then(|| Understanding { intent: Intent::PositionReport, ..heard.clone() })
}

/// Items that are corrected even if no readback was due.
const MATTERS: [ReadbackItem; 10] = [
    ReadbackItem::TurnDirection,
    ReadbackItem::Altimeter,
    ReadbackItem::Runway,
    ReadbackItem::Altitude,
    ReadbackItem::Heading,
    ReadbackItem::Squawk,
    ReadbackItem::Frequency,
    ReadbackItem::Approach,
    ReadbackItem::HoldShort,
    ReadbackItem::Clearance,
];

/// Corrects a readback of something that was not said, or was said differently: another side or runway to join, another aircraft's level or
/// heading, a clearance that nobody gave. It does so whether or not a readback was due (7110.65 2-4-3, AIM 4-4-9).
pub(super) fn untold(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Outcome> {
    let last = record.last.as_ref().filter(|l| l.from == s.facility)?;
    let judged =
        s.live && record.pending.is_none() && heard.intent == Intent::Readback && record.emergency.is_none() && record.plight.is_none();
    let other_strip = heard.slots.runway.is_some() && heard.slots.runway != runway_of(&last.items);
    if !judged || other_strip && s.on_ground || leg_report(s, heard).is_some() {
        return None;
    }
    let corrected = |decision| Some(Outcome { decision, verdict: Some(Verdict::Incorrect), settled: false, check: None });
    let cleared = heard.remarks.has(Remark::RepeatsLanding);
    let given = record.landing.is_some() || last.items.iter().any(|i| matches!(i, Item::Cleared(_)));
    if cleared && !given && s.facility == Facility::Tower && s.phase != Phase::Final && !s.on_ground {
        return corrected(restate(last, &[]));
    }
    let beside: Vec<Item> = s.pressure().into_iter().chain(s.wind()).chain(standing(s, record)).collect();
    // A long clearance is checked once, when its readback is due.
    let long = last.items.iter().any(|i| matches!(i, Item::ClearedTo { .. }));
    if readback::readable(&last.items) && !long {
        let check = readback::check_beside(
            &last.items,
            &Known { items: &beside, earlier: &record.recent, own: Own::of(s) },
            Some(&last.to),
            said,
            s.region,
        );
        // Any number may look like a wrong pressure: only one that was said as a pressure counts.
        let pressure = heard.slots.altimeter.is_some();
        let counts = |w: &ReadbackItem| MATTERS.contains(w) && (*w != ReadbackItem::Altimeter || pressure);
        let wrong: Vec<ReadbackItem> = check.wrong.into_iter().filter(counts).collect();
        let standing = record.landing.is_some() || record.takeoff.is_some();
        let of_clearance = wrong.iter().all(|w| matches!(w, ReadbackItem::Clearance | ReadbackItem::Runway));
        if !(wrong.is_empty() || standing && of_clearance) {
            return corrected(restate(last, &wrong));
        }
    }
    if s.on_ground {
        return None;
    }
    let headed = last.items.iter().any(|i| matches!(i, Item::Heading { .. } | Item::TurnDegrees { .. } | Item::RunwayHeading));
    let heading = heard.slots.heading.is_some() && heard.remarks.has(Remark::RepeatsTurn) && !headed;
    let assigned = |feet: &i32| record.altitude_ft == Some(*feet) || last.items.iter().any(|i| of_level(i, *feet));
    let level = heard.slots.altitude_ft.last().filter(|f| heard.remarks.has(Remark::RepeatsLevel) && !assigned(f)).is_some();
    if !(heading || level) {
        return None;
    }
    let holds = record.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
    corrected(Decision::say([Item::Negative, Item::Advice("that was not for you".into())].into_iter().chain(holds)))
}

fn of_level(item: &Item, said: i32) -> bool {
    match item {
        Item::Altitude { feet, .. } | Item::Verify { feet, .. } | Item::ExpectAltitude { feet, .. } => *feet == said,
        Item::Block { low, high } => (*low..=*high).contains(&said),
        Item::Height(feet) => *feet == said,
        _ => false,
    }
}

/// The runway in use, if the pilot named another one.
fn in_use_instead(s: &Situation, heard: &Understanding) -> Option<Item> {
    let said = heard.slots.runway?;
    s.active.filter(|r| *r != said).map(|r| Item::Advice(format!("runway {r} in use")))
}

fn runway_of(items: &[Item]) -> Option<Runway> {
    items.iter().find_map(|i| if let Item::Runway(r) | Item::ChangeRunway(r) = i { Some(*r) } else { None })
}

/// Checks the awaited readback item by item.
pub(super) fn answer_to_pending(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Outcome> {
    if let Some(thanks) = thanks_for_report(s, record, heard, said) {
        return Some(thanks.into());
    }
    let pending = record.pending.as_ref()?;
    if takes_landing(s, record, heard, pending) {
        let decision = restate(&pending.instruction, &[]);
        return Some(Outcome { decision, verdict: Some(Verdict::Incorrect), settled: false, check: None });
    }
    if let Some(o) = moves_on(s, record, heard, said) {
        return Some(o);
    }
    // A pilot who makes up their mind about the landing does not read back the other kind.
    if heard.remarks.has(Remark::ChangesMind)
        && let Some(d) = tower::other_landing(s, record, &Understanding { intent: Intent::InboundLanding, ..heard.clone() })
    {
        return Some(Outcome { settled: true, ..d.into() });
    }
    // "Holding point runway two seven left" may be a report or a readback. If a readback is awaited it counts as one, even a wrong one.
    let report = matches!(heard.intent, Intent::PositionReport | Intent::CheckIn | Intent::TaxiRequest)
        && heard.addressed.facility.is_none()
        && heard.callsign.is_some();
    // A report with a request beside it is more than a readback.
    let asks_too = report && heard.remarks.has(Remark::Wishes) && heard.requests.iter().any(|q| !matches!(q, Request::Level { .. }));
    let other = !report && !matches!(heard.intent, Intent::Readback | Intent::Roger | Intent::Unknown);
    if (asks_too || other)
        && let Some(o) = read_back_beside(s, record, heard, said)
    {
        return Some(o);
    }
    if other {
        // A new request shows that the conversation has moved on; the readback is still awaited.
        return None;
    }
    if heard.intent == Intent::Unknown && heard.slots.topic.is_some() {
        // A report of birds at the end of the runway does not read back the runway.
        return None;
    }
    // The pilot may also repeat what was said before, and what the field provides anyway.
    let last = record.last.iter().flat_map(|l| &l.items).chain(&pending.whole).cloned();
    let beside: Vec<Item> = last.chain(s.pressure()).chain(s.wind()).chain(standing(s, record)).collect();
    let to = Some(&pending.instruction.to);
    let heard_of = Known { items: &beside, earlier: &record.recent, own: Own::of(s) };
    // The pilot may call the clearance limit by another name: "Vienna" for Wien airport.
    let mut items = pending.instruction.items.clone();
    if let Some(place) = &s.asked_place {
        readback::call_by_its_place(&mut items, place, said);
    }
    let check = readback::check_beside(&items, &heard_of, to, said, s.region);
    // A call that does something else and reads nothing back is not a readback, which is still awaited.
    let untouched = check.wrong.is_empty() && check.missing.len() >= mandatory(pending, s.region);
    let other_deed = !heard.requests.is_empty() || heard.acts.iter().any(|a| !matches!(a, Act::Readback | Act::Roger | Act::CheckIn));
    if heard.intent == Intent::Unknown && untouched && other_deed {
        return None;
    }
    // A request is not a readback.
    let asks = heard.remarks.has(Remark::Wishes);
    let optional = mandatory(pending, s.region) == 0;
    // A complete readback is settled, whatever else the call says: what was read back is not asked for again.
    let whole = !optional && check.wrong.is_empty() && check.missing.iter().all(|m| *m == ReadbackItem::Callsign);
    if whole
        && asks
        && !heard.requests.is_empty()
        && let Some(o) = read_back_beside(s, record, heard, said)
    {
        return Some(o);
    }
    if heard.intent == Intent::Unknown
        && !whole
        && (other_deed && (asks || !heard.requests.is_empty()) || asks && optional || clear_of_weather(record, heard))
    {
        return None;
    }
    if heard.intent == Intent::Readback && untouched && !heard.requests.is_empty() {
        return None;
    }
    // A pilot who stops or needs time says that, and not what is awaited.
    let stops = [Remark::Halts, Remark::NeedsTime, Remark::Checks, Remark::WantsStand].iter().any(|x| heard.remarks.has(*x));
    if heard.intent == Intent::Unknown && untouched && stops {
        return None;
    }
    // The aircraft is still at the holding point and did not read back its clearance, so repeat it.
    let off = pending.instruction.items.iter().any(|i| matches!(i, Item::ClearedForTakeoff { .. }));
    if off && untouched && s.live && s.phase == Phase::HoldingShort && heard.slots.position.as_deref() == Some("hold_short") {
        let blocked = record.takeoff.is_none_or(|r| s.runway_blocked(r));
        let again = if blocked { super::departure::still_short(s, record) } else { Decision::Say(pending.instruction.items.clone()) };
        return Some(again.into());
    }
    // The pilot reports the next leg and has not read back the landing clearance, so issue it again in full.
    let landing = pending.instruction.items.iter().any(|i| matches!(i, Item::Cleared(_)));
    if landing && check.wrong.is_empty() && heard.intent == Intent::PositionReport && leg_report(s, heard).is_some() {
        return None;
    }
    if report {
        let wrong = readback::contradicts(&pending.instruction.items, &Own::of(s), Some(&pending.instruction.to), said, s.region);
        let mentions = wrong || check.verdict == Verdict::Correct || check.missing.len() < mandatory(pending, s.region);
        if !mentions {
            return None;
        }
        // Established on the course: the approach clearance was heard, and the report is what gets an answer.
        let cleared = pending.instruction.items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. }));
        if cleared && !wrong && s.arrival.as_ref().and_then(|a| a.course).is_some_and(super::initiative::established) {
            let settled = Record { pending: None, ..record.clone() };
            return Some(Outcome { settled: true, ..super::decide(s, &settled, heard, said) });
        }
    }
    if heard.intent == Intent::Unknown && check.verdict != Verdict::Correct && heard.confidence < 0.3 && check.wrong.is_empty() {
        return None;
    }
    if check.verdict != Verdict::Correct && superseded(s, record, pending) {
        // The controller has said something newer, and the pilot answers that.
        let settled = Record { pending: None, ..record.clone() };
        return Some(Outcome { settled: true, ..super::decide(s, &settled, heard, said) });
    }
    let verdict = Some(check.verdict);
    let judged = Some(check.clone());
    Some(match check.verdict {
        Verdict::Correct => {
            // The readback of an IFR clearance is confirmed, by any unit that gave it (ICAO Doc 4444 4.5.7.5.2).
            let cleared = s.live && s.on_ground && pending.whole.iter().any(|i| matches!(i, Item::ClearedTo { .. }));
            let said = if s.facility == Facility::Clearance || cleared {
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
                // Ask nothing of an aircraft in distress.
                return Some(Outcome { decision: Decision::Silent(Silence::ReadbackCorrect), verdict, settled: true, check: judged });
            }
            // The clearance was read back, and there is no other runway; or the pressure is the one that the pilot already has.
            let single = s.runways.len() <= 2;
            let read = |i: &Item| matches!(i, Item::Cleared(_)) && readback::taken_by_anybody(std::slice::from_ref(i), said, Region::ICAO);
            let cleared = pending.instruction.items.iter().any(read);
            let known = missing == [ReadbackItem::Runway] && single && cleared
                || missing == [ReadbackItem::Altimeter] && given_before(record, pending);
            if s.live && known {
                return Some(Outcome { decision: Decision::Silent(Silence::ReadbackCorrect), verdict, settled: true, check: judged });
            }
            if missing.is_empty() && record.strict {
                return Some(Outcome { decision: Decision::ask(Ask::Callsign), verdict, settled: true, check: judged });
            }
            if missing.is_empty() {
                // Correct except for the callsign: in a two-party conversation the controller knows who spoke.
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

/// The pilot reads back a landing clearance that was not given, beside an instruction that was.
fn takes_landing(s: &Situation, record: &Record, heard: &Understanding, pending: &Pending) -> bool {
    let tower = s.live && s.facility == Facility::Tower && !s.on_ground && record.emergency.is_none() && !heard.other_aircraft;
    let cleared = |i: &Item| matches!(i, Item::Cleared(_));
    let given = record.landing.is_some() || pending.whole.iter().chain(&pending.instruction.items).any(cleared);
    let goes_on = pending.instruction.items.contains(&Item::Continue);
    tower && goes_on && !given && heard.intent == Intent::Readback && heard.remarks.has(Remark::RepeatsLanding)
}

/// "Light icing at one seven thousand": the level is where the ice is, and not the one that is awaited.
fn gives_report(record: &Record, heard: &Understanding, said: &Said, region: Region) -> bool {
    let taken = |p: &Pending| readback::taken_by_anybody(&p.instruction.items, said, region);
    heard.remarks.has(Remark::GivesReport) && !heard.remarks.asks() && !record.pending.as_ref().is_some_and(taken)
}

/// The thanks for a report that is all of a call (AIM 7-1-18).
fn thanks_for_report(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Decision> {
    let plain = matches!(heard.intent, Intent::Readback | Intent::Unknown | Intent::Roger | Intent::AltitudeRequest);
    let alone = plain && heard.requests.is_empty() && s.live && !s.on_ground && record.emergency.is_none() && record.plight.is_none();
    let tells = alone && heard.callsign.is_some() && gives_report(record, heard, said, s.region);
    tells.then(|| Decision::say([Item::Roger, Item::Advice("thanks for the report".into())]))
}

/// A pilot who stopped for their own reasons goes on: the "hold position" that acknowledged the stop is over, and not read back.
fn moves_on(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Outcome> {
    let pending = record.pending.as_ref()?;
    let own_stop = |i: &Item| matches!(i, Item::Roger | Item::HoldPosition | Item::Advice(_));
    let ready = |i: &Item| matches!(i, Item::Advice(w) if w.starts_with("advise when ready"));
    let stopped = pending.whole.iter().all(own_stop) && pending.whole.iter().any(ready);
    if !stopped || !s.live || !heard.remarks.has(Remark::GoesOn) {
        return None;
    }
    let settled = Record { pending: None, ..record.clone() };
    let rest = Understanding { intent: Intent::Unknown, intents: vec![Intent::Unknown], ..heard.clone() };
    Some(Outcome { settled: true, ..super::decide(s, &settled, &rest, said) })
}

/// A complete readback in a call that also does something else: it is settled, and the rest is answered. If the call only repeats what was
/// issued ("taxi to holding point 24, and could you give us the QNH"), the readback is all of it.
fn read_back_beside(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<Outcome> {
    let pending = record.pending.as_ref().filter(|_| s.live)?;
    let alarm = [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel, Intent::Unable, Intent::GoAround];
    if record.emergency.is_some() || heard.slots.not_ready || alarm.iter().any(|i| heard.has(*i)) {
        return None;
    }
    let to = Some(&pending.instruction.to);
    let check = readback::check_beside(&pending.instruction.items, &Known { own: Own::of(s), ..Known::default() }, to, said, s.region);
    let right = |c: &Check| c.wrong.is_empty() && c.missing.iter().all(|m| *m == ReadbackItem::Callsign);
    let named = heard.callsign.is_some() || !record.strict;
    let check = if named && right(&check) { Check { verdict: Verdict::Correct, missing: Vec::new(), ..check } } else { check };
    if check.verdict != Verdict::Correct || mandatory(pending, s.region) == 0 {
        return None;
    }
    let settled = Record { pending: None, ..record.clone() };
    // A taxi that was just read back is not what the pilot wishes besides.
    let taxi = |i: &Item| matches!(i, Item::Taxi { .. } | Item::TaxiToParking { .. }) && heard.requests.is_empty();
    let wishes = heard.remarks.has(Remark::Wishes);
    let granted = pending.instruction.items.iter().any(|i| grants(i, heard.intent) && (!wishes || taxi(i)));
    // "The QNH once more": one value, and not the whole instruction.
    let value = [Remark::WantsPressure, Remark::WantsWind, Remark::WantsLetter].iter().any(|w| heard.remarks.has(*w));
    let repeats = granted || value && matches!(heard.intent, Intent::SayAgain | Intent::WeatherRequest);
    let rest = if repeats { Decision::Silent(Silence::ReadbackCorrect) } else { super::decide(s, &settled, heard, said).decision };
    Some(Outcome { decision: rest, verdict: Some(Verdict::Correct), settled: true, check: Some(check) })
}

/// Whether an item is what this intent would ask for.
fn grants(item: &Item, intent: Intent) -> bool {
    match item {
        Item::Taxi { .. } => matches!(intent, Intent::TaxiRequest | Intent::RequestProgressiveTaxi),
        Item::TaxiToParking { .. } => matches!(intent, Intent::TaxiToParking | Intent::ClearOfRunway),
        Item::LineUpAndWait | Item::ClearedForTakeoff { .. } => matches!(intent, Intent::DepartureReady | Intent::TakeoffRequest),
        Item::Cleared(_) => matches!(intent, Intent::InboundLanding | Intent::TouchAndGoRequest | Intent::PatternRequest),
        Item::ClearedTo { .. } => intent == Intent::IfrClearanceRequest,
        Item::Altitude { .. } => intent == Intent::AltitudeRequest,
        Item::Contact { .. } => intent == Intent::FrequencyChangeRequest,
        Item::Squawk(_) => intent == Intent::SquawkReport,
        _ => false,
    }
}

/// Whether the pressure was also transmitted earlier.
fn given_before(record: &Record, pending: &Pending) -> bool {
    let pressure = pending.instruction.items.iter().find(|i| matches!(i, Item::Pressure(_)));
    pressure.is_some_and(|p| record.recent.iter().filter(|i| *i == p).count() > 1)
}

/// Whether the controller has transmitted something newer than the instruction whose readback is awaited.
fn superseded(s: &Situation, record: &Record, pending: &Pending) -> bool {
    s.live && !pending.whole.is_empty() && record.last.as_ref().is_some_and(|l| l.items != pending.whole)
}

/// The values that are valid for this aircraft: a pilot may repeat them beside those of the last transmission.
fn standing(s: &Situation, record: &Record) -> Vec<Item> {
    let level = record.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
    let runways = [record.expects, record.taxi, record.pattern_runway, record.landing.map(|(r, _)| r), record.takeoff];
    level
        .into_iter()
        .chain(record.squawk.or(s.transponder).map(Item::Squawk))
        .chain(record.speed_kt.map(Item::Speed))
        .chain(record.heading.map(|degrees| Item::Heading { turn: None, degrees }))
        .chain(runways.into_iter().flatten().map(Item::Runway))
        .chain(record.sent_to.as_ref().map(|(contact, _)| contact.clone()))
        .collect()
}

/// A flight that deviated around weather reports that it is clear of it.
pub(super) fn clear_of_weather(record: &Record, heard: &Understanding) -> bool {
    record.deviating && heard.remarks.has(Remark::PastWeather)
}

/// The number of items that must be read back.
fn mandatory(pending: &Pending, region: Region) -> usize {
    readback::check(&pending.instruction.items, None, "", region).missing.len()
}

/// "Negative", then the same instruction again.
pub(super) fn restate(instruction: &Instruction, wrong: &[ReadbackItem]) -> Decision {
    let said = |i: &Item| !matches!(i, Item::Negative | Item::Roger | Item::RadarContact(_));
    let items = readback::only(&instruction.items, wrong).into_iter().filter(said);
    Decision::say([Item::Negative].into_iter().chain(items))
}
