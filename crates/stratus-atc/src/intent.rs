//! `Intent`: what a pilot can mean, and the slots of a call.

use serde::{Deserialize, Serialize};

use crate::hear::opinion::{Opinion, Scene};
use crate::units::{Callsign, Facility, Frequency, Region, Runway, Squawk};

macro_rules! intents {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The meaning of a pilot's transmission. The names are those of `stratus batch`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Intent { $($(#[$doc])* #[serde(rename = $word)] $name,)* }
        impl Intent {
            /// Every intent, in declaration order.
            pub const ALL: &'static [Intent] = &[$(Intent::$name,)*];
            /// The name in machine-readable output.
            pub fn word(self) -> &'static str { match self { $(Intent::$name => $word,)* } }
        }
    };
}

intents! {
    /// Request to taxi out.
    TaxiRequest = "taxi_request",
    /// Ready for departure.
    DepartureReady = "departure_ready",
    /// Requests takeoff.
    TakeoffRequest = "takeoff_request",
    /// Requests to stay in the pattern.
    PatternRequest = "pattern_request",
    /// Inbound to land.
    InboundLanding = "inbound_landing",
    /// Reports a position.
    PositionReport = "position_report",
    /// Requests flight following.
    FlightFollowingRequest = "flight_following_request",
    /// Requests an IFR clearance.
    IfrClearanceRequest = "ifr_clearance_request",
    /// Requests a frequency change.
    FrequencyChangeRequest = "frequency_change_request",
    /// Requests another altitude.
    AltitudeRequest = "altitude_request",
    /// Reports a heading.
    HeadingReport = "heading_report",
    /// Checks in on a radar frequency.
    CheckIn = "check_in",
    /// Reads an instruction back.
    Readback = "readback",
    /// Goes around.
    GoAround = "go_around",
    /// Requests a touch-and-go or the option.
    TouchAndGoRequest = "touch_and_go_request",
    /// Distress.
    Mayday = "mayday",
    /// Urgency.
    PanPan = "pan_pan",
    /// Missed the transmission, or asks for confirmation.
    SayAgain = "say_again",
    /// Radio check.
    RadioCheck = "radio_check",
    /// Requests a transition through the airspace.
    TransitionRequest = "transition_request",
    /// Clear of the runway.
    ClearOfRunway = "clear_of_runway",
    /// Requests taxi to parking.
    TaxiToParking = "taxi_to_parking",
    /// Unfamiliar, requests progressive taxi.
    RequestProgressiveTaxi = "request_progressive_taxi",
    /// Requests pushback.
    PushbackRequest = "pushback_request",
    /// Requests start-up.
    StartupRequest = "startup_request",
    /// Ends flight following.
    CancelFlightFollowing = "cancel_flight_following",
    /// Cancels IFR.
    CancelIfr = "cancel_ifr",
    /// Requests an approach.
    ApproachRequest = "approach_request",
    /// Cannot comply.
    Unable = "unable",
    /// Acknowledges.
    Roger = "roger",
    /// Requests weather, altimeter setting or wind.
    WeatherRequest = "weather_request",
    /// Requests a diversion.
    Diversion = "diversion",
    /// Is low on fuel.
    LowFuel = "low_fuel",
    /// Reports the traffic in sight.
    TrafficInSight = "traffic_in_sight",
    /// Reports no traffic contact.
    NegativeContact = "negative_contact",
    /// Reports the field in sight.
    FieldInSight = "field_in_sight",
    /// Identing.
    Ident = "ident",
    /// Is lost.
    Lost = "lost",
    /// Reports the transponder code.
    SquawkReport = "squawk_report",
    /// Not understood: a value, not an error.
    Unknown = "unknown",
}

/// An uncommon subject that has its own answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Follows a TCAS resolution advisory.
    Resolution,
    /// Reports a laser.
    Laser,
    /// Reports a failed transponder or altitude encoder.
    TransponderOut,
    /// Reports something useful to others: birds, turbulence, braking action.
    Observation,
    /// Reports an obstacle on the runway.
    Obstacle,
    /// Asks which speed to fly.
    WhatSpeed,
    /// Requests to hold at the present position.
    HoldHere,
    /// Requests de-icing.
    Deice,
    /// Requests a tow.
    Tow,
    /// Asks whether the landing clearance was given.
    ClearedToLand,
    /// Leaves the traffic pattern.
    LeavesPattern,
    /// Requests a short approach.
    ShortApproach,
    /// Practises an engine-out landing.
    EngineOut,
    /// Requests a vector around traffic.
    Vector,
}

