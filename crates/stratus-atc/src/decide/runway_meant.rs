//! The runway that a pilot means, where the words alone name one that does not exist here.

use super::{Decision, tailwind};
use crate::instruction::{Ask, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, Runway};

/// "Off two six" at a field with only lettered runways 26: the runway is the one that this aircraft was given.
pub(super) fn with_its_letter(s: &Situation, record: &Record, heard: &Understanding) -> Option<Understanding> {
    let said = heard.slots.runway.filter(|r| r.side.is_none() && s.known(*r).is_none())?;
    let given = [record.landing.map(|(r, _)| r), record.takeoff, record.taxi, record.pattern_runway, record.expects, s.active];
    let meant = given.into_iter().flatten().find(|r| r.number == said.number && s.known(*r).is_some())?;
    let mut heard = heard.clone();
    heard.slots.runway = Some(meant);
    Some(heard)
}

/// "Three one, right" at a field without a runway 31R: the runway is 31, and the turn is right.
pub(super) fn without_the_turn(s: &Situation, heard: &Understanding) -> Option<Understanding> {
    let said = heard.slots.runway.filter(|r| s.known(*r).is_none() && !s.runways.is_empty())?;
    let plain = Runway { side: None, ..said };
    let side = match said.side? {
        crate::units::Position3::Left => crate::units::Side::Left,
        crate::units::Position3::Right => crate::units::Side::Right,
        _ => return None,
    };
    s.known(plain).filter(|_| matches!(heard.intent, Intent::DepartureReady | Intent::TakeoffRequest))?;
    let mut meant = heard.clone();
    (meant.slots.runway, meant.slots.side) = (Some(plain), meant.slots.side.or(Some(side)));
    Some(meant)
}

/// A runway that is wanted if the wind allows it: the wind decides, and the pilot hears it. With a tailwind the runway in use takes its place.
pub(super) fn by_the_wind(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let taxies = s.live && s.on_ground && s.facility == Facility::Ground && heard.intent == Intent::TaxiRequest;
    let wanted = heard.slots.runway.filter(|_| taxies && heard.remarks.has(Remark::IfWind))?;
    let mut meant = heard.clone();
    meant.slots.runway = if tailwind::behind(s, wanted) { s.active } else { Some(wanted) };
    match super::ground::decide(s, record, &meant) {
        Decision::Say(items) if items.iter().any(|i| matches!(i, Item::Taxi { .. })) => {
            let wind = s.wind().filter(|w| !items.contains(w));
            Some(Decision::Say(items.into_iter().chain(wind).collect()))
        }
        _ => None,
    }
}

/// A pilot at the beginning of the taxi who changes their mind and names another runway wants to taxi there.
pub(super) fn changed(s: &Situation, record: &Record, heard: &Understanding) -> Option<Understanding> {
    let given = record.taxi.filter(|_| s.live && s.on_ground && !s.on_runway && s.facility == Facility::Ground)?;
    let other = heard.slots.runway.is_some_and(|r| r != given && s.known(r).is_some());
    let plain = matches!(heard.intent, Intent::Unknown | Intent::Readback) && heard.remarks.has(Remark::ChangesMind);
    (other && plain).then(|| Understanding {
        intent: Intent::TaxiRequest,
        intents: vec![Intent::TaxiRequest],
        doubt: None,
        ..heard.clone()
    })
}

/// Answers a call that names a runway this field does not have.
pub(super) fn unknown(s: &Situation, heard: &Understanding) -> Decision {
    if let Some(closed) = heard.slots.runway.filter(|r| s.is_closed(*r)) {
        let instead = s.active.map(|r| Item::Advice(format!("runway {r} in use")));
        return Decision::say(
            [Item::Unable(format!("runway {closed} is closed"))].into_iter().chain(instead).chain([Item::Ask(Ask::Intentions)]),
        );
    }
    let mut items = vec![Item::Negative];
    match (s.active, heard.intent) {
        (Some(r), Intent::TaxiRequest | Intent::PatternRequest) if s.facility == Facility::Ground => {
            items = vec![Item::Unable("that runway does not exist here".into())];
            items.push(Item::Advice(format!("runway {r} in use")));
            items.push(Item::Ask(Ask::Intentions));
        }
        (Some(r), _) => {
            items.push(Item::Advice(format!("runway {r} in use")));
            items.push(Item::Ask(if s.on_ground { Ask::Position } else { Ask::Intentions }));
        }
        (None, _) => items.push(Item::Ask(Ask::Runway)),
    }
    Decision::Say(items)
}
