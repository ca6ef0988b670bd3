//! Trouble that is no emergency: hot brakes, a warning light, a rough magneto, a passenger who feels unwell, a return because of the weather.
//! The controller does not ask whether it is an emergency, but answers what the pilot wants: back to the stand, time, a look at the
//! aircraft, a landing (7110.65 10-1-1 c: the pilot decides).

use super::{Decision, Outcome, circumstances};
use crate::act::Act;
use crate::gate;
use crate::hear::Said;
use crate::instruction::{Ask, Item, Services, Wish};
use crate::intent::{Intent, Topic, Understanding};
use crate::phase::Phase;
use crate::record::{PRIORITY, Record};
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
    if rest.intents.is_empty() && record.pending.is_some() {
        // The rest of the call is the readback.
        rest.intents = vec![Intent::Readback];
        rest.requests.clear();
    }
    rest.intent = rest.intents.first().copied().unwrap_or(Intent::Unknown);
    if rest.intent == Intent::Unknown && rest.requests.is_empty() {
        let alone = [Item::Roger].into_iter().chain((!heard.remarks.has(Remark::Minor)).then_some(Item::Ask(Ask::Intentions)));
        return Decision::say(alone).into();
    }
    let outcome = super::decide(s, record, &rest, said);
    // Only the pilot knows whether help is needed.
    let helped = heard.remarks.has(Remark::AsksForHelp) || heard.remarks.has(Remark::WantsPriority);
    let calm = helped || heard.remarks.has(Remark::Minor) || heard.remarks.has(Remark::OfWeather) || s.on_ground;
    match outcome.decision {
        Decision::Say(items) if !calm && !items.iter().any(|i| matches!(i, Item::Ask(_) | Item::Confirm { .. })) => {
            let items = items.into_iter().chain([Item::Ask(Ask::Assistance)]);
            Outcome { decision: Decision::say(items), ..outcome }
        }
        decision => Outcome { decision, ..outcome },
    }
}

/// Somebody on board is unwell, in plain words: neither MAYDAY, PAN PAN nor "emergency" was said.
pub(super) fn is_medical(heard: &Understanding) -> bool {
    let danger = |a: &Act| (Act::EngineFailure..=Act::InCloud).contains(a);
    heard.acts.contains(&Act::Medical) && !heard.acts.iter().any(danger) && !gate::calls_by_name(heard)
}

/// Priority for a flight with somebody unwell on board: what the pilot asks for, and once the question about souls and fuel.
pub(super) fn medical(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Outcome {
    let rest = circumstances::without_cries(heard);
    let plain = rest.intent == Intent::Unknown && rest.requests.is_empty();
    let outcome = super::decide(s, record, &rest, said);
    let done = match outcome.decision {
        Decision::Say(items) if !plain => items,
        _ => super::distress::home(s).filter(|_| !s.on_ground && !s.ifr).into_iter().collect(),
    };
    let done = done.into_iter().filter(|i| !matches!(i, Item::Roger | Item::Ask(_) | Item::Confirm { .. }));
    let souls =
        (!s.on_ground && heard.slots.souls.is_none() && !record.asked.contains(&Ask::SoulsAndFuel)).then_some(Item::Ask(Ask::SoulsAndFuel));
    let items = [Item::Roger, advice(PRIORITY)].into_iter().chain(done).chain(souls).collect();
    Outcome { decision: Decision::Say(items), ..outcome }
}

/// Adds to the answer what the trouble or the wish for priority in the same call needs: nobody is left to wonder whether it was heard.
pub(super) fn beside(s: &Situation, record: &Record, heard: &Understanding, outcome: Outcome) -> Outcome {
    let calm = s.live && !s.on_ground && record.emergency.is_none() && !heard.other_aircraft && !heard.unsure_caller;
    let Decision::Say(items) = &outcome.decision else { return outcome };
    let priority = heard.remarks.has(Remark::WantsPriority) && calm;
    let known = |i: &Item| {
        matches!(i, Item::RogerEmergency(_) | Item::Ask(_) | Item::Confirm { .. } | Item::Services(_) | Item::EmergencyCancelled)
            || *i == advice(PRIORITY)
    };
    if priority && !items.iter().any(|i| matches!(i, Item::RogerEmergency(_)) || *i == advice(PRIORITY)) {
        let rest = items.iter().filter(|i| {
            !matches!(
                i,
                Item::Roger | Item::Ask(Ask::Assistance | Ask::SayAgain | Ask::Intentions) | Item::Confirm { wish: Wish::Distress, .. }
            )
        });
        let items = [Item::Roger, advice(PRIORITY)].into_iter().chain(rest.cloned()).collect();
        return Outcome { decision: Decision::Say(items), ..outcome };
    }
    // An exercise, or what the pilot plays down, needs no help.
    let told = heard.slots.nature.is_some()
        && !record.no_emergency
        && !heard.acts.iter().any(|a| matches!(a, Act::PracticeFailure | Act::NoEmergency | Act::CancelDistress))
        && !heard.remarks.has(Remark::Minor)
        && !record.practises();
    let vague = |i: &Item| matches!(i, Item::Ask(Ask::Request | Ask::SayAgain));
    if calm && told && items.iter().all(vague) {
        return Outcome { decision: Decision::say([Item::Roger, advice("advise if you need assistance")]), ..outcome };
    }
    if calm && told && !items.iter().any(known) && !items.contains(&Item::Roger) {
        let items = items.iter().cloned().chain([Item::Roger, advice("advise if you need assistance")]).collect();
        return Outcome { decision: Decision::Say(items), ..outcome };
    }
    outcome
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
