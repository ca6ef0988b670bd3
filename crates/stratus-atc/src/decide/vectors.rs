//! Vectors to the final approach course: downwind, base, intercept with the approach clearance (7110.65 5-9-1, 5-9-2, 5-9-4).

use std::time::Duration;

use super::initiative::{Notice, Watch};
use crate::instruction::{Climb, Item, ReportPoint};
use crate::intent::Understanding;
use crate::record::Record;
use crate::situation::{Arrival, FinalCourse, Situation};
use crate::units::{Side, Time, turn};

/// Minimum time between vectors, so that the first can be flown.
const VECTOR_FLOWN: Duration = Duration::from_secs(60);
/// A flight on a vector needs a new one if its heading differs from the required one by more than this, degrees.
const ASTRAY: f64 = 45.0;
/// The maximum number of vectors on one approach: needing more means that the vectoring has failed.
const MOST_VECTORS: u8 = 12;
/// How far beyond the base leg an aircraft may still turn onto final, and how far beyond it the final approach course is joined from
/// farther out, nautical miles.
const FAR_NM: f64 = 11.0;
const JOIN_NM: f64 = 5.0;

/// One leg of the vectors to final.
struct Leg {
    /// 1 downwind, 2 base or towards the course, 3 intercept.
    step: u8,
    /// Magnetic heading, degrees.
    course: f64,
}

/// Minimum position of the base leg: distance from the threshold, and offset from the final approach course, nautical miles.
const BASE_OUT_NM: f64 = 9.0;
/// Feet that a three-degree glide path rises per nautical mile.
const GLIDE_FT: f64 = 318.0;
/// If the base leg would be farther out than this, vectors are no longer useful: the pilot flies the published approach, nautical miles.
const OWN_NAVIGATION_NM: f64 = 22.0;
/// Such an approach is cleared within this distance, nautical miles.
const CLEARED_NM: f64 = 30.0;
const BASE_WIDE_NM: f64 = 5.0;
/// A published approach begins at least this far before the threshold; an aircraft that is nearer, or past the field, is vectored out to
/// where the base leg begins, nautical miles.
const BEGINS_NM: f64 = 5.0;
const OUT_NM: f64 = 16.0;
/// Within this distance a pilot who has not seen the field needs another approach, nautical miles.
const SIGHTED_NM: f64 = 8.0;
/// Beyond this distance a flight stays on its own navigation, nautical miles.
const VECTORED_NM: f64 = 25.0;

/// The leg to fly from here.
fn leg(f: FinalCourse, heading: f64, out_nm: f64) -> Leg {
    let toward = if f.right_nm >= 0.0 { -1.0 } else { 1.0 };
    let near_course = f.before_nm >= out_nm - 6.0 && f.right_nm.abs() <= (f.before_nm - out_nm + 7.0) * 0.6;
    let intercept = if f.right_nm.abs() < 0.4 { f.course_mag } else { f.course_mag + toward * 30.0 };
    // A turn onto final is limited to 110 degrees; a larger one needs a base leg first.
    if near_course && f.before_nm <= out_nm + FAR_NM && turn(heading, intercept).abs() <= 110.0 {
        Leg { step: 3, course: intercept }
    } else if f.before_nm > out_nm + FAR_NM {
        // From far out, a base leg would cross the final approach course too far away, so head for the point where it is joined.
        Leg {
            step: 2,
            course: f.course_mag + toward * (f.right_nm.abs() - 3.0).max(0.0).atan2(f.before_nm - out_nm - JOIN_NM).to_degrees(),
        }
    } else if f.before_nm >= out_nm - 4.0 {
        Leg { step: 2, course: f.course_mag + toward * 90.0 }
    } else {
        // Past the field: straight to the start of the base leg, on the flight's side.
        let (out, aside) = (out_nm - f.before_nm, -toward * BASE_WIDE_NM - f.right_nm);
        Leg { step: 1, course: f.course_mag + 180.0 - aside.atan2(out).to_degrees() }
    }
}

