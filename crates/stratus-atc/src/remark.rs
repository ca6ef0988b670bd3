//! `Remark`: what a call tells or asks beside its acts. Each is one meaning; the words for it stand in `hear/remarks.txt`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

macro_rules! remarks {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// One thing that a call tells or asks beside its acts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Remark { $($(#[$doc])* #[serde(rename = $word)] $name,)* }
        impl Remark {
            /// Every remark.
            pub const ALL: &'static [Remark] = &[$(Remark::$name,)*];
            /// The word for it in `remarks.txt`.
            pub fn word(self) -> &'static str { match self { $(Remark::$name => $word,)* } }
        }
    };
}

remarks! {
    /// Says that something is wished: beside another intent it shows which one is meant.
    Wishes = "wishes",
    /// Waits for the controller's word before doing anything.
    Waits = "waits",
    /// Wants the whole weather, and not one figure of it.
    WholeWeather = "whole_weather",
    /// Names the level to leave, or to go to.
    OtherLevel = "other_level",
    /// Takes off.
    TakesOff = "takes_off",
    /// The take-off roll has begun.
    Rolls = "rolls",
    /// Goes across a runway.
    Crosses = "crosses",
    /// Speaks of a take-off or of the runway's beginning.
    OfTakeoff = "of_takeoff",
    /// Two aircraft speak in one transmission.
    TwoCallers = "two_callers",
    /// Calls an information service by its kind of name.
    CallsService = "calls_service",

    /// Asks for those who help in an emergency.
    AsksForHelp = "asks_for_help",
    /// What was wrong is right again.
    AllWell = "all_well",
    /// Needs those who help now, or leaves the aircraft in a hurry.
    NeedsHelpNow = "needs_help_now",
    /// Wants to be towed, after something else is over.
    WantsTow = "wants_tow",
    /// Parked, or done with the flight.
    IsDone = "is_done",
    /// Down, or about to be, where no runway is.
    OffField = "off_field",
    /// Wants to be led back, or the way to the nearest field.
    WantsBack = "wants_back",
    /// Wants to fly its own way in: overhead, a long final, an orbit to burn fuel.
    OwnWay = "own_way",
    /// Will call again, and wants no answer but the word that it was heard.
    CallsBack = "calls_back",
    /// In cloud, as plain words say it.
    IntoCloud = "into_cloud",
    /// Out of the cloud again.
    OutOfCloud = "out_of_cloud",
    /// Sees the ground again.
    SeesGround = "sees_ground",
    /// Wants somebody to look at the landing gear.
    GearLook = "gear_look",

    /// Repeats how the zone is entered or left.
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

    /// Repeats a landing clearance.
    RepeatsLanding = "repeats_landing",
    /// Repeats a turn or a heading.
    RepeatsTurn = "repeats_turn",
    /// Repeats a change of level, or a level to keep.
    RepeatsLevel = "repeats_level",
    /// Past the weather for which the course was left.
    PastWeather = "past_weather",

    /// Wants the whole procedure, flown without vectors.
    FullProcedure = "full_procedure",
    /// Waits for the release.
    Release = "release",
    /// Comes to land.
    ToLand = "to_land",
    /// Says how it will land.
    LandsSo = "lands_so",
    /// Leaves the field.
    Leaves = "leaves",

    /// Has to stop, or wants what moves it to stop.
    Halts = "halts",
    /// Needs a while before it can go on.
    NeedsTime = "needs_time",
    /// Wants to check engine or systems where it stands.
    Checks = "checks",
    /// Tells something for the controller's planning, and asks for nothing.
    Informs = "informs",
    /// Can go on after a stop.
    GoesOn = "goes_on",
    /// Wants to use the whole runway to slow down.
    RollsOut = "rolls_out",

    /// Asks how far it still is.
    AsksDistance = "asks_distance",
    /// Asks for the nearest place to land.
    AsksNearest = "asks_nearest",
    /// Will take any runway.
    AnyRunway = "any_runway",
    /// Asks whether to call the next unit.
    AsksNext = "asks_next",
    /// Asks what was cleared.
    AsksCleared = "asks_cleared",
    /// Asks what other pilots have reported: tops, bases, ice.
    AsksReports = "asks_reports",
    /// Asks for the pressure at the field's own height.
    AsksQfe = "asks_qfe",
    /// Asks for the letter of the recording.
    AsksLetter = "asks_letter",
    /// Asks for the pressure.
    AsksPressure = "asks_pressure",
    /// Asks for the place in the line.
    AsksPlace = "asks_place",
    /// Asks whether the base turn will be called.
    AsksBaseCall = "asks_base_call",
    /// Asks whether the way into class B is cleared.
    AsksBravo = "asks_bravo",
    /// Asks for the code, or to have it confirmed.
    AsksCode = "asks_code",
    /// Asks for the level, or to have it confirmed.
    AsksLevel = "asks_level",
    /// Asks for the transition level.
    AsksTransitionLevel = "asks_transition_level",
    /// Names class B as the airspace to be passed.
    ThroughBravo = "through_bravo",
}

impl Remark {
    /// The remark that a word names.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.word() == word)
    }
}

/// What a call remarks, with the values that were said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Remarks {
    told: BTreeSet<Remark>,
    /// The visual reporting point that the pilot names: "Echo", "Sierra 2".
    pub point: Option<String>,
    /// The kind of flight information that the state has and the pilot names: "Traffic Service".
    pub service: Option<String>,
}

impl Remarks {
    /// Nothing but these values.
    pub(crate) fn with(point: Option<String>, service: Option<String>) -> Self {
        Self { told: BTreeSet::new(), point, service }
    }

    /// Whether the call says this.
    pub fn has(&self, remark: Remark) -> bool {
        self.told.contains(&remark)
    }

    /// The call says this.
    pub(crate) fn tell(&mut self, remark: Remark) {
        self.told.insert(remark);
    }
}
