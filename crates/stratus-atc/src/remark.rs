//! `Remark`: something that a call says or asks besides its acts. Each remark is one meaning; `hear/remarks.txt` lists its wordings.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::units::{Facility, Runway, Side};

macro_rules! remarks {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// One thing that a call says or asks besides its acts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Remark { $($(#[$doc])* #[serde(rename = $word)] $name,)* }
        impl Remark {
            /// Every remark.
            pub const ALL: &'static [Remark] = &[$(Remark::$name,)*];
            /// The name in `remarks.txt`.
            pub fn word(self) -> &'static str { match self { $(Remark::$name => $word,)* } }
        }
    };
}

remarks! {
    /// Expresses a wish: beside another intent this shows which one is meant.
    Wishes = "wishes",
    /// Waits for the controller before doing anything.
    Waits = "waits",
    /// Wants the full weather, not a single value.
    WholeWeather = "whole_weather",
    /// Names the level to leave or to reach.
    OtherLevel = "other_level",
    /// Takes off.
    TakesOff = "takes_off",
    /// Has started the takeoff roll.
    Rolls = "rolls",
    /// Crosses a runway.
    Crosses = "crosses",
    /// Mentions a takeoff or the start of the runway.
    OfTakeoff = "of_takeoff",
    /// Two aircraft transmit at once.
    TwoCallers = "two_callers",
    /// Calls a flight information service by its kind.
    CallsService = "calls_service",

    /// Asks for emergency services.
    AsksForHelp = "asks_for_help",
    /// The problem is solved.
    AllWell = "all_well",
    /// Needs emergency services now, or evacuates.
    NeedsHelpNow = "needs_help_now",
    /// Wants a tow after something else is over.
    WantsTow = "wants_tow",
    /// Parked, or finished with the flight.
    IsDone = "is_done",
    /// Landed off a runway, or about to.
    OffField = "off_field",
    /// Lands in a place that is no airfield, or has done so.
    OffAirport = "off_airport",
    /// Wants guidance back, or directions to the nearest field.
    WantsBack = "wants_back",
    /// Wants to choose its own way in: overhead, a long final, an orbit to burn fuel.
    OwnWay = "own_way",
    /// Will call again, and needs only an acknowledgement.
    CallsBack = "calls_back",
    /// In cloud, in plain words.
    IntoCloud = "into_cloud",
    /// Out of the cloud again.
    OutOfCloud = "out_of_cloud",
    /// Sees the ground again.
    SeesGround = "sees_ground",
    /// Asks for a visual check of the landing gear.
    GearLook = "gear_look",

    /// Reads back the way into or out of the zone.
    RepeatsZone = "repeats_zone",
    /// Holds over a point.
    HoldsThere = "holds_there",
    /// Leaves the zone.
    LeavesZone = "leaves_zone",
    /// Leaves the frequency.
    LeavesFrequency = "leaves_frequency",
    /// Wants to join overhead.
    JoinsOverhead = "joins_overhead",
    /// Is overhead.
    Overhead = "overhead",

    /// Works in an area: practice, manoeuvres, sightseeing.
    Works = "works",
    /// Has finished the work.
    WorkDone = "work_done",
    /// Comes back to the field.
    ComesBack = "comes_back",
    /// Asks on which side the circuit is flown, or for confirmation of it.
    AsksSide = "asks_side",
    /// Offers both sides, or asks for one of them.
    AsksWhich = "asks_which",
    /// Asks whether it may enter or cross.
    AsksEntry = "asks_entry",
    /// Stays outside the airspace.
    RemainsOutside = "remains_outside",
    /// Asks whether it must stay outside.
    AsksOutside = "asks_outside",
    /// Asks for a frequency.
    AsksFrequency = "asks_frequency",
    /// Asks whether an altitude is prescribed.
    AsksRestriction = "asks_restriction",
    /// Has taken off to leave the field, or denies that it lands.
    DepartsField = "departs_field",
    /// Comes in to land, in so many words.
    ComesIn = "comes_in",
    /// Wants to taxi out again after a landing.
    GoesOut = "goes_out",
    /// Leaves the frequency for a short time.
    LeavesBriefly = "leaves_briefly",
    /// Turns on the way out.
    TurnsOut = "turns_out",
    /// Changes to another unit's frequency.
    ChangesOver = "changes_over",
    /// Wants the information about the field: runway, wind, pressure.
    WantsInformation = "wants_information",
    /// Mentions own navigation.
    OwnNavigation = "own_navigation",

    /// Reads back a landing clearance.
    RepeatsLanding = "repeats_landing",
    /// Reads back a turn or a heading.
    RepeatsTurn = "repeats_turn",
    /// Reads back a change of level, or a level to maintain.
    RepeatsLevel = "repeats_level",
    /// Wants to leave the hold.
    LeavesHold = "leaves_hold",
    /// Changes its mind about what it asked for.
    ChangesMind = "changes_mind",
    /// Clear of the weather that caused the deviation.
    PastWeather = "past_weather",

    /// Wants the full procedure without vectors.
    FullProcedure = "full_procedure",
    /// Wants the whole route of the clearance read out.
    WholeRoute = "whole_route",
    /// Goes to the alternate.
    ToAlternate = "to_alternate",
    /// Gives the data of a flight plan besides the route: endurance, persons on board, alternate, type.
    FlightData = "flight_data",
    /// Wants to fly VFR-on-top, or is there.
    OnTop = "on_top",
    /// Has reached the top of the cloud.
    ReachedTop = "reached_top",
    /// Waits for release.
    Release = "release",
    /// Comes in to land.
    ToLand = "to_land",
    /// States the kind of landing.
    LandsSo = "lands_so",
    /// Leaves the field.
    Leaves = "leaves",

    /// Must stop, or wants the tug to stop.
    Halts = "halts",
    /// Needs time before it can continue.
    NeedsTime = "needs_time",
    /// Wants to check the engine or systems at its present position.
    Checks = "checks",
    /// Gives information for the controller's planning, without a request.
    Informs = "informs",
    /// Can continue after a stop.
    GoesOn = "goes_on",
    /// Wants to use the full runway length to slow down.
    RollsOut = "rolls_out",

    /// Asks for the remaining distance.
    AsksDistance = "asks_distance",
    /// Asks for the nearest place to land.
    AsksNearest = "asks_nearest",
    /// Will take any runway.
    AnyRunway = "any_runway",
    /// Asks whether to contact the next unit.
    AsksNext = "asks_next",
    /// Asks what was cleared.
    AsksCleared = "asks_cleared",
    /// Asks for pilot reports: tops, bases, icing.
    AsksReports = "asks_reports",
    /// Asks for the QFE.
    AsksQfe = "asks_qfe",
    /// Asks for the ATIS letter.
    AsksLetter = "asks_letter",
    /// Asks for the pressure setting.
    AsksPressure = "asks_pressure",
    /// Wants the pressure setting, beside anything else.
    WantsPressure = "wants_pressure",
    /// Wants the wind, beside anything else.
    WantsWind = "wants_wind",
    /// Wants to know which ATIS information is current, beside anything else.
    WantsLetter = "wants_letter",
    /// Says goodbye, or thanks the controller.
    SaysGoodbye = "says_goodbye",
    /// Asks about the weather at some place.
    AsksWeatherAt = "asks_weather_at",
    /// Asks which runway is meant, in use or to be expected.
    AsksRunway = "asks_runway",
    /// Letting down on the dead side of the circuit.
    OnDeadSide = "on_dead_side",
    /// Has completed the orbit.
    OrbitDone = "orbit_done",
    /// Closes the flight plan.
    ClosesPlan = "closes_plan",
    /// Asks for the sequence number.
    AsksPlace = "asks_place",
    /// Asks whether the base turn will be called.
    AsksBaseCall = "asks_base_call",
    /// Asks whether it is cleared into class B.
    AsksBravo = "asks_bravo",
    /// Asks whether it is inside class B, or clear of it.
    AsksWhetherInside = "asks_whether_inside",
    /// Asks for the transponder code, or for confirmation of it.
    AsksCode = "asks_code",
    /// Asks for the level, or for confirmation of it.
    AsksLevel = "asks_level",
    /// Asks for the transition level.
    AsksTransitionLevel = "asks_transition_level",
    /// Asks for the speed, or whether one is assigned.
    AsksSpeed = "asks_speed",
    /// Asks for emergency or medical services on the ground.
    AsksServices = "asks_services",
    /// Asks for the terrain around, or for the minimum altitude.
    AsksTerrain = "asks_terrain",
    /// Asks when to expect further clearance.
    AsksFurther = "asks_further",
    /// Asks whether to ident.
    AsksIdent = "asks_ident",
    /// Asks for the void time of a release.
    AsksVoid = "asks_void",
    /// Asks whether radar shows the aircraft.
    AsksSeen = "asks_seen",
    /// Names class B as the airspace to transit.
    ThroughBravo = "through_bravo",

    /// Asks which way to face at the end of the pushback.
    AsksFacing = "asks_facing",
    /// Asks whether it is cleared to cross a runway.
    AsksCrossing = "asks_crossing",
    /// Asks where, or whether, it must hold short.
    AsksHoldShort = "asks_hold_short",
    /// Asks for the taxi route.
    AsksRoute = "asks_route",
    /// Asks for a slot or another restriction of the departure time.
    AsksSlot = "asks_slot",
    /// Asks how long the runway is.
    AsksLength = "asks_length",
    /// Asks for the surface of the runway.
    AsksSurface = "asks_surface",
    /// Asks for the braking action, or whether the runway is wet.
    AsksBraking = "asks_braking",
    /// Asks for the runway visual range.
    AsksRvr = "asks_rvr",
    /// Asks whether the runway lights work.
    AsksLights = "asks_lights",
    /// Asks for reports of birds.
    AsksBirds = "asks_birds",
    /// Asks for the instructions in case of a missed approach.
    AsksMissed = "asks_missed",
    /// Needs vectors without a gyro: turns that the controller starts and stops.
    NoGyro = "no_gyro",
    /// Asks which altitude radar shows.
    AsksModeC = "asks_mode_c",
    /// Speaks of the runway or of the wind across it.
    OfRunway = "of_runway",
    /// A bomb, or a threat of one.
    BombThreat = "bomb_threat",
    /// Asks for light signals.
    LightSignals = "light_signals",
    /// Descends at once.
    EmergencyDescent = "emergency_descent",
    /// Names windshear.
    Windshear = "windshear",
    /// Flies a windshear escape.
    EscapesWindshear = "escapes_windshear",
    /// A resolution advisory is over.
    ClearOfConflict = "clear_of_conflict",
    /// Transmits without hearing an answer.
    TransmitsBlind = "transmits_blind",
    /// Plays down its trouble: minor, no emergency, no assistance needed.
    Minor = "minor",
    /// Names weather as its reason.
    OfWeather = "of_weather",
    /// Wants to go back to the stand.
    WantsStand = "wants_stand",
    /// Wants somebody to look at the aircraft or the runway.
    WantsInspection = "wants_inspection",
    /// Asks at which level the controller wants it.
    AsksWantedLevel = "asks_wanted_level",
    /// Asks where the emergency services are.
    AsksWhereServices = "asks_where_services",
    /// Wants priority.
    WantsPriority = "wants_priority",
    /// Makes a runway depend on the wind.
    IfWind = "if_wind",
    /// Reports ice, turbulence, or tops for others.
    GivesReport = "gives_report",
}