/// The reference for the vectors: the destination's runway, or for other flights the runway in use here.
struct Field<'a> {
    course: FinalCourse,
    minimum_ft: i32,
    /// Where a base leg at that altitude meets the glide path, nautical miles from the threshold.
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

/// An arrival on the last vector to a visual approach whose pilot has not reported the field: the instrument approach instead, or the question
/// once more where there is none.
fn unsighted(s: &Situation, r: &Record, w: &Watch, field: &Field<'_>) -> Option<(Notice, Vec<Item>)> {
    let a = field.arrival?;
    let visual = r.approach.as_ref().is_some_and(|(kind, cleared)| !cleared && kind.eq_ignore_ascii_case("visual"));
    let near = (0.0..SIGHTED_NM).contains(&field.course.before_nm) && w.told(Notice::Vector(3));
    if !visual || !near || r.sees_field || w.told(Notice::Sight) {
        return None;
    }
    let items = match super::instruments::by_instruments(a) {
        Some(kind) => {
            let again = Record { approach: Some((kind, false)), ..r.clone() };
            let heading = s.heading_mag?;
            let leg = leg(field.course, heading, field.out_nm.min(SIGHTED_NM));
            let off = turn(heading, f64::from(rounded(leg.course)));
            items(s, &again, field, &Leg { step: 3, ..leg }, off)
        }
        None => vec![Item::Report(ReportPoint::Words("the field in sight".into()))],
    };
    Some((Notice::Sight, items))
}

/// Like [`due`], for a practice approach by a flight that is not IFR.
pub(super) fn practice(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    step_due(now, s, r, w, &field(s, None)?)
}

fn step_due(now: Time, s: &Situation, r: &Record, w: &Watch, field: &Field<'_>) -> Option<(Notice, Vec<Item>)> {
    if field.out_nm > OWN_NAVIGATION_NM {
        let items = own_navigation(s, r, field).filter(|items| items.len() > 1)?;
        let notice = if items.iter().any(|i| matches!(i, Item::Approach { .. })) { Notice::Vector(3) } else { Notice::Vector(1) };
        return (!w.told(notice)).then_some((notice, items));
    }
    if let Some(found) = unsighted(s, r, w, field) {
        return Some(found);
    }
    let heading = s.heading_mag?;
    let leg = leg(field.course, heading, field.out_nm);
    let off = turn(heading, f64::from(rounded(leg.course)));
    let far = field.course.before_nm.hypot(field.course.right_nm) > VECTORED_NM && field.arrival.is_some();
    if far && leg.step != 3 && w.vectors() == 0 {
        return None;
    }
    let given = (1..=3).any(|n| n >= leg.step && w.told(Notice::Vector(n)));
    // Issue another vector if the last one has been flown and no longer leads to the course.
    let astray = off.abs() > ASTRAY && r.issued.is_none_or(|at| now.since(at) >= VECTOR_FLOWN);
    if given && !(astray && w.vectors() < MOST_VECTORS) {
        return None;
    }
    let notice = Notice::Vector(if given { 3 + w.vectors() } else { leg.step });
    Some((notice, items(s, r, field, &leg, off)))
}

/// The vector for a pilot who requests the approach now.
pub(super) fn now(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    if let Some(items) = super::missed::still_climbs(s, r, a) {
        return Some(items);
    }
    let field = field(s, Some(a))?;
    if field.out_nm > OWN_NAVIGATION_NM {
        return own_navigation(s, r, &field);
    }
    let heading = s.heading_mag?;
    let leg = leg(field.course, heading, field.out_nm);
    let off = turn(heading, f64::from(rounded(leg.course)));
    Some(items(s, r, &field, &leg, off))
}

/// Whether a pilot who asks for an approach asks for a visual one, or leaves the kind open.
pub(super) fn wants_visual(heard: &Understanding) -> bool {
    heard.slots.approach.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("visual"))
}

