//! Minor questions, permissions and announcements that any flight may make: the distance, whom to call, what is cleared, a check at the
//! holding point, a stop on the taxiway. None of them moves an aircraft onto a runway.

use super::Decision;
use crate::instruction::{Ask, Climb, Item};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::request::{Expected, Request};
use crate::situation::Situation;
use crate::units::Facility;

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// The answer, if the call is one of these.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    if r.emergency.is_some() {
        return None;
    }
    asked_runway(s, r, heard).or_else(|| if s.on_ground { on_ground(s, r, heard) } else { in_flight(s, r, heard) })
}

/// Which runway: the one that was given, otherwise the one in use.
fn asked_runway(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let of_runway = |q: &Request| matches!(q, Request::Expect { about: Expected::Runway });
    let expects = heard.requests.iter().any(of_runway);
    let asks = (heard.remarks.has(Remark::AsksRunway) || expects && s.on_ground) && s.live;
    let asks = asks && matches!(heard.intent, Intent::Unknown | Intent::SayAgain);
    let another = heard.requests.iter().any(|q| matches!(q, Request::Runway { .. } | Request::Approach { .. }));
    if !asks || r.confirming.is_some() || another {
        return None;
    }
    let arrival = s.arrival.as_ref().and_then(|a| a.runway);
    let given = r.takeoff.or(r.landing.map(|(x, _)| x)).or(if s.on_ground { r.taxi } else { r.expects.or(r.pattern_runway) });
    let runway = given.or(arrival).or(s.active)?;
    let word = if given.is_some() || s.on_ground { "runway" } else { "expect runway" };
    Some(Decision::say([advice(format!("{word} {runway}"))]))
}

fn on_ground(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let told = |remark: Remark| heard.remarks.has(remark);
    let moving = matches!(s.phase, Phase::TakeoffRoll | Phase::LandingRoll);
    if told(Remark::RollsOut) && s.facility == Facility::Tower && (moving || s.on_runway) && r.takeoff.is_none() {
        return Some(Decision::say([advice("approved as requested")]));
    }
    // A reason to stay takes precedence over the clearance that the pilot waits for.
    let alone = matches!(heard.intent, Intent::Unknown | Intent::Unable | Intent::PushbackRequest | Intent::Roger | Intent::Readback);
    if s.on_runway || moving || !alone || r.pending.is_some() && heard.intent == Intent::Readback {
        return None;
    }
    if told(Remark::AsksNext) && s.live {
        let departure = || s.station(Facility::Departure).or_else(|| s.station(Facility::Approach));
        let next = match s.facility {
            Facility::Clearance => departure().map(|d| advice(format!("departure frequency {}", d.frequency))),
            Facility::Ground if s.phase == Phase::HoldingShort => s.station(Facility::Tower).map(|_| s.contact(Facility::Tower)),
            _ => None,
        };
        if let Some(next) = next {
            return Some(Decision::say([next]));
        }
    }
    if told(Remark::Halts) && !told(Remark::GoesOn) {
        return Some(Decision::say([Item::Roger, Item::HoldPosition, advice("advise when ready")]));
    }
    if told(Remark::NeedsTime) {
        return Some(super::circumstances::when_ready());
    }
    if told(Remark::Checks) {
        return Some(Decision::say([advice("approved as requested"), advice("advise when complete")]));
    }
    if told(Remark::GoesOn) && r.taxi.is_some() && s.facility != Facility::Tower {
        return Some(Decision::say([Item::Roger, advice("continue taxi")]));
    }
    if told(Remark::GoesOn) && s.live && matches!(s.phase, Phase::Parked | Phase::PushedBack) {
        return Some(Decision::say([Item::Roger]));
    }
    None
}

fn in_flight(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let told = |remark: Remark| heard.remarks.has(remark);
    let plain = matches!(
        heard.intent,
        Intent::Unknown | Intent::SayAgain | Intent::Roger | Intent::Diversion | Intent::PositionReport | Intent::FrequencyChangeRequest
    );
    if told(Remark::RollsOut) && s.facility == Facility::Tower && r.landing.is_some() {
        return Some(Decision::say([advice("approved as requested")]));
    }
    if told(Remark::AsksNext) && (plain || heard.intent == Intent::ApproachRequest) {
        // In the circuit, the subject knows the unit on the ground.
        let lands = s.facility == Facility::Tower && (r.landing.is_some() || super::in_pattern(s.phase));
        return match &s.next_unit {
            // Whether a visual arrival is near enough for its tower, the subject knows.
            _ if s.live && (lands || s.facility.is_radar() && !s.ifr) => None,
            Some(next) => Some(Decision::say([Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }])),
            None if s.facility.is_radar() => Some(Decision::say([Item::RemainThisFrequency])),
            None => None,
        };
    }
    if told(Remark::AsksNearest) && plain && s.live {
        return super::distress::home(s).map(|home| Decision::say([home]));
    }
    if told(Remark::AsksDistance) && plain {
        // An arrival gets the distance to its destination, not counting the turns to come.
        let arriving = s.arrival.as_ref().map(|a| (a.name.clone(), a.distance_nm));
        let (name, miles) = arriving.or_else(|| s.destination.as_ref().map(|d| (d.name.clone(), d.distance_nm)))?;
        return Some(Decision::say([advice(format!("{} miles to {name}", miles.round().max(1.0)))]));
    }
    let approach = r.approach.is_some() && s.arrival.is_some() && s.ifr;
    let of_landing = crate::gate::asks_to_land(heard).is_some() || s.facility == Facility::Tower;
    if told(Remark::AsksCleared) && !of_landing && (plain || heard.intent == Intent::Readback && r.pending.is_none()) && !approach {
        // Class B requires a clearance (7110.65 7-9-2): without one, the controller says to remain outside.
        if let Some(b) = s.bravo.as_ref().filter(|b| !s.ifr && !r.bravo && !b.inside) {
            return Some(Decision::say([Item::RemainOutside(format!("{} Bravo airspace", b.name))].into_iter().chain(s.pressure())));
        }
        let level = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
        return match (level, &r.last) {
            (Some(level), _) => Some(Decision::say([level])),
            (None, Some(last)) => Some(Decision::Say(last.items.clone())),
            (None, None) => Some(Decision::ask(Ask::Request)),
        };
    }
    if told(Remark::AsksReports) && matches!(heard.intent, Intent::Unknown | Intent::SayAgain) {
        return Some(Decision::say([advice("no reports received here")]));
    }
    None
}
