//! `Instruction`: everything that a controller can mean. `decide` makes instructions, `say` renders them, `readback` checks them.

use serde::{Deserialize, Serialize};

use crate::units::{Callsign, Facility, Frequency, Runway, Side, Squawk};

/// The kind of landing that the pilot is cleared for.
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
    /// Crossing behind the departure end.
    Crosswind,
    /// Parallel to the runway, opposite to the landing direction.
    Downwind,
    /// Crossing towards the extended centreline.
    Base,
    /// On the extended centreline.
    Final,
}

impl Leg {
    /// The word for the leg.
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

/// The kind of altitude assignment.
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

/// The kind of pressure setting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pressure {
    /// "altimeter 29.92": hundredths of an inch of mercury.
    Altimeter(u16),
    /// "QNH 1013": hectopascal.
    Qnh(u16),
    /// "QFE 1012": hectopascal, at field elevation.
    Qfe(u16),
}

/// What a pilot is to report, or where.
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

/// The subject of a targeted question: "say position".
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
    /// "do you require assistance?", after trouble that is no emergency.
    Assistance,
    /// "say nature of the emergency and intentions".
    NatureOfEmergency,
    /// "advise you have information X", or "verify you have information X".
    AtisLetter,
    /// "verify on the ground".
    VerifyPosition,
    /// "say approach requested".
    Approach,
    /// "say which side", for a deviation.
    DeviationSide,
    /// "say altitude again": one value of a call that was otherwise understood.
    Again(Part),
}

/// A value that can be asked for by name.
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
    /// The name in machine-readable output, the same as the slot's.
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

/// Something that is granted only if the pilot certainly asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// A takeoff.
    Takeoff,
    /// A landing.
    Landing,
    /// A runway crossing.
    Crossing,
    /// Entry into airspace, or a transition.
    Entry,
    /// Flight below VFR minima.
    SpecialVfr,
    /// An IFR clearance.
    IfrClearance,
    /// A different altitude.
    Level,
    /// An instrument or visual approach.
    Approach,
    /// Staying in the traffic pattern.
    Pattern,
    /// Cancelling the IFR clearance.
    CancelIfr,
    /// Help.
    Distress,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The fix as the pilot or the data name it; the present position otherwise.
    pub fix: Option<String>,
    /// The magnetic course towards the fix, 1 to 360 degrees; `None` for a hold that the pilot flies as published.
    pub inbound: Option<u16>,
    /// The direction of the turns.
    pub turns: Side,
    /// The length of the legs.
    pub legs: Legs,
}

/// The length of the legs of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legs {
    /// Half minutes.
    HalfMinutes(u8),
    /// Nautical miles.
    Miles(u8),
}