/// The vector to the runway in use here, for an aircraft in distress, whatever its plan.
pub(super) fn to_the_runway(s: &Situation, r: &Record, kind: &str) -> Option<Vec<Item>> {
    // The runway that was announced at the destination stays the one, though another field is nearer.
    let bound = super::instruments::arrival(s).filter(|a| a.icao != s.icao && r.expects.is_some() && a.runway == r.expects);
    let field = field(s, bound)?;
    let heading = s.heading_mag?;
    let leg = leg(field.course, heading, field.out_nm);
    let off = turn(heading, f64::from(rounded(leg.course)));
    let record = Record { approach: Some((kind.to_owned(), false)), ..r.clone() };
    let level = s.floor_ft.map_or(field.minimum_ft, |f| f.max(field.minimum_ft));
    Some(items(s, &record, &Field { minimum_ft: level, ..field }, &leg, off))
}

/// If terrain leaves no level for a vector, the approach is cleared as published, on the pilot's own navigation. A visual approach waits
/// for the field in sight (7110.65 7-4-3).
fn own_navigation(s: &Situation, r: &Record, field: &Field<'_>) -> Option<Vec<Item>> {
    let (a, f) = (field.arrival?, field.course);
    let (kind, _) = r.approach.as_ref().filter(|_| a.distance_nm <= CLEARED_NM)?;
    if kind.eq_ignore_ascii_case("visual") {
        return Some(vec![Item::Report(ReportPoint::Words("the field in sight".into()))]);
    }
    let least = (field.minimum_ft + 499) / 500 * 500;
    // A climb that was assigned, as after a missed approach, comes first: the filed level says nothing about the terrain here.
    let climbs = r.altitude_ft.filter(|given| s.altitude_ft.is_some_and(|now| now + 300 < (*given).min(least)));
    if let Some(given) = climbs {
        return Some(vec![super::instruments::level(s, given)]);
    }
    let clear = super::instruments::clear_of_terrain(s, a).min(least);
    if s.altitude_ft.is_some_and(|now| now + 300 < clear) {
        // The aircraft is below the minimum altitude, so it climbs before it is cleared for the approach.
        return Some(vec![super::instruments::level(s, clear)]);
    }
    // Past the field, or beside it, no procedure leads in: the aircraft is vectored back to where one begins, at a safe level.
    let begins = if r.heading.is_some() { OUT_NM - 4.0 } else { BEGINS_NM };
    if f.before_nm < begins && s.altitude_ft.is_none_or(|now| now + 200 >= least) {
        let heading = s.heading_mag?;
        let leg = leg(f, heading, OUT_NM);
        let off = turn(heading, f64::from(rounded(leg.course)));
        let turn_to = Item::Heading { turn: (off.abs() > 8.0).then_some(side(off)), degrees: rounded(leg.course) };
        let down = s.altitude_ft.filter(|now| *now > least + 200 && r.altitude_ft.is_none_or(|have| have > least));
        let down = down.map(|_| super::instruments::level(s, least));
        let to_final = Item::Advice(format!("vectors to final runway {}", f.runway));
        return Some([turn_to].into_iter().chain(down).chain([to_final]).collect());
    }
    // The level is kept until the procedure leads down (7110.65 4-8-1).
    let keep = s.altitude_ft.map(|now| super::instruments::level(s, if now > least + 200 { least } else { (now + 50) / 100 * 100 }));
    let until = keep.is_some().then_some(Item::UntilEstablished);
    let report = Item::Report(ReportPoint::Words("established".into()));
    let (keep, until) = (keep.into_iter(), until.into_iter());
    let cleared = [Item::ResumeOwnNavigation, Item::Approach { kind: kind.clone(), expect: false }, Item::Runway(f.runway), report];
    let [own, rest @ ..] = cleared;
    Some([own].into_iter().chain(keep).chain(until).chain(rest).collect())
}

fn side(off: f64) -> Side {
    if off < 0.0 { Side::Left } else { Side::Right }
}