/// The content of a transmission besides its intent. Field names include the units.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Slots {
    /// The runway that the call is about; of two, the last one said that is wanted.
    pub runway: Option<Runway>,
    /// The pilot asks to cross the runway.
    pub crossing: bool,
    /// The pilot asks for special VFR.
    #[serde(default)]
    pub special_vfr: bool,
    /// The pilot is not ready to go.
    #[serde(default)]
    pub not_ready: bool,
    /// The pilot announces to enter or cross a runway now, without asking.
    #[serde(default)]
    pub enters: bool,
    /// The pilot cancels a call for help.
    #[serde(default)]
    pub cancels_distress: bool,
    /// Minimum fuel: the pilot cannot accept a delay and does not ask for priority (7110.65 2-1-8).
    #[serde(default)]
    pub minimum_fuel: bool,
    /// A deviation around weather: the side, and the degrees if stated.
    #[serde(default)]
    pub deviation: Option<(crate::units::Side, Option<u16>)>,
    /// An uncommon subject.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// The aircraft cannot move.
    #[serde(default)]
    pub disabled: bool,
    /// A runway number that cannot exist ("four seven"), as digits, so that it can be rejected instead of guessed.
    pub bad_runway: Option<String>,
    /// Altitudes in feet, in spoken order ("leaving 3,200 climbing 10,000"), with flight levels times 100.
    pub altitude_ft: Vec<i32>,
    /// Heading in degrees, 1 to 360.
    pub heading: Option<u16>,
    /// A heading above 360, as spoken.
    pub bad_heading: Option<u16>,
    /// A frequency.
    pub frequency: Option<Frequency>,
    /// A transponder code.
    pub squawk: Option<Squawk>,
    /// ATIS letter, a capital.
    pub atis: Option<char>,
    /// "downwind", "base", "final", "hold_short", a fix or a landmark in words.
    pub position: Option<String>,
    /// Distance, nautical miles.
    pub distance_nm: Option<f64>,
    /// "north" … "northwest".
    pub direction: Option<String>,
    /// ICAO code if the name is known, otherwise the words.
    pub destination: Option<String>,
    /// "west ramp", "stand 532", "B" (an exit).
    pub location: Option<String>,
    /// Souls on board.
    pub souls: Option<u32>,
    /// Fuel remaining, minutes.
    pub fuel_minutes: Option<u32>,
    /// Speed, knots.
    pub speed_kt: Option<u16>,
    /// The runway of a "hold short".
    pub hold_short: Option<Runway>,
    /// Pressure setting as spoken: "29.92" or "1013".
    pub altimeter: Option<String>,
    /// Left or right, with a leg, a turn or closed traffic.
    pub side: Option<crate::units::Side>,
    /// "ILS", "RNAV", "visual".
    pub approach: Option<String>,
    /// Nature of an emergency, in the pilot's words.
    pub nature: Option<String>,
    /// The kind of landing that the pilot wants: "full stop", "touch and go", "option".
    pub landing: Option<super::instruction::Landing>,
    /// What follows the takeoff, in words: "straight out", "left closed traffic", "right crosswind departure".
    pub departure: Option<String>,
    /// The subject of a "say again": "runway", "altimeter", "all after alpha".
    pub about: Option<String>,
}

/// The unit that a pilot named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Addressed {
    /// "palo alto", in lower case; `None` if only the kind of unit was said.
    pub name: Option<String>,
    /// "ground".
    pub facility: Option<Facility>,
}

/// What the engine knows when it reads a transcript.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// The region whose phraseology applies.
    pub region: Region,
    /// The unit that hears the call.
    pub facility: Option<Facility>,
    /// The pilot's own callsign, from the simulator.
    pub own: Option<Callsign>,
    /// The aircraft's ICAO type, from the simulator ("C172").
    pub aircraft_type: Option<String>,
    /// The controller's previous words to this aircraft.
    pub last_atc: Option<String>,
    /// An instruction awaits a readback.
    pub pending: bool,
    /// Names of stations in range, lower case: "palo alto", "norcal".
    pub stations: Vec<String>,
    /// The words of the names of this flight's places, lower case: "san", "diego", "lindbergh".
    pub places: Vec<String>,
    /// The runways of the current airport.
    pub runways: Vec<Runway>,
    /// The sentence model's opinion on this call; `None` without the model.
    pub opinion: Option<Opinion>,
}

