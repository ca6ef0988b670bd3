//! Vectors to the final approach course: downwind, base, intercept with the approach clearance (7110.65 5-9-1, 5-9-2, 5-9-4).

use std::time::Duration;

use super::initiative::{Notice, Watch};
use crate::instruction::{Climb, Item, ReportPoint};
use crate::record::Record;
use crate::situation::{Arrival, FinalCourse, Situation};
use crate::units::{Side, Time, turn};

/// A vector is not changed before it has had time to be flown.
const VECTOR_FLOWN: Duration = Duration::from_secs(60);
/// So far off the heading that would now be given, degrees, a flight on a vector needs another one.
const ASTRAY: f64 = 45.0;
/// More vectors than these on one approach would be a controller who cannot do it.
const MOST_VECTORS: u8 = 12;
/// Nobody turns onto the final approach course so far beyond the base leg, and from there it is joined so far beyond it, nautical miles.
const FAR_NM: f64 = 11.0;
const JOIN_NM: f64 = 5.0;

/// One step on the way to the final approach.
struct Leg {
    /// 1 downwind, 2 base or towards the course, 3 the intercept.
    step: u8,
    /// Magnetic heading, degrees.
    course: f64,
}

/// Where a base leg begins at least: so far out, and so far beside the final approach course, nautical miles.
const BASE_OUT_NM: f64 = 9.0;
/// Feet that a glide path of three degrees rises in a nautical mile.
const GLIDE_FT: f64 = 318.0;
/// A base leg farther out than this is no way in any more: the pilot flies the approach by the chart.
const OWN_NAVIGATION_NM: f64 = 22.0;
/// Within this distance such an approach is cleared, nautical miles.
const CLEARED_NM: f64 = 30.0;
const BASE_WIDE_NM: f64 = 5.0;
/// Farther away than this a flight keeps its own navigation, nautical miles.
const VECTORED_NM: f64 = 25.0;

/// Which leg leads on from here.
fn leg(f: FinalCourse, heading: f64, out_nm: f64) -> Leg {
    let toward = if f.right_nm >= 0.0 { -1.0 } else { 1.0 };
    let near_course = f.before_nm >= out_nm - 6.0 && f.right_nm.abs() <= (f.before_nm - out_nm + 7.0) * 0.6;
    let intercept = if f.right_nm.abs() < 0.4 { f.course_mag } else { f.course_mag + toward * 30.0 };
    // Nobody turns more than a right angle and a bit onto the final approach course: a base leg comes before.
    if near_course && f.before_nm <= out_nm + FAR_NM && turn(heading, intercept).abs() <= 110.0 {
        Leg { step: 3, course: intercept }
    } else if f.before_nm > out_nm + FAR_NM {
        // From far out a base leg would cross the final approach course out of reach: towards where it is joined instead.
        Leg {
            step: 2,
            course: f.course_mag + toward * (f.right_nm.abs() - 3.0).max(0.0).atan2(f.before_nm - out_nm - JOIN_NM).to_degrees(),
        }
    } else if f.before_nm >= out_nm - 4.0 {
        Leg { step: 2, course: f.course_mag + toward * 90.0 }
    } else {
        // Past the field, straight to where the base leg begins, on the side that the flight is on.
        let (out, aside) = (out_nm - f.before_nm, -toward * BASE_WIDE_NM - f.right_nm);
        Leg { step: 1, course: f.course_mag + 180.0 - aside.atan2(out).to_degrees() }
    }
}

/// What the arrival is relative to: the destination's runway, or for other flights the runway in use here.
struct Field<'a> {
    course: FinalCourse,
    minimum_ft: i32,
    /// Where a base leg at that altitude meets the glide path, nautical miles before the threshold.
    out_nm: f64,
    arrival: Option<&'a Arrival>,
}

fn field<'a>(s: &'a Situation, a: Option<&'a Arrival>) -> Option<Field<'a>> {
    Some(match a {
        Some(a) => {
            let minimum_ft = super::instruments::lowest(s, a);
            let out_nm = ((f64::from(minimum_ft) - a.elevation_ft) / GLIDE_FT + 2.0).max(BASE_OUT_NM);
            Field { course: a.course?, minimum_ft, out_nm, arrival: Some(a) }
        }
        None => Field { course: s.final_course?, minimum_ft: s.minimum_ft?, out_nm: BASE_OUT_NM, arrival: None },
    })
}

/// The next vector, if one is due.
pub(super) fn due(now: Time, s: &Situation, r: &Record, w: &Watch, a: &Arrival) -> Option<(Notice, Vec<Item>)> {
    step_due(now, s, r, w, &field(s, Some(a))?)
}

/// As [`due`], for a flight that is not on instruments: a practice approach.
pub(super) fn practice(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    step_due(now, s, r, w, &field(s, None)?)
}

