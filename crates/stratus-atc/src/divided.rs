//! The parts of a call that does several things, each with its reading and its situation.

use crate::Engine;
use crate::airports::Station;
use crate::decide::parts::{Part, is_deed};
use crate::hear::Said;
use crate::hear::details::Details;
use crate::hear::parts::{Part as SpokenPart, parts as spoken_parts};
use crate::hear::question::{self, Form, Subject};
use crate::intent::{Context, Intent, Understanding};
use crate::remark::Remark;
use crate::understand;

/// Subjects that are about a place by its name.
const OF_PLACES: [Subject; 3] = [Subject::Distance, Subject::Diversion, Subject::WeatherElsewhere];

/// The legs on which an aircraft is about to land.
const LEGS: [&str; 5] = ["downwind", "base", "final", "abeam", "midfield"];

impl Engine {
    /// The parts of a call, each read apart.
    pub(crate) fn parts_of(&self, station: &Station, text: &str, whole: &Understanding) -> Vec<Part> {
        let parts = spoken_parts(text);
        // A part that asks is not an answer to the controller's last words.
        let ctx = Context { last_atc: None, pending: false, ..self.context() };
        let read = |(n, p): (usize, &SpokenPart)| {
            let said = Said::new(&p.plain(), &ctx);
            let mut heard = understand::understand_said(said.tokens.clone(), &ctx).with_caller_of(whole);
            // "How long is it": the runway that the rest of the call names.
            heard.slots.runway = heard.slots.runway.or(whole.slots.runway);
            // "Base, make it a full stop": the leg is the same in each part.
            let leg = whole.slots.position.as_deref().filter(|p| LEGS.contains(p));
            heard.slots.position = heard.slots.position.or_else(|| leg.map(str::to_owned));
            let heard = self.with_named_field(&p.text, heard);
            let words = p.words();
            let (mut subjects, read) = question::about(&words, p.form, whole.subjects.of(n, parts.len()));
            // "Which way is the pattern" asks for no taxi route.
            if heard.remarks.has(Remark::AsksSide) {
                subjects.iter_mut().filter(|x| **x == Subject::TaxiRoute).for_each(|x| *x = Subject::PatternSide);
            }
            let mut situation = self.with_routes(self.situation(station, &heard)?, &heard);
            if subjects.iter().any(|x| OF_PLACES.contains(x)) {
                situation.asked_field = self.field_named(&p.text);
            }
            let by_rules = understand::by_rules(said.tokens.clone(), &ctx);
            let found = by_rules.intent != Intent::Unknown || !by_rules.requests.is_empty() || !by_rules.acts.is_empty();
            let ruled = found || by_rules.remarks.asks();
            let of_controller = words.iter().any(|w| w == "you");
            // "Request time check": a wish for nothing but a fact asks for it.
            let of_facts = !subjects.is_empty() && !subjects.iter().any(|x| is_deed(*x)) && heard.remarks.has(Remark::Wishes);
            let form = if p.form == Form::States && of_facts && !ruled { Form::Requests } else { p.form };
            Some(Part { situation, heard, said, form, subjects, read, ruled, details: Details::of(&words), of_controller })
        };
        parts.iter().enumerate().filter_map(read).collect()
    }
}
