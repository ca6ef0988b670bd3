//! Numbers in doubt: if the decoder heard a number in two ways and it affects the decision, the controller asks for it by name ("say
//! altitude again").
//!
//! The situation comes first: `choose` takes a number that it explains better. Two cases remain. In a request, two values are equally
//! likely. In a readback, the transcript is wrong but a less likely alternative is right: "negative" would blame the pilot for a
//! recognition error, and accepting the alternative would hide a wrong readback. An aircraft in distress is never asked.

use super::choose::{AS_LIKELY, Alternative, explained};
use super::opinion::Opinion;
use crate::instruction::{Ask, Item, Part};
use crate::intent::{Context, Intent, Slots, Understanding};
use crate::readback::{self, ReadbackItem};
use crate::situation::Situation;
use crate::transcript::Token;
use crate::understand::understand;
use crate::units::{Facility, Time};
use crate::{Engine, Outgoing, Reply, Said};

/// The numbers in doubt.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    /// The last chosen transcript, and its value that the decoder was unsure of.
    pub(super) unsure: Option<(String, Part)>,
    /// The value that the pilot was asked to repeat, and the call without it.
    asked: Option<(Understanding, Part)>,
}

impl Engine {
    /// The value in which another transcript differs, if neither likelihood nor situation decides.
    pub(super) fn unsure(&self, text: &str, others: &[Alternative], opinion: Option<Opinion>) -> Option<(String, Part)> {
        let ctx = Context { opinion, ..self.context() };
        let said = Said::new(text, &ctx).tokens;
        let u = understand(text, &ctx);
        let emergency =
            self.record.emergency.is_some() || [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel].iter().any(|i| u.has(*i));
        if emergency || u.other_aircraft {
            return None;
        }
        let part = others.iter().filter(|o| o.text != text).find_map(|o| {
            let other = Said::new(&o.text, &ctx).tokens;
            // Transcripts that differ in more than numbers do not put one number in doubt.
            if !differ_in_numbers(&said, &other) {
                return None;
            }
            if o.weight >= AS_LIKELY {
                let v = understand(&o.text, &ctx);
                (v.intent == u.intent && explained(&v, &ctx) >= explained(&u, &ctx)).then(|| decisive(&u, &v)).flatten()
            } else {
                self.read_back_right(&said, &other)
            }
        })?;
        Some((text.to_owned(), part))
    }

    /// The item of the awaited readback that is wrong in one transcript and right in the other.
    fn read_back_right(&self, said: &[Token], other: &[Token]) -> Option<Part> {
        let pending = self.record.pending.as_ref()?;
        let region = self.context().region;
        let of = |t: &[Token]| readback::check_said(&pending.instruction.items, Some(&pending.instruction.to), t, region);
        let (first, second) = (of(said), of(other));
        first.wrong.iter().find(|w| !second.wrong.contains(w) && !second.missing.contains(w)).and_then(|w| part_of(*w))
    }

    /// The value of this call that must be asked for.
    pub(crate) fn unsure_of(&self, text: &str) -> Option<Part> {
        self.numbers.unsure.as_ref().filter(|u| u.0 == text).map(|u| u.1)
    }

    /// Asks for the value in doubt. The items that were read back correctly are no longer awaited.
    pub(crate) fn ask_again(&mut self, now: Time, said: &Said, heard: &Understanding, to: &Situation) -> Option<Reply> {
        let part = heard.unsure.filter(|_| !matches!(to.facility, Facility::Ctaf | Facility::Atis) && !heard.unsure_caller)?;
        let region = to.region;
        let correction = self.record.pending.is_some() && heard.has(Intent::Readback);
        if let Some(p) = self.record.pending.as_mut().filter(|_| correction) {
            let check = readback::check_said(&p.instruction.items, Some(&p.instruction.to), &said.tokens, region);
            let open: Vec<ReadbackItem> = check.wrong.iter().chain(&check.missing).copied().collect();
            let left = readback::only(&p.instruction.items, &open);
            if !left.is_empty() {
                p.instruction.items = left;
            }
            p.since = now;
        } else {
            self.numbers.asked = Some((heard.clone(), part));
        }
        let instruction = crate::decide::address(to, &self.record, heard, vec![Item::Ask(Ask::Again(part))]);
        self.outgoing = Some(Outgoing { instruction: instruction.clone(), correction, notice: None });
        Some(self.reply(instruction))
    }

    /// Completes the earlier call with the value given now; returns the new call unchanged if it is not an answer.
    pub(crate) fn completed(&mut self, heard: Understanding) -> Understanding {
        let Some((mut call, part)) = self.numbers.asked.take() else { return heard };
        use Intent::{CheckIn, HeadingReport, PositionReport, Readback, Roger, SquawkReport, Unknown};
        let answer = matches!(heard.intent, Unknown | Readback | Roger | PositionReport | CheckIn | HeadingReport | SquawkReport);
        if heard.other_aircraft || !(answer || heard.intent == call.intent) || !take(part, &heard.slots, &mut call.slots) {
            return heard;
        }
        call.unsure = None;
        call
    }
}

