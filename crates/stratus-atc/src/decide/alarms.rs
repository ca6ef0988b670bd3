//! Alarms that have an answer of their own: a bomb threat, an emergency descent, a windshear escape, the end of a resolution advisory, a
//! call for light signals.

use super::{Decision, instruments};
use crate::instruction::{Ask, Item, Services};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// The answer, if the call is such an alarm.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let told = |remark: Remark| heard.remarks.has(remark);
    if told(Remark::BombThreat) {
        return Some(bomb(s, heard));
    }
    if told(Remark::LightSignals) && matches!(heard.intent, Intent::Unknown | Intent::RadioCheck | Intent::SayAgain) {
        return Some(Decision::say([Item::ReadYou, Item::Unable("light signals are not available here".into())]));
    }
    if s.on_ground || !s.live {
        return None;
    }
    if told(Remark::ClearOfConflict) {
        // The assigned level applies again (7110.65 2-1-28).
        let level = r.altitude_ft.filter(|_| s.ifr).map(|feet| instruments::level(s, feet));
        return Some(Decision::say([Item::Roger].into_iter().chain(level)));
    }
    // Nothing is asked of a crew that flies a windshear escape. Its next call goes on from there.
    let escapes = told(Remark::EscapesWindshear) || told(Remark::Windshear) && heard.has(Intent::GoAround);
    let wind = s.wind().filter(|_| s.facility == Facility::Tower);
    escapes.then(|| Decision::say([Item::Roger].into_iter().chain(wind).chain([advice("advise when able to resume")])))
}

/// A threat: help is called, and the crew says what it wants.
fn bomb(s: &Situation, heard: &Understanding) -> Decision {
    let stays = (s.on_ground && !s.on_runway).then_some(Item::HoldPosition);
    let knows = heard.has(Intent::Diversion) || !heard.requests.is_empty() || heard.remarks.has(Remark::WantsBack);
    let way = super::distress::home(s).filter(|_| !s.on_ground);
    let ask = (!knows).then_some(Item::Ask(Ask::Intentions));
    Decision::say([Item::Roger].into_iter().chain(stays).chain(way).chain([Item::Services(Services::Alerted)]).chain(ask))
}

/// The way down for an aircraft that descends at once: nothing is asked of it, and it learns how low it may go and who is below (7110.65
/// 10-1-1, 5-1-8).
pub(super) fn descent(s: &Situation) -> Vec<Item> {
    let floor = s.floor_ft.map(|feet| advice(format!("minimum safe altitude {} feet", super::radar::grouped((feet + 99) / 100 * 100))));
    let below = s.advisory.as_ref().filter(|a| s.altitude_ft.is_some_and(|now| a.feet <= now));
    let below = below.map(|a| [Item::Traffic(a.words.clone()), Item::Height(a.feet)]);
    let pressure = s.pressure();
    [advice("descend at your discretion")]
        .into_iter()
        .chain(floor)
        .chain(pressure)
        .chain(below.into_iter().flatten())
        .chain([advice("advise intentions when able")])
        .collect()
}
