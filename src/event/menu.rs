//! Types of the tray: the contents of its menu, its choices, and its icon.

use serde::{Deserialize, Serialize};

use super::{Step, Steps, SystemVoice};
use crate::models::Offer;
use crate::settings::{BrainMode, Chatter, PilotMode};

/// A choice in the tray menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Repeat one of the last answers; 0 is the latest.
    Repeat(u8),
    /// Play a test call on the speaker, as a controller sounds.
    TestCall,
    /// Test the microphone: show its level, and report what was recognised.
    CheckMicrophone,
    /// Test whether a press of the push-to-talk key arrives.
    TestKey,
    /// Take the next call as the pilot's callsign.
    SayCallsign,
    /// Run this step of the first run, again or for the first time.
    Step(Step),
    /// Skip the rest of the first run.
    SkipSteps,
    /// Type the callsign.
    TypeCallsign,
    /// Use the callsign of the simulator's aircraft instead of the chosen one.
    SimulatorsCallsign,
    /// The pilot's airport without a simulator; empty: the one that a call names.
    Airport(String),
    /// Type the airport.
    TypeAirport,
    /// Use the unknown speech model.
    TrustModel,
    /// Toggle mute.
    ToggleMute,
    /// Use this microphone; empty: the system default.
    Microphone(String),
    /// Use this speaker; empty: the system default.
    Speaker(String),
    /// Set the volume, percent.
    Volume(u8),
    /// Use this voice.
    Voice(String),
    /// Download this neural voice.
    GetVoice(String),
    /// How much is heard of the other aircraft.
    Chatter(Chatter),
    /// Activate this speech model of the catalogue, after a download if necessary.
    SpeechModel(String),
    /// Cancel the download.
    StopFetching,
    /// How the controller treats the pilot.
    Mode(PilotMode),
    /// When to use the language model.
    Brain(BrainMode),
    /// Toggle tuning of COM1 for the pilot.
    ToggleTune,
    /// Toggle setting of the transponder for the pilot.
    ToggleSquawk,
    /// The menu was opened: refresh its contents.
    Opened,
    /// Use this language model of those that Ollama has.
    BrainModel(String),
    /// Make the next key pressed on the keyboard the push-to-talk key.
    BindKey,
    /// Add the next joystick button pressed as a push-to-talk key.
    BindJoystick,
    /// Clear all joystick buttons.
    ForgetJoysticks,
    /// Toggle start at login.
    ToggleAutostart,
    /// Show the calls that fit now.
    WhatToSay,
    /// Switch the page on or off.
    TogglePage,
    /// Open the page in the browser.
    OpenPage,
    /// Run all checks and show the result.
    Doctor,
    /// Download the latest plan from SimBrief, and file it.
    FetchPlan,
    /// Check for a newer release; download the release found; install the release downloaded.
    Update,
    /// Open the configuration file.
    OpenConfig,
    /// Open the log folder.
    OpenLogs,
    /// End Stratus.
    Quit,
}

/// A microphone or a speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundDevice {
    /// Stable across reconnection; empty if the system provides none.
    pub id: String,
    /// Display name; identical devices share it.
    pub name: String,
}

impl SoundDevice {
    /// How well the device matches the configured name `wanted`; the lowest number is the best match, and `None` is another device.
    pub fn fits(&self, wanted: &str) -> Option<u8> {
        let (id, name, wanted) = (self.id.to_lowercase(), self.name.to_lowercase(), wanted.to_lowercase());
        // The prefix of the sound system may be left out of an id, and a name may be partial.
        match wanted.as_str() {
            "" => None,
            w if id == w => Some(0),
            w if name == w || id.split_once(':').is_some_and(|(_, own)| own == w) => Some(1),
            w if id.ends_with(w) || name.contains(w) => Some(2),
            _ => None,
        }
    }

    /// Display name among these devices. Identical names are numbered, "Headphones (2)", because an id means nothing to people.
    pub fn called_among(&self, there: &[Self]) -> String {
        let twins: Vec<&Self> = there.iter().filter(|o| o.name == self.name).collect();
        match twins.iter().position(|t| *t == self).filter(|_| twins.len() > 1) {
            Some(n) => format!("{} ({})", self.name, n + 1),
            None => self.name.clone(),
        }
    }
}

