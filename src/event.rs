//! The seam: everything the pure half can be told (`Event`), and everything it can want (`Effect`).
//!
//! Plain data, serialisable, so that a session is a recording and a recording is a test. Sound travels as
//! `Arc<[f32]>` and is left out of recordings: replay starts at `Heard`.

mod loudness;
mod menu;
mod steps;
mod voice;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::loudness::{LISTEN_S, Loudness, SPEAK_WITHIN_S, Sample};
pub use self::menu::{Choice, Devices, Fault, MenuModel, Place, PlaceReason, SoundDevice, TrayState};
pub use self::steps::{Step, Steps};
use crate::airports::described::{Described, Origin};
use crate::airports::minima::Area;
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
use crate::units::{Callsign, Facility, Frequency, LatLon, Squawk, TxId};
use crate::update::Offered;

pub use voice::{SystemVoice, Voice};

/// What the key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Edge {
    /// The key went down.
    Down,
    /// The key went up.
    Up,
    /// A button that starts a transmission and ends it by being pressed again.
    Toggle,
}

/// What a microphone heard while the key was down: 16 kHz mono, -1 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Take {
    /// The samples, 16 kHz mono.
    #[serde(skip)]
    pub samples: Arc<[f32]>,
    /// Length in milliseconds.
    pub ms: u32,
    /// Loudest sample, 0 to 1.
    pub peak: f32,
    /// Root mean square of the loudest 100 ms, 0 to 1: speech is above, a quiet room below.
    pub loudest_rms: f32,
    /// Root mean square of the noise that is always there, 0 to 1.
    #[serde(default)]
    pub noise_rms: f32,
    /// How much of the take stands clearly above that noise, milliseconds.
    #[serde(default)]
    pub voiced_ms: u32,
    /// Samples at the converter's end, of a thousand: the microphone is turned up too far.
    #[serde(default)]
    pub clipped_permille: u16,
}

/// Sound to play: mono at `rate` Hz, -1 to 1.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Clip {
    /// The samples.
    #[serde(skip)]
    pub samples: Arc<[f32]>,
    /// Samples a second.
    pub rate: u32,
}

impl Clip {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        if self.rate == 0 { 0.0 } else { self.samples.len() as f64 / f64::from(self.rate) }
    }
}

/// What a recogniser made of a take.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Heard {
    /// The words as the recogniser writes them; empty when there were none.
    pub text: String,
    /// Mean probability of the words, 0 to 1.
    pub confidence: f32,
    /// Compute time in milliseconds.
    pub took_ms: u32,
    /// Other readings of the same sound, where the recogniser was not sure, likeliest first; at most five.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Alternative>,
    /// How often the sound was looked at: 2 where the first reading was in doubt.
    #[serde(default)]
    pub looks: u8,
    /// The sentence model's opinion on the words; none without the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<Opinion>,
}

