//! `speech.chatter`: how much is heard of the other aircraft.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much is heard of the other aircraft on the frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chatter {
    /// Nothing.
    #[default]
    Off,
    /// At most two exchanges a minute.
    Quiet,
    /// At most five.
    Normal,
    /// At most ten.
    Busy,
}

impl Chatter {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::Off, Self::Quiet, Self::Normal, Self::Busy];

    /// The word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Quiet => "quiet",
            Self::Normal => "normal",
            Self::Busy => "busy",
        }
    }

    /// The maximum number of exchanges in a minute.
    pub fn a_minute(self) -> usize {
        match self {
            Self::Off => 0,
            Self::Quiet => 2,
            Self::Normal => 5,
            Self::Busy => 10,
        }
    }

    /// The shortest silence between two exchanges, in which the pilot can begin a call without cutting anybody off.
    pub fn pause(self) -> Duration {
        match self {
            Self::Off | Self::Quiet => Duration::from_secs(12),
            Self::Normal => Duration::from_secs(6),
            Self::Busy => Duration::from_secs(4),
        }
    }
}
