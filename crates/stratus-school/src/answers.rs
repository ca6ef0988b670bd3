//! What a pilot waits for, and how a transmission answers it: granted, owed, refused, a question, or sent to another unit.

use stratus_atc::instruction::Item;
use stratus_units::Runway;

/// What the pilot needs from the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The IFR clearance.
    Clearance,
    /// Push-back.
    Push,
    /// Taxi out.
    Taxi,
    /// To cross a runway on the way.
    Cross(Runway),
    /// To take off.
    Departure,
    /// A way into the traffic pattern.
    Join,
    /// A landing clearance.
    Landing,
    /// The next instruction, clear of the runway.
    Vacated,
    /// Taxi in.
    Parking,
    /// An answer to the first call on a frequency.
    CheckIn,
    /// A higher altitude.
    Higher,
    /// A lower one.
    Descent,
    /// Direct to the destination.
    Direct,
    /// A deviation around weather.
    Deviation,
    /// An approach.
    Approach,
    /// Another approach after a missed one.
    Another,
    /// The next frequency.
    Next,
    /// To leave the tower's frequency on a VFR flight.
    Leave,
    /// Flight following.
    Following,
    /// Help in distress or urgency.
    Help,
    /// A radio check.
    RadioCheck,
    /// Wind and pressure.
    Weather,
}

impl Need {
    /// Whether the flight cannot continue without it.
    pub fn vital(self) -> bool {
        !matches!(
            self,
            Need::Higher
                | Need::Direct
                | Need::Deviation
                | Need::Next
                | Need::Leave
                | Need::Following
                | Need::Help
                | Need::RadioCheck
                | Need::Weather
                | Need::Vacated
        )
    }

    /// The need in words, for a report.
    pub fn words(self) -> &'static str {
        match self {
            Need::Clearance => "the IFR clearance",
            Need::Push => "push-back",
            Need::Taxi => "taxi out",
            Need::Cross(_) => "a runway crossing",
            Need::Departure => "take-off",
            Need::Join => "a way into the pattern",
            Need::Landing => "a landing clearance",
            Need::Vacated => "whom to call, clear of the runway",
            Need::Parking => "taxi in",
            Need::CheckIn => "an answer to the first call",
            Need::Higher => "a higher altitude",
            Need::Descent => "descent",
            Need::Direct => "direct to the destination",
            Need::Deviation => "a deviation",
            Need::Approach => "an approach",
            Need::Another => "another approach",
            Need::Next => "the next frequency",
            Need::Leave => "leaving the frequency",
            Need::Following => "flight following",
            Need::Help => "help in an emergency",
            Need::RadioCheck => "a radio check",
            Need::Weather => "wind and pressure",
        }
    }
}

/// How a transmission answers a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It grants the need.
    Granted,
    /// Not yet, with a reason or a promise.
    Owed,
    /// No.
    Refused,
    /// The controller asks a question.
    Question,
    /// Another unit is responsible.
    SentOn,
    /// It has nothing to do with the need.
    Beside,
}

/// How `items` answer a pilot who needs `need`.
pub fn answer(need: Need, items: &[Item]) -> Answer {
    let any = |f: fn(&Item) -> bool| items.iter().any(f);
    if items.iter().any(|i| grants(need, i)) {
        return Answer::Granted;
    }
    if any(|i| matches!(i, Item::Unable(_) | Item::Negative | Item::RemainThisFrequency)) {
        return Answer::Refused;
    }
    if any(|i| matches!(i, Item::Ask(_) | Item::Confirm { .. } | Item::ReadBack(_) | Item::GoAhead)) {
        return Answer::Question;
    }
    if any(|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. } | Item::ThisIs(_))) {
        return Answer::SentOn;
    }
    if items.iter().any(|i| owes(need, i)) { Answer::Owed } else { Answer::Beside }
}

fn grants(need: Need, item: &Item) -> bool {
    match need {
        Need::Clearance => matches!(item, Item::ClearedTo { .. }),
        Need::Push => matches!(item, Item::Pushback { .. }),
        Need::Taxi => matches!(item, Item::Taxi { .. }),
        Need::Cross(_) => matches!(item, Item::Cross { .. }),
        Need::Departure => matches!(item, Item::ClearedForTakeoff { .. } | Item::LineUpAndWait),
        Need::Join => matches!(
            item,
            Item::Enter(..) | Item::StraightIn | Item::ClosedTraffic(_) | Item::Cleared(_) | Item::Sequence { .. } | Item::Report(_)
        ),
        Need::Landing => matches!(item, Item::Cleared(_)),
        Need::Vacated => {
            matches!(item, Item::Contact { .. } | Item::Monitor { .. } | Item::TaxiToParking { .. } | Item::Roger | Item::Taxi { .. })
        }
        Need::Parking => matches!(item, Item::TaxiToParking { .. } | Item::Taxi { .. }),
        Need::CheckIn => matches!(
            item,
            Item::RadarContact(_) | Item::Roger | Item::Altitude { .. } | Item::Heading { .. } | Item::Approach { .. } | Item::Direct(_)
        ),
        Need::Higher | Need::Descent => matches!(item, Item::Altitude { .. }),
        Need::Direct => matches!(item, Item::Direct(_)),
        Need::Deviation => matches!(item, Item::Deviation { .. } | Item::Heading { .. } | Item::TurnDegrees { .. }),
        Need::Approach | Need::Another => matches!(item, Item::Approach { .. } | Item::Heading { .. } | Item::StraightIn),
        Need::Leave => matches!(item, Item::Contact { .. } | Item::Monitor { .. } | Item::FrequencyChangeApproved),
        Need::Following => matches!(item, Item::Squawk(_) | Item::RadarContact(_)),
        Need::Next => matches!(item, Item::Contact { .. } | Item::Monitor { .. } | Item::FrequencyChangeApproved),
        Need::Help => matches!(item, Item::RogerEmergency(_)),
        Need::RadioCheck => matches!(item, Item::ReadYou),
        Need::Weather => matches!(item, Item::Wind { .. } | Item::Pressure(_)),
    }
}

fn owes(need: Need, item: &Item) -> bool {
    match item {
        Item::Standby | Item::HoldPosition | Item::Condition(_) => true,
        Item::HoldShort { .. } => matches!(need, Need::Departure | Need::Cross(_)),
        Item::Report(_) => matches!(need, Need::Departure | Need::Landing),
        Item::Sequence { .. }
        | Item::Continue
        | Item::PatternWords(_)
        | Item::GoAround
        | Item::Enter(..)
        | Item::ClosedTraffic(_)
        | Item::StraightIn => need == Need::Landing,
        Item::Approach { expect: true, .. } | Item::RunwayHeading => need == Need::Another,
        _ => false,
    }
}
