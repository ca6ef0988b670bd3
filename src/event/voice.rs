//! A voice: its name, how it speaks, and the system voices.

use serde::{Deserialize, Serialize};

/// A voice and how it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// "en-US" or "en-GB": a neural voice of that accent, or Pico's as the fallback. Otherwise the name of a neural voice, "own:"
    /// and a file name, "pico:" and an accent, or "windows:" and the name or language of a Windows voice.
    pub name: String,
    /// Percent of the normal speed.
    pub rate_percent: u16,
    /// Percent of the normal pitch.
    pub pitch_percent: u16,
    /// Selects one of the installed neural voices. The accent is then only a preference: if no voice has it, another accent is
    /// used. `None`: the pilot chose the accent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cast: Option<u16>,
}

impl Default for Voice {
    fn default() -> Self {
        Self { name: "en-US".into(), rate_percent: 100, pitch_percent: 100, cast: None }
    }
}

/// A system voice available to programs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct SystemVoice {
    /// "Microsoft David".
    pub name: String,
    /// "en-US".
    pub language: String,
}
