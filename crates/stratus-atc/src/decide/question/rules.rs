//! How the answer for a subject stands beside the decision for the whole call: which statements expect an answer, which items have given it, and
//! which items of another reading it replaces.

use crate::hear::question::{Form, Subject};
use crate::instruction::{Ask, Item, ReportPoint, Wish};

/// Whether a statement about this subject expects an answer: a wish, a deed that the controller must know of, or a report.
pub(crate) fn is_deed(subject: Subject) -> bool {
    use Subject as S;
    is_report(subject)
        || matches!(
            subject,
            S::PushBack
                | S::StopTaxi
                | S::StartUp
                | S::TaxiOut
                | S::TaxiIn
                | S::RunUp
                | S::Intersection
                | S::FullLength
                | S::DepartureWay
                | S::DeIcing
                | S::Tow
                | S::BackToStand
                | S::PatternSide
                | S::ShortApproach
                | S::Extend
                | S::Orbit
                | S::AnotherCircuit
                | S::LandingKind
                | S::Join
                | S::LeavePattern
                | S::Rollout
                | S::WorkArea
                | S::AreaDone
                | S::EndService
                | S::NeedsTime
                | S::FlightPlan
                | S::Climb
                | S::Descent
                | S::Direct
                | S::Deviation
                | S::PastWeather
                | S::Speed
                | S::Heading
                | S::OwnNavigation
                | S::ApproachChoice
                | S::Hold
        )
}

/// Whether a statement about this subject needs no words of a wish: it tells what happens.
pub(in crate::decide) fn is_report(subject: Subject) -> bool {
    use Subject as S;
    matches!(
        subject,
        S::ResumeTaxi
            | S::RunwayChoice
            | S::Birds
            | S::LeaveFrequency
            | S::BackOnFrequency
            | S::FieldSeen
            | S::PilotReport
            | S::Diversion
            | S::Trouble
            | S::NoGyro
            | S::EmergencyServices
            | S::StaysOnRunway
            | S::TakesBack
            | S::Letter
            | S::Intentions
    )
}

/// Whether a pilot who names it without words of a wish still asks for it: it is done only with the tower's approval.
pub(in crate::decide) fn needs_approval(subject: Subject) -> bool {
    matches!(subject, Subject::ShortApproach | Subject::Rollout | Subject::Extend)
}

/// Words that want nothing: a farewell, small talk, a plain report.
pub(in crate::decide) fn wants_nothing(subject: Subject) -> bool {
    matches!(subject, Subject::Thanks | Subject::Talk | Subject::Nothing)
}

