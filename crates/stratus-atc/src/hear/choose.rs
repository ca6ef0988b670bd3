//! Chooses, among several transcripts of one call, the one that the situation explains best. It never combines values from different
//! transcripts.

use serde::{Deserialize, Serialize};

use crate::Engine;
use crate::hear::normalise::normalise;
use crate::hear::opinion::Opinion;
use crate::intent::{Context, Intent, Understanding};
use crate::understand::{given_back, understand};

/// An alternative may turn a wrong readback into a right one only if it is at least this likely relative to the first transcript. Otherwise
/// the situation would hide pilot errors.
pub(super) const AS_LIKELY: f32 = 0.6;

/// Another transcript of the same audio, which the situation may explain better.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Alternative {
    /// The transcript.
    pub text: String,
    /// Its likelihood relative to the first transcript: 1 means equally likely.
    pub weight: f32,
}

/// How well the situation explains a transcript: higher is better.
pub(super) fn explained(u: &Understanding, ctx: &Context) -> i32 {
    let own = u.callsign.is_some() && u.callsign == ctx.own;
    let runway_there = |r| ctx.runways.is_empty() || ctx.runways.contains(&r);
    let wrong_runway = u.slots.bad_runway.is_some() || u.slots.runway.is_some_and(|r| !runway_there(r));
    let loose = i32::try_from(u.loose.min(20)).unwrap_or(20);
    8 * i32::from(u.intent != Intent::Unknown) + 6 * i32::from(own) + 2 * i32::from(u.has(Intent::Readback) && ctx.pending)
        - 6 * i32::from(u.other_aircraft || u.unsure_caller)
        - 4 * i32::from(wrong_runway)
        - loose
}

impl Engine {
    /// The transcript that the situation explains best, or the first in case of a tie. If one of its numbers stays in doubt and affects the
    /// decision, the engine remembers it, and [`Engine::answer`] asks for it.
    pub fn likelier<'t>(&mut self, text: &'t str, others: &'t [Alternative], opinion: Option<Opinion>) -> &'t str {
        let best = self.explained_best(text, others, opinion);
        // Likelihoods are known only relative to the first transcript.
        self.numbers.unsure = if others.is_empty() || best != text { None } else { self.unsure(text, others, opinion) };
        best
    }

    fn explained_best<'t>(&self, text: &'t str, others: &'t [Alternative], opinion: Option<Opinion>) -> &'t str {
        if others.is_empty() {
            return text;
        }
        // The transcripts differ in a few words only, so one opinion, on the first, serves all.
        let ctx = Context { opinion, ..self.context() };
        let of = |t: &str| (explained(&understand(t, &ctx), &ctx), given_back(&normalise(t, &ctx), &ctx));
        let (mut best, mut score, first) = (text, of(text), of(text));
        for other in others {
            let mut o = of(&other.text);
            if o.1 > first.1 && other.weight < AS_LIKELY {
                // It would turn a readback that may be wrong into a right one.
                continue;
            }
            o.1 = if ctx.pending { o.1 } else { 0 };
            if o > score {
                (best, score) = (&other.text, o);
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;
    use crate::units::Time;

    fn other(text: &str, weight: f32) -> Alternative {
        Alternative { text: text.into(), weight }
    }

    fn hilo() -> Engine {
        let setup = Setup {
            callsign: "N172SP".parse().ok(),
            aircraft_type: Some("C172".into()),
            airport: Some("PHTO".into()),
            com1: "121.9".parse().ok(),
            ..Setup::default()
        };
        Engine::new(Airports::first(), setup)
    }

    #[test]
    fn the_transcript_that_the_situation_explains_is_chosen() {
        let mut engine = hilo();
        let (right, wrong) = (
            "hilo tower skyhawk one seven two sierra papa ready for departure runway eight",
            "yellow tau skyhawk ready to party runway eighteen",
        );
        assert_eq!(engine.likelier(wrong, &[other(right, 1.0)], None), right);
        assert_eq!(engine.likelier(right, &[other(wrong, 1.0)], None), right);
        assert_eq!(engine.likelier("roger", &[other("roger that", 1.0)], None), "roger");
        assert_eq!(engine.likelier("roger", &[], None), "roger");
    }

    #[test]
    fn a_wrong_readback_stays_wrong_unless_the_audio_is_ambiguous() {
        let mut engine = hilo();
        let taxi = "hilo ground skyhawk one seven two sierra papa at the ramp ready to taxi with information alfa";
        let understood = engine.understand(taxi);
        let answer = engine.answer(Time(1000), taxi, understood);
        let runway = answer.reply.as_ref().expect("a taxi clearance").transmission.spoken.clone();
        engine.delivered(Time(2000), true);
        assert!(runway.contains("runway"), "{runway}");
        let right = format!("{} skyhawk two sierra papa", runway.split_once(", ").map_or(runway.as_str(), |(_, r)| r));
        let wrong = right.replacen("runway eight", "runway two six", 1);
        assert_ne!(right, wrong, "{runway}");
        assert_eq!(engine.likelier(&wrong, &[other(&right, 0.2)], None), wrong);
        assert_eq!(engine.likelier(&wrong, &[other(&right, 0.9)], None), right);
    }
}
