//! Facts: weather, time, code, airspace, and what the controller has heard. Each comes from the situation or the record.

use super::{Matter, advice, no_information, unable, verdict};
use crate::decide::{sky as the_sky, topics};
use crate::hear::question::Form;
use crate::instruction::{Ask, Item};
use crate::phase::Phase;
use crate::record::OBSTRUCTED;
use crate::remark::Remark;

/// The transponder code in force.
pub(super) fn code(m: &Matter) -> Vec<Item> {
    if m.form == Form::States || m.heard.slots.squawk.is_some() {
        return Vec::new();
    }
    let own = m.r.squawk.or(m.s.assigned_squawk);
    own.map_or_else(|| if m.s.ifr { Vec::new() } else { vec![Item::SquawkVfr] }, |code| vec![Item::Squawk(code)])
}

/// The pressure setting. A regional setting is not known here: the pilot gets that of the field.
pub(super) fn pressure(m: &Matter) -> Vec<Item> {
    if m.heard.slots.altimeter.is_some() || m.form == Form::States && !m.told(Remark::Wishes) {
        return Vec::new();
    }
    let regional = m.details.regional;
    let none = regional.then(|| Item::Unable("no regional pressure here".into()));
    if m.heard.remarks.weather_at.is_some() && !regional {
        return Vec::new();
    }
    m.s.pressure().into_iter().chain(none).collect()
}

/// The surface wind.
pub(super) fn wind(m: &Matter) -> Vec<Item> {
    if m.heard.remarks.weather_at.is_some() || super::elsewhere(m.s) || m.form == Form::States && !m.told(Remark::Wishes) {
        return Vec::new();
    }
    m.s.wind().into_iter().collect()
}

/// Wind shear: only a pilot reports it (7110.65 3-1-8).
pub(super) fn wind_shear(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::States => vec![Item::Roger, advice("thanks for the report")],
        _ => m.s.wind().into_iter().chain([advice("no wind shear reported")]).collect(),
    }
}

/// Wake turbulence behind the traffic that is seen (7110.65 2-1-20).
pub(super) fn wake(m: &Matter) -> Vec<Item> {
    let near = m.s.finals.iter().chain(&m.s.traffic).any(|t| topics::heavy(&t.words));
    vec![advice(if near { "caution wake turbulence" } else { "no heavy traffic reported" })]
}

/// Birds: a report is taken with thanks (7110.65 2-1-22), a question gets what was reported.
pub(super) fn birds(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::States => vec![Item::Roger, advice("thanks for the report")],
        _ if m.r.obstructed => vec![advice(OBSTRUCTED)],
        _ => vec![advice("no further bird activity reported")],
    }
}

/// Visibility and cloud.
pub(super) fn sky(m: &Matter) -> Vec<Item> {
    if m.heard.remarks.weather_at.is_some() || super::elsewhere(m.s) || m.form == Form::States {
        return Vec::new();
    }
    let told = the_sky::told(m.s);
    if told.is_empty() { unable("visibility and ceiling not available here") } else { told }
}

/// The visibility. A simulator reports the visibility around the aircraft, which is not the field's in flight.
pub(super) fn visibility(m: &Matter) -> Vec<Item> {
    if m.s.visibility_sm().is_none() { unable("field visibility not available") } else { Vec::new() }
}

/// The temperature at the field.
pub(super) fn temperature(m: &Matter) -> Vec<Item> {
    match m.s.weather.temperature_c.filter(|_| m.s.on_ground) {
        Some(t) => vec![advice(format!("temperature {}", t.round()))],
        None => unable("temperature not available here"),
    }
}

/// The time, and what depends on the day: sunset and closing times are in no data here.
pub(super) fn clock(m: &Matter) -> Vec<Item> {
    let time = m.s.utc_min.map(|t| advice(format!("time {:02}{:02}", t / 60, t % 60)));
    let missing = if m.details.of_sun {
        Some(Item::Unable("no sunset time here".into()))
    } else if m.details.of_hours {
        Some(Item::Unable("no closing time here".into()))
    } else {
        None
    };
    let all: Vec<Item> = missing.into_iter().chain(time).collect();
    if all.is_empty() { vec![no_information()] } else { all }
}