/// Everything the pure half can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A deadline passed.
    Wake,
    /// The push-to-talk key.
    Ptt(Edge),
    /// A take is complete.
    Captured {
        /// Of this transmission.
        tx: TxId,
        /// The sound, or why there is none.
        take: Result<Take, Problem>,
    },
    /// The pilot has fallen silent after the key went up: the rest of the tail holds nothing.
    Quiet {
        /// In this transmission.
        tx: TxId,
    },
    /// A take as far as it has come, for `speech.eager`: a pause was reached, or the key went up.
    SoFar {
        /// Of this transmission.
        tx: TxId,
        /// The sound until now.
        take: Take,
    },
    /// Speech recognition is done.
    Heard {
        /// Of this transmission.
        tx: TxId,
        /// The words, or why there are none.
        result: Result<Heard, Problem>,
    },
    /// The language model answered: the whole text of its answer.
    Advice {
        /// To this transmission.
        tx: TxId,
        /// The model's words, or why there are none.
        result: Result<String, Problem>,
    },
    /// A phrase has been spoken by the synthesiser.
    Voiced {
        /// For this transmission.
        tx: TxId,
        /// Counted from 0.
        part: u32,
        /// No more parts follow.
        last: bool,
        /// The sound, or why there is none.
        result: Result<Clip, Problem>,
    },
    /// The first sample of the answer left for the speaker.
    Started {
        /// Of this transmission.
        tx: TxId,
    },
    /// Playback ended.
    Played {
        /// Of this transmission.
        tx: TxId,
        /// To its end; false when it was cut off.
        complete: bool,
    },
    /// The simulator reports.
    Sim(Arc<Report>),
    /// The configuration was read again.
    Config(Result<Arc<Config>, Problem>),
    /// The pilot chose from the tray's menu.
    Menu(Choice),
    /// A typed transmission; the answer goes to whoever typed it.
    Typed {
        /// Of this request.
        id: u64,
        /// The words.
        text: String,
        /// The sentence model's opinion on the words; none without the model.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opinion: Option<Opinion>,
    },
    /// A flight plan is filed, or taken back; the answer goes to whoever sent it.
    Plan {
        /// Of this request.
        id: u64,
        /// The plan; none takes back what is filed.
        plan: Option<Box<FlightPlan>>,
    },
    /// SimBrief's answer to [`Effect::FetchPlan`]: the plan to file, or why it failed.
    SimBrief(Result<Box<FlightPlan>, Problem>),
    /// The microphone is open and hears the call.
    Listening {
        /// Of this transmission.
        tx: TxId,
        /// What a person calls the microphone; recordings of earlier versions do not tell.
        #[serde(default)]
        microphone: String,
    },
    /// The microphone or the speaker came or went.
    Device {
        /// Which of them; recordings of earlier versions do not tell.
        #[serde(default)]
        part: Part,
        /// What happened; `Ok` when it is back.
        result: Result<String, Problem>,
    },
    /// The speech model is loaded, or why not.
    Model(Result<String, Problem>),
    /// The speech model is a file that Stratus does not know: the pilot decides whether it is used.
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
        /// How much of it is there.
        percent: u8,
    },
    /// The download ended: where the model is, or why not.
    Fetched {
        /// Its name.
        model: String,
        /// The file, or what went wrong.
        result: Result<PathBuf, Problem>,
    },
    /// What the pilot's mirror offers of speech models of its own.
    Offers(Vec<Offer>),
    /// The published speech models and voices that the pilot's mirror does not have.
    Absent(Vec<String>),
    /// What the release feed says, or what became of a download.
    Update {
        /// The pilot asked, and is told in any case.
        asked: bool,
        /// The news, or why there are none.
        news: Result<UpdateNews, Problem>,
    },
    /// What a simulator knows of an airport that was asked for; the same source may tell again when it knows better.
    Airport {
        /// Its code, as it was asked for.
        icao: String,
        /// Who tells.
        origin: Origin,
        /// The airport; `None`: it is not known there. A failure takes nothing back.
        result: Result<Option<Arc<Described>>, Problem>,
    },
    /// What the pilot's files tell of the air and the ground around the aircraft.
    Surroundings(Result<Arc<Surroundings>, Problem>),
    /// The microphones and speakers there are.
    Devices(Devices),
    /// Whether Stratus starts with the system.
    Autostart(bool),
    /// A joystick's button was pressed to be bound, as `ptt.joystick` takes it; none: nothing was pressed in time.
    Bound(Option<String>),
    /// A key of the keyboard was pressed to be bound, as `ptt.key` takes it; none: nothing was pressed in time.
    KeyBound(Option<String>),
    /// The language models that Ollama has; none: it does not answer.
    Brains(Option<Vec<String>>),
    /// How far the first run had come when Stratus ended last.
    Steps(Steps),
    /// How loud the microphone is at the moment, while it is tested.
    Level {
        /// What a person calls the microphone.
        microphone: String,
        /// Root mean square of a moment, dB below full scale; -90 at the least.
        rms_db: f32,
    },
    /// The test of the microphone is over: what was recorded, or why nothing was.
    Checked(Result<Sample, Problem>),
    /// The words of that test, or why there are none.
    CheckHeard(Result<Heard, Problem>),
    /// What the pilot typed as the callsign; none: the window was closed. An error: the desktop has no such window.
    CallsignTyped(Result<Option<String>, Problem>),
    /// The same for the airport.
    AirportTyped(Result<Option<String>, Problem>),
    /// Somebody asks for the push-to-talk key to be tested; the answer tells whether it was pressed.
    TestKey {
        /// The request.
        id: u64,
    },
    /// Somebody waits for what becomes of the next spoken call: the answer has the controller's words, or why there are none.
    NextCall {
        /// The request.
        id: u64,
    },
    /// Somebody asks which calls fit now; the answer has one on each line.
    Suggest {
        /// The request.
        id: u64,
    },
    /// The shell has something to say that is no fault.
    Notice {
        /// What it is about.
        title: String,
        /// The words.
        body: String,
    },
    /// Something else in the shell failed; the pilot should know.
    Trouble(Problem),
    /// Ctrl-C, SIGTERM, or the menu.
    Quit,
}

