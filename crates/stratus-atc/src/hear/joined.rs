//! Combines what the rules and the learned reader find in a call.
//!
//! If they agree, nothing changes. If they differ, the learned reader wins if it is sure enough, because it reads unlisted wordings better
//! than the rules. An act that affects a runway, airspace or a clearance is never accepted from the learned reader alone: it becomes the
//! meaning of the call, but the controller first asks a question that states what was heard.

use super::learned::{Mood, Reading, Subject, Votes};
use crate::intent::Intent;

/// The combined reading of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The intents, the main one first.
    pub intents: Vec<Intent>,
    /// 0 to 1.
    pub confidence: f32,
    /// An intent that only one reader heard, and that must be confirmed.
    pub doubt: Option<Intent>,
}

// Thresholds for the learned reader without a sentence model. They were chosen on three of eleven authors, each left out of training in
// turn, and corrected where regression cases got worse. `AGAINST_EXPLAINED` and `FEAR` were set with the totals of the first sealed sets in
// view, so those sets do not measure them (docs/understanding.md).

/// An act without effect, where the rules find nothing.
const ALONE: f32 = 0.15;
/// Any act other than the one the rules find, where the rules leave no word unexplained.
pub const AGAINST_EXPLAINED: f32 = 0.75;
/// The same, where the rules find an act with effect: "ready for takeoff" said to Ground.
pub const AGAINST_EXPLAINED_EFFECT_ALONE: f32 = 0.97;
/// A meaning in a call without callsign and station, where the rules find none.
pub const OF_NOBODY_ALONE: f32 = 0.6;
/// Contradicting a report that a controller must not miss.
const AGAINST_ALARM: f32 = 0.95;
/// A call for help, where the rules find nothing: it is confirmed or believed (`gate::distress`).
const FEAR: f32 = 0.20;
/// The same for an act with effect, which is confirmed.
const WORTH_A_QUESTION: f32 = 0.35;
/// An act without effect, where the rules find a different one.
const SURE: f32 = 0.35;
/// An act with effect, where the rules find a different act: it is confirmed.
const WORTH_ASKING: f32 = 0.45;
/// An act without effect, where the rules find one with effect.
const SURER: f32 = 0.60;
/// No act, where the rules find one without effect.
const NOTHING: f32 = 0.80;
/// Doubting an act with effect that the rules find.
const DOUBTFUL: f32 = 0.80;

/// Whether acting on an intent may move an aircraft onto a runway or into airspace, or change a clearance.
pub fn has_effect(intent: Intent) -> bool {
    family(intent) != Family::None
}

/// Groups of intents that a controller handles alike, so that no question is needed between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// No effect.
    None,
    Departure,
    Arrival,
    Transition,
    Clearance,
    Level,
    Approach,
    Cancel,
    Distress,
}

fn family(intent: Intent) -> Family {
    use Intent::*;
    match intent {
        DepartureReady | TakeoffRequest => Family::Departure,
        PatternRequest | InboundLanding | PositionReport | TouchAndGoRequest | FieldInSight | CheckIn => Family::Arrival,
        TransitionRequest => Family::Transition,
        IfrClearanceRequest => Family::Clearance,
        AltitudeRequest => Family::Level,
        ApproachRequest => Family::Approach,
        CancelIfr => Family::Cancel,
        Mayday | PanPan => Family::Distress,
        // A readback has no effect by itself: each of its items is compared with what was issued.
        _ => Family::None,
    }
}

/// Reports that a controller must not miss: the learned reader does not override the rules here.
pub fn stands(rules: Intent) -> bool {
    use Intent::*;
    matches!(rules, Mayday | PanPan | GoAround | Unable | LowFuel | Lost)
}

/// Whether an intent asks for a takeoff.
pub fn is_departure(intent: Intent) -> bool {
    family(intent) == Family::Departure
}

/// Whether an intent is a call for help.
pub fn is_distress(intent: Intent) -> bool {
    family(intent) == Family::Distress
}

/// Combines what the rules found, with their confidence, and the learned reading. `spoken_to` means that the controller has said something
/// that can be read back.
pub fn join(found: Vec<Intent>, confidence: f32, read: &Reading, spoken_to: bool) -> Joined {
    joined(found, confidence, read, spoken_to, false)
}

/// Like [`join`], for a call to a ground controller, who issues no runway clearances.
pub fn join_on_the_ground(found: Vec<Intent>, confidence: f32, read: &Reading, spoken_to: bool) -> Joined {
    joined(found, confidence, read, spoken_to, true)
}

