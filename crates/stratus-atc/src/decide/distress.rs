//! Distress, urgency, and pilots who are lost: acknowledged at once, and led to where they can land.

use super::Decision;
use crate::act::Act;
use crate::clearances;
use crate::gate::{Admitted, Distress};
use crate::instruction::{Ask, Climb, Emergency, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::request::Request;
use crate::situation::Situation;
use crate::units::Facility;

/// Distress and urgency: acknowledged first, and everything that helps (7110.65 10-1-1, 10-2-1).
pub(super) fn emergency(s: &Situation, record: &Record, heard: &Understanding, leave: &Admitted<Distress>) -> Decision {
    let grade = if heard.has(Intent::Mayday) { Emergency::Mayday } else { Emergency::Pan };
    let mut items = vec![Item::RogerEmergency(grade)];
    let first = record.emergency.is_none();
    if heard.acts.contains(&Act::InCloud) && !s.on_ground {
        // The wings first; then up, and towards where the pilot can see again (7110.65 10-2-8).
        items.push(Item::Advice("keep your wings level".into()));
        let up = s.floor_ft.filter(|f| s.altitude_ft.is_some_and(|now| now < *f));
        items.extend(up.map(|feet| Item::Altitude { way: Climb::Climb, feet, level: s.is_level(feet) }));
        items.extend(home(s));
        return Decision::Say(items);
    }
    if s.facility == Facility::Tower && !s.on_ground {
        items.extend(s.wind());
        if let Some(r) = s.runway_for(heard.slots.runway).filter(|r| s.occupant(*r).is_none() && !s.is_closed(*r)) {
            items.push(Item::Runway(r));
            items.push(clearances::rescue(leave));
        } else {
            items.push(Item::AnyRunway);
        }
    } else if let Some(d) = &heard.slots.destination {
        let name = s.asked_place.clone().unwrap_or_else(|| d.clone());
        items.push(Item::Advice(format!("proceed direct {name} when able")));
    } else if !s.on_ground && first {
        items.extend(home(s));
    }
    if first && !s.on_ground {
        if heard.slots.nature.is_none() {
            items.push(Item::Ask(Ask::NatureOfEmergency));
        } else if heard.slots.souls.is_none() {
            items.push(Item::Ask(Ask::SoulsAndFuel));
        }
    } else if s.on_ground && heard.slots.nature.is_none() {
        items.push(Item::Ask(Ask::NatureOfEmergency));
    }
    Decision::Say(items)
}

/// The way to the field at hand: its heading and distance.
pub(super) fn home(s: &Situation) -> Option<Item> {
    s.home.as_ref().map(|h| Item::FieldAt { name: h.name.clone(), degrees: h.heading_mag, miles: h.distance_nm })
}

/// A pilot who asks for a heading, or for the way to the field, gets it.
pub(super) fn to_the_field(s: &Situation, heard: &Understanding) -> Option<Decision> {
    let asks =
        heard.requests.iter().any(|q| matches!(q, Request::Vectors { approach: false, .. })) || heard.acts.contains(&Act::WantHeading);
    let home = s.home.as_ref().filter(|_| asks && !s.on_ground && heard.slots.heading.is_none())?;
    Some(Decision::say([
        Item::Heading { turn: None, degrees: home.heading_mag },
        Item::FieldAt { name: home.name.clone(), degrees: home.heading_mag, miles: home.distance_nm },
    ]))
}
