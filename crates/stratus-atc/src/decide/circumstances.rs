//! Answers to circumstances that the pilot reports: disabled, entering a runway without a clearance, not ready to go.

use super::{Decision, topics};
use crate::act::Act;
use crate::hear::Said;
use crate::instruction::{Ask, Item, Services};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::readback::{self, Verdict};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, Runway};

/// The answer, if the pilot reports something that takes precedence over any request.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let on_field = s.on_ground && matches!(s.facility, Facility::Ground | Facility::Tower);
    if on_field { of_own_doing(s, record, heard) } else { None }.or_else(|| topics::decide(s, record, heard))
}

fn of_own_doing(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    // Emergency services are already on the way, so an aircraft that asks to taxi in may do so.
    let inward = matches!(heard.intent, Intent::TaxiRequest | Intent::TaxiToParking | Intent::ClearOfRunway) && record.emergency.is_some();
    if heard.remarks.has(Remark::NeedsHelpNow) && heard.intent != Intent::Readback && (!inward || s.on_runway) {
        return Some(Decision::say([Item::Roger, Item::Services(Services::Alerted)]));
    }
    // A problem reported on the landing or takeoff roll needs emergency services.
    let trouble = heard.slots.nature.is_some() && matches!(heard.intent, Intent::Unable | Intent::Unknown);
    let trouble =
        trouble && !heard.remarks.has(Remark::Minor) && heard.acts.iter().any(|a| (Act::EngineFailure..=Act::Medical).contains(a));
    if trouble && matches!(s.phase, Phase::LandingRoll | Phase::TakeoffRoll) {
        return Some(Decision::say([Item::Roger, Item::Services(Services::Alerted)]));
    }
    if heard.slots.disabled {
        return Some(Decision::say([Item::Roger, Item::HoldPosition, Item::Services(Services::Assistance)]));
    }
    let plain = matches!(heard.intent, Intent::Unable | Intent::Unknown | Intent::TaxiToParking | Intent::TaxiRequest | Intent::Diversion);
    if let Some(d) = super::trouble::to_the_stand(s, record, heard).filter(|_| plain) {
        return Some(d);
    }
    // A pilot who is lost on the taxiways stops first, so that they enter no runway.
    let lost = heard.has(Intent::Lost) || heard.acts.contains(&Act::Lost);
    if lost && s.live && !s.on_runway && record.taxi.is_some() && record.route.is_empty() && record.contacted.contains(&s.facility) {
        return Some(Decision::say([Item::HoldPosition, Item::Ask(Ask::Position)]));
    }
    if let Some(runway) = entered(s, record, heard) {
        return Some(Decision::say([Item::Negative, Item::HoldShort { runway, at: None }, Item::Ask(Ask::Position)]));
    }
    if heard.intent == Intent::Unable && s.phase == Phase::TakeoffRoll {
        return Some(Decision::say([Item::Roger, Item::Advice("exit the runway when able".into())]));
    }
    not_ready(s, record, heard)
}

/// The runway that the pilot announces to enter or cross without a clearance.
fn entered(s: &Situation, record: &Record, heard: &Understanding) -> Option<Runway> {
    if !heard.slots.enters || s.on_runway || matches!(heard.intent, Intent::ClearOfRunway | Intent::RequestProgressiveTaxi) {
        return None;
    }
    let told = record.hold_short.or(s.runway_here);
    let runway = heard.slots.runway.or(heard.slots.hold_short).and_then(|r| s.known(r)).or(told)?;
    let same = |r: Option<Runway>| r.is_some_and(|r| r == runway || r == runway.reciprocal());
    let leave = same(record.crossing) || same(record.lined_up) || same(record.takeoff);
    (!leave).then_some(runway)
}

/// A pilot who says that they are not ready is not sent off. Any other request in the call is answered as usual.
fn not_ready(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let only = matches!(
        heard.intent,
        Intent::DepartureReady
            | Intent::TakeoffRequest
            | Intent::PatternRequest
            | Intent::TouchAndGoRequest
            | Intent::PositionReport
            | Intent::CheckIn
            | Intent::Unable
            | Intent::Unknown
    );
    if !heard.slots.not_ready || !only || has_landed(s, record) {
        return None;
    }
    if record.takeoff.is_some() && s.phase != Phase::TakeoffRoll {
        // A clearance issued for now must not be used later (7110.65 3-9-11).
        return Some(Decision::say([Item::Roger, Item::CancelTakeoff, Item::Advice("advise when ready".into())]));
    }
    Some(when_ready())
}

