//! The seam: every input of the pure half (`Event`), and every output (`Effect`).
//!
//! Plain serialisable data, so that a session is a recording, and a recording is a test. Sound travels as `Arc<[f32]>` and is left
//! out of recordings: a replay starts at `Heard`.

mod effect;
mod line;
mod loudness;
mod menu;
mod page;
mod steps;
mod voice;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::effect::Effect;
pub use self::line::{Latency, Line, Speaker};
pub use self::loudness::{LISTEN_S, Loudness, SPEAK_WITHIN_S, Sample};
pub use self::menu::{Choice, Devices, Fault, MenuModel, Place, PlaceReason, SoundDevice, TrayState};
pub use self::page::{
    PAGE_VERSION, PageAirport, PageAtis, PageCall, PageLine, PageNotice, PageOverheard, PagePlan, PageScore, PageState, PageStation,
    PageStrip,
};
pub use self::steps::{CALL_WITHIN_S, Step, Steps};
use crate::airports::described::{Described, Origin};
use crate::airports::surroundings::Surroundings;
pub use crate::atc::Hints;
pub use crate::atc::hear::Alternative;
pub use crate::atc::hear::opinion::{Opinion, Scene};
pub use crate::atc::language_model::Question;
use crate::models::Offer;
use crate::problem::{Part, Problem};
pub use crate::report::FlightPlan;
use crate::report::Report;
use crate::settings::Config;
use crate::units::{Frequency, Squawk, TxId};
use crate::update::Offered;

pub use voice::{SystemVoice, Voice};

/// Key motions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// The key went down.
    Down,
    /// The key went up.
    Up,
    /// A button that starts a transmission, and ends it when pressed again.
    Toggle,
}

/// The captured sound of one press: 16 kHz mono, -1 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Take {
    /// The samples, 16 kHz mono.
    #[serde(skip)]
    pub samples: Arc<[f32]>,
    /// Length in milliseconds.
    pub ms: u32,
    /// Loudest sample, 0 to 1.
    pub peak: f32,
    /// Root mean square of the loudest 100 ms, 0 to 1: high for speech, low for a quiet room.
    pub loudest_rms: f32,
    /// Root mean square of the constant background noise, 0 to 1.
    #[serde(default)]
    pub noise_rms: f32,
    /// How much of the take is clearly above that noise, milliseconds.
    #[serde(default)]
    pub voiced_ms: u32,
    /// Clipped samples, permille: the gain of the microphone is too high.
    #[serde(default)]
    pub clipped_permille: u16,
}

/// Sound to play: mono at `rate` Hz, -1 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Clip {
    /// The samples.
    #[serde(skip)]
    pub samples: Arc<[f32]>,
    /// Sample rate, Hz.
    pub rate: u32,
}

impl Clip {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        if self.rate == 0 { 0.0 } else { self.samples.len() as f64 / f64::from(self.rate) }
    }
}

/// The result of recognition for a take.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Heard {
    /// The words as recognised; empty if there were none.
    pub text: String,
    /// Mean probability of the words, 0 to 1.
    pub confidence: f32,
    /// Compute time in milliseconds.
    pub took_ms: u32,
    /// Alternative readings of the sound where the recogniser was unsure, likeliest first; at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Alternative>,
    /// Number of passes over the sound: 2 if the first reading was doubtful.
    #[serde(default)]
    pub looks: u8,
    /// The sentence model's opinion on the words; `None` without the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Opinion>,
}