/// One item of a controller's transmission. Items are in spoken order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// "runway 31": the runway of the next item; said first (7110.65 3-7-2, 3-9-10, 3-10-5).
    Runway(Runway),
    /// "taxi via A, B" (3-7-2); an empty route gives just "taxi", because none is known. FAA: the runway precedes it; ICAO renders
    /// `to_holding_point` as "taxi to holding point runway 27L".
    Taxi {
        /// Taxiway names in order.
        via: Vec<String>,
        /// ICAO: to the runway's holding point.
        to_holding_point: bool,
    },
    /// "taxi to parking [via A]"; the place in the words of the pilot or the chart.
    TaxiToParking {
        /// "parking", "the west ramp", "stand 15".
        place: String,
        /// Taxiway names in order.
        via: Vec<String>,
    },
    /// "hold short of runway 28L [at B]".
    HoldShort {
        /// The runway.
        runway: Runway,
        /// The taxiway.
        at: Option<String>,
    },
    /// "hold short of C": a taxiway, or a named place.
    HoldShortOf(String),
    /// "holding point A1": the named limit of a taxi clearance; follows the clearance.
    HoldingPoint(String),
    /// "cross runway 28L [at B]": one clearance per runway (3-7-2).
    Cross {
        /// The runway.
        runway: Runway,
        /// The taxiway.
        at: Option<String>,
    },
    /// "behind the landing Airbus": the condition of a clearance (outside the United States; repeated at the end).
    Condition(String),
    /// "line up and wait" (3-9-4).
    LineUpAndWait,
    /// "[at D,] cleared for takeoff" (3-9-10).
    ClearedForTakeoff {
        /// The intersection, if not full length.
        at: Option<String>,
    },
    /// "cleared to land" and its variants (3-10-5).
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
    /// "straight-out departure approved", "left downwind departure approved": the approved departure in words.
    DepartureApproved(String),
    /// "enter left downwind runway 31" (3-10-1); the runway is a separate item after it.
    Enter(Side, Leg),
    /// "make straight-in".
    StraightIn,
    /// "extend downwind", "make short approach": the words.
    PatternWords(String),
    /// "change to runway 30L": a different runway from before.
    ChangeRunway(Runway),
    /// "Basic Service": the flight information service that a pilot gets (CAP 774).
    Service(String),
    /// "report midfield".
    Report(ReportPoint),
    /// "number two, follow Cessna on two mile final".
    Sequence {
        /// The sequence number.
        number: u8,
        /// The aircraft to follow, in words.
        following: Option<String>,
    },
    /// "traffic, Cessna two mile final": words from the facts.
    Traffic(String),
    /// "contact tower 118.6".
    Contact {
        /// The unit: "Tower", "NorCal Approach".
        unit: String,
        /// The frequency, if known.
        frequency: Option<Frequency>,
    },
    /// "monitor tower 118.6".
    Monitor {
        /// The unit.
        unit: String,
        /// The frequency, if known.
        frequency: Option<Frequency>,
    },
    /// "this is Hilo Ground", to a pilot who called another unit.
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
    /// "climb and maintain 3,500"; in feet, spoken as a flight level if `level`.
    Altitude {
        /// The direction.
        way: Climb,
        /// Feet.
        feet: i32,
        /// Spoken as a flight level.
        level: bool,
    },
    /// "turn left heading 270", "fly heading 270".
    Heading {
        /// The turn, if stated.
        turn: Option<Side>,
        /// 1 to 360 degrees magnetic.
        degrees: u16,
    },
    /// "turn 20 degrees right" (7110.65 5-6-2): relative to the present heading.
    TurnDegrees {
        /// The side.
        side: Side,
        /// The angle.
        degrees: u16,
    },
    /// "this will be a no-gyro vector" (7110.65 5-6-2 c): the controller starts and stops each turn.
    NoGyro,
    /// "turn left", until "stop turn".
    StartTurn(Side),
    /// "stop turn".
    StopTurn,
    /// "reduce speed to 220 knots".
    Speed(u16),
    /// "wind 310 at 8"; degrees magnetic, knots. Zero knots is "wind calm".
    Wind {
        /// Direction that the wind comes from, degrees magnetic, 1 to 360.
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
        /// The lower limit.
        low: i32,
        /// The upper limit.
        high: i32,
    },
    /// "hold east of SUNOL, inbound course 270, 1 minute legs, right turns" (7110.65 4-6-4).
    Hold(Hold),
    /// "expect further clearance 1745": minutes of the UTC day (7110.65 4-6-1).
    ExpectFurther(u16),
    /// "expected approach time 1745": minutes of the UTC day.
    ExpectedApproach(u16),
    /// "resume own navigation".
    ResumeOwnNavigation,
    /// "proceed direct Monterey": a place in the plan or the data.
    Direct(String),
    /// "Salinas airport, heading 350, 8 miles": the direction from the aircraft to a field.
    FieldAt {
        /// The spoken name.
        name: String,
        /// Magnetic, 1 to 360 degrees.
        degrees: u16,
        /// Nautical miles.
        miles: u16,
    },
    /// "until established on the final approach course", after an altitude (7110.65 5-9-4).
    UntilEstablished,
    /// "IFR cancellation received".
    IfrCancelled,
    /// "verify at 5,000": an aircraft is seen off its assigned altitude.
    Verify {
        /// Feet.
        feet: i32,
        /// Spoken as a flight level.
        level: bool,
    },
    /// "expect 9,000 one zero minutes after departure" (7110.65 4-3-2 e).
    ExpectAltitude {
        /// Feet.
        feet: i32,
        /// Spoken as a flight level.
        level: bool,
    },
    /// "hold for release": an IFR clearance at a field without a tower (7110.65 4-3-4).
    HoldForRelease,
    /// "released for departure" (7110.65 4-3-4).
    Released,
    /// "clearance void if not off by 1715, if not off by 1715 advise not later than 1745 of intentions, time 1705": minutes of the UTC day
    /// (7110.65 4-3-4).
    VoidTime {
        /// The clearance ends at this time.
        off_by: u16,
        /// A pilot who has not taken off reports by then.
        advise_by: u16,
        /// The present time.
        now: u16,
    },
    /// A height alone, "2,500", for a ceiling.
    Height(i32),
    /// "cleared to Juneau": destination, then route and procedure in words.
    ClearedTo {
        /// The clearance limit.
        limit: String,
        /// "NOME departure, then as filed".
        procedure: Option<String>,
        /// The route in words.
        route: Option<String>,
    },
    /// "cleared ILS runway 28R approach", "expect the ILS".
    Approach {
        /// "ILS", "RNAV", "visual".
        kind: String,
        /// Expected only, not cleared.
        expect: bool,
    },
    /// "circle to runway 10": the landing runway after an approach to another one (7110.65 4-8-6).
    Circle(Runway),
    /// "climb to and report reaching VFR-on-top"; with the level to keep if the cloud is higher. Without one, "maintain VFR-on-top" (7-3-1).
    OnTop(Option<i32>),
    /// "transition approved": the route in words.
    TransitionApproved(String),
    /// "cleared through Bravo airspace" (7110.65 7-9-2): class B requires a clearance.
    ClearedThrough(String),
    /// "cleared to enter Bravo airspace": to land at its primary airport.
    ClearedInto(String),
    /// "cleared out of the Centennial surface area, maintain special VFR conditions" (7110.65 7-5-1).
    SpecialVfr {
        /// Out of it; else to enter it.
        out: bool,
        /// The airport's spoken name; may be empty.
        name: String,
    },
    /// "remain outside the Class D airspace" and similar.
    RemainOutside(String),
    /// "push back approved", "startup approved", with the direction to face.
    Pushback {
        /// Start-up approved too.
        startup: bool,
        /// Push back approved (false: start-up only).
        push: bool,
        /// "facing west", "tail north".
        facing: Option<String>,
    },
    /// "roger".
    Roger,
    /// "roger mayday" / "roger pan": emergency acknowledged.
    RogerEmergency(Emergency),
    /// "emergency services have been alerted".
    Services(Services),
    /// "emergency cancelled": the pilot has cancelled the call for help.
    EmergencyCancelled,
    /// "deviation 20 degrees left of course approved" (7110.65 2-6-4).
    Deviation {
        /// The side.
        side: Side,
        /// The angle, if stated.
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
    /// "read back hold short of runway 28L": asks for a missing mandatory item by name.
    ReadBack(String),
    /// A question.
    Ask(Ask),
    /// "verify ready for departure runway 31": states what was heard if it needs confirmation.
    Confirm {
        /// The wish that was heard.
        wish: Wish,
        /// The runway.
        runway: Option<Runway>,
    },
    /// "hold position".
    HoldPosition,
    /// "stop": for an aircraft that moves without a clearance.
    Stop,
    /// "runway 31 available": a runway for an aircraft in distress, which stays its runway.
    RunwayAvailable(Runway),
    /// "any runway available": emergency help.
    AnyRunway,
    /// Advice made from facts: "weather not available"; never a clearance.
    Advice(String),
}

/// Services that were called for the aircraft. A controller knows that they were called, but cannot see when they arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Services {
    /// The emergency services.
    Alerted,
    /// Assistance for an aircraft that cannot move.
    Assistance,
    /// A tug.
    Tow,
}

/// The two levels of emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Emergency {
    /// Distress.
    Mayday,
    /// Urgency.
    Pan,
}

/// A complete transmission from a controller to one aircraft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instruction {
    /// The aircraft.
    pub to: Callsign,
    /// The form of the callsign.
    pub address: Address,
    /// The speaking unit.
    pub from: Facility,
    /// The unit's name, if spoken (first contact, 7110.65 2-4-8): "Palo Alto Ground".
    pub station: Option<String>,
    /// The items, in spoken order.
    pub items: Vec<Item>,
}

/// How an aircraft is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// The full callsign.
    Full,
    /// Prefix (type or N) and the last three characters (7110.65 2-4-9); ICAO: first letter and last two. Airline callsigns stay full.
    Short,
    /// Without a callsign, because the caller is unknown ("station calling").
    Nobody,
    /// Everyone: a recording.
    All,
}
