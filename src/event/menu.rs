//! The tray as the seam has it: what its menu says, what can be chosen there, what its icon shows.

use serde::{Deserialize, Serialize};

use super::{Step, Steps, SystemVoice};
use crate::models::Offer;
use crate::settings::{BrainMode, PilotMode};

/// A choice in the tray's menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Say one of the last answers again; 0 is the newest.
    Repeat(u8),
    /// Say a test call by the speaker, as a controller sounds.
    TestCall,
    /// Listen to the microphone, show its level, and tell what was heard.
    CheckMicrophone,
    /// Tell whether a press of the push-to-talk key arrives.
    TestKey,
    /// The next call is the pilot's callsign.
    SayCallsign,
    /// Do this step of the first run, again or for the first time.
    Step(Step),
    /// End the first run here.
    SkipSteps,
    /// Type the callsign.
    TypeCallsign,
    /// Without a simulator the pilot is at this airport; empty: at the one that a call names.
    Airport(String),
    /// Type the airport.
    TypeAirport,
    /// Use the speech model that Stratus does not know.
    TrustModel,
    /// Mute or unmute.
    ToggleMute,
    /// This microphone; empty: the system's default.
    Microphone(String),
    /// This speaker; empty: the system's default.
    Speaker(String),
    /// So loud, percent.
    Volume(u8),
    /// This voice.
    Voice(String),
    /// Download this neural voice.
    GetVoice(String),
    /// This speech model of the catalogue: downloaded where it is not there, then put in force.
    SpeechModel(String),
    /// Give the download up.
    StopFetching,
    /// How the controller treats the pilot.
    Mode(PilotMode),
    /// When the language model is asked.
    Brain(BrainMode),
    /// Tune COM1 for the pilot, or no longer.
    ToggleTune,
    /// Set the transponder for the pilot, or no longer.
    ToggleSquawk,
    /// The menu is opened: what it shows is looked at again.
    Opened,
    /// This language model of those that Ollama has.
    BrainModel(String),
    /// The next key pressed on the keyboard becomes the push-to-talk key.
    BindKey,
    /// The next button pressed on a joystick becomes a push-to-talk key.
    BindJoystick,
    /// No joystick button is a push-to-talk key any more.
    ForgetJoysticks,
    /// Start with the system, or no longer.
    ToggleAutostart,
    /// Tell which calls fit now.
    WhatToSay,
    /// Check every part, and show what was found.
    Doctor,
    /// Fetch the newest plan from SimBrief, and file it.
    FetchPlan,
    /// Look for a newer release; download the one that was found; install the one that was downloaded.
    Update,
    /// Open the configuration file.
    OpenConfig,
    /// Open the folder of the log.
    OpenLogs,
    /// End Stratus.
    Quit,
}

/// A microphone or a speaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundDevice {
    /// Stays the same when it is plugged in again; empty where the system gives none.
    pub id: String,
    /// What a person calls it; two of a kind have the same name.
    pub name: String,
}

impl SoundDevice {
    /// How well it is what the configuration calls `wanted`; the least number is the best, and `None` is another device.
    pub fn fits(&self, wanted: &str) -> Option<u8> {
        let (id, name, wanted) = (self.id.to_lowercase(), self.name.to_lowercase(), wanted.to_lowercase());
        // An id may be given without the sound system's name before it, and a name in part.
        match wanted.as_str() {
            "" => None,
            w if id == w => Some(0),
            w if name == w || id.split_once(':').is_some_and(|(_, own)| own == w) => Some(1),
            w if id.ends_with(w) || name.contains(w) => Some(2),
            _ => None,
        }
    }

    /// What it is called beside these: two of one name are numbered, "Headphones (2)", for an id tells a person nothing.
    pub fn called_among(&self, there: &[Self]) -> String {
        let twins: Vec<&Self> = there.iter().filter(|o| o.name == self.name).collect();
        match twins.iter().position(|t| *t == self).filter(|_| twins.len() > 1) {
            Some(n) => format!("{} ({})", self.name, n + 1),
            None => self.name.clone(),
        }
    }
}

