//! The pilot's own mistakes that a controller sees: a zone entered without a clearance, and a heading that is not flown. Each is mentioned
//! once.

use std::time::Duration;

use super::distress::side_to;
use super::initiative::Notice;
use crate::instruction::{Ask, Item};
use crate::record::Record;
use crate::situation::Situation;
use crate::units::{Facility, Time, turn};

/// In this time every turn is flown.
const TURNED: Duration = Duration::from_secs(75);
/// The core of a tower's airspace: nautical miles, and feet above the field.
const ZONE_NM: u16 = 4;
const ZONE_FT: f64 = 2_500.0;
/// A heading off by more than this is not the assigned one, degrees.
const OFF_HEADING: f64 = 40.0;

/// An aircraft that was told to remain outside, or to stand by, and flies into the tower's airspace.
pub(super) fn enters(s: &Situation, r: &Record) -> Option<(Notice, Vec<Item>)> {
    let waits = |i: &Item| matches!(i, Item::RemainOutside(_) | Item::Standby);
    let told = r.last.as_ref().is_some_and(|l| l.from == Facility::Tower && l.items.iter().any(waits));
    let inside = s.home.as_ref().is_some_and(|h| h.here && h.distance_nm <= ZONE_NM);
    let low = s.altitude_ft.zip(s.elevation_ft).is_some_and(|(now, field)| f64::from(now) - field < ZONE_FT);
    let cleared = r.entry || r.outbound || r.landing.is_some() || r.pattern_runway.is_some() || r.special_vfr;
    let visual = s.live && !s.on_ground && !s.ifr && r.emergency.is_none() && r.plight.is_none();
    let words = "you are in the control zone without a clearance";
    (visual && told && inside && low && !cleared).then(|| (Notice::Zone, vec![Item::Advice(words.into()), Item::Ask(Ask::Intentions)]))
}

/// An aircraft that has had the time to turn, and flies another heading than the assigned one.
pub(super) fn heading(now: Time, s: &Situation, r: &Record) -> Option<(Notice, Vec<Item>)> {
    // A visual flight outside class B turns as it likes.
    let degrees = r.heading.filter(|_| s.live && !s.on_ground && s.facility.is_radar() && r.radar && (s.ifr || r.bravo))?;
    let led = r.emergency.is_some() || r.plight.is_some() || r.no_gyro || r.deviating || r.holding || r.on_course;
    let on_approach = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) || r.landing.is_some();
    let flown = r.issued.is_some_and(|at| now.since(at) >= TURNED);
    let off = turn(s.heading_mag?, f64::from(degrees)).abs() > OFF_HEADING;
    (!led && !on_approach && flown && off).then(|| {
        let again = Item::Heading { turn: side_to(s, degrees), degrees };
        (Notice::Heading(degrees), vec![Item::Advice(format!("verify heading {degrees:03}")), again])
    })
}
