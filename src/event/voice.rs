//! A voice: which one, how it speaks, and the ones that the system has.

use serde::{Deserialize, Serialize};

/// A voice and how it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// "en-US" or "en-GB": a neural voice of that accent, else Pico's. The name of a neural voice, "own:" and a file's name, "pico:" and an
    /// accent, or "windows:" and the name or language of a voice of Windows's.
    pub name: String,
    /// Percent of the normal speed.
    pub rate_percent: u16,
    /// Percent of the normal pitch.
    pub pitch_percent: u16,
    /// The accent is a wish: one of the neural voices that are installed speaks, chosen by this number, of another accent where there
    /// is none of this one. None: the accent is what the pilot chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cast: Option<u16>,
}

impl Default for Voice {
    fn default() -> Self {
        Self { name: "en-US".into(), rate_percent: 100, pitch_percent: 100, cast: None }
    }
}

/// A voice that the system has for programs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct SystemVoice {
    /// "Microsoft David".
    pub name: String,
    /// "en-US".
    pub language: String,
}