/// Whether two transcripts differ only in numbers.
fn differ_in_numbers(a: &[Token], b: &[Token]) -> bool {
    let words = |t: &[Token]| -> Vec<String> {
        t.iter().map(Token::word).filter(|w| !w.is_empty() && !matches!(*w, "thousand" | "hundred")).map(str::to_owned).collect()
    };
    a != b && words(a) == words(b)
}

/// The value in which two readings differ, if it affects the controller's action.
fn decisive(u: &Understanding, v: &Understanding) -> Option<Part> {
    use Intent::{
        AltitudeRequest, ApproachRequest, DepartureReady, FrequencyChangeRequest, IfrClearanceRequest, InboundLanding, PatternRequest,
        SquawkReport, TakeoffRequest, TaxiRequest, TouchAndGoRequest,
    };
    let (a, b) = (&u.slots, &v.slots);
    let both = |x: bool, y: bool| x && y;
    let runway = matches!(
        u.intent,
        TaxiRequest | DepartureReady | TakeoffRequest | InboundLanding | TouchAndGoRequest | PatternRequest | ApproachRequest
    );
    let level = matches!(u.intent, AltitudeRequest | IfrClearanceRequest);
    if runway && a.runway != b.runway && both(a.runway.is_some(), b.runway.is_some()) {
        Some(Part::Runway)
    } else if level && a.altitude_ft != b.altitude_ft && both(!a.altitude_ft.is_empty(), !b.altitude_ft.is_empty()) {
        Some(Part::Altitude)
    } else if u.intent == SquawkReport && a.squawk != b.squawk && both(a.squawk.is_some(), b.squawk.is_some()) {
        Some(Part::Squawk)
    } else if u.intent == FrequencyChangeRequest && a.frequency != b.frequency && both(a.frequency.is_some(), b.frequency.is_some()) {
        Some(Part::Frequency)
    } else if !u.requests.is_empty() && a.heading != b.heading && both(a.heading.is_some(), b.heading.is_some()) {
        Some(Part::Heading)
    } else if !u.requests.is_empty() && a.speed_kt != b.speed_kt && both(a.speed_kt.is_some(), b.speed_kt.is_some()) {
        Some(Part::Speed)
    } else {
        None
    }
}

/// The name by which to ask for a readback item; items that are not numbers have other questions.
fn part_of(item: ReadbackItem) -> Option<Part> {
    Some(match item {
        ReadbackItem::Runway | ReadbackItem::HoldShort | ReadbackItem::Crossing => Part::Runway,
        ReadbackItem::Altitude => Part::Altitude,
        ReadbackItem::Heading => Part::Heading,
        ReadbackItem::Speed => Part::Speed,
        ReadbackItem::Frequency => Part::Frequency,
        ReadbackItem::Squawk => Part::Squawk,
        ReadbackItem::Altimeter => Part::Altimeter,
        _ => return None,
    })
}

