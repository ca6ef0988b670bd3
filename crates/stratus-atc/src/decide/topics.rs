//! Answers to uncommon subjects: a laser, a failed transponder, a hold, a tow, a short approach. Also wake turbulence cautions.

use super::{Decision, in_pattern, tower};
use crate::instruction::{Ask, Climb, Item, Leg, ReportPoint};
use crate::intent::{Intent, Topic, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, Side};
use crate::{clearances, gate};

/// The answer to a topic, if this unit has one.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    if s.on_ground { on_ground(s, heard) } else { in_flight(s, record, heard) }
}

fn advice(words: &str) -> Item {
    Item::Advice(words.to_owned())
}

/// The call contains nothing else that has its own answer.
fn alone(heard: &Understanding) -> bool {
    matches!(heard.intent, Intent::Unknown | Intent::Unable | Intent::SquawkReport)
}

/// The call would otherwise send the aircraft on to a runway.
fn goes(heard: &Understanding) -> bool {
    use Intent::{CheckIn, DepartureReady, InboundLanding, PositionReport, TakeoffRequest};
    alone(heard) || matches!(heard.intent, CheckIn | DepartureReady | InboundLanding | PositionReport | TakeoffRequest)
}

/// The position is neither a pattern leg nor a distance, so it is where the birds are, not where the pilot is.
fn elsewhere(heard: &Understanding) -> bool {
    let leg = heard.slots.position.as_deref().is_some_and(|p| crate::entities::LEGS.contains(&p));
    heard.intent == Intent::PositionReport && !leg && heard.slots.distance_nm.is_none()
}

fn on_ground(s: &Situation, heard: &Understanding) -> Option<Decision> {
    let ground = matches!(s.facility, Facility::Ground | Facility::Tower);
    match heard.slots.topic? {
        // After the landing, and where the pilot denies it, nobody is sent to the pad.
        Topic::Deice if ground && (s.phase == Phase::TaxiIn || gate::refuses(heard)) => None,
        Topic::Deice if ground => Some(Decision::say([Item::Roger, advice("de-icing approved, advise when complete")])),
        Topic::HoldHere if ground && !s.on_runway => Some(Decision::say([Item::HoldPosition, advice("advise when ready to taxi")])),
        Topic::Tow if s.facility == Facility::Ground => Some(Decision::say([Item::Roger, advice("tow approved")])),
        Topic::Obstacle if goes(heard) => Some(Decision::say([Item::Roger, Item::HoldPosition])),
        Topic::Observation if alone(heard) => Some(Decision::say([Item::Roger, advice("thanks")])),
        _ => None,
    }
}

fn in_flight(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let radar = s.facility.is_radar();
    if heard.slots.topic == Some(Topic::Resolution) {
        // The controller neither objects nor comments until the pilot reports clear of conflict (7110.65 2-1-28).
        return Some(Decision::say([Item::Roger]));
    }
    if let Some((side, degrees)) = heard.slots.deviation.filter(|_| radar) {
        return Some(Decision::say([Item::Deviation { side, degrees }, advice("advise when clear of weather")]));
    }
    let answer = match heard.slots.topic? {
        Topic::Laser if alone(heard) => vec![Item::Roger, Item::Ask(Ask::Position)],
        Topic::TransponderOut if alone(heard) => vec![Item::Roger, Item::Ask(Ask::Altitude)],
        Topic::Observation if alone(heard) || elsewhere(heard) => vec![Item::Roger, advice("thanks")],
        // Only the pilot can see whether the obstacle is in the way.
        Topic::Obstacle if goes(heard) => vec![Item::Roger, Item::Ask(Ask::Intentions)],
        Topic::WhatSpeed => vec![record.speed_kt.map_or_else(|| advice("speed at your discretion"), Item::Speed)],
        Topic::HoldHere if radar && !heard.remarks.has(Remark::LeavesHold) => super::hold::clearance(s, record, super::hold::wanted(heard)),
        Topic::Vector if radar => vector(s),
        _ if s.facility == Facility::Tower => return pattern(s, record, heard),
        _ => return None,
    };
    Some(Decision::Say(answer))
}

/// A vector around traffic that is not in sight (7110.65 2-1-21): a turn from the known heading.
fn vector(s: &Situation) -> Vec<Item> {
    match s.heading_mag {
        Some(h) => {
            let degrees = ((h + 30.0) / 10.0).round() as i64 * 10;
            let degrees = (degrees - 1).rem_euclid(360) as u16 + 1;
            vec![Item::Heading { turn: Some(Side::Right), degrees }, advice("vector for traffic")]
        }
        None => vec![Item::Roger, advice("standby for vectors")],
    }
}

