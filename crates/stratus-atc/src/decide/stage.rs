//! Readings that the stage of the flight rules out: the call is read without them.

use crate::act::Act;
use crate::gate;
use crate::instruction::{Ask, Item};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

/// An aircraft that has just landed is not ready for departure, and an instrument flight asks for no transition, whatever a reader hears in
/// the words.
pub(super) fn possible(s: &Situation, record: &Record, heard: &Understanding) -> Option<Understanding> {
    if s.live && s.ifr && !s.on_ground && heard.intent == Intent::TransitionRequest {
        let intents = heard.intents.iter().copied().filter(|i| *i != Intent::TransitionRequest).collect::<Vec<_>>();
        let intent = intents.first().copied().unwrap_or(Intent::Unknown);
        return Some(Understanding { intent, intents, doubt: None, ..heard.clone() });
    }
    // "Negative assistance, left two eight five": the answer to the controller's question, and a readback.
    let offered = record.last.as_ref().is_some_and(|l| l.items.contains(&Item::Ask(Ask::Assistance)));
    if s.live && offered && heard.intent == Intent::Unable {
        return Some(Understanding { intent: Intent::Readback, intents: vec![Intent::Readback], doubt: None, ..heard.clone() });
    }
    // The controller's own "unable", repeated, is a readback, and what the pilot adds to it is the message.
    let refused = record.last.as_ref().is_some_and(|l| l.from == s.facility && l.items.iter().any(|i| matches!(i, Item::Unable(_))));
    if s.live && refused && heard.intent == Intent::Unable && record.emergency.is_none() {
        let mut intents = heard.intents.clone();
        intents.retain(|i| !matches!(i, Intent::Unable | Intent::Unknown));
        let intent = intents.first().copied().unwrap_or(Intent::Roger);
        return Some(Understanding { intent, intents, doubt: None, ..heard.clone() });
    }
    // "Negative the low approach, we are for a full stop": the landing is what the call is about.
    let lands = heard.slots.landing.is_some() && record.landing.is_some() && s.facility == Facility::Tower && !s.on_ground;
    if s.live && lands && heard.intent == Intent::Unable {
        return Some(Understanding { intent: Intent::InboundLanding, intents: vec![Intent::InboundLanding], doubt: None, ..heard.clone() });
    }
    let landed = s.live && s.on_ground && matches!(s.phase, Phase::TaxiIn | Phase::LandingRoll) && record.landing.is_none();
    let goes = matches!(heard.intent, Intent::DepartureReady | Intent::TakeoffRequest) && !heard.remarks.has(Remark::GoesOut);
    (landed && goes && s.facility == Facility::Tower).then(|| Understanding {
        intent: Intent::ClearOfRunway,
        intents: vec![Intent::ClearOfRunway],
        doubt: None,
        ..heard.clone()
    })
}

/// A forced landing that a pilot names while one is approved as practice is that practice. MAYDAY, PAN PAN, the word emergency or another
/// danger is none.
pub(super) fn practised(s: &Situation, record: &Record, heard: &Understanding) -> Option<Understanding> {
    let approved = record.granted.iter().any(|i| matches!(i, Item::PatternWords(w) if *w == s.region.simulated_failure));
    let dangers: Vec<Act> = heard.acts.iter().copied().filter(|a| (Act::Mayday..=Act::Medical).contains(a)).collect();
    let named = dangers.iter().all(|a| *a == Act::ForcedLanding) && !gate::calls_by_name(heard);
    let cries = heard.has(Intent::Mayday) || heard.has(Intent::PanPan);
    let practises = s.live && approved && cries && named && record.emergency.is_none() && !heard.other_aircraft;
    practises.then(|| {
        let mut rest = heard.clone();
        rest.intents.retain(|i| !matches!(i, Intent::Mayday | Intent::PanPan));
        rest.acts.retain(|a| *a != Act::ForcedLanding);
        rest.intent = rest.intents.first().copied().unwrap_or(Intent::Unknown);
        (rest.slots.nature, rest.doubt) = (None, None);
        rest
    })
}