/// Moves the value from an answer into the slots, and returns whether there was one.
fn take(part: Part, from: &Slots, to: &mut Slots) -> bool {
    fn put<T: Clone>(from: &Option<T>, to: &mut Option<T>) -> bool {
        if from.is_some() {
            to.clone_from(from);
        }
        from.is_some()
    }
    match part {
        Part::Runway => put(&from.runway, &mut to.runway),
        Part::Altitude => {
            let said = !from.altitude_ft.is_empty();
            if said {
                to.altitude_ft.clone_from(&from.altitude_ft);
            }
            said
        }
        Part::Heading => put(&from.heading, &mut to.heading),
        Part::Speed => put(&from.speed_kt, &mut to.speed_kt),
        Part::Frequency => put(&from.frequency, &mut to.frequency),
        Part::Squawk => put(&from.squawk, &mut to.squawk),
        Part::Altimeter => put(&from.altimeter, &mut to.altimeter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;
    use crate::report::Report;
    use crate::units::{LatLon, Time};

    fn other(text: &str, weight: f32) -> [Alternative; 1] {
        [Alternative { text: text.into(), weight }]
    }

    fn engine(com1: &str) -> Engine {
        let setup = Setup {
            callsign: "N172SP".parse().ok(),
            aircraft_type: Some("C172".into()),
            airport: Some("PHTO".into()),
            com1: com1.parse().ok(),
            ..Setup::default()
        };
        Engine::new(Airports::first(), setup)
    }

    /// The engine's answer to a transcript that has alternatives.
    fn answer(engine: &mut Engine, at: u64, text: &str, others: &[Alternative]) -> String {
        let best = engine.likelier(text, others, None).to_owned();
        let understood = engine.understand(&best);
        let hearing = engine.answer(Time(at), &best, understood);
        engine.delivered(Time(at + 500), true);
        hearing.reply.map_or_else(String::new, |r| r.transmission.text)
    }

    /// An engine at the ramp that awaits a taxi readback, the right readback, and one with another runway.
    fn taxiing() -> (Engine, String, String) {
        let mut e = engine("121.9");
        let taxi =
            answer(&mut e, 1000, "hilo ground skyhawk one seven two sierra papa at the ramp ready to taxi with information alfa", &[]);
        assert!(taxi.contains("runway 8"), "{taxi}");
        (e, "taxi runway eight skyhawk two sierra papa".into(), "taxi runway two one skyhawk two sierra papa".into())
    }

    #[test]
    fn an_unsure_readback_item_is_asked_for_by_name_and_checked() {
        let (mut e, right, wrong) = taxiing();
        assert_eq!(answer(&mut e, 3000, &wrong, &other(&right, 0.3)), "Skyhawk 2SP, say runway again");
        assert!(e.record().pending.is_some(), "the readback is still awaited");
        assert_eq!(answer(&mut e, 5000, "runway eight skyhawk two sierra papa", &[]), "");
        assert!(e.record().pending.is_none());
        // The same answer with a different runway is refused.
        let (mut e, right, wrong) = taxiing();
        answer(&mut e, 3000, &wrong, &other(&right, 0.3));
        assert!(answer(&mut e, 5000, "runway two one skyhawk two sierra papa", &[]).contains("negative"));
    }

    #[test]
    fn a_sure_readback_is_checked_at_once() {
        let (mut e, _, wrong) = taxiing();
        assert!(answer(&mut e, 3000, &wrong, &[]).contains("negative"));
        // A wrong readback is not questioned merely because a different wrong one was possible.
        let (mut e, _, wrong) = taxiing();
        let worse = other("taxi runway two six skyhawk two sierra papa", 0.3);
        assert!(answer(&mut e, 3000, &wrong, &worse).contains("negative"));
        let (mut e, right, wrong) = taxiing();
        assert_eq!(answer(&mut e, 3000, &right, &other(&wrong, 0.3)), "", "a readback that matches needs no repetition");
    }

    /// An engine in the air, with a radar unit that has identified the aircraft.
    fn aloft() -> Engine {
        let mut e = engine("118.1");
        let report = Report { position: Some(LatLon::new(19.80, -155.00)), altitude_ft: 3000.0, on_ground: false, ..Report::default() };
        e.see(Time(0), &report);
        e
    }

    #[test]
    fn an_ambiguous_level_is_asked_for_and_completes_the_request() {
        let (five, nine) = (
            "hilo approach skyhawk one seven two sierra papa request climb to five thousand",
            "hilo approach skyhawk one seven two sierra papa request climb to niner thousand",
        );
        let mut e = aloft();
        e.likelier(five, &other(nine, 0.9), None);
        let u = e.understand(five);
        assert_eq!((u.intent, u.unsure), (Intent::AltitudeRequest, Some(Part::Altitude)));
        // A less likely number does not challenge the written one.
        e.likelier(five, &other(nine, 0.3), None);
        assert_eq!(e.understand(five).unsure, None);
        e.likelier(five, &other(nine, 0.9), None);
        e.numbers.asked = Some((u, Part::Altitude));
        let meant = e.completed(understand("niner thousand two sierra papa", &e.context()));
        assert_eq!((meant.intent, meant.slots.altitude_ft.as_slice()), (Intent::AltitudeRequest, &[9000][..]));
    }

    #[test]
    fn no_question_in_distress_or_for_an_irrelevant_number() {
        let pairs = [
            (
                "mayday mayday skyhawk two sierra papa engine failure landing runway three",
                "mayday mayday skyhawk two sierra papa engine failure landing runway two one",
            ),
            (
                "skyhawk two sierra papa we are low on fuel request runway three",
                "skyhawk two sierra papa we are low on fuel request runway two one",
            ),
            ("skyhawk two sierra papa two souls on board", "skyhawk two sierra papa three souls on board"),
        ];
        for (text, second) in pairs {
            let mut e = aloft();
            e.likelier(text, &other(second, 0.95), None);
            assert_eq!(e.understand(text).unsure, None, "{text}");
        }
        // A transcript with a runway that does not exist is not an alternative.
        let mut e = engine("121.9");
        let text = "hilo ground skyhawk two sierra papa taxi runway eight";
        e.likelier(text, &other("hilo ground skyhawk two sierra papa taxi runway five", 0.9), None);
        assert_eq!(e.understand(text).unsure, None);
        e.likelier(text, &other("hilo ground skyhawk two sierra papa taxi runway three", 0.9), None);
        assert_eq!(e.understand(text).unsure, Some(Part::Runway));
    }
}
