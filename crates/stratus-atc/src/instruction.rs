//! `Instruction`: the only things a controller can mean. `decide` makes them, `say` says them, readback checks them.

use serde::{Deserialize, Serialize};

use crate::units::{Callsign, Facility, Frequency, Runway, Side, Squawk};

/// What the pilot is cleared to do on landing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Landing {
    /// "cleared to land" (FAA JO 7110.65 3-10-5).
    FullStop,
    /// "cleared touch-and-go".
    TouchAndGo,
    /// "cleared stop-and-go".
    StopAndGo,
    /// "cleared for the option" (3-8-2).
    Option,
    /// "cleared low approach".
    LowApproach,
}

/// A leg of the traffic pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// Climbing out over the runway.
    Upwind,
    /// Across, behind the departure end.
    Crosswind,
    /// Back along the runway.
    Downwind,
    /// Across, towards the extended centre line.
    Base,
    /// On the extended centre line.
    Final,
}

impl Leg {
    /// The leg's word.
    pub fn word(self) -> &'static str {
        match self {
            Leg::Upwind => "upwind",
            Leg::Crosswind => "crosswind",
            Leg::Downwind => "downwind",
            Leg::Base => "base",
            Leg::Final => "final",
        }
    }
}

/// Which way an altitude is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Climb {
    /// "climb and maintain".
    Climb,
    /// "descend and maintain".
    Descend,
    /// "maintain".
    Maintain,
    /// "maintain VFR at or below".
    AtOrBelow,
    /// "maintain VFR at or above".
    AtOrAbove,
}

/// Which pressure setting is said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pressure {
    /// "altimeter 29.92": hundredths of an inch of mercury.
    Altimeter(u16),
    /// "QNH 1013": hectopascal.
    Qnh(u16),
    /// "QFE 1012": hectopascal, at the field's own height.
    Qfe(u16),
}

/// Where a pilot is to report, or what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportPoint {
    /// "report midfield (left) downwind".
    Midfield(Option<Side>),
    /// "report left base".
    Leg(Option<Side>, Leg),
    /// "report 2 mile final", "report 2 mile left base".
    MileLeg(u8, Option<Side>, Leg),
    /// "report traffic in sight".
    TrafficInSight,
    /// "report clear of the runway".
    ClearOfRunway,
    /// Anything else, in the controller's words.
    Words(String),
}

/// What a targeted question asks for: "say position".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// "say again".
    SayAgain,
    /// "say your callsign" ("last station calling …").
    Callsign,
    /// "say position".
    Position,
    /// "say intentions".
    Intentions,
    /// "say request".
    Request,
    /// "say runway".
    Runway,
    /// "say altitude".
    Altitude,
    /// "say requested altitude".
    RequestedAltitude,
    /// "say heading".
    Heading,
    /// "say direction of flight".
    Direction,
    /// "say destination".
    Destination,
    /// "say type of aircraft".
    AircraftType,
    /// "say souls on board and fuel remaining".
    SoulsAndFuel,
    /// "say fuel remaining in minutes".
    FuelMinutes,
    /// "say nature of the emergency and intentions".
    NatureOfEmergency,
    /// "advise you have information X", or "verify you have information X".
    AtisLetter,
    /// "verify on the ground".
    VerifyPosition,
    /// "say approach requested".
    Approach,
    /// "say which side", of a deviation.
    DeviationSide,
    /// "say altitude again": one value of a call whose rest was heard.
    Again(Part),
}

/// A value that is asked for by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The runway.
    Runway,
    /// The altitude or level.
    Altitude,
    /// The heading.
    Heading,
    /// The speed.
    Speed,
    /// The frequency.
    Frequency,
    /// The transponder code.
    Squawk,
    /// The pressure setting.
    Altimeter,
}

impl Part {
    /// Its word in machine-readable output, as that of the slot.
    pub fn word(self) -> &'static str {
        match self {
            Part::Runway => "runway",
            Part::Altitude => "altitude",
            Part::Heading => "heading",
            Part::Speed => "speed",
            Part::Frequency => "frequency",
            Part::Squawk => "squawk",
            Part::Altimeter => "altimeter",
        }
    }
}

/// What a pilot wants that is given only when it was surely asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// To take off.
    Takeoff,
    /// To land.
    Landing,
    /// To cross a runway.
    Crossing,
    /// To fly into airspace or through it.
    Entry,
    /// To fly below the minima of visual flight.
    SpecialVfr,
    /// A clearance under instrument flight rules.
    IfrClearance,
    /// Another altitude.
    Level,
    /// An instrument or visual approach.
    Approach,
    /// To stay in the traffic pattern.
    Pattern,
    /// To fly on without the clearance.
    CancelIfr,
    /// Help.
    Distress,
}

