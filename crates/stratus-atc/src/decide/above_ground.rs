//! The last check of every transmission to an instrument flight: no level below the floor, and no heading towards ground that is higher than
//! the aircraft will fly. Each decision chooses its own levels and headings; this check follows all of them.
//!
//! A level below the floor is raised. A heading that leads below the floor waits: the aircraft climbs first, or navigates by itself where no
//! climb is possible (7110.65 5-6-1, 5-6-3). An aircraft in distress, and one on a visual approach, chooses its own way.
//!
//! Three things pass unchecked: an approach clearance with its vector, the level that the aircraft holds, and a part of the margin of an
//! estimated floor (`Situation::floor_ahead`).
//! Without these exceptions, an estimate made safe aircraft climb.

use super::initiative::Notice;
use super::instruments::{self, level, up_to};
use crate::instruction::{Climb, Item};
use crate::intent::Understanding;
use crate::record::Record;
use crate::situation::Situation;
use crate::units::Side;

/// The ground ahead on an assigned heading counts up to here, nautical miles.
const AHEAD_NM: f64 = 8.0;
/// The ground ahead counts up to here until the aircraft has turned, nautical miles.
const TURN_NM: f64 = 2.0;
/// An aircraft that is lower than a level by this much has not yet reached it, feet.
const NEARLY_FT: i32 = 200;
/// Levels are multiples of this, feet.
const STEP_FT: i32 = 500;

/// A transmission above the floor.
pub(super) struct Checked {
    /// What is said.
    pub items: Vec<Item>,
    /// The subject of the transmission that took the place of a heading.
    pub instead: Option<Notice>,
}

/// The lowest altitude on the way that these items send the aircraft, feet; `None` if they assign neither level nor heading, or the
/// aircraft chooses its own way.
pub(super) fn floor(s: &Situation, r: &Record, items: &[Item]) -> Option<i32> {
    let visual = r.approach.as_ref().is_some_and(|(kind, cleared)| *cleared && kind.eq_ignore_ascii_case("visual"));
    let assigns = items.iter().any(|i| matches!(i, Item::Altitude { .. } | Item::Heading { .. } | Item::TurnDegrees { .. }));
    if !assigns || !s.live || !s.ifr || s.on_ground || r.emergency.is_some() || visual {
        return None;
    }
    let now = s.heading_mag?;
    let to = items.iter().find_map(|i| heading(i, now)).unwrap_or(now);
    s.floor_ahead(now, TURN_NM).max(s.floor_ahead(to, reach(s, items)))
}

/// The magnetic heading that an item assigns.
fn heading(item: &Item, now: f64) -> Option<f64> {
    match item {
        Item::Heading { degrees, .. } => Some(f64::from(*degrees)),
        Item::TurnDegrees { side: Side::Left, degrees } => Some(now - f64::from(*degrees)),
        Item::TurnDegrees { side: Side::Right, degrees } => Some(now + f64::from(*degrees)),
        _ => None,
    }
}

/// How far the aircraft flies on the heading: a vector that is part of an approach clearance ends at the final approach course.
fn reach(s: &Situation, items: &[Item]) -> f64 {
    let joins = items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. }));
    let aside = s.arrival.as_ref().and_then(|a| a.course).map(|f| f.right_nm.abs());
    // The course is joined at thirty degrees.
    aside.filter(|_| joins).map_or(AHEAD_NM, |miles| (2.0 * miles).clamp(1.0, AHEAD_NM))
}

/// The lowest level that may be assigned, but not above the filed one: the floor is an estimate with a margin, and the filed level is not.
fn least(s: &Situation, floor: i32) -> i32 {
    let safe = up_to(floor, STEP_FT);
    instruments::filed(s).map_or(safe, |filed| safe.min(filed))
}

/// The level instead of one below the floor: lower than now if the ground allows it, otherwise the present level, or a climb.
fn instead_of(s: &Situation, floor: i32, feet: i32) -> Item {
    let least = least(s, floor).max(feet);
    let Some(now) = s.altitude_ft else { return level(s, least) };
    if now < floor || least < now - NEARLY_FT {
        return level(s, least);
    }
    let keep = up_to(floor, 100).max((now + 50) / 100 * 100);
    Item::Altitude { way: Climb::Maintain, feet: keep, level: s.is_level(keep) }
}