/// Requests in the traffic pattern.
fn pattern(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    match heard.slots.topic? {
        Topic::ClearedToLand if heard.has(Intent::SayAgain) => Some(match record.landing {
            // The pilot names another runway than the one of the clearance.
            Some((runway, _)) if heard.slots.runway.is_some_and(|x| x != runway) => {
                let again = record.landing.and_then(|(_, kind)| gate::standing(record).map(|leave| clearances::landing(&leave, kind)));
                Decision::say([Item::Negative, Item::Runway(runway)].into_iter().chain(again))
            }
            Some((runway, kind)) => {
                let again = gate::standing(record).map(|leave| clearances::landing(&leave, kind));
                Decision::say([Item::Affirm, Item::Runway(runway)].into_iter().chain(again))
            }
            None => tower::landing_for(s, record, heard, tower::wanted(record, heard), gate::asks_to_land(heard)),
        }),
        Topic::LeavesPattern if in_pattern(s.phase) => Some(match heard.slots.direction.clone() {
            Some(way) => Decision::say([Item::DepartureApproved(way)]),
            None => Decision::ask(Ask::Direction),
        }),
        Topic::ShortApproach if matches!(s.phase, Phase::Downwind | Phase::Base) => {
            let approved = Item::PatternWords("short approach approved".into());
            Some(match tower::landing(s, record, heard, tower::wanted(record, heard)) {
                Decision::Say(items) if items.iter().any(|i| matches!(i, Item::Cleared(_))) => {
                    Decision::say([approved].into_iter().chain(items))
                }
                other => other,
            })
        }
        // A short approach requested before the downwind is approved. The landing clearance follows from the downwind.
        Topic::ShortApproach if in_pattern(s.phase) && s.phase != Phase::Final => {
            Some(Decision::say([Item::PatternWords("short approach approved".into()), Item::Report(ReportPoint::Midfield(None))]))
        }
        Topic::EngineOut if in_pattern(s.phase) => {
            let words = s.region.simulated_failure;
            Some(Decision::say([Item::PatternWords(words.into()), Item::Report(ReportPoint::Leg(None, Leg::Base))]))
        }
        _ => None,
    }
}

/// Designator prefixes of aircraft that require a wake turbulence caution: heavy, super, and the Boeing 757 (7110.65 2-1-20).
const HEAVY: [&str; 10] = ["b74", "b75", "b76", "b77", "b78", "a30", "a33", "a34", "a35", "a38"];
/// Full designators of heavy aircraft whose prefixes light aircraft share.
const WHOLE: [&str; 8] = ["a310", "md11", "dc10", "il96", "c17", "c5m", "a124", "a225"];
/// The same aircraft by model name, after the manufacturer's.
const NAMED: [&str; 11] = ["747", "757", "767", "777", "787", "a300", "a310", "a330", "a340", "a350", "a380"];

pub(super) fn heavy(words: &str) -> bool {
    let low = words.to_lowercase();
    let parts: Vec<&str> = low.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    parts.iter().enumerate().any(|(i, w)| {
        let maker = i > 0 && matches!(parts[i - 1], "boeing" | "airbus");
        matches!(*w, "heavy" | "super")
            || w.len() == 4 && HEAVY.iter().any(|h| w.starts_with(h))
            || WHOLE.contains(w)
            || maker && NAMED.contains(w)
    })
}

/// Designator prefixes and model names of airliners that are not heavy: a light aircraft behind one is cautioned as well.
const LARGE: [&str; 14] = ["b71", "b72", "b73", "b46", "a31", "a32", "a19", "a20", "a21", "e17", "e19", "crj", "bcs", "md8"];
const LARGE_NAMED: [&str; 9] = ["717", "727", "737", "a220", "a318", "a319", "a320", "a321", "146"];
/// Designator prefixes of light aircraft.
const LIGHT: [&str; 16] = ["C15", "C17", "C18", "C20", "C21", "PA", "P28", "P32", "P46", "SR2", "DA4", "DA2", "BE3", "BE2", "M20", "DV2"];

fn large(words: &str) -> bool {
    let low = words.to_lowercase();
    let parts: Vec<&str> = low.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    parts.iter().enumerate().any(|(i, w)| {
        let maker = i > 0 && matches!(parts[i - 1], "boeing" | "airbus");
        w.len() == 4 && LARGE.iter().any(|l| w.starts_with(l)) || maker && LARGE_NAMED.contains(w)
    })
}

fn light(own: Option<&str>) -> bool {
    own.is_some_and(|t| LIGHT.iter().any(|l| t.starts_with(l)) && t.len() <= 4)
}

