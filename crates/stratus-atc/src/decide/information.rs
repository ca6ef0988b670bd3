//! Flight information service at a field without a tower: it gives the runway in use, wind, pressure and traffic, but issues no clearances.
//! The pilot decides.

use super::Decision;
use crate::instruction::{Ask, Item, Leg, ReportPoint};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

/// Whether a flight information service answers here. It does outside the states where pilots only self-announce, if the pilot calls it by
/// its usual name or has already spoken to it.
pub(super) fn answers(s: &Situation, r: &Record, heard: &Understanding) -> bool {
    let named = heard.remarks.has(Remark::CallsService);
    s.facility == Facility::Ctaf && s.region.unit_information != s.region.unit_radio && (r.contacted.contains(&s.facility) || named)
}

/// The service's answer.
pub(super) fn decide(s: &Situation, heard: &Understanding) -> Decision {
    let known = || s.active.map(|r| Item::Advice(format!("runway {r} in use"))).into_iter().chain(s.wind()).chain(s.pressure());
    let traffic = || s.traffic.as_ref().map_or_else(|| Item::Advice("no reported traffic".into()), |t| Item::Traffic(t.words.clone()));
    let at_discretion = |deed: &str| Item::Advice(format!("{deed} at your discretion"));
    let leg = heard.slots.position.as_deref();
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
        Intent::InboundLanding | Intent::TransitionRequest | Intent::CheckIn if !s.on_ground => {
            Decision::say(known().chain([traffic(), Item::Report(ReportPoint::Words("downwind".into()))]))
        }
        Intent::WeatherRequest => Decision::say(known()),
        Intent::Unknown if heard.callsign.is_some() && heard.loose == 0 => Decision::say([Item::GoAhead]),
        Intent::Unknown | Intent::SayAgain => Decision::ask(Ask::SayAgain),
        Intent::Readback => Decision::Silent(crate::silence::Silence::NoReadbackDue),
        _ => Decision::say([Item::Roger]),
    }
}
