//! Hearing: turns a speech recogniser's text into the tokens that were spoken.

mod asked;
mod choose;
pub mod clauses;
pub(crate) mod details;
pub(crate) mod evidence;
pub mod features;
pub mod frames;
mod grammar;
pub mod joined;
pub mod learned;
pub(crate) mod manners;
pub mod normalise;
pub mod opinion;
mod own;
pub(crate) mod parts;
pub(crate) mod question;
pub(crate) mod ranked;
pub(crate) mod remarked;
pub mod request;
pub mod rules;
pub mod sounds;
mod standard;
pub(crate) mod subject;
pub(crate) mod unsure;
mod way_out;

pub use choose::Alternative;
pub(crate) use own::grouped;
pub(crate) use standard::is_used;

use super::Engine;
use super::airports::Airport;
use super::intent::{Context, Understanding};
use super::transcript::Token;
use super::units::Region;
use super::{readback, spoken, understand};

/// Whether a verb says something of the noun before it: "is".
pub(crate) fn states(word: &str) -> bool {
    grammar::third_person(word) || word == "are"
}

/// A transmission as tokens, for comparison with a readback. Decisions pass it on without looking into it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// Corrected from the situation.
    pub(crate) tokens: Vec<Token>,
}

impl Said {
    /// Reads a transmission in this situation.
    pub fn new(text: &str, ctx: &Context) -> Self {
        Self { tokens: normalise::normalise(text, ctx) }
    }
}

/// The words of an airport's name and place.
fn words_of(a: &Airport) -> Vec<String> {
    let low = format!("{} {}", a.name, a.place).to_lowercase();
    low.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).map(str::to_owned).collect()
}

/// The words of a call that a reader of whole calls should see: without the questions beside a statement.
pub fn stated(text: &str) -> std::borrow::Cow<'_, str> {
    parts::statement(text).map_or(std::borrow::Cow::Borrowed(text), std::borrow::Cow::Owned)
}

impl Engine {
    /// What the engine knows that helps to read a transcript.
    pub fn context(&self) -> Context {
        let airport = self.airport.as_ref();
        Context {
            region: airport.map_or(Region::FAA, |a| a.region),
            facility: self.station().map(|s| s.facility),
            own: self.callsign().cloned(),
            aircraft_type: self.aircraft_type(),
            last_atc: self.record.last.as_ref().map(|i| self.say(i).text),
            pending: self.record.pending.is_some() || self.unheard.is_some(),
            stations: airport.map_or_else(Vec::new, |a| {
                let mut names = vec![a.name.to_lowercase()];
                names.extend(a.stations.iter().filter_map(|s| s.name.rsplit_once(' ').map(|(n, _)| n.to_lowercase())));
                names.dedup();
                names
            }),
            runways: airport.map_or_else(Vec::new, |a| a.strips_ends()),
            places: airport.into_iter().chain(self.destination_airport().as_ref()).flat_map(words_of).collect(),
            opinion: None,
        }
    }

    /// What a call says that may be a readback: its statements up to the first question or request, with the callsign. If the first of them
    /// are a whole readback, those behind are not part of it.
    pub(crate) fn said(&self, text: &str, heard: &Understanding) -> Said {
        let ctx = self.context();
        let parts = parts::parts(text);
        if parts.len() < 2 {
            return Said::new(text, &ctx);
        }
        let states = |p: &&parts::Part| p.form == question::Form::States;
        let mut leading: Vec<&str> = parts.iter().take_while(states).map(|p| p.text.as_str()).collect();
        if leading.is_empty() {
            leading = parts.iter().filter(states).map(|p| p.text.as_str()).collect();
        }
        let unnamed = Context { opinion: None, ..ctx.clone() };
        let of = |parts: &[&str]| {
            let words = parts.join(" ");
            let named = understand::understand(&words, &unnamed).callsign.is_some();
            match heard.callsign.as_ref().filter(|_| !named) {
                Some(callsign) => Said::new(&format!("{}, {words}", spoken::characters(callsign.as_str())), &ctx),
                None => Said::new(&words, &ctx),
            }
        };
        let pending = self.record.pending.as_ref().map(|p| &p.instruction);
        let whole = |said: &Said| {
            pending.is_some_and(|i| {
                readback::check_said(&i.items, Some(&i.to), &said.tokens, ctx.region).verdict == readback::Verdict::Correct
            })
        };
        let first = (1..leading.len()).map(|n| of(&leading[..n])).find(|said| whole(said));
        first.unwrap_or_else(|| of(&leading))
    }

    pub(crate) fn aircraft_type(&self) -> Option<String> {
        let filed = || self.plan.as_ref().and_then(|p| p.aircraft_type.clone());
        self.setup.aircraft_type.clone().or_else(|| self.report.aircraft_type.clone()).or_else(filed)
    }
}