/// News of releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateNews {
    /// There is no newer one.
    Newest,
    /// There is a newer one.
    Newer(Offered),
    /// It is downloaded and checked: where it is.
    Ready(Offered, PathBuf),
}

/// A toast.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Toast {
    /// "Hilo Tower · 118.1", or what Stratus has to say, in sentence case.
    pub title: String,
    /// The controller's words, and the pilot's as recognised.
    pub body: String,
    /// A controller speaks: it takes the place of what was said before, and not of what Stratus tells by itself.
    #[serde(default)]
    pub conversation: bool,
    /// A problem.
    pub fault: bool,
    /// How long it stays, seconds.
    pub seconds: u8,
    /// It changes several times a second, in its place on the screen: not for the log, nor for a desktop that shows each one anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    /// What only the log has: causes, remedies and the system's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub details: String,
}

/// Who said a line of the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The pilot.
    Pilot,
    /// The controller.
    Atc,
}

/// Milliseconds of each stage, counted from the end of the take (release of the key plus the tail).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Latency {
    /// From the release of the key to the end of the take: what comes before the others.
    #[serde(default)]
    pub tail: u32,
    /// Until the take was cut out and resampled.
    pub capture: u32,
    /// Compute of the recogniser.
    pub recognise: u32,
    /// Compute of the engine.
    pub decide: u32,
    /// Waiting for the language model.
    pub consult: u32,
    /// Until the first phrase was synthesised, from the decision.
    pub synthesise: u32,
    /// From the end of the take to the first sample that leaves for the speaker.
    pub first_audio: u32,
}

/// One line of `transcript.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Seconds since the session began.
    pub t: f64,
    /// Who spoke.
    pub from: Speaker,
    /// The unit on the frequency; none when nobody is there.
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
    /// What the engine made of a readback.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<String>,
    /// Why nobody answered, on the pilot's lines.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unanswered: Option<String>,
    /// Times of each stage, on the controller's lines.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latency_ms: Option<Latency>,
}

/// What is written to a simulator, and only out of the engine's clearance record.
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