/// The sound devices of the moment, and the system's voices.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Devices {
    /// Microphones.
    pub microphones: Vec<SoundDevice>,
    /// Speakers and headsets.
    pub speakers: Vec<SoundDevice>,
    /// The system's own voices for English; none where it has none for programs.
    #[serde(default)]
    pub voices: Vec<SystemVoice>,
    /// The names of the neural voices that are installed: "heart".
    #[serde(default)]
    pub neural: Vec<String>,
}

/// What the tray icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrayState {
    /// Armed and waiting.
    #[default]
    Ready,
    /// The key is down.
    Listening,
    /// Recognising, deciding.
    Thinking,
    /// The controller speaks.
    Speaking,
    /// Something needs the pilot.
    Fault,
}

/// What the tray's menu says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MenuModel {
    /// "Hilo Tower 118.1", or that nobody is on the frequency.
    pub unit: String,
    /// The pilot's callsign; empty: it is not known yet.
    pub callsign: String,
    /// The controller's last transmissions, the newest first.
    pub recent: Vec<String>,
    /// Muted now.
    pub muted: bool,
    /// Microphones and speakers to choose from.
    pub devices: Devices,
    /// The microphone in the configuration; empty: the system's default.
    pub microphone: String,
    /// The speaker in the configuration; empty: the system's default.
    pub speaker: String,
    /// How loud the controller is, percent.
    pub volume: u8,
    /// The voice in force.
    pub voice: String,
    /// The speech model in force, by its file's name; empty: none.
    pub speech_model: String,
    /// A model that is being downloaded, and how much of it is there, percent.
    pub fetching: Option<(String, u8)>,
    /// What the pilot's mirror offers of its own.
    pub own_models: Vec<Offer>,
    /// The published models and voices that the pilot's mirror does not have.
    #[serde(default)]
    pub absent: Vec<String>,
    /// A published speech model that is smaller and quicker than the one in force, by name.
    #[serde(default)]
    pub faster: Option<String>,
    /// The airport at hand, and those to choose from.
    #[serde(default)]
    pub place: Place,
    /// The pilot has a name at SimBrief.
    pub simbrief: bool,
    /// How the controller treats the pilot.
    pub mode: PilotMode,
    /// When the language model is asked, and its name.
    pub brain: (BrainMode, String),
    /// The language models to choose from, as far as they are known.
    pub brains: Vec<String>,
    /// What is to be said of them.
    pub brain_note: String,
    /// The key of the keyboard; empty: none.
    pub key: String,
    /// COM1 is tuned for the pilot.
    pub tunes: bool,
    /// The transponder is set for the pilot.
    pub squawks: bool,
    /// Half of the answers came within the first, nine of ten within the second, milliseconds.
    pub latency: Option<(u32, u32)>,
    /// Buttons of joysticks that are the key too.
    pub joystick: Vec<String>,
    /// There is a feed that tells of newer releases.
    pub has_updates: bool,
    /// A newer release, and whether it is downloaded.
    pub update: Option<(String, bool)>,
    /// Stratus starts with the system.
    pub autostart: bool,
    /// How far the first run has come.
    pub steps: Steps,
    /// A speech model that Stratus does not know waits for the pilot's yes: its file's name.
    pub unknown_model: Option<String>,
    /// What is wrong, if something is.
    pub fault: Option<Fault>,
}

/// Where the pilot is, for the menu.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// The airport that is used now: "Hilo"; empty: none yet.
    pub name: String,
    /// Why it is that one.
    pub why: PlaceReason,
    /// The ICAO code in the configuration; empty: none.
    pub chosen: String,
}

/// Why an airport is the one at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceReason {
    /// There is none yet: the first call names one.
    #[default]
    Open,
    /// A call named it.
    Called,
    /// It is the configuration's.
    Chosen,
    /// The aircraft is there.
    Simulator,
    /// The configuration names one that nobody knows.
    Unknown,
}

/// What is wrong, and what a click on it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// "No microphone found: test it…".
    pub words: String,
    /// What the click chooses.
    pub mend: Choice,
}
