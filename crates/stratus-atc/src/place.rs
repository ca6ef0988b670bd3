//! Where an aircraft is by the pilot's own words: all there is when no simulator runs.

use super::intent::{Intent, Understanding};
use super::phase::Phase;
use super::record::Record;
use crate::units::Runway;

/// The phase that a call implies; `None` when it implies no change.
pub(super) fn phase_from_words(u: &Understanding, was: Phase, record: &Record) -> Option<Phase> {
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
        Intent::TaxiRequest | Intent::StartupRequest | Intent::RequestProgressiveTaxi => Some(Phase::Parked),
        Intent::DepartureReady | Intent::TakeoffRequest => Some(Phase::HoldingShort),
        Intent::InboundLanding => Some(Phase::Inbound),
        Intent::GoAround => Some(Phase::GoAround),
        Intent::ClearOfRunway | Intent::TaxiToParking => Some(Phase::TaxiIn),
        Intent::FlightFollowingRequest | Intent::TransitionRequest => Some(Phase::Cruise),
        // A take-off clearance that was read back is about to be used.
        Intent::PositionReport if record.takeoff.is_some() && was == Phase::HoldingShort => Some(Phase::Departure),
        _ => None,
    })
}

/// The runway that a call names, and whether it was a hold short.
pub(super) fn runway_from_words(u: &Understanding) -> (Option<Runway>, bool) {
    match (u.slots.runway, u.slots.hold_short) {
        (Some(r), _) => (Some(r), false),
        (None, Some(r)) => (Some(r), true),
        (None, None) => (None, false),
    }
}
