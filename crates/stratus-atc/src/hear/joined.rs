//! Joined: what the rules and the learned reader make of a call together.
//!
//! Where they agree, nothing changes. Where the rules do not understand and the reader is sure, its intent counts; never for what
//! has an effect on a runway, on airspace or on a clearance: that is asked, by a question that says what was heard.

use super::learned::{Mood, Reading, Subject};
use crate::intent::Intent;

/// What a call is taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The intents, the main one first.
    pub intents: Vec<Intent>,
    /// 0 to 1.
    pub confidence: f32,
    /// Not taken for granted: heard so by one of the two, and to be asked.
    pub doubt: Option<Intent>,
}

/// So sure must the reader be to be believed where the rules say nothing.
const SURE: f32 = 0.6;
/// So sure, where the rules say something else.
const SURER: f32 = 0.85;
/// So sure, for what it heard to be asked.
const WORTH_ASKING: f32 = 0.5;

/// Whether an intent, taken for granted, moves an aircraft onto a runway, into airspace, or changes a clearance.
pub fn has_effect(intent: Intent) -> bool {
    use Intent::*;
    matches!(
        intent,
        TaxiRequest
            | DepartureReady
            | TakeoffRequest
            | PatternRequest
            | InboundLanding
            | PositionReport
            | CheckIn
            | FieldInSight
            | IfrClearanceRequest
            | AltitudeRequest
            | Readback
            | GoAround
            | TouchAndGoRequest
            | TransitionRequest
            | CancelIfr
            | ApproachRequest
    )
}

/// Whether an intent is a call for help: it has a gate of its own, which would rather ask once too often.
fn distress(intent: Intent) -> bool {
    matches!(intent, Intent::Mayday | Intent::PanPan)
}

/// Joins what the rules found, and how sure they are, with what was learned.
pub fn join(found: Vec<Intent>, confidence: f32, read: &Reading) -> Joined {
    let rules = found.first().copied().unwrap_or(Intent::Unknown);
    let as_found = |found, doubt| Joined { intents: found, confidence, doubt };
    // What is said of others, or for practice, is nobody's wish.
    let own = read.subject.value != Subject::Other && read.mood.value != Mood::Practice;
    if found.contains(&read.intent) || !own || distress(rules) {
        return as_found(found, None);
    }
    let (intent, sure) = (read.intent, read.confidence);
    if rules != Intent::Unknown {
        let plain = !has_effect(rules) && !has_effect(intent) && !distress(intent) && intent != Intent::Unknown;
        return if plain && sure >= SURER { Joined { intents: vec![intent], confidence: sure, doubt: None } } else { as_found(found, None) };
    }
    match intent {
        i if has_effect(i) || distress(i) => as_found(found, (sure >= WORTH_ASKING).then_some(i)),
        i if sure >= SURE => Joined { intents: vec![i], confidence: sure, doubt: None },
        _ => as_found(found, None),
    }
}
