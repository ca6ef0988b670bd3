//! Hearing: from what a speech recogniser wrote to the tokens that were said.

mod choose;
pub mod clauses;
pub mod features;
pub mod frames;
mod grammar;
pub mod joined;
pub mod learned;
pub mod normalise;
pub mod opinion;
mod own;
pub mod rules;
pub mod sounds;
mod standard;

pub use choose::Alternative;
pub(crate) use own::grouped;
pub(crate) use standard::is_used;

use super::intent::Context;
use super::transcript::Token;

/// A transmission: the words as they were written, and the tokens that were said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said {
    /// As recognition wrote it, in lower case.
    pub text: String,
    /// Mended by what the situation explains.
    pub tokens: Vec<Token>,
}

impl Said {
    /// Reads a transmission in this situation.
    pub fn new(text: &str, ctx: &Context) -> Self {
        Self { text: text.to_lowercase(), tokens: normalise::normalise(text, ctx) }
    }
}