/// Whether the flight is over, and what follows is the way in.
pub(super) fn has_landed(s: &Situation, record: &Record) -> bool {
    s.on_ground && (record.arrived || matches!(s.phase, Phase::LandingRoll | Phase::TaxiIn))
}

/// "Roger, advise when ready."
pub(super) fn when_ready() -> Decision {
    Decision::say([Item::Roger, Item::Advice("advise when ready".into())])
}

/// The call without its words of distress, where those are known.
pub(super) fn without_cries(heard: &Understanding) -> Understanding {
    let mut rest = heard.clone();
    rest.intents.retain(|i| !matches!(i, Intent::Mayday | Intent::PanPan));
    rest.intent = rest.intents.first().copied().unwrap_or(Intent::Unknown);
    rest.doubt = rest.doubt.filter(|d| !matches!(d, Intent::Mayday | Intent::PanPan));
    rest
}

/// The pilot denies distress ("no emergency"): the rest of the call is answered.
pub(super) fn no_distress(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> super::Outcome {
    let mut rest = heard.clone();
    rest.intents.retain(|i| !matches!(i, Intent::Mayday | Intent::PanPan));
    rest.slots.nature = None;
    match rest.intents.first().copied() {
        Some(first) => super::decide(s, record, &Understanding { intent: first, ..rest }, said),
        None => {
            let way = heard.remarks.has(Remark::AsksNearest) || heard.remarks.has(Remark::WantsBack);
            let home = super::distress::home(s).filter(|_| way && !s.on_ground);
            let ask = home.is_none().then_some(Item::Ask(Ask::Intentions));
            Decision::say([Item::Roger].into_iter().chain(home).chain(ask)).into()
        }
    }
}

/// The pilot cancels a distress call: it raises no further questions, and the rest of the call is answered.
pub(super) fn distress_over(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> super::Outcome {
    let over = [Item::Roger].into_iter().chain(record.emergency.map(|_| Item::EmergencyCancelled));
    let mut rest = heard.clone();
    rest.slots.cancels_distress = false;
    rest.intents.retain(|i| !matches!(i, Intent::Mayday | Intent::PanPan | Intent::SayAgain | Intent::Unable | Intent::Unknown));
    if record.emergency.is_some() && rest.intents.is_empty() {
        let tow = heard.remarks.has(Remark::WantsTow);
        if s.on_ground && !tow {
            // Down and safe: nothing more to ask.
            return Decision::say(over).into();
        }
        let on = heard.slots.destination.as_ref().filter(|_| !s.on_ground && s.facility.is_radar());
        let on = on.map(|d| Item::Direct(s.asked_place.clone().unwrap_or_else(|| d.clone())));
        if tow || on.is_some() {
            let tow = tow.then_some(Item::Services(Services::Tow));
            return Decision::say(over.chain(tow).chain(on)).into();
        }
    }
    // Cleared to land already: nothing more to ask.
    if rest.intents.is_empty() && record.landing.is_some() && record.emergency.is_some() {
        return Decision::say(over).into();
    }
    let Some(first) = rest.intents.first() else {
        return Decision::say(over.chain([Item::Ask(Ask::Intentions)])).into();
    };
    rest.intent = *first;
    let calm = Record { emergency: None, ..record.clone() };
    let outcome = super::decide(s, &calm, &rest, said);
    match outcome.decision {
        Decision::Say(items) => {
            let items = items.into_iter().filter(|i| *i != Item::Roger);
            super::Outcome { decision: Decision::say(over.chain(items)), ..outcome }
        }
        Decision::Silent(_) => super::Outcome { decision: Decision::say(over), ..outcome },
    }
}

/// Another aircraft reads back a runway clearance that was not for it. Silence would let the wrong aircraft go, so the controller
/// says whose clearance it was (7110.65 2-4-15: similar callsigns).
pub(super) fn taken_by_another(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Option<super::Outcome> {
    let foreign = heard.other_aircraft || heard.callsign.as_ref().is_some_and(|c| *c != s.callsign);
    let pending = &record.pending.as_ref().filter(|_| foreign && heard.intent == Intent::Readback)?.instruction;
    let of_runway = |i: &Item| matches!(i, Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_) | Item::Cross { .. });
    let taken = pending.items.iter().any(of_runway) && readback::taken_by_anybody(&pending.items, said, s.region);
    taken.then(|| super::Outcome {
        decision: super::given_back::restate(pending, &[]),
        verdict: Some(Verdict::Incorrect),
        settled: false,
        check: None,
    })
}
