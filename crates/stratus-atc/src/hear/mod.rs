//! Hearing: turns a speech recogniser's text into the tokens that were spoken.

mod asked;
mod choose;
pub mod clauses;
pub(crate) mod evidence;
pub mod features;
pub mod frames;
mod grammar;
pub mod joined;
pub mod learned;
pub mod normalise;
pub mod opinion;
mod own;
pub(crate) mod remarked;
pub mod request;
pub mod rules;
pub mod sounds;
mod standard;
pub(crate) mod unsure;
mod way_out;

pub use choose::Alternative;
pub(crate) use own::grouped;
pub(crate) use standard::is_used;

use super::Engine;
use super::intent::Context;
use super::transcript::Token;
use super::units::Region;

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

    /// The words before the first question or request, if others follow: "runway 26, taxi, and did you copy the flight following at five
    /// thousand five hundred".
    pub(crate) fn before_question(&self) -> Option<Said> {
        const OPENS: [&[&str]; 14] = [
            &["did", "you"],
            &["do", "you"],
            &["do", "we"],
            &["can", "you"],
            &["can", "we"],
            &["could", "you"],
            &["could", "we"],
            &["are", "we"],
            &["are", "you"],
            &["is", "the"],
            &["is", "there"],
            &["would", "like"],
            &["request"],
            &["requesting"],
        ];
        const ASKS: [&str; 7] = ["what", "which", "where", "when", "how", "who", "any"];
        let opens = |i: usize| {
            OPENS.iter().any(|o| o.iter().enumerate().all(|(n, w)| self.tokens.get(i + n).is_some_and(|t| t.is(w))))
                || ASKS.iter().any(|w| self.tokens[i].is(w))
        };
        let at = (1..self.tokens.len()).find(|i| opens(*i))?;
        Some(Said { tokens: self.tokens[..at].to_vec() })
    }
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
            opinion: None,
        }
    }

    pub(crate) fn aircraft_type(&self) -> Option<String> {
        let filed = || self.plan.as_ref().and_then(|p| p.aircraft_type.clone());
        self.setup.aircraft_type.clone().or_else(|| self.report.aircraft_type.clone()).or_else(filed)
    }
}
