//! `Act`: one thing that a pilot does with a call. Acts are finer than the closed list of intents that `stratus batch` prints.

use serde::{Deserialize, Serialize};

use crate::intent::Intent;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $word:literal => $intent:ident,)*) => {
        /// One thing that a pilot does with a call. Acts are ordered by precedence: emergencies before answers, answers before requests,
        /// requests before reports, and broader requests first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Act { $($(#[$doc])* #[serde(rename = $word)] $name,)* }
        impl Act {
            /// Every act, in order of precedence.
            pub const ALL: &'static [Act] = &[$(Act::$name,)*];
            /// The name in machine-readable output and in `frames.txt`.
            pub fn word(self) -> &'static str { match self { $(Act::$name => $word,)* } }
            /// The intent that it counts as; [`Intent::Unknown`] if the closed list has none.
            pub fn intent(self) -> Intent { match self { $(Act::$name => Intent::$intent,)* } }
        }
    };
}

acts! {
    /// Calls MAYDAY, or declares an emergency.
    Mayday = "mayday" => Mayday,
    /// The engine has failed.
    EngineFailure = "engine_failure" => Mayday,
    /// A fire on board.
    Fire = "fire" => Mayday,
    /// The aircraft is out of control, or the pilot is incapacitated.
    LossOfControl = "loss_of_control" => Mayday,
    /// A landing away from a runway.
    ForcedLanding = "forced_landing" => Mayday,
    /// In cloud without the ability to fly on instruments.
    InCloud = "in_cloud" => Mayday,
    /// Calls PAN PAN, or declares urgency.
    PanPan = "pan_pan" => PanPan,
    /// A system has failed, but the aircraft is flyable.
    SystemFailure = "system_failure" => PanPan,
    /// A medical problem on board.
    Medical = "medical" => PanPan,
    /// Low on fuel.
    LowFuel = "low_fuel" => LowFuel,
    /// Declares minimum fuel: cannot accept any delay.
    MinimumFuel = "minimum_fuel" => LowFuel,
    /// Goes around.
    GoAround = "go_around" => GoAround,
    /// Is lost.
    Lost = "lost" => Lost,
    /// Diverts.
    Divert = "divert" => Diversion,
    /// Cancels a call for help.
    CancelDistress = "cancel_distress" => Unknown,
    /// Denies an emergency.
    NoEmergency = "no_emergency" => Unknown,
    /// Missed the transmission, or asks for confirmation.
    SayAgain = "say_again" => SayAgain,
    /// Radio check.
    RadioCheck = "radio_check" => RadioCheck,
    /// Cannot comply.
    Unable = "unable" => Unable,
    /// Rejects a takeoff.
    StopTakeoff = "stop_takeoff" => Unable,
    /// Reads an instruction back.
    Readback = "readback" => Readback,
    /// Requests progressive taxi.
    ProgressiveTaxi = "progressive_taxi" => RequestProgressiveTaxi,
    /// Cancels IFR.
    CancelIfr = "cancel_ifr" => CancelIfr,
    /// Ends flight following.
    CancelFollowing = "cancel_following" => CancelFlightFollowing,
    /// Requests taxi to parking.
    TaxiIn = "taxi_in" => TaxiToParking,
    /// Requests pushback.
    Pushback = "pushback" => PushbackRequest,
    /// Requests pushback and start-up.
    PushAndStart = "push_and_start" => PushbackRequest,
    /// Requests start-up.
    StartUp = "start_up" => StartupRequest,
    /// Requests a transition through the airspace.
    Transit = "transit" => TransitionRequest,
    /// Requests an IFR clearance.
    IfrClearance = "ifr_clearance" => IfrClearanceRequest,
    /// Requests a frequency change.
    ChangeFrequency = "change_frequency" => FrequencyChangeRequest,
    /// Asks which unit to call next.
    NextFrequency = "next_frequency" => FrequencyChangeRequest,
    /// Requests flight following.
    FlightFollowing = "flight_following" => FlightFollowingRequest,
    /// Requests an approach.
    Approach = "approach" => ApproachRequest,
    /// Inbound to land.
    Inbound = "inbound" => InboundLanding,
    /// Asks for the landing clearance.
    LandingClearance = "landing_clearance" => InboundLanding,
    /// Requests the weather, the altimeter setting or the wind.
    Weather = "weather" => WeatherRequest,
    /// Asks for a ride report.
    Ride = "ride" => WeatherRequest,
    /// Ready for departure.
    Ready = "ready" => DepartureReady,
    /// Requests to enter the runway.
    LineUp = "line_up" => DepartureReady,
    /// Requests takeoff.
    TakeOff = "take_off" => TakeoffRequest,
    /// Requests another level.
    Level = "level" => AltitudeRequest,
    /// Requests a block altitude.
    Block = "block" => AltitudeRequest,
    /// Deviates around weather.
    Deviate = "deviate" => HeadingReport,
    /// Requests a heading.
    WantHeading = "want_heading" => HeadingReport,
    /// Requests a touch-and-go.
    TouchAndGo = "touch_and_go" => TouchAndGoRequest,
    /// Requests a stop-and-go.
    StopAndGo = "stop_and_go" => TouchAndGoRequest,
    /// Requests the option.
    Option = "option" => TouchAndGoRequest,
    /// Requests a low approach.
    LowApproach = "low_approach" => TouchAndGoRequest,
    /// Requests taxi for departure.
    TaxiOut = "taxi_out" => TaxiRequest,
    /// Requests a backtrack.
    Backtrack = "backtrack" => TaxiRequest,
    /// Requests to stay in the pattern.
    Pattern = "pattern" => PatternRequest,
    /// Requests a short approach.
    ShortApproach = "short_approach" => PatternRequest,
    /// Requests an extended downwind.
    ExtendDownwind = "extend_downwind" => PatternRequest,
    /// Reports no traffic contact.
    TrafficNotSeen = "traffic_not_seen" => NegativeContact,
    /// Reports the field in sight.
    FieldSeen = "field_seen" => FieldInSight,
    /// Reports the traffic in sight.
    TrafficSeen = "traffic_seen" => TrafficInSight,
    /// Identing.
    Ident = "ident" => Ident,
    /// Reports the transponder code.
    Squawk = "squawk" => SquawkReport,
    /// Reports clear of the runway.
    Vacated = "vacated" => ClearOfRunway,
    /// Reports a heading.
    Heading = "heading" => HeadingReport,
    /// First call on this frequency.
    CheckIn = "check_in" => CheckIn,
    /// Reports a position.
    Position = "position" => PositionReport,
    /// Requests to cross a runway.
    Cross = "cross" => PositionReport,
    /// Enters or crosses a runway without asking.
    EnterRunway = "enter_runway" => PositionReport,
    /// Acknowledges.
    Roger = "roger" => Roger,
    /// Not ready to go.
    NotReady = "not_ready" => Unknown,
    /// Cannot move.
    Stuck = "stuck" => Unknown,
    /// Requests special VFR.
    SpecialVfr = "special_vfr" => Unknown,
    /// Follows a TCAS resolution advisory.
    Resolution = "resolution" => Unknown,
    /// Reports a laser.
    Laser = "laser" => Unknown,
    /// Reports a failed transponder.
    TransponderOut = "transponder_out" => Unknown,
    /// Asks whether the landing clearance was given.
    ClearedToLand = "cleared_to_land" => SayAgain,
    /// Leaves the traffic pattern.
    LeavePattern = "leave_pattern" => Unknown,
    /// Practises an engine-out landing.
    PracticeFailure = "practice_failure" => Unknown,
    /// Asks which speed to fly.
    WhatSpeed = "what_speed" => Unknown,
    /// Requests to hold at the present position.
    Hold = "hold" => Unknown,
    /// Requests an orbit.
    Orbit = "orbit" => Unknown,
    /// Requests de-icing.
    Deice = "deice" => Unknown,
    /// Requests a tow.
    Tow = "tow" => Unknown,
    /// Requests a vector around traffic.
    VectorAround = "vector_around" => Unknown,
    /// Reports an obstacle on the runway.
    Obstacle = "obstacle" => Unknown,
    /// Reports something useful to others: birds, turbulence, braking action.
    Observation = "observation" => Unknown,
    /// Requests direct to a fix.
    DirectTo = "direct_to" => Unknown,
    /// Requests another speed.
    Speed = "speed" => Unknown,
    /// Requests another runway.
    RunwayChange = "runway_change" => Unknown,
    /// Asks which approach, runway or level to expect, or when.
    Expect = "expect" => Unknown,
    /// Asks for the sequence number.
    Sequence = "sequence" => Unknown,
    /// Asks about the delay.
    Delay = "delay" => Unknown,
    /// Asks about other traffic.
    AskTraffic = "ask_traffic" => Unknown,
    /// Requests lights.
    Lights = "lights" => Unknown,
    /// Withdraws what was said.
    Disregard = "disregard" => Unknown,
}

impl Act {
    /// The act with a given name.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.word() == word)
    }

    /// The act that represents an intent if nothing finer is known; `None` for [`Intent::Unknown`].
    pub fn plain(intent: Intent) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| intent != Intent::Unknown && a.intent() == intent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intent_has_an_act_and_act_names_are_unique() {
        for intent in Intent::ALL.iter().filter(|i| **i != Intent::Unknown) {
            assert!(Act::plain(*intent).is_some(), "{intent:?}");
        }
        for act in Act::ALL {
            assert_eq!(Act::of(act.word()), Some(*act));
        }
    }
}