/// Adds "caution wake turbulence" for an aircraft that follows a heavy one, or has one pointed out as traffic.
pub(super) fn caution(s: &Situation, mut items: Vec<Item>) -> Vec<Item> {
    let said = |i: &Item| match i {
        Item::Traffic(w) => heavy(w),
        Item::Sequence { following: Some(w), .. } => heavy(w) || large(w) && light(s.aircraft_type.as_deref()),
        _ => false,
    };
    // An aircraft that departs ahead of the heavy, or waits for it, does not fly in its wake.
    let before = items.iter().any(|i| matches!(i, Item::ClearedForTakeoff { .. } | Item::HoldShort { .. } | Item::GoAround));
    if !s.on_ground && !before && !s.aircraft_type.as_deref().is_some_and(heavy) && items.iter().any(said) {
        items.push(advice("caution wake turbulence"));
    }
    items
}

/// Helicopter designators.
#[rustfmt::skip]
const HELICOPTERS: &[&str] = &[
    "R22", "R44", "R66", "B06", "B06T", "B105", "B205", "B212", "B222", "B230", "B407", "B412", "B427", "B429", "B430", "B505", "A109",
    "A119", "A139", "A169", "A189", "AS32", "AS50", "AS55", "AS65", "EC20", "EC25", "EC30", "EC35", "EC45", "EC55", "EC75", "H160",
    "G2CA", "CABR", "EN28", "EN48", "H269", "H500", "MD52", "MD60", "EXPL", "S61", "S76", "S92", "UH1", "H60", "H47", "H64", "GAZL",
    "ALO2", "ALO3", "LYNX", "PUMA", "BK17", "KA32", "MI8", "UH60",
];

/// A helicopter: no visibility minimum applies (14 CFR 91.157 c), and it needs no runway.
pub(super) fn helicopter(s: &Situation) -> bool {
    s.aircraft_type.as_deref().is_some_and(|t| HELICOPTERS.contains(&t))
}

/// "What is the transition level?": answered if the pressure that determines it is known. A call that names a level is not such a question.
pub(super) fn transition_level(s: &Situation, heard: &Understanding) -> Option<Decision> {
    if !heard.remarks.has(Remark::AsksTransitionLevel) || matches!(heard.intent, Intent::Readback | Intent::Mayday | Intent::PanPan) {
        return None;
    }
    Some(match s.transition_level() {
        Some(level) => Decision::say([Item::Advice(format!("transition level {level}"))].into_iter().chain(s.pressure())),
        None => Decision::say([Item::Unable("transition level not available".into())]),
    })
}

/// Replaces levels within the transition layer, where no aircraft is kept: an assignment there becomes the transition altitude, or the
/// transition level if the terrain needs it or the aircraft climbs.
pub(super) fn outside_the_layer(s: &Situation, floor: Option<i32>, mut items: Vec<Item>) -> Vec<Item> {
    let Some(lowest) = s.transition_level().map(|l| l * 100) else { return items };
    for item in &mut items {
        if let Item::Altitude { way, feet, level } = item
            && *level
            && *feet < lowest
        {
            let top = s.transition.altitude_ft;
            let down = !matches!(way, Climb::Climb) && floor.is_none_or(|floor| floor <= top);
            (*feet, *level) = if down { (top, false) } else { (lowest, true) };
        }
    }
    items
}

/// Adds the pressure to the first altitude below the transition level (7110.65 2-7-2).
pub(super) fn with_pressure(s: &Situation, mut items: Vec<Item>) -> Vec<Item> {
    let down = |i: &Item| matches!(i, Item::Altitude { way: Climb::Descend, level: false, .. });
    let told = items.iter().any(|i| matches!(i, Item::Pressure(_)));
    if let Some(at) = items.iter().position(down).filter(|_| !told && s.altitude_ft.is_some_and(|now| s.is_level(now))) {
        let behind = items[at + 1..].iter().take_while(|i| matches!(i, Item::UntilEstablished)).count();
        items.splice(at + 1 + behind..at + 1 + behind, s.pressure());
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavy_aircraft_match_by_designator_and_name() {
        for w in ["B77W UAL1 on half mile final runway 28L", "Boeing 757, 3 mile final", "A388 on final", "United 5 heavy, 2 mile final"] {
            assert!(heavy(w), "{w}");
        }
        for w in ["B738 UAL757 on half mile final", "Cessna 777AB, 2 mile final", "A320, 3 mile final", "BE35 on base", "C172"] {
            assert!(!heavy(w), "{w}");
        }
    }
}