/// One item of a controller's transmission. The order of items is the order of words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// "runway 31": the runway that the next item is about; said first (7110.65 3-7-2, 3-9-10, 3-10-5).
    Runway(Runway),
    /// "taxi via A, B" (3-7-2); an empty route is "taxi" alone, because none is known. FAA: the runway stands before it;
    /// ICAO renders `to_holding_point` as "taxi to holding point runway 27L".
    Taxi {
        /// Taxiway names in order.
        via: Vec<String>,
        /// ICAO: to the holding point of the runway.
        to_holding_point: bool,
    },
    /// "taxi to parking [via A]"; the place in the pilot's words or the chart's.
    TaxiToParking {
        /// "parking", "the west ramp", "stand 15".
        place: String,
        /// Taxiway names in order.
        via: Vec<String>,
    },
    /// "hold short of runway 28L [at B]".
    HoldShort {
        /// Which runway.
        runway: Runway,
        /// At which taxiway.
        at: Option<String>,
    },
    /// "hold short of C": a taxiway, or a place in words.
    HoldShortOf(String),
    /// "holding point A1": where a taxi clearance ends, by its own name; behind the clearance.
    HoldingPoint(String),
    /// "cross runway 28L [at B]": one clearance for each runway (3-7-2).
    Cross {
        /// Which runway.
        runway: Runway,
        /// At which taxiway.
        at: Option<String>,
    },
    /// "behind the landing Airbus": what must be waited for (outside the United States; said again at the end).
    Condition(String),
    /// "line up and wait" (3-9-4).
    LineUpAndWait,
    /// "[at D,] cleared for takeoff" (3-9-10).
    ClearedForTakeoff {
        /// The intersection, if not full length.
        at: Option<String>,
    },
    /// "cleared to land" and its kin (3-10-5).
    Cleared(Landing),
    /// "cancel takeoff clearance" (3-9-11).
    CancelTakeoff,
    /// "continue", on final without a clearance.
    Continue,
    /// "go around".
    GoAround,
    /// "make left closed traffic" / "make right traffic".
    ClosedTraffic(Side),
    /// "fly runway heading" after a go-around or on departure.
    RunwayHeading,
    /// "straight-out departure approved", "left downwind departure approved": the words of what is approved.
    DepartureApproved(String),
    /// "enter left downwind runway 31" (3-10-1); the runway stands in its own item after it.
    Enter(Side, Leg),
    /// "make straight-in".
    StraightIn,
    /// "extend downwind", "make short approach": the words.
    PatternWords(String),
    /// "change to runway 30L": another runway than the one of before.
    ChangeRunway(Runway),
    /// "Basic Service": the kind of flight information that a pilot gets (CAP 774).
    Service(String),
    /// "report midfield".
    Report(ReportPoint),
    /// "number two, follow Cessna on two mile final".
    Sequence {
        /// The place in the sequence.
        number: u8,
        /// Whom to follow, in words.
        following: Option<String>,
    },
    /// "traffic, Cessna two mile final": words from the facts.
    Traffic(String),
    /// "contact tower 118.6".
    Contact {
        /// Whom: "Tower", "NorCal Approach".
        unit: String,
        /// On which frequency, when known.
        frequency: Option<Frequency>,
    },
    /// "monitor tower 118.6".
    Monitor {
        /// Whom.
        unit: String,
        /// On which frequency, when known.
        frequency: Option<Frequency>,
    },
    /// "this is Hilo Ground", to a pilot who called somebody else.
    ThisIs(String),
    /// "frequency change approved".
    FrequencyChangeApproved,
    /// "remain this frequency".
    RemainThisFrequency,
    /// "squawk 4512".
    Squawk(Squawk),
    /// "squawk VFR".
    SquawkVfr,
    /// "reset transponder", before the code that it should show (7110.65 5-2-8).
    ResetTransponder,
    /// "squawk standby", or "ident".
    Ident,
    /// "climb and maintain 3,500"; feet, as a flight level when `level`.
    Altitude {
        /// Which way.
        way: Climb,
        /// Feet.
        feet: i32,
        /// Said as a flight level.
        level: bool,
    },
    /// "turn left heading 270", "fly heading 270".
    Heading {
        /// The turn, if one is said.
        turn: Option<Side>,
        /// 1 to 360 degrees magnetic.
        degrees: u16,
    },
    /// "turn 20 degrees right" (7110.65 5-6-2): so far from the present heading.
    TurnDegrees {
        /// To which side.
        side: Side,
        /// How far.
        degrees: u16,
    },
    /// "reduce speed to 220 knots".
    Speed(u16),
    /// "wind 310 at 8"; degrees magnetic, knots. Zero knots is "wind calm".
    Wind {
        /// From, degrees magnetic, 1 to 360.
        dir: u16,
        /// Knots.
        knots: u16,
    },
    /// "altimeter 29.92", "QNH 1013".
    Pressure(Pressure),
    /// "information K is current".
    AtisCurrent(char),
    /// "radar contact (position)", "identified".
    RadarContact(Option<String>),
    /// "radar service terminated".
    RadarServiceTerminated,
    /// "maintain block 8,000 through 10,000", feet (7110.65 4-5-7 g).
    Block {
        /// The lower one.
        low: i32,
        /// The upper one.
        high: i32,
    },
    /// "resume own navigation".
    ResumeOwnNavigation,
    /// "proceed direct Monterey": a place that the plan or the data knows.
    Direct(String),
    /// "Salinas airport, heading 350, 8 miles": where a field is from the aircraft.
    FieldAt {
        /// As it is called.
        name: String,
        /// Magnetic, 1 to 360 degrees.
        degrees: u16,
        /// Nautical miles.
        miles: u16,
    },
    /// "until established on the final approach course", behind an altitude (7110.65 5-9-4).
    UntilEstablished,
    /// "IFR cancellation received".
    IfrCancelled,
    /// "verify at 5,000": an aircraft is seen off its assigned altitude.
    Verify {
        /// Feet.
        feet: i32,
        /// Said as a flight level.
        level: bool,
    },
    /// "expect 9,000 one zero minutes after departure" (7110.65 4-3-2 e).
    ExpectAltitude {
        /// Feet.
        feet: i32,
        /// Said as a flight level.
        level: bool,
    },
    /// "hold for release": an IFR clearance at a field without a tower (7110.65 4-3-4).
    HoldForRelease,
    /// "released for departure" (7110.65 4-3-4).
    Released,
    /// A height alone, "2,500": of a ceiling.
    Height(i32),
    /// "cleared to Juneau": destination, then route and procedure as words.
    ClearedTo {
        /// The clearance limit.
        limit: String,
        /// "NOME departure, then as filed".
        procedure: Option<String>,
        /// The route, as words.
        route: Option<String>,
    },
    /// "cleared ILS runway 28R approach", "expect the ILS".
    Approach {
        /// "ILS", "RNAV", "visual".
        kind: String,
        /// Expected only, not cleared.
        expect: bool,
    },
    /// "transition approved": the words of the route.
    TransitionApproved(String),
    /// "cleared through Bravo airspace" (7110.65 7-9-2): class B is entered by a clearance alone.
    ClearedThrough(String),
    /// "cleared to enter Bravo airspace": to land at its primary airport.
    ClearedInto(String),
    /// "cleared out of the Centennial surface area, maintain special VFR conditions" (7110.65 7-5-1).
    SpecialVfr {
        /// Out of it; else to enter it.
        out: bool,
        /// The airport, as it is called; may be empty.
        name: String,
    },
    /// "remain outside the Class D airspace" and the like.
    RemainOutside(String),
    /// "push back approved", "startup approved", with facing direction.
    Pushback {
        /// Start-up approved too.
        startup: bool,
        /// Push back approved (false: start-up only).
        push: bool,
        /// "west".
        facing: Option<String>,
    },
    /// "roger".
    Roger,
    /// "roger mayday" / "roger pan": emergency acknowledged.
    RogerEmergency(Emergency),
    /// "emergency services have been alerted".
    Services(Services),
    /// "emergency cancelled": the pilot has taken the call for help back.
    EmergencyCancelled,
    /// "deviation 20 degrees left of course approved" (7110.65 2-6-4).
    Deviation {
        /// To which side.
        side: Side,
        /// How far, when it was said.
        degrees: Option<u16>,
    },
    /// "affirmative".
    Affirm,
    /// "unable", with the reason.
    Unable(String),
    /// "negative", before a correction.
    Negative,
    /// "I read you loud and clear" / "readability five".
    ReadYou,
    /// "go ahead".
    GoAhead,
    /// "standby".
    Standby,
    /// "readback correct" (clearance delivery).
    ReadbackCorrect,
    /// "read back hold short of runway 28L": a missing mandatory item is asked for by its name.
    ReadBack(String),
    /// A question.
    Ask(Ask),
    /// "verify ready for departure runway 31": what was heard, where it is not sure that it was meant so.
    Confirm {
        /// What was heard.
        wish: Wish,
        /// About which runway.
        runway: Option<Runway>,
    },
    /// "hold position".
    HoldPosition,
    /// "stop": an aircraft that moves without leave.
    Stop,
    /// "runway 31 available, any runway": emergency help.
    AnyRunway,
    /// Words of advice made from facts: "weather not available"; never a clearance.
    Advice(String),
}

/// Who was called for the aircraft. A controller knows that they were called; when they come, nobody here can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Services {
    /// The emergency services.
    Alerted,
    /// Somebody who helps an aircraft that cannot move.
    Assistance,
    /// A tug.
    Tow,
}

/// The two grades of distress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emergency {
    /// Distress.
    Mayday,
    /// Urgency.
    Pan,
}

/// A whole transmission of a controller to one aircraft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instruction {
    /// To whom.
    pub to: Callsign,
    /// Which form of the callsign is said.
    pub address: Address,
    /// The unit that speaks.
    pub from: Facility,
    /// The unit's name is said too (first contact, 7110.65 2-4-8): "Palo Alto Ground".
    pub station: Option<String>,
    /// What is said, in order.
    pub items: Vec<Item>,
}

/// How an aircraft is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// The whole callsign.
    Full,
    /// Prefix (type or N) and the last three (7110.65 2-4-9); ICAO: first letter and last two. Airlines stay full.
    Short,
    /// Without a callsign: nobody knows who called ("station calling").
    Nobody,
    /// Nobody in particular: a recording.
    All,
}
