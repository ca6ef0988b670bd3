//! The release of an instrument departure from a field without a tower, with the time at which the clearance ends (7110.65 4-3-4).

use super::{Decision, circumstances, clock};
use crate::instruction::Item;
use crate::intent::{Intent, Understanding};
use crate::record::{Owed, Record};
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;
use crate::{clearances, gate};

/// A released flight has this long to take off, minutes.
const VOID_MIN: u16 = 10;
/// A flight that has not taken off by then reports within this time after it, minutes (AIM 5-2-7).
const ADVISE_MIN: u16 = 30;

/// The answer to a pilot at a field without a tower who waits for the release, or is ready without one.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let unit = s.facility.is_radar() || s.facility == Facility::Clearance;
    if !s.live || !s.on_ground || s.towered || !r.ifr || !unit || r.emergency.is_some() {
        return None;
    }
    // "Released, void at one five" repeats the release; only a wish in the same call asks for it.
    let repeats = matches!(heard.intent, Intent::Readback | Intent::Roger) && !heard.remarks.has(Remark::Wishes);
    let asked = heard.remarks.has(Remark::Release) && !repeats && (r.pending.is_none() || heard.remarks.has(Remark::Wishes));
    if heard.remarks.has(Remark::AsksVoid) {
        return Some(Decision::Say(vec![in_force(s, r)]));
    }
    let waits = r.owed.contains(&Owed::Release) || r.void_min.is_some();
    let ready = matches!(heard.intent, Intent::DepartureReady | Intent::TakeoffRequest)
        || heard.intent == Intent::PositionReport && r.pending.is_none();
    if !(asked || waits && ready) {
        return None;
    }
    Some(match gate::to_release(heard, r) {
        Some(leave) => Decision::Say([clearances::release(&leave)].into_iter().chain(void(s, r)).collect()),
        None => circumstances::when_ready(),
    })
}

/// The times of a release: those that stand, or new ones.
fn void(s: &Situation, r: &Record) -> Option<Item> {
    let now = s.utc_min.filter(|_| s.region.release_void_times)?;
    let off_by = r.void_min.filter(|void| !clock::has_come(*void, now)).unwrap_or(clock::later(now, VOID_MIN));
    Some(Item::VoidTime { off_by, advise_by: clock::later(off_by, ADVISE_MIN), now })
}

/// The void time that applies.
pub(super) fn in_force(s: &Situation, r: &Record) -> Item {
    let told = r.void_min.zip(s.utc_min);
    match told {
        Some((off_by, now)) if !clock::has_come(off_by, now) => Item::VoidTime { off_by, advise_by: clock::later(off_by, ADVISE_MIN), now },
        Some(_) => Item::Advice("your clearance is void, say when ready for another release".into()),
        None => Item::Advice("no void time".into()),
    }
}
