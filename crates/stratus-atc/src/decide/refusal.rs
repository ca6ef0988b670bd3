//! Refusals: an "unable" is taken, with or without an alternative, and the controller makes another plan by what was refused and by the
//! stage of the flight. A pilot is not asked for intentions where the controller can offer something (7110.65 2-1-1, AIM 4-4-1, 5-5-2).

use super::{Decision, instruments, tower};
use crate::hear::Said;
use crate::instruction::{Ask, Climb, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, Runway};

/// The most other runways that are offered.
const OFFERED: usize = 2;

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// Accepts an "unable" and changes the plan: by the request in the same call, or by what the pilot says they can do.
pub(super) fn unable(s: &Situation, record: &Record, heard: &Understanding, said: &Said) -> Decision {
    let other = |i: &&Intent| !matches!(i, Intent::Unable | Intent::Unknown | Intent::Roger | Intent::Readback | Intent::SayAgain);
    if let Some(next) = heard.intents.iter().find(other).filter(|_| heard.remarks.has(Remark::Wishes)) {
        let mut rest = Understanding { intent: *next, ..heard.clone() };
        rest.intents.retain(|i| *i != Intent::Unable);
        if *next == Intent::TaxiRequest && s.tower_works_ground() {
            return tower::decide(s, record, &rest);
        }
        if let Decision::Say(items) = super::decide(s, record, &rest, said).decision {
            return Decision::Say(items);
        }
    }
    let higher = heard.remarks.has(Remark::OtherLevel)
        || heard.remarks.has(Remark::Wishes)
            && s.altitude_ft.zip(heard.slots.altitude_ft.last().copied()).is_some_and(|(a, b)| (a - b).abs() < 300);
    if let Some(feet) = heard.slots.altitude_ft.last().filter(|f| higher && s.ifr && s.live && !s.on_ground && (500..60_000).contains(*f)) {
        // Assign the level that the aircraft cannot leave.
        let safe = s.floor_ft.is_none_or(|floor| floor <= *feet);
        return Decision::say([Item::Roger].into_iter().chain(safe.then(|| instruments::level(s, *feet))));
    }
    Decision::Say(another_plan(s, record, heard).unwrap_or_else(|| vec![Item::Roger, Item::Ask(Ask::Intentions)]))
}

/// What takes the place of the instruction that was refused; `None` if nothing follows from it.
fn another_plan(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let last = r.last.as_ref().filter(|l| s.live && l.from == s.facility)?;
    let runway = last.items.iter().find_map(|i| if let Item::Runway(x) = i { Some(*x) } else { None });
    let of_runway = heard.slots.runway.is_some() || heard.remarks.has(Remark::OfRunway);
    if let Some(refused) = heard.slots.runway.or(runway).filter(|_| of_runway) {
        return other_runways(s, refused);
    }
    if s.on_ground { on_ground(s, r, &last.items) } else { in_flight(s, &last.items) }
}

/// The runways that the pilot may have instead.
fn other_runways(s: &Situation, refused: Runway) -> Option<Vec<Item>> {
    let same = |x: Runway| x == refused || x == refused.reciprocal();
    let free = |x: &&Runway| !s.is_closed(**x) && s.occupant(**x).is_none();
    let strips = s.runways.iter().filter(free).filter(|x| !same(**x));
    let mut others: Vec<Runway> = strips.copied().collect();
    // Of each strip the end into the wind: the one nearer to the direction of the runway in use.
    let with_use =
        |x: &Runway| s.active.is_none_or(|a| crate::units::turn(f64::from(a.number) * 10.0, f64::from(x.number) * 10.0).abs() <= 90.0);
    others.retain(with_use);
    others.truncate(OFFERED);
    let names: Vec<String> = others.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(vec![Item::Roger, advice(format!("runway {one} available, advise if you want it"))]),
        [one, two, ..] => Some(vec![Item::Roger, advice(format!("runway {one} or runway {two} available")), Item::Ask(Ask::Runway)]),
    }
}

/// On the ground the aircraft stays where it is, and a clearance that it cannot use is cancelled.
fn on_ground(s: &Situation, r: &Record, last: &[Item]) -> Option<Vec<Item>> {
    let told = |wanted: fn(&Item) -> bool| last.iter().any(wanted);
    let ready = |words: &str| advice(format!("advise when ready{words}"));
    let stays = |runway: Option<Runway>| match runway.filter(|_| !s.on_runway) {
        Some(runway) => Item::HoldShort { runway, at: None },
        None => Item::HoldPosition,
    };
    if told(|i| matches!(i, Item::LineUpAndWait | Item::ClearedForTakeoff { .. })) {
        let cancelled = r.takeoff.map(|_| Item::CancelTakeoff);
        let runway = r.takeoff.or(r.lined_up).or(s.runway_here);
        return Some([Item::Roger].into_iter().chain(cancelled).chain([stays(runway), ready("")]).collect());
    }
    if let Some(runway) = last.iter().find_map(|i| if let Item::Cross { runway, .. } = i { Some(*runway) } else { None }) {
        return Some(vec![Item::Roger, stays(Some(runway)), ready(" to cross")]);
    }
    told(|i| matches!(i, Item::Taxi { .. } | Item::TaxiToParking { .. } | Item::Pushback { .. }))
        .then(|| vec![Item::Roger, Item::HoldPosition, Item::Ask(Ask::Request)])
}

/// In the air the aircraft goes on as it is, and is asked for the one value that the new plan needs.
fn in_flight(s: &Situation, last: &[Item]) -> Option<Vec<Item>> {
    let told = |wanted: fn(&Item) -> bool| last.iter().any(wanted);
    if told(|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. })) {
        return Some(vec![Item::Roger, Item::RemainThisFrequency]);
    }
    if told(|i| matches!(i, Item::Approach { .. })) {
        return Some(vec![Item::Roger, Item::Ask(Ask::Approach)]);
    }
    if told(|i| matches!(i, Item::Altitude { .. })) && s.ifr {
        let now = s.altitude_ft.map(|a| (a + 50) / 100 * 100)?;
        // A level below the floor is never assigned: the pilot says what the aircraft can do.
        let stay = s.floor_ft.is_none_or(|floor| floor <= now).then_some(Item::Altitude {
            way: Climb::Maintain,
            feet: now,
            level: s.is_level(now),
        });
        return Some([Item::Roger].into_iter().chain(stay).chain([Item::Ask(Ask::RequestedAltitude)]).collect());
    }
    if told(|i| matches!(i, Item::Heading { .. } | Item::TurnDegrees { .. })) {
        return Some(vec![Item::Roger, advice("fly present heading"), advice("advise when able to turn")]);
    }
    if told(|i| matches!(i, Item::Speed(_))) {
        return Some(vec![Item::Roger, advice("speed at your discretion")]);
    }
    if told(|i| matches!(i, Item::Direct(_))) && s.facility.is_radar() {
        return Some(vec![Item::Roger, advice("fly present heading")]);
    }
    if told(|i| matches!(i, Item::Enter(..) | Item::StraightIn | Item::ClosedTraffic(_))) && s.facility == Facility::Tower {
        return Some(vec![Item::Roger, advice("advise the entry that you want")]);
    }
    None
}
