//! The leg of the pattern that a pilot reports, where the track does not show it yet, and the way out of the pattern.

use crate::instruction::{Item, Landing, Leg};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::situation::Situation;
use crate::{clearances, gate};

/// Beyond this distance from the threshold, a leg that the pilot names is not in the pattern yet, nautical miles.
const PATTERN_NM: f64 = 4.0;
/// The same, feet above the field.
const PATTERN_FT: f64 = 3_000.0;
/// A final of this length is reported to the tower, nautical miles.
const LONG_FINAL_NM: f64 = 7.0;

/// The leg that the pilot reports where the aircraft may well be on it: the track shows a leg only after some seconds, and not at all where
/// the pattern is flown wide.
pub(crate) fn said_leg(s: &Situation, heard: &Understanding) -> Option<Leg> {
    let course = s.final_course?;
    let near = course.before_nm.hypot(course.right_nm) <= PATTERN_NM && heard.slots.distance_nm.is_none();
    // In front of the runway, more or less on its centreline.
    let in_front = (0.0..LONG_FINAL_NM).contains(&course.before_nm) && course.right_nm.abs() < 0.4 * course.before_nm + 0.3;
    let high = s.altitude_ft.zip(s.elevation_ft).is_some_and(|(now, field)| f64::from(now) > field + PATTERN_FT);
    let joining = matches!(s.phase, Phase::Inbound | Phase::Arrival | Phase::Cruise | Phase::Transition);
    if !s.live || s.on_ground || s.ifr || high || !joining {
        return None;
    }
    match heard.slots.position.as_deref()? {
        // "Abeam the numbers", "midfield": beside the runway, on the downwind.
        "downwind" | "abeam" | "midfield" => Some(Leg::Downwind).filter(|_| near),
        place if place.starts_with("numbers") => Some(Leg::Downwind).filter(|_| near),
        "base" => Some(Leg::Base).filter(|_| near),
        "final" => Some(Leg::Final).filter(|_| in_front),
        _ => None,
    }
}

/// The approval of a way out: "right turn southbound approved".
pub(super) fn way_out(out: &crate::remark::Out) -> Item {
    if out.side.is_some() { Item::PatternWords(format!("{} approved", out.words())) } else { Item::DepartureApproved(out.words()) }
}

/// The landing clearance that was given and still stands.
pub(super) fn standing_landing(record: &Record) -> Option<Vec<Item>> {
    let (runway, kind) = record.landing?;
    gate::standing(record).map(|leave| vec![Item::Runway(runway), clearances::landing(&leave, kind)])
}

/// What the pilot wants after the takeoff, in words. A landing that is announced, or the circuit, replaces a way out that was asked for before.
pub(super) fn wished(s: &Situation, record: &Record, heard: &Understanding) -> Option<String> {
    let circuits = heard.slots.landing.is_some_and(|l| l != Landing::FullStop) || heard.has(Intent::PatternRequest);
    if heard.slots.departure.is_none() && circuits && s.live {
        return Some("closed traffic".to_owned());
    }
    heard.slots.departure.clone().or_else(|| record.wants_departure.clone())
}
