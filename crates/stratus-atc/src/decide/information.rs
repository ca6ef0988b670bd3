//! Flight information service at a field without a tower: it gives the runway in use, wind, pressure and traffic, but issues no clearances.
//! The pilot decides.

use super::Decision;
use crate::instruction::{Ask, Item, Leg, ReportPoint};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, turn};

/// Whether a flight information service answers here. It does outside the states where pilots only self-announce, if the pilot calls it by
/// its usual name or has already spoken to it.
pub(super) fn answers(s: &Situation, r: &Record, heard: &Understanding) -> bool {
    let named = heard.remarks.has(Remark::CallsService);
    s.facility == Facility::Ctaf && s.region.unit_information != s.region.unit_radio && (r.contacted.contains(&s.facility) || named)
}

/// The aircraft is outside the circuit and flies away from the field: whatever its words resemble, it does not join.
fn flies_away(s: &Situation) -> bool {
    let field = s.home.as_ref().filter(|h| h.here && h.distance_nm > CIRCUIT_NM);
    field.zip(s.heading_mag).is_some_and(|(field, now)| turn(now, f64::from(field.heading_mag)).abs() > 90.0)
}

/// Within this distance of a field, an aircraft may fly away from it and still join, nautical miles.
const CIRCUIT_NM: u16 = 3;

/// The service's answer.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let known = || s.active.map(|r| Item::Advice(format!("runway {r} in use"))).into_iter().chain(s.wind()).chain(s.pressure());
    let traffic = || s.traffic.as_ref().map_or_else(|| Item::Advice("no reported traffic".into()), |t| Item::Traffic(t.words.clone()));
    let at_discretion = |deed: &str| Item::Advice(format!("{deed} at your discretion"));
    let leg = heard.slots.position.as_deref();
    if let Some(d) = question(s, record, heard) {
        return d;
    }
    match heard.intent {
        Intent::RadioCheck => Decision::say([Item::ReadYou].into_iter().chain(known())),
        Intent::TaxiRequest | Intent::StartupRequest | Intent::PatternRequest if s.on_ground => {
            Decision::say(known().chain([traffic(), at_discretion("taxi")]))
        }
        Intent::DepartureReady | Intent::TakeoffRequest => {
            Decision::say(s.wind().into_iter().chain([traffic(), at_discretion("take off")]))
        }
        Intent::PositionReport | Intent::CheckIn if s.on_ground && leg == Some("hold_short") => {
            Decision::say(s.wind().into_iter().chain([traffic(), at_discretion("take off")]))
        }
        Intent::ClearOfRunway | Intent::TaxiToParking => Decision::say([Item::Roger, at_discretion("taxi")]),
        Intent::PositionReport | Intent::TouchAndGoRequest | Intent::InboundLanding if leg == Some("final") => {
            Decision::say(s.wind().into_iter().chain([traffic(), at_discretion("land")]))
        }
        Intent::PositionReport | Intent::TouchAndGoRequest | Intent::GoAround if leg.is_some() => {
            Decision::say([Item::Roger, traffic(), Item::Report(ReportPoint::Leg(None, Leg::Final))])
        }
        Intent::InboundLanding if !s.on_ground && (record.contacted.contains(&s.facility) || !flies_away(s)) => {
            Decision::say(known().chain([traffic(), Item::Report(ReportPoint::Words("downwind".into()))]))
        }
        Intent::InboundLanding | Intent::TransitionRequest | Intent::CheckIn if !s.on_ground => Decision::say(known().chain([traffic()])),
        Intent::WeatherRequest => Decision::say(known()),
        Intent::Unknown if heard.callsign.is_some() && heard.loose == 0 => Decision::say([Item::GoAhead]),
        Intent::SayAgain if record.last.as_ref().is_some_and(|l| l.from == s.facility) => {
            Decision::Say(record.last.iter().flat_map(|l| l.items.clone()).collect())
        }
        // Work in the area concerns the other traffic.
        Intent::Unknown if heard.remarks.has(Remark::Works) || heard.remarks.out.is_some() => Decision::say([Item::Roger, traffic()]),
        Intent::Unknown if heard.remarks.has(Remark::Informs) || heard.remarks.has(Remark::SaysGoodbye) => Decision::say([Item::Roger]),
        Intent::Unknown | Intent::SayAgain => Decision::ask(Ask::SayAgain),
        Intent::Readback => Decision::Silent(crate::silence::Silence::NoReadbackDue),
        _ => Decision::say([Item::Roger]),
    }
}

/// A question about one fact of the field.
fn question(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let asks = |remark: Remark| heard.remarks.has(remark);
    if !s.live || !matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::Roger | Intent::Readback | Intent::PatternRequest) {
        return None;
    }
    if asks(Remark::ClosesPlan) {
        return Some(super::visual::closes_plan(s));
    }
    let runway = || s.active.map(|r| Item::Advice(format!("runway {r} in use")));
    if asks(Remark::AsksSide) {
        let side = record.closed_traffic.unwrap_or(s.pattern);
        return Some(Decision::Say(runway().into_iter().chain([Item::PatternWords(format!("{} hand circuit", side.word()))]).collect()));
    }
    let mut items: Vec<Item> = Vec::new();
    items.extend(asks(Remark::AsksRunway).then(runway).flatten());
    items.extend(asks(Remark::WantsWind).then(|| s.wind()).flatten());
    items.extend(asks(Remark::WantsPressure).then(|| s.pressure()).flatten());
    if heard.acts.contains(&crate::act::Act::AskTraffic) {
        items.extend(super::questions::traffic_items(s));
    }
    (!items.is_empty()).then_some(Decision::Say(items))
}
