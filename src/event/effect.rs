//! The outputs of the pure half: what the shell is to do.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Clip, Command, Hints, Line, MenuModel, PageState, Question, Steps, Take, Toast, TrayState, Voice};
use crate::airports::minima::Area;
use crate::settings::Config;
use crate::units::{LatLon, TxId};
use crate::update::Offered;
use serde::{Deserialize, Serialize};

/// Every output of the pure half.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Start a take at the current time minus the pre-roll.
    Capture(TxId),
    /// The key was released: report when the pilot falls silent.
    Release(TxId),
    /// The take is complete.
    EndCapture(TxId),
    /// Discard the take.
    DropCapture(TxId),
    /// Recognise the sound so far; if nothing more is said, the result counts for the whole take.
    Ahead {
        /// The transmission.
        tx: TxId,
        /// The sound so far.
        take: Take,
        /// Words to expect.
        hints: Hints,
    },
    /// Recognise.
    Transcribe {
        /// The transmission.
        tx: TxId,
        /// The sound.
        take: Take,
        /// Words to expect.
        hints: Hints,
    },
    /// Query the language model.
    Consult {
        /// The transmission.
        tx: TxId,
        /// The question.
        question: Question,
    },
    /// Speak a phrase.
    Synthesise {
        /// The transmission.
        tx: TxId,
        /// Index, from 0.
        part: u32,
        /// Whether this is the last part.
        last: bool,
        /// The words, in spoken form.
        words: String,
        /// The voice.
        voice: Voice,
    },
    /// Play a phrase after the previous ones.
    Play {
        /// The transmission.
        tx: TxId,
        /// Index, from 0.
        part: u32,
        /// Whether this is the last part.
        last: bool,
        /// The sound.
        clip: Clip,
        /// Signal strength of the radio effect (percent); `None` for a clean voice.
        radio: Option<u8>,
        /// 0 to 100.
        volume_percent: u8,
    },
    /// The key click in the pilot's headset, at this volume (0 to 100).
    SideTone(u8),
    /// Stop playing at once.
    Silence,
    /// Cancel a job; a late result is dropped.
    Cancel(TxId),
    /// Show this state.
    Tray(TrayState),
    /// Show this menu.
    Menu(Box<MenuModel>),
    /// Send this state to the page.
    Page(Box<PageState>),
    /// Open the page in the pilot's browser.
    OpenPage,
    /// Show this toast.
    Toast(Toast),
    /// The answer to a typed transmission: written words, empty if the controller stays silent.
    Answer {
        /// The request.
        id: u64,
        /// The controller's words.
        text: String,
        /// A note by Stratus: nobody on the frequency, not understood.
        note: String,
    },
    /// Write to the simulator.
    Sim(Command),
    /// A line of the transcript.
    Record(Line),
    /// A transmission is over: heard to its end, or cut off and therefore not issued.
    Delivered {
        /// Whether it was heard to its end.
        complete: bool,
    },
    /// Open the configuration in the pilot's editor.
    OpenConfig,
    /// Ask for the callsign in a desktop dialog with this initial value: [`Event::CallsignTyped`](super::Event::CallsignTyped).
    AskCallsign(String),
    /// The same for the airport: [`Event::AirportTyped`](super::Event::AirportTyped).
    AskAirport(String),
    /// Open the log folder.
    OpenLogs,
    /// Run all checks and show the result.
    Doctor,
    /// Listen to the microphone until somebody has spoken, at most this many seconds: [`Event::Level`](super::Event::Level), finally
    /// [`Event::Checked`](super::Event::Checked).
    CheckMicrophone(u32),
    /// Recognise the recording of the microphone test: [`Event::CheckHeard`](super::Event::CheckHeard).
    HearCheck {
        /// The sound.
        take: Take,
        /// Words to expect.
        hints: Hints,
    },
    /// Save the progress of the first run.
    KeepSteps(Steps),
    /// Download this speech model of the catalogue; `None` cancels the download.
    Fetch(Option<String>),
    /// An airport is relevant now: every source that may know it answers with [`Event::Airport`](super::Event::Airport), sooner or later.
    FetchAirport {
        /// Its code.
        icao: String,
        /// Its position in the built-in data.
        at: LatLon,
    },
    /// The flight has entered another area: look up the pilot's files, which answer with
    /// [`Event::Surroundings`](super::Event::Surroundings).
    FetchSurroundings(Area),
    /// Download the pilot's latest SimBrief plan: [`Event::SimBrief`](super::Event::SimBrief).
    FetchPlan,
    /// Query the release feed.
    CheckUpdates,
    /// Download and verify a release.
    FetchUpdate(Offered),
    /// Start a release's installer, or show its package.
    InstallUpdate(Offered, PathBuf),
    /// Report the next joystick button press.
    BindJoystick,
    /// Report the next key press.
    BindKey,
    /// Report the language models that Ollama has.
    ListBrains,
    /// Ask the mirror for its list of speech models again: [`Event::Offers`](super::Event::Offers),
    /// [`Event::Absent`](super::Event::Absent).
    AskMirror,
    /// Turn start at login on or off.
    Autostart(bool),
    /// Change one key of the pilot's configuration: dotted path and TOML value.
    SetKey {
        /// "audio.mute".
        path: String,
        /// "true".
        value: String,
    },
    /// The active configuration changed: each worker compares its section.
    Reconfigure(Arc<Config>),
    /// End the program.
    Exit,
}
