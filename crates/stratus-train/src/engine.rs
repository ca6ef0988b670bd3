//! The parts of the engine that the trainer uses, normalisation and the reader's features, so that both see the same.

pub use stratus_atc::caller::{addressed, caller};
pub use stratus_atc::hear::features::{Features, features};
pub use stratus_atc::hear::joined::{has_effect, join};
pub use stratus_atc::hear::learned::{BUCKETS, HEADS, MAGIC, PARTS, RANKS, Weights, softmax};
pub use stratus_atc::hear::learned::{Reading, read, reading};
pub use stratus_atc::hear::normalise::normalise;
pub use stratus_atc::intent::{Context, Intent};
pub use stratus_atc::transcript::text as text_of;

/// The label of an intent.
pub fn label_of(intent: Intent) -> u8 {
    Intent::ALL.iter().position(|i| *i == intent).and_then(|i| u8::try_from(i).ok()).unwrap_or(0)
}

/// The intent of a call by the rules alone.
pub fn by_rules(text: &str, ctx: &Context) -> Intent {
    stratus_atc::understand::by_rules(normalise(text, ctx), ctx).intent
}