/// Rounds a heading to fives, from 5 to 360.
fn rounded(course: f64) -> u16 {
    match ((course / 5.0).round() * 5.0).rem_euclid(360.0) as u16 {
        0 => 360,
        degrees => degrees,
    }
}

/// "2 miles right of the final approach course".
pub(super) fn beside_the_course(f: &FinalCourse) -> Item {
    let miles = f.right_nm.abs().round();
    let side = if f.right_nm > 0.0 { "right" } else { "left" };
    Item::Advice(match miles {
        m if m < 1.0 => format!("on the final approach course, {} miles from the runway", f.before_nm.round()),
        m if m < 2.0 => format!("1 mile {side} of the final approach course"),
        m => format!("{m} miles {side} of the final approach course"),
    })
}

/// The miles that the vectors to final still take.
pub(super) fn track_miles(s: &Situation, a: &Arrival) -> Option<u32> {
    let field = field(s, Some(a))?;
    let (f, out) = (field.course, field.out_nm.min(OWN_NAVIGATION_NM));
    let miles = match leg(f, s.heading_mag?, out).step {
        1 => (out - f.before_nm).hypot(BASE_WIDE_NM - f.right_nm.abs()) + BASE_WIDE_NM + out,
        2 => f.right_nm.abs() + f.before_nm.max(out),
        _ => f.before_nm.hypot(f.right_nm),
    };
    Some(miles.round().max(1.0) as u32)
}

/// The miles to the end of the present leg of the vectors.
pub(super) fn miles_to_turn(s: &Situation, a: &Arrival) -> Option<u32> {
    let field = field(s, Some(a))?;
    let (f, out) = (field.course, field.out_nm.min(OWN_NAVIGATION_NM));
    let miles = match leg(f, s.heading_mag?, out).step {
        1 => out - f.before_nm,
        2 => f.right_nm.abs() - 2.0,
        _ => f.right_nm.abs(),
    };
    Some(miles.round().max(1.0) as u32)
}

/// A heading away from the field, parallel to the final approach course, for more miles to lose height.
pub(super) fn outbound(s: &Situation, f: &FinalCourse) -> Vec<Item> {
    let degrees = rounded(f.course_mag + 180.0);
    let turn_to = s.heading_mag.map(|now| side(turn(now, f64::from(degrees))));
    vec![Item::Heading { turn: turn_to, degrees }]
}

/// How far from the heading that is wanted a turn without a gyro is stopped, so that the pilot has time to roll out, degrees.
const ROLL_OUT: f64 = 12.0;
/// A heading that is off by less than this needs no turn without a gyro, degrees.
const STRAIGHT: f64 = 15.0;

/// The reference for vectors without a gyro: the destination, otherwise the runway in use here.
fn reference(s: &Situation) -> Option<Field<'_>> {
    super::instruments::arrival(s).and_then(|a| field(s, Some(a))).or_else(|| field(s, None))
}

/// How far the heading that is wanted is off, for a flight without a gyro; positive to the right.
fn off_course(s: &Situation) -> Option<(f64, Leg, FinalCourse)> {
    let field = reference(s)?;
    let leg = leg(field.course, s.heading_mag?, field.out_nm.min(OWN_NAVIGATION_NM));
    let off = turn(s.heading_mag?, leg.course.rem_euclid(360.0));
    Some((off, leg, field.course))
}

/// The turn that a flight without a gyro starts now (7110.65 5-6-2 c). On final the turns are gentle (5-10-13).
pub(super) fn start_turn(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    let (off, leg, f) = off_course(s)?;
    let gentle = leg.step == 3 && !r.half_rate;
    let gentle = gentle.then(|| Item::Advice("make half standard rate turns".into()));
    (off.abs() > STRAIGHT).then(|| {
        let to_final = (!r.no_gyro).then(|| Item::Advice(format!("vectors to final runway {}", f.runway)));
        to_final.into_iter().chain(gentle).chain([Item::StartTurn(side(off))]).collect()
    })
}

