//! `Intent`: what a pilot can mean, and the slots that come with it.

use serde::{Deserialize, Serialize};

use crate::hear::opinion::{Opinion, Scene};
use crate::units::{Callsign, Facility, Frequency, Region, Runway, Squawk};

macro_rules! intents {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What a pilot means by a transmission. The words are those of `stratus batch`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Intent { $($(#[$doc])* #[serde(rename = $word)] $name,)* }
        impl Intent {
            /// Every intent, in the order of declaration.
            pub const ALL: &'static [Intent] = &[$(Intent::$name,)*];
            /// The word for it in machine-readable output.
            pub fn word(self) -> &'static str { match self { $(Intent::$name => $word,)* } }
        }
    };
}

intents! {
    /// Request to taxi out.
    TaxiRequest = "taxi_request",
    /// Ready for departure.
    DepartureReady = "departure_ready",
    /// Asks for take-off.
    TakeoffRequest = "takeoff_request",
    /// Wants to stay in the pattern.
    PatternRequest = "pattern_request",
    /// Inbound to land.
    InboundLanding = "inbound_landing",
    /// Says where they are.
    PositionReport = "position_report",
    /// Wants radar advisories.
    FlightFollowingRequest = "flight_following_request",
    /// Wants an IFR clearance.
    IfrClearanceRequest = "ifr_clearance_request",
    /// Wants to leave the frequency.
    FrequencyChangeRequest = "frequency_change_request",
    /// Wants another altitude.
    AltitudeRequest = "altitude_request",
    /// Says a heading.
    HeadingReport = "heading_report",
    /// Checks in on a radar frequency.
    CheckIn = "check_in",
    /// Reads an instruction back.
    Readback = "readback",
    /// Goes around.
    GoAround = "go_around",
    /// Wants a touch-and-go or the option.
    TouchAndGoRequest = "touch_and_go_request",
    /// Distress.
    Mayday = "mayday",
    /// Urgency.
    PanPan = "pan_pan",
    /// Did not get it, or wants it confirmed.
    SayAgain = "say_again",
    /// Radio check.
    RadioCheck = "radio_check",
    /// Wants to cross the airspace.
    TransitionRequest = "transition_request",
    /// Clear of the runway.
    ClearOfRunway = "clear_of_runway",
    /// Wants to taxi in.
    TaxiToParking = "taxi_to_parking",
    /// Unfamiliar, wants progressive taxi.
    RequestProgressiveTaxi = "request_progressive_taxi",
    /// Wants to push back.
    PushbackRequest = "pushback_request",
    /// Wants to start engines.
    StartupRequest = "startup_request",
    /// No more advisories.
    CancelFlightFollowing = "cancel_flight_following",
    /// Cancels IFR.
    CancelIfr = "cancel_ifr",
    /// Wants an approach.
    ApproachRequest = "approach_request",
    /// Cannot comply.
    Unable = "unable",
    /// Understood.
    Roger = "roger",
    /// Wants weather, altimeter, wind.
    WeatherRequest = "weather_request",
    /// Wants to go elsewhere.
    Diversion = "diversion",
    /// Is short of fuel.
    LowFuel = "low_fuel",
    /// Sees the traffic.
    TrafficInSight = "traffic_in_sight",
    /// Does not see the traffic.
    NegativeContact = "negative_contact",
    /// Sees the field.
    FieldInSight = "field_in_sight",
    /// Identing.
    Ident = "ident",
    /// Is lost.
    Lost = "lost",
    /// Says the transponder code.
    SquawkReport = "squawk_report",
    /// Not understood: a value, not an error.
    Unknown = "unknown",
}

/// What a pilot tells or asks that is no everyday call, and has an answer of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Flies what the collision-avoidance system orders.
    Resolution,
    /// Was lit by a laser.
    Laser,
    /// The transponder or its altitude does not work.
    TransponderOut,
    /// Something that others want to know: birds, turbulence, braking action.
    Observation,
    /// Something on the runway that should not be there.
    Obstacle,
    /// Wants to know which speed.
    WhatSpeed,
    /// Wants to stay in the air where it is for a while.
    HoldHere,
    /// Wants to be de-iced.
    Deice,
    /// Wants to be towed.
    Tow,
    /// Asks whether the landing clearance was given.
    ClearedToLand,
    /// Leaves the traffic pattern.
    LeavesPattern,
    /// Turns to the runway early.
    ShortApproach,
    /// Practises a landing without engine.
    EngineOut,
    /// Wants to be led around somebody.
    Vector,
}

/// What a transmission carries besides its intent. Units stand in the names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Slots {
    /// The runway (the one the call is about; when two, the one wanted comes last).
    pub runway: Option<Runway>,
    /// The pilot asks to cross the runway.
    pub crossing: bool,
    /// The pilot asks for special VFR.
    #[serde(default)]
    pub special_vfr: bool,
    /// The pilot says that they are not ready to go.
    #[serde(default)]
    pub not_ready: bool,
    /// The pilot says that they go onto a runway or across it now, without asking.
    #[serde(default)]
    pub enters: bool,
    /// The pilot takes a call for help back.
    #[serde(default)]
    pub cancels_distress: bool,
    /// Minimum fuel: no delay can be taken, and no priority is asked for (7110.65 2-1-8).
    #[serde(default)]
    pub minimum_fuel: bool,
    /// A turn off the course for the weather: which way, and how many degrees where they were said.
    #[serde(default)]
    pub deviation: Option<(crate::units::Side, Option<u16>)>,
    /// What is told or asked beside the everyday calls.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// The aircraft cannot move.
    #[serde(default)]
    pub disabled: bool,
    /// A runway number that cannot exist ("four seven"), as digits: said, so that it can be refused and not guessed.
    pub bad_runway: Option<String>,
    /// Altitudes in feet, in the order said ("leaving 3,200 climbing 10,000"); a flight level times 100.
    pub altitude_ft: Vec<i32>,
    /// Degrees, 1 to 360.
    pub heading: Option<u16>,
    /// A heading above 360, as said.
    pub bad_heading: Option<u16>,
    /// A frequency.
    pub frequency: Option<Frequency>,
    /// A transponder code.
    pub squawk: Option<Squawk>,
    /// ATIS letter, a capital.
    pub atis: Option<char>,
    /// "downwind", "base", "final", "hold_short", a fix or a landmark in words.
    pub position: Option<String>,
    /// Nautical miles.
    pub distance_nm: Option<f64>,
    /// "north" … "northwest".
    pub direction: Option<String>,
    /// ICAO code where the name is known, else the words.
    pub destination: Option<String>,
    /// "west ramp", "stand 532", "B" (an exit).
    pub location: Option<String>,
    /// Souls on board.
    pub souls: Option<u32>,
    /// Minutes of fuel.
    pub fuel_minutes: Option<u32>,
    /// Knots.
    pub speed_kt: Option<u16>,
    /// The runway of a "hold short".
    pub hold_short: Option<Runway>,
    /// As said: "29.92" or "1013".
    pub altimeter: Option<String>,
    /// Left or right, as said with a leg, a turn or closed traffic.
    pub side: Option<crate::units::Side>,
    /// "ILS", "RNAV", "visual".
    pub approach: Option<String>,
    /// Nature of an emergency, in the pilot's words.
    pub nature: Option<String>,
    /// "full stop", "touch and go", "option": what the pilot wants on landing.
    pub landing: Option<super::instruction::Landing>,
    /// What follows take-off, in words: "straight out", "left closed traffic", "right crosswind departure".
    pub departure: Option<String>,
    /// What a "say again" asks for: "runway", "altimeter", "all after alpha".
    pub about: Option<String>,
}