/// Whether this item has answered a part about the subject, or is what such a statement reads back.
pub(in crate::decide) fn settles(subject: Subject, form: Form, item: &Item) -> bool {
    use Subject as S;
    let says = |words: &[&str]| match item {
        Item::PatternWords(w) | Item::Advice(w) | Item::DepartureApproved(w) => words.iter().any(|x| w.contains(x)),
        _ => false,
    };
    match subject {
        S::PushBack | S::StartUp => matches!(item, Item::Pushback { .. }),
        S::TaxiOut => matches!(item, Item::Taxi { .. }) && matches!(form, Form::States | Form::Requests),
        S::TaxiIn | S::BackToStand => matches!(item, Item::TaxiToParking { .. }) || says(&["exit the runway"]),
        S::HoldShort => matches!(item, Item::HoldShort { .. } | Item::Cross { .. }),
        S::StopTaxi | S::NeedsTime => matches!(item, Item::HoldPosition | Item::CancelTakeoff) || says(&["advise when ready"]),
        S::ResumeTaxi => says(&["continue taxi"]) || matches!(item, Item::Taxi { .. } | Item::TaxiToParking { .. }),
        S::RunUp => says(&["run-up", "advise when"]),
        S::Intersection | S::FullLength => says(&["intersection", "full length", "backtrack"]),
        S::DeIcing => says(&["de-icing"]),
        S::Tow => matches!(item, Item::Services(_)),
        S::DepartureWay | S::LeavePattern => {
            matches!(item, Item::DepartureApproved(_) | Item::FrequencyChangeApproved)
                || says(&["turn approved", "bound approved", "control zone"])
        }
        S::PatternSide if form == Form::States => matches!(item, Item::ClosedTraffic(_) | Item::Enter(..)),
        S::ShortApproach => says(&["short approach", "simulated"]),
        S::Extend => says(&["extend"]),
        S::Orbit => says(&["orbit", "360", "three sixty", "circle"]),
        S::AnotherCircuit => matches!(item, Item::ClosedTraffic(_)),
        S::LandingKind => matches!(item, Item::Cleared(_)),
        S::Join => {
            matches!(item, Item::Enter(..) | Item::StraightIn | Item::ChangeRunway(_))
                || says(&["join ", "enter control zone", "continue to runway"])
        }
        S::Rollout => says(&["approved as requested", "vacate", "exit "]) && form == Form::States,
        S::RunwayChoice => matches!(item, Item::RunwayAvailable(_)),
        S::Sequence => matches!(item, Item::Sequence { .. }),
        S::LandingClearance => matches!(item, Item::Cleared(_) | Item::Continue),
        S::TakeoffClearance | S::LineUp => {
            matches!(item, Item::ClearedForTakeoff { .. } | Item::LineUpAndWait | Item::HoldShort { .. } | Item::HoldPosition)
        }
        S::GearLook => matches!(item, Item::Unable(w) if w.contains("gear")),
        S::GoAroundNext => matches!(item, Item::ClosedTraffic(_) | Item::Report(ReportPoint::Midfield(_))),
        // "Remain this frequency" is no answer while a unit is near that takes the flight.
        S::FieldSeen | S::NextUnit => matches!(item, Item::Contact { .. } | Item::FrequencyChangeApproved),
        S::RadarService => matches!(item, Item::Squawk(_) | Item::RadarContact(_)),
        S::EndService => matches!(item, Item::RadarServiceTerminated),
        S::AirspaceEntry => {
            matches!(
                item,
                Item::ClearedThrough(_) | Item::ClearedInto(_) | Item::TransitionApproved(_) | Item::RemainOutside(_) | Item::Squawk(_)
            ) || says(&["control zone", "proceed on course"])
        }
        S::WorkArea => matches!(item, Item::Report(_)) || says(&["approved as requested"]),
        S::AreaDone | S::Diversion => {
            matches!(item, Item::Enter(..) | Item::StraightIn | Item::Contact { .. } | Item::Direct(_) | Item::FieldAt { .. })
        }
        S::FlightPlan => says(&["flight plan"]),
        S::Letter => matches!(item, Item::AtisCurrent(_)),
        S::Birds | S::PilotReport => says(&["thanks", "bird", "obstruction"]),
        S::RunwayClear => says(&["is clear", "obstruction"]),
        S::Trouble => matches!(item, Item::Ask(_) | Item::Services(_) | Item::RogerEmergency(_) | Item::Confirm { .. }),
        S::Climb | S::Descent => matches!(item, Item::Altitude { .. } | Item::Unable(_)),
        S::Direct | S::OwnNavigation | S::PastWeather => matches!(item, Item::Direct(_) | Item::ResumeOwnNavigation),
        S::Deviation => matches!(item, Item::Deviation { .. }),
        S::Speed => matches!(item, Item::Speed(_)) || says(&["speed"]),
        S::Heading if matches!(item, Item::Direct(_)) => true,
        S::Heading if form == Form::States => {
            matches!(
                item,
                Item::Heading { .. } | Item::RunwayHeading | Item::StartTurn(_) | Item::Approach { .. } | Item::Hold(_) | Item::Speed(_)
            )
        }
        S::ApproachChoice => matches!(item, Item::Approach { .. }),
        S::Hold if form == Form::States => matches!(item, Item::Hold(_)),
        S::NoGyro => matches!(item, Item::NoGyro | Item::StartTurn(_)),
        S::EmergencyServices | S::StaysOnRunway => matches!(item, Item::Services(_)),
        S::Distance => matches!(item, Item::FieldAt { .. }) || says(&["miles to"]),
        _ => false,
    }
}

/// Whether the answer for this subject replaces the item: it belongs to another reading of the same words.
pub(in crate::decide) fn replaces(subject: Subject, item: &Item) -> bool {
    use Subject as S;
    let weather = || {
        matches!(item, Item::Wind { .. } | Item::Pressure(_) | Item::AtisCurrent(_))
            || matches!(item, Item::Advice(w) if w.contains("in use"))
    };
    match subject {
        S::ShortApproach | S::Extend | S::LeavePattern | S::DepartureWay | S::PatternHeight | S::GoAroundNext => {
            matches!(item, Item::ClosedTraffic(_))
        }
        S::Orbit => {
            matches!(item, Item::ClosedTraffic(_) | Item::Confirm { wish: Wish::Level, .. })
                || matches!(item, Item::Advice(w) if w.contains("discretion"))
        }
        S::LeaveFrequency => matches!(item, Item::FrequencyChangeApproved | Item::RadarServiceTerminated | Item::SquawkVfr) || weather(),
        // Another way to join than the one that the report alone gets.
        S::Join => matches!(item, Item::Enter(..) | Item::StraightIn | Item::Report(_)),
        S::RunwayChoice => weather(),
        S::Rollout => matches!(item, Item::Confirm { wish: Wish::Landing, .. }),
        S::TakesBack => matches!(item, Item::Confirm { .. }),
        S::NextUnit | S::FieldSeen => {
            matches!(item, Item::RadarServiceTerminated | Item::SquawkVfr | Item::FrequencyChangeApproved | Item::RemainThisFrequency)
        }
        S::StopTaxi | S::ResumeTaxi | S::Diversion => matches!(item, Item::Ask(Ask::Intentions)),
        _ => false,
    }
}
