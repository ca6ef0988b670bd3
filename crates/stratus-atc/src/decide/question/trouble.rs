//! Subjects of an aircraft in trouble, declared or not: something is wrong, services are wanted, the runway is blocked, a turn is needed
//! without a gyro. The trouble is acknowledged, the question whether it is an emergency is asked once, and what the pilot wants is done
//! (7110.65 10-1-1, 10-1-2).

use super::advice;
use crate::decide::{distress, trouble, vectors};
use crate::gate;
use crate::hear::question::{Form, Subject};
use crate::instruction::{Ask, Item, Services, Wish};
use crate::intent::Understanding;
use crate::phase::Phase;
use crate::record::Record;
use crate::situation::Situation;
use crate::units::Facility;

/// The answer to one part about a subject of this file; `None` leaves the part to the other decisions.
pub(super) fn about(s: &Situation, r: &Record, heard: &Understanding, form: Form, subject: Subject) -> Option<Vec<Item>> {
    match subject {
        Subject::Trouble if form == Form::States && !s.on_ground => tells(s, r, heard),
        Subject::NoGyro => no_gyro(s, r),
        Subject::EmergencyServices => services(r, heard, form),
        Subject::StaysOnRunway => stays(s, r, heard),
        Subject::HelpChoice => help_choice(s),
        Subject::TroubleOver if r.emergency.is_none() => Some(vec![Item::Roger]),
        _ => None,
    }
}

/// Trouble without a declaration: acknowledged, and asked once whether it is an emergency. An aircraft that is safe on the ground is asked
/// what it wants.
fn tells(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    // Once it is declared, or denied, the rest of the call is what matters.
    let asked = r.confirming.is_some_and(|(wish, _)| wish == Wish::Distress);
    if r.emergency.is_some() || r.no_emergency || asked || heard.other_aircraft {
        return Some(vec![Item::Roger]);
    }
    let rolling = matches!(s.phase, Phase::TakeoffRoll | Phase::LandingRoll);
    if s.on_ground && rolling {
        return Some(vec![Item::Roger, Item::Services(Services::Alerted)]);
    }
    if s.on_ground || trouble::is_minor(s, r, heard) && heard.slots.nature.is_none() {
        return Some(vec![Item::Roger, Item::Ask(Ask::Assistance)]);
    }
    Some(vec![Item::Roger, gate::question(Wish::Distress, None)])
}

/// Vectors without a gyro: the controller says when to start and stop each turn (7110.65 5-6-2 c), to the runway in use.
pub(in crate::decide) fn no_gyro(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    if s.on_ground || !s.facility.is_radar() {
        return None;
    }
    let turn = vectors::start_turn(s, r);
    // Once announced, only the turn is repeated.
    let first = (!r.no_gyro).then_some(Item::NoGyro);
    let rest = turn.unwrap_or_else(|| vec![advice("fly straight ahead")]);
    Some(first.into_iter().chain(rest).collect())
}

/// Vehicles and people on the ground: called as soon as they are wanted, and whether they were.
fn services(r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    if gate::refuses(heard) {
        return Some(vec![Item::Roger]);
    }
    let called = r.alerted;
    match (form, called) {
        (Form::What | Form::Whether | Form::Either, true) => Some(vec![Item::Affirm, Item::Services(Services::Alerted)]),
        (Form::What | Form::Whether | Form::Either, false) => Some(vec![Item::Negative, Item::Ask(Ask::Assistance)]),
        _ => Some(vec![Item::Services(Services::Alerted)]),
    }
}

/// The aircraft stays where it is: nothing else uses that runway, and help comes (7110.65 3-1-5).
pub(super) fn stays(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let tow = heard.remarks.has(crate::remark::Remark::WantsTow);
    // Shutting down at the stand is not trouble.
    let at_stand = s.live && !s.on_runway && !tow && r.emergency.is_none();
    if !s.on_ground || at_stand {
        return Some(vec![Item::Roger]);
    }
    let runway = s.runway_here.filter(|_| s.on_runway).map(|x| advice(format!("runway {x} is closed")));
    let help = if tow { Services::Tow } else { Services::Assistance };
    Some([Item::Roger].into_iter().chain(runway).chain([Item::HoldPosition, Item::Services(help)]).collect())
}

/// The wind at the aircraft counts as that of a field this close, nautical miles.
const WIND_WITHIN_NM: u16 = 10;

/// The nearest field, with what is known about it.
fn help_choice(s: &Situation) -> Option<Vec<Item>> {
    if s.on_ground {
        return None;
    }
    let here = s.home.as_ref().is_some_and(|h| h.here);
    let runway = s.active.filter(|_| here).map(Item::RunwayAvailable);
    // The simulator reports the wind at the aircraft, which is not that of a distant field.
    let near = s.home.as_ref().is_some_and(|h| h.here && h.distance_nm <= WIND_WITHIN_NM);
    let weather = if near && s.facility != Facility::Center { s.wind() } else { None };
    Some(distress::home(s)?).map(|home| [home].into_iter().chain(runway).chain(weather).collect())
}
