//! Missed approaches: the climb straight ahead, and nothing else until the aircraft is above the terrain.

use super::Decision;
use super::instruments::{expect, is_radar_desk, level, lowest, up_to};
use crate::instruction::{Climb, Item};
use crate::record::Record;
use crate::situation::{Arrival, Situation};

/// Missed approach: climb straight ahead, then contact the unit that sequences the flight for another approach (7110.65 4-8-9, 5-9-4).
pub(super) fn missed(s: &Situation, r: &Record, a: &Arrival, told: bool) -> Decision {
    let feet = up_to(lowest(s, a) + 1000, 500);
    let unit = a.approach_unit.as_ref().filter(|_| !is_radar_desk(s));
    let contact = unit.map(|u| Item::Contact { unit: u.name.clone(), frequency: Some(u.frequency) });
    let way = if s.altitude_ft.is_some_and(|now| now > feet) { Climb::Maintain } else { Climb::Climb };
    let up = Item::Altitude { way, feet, level: s.is_level(feet) };
    let again = if is_radar_desk(s) { expect(s, r, a) } else { Vec::new() };
    Decision::Say(told.then_some(Item::Roger).into_iter().chain([Item::RunwayHeading, up]).chain(contact).chain(again).collect())
}

/// What an aircraft does that has missed the approach and is not yet above the terrain: it climbs straight ahead, and no turn is given.
pub(super) fn still_climbs(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    let low = r.missed && s.altitude_ft.is_some_and(|now| now < lowest(s, a) - 200);
    let feet = r.altitude_ft.unwrap_or_else(|| up_to(lowest(s, a), 1000));
    low.then(|| vec![Item::RunwayHeading, level(s, feet.max(up_to(lowest(s, a), 100)))])
}
