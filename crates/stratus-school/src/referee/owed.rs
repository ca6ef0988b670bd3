//! Invariant 5: every request is answered, and everything owed is given.

use stratus_atc::instruction::Item;
use stratus_units::Facility;

use super::{Referee, View};
use crate::pilot::Stage;
use crate::sortie::Mission;

/// A call that was made twice is a breach if there is no answer after this long, seconds.
const ANSWER_S: u32 = 13;
/// The longest wait of a pilot who holds short, after the runway has become free.
const HOLD_S: u32 = 100;
/// The longest "standby".
const STANDBY_S: u32 = 100;
/// An approach that is expected must be cleared, or vectored to, within this time from where vectors can begin. A
/// light aircraft that hears 40 miles out what to expect takes longer than that to arrive.
const APPROACH_S: u32 = 900;
/// Nautical miles from the destination.
const VECTORS_NM: f64 = 25.0;
/// The longest flight on a vector without another transmission.
const VECTOR_S: u32 = 360;
/// The longest time of an instrument departure with its tower.
const TOWER_S: u32 = 300;

/// Records what a transmission promises and which promises it fulfils.
pub(super) fn note(r: &mut Referee<'_>, v: &View<'_>, items: &[Item]) {
    for item in items {
        match item {
            Item::HoldShort { runway, .. } if v.a.on_ground => r.debts.hold = Some((*runway, None)),
            Item::ClearedForTakeoff { .. } | Item::LineUpAndWait | Item::Cross { .. } => r.debts.hold = None,
            Item::Standby => r.debts.standby = Some(v.t),
            Item::Approach { expect: true, .. } => {
                r.debts.approach.get_or_insert(v.t);
            }
            Item::Approach { expect: false, .. } | Item::Cleared(_) => (r.debts.approach, r.debts.vector) = (None, None),
            Item::Heading { .. } => r.debts.vector = Some(v.t),
            Item::Direct(_) | Item::ResumeOwnNavigation => r.debts.vector = None,
            Item::Contact { .. } | Item::Monitor { .. } => r.debts.handover = None,
            _ => {}
        }
    }
    if !items.contains(&Item::Standby) {
        r.debts.standby = None;
    }
}

/// Finds what has been owed for too long.
pub(super) fn watch(r: &mut Referee<'_>, v: &View<'_>) {
    if !v.speaking {
        requests(r, v);
    }
    hold(r, v);
    let late = |since: Option<u32>, limit: u32| since.is_some_and(|at| v.t.saturating_sub(at) > limit);
    if late(r.debts.standby, STANDBY_S) {
        r.debts.standby = None;
        r.breach(5, "\"standby\" without an end", v.t, format!("{STANDBY_S} s after it"));
    }
    let still_flying = matches!(v.stage, Stage::Arriving | Stage::Enroute | Stage::Around);
    if r.debts.approach.is_some() && v.a.position.distance_nm(r.s.to.position) > VECTORS_NM {
        r.debts.approach = Some(v.t);
    }
    if late(r.debts.approach, APPROACH_S) && still_flying {
        r.debts.approach = None;
        r.breach(5, "an approach was to be expected and never came", v.t, format!("{APPROACH_S} s after it"));
    }
    if late(r.debts.vector.map(|at| at.max(r.last_said)), VECTOR_S) && still_flying {
        r.debts.vector = None;
        r.breach(5, "left on a vector", v.t, format!("no word for {VECTOR_S} s"));
    }
    if r.s.mission == Mission::Instruments {
        instrument_flight(r, v);
    }
    silence(r, v);
}

fn requests(r: &mut Referee<'_>, v: &View<'_>) {
    let due: Vec<_> = r
        .open
        .iter_mut()
        .filter(|o| !o.answered && !o.told && o.calls >= 2 && v.t.saturating_sub(o.latest) > ANSWER_S)
        .map(|o| {
            o.told = true;
            (o.need, o.first)
        })
        .collect();
    for (need, first) in due {
        r.breach(5, format!("no answer to a request for {}", need.words()), v.t, format!("asked since {first} s"));
        r.unanswered.push(need);
    }
}

/// A pilot who holds short for traffic must be cleared unprompted when the traffic has passed.
fn hold(r: &mut Referee<'_>, v: &View<'_>) {
    let Some((runway, free_since)) = r.debts.hold else { return };
    let free = v.stage == Stage::AtHold && !v.traffic.on_runway(runway) && v.traffic.nearest_final(runway).is_none_or(|(nm, _)| nm > 4.0);
    let since = if free { Some(free_since.unwrap_or(v.t)) } else { None };
    r.debts.hold = Some((runway, since));
    if since.is_some_and(|at| v.t.saturating_sub(at) > HOLD_S) {
        r.debts.hold = None;
        r.breach(5, "told to hold short, and forgotten", v.t, format!("runway {runway} has been free for {HOLD_S} s"));
    }
}

fn instrument_flight(r: &mut Referee<'_>, v: &View<'_>) {
    let tower = v.tuned.is_some_and(|s| s.facility == Facility::Tower);
    let radar = r.s.from.stations.iter().any(|s| matches!(s.facility, Facility::Departure | Facility::Approach | Facility::Center));
    if v.stage == Stage::Departing && tower && radar && r.airborne.is_some_and(|up| v.t.saturating_sub(up) > TOWER_S) {
        r.breach(5, "an instrument departure was left with the tower", v.t, format!("{TOWER_S} s after take-off"));
    }
    if v.stage == Stage::Enroute {
        let to_go = v.a.position.distance_nm(r.s.to.position);
        let steep = (v.a.altitude_ft - r.s.to.elevation_ft - 3000.0) / 318.0;
        if to_go + 8.0 < steep && v.a.climb_fpm > -200.0 {
            let line = format!("{to_go:.0} miles to go at {:.0} ft", v.a.altitude_ft);
            r.breach(5, "left at cruise past the top of descent", v.t, line);
        }
    }
}

/// The length of the silence while something was owed.
fn silence(r: &mut Referee<'_>, v: &View<'_>) {
    let request = r.open.iter().filter(|o| !o.answered && !o.told).map(|o| o.first).min();
    let hold = r.debts.hold.and_then(|(_, free)| free);
    let owed = [request, hold, r.debts.standby, r.debts.vector].into_iter().flatten().min();
    if let Some(since) = owed.filter(|_| !v.speaking) {
        r.longest_silence = r.longest_silence.max(v.t.saturating_sub(since.max(r.last_said)));
    }
}
