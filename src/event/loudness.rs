//! Types of the microphone test: how long it listens, and its result.

use serde::{Deserialize, Serialize};

use super::Take;

/// The microphone test waits this many seconds for the pilot to start speaking.
pub const SPEAK_WITHIN_S: u32 = 6;
/// Maximum duration of the test, seconds: a pilot who starts late still has time for a few words.
pub const LISTEN_S: u32 = SPEAK_WITHIN_S + 4;

/// The level of a microphone while somebody spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// Loud enough for recognition.
    Good,
    /// Too quiet for recognition.
    Quiet,
    /// No speech.
    Silent,
    /// The peaks are clipped.
    TooLoud,
}

impl Loudness {
    /// A word for the pilot; numbers are for the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Quiet => "too quiet",
            Self::Silent => "silent",
            Self::TooLoud => "too loud",
        }
    }
}

/// The recording of a microphone test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The microphone's display name.
    pub microphone: String,
    /// Its level.
    pub loudness: Loudness,
    /// The loudest sample, dB below full scale; at least -90.
    pub peak_db: f32,
    /// The sound.
    pub take: Take,
}