impl Remark {
    /// The remark with a given name.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.word() == word)
    }
}

/// How a pilot leaves the field: by a turn, in a direction, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Out {
    /// The turn after takeoff.
    pub side: Option<Side>,
    /// "south".
    pub to: Option<String>,
}

impl Out {
    /// "right turn southbound", "southbound", "right turn".
    pub fn words(&self) -> String {
        let turn = self.side.map(|s| format!("{} turn", s.word()));
        let to = self.to.as_ref().map(|d| format!("{d}bound"));
        turn.into_iter().chain(to).collect::<Vec<_>>().join(" ")
    }
}

/// A landing that follows an approach to another runway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circle {
    /// The runway of the landing.
    pub to: Runway,
    /// The runway of the approach, if the call names it.
    pub from: Option<Runway>,
}

/// The remarks in a call, with their values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remarks {
    told: BTreeSet<Remark>,
    /// The visual reporting point that the pilot names: "Echo", "Sierra 2".
    pub point: Option<String>,
    /// The flight information service that the pilot names, if the state provides it: "Traffic Service".
    pub service: Option<String>,
    /// How the pilot leaves the field.
    #[serde(default)]
    pub out: Option<Out>,
    /// The unit whose frequency the pilot asks for.
    #[serde(default)]
    pub frequency_of: Option<Facility>,
    /// The place whose weather the pilot asks for, in the pilot's words.
    #[serde(default)]
    pub weather_at: Option<String>,
    /// The way that the pilot wants to face at the end of the pushback: "facing west", "tail north".
    #[serde(default)]
    pub facing: Option<String>,
    /// The runway to which the pilot wants to circle.
    #[serde(default)]
    pub circle: Option<Circle>,
}

impl Remarks {
    /// Only these values, without remarks.
    pub(crate) fn with(point: Option<String>, service: Option<String>) -> Self {
        Self { told: BTreeSet::new(), point, service, out: None, frequency_of: None, weather_at: None, facing: None, circle: None }
    }

    /// Whether the call contains this remark.
    pub fn has(&self, remark: Remark) -> bool {
        self.told.contains(&remark)
    }

    /// Whether the call asks for a fact.
    pub(crate) fn asks(&self) -> bool {
        self.told.iter().any(|r| ["asks_", "wants_"].iter().any(|p| r.word().starts_with(p)) || *r == Remark::ClosesPlan)
    }

    /// Adds a remark.
    pub(crate) fn tell(&mut self, remark: Remark) {
        self.told.insert(remark);
    }
}