fn joined(found: Vec<Intent>, confidence: f32, read: &Reading, spoken_to: bool, taxiing: bool) -> Joined {
    if let Some(votes) = read.votes {
        return by_majority(found, confidence, read, votes, spoken_to);
    }
    let rules = found.first().copied().unwrap_or(Intent::Unknown);
    let (intent, sure) = (read.intent, read.confidence);
    let (first, second) = (family(rules), family(intent));
    // Words about others, or for practice, are not a request.
    let own = read.subject.value != Subject::Other && read.mood.value != Mood::Practice;
    // A report on the way in is not a new request for an approach.
    let arriving = first == Family::Arrival && second == Family::Approach;
    let alike = first != Family::None && first == second;
    let settled = arriving || found.contains(&intent) || alike || stands(rules) && sure < AGAINST_ALARM;
    // A readback requires something to read back. On the ground, "holding point, runway two three right" may be a report or a readback.
    let either = matches!(rules, Intent::Unknown | Intent::Roger) || taxiing && rules == Intent::PositionReport;
    let groundless = intent == Intent::Readback && !(spoken_to && either);
    let taken = || Joined { intents: vec![intent], confidence: sure, doubt: Some(intent).filter(|_| second != Family::None) };
    let unchanged = |doubt| Joined { intents: found.clone(), confidence, doubt };
    if settled || !own || groundless {
        return unchanged(None);
    }
    let enough = match (rules, intent) {
        // A readback is compared item by item, so it needs no second opinion.
        (Intent::Readback, _) => return unchanged(None),
        (r, _) if stands(r) => AGAINST_ALARM,
        (Intent::Unknown, _) if second == Family::None => ALONE,
        (Intent::Unknown, _) if second == Family::Distress => FEAR,
        (Intent::Unknown, _) => WORTH_A_QUESTION,
        (r, Intent::Unknown) if first != Family::None => return unchanged(Some(r).filter(|_| sure >= DOUBTFUL)),
        (_, Intent::Unknown) => NOTHING,
        _ if second != Family::None => WORTH_ASKING,
        _ if first != Family::None => SURER,
        _ => SURE,
    };
    if sure >= enough { taken() } else { unchanged(None) }
}

// Thresholds for the combined reading with a sentence model. They were chosen on `corpora/held-out`, whose calls no reader had learned, so
// those calls do not measure them. `AGAINST_EXPLAINED_EFFECT` was set for regression cases and scenarios (docs/understanding.md).

/// A meaning in a call without callsign and station, where the rules find none.
pub const OF_NOBODY: f32 = 0.5;
/// A meaning in a call of one or two words.
pub const OF_A_WORD: f32 = 0.8;
/// Any act other than the one the rules find, where the rules leave no word unexplained.
pub const AGAINST_EXPLAINED_BY_SENTENCE: f32 = 0.5;
/// The same, where the rules find an act with effect: "ready for takeoff" said to Ground.
pub const AGAINST_EXPLAINED_EFFECT: f32 = 0.9;
/// No act, where the rules find one without effect.
const NO_PLAIN_ACT: f32 = 0.8;
/// Contradicting a readback that the rules find.
const NO_READBACK: f32 = 0.7;
/// A readback, where the rules match nothing that was issued.
const READBACK: f32 = 0.85;
/// Contradicting the rules and the linear reader where these two agree.
const AGAINST_TWO: f32 = 0.6;
/// The same where both find nothing to act on and the linear reader is sure of that (`SURE_OF_NOTHING`): "the family wants their
/// sandwiches" contains a wish, but not one for a controller.
const AGAINST_NOTHING: f32 = 0.8;
/// The confidence at which the linear reader's "nothing" counts as sure.
const SURE_OF_NOTHING: f32 = 0.8;
/// Contradicting a report that a controller must not miss.
const NO_ALARM: f32 = 0.8;
/// No act, where the rules find one with effect.
const NO_EFFECT: f32 = 0.6;

