//! `Act`: one thing that a pilot does with a call, finer than the closed list of intents that `stratus batch` prints.

use serde::{Deserialize, Serialize};

use crate::intent::Intent;

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $word:literal => $intent:ident,)*) => {
        /// One thing that a pilot does with a call. The order is that of precedence: an emergency before an answer, an answer before
        /// a request, a request before a report, and of requests the wider one first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Act { $($(#[$doc])* #[serde(rename = $word)] $name,)* }
        impl Act {
            /// Every act, in the order of precedence.
            pub const ALL: &'static [Act] = &[$(Act::$name,)*];
            /// The word for it in machine-readable output and in `frames.txt`.
            pub fn word(self) -> &'static str { match self { $(Act::$name => $word,)* } }
            /// The intent that it counts as; [`Intent::Unknown`] where the closed list has none.
            pub fn intent(self) -> Intent { match self { $(Act::$name => Intent::$intent,)* } }
        }
    };
}

acts! {
    /// Calls MAYDAY, or declares an emergency.
    Mayday = "mayday" => Mayday,
    /// The engine does not run.
    EngineFailure = "engine_failure" => Mayday,
    /// Something burns.
    Fire = "fire" => Mayday,
    /// Nobody can fly the aircraft, or no control answers.
    LossOfControl = "loss_of_control" => Mayday,
    /// Comes down where there is no runway.
    ForcedLanding = "forced_landing" => Mayday,
    /// In cloud without being able to fly in it.
    InCloud = "in_cloud" => Mayday,
    /// Calls PAN PAN, or declares urgency.
    PanPan = "pan_pan" => PanPan,
    /// A system has failed; the aircraft flies on.
    SystemFailure = "system_failure" => PanPan,
    /// Somebody on board is ill.
    Medical = "medical" => PanPan,
    /// Fuel is short.
    LowFuel = "low_fuel" => LowFuel,
    /// No delay can be taken.
    MinimumFuel = "minimum_fuel" => LowFuel,
    /// Goes around.
    GoAround = "go_around" => GoAround,
    /// Does not know where they are.
    Lost = "lost" => Lost,
    /// Goes elsewhere.
    Divert = "divert" => Diversion,
    /// Takes a call for help back.
    CancelDistress = "cancel_distress" => Unknown,
    /// Says that there is no emergency.
    NoEmergency = "no_emergency" => Unknown,
    /// Did not get it, or wants it confirmed.
    SayAgain = "say_again" => SayAgain,
    /// Radio check.
    RadioCheck = "radio_check" => RadioCheck,
    /// Cannot comply.
    Unable = "unable" => Unable,
    /// Gives a take-off up.
    StopTakeoff = "stop_takeoff" => Unable,
    /// Reads an instruction back.
    Readback = "readback" => Readback,
    /// Wants to be led over the ground.
    ProgressiveTaxi = "progressive_taxi" => RequestProgressiveTaxi,
    /// Cancels IFR.
    CancelIfr = "cancel_ifr" => CancelIfr,
    /// No more advisories.
    CancelFollowing = "cancel_following" => CancelFlightFollowing,
    /// Taxies in.
    TaxiIn = "taxi_in" => TaxiToParking,
    /// Wants to push back.
    Pushback = "pushback" => PushbackRequest,
    /// Wants to push back and start engines.
    PushAndStart = "push_and_start" => PushbackRequest,
    /// Wants to start engines.
    StartUp = "start_up" => StartupRequest,
    /// Wants through the airspace.
    Transit = "transit" => TransitionRequest,
    /// Wants a clearance under instrument flight rules.
    IfrClearance = "ifr_clearance" => IfrClearanceRequest,
    /// Wants to leave the frequency.
    ChangeFrequency = "change_frequency" => FrequencyChangeRequest,
    /// Wants to know whom to call next.
    NextFrequency = "next_frequency" => FrequencyChangeRequest,
    /// Wants radar advisories.
    FlightFollowing = "flight_following" => FlightFollowingRequest,
    /// Wants an approach.
    Approach = "approach" => ApproachRequest,
    /// Comes in to land.
    Inbound = "inbound" => InboundLanding,
    /// Asks for the landing clearance.
    LandingClearance = "landing_clearance" => InboundLanding,
    /// Wants the weather, the altimeter, the wind.
    Weather = "weather" => WeatherRequest,
    /// Wants to know how smooth the air is.
    Ride = "ride" => WeatherRequest,
    /// Ready for departure.
    Ready = "ready" => DepartureReady,
    /// Wants onto the runway.
    LineUp = "line_up" => DepartureReady,
    /// Asks for take-off.
    TakeOff = "take_off" => TakeoffRequest,
    /// Wants another level.
    Level = "level" => AltitudeRequest,
    /// Wants all levels between two.
    Block = "block" => AltitudeRequest,
    /// Turns off the course for the weather.
    Deviate = "deviate" => HeadingReport,
    /// Wants a heading.
    WantHeading = "want_heading" => HeadingReport,
    /// Wants a touch-and-go.
    TouchAndGo = "touch_and_go" => TouchAndGoRequest,
    /// Wants a stop-and-go.
    StopAndGo = "stop_and_go" => TouchAndGoRequest,
    /// Wants the option.
    Option = "option" => TouchAndGoRequest,
    /// Wants a low approach.
    LowApproach = "low_approach" => TouchAndGoRequest,
    /// Taxies out.
    TaxiOut = "taxi_out" => TaxiRequest,
    /// Wants to taxi against the runway's direction.
    Backtrack = "backtrack" => TaxiRequest,
    /// Wants to stay in the pattern.
    Pattern = "pattern" => PatternRequest,
    /// Turns to the runway early.
    ShortApproach = "short_approach" => PatternRequest,
    /// Wants to fly the downwind longer.
    ExtendDownwind = "extend_downwind" => PatternRequest,
    /// Does not see the traffic.
    TrafficNotSeen = "traffic_not_seen" => NegativeContact,
    /// Sees the field.
    FieldSeen = "field_seen" => FieldInSight,
    /// Sees the traffic.
    TrafficSeen = "traffic_seen" => TrafficInSight,
    /// Identing.
    Ident = "ident" => Ident,
    /// Says the transponder code.
    Squawk = "squawk" => SquawkReport,
    /// Off the runway.
    Vacated = "vacated" => ClearOfRunway,
    /// Says a heading.
    Heading = "heading" => HeadingReport,
    /// Calls for the first time on this frequency.
    CheckIn = "check_in" => CheckIn,
    /// Says where they are.
    Position = "position" => PositionReport,
    /// Wants across a runway.
    Cross = "cross" => PositionReport,
    /// Goes onto a runway, or across it, without asking.
    EnterRunway = "enter_runway" => PositionReport,
    /// Understood.
    Roger = "roger" => Roger,
    /// Not ready to go.
    NotReady = "not_ready" => Unknown,
    /// Cannot move.
    Stuck = "stuck" => Unknown,
    /// Wants special VFR.
    SpecialVfr = "special_vfr" => Unknown,
    /// Flies what the collision-avoidance system orders.
    Resolution = "resolution" => Unknown,
    /// Was lit by a laser.
    Laser = "laser" => Unknown,
    /// The transponder does not work.
    TransponderOut = "transponder_out" => Unknown,
    /// Wants to know whether the landing clearance was given.
    ClearedToLand = "cleared_to_land" => SayAgain,
    /// Leaves the traffic pattern.
    LeavePattern = "leave_pattern" => Unknown,
    /// Practises a landing without engine.
    PracticeFailure = "practice_failure" => Unknown,
    /// Wants to know which speed.
    WhatSpeed = "what_speed" => Unknown,
    /// Wants to stay in the air where it is for a while.
    Hold = "hold" => Unknown,
    /// Wants to circle once.
    Orbit = "orbit" => Unknown,
    /// Wants to be de-iced.
    Deice = "deice" => Unknown,
    /// Wants to be towed.
    Tow = "tow" => Unknown,
    /// Wants to be led around somebody.
    VectorAround = "vector_around" => Unknown,
    /// Something on the runway that should not be there.
    Obstacle = "obstacle" => Unknown,
    /// Something that others want to know: birds, turbulence, braking action.
    Observation = "observation" => Unknown,
    /// Wants to fly straight to a fix.
    DirectTo = "direct_to" => Unknown,
    /// Wants another speed.
    Speed = "speed" => Unknown,
    /// Wants another runway.
    RunwayChange = "runway_change" => Unknown,
    /// Wants to know which approach, runway or level comes, or when.
    Expect = "expect" => Unknown,
    /// Asks for the place in the line.
    Sequence = "sequence" => Unknown,
    /// Asks how long it takes.
    Delay = "delay" => Unknown,
    /// Asks about other traffic.
    AskTraffic = "ask_traffic" => Unknown,
    /// Asks for lights.
    Lights = "lights" => Unknown,
    /// Takes back what was said.
    Disregard = "disregard" => Unknown,
}

impl Act {
    /// The act that a word names.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.word() == word)
    }

    /// The act that stands for an intent where nothing finer is known; none for [`Intent::Unknown`].
    pub fn plain(intent: Intent) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| intent != Intent::Unknown && a.intent() == intent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_intent_has_an_act_and_every_word_is_one_acts() {
        for intent in Intent::ALL.iter().filter(|i| **i != Intent::Unknown) {
            assert!(Act::plain(*intent).is_some(), "{intent:?}");
        }
        for act in Act::ALL {
            assert_eq!(Act::of(act.word()), Some(*act));
        }
    }
}
