//! Trouble that is no emergency: hot brakes, a warning light, a rough magneto, a passenger who feels unwell, a return because of the weather.
//! The controller does not ask whether it is an emergency, but answers what the pilot wants: back to the stand, time, a look at the
//! aircraft, a landing (7110.65 10-1-1 c: the pilot decides).

use super::{Decision, Outcome, circumstances};
use crate::act::Act;
use crate::hear::Said;
use crate::instruction::{Ask, Item, Services};
use crate::intent::{Intent, Topic, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

fn advice(words: &str) -> Item {
    Item::Advice(words.to_owned())
}

/// Whether the words of danger in a call are no reason to ask for an emergency: the pilot plays them down, is safe on the ground, or says
/// what they want instead. A danger that the rules know is asked about.
pub(super) fn is_minor(s: &Situation, record: &Record, heard: &Understanding) -> bool {
    let told = |remark: Remark| heard.remarks.has(remark);
    let grave = |a: &Act| (Act::EngineFailure..=Act::InCloud).contains(a) || matches!(a, Act::Medical);
    if heard.acts.iter().any(grave) || super::lost::in_cloud(heard) {
        return false;
    }
    let safe = s.on_ground && !matches!(s.phase, Phase::TakeoffRoll | Phase::LandingRoll);
    let failure = heard.acts.contains(&Act::SystemFailure);
    // A pilot who has said no is not asked again.
    safe || record.no_emergency || told(Remark::Minor) || told(Remark::OfWeather) || !failure && wants(heard)
}

/// Whether the call says what the pilot wants.
fn wants(heard: &Understanding) -> bool {
    let other =
        |i: &Intent| !matches!(i, Intent::Mayday | Intent::PanPan | Intent::Unknown | Intent::Roger | Intent::SayAgain | Intent::Readback);
    let told = |remark: Remark| heard.remarks.has(remark);
    heard.intents.iter().any(other) || !heard.requests.is_empty() || told(Remark::WantsBack) || told(Remark::ToLand)
}

/// The answer to such a call: what the pilot wants, as far as it was said.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Outcome {
    let mut rest = heard.clone();
    rest.intents.retain(|i| !matches!(i, Intent::Mayday | Intent::PanPan));
    rest.slots.nature = None;
    rest.doubt = rest.doubt.filter(|d| !matches!(d, Intent::Mayday | Intent::PanPan));
    rest.acts.retain(|a| !(Act::Mayday..=Act::Medical).contains(a));
    if s.on_ground {
        if let Some(d) = on_ground(s, record, heard, &rest) {
            return d.into();
        }
    } else if rest.intents.iter().all(|i| matches!(i, Intent::Unknown)) && (wants_in(heard) && super::distress::home(s).is_some()) {
        // "We are turning back": the return is an arrival.
        rest.intents = vec![Intent::InboundLanding];
    }
    rest.intent = rest.intents.first().copied().unwrap_or(Intent::Unknown);
    if rest.intent == Intent::Unknown && rest.requests.is_empty() {
        let alone = [Item::Roger].into_iter().chain((!heard.remarks.has(Remark::Minor)).then_some(Item::Ask(Ask::Intentions)));
        return Decision::say(alone).into();
    }
    let outcome = super::decide(s, record, &rest, said);
    // Only the pilot knows whether help is needed.
    let calm = heard.remarks.has(Remark::Minor) || heard.remarks.has(Remark::OfWeather) || s.on_ground;
    match outcome.decision {
        Decision::Say(items) if !calm && !items.iter().any(|i| matches!(i, Item::Ask(_) | Item::Confirm { .. })) => {
            let items = items.into_iter().chain([Item::Ask(Ask::Assistance)]);
            Outcome { decision: Decision::say(items), ..outcome }
        }
        decision => Outcome { decision, ..outcome },
    }
}

/// Wants to come in: back, or to land.
fn wants_in(heard: &Understanding) -> bool {
    heard.remarks.has(Remark::WantsBack) || heard.remarks.has(Remark::ToLand)
}

/// What an aircraft with a minor trouble on the ground gets.
fn on_ground(s: &Situation, record: &Record, heard: &Understanding, rest: &Understanding) -> Option<Decision> {
    let told = |remark: Remark| heard.remarks.has(remark);
    if told(Remark::AsksForHelp) || told(Remark::WantsInspection) {
        let services = if told(Remark::AsksForHelp) { Services::Alerted } else { Services::Assistance };
        return Some(Decision::say([Item::Roger, Item::Services(services)]));
    }
    if let Some(d) = to_the_stand(s, record, rest) {
        return Some(d);
    }
    let stays = told(Remark::Halts) || told(Remark::NeedsTime) || heard.slots.topic == Some(Topic::HoldHere) || heard.slots.not_ready;
    if stays && !s.on_runway {
        return Some(if matches!(s.phase, Phase::Parked | Phase::HoldingShort) {
            circumstances::when_ready()
        } else {
            Decision::say([Item::Roger, Item::HoldPosition, advice("advise when ready to taxi")])
        });
    }
    told(Remark::Checks).then(|| Decision::say([advice("approved as requested"), advice("advise when complete")]))
}

/// The way back to the stand, for a pilot who gives up the departure.
pub(super) fn to_the_stand(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let back = s.live && s.on_ground && heard.remarks.has(Remark::WantsStand) && !record.arrived;
    let back = back && !matches!(s.phase, Phase::Parked | Phase::TakeoffRoll | Phase::LandingRoll);
    if !back || !matches!(s.facility, Facility::Ground | Facility::Tower) {
        return None;
    }
    let cancelled = record.takeoff.map(|_| Item::CancelTakeoff);
    if s.on_runway {
        let ground = s.station(Facility::Ground).map(|_| s.contact(Facility::Ground));
        return Some(Decision::say([Item::Roger].into_iter().chain(cancelled).chain([advice("exit the runway when able")]).chain(ground)));
    }
    if s.facility == Facility::Tower && !s.tower_works_ground() {
        return Some(Decision::say([Item::Roger].into_iter().chain(cancelled).chain([s.contact(Facility::Ground)])));
    }
    let inward = Understanding { intent: Intent::TaxiToParking, ..heard.clone() };
    match super::ground::decide(s, record, &inward) {
        Decision::Say(items) => Some(Decision::say([Item::Roger].into_iter().chain(cancelled).chain(items))),
        Decision::Silent(_) => None,
    }
}
