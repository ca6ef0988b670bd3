//! Unsure: a number that the decoder heard in two ways is asked for by its name ("say altitude again"), where it decides something.
//!
//! The situation comes first: a number that it explains better is taken (`choose`). What is left to ask is a value of a request whose
//! two readings are as likely, and a readback that is wrong as it was written and right in a reading that is less likely: "negative"
//! would blame the pilot for the recogniser's doubt, and taking it would make a wrong readback right. Nothing is asked of an
//! aircraft in distress.

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

/// Numbers in doubt.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// The reading that was chosen last, and the value of it that the decoder was unsure of.
    pub(super) unsure: Option<(String, Part)>,
    /// What the pilot was asked to say again: the call as it was understood, but for this value.
    asked: Option<(Understanding, Part)>,
}

impl Engine {
    /// The value of the chosen reading that another reading has otherwise, where neither likelihood nor situation decides.
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
            // Two looks may differ in more: then it is not one number that is in doubt.
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

    /// The item of the awaited readback that is wrong in one reading and right in the other.
    fn read_back_right(&self, said: &[Token], other: &[Token]) -> Option<Part> {
        let pending = self.record.pending.as_ref()?;
        let region = self.context().region;
        let of = |t: &[Token]| readback::check_said(&pending.instruction.items, Some(&pending.instruction.to), t, region);
        let (first, second) = (of(said), of(other));
        first.wrong.iter().find(|w| !second.wrong.contains(w) && !second.missing.contains(w)).and_then(|w| part_of(*w))
    }

    /// The value of this call that is to be asked for.
    pub(crate) fn unsure_of(&self, text: &str) -> Option<Part> {
        self.numbers.unsure.as_ref().filter(|u| u.0 == text).map(|u| u.1)
    }

    /// Asks for the value that the decoder was unsure of; what else was read back right is no longer awaited.
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

    /// The call that the pilot was asked about, complete with the value that was said now; what was heard where it is no answer.
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

/// Whether two readings differ in numbers alone.
fn differ_in_numbers(a: &[Token], b: &[Token]) -> bool {
    let words = |t: &[Token]| -> Vec<String> {
        t.iter().map(Token::word).filter(|w| !w.is_empty() && !matches!(*w, "thousand" | "hundred")).map(str::to_owned).collect()
    };
    a != b && words(a) == words(b)
}

/// The value in which two readings differ, where it decides what the controller does.
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

/// How an item of a readback is asked for; what is no number has its own questions.
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

/// Takes the value from an answer; whether there was one.
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

    /// What is answered to the first reading of a sound that has another.
    fn answer(engine: &mut Engine, at: u64, text: &str, others: &[Alternative]) -> String {
        let best = engine.likelier(text, others, None).to_owned();
        let understood = engine.understand(&best);
        let hearing = engine.answer(Time(at), &best, understood);
        engine.delivered(Time(at + 500), true);
        hearing.reply.map_or_else(String::new, |r| r.transmission.text)
    }

    /// At the ramp with a taxi clearance that awaits its readback; the readback, right and with another runway.
    fn taxiing() -> (Engine, String, String) {
        let mut e = engine("121.9");
        let taxi =
            answer(&mut e, 1000, "hilo ground skyhawk one seven two sierra papa at the ramp ready to taxi with information alfa", &[]);
        assert!(taxi.contains("runway 8"), "{taxi}");
        (e, "taxi runway eight skyhawk two sierra papa".into(), "taxi runway two one skyhawk two sierra papa".into())
    }

    #[test]
    fn an_unsure_readback_is_asked_for_by_the_name_of_its_item_and_then_judged() {
        let (mut e, right, wrong) = taxiing();
        assert_eq!(answer(&mut e, 3000, &wrong, &other(&right, 0.3)), "Skyhawk 2SP, say runway again");
        assert!(e.record().pending.is_some(), "it is still awaited");
        assert_eq!(answer(&mut e, 5000, "runway eight skyhawk two sierra papa", &[]), "");
        assert!(e.record().pending.is_none());
        // The same answer with another runway is refused.
        let (mut e, right, wrong) = taxiing();
        answer(&mut e, 3000, &wrong, &other(&right, 0.3));
        assert!(answer(&mut e, 5000, "runway two one skyhawk two sierra papa", &[]).contains("negative"));
    }

    #[test]
    fn a_sure_readback_is_judged_at_once() {
        let (mut e, _, wrong) = taxiing();
        assert!(answer(&mut e, 3000, &wrong, &[]).contains("negative"));
        // A wrong one is not questioned because another wrong one was possible.
        let (mut e, _, wrong) = taxiing();
        let worse = other("taxi runway two six skyhawk two sierra papa", 0.3);
        assert!(answer(&mut e, 3000, &wrong, &worse).contains("negative"));
        let (mut e, right, wrong) = taxiing();
        assert_eq!(answer(&mut e, 3000, &right, &other(&wrong, 0.3)), "", "what was issued needs no second saying");
    }

    /// In the air, with a radar unit that has identified the aircraft.
    fn aloft() -> Engine {
        let mut e = engine("118.1");
        let report = Report { position: Some(LatLon::new(19.80, -155.00)), altitude_ft: 3000.0, on_ground: false, ..Report::default() };
        e.see(Time(0), &report);
        e
    }

    #[test]
    fn a_level_that_was_heard_in_two_ways_is_asked_for_and_completes_the_request() {
        let (five, nine) = (
            "hilo approach skyhawk one seven two sierra papa request climb to five thousand",
            "hilo approach skyhawk one seven two sierra papa request climb to niner thousand",
        );
        let mut e = aloft();
        e.likelier(five, &other(nine, 0.9), None);
        let u = e.understand(five);
        assert_eq!((u.intent, u.unsure), (Intent::AltitudeRequest, Some(Part::Altitude)));
        // A number that is less likely than what was written does not stand against it.
        e.likelier(five, &other(nine, 0.3), None);
        assert_eq!(e.understand(five).unsure, None);
        e.likelier(five, &other(nine, 0.9), None);
        e.numbers.asked = Some((u, Part::Altitude));
        let meant = e.completed(understand("niner thousand two sierra papa", &e.context()));
        assert_eq!((meant.intent, meant.slots.altitude_ft.as_slice()), (Intent::AltitudeRequest, &[9000][..]));
    }

    #[test]
    fn nothing_is_asked_of_an_aircraft_in_distress_or_where_nothing_hangs_on_the_number() {
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
        // A runway that is not there is no reading.
        let mut e = engine("121.9");
        let text = "hilo ground skyhawk two sierra papa taxi runway eight";
        e.likelier(text, &other("hilo ground skyhawk two sierra papa taxi runway five", 0.9), None);
        assert_eq!(e.understand(text).unsure, None);
        e.likelier(text, &other("hilo ground skyhawk two sierra papa taxi runway three", 0.9), None);
        assert_eq!(e.understand(text).unsure, Some(Part::Runway));
    }
}
