//! What a pilot says when asked: the answer to the last question, in whatever form, is understood as that answer.

use super::{Decision, radar};
use crate::gate;
use crate::instruction::{Ask, Item, Wish};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;

/// The meaning of a call that names the level for which the pilot was asked: the request for it, in whatever words.
pub(super) fn level_as_asked(s: &Situation, r: &Record, heard: &Understanding) -> Option<Understanding> {
    let asked = r.last.as_ref().is_some_and(|l| l.from == s.facility && l.items.contains(&Item::Ask(Ask::RequestedAltitude)));
    let asked = asked || r.confirming.is_some_and(|(wish, _)| wish == Wish::Level);
    let named = s.live && !s.on_ground && !heard.slots.altitude_ft.is_empty() && !heard.other_aircraft && !heard.unsure_caller;
    let open = matches!(
        heard.intent,
        Intent::Unknown | Intent::Readback | Intent::Roger | Intent::CheckIn | Intent::PositionReport | Intent::AltitudeRequest
    );
    let settled = heard.intent == Intent::AltitudeRequest && heard.doubt.is_none() || gate::refuses(heard);
    (asked && named && open && !settled).then(|| {
        let intents = vec![Intent::AltitudeRequest];
        let mut meant = Understanding { intent: Intent::AltitudeRequest, intents, doubt: None, ..heard.clone() };
        meant.remarks.tell(Remark::Wishes);
        meant
    })
}

/// The meaning of a call that names the destination for which the pilot was asked: a clearance there, or the way there.
pub(super) fn as_asked(s: &Situation, r: &Record, heard: &Understanding) -> Option<Understanding> {
    let last = r.last.as_ref().filter(|l| l.from == s.facility && l.items.contains(&Item::Ask(Ask::Destination)))?;
    let without_plan = last.items.iter().any(|i| matches!(i, Item::Unable(w) if w == radar::NO_PLAN));
    let named = heard.slots.destination.is_some() && s.live && !heard.other_aircraft && (without_plan || s.ifr);
    let meant = if without_plan { Intent::IfrClearanceRequest } else { Intent::Diversion };
    let plain = matches!(
        heard.intent,
        Intent::Unknown | Intent::Readback | Intent::CheckIn | Intent::PositionReport | Intent::InboundLanding | Intent::Roger
    );
    (named && plain).then(|| Understanding { intent: meant, intents: vec![meant], doubt: None, ..heard.clone() })
}

/// Data of the flight plan, given when asked or unasked, and nothing else: it is noted.
pub(super) fn noted(s: &Situation, heard: &Understanding) -> Option<Decision> {
    let tells = heard.remarks.has(Remark::FlightData) || heard.slots.souls.is_some() || heard.slots.fuel_minutes.is_some();
    let alone = heard.requests.is_empty() && !heard.remarks.asks() && !heard.other_aircraft && !heard.remarks.has(Remark::Wishes);
    // On the ground nobody diverts: the alternate belongs to the plan.
    let plain = heard.intent == Intent::Unknown || s.on_ground && heard.intent == Intent::Diversion;
    (s.live && tells && alone && plain).then(|| Decision::say([Item::Roger]))
}