/// The connected sound devices, and the system voices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Devices {
    /// Microphones.
    pub microphones: Vec<SoundDevice>,
    /// Speakers and headsets.
    pub speakers: Vec<SoundDevice>,
    /// The English system voices available to programs, if any.
    #[serde(default)]
    pub voices: Vec<SystemVoice>,
    /// The names of the installed neural voices: "heart".
    #[serde(default)]
    pub neural: Vec<String>,
}

/// State of the tray icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrayState {
    /// Ready for a call.
    #[default]
    Ready,
    /// The key is held.
    Listening,
    /// Recognising, deciding.
    Thinking,
    /// The controller speaks.
    Speaking,
    /// Something needs the pilot's attention.
    Fault,
}

/// Contents of the tray menu.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MenuModel {
    /// "Hilo Tower 118.1", or a note that nobody is on the frequency.
    pub unit: String,
    /// The pilot's callsign; empty if unknown.
    pub callsign: String,
    /// The callsign of the simulator's aircraft if the pilot has chosen another one; otherwise empty.
    pub other_callsign: String,
    /// The controller's last transmissions, latest first.
    pub recent: Vec<String>,
    /// Whether the controller is muted.
    pub muted: bool,
    /// The available microphones and speakers.
    pub devices: Devices,
    /// The configured microphone; empty: the system default.
    pub microphone: String,
    /// The configured speaker; empty: the system default.
    pub speaker: String,
    /// The controller's volume, percent.
    pub volume: u8,
    /// The active voice.
    pub voice: String,
    /// File name of the active speech model; empty if there is none.
    pub speech_model: String,
    /// The model being downloaded, and its progress in percent.
    pub fetching: Option<(String, u8)>,
    /// Models that only the pilot's mirror offers.
    pub own_models: Vec<Offer>,
    /// The published models and voices that the pilot's mirror lacks.
    #[serde(default)]
    pub absent: Vec<String>,
    /// The size of the speech model that the first run downloads: "148 MB".
    #[serde(default)]
    pub download: String,
    /// Name of a published speech model that is smaller and faster than the active one.
    #[serde(default)]
    pub faster: Option<String>,
    /// The current airport, and those offered.
    #[serde(default)]
    pub place: Place,
    /// Whether the pilot's SimBrief name is set.
    pub simbrief: bool,
    /// How the controller treats the pilot.
    pub mode: PilotMode,
    /// When the language model is used, and its name.
    pub brain: (BrainMode, String),
    /// How much is heard of the other aircraft.
    #[serde(default)]
    pub chatter: Chatter,
    /// The available language models, as far as known.
    pub brains: Vec<String>,
    /// A note about them.
    pub brain_note: String,
    /// The keyboard key; empty if there is none.
    pub key: String,
    /// Whether COM1 is tuned for the pilot.
    pub tunes: bool,
    /// Whether the transponder is set for the pilot.
    pub squawks: bool,
    /// Median and ninetieth percentile of the latency, milliseconds.
    pub latency: Option<(u32, u32)>,
    /// Joystick buttons that are push-to-talk keys.
    pub joystick: Vec<String>,
    /// Whether there is a release feed.
    pub has_updates: bool,
    /// A newer release, and whether it is downloaded.
    pub update: Option<(String, bool)>,
    /// Whether Stratus starts at login.
    pub autostart: bool,
    /// Whether the page is on.
    #[serde(default)]
    pub page: bool,
    /// Progress of the first run.
    pub steps: Steps,
    /// How to make the first call, a line each, while that is the next step; the second line is the call.
    #[serde(default)]
    pub call: Vec<String>,
    /// File name of an unknown speech model that awaits consent.
    pub unknown_model: Option<String>,
    /// The current fault, if any.
    pub fault: Option<Fault>,
}

/// The pilot's location, for the menu.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// The current airport: "Hilo"; empty if there is none yet.
    pub name: String,
    /// Why it is the current one.
    pub why: PlaceReason,
    /// The ICAO code in the configuration; empty if there is none.
    pub chosen: String,
    /// The name of that airport.
    #[serde(default)]
    pub chosen_name: String,
}

/// Why an airport is the current one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceReason {
    /// There is none yet: the first call determines it.
    #[default]
    Open,
    /// A call named it.
    Called,
    /// From the configuration.
    Chosen,
    /// The aircraft is there.
    Simulator,
    /// The configuration names an unknown one.
    Unknown,
}

/// A fault, and the effect of a click on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// "No microphone found: test it…".
    pub words: String,
    /// The choice that the click triggers.
    pub mend: Choice,
}