/// Everything the pure half can want.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Begin a take at now minus the pre-roll.
    Capture(TxId),
    /// The key is up: tell when the pilot has fallen silent.
    Release(TxId),
    /// The take is complete.
    EndCapture(TxId),
    /// Throw the take away.
    DropCapture(TxId),
    /// Recognise what was said so far: if nothing more is said, those are the words of the whole take.
    Ahead {
        /// Of this transmission.
        tx: TxId,
        /// The sound until now.
        take: Take,
        /// Words to expect.
        hints: Hints,
    },
    /// Recognise.
    Transcribe {
        /// Of this transmission.
        tx: TxId,
        /// The sound.
        take: Take,
        /// Words to expect.
        hints: Hints,
    },
    /// Ask the language model.
    Consult {
        /// About this transmission.
        tx: TxId,
        /// The question.
        question: Question,
    },
    /// Speak a phrase.
    Synthesise {
        /// For this transmission.
        tx: TxId,
        /// Counted from 0.
        part: u32,
        /// No more parts follow.
        last: bool,
        /// The words, as they are to be spoken.
        words: String,
        /// In this voice.
        voice: Voice,
    },
    /// Play a phrase after those before it.
    Play {
        /// Of this transmission.
        tx: TxId,
        /// Counted from 0.
        part: u32,
        /// No more parts follow.
        last: bool,
        /// The sound.
        clip: Clip,
        /// Through the radio, received so well (percent); none: a clean voice.
        radio: Option<u8>,
        /// 0 to 100.
        volume_percent: u8,
    },
    /// The click of the key in the pilot's own headset, so loud (0 to 100).
    SideTone(u8),
    /// Stop playing at once.
    Silence,
    /// A job is no longer wanted: its late result will be dropped.
    Cancel(TxId),
    /// Show a state.
    Tray(TrayState),
    /// Show a menu.
    Menu(Box<MenuModel>),
    /// Show a toast.
    Toast(Toast),
    /// The answer to a typed transmission: written words, empty when the controller stays silent.
    Answer {
        /// To this request.
        id: u64,
        /// The controller's words.
        text: String,
        /// What Stratus has to say besides: nobody on the frequency, not understood.
        note: String,
    },
    /// Write to the simulator.
    Sim(Command),
    /// A line of the transcript.
    Record(Line),
    /// What was being said is over: it was heard to its end, or cut off and is not in force.
    Delivered {
        /// To its end.
        complete: bool,
    },
    /// Open the configuration in the pilot's editor.
    OpenConfig,
    /// Ask for the callsign in a window of the desktop's: [`Event::CallsignTyped`]. What stands there at first.
    AskCallsign(String),
    /// The same for the airport: [`Event::AirportTyped`].
    AskAirport(String),
    /// Open the folder of the log.
    OpenLogs,
    /// Check every part, and show what was found.
    Doctor,
    /// Listen to the microphone until somebody has spoken, for so many seconds at the most: [`Event::Level`], and [`Event::Checked`]
    /// at the end.
    CheckMicrophone(u32),
    /// Recognise what the test of the microphone recorded: [`Event::CheckHeard`].
    HearCheck {
        /// The sound.
        take: Take,
        /// Words to expect.
        hints: Hints,
    },
    /// Keep how far the first run has come.
    KeepSteps(Steps),
    /// Download this speech model of the catalogue; `None` gives the download up.
    Fetch(Option<String>),
    /// An airport matters now: every source that may know it is to answer by [`Event::Airport`], sooner or later.
    FetchAirport {
        /// Its code.
        icao: String,
        /// Where it lies, by what is built in.
        at: LatLon,
    },
    /// The flight has come to another part of the earth: the pilot's files are looked up, and answer by [`Event::Surroundings`].
    FetchSurroundings(Area),
    /// Ask SimBrief for the pilot's newest plan: [`Event::SimBrief`].
    FetchPlan,
    /// Ask the release feed.
    CheckUpdates,
    /// Download a release and check it.
    FetchUpdate(Offered),
    /// Start a release's installer, or show its package.
    InstallUpdate(Offered, PathBuf),
    /// Tell the next button that is pressed on a joystick.
    BindJoystick,
    /// Tell the next key that is pressed.
    BindKey,
    /// Tell which language models Ollama has.
    ListBrains,
    /// Start with the system, or no longer.
    Autostart(bool),
    /// Change one key of the pilot's configuration: dotted path and TOML value.
    SetKey {
        /// "audio.mute".
        path: String,
        /// "true".
        value: String,
    },
    /// The configuration in force changed: workers compare their own section.
    Reconfigure(Arc<Config>),
    /// End the process.
    Exit,
}