/// Whether an item belongs to a vector or to the approach clearance at its end.
fn of_vector(item: &Item) -> bool {
    match item {
        Item::Heading { .. } | Item::TurnDegrees { .. } | Item::UntilEstablished | Item::Altitude { .. } => true,
        Item::Approach { expect, .. } => !expect,
        Item::Advice(w) => w.starts_with("vectors") || w.ends_with("from the runway"),
        _ => false,
    }
}

/// The items without the vector and what belongs to it.
fn without_vector(items: Vec<Item>) -> Vec<Item> {
    let ends = |i: &Item| matches!(i, Item::Approach { expect: false, .. });
    let of_approach = |n: usize| n > 0 && matches!(items[n], Item::Runway(_)) && ends(&items[n - 1]);
    (0..items.len()).filter(|n| !of_vector(&items[*n]) && !of_approach(*n)).map(|n| items[n].clone()).collect()
}

/// Raises every level below the floor, and replaces a heading that leads below it.
pub(super) fn checked(s: &Situation, r: &Record, items: Vec<Item>) -> Checked {
    let (Some(floor), Some(now)) = (floor(s, r, &items), s.altitude_ft) else { return Checked { items, instead: None } };
    // The vector of an approach clearance ends on the final approach course, and its level is the one of the approach.
    if items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. })) {
        return Checked { items, instead: None };
    }
    // The present level is kept: an aircraft is not sent up because of an estimate.
    let keeps = |feet: i32| (feet - now).abs() <= NEARLY_FT;
    let raised = |i: Item| match i {
        Item::Altitude { way, feet, .. } if !matches!(way, Climb::AtOrBelow | Climb::AtOrAbove) && feet < floor && !keeps(feet) => {
            instead_of(s, floor, feet)
        }
        other => other,
    };
    let mut items: Vec<Item> = items.into_iter().map(raised).collect();
    let Some(at) = items.iter().position(|i| heading(i, 0.0).is_some()) else { return Checked { items, instead: None } };
    if now + NEARLY_FT >= floor {
        // The aircraft is high enough, but on its way to a level that is not.
        let given = items.iter().any(|i| matches!(i, Item::Altitude { .. }));
        if r.altitude_ft.is_some_and(|have| !given && have < floor && have < now) {
            items.insert(at + 1, instead_of(s, floor, 0));
        }
        return Checked { items, instead: None };
    }
    // Without the turn, the ground ahead on the present heading counts.
    let straight = s.heading_mag.and_then(|now| s.floor_ahead(now, AHEAD_NM));
    let to = least(s, straight.map_or(floor, |ahead| ahead.max(floor)));
    let mut rest = without_vector(items);
    let arrival = instruments::arrival(s).filter(|_| to <= now + NEARLY_FT);
    let instead = match arrival {
        // The aircraft is at its filed level, and only the estimate is above it.
        Some(a) => {
            rest.extend([Item::ResumeOwnNavigation, super::route::on_route(s, a)]);
            Notice::OnCourse
        }
        None => {
            rest.push(level(s, to));
            Notice::Level(to)
        }
    };
    Checked { items: rest, instead: Some(instead) }
}

/// The check of an answer. A pilot whose heading is refused hears why.
pub(super) fn answer(s: &Situation, r: &Record, heard: &Understanding, items: Vec<Item>) -> Vec<Item> {
    let wished = |i: &Item| matches!(i, Item::Heading { degrees, .. } if heard.slots.heading == Some(*degrees));
    let asked = items.iter().any(wished);
    let Checked { items, instead } = checked(s, r, items);
    let refused = (asked && instead.is_some()).then(|| Item::Unable("that heading, it leads below the minimum altitude here".into()));
    refused.into_iter().chain(items).collect()
}

/// The check of what is said unasked; `None` if nothing of it is left to say.
pub(super) fn unasked(s: &Situation, r: &Record, notice: Notice, items: Vec<Item>) -> Option<(Notice, Vec<Item>)> {
    let lower = |items: &[Item]| items.iter().any(|i| matches!(i, Item::Altitude { way: Climb::Descend, .. }));
    let was_lower = lower(&items);
    let Checked { items, instead } = checked(s, r, items);
    // A descent that has become the present level is not said, and comes later.
    let stays = |i: &Item| matches!(i, Item::Altitude { way: Climb::Maintain, .. });
    let nothing = was_lower && !items.is_empty() && items.iter().all(stays);
    (!nothing).then(|| (instead.unwrap_or(notice), items))
}

#[cfg(test)]
mod tests;
