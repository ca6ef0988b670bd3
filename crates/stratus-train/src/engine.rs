//! What the trainer takes of the engine: its ears and its reader, so that both see the same.

pub use stratus_atc::hear::features::{Features, features};
pub use stratus_atc::hear::learned::{BUCKETS, HEADS, LABELS, MAGIC, RANK, Weights, softmax};
pub use stratus_atc::hear::normalise::normalise;
pub use stratus_atc::intent::{Context, Intent};

/// The label of an intent.
pub fn label_of(intent: Intent) -> u8 {
    Intent::ALL.iter().position(|i| *i == intent).and_then(|i| u8::try_from(i).ok()).unwrap_or(0)
}
