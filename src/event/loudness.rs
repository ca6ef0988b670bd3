//! The test of a microphone as the seam has it: how long it listens, and what it heard.

use serde::{Deserialize, Serialize};

use super::Take;

/// In a test of the microphone, whoever has not begun to speak after so many seconds is not waited for any longer.
pub const SPEAK_WITHIN_S: u32 = 6;
/// And the test ends after so many seconds at the most: whoever began late has time for a few words.
pub const LISTEN_S: u32 = SPEAK_WITHIN_S + 4;

/// How loud a microphone was while somebody spoke into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    /// Words will be understood.
    Good,
    /// Something was heard, too quietly for words.
    Quiet,
    /// Nobody was heard.
    Silent,
    /// The peaks are cut off.
    TooLoud,
}

impl Loudness {
    /// As a person says it: numbers are for the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Quiet => "too quiet",
            Self::Silent => "silent",
            Self::TooLoud => "too loud",
        }
    }
}

/// What a test of the microphone heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What a person calls the microphone.
    pub microphone: String,
    /// How loud it was.
    pub loudness: Loudness,
    /// The loudest sample, dB below full scale; -90 at the least.
    pub peak_db: f32,
    /// The sound.
    pub take: Take,
}
