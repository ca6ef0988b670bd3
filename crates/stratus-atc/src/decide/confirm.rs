//! "Confirm our level", "are we cleared into the Bravo?", "what is the altimeter?": answers with one fact, from the active clearance or the
//! situation.

use super::Decision;
use crate::airports::airspace::Class;
use crate::clearances;
use crate::gate;
use crate::instruction::{Climb, Item, Pressure};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;
use crate::units::region::PressureUnit;

/// The requested fact, if the call is such a question.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let asks = |remark: Remark| heard.remarks.has(remark);
    if r.emergency.is_some()
        || !matches!(heard.intent, Intent::SayAgain | Intent::Unknown | Intent::Roger | Intent::WeatherRequest | Intent::AltitudeRequest)
    {
        return None;
    }
    if let Some(qfe) = qfe(s).filter(|_| asks(Remark::AsksQfe)) {
        return Some(Decision::say([qfe]));
    }
    if heard.intent == Intent::WeatherRequest {
        return None;
    }
    if asks(Remark::AsksLetter) {
        return Some(match s.atis {
            Some(letter) => Decision::say([Item::AtisCurrent(letter)]),
            None => Decision::Say(s.wind().into_iter().chain(s.pressure()).collect()),
        });
    }
    if asks(Remark::AsksPressure) && heard.intent == Intent::SayAgain {
        return s.pressure().filter(|_| s.facility.is_radar()).map(|p| Decision::say([p]));
    }
    let aloft = s.facility == Facility::Tower && !s.on_ground;
    if asks(Remark::AsksPlace) && aloft {
        return Some(super::questions::sequence(s, r));
    }
    // The pilot asks whether the controller will call the base turn.
    if asks(Remark::AsksBaseCall) && aloft && super::in_pattern(s.phase) {
        let behind = s.runway_for(r.pattern_runway).is_some_and(|x| !s.before(x).is_empty());
        return Some(if behind {
            Decision::say([Item::Affirm, Item::PatternWords("extend downwind, I will call your base".into())])
        } else {
            Decision::say([Item::Negative, Item::PatternWords("base turn at your discretion".into())])
        });
    }
    if s.facility == Facility::Clearance {
        return None;
    }
    // "Are we still in the Bravo", "are we clear of it yet": the position answers.
    if asks(Remark::AsksWhetherInside) && s.live && !s.on_ground {
        let inside = s.airspace.as_ref().filter(|a| a.class == Class::B && a.inside);
        let words =
            inside.map_or_else(|| "you are clear of Bravo airspace".to_owned(), |a| format!("you are in {} Bravo airspace", a.name));
        return Some(Decision::say([Item::Advice(words)]));
    }
    if asks(Remark::AsksBravo) && s.live {
        let through = gate::standing_entry(r).map(|leave| clearances::through(&leave, "Bravo"));
        return Some(match through {
            Some(cleared) => {
                let level = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: false });
                Decision::say([Item::Affirm, cleared].into_iter().chain(level))
            }
            None => {
                let name = s.bravo.as_ref().or(s.airspace.as_ref().filter(|a| a.class == Class::B)).map(|a| a.name.clone());
                let outside = name.map_or_else(|| "Bravo airspace".to_owned(), |n| format!("{n} Bravo airspace"));
                Decision::say([Item::Negative, Item::RemainOutside(outside)])
            }
        });
    }
    if asks(Remark::AsksCode) {
        let other = heard.slots.squawk.is_some() && heard.slots.squawk != r.squawk;
        return r.squawk.map(|code| Decision::say(other.then_some(Item::Negative).into_iter().chain([Item::Squawk(code)])));
    }
    if asks(Remark::AsksLevel) && !s.on_ground {
        let other = heard.slots.altitude_ft.last().is_some_and(|f| Some(*f) != r.altitude_ft);
        let holds = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
        return holds.map(|holds| Decision::say(other.then_some(Item::Negative).into_iter().chain([holds])));
    }
    None
}

/// The pressure at field elevation: QNH minus the pressure of the air between sea level and the field (ICAO standard atmosphere).
fn qfe(s: &Situation) -> Option<Item> {
    let feet = s.elevation_ft?;
    let qnh = match s.pressure()? {
        Item::Pressure(Pressure::Qnh(n)) => f64::from(n),
        _ => s.weather.qnh_hpa.or(s.weather.altimeter_inhg.map(|i| i * 33.863_9))?,
    };
    let hpa = s.region.pressure == PressureUnit::Hectopascals;
    let low = qnh * (1.0 - feet * 0.3048 / 44_330.77).powf(5.255_88);
    hpa.then(|| Item::Pressure(Pressure::Qfe(low.floor() as u16)))
}