/// The unit a pilot named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Addressed {
    /// "palo alto", in lower case; `None` when only the unit's word was said.
    pub name: Option<String>,
    /// "ground".
    pub facility: Option<Facility>,
}

/// What the engine knows when it reads a transcript.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Context {
    /// Whose phraseology.
    pub region: Region,
    /// The unit that hears the call.
    pub facility: Option<Facility>,
    /// The pilot's own callsign, from the simulator.
    pub own: Option<Callsign>,
    /// ICAO type of the own aircraft, from the simulator ("C172").
    pub aircraft_type: Option<String>,
    /// The controller's previous words to this aircraft.
    pub last_atc: Option<String>,
    /// An instruction awaits its readback.
    pub pending: bool,
    /// Station names in reach, lower case: "palo alto", "norcal".
    pub stations: Vec<String>,
    /// The runways of the airport at hand.
    pub runways: Vec<Runway>,
    /// The sentence model's opinion on the call that is read; none without the model.
    pub opinion: Option<Opinion>,
}

impl Context {
    /// What the sentence model knows of the situation.
    pub fn scene(&self) -> Scene {
        Scene {
            facility: self.facility.map_or_else(String::new, |f| f.word().to_owned()),
            region: self.region.phraseology.to_owned(),
            last_atc: self.last_atc.clone().unwrap_or_default(),
        }
    }

    /// Whether the controller's last words hold one of these, comma-separated.
    pub fn told(&self, words: &str) -> bool {
        let last = self.last_atc.as_deref().unwrap_or("").to_lowercase();
        words.split(", ").any(|w| last.contains(w))
    }
}

/// What was understood from a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// The main intent: an emergency before a readback, a readback before a request, a request before a report.
    pub intent: Intent,
    /// All that were found, the main one first.
    pub intents: Vec<Intent>,
    /// What the pilot does with the call, in the order said: finer than the intents.
    #[serde(default)]
    pub acts: Vec<super::act::Act>,
    /// What the pilot asks a controller for, with the values said: fix, side, level, speed.
    #[serde(default)]
    pub requests: Vec<super::request::Request>,
    /// Who called, as complete as words and own callsign allow; `None` when no callsign was said.
    pub callsign: Option<Callsign>,
    /// A callsign was said and it is not the pilot's own.
    pub other_aircraft: bool,
    /// The callsign that was said is near the pilot's own, and may be another's as well.
    #[serde(default)]
    pub unsure_caller: bool,
    /// The unit that was called.
    pub addressed: Addressed,
    /// Everything else.
    pub slots: Slots,
    /// 0 to 1.
    pub confidence: f32,
    /// How many words nothing explains.
    #[serde(default)]
    pub loose: usize,
    /// What the call tells or asks beside its acts.
    #[serde(default)]
    pub remarks: super::remark::Remarks,
    /// Of whom, whether and when each word is said: what the gate weighs.
    #[serde(skip)]
    pub clauses: super::hear::clauses::Clauses,
    /// The same by the learned reader, a second opinion.
    #[serde(skip)]
    pub learned: Option<super::hear::learned::Reading>,
    /// A value that the decoder heard in two ways: to be asked for by its name.
    #[serde(default)]
    pub unsure: Option<super::instruction::Part>,
    /// What one of the two heard and is not taken for granted: to be asked.
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
            doubt: None,
        }
    }
}

impl Understanding {
    /// The act that the main intent stands for; of a call whose intent is unknown the first act there is.
    pub fn act(&self) -> Option<super::act::Act> {
        self.acts.iter().find(|a| a.intent() == self.intent).or(self.acts.first()).copied()
    }

    /// Whether `intent` is among those found.
    pub fn has(&self, intent: Intent) -> bool {
        self.intents.contains(&intent)
    }
}