/// Combines three readers: the combined reading of the two models counts, and an act with effect is confirmed unless at least two of the
/// three found it independently.
fn by_majority(found: Vec<Intent>, confidence: f32, read: &Reading, votes: Votes, spoken_to: bool) -> Joined {
    let rules = found.first().copied().unwrap_or(Intent::Unknown);
    let (intent, sure) = (read.intent, read.confidence);
    let kind = family(intent);
    let alike = |i: Intent| i == intent || kind != Family::None && family(i) == kind;
    let others = [alike(rules) || found.contains(&intent), alike(votes.linear), alike(votes.sentence)];
    let agreed = others.into_iter().filter(|v| *v).count() >= 2;
    let own = read.subject.value != Subject::Other && read.mood.value != Mood::Practice;
    let groundless = intent == Intent::Readback && !spoken_to || kind != Family::None && !own;
    let enough = match rules {
        r if intent == Intent::Readback && r != Intent::Readback => READBACK,
        r if stands(r) => NO_ALARM,
        Intent::Readback => NO_READBACK,
        r if family(r) != Family::None && kind == Family::None => NO_EFFECT,
        r if r != Intent::Unknown && intent == Intent::Unknown => NO_PLAIN_ACT,
        r if r == votes.linear && r != Intent::Unknown => AGAINST_TWO,
        Intent::Unknown if votes.linear == Intent::Unknown && votes.linear_sure >= SURE_OF_NOTHING && kind == Family::None => {
            AGAINST_NOTHING
        }
        _ => 0.0,
    };
    // An approach request and an arrival report belong together, and the rules heard which approach.
    let settled = family(rules) == Family::Approach && kind == Family::Arrival;
    if settled || groundless || sure < enough {
        // Neither model heard what the rules heard: an act with effect is confirmed.
        let alone = family(rules) != Family::None && ![votes.linear, votes.sentence].iter().any(|v| family(*v) == family(rules));
        return Joined { doubt: Some(rules).filter(|_| alone && !settled && !stands(rules)), intents: found, confidence };
    }
    // The other intents of the rules stay if the rules found this one too: "radio check, and the altimeter".
    let mut intents = found;
    let besides = intents.contains(&intent);
    intents.retain(|i| *i != intent && *i != Intent::Unknown && (besides || kind != Family::None && family(*i) == kind));
    intents.insert(0, intent);
    Joined { intents, confidence: sure, doubt: Some(intent).filter(|_| kind != Family::None && !agreed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::learned::{Grade, Head, Polarity, When};

    fn reads(intent: Intent, confidence: f32) -> Reading {
        Reading {
            intent,
            confidence,
            runner_up: (Intent::Unknown, 0.0),
            subject: Head { value: Subject::Own, confidence: 0.9 },
            polarity: Head { value: Polarity::Affirmed, confidence: 0.9 },
            when: Head { value: When::Now, confidence: 0.9 },
            mood: Head { value: Mood::Tells, confidence: 0.9 },
            grade: Head { value: Grade::None, confidence: 0.9 },
            votes: None,
        }
    }

    fn both(rules: Intent, read: Reading) -> (Intent, Option<Intent>) {
        let j = join(vec![rules], 0.7, &read, true);
        (j.intents[0], j.doubt)
    }

    #[test]
    fn an_effect_from_the_learned_reader_alone_is_confirmed() {
        for rules in Intent::ALL {
            for intent in Intent::ALL.iter().filter(|i| has_effect(**i)) {
                for sure in [0.1, 0.5, 0.7, 0.9, 1.0] {
                    let j = join(vec![*rules], 0.7, &reads(*intent, sure), true);
                    let kept = j.intents == [*rules];
                    assert!(kept || j.intents == [*intent] && j.doubt == Some(*intent), "{rules:?} and {intent:?}: {j:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_changes_if_both_readers_agree() {
        for intent in Intent::ALL {
            assert_eq!(
                join(vec![*intent], 0.7, &reads(*intent, 1.0), true),
                Joined { intents: vec![*intent], confidence: 0.7, doubt: None }
            );
        }
        // Two forms of the same request: no question between them.
        assert_eq!(both(Intent::InboundLanding, reads(Intent::PositionReport, 1.0)), (Intent::InboundLanding, None));
    }

    #[test]
    fn a_sure_reader_is_believed_only_for_acts_without_effect() {
        use Intent::*;
        assert_eq!(both(Unknown, reads(RadioCheck, 0.4)), (RadioCheck, None));
        assert_eq!(both(Unknown, reads(RadioCheck, 0.1)), (Unknown, None));
        assert_eq!(both(Unknown, reads(DepartureReady, 0.7)), (DepartureReady, Some(DepartureReady)));
        assert_eq!(both(Unknown, reads(Mayday, 0.6)), (Mayday, Some(Mayday)));
        assert_eq!(both(Roger, reads(WeatherRequest, 0.9)), (WeatherRequest, None));
        assert_eq!(both(Roger, reads(WeatherRequest, 0.3)), (Roger, None));
        assert_eq!(both(PositionReport, reads(DepartureReady, 0.9)), (DepartureReady, Some(DepartureReady)));
        assert_eq!(both(PositionReport, reads(RadioCheck, 0.5)), (PositionReport, None));
        assert_eq!(both(DepartureReady, reads(Unknown, 0.95)), (DepartureReady, Some(DepartureReady)));
        assert_eq!(both(RadioCheck, reads(Unknown, 0.5)), (RadioCheck, None));
        assert_eq!(both(Readback, reads(WeatherRequest, 1.0)), (Readback, None));
        assert_eq!(both(PositionReport, reads(Readback, 0.9)), (PositionReport, None));
        let ground = join_on_the_ground(vec![PositionReport], 0.7, &reads(Readback, 0.9), true);
        assert_eq!(ground.intents, [Readback]);
        assert_eq!(both(DepartureReady, reads(Readback, 1.0)), (DepartureReady, None));
        assert_eq!(both(GoAround, reads(WeatherRequest, 0.9)), (GoAround, None));
        assert_eq!(both(Lost, reads(WeatherRequest, 0.9)), (Lost, None));
        assert_eq!(both(Lost, reads(WeatherRequest, 0.99)), (WeatherRequest, None));
    }

    /// The combined reading, and what each model finds by itself.
    fn three(rules: Intent, linear: Intent, sentence: Intent, mixed: Intent, sure: f32) -> (Intent, Option<Intent>) {
        let read = Reading { votes: Some(Votes { linear, linear_sure: 0.5, sentence }), ..reads(mixed, sure) };
        let j = join(vec![rules], 0.7, &read, true);
        (j.intents[0], j.doubt)
    }

    #[test]
    fn an_effect_needs_two_of_three_readers_or_a_question() {
        use Intent::*;
        assert_eq!(three(Unknown, DepartureReady, DepartureReady, DepartureReady, 0.9), (DepartureReady, None));
        assert_eq!(three(TakeoffRequest, Unknown, DepartureReady, DepartureReady, 0.9), (DepartureReady, None));
        assert_eq!(three(Unknown, Unknown, DepartureReady, DepartureReady, 0.9), (DepartureReady, Some(DepartureReady)));
        assert_eq!(three(DepartureReady, Unknown, Unknown, Unknown, 0.5), (DepartureReady, Some(DepartureReady)));
        for rules in Intent::ALL {
            for intent in Intent::ALL.iter().filter(|i| has_effect(**i)) {
                let (taken, doubt) = three(*rules, Unknown, *intent, *intent, 0.99);
                let alone = taken == *intent && family(*rules) != family(*intent);
                assert!(!alone || doubt == Some(*intent), "{rules:?} and the sentence model's {intent:?}: {doubt:?}");
            }
        }
    }

    #[test]
    fn only_a_sure_combined_reading_overrides_readback_or_alarm() {
        use Intent::*;
        assert_eq!(three(Unknown, Unknown, Lost, Lost, 0.4), (Lost, None));
        assert_eq!(three(PositionReport, Unknown, Unknown, Unknown, 0.7), (Unknown, None));
        // Two of three find nothing: the third needs more confidence if the linear reader is sure.
        let nothing = |linear_sure, sure| {
            let votes = Some(Votes { linear: Unknown, linear_sure, sentence: TaxiRequest });
            join(vec![Unknown], 0.1, &Reading { votes, ..reads(TaxiRequest, sure) }, false).intents[0]
        };
        assert_eq!((nothing(0.5, 0.65), nothing(0.9, 0.65), nothing(0.9, 0.9)), (TaxiRequest, Unknown, TaxiRequest));
        assert_eq!(three(Readback, Unable, Unable, Unable, 0.5), (Readback, None));
        assert_eq!(three(Readback, Unable, Unable, Unable, 0.8), (Unable, None));
        assert_eq!(three(GoAround, Unknown, Unknown, Unknown, 0.75), (GoAround, None));
        assert_eq!(three(Mayday, Unknown, Unknown, Unknown, 0.95), (Unknown, None));
        let unspoken = Reading { votes: Some(Votes { linear: Readback, linear_sure: 0.9, sentence: Readback }), ..reads(Readback, 1.0) };
        assert_eq!(join(vec![Unknown], 0.1, &unspoken, false).intents, [Unknown], "nothing can be read back");
    }

    #[test]
    fn words_about_others_or_practice_add_no_intent() {
        let other = Reading { subject: Head { value: Subject::Other, confidence: 0.8 }, ..reads(Intent::RadioCheck, 1.0) };
        let practice = Reading { mood: Head { value: Mood::Practice, confidence: 0.8 }, ..reads(Intent::Mayday, 1.0) };
        assert_eq!((both(Intent::Unknown, other), both(Intent::Unknown, practice)), ((Intent::Unknown, None), (Intent::Unknown, None)));
        let groundless = join(vec![Intent::Unknown], 0.1, &reads(Intent::Readback, 1.0), false);
        assert_eq!(groundless.intents, [Intent::Unknown]);
    }
}
