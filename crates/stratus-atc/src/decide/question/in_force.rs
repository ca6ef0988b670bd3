//! The values that are in force for this aircraft, confirmed or corrected from the record: the level, the heading, the speed, the code, the
//! frequency, the pressure. A controller answers "confirm five thousand" with what was assigned, whatever the subject of the words seems.

use super::{advice, verdict};
use crate::decide::reply;
use crate::hear::details::{Details, Value};
use crate::hear::question::Form;
use crate::instruction::{Climb, Item, Pressure};
use crate::intent::Understanding;
use crate::record::{Owed, Record};
use crate::situation::Situation;
use crate::units::Squawk;

/// An aircraft flies at the level that it is this near to, feet.
const STEADY_FT: i32 = 200;

/// The answer to a question about a value in force; `None` if the part asks for something else.
pub(super) fn answer(s: &Situation, r: &Record, heard: &Understanding, form: Form, details: Details) -> Option<Vec<Item>> {
    if let Some(items) = transmitted(s, r, heard, form) {
        return Some(items);
    }
    if matches!(form, Form::States | Form::Requests) && !details.confirms || details.expects || details.of_clearance {
        return None;
    }
    if details.release && r.owed.contains(&Owed::Release) {
        // "Are we still on hold", and "are we released yet".
        return Some(compared(details.confirms, Item::HoldForRelease));
    }
    if !details.confirms {
        return None;
    }
    named(s, r, heard).or_else(|| asked(s, r, details.value?))
}

/// A code or a pressure that the part names: asked about in any question of yes or no.
fn transmitted(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    if form != Form::Whether {
        return None;
    }
    let slots = &heard.slots;
    if let Some(code) = slots.squawk {
        let own = assigned_code(s, r);
        return Some(own.map_or_else(|| vec![Item::SquawkVfr], |c| verdict(c == code, Item::Squawk(c))));
    }
    if let Some(said) = &slots.altimeter {
        let item = s.pressure()?;
        let now = match item {
            Item::Pressure(Pressure::Altimeter(hundredths)) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
            Item::Pressure(Pressure::Qnh(hpa) | Pressure::Qfe(hpa)) => hpa.to_string(),
            _ => return None,
        };
        return Some(verdict(now == *said, item));
    }
    None
}

/// A level, a heading, a speed or a frequency that the part names, against what was assigned.
fn named(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let slots = &heard.slots;
    let holds = r.altitude_ft.or_else(|| flies_at(s, r));
    if let (Some(said), Some(holds)) = (slots.altitude_ft.last().filter(|feet| **feet >= 500), holds) {
        return Some(compared(*said == holds, level(s, holds)));
    }
    if let (Some(said), Some(flies)) = (slots.heading, r.heading) {
        return Some(compared(said == flies, Item::Heading { turn: None, degrees: flies }));
    }
    if let (Some(said), Some(keeps)) = (slots.speed_kt, r.speed_kt) {
        return Some(compared(said == keeps, Item::Speed(keeps)));
    }
    let said = slots.frequency?;
    let sent = r.sent_to.as_ref().map(|(contact, _)| contact.clone());
    if let Some(contact @ Item::Contact { frequency: Some(f), .. }) = sent {
        return Some(compared(f.same_channel(said), contact));
    }
    let unit = s.stations.iter().find(|u| u.frequency.same_channel(said));
    unit.map(|u| vec![Item::Affirm, advice(format!("{} is {}", u.name, u.frequency))])
}

/// The value that was assigned, with the verdict on the one that the pilot named.
fn compared(right: bool, item: Item) -> Vec<Item> {
    vec![if right { Item::Affirm } else { Item::Negative }, item]
}

/// The value that the part asks for without naming it.
fn asked(s: &Situation, r: &Record, value: Value) -> Option<Vec<Item>> {
    let item = match value {
        Value::Level => level(s, r.altitude_ft.or_else(|| flies_at(s, r))?),
        Value::Heading => Item::Heading { turn: None, degrees: r.heading.filter(|_| !s.on_ground)? },
        Value::Speed if s.on_ground => return None,
        Value::Speed => r.speed_kt.map_or_else(|| advice(reply::free_speed(s)), Item::Speed),
        Value::Code => Item::Squawk(assigned_code(s, r)?),
        Value::Pressure => s.pressure()?,
        Value::Frequency => r.sent_to.as_ref().map(|(contact, _)| contact.clone())?,
    };
    Some(vec![item])
}

/// The level at which an instrument flight was taken over from another unit, if it is a safe one.
fn flies_at(s: &Situation, r: &Record) -> Option<i32> {
    let feet = s.altitude_ft.filter(|_| s.ifr && r.radar && !s.on_ground && r.approach.as_ref().is_none_or(|(_, cleared)| !*cleared))?;
    let rounded = (feet + 500) / 1000 * 1000;
    let level = (feet - rounded).abs() <= STEADY_FT && s.floor_ft.max(s.minimum_ft).is_none_or(|floor| rounded >= floor);
    level.then_some(rounded)
}

/// The assigned code; that of an instrument flight which another unit assigned is the one that the radar shows.
fn assigned_code(s: &Situation, r: &Record) -> Option<Squawk> {
    r.squawk.or(s.assigned_squawk).or(s.transponder.filter(|_| s.ifr && r.radar && !s.on_ground))
}

fn level(s: &Situation, feet: i32) -> Item {
    Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) }
}