/// The current information: asked for, or corrected for a pilot who has another letter (7110.65 2-9-2).
pub(super) fn letter(m: &Matter) -> Vec<Item> {
    // Without a recording, what it would say answers.
    let facts = || m.s.wind().into_iter().chain(m.s.pressure()).collect::<Vec<_>>();
    let Some(current) = m.s.atis else {
        return Some(facts()).filter(|f| !f.is_empty()).unwrap_or_else(|| unable("no current information here"));
    };
    match (m.heard.slots.atis, m.form) {
        (Some(said), Form::Whether) => verdict(said == current, Item::AtisCurrent(current)),
        (Some(said), Form::States) if said == current => Vec::new(),
        _ => vec![Item::AtisCurrent(current)],
    }
}

/// The transition level, if the pressure that determines it is known.
pub(super) fn transition_level(m: &Matter) -> Vec<Item> {
    match m.s.transition_level() {
        Some(level) => [advice(format!("transition level {level}"))].into_iter().chain(m.s.pressure()).collect(),
        None => unable("transition level not available"),
    }
}

/// Whether the controller heard something.
pub(super) fn copied(m: &Matter) -> Vec<Item> {
    if m.form == Form::Whether { vec![Item::Affirm] } else { Vec::new() }
}

/// A message to others.
pub(super) fn relay(_: &Matter) -> Vec<Item> {
    vec![advice("will pass it on")]
}

/// The lowest altitude that may be assigned here.
pub(super) fn minimum(m: &Matter) -> Vec<Item> {
    if m.s.on_ground {
        return Vec::new();
    }
    match m.s.floor_ft.max(m.s.minimum_ft) {
        Some(feet) => vec![advice(format!("minimum altitude here {}", crate::decide::radar::grouped((feet + 99) / 100 * 100)))],
        None => unable("minimum altitude not available here"),
    }
}

/// Reports of others: none reach a simulator.
pub(super) fn reports(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::States => Vec::new(),
        _ => vec![advice("no reports received here")],
    }
}

/// A report for others is taken with thanks (AIM 7-1-18).
pub(super) fn pilot_report(m: &Matter) -> Vec<Item> {
    if m.form == Form::States { vec![Item::Roger, advice("thanks for the report")] } else { vec![advice("go ahead with the report")] }
}

/// The callsign: the one in use here.
pub(super) fn callsign(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::Whether | Form::Either => vec![Item::Affirm],
        Form::What => m.s.own_station().map(Item::ThisIs).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// How the pilot is heard (AIM 4-2-3).
pub(super) fn radio_check(m: &Matter) -> Vec<Item> {
    if m.form == Form::States && !m.told(Remark::Wishes) { vec![Item::Roger] } else { vec![Item::ReadYou] }
}

/// Time that the pilot needs: given, and nothing presses an aircraft that holds.
pub(super) fn needs_time(m: &Matter) -> Vec<Item> {
    match m.s.phase {
        Phase::LineUpAndWait => vec![Item::Roger, Item::HoldPosition, advice("advise when ready")],
        _ => vec![Item::Roger, advice("advise when ready")],
    }
}

/// A request that is taken back: what was approved before stays.
pub(super) fn takes_back(_: &Matter) -> Vec<Item> {
    vec![Item::Roger]
}

/// Thanks, a greeting, or a farewell. A greeting that opens the conversation is answered; a farewell may be.
pub(super) fn thanks(m: &Matter) -> Vec<Item> {
    match m.r.contacted.contains(&m.s.facility) {
        true => vec![advice("good day")],
        false => vec![Item::GoAhead],
    }
}

/// What a pilot intends, in answer to the controller.
pub(super) fn intentions(_: &Matter) -> Vec<Item> {
    vec![Item::Roger]
}

/// Trouble without an emergency: whether help is needed is the one thing to ask (7110.65 10-1-1).
pub(super) fn trouble(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::States if !m.told(Remark::Minor) => vec![Item::Roger, Item::Ask(Ask::Assistance)],
        Form::States => vec![Item::Roger],
        _ => Vec::new(),
    }
}
