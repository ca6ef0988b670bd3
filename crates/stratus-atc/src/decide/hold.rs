//! Holding at the pilot's request: the clearance, what is changed in it or asked about it, and its end.

use super::{Decision, clock, instruments, route, vectors};
use crate::hear::question::Form;
use crate::instruction::{Climb, Hold, Item, Legs};
use crate::intent::Understanding;
use crate::record::Record;
use crate::remark::{Remark, Remarks};
use crate::request::Request;
use crate::situation::{Arrival, Situation};
use crate::units::Side;

/// After this time the pilot expects further clearance, minutes.
const EXPECT_MIN: u16 = 15;
/// Expected times are multiples of this, minutes.
const STEP_MIN: u16 = 5;
/// The legs of a hold take a minute up to this altitude, and above it half a minute more (AIM 5-3-8 j), feet.
const LONGER_LEGS_FT: i32 = 14_000;
/// Nearer to a fix than this, the heading of the aircraft is the course to it, nautical miles.
const OVER_NM: f64 = 1.0;

/// What the pilot wants of a hold. Without a call for it: the present position, and what is usual.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted<'a> {
    fix: Option<&'a str>,
    turns: Option<Side>,
    legs: Option<Legs>,
    published: bool,
}

/// What a call wants of a hold.
pub(super) fn wanted(heard: &Understanding) -> Wanted<'_> {
    heard.requests.iter().find_map(Wanted::of).unwrap_or_default()
}

impl<'a> Wanted<'a> {
    /// What a request says.
    pub(super) fn of(request: &'a Request) -> Option<Self> {
        match request {
            Request::Hold { fix, turns, legs, published } => {
                Some(Self { fix: fix.as_deref(), turns: *turns, legs: *legs, published: *published })
            }
            _ => None,
        }
    }
}

/// The clearance to hold at a fix or at the present position: where and how, the level to keep, and when to expect further clearance
/// (7110.65 4-6-1, 4-6-4). An aircraft that holds already gets the turns and legs that it wants. A visual flight only has its hold approved.
pub(super) fn clearance(s: &Situation, r: &Record, wanted: Wanted<'_>) -> Vec<Item> {
    if !s.live || !s.ifr {
        let place = wanted.fix.map_or_else(|| "at present position".to_owned(), |f| format!("over {f}"));
        return vec![Item::Advice(format!("holding {place} approved")), Item::Advice("advise ready to proceed".into())];
    }
    let flown = r.hold.as_ref().filter(|h| r.holding && wanted.fix.is_none_or(|fix| h.fix.as_deref() == Some(fix)));
    if let Some(flown) = flown {
        let hold = Hold { turns: wanted.turns.unwrap_or(flown.turns), legs: wanted.legs.unwrap_or(flown.legs), ..flown.clone() };
        let until = r.holds_until.map(|at| ends_at(s, at));
        return [Item::Hold(hold)].into_iter().chain(until).collect();
    }
    let high = s.altitude_ft.is_some_and(|now| now > LONGER_LEGS_FT);
    let hold = Hold {
        fix: wanted.fix.map(str::to_owned),
        inbound: inbound(s, wanted.fix).filter(|_| !wanted.published || wanted.fix.is_none()),
        turns: wanted.turns.unwrap_or(Side::Right),
        legs: wanted.legs.unwrap_or(Legs::HalfMinutes(if high { 3 } else { 2 })),
    };
    let keep = r.altitude_ft.or(s.altitude_ft.map(|now| (now + 50) / 100 * 100));
    let keep = keep.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
    let until = s.utc_min.map(|now| ends_at(s, clock::later_by_steps(now, EXPECT_MIN, STEP_MIN)));
    // Without a clock the pilot says when to go on.
    let ready = until.is_none().then(|| Item::Advice("advise ready to proceed".into()));
    [Item::Hold(hold)].into_iter().chain(keep).chain(until).chain(ready).collect()
}

/// The time at which the hold ends, under the name that the state gives it.
fn ends_at(s: &Situation, minutes: u16) -> Item {
    let arrives = s.region.expected_approach_times && instruments::arrival(s).is_some_and(|a| instruments::gives_approach(s, a));
    if arrives { Item::ExpectedApproach(minutes) } else { Item::ExpectFurther(minutes) }
}

/// The magnetic course on which the aircraft comes to the fix, in tens of degrees: the hold is entered straight from it. Where the fix lies is
/// known from the plan and the beacons around; for any other fix, and the present position, the heading counts.
fn inbound(s: &Situation, fix: Option<&str>) -> Option<u16> {
    let heading = s.heading_mag?;
    let place =
        fix.zip(s.at).and_then(|(fix, at)| s.place_of(fix).filter(|p| p.distance_nm(at) > OVER_NM).map(|p| at.bearing(p) - s.variation));
    let tens = (place.unwrap_or(heading) / 10.0).round().rem_euclid(36.0) as u16 * 10;
    Some(if tens == 0 { 360 } else { tens })
}

/// The answer to a question about the hold: what was given, and when it ends.
pub(super) fn told(s: &Situation, r: &Record, form: Form, remarks: &Remarks) -> Option<Vec<Item>> {
    if !r.holding || form == Form::States || form == Form::Requests {
        return None;
    }
    let until = r.holds_until.map_or_else(|| Item::Advice("advise ready to proceed".into()), |at| ends_at(s, at));
    let how = r.hold.clone().map(Item::Hold).filter(|_| !remarks.has(Remark::AsksFurther));
    Some(how.into_iter().chain([until]).collect())
}

/// Out of the hold at the pilot's request: vectors to final where this unit gives them, otherwise direct.
pub(super) fn left(s: &Situation, r: &Record, a: &Arrival) -> Decision {
    let free = Record { holding: false, holds_until: None, ..r.clone() };
    match vectors::now(s, &free, a).filter(|_| instruments::gives_approach(s, a)) {
        // What the vectors lead to is announced again: the pilot may have held for another approach.
        Some(items) if items.iter().all(|i| !matches!(i, Item::Approach { .. })) => {
            let expect = r.approach.as_ref().zip(r.expects.or(a.runway));
            let expect = expect.map(|((kind, _), runway)| [Item::Approach { kind: kind.clone(), expect: true }, Item::Runway(runway)]);
            Decision::say(expect.into_iter().flatten().chain(items))
        }
        Some(items) => Decision::Say(items),
        None => route::direct(s, a, None),
    }
}

/// Whether the aircraft holds, and the time to expect further clearance has not come.
pub(super) fn holds(s: &Situation, r: &Record) -> bool {
    r.holding && !r.holds_until.zip(s.utc_min).is_some_and(|(until, now)| clock::has_come(until, now))
}
