//! Holding at the pilot's request: the clearance, and its end.

use super::{Decision, instruments, route, vectors};
use crate::instruction::{Climb, Item};
use crate::record::Record;
use crate::situation::{Arrival, Situation};

/// After this time the pilot expects further clearance, minutes.
const EXPECT_MIN: u16 = 15;
/// Expected times are multiples of this, minutes.
const STEP_MIN: u16 = 5;
/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;

/// The clearance to hold at a fix or at the present position: the level to keep, and when to expect further clearance (7110.65 4-6-1,
/// 4-6-4). A visual flight only has its hold approved.
pub(super) fn clearance(s: &Situation, r: &Record, fix: Option<&str>) -> Vec<Item> {
    if !s.live || !s.ifr {
        let place = fix.map_or_else(|| "at present position".to_owned(), |f| format!("over {f}"));
        return vec![Item::Advice(format!("holding {place} approved")), Item::Advice("advise ready to proceed".into())];
    }
    let keep = r.altitude_ft.or(s.altitude_ft.map(|now| (now + 50) / 100 * 100));
    let keep = keep.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
    let until = s.utc_min.map(|now| Item::ExpectFurther(((now + EXPECT_MIN).div_ceil(STEP_MIN) * STEP_MIN) % DAY_MIN));
    // Without a clock the pilot says when to go on.
    let ready = until.is_none().then(|| Item::Advice("advise ready to proceed".into()));
    [Item::Hold { fix: fix.map(str::to_owned) }].into_iter().chain(keep).chain(until).chain(ready).collect()
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
    r.holding && !r.holds_until.zip(s.utc_min).is_some_and(|(until, now)| has_come(until, now))
}

/// Whether a time of the day has come, within half a day.
fn has_come(until: u16, now: u16) -> bool {
    (now + DAY_MIN - until) % DAY_MIN < DAY_MIN / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_ends_at_the_expected_time_also_past_midnight() {
        assert!(!has_come(615, 600) && !has_come(5, 1430) && has_come(615, 615) && has_come(5, 6));
    }
}
