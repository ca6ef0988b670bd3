//! What the page shows, as data: the format of `state.json` (docs/page.md), which other programs read too.

use serde::{Deserialize, Serialize};

use super::{Speaker, TrayState};
use crate::report::SimState;
use crate::units::{Callsign, Facility, Frequency};

/// The version of this format. It rises when a field changes its meaning or disappears; a new field does not change it.
pub const PAGE_VERSION: u8 = 1;

/// The contents of the page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PageState {
    /// What Stratus is doing.
    pub radio: TrayState,
    /// What needs the pilot's attention: "No microphone found: test it…".
    pub fault: Option<String>,
    /// The controller is muted: the words are only shown.
    pub muted: bool,
    /// The simulator.
    pub sim: SimState,
    /// What the aircraft is doing: "taxiing".
    pub phase: String,
    /// The pilot's callsign as painted on the aircraft: "N172SP"; empty if unknown.
    pub callsign: String,
    /// The unit that hears the pilot; `None`: nobody does.
    pub unit: Option<PageStation>,
    /// The unit and its frequency, or why nobody hears the pilot: "No station on 118.3".
    pub hears: String,
    /// The tuned frequency.
    pub tuned: Option<Frequency>,
    /// The current airport.
    pub airport: Option<PageAirport>,
    /// The clearances.
    pub strip: PageStrip,
    /// The last transmissions without the recording, oldest first; at most 40.
    pub transcript: Vec<PageLine>,
    /// The last transmissions between other aircraft and the controller, oldest first; at most 20.
    #[serde(default)]
    pub overheard: Vec<PageOverheard>,
    /// The recording of the airport.
    pub atis: Option<PageAtis>,
    /// The flight plan on file.
    pub plan: Option<PagePlan>,
    /// The frequencies of the airport.
    pub stations: Vec<PageStation>,
    /// Whether the page may tune one of them: a simulator is connected.
    pub tunes: bool,
    /// Calls that fit now, most likely first.
    pub calls: Vec<PageCall>,
    /// What Stratus itself last told the pilot: why nobody answered, or what to do.
    pub notice: Option<PageNotice>,
    /// The readbacks since Stratus started.
    pub readbacks: PageScore,
}

/// An airport.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageAirport {
    /// "PHTO".
    pub icao: String,
    /// "Hilo".
    pub name: String,
}

/// A station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageStation {
    /// "Hilo Tower".
    pub name: String,
    /// Its kind: "tower".
    pub facility: Facility,
    /// Its frequency.
    pub frequency: Frequency,
}

/// The clearances in words, as whole sentences without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageStrip {
    /// "Hold short of runway 8".
    pub limits: Vec<String>,
    /// "Runway 8, taxi via A, B".
    pub cleared: Vec<String>,
    /// "Contact Tower 118.1".
    pub expected: Vec<String>,
    /// After "You are waiting for": "your take-off clearance, runway 8".
    pub owed: Vec<String>,
    /// After "Read back": "runway 8, hold short runway 26".
    pub readback: Option<String>,
    /// The frequency of the unit that the pilot was sent to, while another one is tuned.
    pub tune: Option<Frequency>,
}

/// A transmission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageLine {
    /// Rises by one from line to line.
    pub id: u64,
    /// Seconds since Stratus started.
    pub t: f64,
    /// Who spoke.
    pub from: Speaker,
    /// The unit on the frequency: "tower".
    pub facility: Option<Facility>,
    /// The frequency.
    pub frequency: Option<Frequency>,
    /// The words.
    pub text: String,
    /// What a call was understood as: "taxi request"; on the pilot's lines.
    pub understood: Option<String>,
    /// The verdict on a readback: "correct".
    pub verdict: Option<String>,
    /// Why nobody answered; on the pilot's lines.
    pub unanswered: Option<String>,
    /// Time from the end of the call to the first sound of the answer, milliseconds; on the controller's lines.
    pub answer_ms: Option<u32>,
}

/// A transmission of another pilot, or to another aircraft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageOverheard {
    /// Rises by one from line to line, also between the lines of the transcript.
    pub id: u64,
    /// Seconds since Stratus started.
    pub t: f64,
    /// The other pilot, or the controller.
    pub from: Speaker,
    /// The other aircraft.
    pub callsign: Option<Callsign>,
    /// The unit on the frequency: "tower".
    pub facility: Option<Facility>,
    /// The frequency.
    pub frequency: Option<Frequency>,
    /// The words.
    pub text: String,
}

/// The recording of an airport.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageAtis {
    /// "K".
    pub letter: char,
    /// Its words.
    pub text: String,
}

/// The flight plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PagePlan {
    /// ICAO codes.
    pub departure: Option<String>,
    /// The same.
    pub destination: Option<String>,
    /// Instrument or visual flight rules.
    pub ifr: Option<bool>,
    /// The cruising level, feet.
    pub altitude_ft: Option<i32>,
    /// The route as filed, with SID and STAR.
    pub route: Option<String>,
    /// The departure procedure, arrival procedure and approach, by name.
    pub sid: Option<String>,
    /// The same.
    pub star: Option<String>,
    /// The same.
    pub approach: Option<String>,
    /// ICAO codes.
    pub alternates: Vec<String>,
}

/// A call that fits now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageCall {
    /// The words, as spoken.
    pub text: String,
    /// It goes to another unit: tune this frequency first.
    pub tune: Option<Frequency>,
    /// Whether it can be sent as it is: the callsign in it is known.
    pub complete: bool,
}

/// A message of Stratus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageNotice {
    /// Rises by one from message to message.
    pub id: u64,
    /// "No station on 118.3".
    pub title: String,
    /// Cause and remedy, one line each; may be empty.
    pub body: String,
    /// It reports a fault.
    pub fault: bool,
}

/// How many readbacks were right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageScore {
    /// Correct ones.
    pub correct: u32,
    /// All of them.
    pub total: u32,
}
