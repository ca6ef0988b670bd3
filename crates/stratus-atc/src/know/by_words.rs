//! Position by the pilot's own words: the only source when no simulator runs.

use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::units::{Position3, Runway};

/// The phase that a call implies; `None` if it implies no change.
pub(crate) fn phase_from_words(text: &str, u: &Understanding, was: Phase, record: &Record) -> Option<Phase> {
    let said = u.slots.position.as_deref().unwrap_or("");
    let leg = match said {
        p if p.contains("hold_short") || p.contains("hold short") => Some(Phase::HoldingShort),
        "downwind" => Some(Phase::Downwind),
        "base" => Some(Phase::Base),
        "final" => Some(Phase::Final),
        "crosswind" => Some(Phase::Crosswind),
        "upwind" => Some(Phase::Departure),
        _ => None,
    };
    leg.or(match u.intent {
        _ if !was.airborne() && departs(text, u, record) => Some(Phase::Departure),
        Intent::TaxiRequest | Intent::StartupRequest | Intent::RequestProgressiveTaxi => Some(Phase::Parked),
        Intent::DepartureReady | Intent::TakeoffRequest => Some(Phase::HoldingShort),
        Intent::InboundLanding => Some(Phase::Inbound),
        Intent::GoAround => Some(Phase::GoAround),
        Intent::ClearOfRunway | Intent::TaxiToParking => Some(Phase::TaxiIn),
        Intent::FlightFollowingRequest | Intent::TransitionRequest => Some(Phase::Cruise),
        // A takeoff clearance that was read back is about to be used.
        Intent::PositionReport if record.takeoff.is_some() && was == Phase::HoldingShort => Some(Phase::Departure),
        _ => None,
    })
}

/// The words of an aircraft that has taken off. "When airborne" and "leaving the zone" without a takeoff clearance are plans.
fn departs(text: &str, u: &Understanding, record: &Record) -> bool {
    let low = text.to_lowercase();
    let words: Vec<&str> = low.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let plan = |w: &str| matches!(w, "when" | "once" | "after" | "report" | "until" | "wilco" | "call");
    let now = |i: usize| !words[..i].iter().rev().take(3).any(|w| plan(w));
    let airborne = words.iter().enumerate().any(|(i, w)| *w == "airborne" && now(i));
    let leaves = words.windows(2).any(|p| p[0] == "leaving" && p[1] == "the") || u.intent == Intent::FrequencyChangeRequest;
    airborne || record.takeoff.is_some() && leaves
}

/// The runway in a call, and whether it was a hold short.
pub(crate) fn runway_from_words(u: &Understanding) -> (Option<Runway>, bool) {
    match (u.slots.runway, u.slots.hold_short) {
        (Some(r), _) => (Some(r), false),
        (None, Some(r)) => (Some(r), true),
        (None, None) => (None, false),
    }
}

/// The water runway that a call means by a number and "water" or "whiskey" ("runway eight whiskey"), if the airport also has a land runway
/// with that number. Elsewhere W is a taxiway.
pub(crate) fn water_runway(text: &str, said: Runway, runways: &[Runway]) -> Option<Runway> {
    let water = Runway { side: Some(Position3::Water), ..said };
    if said.side.is_some() || !runways.contains(&water) {
        return None;
    }
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let is_number = |w: &str| w.bytes().all(|b| b.is_ascii_digit()) || NUMBERS.contains(&w);
    let written = |w: &str| w.strip_suffix('w').is_some_and(|n| n.parse() == Ok(said.number));
    let behind = words.windows(2).any(|p| is_number(p[0]) && matches!(p[1], "whiskey" | "whisky" | "water" | "w"));
    let before = words.windows(2).any(|p| p[0] == "water" && matches!(p[1], "runway" | "lane"));
    let on_it = words.windows(3).any(|p| matches!(p[0], "on" | "to") && p[1] == "the" && p[2] == "water");
    (behind || before || on_it || words.iter().any(|w| written(w))).then_some(water)
}

/// The last words of runway numbers.
const NUMBERS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "niner"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_water_runway_is_recognised_by_water_or_whiskey() {
        let r = |t: &str| t.parse::<Runway>().unwrap();
        let juneau = [r("8"), r("26"), r("8W"), r("26W")];
        let meant = |text: &str, said: &str, there: &[Runway]| water_runway(text, r(said), there).map(|r| r.to_string());
        for text in [
            "inbound to land on the water, runway eight whiskey",
            "landing runway 8 water",
            "runway 8W",
            "for the water runway, runway eight",
        ] {
            assert_eq!(meant(text, "8", &juneau).as_deref(), Some("8W"), "{text}");
        }
        for text in [
            "inbound runway eight",
            "information whiskey, inbound runway eight",
            "runway two six, we have whiskey",
            "watch for water birds, runway 8",
        ] {
            assert_eq!(meant(text, "8", &juneau), None, "{text}");
        }
        // Without a water runway, whiskey is a taxiway.
        assert_eq!(meant("taxi to runway eight whiskey", "8", &juneau[..2]), None);
    }
}
