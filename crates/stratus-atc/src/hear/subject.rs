//! What a part of a call is about: the catalogue of subjects.
//!
//! The sentence model reads the subject of a part, and the nouns of `subjects.txt` show it where the model is not sure. A decision is written
//! per subject, in `decide::question`. To teach the model a wording, add one line to `corpora/subjects` and run
//! `scripts/sentences.sh subjects`.

use serde::{Deserialize, Serialize};

macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What a part of a call is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub(crate) enum Subject { $($(#[$doc])* $name,)* }
        impl Subject {
            /// All subjects, in the order in which the sentence model scores them.
            pub(crate) const ALL: &'static [Subject] = &[$(Subject::$name,)*];
            /// Its name in the files.
            pub(crate) fn word(self) -> &'static str { match self { $(Subject::$name => $word,)* } }
        }
    };
}

subjects! {
    // On the ground.
    /// Wants to be pushed back; asks which way to face, whether the push may begin.
    PushBack = "push_back",
    /// Wants to start engines, asks about start-up time.
    StartUp = "start_up",
    /// Wants to taxi for departure.
    TaxiOut = "taxi_out",
    /// Wants to taxi to parking, gate, stand, hangar, ramp, pump after landing or from another place on the field.
    TaxiIn = "taxi_in",
    /// Asks which way, which taxiway, whether a certain route may be taken, where a place on the field is, progressive taxi.
    TaxiRoute = "taxi_route",
    /// Asks whether or where to hold short, whether to cross a runway, whether a crossing is cleared.
    HoldShort = "hold_short",
    /// Wants to stop, wait, pull over, hold position for a while (on the ground).
    StopTaxi = "stop_taxi",
    /// Goes on taxiing after a stop, asks whether it may go on.
    ResumeTaxi = "resume_taxi",
    /// Engine run-up or checks, and where.
    RunUp = "run_up",
    /// Departure from an intersection, from a certain point.
    Intersection = "intersection",
    /// Wants or asks for the full length, backtrack before departure.
    FullLength = "full_length",
    /// Asks to line up, whether to line up, about time in position.
    LineUp = "line_up",
    /// Prefers, asks for or refuses a certain runway (departure or arrival).
    RunwayChoice = "runway_choice",
    /// Asks which runway is in use or to expect.
    RunwayInUse = "runway_in_use",
    /// Asks about length, surface, condition, braking, slope of a runway.
    RunwayData = "runway_data",
    /// Asks whether the runway is free, who is on it, whether it was inspected.
    RunwayClear = "runway_clear",
    /// The way out: straight-out, downwind departure, turn-out side, on course, over a place, a heading after departure.
    DepartureWay = "departure_way",
    /// Asks how long it takes, for the number in the line, for the delay, for a slot, release time.
    WaitTime = "wait_time",
    /// De-icing, its pad, its queue.
    DeIcing = "de_icing",
    /// Fuelling on the ground, the pump, the bowser.
    Fuel = "fuel",
    /// Handling agent, marshaller, customs, hangar, catering, stairs, follow-me, toilets, which stand.
    Services = "services",
    /// A tug, a tow, removal from the runway.
    Tow = "tow",
    /// A phone number, a call by phone, where to report afterwards.
    Phone = "phone",
    /// Opening, closing, filing or existence of a flight plan.
    FlightPlan = "flight_plan",
    /// Asks for or about the IFR/VFR clearance, its route, SID, initial altitude.
    Clearance = "clearance",
    /// Wants to return to the stand or ramp instead of departing.
    BackToStand = "back_to_stand",
    /// Runway, approach, taxiway lights, PAPI: on, off, brighter, dimmer, are they working.
    Lights = "lights",
    // Tower and pattern.
    /// Left or right hand pattern, circuit direction.
    PatternSide = "pattern_side",
    /// Height or altitude of the pattern.
    PatternHeight = "pattern_height",
    /// A short or tight approach, a glide approach from downwind, a power-off approach.
    ShortApproach = "short_approach",
    /// Extending downwind or upwind, long final, more room.
    Extend = "extend",
    /// A three-sixty, an orbit, orbits over a place, circling.
    Orbit = "orbit",
    /// When to turn base, who calls the base.
    TurnBase = "turn_base",
    /// Number in the sequence, whom to follow, who is ahead.
    Sequence = "sequence",
    /// Touch-and-go, stop-and-go, the option, full stop, low approach: wants another kind than before.
    LandingKind = "landing_kind",
    /// Another circuit, one more, staying in the pattern, how many still.
    AnotherCircuit = "another_circuit",
    /// How to join or enter the pattern, straight-in, overhead join, base entry.
    Join = "join",
    /// Leaves the pattern or the zone, departs from the pattern.
    LeavePattern = "leave_pattern",
    /// Asks whether landing is cleared, still waits for it.
    LandingClearance = "landing_clearance",
    /// Asks whether take-off is cleared, still waits for it.
    TakeoffClearance = "takeoff_clearance",
    /// Long landing, rolling to the end, which exit, which side, high-speed exit, backtrack after landing, time on the runway.
    Rollout = "rollout",
    /// Asks the tower to look at the gear, the flaps, the aircraft, a low pass for it.
    GearLook = "gear_look",
    /// What to do or what is wanted after a go-around or missed approach.
    GoAroundNext = "go_around_next",
    /// Birds, drones, animals.
    Birds = "birds",
    /// The surface wind, gusts, crosswind.
    Wind = "wind",
    /// Wind shear, gust reports, windshear report of the pilot.
    WindShear = "wind_shear",
    /// Wake turbulence, heavies ahead.
    Wake = "wake",
    // Radar, en route, approach.
    /// Wants higher, when higher, a cruise level, block altitude.
    Climb = "climb",
    /// Wants lower, when lower, top of descent, pilot's discretion.
    Descent = "descent",
    /// Asks which level or altitude is assigned, until when.
    LevelQuestion = "level_question",
    /// Wants direct to a place, a shortcut.
    Direct = "direct",
    /// Wants to go around weather, left or right of course.
    Deviation = "deviation",
    /// Is clear of weather, wants back on course.
    PastWeather = "past_weather",
    /// Wants another speed, to keep or reduce speed, asks about a speed restriction.
    Speed = "speed",
    /// Wants a turn, vectors, a heading; asks when the turn comes, suggested heading, which way.
    Heading = "heading",
    /// Vectors without gyro or compass, start and stop turns.
    NoGyro = "no_gyro",
    /// Wants own navigation, own visual navigation, back on route.
    OwnNavigation = "own_navigation",
    /// Wants, prefers, refuses a certain approach.
    ApproachChoice = "approach_choice",
    /// Asks which approach to expect, whether still that one.
    ApproachExpect = "approach_expect",
    /// Asks for miles to run, length of the vectors or final, how far out.
    TrackMiles = "track_miles",
    /// Asks for distance or bearing to a place, time to a place.
    Distance = "distance",
    /// Asks where it is, whether the radar sees it.
    Position = "position",
    /// Wants to hold, asks about the hold, its end, its time.
    Hold = "hold",
    /// Asks about the missed approach procedure.
    MissedProcedure = "missed_procedure",
    /// Asks for the minimum safe altitude, terrain, obstacles.
    Minimum = "minimum",
    /// Asks about other traffic, whether traffic is a factor.
    Traffic = "traffic",
    /// Sees the traffic, or does not see it.
    TrafficSeen = "traffic_seen",
    /// Sees the field, runway or the aircraft ahead for a visual approach, or does not.
    FieldSeen = "field_seen",
    /// Asks about turbulence, smoother levels.
    Ride = "ride",
    /// Asks about ice, tops of cloud, pilot reports.
    Icing = "icing",
    /// Gives a report about ride, ice, tops, wind, wind shear for others.
    PilotReport = "pilot_report",
    /// Asks for the weather at another field, or at the destination.
    WeatherElsewhere = "weather_elsewhere",
    /// Asks about cloud, ceiling, visibility here.
    Sky = "sky",
    /// Temperature or dew point.
    Temperature = "temperature",
    /// The time, sunset, closing time of field or tower.
    Clock = "clock",
    /// Asks about the ATIS letter, or says which it has.
    Letter = "letter",
    /// Altimeter, QNH, QFE, regional pressure.
    Pressure = "pressure",
    /// Transition level or altitude.
    TransitionLevel = "transition_level",
    /// Wants to enter, cross or transit airspace, a zone, class B, C or D.
    AirspaceEntry = "airspace_entry",
    /// Asks whether it is in or clear of airspace, whether an area is active, what to avoid.
    Airspace = "airspace",
    /// Wants flight following, a traffic, basic or information service; asks whether it has it.
    RadarService = "radar_service",
    /// Wants to end the service, or says that it keeps it.
    EndService = "end_service",
    /// Cancels IFR, or asks about it.
    CancelIfr = "cancel_ifr",
    /// Wants an IFR clearance in the air.
    BecomeIfr = "become_ifr",
    /// Leaves the frequency for a while, for the ATIS, the company; asks for it.
    LeaveFrequency = "leave_frequency",
    /// Is back on the frequency.
    BackOnFrequency = "back_on_frequency",
    /// Asks whom to call next, on which frequency, when, whether to stay.
    NextUnit = "next_unit",
    /// Asks about the transponder code, ident, mode C.
    Code = "code",
    /// How the pilot is heard, radio trouble small enough to talk about.
    RadioCheck = "radio_check",
    /// Asks about the callsign, names of units, whether the call was for it.
    Callsign = "callsign",
    /// Did not get it, wants it again, slower, in other words.
    SayAgain = "say_again",
    /// Wants a message passed on to another unit, company, persons.
    Relay = "relay",
    /// Airwork, manoeuvres, an area or block of altitude for training, practice.
    WorkArea = "work_area",
    /// Ends its airwork, comes back.
    AreaDone = "area_done",
    /// Wants to go to another field, or back to the field of departure.
    Diversion = "diversion",
    // Trouble.
    /// Tells of something wrong with the aircraft or somebody on board (without declaring an emergency).
    Trouble = "trouble",
    /// Fire trucks, ambulance, doctor, police: wanted, asked about, not wanted.
    EmergencyServices = "emergency_services",
    /// Asks which field is best or nearest, for advice in trouble.
    HelpChoice = "help_choice",
    /// The trouble is over, cancels the emergency, does not want help.
    TroubleOver = "trouble_over",
    /// Cannot leave the runway, stays on it, blocks it, shuts down there.
    StaysOnRunway = "stays_on_runway",
    /// Says what it is going to do next, in answer to the controller.
    Intentions = "intentions",
    // Others.
    /// Needs more time, will call back, stand by.
    NeedsTime = "needs_time",
    /// Withdraws a request, disregards what it said.
    TakesBack = "takes_back",
    /// Thanks, greetings, farewell.
    Thanks = "thanks",
    /// Small talk, reasons, remarks that need no answer, talk to somebody in the cockpit.
    Talk = "talk",
    /// A question or a request to the controller that is none of the above.
    Other = "other",
    // What nothing in the call asks for.
    /// A readback, an answer, or a plain report.
    Nothing = "none",
    // Only the nouns show these.
    /// The visibility alone.
    Visibility = "visibility",
    /// Whether the controller heard something.
    Copied = "copied",
    /// Weather on the controller's display.
    WeatherShown = "weather_shown",
}

/// The subjects that the sentence model scores: all but those that only the nouns show.
pub(crate) const SCORED: usize = Subject::Nothing as usize + 1;

impl Subject {
    /// The sentence model does not know it.
    pub(crate) fn is_shown_by_nouns_only(self) -> bool {
        self as usize >= SCORED
    }
}