/// Starts and stops the turns of a flight without a gyro, and clears it for its approach once it flies towards the course.
pub(super) fn no_gyro(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    if !r.no_gyro || s.on_ground || !s.facility.is_radar() {
        return None;
    }
    let (off, leg, _) = off_course(s)?;
    if let Some(turns) = r.turning {
        let passed = if turns == Side::Right { off < 0.0 } else { off > 0.0 };
        let there = off.abs() <= ROLL_OUT || passed && off.abs() < 90.0;
        return (there && !w.told(Notice::Turn(None))).then(|| (Notice::Turn(None), vec![Item::StopTurn]));
    }
    if let Some(items) = start_turn(s, r).filter(|_| !w.told(Notice::Turn(Some(side(off))))) {
        return Some((Notice::Turn(Some(side(off))), items));
    }
    let field = reference(s)?;
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared);
    let ready = leg.step == 3 && !cleared && !w.told(Notice::Vector(3));
    let safe = s.altitude_ft.is_none_or(|now| now + 200 >= field.minimum_ft);
    (ready && safe).then(|| {
        let heading = |i: &Item| !matches!(i, Item::Heading { .. });
        (Notice::Vector(3), items(s, r, &field, &leg, off).into_iter().filter(heading).collect())
    })
}

/// An aircraft that is nearer than this to the final approach course is on it, nautical miles.
const ON_COURSE_NM: f64 = 0.6;

fn items(s: &Situation, r: &Record, field: &Field<'_>, leg: &Leg, off: f64) -> Vec<Item> {
    let (f, degrees) = (field.course, rounded(leg.course));
    let turn_to = (off.abs() > 8.0).then_some(Item::Heading { turn: Some(side(off)), degrees });
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
        items.extend(turn_to.clone());
        // The altitude for the intercept does not exceed the filed level or the present altitude.
        let most = s.flight_plan.as_ref().and_then(|p| p.altitude_ft).filter(|_| field.arrival.is_some()).unwrap_or(i32::MAX);
        let now = |a: i32| (a + 50) / 100 * 100;
        let hold = s.altitude_ft.map_or(level, |a| match now(a) {
            _ if a > level + 200 => level,
            keeps if keeps >= field.minimum_ft => keeps,
            low => level.min(most).max(low),
        });
        // On the course and below that level the aircraft follows the approach down already: it does not climb back.
        let on_path = turn_to.is_none() && f.right_nm.abs() < ON_COURSE_NM && s.altitude_ft.is_some_and(|a| a + 200 < hold);
        if !on_path {
            items.push(Item::Altitude { way: Climb::Maintain, feet: hold, level: s.is_level(hold) });
            items.push(Item::UntilEstablished);
        }
        // If the runway has changed, the announced approach may not exist for it.
        let known = |k: &&String| {
            let hidden = k.eq_ignore_ascii_case("visual") && field.arrival.is_some_and(|a| !a.is_visual());
            k.is_empty()
                || !hidden
                    && match field.arrival {
                        Some(a) => a.approaches.is_empty() || a.approach_named(k, f.runway) == Some(k.as_str()),
                        None => s.approaches.as_ref().is_none_or(Vec::is_empty) || s.approach_named(k, f.runway) == Some(k.as_str()),
                    }
        };
        let kind = r.approach.as_ref().map(|(k, _)| k).filter(known).cloned().unwrap_or_else(|| {
            let visual = field.arrival.is_none_or(Arrival::offers_visual);
            if visual { "visual".to_owned() } else { String::new() }
        });
        // A visual approach is cleared with the field in sight (7110.65 7-4-3).
        let blind = kind.eq_ignore_ascii_case("visual") && field.arrival.is_some() && !r.sees_field;
        if blind && r.emergency.is_none() && !r.no_gyro {
            items.retain(|i| *i != Item::UntilEstablished);
            items.push(Item::Report(ReportPoint::Words("the field in sight".into())));
            return items;
        }
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
