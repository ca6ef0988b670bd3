//! Which of several requests in a call is decided first. What is done in passing, a radio check or the end of the instrument flight plan,
//! never takes the place of a request that moves the aircraft: it is answered beside it.

use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::situation::Situation;

/// What may stand beside a request that moves the aircraft.
fn in_passing(s: &Situation, intent: Intent) -> bool {
    match intent {
        Intent::RadioCheck => true,
        // On the ground the instrument flight is over, and the way to the stand comes first.
        Intent::CancelIfr => s.on_ground,
        _ => false,
    }
}

/// Requests and reports that expect more of an answer than that.
fn moves(intent: &Intent) -> bool {
    use Intent::*;
    matches!(
        intent,
        TaxiRequest
            | TaxiToParking
            | ClearOfRunway
            | PushbackRequest
            | StartupRequest
            | DepartureReady
            | TakeoffRequest
            | InboundLanding
            | TouchAndGoRequest
            | PatternRequest
            | TransitionRequest
            | FlightFollowingRequest
            | RequestProgressiveTaxi
    )
}

/// The call with the request first that moves the aircraft. The other one stays among its intents, and is answered beside it.
pub(super) fn as_meant(s: &Situation, r: &Record, heard: &Understanding) -> Option<Understanding> {
    let calm = s.live && r.emergency.is_none() && !heard.other_aircraft && !heard.unsure_caller;
    let intent = *heard.intents.iter().find(|i| moves(i)).filter(|_| calm && in_passing(s, heard.intent))?;
    Some(Understanding { intent, ..heard.clone() })
}