/// Every input of the pure half.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A deadline passed.
    Wake,
    /// The push-to-talk key.
    Ptt(Edge),
    /// A take is complete.
    Captured {
        /// The transmission.
        tx: TxId,
        /// The sound, or why there is none.
        take: Result<Take, Problem>,
    },
    /// The pilot fell silent after releasing the key: the rest of the tail is empty.
    Quiet {
        /// The transmission.
        tx: TxId,
    },
    /// The take so far, for `speech.eager`: a pause was reached, or the key was released.
    SoFar {
        /// The transmission.
        tx: TxId,
        /// The sound so far.
        take: Take,
    },
    /// Speech recognition is done.
    Heard {
        /// The transmission.
        tx: TxId,
        /// The words, or why there are none.
        result: Result<Heard, Problem>,
    },
    /// The language model's complete answer.
    Advice {
        /// The transmission.
        tx: TxId,
        /// The model's words, or why there are none.
        result: Result<String, Problem>,
    },
    /// A phrase was synthesised.
    Voiced {
        /// The transmission.
        tx: TxId,
        /// Index, from 0.
        part: u32,
        /// Whether this is the last part.
        last: bool,
        /// The sound, or why there is none.
        result: Result<Clip, Problem>,
    },
    /// The first sample of the answer was sent to the speaker.
    Started {
        /// The transmission.
        tx: TxId,
    },
    /// Playback ended.
    Played {
        /// The transmission.
        tx: TxId,
        /// Whether it was played to its end.
        complete: bool,
    },
    /// A report of the simulator.
    Sim(Arc<Report>),
    /// The configuration was reloaded.
    Config(Result<Arc<Config>, Problem>),
    /// A choice in the tray menu.
    Menu(Choice),
    /// On the page: tune COM1 to this frequency of the airport.
    Tune(Frequency),
    /// On the page: mute the controller, or let it speak.
    Mute(bool),
    /// A typed transmission; the answer goes to its sender.
    Typed {
        /// The request.
        id: u64,
        /// The words.
        text: String,
        /// The sentence model's opinion on the words; `None` without the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opinion: Option<Opinion>,
    },
    /// A flight plan to file or withdraw; the answer goes to its sender.
    Plan {
        /// The request.
        id: u64,
        /// The plan; `None` withdraws the filed one.
        plan: Option<Box<FlightPlan>>,
    },
    /// SimBrief's answer to [`Effect::FetchPlan`]: the plan to file, or the error.
    SimBrief(Result<Box<FlightPlan>, Problem>),
    /// The microphone is open and capturing.
    Listening {
        /// The transmission.
        tx: TxId,
        /// The microphone's display name; missing in recordings of earlier versions.
        #[serde(default)]
        microphone: String,
    },
    /// The microphone or the speaker was lost or restored.
    Device {
        /// Which of them; missing in recordings of earlier versions.
        #[serde(default)]
        part: Part,
        /// What happened; `Ok` if it works again.
        result: Result<String, Problem>,
    },
    /// The speech model is loaded, or the error.
    Model(Result<String, Problem>),
    /// The speech model is an unknown file: the pilot decides whether to use it.
    UnknownModel {
        /// The file.
        file: PathBuf,
        /// Its SHA-256, in hex.
        sha256: String,
    },
    /// A speech model is being downloaded.
    Fetching {
        /// Its name.
        model: String,
        /// Progress.
        percent: u8,
    },
    /// The download ended.
    Fetched {
        /// Its name.
        model: String,
        /// The file, or the error.
        result: Result<PathBuf, Problem>,
    },
    /// The speech models that only the pilot's mirror offers.
    Offers(Vec<Offer>),
    /// The published speech models and voices that the pilot's mirror lacks.
    Absent(Vec<String>),
    /// The result of an update check or download.
    Update {
        /// The pilot asked, and gets an answer in any case.
        asked: bool,
        /// The result, or the error.
        news: Result<UpdateNews, Problem>,
    },
    /// A source's answer about a requested airport; the source may answer again with better data.
    Airport {
        /// Its code, as requested.
        icao: String,
        /// The source.
        origin: Origin,
        /// The airport; `None` if it is unknown there. A failure withdraws nothing.
        result: Result<Option<Arc<Described>>, Problem>,
    },
    /// The airspace and terrain around the aircraft, from the pilot's files.
    Surroundings(Result<Arc<Surroundings>, Problem>),
    /// The connected microphones and speakers.
    Devices(Devices),
    /// Whether Stratus starts with the system.
    Autostart(bool),
    /// The joystick button pressed for binding, in the form of `ptt.joystick`; `None` on timeout.
    Bound(Option<String>),
    /// The key pressed for binding, in the form of `ptt.key`; `None` on timeout.
    KeyBound(Option<String>),
    /// The key that the pilot pressed for push-to-talk is also used in typing.
    TypingKeyBound(String),
    /// The language models that Ollama has; `None` if it does not answer.
    Brains(Option<Vec<String>>),
    /// The progress of the first run when Stratus last ended.
    Steps(Steps),
    /// The current level during the microphone test.
    Level {
        /// The microphone's display name.
        microphone: String,
        /// Root mean square of a moment, dB below full scale; at least -90.
        rms_db: f32,
    },
    /// The microphone test is over: the recording, or the error.
    Checked(Result<Sample, Problem>),
    /// The words of that test, or the error.
    CheckHeard(Result<Heard, Problem>),
    /// The callsign that the pilot typed; `None` if the dialog was closed. An error: the desktop has no such dialog.
    CallsignTyped(Result<Option<String>, Problem>),
    /// The same for the airport.
    AirportTyped(Result<Option<String>, Problem>),
    /// A request to test the push-to-talk key; the answer says whether it was pressed.
    TestKey {
        /// The request.
        id: u64,
    },
    /// A request that waits for the outcome of the next spoken call: the controller's words, or why there are none.
    NextCall {
        /// The request.
        id: u64,
    },
    /// A request for the calls that fit now; the answer has one per line.
    Suggest {
        /// The request.
        id: u64,
    },
    /// Asks for the call of the first run's last step, a radio check: [`Effect::Answer`].
    FirstCall(u64),
    /// A request for the last calls whose recognition was given up; the answer is empty if there are none.
    Pace {
        /// The request.
        id: u64,
    },
    /// Run check found that these parts work.
    Working(Vec<Part>),
    /// A message of the shell that is not a fault.
    Notice {
        /// The title.
        title: String,
        /// The words.
        body: String,
    },
    /// Any other failure in the shell that the pilot should know about.
    Trouble(Problem),
    /// Ctrl-C, SIGTERM, or the menu.
    Quit,
}

/// The result of an update check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateNews {
    /// There is no newer release.
    Newest,
    /// There is a newer release.
    Newer(Offered),
    /// The release is downloaded and verified, at this path.
    Ready(Offered, PathBuf),
}

/// A toast.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Toast {
    /// "Hilo Tower · 118.1", or Stratus's own title in sentence case.
    pub title: String,
    /// The controller's words, and the pilot's as recognised.
    pub body: String,
    /// A controller speaks: the toast replaces earlier words of a controller, but not Stratus's own messages.
    #[serde(default)]
    pub conversation: bool,
    /// A problem.
    pub fault: bool,
    /// Display time, seconds.
    pub seconds: u8,
    /// An update that replaces itself several times a second: not for the log, nor for a desktop that shows every update anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    /// It names a call to say, so a controller's next words close it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_answer: bool,
    /// For the log only: causes, remedies and system messages.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
}

/// A command to the simulator, which comes only from the engine's clearance record, or from a frequency of the airport that the pilot
/// presses on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// COM1: standby, then active.
    Tune(Frequency),
    /// The transponder's code.
    Squawk(Squawk),
    /// The transponder's ident button.
    Ident,
}