impl Context {
    /// The situation as the sentence model sees it.
    pub fn scene(&self) -> Scene {
        Scene {
            facility: self.facility.map_or_else(String::new, |f| f.word().to_owned()),
            region: self.region.phraseology.to_owned(),
            last_atc: self.last_atc.clone().unwrap_or_default(),
        }
    }

    /// Whether the controller's last words contain one of these, comma-separated.
    pub fn told(&self, words: &str) -> bool {
        let last = self.last_atc.as_deref().unwrap_or("").to_lowercase();
        words.split(", ").any(|w| last.contains(w))
    }
}

/// The reading of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// The main intent: emergencies before readbacks, readbacks before requests, requests before reports.
    pub intent: Intent,
    /// All intents that were found, the main one first.
    pub intents: Vec<Intent>,
    /// The acts in the call, in spoken order: finer than the intents.
    #[serde(default)]
    pub acts: Vec<super::act::Act>,
    /// The requests in the call with their values: fix, side, level, speed.
    #[serde(default)]
    pub requests: Vec<super::request::Request>,
    /// The caller, as complete as the words and the own callsign allow; `None` if no callsign was said.
    pub callsign: Option<Callsign>,
    /// The callsign in the call is not the pilot's own.
    pub other_aircraft: bool,
    /// The callsign is close to the pilot's own but may belong to another aircraft.
    #[serde(default)]
    pub unsure_caller: bool,
    /// The unit that the call addresses.
    pub addressed: Addressed,
    /// All other values.
    pub slots: Slots,
    /// 0 to 1.
    pub confidence: f32,
    /// The number of unexplained words.
    #[serde(default)]
    pub loose: usize,
    /// The remarks in the call.
    #[serde(default)]
    pub remarks: super::remark::Remarks,
    /// Subject, polarity and time of each word, for the gate.
    #[serde(skip)]
    pub clauses: super::hear::clauses::Clauses,
    /// The learned reader's reading, a second opinion.
    #[serde(skip)]
    pub learned: Option<super::hear::learned::Reading>,
    /// A value that the decoder heard in two ways, to be asked for by name.
    #[serde(default)]
    pub unsure: Option<super::instruction::Part>,
    /// The sentence model's reading of what the parts of the call are about.
    #[serde(skip)]
    pub(crate) subjects: crate::hear::ranked::Subjects,
    /// An intent that only one reader heard, to be confirmed.
    #[serde(skip)]
    pub doubt: Option<Intent>,
}

impl Default for Understanding {
    fn default() -> Self {
        Self {
            intent: Intent::Unknown,
            intents: vec![Intent::Unknown],
            acts: Vec::new(),
            requests: Vec::new(),
            callsign: None,
            other_aircraft: false,
            unsure_caller: false,
            addressed: Addressed::default(),
            slots: Slots::default(),
            confidence: 0.0,
            loose: 0,
            remarks: super::remark::Remarks::default(),
            clauses: super::hear::clauses::Clauses::default(),
            learned: None,
            unsure: None,
            subjects: crate::hear::ranked::Subjects::default(),
            doubt: None,
        }
    }
}

impl Understanding {
    /// The act of the main intent; if the intent is unknown, the first act.
    pub fn act(&self) -> Option<super::act::Act> {
        self.acts.iter().find(|a| a.intent() == self.intent).or(self.acts.first()).copied()
    }

    /// This reading of a part of a call, with the caller and the unit of the `whole` call.
    #[must_use]
    pub(crate) fn with_caller_of(self, whole: &Understanding) -> Self {
        Self {
            callsign: whole.callsign.clone(),
            other_aircraft: whole.other_aircraft,
            unsure_caller: whole.unsure_caller,
            addressed: whole.addressed.clone(),
            ..self
        }
    }

    /// Whether `intent` was found.
    pub fn has(&self, intent: Intent) -> bool {
        self.intents.contains(&intent)
    }
}
