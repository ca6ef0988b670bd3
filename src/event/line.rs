//! A line of the transcript.

use serde::{Deserialize, Serialize};

use crate::units::{Callsign, Facility, Frequency};

/// The speaker of a line of the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The pilot.
    Pilot,
    /// The controller.
    Atc,
}

/// Time for each stage in milliseconds, from the end of the take (release of the key plus the tail).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latency {
    /// From the release of the key to the end of the take, before the other stages.
    #[serde(default)]
    pub tail: u32,
    /// Until the take was extracted and resampled.
    pub capture: u32,
    /// Computation of the recogniser.
    pub recognise: u32,
    /// Computation of the engine.
    pub decide: u32,
    /// Waiting for the language model.
    pub consult: u32,
    /// Until the first phrase was synthesised, from the decision.
    pub synthesise: u32,
    /// From the end of the take to the first sample sent to the speaker.
    pub first_audio: u32,
}

/// One line of `transcript.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Seconds since the session began.
    pub t: f64,
    /// Who spoke.
    pub from: Speaker,
    /// The unit on the frequency; `None` if there is none.
    pub facility: Option<Facility>,
    /// The frequency.
    pub frequency: Option<Frequency>,
    /// The aircraft.
    pub callsign: Option<Callsign>,
    /// The words, as recognised or as written by the controller.
    pub text: String,
    /// What the pilot meant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub intent: Option<String>,
    /// The engine's verdict on a readback.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<String>,
    /// Why nobody answered, on the pilot's lines.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unanswered: Option<String>,
    /// Time for each stage, on the controller's lines.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latency_ms: Option<Latency>,
    /// Another pilot spoke, or the controller spoke to another aircraft: nothing in it is for the pilot.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub overheard: bool,
}