fn step_due(now: Time, s: &Situation, r: &Record, w: &Watch, field: &Field<'_>) -> Option<(Notice, Vec<Item>)> {
    if field.out_nm > OWN_NAVIGATION_NM {
        return own_navigation(r, field).filter(|_| !w.told(Notice::Vector(3))).map(|items| (Notice::Vector(3), items));
    }
    let heading = s.heading_mag?;
    let leg = leg(field.course, heading, field.out_nm);
    let off = turn(heading, f64::from(rounded(leg.course)));
    let far = field.course.before_nm.hypot(field.course.right_nm) > VECTORED_NM && field.arrival.is_some();
    if far && leg.step != 3 && w.vectors() == 0 {
        return None;
    }
    let given = (1..=3).any(|n| n >= leg.step && w.told(Notice::Vector(n)));
    // A vector that has been flown and leads nowhere any more is followed by another one.
    let astray = off.abs() > ASTRAY && r.issued.is_none_or(|at| now.since(at) >= VECTOR_FLOWN);
    if given && !(astray && w.vectors() < MOST_VECTORS) {
        return None;
    }
    let notice = Notice::Vector(if given { 3 + w.vectors() } else { leg.step });
    Some((notice, items(s, r, field, &leg, off)))
}

/// The vector for a pilot who asks for the approach now.
pub(super) fn now(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    let field = field(s, Some(a))?;
    if field.out_nm > OWN_NAVIGATION_NM {
        return own_navigation(r, &field);
    }
    let heading = s.heading_mag?;
    let leg = leg(field.course, heading, field.out_nm);
    let off = turn(heading, f64::from(rounded(leg.course)));
    Some(items(s, r, &field, &leg, off))
}

/// The vector to the runway in use here for an aircraft in distress, whatever its plan is.
pub(super) fn to_the_runway(s: &Situation, r: &Record, kind: &str) -> Option<Vec<Item>> {
    let field = field(s, None)?;
    let heading = s.heading_mag?;
    let leg = leg(field.course, heading, field.out_nm);
    let off = turn(heading, f64::from(rounded(leg.course)));
    let record = Record { approach: Some((kind.to_owned(), false)), ..r.clone() };
    let level = s.floor_ft.map_or(field.minimum_ft, |f| f.max(field.minimum_ft));
    Some(items(s, &record, &Field { minimum_ft: level, ..field }, &leg, off))
}

/// Where the ground leaves no level for a vector, the approach is cleared as published, on the pilot's own navigation. A visual one waits
/// for the field in sight (7110.65 7-4-3).
fn own_navigation(r: &Record, field: &Field<'_>) -> Option<Vec<Item>> {
    let (a, f) = (field.arrival?, field.course);
    let (kind, _) = r.approach.as_ref().filter(|_| a.distance_nm <= CLEARED_NM)?;
    if kind.eq_ignore_ascii_case("visual") {
        return Some(vec![Item::Report(ReportPoint::Words("the field in sight".into()))]);
    }
    let report = Item::Report(ReportPoint::Words("established".into()));
    Some(vec![Item::ResumeOwnNavigation, Item::Approach { kind: kind.clone(), expect: false }, Item::Runway(f.runway), report])
}

/// A heading in fives, 5 to 360.
fn rounded(course: f64) -> u16 {
    match ((course / 5.0).round() * 5.0).rem_euclid(360.0) as u16 {
        0 => 360,
        degrees => degrees,
    }
}

fn items(s: &Situation, r: &Record, field: &Field<'_>, leg: &Leg, off: f64) -> Vec<Item> {
    let (f, degrees) = (field.course, rounded(leg.course));
    let turn_to = (off.abs() > 8.0).then_some(Item::Heading { turn: Some(if off < 0.0 { Side::Left } else { Side::Right }), degrees });
    let above = |n: i32| (field.minimum_ft + n + 499) / 500 * 500;
    let level = match leg.step {
        1 => above(1000),
        2 => above(500),
        _ => above(0),
    };
    let descend = s.altitude_ft.filter(|a| *a > level + 200 && r.altitude_ft.is_none_or(|have| have > level));
    let mut items = Vec::new();
    if leg.step == 3 {
        items.push(Item::Advice(format!("{} miles from the runway", f.before_nm.round())));
        items.extend(turn_to);
        let hold = s.altitude_ft.map_or(level, |a| if a > level + 200 { level } else { level.max((a + 50) / 100 * 100) });
        items.push(Item::Altitude { way: Climb::Maintain, feet: hold, level: s.is_level(hold) });
        items.push(Item::UntilEstablished);
        // Another runway than that it was expected for may have no approach of that name.
        let known = |k: &&String| match field.arrival {
            Some(a) => a.approaches.is_empty() || a.approach_named(k, f.runway) == Some(k.as_str()),
            None => s.approaches.is_none() || s.approach_named(k, f.runway) == Some(k.as_str()),
        };
        let kind = r.approach.as_ref().map(|(k, _)| k).filter(known).map_or_else(|| "visual".to_owned(), Clone::clone);
        items.push(Item::Approach { kind, expect: false });
        items.push(Item::Runway(f.runway));
    } else {
        items.push(turn_to.unwrap_or(Item::Heading { turn: None, degrees }));
        if descend.is_some() {
            items.push(Item::Altitude { way: Climb::Descend, feet: level, level: s.is_level(level) });
        }
        items.push(Item::Advice(format!("vectors to final runway {}", f.runway)));
    }
    items
}
